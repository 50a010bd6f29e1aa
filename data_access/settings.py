"""What the operator sets by environment: where the store is, its zone and currency."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class BadSettings(ValueError):  # noqa: N818 - it says what is wrong with the settings
    """A setting or a file it names cannot be taken."""


class Settings(BaseSettings):
    """Settings read from `LEADLOOP_…` variables; the defaults need none of them."""

    model_config = SettingsConfigDict(env_prefix="LEADLOOP_", extra="ignore")

    data_dir: Path = Path("var")
    database_url: str | None = None
    report_zone: str = "UTC"
    currency: str = "USD"
    rules: Path | None = None

    @field_validator("report_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            message = (
                f"LEADLOOP_REPORT_ZONE={name!r} is no time zone; use a name like Europe/Berlin"
            )
            raise ValueError(message)
        return name

    @property
    def url(self) -> str:
        """URL of the store: the one given, else SQLite in the data directory."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'leadloop.sqlite3'}"

    @property
    def zone(self) -> ZoneInfo:
        """The report zone."""
        return ZoneInfo(self.report_zone)

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
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            message = f"{path} cannot be read as rules: {error}"
            raise BadSettings(message) from None
