"""What people install: a wheel, in an environment that knows nothing of this folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from browser.chromium import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parent.parent
ROOMS: Final = ("data_access", "metrics", "dashboard")
BUILT_FROM: Final = ("pyproject.toml", "README.md", "LICENSE", *ROOMS)
EVENT: Final = {
    "event_type": "recipient.delivered",
    "event_id": "D1",
    "timestamp": "2026-11-01T10:00:00Z",
    "lead_id": "L1",
    "recipient": {"id": "B1", "name": "First", "buyer_type": "lead_buyer"},
    "lead": {"source": {"entity_id": "S1", "entity_name": "Search"}},
    "delivery": {"price": 20},
}


@dataclass(frozen=True, slots=True)
class Installation:
    """An environment of its own with the wheel in it, and an empty folder to stand in."""

    wheel: Path
    environment: Path
    folder: Path

    @property
    def env(self) -> dict[str, str]:
        """Variables that lead to nothing but this environment and a data directory of its own."""
        kept = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
        return {**kept, "LEADLOOP_DATA_DIR": str(self.folder / "var")}

    def run(self, *words: str) -> str:
        """What a program of the environment prints; it ends well."""
        done = subprocess.run(
            [self.environment / "bin" / words[0], *words[1:]],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _tracked() -> list[str]:
    """The files of the rooms that git knows."""
    told = subprocess.run(
        ["git", "ls-files", *ROOMS],  # noqa: S607 - wherever it is
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return told.stdout.splitlines()


def _wheel(folder: Path) -> Path:
    """Built from a copy, so that nothing an earlier build left behind gets in."""
    source = folder / "source"
    for name in [*BUILT_FROM[:3], *_tracked()]:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, source / name)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"),
            *("--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source)),
        ],
        check=True,
    )
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The wheel in a fresh environment that sees the libraries that are installed here.

    They are seen by their folder alone: what its own `.pth` files say, such as where this
    folder is, does not count there.
    """
    folder = tmp_path_factory.mktemp("wheel")
    wheel = _wheel(folder)
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    [site] = environment.glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check"),
            *("--python", str(environment / "bin" / "python"), "install", "--quiet"),
            *("--no-deps", "--no-index", str(wheel)),
        ],
        check=True,
    )
    stand = folder / "empty"
    stand.mkdir()
    yield Installation(wheel, environment, stand)
    shutil.rmtree(environment)


def test_everything_that_git_tracks_is_in_the_wheel(installed: Installation) -> None:
    """Modules, migrations, pages, profiles, pictures, settings, and the mark of types."""
    with zipfile.ZipFile(installed.wheel) as opened:
        inside = set(opened.namelist())
    tracked = set(_tracked())
    assert tracked - inside == set()
    assert {name for name in inside if name.startswith(ROOMS)} == tracked
    for name in (
        *("dashboard/shell.py", "dashboard/.streamlit/config.toml", "dashboard/assets/style.css"),
        *(f"{room}/py.typed" for room in ROOMS),
    ):
        assert name in inside, name


def test_what_runs_is_what_was_installed(installed: Installation) -> None:
    """Every room comes out of the new environment."""
    show = f"import {', '.join(ROOMS)}; print({'.__file__, '.join(ROOMS)}.__file__)"
    for file in installed.run("python", "-c", show).split():
        assert installed.environment in Path(file).parents


def test_it_is_well_takes_a_file_in_and_gives_numbers_out(installed: Installation) -> None:
    """The commands of a first day."""
    assert "all is well" in installed.run("leadloop", "doctor")
    (installed.folder / "events.ndjson").write_text(json.dumps(EVENT), "utf-8")
    told = installed.run("leadloop", "import", "events.ndjson")
    assert "1 created" in told
    lines = installed.run("leadloop", "export", "headline", "--from", "2026-11-01").splitlines()
    values = dict(line.split(",")[:2] for line in lines)
    assert values['"delivered"'] == "1.0"


def test_it_serves_and_stops(installed: Installation) -> None:
    """From a folder that holds nothing; the pages' own settings are in force."""
    port = free_port()
    command = [str(installed.environment / "bin" / "leadloop"), "serve", "--port", str(port)]
    log = installed.folder / "server.log"
    with log.open("w") as said:
        server = subprocess.Popen(
            command, cwd=installed.folder, env=installed.env, stdout=said, stderr=said
        )
        try:
            assert _answer(f"http://127.0.0.1:{port}/api/v1/health", server) == 200, log.read_text()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as page:
                assert b"<html" in page.read()
        finally:
            server.terminate()
            assert server.wait(30) in {0, -15}
    assert "Traceback" not in log.read_text("utf-8"), log.read_text("utf-8")


def _answer(address: str, server: subprocess.Popen[bytes]) -> int:
    """The status of the first answer of a server that is starting; 0 where there is none."""
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own
                return int(answer.status)
        except OSError:
            time.sleep(0.1)
    return 0
