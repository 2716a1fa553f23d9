"""Everything that follows from events, in one list (P9, P10): the settler and the scheduler's sweep both call it.

For many threads at once: what is needed is read together, and what follows is written together, so that a batch costs
about as many commands as one message. Each line can be drawn again without changing anything. Only when all have been
drawn are the events settled.
"""

from collections.abc import Mapping, Sequence

import structlog

from protocol.errors import ChattarError
from protocol.wire import Id
from server.actions import cycles, letters, notifications, recipients, threads
from server.actions.matter import Matter
from server.context import Means
from storage.mongo import ours
from storage.streams import Stored

log = structlog.get_logger(__name__)

Happened = Mapping[Id, Sequence[Stored]]
"""Events by thread, in any order."""


async def draw(means: Means, happened: Happened) -> None:
    """Draw the consequences of events of some threads. May be called again with the same events.

    A thread with which something is wrong holds up no other: its events stay unsettled, and the next sweep tries again
    and says so again. Raises ChattarError when nothing can be done at the moment.
    """
    try:
        await _together(means, happened)
    except ChattarError:
        raise
    except Exception:
        # A fault of ours. Whatever was done is done again by halves, until the one is alone that it comes from.
        if len(happened) == 1:
            log.exception("settling.failed", threads=list(happened))
            return
        some = list(happened)
        for half in (some[: len(some) // 2], some[len(some) // 2 :]):
            await draw(means, {thread_id: happened[thread_id] for thread_id in half})


async def _together(means: Means, happened: Happened) -> None:
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
        await store.streams.settled([stored for events in happened.values() for stored in events])
