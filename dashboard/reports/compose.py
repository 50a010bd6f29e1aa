"""An order -> its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.reports import buyer, month, source
from dashboard.reports.report_query import ReportQuery

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace
    from dashboard.reports.document import Document
    from dashboard.reports.report_order import ReportOrder


def make(workspace: Workspace, order: ReportOrder, *, base: str = "") -> Document:
    """The report that was asked for; `base` is where the pages are, for its link."""
    reading = ReportQuery(workspace, order, base)
    if order.kind == "source":
        return source.document(reading)
    return buyer.document(reading) if order.kind == "buyer" else month.document(reading)
