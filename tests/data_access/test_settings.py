"""Settings that cannot be right are refused where they are read, in one sentence."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

import pytest

from data_access.currencies import CURRENCIES
from data_access.settings import BadSettings, Settings

if TYPE_CHECKING:
    from pathlib import Path

WORD: Final = "hunter2"


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty working directory, and no variable of ours."""
    for name in os.environ:
        if name.startswith("LEADLOOP_") and not name.startswith("LEADLOOP_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    monkeypatch.chdir(tmp_path)


def test_places_are_absolute_where_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever changes the directory afterwards means the same places."""
    monkeypatch.setenv("LEADLOOP_DATA_DIR", "data")
    monkeypatch.setenv("LEADLOOP_DATABASE_URL", "sqlite:///mine.sqlite3")
    monkeypatch.setenv("LEADLOOP_RULES", "../rules.toml")
    settings = Settings()
    assert settings.data_dir == tmp_path / "data"
    assert settings.url == f"sqlite:///{tmp_path}/mine.sqlite3"
    assert settings.rules == tmp_path.parent / "rules.toml"
    for name, value in settings.variables().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir("/")
    assert Settings() == settings


def test_without_settings_the_store_is_in_the_working_directory(tmp_path: Path) -> None:
    """As it was."""
    settings = Settings()
    assert settings.url == f"sqlite:///{tmp_path}/var/leadloop.sqlite3"
    assert settings.variables() == {"LEADLOOP_DATA_DIR": f"{tmp_path}/var"}
    assert settings.allowed_hosts == ()


def test_a_tilde_is_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In every place."""
    monkeypatch.setenv("LEADLOOP_DATA_DIR", "~/data")
    monkeypatch.setenv("LEADLOOP_DATABASE_URL", "sqlite:///~/mine.sqlite3")
    settings = Settings()
    assert settings.data_dir == tmp_path / "home" / "data"
    assert settings.url == f"sqlite:///{tmp_path}/home/mine.sqlite3"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://leads@db.example/leads",
        "postgresql+psycopg://leads@db.example:5432/leads?sslmode=require",
        "postgresql:///leads?host=/var/run/postgresql",
        "postgresql://",
        "sqlite:////srv/leads.sqlite3",
        "sqlite+pysqlite:////srv/leads.sqlite3",
    ],
)
def test_stores_that_can_be_are_taken(url: str) -> None:
    """As they are said."""
    assert str(Settings(database_url=url).url).split("://")[1] == url.split("://")[1]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("mine.sqlite3", "is no URL; allowed are sqlite:///FILE"),
        ("mine.sqlite3", "nearest: sqlite:///mine.sqlite3"),
        ("sqlite:///mine.sqlite3?mode=ro", "has more than a file"),
        ("sqlite:///file:mine.sqlite3?uri=true", "has more than a file"),
        ("sqlite:///file:mine.sqlite3", "names no file"),
        ("sqlite://", "names no file"),
        ("sqlite:///", "names no file"),
        ("sqlite:", "is no URL that can be read"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://mine.sqlite3", "names a server"),
        ("sqlite://user:hunter2@host/mine.sqlite3", "names a server"),
        ("sqlite:///folder", "is a folder; name the file in it"),
        ("sqlite:///new/", "is a folder"),
        ("sqlite:///.", "is a folder"),
        ("sqlite:///file/mine.sqlite3", "is a file, not a folder"),
        ("sqlite:////dev/null", "is no file that can hold a store"),
        ("sqlite:///~nobody-at-all/mine.sqlite3", "leads nowhere"),
        ("sqllite:///mine.sqlite3", "nearest: sqlite://"),
        ("sqlite3:///mine.sqlite3", "nearest: sqlite://"),
        ("postgres://user:hunter2@host/leads", "nearest: postgresql://"),
        ("mysql://user:hunter2@host/leads", "begins with 'mysql', which is no store"),
        ("https://user:hunter2@host/leads", "is no store"),
        ("postgresql://user:hunter2@host:54x2/leads", "is no URL that can be read"),
        ("postgresql://user:hunter2@host:99999/leads", "has the port 99999"),
        (
            "postgresql://user:hunter2@host/leads?colour=red",
            "has parts that PostgreSQL does not know",
        ),
        ("postgresql://user:hunter2@[::1/leads", "LEADLOOP_DATABASE_URL"),
        ("://hunter2", "is no URL"),
    ],
)
def test_stores_that_cannot_be_are_refused(
    url: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence that names the setting and what is allowed, and never a password."""
    monkeypatch.setenv("LEADLOOP_DATABASE_URL", url)
    with pytest.raises(BadSettings) as refused:
        Settings()
    told = str(refused.value)
    assert told.startswith("LEADLOOP_DATABASE_URL")
    assert says in told
    assert WORD not in told
    assert "\n" not in told
    assert "pydantic" not in told
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DATA_DIR", "", "LEADLOOP_DATA_DIR is empty"),
        ("DATA_DIR", "file", "file is a file, not a folder"),
        ("DATA_DIR", "file/below", "is a file, not a folder"),
        ("DATA_DIR", "~nobody-at-all/x", "LEADLOOP_DATA_DIR='~nobody-at-all/x' leads nowhere"),
        ("REPORT_ZONE", "", "LEADLOOP_REPORT_ZONE is empty"),
        ("REPORT_ZONE", "Europe/Berln", "is no time zone"),
        ("REPORT_ZONE", "Europe/Berln", "nearest: Europe/Berlin"),
        ("REPORT_ZONE", "europe/berlin", "nearest: Europe/Berlin"),
        ("REPORT_ZONE", "localtime", "is no time zone"),
        ("REPORT_ZONE", "../../etc/passwd", "is no time zone"),
        ("REPORT_ZONE", "x" * 9_999, "is no time zone"),
        ("CURRENCY", "", "LEADLOOP_CURRENCY is empty"),
        ("CURRENCY", "usd", "is no currency; use a code of ISO 4217 like EUR; nearest: USD"),
        ("CURRENCY", "Euro", "nearest: EUR"),
        ("CURRENCY", "$", "is no currency"),
        ("CURRENCY", "XXX", "is no currency"),
        ("RULES", "", "LEADLOOP_RULES is empty"),
        ("ALLOWED_HOSTS", "", "LEADLOOP_ALLOWED_HOSTS is empty"),
        ("ALLOWED_HOSTS", "*", "LEADLOOP_ALLOWED_HOSTS='*' is no host"),
        ("ALLOWED_HOSTS", "*.leads.example", "nearest: leads.example"),
        ("ALLOWED_HOSTS", "a.example,,b.example", "LEADLOOP_ALLOWED_HOSTS='' is no host"),
        ("ALLOWED_HOSTS", "http://leads.example", "nearest: leads.example"),
        ("ALLOWED_HOSTS", "leads.example:8501", "nearest: leads.example"),
        ("ALLOWED_HOSTS", "leads example", "is no host"),
        ("ALLOWED_HOSTS", "300.1.1.1", "is no host"),
        ("ALLOWED_HOSTS", "-leads.example", "is no host"),
        ("ALLOWED_HOSTS", "leads.example/path", "is no host"),
    ],
)
def test_values_that_cannot_be_are_refused(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One short sentence that names the setting."""
    monkeypatch.setenv(f"LEADLOOP_{name}", value)
    with pytest.raises(BadSettings) as refused:
        Settings()
    told = str(refused.value)
    assert told.startswith(f"LEADLOOP_{name}")
    assert says in told
    assert len(told) < 400


@pytest.mark.parametrize("name", ["LEADLOOP_DATABSE_URL", "LEADLOOP_DATADIR", "LEADLOOP_DATA_DIRS"])
def test_a_misspelt_variable_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would leave a default in its place, and with it another, empty store."""
    monkeypatch.setenv(name, "x")
    with pytest.raises(BadSettings, match=f"^{name} is not a setting; nearest: LEADLOOP_DATA"):
        Settings()


def test_variables_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a platform sets for a service of this name is no setting of ours."""
    for name in ("LEADLOOP_SERVICE_HOST", "LEADLOOP_PORT", "LEADLOOP_TEST_DATA"):
        monkeypatch.setenv(name, "tcp://10.0.0.1:80")
    assert Settings().currency == "USD"


def test_a_folder_in_which_nothing_may_be_written_is_refused(tmp_path: Path) -> None:
    """Said before a driver does."""
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(stat.S_IRUSR | stat.S_IXUSR)
    if os.access(locked, os.W_OK):
        pytest.skip("this account may write everywhere")
    with pytest.raises(BadSettings, match="nothing may be written in"):
        Settings(data_dir=locked / "data")


@pytest.mark.parametrize("text", [b"\xff", b"a = [" + b"[" * 9_999, b"a = 1\na = 2", b"="])
def test_rules_that_are_no_toml_are_refused(tmp_path: Path, text: bytes) -> None:
    """In one sentence that names the file."""
    file = tmp_path / "rules.toml"
    file.write_bytes(text)
    with pytest.raises(BadSettings, match="cannot be read as rules"):
        Settings(rules=file).rules_tables()


def test_rules_that_are_named_but_not_there_are_refused(tmp_path: Path) -> None:
    """With the setting that names them."""
    for place in (tmp_path / "none.toml", tmp_path / "folder"):
        with pytest.raises(BadSettings, match=r"\(set by LEADLOOP_RULES\) cannot be read"):
            Settings(rules=place).rules_tables()


def test_currencies_are_codes_each_once() -> None:
    """Three capital letters, sorted."""
    assert list(CURRENCIES) == sorted(set(CURRENCIES))
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in CURRENCIES)
    assert {"USD", "EUR", "GBP", "JPY", "CHF", "INR", "BRL"} <= set(CURRENCIES)
