"""Files as people send them: read correctly or refused by name, never "0 rows imported"."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING

import polars as pl
import pytest
from flat_files import BULK, GOOD, PROFILE

from data_access.intake import delimited_records
from data_access.intake.file_reader import UnreadableFile
from data_access.intake.mapping_profile import UnknownProfile

if TYPE_CHECKING:
    from pathlib import Path

    from builders import Desk


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain", GOOD.encode()),
        ("a byte-order mark", b"\xef\xbb\xbf" + GOOD.encode()),
        ("UTF-16", GOOD.encode("utf-16")),
        ("CRLF", GOOD.replace("\n", "\r\n").encode()),
        ("CR only", GOOD.replace("\n", "\r").encode()),
        ("semicolons", GOOD.replace(",", ";").encode()),
        ("tabs", GOOD.replace(",", "\t").encode()),
        ("sep= first", b"sep=;\n" + GOOD.replace(",", ";").encode()),
        ("blank lines", GOOD.replace("\n", "\n\n").encode()),
        ("no last newline", GOOD.rstrip("\n").encode()),
    ],
)
def test_ways_to_write_the_same_file_are_read_the_same(
    desk: Desk, name: str, content: bytes
) -> None:
    """Two rows, whatever the dialect."""
    done = desk.load(desk.write("f.csv", content), buyer="B1")
    assert (done.rows, done.counts["parked"], name) == (2, 2, name)
    assert [e["value_cents"] for e in desk.facts()["feedback"] if e["value_cents"]] == [1050]


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x.csv", GOOD)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no rows"),
        (BULK.encode(), "no rows"),
        (b"\n\n", "no rows"),
        (BULK.encode() + b"\n\n \n", "no rows"),
        (gzip.compress(GOOD.encode()), "gzip"),
        (_zip(), "zip"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x7fELF....", "program"),
        (GOOD.encode("utf-16")[2:], "NUL bytes"),
        (GOOD.replace("fine", "gr\u00fc\u00dfe").encode("latin-1"), "Latin-1"),
        (b"a,a\n1,2\n", "twice"),
        ((",".join(f"c{n}" for n in range(1_000_000)) + "\n1\n").encode(), "columns"),
        (b"[]", "no event"),
        (b'[{"a": 1}', "json_invalid"),
        (b"x,y\n1,2\n", "--profile"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(desk: Desk, content: bytes, says: str) -> None:
    """One sentence that says what the file is; nothing is stored."""
    with pytest.raises((UnreadableFile, UnknownProfile), match=says):
        desk.load(desk.write("f.csv", content), buyer="B1")
    assert desk.store.data_version() == 0


def test_latin_1_is_read_where_the_profile_says_so(desk: Desk) -> None:
    """The encoding is a fact of the file, never a guess."""
    profile = desk.write("p.toml", PROFILE + '[file]\nencoding = "latin-1"\n')
    content = "lead,result,when,note\nL1,contacted,2026-01-02,grüße\n".encode("latin-1")
    desk.load(desk.write("f.csv", content), str(profile))
    assert desk.facts()["feedback"][0]["notes"] == "grüße"


def test_broken_rows_are_quarantined_with_their_line(desk: Desk) -> None:
    """Ragged rows and an unclosed quote spoil their own line only."""
    content = (
        BULK
        + "L1,converted,1,2026-01-02,ok\n"
        + 'L2,converted,1,2026-01-02,"two\nlines"\n'
        + "L3,converted\n"
        + 'L4,converted,1,2026-01-02,"never closed\n'
        + 'L5,converted,1,2026-01-02,5" pipe\n'
        + "L6,converted,1,2026-01-02,ok,more\n"
        + "L7,converted,1,2026-01-02,ok\n"
    )
    done = desk.load(desk.write("f.csv", content), buyer="B1")
    assert desk.refused() == [
        (5, "ragged_row", None),
        (6, "broken_quotes", None),
        (8, "ragged_row", None),
    ]
    assert (done.counts["parked"], done.counts["rejected"]) == (4, 3)
    notes = {e["lead_id"]: e["notes"] for e in desk.facts()["feedback"]}
    assert notes == {"L1": "ok", "L2": "two\nlines", "L5": '5" pipe', "L7": "ok"}


def test_a_cell_beyond_16_kb_spoils_its_own_row(desk: Desk) -> None:
    """The next row is read."""
    content = BULK + f"L1,converted,1,2026-01-02,{'x' * 20_000}\nL2,converted,1,2026-01-02,ok\n"
    desk.load(desk.write("f.csv", content), buyer="B1")
    assert desk.refused() == [(2, "cell_too_long", None)]
    assert [e["lead_id"] for e in desk.facts()["feedback"]] == ["L2"]


def test_text_that_looks_like_numbers_is_kept_as_it_is(desk: Desk) -> None:
    """`007`, `1E5`, `NULL` and `3/4` are text in a text column."""
    words = ["007", "1E5", "NULL", "3/4"]
    lines = "".join(f"L{n},converted,1,2026-01-02,{w}\n" for n, w in enumerate(words))
    desk.load(desk.write("f.csv", BULK + lines), buyer="B1")
    assert [
        e["notes"] for e in sorted(desk.facts()["feedback"], key=lambda e: e["lead_id"])
    ] == words


def test_a_resorted_file_doubles_nothing_and_an_edited_row_is_new(desk: Desk) -> None:
    """Identity is the content, never the place in the file."""
    lines = [f"L{n},converted,{n},2026-01-02,\n" for n in range(5)]
    desk.load(desk.write("a.csv", BULK + "".join(lines)), buyer="B1")
    again = desk.load(desk.write("b.csv", BULK + "".join(reversed(lines))), buyer="B1")
    assert again.counts["duplicate"] == 5
    lines[2] = "L2,converted,99,2026-01-02,\n"
    edited = desk.load(desk.write("c.csv", BULK + "".join(lines)), buyer="B1")
    assert (edited.counts["duplicate"], edited.counts["parked"]) == (4, 1)


def test_xlsx_and_parquet_are_the_same_rows(desk: Desk) -> None:
    """A workbook and a Parquet file of the CSV's rows are duplicates of it."""
    desk.load(desk.write("f.csv", GOOD), buyer="B1")
    frame = pl.read_csv(GOOD.encode(), infer_schema=False)
    frame.write_parquet(desk.folder / "f.parquet")
    frame.write_excel(desk.folder / "f.xlsx")
    (desk.folder / "f.xlsx").rename(desk.folder / "g.csv")  # a real workbook under a wrong name
    for name in ("f.parquet", "g.csv"):
        assert desk.load(desk.folder / name, buyer="B1").counts["duplicate"] == 2


