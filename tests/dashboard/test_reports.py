"""Reports over small real stores: figures, states, hostile text, publishing, files."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import xml.etree.ElementTree as ET
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

import pytest
from builders import IN_CI, delivered, reported, us
from click.testing import CliRunner
from report_market import OCTOBER, month, params, two_months

import dashboard.data
from dashboard import answers, wording
from dashboard.analyses.reports import when_judged
from dashboard.cli import main
from dashboard.data import Book
from dashboard.reports import asking, drawing, html, making, pdf, pictures, published
from dashboard.reports.document import Document, Picture, Section, told
from dashboard.reports.plain import plain
from dashboard.theme import DARK, LIGHT
from data_access import publications, worklist
from data_access.settings import Settings
from metrics import phrases
from metrics.packs import NUMBERS
from metrics.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from builders import Desk

KINDS: Final = tuple(asking.KINDS)
HOSTILE: Final = "<img src=x onerror=alert(1)><script>alert(2)</script> $x$ =1+1 \u202eevil\u2066"
SHOWN: Final = "<img src=x onerror=alert(1)><script>alert(2)</script> $x$ =1+1 evil"


@pytest.fixture
def open_book(desk: Desk) -> Iterator[Callable[[], Book]]:
    """Opens a book of the store that the test fills through `desk`."""
    books: list[Book] = []

    def opened() -> Book:
        books.append(Book(Settings(data_dir=desk.folder)))
        return books[-1]

    yield opened
    for book in books:
        book.store.close()


def report(book: Book, kind: str, **more: list[str]) -> Document:
    """A report about October."""
    return making.make(book, asking.read(kind, params(kind, **more), book))


class Text(HTMLParser):
    """What a document says, and the tags it is made of."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._silent = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.tags.append((tag, dict(attrs)))
        self._silent = tag == "style"

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's signature
        """Styles are no text."""
        self._silent = False

    def handle_data(self, data: str) -> None:
        """Note the text."""
        if not self._silent:
            self.words.append(data)

    @property
    def text(self) -> str:
        """All of it in a line."""
        return " ".join(" ".join(self.words).split())


def said(document: Document) -> str:
    """What a whole report says."""
    return Text(html.whole(document)).text


# --- figures ------------------------------------------------------------------------------


def test_the_month_is_worked_out_by_hand(desk: Desk, open_book: Callable[[], Book]) -> None:
    """120 × ($20 − $12) = $960 after $800, 12 of 96 as 10 of 80."""
    desk.take(*two_months())
    found = report(open_book(), "monthly")
    assert found.title == "October 2026"
    assert found.verdict == (
        "A good month for money, level for quality: margin rose 20 % to $960.00; conversion runs "
        "level with September at the same age."
    )
    text = said(found)
    assert "Delivered 1 – 31 Oct 2026 · compared with 1 – 30 Sep 2026 at the same age" in text
    for words in (
        "Margin $960.00 ● up $160.00, was $800.00",
        "Net revenue $2,400 ● up $400.00, was $2,000",
        "Conversion 12.5 % 12 of 96 ○ level, was 12.5 %",
        "Contact 43.8 % 42 of 96 ○ level, was 43.8 %",
        "Returns 5.0 % 6 of 120 ○ level, was 5.0 %",
        "Feedback rate 80.0 % 96 of 120 ○ level, was 80.0 %",
        "More deliveries added $160.00. Prices hardly moved it (+$0.00).",
        "12 sales so far",
        "Elm: margin up $80.00 on 60 deliveries (50 before).",
        "Nothing was noted as done in October 2026.",
    ):
        assert words in text, words


def test_the_parts_of_the_month_stand_in_their_order(
    desk: Desk, open_book: Callable[[], Book]
) -> None:
    """Verdict, numbers, bridge, end, up, risks, decided; then definitions and the link."""
    desk.take(*two_months())
    text = said(report(open_book(), "monthly"))
    parts = (
        *("A good month", "Margin $960.00", "From gross revenue to margin", "12 sales so far"),
        *("Up most, by money", "Risks", "Decided, and what came of it"),
        *("Margin: net revenue less lead cost", "leadloop report monthly --month 2026-10"),
        "/reports?month=2026-10&as_of=2026-11-20",
    )
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


