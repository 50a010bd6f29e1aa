"""Ids of parties that a file only names: two names never share one, one name has one.

An id says the name as far as its signs can; whatever is lost on the way is made good by a
hash of the whole name. Ids that a store gave by an older rule stay those of their names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import polars as pl

from data_access.columns import LONGEST_ID
from data_access.spelling import spelt_name

if TYPE_CHECKING:
    import sqlalchemy as sa

    from data_access.store.store import PartyKind, Store

PARTIES: Final[tuple[tuple[str, PartyKind], ...]] = (
    ("source", "source"),
    ("buyer", "buyer"),
    ("reporter", "buyer"),
    ("target", "source"),
)
"""Who can be named, and whether that is a source or a buyer."""

Naming = Callable[["PartyKind", Collection[str]], Mapping[str, str]]
"""Names as they were sent -> ids, of one kind of party."""

_WHOLE: Final = re.compile(
    r"[a-z0-9][a-z0-9._:-]*|[A-Za-z0-9][A-Za-z0-9.:-]*|(?=.*[A-Z])[A-Za-z0-9][A-Za-z0-9.:-]*"
    r"( [A-Za-z0-9.:-]+)+"
)
"""Names that their ids hold whole. An `_` in an id with a capital letter is a blank of the name,
in one without it is an `_`: `paid_search` is written so by machines, `Acme Web` by people."""
_MADE: Final = re.compile(r"-[0-9a-f]{8}$")
_OUTSIDE: Final = re.compile(r"[^A-Za-z0-9._:-]")
_UNLIKE_AN_ID: Final = "._:-"
"""What an id may hold and not begin with."""
_HASH_BYTES: Final = 4


def id_from_name(name: str) -> str:
    """The id of something that has only a name.

    Characters outside `A-Za-z0-9._:-` become `_`, case is kept. Where that loses anything, or
    the name ends like an id made this way or is too long, `-` and eight digits of its hash
    follow. Of two names that differ only in blanks and `_` one keeps the plain id (`_WHOLE`).

    >>> id_from_name(" Acme Web "), id_from_name("Müller"), id_from_name("Möller")
    ('Acme_Web', 'M_ller-1adfd876', 'M_ller-c248ea69')
    >>> id_from_name("paid_search"), id_from_name("paid search"), id_from_name("Acme_Web")
    ('paid_search', 'paid_search-88fc3d9b', 'Acme_Web-029bc698')
    """
    name = spelt_name(name)
    plain = name.replace(" ", "_")
    if _WHOLE.fullmatch(name) and not _MADE.search(name) and len(name) <= LONGEST_ID:
        return plain
    mark = f"-{blake2b(name.encode(), digest_size=_HASH_BYTES).hexdigest()}"
    head = _OUTSIDE.sub("_", name).lstrip(_UNLIKE_AN_ID) or "n"
    return head[: LONGEST_ID - len(mark)] + mark


def id_of_before(name: str) -> str:
    """The id that the older rule gave a name as it was sent; several names could share one.

    >>> id_of_before("Müller"), id_of_before("Möller")
    ('M_ller', 'M_ller')
    """
    plain = _OUTSIDE.sub("_", name.strip()).lstrip(_UNLIKE_AN_ID)[:LONGEST_ID]
    return plain or f"n_{blake2b(name.encode(), digest_size=6).hexdigest()}"


def by_name_alone(_kind: PartyKind, names: Collection[str]) -> dict[str, str]:
    """Ids of names where no store is asked; a name of which nothing is left has none."""
    return {name: id_from_name(name) for name in names if spelt_name(name)}


@dataclass(frozen=True, slots=True)
class KnownIds:
    """Ids of the names of one import; the store is asked once about each name."""

    store: Store
    _found: dict[tuple[PartyKind, str], str] = field(default_factory=dict)

    def within(self, connection: sa.Connection) -> Naming:
        """Names to ids, as a transaction sees the store."""
        return partial(self._ids, connection)

    def _ids(
        self, connection: sa.Connection, kind: PartyKind, names: Collection[str]
    ) -> Mapping[str, str]:
        spelt = {name: spelt_name(name) for name in names}
        new: dict[str, list[str]] = {}
        for sent, name in spelt.items():
            if name and (kind, name) not in self._found:
                new.setdefault(name, []).append(sent)
        possible = {name: _candidates(name, sent) for name, sent in new.items()}
        unsure = {one for ids in possible.values() if len(ids) > 1 for one in ids}
        known: set[tuple[str, str]] = set()
        if unsure:
            rows = self.store.named_parties(connection, kind, sorted(unsure)).iter_rows()
            known = {(one, spelt_name(name)) for one, name in rows}
        for name, ids in possible.items():
            given = [one for one in ids if (one, name) in known]
            self._found[kind, name] = (given or ids)[0]
        return {name: self._found[kind, each] for name, each in spelt.items() if each}


def _candidates(name: str, sent: Collection[str]) -> list[str]:
    """The id of a name, then those that it may have in a store of before.

    The first that the store knows by this very name is its id, so that whatever order rows
    and files come in, it keeps the one it has.
    """
    spellings = [name, unicodedata.normalize("NFD", name), *sorted(sent)]
    return list(dict.fromkeys([id_from_name(name), *map(id_of_before, spellings)]))


def with_ids(rows: pl.DataFrame, buyer: str | None, naming: Naming) -> pl.DataFrame:
    """Ids where rows have only names; the buyer speaks for its own feedback.

    Args:
        rows: text facts.
        buyer: fills the buyer where the row names none.
        naming: names to ids.
    """
    for party, kind in PARTIES:
        name, key = f"{party}_name", f"{party}_id"
        if name not in rows.columns:
            continue
        if key not in rows.columns:
            rows = rows.with_columns(pl.lit(None, pl.String).alias(key))
        names = rows.filter(pl.col(key).is_null())[name].drop_nulls().unique().to_list()
        made = pl.col(name).replace_strict(
            dict(naming(kind, names)), default=None, return_dtype=pl.String
        )
        rows = rows.with_columns(pl.coalesce(key, made).alias(key))
    return _with_buyer(rows, buyer)


def _with_buyer(rows: pl.DataFrame, buyer: str | None) -> pl.DataFrame:
    """Fill buyer and reporter: the row's own, else the given one."""
    empty = [c for c in ("buyer_id", "reporter_id") if c not in rows.columns]
    rows = rows.with_columns(pl.lit(None, pl.String).alias(c) for c in empty)
    rows = rows.with_columns(buyer_id=pl.coalesce("buyer_id", pl.lit(buyer, pl.String)))
    if "buyer_name" in rows.columns and "reporter_name" not in rows.columns:
        rows = rows.with_columns(reporter_name=pl.col("buyer_name"))
    return rows.with_columns(reporter_id=pl.coalesce("reporter_id", "buyer_id"))
