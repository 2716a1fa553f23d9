"""What follows for marks from what has happened: contacts who wrote have read everything older (RD-7).

Refuses to know how a mark is written, and who reads without writing.
"""

from collections.abc import Sequence

from protocol.frames import MarkMoved
from protocol.messages import MessageSent
from protocol.wire import Id, Ms
from server.core.context import Means
from server.core.moment import Moment, Outcome, follows
from storage.log.streams import Stored
from storage.marks import Reading
from storage.threads import ThreadDoc


def by_writing(thread_id: Id, events: Sequence[Stored]) -> list[Reading]:
    """Contacts who wrote have read everything older (RD-7): each one's furthest position among these events."""
    latest: dict[Id, Stored] = {}
    for stored in events:
        writer = stored.actor
        if writer is None or writer.side != "contact" or not isinstance(stored.event, MessageSent):
            continue
        known = latest.get(writer.id)
        if stored.stream.startswith("t:") and (known is None or known.seq < stored.seq):
            latest[writer.id] = stored
    return [
        Reading(stored.firm_id, thread_id, stored.actor, stored.seq, stored.totals.staff_messages)
        for stored in latest.values()
        if stored.actor is not None
    ]


@follows
def follow(moment: Moment, outcome: Outcome) -> None:
    """Contacts who wrote have read everything older (RD-7). Who is there already is told again: whoever moved the mark may
    have ended before they told of it, and these events are settled only once it is told."""
    for matter in moment.matters:
        for reading in matter.written:
            if reading.seq >= moment.around.read.get(reading.mark, 0):
                outcome.marks.append((matter, reading))


def tell_of_own(means: Means, row: ThreadDoc, reading: Reading, now: Ms) -> None:
    """After the write: a contact who wrote has read everything older."""
    mark = MarkMoved(
        thread_id=row.id, person=reading.person, read_seq=reading.seq, read_at=now,
        unread=max(0, row.head.staff_messages - reading.messages), read_messages=reading.messages,
    )  # fmt: skip
    means.announcer.mark(row.firm_id, row.account_id, mark, for_contacts=mark)
