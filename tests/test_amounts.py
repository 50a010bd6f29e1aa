"""Amounts follow their currency from the file to the figure: dollars, yen, dinars."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
import pytest
from click.testing import CliRunner

from dashboard.answers import workspace as books
from dashboard.charts import money_bars, trend
from dashboard.commands.main import main
from dashboard.presentation import formats
from dashboard.presentation.theme import LIGHT
from dashboard.reports import compose, html, report_charts, report_order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROFILE = """
name = "offers"
[file]
zone = "UTC"
[columns]
lead_id = "lead"
buyer_id = "buyer"
source_id = "source"
delivered_at = "at"
price = "price"
margin = "margin"
outcome = "outcome"
value = "value"
reported_at = "told"
"""
HEAD = "lead,buyer,source,at,price,margin,outcome,value,told\n"


class Money(NamedTuple):
    """A currency, two prices and a value as they are written, and what they come to."""

    currency: str
    prices: tuple[str, str]
    value: str
    gross: int  # smallest units
    margin: int  # 25 % of the first price, and the second one less 0
    shown: str
    refused: str


CASES = (
    Money("USD", ("12.50", "7.5"), "1200", 2_000, 313, "$20.00", "7.501"),
    Money("JPY", ("1200", "34.00"), "90000", 1_234, 300, "¥1,234", "34.5"),
    Money("KWD", ("1.234", "2.5000"), "120", 3_734, 309, "KWD 3.734", "2.5001"),
    Money("CLF", ("0.5", "0.25"), "3.1415", 7_500, 1_250, "CLF 0.7500", "0.12345"),
)


@pytest.fixture(params=CASES, ids=lambda money: money.currency)
def money(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Money]:
    """A store in a currency with two deliveries, one of them sold, and a row that is refused."""
    case: Money = request.param
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("LEADLOOP_CURRENCY", case.currency)
    monkeypatch.delenv("LEADLOOP_DATABASE_URL", raising=False)
    books.close()
    lines = [
        f"L1,b1,s1,2026-05-04,{case.prices[0]},25 %,converted,{case.value},2026-05-05",
        f"L2,b1,s1,2026-05-04 11:00:00,{case.prices[1]},,,,",
        f"L3,b1,s1,2026-05-04 12:00:00,{case.refused},,,,",
    ]
    (tmp_path / "offers.toml").write_text(PROFILE, "utf-8")
    (tmp_path / "offers.csv").write_text(HEAD + "\n".join(lines), "utf-8")
    said = run("import", "offers.csv", "--profile", "offers.toml", status=3)
    assert "2 created" in said
    assert "1 rejected" in said
    yield case
    books.close()


def run(*words: str, status: int = 0) -> str:
    """What a command prints that ends with a status."""
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == status, result.output
    return result.stdout


def exported(table: str, *words: str) -> list[dict[str, str]]:
    """The rows of a table."""
    text = run("export", table, "--period", "all_time", *words)
    return list(csv.DictReader(io.StringIO(text)))


def test_amounts_are_kept_in_the_smallest_unit(money: Money) -> None:
    """What has more decimals than the currency is refused, but for zeros."""
    offers = {row["lead_id"]: row for row in exported("attempts")}
    assert sum(int(row["price_cents"]) for row in offers.values()) == money.gross
    assert int(offers["L1"]["margin_cents"]) == money.margin
    [refused] = csv.DictReader(io.StringIO(run("export", "refused")))
    assert (refused["code"], refused["field"], refused["value"]) == (
        *("money_format", "price", money.refused),
    )


def test_the_figure_is_written_as_the_currency_is(money: Money) -> None:
    """On pages, in tables and in reports."""
    [row] = exported("rates")
    assert int(row["gross_cents"]) == money.gross
    assert formats.money(int(row["gross_cents"]), money.currency) == money.shown
    known = books.workspace()
    order = report_order.read("monthly", {"month": ["2026-05"]}, known)
    text = html.whole(compose.make(known, order))
    assert money.shown in text


def test_axes_and_bars_are_in_the_currency_itself() -> None:
    """A trend in yen is as high as it says; one in dollars or dinars is parted."""
    line = pl.DataFrame({"start": [date(2026, 5, 4)], "end": [date(2026, 5, 10)], "net": [2_500]})
    checks = pl.DataFrame(
        {
            "reason_group": ["identity"],
            "check": ["Call."],
            "checked": [1],
            **{key: [2_500] for key in ("saved_cents", "check_cost_cents", "avoidable_cents")},
        }
    )
    for currency, height in (("USD", 25.0), ("JPY", 2_500.0), ("KWD", 2.5)):
        drawn = trend.Line(value="net", label="Net", unit="money", currency=currency)
        found = trend.figure(line, drawn, LIGHT)
        assert list(found.data[-1].y) == [height]
        assert list(money_bars.avoidable(checks, LIGHT, currency).data[0].x) == [height]
    shown = [report_charts.compact(1_234_000, each) for each in ("USD", "JPY", "KWD")]
    assert shown == ["$12k", "¥1.2m", "KWD 1.2k"]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_our_own_files_come_back_with_every_unit(
    money: Money, kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Into another store of the same currency."""
    before = exported("attempts", "--columns", "lead_id,price_cents,margin_cents")
    sales = exported("feedback", "--columns", "lead_id,value_cents")
    for table in ("attempts", "feedback"):
        run("export", table, "--period", "all_time", "--out", f"{table}.{kind}")
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(tmp_path / "second"))
    books.close()
    run("import", f"attempts.{kind}", f"feedback.{kind}")
    assert exported("attempts", "--columns", "lead_id,price_cents,margin_cents") == before
    assert exported("feedback", "--columns", "lead_id,value_cents") == sales
    assert money.currency in run("settings")
