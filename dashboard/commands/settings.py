"""`leadloop settings`: zone and currency, as the store remembers them and as they are set now."""

from __future__ import annotations

import click

from dashboard.commands.command_base import Command


@click.command(cls=Command)
@click.option("--accept", is_flag=True, help="Put what is set now in force; it is written down.")
@click.option("--who", help="Who accepts it.")
def settings(*, accept: bool, who: str | None) -> None:
    """Show zone and currency of the store, and accept a change of them.

    A change counts for all figures, also those of before. Amounts are never converted.
    """
    from dashboard.editions import clock
    from data_access.settings import Settings
    from data_access.store import store_settings
    from data_access.store.people import checked_name
    from data_access.store.store import OPERATOR, Store

    read = Settings()
    given = store_settings.StoreSettings(read.report_zone, read.currency)
    person = OPERATOR if who is None else checked_name(who)
    store = Store(read.url)
    try:
        if accept and store_settings.accept(store, given, who=person, at_us=clock.now_us()):
            click.echo(f"in force now: {given.report_zone}, {given.currency}")
            return
        known = store_settings.remembered(store)
    finally:
        store.close()
    for name, now, was in (
        ("report zone", given.report_zone, known and known.report_zone),
        ("currency", given.currency, known and known.currency),
    ):
        also = "" if was in (None, now) else f", and the store remembers {was}"
        click.echo(f"{name}: {now}{also}")
    if sentence := store_settings.difference(known, given):
        click.echo(f"{sentence}.")
