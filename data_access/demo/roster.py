"""Who is who in the made-up market: fixed names, shares and habits, before any draw.

Shares of verticals, of sources in their vertical and of a buyer in its vertical need not
add up to one: they are weights. All companies are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Vertical:
    """A line of business: weight, products, and how the year moves it."""

    name: str
    share: float
    products: tuple[tuple[str, float], ...]
    season: tuple[float, ...]  # factor on conversion, January to December, mean 1
    price: float  # factor on prices
    value: float  # dollars a sale is worth to a buyer, on average
    owned: str  # what a lead says who has bought already


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A source as listed: weight within its vertical and its sub-sources with weights."""

    name: str
    vertical: str
    share: float
    sub_sources: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class BuyerEntry:
    """A buyer as listed: its levels and its habits of reporting."""

    name: str
    buyer_type: str
    verticals: tuple[str, ...]
    share: float
    coverage: float  # of deliveries ever reported on
    conversion: float  # of feedback, for an average source
    failure: float  # of offers that never arrive
    speed: float = 1.0  # factor on the time to an outcome
    batch_hour: int | None = None  # reports once a day at this hour, else as things happen
    detail: float = 0.4  # of events with contact, interest or accuracy detail
    scale: int = 0  # the top of its own rating, 0 where it rates nothing


VERTICALS: Final = (
    Vertical(
        "insurance",
        0.48,
        (("auto", 0.5), ("home", 0.3), ("health", 0.2)),
        (1.08, 1.02, 0.98, 0.95, 0.94, 0.93, 0.95, 0.97, 1.00, 1.08, 1.10, 1.00),
        1.0,
        470.0,
        "already has a policy",
    ),
    Vertical(
        "home services",
        0.24,
        (("roofing", 0.4), ("windows", 0.35), ("hvac", 0.25)),
        (0.92, 0.94, 1.02, 1.10, 1.10, 1.04, 0.98, 0.98, 1.04, 1.02, 0.96, 0.90),
        0.9,
        430.0,
        "already a customer of another firm",
    ),
    Vertical(
        "solar",
        0.15,
        (("rooftop", 0.7), ("battery", 0.3)),
        (0.82, 0.88, 0.98, 1.08, 1.16, 1.18, 1.14, 1.08, 1.02, 0.94, 0.88, 0.84),
        1.5,
        780.0,
        "already bought panels",
    ),
    Vertical(
        "education",
        0.13,
        (("online degree", 0.5), ("nursing", 0.3), ("bootcamp", 0.2)),
        (1.14, 1.00, 0.94, 0.92, 0.92, 0.96, 1.08, 1.20, 1.08, 0.94, 0.92, 0.90),
        1.1,
        560.0,
        "already has a place elsewhere",
    ),
)

_TWO: Final = (("search", 0.62), ("social", 0.38))
_THREE: Final = (("search", 0.5), ("native", 0.3), ("email", 0.2))
_PAGES: Final = (("compare-page", 0.45), ("quiz", 0.35), ("call-in", 0.2))

SOURCES: Final = (
    SourceEntry(
        "Juniper Ads",
        "insurance",
        0.36,
        (("quote-quiz", 0.82), ("brand-search", 0.12), ("display", 0.06)),
    ),
    SourceEntry("Quotewell", "insurance", 0.16, _PAGES),
    SourceEntry("Meridian Clicks", "insurance", 0.13, _THREE),
    SourceEntry("Policy Pilot", "insurance", 0.11, _TWO),
    SourceEntry("Bluewater Media", "insurance", 0.09, _THREE),
    SourceEntry("Cardinal Search", "insurance", 0.08, _TWO),
    SourceEntry("Northwind Leads", "insurance", 0.07, _PAGES),
    SourceEntry("Tidepool Growth", "insurance", 0.0, _TWO),  # its volume is a number of leads
    SourceEntry("Lantern Street", "home services", 0.27, _PAGES),
    SourceEntry("Mason & Finch", "home services", 0.27, _THREE),
    SourceEntry("Fernhill Media", "home services", 0.18, _TWO),
    SourceEntry("Oakline Digital", "home services", 0.14, _THREE),
    SourceEntry("Tradesman Radar", "home services", 0.11, _TWO),
    SourceEntry("Porchlight Partners", "home services", 0.07, _PAGES),
    SourceEntry("Sunbeam Signal", "solar", 0.30, _PAGES),
    SourceEntry("Kilowatt Kite", "solar", 0.24, _THREE),
    SourceEntry("Rooftop Relay", "solar", 0.20, _TWO),
    SourceEntry("Daybreak Direct", "solar", 0.15, _PAGES),
    SourceEntry("Amber Field", "solar", 0.11, _TWO),
    SourceEntry("Degree Compass", "education", 0.29, _THREE),
    SourceEntry("Scholar Street", "education", 0.25, _PAGES),
    SourceEntry("Nightclass Media", "education", 0.20, _TWO),
    SourceEntry("Open Quad", "education", 0.15, _THREE),
    SourceEntry("Alumni Row", "education", 0.11, _TWO),
)

