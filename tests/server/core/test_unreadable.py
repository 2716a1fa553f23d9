"""What this build can't read, during a rolling upgrade, after a rollback, or damaged, stops nothing else."""

from typing import Any

import pytest

from protocol.body import paragraph
from protocol.contacts import LinkUpdate
from protocol.errors import InternalError
from protocol.events import UnknownEvent
from protocol.frames import EventFrame, decode_server_frame
from protocol.ids import new_id, thread_stream, user_stream
from protocol.inbox import NotificationList
from protocol.messages import MessageSend
from protocol.reminders import ReminderSetting
from protocol.streams import StreamRead, ThreadOpen
from protocol.threads import Thread, ThreadList
from scheduler.housekeeping import PUT_OFF_MAX_MS, UNSETTLED_AFTER_MS, sweep
from scheduler.mail import outbox as mail
from scheduler.mail.back_off import BackOff
from scheduler.reminders import tick
from server.core.announce import bus_event
from server.core.context import Means
from server.network import resume
from server.reminders import cycles
from storage.log.streams import Stored
from storage.mongo.documents import STRANGERS
from tests.world import World

pytestmark = pytest.mark.anyio

NEWER = {"type": "poll.opened", "question": "När passar det?"}


async def says(world: World, thread: Thread, text: str) -> None:
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(text))
    await world.do(world.petra, said)


async def quiet(world: World, subject: str, **more: Any) -> Thread:
    """A thread whose beginning has been settled."""
    thread = await world.thread(subject=subject, **more)
    await world.settled()
    return thread


def left_to_the_sweep(world: World) -> None:
    world.settler.settle = lambda stored: None  # type: ignore[method-assign]


async def spoilt(world: World, collection: str, name: str, **fields: Any) -> None:
    answer = await world.store.mongo.database[collection].update_one({"_id": name}, {"$set": fields})
    assert answer.matched_count == 1


async def unsettled(world: World, in_ms: int = 0) -> list[Stored]:
    return await world.store.streams.unsettled(world.clock.now() + in_ms + 1, 100)


def event_of(thread: Thread, seq: int) -> str:
    return f"{thread_stream(thread.id)}:{seq:013d}"


async def texts(world: World) -> set[str]:
    return {entry.text for entry in (await world.do(world.sofia, NotificationList())).notifications}


async def test_the_sweep_goes_on_past_what_it_cant_read_and_tries_again_later_and_later(world: World) -> None:
    """P9: an event of a newer build, a thread that can't be read and one that is in order. The newer build finds what
    it knows still unsettled."""
    newer, bad, good = [await quiet(world, subject) for subject in ("nyare", "trasig", "bra")]
    left_to_the_sweep(world)
    for thread in (newer, bad, good):
        await says(world, thread, thread.subject)
    kept = await world.store.mongo.database["events"].find_one({"_id": event_of(newer, 3)})
    assert kept is not None
    await spoilt(world, "events", event_of(newer, 3), event=NEWER)
    await spoilt(world, "threads", bad.id, assignee_id=7)
    now = world.clock.now() + UNSETTLED_AFTER_MS + 1
    assert await sweep(world.means, now) == 1
    assert "bra" in await texts(world)
    assert {stored.stream for stored in await unsettled(world, PUT_OFF_MAX_MS * 2)} == {
        thread_stream(newer.id), thread_stream(bad.id),
    }  # fmt: skip
    tries = 0
    for _ in range(720):  # an hour of sweeps, one every five seconds
        now += 5_000
        found = await world.store.streams.unsettled(now - UNSETTLED_AFTER_MS, 100)
        if found:
            tries += 1
            assert await sweep(world.means, now) == 0
    assert 6 <= tries <= 14
    await spoilt(world, "events", event_of(newer, 3), event=kept["event"])
    await spoilt(world, "threads", bad.id, assignee_id=None)
    assert await sweep(world.means, now + PUT_OFF_MAX_MS + UNSETTLED_AFTER_MS + 1) == 2
    assert {"nyare", "trasig", "bra"} <= await texts(world)
    assert await unsettled(world, PUT_OFF_MAX_MS * 10) == []


async def test_what_couldnt_be_settled_is_counted_as_left(world: World) -> None:
    thread = await quiet(world, "trasig")
    before = world.settler.settled
    await spoilt(world, "threads", thread.id, assignee_id=7)
    await says(world, thread, "hej")
    await world.settled()
    assert (world.settler.settled, world.settler.left) == (before, 1)


async def test_a_thread_with_an_event_of_a_newer_build_is_opened_read_and_written_to(world: World) -> None:
    """Rule 4 of the protocol: clients pass over what they don't know, and get it as it stands."""
    thread = await quiet(world, "nyare", tasks=["kvitton"], reminder=ReminderSetting(enabled=True, days=3, number=2))
    await says(world, thread, "ett")
    await world.settled()
    await spoilt(world, "events", event_of(thread, 4), event=NEWER)
    opened = await world.do(world.anna, ThreadOpen(thread_id=thread.id))
    page = await world.do(world.petra, StreamRead(stream=thread_stream(thread.id), after=0, limit=50))
    for events in (opened.page.events, page.events):
        assert [event.seq for event in events] == [1, 2, 3, 4]
        assert events[3].event == NEWER
    await says(world, thread, "två")
    await world.settled()
    assert "två" in await texts(world)
    principal, stream = await world.principal(world.petra), thread_stream(thread.id)
    plan = await resume.plan(
        world.store, principal, {stream: 2}, user_stream(principal.user_id), said_epoch="e", epoch="e"
    )
    frames = [decode_server_frame(frame.payload, "json") for frame in plan.frames]
    assert [frame.seq for frame in frames if isinstance(frame, EventFrame)] == [3, 4, 5]
    assert b'"poll.opened","question"' in plan.frames[1].payload


