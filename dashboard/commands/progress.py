"""How far a command has come, shown to whoever watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress


def progress_bar(label: str) -> tuple[Progress, Callable[[int], None]]:
    """A progress bar on stderr; silent where stderr is no terminal."""
    from rich import progress as bars
    from rich.console import Console

    console = Console(stderr=True)
    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeRemainingColumn(),
    )
    shown = bars.Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True
    )
    task = shown.add_task(label, total=None)
    return shown, lambda done: shown.update(task, completed=done)
