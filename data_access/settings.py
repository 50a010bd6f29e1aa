"""What the operator sets by environment: where the store is, its zone and currency.

Everything is judged where it is read, and places are made absolute there: whoever changes
the working directory afterwards still means the same store.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pydantic import ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from data_access import places
from data_access.currencies import CURRENCIES
from data_access.currencies import DEFAULT as USUAL_CURRENCY
from data_access.explained import ExplainedError
from data_access.time_zones import ZONES, usable_zone

if TYPE_CHECKING:
    from collections.abc import Collection

PREFIX: Final = "LEADLOOP_"
_MISSPELT: Final = 0.8  # so alike, a name is meant to be a setting's
_LONGEST_NAME: Final = 80
_OF_TESTS: Final = f"{PREFIX}TEST_"


class BadSettings(ExplainedError, ValueError):  # noqa: N818 - it says what is wrong with the settings
    """A setting or a file it names cannot be taken."""


class Settings(BaseSettings):
    """Settings read from `LEADLOOP_…` variables; the defaults need none of them.

    Raises:
        BadSettings: one of them cannot be taken; the message names it, and what is allowed.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", validate_default=True)

    data_dir: Path = Path("var")
    database_url: str | None = None
    report_zone: str = "UTC"
    currency: str = USUAL_CURRENCY
    rules: Path | None = None
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    public_url: str | None = None
    company: str | None = None

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - one value for each field
        _judge_names()
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise BadSettings(_sentence(error)) from None

    @field_validator("*", mode="before")
    @classmethod
    def _given(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, str) and not value.strip():
            message = f"{_variable(info)} is empty; give it a value, or take the variable away"
            raise ValueError(message)
        return value

    @field_validator("data_dir")
    @classmethod
    def _folder(cls, path: Path, info: ValidationInfo) -> Path:
        return places.folder(path, _variable(info))

    @field_validator("database_url")
    @classmethod
    def _store(cls, url: str | None, info: ValidationInfo) -> str | None:
        return None if url is None else places.store_url(url, _variable(info))

    @field_validator("rules")
    @classmethod
    def _file(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        return None if path is None else places.absolute(path, _variable(info))

    @field_validator("report_zone")
    @classmethod
    def _zone(cls, name: str, info: ValidationInfo) -> str:
        zones = ZONES if name not in ZONES or usable_zone(name) else ZONES - {name}
        return _one_of(zones, name, _variable(info), "no time zone; use a name like Europe/Berlin")

    @field_validator("currency")
    @classmethod
    def _code(cls, name: str, info: ValidationInfo) -> str:
        return _one_of(
            CURRENCIES, name, _variable(info), "no currency; use a code of ISO 4217 like EUR"
        )

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _hosts(cls, names: object, info: ValidationInfo) -> object:
        said = isinstance(names, str) and names.strip()  # that nothing is said is judged above
        return places.hosts(str(names), _variable(info)) if said else names

    @field_validator("public_url")
    @classmethod
    def _address(cls, url: str | None, info: ValidationInfo) -> str | None:
        return None if url is None else places.web_address(url, _variable(info))

    @field_validator("company")
    @classmethod
    def _name(cls, name: str | None, info: ValidationInfo) -> str | None:
        if name is not None and (len(name) > _LONGEST_NAME or not name.isprintable()):
            message = f"{_variable(info)} may have {_LONGEST_NAME} characters that can be printed"
            raise ValueError(message)
        return name

    @property
    def base_url(self) -> str:
        """What links that leave the product begin with: the public URL, nothing without one."""
        return self.public_url or ""

    @property
    def url(self) -> str | sa.URL:
        """URL of the store: the one given, else SQLite in the data directory.

        It is a text unless the name of the directory has signs that part a URL.
        """
        own = sa.URL.create("sqlite", database=str(self.data_dir / "leadloop.sqlite3"))
        text = own.render_as_string()
        return self.database_url or (text if sa.make_url(text) == own else own)

    @property
    def zone(self) -> ZoneInfo:
        """The report zone."""
        return ZoneInfo(self.report_zone)

    def variables(self) -> dict[str, str]:
        """The variables that say where things are, for whoever reads them elsewhere."""
        given = (("DATA_DIR", self.data_dir), ("DATABASE_URL", self.database_url))
        pairs = (*given, ("RULES", self.rules))
        return {f"{PREFIX}{name}": str(value) for name, value in pairs if value is not None}

    def rules_tables(self) -> tuple[dict[str, Any], str]:
        """The rules file as tables, and its name for messages; nothing where there is none.

        Raises:
            BadSettings: the file named by `LEADLOOP_RULES` is missing, or no TOML.
        """
        path = self.rules or self.data_dir / "rules.toml"
        if self.rules is None and not path.exists():
            return {}, str(path)
        try:
            return tomllib.loads(path.read_text("utf-8")), str(path)
        except OSError as error:
            where = f" (set by {PREFIX}RULES)" if self.rules else ""
            message = f"{path}{where} cannot be read as rules: {error.strerror}"
        except RecursionError:
            message = f"{path} cannot be read as rules: it is nested too deep"
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            message = f"{path} cannot be read as rules: {error}"
        raise BadSettings(message)


def _variable(info: ValidationInfo) -> str:
    return f"{PREFIX}{(info.field_name or '').upper()}"


def _one_of(allowed: Collection[str], value: str, variable: str, fault: str) -> str:
    if value in allowed:
        return value
    by_lower = {name.lower(): name for name in allowed}
    near = difflib.get_close_matches(value.lower(), list(by_lower), n=1)
    hint = f"; nearest: {by_lower[near[0]]}" if near else ""
    message = f"{variable}={value[:60]!r} is {fault}{hint}"
    raise ValueError(message)


def _judge_names() -> None:
    """A misspelt variable would leave a default in its place: another, empty store."""
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    for name in os.environ:
        spelt = name.upper()
        if spelt in known or not spelt.startswith(PREFIX) or spelt.startswith(_OF_TESTS):
            continue
        near = difflib.get_close_matches(spelt, known, n=1, cutoff=_MISSPELT)
        if near:
            message = f"{name} is not a setting; nearest: {near[0]}"
            raise BadSettings(message)


def _sentence(error: ValidationError) -> str:
    """The first fault in our own words."""
    first = error.errors()[0]
    cause = first.get("ctx", {}).get("error")
    if cause is not None:
        return str(cause)
    return f"{PREFIX}{str(first['loc'][0]).upper()} cannot be taken"
