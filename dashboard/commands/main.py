"""The console command `leadloop`: import, demo, export, serve, and the names of things."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from dashboard.commands.command_base import Commands, Stop
from dashboard.commands.export import export
from dashboard.commands.import_files import import_, progress_bar
from dashboard.commands.report import report
from dashboard.commands.serve import serve
from dashboard.commands.store import backup, doctor, restore
from dashboard.editions import clock
from data_access.columns import ANSWERS, BUYER_TYPES
from data_access.demo import generate
from data_access.demo import load as demo_store
from data_access.settings import Settings
from data_access.store.store import Store


@click.group(cls=Commands)
def main() -> None:
    """Leadloop: what became of the leads you delivered."""


@main.command()
@click.option(
    "--deliveries",
    type=click.IntRange(200, 2_000_000),
    default=generate.DEFAULT_DELIVERIES,
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
        raise Stop(message)
    store = Store(Settings().url)
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
            batch = demo_store.load(store, order)
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
        raise Stop(message) from None


@main.command()
@click.argument("kind", type=click.Choice(["source", "buyer"]))
@click.argument("entity_id")
@click.argument("canonical_id")
def merge(kind: str, entity_id: str, canonical_id: str) -> None:
    """Say that two ids are one source or buyer; facts stay as they were sent."""
    store = Store(Settings().url)
    try:
        store.merge(kind, entity_id, canonical_id, at_us=clock.now_us())
    except ValueError as error:
        raise Stop(str(error)) from None
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
        raise Stop(message)
    store = Store(Settings().url)
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
main.add_command(serve)


if __name__ == "__main__":
    main()
