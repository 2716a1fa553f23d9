"""Threads that are put off, and come back (SS-2), over the real store. The clock is the world's; a sweep is called where a
scheduler would."""

import asyncio

import pytest

from protocol.audit import AuditList
from protocol.body import paragraph
from protocol.errors import Conflict, Invalid
from protocol.events import Event
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.messages import MessageSend
from protocol.threads import (
    Back,
    StaffPart,
    Thread,
    ThreadArchive,
    ThreadList,
    ThreadRead,
    ThreadReopen,
    ThreadSnooze,
    ThreadSnoozed,
    ThreadView,
    ThreadWake,
    ThreadWoken,
)
from protocol.wire import Ms
from scheduler.housekeeping import UNSETTLED_AFTER_MS, sweep
from server.threads import snoozing
from storage.redis.bus import BusEvent, account_channel
from tests.world import Person, World

pytestmark = pytest.mark.anyio

HOUR_MS = 3_600_000


async def says(world: World, who: Person, thread: Thread, *, internal: bool = False) -> None:
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Hej!"), internal=internal)
    await world.do(who, said)
    await world.settled()


async def row(world: World, thread: Thread, who: Person | None = None) -> Thread:
    view: ThreadView = await world.do(who or world.anna, ThreadRead(thread_id=thread.id))
    return view.thread


async def part(world: World, thread: Thread) -> StaffPart:
    staff = (await row(world, thread)).staff
    assert staff is not None
    return staff


async def put_off(world: World, thread: Thread, until: Ms | None = None, *, by: Person | None = None) -> None:
    head = (await row(world, thread)).head
    await world.do(by or world.anna, ThreadSnooze(thread_id=thread.id, seq=head, until=until))
    await world.settled()


async def swept(world: World) -> int:
    count = await sweep(world.means, world.clock.now())
    await world.settled()
    return count


async def notes(world: World, thread: Thread) -> list[Event]:
    stored = await world.store.streams.read(notes_stream(thread.id), 0, 100)
    return [one.event for one in stored]


async def listed(world: World, who: Person, command: ThreadList | None = None) -> list[str]:
    page = await world.do(who, command or ThreadList())
    return [thread.subject for thread in page.threads]


@pytest.mark.parametrize("until", [None, 30 * 24 * HOUR_MS])
async def test_a_message_from_the_client_ends_it_and_one_from_staff_doesnt(world: World, until: Ms | None) -> None:
    """SS-2."""
    thread = await world.thread(subject="Bokslut")
    await put_off(world, thread, None if until is None else world.clock.now() + until)
    await says(world, world.sofia, thread)
    await says(world, world.sofia, thread, internal=True)
    assert (await part(world, thread)).snooze is not None
    await says(world, world.petra, thread)
    now = await row(world, thread)
    assert now.staff is not None
    assert now.staff.snooze is None
    assert now.staff.back is not None
    assert now.staff.back.why == "answer"
    # Behind the message, or it would stand on top no more.
    assert now.staff.back.at > now.last_message_at
    assert await listed(world, world.anna) == ["Bokslut"]


async def test_what_the_client_wrote_before_the_asker_knew_ends_it_at_once(world: World) -> None:
    """SS-2. Nobody puts off an answer that they haven't seen: it would be out of sight until the time comes."""
    thread = await world.thread()
    known = (await row(world, thread)).head
    await says(world, world.petra, thread)
    await world.do(world.anna, ThreadSnooze(thread_id=thread.id, seq=known, until=world.clock.now() + HOUR_MS))
    await world.settled()
    now = await part(world, thread)
    assert (now.snooze, now.back and now.back.why) == (None, "answer")
    # With what one does know it stays away.
    await put_off(world, thread, world.clock.now() + HOUR_MS)
    assert (await part(world, thread)).snooze is not None


async def test_an_answer_whose_consequences_a_crash_left_ends_it_by_the_sweep(world: World) -> None:
    """SS-2, P9."""
    thread = await world.thread()
    await put_off(world, thread)
    settle = world.settler.settle
    world.settler.settle = lambda stored: None  # type: ignore[method-assign]
    await says(world, world.petra, thread)
    world.settler.settle = settle  # type: ignore[method-assign]
    assert (await part(world, thread)).snooze is not None
    world.clock.advance(s=UNSETTLED_AFTER_MS / 1000 + 1)
    await swept(world)
    assert (await part(world, thread)).snooze is None


async def test_drawn_again_an_old_answer_ends_no_later_snooze(world: World) -> None:
    """P9."""
    thread = await world.thread()
    await says(world, world.petra, thread)
    await put_off(world, thread)
    for stored in await world.store.streams.read(thread_stream(thread.id), 0, 100):
        world.settler.settle(stored)
    await world.settled()
    assert (await part(world, thread)).snooze is not None


@pytest.mark.parametrize("at_once", [2, 8])
async def test_several_sweeps_at_once_wake_it_once(world: World, at_once: int) -> None:
    """SS-2. Two processes: tests/scheduler/test_schedulers.py."""
    threads = [await world.thread(subject=f"nr {number}") for number in range(5)]
    for thread in threads:
        await put_off(world, thread, world.clock.now() + HOUR_MS)
    world.clock.advance(s=HOUR_MS / 1000 + 10)
    await asyncio.gather(*(sweep(world.means, world.clock.now()) for _ in range(at_once)))
    await world.settled()
    for thread in threads:
        woken = [event for event in await notes(world, thread) if isinstance(event, ThreadWoken)]
        assert len(woken) == 1
    assert await swept(world) == 0


