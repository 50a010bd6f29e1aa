"""`leadloop demo`: a store to look at before there is feedback of one's own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.command_base import Command, Stop
from dashboard.commands.progress import progress_bar
from data_access.columns import ANSWERS
from data_access.demo import generate

if TYPE_CHECKING:
    from data_access.demo.load import DemoOrder


@click.command(cls=Command)
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
    from dashboard.editions import clock
    from data_access.demo import load

    now = clock.now_us()
    last = _day(until) or clock.now().date()
    if last > clock.now().date():
        message = f"--until {last} is in the future"
        raise Stop(message)
    order = load.DemoOrder(
        deliveries=deliveries,
        seed=seed,
        until=last,
        stories=stories,
        cut_us=now if last == clock.now().date() else None,
        now_us=clock.now_us,
    )
    _fill(order, truth, if_empty=if_empty)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no date; write it as 2026-05-31"
        raise Stop(message) from None


def _fill(order: DemoOrder, truth: Path | None, *, if_empty: bool) -> None:
    """Take the demo in, and say what came of it."""
    from data_access.demo import load
    from data_access.settings import Settings
    from data_access.store import store_settings
    from data_access.store.store import Store

    settings = Settings()
    store = Store(settings.url)
    try:
        if if_empty and store.data_version() > 0 and not load.unfinished(store):
            return
        progress, move = progress_bar("demo")
        with progress:
            batch = load.load(store, replace(order, progress=move))
        given = store_settings.StoreSettings(settings.report_zone, load.CURRENCY)
        store_settings.remember(store, given, at_us=order.now_us())
        counts = ", ".join(f"{batch.counts[answer]:,} {answer}" for answer in ANSWERS)
        click.echo(f"demo: {sum(batch.counts.values()):,} rows: {counts}")
        if truth:
            told = load.truth(order)
            truth.write_text(json.dumps(told, indent=2, sort_keys=True) + "\n", "utf-8")
    finally:
        store.close()
