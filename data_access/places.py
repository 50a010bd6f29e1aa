"""Where a store, a folder, a file or a host is, as a setting says it: judged and made absolute.

Each function is given the name of the setting for its message, and raises ValueError with
one sentence. What is in a URL beside the kind of store is never repeated: a password may be.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from psycopg import ProgrammingError, conninfo

if TYPE_CHECKING:
    from collections.abc import Iterator

STORES: Final = ("sqlite", "postgresql")
ALLOWED: Final = "allowed are sqlite:///FILE and postgresql://USER@HOST/NAME"
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9.-]*)(\+[A-Za-z0-9_]+)?:(//)?")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LONGEST_NAME: Final = 253
_HIGHEST_PORT: Final = 65_535


def absolute(path: Path, setting: str) -> Path:
    """A path seen from the root, `~` being the home of who runs the program."""
    try:
        return path.expanduser().resolve()
    except (OSError, RuntimeError):
        message = f"{setting}={str(path)[:200]!r} leads nowhere; write the path from the root"
        raise ValueError(message) from None


def folder(path: Path, setting: str) -> Path:
    """A folder that is there or can be made."""
    found = absolute(path, setting)
    _judge_writable(found, setting)
    return found


def _judge_writable(path: Path, setting: str) -> None:
    for place in (path, *path.parents):
        if place.is_dir():
            if os.access(place, os.W_OK | os.X_OK):
                return
            message = f"{setting}: nothing may be written in {place}; allow it, or name another"
            raise ValueError(message)
        if place.exists():
            message = f"{setting}: {place} is a file, not a folder"
            raise ValueError(message)


def store_url(text: str, setting: str) -> str:
    """The URL of a store, its file seen from the root."""
    scheme = _SCHEME.match(text)
    if scheme is None:
        message = f"{setting} is no URL; {ALLOWED}{_nearest(text)}"
        raise ValueError(message)
    kind = scheme[1].lower()
    if kind not in STORES:
        near = difflib.get_close_matches(kind, STORES, n=1)
        hint = f"; nearest: {near[0]}://" if near else ""
        message = f"{setting} begins with {scheme[1][:40]!r}, which is no store; {ALLOWED}{hint}"
        raise ValueError(message)
    return _sqlite(text, setting) if kind == "sqlite" else _postgresql(text, setting)


def _nearest(text: str) -> str:
    """A path alone is meant to be a file of SQLite."""
    plain = re.fullmatch(r"[\w./~-]+", text)
    return f"; nearest: sqlite:///{text}" if plain else ""


def _parsed(text: str, setting: str) -> sa.URL:
    try:
        return sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        message = f"{setting} is no URL that can be read; {ALLOWED}"
        raise ValueError(message) from None


def _sqlite(text: str, setting: str) -> str:
    url = _parsed(text, setting)
    if url.host or url.username or url.password or url.port:
        message = f"{setting} names a server, and SQLite has none; write sqlite:/// and the file"
        raise ValueError(message)
    if url.query or "?" in text:
        message = f"{setting} has more than a file behind sqlite:///; write the file alone"
        raise ValueError(message)
    name = url.database or ""
    if not name.strip() or name.startswith((":memory:", "file:")):
        message = f"{setting} names no file, and a store must outlast the program; {ALLOWED}"
        raise ValueError(message)
    path = absolute(Path(name), setting)
    if path.is_dir() or name.endswith("/"):
        message = (
            f"{setting}: {path} is a folder; name the file in it, like {path}/leadloop.sqlite3"
        )
        raise ValueError(message)
    if path.exists() and not path.is_file():
        message = f"{setting}: {path} is no file that can hold a store"
        raise ValueError(message)
    if "?" in str(path):
        message = f"{setting}: {path} has a '?' in it; name its folder by LEADLOOP_DATA_DIR instead"
        raise ValueError(message)
    _judge_writable(path.parent, setting)
    return f"sqlite:///{path}"


def _postgresql(text: str, setting: str) -> str:
    url = _parsed(text, setting)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        conninfo.conninfo_to_dict(plain)
    except ProgrammingError:
        message = f"{setting} has parts that PostgreSQL does not know; {ALLOWED}"
        raise ValueError(message) from None
    if url.port is not None and not 0 < url.port <= _HIGHEST_PORT:
        message = f"{setting} has the port {url.port}; allowed are 1 to {_HIGHEST_PORT}"
        raise ValueError(message)
    return text


def hosts(text: str, setting: str) -> tuple[str, ...]:
    """Names and addresses, separated by commas, in lower case; IPv6 in brackets."""
    return tuple(dict.fromkeys(_hosts(text, setting)))


def _hosts(text: str, setting: str) -> Iterator[str]:
    for part in text.split(","):
        name = part.strip().lower()
        host = _host(name)
        if host is None:
            near = _host(re.sub(r"^[a-z]+://|[:/].*$|^\*\.|\.$", "", name)) if name else None
            hint = f"; nearest: {near}" if near else ""
            message = (
                f"{setting}={part.strip()[:60]!r} is no host; allowed are names and addresses "
                f"without a port, separated by commas, like leads.example{hint}"
            )
            raise ValueError(message)
        yield host


def _host(name: str) -> str | None:
    try:
        address = ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        labels = name.split(".")
        numbers = labels[-1].isdigit()  # an address that is none, like 300.1.1.1
        fits = not numbers and len(name) <= _LONGEST_NAME and all(map(_LABEL.fullmatch, labels))
        return name if fits else None
    return f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - of IP


def web_address(text: str, setting: str) -> str:
    """Where the pages are found, as links begin with: scheme, host, perhaps a path."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    odd = re.search(r"[\s\x00-\x1f\"<>\\^`{|}?#@]", text)
    if not usable or odd:
        message = (
            f"{setting}={text[:60]!r} is not where pages are; write it like "
            "https://leads.example.com, without a question mark"
        )
        raise ValueError(message)
    return text.rstrip("/")
