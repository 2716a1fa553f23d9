"""Settling: who draws the consequences of events, when, and how many at a time (P9).

After a commit the event is handed over here; its thread's row, unread counts, notifications, letters and reminder are
brought in line with it together with those of other threads, a batch at a time. What a crash leaves, the scheduler's
sweep does. Acknowledgements come first: between two batches the settler rests for as long as the last one took, and
only when it falls behind does it take more. Refuses to know what the consequences are.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import structlog

from protocol.errors import ChattarError
from protocol.ids import split_stream
from protocol.wire import Id
from storage.log.streams import Stored

log = structlog.get_logger(__name__)

PAUSE_S: Final = 0.25
"""From one batch to the next: what comes meanwhile waits for company. A busy thread costs a few writes a second."""
THREADS_PER_BATCH_MAX: Final = 64
BATCHES_AT_ONCE_MAX: Final = 2
"""The second only runs when the settler has fallen behind."""
BEHIND_S: Final = 1.0
"""An event that has waited longer ends the rests."""
WAITING_EVENTS_MAX: Final = 50_000
"""More are left to the sweep: they are in the log, and memory is bounded."""

Consequences = Callable[[Mapping[Id, Sequence[Stored]]], Awaitable[Sequence[Stored]]]
"""Draws the consequences of events, by thread; those that couldn't be settled. May be called again with the same."""


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Events whose consequences are drawn together, by thread, and when the first of them came."""

    events: Mapping[Id, Sequence[Stored]]
    since: float


class Settler:
    """Events waiting for their consequences, by thread."""

    def __init__(self, consequences: Consequences, *, pause_s: float = PAUSE_S) -> None:
        self._consequences = consequences
        self._pause_s = pause_s
        self._waiting: dict[Id, list[Stored]] = {}
        self._since: dict[Id, float] = {}
        """When the first of a thread's waiting events came: in the order of coming."""
        self._under_way: list[_Batch] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._chores: set[asyncio.Task[Any]] = set()
        self._hurry = asyncio.Event()
        self.waiting = 0
        """Events that wait or are being drawn."""
        self.settled = 0
        self.batches = 0
        self.left = 0
        """Events left to the sweep."""

    def settle(self, stored: Stored) -> None:
        """Draw the consequences of an event soon, without making the caller wait for them."""
        if self.waiting >= WAITING_EVENTS_MAX:
            self.left += 1
            return
        _, thread_id = split_stream(stored.stream)
        self.waiting += 1
        waiting = self._waiting.get(thread_id)
        if waiting is None:
            self._waiting[thread_id] = [stored]
            self._since[thread_id] = time.monotonic()
        else:
            waiting.append(stored)
        if not self._tasks or (len(self._tasks) < BATCHES_AT_ONCE_MAX and self.lag_s() > BEHIND_S):
            self._tasks.add(asyncio.create_task(self._run(), name="settle"))

    def later(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Do something of a request after its answer. Whatever asks for it has noted it where a sweep finds it, should
        it fail or the process end."""
        task = asyncio.create_task(self._later(work, name), name=name)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    async def _later(self, work: Coroutine[Any, Any, None], name: str) -> None:
        try:
            await work
        except ChattarError as error:
            log.warning("settling.postponed", work=name, code=error.code)
        except Exception:
            log.exception("settling.failed", work=name)

    def lag_s(self) -> float:
        """How long the event has waited that has waited longest."""
        first = [*(batch.since for batch in self._under_way), *islice(self._since.values(), 1)]
        return time.monotonic() - min(first) if first else 0.0

    async def drained(self) -> None:
        """Wait until nothing is waiting, without rests: for shutdown and for tests."""
        self._hurry.set()
        try:
            while self._tasks or self._chores:
                await asyncio.wait([*self._tasks, *self._chores])
        finally:
            self._hurry.clear()

    async def _run(self) -> None:
        try:
            while batch := self._next_batch():
                began = time.monotonic()
                await self._draw(batch)
                await self._rest(time.monotonic() - began)
        finally:
            # In the same turn of the loop as the look at what is waiting: what comes after it finds nobody at work.
            self._tasks -= {asyncio.current_task()}

    def _next_batch(self) -> _Batch | None:
        """The threads that have waited longest; never one that another batch is about. None if there are none."""
        busy = {thread_id for batch in self._under_way for thread_id in batch.events}
        chosen = list(islice((thread_id for thread_id in self._since if thread_id not in busy), THREADS_PER_BATCH_MAX))
        if not chosen:
            return None
        since = min([self._since.pop(thread_id) for thread_id in chosen])
        return _Batch({thread_id: self._waiting.pop(thread_id) for thread_id in chosen}, since)

    async def _draw(self, batch: _Batch) -> None:
        events, threads = sum(map(len, batch.events.values())), len(batch.events)
        self._under_way.append(batch)
        try:
            left = len(await self._consequences(batch.events))
            self.left += left
            self.settled += events - left
        except ChattarError as error:
            # Temporary by its kind: the events stay unsettled in the log, and the sweep brings them back.
            self.left += events
            log.warning("settling.postponed", threads=threads, events=events, code=error.code)
        except Exception:
            # A fault of ours. The messages are stored and have been delivered; the sweep tries again.
            self.left += events
            log.exception("settling.failed", threads=threads, events=events)
        finally:
            self.batches += 1
            self.waiting -= events
            self._under_way.remove(batch)

    async def _rest(self, took_s: float) -> None:
        """Leave the loop and the database to others, and let company come."""
        if self.lag_s() > BEHIND_S or not self._pause_s:
            return
        full = len(self._since) >= THREADS_PER_BATCH_MAX
        rest_s = took_s if full else max(self._pause_s - took_s, took_s)
        with suppress(TimeoutError):
            async with asyncio.timeout(rest_s):
                await self._hurry.wait()
