"""The truth of the made-up market: exact expected rates, for judging what is estimated.

Every rate is at full maturity. An expected rate of a source weights its cells by their
expected deliveries (or, for rates of feedback, by deliveries × the buyer's coverage).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from data_access.demo import rate_arrays, roster

if TYPE_CHECKING:
    from data_access.demo.market import Market
    from data_access.demo.rate_arrays import Cells, Floats, Ints, Volume

Record = dict[str, object]
Window = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class _Expected:
    """Expected counts per source × buyer in a window of delivery days."""

    offered: Floats
    delivered: Floats
    covered: Floats
    converted: Floats
    contacted: Floats
    returned: Floats


def truth(market: Market, *, until: date, deliveries: int, window: Window = (None, None)) -> Record:
    """What is true of deliveries in a window of days, JSON-ready.

    Args:
        market: the market.
        until: the last day of the market, as given to the facts.
        deliveries: the number aimed at, as given to the facts.
        window: first and last delivery day of interest; None for all before, all after.

    Returns:
        `sources`, `buyers`, `cells` (source × buyer), `seasons`, `stories`: rates at full
        maturity, with the expected deliveries they are weighted by.
    """
    cells = rate_arrays.cells(market)
    volume = rate_arrays.volume(market, deliveries=deliveries, until=until)
    first, last = window[0] or volume.first, window[1] or until
    days = np.arange(volume.day(first), volume.day(last) + 1)
    expected = _expected(cells, volume, days)
    return {
        "seed": market.seed,
        "until": until.isoformat(),
        "window": {"first": first.isoformat(), "last": last.isoformat()},
        "deliveries": deliveries,
        "seasons": {vertical.name: list(vertical.season) for vertical in market.verticals},
        "sources": _sources(market, cells, expected),
        "buyers": _buyers(market, expected),
        "cells": _cells(market, cells, expected),
        "stories": _stories(market, until) if market.stories else [],
    }


def _expected(cells: Cells, volume: Volume, days: Ints) -> _Expected:
    per_day = volume.expected[:, days]
    moved = cells.season[cells.vertical][:, volume.month[days] % 12]
    fallen = 1 - (1 - roster.COLLAPSE_FACTOR) * volume.collapsed[:, days]
    leads = per_day.sum(axis=1) / cells.delivered.sum(axis=1)
    warm = (per_day * moved * fallen).sum(axis=1) / np.maximum(per_day.sum(axis=1), 1e-12)
    delivered = leads[:, None] * cells.delivered
    covered = delivered * cells.coverage
    return _Expected(
        offered=leads[:, None] * cells.offered,
        delivered=delivered,
        covered=covered,
        converted=covered * cells.conversion * warm[:, None],
        contacted=covered * cells.contact,
        returned=covered * cells.claims,
    )


def _ratio(above: Floats, below: Floats) -> float | None:
    total = float(np.sum(below))
    return round(float(np.sum(above)) / total, 6) if total else None


def _rates(expected: _Expected, where: tuple[int | slice, int | slice]) -> Record:
    """Rates of a part of the market, with their expected denominators."""
    delivered, covered = expected.delivered[where], expected.covered[where]
    converted = expected.converted[where]
    return {
        "expected_deliveries": round(float(np.sum(delivered)), 3),
        "share_of_deliveries": _ratio(delivered, expected.delivered),
        "delivery_rate": _ratio(delivered, expected.offered[where]),
        "coverage": _ratio(covered, delivered),
        "conversion_of_feedback": _ratio(converted, covered),
        "conversion_of_delivered": _ratio(converted, delivered),
        "contact_of_feedback": _ratio(expected.contacted[where], covered),
        "return_of_delivered": _ratio(expected.returned[where], delivered),
    }


def _sources(market: Market, cells: Cells, expected: _Expected) -> list[Record]:
    """One record per source; `standard_*` is over its vertical's mix of buyers."""
    records: list[Record] = []
    for place, source in enumerate(market.sources):
        peers = cells.vertical == cells.vertical[place]
        mix = expected.delivered[peers].sum(axis=0)
        standard = _ratio(mix * cells.coverage * cells.conversion[place], mix * cells.coverage)
        records.append(
            {
                "source_id": source.source_id,
                "name": source.name,
                "vertical": source.vertical,
                "quality": source.quality,
                "standard_conversion_of_feedback": standard,
                **_rates(expected, (place, slice(None))),
            }
        )
    return records


def _buyers(market: Market, expected: _Expected) -> list[Record]:
    return [
        {
            "buyer_id": buyer.buyer_id,
            "name": buyer.entry.name,
            "buyer_type": buyer.buyer_type,
            "verticals": list(buyer.entry.verticals),
            **_rates(expected, (slice(None), place)),
        }
        for place, buyer in enumerate(market.buyers)
    ]


def _cells(market: Market, cells: Cells, expected: _Expected) -> list[Record]:
    """One record per source × buyer that trade with each other."""
    return [
        {
            "source_id": market.sources[s].source_id,
            "buyer_id": market.buyers[b].buyer_id,
            "vertical": market.sources[s].vertical,
            "buyer_type": market.buyers[b].buyer_type,
            "conversion_of_feedback_out_of_season": round(float(cells.conversion[s, b]), 6),
            **_rates(expected, (s, b)),
        }
        for s, b in np.argwhere(cells.offered > 0).tolist()
    ]


def _stories(market: Market, until: date) -> list[Record]:
    """Who does what, from when on."""
    since = (until - timedelta(days=roster.STORY_DAYS - 1)).isoformat()
    lucky = (until - timedelta(days=roster.LUCKY_DAYS - 1)).isoformat()
    collapsing = market.sources[market.source(roster.COLLAPSING)]
    collapse: Record = {
        "story": "collapse",
        "source_id": collapsing.source_id,
        "sub_source": collapsing.sub_sources[0][0],
        "what": "conversion of this sub-source is multiplied by the factor",
        "factor": roster.COLLAPSE_FACTOR,
        "since": since,
    }
    luck: Record = {
        "story": "lucky",
        "source_id": roster.entity_id(roster.LUCKY),
        "what": "an average source whose few leads happened to convert this many times as often",
        "factor": roster.LUCKY_FACTOR,
        "since": lucky,
    }
    return [collapse, luck, *_stories_of_buyers(since)]


def _stories_of_buyers(since: str) -> list[Record]:
    """What shows only when buyers are told apart."""
    return [
        {
            "story": "claims",
            "buyer_id": roster.entity_id(roster.CLAIMING),
            "what": "returns this many times what a usual buyer of the same sources would",
            "factor": roster.CLAIM_FACTOR,
        },
        {
            "story": "reversal",
            "looks_better": roster.entity_id(roster.LOOKS_BETTER),
            "is_better": roster.entity_id(roster.IS_BETTER),
            "buyers": [roster.entity_id(roster.STRONG), roster.entity_id(roster.WEAK)],
            "what": "one looks better overall, the other is better at every buyer they share",
        },
        {
            "story": "silence",
            "buyer_id": roster.entity_id(roster.FALLING_SILENT),
            "what": "reports nothing any more, whenever it was delivered; its rates are as before",
            "since": since,
        },
    ]
