"""Mapping profiles: small TOML files that say which column of a file is which fact."""

from __future__ import annotations

import difflib
import tomllib
from datetime import datetime
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import polars as pl
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from data_access.columns import ATTEMPT_FIELDS, FEEDBACK_FIELDS, Field, Kind
from data_access.explained import ExplainedError
from data_access.store.storable_text import storable
from data_access.time_zones import ZONES, usable_zone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIELDS: Final[dict[str, Field]] = {f.name: f for f in (*ATTEMPT_FIELDS, *FEEDBACK_FIELDS)}
_PRECISIONS: Final = tuple(
    f"{f.name.removesuffix('_at')}_precision" for f in FIELDS.values() if f.kind is Kind.TIME
)
TARGETS: Final = (
    *FIELDS,
    "event_id",
    "feedback_type",
    "delivered_at",
    "status",
    "converted_flag",
    *_PRECISIONS,
)
"""What a column of a file can be: a field, or one of a few shorthands."""


class UnknownProfile(ExplainedError, ValueError):  # noqa: N818 - reads as the sentence it prints
    """A profile that does not exist or is not well formed; the message names the place."""

    def __init__(self, message: str) -> None:
        super().__init__(storable(message))


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Columns = dict[str, Annotated[tuple[str, ...], BeforeValidator(_several)]]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _known_targets(names: Sequence[str]) -> None:
    for name in names:
        if name not in TARGETS:
            near = difflib.get_close_matches(name, TARGETS, n=1)
            hint = f"; nearest: {near[0]}" if near else ""
            message = f"{name!r} is no fact{hint}"
            raise ValueError(message)


