"""The pack for one source: what became of its leads, why they came back, what is asked.

It is made to be handed over: no prices, no margins, no names of buyers or other sources.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from dashboard.presentation import formats
from dashboard.reports import party_sentences, report_charts, since_published
from dashboard.reports.document import Document, Grid, Section, Tiles, paragraph
from dashboard.reports.report_query import BASES
from dashboard.tables.packs import when_judged
from metrics.insights.tiers import LEAST_COVERAGE
from metrics.sentences import sentences

if TYPE_CHECKING:
    from dashboard.reports.report_query import ReportQuery
    from metrics.definitions.scope import Scope

NUMBERS: Final = (
    *("delivered", "delivery_rate", "contact_rate"),
    *("conversion_rate", "return_rate", "coverage"),
)
_REASONS: Final = 6
_SUBS: Final = 12
_MESSAGES: Final = 5


def document(reading: ReportQuery) -> Document:
    """The pack of the one source that the order names."""
    name = reading.named("source", reading.scope.source[0])
    parts = [_numbers(reading), *_parts(reading), _definitions(reading)]
    return Document(
        kind="source",
        title=f"Results of {name}",
        standing=reading.standing,
        verdict=party_sentences.source_verdict(name, reading.headline, reading.called),
        sections=tuple(part for part in parts if part is not None),
        footer=(reading.reference,),
        figures=since_published.figures(reading),
    )


def _numbers(reading: ReportQuery) -> Section | None:
    if not reading.value("attempted"):
        return None
    return Section("", (Tiles(tuple(reading.tile(key) for key in NUMBERS)),))


def _parts(reading: ReportQuery) -> list[Section | None]:
    if not reading.delivered:
        return []
    return [
        _trend(reading),
        _standing(reading),
        _reasons(reading),
        _mix(reading),
        _subs(reading),
        _requests(reading),
        _messages(reading),
    ]


def among_all(scope: Scope) -> Scope:
    """The same question about all sources: what compares needs the others."""
    return replace(scope, source=())


def _trend(reading: ReportQuery) -> Section | None:
    picture = report_charts.trend(reading)
    if picture is None:
        return None
    how = paragraph("Dotted and hollow: too young to judge.", tone="quiet", listed=False)
    return Section("Conversion by week of delivery", (picture, how), half=True)


def _standing(reading: ReportQuery) -> Section | None:
    source, wide = reading.scope.source[0], among_all(reading.scope)
    tier, score = (reading.table(name).to_dicts() for name in ("tiers", "scores"))
    place = reading.table("ranking", wide).filter(id=source).to_dicts()
    share = (reading.value("feedback") or 0) / max(reading.delivered, 1)
    age = reading.workspace.rules.alerts.age_days
    then = when_judged(wide, reading.zone.key, age)
    changes = reading.table("alerts", then).filter(pl.col("alert"), source_id=source).to_dicts()
    texts = [
        *(party_sentences.tier(row) for row in tier if share >= LEAST_COVERAGE),
        *(party_sentences.score(row, reading.workspace.rules.score, share) for row in score),
        *(party_sentences.place(row) for row in place),
        *(sentences.alert(row) for row in changes[:2]),
    ]
    known = [text for text in texts if text]
    return Section("Where it stands", (paragraph(*known),), half=True) if known else None


def _reasons(reading: ReportQuery) -> Section | None:
    rows = reading.table("return_reasons").filter(level="reason").head(_REASONS).to_dicts()
    if not rows:
        return None
    body = tuple(
        (
            formats.REASONS.get(row["reason"], row["reason"]).replace("(not said)", "Not said"),
            formats.count(row["returned"]),
            formats.rate(row["share"]),
        )
        for row in rows
    )
    return Section(
        "Why leads come back", (Grid(("Reason", "Returned", "Share"), body, (1, 2)),), half=True
    )


def _mix(reading: ReportQuery) -> Section | None:
    rows = reading.table("outcome_mix").filter(pl.col("deliveries") > 0).to_dicts()
    return party_sentences.mix_section(rows)


def _subs(reading: ReportQuery) -> Section | None:
    rows = reading.table("rates", by=("sub_source",)).sort(
        ["delivered", "sub_source"], descending=[True, False]
    )
    if rows.height < 2:  # noqa: PLR2004 - one sub-source is the source
        return None
    body = tuple(_sub(row) for row in rows.head(_SUBS).to_dicts())
    heads = ("Sub-source", "Deliveries", "Contact", "Conversion", "Likely range", "Returns")
    return Section("Sub-sources", (Grid(heads, body, (1, 2, 3, 4, 5)),))


def _sub(row: dict[str, Any]) -> tuple[str, ...]:
    name = "not named" if row["sub_source"] == "(none)" else row["sub_source"]
    shares = (row["contact_rate"], row["conversion_rate"])
    likely = formats.likely_range(row["conversion_low"], row["conversion_high"])
    if (row["conversion_base"] or 0) < report_charts.FEW:
        few = f"few ({row['conversion_base'] or 0})"
        return name, formats.count(row["delivered"]), few, few, "", formats.rate(row["return_rate"])
    numbers = (formats.rate(share) for share in shares)
    return (
        name,
        formats.count(row["delivered"]),
        *numbers,
        likely,
        formats.rate(row["return_rate"]),
    )


def _requests(reading: ReportQuery) -> Section | None:
    rows = reading.table("recommendations", among_all(reading.scope)).filter(
        pl.col("fires"), id=reading.scope.source[0]
    )
    texts = [
        party_sentences.ask_of_source(row)
        for row in rows.unique("rule", maintain_order=True).to_dicts()
    ]
    window = paragraph(f"Counted over {reading.window}", tone="quiet", listed=False)
    return Section("What we ask", (paragraph(*texts), window)) if texts else None


def _messages(reading: ReportQuery) -> Section | None:
    rows = reading.table("source_messages").head(_MESSAGES).to_dicts()
    if not rows:
        return None
    body = tuple(
        (
            formats.day(row["sent_at"].astimezone(reading.zone).date()),
            row["issue"] or row["category"] or "",
            row["action_requested"] or "",
            formats.rate(row["rate_before"]),
            formats.rate(row["rate_after"]) if row["weeks"] else "too early",
        )
        for row in rows
    )
    heads = ("Sent", "What was wrong", "What we asked for", "Returns before", "Since")
    return Section("What we said, and returns since", (Grid(heads, body, (3, 4)),))


def _definitions(reading: ReportQuery) -> Section:
    base = f"{BASES[reading.scope.rate_base].capitalize()}; returns of all deliveries."
    text = (
        "Contact: the buyer ever spoke to the person. Conversion: became a sale and was not "
        "returned later. Returns: claimed back, credited or not. A likely range holds the true "
        f"rate with 95 % confidence. {base}"
    )
    return Section("", (paragraph(text, listed=False),), small=True)
