"""Reports are safe text and whole drawings."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from builders import reported
from report_market import month, params, two_months
from report_reading import HOSTILE, KINDS, SHOWN, Text, report

from dashboard.presentation.theme import DARK, LIGHT
from dashboard.reports import compose, html, report_charts, report_order, svg
from dashboard.reports.safe_text import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders import Desk

    from dashboard.answers.workspace import Workspace

# --- safe text -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_is_text(
    desk: Desk, open_workspace: Callable[[], Workspace], kind: str
) -> None:
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
    document = report(open_workspace(), kind)
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
    desk: Desk, open_workspace: Callable[[], Workspace], kind: str
) -> None:
    """No script, no style sheet, font or picture from elsewhere; drawings are in it."""
    desk.take(*month("S", "2026-09", 400), *month("O", "2026-10", 400))
    workspace = open_workspace()
    order = report_order.read(kind, params(kind), workspace)
    source = html.whole(compose.make(workspace, order, base="https://leads.example"))
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


# --- drawings ------------------------------------------------------------------------------


def drawn() -> dict[str, str]:
    """One drawing of each kind, with hostile names."""
    bars = [svg.Bar(HOSTILE, 0, 10, HOSTILE, ""), svg.Bar("b", 10, -4, "−14", "bad")]
    points = [
        svg.Point("a", 0.1, 0.05, 0.2),
        svg.Point("b", None),
        svg.Point("c", 0.2, 0.1, 0.4, young=True),
    ]
    rows = [svg.Range(HOSTILE, 0.1, 0.05, 0.2, "10 %", few=True)]
    return {
        "waterfall": svg.waterfall(bars, LIGHT, HOSTILE),
        "trend": svg.trend(points, DARK, HOSTILE),
        "ranges": svg.ranges(rows, LIGHT, HOSTILE, 0.12),
        "no bars": svg.waterfall([], LIGHT, ""),
        "no rows": svg.ranges([], LIGHT, ""),
        "one point": svg.trend([svg.Point("a", 0.0)], LIGHT, ""),
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
    assert report_charts.compact(cents, "USD") == text
