"""Answers as files, options of tables, and single leads."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import polars as pl
import pytest
from october import OCTOBER

from dashboard.answers import files, lead_search, result, table_options
from dashboard.tables.registry import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dashboard.answers.workspace import Workspace

ASKED = {"from": ["2026-10-01"], "to": ["2026-10-31"]}


@pytest.mark.parametrize(
    ("table", "params", "wrong"),
    [
        ("rates", {"by": ["buyer,month"]}, []),
        ("rates", {"by": ["colour"]}, ["by"]),
        ("rates", {"by": ["buyer,buyer"]}, ["by"]),
        ("sources", {"by": ["buyer"]}, ["by"]),
        ("mix_shift", {"by": ["buyer,source"]}, ["by"]),
        ("trend", {"grain": ["month"]}, []),
        ("trend", {"grain": ["year"]}, ["grain"]),
        ("sources", {"limit": ["0"]}, ["limit"]),
        ("sources", {"limit": ["١"]}, ["limit"]),
        ("sources", {"after": ["x"]}, ["after"]),
        ("deliveries", {"after": ["x"], "changed_since": ["0"]}, []),
        ("verification_sample", {"precision": ["0.6"], "seed": ["7"]}, ["precision"]),
    ],
)
def test_options_are_taken_or_said_not_to_be(
    table: str, params: dict[str, list[str]], wrong: list[str]
) -> None:
    """Each only with the tables it belongs to."""
    _, problems = table_options.read(TABLES[table], params)
    assert [problem.parameter for problem in problems] == wrong


def test_options_are_read_as_they_are_written() -> None:
    """Several dimensions and columns with a comma or one by one."""
    found, problems = table_options.read(
        TABLES["rates"], {"by": ["buyer,month"], "columns": ["delivered", "feedback"]}
    )
    assert problems == []
    assert (found.by, found.columns) == (("buyer", "month"), ("delivered", "feedback"))
    near = table_options.problem("by", "buyr", "buyer", ["buyer", "month"])
    assert near.message.endswith("Nearest: buyer.")


def test_receipts_take_no_filters() -> None:
    """Whatever filter it is."""
    table = TABLES["batches"]
    refused = table_options.no_filters(table, {"source": ["x"], "limit": ["1"]})
    assert [problem.parameter for problem in refused] == ["source"]


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet", "xlsx"])
def test_a_table_as_a_file_reads_back(shop: Workspace, tmp_path: Path, kind: str) -> None:
    """With a manifest beside it where the format cannot hold one."""
    path = tmp_path / f"sources.{kind}"
    files.write_described(result.ask(shop, "sources", ASKED), kind, path)
    readers: dict[str, Callable[..., pl.DataFrame]] = {
        "csv": pl.read_csv, "ndjson": pl.read_ndjson, "parquet": pl.read_parquet,
        "xlsx": pl.read_excel,
    }  # fmt: skip
    assert readers[kind](path)["delivered"].to_list() == [60, 60]
    beside = path.with_name(path.name + ".manifest.json")
    assert beside.exists() is (kind in files.DESCRIBED)
    if beside.exists():
        told = json.loads(beside.read_text("utf-8"))["resources"][0]
        assert hashlib.sha256(path.read_bytes()).hexdigest() in told["hash"]


def test_a_manifest_without_a_file_says_neither_size_nor_hash(shop: Workspace) -> None:
    """It describes the columns."""
    told = files.manifest(result.ask(shop, "sources", ASKED))["resources"][0]
    assert told["path"] == "sources.csv"
    assert not {"bytes", "hash"} & set(told)


def test_a_lead_is_told_with_everything_said_of_it(shop: Workspace) -> None:
    """Delivered, and four hours later a sale."""
    found = lead_search.lead(shop.table_query(OCTOBER), "O-000")
    assert found.deliveries["outcome"].to_list() == ["converted"]
    assert found.events["kind"].to_list() == ["delivered", "feedback"]
    assert lead_search.lead(shop.table_query(OCTOBER), "nobody").deliveries.is_empty()


def test_a_search_finds_ids_whole_and_names_in_part(shop: Workspace) -> None:
    """Nothing is found for nothing."""
    named = shop.edition.named

    def found(text: str) -> list[tuple[str, str]]:
        rows = lead_search.search(shop.store, named, text).select("kind", "id")
        return [(kind, one) for kind, one in rows.iter_rows()]

    assert found(" O-000 ") == [("lead", "O-000")]
    assert found("cm") == [("buyer", "buy_acme")]
    assert found("src_oak") == [("source", "src_oak")]
    assert found("O-00") == []
    assert found("  ") == []
