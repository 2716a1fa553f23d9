"""Read and delivered marks, and typing, over the real store: spec 3.6."""

import asyncio
from collections.abc import Sequence

import pytest
from msgspec import structs

from protocol import people
from protocol.body import paragraph
from protocol.errors import Forbidden, Invalid, NotFound
from protocol.frames import POSITIONS_MAX, MarkMoved, ServerFrame, Typing, decode_server_frame
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.marks import Mark, MarkDelivered, MarkRead, MarkUnread
from protocol.messages import MessageSend, TypingSet
from protocol.streams import StreamRead, ThreadOpen
from protocol.threads import Thread, ThreadArchive, ThreadList, ThreadRead, ThreadUnread
from server import consequences
from server.core.announce import SHARED_CODEC
from server.means import opened
from storage.marks import Reading
from storage.pace import Pace, Throttle
from storage.redis.bus import BusState, account_channel, firm_channel
from tests.world import Person, World

pytestmark = pytest.mark.anyio


async def says(world: World, who: Person, thread: Thread, text: str = "Hej", *, internal: bool = False) -> int:
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(text), internal=internal)
    accepted = await world.do(who, said)
    await world.settled()
    seq: int = accepted.seq
    return seq


async def reads(world: World, who: Person, thread: Thread, seq: int = 10_000) -> None:
    reading = asyncio.create_task(world.do(who, MarkRead(thread_id=thread.id, seq=seq)))
    await asyncio.sleep(0)
    while not reading.done():
        await world.store.marks.pace.drained()  # without the second between two marks
        await asyncio.sleep(0)
    await reading
    await world.settled()


async def unread(world: World, who: Person, thread: Thread) -> tuple[int, int]:
    row = (await world.do(who, ThreadRead(thread_id=thread.id))).thread
    listed = next(t for t in (await world.do(who, ThreadList())).threads if t.id == thread.id)
    assert (listed.unread, listed.read_seq) == (row.unread, row.read_seq), "the list and the thread say the same"
    return row.unread, row.read_seq


async def mark_of(world: World, who: Person, thread: Thread) -> Mark | None:
    marks: Sequence[Mark] = (await world.do(world.anna, ThreadOpen(thread_id=thread.id))).marks
    return next((mark for mark in marks if mark.person.id == who.id), None)


def told(world: World, channel: str, kind: type[ServerFrame]) -> list[ServerFrame | None]:
    frames = [decode_server_frame(m.frame, SHARED_CODEC) for m in world.bell.heard(channel) if isinstance(m, BusState)]
    return [frame for frame in frames if isinstance(frame, kind)]


async def test_one_colleagues_reading_is_the_firms(world: World) -> None:
    """RD-1, RD-2, acceptance 14: shared, and kept for each person all the same."""
    thread = await world.thread()
    for text in ("ett", "två", "tre"):
        await says(world, world.petra, thread, text)
    assert await unread(world, world.anna, thread) == (3, 0)
    await reads(world, world.sofia, thread, 4)
    for who in (world.anna, world.sofia, world.vera):
        assert await unread(world, who, thread) == (1, 4)
    assert await mark_of(world, world.anna, thread) is None
    mark = await mark_of(world, world.sofia, thread)
    assert mark is not None
    assert [step.seq for step in mark.read] == [4]
    await reads(world, world.erik, thread, 3)  # behind the firm's position, but his own
    assert await unread(world, world.anna, thread) == (1, 4)
    assert [step.seq for step in (await mark_of(world, world.erik, thread) or mark).read] == [3]
    await reads(world, world.anna, thread)
    assert await unread(world, world.sofia, thread) == (0, 5)
    assert (await world.do(world.anna, ThreadList())).unread_threads == 0


