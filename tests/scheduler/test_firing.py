"""Reminders over the real store: the worked examples of spec 3.8.6, races, and several schedulers.

The clock is the world's; a tick is called where the scheduler would. "Mailed" means that letters are in the outbox.
"""

from datetime import datetime

import pytest

from protocol.contacts import LinkUpdate
from protocol.firms import FirmUpdate
from protocol.reminders import ReminderSetting
from protocol.threads import ThreadArchive, ThreadReopen
from tests.scheduler.story import ZONE, Story

pytestmark = pytest.mark.anyio


async def test_example_1_two_mails_three_days_apart_then_no_more(story: Story) -> None:
    """RM-1, RM-3, RM-4, RM-8."""
    await story.begins()
    await story.until("12 10:00")
    assert await story.mailed() == ["4 10:00", "7 10:00"]
    assert (await story.view()).reminder.verdict == "count_reached"


async def test_what_staff_switch_off_goes_out_no_more_whatever_the_tasks(story: Story) -> None:
    """RM-8: though the client owes an answer and a task, and the count isn't reached."""
    await story.begins(number=3, tasks=["ett"])
    await story.until("5 10:00")
    assert await story.mailed() == ["4 10:00"]
    await story.sets(enabled=False)
    await story.until("14 10:00")
    assert await story.mailed() == ["4 10:00"]
    assert (await story.view()).reminder.verdict == "disabled"


async def test_example_2_reading_without_answering_changes_nothing(story: Story) -> None:
    """RM-1, RM-7."""
    await story.begins()
    await story.until("2 10:00")
    await story.reads(story.world.petra)
    await story.until("12 10:00")
    assert await story.mailed() == ["4 10:00", "7 10:00"]


async def test_example_3_an_answer_stops_and_a_new_message_begins_anew(story: Story) -> None:
    """RM-7."""
    await story.begins()
    await story.until("3 10:00")
    await story.says(story.world.petra)
    assert (await story.view()).reminder.verdict == "replied"
    await story.until("5 09:00")
    await story.says(story.world.anna)
    await story.until("14 09:00")
    assert await story.mailed() == ["8 09:00", "11 09:00"]


async def test_example_4_done_but_unread_is_still_reminded_of(story: Story) -> None:
    """RM-7."""
    await story.begins(tasks=["ett", "två"])
    await story.until("2 10:00")
    # Ticked from the home page: without the thread being opened in front of the contact.
    await story.ticks_task(story.world.petra, 0)
    await story.ticks_task(story.world.petra, 1)
    await story.until("5 09:00")
    await story.reads(story.world.petra)
    await story.until("12 10:00")
    assert await story.mailed() == ["4 10:00"]
    assert (await story.view()).reminder.verdict == "tasks_done_and_read"


async def test_a_firm_that_ignores_reading_reminds_no_more_once_the_tasks_are_done(story: Story) -> None:
    """RM-7 with the firm option of decision 2: rows a and b without their "and all messages are read"."""
    await story.world.do(story.world.erik, FirmUpdate(tasks_ignore_read_state=True))
    await story.begins(tasks=["ett", "två"])
    assert (await story.view()).reminder.ignores_read_state
    await story.until("2 10:00")
    await story.ticks_task(story.world.petra, 0)
    await story.until("5 10:00")
    await story.ticks_task(story.world.petra, 1)
    await story.until("12 10:00")
    assert await story.mailed() == ["4 10:00"]
    assert (await story.view()).reminder.verdict == "tasks_done_and_read"


async def test_a_firm_that_changes_its_mind_about_reading_is_heeded_in_threads_that_run(story: Story) -> None:
    """RM-7, decision 2: the option decides anew for every thread of the firm, in both directions."""
    await story.begins(tasks=["ett"])
    await story.ticks_task(story.world.petra, 0)
    before = await story.world.store.threads.get(story.world.firm.id, story.thread.id)
    assert before is not None
    assert before.reminder is not None
    assert before.reminder.verdict == "due"
    await story.world.do(story.world.erik, FirmUpdate(tasks_ignore_read_state=True))
    await story.world.settled()
    after = await story.world.store.threads.get(story.world.firm.id, story.thread.id)
    assert after is not None
    assert after.reminder is not None
    assert (after.reminder.verdict, after.reminder.next_due_at) == ("tasks_done_and_read", None)
    await story.until("5 10:00")
    assert await story.mailed() == []
    await story.world.do(story.world.erik, FirmUpdate(tasks_ignore_read_state=False))
    await story.world.settled()
    await story.until("5 11:00")
    assert await story.mailed() == ["5 10:00"]


async def test_without_tasks_the_option_changes_nothing(story: Story) -> None:
    """RM-7 c: only an answer stops, read or not."""
    await story.world.do(story.world.erik, FirmUpdate(tasks_ignore_read_state=True))
    await story.begins()
    await story.reads(story.world.petra)
    await story.until("12 10:00")
    assert await story.mailed() == ["4 10:00", "7 10:00"]
    assert not (await story.view()).reminder.ignores_read_state


