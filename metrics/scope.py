"""What a question covers: period, filters, base, clock and the moment it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from data_access.columns import NO_SOURCE

Base = Literal["feedback", "delivered", "mature"]
Clock = Literal["delivered", "occurred", "reported"]

BASES: Final[tuple[Base, ...]] = ("feedback", "delivered", "mature")
CLOCKS: Final[tuple[Clock, ...]] = ("delivered", "occurred", "reported")
NOTHING: Final = NO_SOURCE
"""The filter value that stands for "this attribute is empty"."""

TALLIED: Final = ("source", "buyer", "buyer_type", "vertical", "product")
"""Filters that a prebuilt tally can answer."""
NARROW: Final = ("sub_source", "campaign", "state", "sold_to")
"""Filters that need the outcomes themselves."""
DIMENSIONS: Final = (*TALLIED, *NARROW)

MATURE_DAYS: Final = 30
"""Age in days from which a delivery is old enough to judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Conditions on single deliveries, for lists of leads. None means "any"."""

    outcome: tuple[str, ...] = ()
    reason_group: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    status: Literal["delivered", "failed"] | None = None
    feedback: Literal["any", "none"] | None = None
    contacted: bool | None = None
    converted: bool | None = None
    returned: bool | None = None
    return_state: tuple[str, ...] = ()
    min_age_days: int | None = None
    max_age_days: int | None = None
    contradiction: tuple[str, ...] = ()
    lead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One question. Days are inclusive and cut in the report zone; `as_of_us` is UTC.

    A filter is a tuple of values, empty for "all"; `NOTHING` in it selects rows
    where the attribute is empty.
    """

    first: date
    last: date
    as_of_us: int
    base: Base = "feedback"
    clock: Clock = "delivered"
    source: tuple[str, ...] = ()
    buyer: tuple[str, ...] = ()
    buyer_type: tuple[str, ...] = ()
    vertical: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    sub_source: tuple[str, ...] = ()
    campaign: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    sold_to: tuple[str, ...] = ()
    rows: Rows = Rows()

    @property
    def days(self) -> int:
        """Length of the period in days."""
        return (self.last - self.first).days + 1

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        """The dimension filters that are set."""
        return {name: values for name in DIMENSIONS if (values := getattr(self, name))}

    @property
    def rate_base(self) -> Base:
        """The base in force: other clocks than `delivered` know only feedback."""
        return self.base if self.clock == "delivered" else "feedback"

    def previous(self) -> Scope:
        """The period before, as it was known one period-length earlier (same age)."""
        length = timedelta(days=self.days)
        return replace(
            self,
            first=self.first - length,
            last=self.last - length,
            as_of_us=self.as_of_us - self.days * 86_400_000_000,
        )
