"""Retractions and replacements at intake: which wait for their event, which will do nothing.

Links are judged when outcomes are resolved, from all facts; what is said here is advice.
Another buyer's event is like one that does not exist: nobody learns of it from an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from data_access.intake import refusals
from data_access.store.withdrawals import counted

if TYPE_CHECKING:
    import sqlalchemy as sa

    from data_access.store.store import Store

_ALLOWED: Final = {code: advice.allowed for code, advice in refusals.ADVICE.items()}
ADVICE: Final[dict[str, pl.DataType]] = {
    "line": pl.Int64(),
    "code": pl.String(),
    "field": pl.String(),
    "value": pl.String(),
    "allowed": pl.String(),
}
"""A row is what a taken row should know of its link: it will act on nothing, or not alone."""
_FAR_US: Final = 14 * 3_600_000_000
"""No day begins longer before or after midnight UTC, in any zone."""


def _linking(feedback: pl.DataFrame) -> pl.DataFrame:
    link = pl.coalesce("retracts", "replaces")
    return feedback.filter(link.is_not_null()).with_columns(target=link)


def advice(
    store: Store,
    connection: sa.Connection,
    feedback: pl.DataFrame,
    aliases: dict[str, str],
    withdrawn: dict[str, int],
) -> pl.DataFrame:
    """What to know of links of newly taken rows (`ADVICE`), as if they came one by one.

    Events of imports that are `withdrawn` are like those that do not exist.
    """
    linking = _linking(feedback)
    if not linking.height:
        return pl.DataFrame(schema=ADVICE)
    targets = linking["target"].unique().to_list()
    here = feedback.filter(pl.col("event_id").is_in(targets))
    known = counted(store.known_feedback(connection, targets), withdrawn)
    events = _known_before(known, here, _EVENT)
    replaced = linking["replaces"].drop_nulls().unique().to_list()
    replacing = counted(store.replacing(connection, replaced), withdrawn)
    links = _known_before(_linking(replacing), linking, (*_EVENT, "replaces", "target"))
    speaker = pl.col("reporter_id").replace(aliases).alias("speaker")
    pairs = links.with_columns(speaker).join(
        events.with_columns(speaker),
        left_on=["target", "speaker"],
        right_on=["event_id", "speaker"],
        suffix="_known",
    )
    judged = _judged(pairs).filter(pl.col("line_known") < pl.col("line"))
    useless = judged.filter(pl.col("code").is_not_null().all().over("line"))
    link = pl.when(pl.col("retracts").is_not_null()).then(pl.lit("retracts"))
    found = useless.sort("line", "reporter_id_known").unique("line", keep="first")
    return found.sort("line").select(
        "line",
        "code",
        field=link.otherwise(pl.lit("replaces")),
        value="target",
        allowed=pl.col("code").replace_strict(_ALLOWED, return_dtype=pl.String),
    )


_EVENT: Final = (
    *("line", "event_id", "reporter_id", "lead_id", "buyer_lead_id", "retracts"),
    *("reported_us", "reported_precision"),
)


def _known_before(
    stored: pl.DataFrame, here: pl.DataFrame, columns: tuple[str, ...]
) -> pl.DataFrame:
    """Events of the store, before any line, and of the batch."""
    before = stored.with_columns(line=pl.lit(-1, pl.Int64))
    return pl.concat([before.select(columns), here.select(columns)])


def _judged(pairs: pl.DataFrame) -> pl.DataFrame:
    """Links beside the own event that they name, with a code where they do not act alone."""
    elsewhere = pl.coalesce(
        pl.col(key) != pl.col(f"{key}_known") for key in ("lead_id", "buyer_lead_id")
    ).fill_null(value=False)
    replaces = pl.col("replaces").is_not_null()
    alone = pairs.with_columns(
        code=pl.when(elsewhere)
        .then(pl.lit("other_delivery"))
        .when(pl.col("retracts_known").is_not_null())
        .then(pl.lit("retraction_is_final"))
        .when(replaces & ~_earlier())
        .then(pl.lit("not_earlier"))
    )
    acting = alone.filter(replaces, pl.col("code").is_null())
    event = ["target", "speaker", "reporter_id_known"]
    first = acting.group_by(event).agg(first_line=pl.col("line").min())
    met = alone.join(first, on=event, how="left", maintain_order="left")
    again = replaces & pl.col("code").is_null() & (pl.col("first_line") < pl.col("line"))
    return met.with_columns(code=pl.when(again).then(pl.lit("replaced_already")).otherwise("code"))


def _earlier() -> pl.Expr:
    """Whether the known event may be earlier, whatever the report zone makes of dates."""
    known, linking = pl.col("reported_us_known"), pl.col("reported_us")
    same_kind = pl.col("reported_precision_known") == pl.col("reported_precision")
    exactly = (known < linking) | ((known == linking) & (pl.col("target") < pl.col("event_id")))
    return pl.when(same_kind).then(exactly).otherwise(known < linking + _FAR_US)


def without_target(
    store: Store,
    connection: sa.Connection,
    feedback: pl.DataFrame,
    aliases: dict[str, str],
    withdrawn: dict[str, int],
) -> pl.Series:
    """Lines whose retracted or replaced event neither counts in the store nor came before."""
    linking = _linking(feedback)
    if not linking.height:
        return pl.Series("line", [], dtype=pl.Int64)
    wanted = linking["target"].unique().to_list()
    speaker = pl.col("reporter_id").replace(aliases)
    known = counted(store.known_feedback(connection, wanted), withdrawn)
    stored = known.select("event_id", speaker=speaker, since=pl.lit(-1, pl.Int64))
    here = feedback.filter(pl.col("event_id").is_in(wanted))
    here = here.select("event_id", speaker=speaker, since=pl.col("line"))
    reach = pl.concat([stored, here]).group_by("event_id", "speaker").agg(pl.col("since").min())
    met = linking.with_columns(speaker=speaker).join(
        reach, left_on=["target", "speaker"], right_on=["event_id", "speaker"], how="left"
    )
    unmet = met.filter(pl.col("since").is_null() | (pl.col("since") >= pl.col("line")))
    return unmet["line"]
