"""Marks: how far somebody has read (RD-1, RD-3, RD-7) and received (RD-4) a thread.

Positions are positions of t: only, so a mark can't tell that there are internal messages. A position is never above
the head, never goes back, and is written at most once a second: what is read for each person and thread, what is received
for each person.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from protocol.commands import Done, MarkDelivered, MarkRead
from protocol.entities import Person
from protocol.errors import Invalid
from protocol.events import MessageSent
from protocol.frames import POSITIONS_MAX, MarkMoved
from protocol.ids import thread_stream
from protocol.wire import Id, Ms, Seq
from server import access
from server.access import FactsScope
from server.actions import cycles, notifications
from server.context import Context, Means
from storage.marks import Reached, Reading, mark_id
from storage.mongo import ours
from storage.streams import Head, Stored
from storage.threads import Position, ThreadDoc, ThreadFacts

POSITIONS_PER_COST: Final = 60


async def read(context: Context, command: MarkRead, scope: FactsScope) -> Done:
    """The asker has seen everything up to a position; a position above the head means the head."""
    means, person, thread = context.means, context.principal.person, scope.thread

    async def write(seq: int) -> None:
        async with ours():
            await _read(means, thread, person, seq)

    if command.seq > 0:
        await means.store.marks.pace.write(f"read {mark_id(thread.id, person.id)}", command.seq, write)
    return Done()


async def delivered(context: Context, command: MarkDelivered, scope: None) -> Done:
    """The asker's client has received everything up to these positions.

    Kept for contacts only: receipts tell staff what reached the client (RD-4), and nobody asks the other way round,
    while every client of the staff receives everything.
    """
    if len(command.positions) > POSITIONS_MAX:
        got = f"{len(command.positions)} threads"
        raise Invalid(path="$.positions", expected=f"at most {POSITIONS_MAX} threads", got=got)
    await access.facts_of_all(context, command.positions)
    if context.principal.is_staff:
        return Done()
    means, person = context.means, context.principal.person
    wanted = {thread_id: seq for thread_id, seq in command.positions.items() if seq > 0}

    async def write(positions: dict[Id, Seq]) -> None:
        async with ours():
            await _reached(means, person, positions)

    if wanted:
        await means.store.marks.pace.write_all(f"delivered {person.id}", wanted, write)
    return Done()


def delivered_cost(command: MarkDelivered) -> int:
    """What so many positions take from the asker's allowance, besides the one for the command."""
    return min(len(command.positions), POSITIONS_MAX) // POSITIONS_PER_COST


async def delivered_by_mail(means: Means, thread_id: Id, contact_id: Id, seq: Seq) -> None:
    """A mail server has taken a letter to a contact that tells of a thread up to a position (RD-4)."""
    contact = await means.store.people.contact(contact_id)
    if contact is not None:
        await _reached(means, Person(id=contact.id, side="contact", name=contact.name), {thread_id: seq})


async def _reached(means: Means, person: Person, positions: Mapping[Id, Seq]) -> None:
    """Keep how far somebody has received some threads, and tell of it; in a few commands however many they are."""
    threads = await means.store.threads.facts_of(positions)
    heads = await means.store.streams.heads(thread_stream(thread_id) for thread_id in threads)
    within = {thread_id: min(positions[thread_id], heads[thread_stream(thread_id)]) for thread_id in threads}
    now = means.clock.now()
    reached = [Reached(threads[thread_id].firm_id, thread_id, person, seq) for thread_id, seq in within.items() if seq]
    moved = await means.store.marks.delivered(reached, now)
    for one in moved:
        thread = threads[one.thread_id]
        mark = MarkMoved(thread_id=thread.id, person=person, delivered_seq=one.seq, delivered_at=now)
        means.announcer.mark(thread.firm_id, thread.account_id, mark, for_contacts=mark)


def by_writing(thread_id: Id, events: Sequence[Stored]) -> list[Reading]:
    """Contacts who wrote have read everything older (RD-7): each one's furthest position among these events."""
    latest: dict[Id, Reading] = {}
    for stored in sorted(events, key=lambda event: event.seq):
        wrote = isinstance(stored.event, MessageSent) and stored.stream.startswith("t:")
        if wrote and stored.actor is not None and stored.actor.side == "contact":
            said = stored.totals.staff_messages
            latest[stored.actor.id] = Reading(stored.firm_id, thread_id, stored.actor, stored.seq, said)
    return list(latest.values())


