"""Reminders of which many would send one, by hand and by themselves: each goes out once (RM-16)."""

import asyncio

import pytest

from protocol.audit import AuditList
from protocol.body import paragraph
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.messages import MessageSend
from protocol.reminders import ReminderSend, ReminderSent
from protocol.threads import ThreadList, ThreadRaised, ThreadRead
from scheduler import reminders
from server.reminders import actions, cycles
from tests.scheduler.story import Story
from tests.world import Person

pytestmark = pytest.mark.anyio


async def test_one_letter_to_each_recipient_and_an_event_for_staff_only(story: Story) -> None:
    """RM-6, RM-17; Linn's Notify is off."""
    await story.begins(number=1)
    await story.until("4 10:00")
    letters = [
        letter
        for letter in await story.world.store.letters.of_thread(story.world.firm.id, story.thread.id)
        if letter.kind == "client_reminder"
    ]
    assert [(letter.email, letter.cycle, letter.number) for letter in letters] == [("petra@holmbygg.example", 1, 1)]
    notes = await story.world.store.streams.read(notes_stream(story.thread.id), 0, 100)
    sent = [stored.event for stored in notes if isinstance(stored.event, ReminderSent)]
    assert [(event.number, event.of, event.recipients) for event in sent] == [(1, 1, ["Petra Holm"])]


async def test_an_answer_that_was_acknowledged_wins_over_a_tick_at_the_same_moment(story: Story) -> None:
    """RM-15, acceptance 17: the answer is in the log, and nothing of what follows from it has been drawn yet."""
    await story.begins()
    story.at("4 10:00")
    world = story.world
    command = MessageSend(thread_id=story.thread.id, client_message_id=new_id(), body=paragraph("Här är svaret"))
    world.settler.settle = lambda stored: None  # type: ignore[method-assign]
    await world.do(world.petra, command)
    assert await actions.fire(world.means, world.firm.id, story.thread.id, world.clock.now()) is False
    await reminders.tick(world.means, world.clock.now())
    assert await story.mailed() == []
    assert (await story.view()).reminder.verdict == "replied"


