"""Slow answers have threads of their own, and health never stands behind them."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import anyio
import own_loop
import pytest
from anyio import to_thread
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.api import health, tables_api
from dashboard.api.work_queue import QueueFull, WorkQueue
from data_access.store.errors import StoreUnusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request


def test_a_lane_runs_a_few_at_once_and_turns_the_rest_away() -> None:
    """Two run, one waits, the others are told at once; those that wait are told in time."""
    lane = WorkQueue(at_once=2, waiting=1, wait_s=0.2)
    go, running, most = threading.Event(), [0], [0]

    def work() -> str:
        running[0] += 1
        most[0] = max(most[0], running[0])
        go.wait(5)
        running[0] -= 1
        return "done"

    async def all_at_once() -> list[str]:
        found: list[str] = []

        async def one() -> None:
            try:
                found.append(await lane.run(work))
            except QueueFull as error:
                found.append(str(error))

        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(one)
            await anyio.sleep(0.5)
            assert len(found) == 4  # three at once, one that waited
            go.set()
        return found

    found = own_loop.run(all_at_once)
    assert most == [2]
    assert found.count("done") == 2
    assert all("ask again in 5 seconds" in told for told in found if told != "done")


def test_a_lane_leaves_the_threads_of_others_alone() -> None:
    """However many answers are being made, a page's file is read at once."""
    lane = WorkQueue(at_once=3, waiting=100, wait_s=5)
    go = threading.Event()

    async def both() -> float:
        to_thread.current_default_thread_limiter().total_tokens = 1
        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(lane.run, lambda: go.wait(5))
            await anyio.sleep(0.05)
            begun = time.monotonic()
            await to_thread.run_sync(lambda: None)
            waited = time.monotonic() - begun
            go.set()
        return waited

    assert own_loop.run(both) < 0.5


def test_blocks_of_an_answer_come_in_order_and_end() -> None:
    """Each made in a thread of the lane; an error in between is not swallowed."""

    def blocks(*, broken: bool) -> Iterator[bytes]:
        yield b"a"
        yield b""
        if broken:
            message = "in between"
            raise OSError(message)
        yield b"b"

    async def joined(*, broken: bool) -> list[bytes]:
        return [block async for block in WorkQueue().stepped(blocks(broken=broken))]

    assert own_loop.run(lambda: joined(broken=False)) == [b"a", b"", b"b"]
    with pytest.raises(OSError, match="in between"):
        own_loop.run(lambda: joined(broken=True))


@pytest.fixture
def query(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], Any]:
    """Asks for health with another store behind it; how long it took is noted."""
    monkeypatch.setattr(health, "_LOOKING", health.HealthCheck())

    def ask(workspace: Callable[[], Any]) -> Any:
        monkeypatch.setattr(health, "workspace", workspace)
        with TestClient(Starlette(routes=[Route("/health", health.health)])) as client:
            begun = time.monotonic()
            answer = client.get("/health")
            assert time.monotonic() - begun < health.WITHIN_S + 1
            return answer

    return ask


class Slow:
    """A book whose store or figures do not come."""

    def __init__(self, until: threading.Event, *, store: bool) -> None:
        self.until = until
        self.slow_store = store
        self.asked = 0

    @property
    def store(self) -> Slow:
        """The store."""
        return self

    def data_version(self) -> int:
        """The store's answer, at once or not."""
        self.asked += 1
        if self.slow_store:
            self.until.wait(20)
        return 1

    def status(self) -> None:
        """Figures never come in time."""
        self.until.wait(20)
        message = "asked too late"
        raise RuntimeError(message)


@pytest.mark.parametrize("store", [True, False])
def test_health_says_in_time_who_is_slow(query: Callable[[Any], Any], *, store: bool) -> None:
    """Who asks again meanwhile is told the same, and puts no second question to the store."""
    until = threading.Event()
    slow = Slow(until, store=store)
    for _ in range(2):
        answer = query(lambda: slow)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert answer.json() == {
            "status": "busy",
            "error": health.SLOW["store" if store else "figures"],
        }
    assert slow.asked == 1
    until.set()


def test_a_look_that_hangs_is_given_up(
    query: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that answers again is seen to."""
    until = threading.Event()
    slow = Slow(until, store=True)
    assert query(lambda: slow).json()["error"] == health.SLOW["store"]
    monkeypatch.setattr(health, "GIVEN_UP_AFTER_S", 0.0)
    assert query(lambda: 1 / 0).json()["error"] == health.BROKEN
    until.set()


def test_health_says_why_where_it_is_known(query: Callable[[Any], Any]) -> None:
    """And nothing of an error that nobody foresaw."""

    def unusable() -> None:
        message = "the store is of a newer version"
        raise StoreUnusable(message)

    def broken() -> None:
        message = "secret detail"
        raise RuntimeError(message)

    known, unknown = query(unusable), query(broken)
    assert (known.status_code, unknown.status_code) == (503, 503)
    assert known.json() == {"status": "unavailable", "error": "the store is of a newer version"}
    assert unknown.json() == {"status": "unavailable", "error": health.BROKEN}


def test_an_endpoint_without_a_place_is_answered_with_503(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the seconds after which to ask again."""
    monkeypatch.setattr(tables_api, "LANE", WorkQueue(at_once=1, waiting=0))

    def never(_request: Request) -> Any:
        message = "it has no place"
        raise AssertionError(message)

    async def ask() -> tuple[int, str]:
        async with tables_api.LANE._places:  # noqa: SLF001 - the one place is taken
            answer = await tables_api._guarded(never)(None)  # type: ignore[arg-type]  # noqa: SLF001 - unread
        return answer.status_code, answer.headers["retry-after"]

    assert own_loop.run(ask) == (503, "5")
