"""`leadloop retract-batch` and `restore-batch`: an import out of every figure, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dashboard.commands.command_base import Command
from data_access.columns import OPERATOR, RESTORE, WITHDRAW

if TYPE_CHECKING:
    from collections.abc import Callable

_BACK = {
    WITHDRAW: "`leadloop restore-batch {batch_id}` puts it back",
    RESTORE: "`leadloop retract-batch {batch_id}` takes it out again",
}
_DONE = {WITHDRAW: "withdrawn", RESTORE: "restored"}


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """The argument and options that both commands have."""
    for add in (
        click.option("--who", default=OPERATOR, show_default=True, help="Who decided it."),
        click.option("--note", help="Why; it is kept with the import."),
        click.argument("batch_id", metavar="ID"),
    ):
        command = add(command)
    return command


@click.command("retract-batch", cls=Command)
@_options
def retract_batch(batch_id: str, *, note: str | None, who: str) -> None:
    """Take an import out of every figure from now on; its facts stay in the store.

    ID is the import's id, as the import command, Data → Imports and the table batches say it.
    Questions as of an earlier moment, or of an earlier data version, keep their answers.
    """
    _carry_out(batch_id, WITHDRAW, note, who)


@click.command("restore-batch", cls=Command)
@_options
def restore_batch(batch_id: str, *, note: str | None, who: str) -> None:
    """Put an import that was withdrawn back into every figure, from now on."""
    _carry_out(batch_id, RESTORE, note, who)


def _carry_out(batch_id: str, action: str, note: str | None, who: str) -> None:
    from dashboard.answers import withdrawing
    from dashboard.answers.workspace import close, workspace
    from dashboard.presentation import withdrawal_texts

    try:
        known = workspace()
        found = withdrawing.would_change(known, batch_id, action)
        withdrawing.carry_out(known, batch_id, action, who=who, note=note)
        changed = withdrawal_texts.effect(
            found.deliveries, found.reports, found.price_cents, known.settings.currency
        )
    finally:
        close()
    back = _BACK[action].format(batch_id=batch_id)
    click.echo(f"{_DONE[action]} {batch_id}: {changed} {back}.")