async def test_what_a_colleague_glanced_at_can_be_made_unread_for_the_firm(world: World) -> None:
    """RD-9: for everybody at the firm, without a trace for contacts, and until somebody reads it again."""
    thread = await world.thread()
    await says(world, world.petra, thread, "ett")
    last = await says(world, world.petra, thread, "två")
    await reads(world, world.sofia, thread)
    contacts = account_channel(world.holm.id)
    receipt, told = await mark_of(world, world.sofia, thread), world.bell.heard(contacts)

    assert await unread(world, world.anna, thread) == (0, last)
    with pytest.raises(Invalid):
        await world.do(world.anna, MarkUnread(thread_id=thread.id, seq=last + 1))
    for _ in range(2):  # the second time it is so already
        await world.do(world.anna, MarkUnread(thread_id=thread.id, seq=last))
        await world.settled()
    assert await unread(world, world.anna, thread) == (1, last - 1)
    assert [row.id for row in (await world.do(world.sofia, ThreadList(only="unread"))).threads] == [thread.id]
    notes = await world.store.streams.read(notes_stream(thread.id), 0, 10)
    assert [stored.event for stored in notes] == [
        ThreadUnread(read_seq=last - 1, unread=1, read_messages=1, turns_back=1)
    ]
    await says(world, world.petra, thread, "tre")
    assert await unread(world, world.anna, thread) == (2, last - 1)
    told += world.bell.heard(contacts)[len(told) :]
    await reads(world, world.sofia, thread, last)
    assert await unread(world, world.anna, thread) == (1, last)
    # Sofia had read it all the time: nothing moved for those who wrote it.
    assert await mark_of(world, world.sofia, thread) == receipt
    assert world.bell.heard(contacts) == told


async def test_each_contact_reads_for_themselves_and_the_firm_looks_at_the_furthest(world: World) -> None:
    """RD-3."""
    thread = await world.thread()
    last = await says(world, world.anna, thread, "två")
    await reads(world, world.petra, thread, last)
    assert await unread(world, world.petra, thread) == (0, last)
    assert await unread(world, world.linn, thread) == (2, 0)
    await reads(world, world.linn, thread, 2)
    assert await unread(world, world.linn, thread) == (1, 2)
    row = await world.store.threads.get(world.firm.id, thread.id)
    assert row is not None
    assert (row.contact_read.seq, row.contact_read.messages) == (last, 2)


async def test_a_contacts_reply_has_read_everything_older(world: World) -> None:
    """RD-7: for that contact, not for the other one; and own messages are never unread on their side."""
    thread = await world.thread()
    await says(world, world.anna, thread)
    seq = await says(world, world.petra, thread, "Svar")
    assert await unread(world, world.petra, thread) == (0, seq)
    assert await unread(world, world.linn, thread) == (2, 0)
    assert await unread(world, world.anna, thread) == (1, 0)
    mark = await mark_of(world, world.petra, thread)
    assert mark is not None
    assert ([step.seq for step in mark.read], [step.seq for step in mark.delivered]) == ([seq], [seq])
    await says(world, world.anna, thread)
    assert await unread(world, world.petra, thread) == (1, seq)


async def test_marks_are_clamped_and_never_go_back(world: World) -> None:
    thread = await world.thread()
    head = await says(world, world.petra, thread)
    await reads(world, world.anna, thread, 2**53 - 1)
    await reads(world, world.anna, thread, 1)
    await reads(world, world.anna, thread, 0)
    mark = await mark_of(world, world.anna, thread)
    assert mark is not None
    assert [step.seq for step in mark.read] == [head]
    assert await unread(world, world.anna, thread) == (0, head)


async def test_steps_keep_their_times(world: World) -> None:
    """RD-4: a message was read when the first step at or above it was made; what is read was received."""
    thread = await world.thread()
    start = world.clock.now()
    second = await says(world, world.anna, thread)
    await world.do(world.petra, MarkDelivered(positions={thread.id: second}))
    world.clock.advance(s=10)
    await reads(world, world.petra, thread, 2)
    world.clock.advance(s=10)
    await reads(world, world.petra, thread, second)
    mark = await mark_of(world, world.petra, thread)
    assert mark is not None
    assert [(step.seq, step.at - start) for step in mark.delivered] == [(second, 0)]
    assert [(step.seq, step.at - start) for step in mark.read] == [(2, 10_000), (second, 20_000)]


async def test_looking_marks_nothing(world: World) -> None:
    """RD-6: lists, opening and paging are not reading; a window in view says mark.read."""
    thread = await world.thread()
    await says(world, world.petra, thread)
    for who in (world.anna, world.linn):
        before = await unread(world, who, thread)
        await world.do(who, ThreadOpen(thread_id=thread.id))
        await world.do(who, StreamRead(stream=thread_stream(thread.id)))
        await world.do(who, ThreadList(search="bokslut"))
        assert await unread(world, who, thread) == before


