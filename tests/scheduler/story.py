"""A thread with its reminders, told day by day."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from protocol.body import paragraph
from protocol.ids import new_id
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.reminders import AfterLast, ReminderRead, ReminderSet, ReminderSetting, ReminderView
from protocol.streams import ThreadOpen
from protocol.tasks import TaskSet
from protocol.threads import Thread
from scheduler import reminders
from tests.world import Person, World

ZONE = ZoneInfo("Europe/Stockholm")


class Story:
    """A thread with reminders whose days are those of a month that begins on a Monday: June 2026."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.thread: Thread

    async def begins(
        self,
        *,
        days: int = 3,
        number: int = 2,
        tasks: Sequence[str] = (),
        on: bool = True,
        after: AfterLast | None = None,
    ) -> None:
        self.at("1 10:00")
        reminder = ReminderSetting(enabled=on, days=days, number=number, after_last=after)
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

    async def sets(
        self, *, enabled: bool = True, days: int = 3, number: int = 2, after: AfterLast | None = None
    ) -> ReminderView:
        command = ReminderSet(thread_id=self.thread.id, enabled=enabled, days=days, number=number, after_last=after)
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
