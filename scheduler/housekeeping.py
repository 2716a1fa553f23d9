"""The sweep: draws the consequences that a crash left undrawn (P9), and goes on with work that it left half done."""

from collections import defaultdict

import structlog

from protocol.errors import ChattarError
from protocol.ids import split_stream
from protocol.wire import Id, Ms
from server import consequences
from server.actions import cycles
from server.context import Means
from storage.streams import Stored

log = structlog.get_logger(__name__)

UNSETTLED_AFTER_MS = 10_000
"""A living node settles within a second; what is older was left by a dead one, or by a database that was away."""
EVENTS_PER_BATCH_MAX = 200
ACCOUNTS_PER_SWEEP_MAX = 100


async def sweep(means: Means, now: Ms) -> int:
    """Settle what has been waiting too long; how many events."""
    before, after, swept = now - UNSETTLED_AFTER_MS, 0, 0
    while left := await means.store.streams.unsettled(before, EVENTS_PER_BATCH_MAX, after):
        by_thread: dict[Id, list[Stored]] = defaultdict(list)
        for stored in left:
            by_thread[split_stream(stored.stream)[1]].append(stored)
        await consequences.draw(means, by_thread)
        for stored in left:
            means.announcer.event(stored)  # it may never have been published either; hubs drop what they know
        swept += len(left)
        # Onwards, past what can't be settled: the next sweep begins with that.
        after = left[-1].unsettled_at or before
    return swept + await _go_on(means, before)


async def _go_on(means: Means, before: Ms) -> int:
    """Go on with accounts whose threads are still to be decided anew; how many. One that fails holds up no other."""
    left = await means.store.chores.left(before, ACCOUNTS_PER_SWEEP_MAX)
    done = 0
    for account_id in left:
        try:
            await cycles.decide_account(means, account_id)
            done += 1
        except ChattarError:
            raise
        except Exception:
            log.exception("sweep.failed", account_id=account_id)
    return done
