"""Whether this machine's clock agrees with the database's: times of events, sessions and letters are told by both.

Knows how far apart they are, as far as a question over the network can tell. Refuses to set anything: that is NTP's.
"""

import asyncio
from typing import Final

import structlog

from protocol.errors import ChattarError
from protocol.wire import Ms
from server.core.auth import real_now
from server.core.clock import Clock
from storage.mongo.connection import Mongo, ours

log = structlog.get_logger(__name__)

COMPARE_S: Final = 60.0
APART_MS_MAX: Final = 2_000
"""Further apart, order and deadlines that people see would be wrong: such a node is not ready."""


class ClockWatch:
    """Compares the two clocks now and then."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._mongo = mongo
        self._clock = clock
        self.apart_ms: Ms | None = None
        """How far our clock is ahead of the database's (negative: behind), less what the question itself may have
        taken; 0 if they may well be equal, None before the first answer."""

    @property
    def agrees(self) -> bool:
        """Whether the clocks were close enough when they were last compared."""
        return self.apart_ms is not None and abs(self.apart_ms) <= APART_MS_MAX

    async def look(self) -> None:
        """Compare. Raises Unavailable."""
        asked = real_now(self._clock)
        async with ours():
            theirs = await self._mongo.now()
        heard = real_now(self._clock)
        # The answer was true at some moment between: our clock is ahead of the earliest, or behind the latest, for certain.
        self.apart_ms = asked - theirs if asked > theirs else min(0, heard - theirs)
        if not self.agrees:
            log.error("clock.apart", ahead_ms=self.apart_ms, allowed_ms=APART_MS_MAX)

    async def run(self) -> None:
        """Compare each minute, until cancelled."""
        while True:
            await asyncio.sleep(COMPARE_S)  # the clock itself is what is waited for
            try:
                await self.look()
            except ChattarError as error:
                log.warning("clock.unknown", code=error.code)
