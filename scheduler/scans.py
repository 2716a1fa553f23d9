"""Files that wait for the virus scanner (server.documents.scanning). Any number of schedulers may run it: who takes one
holds it for a while, and a dead one's is taken by the next. Refuses to know what is scanned."""

import asyncio
from typing import Final

from protocol.wire import Ms
from scheduler.turn import Ending, Turn
from server.core.context import Means
from server.documents import scanning

WORKERS_MAX: Final = 4
"""clamd has ten threads by default, and saves ask it as well."""


async def tick(means: Means, now: Ms, turn: Turn) -> int:
    """Have scanned what waits until nothing does, or the scanner is away; how much was."""
    if not means.settings.clamd:
        return 0
    return sum(await asyncio.gather(*(_worker(means, turn) for _ in range(WORKERS_MAX))))


async def _worker(means: Means, turn: Turn) -> int:
    done = 0
    while not turn.ending and (scan := await scanning.next_one(means, await turn.now())) is not None:
        try:
            if not await turn.unless_ending(scanning.work(means, scan, await turn.now())):
                break
        except Ending:
            await scanning.leave(means, scan, await turn.now())
            break
        done += 1
    return done
