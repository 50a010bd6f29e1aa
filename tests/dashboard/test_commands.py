"""Every command ends in one sentence and status 2 where something cannot be."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest
from browser.chromium import ROOT, free_port, served
from click.testing import CliRunner

from dashboard.commands import command_base
from dashboard.commands.main import main

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS: Final = {
    "backup": ["backup", "store.backup"],
    "demo": ["demo", "--deliveries", "200"],
    "doctor": ["doctor"],
    "export": ["export", "sources"],
    "import": ["import", str(ROOT / "README.md")],
    "merge": ["merge", "source", "a", "b"],
    "name": ["name", "source", "a", "--called", "A"],
    "report": ["report", "weekly", "--out", "week.html"],
    "restore": ["restore", str(ROOT / "README.md")],
    "restore-batch": ["restore-batch", "b-1"],
    "retract-batch": ["retract-batch", "b-1"],
    "serve": ["serve"],
    "settings": ["settings"],
}
WRONG: Final = {
    "LEADLOOP_CURRENCY": "dollars",
    "LEADLOOP_REPORT_ZONE": "Mars/Olympus",
    "LEADLOOP_DATABASE_URL": "mysql://user:hunter2@host/leads",
    "LEADLOOP_ALLOWED_HOSTS": "*",
    "LEADLOOP_DATA_DIR": "",
    "LEADLOOP_RULES": "/nowhere/rules.toml",
    "LEADLOOP_DATABSE_URL": "sqlite:///x",
}


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data directory of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(tmp_path / "var"))


def told(*words: str) -> str:
    """The one sentence with which a command ends; it begins with our name."""
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    assert line.startswith("leadloop: ")
    assert "hunter2" not in line
    return line


def test_the_list_of_commands_here_is_complete() -> None:
    """A new command is tested as the others are, by being one of ours."""
    assert set(COMMANDS) == set(main.commands)
    assert all(isinstance(one, command_base.Command) for one in main.commands.values())


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("variable", WRONG)
def test_a_setting_that_cannot_be_ends_every_command(
    name: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the sentence that names it."""
    monkeypatch.setenv(variable, WRONG[variable])
    assert variable in told(*COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_rules_that_cannot_be_end_every_command(name: str, tmp_path: Path) -> None:
    """Before a server starts whose every page would be unavailable."""
    (tmp_path / "var").mkdir()
    file = tmp_path / "var" / "rules.toml"
    row = '[[patterns]]\nreason = "x"\ngroup = "other"\npattern = "(?=a)b"\n'
    for text, says in ((row, "look-around"), ("[score]\nconvrsion_mark = 1", "nearest")):
        file.write_text(text)
        line = told(*COMMANDS[name])
        assert str(file) in line
        assert says in line


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_given_whatever_the_settings_are(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is how one learns of them."""
    monkeypatch.setenv("LEADLOOP_CURRENCY", "dollars")
    assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"serve"}))
def test_a_store_that_does_not_answer_ends_a_command(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line without the password, whatever the driver says in how many."""
    url = f"postgresql://leads:hunter2@127.0.0.1:{free_port()}/leads?connect_timeout=2"
    monkeypatch.setenv("LEADLOOP_DATABASE_URL", url)
    assert "did not answer" in told(*COMMANDS[name])


def test_questions_and_files_that_cannot_be_end_a_command(tmp_path: Path) -> None:
    """The same words as over HTTP, and no usage in front of them."""
    assert "source 'nobody' is not known" in told("export", "sources", "--source", "nobody")
    assert "last_9_days" in told("export", "sources", "--period", "last_9_days")
    archive = tmp_path / "archive.csv"
    archive.write_bytes(b"\x1f\x8b" + bytes(100))
    assert "archive.csv" in told("import", str(archive))
    assert "no_such_profile" in told(
        "import", str(ROOT / "README.md"), "--profile", "no_such_profile"
    )


@pytest.mark.parametrize(
    "words",
    [["export", "sources", "--out"], ["demo", "--deliveries", "200", "--truth"]],
)
def test_a_file_that_cannot_be_written_ends_a_command(words: list[str]) -> None:
    """With its name."""
    result = CliRunner().invoke(main, [*words, "/nowhere/at/all.csv"])
    assert result.exit_code == 2
    last = result.stderr.splitlines()[-1]
    assert last == "leadloop: /nowhere/at/all.csv cannot be used: No such file or directory"


def test_the_doctor_says_of_a_file_that_is_no_store_what_to_do(tmp_path: Path) -> None:
    """One finding that wants mending, not an error of the command."""
    (tmp_path / "leadloop.sqlite3").write_bytes(b"junk" * 3_000)
    result = CliRunner().invoke(main, ["doctor"], env={"LEADLOOP_DATA_DIR": str(tmp_path)})
    assert result.exit_code == 1
    assert result.output.startswith("MEND  store: ")
    assert "leadloop restore FILE" in result.output


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    """With what to do; before the store is touched."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        line = told("serve", "--port", str(port))
    assert f"port {port} of 127.0.0.1 is in use" in line
    assert "--port" in line


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.2", "::", "leads.example", ""])  # noqa: S104 - refused
def test_serve_listens_on_loopback_only(host: str) -> None:
    """Until there are keys or logins."""
    assert "no keys or logins yet" in told("serve", "--host", host)


def test_an_address_that_cannot_be_listened_on_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the system says of it."""
    for error, says in (
        (OSError(99, "Cannot assign requested address"), "Cannot assign requested address"),
        (PermissionError(13, "Permission denied"), "choose one from 1024 on"),
    ):

        def refuse(*_: object, error: OSError = error) -> None:
            raise error

        monkeypatch.setattr(socket.socket, "bind", refuse)
        assert says in told("serve", "--port", "80")


def test_a_server_has_the_store_and_the_look_that_were_meant(tmp_path: Path) -> None:
    """Relative places are those of the caller, and the configuration is ours."""
    url = "sqlite:///mine.sqlite3"
    env = {**os.environ, "LEADLOOP_DATABASE_URL": url, "LEADLOOP_DATA_DIR": "here"}
    leadloop = [sys.executable, "-m", "dashboard.commands.main"]
    subprocess.run(
        [*leadloop, "demo", "--deliveries", "200", "--until", "2026-10-31"],
        check=True,
        cwd=tmp_path,
        env=env,
    )
    show = (
        "import uvicorn, sys; from dashboard.commands import serve\n"
        "def run(app, listening):\n"
        "    config = uvicorn.Config(app); config.load()\n"
        "    from streamlit import config as look\n"
        "    from dashboard.answers.workspace import workspace\n"
        "    names = ('client.showErrorDetails', 'client.toolbarMode', 'server.maxUploadSize',\n"
        "        'browser.gatherUsageStats', 'theme.light.primaryColor',\n"
        "        'server.fileWatcherType')\n"
        "    print([look.get_option(name) for name in names])\n"
        "    print(workspace().store.data_version() > 0, workspace().settings.data_dir)\n"
        "    print(sorted(m for m in sys.modules if m in ('app', 'dashboard.app')))\n"
        "serve.run = run\n"
        f"serve.serve(['--port', '{free_port()}'])\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", show],
        check=True,
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
    )
    assert shown.stdout.splitlines() == [
        "['none', 'minimal', 20, False, '#0B5FA5', 'none']",
        f"True {tmp_path / 'here'}",
        "['dashboard.app']",
    ]


def test_a_server_that_is_told_to_stop_stops(tmp_path: Path) -> None:
    """With nothing on its log that looks like an accident."""
    log = tmp_path / "server.log"
    with served(tmp_path, log=log):
        pass
    assert "Traceback" not in log.read_text()
    assert "Leadloop is on http://127.0.0.1:" in log.read_text()
