"""What became of each delivery: whether it is reported on, how it ends, and when.

One uniform number decides the end: `converted` lies lowest, then the other ends with a
conversation, then those without. Draws are independent given source, buyer and season.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from data_access.demo import roster
from data_access.demo.offers import DAY, HOUR, MINUTE, SECOND, pick
from data_access.demo.rate_arrays import DAYS, EPOCH

if TYPE_CHECKING:
    from data_access.demo.market import Market
    from data_access.demo.offers import Sales
    from data_access.demo.rate_arrays import Cells, Flags, Floats, Ints, Volume

ENDS: Final = (
    "converted",
    "not_interested",
    "already_purchased",
    "qualified",
    "contacted",
    "returned_spoken",
    "returned_unreached",
    "bad_info",
    "duplicate",
    "no_contact",
)
CONVERTED, NOT_INTERESTED, PURCHASED, QUALIFIED, CONTACTED = range(5)
RETURNED_SPOKEN, RETURNED_UNREACHED, BAD_INFO, DUPLICATE, NO_CONTACT = range(5, 10)
WORDS: Final = tuple(end.removesuffix("_spoken").removesuffix("_unreached") for end in ENDS)
TALKED: Final = RETURNED_SPOKEN  # the last end that had a conversation

_SPOKEN: Final = np.array([0.46, 0.10, 0.16, 0.28])  # ends 1 – 4
_UNREACHED: Final = np.array([0.13, 0.05, 0.82])  # ends 7 – 9
_GOLDEN: Final = 0.6180339887498949
_MEDIANS: Final = np.array([0.1, 6.0, 84.0, 336.0])  # hours
_SIGMAS: Final = np.array([0.9, 0.8, 0.7, 0.4])
_SPEED: Final = {  # weights of the four parts: of sales, of anything else
    roster.LIVE: ((0.30, 0.45, 0.22, 0.03), (0.78, 0.19, 0.03, 0.00)),
    roster.LEAD: ((0.03, 0.29, 0.60, 0.08), (0.12, 0.50, 0.34, 0.04)),
    roster.DATA: ((0.00, 0.05, 0.45, 0.50), (0.02, 0.18, 0.50, 0.30)),
}
_SLOWEST: Final = 90 * DAY
_PROMPT: Final = 0.85  # of reports follow within minutes


@dataclass(frozen=True, slots=True)
class Fates:
    """One entry per delivery that is reported on; times are microseconds UTC."""

    of: Ints  # position among the deliveries
    source: Ints
    buyer: Ints
    delivered: Ints
    end: Ints  # position in ENDS
    ended: Ints  # when it came to its end
    reported: Ints  # when the buyer said so

    def take(self, rows: Ints | Flags) -> Fates:
        """Some of them."""
        return Fates(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def __len__(self) -> int:
        return self.of.size


def fates(
    market: Market, cells: Cells, volume: Volume, *, sales: Sales, rng: np.random.Generator
) -> Fates:
    """What became of deliveries, all of which arrived."""
    covered = rng.random(sales.buyer.size) < cells.coverage[sales.buyer]
    chance = rng.random(sales.buyer.size)
    of = np.flatnonzero(covered)
    sold, delivered = sales.take(of), sales.delivered_at[of]
    conversion, chance = _conversion(market, cells, volume, sales=sold, chance=chance[of])
    end = _end(cells, sold, conversion, chance)
    ended = delivered + _time_to_end(market, sold.buyer, end == CONVERTED, rng)
    told = reported(market, sold.buyer, ended, rng)
    return Fates(of, sold.source, sold.buyer, delivered, end, ended, told)


def _conversion(
    market: Market, cells: Cells, volume: Volume, *, sales: Sales, chance: Floats
) -> tuple[Floats, Floats]:
    """Probability of a sale per delivery, and the chances after luck was taken care of."""
    day = sales.delivered_at // DAY - (volume.first - EPOCH).days
    month = volume.month[np.clip(day, 0, DAYS - 1)] % 12
    rate = cells.conversion[sales.source, sales.buyer]
    rate = rate * cells.season[cells.vertical[sales.source], month]
    if not market.stories:
        return rate, chance
    fallen = (
        (sales.source == market.source(roster.COLLAPSING))
        & (sales.sub_source == 0)
        & (day >= DAYS - roster.STORY_DAYS)
    )
    lucky = sales.source == market.source(roster.LUCKY)
    rate = np.where(fallen, rate * roster.COLLAPSE_FACTOR, rate)
    rate = np.where(lucky, rate * roster.LUCKY_FACTOR, rate)
    chance = chance.copy()
    chance[lucky] = (0.5 + _GOLDEN * np.arange(int(lucky.sum()))) % 1.0  # no bad luck either
    return rate, chance


def _end(cells: Cells, sales: Sales, conversion: Floats, chance: Floats) -> Ints:
    """The end of each delivery, from one number in [0, 1)."""
    cell = (sales.source, sales.buyer)
    contact, claims = cells.contact[cell], cells.claims[cell]
    spoken_claims = cells.spoken_claims[cell]
    talked = contact - spoken_claims  # beyond lie claims after a conversation, up to contact
    conversion = np.minimum(conversion, talked - 0.01)
    unreached = contact + claims - spoken_claims
    soft = (chance - conversion) / (talked - conversion)
    lost = (chance - unreached) / (1 - unreached)
    end = 1 + pick(_SPOKEN, np.clip(soft, 0, 1 - 1e-9))
    end = np.where(chance < conversion, CONVERTED, end)
    end = np.where(chance >= talked, RETURNED_SPOKEN, end)
    end = np.where(chance >= contact, RETURNED_UNREACHED, end)
    dead = BAD_INFO + pick(_UNREACHED, np.clip(lost, 0, 1 - 1e-9))
    return np.where(chance >= unreached, dead, end)


def _time_to_end(market: Market, buyer: Ints, sold: Flags, rng: np.random.Generator) -> Ints:
    """Log-normal mixture by buyer type, sales slower than the rest; whole microseconds."""
    weights = np.array([_SPEED[b.buyer_type] for b in market.buyers])  # buyer × sold? × part
    ends = np.cumsum(weights, axis=2)
    mine = ends[buyer, np.where(sold, 0, 1)]
    part = np.minimum((rng.random(buyer.size)[:, None] >= mine).sum(axis=1), _MEDIANS.size - 1)
    speed = np.array([b.entry.speed for b in market.buyers])[buyer]
    hours = _MEDIANS[part] * np.exp(_SIGMAS[part] * rng.standard_normal(buyer.size)) * speed
    return np.clip(split_seconds(hours * 3600, rng), 20 * SECOND, _SLOWEST)


def split_seconds(seconds: Floats, rng: np.random.Generator) -> Ints:
    """Whole seconds plus random microseconds: the last digit of a logarithm cannot show."""
    whole = np.floor(seconds).astype(np.int64) * SECOND
    parts: Ints = whole + rng.integers(0, SECOND, seconds.size)
    return parts


def reported(market: Market, buyer: Ints, occurred: Ints, rng: np.random.Generator) -> Ints:
    """When a buyer tells: minutes later, hours later, or in its daily batch."""
    size = occurred.size
    prompt = rng.random(size) < _PROMPT
    median = np.where(prompt, 240.0, 3 * 3600.0)
    delay = split_seconds(median * np.exp(0.8 * rng.standard_normal(size)), rng)
    delay = np.clip(delay, 5 * SECOND, 2 * DAY)
    hours = np.array(
        [-1 if b.entry.batch_hour is None else b.entry.batch_hour for b in market.buyers]
    )
    hour = hours[buyer]
    since = (occurred - hour * HOUR) % DAY
    batch = DAY - since + rng.integers(0, 10 * MINUTE, size)
    moment: Ints = occurred + np.where(hour < 0, delay, batch)
    return moment
