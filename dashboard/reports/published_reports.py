"""Publishing: a report frozen at its moment and data version, and kept as it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from dashboard.editions import clock
from dashboard.presentation import formats
from dashboard.reports import compose, html
from dashboard.reports.report_query import page_link
from data_access.store import people, publications

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace
    from dashboard.reports.report_order import ReportOrder


def publish(workspace: Workspace, order: ReportOrder, *, who: str, base: str = "") -> int:
    """Freeze a report, keep its file, and return the number of the publication.

    Raises:
        people.BadName: nobody said who publishes.
    """
    people.checked_name(who)
    version = workspace.status().data_version if order.version is None else order.version
    frozen = order.frozen(as_of_us=order.scope.as_of_us, version=version)
    document = compose.make(workspace, frozen, base=base)
    kept = publications.Publication(
        who=who,
        kind=order.kind,
        title=document.title,
        first_day=order.scope.first,
        last_day=order.scope.last,
        query=frozen.query_text(),
        as_of_us=order.scope.as_of_us,
        data_version=version,
        rules=workspace.rules.digest,
        figures=json.dumps(document.figures, sort_keys=True),
        html=html.whole(document),
    )
    return publications.publish(workspace.store, kept, at_us=clock.now_us())


def listed(workspace: Workspace, *, base: str = "") -> list[dict[str, Any]]:
    """What was published, the newest first: who, what, as known when, and its file.

    Links begin with `base`.
    """
    rows = publications.published(workspace.store).drop("figures").to_dicts()
    return [
        {
            "id": row["publication_id"],
            "kind": row["kind"],
            "title": row["title"],
            "from": row["first_day"],
            "to": row["last_day"],
            "who": row["who"],
            "published_at": formats.instant_text(row["recorded_us"]),
            "as_of": formats.instant_text(row["as_of_us"]),
            "data_version": row["data_version"],
            "rules": row["rules"],
            "html": f"{base}/api/v1/reports/published/{row['publication_id']}.html",
            "pdf": f"{base}/api/v1/reports/published/{row['publication_id']}.pdf",
            "api": f"{base}/api/v1/reports/{row['kind']}.html?{row['query']}",
            "page": page_link(base, row["kind"], parse_qsl(row["query"])),
        }
        for row in rows
    ]
