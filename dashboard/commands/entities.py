"""`leadloop name` and `merge`: what sources and buyers are called, and which are one."""

from __future__ import annotations

import click

from dashboard.commands.command_base import Command, Stop
from data_access.columns import BUYER_TYPES


@click.command(cls=Command)
@click.argument("kind", type=click.Choice(["source", "buyer"]))
@click.argument("entity_id")
@click.argument("canonical_id")
def merge(kind: str, entity_id: str, canonical_id: str) -> None:
    """Say that two ids are one source or buyer; facts stay as they were sent."""
    from dashboard.editions import clock
    from data_access.settings import Settings
    from data_access.store.store import Store

    store = Store(Settings().url)
    try:
        store.merge(kind, entity_id, canonical_id, at_us=clock.now_us())
    except ValueError as error:
        raise Stop(str(error)) from None
    finally:
        store.close()


@click.command(cls=Command)
@click.argument("kind", type=click.Choice(["source", "buyer"]))
@click.argument("entity_id")
@click.option("--called", help="What it is called.")
@click.option("--buyer-type", type=click.Choice(BUYER_TYPES))
def name(kind: str, entity_id: str, *, called: str | None, buyer_type: str | None) -> None:
    """Set the name of a source or buyer, or a buyer's type; this counts over events."""
    from dashboard.editions import clock
    from data_access.settings import Settings
    from data_access.store.store import Store

    if buyer_type is not None and kind != "buyer":
        message = "--buyer-type goes with a buyer"
        raise Stop(message)
    store = Store(Settings().url)
    try:
        store.set_entity(kind, entity_id, name=called, buyer_type=buyer_type, at_us=clock.now_us())
    finally:
        store.close()
