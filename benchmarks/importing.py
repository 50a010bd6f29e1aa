"""Import of a file against a bare `executemany` of the rows it stores, on SQLite."""

from __future__ import annotations

import shutil
import statistics
from typing import TYPE_CHECKING, Any

from benchmarks.timing import seconds, short, table
from data_access.intake.import_file import import_file
from data_access.intake.import_order import ImportOrder
from data_access.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 100_000
ROUNDS = 3


def _file(path: Path) -> Path:
    """A vendor's flat file: each row a delivery and a feedback."""
    header = "lead,buyer,source,sub,sold,price,result,when,reason,value\n"
    outcomes = ("converted", "returned", "no_contact", "contacted")
    with path.open("w") as stream:
        stream.write(header)
        for n in range(ROWS):
            day = f"2026-{n % 9 + 1:02d}-{n % 27 + 1:02d}"
            stream.write(
                f"lead_{n:08x},buyer_{n % 12},source_{n % 40},lp-{n % 7},{day}T08:{n % 60:02d}:00Z,"
                f"{20 + n % 40}.50,{outcomes[n % 4]},{day}T19:{n % 60:02d}:00Z,not reached,"
                f"{n % 900}.00\n"
            )
    return path


PROFILE = """
name = "bench"
[columns]
lead_id = "lead"
buyer_id = "buyer"
source_id = "source"
sub_source = "sub"
delivered_at = "sold"
price = "price"
outcome = "result"
reported_at = "when"
reason = "reason"
value = "value"
"""


def main(folder: Path) -> str:
    """The table; works in a folder of its own."""
    file = _file(folder / "bench.csv")
    profile = folder / "bench.toml"
    profile.write_text(PROFILE)
    ratios, times = [], []
    for turn in range(ROUNDS):
        ours, bare = folder / f"ours-{turn}", folder / f"bare-{turn}"
        taken = seconds(lambda to=ours: _import(to, file, str(profile)))  # type: ignore[misc]
        plain = _executemany(ours, bare)
        ratios.append(taken / plain)
        times.append((taken, plain))
        shutil.rmtree(ours)
        shutil.rmtree(bare)
    middle = statistics.median(ratios)
    taken, plain = times[ratios.index(middle)]
    row = [
        f"{ROWS:,} rows, {2 * ROWS:,} facts",
        short(taken),
        short(plain),
        f"{middle:.1f} ×",
        "≤ 4 ×",
    ]
    header = ["what", "import", "bare executemany", "ratio", "aim"]
    return table("Import against a bare `executemany` of the same rows (SQLite)", header, [row])


def _store(folder: Path) -> Store:
    folder.mkdir(exist_ok=True)
    return Store(f"sqlite:///{folder / 'leadloop.sqlite3'}")


def _import(folder: Path, file: Path, profile: str) -> None:
    store = _store(folder)
    order = ImportOrder(
        path=file, profile=profile, errors_dir=folder, now_us=lambda: 1_795_000_000_000_000
    )
    import_file(store, order)
    store.close()


def _executemany(ours: Path, bare: Path) -> float:
    """The same rows of the same tables, inserted by nothing but the driver.

    Columns without any value are left out, as our own road does: sending them takes
    three times as long and would flatter us.
    """
    store = _store(ours)
    with store.reading() as connection:
        driver: Any = connection.connection.driver_connection
        rows = {}
        for name in ("attempts", "feedback"):
            cursor = driver.execute(f"SELECT * FROM {name}")
            named = [column[0] for column in cursor.description]
            columns = list(zip(*cursor.fetchall(), strict=True))
            said = [at for at, values in enumerate(columns) if any(v is not None for v in values)]
            values = list(zip(*(columns[at] for at in said), strict=True))
            rows[name] = ([named[at] for at in said], values)
    store.close()
    store = _store(bare)
    raw = store.engine.raw_connection()
    driver = raw.driver_connection

    def insert() -> None:
        for name, (columns, values) in rows.items():
            marks = ", ".join("?" * len(columns))
            driver.execute("BEGIN IMMEDIATE")
            driver.executemany(
                f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", values
            )
            driver.execute("COMMIT")

    taken = seconds(insert)
    raw.close()
    store.close()
    return taken
