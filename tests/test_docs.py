"""Docs that cannot go stale: what the code has, the pages name, and the other way round."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dashboard.api import http_front, request_bodies, work_queue
from dashboard.commands.main import main
from dashboard.editions import current_edition
from dashboard.query import filters, table_parameters
from dashboard.tables import registry, row_limit
from dashboard.tables.table import DIMENSIONS
from data_access.intake import delimited_text, file_limits, file_reader, refusals
from data_access.intake.mapping_profile import shipped
from data_access.settings import Settings
from data_access.snapshot import doctor
from metrics.definitions.catalogue import NUMBERS, number
from metrics.definitions.reasons import LONGEST_PATTERN, MOST_REPEATS

if TYPE_CHECKING:
    from builders import Desk

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
MAKE = runpy.run_path(str(DOCS / "make_docs.py"))


@pytest.mark.parametrize("page", ["metrics.md", "importing.md", "tables.md", "../CONTRIBUTING.md"])
def test_made_pages_are_fresh(page: str) -> None:
    """`make docs` would change nothing."""
    assert (DOCS / page).read_text("utf-8") == MAKE["made"]()[page]


def test_every_code_of_a_refusal_is_documented() -> None:
    """Each code that intake gives stands in the list of codes or of advice."""
    pattern = re.compile(r'(?:code(?: = |=)|NotAnEvent\(|return |pl\.lit\()"([a-z]+(?:_[a-z]+)+)"')
    named: set[str] = set()
    for module in (ROOT / "data_access" / "intake").glob("*.py"):
        named |= set(pattern.findall(module.read_text("utf-8")))
    fields = set(MAKE["FIELDS"]) | {"event_id", "replaces", "retracts"}
    lists = MAKE["codes"]() + MAKE["advice"]()
    listed = set(re.findall(r"^\| `([a-z_0-9]+)` \|", lists, flags=re.MULTILINE))
    assert {code for code in named if code not in fields} - listed == set()
    assert (refusals.MAX_CELL, refusals.MAX_LINES) == (16_384, 200)


def test_every_command_and_option_is_in_the_readme_or_docs() -> None:
    """Commands by name; the options of import too."""
    text = "\n".join(path.read_text("utf-8") for path in [ROOT / "README.md", *DOCS.glob("*.md")])
    for name, command in main.commands.items():
        assert f"leadloop {name}" in text or f"`{name}`" in text, name
        if name == "import":
            for option in command.params:
                assert any(o in text for o in option.opts), option.opts


def test_every_setting_is_documented() -> None:
    """A variable for each field of Settings."""
    text = (DOCS / "settings.md").read_text("utf-8")
    for name in Settings.model_fields:
        assert f"`LEADLOOP_{name.upper()}`" in text


def test_every_parameter_and_shipped_profile_is_documented() -> None:
    """Filters, options, presets, dimensions and profiles."""
    text = (DOCS / "tables.md").read_text("utf-8")
    for name in (
        *filters.PARAMETERS,
        *table_parameters.OPTIONS,
        *filters.PRESETS,
        *DIMENSIONS,
    ):
        assert re.search(rf"\b{name}\b", text), name
    importing = (DOCS / "importing.md").read_text("utf-8")
    assert all(f"`{name}`" in importing for name in shipped())


def test_every_limit_is_documented() -> None:
    """With the number that is in force."""
    text = (DOCS / "tables.md").read_text("utf-8")
    for most in (row_limit.SPANS_MOST, row_limit.WEEKS_MOST, row_limit.GROUPS_MOST):
        assert f"| {most:,} |" in text
    assert (work_queue.ANSWERS_AT_ONCE, work_queue.ANSWERS_WAITING, work_queue.WAIT_S) == (
        4,
        32,
        20,
    )
    assert "four answers are made at once, 32 wait, none longer than 20 s" in text
    text = (DOCS / "settings.md").read_text("utf-8")
    for words in (
        f"more than {request_bodies.BODY_MOST // 1_024} KiB",
        f"KiB ({request_bodies.UPLOAD_MOST // 1_048_576} MiB",
        f"takes over {request_bodies.BODY_WITHIN_S:.0f} s",
        f"of over {http_front.HEAD_MOST // 1_024} KiB",
        f"after {http_front.HEAD_WITHIN_S:.0f} s get 408",
        f"taken for {http_front.TAKEN_WITHIN_S:.0f} s",
        f"beyond {http_front.CONNECTIONS_MOST} connections",
    ):
        assert words in text.replace("\n", " "), words
    assert LONGEST_PATTERN == 500
    assert MOST_REPEATS == 1_000
    assert "at most 500 characters and 1,000" in text


def test_every_limit_of_a_file_is_documented() -> None:
    """With the number that is in force."""
    text = (DOCS / "importing.md").read_text("utf-8").replace("\n", " ")
    limits = {
        "columns": file_limits.MAX_COLUMNS,
        "rows": file_limits.MAX_ROWS,
        "characters of a cell": refusals.MAX_CELL,
        "lines of a row, by line breaks inside quotes": refusals.MAX_LINES,
        "characters of a line": delimited_text.LONGEST_LINE,
        "cells of a workbook's first sheet, from A1 to its last row and column": (
            file_limits.MAX_SHEET_CELLS
        ),
        "bytes that a workbook or a Parquet file unfolds to": file_limits.MAX_UNPACKED,
        "seconds from one part of a file to the next": int(file_reader.LIMITS.seconds),
    }
    for name, most in limits.items():
        assert f"| {name} | {most:,}" in text, name
    assert (
        f"| memory of the reading process | {file_reader.LIMITS.memory // 1_048_576:,} MB |" in text
    )
    assert f"| {refusals.MAX_BYTES:,}; {file_limits.MAX_JSON:,} |" in text
    assert current_edition.RETRY_US == 10 * 1_000_000
    assert "every ten seconds" in (DOCS / "operations.md").read_text("utf-8")


def test_every_check_of_the_doctor_is_documented(desk: Desk) -> None:
    """By its name, as it is printed."""
    text = (DOCS / "operations.md").read_text("utf-8")
    names = [*(check.name for check in doctor.examine(desk.store)), "snapshot"]
    assert all(f"`{name}`" in text for name in names), names


def test_every_decision_is_listed_and_numbers_run_without_gaps() -> None:
    """One page each, in order."""
    folder = DOCS / "decisions"
    pages = sorted(page.name for page in folder.glob("*.md") if page.name != "README.md")
    text = (folder / "README.md").read_text("utf-8")
    listed = re.findall(r"^(\d+)\. \[.+\]\((.+)\)$", text, flags=re.MULTILINE)
    assert [name for _, name in listed] == pages
    assert [int(number) for number, _ in listed] == list(range(1, len(pages) + 1))
    assert [int(name[:4]) for name in pages] == list(range(1, len(pages) + 1))


def test_every_folder_of_the_rooms_says_in_one_line_what_is_inside() -> None:
    """In the docstring of its `__init__`."""
    for room in ("data_access", "metrics", "dashboard"):
        for folder in {file.parent for file in (ROOT / room).rglob("*.py")}:
            text = (folder / "__init__.py").read_text("utf-8")
            assert re.match(r'"""[^\n]{10,}\."""', text), folder


def test_links_in_docs_lead_somewhere() -> None:
    """Every relative link of the README and the docs is a file."""
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), (page.name, target)


def test_the_example_profile_of_the_docs_is_one() -> None:
    """The TOML in importing.md is read as a profile."""
    text = (DOCS / "importing.md").read_text("utf-8")
    [example] = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    assert tomllib.loads(example)["words"]["outcome"]["WN"] == "returned"


def test_every_column_of_every_table_has_a_name_a_type_and_numbers_are_in_the_catalogue() -> None:
    """Rates of the tables are catalogue numbers, or the table itself defines them."""
    keys = {entry.key for entry in NUMBERS}
    for table in registry.TABLES.values():
        for column in table.columns:
            assert column.type
            stem = column.name.removeprefix("previous_")
            if column.name.endswith("_rate"):
                assert stem in keys or column.definition, (table.name, column.name)


def test_an_unknown_number_names_the_nearest() -> None:
    """The catalogue helps with misspelt keys."""
    with pytest.raises(KeyError, match="nearest: conversion_rate"):
        number("conversion_rat")


def test_rates_name_a_numerator_and_a_denominator_of_the_catalogue() -> None:
    """Every rate can be recounted."""
    for entry in NUMBERS:
        if entry.unit == "rate":
            assert entry.counts
            assert entry.of
            assert number(entry.counts).unit == "count"
            assert entry.of == "base" or number(entry.of).unit == "count"
