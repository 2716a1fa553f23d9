"""The reminder tick: look up what is due, and let the rules decide about each (spec 3.8.5).

A tick costs what is due, not what exists: one indexed query. Any number of schedulers may run it: the row that a
reminder writes is unique, and whoever comes second finds nothing due (RM-16).
"""

import asyncio
import random

import structlog

from protocol.errors import Unavailable
from protocol.ids import thread_stream
from protocol.wire import Ms
from scheduler.mail.back_off import BackOff
from server.core.context import Means
from server.reminders import actions as reminders
from server.reminders import cycles
from storage.mongo.connection import ours
from storage.threads import ThreadDoc

log = structlog.get_logger(__name__)

THREADS_PER_ROUND_MAX = 500
WORKERS_MAX = 8
UNHEARD_EVENTS_MAX = 500

BACK_OFF = BackOff()


async def tick(means: Means, now: Ms, back_off: BackOff = BACK_OFF) -> int:
    """Send every reminder that is due at `now`; how many. A thread with which something is wrong holds up no other."""
    fired = 0
    while due := await means.store.threads.due(now, THREADS_PER_ROUND_MAX, but=back_off.held(now)):
        # Two schedulers that start together would otherwise go through the same list side by side.
        random.shuffle(due)
        room = asyncio.Semaphore(WORKERS_MAX)
        outcomes = await asyncio.gather(*(_one(means, thread, now, room, back_off) for thread in due))
        fired += sum(outcome is True for outcome in outcomes)
        if any(outcome is None for outcome in outcomes):
            return fired  # something is wrong: the next tick tries again
    return fired


async def _one(means: Means, thread: ThreadDoc, now: Ms, room: asyncio.Semaphore, back_off: BackOff) -> bool | None:
    """Fire one thread's reminder, or bring its state in line with why it isn't due. None for a fault: it is tried
    again, at once if it was temporary."""
    async with room:
        try:
            async with ours():
                return await _fired(means, thread, now)
        except Unavailable as error:
            log.warning("reminder.postponed", thread_id=thread.id, code=error.code)
        except Exception:
            # A fault of ours, or something that this build can't read.
            back_off.failed(thread.id, now)
            log.exception("reminder.failed", thread_id=thread.id)
        return None


async def _fired(means: Means, thread: ThreadDoc, now: Ms) -> bool:
    if await reminders.fire(means, thread.firm_id, thread.id, now):
        return True
    heard = thread.reminder.heard_seq if thread.reminder else 0
    unheard = await means.store.streams.read(thread_stream(thread.id), heard, UNHEARD_EVENTS_MAX)
    await cycles.refresh(means, thread.firm_id, thread.id, unheard)
    return False
