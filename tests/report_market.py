"""A marketplace of two months whose figures are worked out by hand, for tests of reports.

September: 100 deliveries of Oak and Elm to Acme and Birch, price $20, lead cost $12; 80 are
reported on four hours later: 10 sales, 5 returns, 25 spoken to, 40 not reached. October:
120 deliveries, 96 reported on: 12 sales, 6 returns, 30 spoken to, 48 not reached.
"""

from __future__ import annotations

from typing import Final

from builders import delivered, reported

OCTOBER: Final = {"month": ["2026-10"], "as_of": ["2026-11-20"]}
NINETY: Final = {"from": ["2026-08-20"], "to": ["2026-11-17"], "as_of": ["2026-11-20"]}
PARTY: Final = {"source": ["src_oak"], "buyer": ["buy_acme"]}


def month(prefix: str, first: str, count: int, **said: str) -> list[dict[str, str]]:
    """A month of deliveries, four in five reported on; every eighth of these is a sale."""
    facts = []
    for n in range(count):
        lead, day = f"{prefix}-{n:03}", f"{first}-{n % 28 + 1:02}"
        source = ("src_oak", "Oak") if n % 2 else ("src_elm", "Elm")
        buyer = ("buy_acme", "Acme") if n % 4 < 2 else ("buy_birch", "Birch")
        fact = {
            "source_id": source[0],
            "source_name": source[1],
            "buyer_name": buyer[1],
            "price": "20.00",
            "margin": "8.00",
            **said,
        }
        facts.append(delivered(lead, buyer[0], f"{day}T09:00:00Z", **fact))
        if n < count * 4 // 5:
            outcome = _outcome(n, count)
            facts.append(reported(lead, buyer[0], outcome, f"{day}T13:00:00Z"))
    return facts


def _outcome(n: int, count: int) -> str:
    sales, returns, spoken = count // 10, count // 20, count // 4
    if n < sales:
        return "converted"
    if n < sales + returns:
        return "returned"
    return "contacted" if n < sales + returns + spoken else "no_contact"


def two_months(**said: str) -> list[dict[str, str]]:
    """September and October."""
    return [*month("S", "2026-09", 100, **said), *month("O", "2026-10", 120, **said)]


def params(kind: str, **more: list[str]) -> dict[str, list[str]]:
    """Parameters of a report about October, as known on 20 November."""
    of = {
        "monthly": OCTOBER,
        "weekly": {"week": ["2026-10-19"], "as_of": ["2026-11-20"]},
        "daily": {"day": ["2026-10-20"], "as_of": ["2026-11-20"]},
        "source": {**NINETY, "source": PARTY["source"]},
        "buyer": {**NINETY, "buyer": PARTY["buyer"]},
    }
    return {**of[kind], **more}
