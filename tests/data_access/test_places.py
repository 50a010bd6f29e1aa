"""Where things are, as a setting says it: absolute where it can be, refused in a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from data_access import places

HERE = "LEADLOOP_URL"


def refused(text: str) -> str:
    """Why a URL is no store."""
    with pytest.raises(ValueError, match=HERE) as error:
        places.store_url(text, HERE)
    return str(error.value)


def test_paths_are_seen_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From where the program was started, or from somebody's home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert places.absolute(Path("data"), "X") == tmp_path / "data"
    assert places.absolute(Path("~/data"), "X") == tmp_path / "home" / "data"
    assert places.absolute(Path("a/../b"), "X") == tmp_path / "b"


def test_a_folder_may_still_have_to_be_made(tmp_path: Path) -> None:
    """But not inside of a file; whatever its name is, it is no URL."""
    file = tmp_path / "file"
    file.write_text("", "utf-8")
    assert places.folder(tmp_path / "a" / "b", "X") == tmp_path / "a" / "b"
    with pytest.raises(ValueError, match=r"X: .*file is a file, not a folder"):
        places.folder(file / "b", "X")
    assert places.folder(tmp_path / "what?", "X") == tmp_path / "what?"


def test_a_file_that_a_url_cannot_say_is_named_by_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `?` comes from the directory that a relative file is in."""
    (tmp_path / "what?").mkdir()
    monkeypatch.chdir(tmp_path / "what?")
    with pytest.raises(ValueError, match=r"has a '\?' in it; name its folder by LEADLOOP_DATA_DIR"):
        places.store_url("sqlite:///leads.sqlite3", HERE)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_in_which_nothing_may_be_written_is_none(tmp_path: Path) -> None:
    """It is named, with what would help."""
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ValueError, match=f"nothing may be written in {tmp_path}"):
            places.folder(tmp_path / "a", "X")
    finally:
        tmp_path.chmod(0o700)


def test_the_file_of_a_store_is_seen_from_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three strokes and a relative path, four and an absolute one."""
    monkeypatch.chdir(tmp_path)
    expected = f"sqlite:///{tmp_path}/leads.sqlite3"
    assert places.store_url("sqlite:///leads.sqlite3", HERE) == expected
    assert places.store_url(f"sqlite:///{tmp_path}/leads.sqlite3", HERE) == expected


def test_a_server_is_left_as_it_is_written() -> None:
    """Only judged."""
    url = "postgresql://me:secret@db.example:5432/leads?sslmode=require"
    assert places.store_url(url, HERE) == url


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("leads.sqlite3", "is no URL; .*nearest: sqlite:///leads.sqlite3"),
        ("sqlit:///leads", "begins with 'sqlit', .*nearest: sqlite://"),
        ("mysql://u@h/d", "begins with 'mysql', which is no store"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://host/leads", "names a server, and SQLite has none"),
        ("sqlite:///leads?mode=ro", "more than a file behind"),
        ("sqlite:////", "is a folder; name the file in it"),
        ("postgresql://h/d?nonsense=1", "has parts that PostgreSQL does not know"),
        ("postgresql://h:70000/d", "has the port 70000"),
    ],
)
def test_what_is_no_store_is_refused_with_what_would_be_one(text: str, said: str) -> None:
    """One sentence each."""
    with pytest.raises(ValueError, match=f"{HERE}.*{said}"):
        places.store_url(text, HERE)


@pytest.mark.parametrize(
    "text",
    [
        "postgres://me:geheim@h/d",
        "mysql://me:geheim@h/d",
        "postgresql://me:geheim@h:70000/d",
        "postgresql://me:geheim@h/d?nonsense=geheim",
        "sqlite://me:geheim@h/d",
    ],
)
def test_a_password_is_never_repeated(text: str) -> None:
    """Whatever is wrong with the rest."""
    assert "geheim" not in refused(text)


def test_hosts_are_in_small_letters_and_once() -> None:
    """IPv6 in brackets, whether it was written in them or not."""
    text = " Leads.Example , 127.0.0.1,leads.example, ::1, [2001:db8::1]"
    assert places.hosts(text, "H") == ("leads.example", "127.0.0.1", "[::1]", "[2001:db8::1]")


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("https://leads.example", "leads.example"),
        ("leads.example:8501", "leads.example"),
        ("*.leads.example", "leads.example"),
        ("leads.example.", "leads.example"),
        ("300.1.1.1", None),
        ("-leads.example", None),
        ("a" * 64, None),
        ("", None),
    ],
)
def test_what_is_no_host_is_refused_with_the_nearest(text: str, near: str | None) -> None:
    """Schemes, ports, stars and dots belong to no host."""
    with pytest.raises(ValueError, match="is no host") as error:
        places.hosts(text, "H")
    hint = f"; nearest: {near}"
    assert str(error.value).endswith(hint) if near else "nearest" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://leads.example.com", "https://leads.example.com"),
        ("http://10.0.0.7:8501/leads/", "http://10.0.0.7:8501/leads"),
        ("leads.example.com", None),
        ("ftp://leads.example.com", None),
        ("https://", None),
        ("https://leads.example.com/?a=1", None),
        ("https://leads.example.com/#x", None),
        ("https://ana:secret@leads.example.com", None),
        ("https://leads.example.com:99999", None),
        ("https://leads.example.com/a b", None),
        ('https://leads.example.com/"', None),
    ],
)
def test_where_pages_are_is_a_plain_address(text: str, found: str | None) -> None:
    """Scheme, host, perhaps a path; no secrets, nothing that a link would break on."""
    if found is None:
        with pytest.raises(ValueError, match="is not where pages are"):
            places.web_address(text, "LEADLOOP_PUBLIC_URL")
    else:
        assert places.web_address(text, "LEADLOOP_PUBLIC_URL") == found
