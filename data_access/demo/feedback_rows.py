"""Events as feedback rows: the words, amounts and details that go with an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from data_access.demo import reason_texts as reasons
from data_access.demo.event_times import LAST
from data_access.demo.fates import (
    CONTACTED,
    CONVERTED,
    NOT_INTERESTED,
    QUALIFIED,
    RETURNED_SPOKEN,
)
from data_access.demo.wire_text import flags, money, times

if TYPE_CHECKING:
    from data_access.demo.fates import Fates
    from data_access.demo.market import Market

_SPEAK: Final = ("contacted", "qualified", "converted", "not_interested", "already_purchased")
_REASONED: Final = ("returned", "not_interested", "already_purchased", "bad_info", "duplicate")
_LIKED: Final = np.array([0.92, 0.45, 0.40, 0.80, 0.65, 0.20, 0.08, 0.12, 0.15, 0.30])  # by end
_TIMELINES: Final = ("now", "within 30 days", "this quarter", "later this year")
_BUDGETS: Final = ("yes", "no", "unclear", "under 1,000", "financing")
_NOTES: Final = (
    "Called back on Monday",
    "spoke with the spouse",
    "asked for written offer",
    "Good conversation; call again in May?",
    "left two voicemails",
    "très sympathique",
)
_AGENTS: Final = tuple(f"Agent {number}" for number in range(1, 13))
_RATED: Final = 0.4  # of ends, where the buyer rates
_RARE: Final = 0.03  # of events with a note


def rows(
    market: Market, known: Fates, sold: pl.DataFrame, events: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """One row per event, with `at` (the latest time in it, microseconds) beside the text.

    Args:
        market: who is who.
        known: the fates.
        sold: text of the offer behind each fate.
        events: what was said; see `demo_events.said`.
        rng: draws words and details.
    """
    told = _shared_details(market, known, sold, rng)
    of = events["of"]
    all_of = pl.concat([events, told[of]], how="horizontal")
    chances = rng.random((8, all_of.height))
    all_of = all_of.with_columns(
        pl.Series(f"u{place}", chance) for place, chance in enumerate(chances)
    )
    return _in_words(_detailed(all_of))


def _shared_details(
    market: Market, known: Fates, sold: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """What all events about a delivery share: reason, worth, how the buyer liked it."""
    chance = rng.random((4, len(known)))
    cause = reasons.causes(known, chance[0])
    entries = [buyer.entry for buyer in market.buyers]
    worth = np.array([buyer.value for buyer in market.buyers])[known.buyer]
    dollars = worth * np.exp(0.45 * rng.standard_normal(len(known)) - 0.1)
    liked = np.clip(_LIKED[known.end] + 0.3 * (chance[1] - 0.5), 0, 1)
    scale = np.array([entry.scale for entry in entries])[known.buyer]
    return sold.select(
        "lead_id", "buyer_id", "buyer_name", "product", "price_cents", "code"
    ).with_columns(
        why=reasons.texts(market, known.source, cause, chance[2]),
        cause=pl.Series(cause),
        end=pl.Series(known.end),
        value_cents=pl.Series(np.maximum(np.round(dollars).astype(np.int64), 20) * 100),
        rating=pl.when(pl.Series((scale > 0) & (chance[3] < _RATED))).then(
            pl.Series(1 + np.floor(liked * (scale - 1)).astype(np.int64))
        ),
        interest=pl.Series(np.floor(liked * 10).astype(np.int64)),
        detail=pl.Series(np.array([entry.detail for entry in entries])[known.buyer]),
    )


def _detailed(events: pl.DataFrame) -> pl.DataFrame:
    """Add which events carry which kind of detail."""
    word, last = pl.col("outcome"), pl.col("tag") == LAST
    spoken = word.is_in(_SPEAK) | (last & (pl.col("end") == RETURNED_SPOKEN))
    must = last & (pl.col("end") == RETURNED_SPOKEN)  # else nobody would know they spoke
    detailed = word.is_not_null() & pl.col("tag").is_in(["f", "q", "p"])
    return events.with_columns(
        spoken=spoken,
        last=last,
        has_contact=detailed & (must | (pl.col("u0") < pl.col("detail"))),
        has_interest=detailed
        & (pl.col("u1") < pl.col("detail"))
        & (
            word.is_in(_SPEAK)
            & pl.col("end").is_in([CONVERTED, NOT_INTERESTED, QUALIFIED, CONTACTED])
        ),
        has_accuracy=last & (pl.col("u2") < pl.col("detail")),
        wrong=last & (pl.col("cause") == reasons.WRONG),
    )


def _in_words(events: pl.DataFrame) -> pl.DataFrame:
    """Feedback rows with the columns of the wire."""
    key = pl.col("lead_id").str.slice(5)
    stem = pl.concat_str(pl.lit("evt_"), key, pl.lit("_"), "code")
    claim = pl.col("last") & (pl.col("outcome") == "returned")
    return events.select(
        at=pl.max_horizontal("occurred", "reported", "decided"),
        told_at=pl.col("reported"),
        event_id=pl.concat_str(stem, "tag"),
        event_type=pl.lit("feedback.received"),
        lead_id=pl.col("lead_id"),
        reporter_id=pl.col("buyer_id"),
        reporter_name=pl.col("buyer_name"),
        outcome=pl.col("outcome"),
        reason=_reason(),
        value=_value(),
        occurred_at=times("occurred"),
        reported_at=times("reported"),
        credit_requested=pl.when(claim & _hit("u3", 0.97)).then(pl.lit("true")),
        credit_approved=flags(pl.col("approved")),
        credit_amount=money((pl.col("price_cents") * pl.col("paid")).round().cast(pl.Int64)),
        decided_at=times("decided"),
        **_details(),
        retracts=pl.concat_str(stem, "retracts"),
        replaces=pl.concat_str(stem, "replaces"),
    )


def _reason() -> pl.Expr:
    """The reason of the last event, and of what it replaces; mistakes have their own."""
    usual = pl.col("outcome").is_in(_REASONED) & pl.col("tag").is_in([LAST, "w"])
    tired = (pl.col("outcome") == "no_contact") & pl.col("last") & _hit("u4", 0.4)
    mistaken = (pl.col("tag") == "x") & (pl.col("outcome") == "bad_info")
    return pl.when(usual | tired).then("why").when(mistaken).then(pl.lit("Number disconnected"))


def _value() -> pl.Expr:
    """What a sale was worth; one in twenty-five leaves it out, and mistakes are higher."""
    cents = pl.when(pl.col("tag") == "w").then(pl.col("value_cents") * 2).otherwise("value_cents")
    said = (pl.col("outcome") == "converted") & ~_hit("u4", 0.04)
    return pl.when(said).then(money(cents))


def _details() -> dict[str, pl.Expr]:
    """Contact and interest, rating and small talk; accuracy."""
    contact, interest, spoken = pl.col("has_contact"), pl.col("has_interest"), pl.col("spoken")
    answered = spoken | pl.col("wrong")
    tries = (1 + pl.col("u5") * 6).floor().cast(pl.Int64).cast(pl.String)
    scale = pl.col("interest").cast(pl.String)
    slashed = pl.when(_hit("u5", 0.5)).then(scale + "/10").otherwise(scale)
    keen = interest & (pl.col("end") != NOT_INTERESTED)
    sold = pl.col("outcome") == "converted"
    noted = pl.col("outcome").is_not_null() & ~_hit("u7", 1 - _RARE)
    return {
        "phone_answered": pl.when(contact).then(flags(answered)),
        "spoke_to_lead": pl.when(contact).then(flags(spoken)),
        "right_party": pl.when(contact & answered).then(flags(spoken)),
        "contact_attempts": pl.when(contact & ~spoken).then(tries),
        "interest_product": pl.when(interest).then(slashed),
        "interest_timeline": pl.when(keen).then(_one_of(_TIMELINES, "u5")),
        "interest_budget": pl.when(keen & _hit("u6", 0.6)).then(_one_of(_BUDGETS, "u5")),
        "product_type": pl.when(sold & _hit("u6", 0.5)).then("product"),
        "agent": pl.when(contact & _hit("u7", 0.3)).then(_one_of(_AGENTS, "u5")),
        "rating": pl.when(pl.col("last")).then(pl.col("rating").cast(pl.String)),
        "notes": pl.when(noted).then(_one_of(_NOTES, "u5")),
        **_accuracy(),
    }


def _accuracy() -> dict[str, pl.Expr]:
    """What the buyer found true of the lead's data, in agreement with the reason."""
    accuracy, cause, right = pl.col("has_accuracy"), pl.col("cause"), pl.lit("correct")
    disconnected, wrong = pl.lit("invalid"), pl.lit("wrong_person")
    phone = pl.when(cause == reasons.DEAD).then(disconnected)
    email = pl.when(cause == reasons.BOUNCED).then(pl.lit("bounced"))
    unsure = email.when(_hit("u5", 0.08)).then(pl.lit("unknown"))
    name = pl.when(cause == reasons.FAKE).then(pl.lit("invalid"))
    address = pl.when(_hit("u5", 0.07)).then(pl.lit("incomplete"))
    known = {
        "accuracy_name": name.otherwise(right),
        "accuracy_phone": phone.when(cause == reasons.WRONG).then(wrong).otherwise(right),
        "accuracy_email": unsure.otherwise(right),
    }
    found: dict[str, pl.Expr] = {
        column: pl.when(accuracy).then(value) for column, value in known.items()
    }
    found["accuracy_address"] = pl.when(accuracy & _hit("u6", 0.3)).then(address.otherwise(right))
    return found


def _hit(chance: str, share: float) -> pl.Expr:
    """Whether a chance in [0, 1) falls into a share."""
    return pl.col(chance) < share


def _one_of(choices: tuple[str, ...], chance: str) -> pl.Expr:
    """A word drawn by a chance in [0, 1)."""
    place = (pl.col(chance) * len(choices)).floor().cast(pl.Int64)
    return place.replace_strict(dict(enumerate(choices)), return_dtype=pl.String)
