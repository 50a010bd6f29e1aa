"""The console command `leadloop`: the names of its commands, and where each is."""

from __future__ import annotations

from typing import Final

from dashboard.commands.lazy_group import LazyGroup, Place

PLACES: Final = {
    "backup": Place(
        "dashboard.commands.store",
        "backup",
        "Write the whole store to FILE, also while it is in use.",
    ),
    "demo": Place(
        "dashboard.commands.demo",
        "demo",
        "Fill an empty store with a made-up marketplace of 18 months.",
    ),
    "doctor": Place(
        "dashboard.commands.store",
        "doctor",
        "Look at versions, store, counts, unfinished imports and snapshot; say what to do.",
    ),
    "export": Place(
        "dashboard.commands.export",
        "export",
        "Write a table as a file; its manifest is written beside it.",
    ),
    "import": Place(
        "dashboard.commands.import_files",
        "import_",
        "Take files in: JSON or NDJSON events, or flat rows as CSV, XLSX or Parquet.",
    ),
    "merge": Place(
        "dashboard.commands.entities",
        "merge",
        "Say that two ids are one source or buyer; facts stay as they were sent.",
    ),
    "name": Place(
        "dashboard.commands.entities",
        "name",
        "Set the name of a source or buyer, or a buyer's type; this counts over events.",
    ),
    "report": Place(
        "dashboard.commands.report",
        "report",
        "Write a report as HTML or PDF: monthly, weekly, daily, source or buyer.",
    ),
    "restore": Place(
        "dashboard.commands.store",
        "restore",
        "Put a backup into the store, in one step: all of it, or nothing.",
    ),
    "restore-batch": Place(
        "dashboard.commands.withdrawal",
        "restore_batch",
        "Put an import that was withdrawn back into every figure, from now on.",
    ),
    "retract-batch": Place(
        "dashboard.commands.withdrawal",
        "retract_batch",
        "Take an import out of every figure from now on; its facts stay in the store.",
    ),
    "serve": Place(
        "dashboard.commands.serve",
        "serve",
        "Serve the pages and the API of the store.",
    ),
    "settings": Place(
        "dashboard.commands.settings",
        "settings",
        "Show zone and currency of the store, and accept a change of them.",
    ),
}

main: Final = LazyGroup(
    "leadloop", PLACES, about="Leadloop: what became of the leads you delivered."
)

if __name__ == "__main__":
    main()
