"""An order -> its report."""

from __future__ import annotations

from dataclasses import replace
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
    made = {"source": source.document, "buyer": buyer.document}.get(order.kind, month.document)
    return replace(made(reading), company=workspace.settings.company or "")
