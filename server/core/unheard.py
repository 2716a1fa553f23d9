"""Processes that the others can't hear say so in the database, where the bus carries nothing (P5).

Whoever alone has lost Redis still stores messages and marks, and nobody is told of them. The log would show the ones at
the next comparison, and nothing shows the others. So such a process notes since when it can't be heard, and as long as
its note is fresh the others compare often and tell again. Refuses to know what was lost, and how it is told.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from protocol.errors import ChattarError
from protocol.ids import new_id
from protocol.wire import Ms
from server.core.clock import Clock
from storage.facts import Facts
from storage.mongo.connection import ours

log = structlog.get_logger(__name__)

LOOK_S: Final = 2.0
UNHEARD_S_MIN: Final = 1.0
"""What is on its way for less is on its way."""
FRESH_MS: Final = 10_000
"""A process that hasn't repeated it for so long is heard again, or dead, which others find out elsewhere."""


class Unheard:
    """What one process says of itself, and knows of the others."""

    def __init__(self, facts: Facts, clock: Clock, unheard_s: Callable[[], float], process: str | None = None) -> None:
        """`unheard_s`: for how many seconds nothing of what this process tells has reached anybody."""
        self._facts = facts
        self._clock = clock
        self._unheard_s = unheard_s
        self._process = process or new_id()
        self._said = False
        self._others: dict[str, Ms] = {}

    @property
    def others(self) -> bool:
        """Whether there are some whom nobody hears."""
        return bool(self._others)

    async def say(self) -> None:
        """Note it if we can't be heard, and if we are again. Raises Unavailable."""
        unheard_ms, now = round(self._unheard_s() * 1000), self._clock.now()
        if unheard_ms >= UNHEARD_S_MIN * 1000:
            async with ours():
                self._said = True  # also where the answer is lost
                await self._facts.say_unheard(self._process, now - unheard_ms, now)
        elif self._said:
            async with ours():
                await self._facts.say_heard(self._process, now)
            self._said = False

    async def look(self) -> Ms | None:
        """Ask for the others. Since when there is one that was not known of; None if there is none. Raises Unavailable."""
        async with ours():
            found = await self._facts.unheard(self._clock.now() - FRESH_MS)
        others = {process: since for process, since in found.items() if process != self._process}
        new = [since for process, since in others.items() if self._others.get(process) != since]
        self._others = others
        return min(new, default=None)

    async def keep_saying(self) -> None:
        """For a process that listens to nobody: `say`, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)  # the interval itself
            try:
                await self.say()
            except ChattarError as error:
                log.warning("unheard.unsaid", code=error.code)
