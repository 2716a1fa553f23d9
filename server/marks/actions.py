"""Marks: how far somebody has read (RD-1, RD-3, RD-7) and received (RD-4) a thread, and how far mail to them was taken.

Positions are positions of t: only, so a mark can't tell that there are internal messages. A position is never above
the head, never goes back, and is written at most once a second: what is read for each person and thread, what is received
for each person.
"""

from collections.abc import Mapping
from typing import Final

import structlog
from msgspec.structs import replace

from protocol.asked import Done
from protocol.errors import Invalid, Unavailable
from protocol.frames import POSITIONS_MAX, MarkMoved
from protocol.ids import thread_stream
from protocol.marks import MarkDelivered, MarkRead
from protocol.people import Person
from protocol.wire import Id, Ms, Seq
from server.core import rules as access
from server.core.context import Context, Means
from server.core.doing import costs_more, does
from server.core.rules import FactsScope
from server.inbox import actions as notifications
from server.reminders import cycles
from storage.looks import Reader
from storage.marks import Reached, Reading, mark_id
from storage.mongo.connection import ours
from storage.notifications import Place
from storage.threads import Position, ThreadDoc, ThreadFacts

log = structlog.get_logger(__name__)

POSITIONS_PER_COST: Final = 60
UNFINISHED_PER_SWEEP_MAX: Final = 200


@does(MarkRead)
async def read(context: Context, command: MarkRead, scope: FactsScope) -> Done:
    """The asker has seen everything up to a position; a position above the head means the head."""
    means, person, thread = context.means, context.principal.person, scope.thread
    wanted = {"t": command.seq}
    if command.notes_seq is not None and context.principal.is_staff:
        wanted["n"] = command.notes_seq

    async def write(positions: dict[str, Seq]) -> None:
        async with ours():
            await _read(means, thread, person, positions["t"], positions.get("n"))

    if command.seq > 0:
        await means.store.marks.pace.write_all(f"read {mark_id(thread.id, person.id)}", wanted, write)
    return Done()


@does(MarkDelivered)
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
            await _reached(means, context.principal.firm_id, person, positions)

    if wanted:
        await means.store.marks.pace.write_all(f"delivered {person.id}", wanted, write)
    return Done()


@costs_more(MarkDelivered)
def delivered_cost(command: MarkDelivered) -> int:
    """What so many positions take from the asker's allowance, besides the one for the command."""
    return min(len(command.positions), POSITIONS_MAX) // POSITIONS_PER_COST


async def mailed(means: Means, firm_id: Id, thread_id: Id, contact_id: Id, seq: Seq) -> None:
    """A mail server has taken a letter to a contact that tells of a thread up to a position (RD-4): told to staff, apart
    from what was delivered, since the next mail server may refuse it. Who has not activated was sent nothing of the thread:
    their letter says only that something waits (AC-8)."""
    contact = await means.store.people.contact(firm_id, contact_id)
    thread = await means.store.threads.facts(firm_id, thread_id)
    if contact is None or contact.activated_at is None or thread is None or not seq:
        return
    person, now = Person(id=contact.id, side="contact", name=contact.name), means.clock.now()
    if await means.store.marks.mailed(Reached(thread.firm_id, thread_id, person, seq), now):
        mark = MarkMoved(thread_id=thread_id, person=person, mailed_seq=seq, mailed_at=now)
        means.announcer.mark(thread.firm_id, thread.account_id, mark)


async def _reached(means: Means, firm_id: Id, person: Person, positions: Mapping[Id, Seq]) -> None:
    """Keep how far somebody has received some threads, and tell of it; in a few commands however many they are."""
    threads = await means.store.threads.facts_of(firm_id, positions)
    heads = await means.store.streams.heads(thread_stream(thread_id) for thread_id in threads)
    within = {thread_id: min(positions[thread_id], heads[thread_stream(thread_id)]) for thread_id in threads}
    now = means.clock.now()
    reached = [Reached(threads[thread_id].firm_id, thread_id, person, seq) for thread_id, seq in within.items() if seq]
    moved = await means.store.marks.delivered(reached, now)
    for one in moved:
        thread = threads[one.thread_id]
        mark = MarkMoved(thread_id=thread.id, person=person, delivered_seq=one.seq, delivered_at=now)
        means.announcer.mark(thread.firm_id, thread.account_id, mark, for_contacts=mark)