@pytest.mark.parametrize("kind", ["monthly", "weekly", "daily"])
def test_every_figure_is_that_of_the_tables(
    desk: Desk, open_book: Callable[[], Book], kind: str
) -> None:
    """Tiles are rows of `headline`; every sentence of the pack is in the report."""
    desk.take(*two_months())
    book = open_book()
    order = asking.read(kind, params(kind), book)
    document = making.make(book, order)
    text = said(document)
    rows = {row["key"]: row for row in book.table("headline", order.scope).to_dicts()}
    for key in NUMBERS[kind]:
        row = rows[key]
        unit = "rate" if row["denominator"] else "money" if key.endswith("_cents") else "count"
        assert phrases.figure(row["value"], unit, "USD") in text, key
        if row["denominator"]:
            assert f"{row['numerator']:,} of {row['denominator']:,}" in text, key
    pack = book.table(kind, order.scope)
    assert pack.height > len(NUMBERS[kind])
    for row in pack.to_dicts():
        shown = row["section"] != "numbers" and row["label"] != "From gross to margin"
        if shown:
            assert row["sentence"] in text, row["sentence"]
    kept = document.figures["numbers"]
    assert {key: kept[key] for key in rows} == {key: row["value"] for key, row in rows.items()}


def test_the_buyers_letter_counts_what_its_file_lists(
    desk: Desk, open_book: Callable[[], Book]
) -> None:
    """Acme got 50 + 60 and reported on 40 + 48."""
    desk.take(*two_months())
    book = open_book()
    order = asking.read("buyer", params("buyer"), book)
    text = said(making.make(book, order))
    assert "You have reported on 80.0 % of the 110 deliveries we made to you; 22 are still" in text
    assert "October 2026 60 48 12 80.0 %" in text
    assert book.table("unanswered", order.scope).height == 22
    assert "Birch" not in text


def test_the_pack_of_a_source_gives_no_prices_and_no_other_names_away(
    desk: Desk, open_book: Callable[[], Book]
) -> None:
    """It is handed over to the source."""
    desk.take(*two_months())
    text = said(report(open_book(), "source"))
    assert "Oak converts 12.5 % (" in text
    assert "Deliveries 110" in text
    for word in ("Elm", "Acme", "Birch", "$", "Margin", "src_elm", "buy_"):
        assert word not in text, word


@pytest.mark.parametrize("kind", ["monthly", "weekly", "daily"])
def test_names_are_said_and_ids_are_not(
    desk: Desk, open_book: Callable[[], Book], kind: str
) -> None:
    """Where a source or buyer has a name."""
    desk.take(*two_months())
    assert not re.search(r"(src|buy)_[a-z]+", said(report(open_book(), kind)))


def test_amounts_are_written_as_on_the_pages() -> None:
    """Two modules write money; they may not differ."""
    for cents in (0, 1, -1, 99_999, 100_000, -13_099_000, 123_456_789):
        for currency in ("USD", "EUR", "GBP", "JPY", "SEK"):
            assert phrases.money(cents, currency) == wording.money(cents, currency)


def test_another_currency_and_zone_are_those_of_the_store(desk: Desk) -> None:
    """Euros; days are cut in New York, where 9 UTC is the same day."""
    desk.take(*two_months())
    settings = Settings(data_dir=desk.folder, currency="EUR", report_zone="America/New_York")
    book = Book(settings)
    text = said(report(book, "monthly"))
    book.store.close()
    assert "margin rose 20 % to €960.00" in text
    assert "€2.4k" in text
    assert "$" not in text
    assert "as known on 20 Nov 2026 23:59 EST" in text


def test_a_filter_narrows_the_report_and_is_named(
    desk: Desk, open_book: Callable[[], Book]
) -> None:
    """Oak alone: 60 deliveries in October."""
    desk.take(*two_months())
    text = said(report(open_book(), "monthly", source=["src_oak"]))
    assert "· Oak ·" in text
    assert "of 60" in text
    assert "Elm" not in text


