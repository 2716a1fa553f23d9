"""The staff notification feed: who hears of what happened in a thread, and their inbox entries (spec 3.15).

Entries are consequences: drawn from news by `follow`, as often as need be. What is news to whom is server.actions.news.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from protocol import events as e
from protocol import explain
from protocol.commands import Done, NotificationArchive, NotificationList, NotificationPage
from protocol.entities import AccountBrief, Notification, Person
from protocol.errors import Invalid, NotFound
from protocol.ids import new_id, user_stream
from protocol.wire import Id, Ms, Seq
from server.actions import news
from server.actions.matter import Matter
from server.actions.news import Hearing
from server.context import Context, Means
from storage.accounts import AccountDoc
from storage.notifications import NotificationDoc, Telling
from storage.people import StaffDoc
from storage.streams import Draft
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
    """Bring everybody's inbox in line with what they hear of. May be called again with the same news.

    An entry that has heard of something later stands for it already, and whoever told it that has published it.
    """
    if not heard:
        return
    tellings = [_telling(hearing) for hearing in heard]
    entries = {(entry.user_id, entry.thread_id): entry for entry in await means.store.notifications.tell(tellings)}
    shown: list[_Shown] = []
    for hearing, telling in zip(heard, tellings, strict=True):
        entry = entries.get((telling.entry.user_id, telling.entry.thread_id))
        if entry is None:
            continue  # it can't be read, which costs its owner the sight of it, and nobody else
        key = f"{entry.user_id}:{hearing.stream}:"
        if entry.heard.get(telling.kind, 0) == telling.heard:
            shown.append(_Shown(hearing.matter.thread, hearing.matter.account, entry, f"{key}{telling.heard}"))
        elif telling.called and entry.called.get(telling.kind, 0) == telling.called:
            key = f"{key}{telling.called}:mention"  # it came late, behind other news, and has only left its mark
            shown.append(_Shown(hearing.matter.thread, hearing.matter.account, entry, key))
    await _publish(means, shown)


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


@dataclass(frozen=True, slots=True)
class _Shown:
    """An entry, as it is now, that is to stand in its owner's own stream, once for each key."""

    thread: ThreadDoc
    account: AccountDoc
    entry: NotificationDoc
    key: str


async def _publish(means: Means, shown: Sequence[_Shown]) -> None:
    if not shown:
        return
    now, counts = means.clock.now(), await means.store.notifications.open_counts({one.entry.user_id for one in shown})
    drafts = [
        Draft(
            stream=user_stream(one.entry.user_id),
            firm_id=one.entry.firm_id,
            account_id=None,
            at=now,
            actor=None,
            event=e.NotificationUpdated(
                notification=_seen(one.entry, one.thread, one.account), open_count=counts[one.entry.user_id]
            ),
            key=one.key,
        )
        for one in shown
    ]
    for appended in await means.store.streams.append_each(drafts):
        means.announcer.event(appended.stored)


def _seen(entry: NotificationDoc, thread: ThreadDoc, account: AccountDoc) -> Notification:
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


async def thread_read(means: Means, thread: ThreadDoc, person: Person, seq: Seq, at: Ms) -> None:
    """A member of staff has read a thread: their entry loses its marks, and colleagues see who was first (NS-5)."""
    own = await means.store.notifications.read(person.id, thread.id, seq, at)
    others = await means.store.notifications.colleague_read(thread.id, person.id, person.name)
    changed = ([own] if own else []) + others
    if not changed:
        return
    account = await means.store.accounts.get(thread.account_id)
    if account is None:
        return
    await _publish(
        means,
        [_Shown(thread, account, entry, f"{entry.user_id}:read:{thread.id}:{person.id}:{at}") for entry in changed],
    )


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
            _seen(entry, threads[entry.thread_id], accounts[entry.account_id])
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
    entry = await store.notifications.archive(principal.user_id, command.notification_id, command.archived)
    if entry is None:
        raise NotFound("There is no such entry in your inbox.")
    thread, account = await store.threads.get(entry.thread_id), await store.accounts.get(entry.account_id)
    if thread is not None and account is not None:
        key = f"{principal.user_id}:archive:{entry.id}:{new_id()}"
        await _publish(context.means, [_Shown(thread, account, entry, key)])
    return Done()
