"""`make bench`: run every benchmark and print the tables of docs/performance.md."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import browser, importing, lookups, memory, numbers, snapshots, startup


def main() -> None:
    """Run the benchmarks in order of cost; `--small` leaves out everything at 1 M."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="only what runs at 100,000 deliveries")
    parser.add_argument("--data-dir", type=Path, help="a store with the 1 M demo to use, not make")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leadloop-bench-") as folder:
        sizes = [100_000] if given.small else [100_000, 1_000_000]
        stores = {n: Path(folder) / str(n) for n in sizes}
        if given.data_dir and not given.small:
            stores[1_000_000] = given.data_dir
        print(startup.main(Path(folder) / "start"), end="\n\n")
        print(importing.main(Path(folder)), end="\n\n")
        for size, data_dir in stores.items():
            numbers.demo(data_dir, size)
            print(snapshots.main(data_dir, size), end="\n\n")
            print(numbers.main(data_dir, size), end="\n\n")
            print(lookups.main(data_dir, size), end="\n\n")
            print(memory.main(data_dir, size), end="\n\n")
            print(browser.main(data_dir, size), end="\n\n")


if __name__ == "__main__":
    main()
