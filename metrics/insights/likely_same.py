"""Parties that may be one: names that differ in spelling only. Proposed, never merged.

Names are brought to a key and those with one key stand together, so that the work grows with
the number of names and not with that of their pairs.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from metrics.definitions.phrases import listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIXES: Final = ("ent_", "rcp_")
"""Ids that differ only in these are often one party; those with the first one stay."""
_FORMS: Final = """
ab ag aps as asa bv co company corp corporation doo eurl ev gbr gmbh inc incorporated kft kg kgaa
kk limited llc llp lp ltd ltda mbh nv ohg oy oyj plc pte pty pvt rl sa sarl sas sl spa srl sro ug
vof zrt
"""
LEGAL: Final = frozenset(_FORMS.split())
"""Legal forms, as they end names: in small letters, without dots."""
DIFFERENCES: Final = ("case", "accents", "blanks or signs", "the legal form")
"""In what names of one key can differ, in words."""
_CASE, _ACCENTS, _SIGNS, _FORM = DIFFERENCES
_WORD: Final = re.compile(r"[^\s_,/-]+")
_UNDIVIDED: Final = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
)
"""Letters that are not made of another and an accent."""


@dataclass(frozen=True, slots=True)
class LikelySame:
    """`entity_id` looks like `canonical_id`; `why` goes on from "they"."""

    entity_id: str
    canonical_id: str
    why: str


def likely_same(names: Mapping[str, str]) -> list[LikelySame]:
    """Pairs of ids that may be one party, each id in at most one.

    Args:
        names: what each id is called; an id without a name is its own.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for entity, name in names.items():
        for key in _keys(entity, name):
            groups.setdefault(key, []).append(entity)
    found: dict[str, LikelySame] = {}
    for (kind, _), together in sorted(groups.items(), reverse=True):
        stays, *others = sorted(together, key=lambda one: (not one.startswith(PREFIXES[0]), one))
        for other in others:
            if other not in found and stays not in found:
                found[other] = LikelySame(other, stays, _why(kind, names[other], names[stays]))
    taken = {pair.canonical_id for pair in found.values()}
    return sorted(
        (pair for pair in found.values() if pair.entity_id not in taken),
        key=lambda pair: (pair.canonical_id, pair.entity_id),
    )


def _keys(entity: str, name: str) -> Iterable[tuple[str, str]]:
    plain = _plain(name)
    tails = (entity.removeprefix(p) for p in PREFIXES if entity.startswith(p))
    return chain([("name", plain)] if plain else [], (("tail", tail.casefold()) for tail in tails))


def _why(kind: str, one: str, other: str) -> str:
    if kind == "tail":
        return "have the same id after its prefix"
    apart = [what for what in DIFFERENCES if _plain(one, but=what) != _plain(other, but=what)]
    return f"differ only in {listing(apart)}" if apart else "have the same name"


def _plain(name: str, but: str = "") -> str:
    """A name without what spellings differ in, `but` one of these; empty where nothing is left.

    >>> _plain("Café_Leads, Inc."), _plain("CAFE LEADS"), _plain("GmbH")
    ('cafeleads', 'cafeleads', 'gmbh')
    """
    text = unicodedata.normalize("NFC", name)
    if but != _FORM:
        text = _without_form(text)
    if but != _CASE:
        text = text.casefold()
    if but != _ACCENTS:
        text = _without_accents(text)
    return text if but == _SIGNS else "".join(sign for sign in text if sign.isalnum())


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(p for p in parts if not unicodedata.combining(p)).translate(_UNDIVIDED)


def _without_form(name: str) -> str:
    """A name without the legal form at its end; one that is nothing else keeps it."""
    words = list(_WORD.finditer(name))
    while len(words) > 1:
        last = _without_accents(words[-1].group().casefold())
        plain = "".join(sign for sign in last if sign.isalnum())
        if plain and plain not in LEGAL:
            break
        words.pop()
    return name[: words[-1].end()].rstrip(" ,._-/&") if words else name