class FileRules(_Part):
    """How the file is written."""

    delimiter: str | None = None
    encoding: Literal["utf-8", "utf-16", "latin-1", "cp1252"] | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    datetime_formats: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()
    date_formats: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()
    zone: str | None = None
    money: Literal["units", "cents"] = "units"
    unquote: bool = False

    @field_validator("delimiter")
    @classmethod
    def _is_delimiter(cls, sign: str | None) -> str | None:
        if sign is not None and (len(sign) != 1 or sign in '"\r\n' or sign.isalnum()):
            message = f"{sign!r} cannot part columns; use one sign, such as , ; | or a tab"
            raise ValueError(message)
        return sign

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, name: str | None) -> str | None:
        if name is not None and not usable_zone(name):
            near = difflib.get_close_matches(name, ZONES, n=1)
            hint = f"; nearest: {near[0]}" if near else ""
            message = f"{name!r} is no time zone; use a name like Europe/Berlin{hint}"
            raise ValueError(message)
        return name

    @field_validator("datetime_formats", "date_formats")
    @classmethod
    def _are_formats(cls, formats: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        timed = info.field_name == "datetime_formats"
        for text in formats:
            if not _reads_back(text, timed=timed):
                example = "%d.%m.%Y %H:%M" if timed else "%d.%m.%Y"
                what = "a day and a time" if timed else "a day"
                message = f"{text!r} does not read {what}; write it like {example}"
                raise ValueError(message)
        return formats

    @model_validator(mode="after")
    def _are_two_signs(self) -> FileRules:
        if self.decimal == self.thousands:
            message = f"decimal and thousands are both {self.decimal!r}; they must differ"
            raise ValueError(message)
        return self


def _reads_back(text: str, *, timed: bool) -> bool:
    """Whether what a format writes is read by it as it was."""
    offset = "%z" in text or "%:z" in text
    probe = pl.Series([_PROBE]).dt.replace_time_zone("UTC" if offset else None)
    try:
        written = probe.dt.strftime(text)
        if not timed:
            return bool((written.str.to_date(text, strict=False) == _PROBE.date()).all())
        zone = "UTC" if offset else None
        back = written.str.to_datetime(text, strict=False, time_unit="us", time_zone=zone)
        minute = back.dt.truncate("1m") == probe.dt.truncate("1m")
        return back.null_count() == 0 and bool(minute.all())
    except (pl.exceptions.PolarsError, ValueError, pl.exceptions.PanicException):
        return False


_PROBE: Final = datetime(2026, 5, 13, 14, 30, 15)  # noqa: DTZ001 - a local time


class Sheet(_Part):
    """One layout of columns; it applies to a file that has all of `requires`."""

    requires: tuple[str, ...] = ()
    columns: Columns = {}
    constants: dict[str, str] = {}
    same_names: Literal["attempts", "feedback"] | None = None
    summary: bool = False

    @field_validator("columns", "constants")
    @classmethod
    def _targets(cls, value: dict[str, object]) -> dict[str, object]:
        _known_targets(list(value))
        return value

    def needs(self) -> tuple[str, ...]:
        """Columns a file must have for this layout: `requires`, else every mapped one."""
        if self.requires:
            return self.requires
        return tuple(dict.fromkeys(columns[0] for columns in self.columns.values()))

    def mapped(self) -> Mapping[str, tuple[str, ...]]:
        """Fact -> columns of the file, first non-empty wins."""
        if self.same_names is None:
            return dict(self.columns)
        fields = ATTEMPT_FIELDS if self.same_names == "attempts" else FEEDBACK_FIELDS
        return {"event_id": ("event_id",)} | {
            target: (column,) for field in fields for target, column in _same_name(field)
        }


def _same_name(field: Field) -> list[tuple[str, str]]:
    if field.kind is Kind.MONEY:
        return [(field.name, f"{field.name}_cents")]
    if field.kind is Kind.TIME:
        precision = f"{field.name.removesuffix('_at')}_precision"
        return [(field.name, field.name), (precision, precision)]
    return [(field.name, field.name)]


class Profile(Sheet):
    """A mapping profile; without `sheets` it is its own only layout."""

    name: str
    description: str = ""
    form: Literal["events", "flat"] = "flat"
    file: FileRules = FileRules()
    words: dict[str, dict[str, str]] = {}
    sheets: tuple[Sheet, ...] = ()

    @field_validator("words")
    @classmethod
    def _words(cls, value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        _known_targets(list(value))
        for target, words in value.items():
            known = (*FIELDS[target].words, "") if target in FIELDS else ()
            for meant in words.values():
                if known and FIELDS[target].words and meant not in known:
                    near = difflib.get_close_matches(meant, known, n=1)
                    hint = f"; nearest: {near[0]}" if near else ""
                    message = f"words.{target}: {meant!r} is no known word{hint}"
                    raise ValueError(message)
        return value

    def layout(self, header: Sequence[str]) -> Sheet:
        """The layout for a file with this header; UnknownProfile when none fits."""
        layouts: tuple[Sheet, ...] = self.sheets or (self,)
        for sheet in layouts:
            if set(sheet.needs()) <= set(header):
                return sheet
        missing = sorted(set(layouts[-1].needs()) - set(header))
        near = {name: difflib.get_close_matches(name, header, n=1) for name in missing}
        hints = [f"{name!r}" + (f" (nearest: {n[0]!r})" if n else "") for name, n in near.items()]
        message = f"profile {self.name!r} does not fit this file: it lacks {', '.join(hints)}"
        raise UnknownProfile(message)

    def check(self, raw: str) -> None:
        """Raise ValueError if a flat profile names no lead."""
        layouts: tuple[Sheet, ...] = self.sheets or (self,)
        for sheet in layouts if self.form == "flat" else ():
            mapped = {**sheet.mapped(), **sheet.constants}
            if not {"lead_id", "buyer_lead_id"} & set(mapped):
                message = f"{raw}: columns: no column is the lead_id or the buyer_lead_id"
                raise UnknownProfile(message)


def shipped() -> dict[str, Profile]:
    """The profiles that come with the product, by name."""
    folder = resources("data_access.intake.profiles")
    found = [
        _read(entry.read_text("utf-8"), entry.name)
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    ]
    return {profile.name: profile for profile in sorted(found, key=lambda p: p.name)}


def load(name_or_path: str) -> Profile:
    """A profile by shipped name or by path; UnknownProfile names file, key, nearest."""
    known = shipped()
    if name_or_path in known:
        return known[name_or_path]
    path = Path(name_or_path)
    if _is_file(path):
        return _read(_text_of(path), str(path))
    near = difflib.get_close_matches(name_or_path, known, n=1)
    hint = f"; nearest: {near[0]}" if near else ""
    message = f"no profile {name_or_path!r}: use a path or one of {', '.join(known)}{hint}"
    raise UnknownProfile(message)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > _LONGEST:
            message = f"{path}: longer than {_LONGEST:,} bytes; a profile is a small file"
            raise UnknownProfile(message)
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        message = f"{path}: not UTF-8"
        raise UnknownProfile(message) from None
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise UnknownProfile(message) from None


_LONGEST: Final = 1_048_576


def _read(text: str, where: str) -> Profile:
    try:
        profile = Profile.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        message = f"{where}: not TOML: {error}"
        raise UnknownProfile(message) from None
    except ValidationError as error:
        raise UnknownProfile(_explained(error, where)) from None
    profile.check(where)
    return profile


def _explained(error: ValidationError, where: str) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = [*Profile.model_fields, *FileRules.model_fields, *Sheet.model_fields]
        near = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        hint = f"; nearest: {near[0]}" if near else ""
        return f"{where}: {key}: no such setting{hint}"
    return f"{where}: {key}: {first['msg'].removeprefix('Value error, ')}"
