"""The reminder tick: look up what is due, and let the rules decide about each (spec 3.8.5).

A tick costs what is due, not what exists: one indexed query. Any number of schedulers may run it: the row that a
reminder writes is unique, and whoever comes second finds nothing due (RM-16).
"""

from collections.abc import Sequence

from protocol.ids import thread_stream
from protocol.wire import Id, Ms
from scheduler import rounds
from scheduler.mail.back_off import BackOff
from server.core.context import Means
from server.reminders import actions as reminders
from server.reminders import cycles
from storage.threads import ThreadDoc

THREADS_PER_ROUND_MAX = 500
UNHEARD_EVENTS_MAX = 500

BACK_OFF = BackOff()


async def tick(means: Means, now: Ms, back_off: BackOff = BACK_OFF) -> int:
    """Send every reminder that is due at `now`; how many. A thread with which something is wrong holds up no other."""

    async def find(held: Sequence[Id]) -> list[ThreadDoc]:
        return await means.store.threads.due(now, THREADS_PER_ROUND_MAX, but=held)

    async def do(thread: ThreadDoc) -> bool:
        """Fire one thread's reminder, or bring its state in line with why it isn't due."""
        return await _fired(means, thread, now)

    return await rounds.go_through("reminder", now, back_off, find, do)


async def _fired(means: Means, thread: ThreadDoc, now: Ms) -> bool:
    if await reminders.fire(means, thread.firm_id, thread.id, now):
        return True
    await decide_anew(means, thread)
    return False


async def decide_anew(means: Means, thread: ThreadDoc) -> None:
    """Bring a thread's reminder in line with why nothing is due, so that it isn't found again for the same."""
    heard = thread.reminder.heard_seq if thread.reminder else 0
    unheard = await means.store.streams.read(thread_stream(thread.id), heard, UNHEARD_EVENTS_MAX)
    await cycles.refresh(means, thread.firm_id, thread.id, unheard)
