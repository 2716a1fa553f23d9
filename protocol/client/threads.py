"""What an event of a thread does to its row and to what is loaded of it: by what it says of itself (protocol.folds), and
here what takes more than that, which is what a message leaves unread, and how far it is read.

Pure. Each function takes events in the order of their stream; a row says by its own `head` which of them it already knows.
"""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from protocol.body import Body, plain_text
from protocol.client.folding import folded, folded_list
from protocol.client.state import OpenThread
from protocol.frames import MarkMoved
from protocol.marks import Mark, Step
from protocol.messages import MessageSent
from protocol.people import Person, Side
from protocol.streams import StreamEvent
from protocol.tasks import Task
from protocol.threads import Excerpt, StaffPart, Thread, ThreadUnread
from protocol.wire import Id, Seq

EXCERPT_CHARACTERS_MAX: Final = 140
STEPS_MAX: Final = 200


def excerpt(body: Body) -> str:
    """The first words of a body, on one line."""
    return " ".join(plain_text(body).split())[:EXCERPT_CHARACTERS_MAX]


def row_after(row: Thread, event: StreamEvent, side: Side) -> Thread:
    """A row after the next event of its t: as a reader of this side sees it; unchanged by an event that it knows."""
    if event.seq <= row.head:
        return row
    row = replace(row, head=event.seq, updated_at=max(row.updated_at, event.at))
    match event.event:
        case MessageSent(body=body, attachments=carried) if event.actor is not None:
            said = Excerpt(person=event.actor, text=excerpt(body), at=event.at, documents=len(carried))
            row = replace(row, last=said, last_message_at=event.at, has_documents=row.has_documents or bool(carried))
            return row if event.actor.side == side else _one_more(row)
    return folded(row, "row", event, side)


def row_after_note(row: Thread, event: StreamEvent) -> Thread:
    """A row after the next event of its n:."""
    part = row.staff or StaffPart()
    if event.seq <= part.notes_head:
        return row
    part = folded(replace(part, notes_head=event.seq), "staff", event)
    match event.event:
        case ThreadUnread() as back:
            counted = row.read_messages is not None and back.read_messages is not None
            row = read_to(row, back) if counted else read_uncounted(row, back.read_seq, back.unread)
        case MessageSent(attachments=carried) if carried:
            row = replace(row, has_documents=True)
    return replace(row, staff=part)


def together(known: Thread, loaded: Thread, head: bool) -> Thread:
    """What is known and a row that was loaded, each part from whichever has got further: an answer may be older than an
    event of n: or a mark that came meanwhile. `head`: what t: says is taken from what was loaded."""
    row, other = (loaded, known) if head else (known, loaded)
    if row.staff and other.staff and other.staff.notes_head > row.staff.notes_head:
        row = replace(row, staff=other.staff)
    return read_to(row, read_to(known, loaded))


def read_to(row: Thread, to: Thread | MarkMoved | ThreadUnread) -> Thread:
    """A row whose reader has got to a position; unchanged by an earlier one, and by one that says no `read_messages`."""
    reached = (to.turns_back, to.read_seq or 0)
    if row.read_messages is None or to.read_messages is None or reached < (row.turns_back, row.read_seq):
        return row
    turns_back, read_seq = reached
    return _left(replace(row, turns_back=turns_back, read_seq=read_seq, read_messages=to.read_messages))


def read_uncounted(row: Thread, read_seq: Seq, unread: int) -> Thread:
    """A row whose reader is at a position behind which so much is left, as far as `head`."""
    read_messages = None if row.their_messages is None else row.their_messages - unread
    return replace(row, read_seq=read_seq, unread=unread, read_messages=read_messages)


def _one_more(row: Thread) -> Thread:
    """A row after another message of the other side."""
    if row.their_messages is None:
        return replace(row, unread=row.unread + 1)
    return _left(replace(row, their_messages=row.their_messages + 1))


def _left(row: Thread) -> Thread:
    return replace(row, unread=max(0, (row.their_messages or 0) - (row.read_messages or 0)))


def thread_after(thread: OpenThread, event: StreamEvent) -> OpenThread:
    """What is loaded of a thread, after the next event of its t:."""
    return replace(thread, items=(*thread.items, event), tasks=folded_list(thread.tasks, "tasks", event))


def counted(row: Thread, tasks: Iterable[Task]) -> Thread:
    """The row with its counter made from the tasks themselves."""
    tasks = list(tasks)
    return replace(row, tasks_total=len(tasks), tasks_done=sum(task.done for task in tasks))


def mark_after(mark: Mark | None, moved: MarkMoved) -> Mark:
    """Somebody's marks after a `mark` frame; positions never go back."""
    mark = mark or Mark(person=moved.person)
    read = _longer(mark.read, moved.read_seq, moved.read_at)
    delivered = _longer(mark.delivered, moved.delivered_seq, moved.delivered_at)
    return replace(mark, read=read, delivered=delivered, mailed=_longer(mark.mailed, moved.mailed_seq, moved.mailed_at))


def marks_together(known: dict[Id, Mark], loaded: Iterable[Mark]) -> dict[Id, Mark]:
    """Marks as loaded, except where what is known has got further meanwhile."""
    together = dict(known)
    for mark in loaded:
        mine = together.get(mark.person.id, mark)
        pairs = ((mark.read, mine.read), (mark.delivered, mine.delivered), (mark.mailed, mine.mailed))
        read, delivered, mailed = (max(pair, key=_reached) for pair in pairs)
        together[mark.person.id] = Mark(person=mark.person, read=read, delivered=delivered, mailed=mailed)
    return together


def marks_continued(loaded: dict[Id, Mark], early: dict[Id, Mark]) -> dict[Id, Mark]:
    """Marks as loaded, and behind them what moved since."""
    together = dict(loaded)
    for person_id, later in early.items():
        mark = together.get(person_id, Mark(person=later.person))
        pairs = ((mark.read, later.read), (mark.delivered, later.delivered), (mark.mailed, later.mailed))
        read, delivered, mailed = (_continued(*pair) for pair in pairs)
        together[person_id] = Mark(person=mark.person, read=read, delivered=delivered, mailed=mailed)
    return together


def _continued(steps: list[Step], later: list[Step]) -> list[Step]:
    return [*steps, *(step for step in later if step.seq > _reached(steps))][-STEPS_MAX:]


def _reached(steps: list[Step]) -> Seq:
    return steps[-1].seq if steps else 0


def _longer(steps: list[Step], seq: Seq | None, at: int | None) -> list[Step]:
    if seq is None or (steps and steps[-1].seq >= seq):
        return steps
    return [*steps, Step(seq=seq, at=at or 0)][-STEPS_MAX:]


def unread_after(items: Iterable[StreamEvent], read_seq: Seq, side: Side) -> int:
    """Messages of the other side behind a position."""
    return sum(
        isinstance(item.event, MessageSent) and item.seq > read_seq and _other(item.actor, side) for item in items
    )


def _other(actor: Person | None, side: Side) -> bool:
    return actor is not None and actor.side != side
