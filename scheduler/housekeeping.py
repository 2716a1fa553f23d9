"""The sweep: draws the consequences that a crash left undrawn (P9)."""

from collections import defaultdict

from protocol.ids import split_stream
from protocol.wire import Id, Ms
from server import consequences
from server.context import Means
from storage.streams import Stored

UNSETTLED_AFTER_MS = 10_000
"""A living node settles within a second; what is older was left by a dead one, or by a database that was away."""
EVENTS_PER_SWEEP_MAX = 1_000


async def sweep(means: Means, now: Ms) -> int:
    """Settle what has been waiting too long; how many events."""
    left = await means.store.streams.unsettled(now - UNSETTLED_AFTER_MS, EVENTS_PER_SWEEP_MAX)
    by_thread: dict[Id, list[Stored]] = defaultdict(list)
    for stored in left:
        by_thread[split_stream(stored.stream)[1]].append(stored)
    for thread_id, events in by_thread.items():
        await consequences.draw(means, thread_id, events)
        for stored in events:
            means.announcer.event(stored)  # it may never have been published either; hubs drop what they know
    return len(left)
