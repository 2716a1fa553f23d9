"""The staff notification feed: who hears of what happened in a thread, and their inbox entries (spec 3.15).

Entries are consequences: drawn from events by `follow`, as often as need be. Refuses to widen access (AC-5): whoever
can't see the account hears nothing of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from protocol import body as bodies
from protocol import events as e
from protocol.commands import Done, NotificationArchive, NotificationList, NotificationPage
from protocol.entities import AccountBrief, Notification, NotificationKind, Person
from protocol.errors import Invalid, NotFound
from protocol.ids import new_id, user_stream
from protocol.wire import Id, Ms
from server.context import Context, Means
from storage.accounts import AccountDoc
from storage.notifications import NotificationDoc
from storage.people import StaffDoc
from storage.streams import Draft, Stored
from storage.threads import ThreadDoc

TEXT_CHARACTERS_MAX = 160


@dataclass(slots=True)
class News:
    """What a run of events of one stream comes to for an inbox: the last of it, and everybody mentioned on the way."""

    stream: str
    seq: int
    at: Ms
    kind: NotificationKind
    actor: Person
    text: str
    assigned: Id | None = None
    mentioned: set[Id] = field(default_factory=set)


def may_see(member: StaffDoc, account: AccountDoc) -> bool:
    """Whether a member of staff sees an account (AC-4)."""
    if not member.active:
        return False
    return member.role in ("owner", "admin") or "view_all_accounts" in member.rights or member.id in account.staff_ids


def hearers(thread: ThreadDoc, account: AccountDoc, staff: Sequence[StaffDoc]) -> list[StaffDoc]:
    """Starter, assignee and followers who can see the account, or the owner if there are none (NS-1, decision 3)."""
    wanted = {thread.created_by.id, thread.assignee_id, *account.follower_ids}
    found = [member for member in staff if member.id in wanted and may_see(member, account)]
    return found or [member for member in staff if member.role == "owner" and member.active]


def audience(item: News, thread: ThreadDoc, account: AccountDoc, staff: Sequence[StaffDoc]) -> list[StaffDoc]:
    """Who is told: those who hear of the thread, and whoever is called on and may see it; never its author."""
    listening = {member.id: member for member in hearers(thread, account, staff)}
    for member in staff:
        if member.id in item.mentioned | {item.assigned} and may_see(member, account):
            listening[member.id] = member
    listening.pop(item.actor.id, None)  # NS-7
    return list(listening.values())


async def follow(means: Means, thread: ThreadDoc, account: AccountDoc, events: Sequence[Stored]) -> None:
    """Bring everybody's inbox in line with what has happened in a thread. May be called again with the same events."""
    news = news_in(events)
    if not news:
        return
    staff = await means.store.people.firm_staff(thread.firm_id)
    for item in news:
        for member in audience(item, thread, account, staff):
            await _tell(means, thread, account, member, item)


def news_in(events: Sequence[Stored]) -> list[News]:
    """The events as news, one for each stream, in order of their last event."""
    news: dict[str, News] = {}
    for stored in sorted(events, key=lambda event: (event.at, event.seq)):
        described = _described(stored)
        if described is None or stored.actor is None:
            continue
        kind, text = described
        before = news.get(stored.stream)
        item = News(stored.stream, stored.seq, stored.at, kind, stored.actor, text)
        if isinstance(stored.event, e.MessageSent):
            item.mentioned = set(bodies.mentions(stored.event.body))
        if isinstance(stored.event, e.ThreadAssigned) and stored.event.assignee:
            item.assigned = stored.event.assignee.id
        if before is not None:
            item.mentioned |= before.mentioned
            item.assigned = item.assigned or before.assigned
        news[stored.stream] = item
    return sorted(news.values(), key=lambda item: item.at)


def _described(stored: Stored) -> tuple[NotificationKind, str] | None:
    """What an event is called in an inbox, and a few words of it; None for events that nobody is told of."""
    match stored.event:
        case e.MessageSent(body=body):
            by_staff = stored.actor is not None and stored.actor.side == "staff"
            text = bodies.plain_text(body)[:TEXT_CHARACTERS_MAX]
            return ("message_from_staff" if by_staff else "message_from_contact"), text
        case e.TaskAdded(task=task):
            return "tasks_changed", task.text
        case e.TaskEdited() | e.TaskCompleted() | e.TaskReopened() | e.TaskDeleted():
            return "tasks_changed", ""
        case e.TasksCompleted():
            return "tasks_completed", ""
        case e.ThreadAssigned(assignee=assignee) if assignee is not None:
            return "assignment", assignee.name
        case e.ThreadReopened():
            return "thread_reopened", ""
        case _:
            return None


async def _tell(means: Means, thread: ThreadDoc, account: AccountDoc, member: StaffDoc, item: News) -> None:
    mentioned = member.id in item.mentioned
    kind: NotificationKind = "mention" if mentioned else item.kind
    entry = NotificationDoc(
        id=new_id(),
        firm_id=thread.firm_id,
        user_id=member.id,
        thread_id=thread.id,
        account_id=thread.account_id,
        kind=kind,
        actor=item.actor,
        at=item.at,
        created_at=item.at,
        unread=True,
        archived=False,
        mentioned=mentioned,
        text=item.text,
        internal=item.stream.startswith("n:"),
    )
    told = await means.store.notifications.tell(entry, item.stream, item.seq)
    if told is None:
        told = await means.store.notifications.of_thread(member.id, thread.id)
    if told is not None:
        await _publish(means, thread, account, told, f"{member.id}:{item.stream}:{item.seq}")


async def _publish(means: Means, thread: ThreadDoc, account: AccountDoc, entry: NotificationDoc, key: str) -> None:
    """Put the entry, as it is now, into its owner's own stream; once for each key."""
    appended = await means.store.streams.append(
        Draft(
            stream=user_stream(entry.user_id),
            firm_id=entry.firm_id,
            account_id=None,
            at=means.clock.now(),
            actor=None,
            event=e.NotificationUpdated(
                notification=_seen(entry, thread, account),
                open_count=await means.store.notifications.open_count(entry.user_id),
            ),
            key=key,
        )
    )
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


async def thread_read(means: Means, thread: ThreadDoc, person: Person, at: Ms) -> None:
    """A member of staff has read a thread: their entry loses its marks, and colleagues see who was first (NS-5)."""
    own = await means.store.notifications.read(person.id, thread.id, at)
    others = await means.store.notifications.colleague_read(thread.id, person.id, person.name)
    changed = ([own] if own else []) + others
    if not changed:
        return
    account = await means.store.accounts.get(thread.account_id)
    if account is None:
        return
    for entry in changed:
        await _publish(means, thread, account, entry, f"{entry.user_id}:read:{thread.id}:{person.id}:{at}")


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
        raise Invalid(path="after", expected="`next` of an earlier page", got=cursor)
    return int(at), identity


async def archive(context: Context, command: NotificationArchive, scope: None) -> Done:
    """Put an entry away, or take it back (NS-5)."""
    principal, store = context.principal, context.store
    entry = await store.notifications.archive(principal.user_id, command.notification_id, command.archived)
    if entry is None:
        raise NotFound("There is no such entry in your inbox.")
    thread, account = await store.threads.get(entry.thread_id), await store.accounts.get(entry.account_id)
    if thread is not None and account is not None:
        await _publish(context.means, thread, account, entry, f"{principal.user_id}:archive:{entry.id}:{new_id()}")
    return Done()