# --- states -------------------------------------------------------------------------------


STATES: Final[dict[str, tuple[list[dict[str, str]], dict[str, list[str]]]]] = {
    "an empty store": ([], {}),
    "without feedback": ([f for f in two_months() if f["event_type"] == "recipient.delivered"], {}),
    "one source": (two_months(source_id="src_oak", source_name="Oak"), {}),
    "no lead cost": ([{k: v for k, v in f.items() if k != "margin"} for f in two_months()], {}),
    "no prices": (
        [{k: v for k, v in f.items() if k not in {"margin", "price"}} for f in two_months()],
        {},
    ),
    "no month before": (month("O", "2026-10", 120), {}),
    "only before": (month("S", "2026-09", 100), {}),
    "few": (month("O", "2026-10", 10), {}),
    "nothing left": (
        [
            *two_months(vertical="solar"),
            delivered("Z", "buy_birch", "2026-07-01T09:00:00Z", vertical="auto"),
        ],
        {"vertical": ["auto"]},
    ),
    "out of deliveries": (two_months(), {"base": ["delivered"]}),
    "old enough": (two_months(), {"base": ["mature"]}),
    "known before it began": (two_months(), {"as_of": ["2026-08-15"]}),
    "another data version": (two_months(), {"data_version": ["3"]}),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_report_holds_in_every_state(
    desk: Desk, open_book: Callable[[], Book], kind: str, state: str
) -> None:
    """A sentence on top, a whole document, and no word of ours for nothing."""
    facts, more = STATES[state]
    if facts:
        desk.take(*facts)
    book = open_book()
    if not facts and kind in {"source", "buyer"}:
        with pytest.raises(answers.BadQuestion, match="is not known"):
            report(book, kind)
        return
    document = report(book, kind, **more)
    text = said(document)
    assert document.verdict.endswith(".")
    assert not re.findall(r"\b(?:None|nan|null|inf)\b|\(none\)|!", text)
    json.dumps(document.figures, allow_nan=False)
    for colours in (LIGHT, DARK):
        assert html.body(document, colours, images=True).startswith('<article class="report')


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("an empty store", "Nothing was delivered in October 2026."),
        ("only before", "Nothing was delivered in October 2026."),
        ("few", "Only 10 deliveries in October 2026: too few to judge."),
        ("no month before", "there is no month before to compare with."),
        ("without feedback", "no buyer has reported yet, so quality cannot be judged."),
        ("no lead cost", "A good month for money, level for quality: net revenue rose 20 % to"),
        ("no prices", "what was earned is unknown without prices"),
    ],
)
def test_the_verdict_says_what_is_missing(
    desk: Desk, open_book: Callable[[], Book], state: str, sentence: str
) -> None:
    """In the place of a number."""
    facts, more = STATES[state]
    if facts:
        desk.take(*facts)
    verdict = report(open_book(), "monthly", **more).verdict
    assert sentence.lower() in verdict.lower()


