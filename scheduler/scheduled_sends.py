"""What was to go later, and whose time has come (SS-1). Any number of schedulers may run it: server.scheduled_sends.sending
sends each once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from protocol.wire import Id, Ms
from scheduler import rounds
from scheduler.mail.back_off import BackOff
from server.core.context import Means
from server.scheduled_sends import sending
from storage.scheduled_sends import ScheduledSendDoc

SENDS_PER_ROUND_MAX: Final = 500

BACK_OFF = BackOff()


@dataclass(frozen=True, slots=True)
class Due:
    """A thread, with those of its messages whose time has come, in their order."""

    id: Id
    sends: Sequence[ScheduledSendDoc]


async def tick(means: Means, now: Ms, back_off: BackOff = BACK_OFF) -> int:
    """Send all that is due at `now`, or say why it doesn't go; how many."""

    async def find(held: Sequence[Id]) -> list[Due]:
        found = await means.store.scheduled_sends.due(now, SENDS_PER_ROUND_MAX, but=held)
        found.sort(key=lambda send: (send.thread_id, send.due_at, send.id))
        return [Due(thread_id, list(sends)) for thread_id, sends in groupby(found, key=lambda send: send.thread_id)]

    async def do(due: Due) -> int:
        """One after the other: what was to go first stands first. So it does with several schedulers: whoever finds one
        gone, or being sent, goes on once that is certain."""
        return sum([await sending.send_due(means, send) for send in due.sends])

    return await rounds.go_through("scheduled_send", now, back_off, find, do)
