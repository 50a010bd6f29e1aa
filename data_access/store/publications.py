"""What was given out: reports as they were published, kept for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
import sqlalchemy as sa

from data_access.store import tables
from data_access.store.people import checked_name
from data_access.store.store import AuditLine

if TYPE_CHECKING:
    from datetime import date

    from data_access.store.store import Store

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
        BadName: `who` is empty, too long or has control characters.
    """
    who = checked_name(publication.who)
    columns = (*PUBLISHED, "html")
    said = {name: getattr(publication, name) for name in columns if hasattr(publication, name)}
    said |= {
        "who": who,
        "first_day": publication.first_day.isoformat(),
        "last_day": publication.last_day.isoformat(),
    }
    detail = {name: said[name] for name in ("kind", "title", "query")}
    line = AuditLine(at_us, who, "publish", "report:{number}", detail)
    with store.writing() as connection:
        return store.append_with_audit(connection, tables.publications, said, line)


def published(store: Store) -> pl.DataFrame:
    """Everything that was published (`PUBLISHED`), the newest first."""
    columns = [tables.publications.c[name] for name in PUBLISHED]
    order = tables.publications.c.publication_id.desc()
    with store.reading() as connection:
        found = connection.execute(sa.select(*columns).order_by(order))
        rows = [tuple(row) for row in found]
    return pl.DataFrame(rows, schema=PUBLISHED, orient="row")


def published_file(store: Store, number: int) -> str | None:
    """The HTML of a publication as it was given out; None where there is none."""
    query = sa.select(tables.publications.c.html).where(
        tables.publications.c.publication_id == number
    )
    with store.reading() as connection:
        found: str | None = connection.execute(query).scalar_one_or_none()
        return found