async def own_messages(means: Means, rows: Sequence[ThreadDoc], readings: Sequence[Reading], now: Ms) -> None:
    """Keep the marks of contacts who wrote, and tell of those that moved. May be told again."""
    threads = {row.id: row for row in rows}
    for reading in await means.store.marks.read_all([one for one in readings if one.thread_id in threads], now):
        row = threads[reading.thread_id]
        unread = max(0, row.head.staff_messages - reading.messages)
        mark = MarkMoved(
            thread_id=row.id, person=reading.person, read_seq=reading.seq, read_at=now, unread=unread,
            read_messages=reading.messages,
        )  # fmt: skip
        means.announcer.mark(row.firm_id, row.account_id, mark, for_contacts=mark)


async def _read(means: Means, thread: ThreadFacts, person: Person, position: Seq) -> None:
    seq, totals = await _clamped(means, thread.id, position)
    if not seq:
        return
    if person.side == "staff":
        await _staff_has_read(means, thread, person, seq, totals)
    elif await _contact_has_read(means, thread, person, seq, totals) is not None:
        await cycles.refresh(means, thread.id)


async def _clamped(means: Means, thread_id: Id, position: Seq) -> tuple[Seq, Head]:
    """The position or the head, whichever is lower, and the totals there."""
    stream, streams = thread_stream(thread_id), means.store.streams
    totals = await streams.totals_at(stream, position) or await streams.head(stream)
    return totals.seq, totals


async def _staff_has_read(means: Means, thread: ThreadFacts, person: Person, seq: Seq, totals: Head) -> None:
    """One colleague's reading is the firm's (RD-1). Each step has a guard: a retry finishes what a crash left."""
    now, store = means.clock.now(), means.store
    moved = await store.marks.read(Reading(thread.firm_id, thread.id, person, seq, totals.contact_messages), now)
    position = Position(seq=seq, messages=totals.contact_messages, at=now)
    shared = await store.threads.firm_read(thread.id, position, now)
    if shared is not None and not moved:
        await store.marks.read_again(thread.id, person.id, now)
    row = shared or await store.threads.get(thread.id)
    if moved or shared is not None:
        mark = MarkMoved(thread_id=thread.id, person=person, read_seq=seq, read_at=now)
        # With its count also where a colleague was here before: whoever lost their mark has but this one.
        inside = mark if row is None else replace(
            mark, unread=max(0, row.head.contact_messages - totals.contact_messages),
            read_messages=totals.contact_messages, turns_back=_turns_back(row, seq),
        )  # fmt: skip
        # What is read again after it was marked as unread has been read all the time, as far as contacts know (AC-6).
        means.announcer.mark(thread.firm_id, thread.account_id, inside, for_contacts=mark if moved else None)
    if row is not None:
        await notifications.thread_read(means, row, person, seq, now)


def _turns_back(row: ThreadDoc, seq: Seq) -> int:
    """How often the firm's position had been taken back when it was here: since then once more, if it is before it now."""
    return max(0, row.firm_turns_back - (row.firm_read.seq < seq))


async def _contact_has_read(
    means: Means, thread: ThreadFacts, person: Person, seq: Seq, totals: Head
) -> ThreadDoc | None:
    """A contact's own position, and the furthest of all contacts, which is what the firm looks at (RD-3).

    The thread's row as it is then; None when nothing moved.
    """
    now, store = means.clock.now(), means.store
    reading = Reading(thread.firm_id, thread.id, person, seq, totals.staff_messages)
    moved = await store.marks.read(reading, now)
    row = await store.threads.contact_read(thread.id, reading, now)
    if moved:
        row = row or await store.threads.get(thread.id)
        unread = max(0, row.head.staff_messages - totals.staff_messages) if row else None
        mark = MarkMoved(
            thread_id=thread.id, person=person, read_seq=seq, read_at=now, unread=unread,
            read_messages=totals.staff_messages,
        )  # fmt: skip
        means.announcer.mark(thread.firm_id, thread.account_id, mark, for_contacts=mark)
    return row
