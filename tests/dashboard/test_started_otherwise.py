"""Started past our command, the application serves this machine only, all the same."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Final

import pytest
from browser.chromium import ROOT, free_port

from dashboard.api import admission

if TYPE_CHECKING:
    from pathlib import Path

ANYWHERE: Final = "0.0.0.0"  # noqa: S104 - the point of these tests
WAYS: Final = {
    "uvicorn": (
        *("uvicorn", "dashboard.app:app", "--host", ANYWHERE),
        *("--forwarded-allow-ips", "*", "--port"),
    ),
    "streamlit": (
        *("streamlit", "run", "dashboard/app.py", "--server.address", ANYWHERE),
        "--server.port",
    ),
}


def outward() -> str | None:
    """An address of this machine that is not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            return None
        found: str = probe.getsockname()[0]
        return None if admission.is_loopback(found) else found


def query(address: str, headers: dict[str, str]) -> tuple[int, str]:
    """Status and text of what a server answers."""
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def waited_for(address: str) -> int:
    """The status of the first answer of a server that is starting; 0 for none in a minute."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            return query(address, {})[0]
        except OSError:
            time.sleep(0.2)
    return 0


@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_listens_everywhere_answers_this_machine_only(
    tmp_path: Path, way: str
) -> None:
    """Asked by any name, and by a server that believes every proxy."""
    outside = outward()
    if outside is None:
        pytest.skip("this machine has no address but loopback")
    port = free_port()
    variables = {"LEADLOOP_DATA_DIR": str(tmp_path), "LEADLOOP_ALLOWED_HOSTS": outside}
    server = subprocess.Popen(
        [sys.executable, "-m", *WAYS[way], str(port)],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert waited_for(f"http://127.0.0.1:{port}/api/v1/tables") == 200
        refused = (403, admission.STRANGER.sentence)
        for path in ("api/v1/tables", "", "_stcore/health", "_stcore/stream"):
            address = f"http://{outside}:{port}/{path}"
            assert query(address, {}) == refused, path
            assert query(address, {"Host": "localhost"}) == refused, path
            for header in ("X-Forwarded-For", "Forwarded"):
                assert query(address, {header: "127.0.0.1"})[0] == 403, path
    finally:
        server.terminate()
        server.wait(20)
