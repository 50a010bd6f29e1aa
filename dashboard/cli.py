"""The console command `leadloop`: import, demo, export, serve, and the names of things."""

from __future__ import annotations

import ipaddress
import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Final

import click

from dashboard import clock
from dashboard.export_command import export
from dashboard.import_command import import_, progress_bar
from dashboard.report_command import report
from dashboard.store_commands import backup, doctor, restore
from data_access import demo as demo_store
from data_access import demo_facts
from data_access.columns import ANSWERS, BUYER_TYPES
from data_access.settings import Settings
from data_access.store import Store
from data_access.store_errors import StoreUnusable

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
        progress, move = progress_bar("demo")
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


main.add_command(import_)
main.add_command(backup)
main.add_command(restore)
main.add_command(doctor)
main.add_command(export)
main.add_command(report)


if __name__ == "__main__":
    main()