def test_typed_parquet_columns_are_written_as_a_sender_would(desk: Desk) -> None:
    """Zoned instants become RFC 3339; naive ones stay naive and are refused."""
    frame = pl.DataFrame(
        {
            "lead": ["L1", "L2"],
            "result": ["contacted", "contacted"],
            "when": pl.Series(["2026-01-02T10:00:00+01:00"] * 2).str.to_datetime(time_zone="UTC"),
            "note": [None, "x"],
        }
    )
    profile = str(desk.write("p.toml", PROFILE))
    frame.write_parquet(desk.folder / "zoned.parquet")
    assert desk.load(desk.folder / "zoned.parquet", profile).counts["parked"] == 2
    naive = frame.with_columns(pl.col("when").dt.replace_time_zone(None))
    naive.write_parquet(desk.folder / "naive.parquet")
    assert desk.load(desk.folder / "naive.parquet", profile).counts["rejected"] == 2
    assert {code for _, code, _ in desk.refused()} == {"time_naive"}


def test_bad_json_spoils_its_own_line(desk: Desk) -> None:
    """Duplicate keys, NaN, huge numbers, depth, surrogates, shapes: refused by name."""
    good = {
        "event_type": "feedback.received",
        "timestamp": "2026-01-02T10:00:00Z",
        "lead_id": "L1",
        "source": {"entity_id": "B1"},
        "feedback": {"outcome": "converted", "value": 10.5},
        "unknown": {"extra": [1, 2, {"x": None}]},
    }
    text = json.dumps(good)
    lines = [
        text,
        text.replace('"lead_id"', '"lead_id": "L0", "lead_id"', 1),
        text.replace("10.5", "NaN"),
        text.replace("10.5", "1e400"),
        '{"a":' * 100_000,
        text.replace("L1", "\\ud800"),
        text.replace('{"entity_id": "B1"}', '"B1"'),
        text.replace('"converted"', '["converted"]'),
        "null",
        "[]",
        '"text"',
        "{}",
        text[:-10],
        json.dumps({**good, "event_type": "feedback.recieved"}),
    ]
    done = desk.load(desk.write("f.ndjson", "\n".join(lines)))
    assert done.rows == len(lines)
    assert (done.counts["parked"], done.counts["rejected"]) == (1, len(lines) - 1)
    assert [code for _, code, _ in desk.refused()] == [
        "json_duplicate_key",
        "json_not_finite",
        "money_format",
        "json_too_deep",
        "bad_text",
        "not_an_object",
        "not_a_value",
        "not_an_object",
        "not_an_object",
        "not_an_object",
        "unknown_event",
        "json_invalid",
        "unknown_event",
    ]


