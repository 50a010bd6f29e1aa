"""Intake: rows in, exactly one of five answers for each, everything kept in one commit.

The answers of a batch are those its rows would get alone, one after the other, in
order. A row that carries a delivery and a feedback is taken or refused as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import polars as pl

from data_access.columns import ANSWERS
from data_access.currencies import DEFAULT
from data_access.intake import dated_ahead, link_advice, withdrawn_rows
from data_access.intake.contract import CheckedRows, check
from data_access.intake.refusals import ALLOWED, CONFLICT, PROBLEM
from data_access.store.withdrawals import counted, withdrawn_since

if TYPE_CHECKING:
    import sqlalchemy as sa

    from data_access.store.store import FactTable, Store

_NEW: Final = ("created", "parked")
"""The answers of what goes into the store."""


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What became of some rows.

    `answers` has `line`, `answer`; `refused` has the columns of PROBLEM, `answer` and
    `raw`. `counts` has all five answers and adds up to the rows that came in. `advice` has
    the columns of `links.ADVICE`: rows that were taken and whose link will not do what it says.
    `ahead` has those of `dated_ahead.AHEAD`: rows that were taken and wait for their time.
    `before` has those of `withdrawn_rows.TAKEN_BEFORE`: rows that a withdrawn import holds.
    """

    answers: pl.DataFrame
    refused: pl.DataFrame
    counts: dict[str, int]
    advice: pl.DataFrame
    ahead: pl.DataFrame
    before: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Receipt:
    """What rows are taken in under: their batch, the moment, how known ids are met."""

    batch_id: str
    now_us: int
    summary: bool = False  # known event ids are duplicates whatever the row says
    currency: str = DEFAULT  # of the amounts


def take(
    store: Store,
    connection: sa.Connection,
    rows: pl.DataFrame,
    *,
    receipt: Receipt,
    problems: pl.DataFrame | None = None,
) -> IntakeResult:
    """Take rows in, inside the caller's transaction.

    Args:
        store: where to.
        connection: a writing connection of that store.
        rows: text facts with `line`, as `contract.check` wants them.
        receipt: batch, moment, and whether rows only sum up known facts.
        problems: rows found wrong before the contract (columns of PROBLEM, and `raw`).
    """
    facts = check(rows, now_us=receipt.now_us, currency=receipt.currency)
    early = problems if problems is not None else pl.DataFrame(schema=PROBLEM)
    facts = _without(facts, early.select("line"))
    aliases = _alias_map(store, connection)
    withdrawn = withdrawn_since(store.withdrawals(connection))
    known = (
        store.known_attempts(connection, facts.attempts["event_id"].to_list()),
        store.known_feedback(connection, facts.feedback["event_id"].to_list()),
    )
    attempts, feedback = (
        dated_ahead.parked(part, receipt.now_us)
        for part in _statuses(facts, *known, summary=receipt.summary)
    )
    counting = _Counting(aliases, withdrawn, receipt.now_us)
    feedback = _parked(store, connection, attempts, feedback, counting)
    advice = link_advice.advice(store, connection, _linkable(feedback), aliases, withdrawn)
    _store(store, connection, attempts, feedback, receipt)
    found = pl.concat([early.select(*PROBLEM), facts.problems]).unique(
        "line", keep="first", maintain_order=True
    )
    refused = _refused(rows, found, attempts, feedback)
    if early.width > len(PROBLEM):
        refused = _with_raw(refused, early)
    _quarantine(store, connection, refused, receipt)
    answers, answered = _answers(attempts, feedback, refused)
    ahead = dated_ahead.rows((attempts, feedback), receipt.now_us)
    before = withdrawn_rows.taken_before((attempts, feedback), known, withdrawn)
    return IntakeResult(answers, refused, answered, advice, ahead, before)


def _without(facts: CheckedRows, lines: pl.DataFrame) -> CheckedRows:
    if not lines.height:
        return facts
    lines = lines.unique()
    return CheckedRows(
        *(
            frame.join(lines, on="line", how="anti", maintain_order="left")
            for frame in (facts.attempts, facts.feedback, facts.problems)
        )
    )


def _alias_map(store: Store, connection: sa.Connection) -> dict[str, str]:
    known = store.aliases(connection).filter(pl.col("kind") == "buyer")
    return dict(known.select("entity_id", "canonical_id").iter_rows())


def _linkable(feedback: pl.DataFrame) -> pl.DataFrame:
    """Feedback that is taken now and about a lead: what can link and be linked to."""
    return feedback.filter(
        pl.col("status").is_in(_NEW), pl.col("event_type") == "feedback.received"
    )


