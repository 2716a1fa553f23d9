"""What has happened in a thread as news for staff, and who hears of it (spec 3.15). Pure: reads and writes nothing.

Each event is news by itself, and each of those who hear of it is found for it alone: what happened together with it in
a batch changes neither. Refuses to widen access (AC-5): whoever can't see the account hears nothing of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from protocol import body as bodies
from protocol.inbox import NotificationKind
from protocol.letters import LetterFailed
from protocol.messages import MessageSent
from protocol.people import Person
from protocol.reminders import ReminderExhausted
from protocol.scheduled_sends import ScheduledSendChanged
from protocol.tasks import TaskAdded, TaskCompleted, TaskDeleted, TaskEdited, TaskReopened, TasksCompleted
from protocol.threads import ThreadAssigned, ThreadCreated, ThreadReopened, ThreadWoken
from protocol.wire import Id, Ms
from server.core.moment import Matter
from server.core.sight import may_see
from storage.accounts import AccountDoc
from storage.log.streams import Stored
from storage.people import StaffDoc
from storage.threads import ThreadDoc

TEXT_CHARACTERS_MAX = 160
_NOBODYS: Final = frozenset({"snooze_ended", "reminders_exhausted"})
"""Came about by itself: told also to whom it is told of."""


@dataclass(frozen=True, slots=True)
class News:
    """An event as it is told in an inbox."""

    stream: str
    seq: int
    at: Ms
    kind: NotificationKind
    event: str
    """The type of the event."""
    actor: Person
    text: str
    mentioned: frozenset[Id] = frozenset()
    assigned: Id | None = None
    snoozed_by: Id | None = None
    """Who had put off what has come back by itself: it comes back to them."""
    documents: int = 0
    """How many documents came with it."""
    letter_id: Id | None = None
    """The letter that failed."""
    only_to: Id | None = None
    """Whose message did not go at its time, or who is assigned where nobody answers reminders: told to them, or to those
    who hear of the thread if they may not see it."""

    @property
    def kind_of_stream(self) -> str:
        """`t` or `n`."""
        return self.stream[0]

    @property
    def order(self) -> tuple[Ms, str, int]:
        """Which of two of a thread is the later one, whatever stream they stand in: `n` behind `t` at the same time."""
        return self.at, self.kind_of_stream, self.seq

    def kind_for(self, staff_id: Id) -> NotificationKind:
        """What it is called in somebody's inbox: what means one of them is told to the others in other words."""
        if staff_id in self.mentioned:
            return "mention"
        return "assignment_changed" if self.kind == "assignment" and staff_id != self.assigned else self.kind

    def called(self, staff_id: Id) -> bool:
        """Whether somebody is meant by name."""
        return staff_id in self.mentioned or staff_id in (self.assigned, self.snoozed_by)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a member of staff hears of one stream of a thread: one piece of news or more, each once, the latest last."""

    matter: Matter
    member: StaffDoc
    news: Sequence[News]

    @property
    def stream(self) -> str:
        """Where it stands."""
        return self.news[0].stream

    @property
    def heard(self) -> int:
        """The last position in the stream that they hear of."""
        return max(item.seq for item in self.news)

    @property
    def called(self) -> int:
        """The last position where they are mentioned, 0 without one."""
        return max((item.seq for item in self.news if self.member.id in item.mentioned), default=0)


def hearers(thread: ThreadDoc, account: AccountDoc, staff: Iterable[StaffDoc]) -> list[StaffDoc]:
    """Starter, assignee and followers who can see the account; where nobody follows it, the owner too (NS-1)."""
    wanted = {thread.created_by.id, thread.assignee_id, *account.follower_ids}
    seeing = [member for member in staff if may_see(member, account)]
    followed = any(member.id in account.follower_ids for member in seeing)
    return [member for member in seeing if member.id in wanted or (member.role == "owner" and not followed)]


def audience(item: News, matter: Matter, listening: Sequence[StaffDoc], staff: Sequence[StaffDoc]) -> list[StaffDoc]:
    """Who is told: those who hear of the thread, and whoever is called on and may see it; never its author.

    That an assignee has lost access, also who assigned them, and the owner (AS-5).
    """
    if item.only_to is not None:
        meant = [member for member in staff if member.id == item.only_to and may_see(member, matter.account)]
        return meant or list(listening)
    told = {member.id: member for member in listening}
    lost = item.kind == "assignment_lost"
    for member in staff:
        concerned = item.called(member.id) or (
            lost and (member.role == "owner" or member.id == matter.thread.assigned_by_id)
        )
        if concerned and may_see(member, matter.account):
            told[member.id] = member
    if item.kind not in _NOBODYS:
        told.pop(item.actor.id, None)  # NS-7
    return list(told.values())


def news_in(matter: Matter) -> list[News]:
    """The events as news, in their order, each once."""
    found = {
        (stored.stream, stored.seq): item
        for stored in matter.events
        if (item := _told(stored, matter.thread)) is not None
    }
    return sorted(found.values(), key=lambda item: item.order)


def _told(stored: Stored, thread: ThreadDoc) -> News | None:
    """An event as news; None for one that nobody is told of."""
    if isinstance(stored.event, LetterFailed):
        # Nobody's doing: it is told of the person to whom the letter was.
        failed, text = stored.event, stored.event.said[:TEXT_CHARACTERS_MAX]
        return News(
            stored.stream, stored.seq, stored.at, "mail_failed", "letter.failed", failed.person, text,
            letter_id=failed.letter_id,
        )  # fmt: skip
    if isinstance(stored.event, ThreadWoken):
        # Nobody's doing, either; an answer that has woken it is news by itself.
        back, by = stored.event.back, stored.event.snoozed_by
        if back is None or back.why != "time" or by is None:
            return None
        return News(
            stored.stream, stored.seq, stored.at, "snooze_ended", "thread.woken", by, "", snoozed_by=by.id
        )  # fmt: skip
    if isinstance(stored.event, ScheduledSendChanged):
        stopped, by = stored.event.stopped, stored.event.by
        if stopped is None or stored.actor is not None:
            return None  # somebody's plans are no news to others, and what was sent is news by itself
        return News(
            stored.stream, stored.seq, stored.at, "send_stopped", "scheduled_send.changed", by, stopped, only_to=by.id
        )  # fmt: skip
    if isinstance(stored.event, ReminderExhausted):
        return _exhausted(stored, stored.event, thread)
    described = _described(stored, thread)
    if described is None or stored.actor is None:
        return None
    kind, text = described
    mentioned: Iterable[Id] = ()
    assigned: Id | None = None
    documents = 0
    if isinstance(stored.event, MessageSent):
        mentioned = bodies.mentions(stored.event.body)
        documents = len(stored.event.attachments)
    elif isinstance(stored.event, ThreadAssigned) and stored.event.assignee is not None:
        assigned = stored.event.assignee.id
    tag = str(stored.event.__struct_config__.tag)
    return News(
        stored.stream, stored.seq, stored.at, kind, tag, stored.actor, text, frozenset(mentioned), assigned,
        documents=documents,
    )  # fmt: skip


def _exhausted(stored: Stored, event: ReminderExhausted, thread: ThreadDoc) -> News | None:
    """Nobody answers reminders (SS-6): told of a contact who got them, with what they owe. Of an archived thread nobody is
    told: it was chosen for that."""
    if event.archived:
        return None
    return News(
        stored.stream,
        stored.seq,
        stored.at,
        "reminders_exhausted",
        "reminder.exhausted",
        event.about or thread.created_by,
        event.unanswered,
        only_to=event.assignee.id if event.assignee is not None else None,
    )


def _described(stored: Stored, thread: ThreadDoc) -> tuple[NotificationKind, str] | None:
    """What an event is called in an inbox, and a few words of it; None for events that nobody is told of."""
    match stored.event:
        case ThreadCreated():
            return "thread_created", ""
        case MessageSent(body=body):
            text = bodies.plain_text(body)[:TEXT_CHARACTERS_MAX]
            if stored.stream.startswith("t:") and _messages(stored) == 1:
                return "thread_created", text  # the words that a thread begins with are no news of their own
            by_staff = stored.actor is not None and stored.actor.side == "staff"
            return ("message_from_staff" if by_staff else "message_from_contact"), text
        case TaskAdded() if _began_with(stored, thread):
            return None  # nor are the tasks
        case TaskAdded(task=task):
            return "tasks_changed", task.text
        case TaskEdited() | TaskCompleted() | TaskReopened() | TaskDeleted():
            return "tasks_changed", ""
        case TasksCompleted() if stored.actor is not None and stored.actor.side == "staff":
            return None  # TK-6 is about what a client has done; that a colleague ticked is told already
        case TasksCompleted():
            return "tasks_completed", ""
        case ThreadAssigned(assignee=assignee) if assignee is not None:
            # Who took a chat over is named already.
            return "assignment", "" if stored.actor is not None and stored.actor.id == assignee.id else assignee.name
        case ThreadAssigned(lost_by=lost_by) if lost_by is not None:
            return "assignment_lost", lost_by.name
        case ThreadReopened():
            return "thread_reopened", ""
        case _:
            return None


def _began_with(stored: Stored, thread: ThreadDoc) -> bool:
    """Whether a thread was started with a task: nothing tells it from one that was added but who did it, and when."""
    by = stored.actor.id if stored.actor is not None else None
    return (by, stored.at, _messages(stored)) == (thread.created_by.id, thread.created_at, 1)


def _messages(stored: Stored) -> int:
    """How many messages there are up to an event of t:."""
    return stored.totals.staff_messages + stored.totals.contact_messages


def named(stored: Stored) -> set[Id]:
    """Those whom an event names, who may hear of it whatever they are to the thread."""
    match stored.event:
        case MessageSent(body=body):
            return set(bodies.mentions(body))
        case ThreadAssigned(assignee=assignee) if assignee is not None:
            return {assignee.id}
        case ThreadWoken(snoozed_by=by) if by is not None:
            return {by.id}
        case ScheduledSendChanged(by=by):
            return {by.id}
        case ReminderExhausted(assignee=assignee) if assignee is not None:
            return {assignee.id}
        case _:
            return set()


def hearings(matters: Iterable[Matter], staff: Mapping[Id, Sequence[StaffDoc]]) -> list[Hearing]:
    """Who hears of what has happened. `staff`: by firm, at least those whom events name, threads and accounts, and the
    owners."""
    heard: list[Hearing] = []
    for matter in matters:
        news = news_in(matter)
        if not news:
            continue
        known = staff.get(matter.thread.firm_id, [])
        listening = hearers(matter.thread, matter.account, known)
        each: dict[tuple[Id, str], tuple[StaffDoc, list[News]]] = {}
        for item in news:
            for member in audience(item, matter, listening, known):
                each.setdefault((member.id, item.stream), (member, []))[1].append(item)
        heard += [Hearing(matter, member, items) for member, items in each.values()]
    return heard
