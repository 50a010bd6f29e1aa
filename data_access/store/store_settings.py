"""In which zone days are cut and in which currency amounts are: remembered with the store.

What a process is told by its environment is held against it, so that another zone or another
currency is never taken up without a word. A row is one choice; the latest is in force.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from data_access.currencies import smallest
from data_access.explained import ExplainedError
from data_access.store import tables
from data_access.store.store import OPERATOR, AuditLine

if TYPE_CHECKING:
    from data_access.store.store import Store


class OtherCurrency(ExplainedError, ValueError):  # noqa: N818 - says what is the matter
    """Amounts in one currency are not taken into a store of another."""


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """The report zone and the currency."""

    report_zone: str
    currency: str


def remembered_in(connection: sa.Connection) -> StoreSettings | None:
    """What the store remembers; None where nothing is remembered yet."""
    known = tables.store_settings
    query = sa.select(known.c.report_zone, known.c.currency)
    row = connection.execute(query.order_by(known.c.setting_id.desc()).limit(1)).first()
    return None if row is None else StoreSettings(*row)


def remembered(store: Store) -> StoreSettings | None:
    """The same, in a view of its own."""
    with store.reading() as connection:
        return remembered_in(connection)


def remember_in(
    store: Store, connection: sa.Connection, given: StoreSettings, *, at_us: int
) -> None:
    """Write down what facts are taken in with, once: where the store has facts and says nothing."""
    if remembered_in(connection) is None and store.data_version_in(connection) > 0:
        _append(store, connection, given, at_us, OPERATOR)


def remember(store: Store, given: StoreSettings, *, at_us: int) -> None:
    """The same in a transaction of its own; a store that remembers is only read."""
    if remembered(store) is None and store.data_version() > 0:
        with store.writing() as connection:
            remember_in(store, connection, given, at_us=at_us)


def accept(store: Store, given: StoreSettings, *, who: str, at_us: int) -> bool:
    """Put these settings in force, with a line in the audit; False where they are already.

    No fact is changed, and no amount is converted.
    """
    with store.writing() as connection:
        if remembered_in(connection) == given or store.data_version_in(connection) == 0:
            return False
        _append(store, connection, given, at_us, who)
        return True


def _append(
    store: Store, connection: sa.Connection, given: StoreSettings, at_us: int, who: str
) -> None:
    row = {**asdict(given), "who": who}
    line = AuditLine(at_us, who, "set_store_settings", "{number}", asdict(given))
    store.append_with_audit(connection, tables.store_settings, row, line)


def check_currency(store: Store, currency: str) -> None:
    """Judge the currency in which amounts are about to be read.

    Raises:
        OtherCurrency: the store remembers another one.
    """
    known = remembered(store)
    if known is not None and known.currency != currency:
        message = (
            f"the amounts of this store are in {known.currency}, and LEADLOOP_CURRENCY is "
            f"{currency}: nothing was taken in. {_WAYS}"
        )
        raise OtherCurrency(message)


_WAYS = (
    "Set it back, or say that the change is meant with `leadloop settings --accept`; amounts "
    "are not converted"
)


def difference(known: StoreSettings | None, given: StoreSettings) -> str | None:
    """What a process is told otherwise than the store remembers, as sentences; None for nothing.

    >>> was = StoreSettings("Europe/Berlin", "USD")
    >>> difference(was, was)
    >>> difference(was, StoreSettings("UTC", "USD"))[:67]
    'Days of this store were cut in Europe/Berlin and are cut in UTC now'
    """
    if known is None or known == given:
        return None
    found = []
    if known.report_zone != given.report_zone:
        found.append(
            f"Days of this store were cut in {known.report_zone} and are cut in "
            f"{given.report_zone} now (LEADLOOP_REPORT_ZONE), so figures of days, weeks and months "
            "differ from those given out before"
        )
    if known.currency != given.currency:
        found.append(
            f"Amounts of this store are in {known.currency} and are shown as {given.currency} now "
            f"(LEADLOOP_CURRENCY){_looking(known.currency, given.currency)}"
        )
    return ". ".join([*found, _WAYS])


def _looking(was: str, now: str) -> str:
    """How much larger or smaller amounts look, where two currencies part their unit otherwise."""
    more, less = smallest(was), smallest(now)
    if more == less:
        return ""
    times, how = (more // less, "large") if more > less else (less // more, "small")
    return f", where they look {times:,} times as {how}"
