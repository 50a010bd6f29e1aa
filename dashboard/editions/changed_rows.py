"""Which rows may have changed since a data version, so that a copy can be kept up to date.

A row is of one lead. It changes with a fact about that lead; when something about the lead that
was dated ahead takes effect; when an import that told of it is withdrawn or restored; when its
source or buyer is called otherwise. Rows that are no longer there cannot be listed: then, and
after a merge, a copy is to be read anew.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from dashboard.editions import cached_frames, earlier_record
from dashboard.editions.visible_edition import counted_then
from data_access.explained import ExplainedError
from metrics.definitions.report_calendar import day_number, to_date
from metrics.outcomes import selection
from metrics.outcomes.known_facts import KEY, instant

if TYPE_CHECKING:
    from dashboard.editions.edition import Edition
    from metrics.definitions.scope import Scope

_TIMES: Final = {"attempts": ("attempted",), "feedback": ("reported", "decided")}
_PARTIES: Final = ("source", "buyer")


class ReadAnew(ExplainedError, ValueError):  # noqa: N818 - says what is to be done
    """Rows have gone or changed their ids since a data version: no list of changes says it."""


def changed(
    shown: Edition, rows: pl.LazyFrame, scope: Scope, version: int | None, since: int | None
) -> pl.LazyFrame:
    """The rows of leads that may have changed since a data version; all without one.

    Raises:
        ReadAnew: ids became one since then, or rows of the scope are gone.
    """
    if since is None:
        return rows
    if since and shown.aliases(version).filter(pl.col("seq") > since).height:
        message = (
            f"Two ids have become one since data version {since}, so rows in your copy may have "
            "changed their ids. Read the whole table anew, without changed_since"
        )
        raise ReadAnew(message)
    leads = touched(shown, version, since)
    mine = rows.join(leads.lazy(), on="lead_id", how="semi")
    if since and _gone(shown, mine, scope, version, since):
        message = (
            f"Rows of this selection have left it since data version {since}. Read it anew, "
            "without changed_since"
        )
        raise ReadAnew(message)
    return mine


@lru_cache(maxsize=8)
def touched(shown: Edition, version: int | None, since: int) -> pl.DataFrame:
    """Leads (lead_id) of which a row may have changed after a data version."""
    moment = moment_of(shown, since)
    turned = shown.withdrawals.filter(pl.col("seq") > since)["batch_id"]
    facts = {name: shown.facts(name, version) for name in _TIMES}
    leads = sorted(shown.leads_of(set(turned)))
    found = [pl.LazyFrame({"lead_id": leads}, {"lead_id": pl.String})]
    for name, stems in _TIMES.items():
        new = pl.col("seq") > since
        if moment is not None:
            for stem in stems:
                ahead = nw.from_native(facts[name]).select("seq", at=instant(shown.zone, stem))
                due = ahead.filter(nw.col("at") > moment).to_native().select("seq").collect()["seq"]
                new |= pl.col("seq").is_in(due.implode())
        found.append(facts[name].filter(new).select("lead_id"))
    for kind in _PARTIES:
        other = _renamed(shown, version, since, kind)
        called = pl.col(f"{kind}_id").replace(shown.canonical(kind, version))
        found.append(facts["attempts"].filter(called.is_in(other)).select("lead_id"))
    return pl.concat(found).drop_nulls().unique().collect()


def moment_of(shown: Edition, version: int) -> int | None:
    """When the store took the last fact up to a data version; None before the first."""
    newest = [
        shown.stored(name, version).select(pl.col("recorded_us").max()).collect().item()
        for name in _TIMES
    ]
    turned = shown.withdrawals.filter(pl.col("seq") <= version)["recorded_us"].max()
    newest.append(turned)
    return max((us for us in newest if us is not None), default=None)


def _renamed(shown: Edition, version: int | None, since: int, kind: str) -> list[str]:
    """Ids that were called otherwise, or of another type, at a data version."""
    before = counted_then(shown, moment_of(shown, since), since)
    now, then = cached_frames.named(shown, version), cached_frames.named(before, since)
    pairs = [(getattr(now, kind), getattr(then, kind))]
    if kind == "buyer":
        pairs.append((now.buyer_type, then.buyer_type))
    return sorted({k for new, old in pairs for k in new | old if new.get(k) != old.get(k)})


def _gone(
    shown: Edition, mine: pl.LazyFrame, scope: Scope, version: int | None, since: int
) -> bool:
    """Whether a delivery of the scope at a data version is none of its any more."""
    moment = moment_of(shown, since)
    if moment is None:
        return False
    leads = touched(shown, version, since)["lead_id"].to_list()
    then = min(scope.as_of_us, moment)
    earlier = counted_then(shown, moment, since)
    before = earlier.resolve(as_of_us=then, version=since, leads=leads)
    types = cached_frames.named(earlier, since).buyer_type
    wide = _reaching_back(scope, shown, version, earlier, since)
    wanted = selection.deliveries(wide, zone=shown.zone.name, buyer_types=types)
    kept = before.lazy().filter(wanted).join(mine, on=list(KEY), how="anti")
    return not kept.select(KEY).head(1).collect().is_empty()


def _reaching_back(
    scope: Scope, shown: Edition, version: int | None, earlier: Edition, since: int
) -> Scope:
    """A scope whose period held the whole record if it holds the whole record now."""
    now, then = earlier_record.record(shown, version).days, earlier_record.record(earlier, since)
    if then.days is None:
        return scope
    first, last = scope.first, scope.last
    if now is None or day_number(first) <= now[0]:
        first = min(first, to_date(then.days[0]))
    if now is None or day_number(last) >= now[1]:
        last = max(last, to_date(then.days[1]))
    return replace(scope, first=first, last=last)