async def _read(means: Means, thread: ThreadFacts, person: Person, position: Seq, notes: Seq | None) -> None:
    """One look, the mark, the row: what lists go by. What else follows is noted in the mark, and done after the answer."""
    seen, now = await means.store.looks.at_position(thread.firm_id, thread.id, person.id, position), means.clock.now()
    seq, totals = seen.totals.seq, seen.totals
    if not seq:
        return
    if person.side == "staff":
        reading = Reading(thread.firm_id, thread.id, person, seq, totals.contact_messages)
        await _staff_has_read(means, reading, seen, min(notes or 0, seen.notes_seq), now)
        follows = True
    else:
        reading = Reading(thread.firm_id, thread.id, person, seq, totals.staff_messages)
        follows = await _contact_has_read(means, reading, seen, now)
    if follows:
        means.settler.later(finish(means, reading.firm_id, reading.mark, person, since=now), "what follows from a mark")


async def _staff_has_read(means: Means, reading: Reading, seen: Reader, notes: Seq, now: Ms) -> None:
    """One colleague's reading is the firm's (RD-1). Each step has a guard: a retry finishes what a crash left."""
    store, person, moved = means.store, reading.person, reading.seq > seen.read_seq
    behind = seen.thread is not None and seen.thread.firm_read.seq < reading.seq
    await store.marks.read(reading, now, notes_seq=notes, again=behind)
    position = Position(seq=reading.seq, messages=reading.messages, at=now)
    shared = await store.threads.firm_read(reading.firm_id, reading.thread_id, position, now)
    if shared is not None and not (moved or behind):
        await store.marks.read_again(
            reading.firm_id, reading.thread_id, person.id, now
        )  # it was marked as unread this very moment
    row = shared or seen.thread
    if row is not None and (moved or shared is not None):
        mark = MarkMoved(thread_id=row.id, person=person, read_seq=reading.seq, read_at=now)
        # With its count also where a colleague was here before: whoever lost their mark has but this one.
        inside = replace(
            mark, unread=max(0, row.head.contact_messages - reading.messages), read_messages=reading.messages,
            turns_back=_turns_back(row, reading.seq),
        )  # fmt: skip
        # What is read again after it was marked as unread has been read all the time, as far as contacts know (AC-6).
        means.announcer.mark(row.firm_id, row.account_id, inside, for_contacts=mark if moved else None)


def _turns_back(row: ThreadDoc, seq: Seq) -> int:
    """How often the firm's position had been taken back when it was here: since then once more, if it is before it now."""
    return max(0, row.firm_turns_back - (row.firm_read.seq < seq))


async def _contact_has_read(means: Means, reading: Reading, seen: Reader, now: Ms) -> bool:
    """A contact's own position, and the furthest of all contacts, which is what the firm looks at (RD-3). Whether the
    thread's cycle goes by it."""
    moved = reading.seq > seen.read_seq
    await means.store.marks.read(reading, now, follows=seen.thread is not None and cycles.goes_on(seen.thread))
    row = await means.store.threads.contact_read(reading, now) or seen.thread
    if row is None:
        return False
    if moved:
        mark = MarkMoved(
            thread_id=row.id, person=reading.person, read_seq=reading.seq, read_at=now,
            unread=max(0, row.head.staff_messages - reading.messages), read_messages=reading.messages,
        )  # fmt: skip
        means.announcer.mark(row.firm_id, row.account_id, mark, for_contacts=mark)
    return cycles.goes_on(row)


# what follows


async def finish(means: Means, firm_id: Id, mark: str, person: Person, *, since: Ms) -> None:
    """Whatever else follows from somebody's reading, up to what their mark says by now; again and again without harm."""
    store, thread_id = means.store, mark.partition(":")[0]
    async with ours():
        if person.side == "contact":
            await cycles.refresh(means, firm_id, thread_id)
        else:
            place = Place(firm_id, person.id, thread_id)
            to = (await store.notifications.reached([place])).get(place)
            if to is not None:
                await notifications.thread_read(means, place, person.name, to, means.clock.now())
        await store.marks.finished(firm_id, mark, since)


async def finish_left(means: Means, before: Ms, now: Ms) -> int:
    """What has been left unfinished since before a time, by who has ended in between; how many marks that were. What can't
    be finished holds up no other."""
    left = await means.store.marks.unfinished(before, UNFINISHED_PER_SWEEP_MAX)
    for mark in left:
        since = mark.unfinished_at or before
        try:
            await finish(means, mark.firm_id, mark.id, mark.person, since=since)
        except Unavailable:
            raise
        except Exception:
            log.exception("marks.unfinished", mark=mark.id)
            await means.store.marks.put_off(mark.firm_id, mark.id, since, now)
    return len(left)
