"""One run of a job: what time it is for all schedulers, and whether this process has been asked to end.

A run may last for many minutes, and a process can be frozen in the middle of it: so it asks again and again, and a time
that it was told is never kept.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Self, TypeVar

from protocol.wire import Ms

T = TypeVar("T")


class Ending(Exception):
    """The process was asked to end, and what it was at could still be left."""


class Turn:
    """The shared clock, and the wish that it may end soon."""

    def __init__(self, clock: Callable[[], Awaitable[Ms]], stop: asyncio.Event) -> None:
        self.now = clock
        """The time by the clock that all schedulers share, asked anew."""
        self._stop = stop

    @classmethod
    def at(cls, now: Ms) -> Self:
        """A run during which the clock stands, and nothing ends."""

        async def standing() -> Ms:
            return now

        return cls(standing, asyncio.Event())

    @property
    def ending(self) -> bool:
        """Whether nothing new is to be begun."""
        return self._stop.is_set()

    async def unless_ending(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work returns. Raises Ending, with the work cancelled, as soon as the process is asked to end."""
        task = asyncio.create_task(work)
        asked = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({task, asked}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise Ending
        finally:
            asked.cancel()
            task.cancel()
            await asyncio.wait({task, asked})
