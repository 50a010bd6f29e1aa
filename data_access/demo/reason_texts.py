"""Why, in the words of buyers: free text as people write it, by how a delivery ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from data_access.demo.fates import (
    BAD_INFO,
    DUPLICATE,
    ENDS,
    NO_CONTACT,
    NOT_INTERESTED,
    PURCHASED,
    RETURNED_SPOKEN,
    RETURNED_UNREACHED,
)
from data_access.demo.offers import pick
from data_access.demo.wire_text import words

if TYPE_CHECKING:
    from data_access.demo.fates import Fates
    from data_access.demo.market import Market
    from data_access.demo.rate_arrays import Floats, Ints

TEXTS: Final = {
    "disconnected": ("Number disconnected", "phone disconnected", "Number not in service"),
    "wrong_person": ("wrong person", "Wrong number", "Wrong person answered"),
    "never_answers": ("never answers", "No answer after 6 calls", "always voicemail"),
    "bounced": ("email bounced", "Phone dead, e-mail bounced", "bounced mail"),
    "fake": ("fake name", "Bogus details", "made up lead"),
    "test": ("test lead", "Test", "looks like a test"),
    "denies": ("never requested a quote", "Denies request", "did not ask for this"),
    "duplicate": ("duplicate", "Duplicate, already in our CRM", "dupe of last week"),
    "area": ("outside our area", "Out of area", "not in our area, out of state"),
    "product": ("wrong product", "asked for a different product", "we do not offer this"),
    "age": ("too young", "age outside our range", "Too old for us"),
    "interest": ("not interested", "Not interested any more", "just looking"),
    "price": ("price too high", "too expensive for them", "cannot afford it"),
    "owned": ("", "already bought elsewhere", "Already a customer"),
    "consent": ("no consent on record", "asked to opt out", "on the do not call list"),
    "late": ("came too late", "stale lead", "late, days after the request"),
    "other": ("see our ticket", "manager decided", "language"),
}
NAMES: Final = tuple(TEXTS)
DEAD, WRONG, BOUNCED, FAKE = (
    NAMES.index(name) for name in ("disconnected", "wrong_person", "bounced", "fake")
)
_VARIANTS: Final = 3
_OWNED: Final = NAMES.index("owned")
_WEIGHTS: Final[dict[int, dict[str, float]]] = {
    RETURNED_SPOKEN: {
        "product": 20, "area": 18, "interest": 16, "owned": 14, "denies": 12, "age": 8,
        "price": 6, "consent": 3, "other": 3,
    },
    RETURNED_UNREACHED: {
        "disconnected": 33, "wrong_person": 22, "never_answers": 14, "duplicate": 11,
        "bounced": 8, "fake": 6, "late": 3, "test": 1, "other": 2,
    },
    NOT_INTERESTED: {"interest": 80, "price": 20},
    PURCHASED: {"owned": 100},
    BAD_INFO: {"disconnected": 50, "wrong_person": 32, "bounced": 18},
    DUPLICATE: {"duplicate": 100},
    NO_CONTACT: {"never_answers": 100},
}  # fmt: skip


def causes(known: Fates, chance: Floats) -> Ints:
    """The reason behind each fate: a position in NAMES, −1 where there is none."""
    cause = np.full(len(known), -1, dtype=np.int64)
    for end in range(len(ENDS)):
        weights = _WEIGHTS.get(end)
        if weights is None:
            continue
        mine = known.end == end
        table = np.array([weights.get(name, 0.0) for name in NAMES], dtype=float)
        cause[mine] = pick(table, chance[mine])
    return cause


def texts(market: Market, source: Ints, cause: Ints, chance: Floats) -> pl.Series:
    """Each reason in one of its spellings; null where there is none."""
    spelling = np.floor(chance * _VARIANTS).astype(np.int64)
    flat = [None, *(text for spellings in TEXTS.values() for text in spellings)]
    place = np.where(cause < 0, 0, 1 + cause * _VARIANTS + spelling)
    owned = {vertical.name: vertical.owned for vertical in market.verticals}
    own = words([owned[s.vertical] for s in market.sources], source)
    plain = words(flat, place)
    said = pl.Series((cause == _OWNED) & (spelling == 0))
    return pl.select(pl.when(said).then(own).otherwise(plain).alias("reason"))["reason"]
