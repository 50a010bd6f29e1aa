"""Making an edition: all of it anew, or only the leads that new facts touch.

After new facts the rows of the touched leads are exchanged in the parts they lie in, and
the difference of their tallies is added to the tallies. Leads of an import that is withdrawn
or restored are touched by that.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl

from dashboard.editions.edition import ALL, Edition, sorted_cells, span_zone, tallied
from dashboard.editions.lead_states import LeadStates, exchanged, lead_states
from dashboard.editions.shape import shape
from data_access.intake.field_readers import LEEWAY_US
from data_access.snapshot import fact_reader
from data_access.snapshot.parquet_versions import Damaged, Manifest, ParquetVersions, Part
from data_access.store.withdrawals import withdrawn_since
from metrics.definitions.scope import CLOCKS
from metrics.outcomes import parties, tallies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data_access.store.store import Store
    from metrics.definitions.report_calendar import ReportZone
    from metrics.definitions.rules import Rules
    from metrics.definitions.scope import Clock
    from metrics.outcomes import known_facts

DATED: Final = ("outcomes", "earlier")
"""Frames whose parts say which days their deliveries span."""
PORTION: Final = 400_000
"""About how many facts are turned into states at a time; it bounds the memory."""
STEADY_US: Final = 600_000_000
"""How long "now" stands still while nothing new arrives, so that answers can be kept."""


def build(  # noqa: PLR0913 - all keyword-only but where from and where to
    store: Store,
    versions: ParquetVersions,
    *,
    zone: str,
    now_us: int,
    rules: Rules,
    since_us: int = 0,
) -> Edition:
    """The newest edition: what was touched is exchanged, or all is made anew.

    "Now" stands still for `STEADY_US`, unless that would be before `since_us`.

    Raises:
        SnapshotUnwritable: the snapshot's folder takes no files.
    """
    mark = _mark(store, zone, rules)
    edition = standing(store, versions, zone=zone, now_us=now_us, rules=rules)
    if edition is None:
        number = versions.latest_number() + 1
        return _anew(store, versions, mark, now_us=now_us, number=number, rules=rules)
    due = [lead for lead, at in edition.manifest.notes["later"] if at <= now_us]
    version, withdrawals = fact_reader.read_withdrawals(store)
    withdrawn = withdrawn_since(withdrawals, now_us)
    if edition.version == version and not due and edition.withdrawn == withdrawn:
        steady = now_us - edition.as_of_us < STEADY_US and edition.as_of_us >= since_us
        return edition if steady else _redated(edition, now_us)
    turned = set(withdrawn) ^ set(edition.withdrawn)
    facts = fact_reader.read_touched(
        store,
        above=edition.version,
        also=[*due, *edition.leads_of(turned)],
        zone=zone,
        up_to=version,
        withdrawn=withdrawn,
    )
    return _exchanged(edition, facts, mark, now_us=now_us)


def standing(
    store: Store, versions: ParquetVersions, *, zone: str, now_us: int, rules: Rules
) -> Edition | None:
    """The edition on disk, if it is whole, and of this store, these rules and this past."""
    old = versions.manifest()
    if old is None:
        return None
    mark = _mark(store, zone, rules)
    if any(old.notes.get(key) != value for key, value in mark.items()):
        return None
    if old.notes["as_of_us"] > now_us + LEEWAY_US:
        versions.tell(Damaged("it was made when this machine's clock was ahead"))
        return None
    edition = Edition(versions, old, rules)
    if not belongs(store, edition):
        versions.tell(Damaged("it was made of another store, or of a later state of this one"))
        return None
    try:
        versions.check(old)
    except Damaged as error:
        versions.tell(error)
        return None
    return edition


def belongs(store: Store, edition: Edition) -> bool:
    """Whether the store still holds just the facts that an edition was made of."""
    lineage: str = edition.manifest.notes["lineage"]
    return lineage == store.lineage(edition.version)


def _mark(store: Store, zone: str, rules: Rules) -> dict[str, object]:
    """What an edition depends on beside facts: another mark, and it is made anew."""
    with store.reading() as connection:
        aliases = store.aliases(connection)
    return {
        "shape": shape(),
        "zone": zone,
        "aliases": _digest(aliases.write_csv()),
        "patterns": _digest(repr(rules.patterns.rows)),
    }


def _redated(edition: Edition, now_us: int) -> Edition:
    """The same facts at a later moment: nothing new has taken effect since."""
    old = edition.manifest
    manifest = Manifest(old.number + 1, {**old.notes, "as_of_us": now_us}, old.parts)
    edition.versions.publish(manifest)
    return Edition(edition.versions, manifest, edition.rules)


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _first(facts: fact_reader.StoredFacts, now_us: int) -> int:
    """The earliest time that any fact names and a day is cut from."""
    told = ("occurred_us", "reported_us", "decided_us")
    times = [facts.attempts["attempted_us"], *(facts.feedback[name] for name in told)]
    first = pl.concat(times).min()
    return first if isinstance(first, int) else now_us


def _notes(
    facts: fact_reader.StoredFacts,
    mark: dict[str, object],
    first_us: int,
    later: list[tuple[str, int]],
    now_us: int,
) -> dict[str, Any]:
    return {
        **mark,
        "version": facts.version,
        "lineage": facts.lineage,
        "as_of_us": now_us,
        "first_us": first_us,
        "newest_us": pl.concat(
            [facts.attempts["recorded_us"], facts.feedback["recorded_us"]]
        ).max(),
        "later": later,
    }


def _later(facts: fact_reader.StoredFacts, now_us: int) -> list[tuple[str, int]]:
    """Leads with something dated after now: it takes effect when its time comes."""
    frames = [
        facts.attempts.select("lead_id", at="attempted_us"),
        facts.feedback.select("lead_id", at="reported_us"),
        facts.feedback.select("lead_id", at="decided_us"),
    ]
    # A date may begin up to 14 hours later in the report zone than in UTC.
    due = pl.concat(frames).filter(pl.col("at") > now_us - 14 * 3_600_000_000)
    return list(due.drop_nulls().sort("lead_id", "at").unique(maintain_order=True).iter_rows())


def _anew(  # noqa: PLR0913 - all keyword-only but where from, where to and the marks
    store: Store,
    versions: ParquetVersions,
    mark: dict[str, object],
    *,
    now_us: int,
    number: int,
    rules: Rules,
) -> Edition:
    facts = fact_reader.read_all(store, zone=str(mark["zone"]), as_of_us=now_us)
    first_us = _first(facts, now_us)
    zone = span_zone(str(mark["zone"]), first_us)
    parts: dict[str, dict[str, Part]] = {
        "attempts": _put(versions, "attempts", facts.attempts),
        "feedback": _put(versions, "feedback", facts.feedback),
    }
    cells: dict[Clock, list[known_facts.Frame]] = {clock: [] for clock in CLOCKS}
    crowded: list[str] = []
    for some in _portions(facts):
        made = _made(some, as_of_us=now_us, zone=zone, rules=rules)
        crowded += made.crowded
        for frame, rows in _at_home(made, some).items():
            parts[frame] = parts.get(frame, {}) | _put(versions, frame, rows)
        for clock in CLOCKS:
            cells[clock].append(nw.from_native(tallied(made.outcomes, clock).lazy()))
    for clock in CLOCKS:
        whole = sorted_cells(tallies.add(cells[clock]))
        parts[f"tally_{clock}"] = {ALL: versions.put(f"tally_{clock}", whole)}
    parts |= _small(versions, facts, _namings(facts, zone))
    notes = _notes(facts, mark, first_us, _later(facts, now_us), now_us)
    notes["crowded"] = sorted(crowded)
    manifest = Manifest(number, notes, parts)
    versions.publish(manifest)
    return Edition(versions, manifest, rules)


def _made(
    facts: fact_reader.StoredFacts, *, as_of_us: int, zone: ReportZone, rules: Rules
) -> LeadStates:
    """Outcomes, the states before them and steps, of all facts of some leads."""
    counted = facts.counted()
    frames = (counted.attempts, counted.feedback, counted.aliases)
    return lead_states(*frames, as_of_us=as_of_us, zone=zone, rules=rules)


def _at_home(made: LeadStates, facts: fact_reader.StoredFacts) -> dict[str, pl.DataFrame]:
    """What was made of some leads, with the `part` of each."""
    homes = facts.attempts.select("lead_id", "part").unique()
    return {name: rows.join(homes, on="lead_id", how="left") for name, rows in made.frames.items()}


def _namings(facts: fact_reader.StoredFacts, zone: ReportZone) -> pl.DataFrame:
    """What facts that count call sources and buyers (`parties.NAMINGS`)."""
    counted = facts.counted()
    return parties.namings(counted.attempts, counted.feedback, counted.aliases, zone)


def _portions(facts: fact_reader.StoredFacts) -> Iterator[fact_reader.StoredFacts]:
    """The facts some whole parts at a time, so that states need not all be held at once."""
    sizes = pl.concat([facts.attempts["part"], facts.feedback["part"]]).value_counts().sort("part")
    sizes = sizes.filter(pl.col("part") != fact_reader.PARKED)
    nth = pl.col("count").cum_sum().shift(1, fill_value=0) // PORTION
    for _, some in sizes.group_by(nth.alias("nth"), maintain_order=True):
        mine = pl.col("part").is_in(some["part"].implode())
        attempts, feedback = (f.filter(mine) for f in (facts.attempts, facts.feedback))
        yield replace(facts, attempts=attempts, feedback=feedback)
    if sizes.is_empty():
        yield facts


def _small(
    versions: ParquetVersions, facts: fact_reader.StoredFacts, sayings: pl.DataFrame
) -> dict[str, dict[str, Part]]:
    return {
        "heard": {ALL: versions.put("heard", sayings)},
        "aliases": {ALL: versions.put("aliases", facts.aliases)},
        "settings": {ALL: versions.put("settings", facts.entities)},
        "withdrawals": {ALL: versions.put("withdrawals", facts.withdrawals)},
    }


def _put(versions: ParquetVersions, frame: str, rows: pl.DataFrame) -> dict[str, Part]:
    """Write rows to one file a part; a frame without rows still has one file."""
    day = "dated_day" if frame in DATED else None
    parts = rows.partition_by("part", as_dict=True, include_key=False, maintain_order=True)
    put = {str(name[0]): versions.put(frame, part, day=day) for name, part in parts.items()}
    return put or {fact_reader.PARKED: versions.put(frame, rows.drop("part"), day=day)}


def _exchanged(
    edition: Edition,
    facts: fact_reader.StoredFacts,
    mark: dict[str, object],
    *,
    now_us: int,
) -> Edition:
    """The next edition: with the rows of some leads, whose complete facts are given, exchanged."""
    versions, old = edition.versions, edition.manifest
    first_us = min(int(old.notes["first_us"]), _first(facts, now_us))
    zone = span_zone(str(mark["zone"]), first_us)
    leads = pl.concat([facts.attempts["lead_id"], facts.feedback["lead_id"]]).drop_nulls().unique()
    before = edition.outcomes().filter(pl.col("lead_id").is_in(leads.implode())).collect()
    made = _made(facts, as_of_us=now_us, zone=zone, rules=edition.rules)
    frames = {"attempts": facts.attempts, "feedback": facts.feedback, **_at_home(made, facts)}
    parts = {name: _exchange(edition, name, rows, leads) for name, rows in frames.items()}
    for clock in CLOCKS:
        cells = exchanged(edition.tally(clock), before, made.outcomes, clock)
        parts[f"tally_{clock}"] = {ALL: versions.put(f"tally_{clock}", cells)}
    kept = [(lead, at) for lead, at in old.notes["later"] if lead not in set(leads)]
    notes = _notes(facts, mark, first_us, sorted([*kept, *_later(facts, now_us)]), now_us)
    notes["crowded"] = sorted({*edition.crowded} - set(leads) | {*made.crowded})
    notes["newest_us"] = max(
        filter(None, (notes["newest_us"], old.notes["newest_us"])), default=None
    )
    known = versions.scan(list(old.parts["heard"].values())).collect()
    sayings = parties.latest(pl.concat([known, _namings(facts, zone)]))
    if set(facts.withdrawn) != set(edition.withdrawn):
        sayings = _renamed(edition, facts, parts, zone)
    manifest = Manifest(old.number + 1, notes, parts | _small(versions, facts, sayings))
    versions.publish(manifest)
    return Edition(versions, manifest, edition.rules)


def _renamed(
    edition: Edition,
    facts: fact_reader.StoredFacts,
    parts: dict[str, dict[str, Part]],
    zone: ReportZone,
) -> pl.DataFrame:
    """What all facts that count call sources and buyers: other imports count than before."""
    attempts, feedback = (
        edition.versions.scan(list(parts[frame].values())).select("batch_id", *columns).collect()
        for frame, columns in parties.READ.items()
    )
    return _namings(replace(facts, attempts=attempts, feedback=feedback), zone)


def _exchange(
    edition: Edition, frame: str, rows: pl.DataFrame, leads: pl.Series
) -> dict[str, Part]:
    """Parts with the rows of some leads exchanged; parts without any stay as they are."""
    versions, old = edition.versions, edition.manifest.parts[frame]
    gone = pl.col("lead_id").is_in(leads.implode()).fill_null(value=False)
    if frame == "feedback":
        gone |= pl.col("seq").is_in(rows["seq"].implode())
    new = rows.partition_by("part", as_dict=True, include_key=False, maintain_order=True)
    added = {str(name[0]): part for name, part in new.items()}
    columns = rows.drop("part").columns
    parts: dict[str, Part] = {}
    for name in sorted({*old, *added}):
        kept = versions.scan([old[name]]) if name in old else None
        if kept is not None and name not in added and not _any(kept, gone):
            parts[name] = old[name]
            continue
        pieces = [kept.filter(~gone).select(columns).collect()] if kept is not None else []
        if name in added:
            pieces.append(added[name].select(columns))
        day = "dated_day" if frame in DATED else None
        parts[name] = versions.put(frame, pl.concat(pieces), day=day)
    return parts


def _any(rows: pl.LazyFrame, condition: pl.Expr) -> bool:
    return bool(rows.select(condition.any()).collect().item())
