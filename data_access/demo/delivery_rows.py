"""Offers of leads as delivery rows: one row per attempt, in the words of the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from data_access.demo import roster
from data_access.demo.wire_text import flags, lead_ids, money, times, words

if TYPE_CHECKING:
    from data_access.demo.market import Market
    from data_access.demo.offers import Sales
    from data_access.demo.rate_arrays import Ints

METHODS: Final = {roster.LIVE: "call_transfer", roster.LEAD: "http_post", roster.DATA: "file"}
OWN_IDS: Final = 0.6  # of buyers give a lead an id of their own
FAILURES: Final = (
    ("technical", "Connection timed out"),
    ("technical", "HTTP 503 from the buyer"),
    ("technical", "TLS handshake failed"),
    ("authentication", "API key expired"),
    ("business", "Daily cap reached"),
    ("business", "Outside service area"),
    ("business", "Duplicate lead"),
    ("business", "Closed at this hour"),
)
_ON_THE_WAY: Final = 4  # failures before this one are nobody's decision


def offers(market: Market, sales: Sales, month: int) -> pl.DataFrame:
    """Text of every offer, in the order of the sales: who, what, for how much."""
    sources, buyers = market.sources, market.buyers
    ids = lead_ids(market.seed, month, sales.lead)
    return pl.DataFrame(
        {
            "lead_id": ids,
            "buyer_id": words([b.buyer_id for b in buyers], sales.buyer),
            "buyer_name": words([b.entry.name for b in buyers], sales.buyer),
            "buyer_type": words([b.buyer_type for b in buyers], sales.buyer),
            "source_id": words([s.source_id for s in sources], sales.source),
            "source_name": words([s.name for s in sources], sales.source),
            "sub_source": _nested(
                [[n for n, _ in s.sub_sources] for s in sources], sales.source, sales.sub_source
            ),
            "campaign": words(roster.CAMPAIGNS, sales.campaign),
            "vertical": words([s.vertical for s in sources], sales.source),
            "product": _nested(_products(market), sales.source, sales.product),
            "state": words([state for state, _ in roster.STATES], sales.state),
            "submitted": sales.submitted,
            "price_cents": sales.price,
            "cost_cents": sales.cost,
            "exclusive": sales.exclusive,
            "method": words([METHODS[b.buyer_type] for b in buyers], sales.buyer),
            "code": words([f"{place:02d}" for place in range(len(buyers))], sales.buyer),
        }
    )


def _products(market: Market) -> list[list[str]]:
    products = {v.name: [name for name, _ in v.products] for v in market.verticals}
    return [products[source.vertical] for source in market.sources]


def _nested(choices: list[list[str]], outer: Ints, inner: Ints) -> pl.Series:
    """The chosen word of each row, from a list that belongs to its source."""
    width = max(len(names) for names in choices)
    flat = [name for names in choices for name in (*names, *[""] * (width - len(names)))]
    return words(flat, outer * width + inner)


def attempts(
    market: Market, sales: Sales, offered: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """One row per attempt, with `at` (microseconds) beside the text columns."""
    of = np.repeat(np.arange(sales.buyer.size), sales.attempts)
    starts = np.cumsum(sales.attempts) - sales.attempts
    number = np.arange(of.size) - starts[of] + 1
    last = number == sales.attempts[of]
    business = sales.business[of]
    way = rng.integers(0, _ON_THE_WAY, of.size)
    refused = rng.integers(_ON_THE_WAY, len(FAILURES), of.size)
    rows = offered[of].with_columns(
        at=pl.Series(sales.first_at[of] + (number - 1) * sales.gap[of]),
        number=pl.Series(number),
        arrived=pl.Series(sales.arrived[of] & last),
        failure=pl.Series(np.where(business, refused, way)),
        retry=pl.Series(~business & ~last),
        own_ids=pl.Series((np.arange(len(market.buyers)) % 5 < OWN_IDS * 5)[sales.buyer[of]]),
    )
    return _in_words(rows)


def _in_words(rows: pl.DataFrame) -> pl.DataFrame:
    """Attempt rows with the columns of the wire."""
    arrived = pl.col("arrived")
    key = pl.col("lead_id").str.slice(5)
    failure = rows["failure"].to_numpy()
    reason, category = (words([pair[i] for pair in FAILURES], failure) for i in (1, 0))
    price = money(pl.col("price_cents"))
    own = pl.concat_str(pl.lit("C"), "code", pl.lit("-"), key.str.slice(0, 10).str.to_uppercase())
    return rows.select(
        "at",
        event_id=pl.concat_str(
            pl.lit("dlv_"), key, pl.lit("_"), "code", pl.lit("."), pl.col("number").cast(pl.String)
        ),
        event_type=pl.when(arrived)
        .then(pl.lit("recipient.delivered"))
        .otherwise(pl.lit("recipient.failed")),
        attempted_at=times("at"),
        **{
            name: pl.col(name)
            for name in (
                "lead_id", "buyer_id", "buyer_name", "buyer_type", "source_id", "source_name",
                "sub_source", "campaign", "vertical", "product", "state", "method",
            )
        },
        submitted_at=times("submitted"),
        price=pl.when(arrived).then(price),
        attempted_price=pl.when(~arrived).then(price),
        lead_cost=money(pl.col("cost_cents")),
        exclusive=flags(pl.col("exclusive")),
        buyer_lead_id=pl.when(arrived & pl.col("own_ids")).then(own),
        attempt_number=pl.col("number").cast(pl.String),
        failure_reason=pl.when(~arrived).then(reason),
        failure_category=pl.when(~arrived).then(category),
        retry_eligible=pl.when(~arrived).then(flags(pl.col("retry"))),
    )  # fmt: skip
