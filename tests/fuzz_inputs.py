"""Inputs of every kind, mutated; a case is made of its seed alone."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import xlsxwriter
from hostile_text import KEPT, UNSTORABLE

if TYPE_CHECKING:
    from collections.abc import Callable


KINDS: Final = ("json", "ndjson", "csv", "xlsx", "parquet", "profile", "rules")


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
