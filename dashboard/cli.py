"""The console command `leadloop`: import, demo, export, serve, and the names of things."""

from __future__ import annotations

import ipaddress
import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dashboard import clock, refusals
from dashboard.export_command import export
from dashboard.report_command import report
from data_access import demo as demo_store
from data_access import demo_facts
from data_access.columns import ANSWERS, BUYER_TYPES
from data_access.engines import StoreUnusable
from data_access.files import UnreadableFile
from data_access.importing import Imported, Order, as_json, import_file
from data_access.profile import UnknownProfile
from data_access.settings import Settings
from data_access.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT: Final = Path(__file__).resolve().parent.parent


@click.group()
def main() -> None:
    """Leadloop: what became of the leads you delivered."""


class Stop(click.ClickException):
    """Ends a command with one sentence."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        """Print the sentence."""
        click.echo(f"leadloop: {self.message}", err=True)


def _stop(message: str) -> Stop:
    return Stop(message)


def _bar(label: str, total: int | None) -> tuple[Progress, Callable[[int], None]]:
    """A progress bar on stderr; silent where stderr is no terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
    task = progress.add_task(label, total=total)
    return progress, lambda done: progress.update(task, completed=done)


@main.command("import")
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
    written to a file that can be imported after correction.
    """
    settings = Settings()
    store = _opened(settings)
    try:
        for path in files:
            progress, move = _bar(path.name, None)
            with progress:
                order = Order(
                    path=path,
                    profile=profile,
                    buyer=buyer,
                    validate_only=validate_only,
                    errors_dir=settings.data_dir / "refused",
                    now_us=clock.now_us,
                    progress=move,
                )
                try:
                    done = import_file(store, order)
                except (UnreadableFile, UnknownProfile) as error:
                    raise _stop(str(error)) from None
            click.echo(as_json(done) if as_lines else _told(done, validate_only=validate_only))
    finally:
        store.close()


def _told(done: Imported, *, validate_only: bool) -> str:
    counts = ", ".join(f"{done.counts[answer]:,} {answer}" for answer in ANSWERS)
    lines = [f"{done.file_name}: {done.rows:,} rows: {counts} (profile {done.profile})"]
    if done.resumed_at:
        lines.append(f"  continued after row {done.resumed_at:,}")
    if validate_only:
        lines.append("  nothing was kept: --validate-only")
    if done.advice:
        lines.append(f"  {refusals.advised(done.advice)}")
    if done.error_file:
        lines.append(f"  refused rows, ready to be corrected and imported: {done.error_file}")
    return "\n".join(lines)


def _opened(settings: Settings) -> Store:
    try:
        return Store(settings.url)
    except StoreUnusable as error:
        raise _stop(str(error)) from None


@main.command()
@click.option(
    "--deliveries",
    type=click.IntRange(200, 2_000_000),
    default=demo_facts.DEFAULT_DELIVERIES,
    show_default=True,
    help="About how many.",
)
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True)
@click.option("--until", help="Last day, as YYYY-MM-DD; today if left out.")
@click.option("--stories/--no-stories", default=True, help="Plant things to find.")
@click.option(
    "--truth",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the true qualities here.",
)
@click.option("--if-empty", is_flag=True, help="Do nothing if the store holds facts.")
def demo(  # noqa: PLR0913 - the options of the command
    *,
    deliveries: int,
    seed: int,
    until: str | None,
    stories: bool,
    truth: Path | None,
    if_empty: bool,
) -> None:
    """Fill an empty store with a made-up marketplace of 18 months."""
    now = clock.now_us()
    last = _day(until) or clock.now().date()
    if last > clock.now().date():
        message = f"--until {last} is in the future"
        raise _stop(message)
    store = _opened(Settings())
    try:
        if if_empty and store.data_version() > 0 and not _demo_unfinished(store):
            return
        cut = now if last == clock.now().date() else None
        progress, move = _bar("demo", None)
        with progress:
            order = demo_store.DemoOrder(
                deliveries=deliveries,
                seed=seed,
                until=last,
                stories=stories,
                cut_us=cut,
                now_us=clock.now_us,
                progress=move,
            )
            try:
                batch = demo_store.load(store, order)
            except demo_store.StoreInUse as error:
                raise _stop(str(error)) from None
        counts = ", ".join(f"{batch.counts[answer]:,} {answer}" for answer in ANSWERS)
        click.echo(f"demo: {sum(batch.counts.values()):,} rows: {counts}")
        if truth:
            told = demo_store.truth(order)
            truth.write_text(json.dumps(told, indent=2, sort_keys=True) + "\n", "utf-8")
    finally:
        store.close()


def _demo_unfinished(store: Store) -> bool:
    return demo_store.unfinished(store)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no date; write it as 2026-05-31"
        raise _stop(message) from None


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback only for now.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8501, show_default=True)
def serve(*, host: str, port: int) -> None:
    """Serve the pages and the API of the store."""
    if not _loopback(host):
        message = (
            f"--host {host} would show every lead to whoever can reach it: there are no keys or "
            "logins yet, so only this machine is served. Use --host 127.0.0.1."
        )
        raise _stop(message)
    settings = Settings()
    _opened(settings).close()
    os.environ["LEADLOOP_DATA_DIR"] = str(settings.data_dir.resolve())
    os.chdir(ROOT)  # where .streamlit/config.toml is
    script = str(ROOT / "dashboard" / "app.py")
    arguments = ["--server.address", host, "--server.port", str(port), "--server.headless", "true"]
    click.echo(f"Leadloop is on http://{host}:{port}", err=True)
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", script, *arguments])  # noqa: S606 - no shell


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@main.command()
@click.argument("kind", type=click.Choice(["source", "buyer"]))
@click.argument("entity_id")
@click.argument("canonical_id")
def merge(kind: str, entity_id: str, canonical_id: str) -> None:
    """Say that two ids are one source or buyer; facts stay as they were sent."""
    store = _opened(Settings())
    try:
        store.merge(kind, entity_id, canonical_id, at_us=clock.now_us())
    except ValueError as error:
        raise _stop(str(error)) from None
    finally:
        store.close()


@main.command()
@click.argument("kind", type=click.Choice(["source", "buyer"]))
@click.argument("entity_id")
@click.option("--called", help="What it is called.")
@click.option("--buyer-type", type=click.Choice(BUYER_TYPES))
def name(kind: str, entity_id: str, *, called: str | None, buyer_type: str | None) -> None:
    """Set the name of a source or buyer, or a buyer's type; this counts over events."""
    if buyer_type is not None and kind != "buyer":
        message = "--buyer-type goes with a buyer"
        raise _stop(message)
    store = _opened(Settings())
    try:
        store.set_entity(kind, entity_id, name=called, buyer_type=buyer_type, at_us=clock.now_us())
    finally:
        store.close()


main.add_command(export)
main.add_command(report)


if __name__ == "__main__":
    main()
