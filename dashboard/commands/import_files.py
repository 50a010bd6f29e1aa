"""`leadloop import FILE…`: every file is tried, and what came of each is said."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from dashboard.commands.command_base import Command, Stop
from dashboard.commands.progress import progress_bar
from data_access.columns import ANSWERS

if TYPE_CHECKING:
    from data_access.intake.import_order import Imported, ImportOrder
    from data_access.store.store import Store

UNREADABLE: Final = 2
"""Exit status where some file could not be read; the others were taken in."""
REFUSED: Final = 3
"""Exit status where every file was read and more rows were refused than `--fail-over` allows."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A file that was tried: what came of it, or the sentence of why it could not be read."""

    path: Path
    done: Imported | None
    unread: str = ""

    def refuses_over(self, share: float) -> bool:
        """Whether more than a share of its rows was refused."""
        return self.done is not None and self.done.refused > share * self.done.rows

    @property
    def line(self) -> str:
        """What came of it, in a line of a list."""
        if self.done is None:
            return self.unread
        if self.done.refused:
            return f"{self.path}: {self.done.refused:,} of {self.done.rows:,} rows refused"
        return f"{self.path}: all {self.done.rows:,} rows taken or known"


def _share(_context: click.Context, _parameter: click.Parameter, text: str | None) -> float:
    """A share as people write it: 0.02 or 2%."""
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(%?)\s*", "0" if text is None else text)
    share = float(found[1]) / (100 if found[2] else 1) if found else -1.0
    if not 0 <= share <= 1:
        message = f"--fail-over {text!r} is no share of rows; write 0.02 or 2%, from 0 to 100%"
        raise Stop(message)
    return share


@click.command("import", cls=Command)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--profile", help="A shipped profile or a path; found by the header if left out.")
@click.option("--buyer", help="The buyer of rows that name none.")
@click.option("--validate-only", is_flag=True, help="Count the answers, keep nothing.")
@click.option("--json", "as_lines", is_flag=True, help="One line of JSON a file.")
@click.option(
    "--fail-over",
    metavar="SHARE",
    callback=_share,
    help="Refused rows are no failure up to this share of a file's rows, like 0.02 or 2%.",
)
def import_(  # noqa: PLR0913 - the options of the command
    files: tuple[Path, ...],
    *,
    profile: str | None,
    buyer: str | None,
    validate_only: bool,
    as_lines: bool,
    fail_over: float,
) -> None:
    """Take files in: JSON or NDJSON events, or flat rows as CSV, XLSX or Parquet.

    The same command after an interruption goes on where it stopped. Refused rows are
    written to a file that can be imported after correction. Every file is tried, and of
    several there is a list at the end.

    The status is 0 where every row was taken or known; 3 where rows were refused, more of
    them than --fail-over allows; 2 where a file could not be read, or nothing could be done.
    """
    from dashboard.editions import clock
    from data_access.intake.import_order import ImportOrder
    from data_access.intake.mapping_profile import load
    from data_access.settings import Settings
    from data_access.store.store import Store

    settings = Settings()
    if profile is not None:
        load(profile)  # a profile that cannot be used is no fault of any file
    store = Store(settings.url)
    try:
        orders = [
            ImportOrder(
                path=path,
                profile=profile,
                buyer=buyer,
                validate_only=validate_only,
                errors_dir=settings.data_dir / "refused",
                now_us=clock.now_us,
                currency=settings.currency,
                report_zone=settings.report_zone,
            )
            for path in files
        ]
        tried = [_tried(store, order, as_lines=as_lines) for order in orders]
    finally:
        store.close()
    _end(tried, fail_over)


def _tried(store: Store, order: ImportOrder, *, as_lines: bool) -> Tried:
    """Take one file in and say what came of it."""
    from data_access.intake.file_reader import UnreadableFile
    from data_access.intake.import_file import import_file
    from data_access.intake.mapping_profile import UnknownProfile

    progress, move = progress_bar(order.path.name)
    try:
        with progress:
            done = import_file(store, replace(order, progress=move))
    except (UnreadableFile, UnknownProfile) as error:
        if as_lines:
            click.echo(json.dumps({"file": order.name, "error": str(error)}))
        return Tried(order.path, None, str(error))
    click.echo(as_json(done) if as_lines else _summary(done, validate_only=order.validate_only))
    return Tried(order.path, done)


def _end(tried: list[Tried], fail_over: float) -> None:
    """The list of several files, or the sentence about one that was not read; the status."""
    unread = [one for one in tried if one.done is None]
    over = [one for one in tried if one.refuses_over(fail_over)]
    for one in tried if len(tried) > 1 else unread:
        click.echo(f"leadloop: {one.line}", err=True)
    if len(tried) > 1 and (unread or over):
        failed = ((unread, "could not be read"), (over, "had more rows refused than allowed"))
        parts = [f"{len(some)} {what}" for some, what in failed if some]
        click.echo(f"leadloop: of {len(tried)} files, {', '.join(parts)}", err=True)
    if unread or over:
        sys.exit(UNREADABLE if unread else REFUSED)


def as_json(done: Imported) -> str:
    """What came of a file as one line of JSON: counts, why rows were refused, advice."""
    from dashboard.presentation import refusal_texts

    return json.dumps(
        {
            "file": done.file_name,
            "profile": done.profile,
            "batch_id": done.batch_id,
            "rows": done.rows,
            **{answer: done.counts[answer] for answer in ANSWERS},
            "resumed_at": done.resumed_at,
            "error_file": str(done.error_file) if done.error_file else None,
            "advice": done.advice,
            "sentences": refusal_texts.worth_knowing(done),
            "withdrawn": {batch: asdict(rows) for batch, rows in done.before.items()},
            "reasons": [asdict(why) for why in done.reasons],
        }
    )


def _summary(done: Imported, *, validate_only: bool) -> str:
    from dashboard.presentation import refusal_texts

    counts = ", ".join(f"{done.counts[answer]:,} {answer}" for answer in ANSWERS)
    lines = [f"{done.file_name}: {done.rows:,} rows: {counts} (profile {done.profile})"]
    if done.resumed_at:
        lines.append(f"  continued after row {done.resumed_at:,}")
    if validate_only:
        lines.append("  nothing was kept: --validate-only")
    if done.reasons:
        lines.append(f"  {refusal_texts.reasons(done.reasons)}")
    worth_knowing = refusal_texts.worth_knowing(done, taken=not validate_only)
    lines += [f"  {sentence}" for sentence in worth_knowing]
    if done.error_file:
        lines.append(f"  refused rows, ready to be corrected and imported: {done.error_file}")
    return "\n".join(lines)