# --- what was asked -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        ("monthly", {"mont": ["2026-10"]}, "nearest: month"),
        ("monthly", {"week": ["2026-10-19"]}, "parameter 'week' is not known"),
        ("monthly", {"month": ["2026-13"]}, "a month like 2026-10"),
        ("monthly", {"month": ["2026-10", "2026-09"]}, "given 2 times"),
        ("monthly", {"source": ["src_oka"]}, "nearest: src_oak"),
        ("monthly", {"as_of": ["2099-01-01"]}, "lies after now"),
        ("monthly", {"clock": ["reported"]}, "parameter 'clock' is not known"),
        ("monthly", {"data_version": ["999999"]}, "no whole number up to"),
        ("weekly", {"week": ["2026-10-20"]}, "no Monday; nearest: 2026-10-19"),
        ("daily", {"day": ["yesterday"]}, "is not a date"),
        ("source", {"source": ["src_oak", "src_elm"]}, "2 are given"),
        ("buyer", {"buyer": []}, "none is given"),
        ("buyer", {"converted": ["true"]}, "parameter 'converted' is not known"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_what_can(
    desk: Desk, open_book: Callable[[], Book], kind: str, changes: dict[str, list[str]], says: str
) -> None:
    """Never guessed, never ignored."""
    desk.take(*two_months())
    book = open_book()
    with pytest.raises(answers.BadQuestion, match=re.escape(says)):
        asking.read(kind, {**params(kind), **changes}, book)


def test_without_a_period_the_last_complete_one_is_taken(
    desk: Desk, open_book: Callable[[], Book]
) -> None:
    """Seen from Wednesday 4 November."""
    desk.take(*two_months())
    book, seen = open_book(), {"as_of": ["2026-11-04"]}
    periods = {}
    for kind in ("monthly", "weekly", "daily", "buyer"):
        more = {"buyer": ["buy_acme"]} if kind == "buyer" else {}
        scope = asking.read(kind, {**seen, **more}, book).scope
        periods[kind] = (scope.first.isoformat(), scope.last.isoformat())
    assert periods == {
        "monthly": ("2026-10-01", "2026-10-31"),
        "weekly": ("2026-10-26", "2026-11-01"),
        "daily": ("2026-11-03", "2026-11-03"),
        "buyer": ("2026-08-07", "2026-11-04"),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_asked_for_by_its_own_words_is_the_same(
    desk: Desk, open_book: Callable[[], Book], kind: str
) -> None:
    """Its query gives the same order, whatever came since."""
    desk.take(*two_months())
    book = open_book()
    order = asking.read(kind, params(kind, state=["(none)"]), book)
    frozen = order.frozen(as_of_us=order.scope.as_of_us, version=book.status().data_version)
    again: dict[str, list[str]] = {}
    for name, value in frozen.pairs():
        again.setdefault(name, []).append(value)
    assert asking.read(kind, again, book).scope == frozen.scope
    assert "--state '(none)'" in frozen.command()


# --- safe text ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_is_text(desk: Desk, open_book: Callable[[], Book], kind: str) -> None:
    """Every name of the data is markup, a formula, and turns the writing around."""
    hostile = dict.fromkeys(
        ("source_name", "buyer_name", "sub_source", "vertical", "state"), HOSTILE
    )
    facts = two_months(**hostile)
    facts += [
        reported(f"O-{n:03}", "buy_acme", "returned", "2026-10-30T10:00:00Z", reason=HOSTILE)
        for n in (60, 61, 64, 65)
    ]
    desk.take(*facts)
    document = report(open_book(), kind)
    for source in (html.whole(document), html.body(document, DARK, images=True)):
        found = Text(source)
        tags = {tag for tag, _ in found.tags}
        assert "script" not in tags
        assert not any(name.startswith("on") for _, attrs in found.tags for name in attrs)
        pictures_in_it = [a["src"] or "" for tag, a in found.tags if tag == "img"]
        assert all(src.startswith("data:image/svg+xml;base64,") for src in pictures_in_it)
        assert "\u202e" not in source
        assert "\u2066" not in source
        assert (SHOWN in found.text) == (kind in {"monthly", "source", "buyer"})


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_is_one_file_that_loads_nothing(
    desk: Desk, open_book: Callable[[], Book], kind: str
) -> None:
    """No script, no style sheet, font or picture from elsewhere; drawings are in it."""
    desk.take(*month("S", "2026-09", 400), *month("O", "2026-10", 400))
    book = open_book()
    order = asking.read(kind, params(kind), book)
    source = html.whole(making.make(book, order, base="https://leads.example"))
    found = Text(source)
    tags = {tag for tag, _ in found.tags}
    assert not tags & {"script", "link", "iframe", "object", "img", "base", "form"}
    assert "@import" not in source
    assert "url(" not in source
    links = [attrs["href"] for tag, attrs in found.tags if tag == "a"]
    assert all((link or "").startswith("https://leads.example/reports?") for link in links)
    assert ("svg" in tags) == (kind in {"monthly", "weekly", "source"})
    assert ("Content-Security-Policy", html.POLICY) in [
        (attrs.get("http-equiv"), attrs.get("content")) for tag, attrs in found.tags
    ]


def test_unseen_signs_are_left_out_and_scripts_stay_whole() -> None:
    """Directions, controls and halves go; joiners, accents and other scripts stay."""
    assert plain("a\u202eb\u2066c\x00d\ud800e\ufefff") == "abcdef"
    assert plain(" two\n lines\t ") == "two lines"
    for text in ("नी\u200dम", "Ünï-çödé 你好 مرحبا", "=1+1 $x$ <b>"):
        assert plain(text) == text


# --- drawings -----------------------------------------------------------------------------


def drawn() -> dict[str, str]:
    """One drawing of each kind, with hostile names."""
    bars = [drawing.Bar(HOSTILE, 0, 10, HOSTILE, ""), drawing.Bar("b", 10, -4, "−14", "bad")]
    points = [
        drawing.Point("a", 0.1, 0.05, 0.2),
        drawing.Point("b", None),
        drawing.Point("c", 0.2, 0.1, 0.4, young=True),
    ]
    rows = [drawing.Range(HOSTILE, 0.1, 0.05, 0.2, "10 %", few=True)]
    return {
        "waterfall": drawing.waterfall(bars, LIGHT, HOSTILE),
        "trend": drawing.trend(points, DARK, HOSTILE),
        "ranges": drawing.ranges(rows, LIGHT, HOSTILE, 0.12),
        "no bars": drawing.waterfall([], LIGHT, ""),
        "no rows": drawing.ranges([], LIGHT, ""),
        "one point": drawing.trend([drawing.Point("a", 0.0)], LIGHT, ""),
    }


@pytest.mark.parametrize("name", drawn())
def test_a_drawing_is_xml_and_stays_inside_its_frame(name: str) -> None:
    """Every mark has its place between the edges, and nothing is made of text."""
    root = ET.fromstring(drawn()[name])  # noqa: S314 - our own drawing
    _, _, width, height = (float(part) for part in root.attrib["viewBox"].split())
    kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert kinds <= {"svg", "text", "line", "rect", "circle", "polygon"}
    for element in root.iter():
        for key, most in (
            *(("x", width), ("x1", width), ("x2", width), ("cx", width)),
            *(("y", height), ("y1", height), ("y2", height), ("cy", height)),
        ):
            if key in element.attrib:
                assert 0 <= float(element.attrib[key]) <= most, (key, element.attrib)
        if "height" in element.attrib and element.tag.endswith("rect"):
            assert float(element.attrib["y"]) + float(element.attrib["height"]) <= height


def test_the_young_end_of_a_trend_is_dotted_and_hollow() -> None:
    """And a small sample is a hollow dot."""
    both = drawn()
    assert both["trend"].count("stroke-dasharray") == 1
    assert f'fill="{DARK.background}"' in both["trend"]
    assert f'fill="{LIGHT.background}"' in both["ranges"]


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "$0"),
        (95_049, "$950"),
        (-1_480_125, "−$15k"),
        (36_269_750, "$363k"),
        (123_456_789, "$1.2m"),
        (99_999_999, "$1.0m"),
        (150_000, "$1.5k"),
    ],
)
def test_amounts_above_bars_are_short(cents: float, text: str) -> None:
    """Two or three figures."""
    assert pictures.compact(cents, "USD") == text


