"""What was given out: reports as they were published, kept for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
import sqlalchemy as sa

from data_access.explained import ExplainedError
from data_access.store import tables

if TYPE_CHECKING:
    from datetime import date

    from data_access.store.store import Store

LONGEST_NAME: Final = 100
PUBLISHED: Final[dict[str, pl.DataType]] = {
    "publication_id": pl.Int64(),
    "recorded_us": pl.Int64(),
    "who": pl.String(),
    "kind": pl.String(),
    "title": pl.String(),
    "first_day": pl.String(),
    "last_day": pl.String(),
    "query": pl.String(),
    "as_of_us": pl.Int64(),
    "data_version": pl.Int64(),
    "rules": pl.String(),
    "figures": pl.String(),
}
"""A publication without its file."""


class NoName(ExplainedError, ValueError):  # noqa: N818 - says what is the matter
    """Nobody said who publishes, or in signs that no name has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A report to keep: `query` asks for it again, `figures` are its numbers as JSON."""

    who: str
    kind: str
    title: str
    first_day: date
    last_day: date
    query: str
    as_of_us: int
    data_version: int
    rules: str
    figures: str
    html: str


def publish(store: Store, publication: Publication, *, at_us: int) -> int:
    """Keep a report and say so in the audit; returns its number.

    Raises:
        NoName: `who` is empty, too long or has control characters.
    """
    who = checked_name(publication.who)
    columns = (*PUBLISHED, "html")
    said = {name: getattr(publication, name) for name in columns if hasattr(publication, name)}
    said |= {
        "who": who,
        "first_day": publication.first_day.isoformat(),
        "last_day": publication.last_day.isoformat(),
    }
    with store.writing() as connection:
        number = store.take_numbers(connection, "publications", 1) + 1
        row = {"publication_id": number, "recorded_us": at_us, **said}
        connection.execute(tables.publications.insert().values(row))
        store.note(
            connection,
            at_us=at_us,
            actor=who,
            action="publish",
            subject=f"report:{number}",
            detail={name: said[name] for name in ("kind", "title", "query")},
        )
    return number


def checked_name(text: str) -> str:
    """A name without blanks around it.

    Raises:
        NoName: it is empty, too long or has control characters.
    """
    who = text.strip()
    if not who or len(who) > LONGEST_NAME or not who.isprintable():
        message = f"say who publishes: a name of 1 to {LONGEST_NAME} characters"
        raise NoName(message)
    return who


def published(store: Store) -> pl.DataFrame:
    """Everything that was published (`PUBLISHED`), the newest first."""
    columns = [tables.publications.c[name] for name in PUBLISHED]
    order = tables.publications.c.publication_id.desc()
    with store.reading() as connection:
        found = connection.execute(sa.select(*columns).order_by(order))
        rows = [tuple(row) for row in found]
    return pl.DataFrame(rows, schema=PUBLISHED, orient="row")


def kept_file(store: Store, number: int) -> str | None:
    """The HTML of a publication as it was given out; None where there is none."""
    query = sa.select(tables.publications.c.html).where(
        tables.publications.c.publication_id == number
    )
    with store.reading() as connection:
        found: str | None = connection.execute(query).scalar_one_or_none()
        return found
