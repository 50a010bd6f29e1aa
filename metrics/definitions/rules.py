"""The operator's judgement as one frozen value: weights, floors, bands, terms, costs.

Every default is the guide's or a published figure and can be changed in `rules.toml`, a section
a class, a key a field. Metrics are given a `Rules` and read no file; what does not fit together
is refused with a ValueError that says why.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from metrics.definitions.reasons import DEFAULT as DEFAULT_PATTERNS
from metrics.definitions.reasons import GROUPS, ReasonPatterns

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERY: Final = "default"
"""The key that stands for every buyer, vertical or buyer type without an entry of its own."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Numbers by name with a default for every other name."""

    pairs: tuple[tuple[str, float], ...]

    def of(self, key: str | None) -> float:
        """The number of a name, or the default one."""
        numbers = dict(self.pairs)
        return numbers.get(key or EVERY, numbers[EVERY])

    def updated(self, numbers: Mapping[str, float]) -> Shares:
        """The same with some numbers changed or added."""
        return Shares(tuple(({**dict(self.pairs), **numbers}).items()))


_CONTACT: Final = Shares(
    (("live_transfer", 0.60), ("lead_buyer", 0.25), ("data_buyer", 0.10), (EVERY, 0.25))
)
_RETURNS: Final = Shares(((EVERY, 0.08),))
_RETURN_DAYS: Final = Shares(((EVERY, 14),))
_CHECK_COSTS: Final = Shares(
    (
        ("contactability", 8),
        ("identity", 12),
        ("duplicate", 2),
        ("targeting", 1),
        ("consent", 5),
        (EVERY, 5),
    )
)
_CHECK_CATCHES: Final = Shares(
    (
        ("contactability", 0.7),
        ("identity", 0.5),
        ("duplicate", 0.9),
        ("targeting", 0.9),
        ("consent", 0.8),
        (EVERY, 0.0),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Quality score: weights in points, targets and marks as shares (the guide's example)."""

    delivery_points: float = 25.0
    contact_points: float = 25.0
    conversion_points: float = 30.0
    return_points: float = 20.0
    contact_target: float = 0.85
    conversion_target: float = 0.20
    delivery_mark: float = 0.90
    contact_mark: float = 0.70
    conversion_mark: float = 0.12
    return_mark: float = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """Edges of the tiers on conversion of feedback, and how sure a tier must be."""

    excellent_above: float = 0.12
    good_from: float = 0.08
    watch_from: float = 0.05
    sure: float = 0.80
    window_days: int = 90

    def __post_init__(self) -> None:
        if not 0 < self.watch_from < self.good_from < self.excellent_above < 1:
            message = "[tiers] 0 < watch_from < good_from < excellent_above < 1 is needed"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """Contact floors by buyer type, and the smallest sample a suggestion may rest on."""

    contact: Shares = _CONTACT
    returns: Shares = _RETURNS
    least_deliveries: int = 50
    least_for_place: int = 100
    """With feedback: below it no place among peers is named, for somebody is always lucky."""
    widest_share: float = 0.25
    """A rule that hits more than this share of all sources does not fire."""
    least_sources: int = 8
    """Where there are fewer sources than so many every rule may fire: one of three is a third."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Published figures, unaudited: what is usual in the trade (shares)."""

    return_low: float = 0.08
    return_high: float = 0.35
    return_process: float = 0.30
    """From this return rate on, a buyer's process is suspected rather than its leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What counts as unusual: complete weeks at an age, false-discovery rate, least expected."""

    age_days: int = 7
    weeks: int = 4
    """Up to so many latest complete weeks are tested together."""
    false_discovery: float = 0.10
    least_expected: float = 5.0
    ewma_weight: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """From break-even to a price: the buyer's share, and what a rise asks for."""

    buyer_share: float = 1.0
    rise: float = 0.20
    rise_needs: float = 1.2
    """A rise is suggested only where the break-even's low end is this many prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What buyers may claim back: groups usually credited, days to decide, days to return."""

    credited_groups: tuple[str, ...] = (
        "contactability",
        "identity",
        "duplicate",
        "targeting",
        "consent",
    )
    decide_days: int = 7
    return_days: Shares = _RETURN_DAYS
    """Days after delivery within which a return may be claimed, by buyer."""
    check_cost_cents: Shares = _CHECK_COSTS
    """Cost of one check before delivery, by reason group, in the currency's smallest unit."""
    check_catches: Shares = _CHECK_CATCHES
    """Share of such returns that the check would have prevented."""

    def __post_init__(self) -> None:
        if not set(self.credited_groups) <= set(GROUPS):
            message = f"claims.credited_groups is a list of reason groups: {', '.join(GROUPS)}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All of it. `patterns` are tried in order on the free text of a reason."""

    score: Score = Score()
    tiers: Tiers = Tiers()
    floors: Floors = Floors()
    bands: Bands = Bands()
    alerts: Alerts = Alerts()
    pricing: Pricing = Pricing()
    claims: Claims = Claims()
    patterns: ReasonPatterns = DEFAULT_PATTERNS

    def __hash__(self) -> int:
        """By content, so that answers can be kept by it."""
        return hash(self.digest)

    @property
    def digest(self) -> str:
        """A hash of every value in force; it goes into manifests."""
        return blake2b(_plain(self).encode(), digest_size=8).hexdigest()


def _plain(value: object) -> str:
    if is_dataclass(value):
        pairs = ((f.name, _plain(getattr(value, f.name))) for f in fields(value))
        return f"{{{', '.join(f'{k}={v}' for k, v in pairs)}}}"
    return repr(value)
