"""Reminders over the real store: the worked examples of spec 3.8.6, races, and several schedulers.

The clock is the world's; a tick is called where the scheduler would. "Mailed" means that letters are in the outbox.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from protocol.audit import AuditList
from protocol.body import paragraph
from protocol.contacts import LinkUpdate
from protocol.errors import Conflict, Invalid
from protocol.firms import FirmUpdate
from protocol.frames import decode_client_frame
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.reminders import ReminderRead, ReminderSend, ReminderSent, ReminderSet, ReminderSetting, ReminderView
from protocol.streams import ThreadOpen
from protocol.tasks import TaskSet
from protocol.threads import Thread, ThreadArchive, ThreadList, ThreadRaised, ThreadRead, ThreadReopen
from scheduler import reminders
from server.reminders import actions, cycles
from tests.world import Person, World

pytestmark = pytest.mark.anyio

ZONE = ZoneInfo("Europe/Stockholm")


class Story:
    """A thread with reminders whose days are those of a month that begins on a Monday: June 2026."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.thread: Thread

    async def begins(self, *, days: int = 3, number: int = 2, tasks: Sequence[str] = (), on: bool = True) -> None:
        self.at("1 10:00")
        reminder = ReminderSetting(enabled=on, days=days, number=number)
        self.thread = await self.world.thread(tasks=tasks, reminder=reminder)
        await self.world.settled()

    def at(self, when: str) -> None:
        """Move the clock to a day and time of the month."""
        day, _, time = when.partition(" ")
        hour, _, minute = time.partition(":")
        wanted = datetime(2026, 6, int(day), int(hour), int(minute), tzinfo=ZONE)
        self.world.clock.advance(s=(int(wanted.timestamp() * 1000) - self.world.clock.now()) / 1000)

    async def says(self, person: Person, *, internal: bool = False) -> None:
        command = MessageSend(
            thread_id=self.thread.id, client_message_id=new_id(), body=paragraph("hej"), internal=internal
        )
        await self.world.do(person, command)
        await self.world.settled()

    async def reads(self, person: Person) -> None:
        await self.world.do(person, MarkRead(thread_id=self.thread.id, seq=1000))
        await self.world.settled()

    async def ticks_task(self, person: Person, number: int) -> None:
        tasks = (await self.world.do(person, ThreadOpen(thread_id=self.thread.id))).tasks
        await self.world.do(person, TaskSet(thread_id=self.thread.id, task_id=tasks[number].id, done=True))
        await self.world.settled()

    async def sets(self, *, enabled: bool = True, days: int = 3, number: int = 2) -> ReminderView:
        command = ReminderSet(thread_id=self.thread.id, enabled=enabled, days=days, number=number)
        view = await self.world.do(self.world.anna, command)
        assert isinstance(view, ReminderView)
        return view

    async def view(self) -> ReminderView:
        view = await self.world.do(self.world.anna, ReminderRead(thread_id=self.thread.id))
        assert isinstance(view, ReminderView)
        return view

    async def until(self, when: str) -> None:
        """Let the scheduler tick every hour, on the minute that the thread began at, until then."""
        last = self.world.clock.now()
        self.at(when)
        end = self.world.clock.now()
        for now in range(last, end + 1, 3_600_000):
            self.world.clock.advance(s=(now - self.world.clock.now()) / 1000)
            await reminders.tick(self.world.means, now)
        self.at(when)
        await reminders.tick(self.world.means, end)
        await self.world.settled()

    async def mailed(self) -> list[str]:
        """When reminders went out, as day and time of the month."""
        rows = await self.world.store.reminder_rows.of_thread(self.world.firm.id, self.thread.id)
        return [datetime.fromtimestamp(row.at / 1000, UTC).astimezone(ZONE).strftime("%-d %H:%M") for row in rows]


@pytest.fixture
def story(world: World) -> Story:
    return Story(world)


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


@pytest.mark.parametrize("field", ["days", "number"])
@pytest.mark.parametrize("value", [0, -1, 366, 2.5, "3", True])
async def test_a_setting_that_no_reminder_can_have_is_refused_by_name(
    story: Story, field: str, value: float | str
) -> None:
    """RM-21, from the bytes of a call: integers, days from 1 to 365, number from 1 to 30."""
    await story.begins()
    command = {"type": "reminder.set", "thread_id": story.thread.id, "enabled": True, "days": 3, "number": 2}
    call = {"type": "call", "id": 1, "command": command | {field: value}}
    with pytest.raises(Invalid) as refused:
        decode_client_frame(msgspec.json.encode(call), "json")
    assert refused.value.problem.path == f"$.command.{field}"
    assert (await story.view()).reminder.number == 2


@pytest.mark.parametrize(("days", "number"), [(1, 1), (365, 30)])
async def test_the_furthest_settings_are_saved(story: Story, days: int, number: int) -> None:
    """RM-21."""
    await story.begins()
    view = await story.sets(days=days, number=number)
    assert (view.reminder.days, view.reminder.number) == (days, number)


async def test_nobody_can_be_reminded_by_hand_in_an_archived_thread(story: Story) -> None:
    await story.begins()
    await story.world.do(story.world.anna, ThreadArchive(thread_id=story.thread.id))
    with pytest.raises(Conflict):
        await story.world.do(story.world.anna, ReminderSend(thread_id=story.thread.id, client_message_id=new_id()))


async def test_the_tab_shows_the_dates_and_the_reason(story: Story) -> None:
    """RM-20, RM-8."""
    await story.begins(number=3)
    view = await story.view()
    shown = [datetime.fromtimestamp(at / 1000, ZONE).strftime("%-d %H:%M") for at in view.reminder.planned]
    assert shown == ["4 10:00", "7 10:00", "10 10:00"]
    assert (view.reminder.verdict, view.reminder.stops_when) == ("due", "client_replies")
    assert [(person.name, person.notify) for person in view.recipients] == [("Petra Holm", True), ("Linn Holm", False)]
    off = await story.sets(enabled=False)
    assert (off.reminder.verdict, off.reminder.planned) == ("disabled", [])
