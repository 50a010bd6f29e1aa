"""Which deliveries a question is about, each condition recounted row by row in Python."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import us

from metrics.definitions.report_calendar import day_number
from metrics.definitions.scope import Rows, Scope
from metrics.outcomes import contradictions, selection

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = us("2026-11-22T12:00:00Z")
TODAY = day_number(date(2026, 11, 22))
TYPES = {"b1": "lead_buyer", "b2": "data_buyer", "b3": None}
DEAD = contradictions.bit("number_dead_elsewhere")
Row = dict[str, Any]


def market() -> pl.DataFrame:
    """Every combination of buyer, age, delivery, feedback and end that can occur."""
    rows = []
    ends = (("converted", 1, 0, 1), ("returned", 0, 1, 0), ("no_contact", 0, 0, 0), (None, 0, 0, 0))
    combined = product(("b1", "b2", "b3"), (0, 29, 30, 45), (0, 1), ends, ("s1", None))
    for number, (buyer, age, arrived, (outcome, sold, back, spoke), source) in enumerate(combined):
        rows.append(
            {
                "lead_id": f"L{number % 7}",
                "buyer_id": buyer,
                "source_id": source,
                "sold_to": 1 + number % 3,
                "delivered": arrived,
                "dated_day": TODAY - age,
                "reported_day": TODAY - age + 1 if outcome else None,
                "occurred_day": TODAY - age if outcome else None,
                "covered": int(outcome is not None),
                "outcome": outcome,
                "contacted": spoke,
                "converted": sold,
                "returned": back,
                "ever_qualified": number % 2,
                "contradiction_mask": (0, DEAD, 1 << 30)[number % 3],
                "reason_group": "other" if back else None,
                "reason": "other" if back else None,
                "return_state": "waiting" if back else None,
            }
        )
    return pl.DataFrame(rows)


MARKET = market()


def kept(condition: pl.Expr) -> list[int]:
    """The places of the rows that meet a condition."""
    return MARKET.with_row_index("at").filter(condition)["at"].to_list()


def recounted(wanted: Callable[[Row], Any]) -> list[int]:
    """The same, row by row."""
    return [at for at, row in enumerate(MARKET.to_dicts()) if wanted(row)]


def scope(**said: Any) -> Scope:
    """A question about the last sixty days."""
    return Scope(
        **{"first": date(2026, 9, 24), "last": date(2026, 11, 22), "as_of_us": NOW, **said}
    )


def age(row: Row) -> int:
    """Days since the delivery."""
    return int(TODAY - row["dated_day"])


ROWS: list[tuple[Rows, Callable[[Row], Any]]] = [
    (Rows(), lambda _: True),
    (Rows(outcome=("converted", "returned")), lambda r: r["outcome"] in {"converted", "returned"}),
    (Rows(reason_group=("other",)), lambda r: r["reason_group"] == "other"),
    (Rows(return_state=("waiting",)), lambda r: r["return_state"] == "waiting"),
    (Rows(status="failed"), lambda r: not r["delivered"]),
    (Rows(feedback="none"), lambda r: r["delivered"] and not r["covered"]),
    (Rows(feedback="any"), lambda r: r["delivered"] and r["covered"]),
    (Rows(contacted=False), lambda r: r["covered"] and not r["contacted"]),
    (Rows(converted=True), lambda r: r["covered"] and r["converted"]),
    (Rows(returned=False), lambda r: r["delivered"] and not r["returned"]),
    (
        Rows(interested=True),
        lambda r: r["covered"] and (r["converted"] or (r["ever_qualified"] and r["contacted"])),
    ),
    (
        Rows(interested=False),
        lambda r: r["covered"] and not (r["converted"] or (r["ever_qualified"] and r["contacted"])),
    ),
    (Rows(min_age_days=30), lambda r: r["delivered"] and age(r) >= 30),
    (Rows(max_age_days=29), lambda r: r["delivered"] and age(r) <= 29),
    (Rows(contradiction=("any",)), lambda r: r["contradiction_mask"]),
    (Rows(contradiction=("none",)), lambda r: not r["contradiction_mask"]),
    (Rows(contradiction=("number_dead_elsewhere",)), lambda r: r["contradiction_mask"] == DEAD),
    (Rows(lead="L3"), lambda r: r["lead_id"] == "L3"),
    (
        Rows(status="delivered", converted=True, lead="L0"),
        lambda r: r["delivered"] and r["covered"] and r["converted"] and r["lead_id"] == "L0",
    ),
]


@pytest.mark.parametrize(("wanted", "meets"), ROWS, ids=map(str, range(len(ROWS))))
def test_conditions_on_rows(wanted: Rows, meets: Callable[[Row], Any]) -> None:
    """Without feedback nothing is known, neither true nor false."""
    assert kept(selection.rows(wanted, as_of_day=TODAY)) == recounted(meets)


FILTERS: list[tuple[dict[str, tuple[str, ...]], Callable[[Row], Any]]] = [
    ({"buyer": ("b1", "b3")}, lambda r: r["buyer_id"] in {"b1", "b3"}),
    ({"source": ("s1",)}, lambda r: r["source_id"] == "s1"),
    ({"source": ("(none)",)}, lambda r: r["source_id"] is None),
    ({"source": ("(none)", "s1")}, lambda _: True),
    ({"sold_to": ("2", "nonsense")}, lambda r: r["sold_to"] == 2),
    ({"buyer_type": ("data_buyer",)}, lambda r: r["buyer_id"] == "b2"),
    ({"buyer_type": ("(none)",)}, lambda r: r["buyer_id"] == "b3"),
    ({"buyer_type": ("(none)", "lead_buyer")}, lambda r: r["buyer_id"] in {"b1", "b3"}),
    (
        {"buyer": ("b1",), "source": ("s1",)},
        lambda r: (r["buyer_id"], r["source_id"]) == ("b1", "s1"),
    ),
]


@pytest.mark.parametrize(("filters", "meets"), FILTERS, ids=map(str, range(len(FILTERS))))
def test_filters_by_dimension(
    filters: dict[str, tuple[str, ...]], meets: Callable[[Row], Any]
) -> None:
    """Empty cells have a value of their own."""
    condition = selection.attributes(scope(**filters), buyer_types=TYPES)
    assert kept(condition) == recounted(meets)


def test_the_period_is_cut_by_the_days_of_the_clock() -> None:
    """By other clocks than delivery only what is reported counts."""
    last_week = {"first": date(2026, 11, 16), "last": date(2026, 11, 22)}
    plain = selection.deliveries(scope(**last_week), zone="UTC", buyer_types=TYPES)
    assert kept(plain) == recounted(lambda r: age(r) <= 6)
    month_ago = {"first": date(2026, 10, 24), "last": date(2026, 10, 24)}
    told = scope(clock="reported", **month_ago)
    condition = selection.deliveries(told, zone="UTC", buyer_types=TYPES)
    assert kept(condition) == recounted(lambda r: r["covered"] and age(r) == 30)


def test_old_enough_is_thirty_days_or_as_the_buyer_needs() -> None:
    """The boundary counts as old enough."""
    grown = scope(base="mature")
    plain = selection.deliveries(grown, zone="UTC", buyer_types=TYPES)
    assert kept(plain) == recounted(lambda r: age(r) >= 30)
    slow = selection.deliveries(grown, zone="UTC", buyer_types=TYPES, mature_days={"b1": 45})
    assert kept(slow) == recounted(lambda r: age(r) >= (45 if r["buyer_id"] == "b1" else 30))


def test_ratings_count_what_is_old_enough_but_not_older_than_the_window() -> None:
    """From 30 days on, for as many days as the window has."""
    assert kept(selection.rated(TODAY, {}, 15)) == recounted(
        lambda r: r["delivered"] and 30 <= age(r) < 45
    )


def test_which_questions_the_cells_of_a_tally_cannot_answer() -> None:
    """Those about single rows, and by narrow dimensions."""
    assert not selection.needs_outcomes(scope(buyer=("b1",)))
    assert selection.needs_outcomes(scope(campaign=("spring",)))
    assert selection.needs_outcomes(scope(rows=Rows(lead="L1")))
