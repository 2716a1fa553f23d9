"""What every open window shows, against what the log and the store say: rows, unread, tasks, marks, inbox, badges.

Counts are made here from the log: messages behind a position, tasks by their events. Only the positions themselves (how far
somebody has read) and inbox entries are state that the store alone knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from protocol.accounts import AccessChanged
from protocol.body import plain_text
from protocol.ids import notes_stream, thread_stream, user_stream
from protocol.inbox import Notification, NotificationUpdated
from protocol.messages import MessageSent
from protocol.people import Side
from protocol.streams import StreamEvent
from protocol.tasks import TaskAdded, TaskCompleted, TaskDeleted, TaskEdited, TaskReopened, TasksCompleted
from protocol.threads import (
    Thread,
    ThreadArchived,
    ThreadAssigned,
    ThreadCreated,
    ThreadRenamed,
    ThreadReopened,
    ThreadUnread,
)
from protocol.wire import Id
from storage.log.streams import Stored
from storage.marks import MarkDoc
from storage.notifications import NotificationDoc
from tests.disasters.storm.chores import real_ms
from tests.disasters.storm.diary import Ms
from tests.disasters.storm.evidence import Evidence, Violation
from tests.disasters.storm.windows import Seen

PLACES_MAX = 4
NEWS = (
    MessageSent, TaskAdded, TaskEdited, TaskCompleted, TaskReopened, TaskDeleted, TasksCompleted,
    ThreadReopened,
)  # fmt: skip


@dataclass
class Truth:
    """A thread by its log."""

    head: int = 0
    notes_head: int = 0
    subject: str = ""
    state: str = "active"
    last: str = ""
    assignee_id: Id | None = None
    tasks: dict[Id, bool] = field(default_factory=dict)


def judge(evidence: Evidence) -> list[Violation]:
    """Everything that is not as it should be at this moment."""
    truths = {thread_id: truth_of(evidence, thread_id) for thread_id in evidence.threads}
    found = [*the_store(evidence, truths), *the_told(evidence)]
    for seen in evidence.windows:
        if seen.is_open and seen.session not in {ended.session for ended in evidence.diary.sessions_ended}:
            found += the_window(evidence, seen, truths)
    return found


def truth_of(evidence: Evidence, thread_id: Id) -> Truth:
    """What the log says of a thread."""
    log, notes = evidence.logs[thread_stream(thread_id)], evidence.logs[notes_stream(thread_id)]
    truth = Truth(head=len(log), notes_head=len(notes))
    for event in log:
        match event.event:
            case ThreadCreated(subject=subject) | ThreadRenamed(subject=subject):
                truth.subject = subject
            case ThreadArchived():
                truth.state = "archived"
            case ThreadReopened():
                truth.state = "active"
            case MessageSent(body=body):
                truth.last = " ".join(plain_text(body).split())
            case TaskAdded(task=task):
                truth.tasks[task.id] = task.done
            case TaskCompleted(task_id=task_id):
                truth.tasks[task_id] = True
            case TaskReopened(task_id=task_id):
                truth.tasks[task_id] = False
            case TaskDeleted(task_id=task_id):
                truth.tasks.pop(task_id, None)
    for event in notes:
        if isinstance(event.event, ThreadAssigned):
            truth.assignee_id = event.event.assignee.id if event.event.assignee else None
    return truth


def unread_of(log: list[Stored], position: int, side: Side) -> int:
    """Messages of the other side behind a position."""
    return sum(
        isinstance(event.event, MessageSent)
        and event.seq > position
        and event.actor is not None
        and event.actor.side != side
        for event in log
    )


def the_store(evidence: Evidence, truths: dict[Id, Truth]) -> Iterator[Violation]:
    """The store's own rows."""
    if evidence.unsettled:
        yield Violation("wrong row", "store", "events", f"{evidence.unsettled} events have not been settled")
    for thread in evidence.threads.values():
        truth = truths[thread.id]
        unread = unread_of(evidence.logs[thread_stream(thread.id)], thread.firm_read.seq, "staff")
        for name, is_so, should in (
            ("head", thread.head.seq, truth.head),
            ("notes' head", thread.notes_head, truth.notes_head),
            ("subject", thread.subject, truth.subject),
            ("state", thread.state, truth.state),
            ("assignee", thread.assignee_id, truth.assignee_id),
            ("unread", thread.firm_unread, unread),
            ("tasks", (thread.tasks_done, thread.tasks_total), (sum(truth.tasks.values()), len(truth.tasks))),
        ):
            if is_so != should:
                at_ms = _ms(evidence, evidence.logs[thread_stream(thread.id)][-1].at)
                yield Violation("wrong row", "store", thread.id, f"{name} is {is_so} and should be {should}", at_ms)


