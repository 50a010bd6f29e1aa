"""Steps 3 and 4 on Spark, as a process of its own: facts in, outcomes and tallies out.

    python tests/spark_steps.py FOLDER AS_OF_US

Reads attempts, feedback, aliases and reasons as Parquet from the folder; writes
outcomes, and one tally per clock. Frames that are read several times are cached.
"""

from __future__ import annotations

import sys
from pathlib import Path

import narwhals as nw
from pyspark.sql import SparkSession

from metrics.definitions.report_calendar import ReportZone
from metrics.definitions.scope import CLOCKS
from metrics.outcomes import known_facts, resolve, tallies

SPAN = (1_704_067_200_000_000, 1_798_761_600_000_000)  # 2024 to 2026


def main(folder: Path, as_of_us: int) -> None:
    """Resolve and tally with two local workers."""
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.bindAddress", "127.0.0.1")
        # the frames are small: planning, compiling and describing them is what takes the time
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.maxPlanStringLength", "1000")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .getOrCreate()
    )
    names = ("attempts", "feedback", "aliases", "reasons")
    frames = [nw.from_native(spark.read.parquet(str(folder / f"{name}.parquet"))) for name in names]
    zone = ReportZone.of("Europe/Berlin", first_us=SPAN[0], last_us=SPAN[1])
    rows = resolve.resolve(known_facts.Facts(*frames), as_of_us=as_of_us, zone=zone, keep=_cached)
    rows = _cached(rows)
    rows.to_native().write.parquet(str(folder / "outcomes"))
    for clock in CLOCKS:
        cells = tallies.tally(rows, tallies.CELL, clock=clock)
        cells.to_native().write.parquet(str(folder / f"tally_{clock}"))
    spark.stop()


def _cached(frame: known_facts.Frame) -> known_facts.Frame:
    cached: known_facts.Frame = nw.from_native(frame.to_native().cache())
    return cached


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