def _status(new: pl.DataFrame, known: pl.DataFrame, key: list[str], *, summary: bool) -> pl.Series:
    """created, duplicate or conflict for each row, as if the rows came one by one."""
    first = new.group_by(key, maintain_order=True).agg(
        __line=pl.col("line").first(), __hash=pl.col("content_hash").first()
    )
    stored = known.select(*key, pl.col("content_hash").alias("__stored"))
    joined = new.select("line", *key, "content_hash").join(
        first, on=key, how="left", maintain_order="left"
    )
    joined = joined.join(stored, on=key, how="left", maintain_order="left")
    settled = pl.coalesce("__stored", "__hash")
    status = (
        pl.when(pl.col("__stored").is_null() & (pl.col("__line") == pl.col("line")))
        .then(pl.lit("created"))
        .when((settled == pl.col("content_hash")) | pl.lit(summary))
        .then(pl.lit("duplicate"))
        .otherwise(pl.lit(CONFLICT))
    )
    return joined.select(status.alias("status"))["status"]


def _statuses(
    facts: CheckedRows,
    known_attempts: pl.DataFrame,
    known_feedback: pl.DataFrame,
    *,
    summary: bool,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Attempts and feedback with their `status`; a conflict in one part is one in both."""
    key = ["reporter_id", "event_id"]
    conflicts = pl.Series("line", [], dtype=pl.Int64)
    while True:
        taken = ~pl.col("line").is_in(conflicts.implode())
        attempts, feedback = facts.attempts.filter(taken), facts.feedback.filter(taken)
        attempts = attempts.with_columns(
            status=_status(attempts, known_attempts, ["event_id"], summary=summary)
        )
        feedback = feedback.with_columns(
            status=_status(feedback, known_feedback, key, summary=summary)
        )
        found = pl.concat(
            part.filter(pl.col("status") == CONFLICT)["line"] for part in (attempts, feedback)
        ).unique()
        if not found.len():
            break
        conflicts = pl.concat([conflicts, found])
    refused = pl.col("line").is_in(conflicts.implode())
    marked = pl.lit(CONFLICT).alias("status")
    return (
        pl.concat([attempts, facts.attempts.filter(refused).with_columns(marked)]),
        pl.concat([feedback, facts.feedback.filter(refused).with_columns(marked)]),
    )


@dataclass(frozen=True, slots=True)
class _Counting:
    """How it is judged what counts: merged buyers, imports that do not count, the moment."""

    aliases: dict[str, str]
    withdrawn: dict[str, int]
    now_us: int


def _parked(
    store: Store,
    connection: sa.Connection,
    attempts: pl.DataFrame,
    feedback: pl.DataFrame,
    counting: _Counting,
) -> pl.DataFrame:
    """Mark new feedback whose delivery, or whose retracted event, does not count yet."""
    aliases, withdrawn = counting.aliases, counting.withdrawn
    waits = (pl.col("status") == "created") & (pl.col("event_type") == "feedback.received")
    query = feedback.filter(waits)
    if not query.height:
        return feedback
    taken = attempts.filter(pl.col("status") == "created")
    lines: list[pl.DataFrame] = []
    for key, known in (
        ("lead_id", store.known_deliveries),
        ("buyer_lead_id", store.known_buyer_leads),
    ):
        mine = query.filter(pl.col(key).is_not_null())
        if key == "buyer_lead_id":
            mine = mine.filter(pl.col("lead_id").is_null())
        if not mine.height:
            continue
        stored = counted(known(connection, mine[key].unique().to_list()), withdrawn)
        stored = stored.filter(~dated_ahead.is_ahead("attempted", counting.now_us))
        here = taken.filter(pl.col(key).is_not_null())
        reach = pl.concat(
            [
                stored.select(key, "buyer_id", since=pl.lit(-1, pl.Int64)),
                here.select(key, "buyer_id", since=pl.col("line")),
            ]
        ).with_columns(buyer=pl.col("buyer_id").replace(aliases))
        reach = reach.group_by(key, "buyer").agg(pl.col("since").min())
        named = mine.with_columns(buyer=pl.col("reporter_id").replace(aliases))
        met = named.join(reach, on=[key, "buyer"], how="inner").filter(
            pl.col("since") <= pl.col("line")
        )
        lines.append(met.select("line"))
    met_lines = pl.concat(lines)["line"] if lines else pl.Series([], dtype=pl.Int64)
    targetless = link_advice.without_target(store, connection, query, aliases, withdrawn)
    unmet = ~pl.col("line").is_in(met_lines.implode()) | pl.col("line").is_in(targetless.implode())
    parked = waits & unmet
    return feedback.with_columns(status=pl.when(parked).then(pl.lit("parked")).otherwise("status"))


def _store(
    store: Store,
    connection: sa.Connection,
    attempts: pl.DataFrame,
    feedback: pl.DataFrame,
    receipt: Receipt,
) -> None:
    new: dict[FactTable, pl.DataFrame] = {
        "attempts": attempts.filter(pl.col("status").is_in(_NEW)),
        "feedback": feedback.filter(pl.col("status").is_in(_NEW)),
    }
    count = sum(frame.height for frame in new.values())
    if not count:
        return
    after = store.take_numbers(connection, "facts", count)
    for table, frame in new.items():
        numbered = frame.sort("line").with_row_index("seq", offset=after + 1)
        numbered = numbered.drop("line", "status").with_columns(
            pl.col("seq").cast(pl.Int64),
            recorded_us=pl.lit(receipt.now_us, pl.Int64),
            batch_id=pl.lit(receipt.batch_id),
        )
        store.append(connection, table, numbered)
        after += frame.height


def _refused(
    rows: pl.DataFrame, problems: pl.DataFrame, attempts: pl.DataFrame, feedback: pl.DataFrame
) -> pl.DataFrame:
    """Rejected rows and conflicts, with the record as it came."""
    conflicts = pl.concat(
        part.filter(pl.col("status") == CONFLICT).select("line", value="event_id")
        for part in (feedback, attempts)
    ).unique("line", keep="first", maintain_order=True)
    conflicts = conflicts.with_columns(
        code=pl.lit(CONFLICT),
        field=pl.lit("event_id"),
        allowed=pl.lit(ALLOWED[CONFLICT]),
        nearest=pl.lit(None, pl.String),
        answer=pl.lit(CONFLICT),
    )
    found = pl.concat(
        [problems.with_columns(answer=pl.lit("rejected")), conflicts.select(*PROBLEM, "answer")]
    )
    lines = found.select("line")
    records = rows.join(lines, on="line", how="semi")
    text = [c for c in records.columns if c not in {"line", "raw"}]
    if "raw" not in records.columns:
        records = records.with_columns(raw=pl.lit(None, pl.String))
    raws = [
        raw if raw is not None else _as_json(dict(zip(text, cells, strict=True)))
        for raw, *cells in records.select("raw", *text).iter_rows()
    ]
    records = records.select("line").with_columns(raw=pl.Series(raws, dtype=pl.String))
    return found.join(records, on="line", how="left", maintain_order="left").sort("line")


def _as_json(cells: dict[str, str | None]) -> str:
    said = {name: cell for name, cell in cells.items() if cell is not None}
    return str(pl.DataFrame([said]).to_struct("row").struct.json_encode().item()) if said else "{}"


def _with_raw(refused: pl.DataFrame, early: pl.DataFrame) -> pl.DataFrame:
    texts = early.select("line", early_raw="raw").unique("line", keep="first")
    joined = refused.join(texts, on="line", how="left", maintain_order="left")
    return joined.with_columns(raw=pl.coalesce("raw", "early_raw")).drop("early_raw")


def _quarantine(
    store: Store, connection: sa.Connection, refused: pl.DataFrame, receipt: Receipt
) -> None:
    prints = [
        blake2b("\x1f".join(map(str, row)).encode(), digest_size=16).hexdigest()
        for row in refused.select("answer", "code", "field", "raw").iter_rows()
    ]
    kept = refused.with_columns(
        fingerprint=pl.Series(prints, dtype=pl.String),
        recorded_us=pl.lit(receipt.now_us, pl.Int64),
        batch_id=pl.lit(receipt.batch_id),
    )
    store.refuse(connection, kept)


def _answers(
    attempts: pl.DataFrame, feedback: pl.DataFrame, refused: pl.DataFrame
) -> tuple[pl.DataFrame, dict[str, int]]:
    """One answer a line, and the five counts: refused, else the newest that came of its parts."""
    order = {"created": 0, "parked": 1, "duplicate": 2}
    parts = pl.concat([part.select("line", "status") for part in (attempts, feedback)])
    parts = parts.filter(pl.col("status") != CONFLICT)
    best = parts.group_by("line").agg(
        pl.col("status").sort_by(pl.col("status").replace_strict(order, default=9)).first()
    )
    answers = pl.concat([best.rename({"status": "answer"}), refused.select("line", "answer")]).sort(
        "line"
    )
    found = dict(answers.group_by("answer").len().iter_rows())
    return answers, {answer: int(found.get(answer, 0)) for answer in ANSWERS}
