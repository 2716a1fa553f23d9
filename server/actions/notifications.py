"""The staff notification feed: who hears of what happened in a thread, and their inbox entries (spec 3.15).

Entries are consequences: drawn from news by `follow`, as often as need be. What is news to whom is server.actions.news,
and how they hear of a changed entry server.actions.telling.
"""

from collections.abc import Sequence

from protocol import explain
from protocol.commands import Done, NotificationArchive, NotificationList, NotificationPage
from protocol.entities import Person
from protocol.errors import Invalid, NotFound
from protocol.ids import new_id
from protocol.wire import Id, Ms, Seq
from server.actions import news, telling
from server.actions.matter import Matter
from server.actions.news import Hearing
from server.context import Context, Means
from storage.notifications import NotificationDoc, Telling
from storage.people import StaffDoc
from storage.threads import ThreadDoc


async def hearings(means: Means, matters: Sequence[Matter]) -> list[Hearing]:
    """Who hears of what has happened, read in one query."""
    told = [(matter, found) for matter in matters if (found := news.news_in(matter))]
    if not told:
        return []
    wanted = set[Id]().union(*(news.wanted(matter, found) for matter, found in told))
    firm_ids = {matter.thread.firm_id for matter, _ in told}
    staff: dict[Id, list[StaffDoc]] = {firm_id: [] for firm_id in firm_ids}
    for member in await means.store.people.staff_or_owners(list(wanted), list(firm_ids)):
        staff.setdefault(member.firm_id, []).append(member)
    return news.hearings(told, staff)


async def follow(means: Means, heard: Sequence[Hearing]) -> None:
    """Bring everybody's inbox in line with what they hear of, and tell them. May be called again with the same news."""
    if not heard:
        return
    tellings = [_telling(hearing) for hearing in heard]
    await means.store.notifications.tell(tellings, means.clock.now())
    await telling.tell(means, {one.entry.place for one in tellings})


def _telling(hearing: Hearing) -> Telling:
    thread, member = hearing.matter.thread, hearing.member
    first, item = hearing.news[0], hearing.news[-1]
    entry = NotificationDoc(
        id=new_id(),
        firm_id=thread.firm_id,
        user_id=member.id,
        thread_id=thread.id,
        account_id=thread.account_id,
        kind=item.kind_for(member.id),
        actor=item.actor,
        at=item.at,
        created_at=first.at,
        unread=True,
        archived=False,
        text=item.text,
        internal=item.kind_of_stream == "n",
        seq=item.seq,
    )
    return Telling(entry, item.kind_of_stream, hearing.heard, hearing.called)


async def thread_read(means: Means, thread: ThreadDoc, person: Person, seq: Seq, at: Ms) -> None:
    """A member of staff has read a thread: their entry loses its marks, and colleagues see who was first (NS-5)."""
    own = await means.store.notifications.read(person.id, thread.id, seq, at)
    changed = await means.store.notifications.colleague_read(thread.id, person.id, person.name, at)
    await telling.tell(means, [*changed, *([(person.id, thread.id)] if own else [])])


async def page(context: Context, command: NotificationList, scope: None) -> NotificationPage:
    """The asker's inbox, latest first, without what they may not see any more."""
    principal, store = context.principal, context.store
    below = _below(command.after)
    entries = await store.notifications.page(principal.user_id, command.archived, below, command.limit + 1)
    more = len(entries) > command.limit
    entries = entries[: command.limit]
    threads = {thread.id: thread for thread in await store.threads.many([entry.thread_id for entry in entries])}
    accounts = await store.accounts.many(list({entry.account_id for entry in entries}))
    return NotificationPage(
        notifications=[
            telling.shown(entry, threads[entry.thread_id], accounts[entry.account_id])
            for entry in entries
            if entry.thread_id in threads and entry.account_id in accounts and principal.sees(entry.account_id)
        ],
        open_count=await store.notifications.open_count(principal.user_id),
        next=f"{entries[-1].at}.{entries[-1].id}" if more else None,
    )


def _below(cursor: str | None) -> tuple[Ms, Id] | None:
    if cursor is None:
        return None
    at, _, identity = cursor.partition(".")
    if not at.isdigit() or not identity:
        raise Invalid(path="$.after", expected="`next` of an earlier page", got=explain.quoted(cursor))
    return int(at), identity


async def archive(context: Context, command: NotificationArchive, scope: None) -> Done:
    """Put an entry away, or take it back (NS-5)."""
    principal, store = context.principal, context.store
    now = context.means.clock.now()
    entry = await store.notifications.archive(principal.user_id, command.notification_id, command.archived, now)
    if entry is None:
        raise NotFound("There is no such entry in your inbox.")
    await telling.tell(context.means, [entry.place])
    return Done()
