"""The made-up market with its true parameters: what a seed makes of the roster.

Rates multiply: a source's quality times a buyer's level, nothing else. So the truth of
every source × buyer is one number, and a season is one factor per vertical and month.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from data_access.demo import roster

if TYPE_CHECKING:
    from data_access.demo.roster import BuyerEntry, SourceEntry, Vertical

CONTACT: Final = {roster.LIVE: 0.88, roster.LEAD: 0.44, roster.DATA: 0.20}
PRICE: Final = {roster.LIVE: 74.0, roster.LEAD: 36.0, roster.DATA: 13.0}
RETURNS: Final = {roster.LIVE: 0.050, roster.LEAD: 0.066, roster.DATA: 0.052}


@dataclass(frozen=True, slots=True)
class Source:
    """A source and what is true of it; rates are for a buyer of level 1."""

    source_id: str
    name: str
    vertical: str
    share: float  # of its vertical's deliveries
    sub_sources: tuple[tuple[str, float], ...]
    quality: float  # factor on conversion
    reach: float  # factor on contact
    trouble: float  # factor on returns
    cost: float  # lead cost ÷ price
    sold_to: tuple[float, float, float]  # shares of leads offered to 1, 2, 3 buyers
    weights: tuple[float, ...]  # how it prefers each buyer of the market; 0: never


@dataclass(frozen=True, slots=True)
class Buyer:
    """A buyer and what is true of it; rates are for a source of quality 1."""

    buyer_id: str
    entry: BuyerEntry
    conversion: float  # of feedback
    contact: float  # of feedback
    returns: float  # of delivered
    price: float
    value: float

    @property
    def coverage(self) -> float:
        """Share of deliveries it ever reports on."""
        return self.entry.coverage

    @property
    def buyer_type(self) -> str:
        """live_transfer, lead_buyer or data_buyer."""
        return self.entry.buyer_type


@dataclass(frozen=True, slots=True)
class Market:
    """Everybody in the market, in a fixed order that the arrays of facts refer to."""

    seed: int
    stories: bool
    sources: tuple[Source, ...]
    buyers: tuple[Buyer, ...]
    verticals: tuple[Vertical, ...]

    def source(self, name: str) -> int:
        """Position of a source by name."""
        return [source.name for source in self.sources].index(name)

    def buyer(self, name: str) -> int:
        """Position of a buyer by name."""
        return [buyer.entry.name for buyer in self.buyers].index(name)


def market(seed: int, *, stories: bool = True) -> Market:
    """The market of a seed; without stories nobody is out of the ordinary."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 1])))
    buyers = tuple(_buyer(entry, rng) for entry in roster.BUYERS)
    spread = _spread(rng)
    sources = tuple(_source(entry, z, rng) for entry, z in zip(roster.SOURCES, spread, strict=True))
    if stories:
        sources = tuple(_with_story(source) for source in sources)
        buyers = tuple(_buyer_with_story(buyer) for buyer in buyers)
    return Market(seed, stories, sources, buyers, roster.VERTICALS)


def _spread(rng: np.random.Generator) -> list[float]:
    """Normal scores of quality, evenly spread within each vertical, in random order."""
    scores: list[float] = []
    for vertical in roster.VERTICALS:
        size = sum(entry.vertical == vertical.name for entry in roster.SOURCES)
        even = [NormalDist().inv_cdf((place + 0.5) / size) for place in range(size)]
        scores.extend(even[place] for place in rng.permutation(size).tolist())
    return scores


def _factor(rng: np.random.Generator, sigma: float) -> float:
    return float(np.exp(sigma * rng.standard_normal()))


def _buyer(entry: BuyerEntry, rng: np.random.Generator) -> Buyer:
    of = [v for v in roster.VERTICALS if v.name in entry.verticals]
    price = PRICE[entry.buyer_type] * sum(v.price for v in of) / len(of)
    value = sum(v.value for v in of) / len(of)
    return Buyer(
        buyer_id=roster.entity_id(entry.name),
        entry=entry,
        conversion=round(entry.conversion * _factor(rng, 0.05), 5),
        contact=round(CONTACT[entry.buyer_type] * _factor(rng, 0.04), 5),
        returns=round(RETURNS[entry.buyer_type] * _factor(rng, 0.05), 5),
        price=round(price * _factor(rng, 0.08), 2),
        value=round(value * _factor(rng, 0.12), 2),
    )


def _source(entry: SourceEntry, score: float, rng: np.random.Generator) -> Source:
    quality = float(np.exp(0.21 * score + 0.04 * rng.standard_normal()))
    weights = [
        round(buyer.share * _factor(rng, 0.45), 4) if entry.vertical in buyer.verticals else 0.0
        for buyer in roster.BUYERS
    ]
    return Source(
        source_id=roster.entity_id(entry.name),
        name=entry.name,
        vertical=entry.vertical,
        share=entry.share,
        sub_sources=entry.sub_sources,
        quality=round(quality, 5),
        reach=round(quality**0.35 * _factor(rng, 0.05), 5),
        trouble=round(quality**-0.4 * _factor(rng, 0.22), 5),
        cost=round(0.57 + 0.16 * float(rng.random()), 3),
        sold_to=(1.0, 0.0, 0.0) if entry.name == roster.LUCKY else (0.60, 0.29, 0.11),
        weights=tuple(weights),
    )


def _with_story(source: Source) -> Source:
    """What a source's story asks of its true parameters."""
    mostly, seldom = 0.82, 0.18
    if source.name == roster.LOOKS_BETTER:
        pair = {roster.STRONG: mostly, roster.WEAK: seldom}
        return replace(source, quality=0.86, sold_to=(0.94, 0.06, 0.0), weights=_only(pair))
    if source.name == roster.IS_BETTER:
        pair = {roster.STRONG: seldom, roster.WEAK: mostly}
        return replace(source, quality=1.14, sold_to=(0.94, 0.06, 0.0), weights=_only(pair))
    if source.name in {roster.COLLAPSING, roster.LUCKY}:
        typical = {b.name: b.share for b in roster.BUYERS if source.vertical in b.verticals}
        return replace(source, quality=1.0, reach=1.0, weights=_only(typical))
    return source


def _only(weights: dict[str, float]) -> tuple[float, ...]:
    return tuple(weights.get(entry.name, 0.0) for entry in roster.BUYERS)


def _buyer_with_story(buyer: Buyer) -> Buyer:
    """What a buyer's story asks of its true parameters."""
    others = (roster.LIVE, roster.LEAD, roster.LEAD, roster.DATA)  # as its sources sell elsewhere
    usual = sum(RETURNS[kind] for kind in others) / len(others)
    if buyer.entry.name == roster.CLAIMING:
        return replace(buyer, returns=round(usual * roster.CLAIM_FACTOR, 5))
    if buyer.entry.name in {roster.STRONG, roster.WEAK}:
        return replace(buyer, conversion=buyer.entry.conversion)
    return buyer
