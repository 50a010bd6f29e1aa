"""What was sold: the leads of a month, offered to buyers, as arrays of numbers.

Leads are drawn in random order and cut off where the month's number of successful
deliveries is reached, so the total is exact and nobody is favoured.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from data_access.demo import roster
from data_access.demo.rate_arrays import DAYS, EPOCH

if TYPE_CHECKING:
    from data_access.demo.market import Market, Source
    from data_access.demo.rate_arrays import Cells, Flags, Floats, Ints, Volume

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
MOST_BUYERS: Final = 3
HOURS: Final = np.array(
    [3, 2, 2, 1, 1, 1, 1, 1, 1, 2, 3, 5, 8, 11, 13, 14, 14, 13, 13, 13, 12, 10, 7, 5], dtype=float
)  # UTC: the day of the Americas
RETRIED: Final = (0.06, 0.012)  # of what arrives, after one and after two failures
GIVEN_UP: Final = (0.5, 0.25)  # of what is lost on the way, after two and after three attempts
REFUSED: Final = 0.55  # of what never arrives, by the buyer
DELAYS: Final = {roster.LIVE: (30, 240), roster.LEAD: (4, 120), roster.DATA: (600, 21_600)}
EXCLUSIVE_SHARE: Final = 0.6  # of leads offered to one buyer


@dataclass(frozen=True, slots=True)
class Sales:
    """One entry per offer of a lead to a buyer; times are microseconds UTC."""

    lead: Ints  # number of the lead within its month
    source: Ints
    buyer: Ints
    sub_source: Ints
    campaign: Ints
    product: Ints
    state: Ints
    submitted: Ints
    first_at: Ints
    gap: Ints  # between attempts
    attempts: Ints
    arrived: Flags
    business: Flags  # refused by the buyer rather than lost on the way
    price: Ints  # cents
    cost: Ints  # cents
    exclusive: Flags

    @property
    def delivered_at(self) -> Ints:
        """When the last attempt was made; a delivery where `arrived`."""
        return self.first_at + (self.attempts - 1) * self.gap

    def take(self, rows: Ints | Flags) -> Sales:
        """Some of the offers."""
        return Sales(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


class _Traits(NamedTuple):
    """What a lead brings along, one entry per lead."""

    sub_source: Ints
    campaign: Ints
    product: Ints
    state: Ints


class _Tries(NamedTuple):
    """How each offer was tried."""

    first_at: Ints
    gap: Ints
    attempts: Ints
    business: Flags


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month, or the part of it that the market covers."""

    key: int  # years × 12 + months since 0
    days: Ints  # positions of its days
    deliveries: int  # to come out of it


def months(volume: Volume) -> list[Month]:
    """The months of the market with their numbers of deliveries, which add up."""
    totals = volume.expected.sum(axis=0)
    keys = sorted(set(volume.month.tolist()))
    found, before, done = [], 0.0, 0
    for key in keys:
        days = np.flatnonzero(volume.month == key)
        before += float(totals[days].sum())
        found.append(Month(key, days, round(before) - done))
        done = round(before)
    return found


def month_sales(
    market: Market, cells: Cells, volume: Volume, *, month: Month, rng: np.random.Generator
) -> Sales:
    """All offers of a month's leads."""
    leads = volume.expected[:, month.days].sum(axis=1) / cells.delivered.sum(axis=1)
    source = _sources(leads, rng)
    size = source.size
    submitted = _submitted(cells, volume, month=month, source=source, rng=rng)
    buyers, count = _buyers(market, source, rng)
    offered = np.arange(MOST_BUYERS) < count[:, None]
    lead = np.repeat(np.arange(size), count)
    buyer = buyers[offered]
    arrived = rng.random(lead.size) >= cells.failure[buyer]
    reached = np.searchsorted(np.cumsum(arrived), month.deliveries) + 1
    kept = slice(0, int(reached))
    traits = _traits(market, source, rng)
    exclusive = (count == 1) & (rng.random(size) < EXCLUSIVE_SHARE)
    lead, buyer, arrived = lead[kept], buyer[kept], arrived[kept]
    price, cost = _money(market, source[lead], buyer, shared=count[lead] > 1, rng=rng)
    tries = _tries(market, submitted[lead], buyer, arrived=arrived, rng=rng)
    return Sales(
        lead=lead,
        source=source[lead],
        buyer=buyer,
        sub_source=traits.sub_source[lead],
        campaign=traits.campaign[lead],
        product=traits.product[lead],
        state=traits.state[lead],
        submitted=submitted[lead],
        first_at=tries.first_at,
        gap=tries.gap,
        attempts=tries.attempts,
        arrived=arrived,
        business=tries.business,
        price=price,
        cost=cost,
        exclusive=exclusive[lead],
    )


