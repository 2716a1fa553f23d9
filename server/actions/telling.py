"""Bringing the own streams of staff in line with their inbox: entries, and how many of them are open (NS-4, NS-5).

What a stream tells of an entry is never older than what it has told before, since the store is looked at only once the
stream's end is known, and anew if anything came in between. So whoever applies it in order, and keeps what came last, has
what the store has. An entry that was changed stays marked until its stream has it: whoever dies first leaves it to the
sweep (P9). Whoever may not see the account any more is told nothing, and the entry goes (AC-15): an access.changed takes
the very place in the stream that was looked at. Refuses to know why an entry changed.
"""

from collections.abc import Collection
from typing import Final

from protocol import events as e
from protocol.entities import AccountBrief, Notification
from protocol.ids import user_stream
from protocol.wire import Ms
from server.actions.news import may_see
from server.context import Means
from storage.accounts import AccountDoc
from storage.notifications import Glance, NotificationDoc, Place
from storage.streams import Draft
from storage.threads import ThreadDoc

UNTOLD_PER_SWEEP_MAX: Final = 500


async def tell(means: Means, places: Collection[Place]) -> None:
    """Have the owners of these entries told of those that have changed. May be called again, by anybody."""
    while places:
        places = await _tell(means, places)


async def tell_left(means: Means, before: Ms, now: Ms) -> int:
    """The same for what has been left untold since before a time, at most UNTOLD_PER_SWEEP_MAX; how many were looked at.
    What can't be told holds up no other."""
    notifications = means.store.notifications
    left = await notifications.untold(before, UNTOLD_PER_SWEEP_MAX)
    if left:
        await tell(means, left)
        await notifications.put_off(before, left, now)
    return len(left)


async def _tell(means: Means, places: Collection[Place]) -> list[Place]:
    """What is to be told then: where entries had to go that had been counted."""
    notifications = means.store.notifications
    drafted: dict[str, NotificationDoc] = {}
    gone: dict[str, NotificationDoc] = {}

    async def say(streams: Collection[str]) -> list[Draft]:
        gone.clear()
        glance = await notifications.glance([place for place in places if user_stream(place[0]) in streams])
        drafts = []
        for entry in glance.entries:
            thread, account = glance.threads.get(entry.thread_id), glance.accounts.get(entry.account_id)
            member = glance.staff.get(entry.user_id)
            if thread is None or account is None or member is None:
                continue  # it can't be read, which costs its owner the sight of it, and nobody else
            if may_see(member, account):
                drafts.append(_draft(means, glance, entry, thread, account))
                drafted[_key(entry)] = entry
            else:
                gone[_key(entry)] = entry
        return drafts

    told = await means.store.streams.append_behind({user_stream(user_id) for user_id, _ in places}, say)
    for appended in told:
        means.announcer.event(appended.stored)
    await notifications.told(drafted[appended.stored.key] for appended in told if appended.stored.key in drafted)
    return await notifications.drop(list(gone.values()), means.clock.now()) if gone else []


def _key(entry: NotificationDoc) -> str:
    return f"entry:{entry.id}:{entry.revision}"


def _draft(means: Means, glance: Glance, entry: NotificationDoc, thread: ThreadDoc, account: AccountDoc) -> Draft:
    told = e.NotificationUpdated(
        notification=shown(entry, thread, account), open_count=glance.open_counts[entry.user_id]
    )
    return Draft(
        stream=user_stream(entry.user_id),
        firm_id=entry.firm_id,
        account_id=None,
        at=means.clock.now(),
        actor=None,
        event=told,
        key=_key(entry),
    )


def shown(entry: NotificationDoc, thread: ThreadDoc, account: AccountDoc) -> Notification:
    """An entry as its owner sees it."""
    return Notification(
        id=entry.id,
        thread_id=entry.thread_id,
        account=AccountBrief(id=account.id, name=account.name, short_id=account.short_id),
        subject=thread.subject,
        kind=entry.kind,
        actor=entry.actor,
        at=entry.at,
        created_at=entry.created_at,
        text=entry.text,
        unread=entry.unread,
        mentioned=entry.mentioned,
        internal=entry.internal,
        archived=entry.archived,
        assignee_id=thread.assignee_id,
        read_by=entry.read_by,
    )
