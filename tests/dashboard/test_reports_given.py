"""Reports given out: published, by command, printed."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from builders import IN_CI, reported, us
from click.testing import CliRunner
from report_market import OCTOBER, month, two_months
from report_reading import Text, report, said

import dashboard.answers.workspace
from dashboard.commands.main import main
from dashboard.reports import compose, html, pdf, published_reports, report_order, svg
from dashboard.reports.document import Document, Picture, Section, paragraph
from data_access.store import decisions, publications

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from builders import Desk

    from dashboard.answers.workspace import Workspace

# --- publishing ----------------------------------------------------------------------------


def later(workspace: Workspace, **more: list[str]) -> str:
    """What the report of October says on 22 November."""
    return said(report(workspace, "monthly", as_of=["2026-11-22"], **more))


def test_a_published_report_stays_as_it_was(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """The file to the byte; asked for again by its own words it is the same too."""
    desk.take(*two_months())
    workspace = open_workspace()
    order = report_order.read("monthly", OCTOBER, workspace)
    number = published_reports.publish(workspace, order, who="Ana", base="https://leads.example")
    before = publications.published_file(workspace.store, number)
    desk.take(reported("O-100", "buy_acme", "converted", "2026-11-19T10:00:00Z"))
    workspace.refresh()
    assert publications.published_file(workspace.store, number) == before
    assert "12 of 96" in (before or "")
    [row] = published_reports.listed(workspace)
    again: dict[str, list[str]] = {}
    for pair in row["api"].split("?")[1].split("&"):
        name, _, value = pair.partition("=")
        again.setdefault(name, []).append(value.replace("%3A", ":"))
    document = compose.make(
        workspace, report_order.read("monthly", again, workspace), base="https://leads.example"
    )
    assert html.whole(document) == before
    assert "13 of 97" in said(report(workspace, "monthly"))


def test_what_has_moved_since_is_said_against_the_publication(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Two late sales in September: 12 of 82 instead of 10 of 80."""
    desk.take(*two_months())
    workspace = open_workspace()
    september = {"month": ["2026-09"], "as_of": ["2026-10-05"]}
    published_reports.publish(
        workspace, report_order.read("monthly", september, workspace), who="Ana"
    )
    assert "September 2026 stands as we reported it on 5 Oct 2026." in later(workspace)
    desk.take(
        reported("S-090", "buy_birch", "converted", "2026-11-21T10:00:00Z"),
        reported("S-091", "buy_birch", "converted", "2026-11-21T10:00:00Z"),
    )
    workspace.refresh()
    assert (
        "September 2026 has moved since we reported on 5 Oct 2026: sales 12 instead of 10, "
        "conversion 14.6 % instead of 12.5 %, contact 45.1 % instead of 43.8 %, feedback rate "
        "82.0 % instead of 80.0 % and buyers have reported on 2 more deliveries since."
    ) in later(workspace)
    assert "since we reported" not in later(workspace, source=["src_oak"])
    assert "since we reported" not in said(report(workspace, "monthly", as_of=["2026-10-04"]))


def test_a_published_forecast_is_the_one_held_against_what_came(
    desk: Desk, open_workspace: Callable[[], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As published, not as it would be worked out today."""
    facts = [f for n in range(3, 11) for f in month(f"M{n}", f"2026-{n:02}", 240)]
    desk.take(*facts)
    workspace = open_workspace()
    september = {"month": ["2026-09"], "as_of": ["2026-10-05"]}
    order = report_order.read("monthly", september, workspace)
    make = compose.make

    def doctored(*given: Any, **more: Any) -> Document:
        document = make(*given, **more)
        document.figures["forecast"] |= {"value": 880.0, "low": 850.0, "high": 910.0}
        return document

    assert "For September we said" in later(workspace)
    assert "For September we said 880" not in later(workspace)
    monkeypatch.setattr(compose, "make", doctored)
    published_reports.publish(workspace, order, who="Ana")
    monkeypatch.undo()
    come = 24
    assert f"For September we said 880, 850 – 910; {come} have come, outside" in later(workspace)


def test_decisions_of_the_month_are_told_with_what_came_of_them(
    desk: Desk, open_workspace: Callable[[], Workspace]
) -> None:
    """Noted as done in October; one of November and one not done are not told.

    Oak's returns: 2 of the 47 delivered 31 Aug - 27 Sep, 3 of the 50 of 5 Oct - 1 Nov.
    """
    desk.take(*two_months())
    workspace = open_workspace()
    said_then = {
        "source_name": "Oak",
        "source_id": "src_oak",
        "measure": "return_rate",
        "figure": 0.098,
    }
    done = decisions.Decision(
        finding="a", state="done", who="Ana", note="Capped at 50 a week", figure=said_then
    )
    decisions.record(workspace.store, done, at_us=us("2026-10-02T10:00:00Z"))
    mine = decisions.Decision(finding="b", state="mine", who="Ben", note="Not yet")
    decisions.record(workspace.store, mine, at_us=us("2026-10-12T10:00:00Z"))
    november = decisions.Decision(finding="c", state="done", who="Ben", note="Too late")
    decisions.record(workspace.store, november, at_us=us("2026-11-02T10:00:00Z"))
    text = said(report(workspace, "monthly"))
    assert (
        "Oak: Capped at 50 a week (Ana, 2 Oct). Returns was 4.3 % of 47 in the four weeks before, "
        "6.0 % of 50 in 4 weeks since, at the same age: level, the difference may be chance."
    ) in text
    elm = said(report(workspace, "monthly", source=["src_elm"]))
    assert "Nothing was noted as done in October 2026." in elm
    assert "Not yet" not in text
    assert "Too late" not in text


# --- command -------------------------------------------------------------------------------


@pytest.fixture
def run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """`leadloop report …` over the desk's store."""
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(desk.folder))
    monkeypatch.delenv("LEADLOOP_DATABASE_URL", raising=False)
    dashboard.answers.workspace.close()
    yield lambda *words: CliRunner().invoke(main, ["report", *words])
    dashboard.answers.workspace.close()


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


# --- PDF -----------------------------------------------------------------------------------


@pytest.fixture
def printer() -> str:
    """A browser that prints; skips without one, fails without one in CI."""
    program = pdf.browser()
    if program is None:
        reason = "no Chromium or Chrome is on the path"
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    if shutil.which("pdftotext") is None:
        reason = "no pdftotext is on the path (Debian: poppler-utils)"
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
    desk: Desk, open_workspace: Callable[[], Workspace], tmp_path: Path
) -> None:
    """All steps of the waterfall and the axis of the trend, inside the margins."""
    desk.take(*[f for n in range(3, 11) for f in month(f"M{n}", f"2026-{n:02}", 240)])
    content = pdf.printed(html.whole(report(open_workspace(), "monthly")))
    pages = words_on_pages(content, tmp_path)
    assert len(pages) == 1
    found = [text for text, _, _ in pages[0]]
    for word in ("Gross", "Credits", "Net", "Margin", "Aug", "October", "2026"):
        assert word in found, word
    assert all(left >= 36 and right <= 559 for _, left, right in pages[0])


@pytest.mark.usefixtures("printer")
def test_a_drawing_is_never_cut_by_the_end_of_a_page(tmp_path: Path) -> None:
    """Pushed down line by line over the end of the first page, it stays in one piece."""
    bars = [svg.Bar("below", 0, 10, "above", "")]
    picture = Picture(lambda colours: svg.waterfall(bars, colours, "a"), "a")
    pages_of_it = []
    for lines in (24, 28, 32, 36, 40):
        filler = [Section("", (paragraph(f"Line {n}."),)) for n in range(lines)]
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
