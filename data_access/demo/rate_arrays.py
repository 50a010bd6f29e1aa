"""The market as arrays: rates of every source × buyer, and expected volume of every day.

Rows are sources, columns buyers, in the order of the market; days count from the first
of 548. Generation draws from these arrays and the truth is computed from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import permutations
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from data_access.demo import roster

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data_access.demo.market import Market, Source

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAYS: Final = 548
EPOCH: Final = date(1970, 1, 1)
SPOKEN_RETURNS: Final = {roster.LIVE: 0.70, roster.LEAD: 0.35, roster.DATA: 0.15}
WEEKDAYS: Final = np.array([1.12, 1.15, 1.12, 1.08, 1.00, 0.76, 0.77])  # Monday first
GROWTH: Final = (0.72, 1.28)  # from the first day to the last
VOLUME_OF_SEASON: Final = 0.6  # how far volume follows the season of conversion


@dataclass(frozen=True, slots=True)
class Cells:
    """Rates per source × buyer; a cell without volume has `offered` 0."""

    offered: Floats  # offers to the buyer per lead of the source
    delivered: Floats  # deliveries per lead
    conversion: Floats  # of feedback, at season factor 1
    contact: Floats  # of feedback
    claims: Floats  # returned, of feedback
    spoken_claims: Floats  # returned after a conversation, of feedback
    coverage: Floats  # per buyer
    failure: Floats  # per buyer
    season: Floats  # vertical × month, January first
    vertical: Ints  # of each source


@dataclass(frozen=True, slots=True)
class Volume:
    """Expected deliveries per source × day, and what the stories do on which days."""

    first: date
    expected: Floats
    month: Ints  # of each day: years × 12 + months since 0
    collapsed: Floats  # source × day: share of its deliveries hit by the collapse

    def day(self, when: date) -> int:
        """Position of a date."""
        return (when - self.first).days


def cells(market: Market) -> Cells:
    """Rates of every source × buyer of a market."""
    failure = np.array([buyer.entry.failure for buyer in market.buyers])
    coverage = np.array([buyer.coverage for buyer in market.buyers])
    spoken = np.array([SPOKEN_RETURNS[buyer.buyer_type] for buyer in market.buyers])
    offered = np.array([offers_per_lead(s.weights, s.sold_to) for s in market.sources])
    claims = _product(market, "trouble", "returns") / coverage
    dead = claims * (1 - spoken)
    names = [vertical.name for vertical in market.verticals]
    return Cells(
        offered=offered,
        delivered=offered * (1 - failure),
        conversion=_product(market, "quality", "conversion"),
        contact=np.minimum(_product(market, "reach", "contact"), 0.985 - dead),
        claims=claims,
        spoken_claims=claims * spoken,
        coverage=coverage,
        failure=failure,
        season=np.array([vertical.season for vertical in market.verticals]),
        vertical=np.array([names.index(s.vertical) for s in market.sources], dtype=np.int64),
    )


def _product(market: Market, of_source: str, of_buyer: str) -> Floats:
    factors = np.array([getattr(source, of_source) for source in market.sources])
    levels = np.array([getattr(buyer, of_buyer) for buyer in market.buyers])
    product: Floats = np.outer(factors, levels)
    return product


def offers_per_lead(weights: Sequence[float], sold_to: Sequence[float]) -> list[float]:
    """Expected offers of a lead to each buyer, where buyers are picked one after another.

    A lead is offered to k different buyers with probability `sold_to[k − 1]`; each next
    one is picked by weight among those left, and k is at most the number of buyers.
    """
    wanted = [place for place, weight in enumerate(weights) if weight > 0]
    expected = [0.0] * len(weights)
    for k, share in enumerate(sold_to, start=1):
        for order in permutations(wanted, min(k, len(wanted))):
            chance, left = share, sum(weights)
            for place in order:
                chance *= weights[place] / left
                left -= weights[place]
            for place in order:
                expected[place] += chance
    return expected


def volume(market: Market, *, deliveries: int, until: date) -> Volume:
    """Expected deliveries of every source on every day up to and including `until`."""
    first = until - timedelta(days=DAYS - 1)
    days = [first + timedelta(days=place) for place in range(DAYS)]
    month = np.array([day.year * 12 + day.month - 1 for day in days], dtype=np.int64)
    weekday = WEEKDAYS[[day.weekday() for day in days]]
    growth = np.linspace(*GROWTH, DAYS)
    season = np.array([vertical.season for vertical in market.verticals])
    mood = 1 + VOLUME_OF_SEASON * (season[:, month % 12] - 1)
    shares = {vertical.name: vertical.share for vertical in market.verticals}
    lines = list(shares)
    weights = np.array(
        [
            shares[source.vertical] * source.share * mood[lines.index(source.vertical)]
            for source in market.sources
        ]
    )
    weights *= weekday * growth
    lucky = market.source(roster.LUCKY)
    fixed = min(roster.LUCKY_DELIVERIES, roster.LUCKY_SHARE * deliveries)
    expected = weights * ((deliveries - fixed) / weights.sum())
    late = np.where(np.arange(DAYS) >= DAYS - roster.LUCKY_DAYS, weekday, 0.0)
    expected[lucky] = fixed * late / late.sum()
    return Volume(first, expected, month, _collapsed(market))


def _collapsed(market: Market) -> Floats:
    share = np.zeros((len(market.sources), DAYS))
    if market.stories:
        source = market.source(roster.COLLAPSING)
        share[source, DAYS - roster.STORY_DAYS :] = main_share(market.sources[source])
    return share


def main_share(source: Source) -> float:
    """Share of a source's leads that its first sub-source brings."""
    return source.sub_sources[0][1] / sum(share for _, share in source.sub_sources)
