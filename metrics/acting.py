"""What follows from the numbers: suggestions with their evidence, prices, rules over history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from metrics.intervals import rated, share, wilson

if TYPE_CHECKING:
    from metrics.rates import Named
    from metrics.rules import Rules

ADVICE: Final[dict[str, pl.DataType]] = {
    "rule": pl.String(),
    "kind": pl.String(),
    "id": pl.String(),
    "name": pl.String(),
    "partner_id": pl.String(),
    "partner_name": pl.String(),
    "fires": pl.Boolean(),
    "held_back": pl.Boolean(),
    "suggestion": pl.String(),
    "count": pl.Int64(),
    "of": pl.Int64(),
    "rate": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "threshold": pl.Float64(),
    "effect_cents": pl.Int64(),
}
SUGGESTIONS: Final = {
    "high_returns": "Lower the cap, validate more, tell the account manager.",
    "low_contact": "Check phone validation and what is accepted; pause while below the floor.",
    "excellent": "Raise the cap, offer a higher price and a longer contract, ask for more.",
    "poor": "Cut the cap, ask for improvement, validate every lead, review in four weeks.",
}


def _rows(frame: pl.LazyFrame, rule: str, kind: str, **columns: Any) -> pl.LazyFrame:  # noqa: ANN401 - expressions and values
    blank = {n: pl.lit(None, ADVICE[n]) for n in ("partner_id", "partner_name")}
    filled = frame.with_columns(**{**blank, "rule": pl.lit(rule), "kind": pl.lit(kind), **columns})
    filled = filled.with_columns(suggestion=pl.lit(SUGGESTIONS[rule]))
    low, high = wilson(pl.col("count"), pl.col("of"))
    return filled.with_columns(rate=share(pl.col("count"), pl.col("of")), low=low, high=high)


def recommendations(grown: pl.LazyFrame, named: Named, rules: Rules) -> pl.DataFrame:
    """The table `recommendations`: every rule that has something to say, with its evidence.

    A rule fires only where the whole likely range lies beyond its threshold and there are
    at least 50 deliveries old enough to judge; one that would hit over a quarter of all
    sources does not fire (`held_back`), because then the threshold is at fault.

    Args:
        grown: deliveries of the scope that are old enough, with `source`, `buyer`,
            `buyer_type`.
        named: names.
        rules: floors and edges.

    Returns:
        rule, whom it is about (`partner` is the buyer of a source × buyer rule), counts,
        rate with range, threshold, what is suggested, and the money behind it in cents:
        for returns the credits above the threshold, for contact the net revenue at stake,
        for tiers the net revenue of the source. Fired ones first, by money.
    """
    delivered, covered = pl.col("delivered") == 1, pl.col("covered") == 1
    credit = pl.col("credit_approved_cents").fill_null(0).sum()
    sums = {
        "delivered": delivered.sum().cast(pl.Int64),
        "feedback": covered.sum().cast(pl.Int64),
        "contacted": pl.col("contacted").sum(),
        "converted": pl.col("converted").sum(),
        "returned": pl.col("returned").sum(),
        "credit": credit,
        "net": pl.col("price_cents").fill_null(0).sum() - credit,
    }
    rows = grown.filter(delivered)
    sources = (
        rows.group_by("source")
        .agg(**sums)
        .with_columns(id="source", name=pl.col("source").replace(named.source))
    )
    pairs = (
        rows.group_by("source", "buyer", "buyer_type")
        .agg(**sums)
        .with_columns(
            id="source",
            name=pl.col("source").replace(named.source),
        )
    )
    parts = [*_by_source(sources, rules), _low_contact(pairs, named, rules)]
    every = pl.concat(
        [part.select(*(n for n in ADVICE if n != "held_back"), "delivered") for part in parts]
    )
    found = every.filter("fires").collect()
    total = sources.select(pl.len()).collect().item()
    hit = pl.col("id").n_unique().over("rule")
    table = found.with_columns(held_back=hit > rules.floors.widest_share * max(total, 1))
    table = table.with_columns(fires=pl.col("fires") & ~pl.col("held_back"))
    table = table.sort(
        ["fires", "effect_cents", "rule", "id", "partner_id"],
        descending=[True, True, False, False, False],
        nulls_last=True,
    )
    return table.select(pl.col(name).cast(kind) for name, kind in ADVICE.items())


def _by_source(sources: pl.LazyFrame, rules: Rules) -> list[pl.LazyFrame]:
    enough = pl.col("delivered") >= rules.floors.least_deliveries
    edge = rules.floors.returns.of(None)
    returned = {"count": pl.col("returned"), "of": pl.col("delivered")}
    sold = {"count": pl.col("converted"), "of": pl.col("feedback")}
    beyond = pl.col("credit") * (1 - edge / pl.col("rate"))
    high = _rows(sources, "high_returns", "source", **returned, threshold=pl.lit(edge))
    best = _rows(
        sources, "excellent", "source", **sold, threshold=pl.lit(rules.tiers.excellent_above)
    )
    poor = _rows(sources, "poor", "source", **sold, threshold=pl.lit(rules.tiers.watch_from))
    above, below = pl.col("low") > pl.col("threshold"), pl.col("high") < pl.col("threshold")
    return [
        high.with_columns(
            fires=(enough & above).fill_null(value=False),
            effect_cents=pl.when(pl.col("rate") > 0).then(beyond).round(),
        ),
        best.with_columns(
            fires=(enough & above).fill_null(value=False),
            effect_cents=pl.col("net").cast(pl.Float64),
        ),
        poor.with_columns(
            fires=(enough & below).fill_null(value=False),
            effect_cents=pl.col("net").cast(pl.Float64),
        ),
    ]


def _low_contact(pairs: pl.LazyFrame, named: Named, rules: Rules) -> pl.LazyFrame:
    floors = dict(rules.floors.contact.pairs)
    floor = pl.col("buyer_type").replace_strict(
        floors, default=rules.floors.contact.of(None), return_dtype=pl.Float64
    )
    rows = _rows(
        pairs,
        "low_contact",
        "source × buyer",
        count=pl.col("contacted"),
        of=pl.col("feedback"),
        threshold=floor,
        partner_id=pl.col("buyer"),
        partner_name=pl.col("buyer").replace(named.buyer),
    )
    enough = pl.col("delivered") >= rules.floors.least_deliveries
    below = pl.col("high") < pl.col("threshold")
    return rows.with_columns(
        fires=(enough & below).fill_null(value=False), effect_cents=pl.col("net").cast(pl.Float64)
    )


PRICING: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "name": pl.String(),
    "delivered": pl.Int64(),
    "converted": pl.Int64(),
    "valued": pl.Int64(),
    "mean_value_cents": pl.Float64(),
    "price_cents": pl.Float64(),
    "break_even_cents": pl.Float64(),
    "break_even_low": pl.Float64(),
    "break_even_high": pl.Float64(),
    "ratio": pl.Float64(),
    "suggestion": pl.String(),
    "suggested_cents": pl.Float64(),
}


def pricing(grown: pl.LazyFrame, named: Named, rules: Rules) -> pl.DataFrame:
    """The table `pricing`: what a delivery is worth to its buyer, against its price.

    Break-even = mean value of a sale × conversion of deliveries old enough × the buyer's
    share (1.0). Its range is that of the conversion. `raise` (+20 %) only where the low
    end is at least 1.2 prices; `lower` to the high end where even that is under the price;
    else `keep`. Null under 50 deliveries, without a price, or without a value of any sale.

    Args:
        grown: deliveries of the scope that are old enough, with `source`.
        named: names of sources.
        rules: the buyer's share, the rise, the least sample.
    """
    value = pl.col("value_cents")
    sums = (
        grown.filter(delivered=1)
        .group_by("source")
        .agg(
            delivered=pl.len().cast(pl.Int64),
            converted=pl.col("converted").sum(),
            valued=value.count().cast(pl.Int64),
            mean_value_cents=value.mean(),
            price_cents=pl.col("price_cents").mean(),
        )
    )
    worth = pl.col("mean_value_cents") * rules.pricing.buyer_share
    likely = rated("conversion", pl.col("converted"), pl.col("delivered"))
    rows = sums.with_columns(
        break_even_cents=worth * likely["conversion"],
        break_even_low=worth * likely["conversion_low"],
        break_even_high=worth * likely["conversion_high"],
    )
    price = pl.col("price_cents")
    enough = (pl.col("delivered") >= rules.floors.least_deliveries) & (price > 0)
    enough &= pl.col("break_even_cents").is_not_null()
    rise = pl.col("break_even_low") >= rules.pricing.rise_needs * price
    fall = pl.col("break_even_high") < price
    word = (
        pl.when(rise)
        .then(pl.lit("raise"))
        .when(fall)
        .then(pl.lit("lower"))
        .otherwise(pl.lit("keep"))
    )
    new = pl.when(rise).then(price * (1 + rules.pricing.rise)).when(fall).then("break_even_high")
    table = rows.with_columns(
        id="source",
        name=pl.col("source").replace(named.source),
        ratio=pl.when(price > 0).then(pl.col("break_even_cents") / price),
        suggestion=pl.when(enough).then(word),
        suggested_cents=pl.when(enough).then(new.otherwise(price)),
    )
    table = table.sort(["ratio", "id"], descending=[True, False], nulls_last=True)
    return table.select(pl.col(name).cast(kind) for name, kind in PRICING.items()).collect()


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


def rule_replay(early: pl.DataFrame, late: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The table `rule_replay`: each rule of a source over its history.

    For every week, what would have been known of the four complete weeks before, at 14
    days of age: would the rule have fired, and did the figure of the same deliveries, as
    known now, end up beyond the threshold too?

    Args:
        early: `alerts.weekly` at 14 days.
        late: the same counts as known now, of deliveries old enough to judge: vertical,
            source_id, sub_source, week, feedback, converted, delivered, returned.
        rules: thresholds and the least sample.

    Returns:
        Per rule: weeks and (source, week) pairs looked at, how often it fired, on how many
        and which share of sources, how many firings can be judged, and how many agreed.
    """
    keys = ["source_id", "week"]
    sides = [
        frame.group_by(keys).agg(pl.col("delivered", "feedback", "converted", "returned").sum())
        for frame in (early, late)
    ]
    joined = sides[0].join(sides[1], on=keys, how="left", suffix="_late").sort(keys)
    counts = [c for c in joined.columns if c not in keys]
    spans = joined.rolling("week", period=f"{7 * SPAN_WEEKS}i", group_by="source_id").agg(
        pl.col(counts).sum(), known=pl.col("delivered_late").is_not_null().all()
    )
    cases = (
        ("high_returns", "returned", "delivered", rules.floors.returns.of(None), 1),
        ("excellent", "converted", "feedback", rules.tiers.excellent_above, 1),
        ("poor", "converted", "feedback", rules.tiers.watch_from, -1),
    )
    parts = [_replayed(spans, case, rules.floors.least_deliveries) for case in cases]
    table = (
        pl.concat(parts)
        .with_columns(
            share_of_sources=share(pl.col("sources_fired"), pl.col("sources")),
            **rated("agreed_share", pl.col("agreed"), pl.col("judged")),
        )
        .rename({"agreed_share_low": "agreed_low", "agreed_share_high": "agreed_high"})
    )
    return table.select(pl.col(name).cast(kind) for name, kind in REPLAY.items())


def _replayed(
    spans: pl.DataFrame, case: tuple[str, str, str, float, int], least: int
) -> pl.DataFrame:
    rule, count, of, edge, sign = case
    low, high = wilson(pl.col(count), pl.col(of))
    beyond = low > edge if sign > 0 else high < edge
    end = share(pl.col(f"{count}_late"), pl.col(f"{of}_late"))
    held = end > edge if sign > 0 else end < edge
    rows = spans.filter(pl.col("delivered") >= least).with_columns(
        fired=beyond.fill_null(value=False), held=held.fill_null(value=False)
    )
    fired = pl.col("fired")
    return rows.select(
        rule=pl.lit(rule),
        threshold=pl.lit(edge),
        weeks=pl.col("week").n_unique(),
        looked_at=pl.len(),
        fired=fired.sum(),
        sources=pl.col("source_id").n_unique(),
        sources_fired=pl.col("source_id").filter(fired).n_unique(),
        judged=(fired & pl.col("known")).sum(),
        agreed=(fired & pl.col("known") & pl.col("held")).sum(),
    ).head(1)
