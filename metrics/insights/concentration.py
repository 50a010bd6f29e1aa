"""Whose net revenue it is, and how few it hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from metrics.definitions.party_names import PartyNames

CONCENTRATION: Final[dict[str, pl.DataType]] = {
    "kind": pl.String(),
    "id": pl.String(),
    "name": pl.String(),
    "delivered": pl.Int64(),
    "net_cents": pl.Int64(),
    "share": pl.Float64(),
    "cumulative": pl.Float64(),
    "effective_number": pl.Float64(),
}


def concentration(cells: pl.DataFrame, named: PartyNames) -> pl.DataFrame:
    """The table `concentration`: whose net revenue it is, by buyer and by source.

    Args:
        cells: `source`, `buyer`, `delivered`, `gross_cents`, `credit_cents`.
        named: names.

    Returns:
        Per kind, largest first: net revenue, share of all of it and shares added up (null
        where it is not positive), and the effective number, 1 ÷ Σ share² (1: one party has
        it all).
    """
    parts = []
    for kind in ("buyer", "source"):
        rows = cells.group_by(id=kind).agg(
            pl.col("delivered").sum(),
            net_cents=pl.col("gross_cents").sum() - pl.col("credit_cents").sum(),
        )
        total = int(rows["net_cents"].sum())
        part = pl.when(pl.lit(total) > 0).then(pl.col("net_cents") / max(total, 1))
        rows = rows.sort(-pl.col("net_cents"), "id").with_columns(
            kind=pl.lit(kind), name=pl.col("id").replace(getattr(named, kind)), share=part
        )
        parts.append(
            rows.with_columns(
                # Of whole cents: shares added up would end beside 1.
                cumulative=pl.when(pl.lit(total) > 0).then(
                    pl.col("net_cents").cum_sum() / max(total, 1)
                ),
                effective_number=1 / (pl.col("share") ** 2).sum(),
            )
        )
    table = pl.concat(parts)
    return table.select(pl.col(name).cast(kind) for name, kind in CONCENTRATION.items())