LIVE: Final = "live_transfer"
LEAD: Final = "lead_buyer"
DATA: Final = "data_buyer"

BUYERS: Final = (
    BuyerEntry(
        "Harborline Direct", LIVE, ("insurance",), 0.20, 0.97, 0.19, 0.040, detail=0.6, scale=5
    ),
    BuyerEntry("Northgate Mutual", LEAD, ("insurance",), 0.36, 0.93, 0.115, 0.035, 0.9, detail=0.5),
    BuyerEntry("Clearpath Coverage", LEAD, ("insurance",), 0.28, 0.86, 0.095, 0.055, 1.0, 18, 0.3),
    BuyerEntry("Datafield Exchange", DATA, ("insurance",), 0.16, 0.58, 0.047, 0.070, detail=0.2),
    BuyerEntry(
        "Hammerline Connect", LIVE, ("home services",), 0.18, 0.95, 0.17, 0.050, 1.1, detail=0.5
    ),
    BuyerEntry(
        "Evergreen Renovators", LEAD, ("home services",), 0.34, 0.91, 0.156, 0.040, 0.9, scale=100
    ),
    BuyerEntry(
        "Fixwell Network", LEAD, ("home services",), 0.32, 0.87, 0.072, 0.045, 1.1, detail=0.3
    ),
    BuyerEntry(
        "Ridgeway Data Partners",
        DATA,
        ("home services", "solar"),
        0.16,
        0.52,
        0.045,
        0.075,
        1.0,
        22,
        0.15,
    ),
    BuyerEntry("Sunvale Transfer", LIVE, ("solar",), 0.20, 0.94, 0.18, 0.060, detail=0.6),
    BuyerEntry(
        "Brightroof Energy", LEAD, ("solar",), 0.34, 0.92, 0.095, 0.040, detail=0.5, scale=5
    ),
    BuyerEntry("Helio Homes", LEAD, ("solar",), 0.30, 0.80, 0.088, 0.050, 1.2, 16, 0.3),
    BuyerEntry(
        "Quadrangle Admissions", LIVE, ("education",), 0.20, 0.93, 0.16, 0.050, 1.0, detail=0.5
    ),
    BuyerEntry(
        "Campusbridge", LEAD, ("education",), 0.56, 0.96, 0.095, 0.035, 0.9, detail=0.6, scale=100
    ),
    BuyerEntry(
        "Scholarly Exchange", DATA, ("education",), 0.24, 0.45, 0.048, 0.065, 1.1, detail=0.15
    ),
)

COLLAPSING: Final = "Juniper Ads"
LUCKY: Final = "Tidepool Growth"
LOOKS_BETTER: Final = "Lantern Street"
IS_BETTER: Final = "Mason & Finch"
STRONG: Final = "Evergreen Renovators"
WEAK: Final = "Fixwell Network"
CLAIMING: Final = "Brightroof Energy"
FALLING_SILENT: Final = "Campusbridge"

COLLAPSE_FACTOR: Final = 0.5
CLAIM_FACTOR: Final = 2.5
STORY_DAYS: Final = 35
LUCKY_DAYS: Final = 130
LUCKY_FACTOR: Final = 2.2
LUCKY_DELIVERIES: Final = 66
LUCKY_SHARE: Final = 0.03  # of all deliveries, where there are few

CAMPAIGNS: Final = ("always-on", "spring-push", "retargeting", "autumn-offer")
STATES: Final = (
    ("CA", 12), ("TX", 10), ("FL", 9), ("NY", 6), ("PA", 5), ("OH", 5), ("GA", 5), ("NC", 5),
    ("IL", 4), ("MI", 4), ("AZ", 4), ("NJ", 3), ("VA", 3), ("WA", 3), ("TN", 3), ("CO", 3),
    ("MO", 2), ("IN", 2), ("NV", 2), ("SC", 2), ("MA", 2), ("OR", 2), ("WI", 2), ("MN", 2),
)  # fmt: skip


def entity_id(name: str) -> str:
    """The id of an invented company."""
    words = name.lower().replace("&", "and").split()
    return "ent_" + "_".join(words)
