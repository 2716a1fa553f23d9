"""Everything that follows from events, in one list (P9, P10): the settler and the scheduler's sweep both call it.

For many threads at once: what is needed is read together, and what follows is written together, so that a batch costs
about as many commands as one message. Each line can be drawn again without changing anything. Only when all have been
drawn are the events settled.
"""

from collections.abc import Mapping, Sequence

import structlog

from protocol.errors import Unavailable
from protocol.wire import Id
from server.actions import cycles, letters, notifications, recipients, threads
from server.actions.matter import Matter
from server.context import Means
from storage.mongo import ours
from storage.streams import Foreign, Stored

log = structlog.get_logger(__name__)

Happened = Mapping[Id, Sequence[Stored]]
"""Events by thread, in any order."""


async def draw(means: Means, happened: Happened) -> list[Stored]:
    """Draw the consequences of events of some threads; those that couldn't be settled. May be called again with the same.

    A thread with which something is wrong holds up no other: its events stay unsettled. So does an event that this build
    can't read, for one that can. Raises Unavailable when nothing can be done at the moment.
    """
    left: list[Stored] = [stored for events in happened.values() for stored in events if isinstance(stored, Foreign)]
    known = {
        thread_id: own
        for thread_id, events in happened.items()
        if (own := [stored for stored in events if not isinstance(stored, Foreign)])
    }
    return left + await _apart(means, known) if known else left


async def _apart(means: Means, happened: Happened) -> list[Stored]:
    try:
        return await _together(means, happened)
    except Unavailable:
        raise
    except Exception:
        # A fault of ours. Whatever was done is done again by halves, until the one is alone that it comes from.
        if len(happened) == 1:
            log.exception("settling.failed", threads=list(happened))
            return [stored for events in happened.values() for stored in events]
        some, left = list(happened), list[Stored]()
        for half in (some[: len(some) // 2], some[len(some) // 2 :]):
            left += await _apart(means, {thread_id: happened[thread_id] for thread_id in half})
        return left


async def _together(means: Means, happened: Happened) -> list[Stored]:
    """All of them; the events of threads of which row or account is missing or can't be read are left."""
    store = means.store
    async with ours():
        rows = await threads.project(means, happened)
        accounts = await store.accounts.many(list({row.account_id for row in rows}))
        matters = [
            Matter(row, accounts[row.account_id], happened[row.id]) for row in rows if row.account_id in accounts
        ]
        told = {m.account.id: m.account for m in matters if cycles.concerned(m) or letters.concerned(m)}
        reached = await recipients.of_accounts(means, told.values())
        await cycles.follow(means, matters, reached)
        heard = await notifications.hearings(means, matters)
        await notifications.follow(means, heard)
        await letters.follow(means, matters, reached, heard)
        await store.streams.settled([stored for matter in matters for stored in matter.events])
        done = {matter.thread.id for matter in matters}
        return [stored for thread_id, events in happened.items() if thread_id not in done for stored in events]