def the_told(evidence: Evidence) -> Iterator[Violation]:
    """Whoever started a thread hears of everything in it that others did (NS-1, NS-7), however it was settled together: the
    entry stands for the latest of it. Of those alone who never lost the account."""
    lost = {absence.person_id for absence in evidence.diary.absences}
    entries = {(entry.user_id, entry.thread_id): entry for entry in evidence.inbox}
    for thread in evidence.threads.values():
        owner = thread.created_by
        if owner.side != "staff" or owner.id in lost:
            continue
        happened = evidence.logs[thread_stream(thread.id)] + evidence.logs[notes_stream(thread.id)]
        news = [event for event in happened if _is_news(event) and event.actor and event.actor.id != owner.id]
        latest = max((event.at for event in news), default=None)
        entry = entries.get((owner.id, thread.id))
        stands_for = entry.at if entry is not None else None
        if stands_for != latest:
            what = next((str(event.event)[:80] for event in news if event.at == latest), "nothing")
            text = f"{owner.name}'s entry stands for {stands_for} and should for {latest}: {what}"
            yield Violation("wrong row", "store", f"inbox {thread.id}", text)


def _is_news(event: Stored) -> bool:
    """Whether an event is told of at all."""
    if isinstance(event.event, ThreadAssigned):
        return event.event.assignee is not None or event.event.lost_by is not None
    return isinstance(event.event, NEWS)


def the_window(evidence: Evidence, seen: Seen, truths: dict[Id, Truth]) -> Iterator[Violation]:
    """All that one window shows."""
    state, seats = seen.state, evidence.seats_now[seen.person_id]
    if state.phase != "live":
        yield Violation("wrong row", seen.name, "connection", f"is {state.phase}")
        return
    for row in state.rows.values():
        if row.account.id not in seats:
            yield Violation("wrong row", seen.name, row.id, "is shown, and its account is not theirs any more")
        else:
            yield from the_row(evidence, seen, row, truths[row.id])
    for thread_id in state.opened:
        if evidence.accounts[thread_id] in seats:
            yield from the_thread(evidence, seen, thread_id, truths[thread_id])
    if seen.side == "staff":
        yield from the_inbox(evidence, seen, seats)
    own = user_stream(seen.person_id)
    position, head = _position(seen, own), len(evidence.logs[own])
    if position != head:
        yield Violation("wrong row", seen.name, own, f"has come to {position} of {head}")


def _position(seen: Seen, stream: str) -> int:
    followed = seen.state.streams.get(stream)
    return (followed.position or 0) if followed is not None else 0


def the_row(evidence: Evidence, seen: Seen, row: Thread, truth: Truth) -> Iterator[Violation]:
    """A row of the list."""
    read_at: int | None = None
    if seen.side == "staff":
        position, read_at = evidence.threads[row.id].firm_read.seq, evidence.threads[row.id].firm_read.at
    else:
        mark = evidence.marks.get((row.id, seen.person_id))
        position, read_at = (mark.read_seq, _read_at(mark)) if mark is not None else (0, None)
    unread = unread_of(evidence.logs[thread_stream(row.id)], position, seen.side)
    facts: list[tuple[str, object, object]] = [
        ("head", row.head, truth.head),
        ("subject", row.subject, truth.subject),
        ("state", row.state, truth.state),
        ("read up to", row.read_seq, position),
        ("unread", row.unread, unread),
        ("tasks", (row.tasks_done, row.tasks_total), (sum(truth.tasks.values()), len(truth.tasks))),
        ("last", row.last.text if row.last else "", truth.last),
    ]
    if row.staff is not None:
        facts += [
            ("notes' head", row.staff.notes_head, truth.notes_head),
            ("assignee", row.staff.assignee_id, truth.assignee_id),
        ]
    log = evidence.logs[thread_stream(row.id)]
    for name, is_so, should in facts:
        if is_so != should:
            at = read_at if name in ("read up to", "unread") else log[-1].at
            text = f"{name} is {is_so} and should be {should}"
            marked = [
                event.seq for event in evidence.logs[notes_stream(row.id)] if isinstance(event.event, ThreadUnread)
            ]
            places = tuple((notes_stream(row.id), seq) for seq in marked[-1:]) if at == read_at else ()
            yield Violation("wrong row", seen.name, row.id, text, _ms(evidence, at), places)