# --- publishing ---------------------------------------------------------------------------


def later(book: Book, **more: list[str]) -> str:
    """What the report of October says on 22 November."""
    return said(report(book, "monthly", as_of=["2026-11-22"], **more))


def test_a_published_report_stays_as_it_was(desk: Desk, open_book: Callable[[], Book]) -> None:
    """The file to the byte; asked for again by its own words it is the same too."""
    desk.take(*two_months())
    book = open_book()
    order = asking.read("monthly", OCTOBER, book)
    number = published.publish(book, order, who="Ana", base="https://leads.example")
    before = publications.kept_file(book.store, number)
    desk.take(reported("O-100", "buy_acme", "converted", "2026-11-19T10:00:00Z"))
    book.refresh()
    assert publications.kept_file(book.store, number) == before
    assert "12 of 96" in (before or "")
    [row] = published.listed(book)
    again: dict[str, list[str]] = {}
    for pair in row["api"].split("?")[1].split("&"):
        name, _, value = pair.partition("=")
        again.setdefault(name, []).append(value.replace("%3A", ":"))
    document = making.make(book, asking.read("monthly", again, book), base="https://leads.example")
    assert html.whole(document) == before
    assert "13 of 97" in said(report(book, "monthly"))


def test_what_has_moved_since_is_said_against_the_publication(
    desk: Desk, open_book: Callable[[], Book]
) -> None:
    """Two late sales in September: 12 of 82 instead of 10 of 80."""
    desk.take(*two_months())
    book = open_book()
    september = {"month": ["2026-09"], "as_of": ["2026-10-05"]}
    published.publish(book, asking.read("monthly", september, book), who="Ana")
    assert "September 2026 stands as we reported it on 5 Oct 2026." in later(book)
    desk.take(
        reported("S-090", "buy_birch", "converted", "2026-11-21T10:00:00Z"),
        reported("S-091", "buy_birch", "converted", "2026-11-21T10:00:00Z"),
    )
    book.refresh()
    assert (
        "September 2026 has moved since we reported on 5 Oct 2026: sales 12 instead of 10, "
        "conversion 14.6 % instead of 12.5 %, contact 45.1 % instead of 43.8 %, feedback rate "
        "82.0 % instead of 80.0 % and buyers have reported on 2 more deliveries since."
    ) in later(book)
    assert "since we reported" not in later(book, source=["src_oak"])
    assert "since we reported" not in said(report(book, "monthly", as_of=["2026-10-04"]))


