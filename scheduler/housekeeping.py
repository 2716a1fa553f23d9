"""The sweep: draws the consequences that a crash left undrawn (P9), tells what it left untold, and goes on with work that
it left half done."""

from collections import defaultdict

import structlog

from protocol.errors import Unavailable
from protocol.ids import split_stream
from protocol.wire import Id, Ms
from scheduler.mail.back_off import BackOff
from server import consequences
from server.core.context import Means
from server.core.doing import CARRYING_ON
from server.inbox import telling
from server.marks import actions as marks
from storage.log.streams import Foreign, Stored

log = structlog.get_logger(__name__)

UNSETTLED_AFTER_MS = 3_000
"""A living node settles within a second; what is older was left by a dead one, or by a database that was away."""
EVENTS_PER_BATCH_MAX = 200
CHORES_PER_SWEEP_MAX = 100
PUT_OFF_FIRST_MS = 10_000
PUT_OFF_MAX_MS = 600_000
"""So long after an update at most, a newer build settles what an older one couldn't read."""


BACK_OFF = BackOff()


async def sweep(means: Means, now: Ms, back_off: BackOff = BACK_OFF) -> int:
    """Settle what has been waiting too long; how many events were. What can't be settled is put off, longer each time."""
    before, after, swept = now - UNSETTLED_AFTER_MS, 0, 0
    while left := await means.store.streams.unsettled(before, EVENTS_PER_BATCH_MAX, after):
        foreign = [stored for stored in left if isinstance(stored, Foreign)]
        by_thread: dict[Id, list[Stored]] = defaultdict(list)
        for stored in left:
            if not isinstance(stored, Foreign):
                by_thread[split_stream(stored.stream)[1]].append(stored)
        put_off = [*foreign, *await consequences.draw(means, by_thread)]
        if put_off:
            log.warning("sweep.put_off", events=len(put_off), foreign=len(foreign))
            await means.store.streams.put_off(put_off, now, PUT_OFF_FIRST_MS, PUT_OFF_MAX_MS)
        for events in by_thread.values():
            for stored in events:
                means.announcer.event(stored)  # it may never have been published either; hubs drop what they know
        swept += len(left) - len(put_off)
        after = max((stored.unsettled_at or 0 for stored in left), default=before) or before
    swept += await marks.finish_left(means, before, now)
    return swept + await telling.tell_left(means, before, now) + await _go_on(means, before, back_off)


async def _go_on(means: Means, before: Ms, back_off: BackOff) -> int:
    """Go on with what requests have left to do, or put off until now; how much of it is done. What fails holds up nothing
    else."""
    left = await means.store.chores.left(CARRYING_ON, before, CHORES_PER_SWEEP_MAX, but=back_off.held(before))
    done = 0
    for chore in left:
        try:
            await CARRYING_ON[chore.kind](means, chore)
            done += 1
        except Unavailable:
            raise
        except Exception:
            back_off.failed(chore.id, before)
            log.exception("sweep.failed", kind=chore.kind, subject=chore.subject)
    return done