async def test_a_message_of_the_firms_that_was_acknowledged_begins_anew_before_a_tick_at_the_same_moment(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RM-5, RM-15: the reminder that was due would be of the message before; it waits for the new one's rhythm."""
    await story.begins()
    story.at("4 10:00")
    world = story.world
    with monkeypatch.context() as unsettled:
        unsettled.setattr(world.settler, "settle", lambda stored: None)
        await story.says(world.anna)
        assert await actions.fire(world.means, world.firm.id, story.thread.id, world.clock.now()) is False
    events = await world.store.streams.read(thread_stream(story.thread.id), 0, 100)
    await cycles.refresh(world.means, world.firm.id, story.thread.id, events)
    await story.until("12 10:00")
    assert await story.mailed() == ["7 10:00", "10 10:00"]


async def test_any_number_of_schedulers_send_one(story: Story) -> None:
    """RM-16, acceptance 18."""
    await story.begins()
    story.at("4 10:00")
    now = story.world.clock.now()
    outcomes = await asyncio.gather(
        *(actions.fire(story.world.means, story.world.firm.id, story.thread.id, now) for _ in range(8))
    )
    assert sorted(outcomes) == [False] * 7 + [True]
    await asyncio.gather(*(reminders.tick(story.world.means, now) for _ in range(4)))
    assert await story.mailed() == ["4 10:00"]


async def test_after_an_outage_one_goes_out_and_the_next_gap_counts_from_it(story: Story) -> None:
    """Acceptance 19, 3.8.4: server was down."""
    await story.begins(number=3)
    story.at("9 15:00")
    await reminders.tick(story.world.means, story.world.clock.now())
    await story.until("20 15:00")
    assert await story.mailed() == ["9 15:00", "12 15:00", "15 15:00"]


async def test_a_reminder_by_hand_is_extra_and_skips_what_is_due_within_a_day(story: Story) -> None:
    """RM-11: an audit row, nothing used up; the automatic one of the 4th is skipped, the rhythm stays."""
    await story.begins()
    await story.until("3 12:00")
    command = ReminderSend(thread_id=story.thread.id, client_message_id=new_id())
    await story.world.do(story.world.anna, command)
    view = await story.world.do(story.world.anna, command)  # a retry sends nothing more
    assert [(row.number, row.by.name) for row in view.rows] == [(0, "Anna Lindberg")]
    assert view.reminder.sent == 0
    audit = await story.world.do(story.world.anna, AuditList(thread_id=story.thread.id))
    assert [row.event for row in audit.rows].count("reminder.resent") == 1
    await story.until("14 10:00")
    assert await story.mailed() == ["3 12:00", "7 10:00", "10 10:00"]


async def test_a_reminder_by_hand_belongs_to_the_round_that_runs(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """RM-11, RM-20: also right behind a message that the cycle has yet to hear of, and as an older build has kept it."""
    world = story.world

    async def by_hand() -> list[int]:
        command = ReminderSend(thread_id=story.thread.id, client_message_id=new_id())
        view = await world.do(world.anna, command)
        return [row.cycle - view.reminder.cycle for row in view.rows if row.number == 0]

    await story.begins()
    await story.until("2 12:00")
    assert await by_hand() == [0]
    await story.says(world.anna)
    story.at("2 13:00")
    assert await by_hand() == [-1, 0]
    story.at("2 13:30")
    with monkeypatch.context() as unsettled:
        unsettled.setattr(world.means.settler, "settle", lambda stored: None)
        await story.says(world.anna)
    story.at("2 14:00")
    await by_hand()
    events = await world.store.streams.read(thread_stream(story.thread.id), 0, 100)
    await cycles.refresh(world.means, world.firm.id, story.thread.id, events)
    view = await story.view()
    assert [row.cycle - view.reminder.cycle for row in view.rows] == [-2, -1, 0]
    await world.store.mongo.database["reminder_rows"].update_many({}, {"$set": {"cycle": 0}})
    view = await story.view()
    assert [row.cycle < view.reminder.cycle for row in view.rows] == [True, True, False]


async def test_a_reminder_by_hand_without_automatic_ones_belongs_to_the_round_that_runs(story: Story) -> None:
    """RM-11, RM-20."""
    await story.begins(on=False)
    command = ReminderSend(thread_id=story.thread.id, client_message_id=new_id())
    view = await story.world.do(story.world.anna, command)
    assert [(row.number, row.cycle) for row in view.rows] == [(0, view.reminder.cycle)]
    assert (await story.sets()).reminder.cycle > view.rows[0].cycle  # switched on: a round of its own


async def test_a_reminder_by_hand_puts_the_thread_on_top_of_what_waits_for_the_client(story: Story) -> None:
    """RM-11: in the contacts' list, live and for who comes later; staff's list stays by the latest message."""
    world = story.world
    await story.begins(tasks=["Lagerlista"])
    older = story.thread
    story.at("1 11:00")
    newer = [await world.thread(subject=f"nyare {number}") for number in range(2)]
    await world.settled()
    ids = [older.id, newer[0].id, newer[1].id]

    async def listed(person: Person, *, limit: int = 50) -> list[int]:
        found: list[int] = []
        after: str | None = None
        while True:
            page = await world.do(person, ThreadList(limit=limit, after=after))
            found += [ids.index(thread.id) for thread in page.threads]
            if (after := page.next) is None:
                return found

    assert await listed(world.petra) == [2, 1, 0]
    story.at("1 12:00")
    command = ReminderSend(thread_id=older.id, client_message_id=new_id())
    await world.do(world.anna, command)
    assert await listed(world.petra) == await listed(world.petra, limit=1) == [0, 2, 1]
    assert await listed(world.anna) == [2, 1, 0]
    await world.settled()
    row = (await world.do(world.petra, ThreadRead(thread_id=older.id))).thread
    assert (row.raised_at, row.updated_at) == (world.clock.now(), world.clock.now())
    assert (await world.do(world.anna, ThreadRead(thread_id=older.id))).thread.raised_at is None
    heard = await world.store.streams.read(thread_stream(older.id), older.head, 10)
    assert [(stored.event, stored.actor.name if stored.actor else "") for stored in heard] == [
        (ThreadRaised(), "Anna Lindberg")
    ]
    await world.do(world.anna, command)  # a retry raises nothing more
    assert await world.store.streams.read(thread_stream(older.id), older.head, 10) == heard
    # It has asked, not written: the rhythm of the automatic ones goes on as the table says.
    await story.until("8 11:00")
    assert await story.mailed() == ["1 12:00", "4 10:00", "7 10:00"]


async def test_threads_that_are_due_together_are_each_counted(story: Story) -> None:
    """RM-22: combined or not; here each is a mail of its own."""
    await story.begins(number=2)
    other = Story(story.world)
    await other.begins(number=1)
    await story.until("4 10:00")
    assert (await story.mailed(), await other.mailed()) == (["4 10:00"], ["4 10:00"])
    assert [(view.reminder.sent, view.reminder.number) for view in (await story.view(), await other.view())] == [
        (1, 2),
        (1, 1),
    ]
    assert (await other.view()).reminder.verdict == "count_reached"
