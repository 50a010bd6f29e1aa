"""Rules over history: how often each would have fired, and whether it would have been right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from metrics.definitions.intervals import rated, share
from metrics.insights.suggestions import by_source

if TYPE_CHECKING:
    from metrics.definitions.rules import Rules
    from metrics.insights.suggestions import Rule

REPLAY: Final[dict[str, pl.DataType]] = {
    "rule": pl.String(),
    "threshold": pl.Float64(),
    "weeks": pl.Int64(),
    "looked_at": pl.Int64(),
    "fired": pl.Int64(),
    "sources": pl.Int64(),
    "sources_fired": pl.Int64(),
    "share_of_sources": pl.Float64(),
    "judged": pl.Int64(),
    "agreed": pl.Int64(),
    "agreed_share": pl.Float64(),
    "agreed_low": pl.Float64(),
    "agreed_high": pl.Float64(),
}
SPAN_WEEKS: Final = 4
_SPAN: Final = 7 * SPAN_WEEKS
_COUNTS: Final = ("delivered", "feedback", "converted", "returned")


def rule_replay(early: pl.DataFrame, late: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The table `rule_replay`: each rule of a source over its history.

    For every week, what would have been known of the four complete weeks before, at 14
    days of age: would the rule have fired? It was right where the deliveries of the four
    weeks *after*, which acting on it would have been about, ended beyond the threshold too.

    Args:
        early: `alerts.weekly` at 14 days.
        late: the same counts as known now, of deliveries old enough to judge: source_id,
            week, feedback, converted, delivered, returned.
        rules: thresholds and the least sample.

    Returns:
        Per rule: weeks and (source, week) pairs looked at, how often it fired, on how many
        and which share of sources; how many firings can be judged, as all deliveries of the
        four weeks after are old enough, and how many of them were right.
    """
    keys = ["source_id", "week"]
    sides = [
        frame.group_by(keys).agg(pl.col(_COUNTS).sum().cast(pl.Int64)) for frame in (early, late)
    ]
    weeks = sides[0].join(sides[1], on=keys, how="left", suffix="_late").sort(keys)
    spans = weeks.rolling("week", period=f"{_SPAN}i", group_by="source_id").agg(
        pl.col(_COUNTS).sum()
    )
    grown = (pl.col("delivered_late") >= pl.col("delivered")).fill_null(value=False)
    after = weeks.with_columns(grown=grown).rolling(
        "week", period=f"{_SPAN}i", offset="0i", group_by="source_id"
    )
    late_counts = pl.col([f"{name}_late" for name in _COUNTS])
    whole = pl.col("week") + _SPAN <= (weeks["week"].max() if weeks.height else 0)
    following = after.agg(late_counts.sum(), known=pl.col("grown").all() & (pl.len() > 0))
    following = following.with_columns(known=pl.col("known") & whole)
    spans = spans.join(following, on=keys, how="left")
    parts = [_replayed(spans, rule, rules.floors.least_deliveries) for rule in by_source(rules)]
    table = (
        pl.concat(parts)
        .with_columns(
            share_of_sources=share(pl.col("sources_fired"), pl.col("sources")),
            **rated("agreed_share", pl.col("agreed"), pl.col("judged")),
        )
        .rename({"agreed_share_low": "agreed_low", "agreed_share_high": "agreed_high"})
    )
    return table.select(pl.col(name).cast(kind) for name, kind in REPLAY.items())


def _replayed(spans: pl.DataFrame, rule: Rule, least: int) -> pl.DataFrame:
    end = share(pl.col(f"{rule.count}_late"), pl.col(f"{rule.of}_late"))
    known = pl.col("known") & (pl.col(f"{rule.of}_late") > 0)
    rows = spans.filter(rule.enough(least)).with_columns(
        fired=rule.fires(least), held=rule.holds(end), known=known.fill_null(value=False)
    )
    fired = pl.col("fired")
    return rows.select(
        rule=pl.lit(rule.name),
        threshold=rule.edge,
        weeks=pl.col("week").n_unique(),
        looked_at=pl.len(),
        fired=fired.sum(),
        sources=pl.col("source_id").n_unique(),
        sources_fired=pl.col("source_id").filter(fired).n_unique(),
        judged=(fired & pl.col("known")).sum(),
        agreed=(fired & pl.col("known") & pl.col("held")).sum(),
    ).head(1)