async def test_put_off_anew_it_waits_for_the_later_time(world: World) -> None:
    """Also where a scheduler has looked up the earlier one already."""
    thread = await world.thread()
    first, second = world.clock.now() + HOUR_MS, world.clock.now() + 3 * HOUR_MS
    await put_off(world, thread, first)
    old = await world.store.chores.get(world.firm.id, "wake", thread.id)
    assert old is not None
    await put_off(world, thread, second)
    world.clock.advance(s=HOUR_MS / 1000 + 10)
    await snoozing.wake_when_due(world.means, old)
    await swept(world)
    assert (await part(world, thread)).snooze is not None
    world.clock.advance(s=2 * HOUR_MS / 1000)
    await swept(world)
    assert (await part(world, thread)).snooze is None


async def test_a_scheduler_whose_own_clock_is_behind_wakes_it_all_the_same(world: World) -> None:
    """The time has come by the clock that all schedulers share; what is due is not put aside for theirs."""
    thread = await world.thread()
    await put_off(world, thread, world.clock.now() + HOUR_MS)
    await sweep(world.means, world.clock.now() + HOUR_MS + UNSETTLED_AFTER_MS + 1)
    assert (await part(world, thread)).snooze is None
    assert await world.store.chores.get(world.firm.id, "wake", thread.id) is None


async def test_staff_end_it_and_take_down_what_has_come_back(world: World) -> None:
    thread = await world.thread(subject="Bokslut")
    await world.do(world.sofia, ThreadWake(thread_id=thread.id))
    assert await notes(world, thread) == []
    await put_off(world, thread, world.clock.now() + HOUR_MS)
    await world.do(world.sofia, ThreadWake(thread_id=thread.id))
    now = await part(world, thread)
    assert (now.snooze, now.back) == (None, None)
    await put_off(world, thread)
    await says(world, world.petra, thread)
    await world.do(world.sofia, ThreadWake(thread_id=thread.id))
    assert (await part(world, thread)).back is None
    anna = (await world.principal(world.anna)).person
    woken = [event for event in await notes(world, thread) if isinstance(event, ThreadWoken)]
    assert [(event.back and event.back.why, event.snoozed_by) for event in woken] == [
        (None, anna), ("answer", anna), (None, None),
    ]  # fmt: skip
    # The work that waited for the time finds nothing to do.
    world.clock.advance(s=HOUR_MS / 1000 + 10)
    await swept(world)
    assert (await part(world, thread)).back is None


async def test_archiving_ends_it_and_what_is_archived_is_not_put_off(world: World) -> None:
    thread = await world.thread(subject="Bokslut")
    await put_off(world, thread, world.clock.now() + HOUR_MS)
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))
    await world.settled()
    with pytest.raises(Conflict):
        await put_off(world, thread)
    await world.do(world.anna, ThreadReopen(thread_id=thread.id))
    now = await part(world, thread)
    assert (now.snooze, now.back) == (None, None)
    assert await listed(world, world.anna) == ["Bokslut"]


@pytest.mark.parametrize("until", [0, -1, 367 * 24 * HOUR_MS])
async def test_a_time_that_has_been_or_is_too_far_away_is_refused(world: World, until: Ms) -> None:
    thread = await world.thread()
    with pytest.raises(Invalid) as refused:
        await put_off(world, thread, world.clock.now() + until)
    assert refused.value.problem.path == "$.until"
    assert "366 days" in str(refused.value.problem)


async def test_a_position_that_there_is_none_of_is_refused(world: World) -> None:
    thread = await world.thread()
    for seq in (0, 99):
        with pytest.raises(Invalid) as refused:
            await world.do(world.anna, ThreadSnooze(thread_id=thread.id, seq=seq))
        assert refused.value.problem.path == "$.seq"


async def test_the_trail_says_who_put_it_off_and_who_ended_it(world: World) -> None:
    """AR-7."""
    thread = await world.thread()
    until = world.clock.now() + HOUR_MS
    await put_off(world, thread, until)
    await put_off(world, thread, until, by=world.sofia)  # says nothing new
    await world.do(world.sofia, ThreadWake(thread_id=thread.id))
    trail = (await world.do(world.anna, AuditList(thread_id=thread.id))).rows
    assert [(one.event, one.person.name) for one in trail] == [
        ("thread.woken", world.sofia.name), ("thread.snoozed", world.anna.name),
    ]  # fmt: skip
    assert [event for event in await notes(world, thread) if isinstance(event, ThreadSnoozed)][1:] == []


async def test_contacts_hear_and_see_nothing_of_it(world: World) -> None:
    """AC-6. Neither in their channel nor in what they ask for; byte for byte it is held by tests/stories."""
    thread = await world.thread()
    await world.settled()
    before = await row(world, thread, world.petra)
    world.bell.clear()
    await put_off(world, thread, world.clock.now() + HOUR_MS)
    world.clock.advance(s=HOUR_MS / 1000 + 10)
    await swept(world)
    await put_off(world, thread)
    await world.do(world.anna, ThreadWake(thread_id=thread.id))
    await world.settled()
    assert [said for said in world.bell.heard(account_channel(world.holm.id)) if isinstance(said, BusEvent)] == []
    assert await row(world, thread, world.petra) == before
    assert Back.__name__ not in repr(before)
