"""What follows the last reminder of a round, where nobody has answered (SS-6). Any number of schedulers may run it:
server.threads.after_reminders does each once.

A tick costs what is due, not what exists: one indexed query.
"""

from collections.abc import Sequence
from typing import Final

from protocol.wire import Id, Ms
from scheduler import rounds
from scheduler.mail.back_off import BackOff
from scheduler.reminders import decide_anew
from server.core.context import Means
from server.threads import after_reminders
from storage.threads import ThreadDoc

THREADS_PER_ROUND_MAX: Final = 500

BACK_OFF = BackOff()


async def tick(means: Means, now: Ms, back_off: BackOff = BACK_OFF) -> int:
    """Do what it is time for at `now`; in how many threads."""

    async def find(held: Sequence[Id]) -> list[ThreadDoc]:
        return await means.store.threads.exhausted(now, THREADS_PER_ROUND_MAX, but=held)

    async def do(thread: ThreadDoc) -> bool:
        if await after_reminders.see_to(means, thread.firm_id, thread.id, now):
            return True
        await decide_anew(means, thread)
        return False

    return await rounds.go_through("after_reminders", now, back_off, find, do)