def test_a_published_forecast_is_the_one_held_against_what_came(
    desk: Desk, open_book: Callable[[], Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As published, not as it would be worked out today."""
    facts = [f for n in range(3, 11) for f in month(f"M{n}", f"2026-{n:02}", 240)]
    desk.take(*facts)
    book = open_book()
    september = {"month": ["2026-09"], "as_of": ["2026-10-05"]}
    order = asking.read("monthly", september, book)
    make = making.make

    def doctored(*given: Any, **more: Any) -> Document:
        document = make(*given, **more)
        document.figures["forecast"] |= {"value": 880.0, "low": 850.0, "high": 910.0}
        return document

    assert "For September we said" in later(book)
    assert "For September we said 880" not in later(book)
    monkeypatch.setattr(making, "make", doctored)
    published.publish(book, order, who="Ana")
    monkeypatch.undo()
    come = 24
    assert f"For September we said 880, 850 – 910; {come} have come, outside" in later(book)


def test_decisions_of_the_month_are_told_with_what_came_of_them(
    desk: Desk, open_book: Callable[[], Book]
) -> None:
    """Noted as done in October; one of November and one not done are not told.

    Oak's returns: 2 of the 47 delivered 31 Aug - 27 Sep, 3 of the 50 of 5 Oct - 1 Nov.
    """
    desk.take(*two_months())
    book = open_book()
    said_then = {
        "source_name": "Oak",
        "source_id": "src_oak",
        "measure": "return_rate",
        "figure": 0.098,
    }
    done = worklist.Decision(
        finding="a", state="done", who="Ana", note="Capped at 50 a week", figure=said_then
    )
    worklist.record(book.store, done, at_us=us("2026-10-02T10:00:00Z"))
    mine = worklist.Decision(finding="b", state="mine", who="Ben", note="Not yet")
    worklist.record(book.store, mine, at_us=us("2026-10-12T10:00:00Z"))
    november = worklist.Decision(finding="c", state="done", who="Ben", note="Too late")
    worklist.record(book.store, november, at_us=us("2026-11-02T10:00:00Z"))
    text = said(report(book, "monthly"))
    assert (
        "Oak: Capped at 50 a week (Ana, 2 Oct). Returns was 4.3 % of 47 in the four weeks before, "
        "6.0 % of 50 in 4 weeks since, at the same age: level, the difference may be chance."
    ) in text
    elm = said(report(book, "monthly", source=["src_elm"]))
    assert "Nothing was noted as done in October 2026." in elm
    assert "Not yet" not in text
    assert "Too late" not in text


# --- command ------------------------------------------------------------------------------


@pytest.fixture
def run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """`leadloop report …` over the desk's store."""
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))
    monkeypatch.delenv("LEADLOOP_DATABASE_URL", raising=False)
    dashboard.data.close()
    yield lambda *words: CliRunner().invoke(main, ["report", *words])
    dashboard.data.close()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["montly", "--out", "x.html"], "nearest: monthly"),
        (["monthly"], "--out FILE.html"),
        (["monthly", "--out", "x.doc"], "neither .html nor .pdf"),
        (["monthly", "--out", "no/such/x.html"], "there is no folder"),
        (["monthly", "--publish"], "--who NAME"),
        (["monthly", "--out", "x.html", "--who", "Ana"], "goes with --publish"),
        (["monthly", "--out", "x.html", "--source", "src_oka"], "nearest: src_oak"),
        (["weekly", "--out", "x.html", "--week", "2026-10-20"], "nearest: 2026-10-19"),
        (["weekly", "--out", "x.html", "--month", "2026-10"], "parameter 'month' is not known"),
        (["source", "--out", "x.html"], "none is given"),
    ],
)
def test_a_wrong_command_ends_with_one_sentence(
    desk: Desk, run: Callable[..., Any], words: list[str], says: str
) -> None:
    """Exit 2, the nearest name, and nothing written."""
    desk.take(*two_months())
    result = run(*words)
    assert result.exit_code == 2
    assert says in result.output
    assert result.output.startswith("leadloop: ")
    assert len(result.output.strip().splitlines()) == 1


