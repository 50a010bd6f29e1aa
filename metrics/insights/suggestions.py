"""What follows from the numbers: suggestions with their evidence, and prices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from metrics.definitions.intervals import rated, share, wilson
from metrics.insights.tiers import LEAST_COVERAGE

if TYPE_CHECKING:
    from metrics.definitions.party_names import PartyNames
    from metrics.definitions.rules import Rules

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule about a rate: which counts it is of, and beyond which edge it fires.

    `edge` is an expression: it may depend on the type of the buyer. A rule that `judges` quality
    does so only where 40 % of the deliveries were reported on, as tiers do.
    """

    name: str
    count: str
    of: str
    edge: pl.Expr
    above: bool = False
    judges: bool = False

    def enough(self, least: int) -> pl.Expr:
        """Condition on sums: as many deliveries, and as many that the rate is of."""
        found = (pl.col("delivered") >= least) & (pl.col(self.of) >= least)
        return (
            found & (pl.col("feedback") >= LEAST_COVERAGE * pl.col("delivered"))
            if self.judges
            else found
        )

    def fires(self, least: int) -> pl.Expr:
        """Condition on sums: enough, and the whole likely range beyond the edge."""
        low, high = wilson(pl.col(self.count), pl.col(self.of))
        return self.enough(least) & self.holds(low if self.above else high)

    def holds(self, rate: pl.Expr) -> pl.Expr:
        """Condition: a rate lies beyond the edge."""
        beyond = rate > self.edge if self.above else rate < self.edge
        return beyond.fill_null(value=False)


def by_source(rules: Rules) -> tuple[Rule, ...]:
    """The rules about whole sources."""
    returned = pl.lit(rules.floors.returns.of(None))
    best, worst = (pl.lit(e) for e in (rules.tiers.excellent_above, rules.tiers.watch_from))
    poor = Rule(name="poor", count="converted", of="feedback", edge=worst, judges=True)
    return (
        Rule(name="high_returns", count="returned", of="delivered", edge=returned, above=True),
        replace(poor, name="excellent", edge=best, above=True),
        poor,
    )


def by_pair(rules: Rules) -> Rule:
    """The rule about a source at a buyer."""
    kinds, rest = dict(rules.floors.contact.pairs), rules.floors.contact.of(None)
    floor = pl.col("buyer_type").replace_strict(kinds, default=rest, return_dtype=pl.Float64)
    return Rule(name="low_contact", count="contacted", of="feedback", edge=floor)


def recommendations(grown: pl.LazyFrame, named: PartyNames, rules: Rules) -> pl.DataFrame:
    """The table `recommendations`: every rule that has something to say, with its evidence.

    A rule fires only where the whole likely range lies beyond its threshold and there are at
    least 50 deliveries, and 50 of what its rate is of; `excellent` and `poor` also need 40 %
    of the deliveries reported on, like tiers. One that would hit over a quarter of all
    sources, of eight or more, does not fire (`held_back`): then the threshold is at fault.

    Args:
        grown: deliveries of the rating window, with `source`, `buyer`, `buyer_type`.
        named: names.
        rules: floors and edges.

    Returns:
        rule, whom it is about (`partner` is the buyer of a source × buyer rule), counts,
        rate with range, threshold, what is suggested, and the money behind it in cents:
        for returns the credits above the threshold, for contact the net revenue at stake,
        for tiers the net revenue of the source. Fired ones first, by money.
    """
    rows = grown.filter(pl.col("delivered") == 1)
    sources = _summed(rows, named, "source")
    pairs = _summed(rows, named, "source", "buyer", "buyer_type").with_columns(
        partner_id=pl.col("buyer"), partner_name=pl.col("buyer").replace(named.buyer)
    )
    least = rules.floors.least_deliveries
    parts = [_judged(sources, rule, "source", least) for rule in by_source(rules)]
    parts.append(_judged(pairs, by_pair(rules), "source × buyer", least))
    found = pl.concat(parts, how="diagonal").filter("fires").collect()
    total = sources.select(pl.len()).collect().item()
    hit = pl.col("id").n_unique().over("rule")
    many = total >= rules.floors.least_sources
    wide = hit > rules.floors.widest_share * max(total, 1)
    table = found.with_columns(held_back=wide & pl.lit(many))
    table = table.with_columns(fires=pl.col("fires") & ~pl.col("held_back"))
    table = table.sort(
        ["fires", "effect_cents", "rule", "id", "partner_id"],
        descending=[True, True, False, False, False],
        nulls_last=True,
    )
    return table.select(pl.col(name).cast(kind) for name, kind in ADVICE.items())


def _summed(rows: pl.LazyFrame, named: PartyNames, *keys: str) -> pl.LazyFrame:
    """Counts and money of deliveries that went through, per source or source × buyer."""
    credit = pl.col("credit_approved_cents").fill_null(0).sum()
    counts = {
        "delivered": pl.len(),
        "feedback": pl.col("covered").sum(),
        "contacted": pl.col("contacted").sum(),
        "converted": pl.col("converted").sum(),
        "returned": pl.col("returned").sum(),
    }
    sums = rows.group_by(keys).agg(
        **{name: count.cast(pl.Int64) for name, count in counts.items()},
        credit=credit,
        net=pl.col("price_cents").fill_null(0).sum() - credit,
    )
    return sums.with_columns(id="source", name=pl.col("source").replace(named.source))


def _judged(sums: pl.LazyFrame, rule: Rule, kind: str, least: int) -> pl.LazyFrame:
    """What a rule says of each row of sums, and the money behind it."""
    low, high = wilson(pl.col(rule.count), pl.col(rule.of))
    rate = share(pl.col(rule.count), pl.col(rule.of))
    effect = pl.col("net").cast(pl.Float64)
    if rule.name == "high_returns":
        effect = pl.when(rate > 0).then(pl.col("credit") * (1 - rule.edge / rate)).round()
    partner = [name for name in ("partner_id", "partner_name") if kind != "source"]
    return sums.select(
        "id",
        "name",
        *partner,
        rule=pl.lit(rule.name),
        kind=pl.lit(kind),
        fires=rule.fires(least),
        suggestion=pl.lit(SUGGESTIONS[rule.name]),
        count=pl.col(rule.count),
        of=pl.col(rule.of),
        rate=rate,
        low=low,
        high=high,
        threshold=rule.edge,
        effect_cents=effect,
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


def pricing(grown: pl.LazyFrame, named: PartyNames, rules: Rules) -> pl.DataFrame:
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
    value, sold = pl.col("value_cents"), grown.filter(delivered=1)
    sums = sold.group_by("source").agg(
        delivered=pl.len().cast(pl.Int64),
        converted=pl.col("converted").sum(),
        valued=value.count().cast(pl.Int64),
        mean_value_cents=value.mean(),
        price_cents=pl.col("price_cents").mean(),
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