def test_the_error_file_can_be_imported_after_correction(desk: Desk) -> None:
    """Flat and JSON: the corrected rows become facts, formulas come back as they were."""
    bad = BULK + "L1,maybe,1,2026-01-02,=1+1\nL2,converted,1,2026-01-02,'quoted\n"
    done = desk.load(desk.write("f.csv", bad), buyer="B1")
    assert done.error_file is not None
    text = done.error_file.read_text("utf-8-sig")
    assert "'=1+1" in text
    assert "2,unknown_word,outcome,maybe," in text
    fixed = desk.write("fixed.csv", text.replace("maybe", "contacted", 1))
    assert desk.load(fixed, buyer="B1").counts["parked"] == 1
    assert {e["notes"] for e in desk.facts()["feedback"]} == {"=1+1", "'quoted"}
    event = (
        '{"event_type":"feedback.received","timestamp":"2026-01-02T10:00:00Z",'
        '"lead_id":"L9","feedback":{"outcome":"maybe"}}'
    )
    done = desk.load(desk.write("e.ndjson", event), buyer="B1")
    assert done.error_file is not None
    corrected = done.error_file.read_text().replace('"maybe"', '"returned"', 1)
    assert desk.load(desk.write("e2.ndjson", corrected), buyer="B1").counts["parked"] == 1


def test_a_dry_run_gives_the_counts_and_keeps_nothing(any_desk: Desk) -> None:
    """`validate_only` answers like the real import that follows."""
    path = any_desk.write("f.csv", GOOD + "L3,maybe,,2026-01-02,\n" + GOOD.splitlines()[1] + "\n")
    dry = any_desk.load(path, buyer="B1", validate_only=True)
    assert any_desk.store.data_version() == 0
    assert any_desk.refused() == []
    assert (
        dry.counts
        == any_desk.load(path, buyer="B1").counts
        == {
            "created": 0,
            "duplicate": 1,
            "conflict": 0,
            "parked": 2,
            "rejected": 1,
        }
    )


def test_records_never_lose_or_join_lines() -> None:
    """Every physical line is in exactly one record or blank."""
    text = 'a,b\n"x\ny",2\n"open,3\n4,5"\n\n6,7\n'
    found = list(
        delimited_records.read(io.StringIO(text, newline=""), delimiter=",", width=2, first_line=1)
    )
    assert [(r.line, r.cells or r.code) for r in found] == [
        (1, ["a", "b"]),
        (2, ["x\ny", "2"]),
        (4, ["open,3\n4,5"]),
        (7, ["6", "7"]),
    ]
    assert found[2].code == "ragged_row"


def test_local_times_are_cut_at_the_change_of_clocks(desk: Desk, tmp_path: Path) -> None:
    """Twice on one night: refused. Never on another: refused. Otherwise exact."""
    profile = desk.write("p.toml", PROFILE + '[file]\nzone = "Europe/Berlin"\n')
    content = (
        "lead,result,when,note\n"
        "L1,contacted,2025-10-26 02:30:00,\n"
        "L2,contacted,2026-03-29 02:30:00,\n"
        "L3,contacted,2026-07-01 12:00,\n"
        "L4,contacted,2026-07-01T12:00:00+00:00,\n"
    )
    desk.load(desk.write("f.csv", content), str(profile))
    assert desk.refused() == [
        (2, "time_ambiguous", "reported_at"),
        (3, "time_impossible", "reported_at"),
    ]
    at = [e["reported_us"] for e in sorted(desk.facts()["feedback"], key=lambda e: e["lead_id"])]
    assert at[1] - at[0] == 2 * 3_600_000_000
    assert tmp_path.exists()


def test_one_bad_event_of_an_array_spoils_none_but_itself(desk: Desk) -> None:
    """As in NDJSON: the good ones are taken, each bad one is refused by its own code."""

    def event(lead: str, more: str = "") -> str:
        return (
            '{"event_type": "recipient.delivered", "timestamp": "2026-01-01T10:00:00Z", '
            f'"lead_id": "{lead}", "recipient": {{"id": "B1", "name": "a ]}}, [{{ \\" b"}}{more}}}'
        )

    elements = [
        event("L1"),
        event("L2", ', "x": NaN'),
        event("L3", ', "lead_id": "L4"'),
        event("L5", ', "delivery": {"price": 1e99999999999999999999}'),
        event("L6", f', "x": {"[" * 5_000}{"]" * 5_000}'),
        event("L7", ', "x": nonsense'),
        event("L8"),
    ]
    done = desk.load(desk.write("f.json", f"\ufeff [{' , '.join(elements)}]\n"))
    assert (done.counts["created"], done.counts["rejected"]) == (2, 5)
    assert {fact["lead_id"] for fact in desk.facts()["attempts"]} == {"L1", "L8"}
    assert desk.refused() == [
        (2, "json_not_finite", None),
        (3, "json_duplicate_key", None),
        (4, "json_not_finite", None),
        (5, "json_too_deep", None),
        (6, "json_invalid", None),
    ]
    assert done.error_file is not None
    again = desk.load(done.error_file)
    assert again.counts["rejected"] == 5
    for broken in ("[{}", "[{]}", '["a", "b" "', "[1, 2] 3", "[]"):
        with pytest.raises(UnreadableFile):
            desk.load(desk.write("g.json", broken))
