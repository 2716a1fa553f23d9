"""Settling: drawing every consequence of an event, as often as need be (P9).

After a commit the event is handed over here; the thread's row, unread counts, notifications, letters and reminder are
brought in line with it, and then the event is marked as settled. What a crash leaves, the scheduler's sweep hands over
again. Each thread is settled by one task at a time and at most every `pause_s`, with all that has come meanwhile: a
busy thread costs a few writes a second, not a few for each message.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from protocol.errors import ChattarError
from protocol.ids import split_stream
from protocol.wire import Id
from storage.streams import Stored

log = structlog.get_logger(__name__)

PAUSE_S: Final = 0.25
WORKERS_MAX: Final = 8

Consequences = Callable[[Id, Sequence[Stored]], Awaitable[None]]
"""Draws the consequences of some events of one thread, in order; may be called again with the same events."""


class Settler:
    """Events waiting for their consequences, by thread."""

    def __init__(self, consequences: Consequences, *, pause_s: float = PAUSE_S) -> None:
        self._consequences = consequences
        self._pause_s = pause_s
        self._waiting: dict[Id, list[Stored]] = {}
        self._tasks: dict[Id, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(WORKERS_MAX)

    def settle(self, stored: Stored) -> None:
        """Draw the consequences of an event soon, without making the caller wait for them."""
        _, thread_id = split_stream(stored.stream)
        self._waiting.setdefault(thread_id, []).append(stored)
        if thread_id not in self._tasks:
            self._tasks[thread_id] = asyncio.create_task(self._run(thread_id), name=f"settle {thread_id}")

    async def drained(self) -> None:
        """Wait until nothing is waiting: for shutdown and for tests."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    async def _run(self, thread_id: Id) -> None:
        try:
            while events := self._waiting.pop(thread_id, []):
                async with self._room:
                    await self._draw(thread_id, events)
                if self._waiting.get(thread_id):
                    await asyncio.sleep(self._pause_s)  # batches what a busy thread brings; see the module's text
        finally:
            del self._tasks[thread_id]

    async def _draw(self, thread_id: Id, events: Sequence[Stored]) -> None:
        try:
            await self._consequences(thread_id, events)
        except ChattarError as error:
            # Temporary by its kind: the events stay unsettled in the log, and the sweep brings them back.
            log.warning("settling.postponed", thread_id=thread_id, events=len(events), code=error.code)
        except Exception:
            # A fault of ours. The message is stored and has been delivered; the sweep tries again, and says so again.
            log.exception("settling.failed", thread_id=thread_id, events=len(events))