def _sources(leads: Floats, rng: np.random.Generator) -> Ints:
    """The source of each lead, a few more than needed, in random order."""
    wanted = leads * 1.05
    wanted += wanted * (30 / max(wanted.sum(), 1.0))
    ends = np.floor(np.cumsum(wanted) + rng.random()).astype(np.int64)
    source = np.repeat(np.arange(leads.size), np.diff(ends, prepend=0))
    return rng.permutation(source)


def _submitted(
    cells: Cells, volume: Volume, *, month: Month, source: Ints, rng: np.random.Generator
) -> Ints:
    """When each lead asked: by its line's days of the month, with noise, and hours."""
    noise = np.exp(0.07 * rng.standard_normal((len(cells.season), DAYS)))[:, month.days]
    weights = volume.expected[:, month.days] * noise[cells.vertical]
    chance = rng.random(source.size)
    place = np.zeros(source.size, dtype=np.int64)
    for which in range(len(weights)):
        mine = source == which
        ends = np.cumsum(weights[which])
        place[mine] = np.searchsorted(ends, chance[mine] * ends[-1], side="right")
    place = np.minimum(place, month.days.size - 1)
    day = month.days[place] + (volume.first - EPOCH).days
    hour = pick(HOURS, rng.random(source.size))
    rest = np.floor(rng.random(source.size) * HOUR).astype(np.int64)
    submitted: Ints = day * DAY + hour * HOUR + rest
    return submitted


def pick(weights: Floats, chance: Floats) -> Ints:
    """Positions drawn by weight, one for each chance in [0, 1)."""
    ends = np.cumsum(weights)
    place: Ints = np.searchsorted(ends, chance * ends[-1], side="right")
    return np.minimum(place, weights.size - 1)


def _buyers(market: Market, source: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """For each lead its up to three buyers in the order they are asked, and how many."""
    weights = np.array([s.weights for s in market.sources])
    with np.errstate(divide="ignore"):
        waits = 1 / weights
    race = rng.standard_exponential((source.size, weights.shape[1])) * waits[source]
    order = np.argsort(race, axis=1)[:, :MOST_BUYERS].astype(np.int64)
    cuts = np.cumsum([s.sold_to for s in market.sources], axis=1)[:, :-1]
    wanted = 1 + (rng.random(source.size)[:, None] >= cuts[source]).sum(axis=1)
    return order, np.minimum(wanted, (weights > 0).sum(axis=1)[source])


def _traits(market: Market, source: Ints, rng: np.random.Generator) -> _Traits:
    """Sub-source, campaign, product and state of each lead."""
    names = [vertical.name for vertical in market.verticals]
    sub_source = np.zeros(source.size, dtype=np.int64)
    product = np.zeros(source.size, dtype=np.int64)
    chances = rng.random((2, source.size))
    for which, one in enumerate(market.sources):
        mine = source == which
        vertical = market.verticals[names.index(one.vertical)]
        sub_source[mine] = pick(_shares(one), chances[0, mine])
        product[mine] = pick(np.array([share for _, share in vertical.products]), chances[1, mine])
    states = np.array([weight for _, weight in roster.STATES], dtype=float)
    return _Traits(
        sub_source,
        campaign=pick(np.array([0.5, 0.2, 0.15, 0.15]), rng.random(source.size)),
        product=product,
        state=pick(states, rng.random(source.size)),
    )


def _shares(source: Source) -> Floats:
    return np.array([share for _, share in source.sub_sources])


def _tries(
    market: Market, submitted: Ints, buyer: Ints, *, arrived: Flags, rng: np.random.Generator
) -> _Tries:
    """When an offer is first tried, how often, and why it fails where it does."""
    spans = np.array([DELAYS[b.buyer_type] for b in market.buyers])[buyer] * SECOND
    chance = rng.random((4, buyer.size))
    wait = spans[:, 0] + np.floor((spans[:, 1] - spans[:, 0]) * chance[0] ** 2).astype(np.int64)
    business = ~arrived & (chance[2] < REFUSED)
    return _Tries(
        first_at=submitted + wait,
        gap=np.floor((60 + 840 * chance[3]) * SECOND).astype(np.int64),
        attempts=np.where(
            arrived,
            _failures(chance[1], RETRIED) + 1,
            np.where(business, 1, _failures(chance[1], GIVEN_UP) + 1),
        ),
        business=business,
    )


def _failures(chance: Floats, shares: tuple[float, float]) -> Ints:
    """No, one or two failures (more) by the shares that have at least one, and two."""
    found: Ints = (chance[:, None] < np.array(shares)).sum(axis=1)
    return found


def _money(
    market: Market, source: Ints, buyer: Ints, *, shared: Flags, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Price to the nearest half dollar, and what the source gets of it, in cents."""
    base = np.array([b.price for b in market.buyers])[buyer]
    chance = rng.random(buyer.size)
    price = base * np.where(shared, 0.9, 1.08) * (0.94 + 0.12 * chance)
    cents = np.round(price * 2).astype(np.int64) * 50
    share = np.array([s.cost for s in market.sources])[source]
    return cents, np.round(cents * share).astype(np.int64)