async def test_everybody_hears_of_a_mark_but_contacts_nothing_of_the_firms_counts(world: World) -> None:
    thread = await world.thread()
    await says(world, world.petra, thread)
    await says(world, world.sofia, thread, "hemligt", internal=True)
    world.bell.clear()
    await reads(world, world.sofia, thread)
    (inside,) = told(world, firm_channel(world.firm.id), MarkMoved)
    (outside,) = told(world, account_channel(world.holm.id), MarkMoved)
    assert isinstance(inside, MarkMoved)
    assert isinstance(outside, MarkMoved)
    assert (inside.read_seq, inside.unread, inside.person.id) == (3, 0, world.sofia.id)
    assert (outside.read_seq, outside.unread, outside.person.id) == (3, None, world.sofia.id)
    world.bell.clear()
    await says(world, world.sofia, thread, "mer", internal=True)
    await reads(world, world.sofia, thread)
    assert told(world, firm_channel(world.firm.id), MarkMoved) == []
    assert world.bell.heard(account_channel(world.holm.id)) == []


async def test_a_colleagues_mark_at_the_same_place_tells_the_firms_count_again(world: World) -> None:
    """A window that lost the first mark with the bus has but the second, and must not take the place without the count."""
    thread = await world.thread()
    await says(world, world.petra, thread)
    seq = await says(world, world.petra, thread)
    await says(world, world.petra, thread)
    await reads(world, world.erik, thread, seq)
    await reads(world, world.anna, thread, seq)
    frames = told(world, firm_channel(world.firm.id), MarkMoved)
    marks = [frame for frame in frames if isinstance(frame, MarkMoved) and frame.person.side == "staff"]
    assert [(mark.person.id, mark.read_seq, mark.unread) for mark in marks] == [
        (world.erik.id, seq, 1), (world.anna.id, seq, 1),
    ]  # fmt: skip


async def test_what_is_read_is_counted_where_the_mark_is(world: World) -> None:
    """Whoever hears of it may stand elsewhere in the thread: a count of what is left would be right for nobody else."""
    thread = await world.thread()
    first = await says(world, world.petra, thread)
    await says(world, world.sofia, thread)
    await says(world, world.petra, thread)
    await reads(world, world.erik, thread, first)
    row = (await world.do(world.anna, ThreadRead(thread_id=thread.id))).thread
    assert (row.read_seq, row.their_messages, row.read_messages, row.unread) == (first, 2, 1, 1)
    theirs = (await world.do(world.petra, ThreadRead(thread_id=thread.id))).thread
    assert (theirs.their_messages, theirs.read_messages, theirs.unread) == (2, 2, 0)
    frames = told(world, firm_channel(world.firm.id), MarkMoved)
    heard = [(frame.person.id, frame.read_seq, frame.read_messages) for frame in frames if isinstance(frame, MarkMoved)]
    assert (world.erik.id, first, 1) in heard
    assert (world.petra.id, theirs.read_seq, 2) in heard


async def test_a_mark_says_how_often_the_firms_position_had_been_taken_back(world: World) -> None:
    """RD-9, AC-6: so a late mark is known from a new one; contacts are told nothing of it."""
    thread = await world.thread()
    seq = await says(world, world.petra, thread)
    await reads(world, world.erik, thread, seq)
    await world.do(world.anna, MarkUnread(thread_id=thread.id, seq=seq))
    await world.settled()
    row = (await world.do(world.anna, ThreadRead(thread_id=thread.id))).thread
    assert (row.turns_back, row.read_seq, row.unread) == (1, seq - 1, 1)
    await reads(world, world.sofia, thread, seq)
    frames = told(world, firm_channel(world.firm.id), MarkMoved)
    heard = [(frame.read_seq, frame.turns_back) for frame in frames if isinstance(frame, MarkMoved)]
    assert heard[-2:] == [(seq, 0), (seq, 1)]
    assert (await world.do(world.petra, ThreadRead(thread_id=thread.id))).thread.turns_back == 0
    outside = told(world, account_channel(world.holm.id), MarkMoved)
    assert [frame.turns_back for frame in outside if isinstance(frame, MarkMoved)] == [0] * len(outside)
    assert all(
        frame.read_messages is None
        for frame in outside
        if isinstance(frame, MarkMoved) and frame.person.side == "staff"
    )


