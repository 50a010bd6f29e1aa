"""`leadloop import FILE…`: every file is tried, and what came of each is said."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from dashboard.commands.command_base import Command
from dashboard.commands.progress import progress_bar
from data_access.columns import ANSWERS

if TYPE_CHECKING:
    from data_access.intake.import_order import Imported, ImportOrder
    from data_access.store.store import Store

UNREADABLE: Final = 2
"""Exit status where some file could not be read; the others were taken in."""


@click.command("import", cls=Command)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--profile", help="A shipped profile or a path; found by the header if left out.")
@click.option("--buyer", help="The buyer of rows that name none.")
@click.option("--validate-only", is_flag=True, help="Count the answers, keep nothing.")
@click.option("--json", "as_lines", is_flag=True, help="One line of JSON a file.")
def import_(
    files: tuple[Path, ...],
    *,
    profile: str | None,
    buyer: str | None,
    validate_only: bool,
    as_lines: bool,
) -> None:
    """Take files in: JSON or NDJSON events, or flat rows as CSV, XLSX or Parquet.

    The same command after an interruption goes on where it stopped. Refused rows are
    written to a file that can be imported after correction. Every file is tried; where
    one cannot be read, the command says which and ends with status 2.
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
        unread = [said for order in orders if (said := _taken(store, order, as_lines=as_lines))]
    finally:
        store.close()
    if unread:
        _tell(unread, len(files))


def _taken(store: Store, order: ImportOrder, *, as_lines: bool) -> str | None:
    """Take one file in and say what came of it; the sentence of why it could not be read."""
    from data_access.intake.file_reader import UnreadableFile
    from data_access.intake.import_file import as_json, import_file
    from data_access.intake.mapping_profile import UnknownProfile

    progress, move = progress_bar(order.path.name)
    try:
        with progress:
            done = import_file(store, replace(order, progress=move))
    except (UnreadableFile, UnknownProfile) as error:
        return str(error)
    click.echo(as_json(done) if as_lines else _summary(done, validate_only=order.validate_only))
    return None


def _tell(unread: list[str], files: int) -> None:
    for sentence in unread:
        click.echo(f"leadloop: {sentence}", err=True)
    if files > 1:
        click.echo(f"leadloop: {len(unread)} of {files} files could not be read", err=True)
    sys.exit(UNREADABLE)


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
    if done.advice:
        lines.append(f"  {refusal_texts.advised(done.advice, taken=not validate_only)}")
    if done.error_file:
        lines.append(f"  refused rows, ready to be corrected and imported: {done.error_file}")
    return "\n".join(lines)
