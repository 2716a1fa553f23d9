"""Everything that follows from an event, in one list (P9, P10): the settler and the scheduler's sweep both call it.

Each line can be drawn again without changing anything. Only when all have been drawn is the event settled.
"""

from collections.abc import Sequence

from protocol.wire import Id
from server.actions import letters, notifications, reminders, threads
from server.context import Means
from storage.mongo import ours
from storage.streams import Stored


async def draw(means: Means, thread_id: Id, events: Sequence[Stored]) -> None:
    """Draw the consequences of events of one thread, given in any order."""
    store = means.store
    async with ours():
        await threads.project(means, thread_id, events)
        thread = await store.threads.get(thread_id)
        account = await store.accounts.get(thread.account_id) if thread else None
        await reminders.follow(means, thread_id, events)
        if thread is not None and account is not None:
            await notifications.follow(means, thread, account, events)
            await letters.follow(means, thread, account, events)
        await store.streams.settled(events)
