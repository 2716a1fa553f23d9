"""What has happened in a thread as news for staff, and who hears of it (spec 3.15). Pure: reads and writes nothing.

Refuses to widen access (AC-5): whoever can't see the account hears nothing of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from protocol import body as bodies
from protocol import events as e
from protocol.entities import NotificationKind, Person
from protocol.wire import Id, Ms
from server.actions.matter import Matter
from storage.accounts import AccountDoc
from storage.people import StaffDoc
from storage.streams import Stored
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
    mentioned: dict[Id, int] = field(default_factory=dict)
    """Everybody mentioned on the way, and where last."""

    @property
    def kind_of_stream(self) -> str:
        """`t` or `n`."""
        return self.stream[0]

    def kind_for(self, staff_id: Id) -> NotificationKind:
        """What it is called in somebody's inbox: what means one of them is told to the others in other words."""
        if staff_id in self.mentioned:
            return "mention"
        return "assignment_changed" if self.kind == "assignment" and staff_id != self.assigned else self.kind

    def called(self, staff_id: Id) -> bool:
        """Whether somebody is meant by name."""
        return staff_id in self.mentioned or staff_id == self.assigned


@dataclass(frozen=True, slots=True)
class Hearing:
    """A member of staff hears of some news."""

    matter: Matter
    item: News
    member: StaffDoc


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
    """Who is told: those who hear of the thread, and whoever is called on and may see it; never its author.

    That an assignee has lost access, also who assigned them, and the owner (AS-5).
    """
    listening = {member.id: member for member in hearers(thread, account, staff)}
    lost = item.kind == "assignment_lost"
    for member in staff:
        concerned = item.called(member.id) or (lost and (member.role == "owner" or member.id == thread.assigned_by_id))
        if concerned and may_see(member, account):
            listening[member.id] = member
    listening.pop(item.actor.id, None)  # NS-7
    return list(listening.values())


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
            item.mentioned = dict.fromkeys(bodies.mentions(stored.event.body), stored.seq)
        if isinstance(stored.event, e.ThreadAssigned) and stored.event.assignee:
            item.assigned = stored.event.assignee.id
        if before is not None:
            more = before.text and isinstance(stored.event, e.MessageSent)
            if before.kind == "thread_created" and before.actor.id == item.actor.id and not more:
                # Its first message and its tasks are no news of their own.
                item.kind, item.text = before.kind, before.text or item.text
            item.mentioned = before.mentioned | item.mentioned
            item.assigned = item.assigned or before.assigned
        news[stored.stream] = item
    return sorted(news.values(), key=lambda item: item.at)


def _described(stored: Stored) -> tuple[NotificationKind, str] | None:
    """What an event is called in an inbox, and a few words of it; None for events that nobody is told of."""
    match stored.event:
        case e.ThreadCreated():
            return "thread_created", ""
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
        case e.ThreadAssigned(lost_by=lost_by) if lost_by is not None:
            return "assignment_lost", lost_by.name
        case e.ThreadReopened():
            return "thread_reopened", ""
        case _:
            return None


def wanted(matter: Matter, news: Sequence[News]) -> set[Id]:
    """Whose document `audience` looks at, besides the owners'."""
    thread = matter.thread
    ids = {thread.created_by.id, *matter.account.follower_ids}
    for item in news:
        ids |= item.mentioned.keys()
    called = (thread.assignee_id, thread.assigned_by_id, *(item.assigned for item in news))
    return ids | {one for one in called if one is not None}


def hearings(told: Sequence[tuple[Matter, Sequence[News]]], staff: Mapping[Id, Sequence[StaffDoc]]) -> list[Hearing]:
    """Who hears of what; `staff` by firm."""
    return [
        Hearing(matter, item, member)
        for matter, news in told
        for item in news
        for member in audience(item, matter.thread, matter.account, staff.get(matter.thread.firm_id, []))
    ]
