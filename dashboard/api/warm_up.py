"""What the first visitor would wait for, worked out while the server starts."""

from __future__ import annotations

import logging
import threading
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from dashboard.answers.workspace import workspace
from dashboard.api.store_watch import StoreWatch
from dashboard.reports import report_order
from dashboard.worklist import todo_items
from data_access.explained import ExplainedError
from data_access.snapshot import doctor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date

_LOG: Final = logging.getLogger(__name__)


@asynccontextmanager
async def warmed(_app: object) -> AsyncIterator[None]:
    """A server's life: it answers at once, warms up beside that, and watches its store."""
    ended = threading.Event()
    threading.Thread(target=warm, name="warming", daemon=True).start()
    threading.Thread(target=look_over, name="looking over", daemon=True).start()
    watch = threading.Thread(target=StoreWatch().run, args=(ended,), name="watching", daemon=True)
    watch.start()
    yield
    ended.set()


def warm() -> None:
    """Make the edition, what it says wants a decision, and what is said of the last month."""
    try:
        known = workspace()
        status = known.status()
        if status.empty:
            return
        todo_items.items(known.read({}).scope)
        month = _last_month(status.now.astimezone(known.settings.zone).date())
        known.table("monthly", report_order.read("monthly", {"month": [month]}, known).scope)
    except ExplainedError as error:
        _LOG.warning("leadloop: %s", error)
    except Exception:  # noqa: BLE001 - a page says it to the reader, here it goes to the log
        _LOG.exception("could not warm up; the first page will say what is wrong")


def look_over() -> None:
    """Hold the store's file against itself; what is found stands on every page."""
    try:
        known = workspace()
        if wrong := doctor.quick_check(known.store):
            known.damage = (
                f"The store's file is damaged ({wrong}). What is shown may be wrong: stop "
                "importing, and restore the newest backup"
            )
            _LOG.error(known.damage)
    except ExplainedError as error:
        _LOG.warning("leadloop: %s", error)
    except Exception:  # noqa: BLE001 - as above
        _LOG.exception("the store's file could not be looked over")


def _last_month(today: date) -> str:
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
