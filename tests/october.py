"""October of the two months of `report_market`, and how tables of it are read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from builders import us

from metrics.definitions.scope import Scope

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace

OCTOBER: Final = Scope(
    first=date(2026, 10, 1), last=date(2026, 10, 31), as_of_us=us("2026-11-20T12:00:00Z")
)


def rows(
    shop: Workspace, name: str, scope: Scope = OCTOBER, **options: Any
) -> list[dict[str, Any]]:
    """The rows of a table, October's if nothing else is said."""
    return shop.table(name, scope, **options).to_dicts()


def column(
    shop: Workspace, name: str, wanted: str, scope: Scope = OCTOBER, **options: Any
) -> list[Any]:
    """One column of a table."""
    return [row[wanted] for row in rows(shop, name, scope, **options)]