async def test_delivered_is_what_reached_the_clients_side(world: World) -> None:
    """RD-4."""
    thread, other = await world.thread(), await world.thread()
    world.bell.clear()
    await world.do(world.petra, MarkDelivered(positions={thread.id: 99, other.id: 1}))
    assert [
        step.seq for step in (await mark_of(world, world.petra, thread) or Mark(person=thread.created_by)).delivered
    ] == [2]
    moved = told(world, firm_channel(world.firm.id), MarkMoved)
    assert sorted(m.delivered_seq or 0 for m in moved if isinstance(m, MarkMoved)) == [1, 2]
    await world.do(world.anna, MarkDelivered(positions={thread.id: 2}))
    assert await mark_of(world, world.anna, thread) is None
    assert await unread(world, world.petra, thread) == (1, 0)


async def test_marks_need_the_account(world: World) -> None:
    thread, own = await world.thread(), await world.thread(world.eken)
    for who, refusal in ((world.olle, Forbidden), (world.gunilla, NotFound), (world.grace, NotFound)):
        with pytest.raises(refusal):
            await reads(world, who, thread, 1)
        with pytest.raises(refusal):
            await world.do(who, MarkDelivered(positions={thread.id: 1}))
        with pytest.raises(refusal):
            await world.do(who, TypingSet(thread_id=thread.id))
    with pytest.raises(NotFound):
        await world.do(world.gunilla, MarkDelivered(positions={own.id: 1, thread.id: 1}))
    assert await world.store.marks.of_thread(world.firm.id, own.id) == []
    with pytest.raises(Invalid):
        await world.do(world.anna, MarkDelivered(positions={new_id(): 1 for _ in range(POSITIONS_MAX + 1)}))


async def test_marks_work_in_archived_threads(world: World) -> None:
    """AR-1: history stays readable."""
    thread = await world.thread()
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))
    await reads(world, world.petra, thread)
    assert (await world.do(world.petra, ThreadRead(thread_id=thread.id))).thread.unread == 0


async def test_settling_twice_moves_no_mark_twice_and_tells_it_again(world: World) -> None:
    """P9: whoever moved it may have ended before they told of it."""
    thread = await world.thread()
    await says(world, world.petra, thread)
    before, row = (
        await world.store.marks.of_thread(world.firm.id, thread.id),
        await world.store.threads.get(world.firm.id, thread.id),
    )
    world.clock.advance(s=5)
    world.bell.clear()
    events = await world.store.streams.read(thread_stream(thread.id), 0, 100)
    await consequences.draw(world.means, {thread.id: events[::-1]})
    assert await world.store.marks.of_thread(world.firm.id, thread.id) == before
    after = await world.store.threads.get(world.firm.id, thread.id)
    assert after is not None
    assert row is not None
    assert (after.head, after.last, after.firm_unread, after.contact_read) == (
        row.head, row.last, row.firm_unread, row.contact_read,
    )  # fmt: skip
    again = told(world, firm_channel(world.firm.id), MarkMoved)
    assert [mark.read_seq for mark in again if isinstance(mark, MarkMoved)] == [before[0].read_seq]


async def test_what_is_settled_late_tells_no_mark_that_has_gone_on(world: World) -> None:
    thread = await world.thread()
    await says(world, world.petra, thread)
    events = await world.store.streams.read(thread_stream(thread.id), 0, 100)
    await says(world, world.petra, thread)
    world.bell.clear()
    await consequences.draw(world.means, {thread.id: events})
    assert told(world, firm_channel(world.firm.id), MarkMoved) == []


async def test_many_marks_of_many_people_at_once(world: World) -> None:
    thread = await world.thread()
    for _ in range(6):
        await says(world, world.petra, thread)
    people: list[Person] = [world.anna, world.erik, world.sofia, world.vera, world.linn]
    persons = [(await world.principal(who)).person for who in people]
    firm = world.firm.id
    readings = [Reading(firm, thread.id, person, seq, seq) for person in persons for seq in (3, 5, 1, 8, 2)]
    await asyncio.gather(*(world.store.marks.read(reading, reading.seq) for reading in readings))
    marks = await world.store.marks.of_thread(world.firm.id, thread.id)
    assert {mark.person.id for mark in marks if mark.read_seq == 8} >= {who.id for who in people}
    for mark in marks:
        steps = [step.seq for step in mark.read]
        assert steps == sorted(set(steps)), "positions only grow"


# how often


async def test_the_pace_writes_first_and_last_and_little_between() -> None:
    pace, written = Pace(gap_s=30), []

    async def write(position: int) -> None:
        written.append(position)

    await pace.write("k", 1, write)
    assert written == [1]
    later = [asyncio.create_task(pace.write("k", position, write)) for position in (2, 7, 5)]
    other = asyncio.create_task(pace.write("other", 1, write))
    await other
    assert written == [1, 1]
    later[1].cancel()  # the highest one's caller goes away
    await asyncio.sleep(0)
    await pace.drained()
    await asyncio.gather(later[0], later[2])
    assert written == [1, 1, 7]


