"""Mutated files, profiles and rules: each ends in an answer or a sentence.

    python tests/fuzz.py --cases 5000

A case is made of its seed alone, so that one that fails can be made again.
"""

from __future__ import annotations

import json
import random
import tempfile
import tomllib
import traceback
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import polars as pl
import xlsxwriter
from builders import postgres_url
from hostile_text import KEPT, UNSTORABLE

from data_access import rules_file
from data_access.intake import file_reader
from data_access.intake.file_reader import Limits, UnreadableFile
from data_access.intake.import_file import import_file
from data_access.intake.import_order import ImportOrder
from data_access.intake.mapping_profile import UnknownProfile, load
from data_access.store.store import Store
from metrics.definitions.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS: Final = ("json", "ndjson", "csv", "xlsx", "parquet", "profile", "rules")
NOW_US: Final = 1_795_000_000_000_000
TOKENS: Final = (
    *KEPT,
    *UNSTORABLE,
    "1e400",
    "1e99999999999999999999",
    "-0",
    "NaN",
    "9" * 400,
    "\u0661\u0662",
    "1_000",
    "45.000",
    "24:00",
    "0000-00-00",
    "9999-12-31T23:59:59Z",
    "1969-12-31",
    "2026-02-30",
    "(a+)+$",
    "[",
    "{",
    "]" * 50,
    "x" * 20_000,
    "",
)
HEADER: Final = ("lead_id", "outcome", "revenue", "contacted_date", "notes")
PROFILE: Final = """name = "p"
[columns]
lead_id = "lead_id"
outcome = "outcome"
value = "revenue"
reported_at = "contacted_date"
notes = ["notes", "other"]
[constants]
buyer_id = "B1"
[words.outcome]
sold = "converted"
[file]
delimiter = ","
decimal = "."
thousands = ""
zone = "Europe/Berlin"
datetime_formats = ["%d.%m.%Y %H:%M"]
date_formats = ["%Y-%m-%d"]
"""
RULES: Final = """[tiers]
excellent_above = 0.12
[floors.contact]
default = 0.2
[terms.return_days]
default = 14
[[patterns]]
reason = "nobody"
group = "contactability"
pattern = "nobody (there|home)"
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One mutated input: its kind, its bytes, and the seed that makes it again."""

    seed: int
    kind: str
    content: bytes


def case(seed: int, kinds: tuple[str, ...] = KINDS) -> Case:
    """The case of a seed."""
    chance = random.Random(seed)  # noqa: S311 - inputs, not secrets
    kind = kinds[seed % len(kinds)]
    content = _MAKERS[kind](chance)
    for _ in range(chance.choice((0, 0, 1, 1, 2, 5))):
        content = chance.choice(_BYTES)(content, chance)
    return Case(seed, kind, content)


# --- mutated inputs ---------------------------------------------------------------------


def _event(chance: random.Random) -> dict[str, Any]:
    lead, buyer = f"L{chance.randrange(4)}", f"B{chance.randrange(2)}"
    at = f"2026-05-{chance.randrange(1, 28):02d}T10:00:00Z"
    event: dict[str, Any] = {"timestamp": at, "lead_id": lead}
    if chance.random() < 0.4:
        event |= {"event_type": "recipient.delivered", "recipient": {"id": buyer, "name": "A"}}
        event["delivery"] = {"price": 45.5, "margin": "10%"}
    else:
        event |= {"event_type": "feedback.received", "source": {"entity_id": buyer}}
        outcome = chance.choice(("converted", "returned", "contacted", "odd"))
        event["feedback"] = {"outcome": outcome, "value": 10.25, "notes": "n", "timestamp": at}
        event["event_id"] = f"e{chance.randrange(6)}"
        link = chance.choice((None, "replaces", "retracts"))
        if link:
            event[link] = f"e{chance.randrange(6)}"
    return event


