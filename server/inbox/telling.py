"""Bringing the own streams of staff in line with their inbox: entries, and how many of them are open (NS-4, NS-5).

What a stream tells of an entry is never older than what it has told before, since the store is looked at only once the
stream's end is known, and anew if anything came in between. So whoever applies it in order, and keeps what came last, has
what the store has. An entry that was changed stays marked until its stream has it: whoever dies first leaves it to the
sweep (P9). Whoever may not see the account any more is told nothing, and the entry goes (AC-15): an access.changed takes
the very place in the stream that was looked at. Refuses to know why an entry changed.
"""

from collections.abc import Collection
from typing import Final

from protocol.ids import user_stream
from protocol.inbox import Notification, NotificationUpdated
from protocol.wire import Ms
from server.core.context import Means
from server.core.sight import leads, may_see
from server.inbox import gathering
from storage.accounts import AccountDoc, brief_of
from storage.log.streams import Draft
from storage.notifications import OWN, NotificationDoc, Place, ReadTo
from storage.people import StaffDoc
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
    """What is to be told then: where entries had to go that had been counted, and those that had been read before they
    were made."""
    notifications = means.store.notifications
    drafted: dict[str, NotificationDoc] = {}
    gone: dict[str, NotificationDoc] = {}
    read: dict[Place, ReadTo] = {}

    async def say(streams: Collection[str]) -> list[Draft]:
        gone.clear()
        read.clear()
        glance = await notifications.glance([place for place in places if user_stream(place.user_id) in streams])
        drafts = []
        for entry in glance.entries:
            thread, account = glance.threads.get(entry.thread_id), glance.accounts.get(entry.account_id)
            member = glance.staff.get(entry.user_id)
            if member is None or not whole(entry, thread, account):
                continue  # it can't be read, which costs its owner the sight of it, and nobody else
            reached = glance.reached.get(entry.place)
            if not _may_see(member, entry, account):
                gone[key_of(entry)] = entry
            elif entry.unread and reached is not None and reached.beyond(entry):
                read[entry.place] = reached
            else:
                drafts.append(drafted_event(means, entry, thread, account, glance.open_counts[entry.user_id]))
                drafted[key_of(entry)] = entry
        return drafts

    told = await means.store.streams.append_behind({user_stream(place.user_id) for place in places}, say)
    for appended in told:
        means.announcer.event(appended.stored)
    await notifications.told(drafted[appended.stored.key] for appended in told if appended.stored.key in drafted)
    now = means.clock.now()
    for place, to in read.items():
        await notifications.read(place, to, now)
    return [*read, *(await notifications.drop(list(gone.values()), now) if gone else [])]


def key_of(entry: NotificationDoc) -> str:
    """The key of the event that tells of an entry as it is."""
    return f"entry:{entry.id}:{entry.revision}"


def whole(entry: NotificationDoc, thread: ThreadDoc | None, account: AccountDoc | None) -> bool:
    """Whether there is what an entry is about."""
    return entry.about in OWN | {"mail"} or (account is not None and (thread is not None or entry.about != "thread"))


def _may_see(member: StaffDoc, entry: NotificationDoc, account: AccountDoc | None) -> bool:
    """What is about no account is for those who may change how the firm's mail goes; what somebody sent, or was to send, is
    theirs."""
    if entry.about in OWN:
        return member.active
    if account is None:
        return member.active and leads(member)
    return may_see(member, account)


def drafted_event(
    means: Means, entry: NotificationDoc, thread: ThreadDoc | None, account: AccountDoc | None, open_count: int
) -> Draft:
    """What the owner's own stream tells of an entry."""
    return Draft(
        stream=user_stream(entry.user_id),
        firm_id=entry.firm_id,
        account_id=None,
        at=means.clock.now(),
        actor=None,
        event=NotificationUpdated(notification=shown(entry, thread, account), open_count=open_count),
        key=key_of(entry),
    )


def shown(entry: NotificationDoc, thread: ThreadDoc | None, account: AccountDoc | None) -> Notification:
    """An entry as its owner sees it. It is `whole`."""
    told = gathering.told(entry)
    of_thread = entry.about == "thread"
    return Notification(
        id=entry.id,
        thread_id=entry.thread_id,
        account=brief_of(entry.account_id, account),
        subject=thread.subject if thread else "",
        kind=entry.kind,
        actor=entry.actor,
        at=entry.at,
        created_at=entry.created_at,
        text=entry.text,
        unread=entry.unread,
        mentioned=entry.mentioned,
        internal=entry.internal,
        archived=entry.archived,
        assignee_id=thread.assignee_id if thread else None,
        read_by=entry.read_by,
        gathered=told.gathered,
        unread_from=told.unread_from if of_thread else None,
        notes_unread_from=told.notes_unread_from if of_thread else None,
        about=entry.about,
        email=entry.email,
        copies=entry.copies,
        bulk=entry.bulk,
    )
