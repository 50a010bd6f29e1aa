"""How long a command takes to start, against importing Polars: whole processes, in turn.

`python -m benchmarks.startup`; it makes a small store of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.timing import in_turn, short, table

LEADLOOP: Final = (sys.executable, "-m", "dashboard.commands.main")
POLARS: Final = (sys.executable, "-c", "import polars")
COMMANDS: Final = {
    ("--help",): "≤ 2 ×",
    ("export", "--help"): "≤ 4 ×",
    ("export", "headline"): "",
}
DELIVERIES: Final = 2_000
ROUNDS: Final = 7


def main(folder: Path) -> str:
    """The table; what a command prints goes nowhere."""
    env = {**os.environ, "LEADLOOP_DATA_DIR": str(folder)}
    run = partial(subprocess.run, check=True, env=env, stdout=subprocess.DEVNULL)
    run([*LEADLOOP, "demo", "--if-empty", "--deliveries", str(DELIVERIES)])
    commands = [POLARS, *((*LEADLOOP, *words) for words in COMMANDS)]
    polars, *ours = in_turn([partial(run, command) for command in commands], rounds=ROUNDS)
    rows = [
        (f"`leadloop {' '.join(words)}`", short(taken), f"{taken / polars:.1f} ×", aim)
        for (words, aim), taken in zip(COMMANDS.items(), ours, strict=True)
    ]
    title = f"A command from start to end against `import polars` ({short(polars)})"
    return table(title, ("command", "whole process", "ratio", "aim"), rows)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="leadloop-bench-") as made:
        print(main(Path(made)))