async def test_another_time_zone_of_the_firm_moves_what_is_planned(story: Story) -> None:
    """Spec 3.8.2: the same wall-clock time in the firm's time zone, whichever that is now. March's change of clocks is
    between message and reminder in one of the two zones only."""
    story.world.clock.advance(
        s=(int(datetime(2027, 3, 27, 10, 0, tzinfo=ZONE).timestamp() * 1000) - story.world.clock.now()) / 1000
    )
    story.thread = await story.world.thread(reminder=ReminderSetting(enabled=True, days=3, number=1))
    await story.world.settled()
    began = story.world.clock.now()
    planned = (await story.view()).reminder.next_due_at
    assert planned == began + 3 * 86_400_000 - 3_600_000
    await story.world.do(story.world.erik, FirmUpdate(time_zone="Africa/Lagos"))
    await story.world.settled()
    stored = await story.world.store.threads.get(story.world.firm.id, story.thread.id)
    assert stored is not None
    assert stored.reminder is not None
    assert stored.reminder.next_due_at == began + 3 * 86_400_000


async def test_example_5_an_open_task_goes_on_although_the_client_answered(story: Story) -> None:
    """RM-1, RM-7."""
    await story.begins(tasks=["ett", "två"])
    await story.until("2 10:00")
    await story.says(story.world.petra)
    await story.ticks_task(story.world.petra, 0)
    await story.until("12 10:00")
    assert await story.mailed() == ["4 10:00", "7 10:00"]


async def test_example_6_the_last_tick_a_minute_before_wins(story: Story) -> None:
    """RM-7."""
    await story.begins(tasks=["ett", "två"])
    await story.until("3 10:00")
    await story.reads(story.world.petra)
    await story.ticks_task(story.world.petra, 0)
    story.at("4 09:59")
    await story.ticks_task(story.world.petra, 1)
    await story.until("12 10:00")
    assert await story.mailed() == []


async def test_example_7_reopening_is_as_if_the_message_were_new(story: Story) -> None:
    """RM-8, RM-9, AR-2, AR-3."""
    await story.begins()
    await story.until("3 10:00")
    await story.world.do(story.world.anna, ThreadArchive(thread_id=story.thread.id))
    await story.world.settled()
    assert (await story.view()).reminder.verdict == "closed"
    await story.until("10 08:00")
    await story.world.do(story.world.anna, ThreadReopen(thread_id=story.thread.id))
    await story.world.settled()
    await story.until("20 08:00")
    assert await story.mailed() == ["13 08:00", "16 08:00"]


async def test_reopening_gives_the_full_count_again(story: Story) -> None:
    """RM-9: also where some, or all, had been sent."""
    await story.begins()
    await story.until("5 10:00")
    for day in ("10", "20"):
        await story.world.do(story.world.anna, ThreadArchive(thread_id=story.thread.id))
        await story.world.settled()
        story.at(f"{day} 08:00")
        await story.world.do(story.world.anna, ThreadReopen(thread_id=story.thread.id))
        await story.world.settled()
        await story.until(f"{int(day) + 9} 08:00")
    assert await story.mailed() == ["4 10:00", "13 08:00", "16 08:00", "23 08:00", "26 08:00"]


async def test_example_8_a_raised_number_resumes(story: Story) -> None:
    """RM-4."""
    await story.begins(number=1)
    await story.until("6 10:00")
    await story.sets(number=2)
    await story.until("12 10:00")
    assert await story.mailed() == ["4 10:00", "7 10:00"]


async def test_example_9_an_internal_message_changes_nothing(story: Story) -> None:
    """MS-6."""
    await story.begins()
    await story.until("3 10:00")
    await story.says(story.world.anna, internal=True)
    await story.until("12 10:00")
    assert await story.mailed() == ["4 10:00", "7 10:00"]


async def test_example_10_switching_on_later_counts_from_then(story: Story) -> None:
    """RM-2."""
    await story.begins(on=False)
    await story.until("20 10:00")
    await story.sets(number=1)
    await story.until("30 10:00")
    assert await story.mailed() == ["23 10:00"]


async def test_example_11_nobody_to_notify_holds_and_counts_nothing(story: Story) -> None:
    """RM-6, RM-20: nor does anybody read of dates that won't be kept."""
    await story.begins()
    story.at("1 11:00")
    assert len((await story.view()).reminder.planned) == 2
    world = story.world
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, notify=False))
    await world.settled()  # an account's threads are decided after the answer
    await story.until("5 10:00")
    view = await story.view()
    assert (view.reminder.verdict, view.reminder.sent) == ("nobody_to_notify", 0)
    assert (view.reminder.planned, view.reminder.next_due_at) == ([], None)
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, notify=True))
    await world.settled()
    await story.until("14 10:00")
    assert await story.mailed() == ["5 10:00", "8 10:00"]
