"""`leadloop report KIND`: reports as files, and publishing them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from dashboard.commands.command_base import Command, Stop
from dashboard.reports import report_order
from metrics.definitions.scope import DIMENSIONS

if TYPE_CHECKING:
    from dashboard.answers.workspace import Workspace
    from dashboard.reports.report_order import ReportOrder

FORMATS: Final = (".html", ".pdf")
_OPTIONS: Final = (*report_order.PERIOD_OF.values(), "from", "to", *report_order.COMMON)
_HELP: Final = {
    "month": "Of monthly, as 2026-10; the last complete one if left out.",
    "week": "Of weekly, its Monday; the last complete one if left out.",
    "day": "Of daily; yesterday if left out.",
    "from": "First day, of source and buyer; the last 90 days if left out.",
    "to": "Last day, of source and buyer.",
    "as_of": "As known on a day or at an instant.",
    "data_version": "As the store was at this data version.",
}


def _report(kind: str, out: Path | None, *, publish: bool, who: str | None, **given: Any) -> None:  # noqa: ANN401 - click's values
    """Write a report as HTML or PDF: monthly, weekly, daily, source or buyer.

    The filters are those of the pages and the API. With buyer the file of unanswered leads
    is written beside the letter.
    """
    from dashboard.answers.workspace import close, workspace

    _check(kind, out, publish=publish, who=who)
    params = {
        name: list(value) if isinstance(value, tuple) else [value]
        for name, value in given.items()
        if value not in (None, ())
    }
    try:
        with workspace().answering(params):
            order = report_order.read(kind, params, workspace())
            if out is not None:
                _write(workspace(), order, out)
            if publish:
                _publish(workspace(), order, who or "")
    finally:
        close()


def _check(kind: str, out: Path | None, *, publish: bool, who: str | None) -> None:
    if kind not in report_order.KINDS:
        near = report_order.nearest(kind)
        hint = f"; nearest: {near}" if near else ""
        message = f"no report is called {kind!r}{hint}; there are {', '.join(report_order.KINDS)}"
        raise Stop(message)
    if out is None and not publish:
        message = "say where it goes: --out FILE.html or FILE.pdf, or --publish --who NAME"
        raise Stop(message)
    if out is not None and out.suffix not in FORMATS:
        message = f"--out {out} is neither .html nor .pdf"
        raise Stop(message)
    if out is not None and not out.parent.is_dir():
        message = f"--out {out}: there is no folder {out.parent}"
        raise Stop(message)
    if publish and not (who or "").strip():
        message = "--publish needs --who NAME: who gives it out"
        raise Stop(message)
    if who and not publish:
        message = "--who goes with --publish"
        raise Stop(message)


def _publish(source: Workspace, order: ReportOrder, who: str) -> None:
    from dashboard.reports import published_reports

    base = source.settings.base_url
    number = published_reports.publish(source, order, who=who, base=base)
    click.echo(f"published as {number}: {base}/api/v1/reports/published/{number}.html", err=True)


def _write(source: Workspace, order: ReportOrder, out: Path) -> None:
    from dashboard.reports import buyer, compose, html, pdf

    text = html.whole(compose.make(source, order, base=source.settings.base_url))
    if out.suffix == ".pdf":
        out.write_bytes(pdf.printed(text))
    else:
        out.write_text(text, "utf-8")
    click.echo(f"{out}: {order.kind}", err=True)
    if order.kind == "buyer":
        _write_unanswered(source, order, out.with_name(f"{out.stem}.{buyer.FILE}.csv"))


def _write_unanswered(source: Workspace, order: ReportOrder, out: Path) -> None:
    """The table `unanswered` of the same question."""
    from dashboard.answers import files, result
    from dashboard.reports import buyer

    params: dict[str, list[str]] = {}
    for name, value in order.pairs():
        params.setdefault(name, []).append(value)
    answer = result.ask(source, buyer.FILE, params)
    files.write(answer, "csv", out)
    click.echo(f"{out}: {answer.rows:,} rows", err=True)


report: Final = Command(
    "report",
    callback=_report,
    help=_report.__doc__,
    params=[
        click.Argument(["kind"]),
        click.Option(["--out"], type=click.Path(dir_okay=False, path_type=Path)),
        click.Option(["--publish"], is_flag=True, help="Keep it as it was given out."),
        click.Option(["--who"], help="Who publishes."),
        *(
            click.Option(
                [f"--{name.replace('_', '-')}", name],
                multiple=name in DIMENSIONS,
                metavar="…",
                help=_HELP.get(name),
            )
            for name in _OPTIONS
        ),
    ],
)
