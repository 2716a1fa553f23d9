"""What of a thread waits for one reader, as things are when a letter goes out (EM-8, RM-5).

Cut by the reader's own mark and read from the end of the log, so that a long chat costs no more than a short one. Refuses
to know words, and whether what waits is worth a letter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from protocol.ids import thread_stream
from protocol.messages import MessageSent
from protocol.wire import Id, Seq
from scheduler.letters.facts import MESSAGES_SHOWN_MAX
from server.core.context import Means
from storage.log.streams import Head, Stored

EVENTS_PER_READ: Final = 200
READS_MAX: Final = 5
"""Behind so many events the messages that a letter could print are looked for no further."""


@dataclass(frozen=True, slots=True)
class Unread:
    """What waits for a contact."""

    after: Seq
    """How far they have read."""
    events: Sequence[Stored]
    """What stands behind that, in its order: the latest, if it is much."""
    messages: Sequence[Stored]
    """What the firm has written, the latest of it: as much as a letter prints."""
    count: int
    """All that the firm has written."""


async def by_contact(means: Means, firm_id: Id, thread_id: Id, contact_id: Id, first: Seq, last: Seq) -> Unread:
    """Of the positions of t: from `first` to `last`, what a contact has not read. Who wrote has read everything older
    (RD-7), also while their mark is a moment late. What other contacts wrote isn't the firm's to tell (NC-1)."""
    stream = thread_stream(thread_id)
    mark = (await means.store.marks.of_person(firm_id, [thread_id], contact_id)).get(thread_id)
    after = max(first - 1, mark.read_seq if mark is not None else 0)
    events = await latest(means, stream, after, last, _by_firm)
    after = max([after, *(event.seq for event in events if _is_message(event) and _author(event) == contact_id)])
    events = [event for event in events if event.seq > after]
    messages = [event for event in events if _by_firm(event)]
    if not events:
        return Unread(after, [], [], 0)
    before = (await means.store.streams.totals_at(stream, after) if after else None) or Head()
    count = events[-1].totals.staff_messages - before.staff_messages
    return Unread(after, events, messages[-MESSAGES_SHOWN_MAX:], max(count, len(messages)))


async def last_of_firm(means: Means, thread_id: Id, last: Seq) -> list[Stored]:
    """The last message of the firm up to a position, for a reminder of what has been read (RM-5)."""
    events = await latest(means, thread_stream(thread_id), 0, last, _by_firm, enough=1)
    return [event for event in events if _by_firm(event)][-1:]


async def latest(
    means: Means,
    stream: str,
    after: Seq,
    last: Seq,
    wanted: Callable[[Stored], bool],
    enough: int = MESSAGES_SHOWN_MAX,
) -> list[Stored]:
    """The latest events behind one position up to another, in their order: at least so many as hold enough that are
    wanted, if there are so many."""
    found: list[Stored] = []
    for _ in range(READS_MAX):
        before = found[0].seq if found else last + 1
        page = await means.store.streams.read_before(stream, before, EVENTS_PER_READ, above=after)
        found = page + found
        if len(page) < EVENTS_PER_READ or sum(map(wanted, found)) >= enough:
            break
    return found


def _is_message(event: Stored) -> bool:
    return isinstance(event.event, MessageSent)


def _author(event: Stored) -> Id | None:
    return event.actor.id if event.actor is not None else None


def _by_firm(event: Stored) -> bool:
    return _is_message(event) and event.actor is not None and event.actor.side == "staff"