def _read_at(mark: MarkDoc) -> int | None:
    return mark.read[-1].at if mark.read else None


def _ms(evidence: Evidence, at: int | None) -> Ms | None:
    return real_ms(at, evidence.at_ms) if at is not None else None


def the_thread(evidence: Evidence, seen: Seen, thread_id: Id, truth: Truth) -> Iterator[Violation]:
    """A thread that is open: its messages word for word, tasks, marks."""
    opened = seen.state.opened[thread_id]
    streams = [(thread_stream(thread_id), opened.items)]
    if seen.side == "staff":
        streams.append((notes_stream(thread_id), opened.notes))
    for stream, items in streams:
        log = evidence.logs[stream]
        whole = [StreamEvent(seq=one.seq, at=one.at, actor=one.actor, event=one.event) for one in log]
        if list(items) != whole[len(whole) - len(items) :]:
            shown = f"{items[0].seq} to {items[-1].seq}" if items else "nothing"
            yield Violation("wrong row", seen.name, stream, f"shows {shown} of a log of {len(whole)}")
    tasks = {task.id: task.done for task in opened.tasks}
    if tasks != truth.tasks:
        yield Violation("wrong row", seen.name, thread_id, f"shows tasks {tasks} and should {truth.tasks}")
    for (of, person_id), mark in evidence.marks.items():
        if of != thread_id or not mark.read_seq:
            continue
        known = opened.marks.get(person_id)
        shown_seq = known.read[-1].seq if known is not None and known.read else 0
        if shown_seq != mark.read_seq:
            text = f"shows {mark.person.name} as having read {shown_seq} and should {mark.read_seq}"
            yield Violation("wrong row", seen.name, thread_id, text, _ms(evidence, _read_at(mark)))


def the_inbox(evidence: Evidence, seen: Seen, seats: set[Id]) -> Iterator[Violation]:
    """Entries and the badge (NS-4, NS-5)."""
    mine = {
        entry.id: entry for entry in evidence.inbox if entry.user_id == seen.person_id and entry.account_id in seats
    }
    shown = seen.state.notifications
    own = user_stream(seen.person_id)

    def told(thread_id: Id) -> tuple[tuple[str, int], ...]:
        """Where the person was last told of this thread's entry, and of their access."""
        about = [event.seq for event in evidence.logs[own] if _tells_of(event, thread_id)]
        return tuple((own, seq) for seq in about[-PLACES_MAX:])

    def wrong(entry: NotificationDoc | Notification, text: str) -> Violation:
        where, at_ms = f"inbox {entry.thread_id}", _ms(evidence, entry.at)
        return Violation("wrong row", seen.name, where, text, at_ms, told(entry.thread_id))

    for entry_id, entry in mine.items():
        held = shown.get(entry_id)
        if held is None:
            if not entry.archived:
                yield wrong(entry, "an entry is missing")
            continue
        for name in ("kind", "at", "unread", "archived", "mentioned", "text"):
            if getattr(held, name) != getattr(entry, name):
                yield wrong(entry, f"{name} is {getattr(held, name)} and should be {getattr(entry, name)}")
    for entry_id, held in shown.items():
        if entry_id not in mine:
            yield wrong(held, "an entry is shown that is not there")
    badge = sum(not entry.archived for entry in mine.values())
    if seen.state.open_count != badge:
        yield Violation("wrong row", seen.name, "badge", f"is {seen.state.open_count} and should be {badge}")


def _tells_of(event: Stored, thread_id: Id) -> bool:
    match event.event:
        case NotificationUpdated(notification=entry):
            return entry.thread_id == thread_id
        case AccessChanged():
            return True
    return False