def test_the_letter_comes_with_a_file_that_can_be_read_in_again(
    desk: Desk, run: Callable[..., Any], tmp_path: Path
) -> None:
    """Two leads are answered in it; both are created, the others stay unanswered."""
    desk.take(*two_months())
    letter = tmp_path / "letter.html"
    words = ("--from", "2026-08-20", "--to", "2026-11-17", "--as-of", "2026-11-20")
    assert run("buyer", "--buyer", "buy_acme", "--out", str(letter), *words).exit_code == 0
    assert "22 are still unanswered" in Text(letter.read_text("utf-8")).text
    file = tmp_path / "letter.unanswered.csv"
    with file.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 22
    for row in rows[:2]:
        row |= {"outcome": "converted", "occurred_at": "2026-11-18T10:00:00Z", "value": "100"}
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert desk.load(file).counts["created"] == 2
    assert run("buyer", "--buyer", "buy_acme", "--out", str(letter), *words).exit_code == 0
    assert "20 are still unanswered" in Text(letter.read_text("utf-8")).text


def test_the_command_publishes_under_a_name(desk: Desk, run: Callable[..., Any]) -> None:
    """With its moment and data version."""
    desk.take(*two_months())
    result = run("monthly", "--month", "2026-10", "--publish", "--who", "Ana Ruiz")
    assert result.exit_code == 0, result.output
    [row] = publications.published(desk.store).to_dicts()
    assert (row["who"], row["kind"], row["first_day"]) == ("Ana Ruiz", "monthly", "2026-10-01")
    assert row["data_version"] == desk.store.data_version()


# --- PDF ----------------------------------------------------------------------------------


@pytest.fixture
def printer() -> str:
    """A browser that prints; skips without one, fails without one in CI."""
    program = pdf.browser()
    if program is None:
        reason = "no Chromium or Chrome is on the path"
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    return program