async def test_a_write_that_fails_is_told_to_those_who_waited_for_it() -> None:
    pace, tries = Pace(gap_s=0), []

    async def write(position: int) -> None:
        tries.append(position)
        if len(tries) == 1:
            raise RuntimeError("away")

    with pytest.raises(RuntimeError, match="away"):
        await pace.write("k", 1, write)
    await pace.write("k", 1, write)
    assert tries == [1, 1]


def test_typing_is_told_at_most_once_in_three_seconds() -> None:
    throttle = Throttle(every_s=3, turn_s=1)
    moments = [
        (False, 0.0),
        (True, 0.0),
        (True, 2.9),
        (True, 3.0),
        (False, 3.1),
        (False, 3.2),
        (True, 3.5),
        (True, 4.2),
    ]
    told = [throttle.allows("k", on, at_s) for on, at_s in moments]
    assert told == [False, True, False, True, True, False, False, True]


async def test_typing_reaches_the_thread_and_internal_typing_only_staff(world: World) -> None:
    thread = await world.thread()
    world.bell.clear()
    for _ in range(3):
        await world.do(world.sofia, TypingSet(thread_id=thread.id, internal=True))
    assert world.bell.heard(account_channel(world.holm.id)) == []
    assert len(told(world, firm_channel(world.firm.id), Typing)) == 1
    await world.do(world.petra, TypingSet(thread_id=thread.id))
    assert len(told(world, firm_channel(world.firm.id), Typing)) == 2
    (shown,) = told(world, account_channel(world.holm.id), Typing)
    assert isinstance(shown, Typing)
    assert shown.person.id == world.petra.id
    with pytest.raises(Forbidden):
        await world.do(world.petra, TypingSet(thread_id=thread.id, internal=True))


async def test_a_process_that_stops_writes_the_marks_that_were_waiting_for_their_turn(
    world: World, redis_url: str
) -> None:
    thread = await world.thread()
    person = (await world.principal(world.petra)).person
    async with opened(structs.replace(world.settings, redis_url=redis_url)) as means:
        marks = means.store.marks

        async def write(seq: int) -> None:
            await marks.read(Reading(world.firm.id, thread.id, person, seq, 1), means.clock.now())

        await marks.pace.write("read", 1, write)
        waiting = asyncio.create_task(marks.pace.write("read", 2, write))
        await asyncio.sleep(0)
    await waiting
    assert (await world.store.marks.of_person(world.firm.id, [thread.id], world.petra.id))[thread.id].read_seq == 2


async def test_what_is_settled_late_takes_no_position_back(world: World) -> None:
    """Who was looked at before they read further has read further (P9)."""
    thread, marks, now = await world.thread(), world.store.marks, world.clock.now()
    petra = people.Person(id=world.petra.id, side="contact", name=world.petra.name)
    await marks.read(Reading(world.firm.id, thread.id, petra, 5, 2), now)
    before = await marks.of_thread(world.firm.id, thread.id)
    await marks.read_all([Reading(world.firm.id, thread.id, petra, seq, 1) for seq in (3, 5)], now + 1)
    assert await marks.of_thread(world.firm.id, thread.id) == before
    await marks.read_all([Reading(world.firm.id, thread.id, petra, 6, 3)], now + 2)
    (after,) = await marks.of_thread(world.firm.id, thread.id)
    assert (after.read_seq, after.read_messages, after.moved_at) == (6, 3, now + 2)


async def test_what_is_read_again_after_it_was_made_unread_is_told_again_with_what_was_lost(world: World) -> None:
    """RD-9, P5: the mark stands where it stood; by its time it is found among those that may have been missed."""
    thread = await world.thread(by=world.petra)
    await world.settled()
    await reads(world, world.sofia, thread)
    await world.do(world.anna, MarkUnread(thread_id=thread.id, seq=thread.head))
    await world.settled()
    world.clock.advance(s=3600)
    since = world.clock.now()
    assert await world.store.marks.moved_since([world.firm.id], since, 10) == []
    await reads(world, world.sofia, thread)
    moved = await world.store.marks.moved_since([world.firm.id], since, 10)
    assert [mark.person.id for mark in moved] == [world.sofia.id]
