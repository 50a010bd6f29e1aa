"""Commands that end in one sentence where something cannot be."""

from __future__ import annotations

from typing import Any

import click

from dashboard.access.actor import Actor, begin


class Stop(click.ClickException):
    """Ends a command with one sentence."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))  # a driver's text may have several lines

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        """Print the sentence."""
        click.echo(f"leadloop: {self.message}", err=True)


class Command(click.Command):
    """A command of ours: settings and rules are judged before it begins."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - whatever the command gives
        """Run it; every error that the product words itself ends it with that sentence."""
        from dashboard.editions.rules_in_force import in_force
        from data_access.explained import ExplainedError
        from data_access.settings import Settings

        begin(Actor("command"))
        try:
            in_force(Settings())
            return super().invoke(ctx)
        except ExplainedError as error:
            raise Stop(str(error)) from None
        except OSError as error:
            if error.filename is None:  # not about a file that somebody named
                raise
            message = f"{error.filename} cannot be used: {error.strerror}"
            raise Stop(message) from None
