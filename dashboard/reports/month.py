"""The month on one page, and its shorter sisters for a week and a day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from dashboard.reports import report_charts, since_published
from dashboard.reports.document import Document, Section, Sentences, Statement, Tiles, paragraph
from dashboard.reports.report_query import BASES
from metrics.definitions.catalogue import number
from metrics.sentences.packs import NUMBERS

if TYPE_CHECKING:
    from dashboard.reports.document import Block
    from dashboard.reports.report_query import ReportQuery

NAMES: Final = {"monthly": "The month", "weekly": "The week", "daily": "The day"}
_HOW_TREND: Final = (
    "By week of delivery. Band: likely range; dotted and hollow: too young to judge."
)
_HOW_RANGES: Final = "Line: likely range; hollow: under 30 with feedback; dashed: all together."
_LEVEL: Final = (
    "Level: the change lies inside its likely range (95 %); money: under 1 %. "
    "At the same age: what is compared was known when its last day was as old."
)


def document(reading: ReportQuery) -> Document:
    """The report of a month, a week or a day."""
    kind = reading.order.kind
    parts = [_numbers(reading), *_SECTIONS[kind](reading), _definitions(reading)]
    return Document(
        kind=kind,
        title=_title(reading),
        standing=reading.standing,
        verdict=reading.sentences("verdict")[0],
        sections=tuple(part for part in parts if part is not None),
        footer=reading.footer,
        link=reading.link,
        figures=since_published.figures(reading),
    )


def _title(reading: ReportQuery) -> str:
    now = reading.called.now
    return f"{now[:1].upper()}{now[1:]}"


def _numbers(reading: ReportQuery) -> Section | None:
    if not reading.delivered:
        return None
    tiles = tuple(reading.tile(key) for key in NUMBERS[reading.order.kind])
    return Section("", (Tiles(tiles),))


def _month(reading: ReportQuery) -> list[Section | None]:
    return [
        _money(reading),
        _ends(reading),
        _movers(reading, "up"),
        _movers(reading, "down"),
        _listed(reading, "Risks", "risks", half=True),
        _sources(reading),
        _decided(reading),
        _to_decide(reading),
        _since(reading),
    ]


def _week(reading: ReportQuery) -> list[Section | None]:
    return [
        _alerts(reading),
        _trend(reading),
        _movers(reading, "up"),
        _movers(reading, "down"),
        _listed(reading, "Claims", "claims"),
        _to_decide(reading),
        _since(reading),
    ]


def _day(reading: ReportQuery) -> list[Section | None]:
    return [
        _alerts(reading),
        _listed(reading, "Claims", "claims", half=True),
        _listed(reading, "Risks", "risks"),
        _since(reading),
    ]


_SECTIONS: Final = {"monthly": _month, "weekly": _week, "daily": _day}


def _money(reading: ReportQuery) -> Section | None:
    """Gross to margin as a waterfall, and what moved it."""
    rows = reading.rows("bridge")
    if not rows:
        return None
    picture = report_charts.bridge(reading)
    first = paragraph(rows[0]["sentence"], listed=False) if picture is None else None
    steps = Sentences(tuple(Statement(row["sentence"], _tone(row["verdict"])) for row in rows[1:]))
    blocks: list[Block | None] = [picture, first]
    if steps.statements:
        past = reading.called.before
        blocks += [paragraph(f"What moved the margin from {past}:", listed=False), steps]
    elif picture is not None:
        blocks.append(
            paragraph("There is nothing before to compare with.", tone="quiet", listed=False)
        )
    return _section("From gross revenue to margin", blocks, half=True)


def _tone(verdict: str | None) -> Any:  # noqa: ANN401 - a tone
    """What hardly moved anything has no colour."""
    return "" if verdict in {None, "level"} else verdict


def _ends(reading: ReportQuery) -> Section | None:
    """Where sales will end, how the last forecast did, and the way there."""
    said = reading.sentences("forecast")
    if published := since_published.forecast_then(reading):
        said = [*said[:1], published]
    if not said:
        return None
    blocks = [*_by_week(reading), paragraph(*said)]
    return _section("Conversion by week, and where sales will end", blocks, half=True)


def _trend(reading: ReportQuery) -> Section | None:
    return _section("Conversion by week", _by_week(reading), half=True)


def _by_week(reading: ReportQuery) -> list[Block]:
    picture = report_charts.trend(reading)
    return [] if picture is None else [picture, paragraph(_HOW_TREND, tone="quiet", listed=False)]


def _movers(reading: ReportQuery, way: str) -> Section | None:
    title = "Up most, by money" if way == "up" else "Down most, by money"
    tone: Any = "better" if way == "up" else "worse"
    texts = reading.sentences(way)
    if not texts:
        return None
    return Section(title, (paragraph(*texts, tone=tone),), half=True)


def _alerts(reading: ReportQuery) -> Section:
    rows = reading.rows("alerts")
    said = tuple(Statement(row["sentence"], row["verdict"] or "") for row in rows)
    block = Sentences(said) if said else paragraph("Nothing unusual.", tone="quiet", listed=False)
    return Section("Unusual changes", (block,), half=bool(reading.delivered))


def _listed(
    reading: ReportQuery, title: str, section: str, *, half: bool = False
) -> Section | None:
    """A section of the pack as a list; left out where it is empty."""
    texts = reading.sentences(section)
    return Section(title, (paragraph(*texts),), half=half) if texts else None


def _sources(reading: ReportQuery) -> Section | None:
    rows = reading.table("sources")
    if rows.height < 2:  # noqa: PLR2004 - one source is no comparison
        return None
    picture = report_charts.conversions(reading, rows)
    if picture is None:
        return None
    how = paragraph(_HOW_RANGES, tone="quiet", listed=False)
    return Section("Conversion of the largest sources", (picture, how), half=True)


def _to_decide(reading: ReportQuery) -> Section | None:
    found = _listed(reading, "To decide", "decisions")
    if found is None:
        return None
    how = paragraph(f"Suggestions go by {reading.window}", tone="quiet", listed=False)
    return replace(found, blocks=(*found.blocks, how))


def _decided(reading: ReportQuery) -> Section:
    texts = since_published.decided(reading)
    nothing = f"Nothing was noted as done in {reading.called.now}."
    block = paragraph(*texts) if texts else paragraph(nothing, tone="quiet", listed=False)
    return Section("Decided, and what came of it", (block,))


def _since(reading: ReportQuery) -> Section | None:
    """How the periods that were published have moved: the one before, and this one."""
    scopes = (reading.scope.previous(), reading.scope)
    texts = [since_published.since_published(reading, scope) for scope in scopes]
    if not any(texts):
        return None
    return Section("Since we reported", (paragraph(*texts),))


def _definitions(reading: ReportQuery) -> Section:
    entries = [number(key) for key in NUMBERS[reading.order.kind]]
    words = " ".join(f"{entry.label}: {_lower(entry.definition)}" for entry in entries)
    base = f"{BASES[reading.scope.rate_base].capitalize()}."
    return Section("", (paragraph(f"{words} {base} {_LEVEL}", listed=False),), small=True)


def _lower(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def _section(title: str, blocks: list[Any], *, half: bool = False) -> Section | None:
    known = tuple(block for block in blocks if block is not None)
    return Section(title, known, half=half) if known else None
