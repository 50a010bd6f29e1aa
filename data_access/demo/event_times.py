"""Which events a buyer sends about each delivery, and when, before they become text.

The last event says how a delivery ended; others come before it (progress), beside it
(mistakes that are taken back, sales that were cancelled) or after it (decisions).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from data_access.demo import roster
from data_access.demo.fates import (
    BAD_INFO,
    CONTACTED,
    CONVERTED,
    NO_CONTACT,
    NOT_INTERESTED,
    QUALIFIED,
    RETURNED_SPOKEN,
    RETURNED_UNREACHED,
    TALKED,
    WORDS,
    Fates,
    reported,
)
from data_access.demo.offers import DAY, HOUR, MINUTE, SECOND
from data_access.demo.wire_text import words

if TYPE_CHECKING:
    from data_access.demo.market import Market
    from data_access.demo.rate_arrays import Flags, Floats, Ints

LAST: Final = "f"  # tag of the event that says how it ended
DIRT: Final = 0.003
CANCELLED: Final = 0.05  # of returns after a conversation had been reported as a sale
DECIDED: Final = (0.66, 0.87)  # of claims: credited, then refused; the rest is waiting
_AT_ONCE: Final = 0.25  # of decisions stand in the claim itself
_DEAD_NUMBERS: Final = 0.5  # of mistakes; the rest are a lead that is not interested
_HALF_PAID: Final = 0.08
_NAMED: Final = 0.8  # of credits name their amount; the rest mean the price
_PROGRESS: Final = {  # share with an event of no contact, of contact, of interest before
    roster.LIVE: (0.02, 0.60, 0.45),
    roster.LEAD: (0.35, 0.45, 0.40),
    roster.DATA: (0.12, 0.20, 0.20),
}


def event_times(market: Market, known: Fates, rng: np.random.Generator) -> pl.DataFrame:
    """All events, in a fixed order.

    Columns: `of` (row among the fates), `tag` (makes the id), `outcome`, `occurred`,
    `reported`, `retracts` and `replaces` (tags), `approved` (Boolean), `decided`, `paid`
    (share of the price credited; null: no amount named); null where it says nothing.
    """
    early = rng.random(len(known)) < DIRT
    before = known.delivered - rng.integers(1 * MINUTE, 8 * MINUTE, len(known))
    ended = np.where(early, before, known.ended)
    told = np.where(early, before + 30 * SECOND, known.reported)
    known = replace(known, ended=ended, reported=told)
    parts = [
        *_last(known, ~early, rng),
        *_progress(market, known, ~early, rng),
        _cancelled(known, rng),
        *_taken_back(market, known, rng),
    ]
    return pl.concat(parts, how="diagonal")


def _at(
    tag: str, mask: Flags, *, occurred: Ints, reported_at: Ints, word: Ints | None
) -> pl.DataFrame:
    """Events about those fates that the mask hits; the arrays hold a value for every fate."""
    of = np.flatnonzero(mask)
    columns = {
        "of": pl.Series(of),
        "tag": pl.repeat(tag, of.size, dtype=pl.String, eager=True),
        "occurred": pl.Series(occurred[of]),
        "reported": pl.Series(reported_at[of]),
    }
    if word is not None:
        columns["outcome"] = words(WORDS, word[of])
    return pl.DataFrame(columns)


def _last(known: Fates, plain: Flags, rng: np.random.Generator) -> list[pl.DataFrame]:
    """How it ended, for some a second time in place of the first; and the decisions."""
    size = len(known)
    everyone = np.ones(size, dtype=bool)
    again = plain & (rng.random(size) < DIRT)
    later = known.reported + rng.integers(1 * HOUR, 20 * HOUR, size)
    told = np.where(again, later, known.reported)
    last = _at(LAST, everyone, occurred=known.ended, reported_at=told, word=known.end)
    wrong = _at("w", again, occurred=known.ended, reported_at=known.reported, word=known.end)
    decisions = _decisions(known, rng)
    at_once = decisions.select("approved", "decided", "paid").with_columns(
        pl.when(pl.Series(rng.random(size) < _AT_ONCE)).then(pl.all())
    )
    at_once = at_once.with_columns(
        decided=pl.when(
            pl.Series(rng.random(size) < _AT_ONCE * 2) & pl.col("approved").is_not_null()
        ).then(pl.Series(known.reported))
    )
    separate = decisions.filter(decisions["approved"].is_not_null() & at_once["approved"].is_null())
    last = pl.concat([last, at_once], how="horizontal").with_columns(
        replaces=pl.when(pl.Series(again)).then(pl.lit("w"))
    )
    return [last, wrong, separate]


def _decisions(known: Fates, rng: np.random.Generator) -> pl.DataFrame:
    """One row per fate, with nulls where no claim is decided."""
    size = len(known)
    chance, amount = rng.random(size), rng.random(size)
    claimed = (known.end == RETURNED_SPOKEN) | (known.end == RETURNED_UNREACHED)
    decided = known.reported + rng.integers(1 * DAY, 9 * DAY, size)
    rows = _at("d", np.ones(size, dtype=bool), occurred=decided, reported_at=decided, word=None)
    credited, ruled = pl.Series(chance < DECIDED[0]), pl.Series(claimed & (chance < DECIDED[1]))
    part = pl.Series(np.where(amount < _HALF_PAID, 0.5, 1.0))
    named = ruled & credited & pl.Series(amount < _NAMED)
    return rows.with_columns(
        reported=pl.col("reported") + pl.Series(rng.integers(1 * MINUTE, 30 * MINUTE, size)),
        approved=pl.when(ruled).then(credited),
        decided=pl.when(ruled).then("occurred"),
        paid=pl.when(named).then(part),
    )


def _progress(
    market: Market, known: Fates, plain: Flags, rng: np.random.Generator
) -> list[pl.DataFrame]:
    """What was said on the way to the end: each step later than the one before."""
    shares = np.array([_PROGRESS[b.buyer_type] for b in market.buyers])[known.buyer]
    span = known.ended - known.delivered
    steps = (
        ("p", NO_CONTACT, np.ones(len(known), dtype=bool)),
        ("q", CONTACTED, known.end <= TALKED),
        ("r", QUALIFIED, known.end == CONVERTED),
    )
    parts = []
    for place, (tag, word, possible) in enumerate(steps):
        chance = rng.random((2, len(known)))
        share = 0.02 + 0.31 * place + 0.29 * chance[0]
        occurred = known.delivered + _part(span, share)
        mask = plain & possible & (chance[1] < shares[:, place])
        told = reported(market, known.buyer, occurred, rng)
        parts.append(
            _at(tag, mask, occurred=occurred, reported_at=told, word=np.full(len(known), word))
        )
    return parts


def _part(span: Ints, share: Floats) -> Ints:
    return np.floor(span * share).astype(np.int64)


def _cancelled(known: Fates, rng: np.random.Generator) -> pl.DataFrame:
    """Sales that were reported and then came back: converted and returned."""
    mask = (known.end == RETURNED_SPOKEN) & (rng.random(len(known)) < CANCELLED)
    sold = known.delivered + _part(known.ended - known.delivered, np.full(len(known), 0.97))
    word = np.full(len(known), CONVERTED)
    return _at(
        "c", mask & (sold < known.ended), occurred=sold, reported_at=sold + 4 * MINUTE, word=word
    )


def _taken_back(market: Market, known: Fates, rng: np.random.Generator) -> list[pl.DataFrame]:
    """Mistakes, and their retractions some hours later."""
    mask = rng.random(len(known)) < DIRT
    occurred = known.delivered + _part(
        np.abs(known.ended - known.delivered), np.full(len(known), 0.5)
    )
    told = reported(market, known.buyer, occurred, rng)
    word = np.where(rng.random(len(known)) < _DEAD_NUMBERS, BAD_INFO, NOT_INTERESTED)
    back = told + rng.integers(1 * HOUR, 30 * HOUR, len(known))
    mistake = _at("x", mask, occurred=occurred, reported_at=told, word=word)
    retraction = _at("y", mask, occurred=back, reported_at=back, word=None)
    return [mistake, retraction.with_columns(retracts=pl.lit("x"))]
