"""Bulk runs that wait for somebody to work on them (BK). Any number of schedulers may run it: server.bulk.working begins
each chat once.

A run is never in a hurry: after each portion this process rests for as long as that took, and until what followed from it
has been drawn, so that what people send meanwhile doesn't wait for it, and no more is held than a portion needs. Runs take
turns. Refuses to know what a run does.
"""

import asyncio
import time
from typing import Final

import structlog

from protocol.errors import Unavailable
from protocol.wire import Ms
from scheduler.mail.back_off import BackOff
from scheduler.turn import Ending, Turn
from server.bulk import working
from server.core.context import Means
from storage.mongo.connection import ours

log = structlog.get_logger(__name__)

RUNS_LOOKED_AT: Final = 20
WAITING_EVENTS_MAX: Final = 200
"""Of events whose consequences are still to be drawn: with more, nothing new is begun."""
REST_S_MAX: Final = 2.0
LOOK_S: Final = 0.05

BACK_OFF = BackOff()


async def tick(means: Means, now: Ms, turn: Turn, back_off: BackOff = BACK_OFF) -> int:
    """Work on what is due until nobody has anything to do there; for how many accounts something was done."""
    done = 0
    while not turn.ending:
        worked = await _round(means, await turn.now(), turn, back_off)
        if not worked:
            break
        done += worked
    return done


async def _round(means: Means, now: Ms, turn: Turn, back_off: BackOff) -> int:
    """A portion of each run that is due."""
    done = 0
    for run in await means.store.bulk_runs.due(RUNS_LOOKED_AT, but=back_off.held(now)):
        if turn.ending:
            break
        began = time.monotonic()
        try:
            async with ours():
                done += await working.work(means, run, await turn.now())
        except Unavailable:
            raise
        except Exception:
            # A fault of ours, or something that this build can't read: other runs go on.
            back_off.failed(run.id, now)
            log.exception("bulk.failed", run=run.id)
        await _rest(means, turn, time.monotonic() - began)
    return done


async def _rest(means: Means, turn: Turn, took_s: float) -> None:
    """Leave the database to others for as long as it was used, and let what followed be drawn."""

    async def rest() -> None:
        await asyncio.sleep(min(took_s, REST_S_MAX))
        while means.settler.waiting > WAITING_EVENTS_MAX:  # noqa: ASYNC110 - the settler wakes nobody
            await asyncio.sleep(LOOK_S)

    try:
        await turn.unless_ending(rest())
    except Ending:
        return