def _spoil(value: Any, chance: random.Random) -> Any:
    """Some leaf replaced, a level added, a key doubled by name."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(list(value))
        return {**value, key: _spoil(value[key], chance)}
    strange: tuple[Any, ...] = (None, True, [], {}, [[[[1]]]], {"a": {"b": {}}}, -1, 1.5, 10**30)
    return chance.choice((*strange, *TOKENS))


def _events(chance: random.Random) -> list[Any]:
    found = [_event(chance) for _ in range(chance.randrange(1, 12))]
    return [_spoil(e, chance) if chance.random() < 0.3 else e for e in found]


def _json(chance: random.Random) -> bytes:
    return _dumped(_events(chance), chance)


def _ndjson(chance: random.Random) -> bytes:
    return b"\n".join(_dumped(event, chance) for event in _events(chance))


def _dumped(value: Any, chance: random.Random) -> bytes:
    plain = chance.random() < 0.5
    return json.dumps(value, ensure_ascii=plain).encode(errors="surrogatepass")


def _table(chance: random.Random) -> list[list[str]]:
    rows = []
    for _ in range(chance.randrange(0, 12)):
        row = [
            f"L{chance.randrange(5)}",
            chance.choice(("converted", "contacted", "sold", "maybe")),
            chance.choice(("", "10.50", "7")),
            chance.choice(("2026-05-03", "03.05.2026 10:30")),
            "fine",
        ]
        if chance.random() < 0.4:
            row[chance.randrange(len(row))] = chance.choice(TOKENS)
        rows.append(row)
    return rows


def _csv(chance: random.Random) -> bytes:
    quoted = chance.random() < 0.7
    delimiter = chance.choice(",;\t|")

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if quoted else text

    lines = [delimiter.join(map(cell, row)) for row in [list(HEADER), *_table(chance)]]
    encoding = chance.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1", "utf-32"))
    errors = "surrogatepass" if encoding.startswith("utf") else "replace"
    return chance.choice(("\n", "\r\n", "\r")).join(lines).encode(encoding, errors)


def _clean(text: str) -> str:
    return text.encode(errors="replace").decode()[:30_000]


def _xlsx(chance: random.Random) -> bytes:
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workspace:
        sheet = workspace.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for line, row in enumerate(_table(chance), start=1 + chance.randrange(3)):
            for at, text in enumerate(row):
                if chance.random() < 0.1:
                    sheet.write_number(line, at, chance.choice((46_145.4375, 1e15, -0.1, 7)))
                else:
                    sheet.write_string(line, at, _clean(text))
        if chance.random() < 0.1:
            sheet.write_string(chance.randrange(1_048_576), chance.randrange(16_384), "far")
    return buffer.getvalue()


def _parquet(chance: random.Random) -> bytes:
    rows = [[_clean(text) for text in row] for row in _table(chance)]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(HEADER, pl.String()), orient="row")
    if chance.random() < 0.3:
        frame = frame.with_columns(revenue=pl.lit(chance.choice((1.5, 3, True, [1], b"x"))))
    buffer = BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _settings(text: str, chance: random.Random) -> bytes:
    lines = text.splitlines()
    at = chance.randrange(len(lines))
    name, sign, _ = lines[at].partition(" = ")
    token = json.dumps(chance.choice(TOKENS))
    strange = (token, f"[{token}]", "{}", "-1", "1e9", "true", "[[1]]", "2026-01-01")
    lines[at] = f"{name} = {chance.choice(strange)}" if sign else lines[at] + chance.choice("]x ")
    return "\n".join(lines).encode(errors="surrogatepass")


_MAKERS: Final[dict[str, Callable[[random.Random], bytes]]] = {
    "json": _json,
    "ndjson": _ndjson,
    "csv": _csv,
    "xlsx": _xlsx,
    "parquet": _parquet,
    "profile": lambda chance: _settings(PROFILE, chance),
    "rules": lambda chance: _settings(RULES, chance),
}


def _flip(content: bytes, chance: random.Random) -> bytes:
    if not content:
        return content
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :]


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _insert(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    token = chance.choice(TOKENS).encode(errors="surrogatepass")
    return content[:at] + token + content[at:]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    first = chance.randrange(len(content) + 1)
    last = chance.randrange(first, len(content) + 1)
    return content[:last] + content[first:last] * chance.randrange(1, 4) + content[last:]


_BYTES: Final = (_flip, _flip, _cut, _insert, _repeat)


# --- what comes of them -------------------------------------------------------------------


def tried(store: Store, folder: Path, one: Case) -> str:
    """What a case ended in: `answer` or `sentence`; anything else is raised."""
    if one.kind == "rules":
        return _as_rules(one.content)
    path = folder / "input"
    if one.kind == "profile":
        path.write_text(
            ",".join(HEADER) + "\nL1,sold,1.50,2026-05-03,x\nL2,odd,,03.05.2026 10:30,\n"
        )
        (folder / "p.toml").write_bytes(one.content)
        profile = str(folder / "p.toml")
    else:
        path.write_bytes(one.content)
        flat = one.seed % 3 == 0 and one.kind not in {"json", "ndjson"}
        (folder / "p.toml").write_text(PROFILE)
        profile = str(folder / "p.toml") if flat else ""
    order = ImportOrder(
        path=path,
        profile=profile or None,
        buyer="B1",
        validate_only=one.seed % 5 == 0,
        errors_dir=folder / "refused",
        now_us=lambda: NOW_US,
    )
    try:
        if profile:
            load(profile)
        done = import_file(store, order)
    except (UnreadableFile, UnknownProfile) as error:
        assert str(error).strip(), "an empty sentence"  # noqa: PT017 - either end is right
        return "sentence"
    assert done.rows == sum(done.counts.values()) > 0
    return "answer"


def _as_rules(content: bytes) -> str:
    try:
        tables = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return "sentence"  # the settings say it (see tests/data_access/test_settings.py)
    try:
        given = rules_file.read(tables, "rules.toml", Rules())
    except rules_file.BadRules as error:
        assert "rules.toml" in str(error)  # noqa: PT017 - either end is right
        return "sentence"
    assert given.patterns.of("a" * 40 + "!")
    return "answer"


def run(store: Store, cases: range, *, stop: bool = True) -> Counter[str]:
    """Try cases one after another; the first that breaks is named, with what broke."""
    ended: Counter[str] = Counter()
    file_reader.LIMITS = Limits(memory=700 * 1_048_576, seconds=60)
    with tempfile.TemporaryDirectory(prefix="leadloop-fuzz-") as place:
        for seed in cases:
            one = case(seed)
            try:
                ended[f"{one.kind}: {tried(store, Path(place), one)}"] += 1
            except Exception as error:
                message = f"case {seed} ({one.kind}, {one.content[:200]!r}…): {error!r}"
                if stop:
                    raise AssertionError(message) from error
                click.echo(message, err=True)
                click.echo(traceback.format_exc(), err=True)
                ended["broken"] += 1
    return ended


@click.command()
@click.option("--cases", type=click.IntRange(1), default=5_000, help="On each database.")
@click.option("--first", type=click.IntRange(0), default=1_000_000, help="The first seed.")
def main(cases: int, first: int) -> None:
    """Try cases on both databases, and print what they ended in."""
    with tempfile.TemporaryDirectory() as folder, postgres_url() as url:
        for where in (f"sqlite:///{folder}/fuzz.sqlite3", url):
            store = Store(where)
            ended = run(store, range(first, first + cases), stop=False)
            store.close()
            click.echo(json.dumps({"store": where.split(":")[0], **dict(sorted(ended.items()))}))


if __name__ == "__main__":
    main()
