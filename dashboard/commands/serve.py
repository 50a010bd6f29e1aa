"""`leadloop serve`: the pages and the API on this machine."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from dashboard.commands.command_base import Command, Stop

if TYPE_CHECKING:
    from data_access.settings import Settings

HERE: Final = Path(__file__).resolve().parents[1] / "assets"
"""Where the server stands: inside the package, where neither modules nor settings of others are."""
FRONT: Final = "dashboard.api.http_front:FrontProtocol"
"""Named, not imported: the server loads what it speaks HTTP with, as it does the application."""
MESSAGE_MOST: Final = 16 * 1_048_576
"""Bytes of one message from a page: what was clicked and typed, never a file."""
PING_S: Final = 30.0
GRACE_S: Final = 5
"""Seconds that pages and answers have to end in when the server is stopped."""
_BACKLOG: Final = 256


def _serve(*, host: str, port: int) -> None:
    """Serve the pages and the API of the store."""
    from data_access.settings import Settings

    address = _loopback(host)
    settings = Settings()
    with _listening(address, port) as listening:
        _remember(settings)
        os.environ.update(settings.variables())
        os.chdir(HERE)
        shown = f"[{address}]" if ":" in address else host
        click.echo(f"Leadloop is on http://{shown}:{port}", err=True)
        run("dashboard.app:app", listening)


def _remember(settings: Settings) -> None:
    """Open the store, write its zone and currency down once, and say where they differ now."""
    from dashboard.editions import clock
    from data_access.store import store_settings
    from data_access.store.store import Store

    given = store_settings.StoreSettings(settings.report_zone, settings.currency)
    store = Store(settings.url)
    try:
        store_settings.remember(store, given, at_us=clock.now_us())
        if sentence := store_settings.difference(store_settings.remembered(store), given):
            click.echo(f"leadloop: {sentence}.", err=True)
    finally:
        store.close()


def run(app: str, listening: socket.socket) -> None:
    """Serve an application, named by its module, on a socket until told to stop."""
    import uvicorn

    config = uvicorn.Config(
        app,
        http=FRONT,
        ws="websockets-sansio",
        ws_max_size=MESSAGE_MOST,
        ws_ping_interval=PING_S,
        ws_ping_timeout=PING_S,
        ws_per_message_deflate=False,
        proxy_headers=False,  # the peer is who is connected, whatever a header says
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_S,
    )
    server = uvicorn.Server(config)
    server.run(sockets=[listening])
    if not server.started:
        message = "the server could not start; the lines above say why"
        raise Stop(message)


def _loopback(host: str) -> str:
    """The address to listen on; Stop for one that others can reach."""
    address = "127.0.0.1" if host == "localhost" else host
    try:
        own = ipaddress.ip_address(address).is_loopback
    except ValueError:
        own = False
    if not own:
        message = (
            f"--host {host} would show every lead to whoever can reach it: there are no keys or "
            "logins yet, so only this machine is served. Use --host 127.0.0.1."
        )
        raise Stop(message)
    return address


def _listening(address: str, port: int) -> socket.socket:
    """A socket that listens; Stop where there can be none."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.socket(family)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise Stop(_why_not(error, address, port)) from None
    listening.settimeout(0)  # the event loop waits
    return listening


def _why_not(error: OSError, address: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} of {address} is in use, perhaps by a Leadloop that runs already; "
            "end that program, or choose another port with --port"
        )
    if error.errno == errno.EACCES:
        return f"port {port} may not be used by this account; choose one from 1024 on with --port"
    return f"{address} cannot be listened on: {error.strerror}; use --host 127.0.0.1"


serve: Final = Command(
    "serve",
    callback=_serve,
    help=_serve.__doc__,
    params=[
        click.Option(
            ["--host"], default="127.0.0.1", show_default=True, help="Loopback only for now."
        ),
        click.Option(["--port"], type=click.IntRange(1, 65_535), default=8501, show_default=True),
    ],
)
