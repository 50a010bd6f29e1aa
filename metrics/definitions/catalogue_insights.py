"""Entries of the numbers that keep plain ones from misleading; `catalogue` lists them all."""

from __future__ import annotations

from typing import Final

from metrics.definitions.number import Number

INSIGHTS: Final[tuple[Number, ...]] = (
    Number(
        key="overdue",
        label="Overdue feedback",
        unit="count",
        definition="Reports that would normally be here by now.",
        formula="Σ the buyer's usual share reported at each delivery's age − reports received",
        better="lower",
    ),
    Number(
        key="avoidable_cents",
        label="Avoidable credits",
        unit="money",
        definition="Credits a check before delivery would probably have prevented, less its cost.",
        formula="credits × share the check catches − price of the check × deliveries",
        better="lower",
    ),
    Number(
        key="score",
        label="Quality score",
        unit="points",
        definition="0 to 100 points, never a share.",
        formula="25·delivery + 25·min(1, contact ÷ 0.85) + 30·min(1, conversion ÷ 0.20) "
        "+ 20·(1 − returns), with the default rules",
        better="higher",
    ),
    Number(
        key="tier",
        label="Tier",
        unit="words",
        definition="By conversion over the last 90 days of leads old enough to judge.",
        formula="Excellent above 12 %, Good 8 – 12 %, Watch 5 – 8 %, Poor below 5 % of feedback; "
        "given when at least 80 % sure (Beta posterior, Jeffreys' prior)",
        better="neither",
    ),
    Number(
        key="adjusted_rate",
        label="Conversion, adjusted",
        unit="estimate",
        definition="Pulled towards similar sources when leads are few.",
        formula="posterior mean of a beta-binomial per vertical and buyer type, weighted with "
        "the vertical's own mix of buyer types",
        better="higher",
    ),
    Number(
        key="rank",
        label="Place",
        unit="count",
        definition="Where it stands among its peers; its range says where it could stand.",
        formula="order of adjusted conversion in its vertical; 95 % range of the order over draws",
        better="lower",
    ),
    Number(
        key="strictness",
        label="Returns against expected",
        unit="ratio",
        definition="2.0 is twice what other buyers return from the same sources.",
        formula="returned ÷ Σ over sources of deliveries × return rate at all other buyers",
        better="neither",
    ),
    Number(
        key="from_mix",
        label="From the mix",
        unit="estimate",
        definition="Change that comes from volumes.",
        formula="Σ (share now − share before) × (mean rate of the group − mean of the whole)",
        better="neither",
    ),
    Number(
        key="from_performance",
        label="From performance",
        unit="estimate",
        definition="Change that comes from the sources themselves.",
        formula="Σ mean share × (rate now − rate before)",
        better="neither",
    ),
    Number(
        key="bounds",
        label="If all had reported",
        unit="estimate",
        definition="Lowest if none of the unreported sold, highest if all did.",
        formula="sales ÷ deliveries, (sales + silent) ÷ deliveries, and with those in progress",
        better="neither",
    ),
    Number(
        key="developed",
        label="Complete so far",
        unit="estimate",
        definition="Share of the final sales normally in at this age.",
        formula="chain ladder over delivery weeks: 1 ÷ Π of the later factors (Mack 1993)",
        better="neither",
    ),
    Number(
        key="expected_final",
        label="Expected in the end",
        unit="count",
        definition="So far, plus what usually still comes.",
        formula="sales ÷ complete so far from 70 % on, else sales + deliveries × usual rate × "
        "(1 − complete so far) (Bornhuetter & Ferguson 1972)",
        better="higher",
    ),
    Number(
        key="alert",
        label="Unusual change",
        unit="words",
        definition="Outside what is normal, at the same age.",
        formula="beta-binomial mid-p of the latest complete weeks against own habit × the "
        "vertical's same weeks; Benjamini & Hochberg at 10 % over all series",
        better="neither",
    ),
    Number(
        key="break_even_cents",
        label="Break-even price",
        unit="money",
        definition="What a delivery is worth to its buyer.",
        formula="mean value of a sale × conversion of deliveries old enough × the buyer's share",
        better="higher",
    ),
    Number(
        key="index",
        label="Season index",
        unit="ratio",
        definition="The rate against the year's, the mix of sources held fixed; 1 is usual.",
        formula="Σ w·rate of the cell ÷ Σ w·rate of the year over the same sources",
        better="neither",
    ),
)
