"""What an answer says of itself leads back to the same answer, for good."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from builders import delivered, failed, reported
from click.testing import CliRunner
from pages import text

from dashboard.answers import description, files, result
from dashboard.answers.workspace import Workspace, close
from dashboard.commands.main import main
from data_access.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from builders import Desk
    from pages import Open

MAY = {"from": ["2026-05-01"], "to": ["2026-05-31"], "source": ["S1"]}


@pytest.fixture
def month(desk: Desk) -> Desk:
    """Three deliveries of May at 10 each, one sold, one returned; one offer that failed at 99."""
    at = "2026-05-04T10:00:00Z"
    desk.take(
        *(
            delivered(f"L{n}", "B1", at, source_id="S1", price="10.00", lead_cost="4.00")
            for n in range(3)
        ),
        failed("L9", "B1", at, source_id="S1", attempted_price="99.00", lead_cost="7.00"),
        reported("L0", "B1", "converted", "2026-05-05T10:00:00Z"),
        reported("L1", "B1", "returned", "2026-05-05T10:00:00Z"),
    )
    return desk


def more(desk: Desk) -> None:
    """What would change every figure of May."""
    desk.take(
        reported("L2", "B1", "converted", "2026-05-06T10:00:00Z"),
        delivered("L3", "B1", "2026-05-07T10:00:00Z", source_id="S1", price="50.00"),
    )


def asked(address: str) -> dict[str, list[str]]:
    """The parameters of an address."""
    return parse_qs(urlsplit(address).query)


@pytest.mark.parametrize("table", ["rates", "deliveries", "headline", "feedback"])
def test_api_and_command_give_the_same_bytes_after_more_has_come(
    month: Desk,
    open_workspace: Callable[[], Workspace],
    monkeypatch: pytest.MonkeyPatch,
    table: str,
) -> None:
    """Days, moment and data version are named, whatever was asked."""
    known = open_workspace()
    answer = result.ask(known, table, MAY)
    before, about = b"".join(description.blocks(answer, "csv")), description.about(answer)
    more(month)
    with known.answering(asked(about["api"])):
        again = result.ask(known, table, asked(about["api"]))
        assert b"".join(description.blocks(again, "csv")) == before
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(month.folder))
    close()
    _, *words = shlex.split(about["command"])
    assert CliRunner().invoke(main, words).stdout.encode() == before
    with known.answering(MAY):
        assert b"".join(description.blocks(result.ask(known, table, MAY), "csv")) != before


def test_the_page_of_a_manifest_shows_the_same_figures(
    month: Desk, open_workspace: Callable[[], Workspace], opened: Open
) -> None:
    """One of three was sold: of the two told of, one."""
    page = urlsplit(description.about(result.ask(open_workspace(), "sources", MAY))["page"])
    more(month)
    params: Any = {name: values[0] for name, values in parse_qs(page.query).items()}
    assert {"from", "to", "as_of", "data_version"} <= set(params)
    assert page.path == "/sources"
    shown = opened("overview", **params)
    assert "1 of 2" in text(shown)
    assert "frozen at data version 6" in text(shown)


def test_links_begin_with_the_public_url(month: Desk) -> None:
    """Where there is one; pages that every table has are under Data."""
    settings = Settings(data_dir=month.folder, public_url="https://leads.example.com/x/")
    known = Workspace(settings)
    about = description.about(result.ask(known, "rates", MAY))
    receipts = description.about(result.ask(known, "batches", {}))
    known.store.close()
    assert about["page"].startswith("https://leads.example.com/x/data?")
    assert about["api"].startswith("https://leads.example.com/x/api/v1/tables/rates.csv?from=")
    assert receipts["page"] == "https://leads.example.com/x/data"
    assert receipts["api"] == "https://leads.example.com/x/api/v1/tables/batches.csv"


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx", "ndjson"])
def test_a_manifest_describes_the_file_it_lies_beside_or_in(
    month: Desk, open_workspace: Callable[[], Workspace], tmp_path: Path, kind: str
) -> None:
    """By the file's own name and format."""
    answer = result.ask(open_workspace(), "deliveries", MAY)
    path = tmp_path / f"mine.{kind}"
    files.write(answer, kind, path)
    package = files.manifest(answer, path=path.name, kind=kind)
    [resource] = package["resources"]
    assert (resource["path"], resource["format"]) == (f"mine.{kind}", kind)
    assert month.folder.exists()
    if kind == "parquet":
        inside = pl.read_parquet_metadata(path)["leadloop"]
        assert (
            '"path": "mine.parquet", "profile": "tabular-data-resource", "format": "parquet"'
            in (inside)
        )


def test_plain_means_and_sums_are_the_rates_and_totals(
    month: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Of 3 delivered: 30.00 in all, a third returned; of 2 told of, half sold."""
    known = open_workspace()
    rows = pl.concat(result.ask(known, "deliveries", MAY).pieces())
    assert month.facts()["attempts"]
    sums = rows.select("price_cents", "lead_cost_cents").sum().row(0)
    assert sums == (3000, 1200)
    apart = rows.select("attempted_price_cents", "attempted_lead_cost_cents").sum().row(0)
    assert apart == (9900, 700)
    assert rows["returned"].mean() == pytest.approx(1 / 3)
    assert rows["converted"].mean() == rows["contacted"].mean() == pytest.approx(1 / 2)
    assert rows.filter(lead_id="L2").select("returned", "converted").row(0) == (False, None)
    assert rows.filter(lead_id="L9").select("returned", "price_cents").row(0) == (None, None)