async def test_a_row_that_cant_be_read_costs_its_own_thread_only(world: World) -> None:
    bad, good = await quiet(world, "trasig"), await quiet(world, "bra")
    await spoilt(world, "threads", bad.id, reminder=7)
    before = STRANGERS.count
    for _ in range(2):
        for person in (world.anna, world.petra):
            page = await world.do(person, ThreadList())
            assert [thread.id for thread in page.threads] == [good.id]
    assert STRANGERS.count == before + 1, "once for each"
    with pytest.raises(InternalError) as refused:
        await world.do(world.anna, ThreadOpen(thread_id=bad.id))
    assert refused.value.reason == "unreadable"
    assert (await world.do(world.anna, ThreadOpen(thread_id=good.id))).thread.id == good.id


async def test_a_person_who_cant_be_read_keeps_no_mail_and_no_news_from_the_others(world: World) -> None:
    """Asked for together with others, they are no answer to those."""
    await spoilt(world, "staff", world.sofia.id, role=7)
    await spoilt(world, "contacts", world.linn.id, language=7)
    thread = await quiet(world, "bra")
    await says(world, thread, "hej")
    await world.settled()
    assert {letter.person_id for letter in await world.store.letters.of_thread(world.firm.id, thread.id)} == {
        world.petra.id, world.anna.id,
    }  # fmt: skip
    assert await world.store.people.staff(world.firm.id, world.anna.id) == world.anna


async def test_reminders_go_out_past_threads_that_cant_be_read(world: World) -> None:
    setting = ReminderSetting(enabled=True, days=3, number=2)
    row, log, good = [await quiet(world, name, tasks=["kvitton"], reminder=setting) for name in ("rad", "logg", "bra")]
    await spoilt(world, "threads", row.id, assignee_id=7)
    await spoilt(world, "events", event_of(log, 3), totals={"seq": 3, "last_side": "robot"})
    world.clock.advance(days=8)
    back_off = BackOff()
    assert await tick(world.means, world.clock.now(), back_off) == 1
    reminded = await world.store.reminder_rows.of_thread(world.firm.id, good.id)
    assert len(reminded) == 1
    assert back_off.held(world.clock.now()) == [log.id]
    assert back_off.held(world.clock.now() + 60_000) == []


async def test_an_account_is_decided_anew_past_a_thread_that_cant_be_read(world: World) -> None:
    """D4: nobody is left to notify; the sweep works it off, and the one thread costs nobody else theirs."""
    setting = ReminderSetting(enabled=True, days=3, number=2)
    bad, good = [await quiet(world, name, tasks=["kvitton"], reminder=setting) for name in ("trasig", "bra")]
    await spoilt(world, "events", event_of(bad, 3), totals={"seq": 3, "last_side": "robot"})
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, notify=False))
    await world.settled()
    row = await world.store.threads.get(world.firm.id, good.id)
    assert row is not None
    assert row.reminder is not None
    assert row.reminder.verdict == "nobody_to_notify"
    assert await world.store.chores.get(world.firm.id, "decide", world.holm.id) is None


async def test_an_account_that_fails_is_tried_later_and_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await quiet(world, "bra", tasks=["kvitton"], reminder=ReminderSetting(enabled=True, days=3, number=2))
    tried: list[int] = []

    async def failing(means: Means, firm_id: str, account_id: str) -> None:
        tried.append(now)
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(cycles, "decide_account", failing)
        now, back_off = world.clock.now() + UNSETTLED_AFTER_MS, BackOff()
        await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, notify=False))
        await world.settled()
        tried.clear()
        for _ in range(360):  # half an hour of sweeps
            now += 5_000
            await sweep(world.means, now, back_off)
        assert 5 <= len(tried) <= 10
    assert await sweep(world.means, now + PUT_OFF_MAX_MS, back_off) == 1


async def test_a_letter_that_cant_be_read_holds_up_no_other(world: World) -> None:
    thread = await quiet(world, "bra")
    (letter,) = [
        one for one in await world.store.letters.of_thread(world.firm.id, thread.id) if one.person_id == world.petra.id
    ]
    others = await world.store.mongo.database["letters"].count_documents({"state": "waiting"})
    await spoilt(world, "letters", letter.id, kind="client_poll", due_at=0)
    found = 0
    while await world.store.letters.claim(letter.due_at + 1, mail.CLAIM_MS, "one") is not None:
        found += 1
    assert found == others - 1


async def test_access_is_looked_up_anew_for_a_change_that_cant_be_read(world: World) -> None:
    """AC-15: it may have taken something away."""
    stream = user_stream(world.petra.id)
    foreign = Stored(
        id=f"{stream}:{1:013d}",
        stream=stream,
        firm_id=world.firm.id,
        at=1,
        event=UnknownEvent(name="access.changed"),
        totals=(await world.store.streams.head(stream)),
    )
    assert bus_event(foreign).access