def words_on_pages(content: bytes, folder: Path) -> list[list[tuple[str, float, float]]]:
    """Per page its words with where they begin and end from the left, in points."""
    file = folder / "report.pdf"
    file.write_bytes(content)
    box = subprocess.run(
        ["/usr/bin/env", "pdftotext", "-bbox", str(file), "-"], check=True, capture_output=True
    ).stdout.decode()
    word = r'<word xMin="([0-9.]+)" yMin="[0-9.]+" xMax="([0-9.]+)" yMax="[0-9.]+">(.*?)</word>'
    pages = re.findall(r'<page width="([0-9.]+)" height="([0-9.]+)">(.*?)</page>', box, re.DOTALL)
    assert {(round(float(w)), round(float(h))) for w, h, _ in pages} == {(595, 842)}
    return [
        [(text, float(left), float(right)) for left, right, text in re.findall(word, page)]
        for _, _, page in pages
    ]


@pytest.mark.usefixtures("printer")
def test_the_month_prints_on_one_page_of_a4_with_its_drawings_whole(
    desk: Desk, open_book: Callable[[], Book], tmp_path: Path
) -> None:
    """All steps of the waterfall and the axis of the trend, inside the margins."""
    desk.take(*[f for n in range(3, 11) for f in month(f"M{n}", f"2026-{n:02}", 240)])
    content = pdf.printed(html.whole(report(open_book(), "monthly")))
    pages = words_on_pages(content, tmp_path)
    assert len(pages) == 1
    found = [text for text, _, _ in pages[0]]
    for word in ("Gross", "Credits", "Net", "Margin", "Aug", "October", "2026"):
        assert word in found, word
    assert all(left >= 36 and right <= 559 for _, left, right in pages[0])


@pytest.mark.usefixtures("printer")
def test_a_drawing_is_never_cut_by_the_end_of_a_page(tmp_path: Path) -> None:
    """Pushed down line by line over the end of the first page, it stays in one piece."""
    bars = [drawing.Bar("below", 0, 10, "above", "")]
    picture = Picture(lambda colours: drawing.waterfall(bars, colours, "a"), "a")
    pages_of_it = []
    for lines in (24, 28, 32, 36, 40):
        filler = [Section("", (told(f"Line {n}."),)) for n in range(lines)]
        parts = (*filler, Section("Drawn", (picture,), half=True))
        document = Document(kind="x", title="T", standing="S", verdict="V.", sections=parts)
        pages = words_on_pages(pdf.printed(html.whole(document)), tmp_path)
        found = [{text for text, _, _ in page if text in {"below", "above"}} for page in pages]
        assert [words for words in found if words] == [{"below", "above"}]
        pages_of_it.append(found.index({"below", "above"}))
    assert pages_of_it[0] == 0
    assert pages_of_it[-1] == 1


def test_without_a_browser_a_pdf_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The HTML is named as the way out."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(pdf.NoPdf, match=r"chromium.*Take the HTML"):
        pdf.printed("<p>x</p>")


def test_a_browser_that_prints_nothing_or_hangs_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With all it started; the next report gets its turn."""
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\n/bin/sleep 30 &\n/bin/sleep 30\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pdf, "TIMEOUT", 0.3)
    with pytest.raises(pdf.NoPdf, match="did not print"):
        pdf.printed("<p>x</p>")
    program.write_text("#!/bin/sh\nexit 0\n")
    with pytest.raises(pdf.NoPdf, match="printed nothing"):
        pdf.printed("<p>x</p>")


# --- unusual changes ----------------------------------------------------------------------


def test_unusual_changes_are_those_of_the_period_and_not_todays() -> None:
    """Of a week that is long over, as it was known when its days were seven days old."""
    scope = Scope(first=date(2026, 9, 7), last=date(2026, 9, 13), as_of_us=us("2026-11-20"))
    then = when_judged(scope, "UTC", 7)
    assert then.as_of_us == us("2026-09-21") - 1
    young = Scope(first=date(2026, 9, 7), last=date(2026, 9, 13), as_of_us=us("2026-09-15"))
    assert when_judged(young, "UTC", 7) == young
