"""Files of JSON events -> text facts, an event a row.

NDJSON is read line by line; an array, or one object over many lines, at once.
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from data_access.intake.file_limits import (
    MAX_JSON,
    MAX_ROWS,
    PIECE_SIZE,
    BadLine,
    Opened,
    Piece,
    PieceRows,
    UnreadableFile,
)
from data_access.intake.refusals import MAX_BYTES, MAX_CELL
from data_access.intake.wire import NotAnEvent, flatten, parse
from data_access.store.storable_text import storable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def open_events(path: Path, encoding: str, *, whole: bool) -> tuple[Opened, Iterator[Piece]]:
    """The events of a file; `whole` says that it begins as an array."""
    if not whole:
        with path.open(encoding=encoding) as stream:
            first = stream.readline(MAX_BYTES + 1)
        try:
            parse(first)
        except NotAnEvent as error:
            whole = error.code == "json_invalid" and path.stat().st_size <= MAX_JSON
            if whole and _is_ndjson(path, encoding):
                whole = False
    texts = _array(path, encoding) if whole else _lines(path, encoding)
    ahead = next(texts, None)
    if ahead is None:
        message = "no rows: the file holds no event"
        raise UnreadableFile(message)
    return Opened("events"), _pieces(ahead, texts)


def _is_ndjson(path: Path, encoding: str) -> bool:
    """Whether a file whose first line is broken still goes on line by line."""
    with path.open(encoding=encoding) as stream:
        lines = [line for line in islice(stream, 1, 50) if line.strip()]
    return bool(lines) and all(line.lstrip().startswith("{") for line in lines)


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str, object]]:
    """Line by line; of one that is too long only the beginning is held."""
    with path.open(encoding=encoding) as stream:
        number = 0
        while line := stream.readline(MAX_BYTES + 1):
            number += 1
            if not line.endswith("\n"):
                while (more := stream.readline(MAX_BYTES)) and not more.endswith("\n"):
                    continue
            if line.strip():
                yield number, line.strip() if len(line) <= MAX_BYTES else line, None


def _array(path: Path, encoding: str) -> Iterator[tuple[int, str, object]]:
    """The events of an array; one that cannot be read spoils none but itself."""
    if path.stat().st_size > MAX_JSON:
        message = f"a JSON document over {MAX_JSON:,} bytes; send it as NDJSON"
        raise UnreadableFile(message)
    text = path.read_text(encoding)
    try:
        found = parse(text)
    except NotAnEvent as error:
        texts = _elements(text)
        if texts is None:
            message = str(error)
            raise UnreadableFile(message) from None
        yield from ((number, element, None) for number, element in enumerate(texts, start=1))
        return
    events = found if isinstance(found, list) else [found]
    for number, event in enumerate(events, start=1):
        yield number, _as_text(event), event


_MARK: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[][{},]', re.DOTALL)


def _elements(text: str) -> list[str] | None:
    """The texts of an array's elements, cut by its brackets; None where these do not pair."""
    depth, start = 0, 0
    found: list[str] = []
    for mark in _MARK.finditer(text.lstrip("\ufeff")):
        sign = mark.group()
        if sign in {"[", "{"}:
            depth += 1
            start = mark.end() if depth == 1 else start
        elif sign in {"]", "}"}:
            depth -= 1
        if (sign == "," and depth == 1) or (sign == "]" and depth == 0):
            found.append(mark.string[start : mark.start()].strip())
            start = mark.end()
        if depth <= 0:
            break
    rest = text.lstrip("\ufeff")[start:]
    whole = depth == 0 and text.lstrip("\ufeff \t\r\n").startswith("[") and not rest.strip()
    return found if whole and found != [""] else None


def _as_text(event: object) -> str:
    try:
        return json.dumps(event, default=str, ensure_ascii=False)
    except RecursionError:
        return "(nested too deep)"


def _pieces(
    ahead: tuple[int, str, object], texts: Iterator[tuple[int, str, object]]
) -> Iterator[Piece]:
    end = 0
    facts: list[tuple[int, dict[str, str]]] = []
    bad: list[BadLine] = []
    size = 0
    following: tuple[int, str, object] | None = ahead
    while following is not None:
        number, text, event = following
        raw = storable(text[:MAX_BYTES])
        try:
            facts.append((number, {"raw": raw, **_read(text, event)}))
        except NotAnEvent as error:
            bad.append(BadLine(number, error.code, storable(error.allowed), raw, _path(error)))
        end, size = end + 1, size + 2 * len(raw)
        if end > MAX_ROWS:
            message = f"more than {MAX_ROWS:,} events; split the file"
            raise UnreadableFile(message)
        following = next(texts, None)
        if len(facts) + len(bad) >= PieceRows.most or size >= PIECE_SIZE or following is None:
            yield _piece(facts, bad, end)
            facts, bad, size = [], [], 0


def _path(error: NotAnEvent) -> str | None:
    """Where in the event it is, as far as that can be said."""
    return storable(error.field[:MAX_CELL]) if error.field else None


def _read(text: str, event: object) -> dict[str, str]:
    if len(text) > MAX_BYTES:
        code = "too_large"
        raise NotAnEvent(code)
    return flatten(parse(text) if event is None else event)


def _piece(facts: list[tuple[int, dict[str, str]]], bad: list[BadLine], end: int) -> Piece:
    names = dict.fromkeys(["raw", *(name for _, fact in facts for name in fact)])
    columns = {name: [fact.get(name) for _, fact in facts] for name in names}
    return Piece(end, [number for number, _ in facts], columns, bad)
