"""The inbox of staff: who hears of what happened in a thread, and their inbox entries (spec 3.15).

Entries are consequences: drawn from news by server.inbox.follows, as often as need be. What is news to whom is
server.inbox.news, and how they hear of a changed entry server.inbox.telling.
"""

from collections.abc import Sequence

from protocol import explain
from protocol.asked import Done
from protocol.errors import Invalid, NotFound
from protocol.ids import user_stream
from protocol.inbox import NotificationArchive, NotificationList, NotificationPage
from protocol.wire import Id, Ms
from server.core.context import Context, Means, Principal
from server.core.doing import does
from server.inbox import hearing, telling
from storage.notifications import OWN, NotificationDoc, Place, ReadTo
from storage.store import Store


async def thread_read(means: Means, place: Place, name: str, to: ReadTo, at: Ms) -> None:
    """A member of staff has read a thread up to these positions, which are in their mark already: their entry loses its
    marks as far as that goes, and colleagues see who was first (NS-5). Whoever makes the entry only now looks at the mark.
    """
    notifications = means.store.notifications
    own = await notifications.read(place, to, at)
    changed = await notifications.colleague_read(place, name, to, at)
    await telling.tell(means, [*changed, *([place] if own else [])])


@does(NotificationList)
async def page(context: Context, command: NotificationList, scope: None) -> NotificationPage:
    """The asker's inbox, latest first, without what they may not see any more."""
    principal, store = context.principal, context.store
    below = _below(command.after)
    head = await store.streams.head(user_stream(principal.user_id))  # before the entries, which are no older then
    entries = await store.notifications.page(
        principal.firm_id, principal.user_id, command.archived, below, command.limit + 1
    )
    more = len(entries) > command.limit
    entries = await _as_read(store, entries[: command.limit])
    found = await store.threads.many([principal.firm_id], [entry.thread_id for entry in entries])
    threads = {thread.id: thread for thread in found}
    accounts = await store.accounts.many(principal.firm_id, {entry.account_id for entry in entries})
    return NotificationPage(
        notifications=[
            telling.shown(entry, threads.get(entry.thread_id), accounts.get(entry.account_id))
            for entry in entries
            if telling.whole(entry, threads.get(entry.thread_id), accounts.get(entry.account_id))
            and _may_see(principal, entry)
        ],
        open_count=await badge(store, principal),
        next=f"{entries[-1].at}.{entries[-1].id}" if more else None,
        head=head.seq,
    )


async def _as_read(store: Store, entries: Sequence[NotificationDoc]) -> list[NotificationDoc]:
    """The entries as far as their owner has read by now: what follows from a mark may still be to come."""
    unread = [entry.place for entry in entries if entry.unread]
    reached = await store.notifications.reached(unread) if unread else {}
    return [hearing.read(entry, reached[entry.place]) if entry.place in reached else entry for entry in entries]


def _may_see(principal: Principal, entry: NotificationDoc) -> bool:
    if entry.about in OWN:
        return True
    return principal.leads if entry.about == "mail" else principal.sees(entry.account_id)


async def badge(store: Store, principal: Principal) -> int:
    """How many entries are open of those that somebody may see by now (NS-5, AC-15)."""
    seen = None if principal.sees_all else principal.account_ids
    return await store.notifications.open_count(principal.firm_id, principal.user_id, of=seen)


def _below(cursor: str | None) -> tuple[Ms, Id] | None:
    if cursor is None:
        return None
    at, _, identity = cursor.partition(".")
    if not at.isdigit() or not identity:
        raise Invalid(path="$.after", expected="`next` of an earlier page", got=explain.quoted(cursor))
    return int(at), identity


@does(NotificationArchive)
async def archive(context: Context, command: NotificationArchive, scope: None) -> Done:
    """Put an entry away, or take it back (NS-5)."""
    principal, store = context.principal, context.store
    now = context.means.clock.now()
    entry = await store.notifications.archive(
        principal.firm_id, principal.user_id, command.notification_id, command.archived, now
    )
    if entry is None:
        raise NotFound("There is no such entry in your inbox.")
    await telling.tell(context.means, [entry.place])
    return Done()
