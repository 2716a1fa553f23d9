"""Several scheduler processes, one of them killed: 500 reminders due at once are 500 mails, none twice (RM-16)."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from protocol.ids import notes_stream
from protocol.reminders import AfterLast, ReminderSetting
from protocol.threads import ThreadSnooze
from scheduler import reminders
from scheduler.mail.outbox import CLAIM_MS, SENDERS
from tests.scheduler.sink import Sink, listening
from tests.world import World

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[2]
REMINDERS = 500
SNOOZES = 40
EXHAUSTED = 160
KILLED_AFTER = 60
DAY_MS = 86_400_000
PATIENCE_S = 90.0
FROZEN_MS = 180_000


class KillingSink(Sink):
    """Kills the scheduler that sends as `doomed` while letters of its are claimed and none of them is in DATA.

    After enough mails no recipient of the doomed one's is answered any more, and the kill waits until each mail that was
    accepted has been noted as sent: what is left is exactly the place between claim and send.
    """

    def __init__(self, world: World) -> None:
        super().__init__()
        self.doomed: asyncio.subprocess.Process | None = None
        self.killed = asyncio.Event()
        self._letters = world.store.mongo.database["letters"]
        self._in_data = 0
        self._accepted: list[str] = []
        self._killing: asyncio.Task[None] | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if envelope.mail_from.startswith("doomed@"):
            if len(self._accepted) + self._in_data >= KILLED_AFTER:
                self._killing = self._killing or asyncio.create_task(self._kill(), name="kill")
                await self.killed.wait()
            self._in_data += 1
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        answer = await super().handle_DATA(server, session, envelope)
        if envelope.mail_from.startswith("doomed@"):
            self._accepted.append(letter_of(self.mails[-1]))
            self._in_data -= 1
        return answer

    async def _kill(self) -> None:
        assert self.doomed is not None
        unsent = {"_id": {"$in": self._accepted}, "state": {"$ne": "sent"}}
        while self._in_data or await self._letters.count_documents(unsent):  # noqa: ASYNC110 - partly in the database
            await asyncio.sleep(0.01)  # the store wakes nobody; the test has its deadline
        self.doomed.send_signal(signal.SIGKILL)
        await self.doomed.wait()
        self.killed.set()


def letter_of(mail: EmailMessage) -> str:
    """The id of the letter that a mail came from: its Message-ID is made of it."""
    return str(mail["Message-ID"]).split("@")[0].removeprefix("<")


@pytest.fixture
async def sink(world: World) -> AsyncIterator[KillingSink]:
    async with listening(KillingSink(world)) as sink:
        assert isinstance(sink, KillingSink)
        yield sink


@asynccontextmanager
async def scheduler(world: World, sink: Sink, name: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m scheduler`, on the world's database and the sink."""
    environ = os.environ | {
        "CHATTAR_MONGO_URL": world.settings.mongo_url,
        "CHATTAR_MONGO_DATABASE": world.settings.mongo_database,
        "CHATTAR_REDIS_URL": world.settings.redis_url,
        "CHATTAR_SMTP_URL": f"smtp://127.0.0.1:{sink.port}",
        "CHATTAR_MAIL_FROM": f"{name}@chattar.example",
        "CHATTAR_DEVELOPMENT": "1",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "scheduler", cwd=ROOT, env=environ)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            process.send_signal(signal.SIGCONT)  # one that stands still doesn't hear it
            await process.wait()


async def reminder_letters(world: World) -> list[dict[str, Any]]:
    rows = world.store.mongo.database["letters"].find({"kind": "client_reminder"})
    return [row async for row in rows]


async def due(world: World, reminders: int) -> None:
    """So many reminders are due when a scheduler looks."""
    async with asyncio.TaskGroup() as group:
        room = asyncio.Semaphore(16)

        async def begin(number: int) -> None:
            async with room:
                reminder = ReminderSetting(enabled=True, days=1, number=1)
                await world.thread(subject=f"tråd {number}", reminder=reminder)

        for number in range(reminders):
            group.create_task(begin(number))
    await world.settled()
    # The mails about the new threads are not what this is about.
    await world.store.mongo.database["letters"].update_many({}, {"$set": {"state": "dropped"}})
    await world.store.facts.set_clock_offset_ms(DAY_MS + 60_000)


async def test_500_reminders_two_schedulers_one_killed_between_claim_and_send(world: World, sink: KillingSink) -> None:
    await due(world, REMINDERS)
    async with scheduler(world, sink, "doomed") as sink.doomed, scheduler(world, sink, "survivor"):
        async with asyncio.timeout(PATIENCE_S):
            await sink.killed.wait()
        # What the dead one had claimed is free again when its lease has run out.
        await world.store.facts.set_clock_offset_ms(DAY_MS + 60_000 + 2 * CLAIM_MS)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await sink.received(REMINDERS)
        except TimeoutError:
            left = [letter for letter in await reminder_letters(world) if letter["state"] != "sent"]
            pytest.fail(f"{len(sink.mails)} mails; left: {left}")

        async def all_decided() -> bool:
            return all(letter["state"] == "sent" for letter in await reminder_letters(world))

        async with asyncio.timeout(PATIENCE_S):
            while not await all_decided():  # noqa: ASYNC110 - the fact is in the database, which can't wake us
                await asyncio.sleep(0.1)

    letters = await reminder_letters(world)
    rows = await world.store.mongo.database["reminder_rows"].count_documents({})
    accepted = Counter(letter_of(mail) for mail in sink.mails)
    assert (rows, len(letters)) == (REMINDERS, REMINDERS)
    assert accepted == Counter({letter["_id"]: 1 for letter in letters})


async def test_two_schedulers_wake_each_thread_that_was_put_off_once(world: World, sink: KillingSink) -> None:
    """SS-2. Both find all of them due as soon as they begin."""
    threads = [await world.thread(subject=f"tråd {number}") for number in range(SNOOZES)]
    until = world.clock.now() + DAY_MS
    for thread in threads:
        await world.do(world.anna, ThreadSnooze(thread_id=thread.id, seq=thread.head, until=until))
    await world.settled()
    await world.store.mongo.database["letters"].update_many({}, {"$set": {"state": "dropped"}})
    await world.store.facts.set_clock_offset_ms(DAY_MS + 60_000)
    rows, events = world.store.mongo.database["threads"], world.store.mongo.database["events"]
    chores, inbox = world.store.mongo.database["chores"], world.store.mongo.database["notifications"]
    async with scheduler(world, sink, "one"), scheduler(world, sink, "other"), asyncio.timeout(PATIENCE_S):
        while (  # noqa: ASYNC110 - the facts are in the database, which can't wake us
            await rows.count_documents({"back.why": "time", "snooze": {"$exists": False}}) < SNOOZES
            or await chores.count_documents({})
            or await inbox.count_documents({"kind": "snooze_ended"}) < SNOOZES
        ):
            await asyncio.sleep(0.1)
    for thread in threads:
        assert (
            await events.count_documents(
                {"_id": {"$regex": f"^{notes_stream(thread.id)}:"}, "event.type": "thread.woken"}
            )
            == 1
        )


async def test_what_follows_the_last_reminder_is_done_once_by_two_schedulers_of_which_one_is_killed(
    world: World, sink: KillingSink
) -> None:
    """SS-6. Both find all of them due as soon as they begin; the kill comes in the middle of it."""
    rows, events = world.store.mongo.database["threads"], world.store.mongo.database["events"]
    async with asyncio.TaskGroup() as group:
        for number in range(EXHAUSTED):
            choice: AfterLast = "tell" if number % 2 else "archive"
            reminder = ReminderSetting(enabled=True, days=1, number=1, after_last=choice)
            group.create_task(world.thread(subject=f"tråd {number}", reminder=reminder))
    await world.settled()
    world.clock.advance(s=DAY_MS / 1000)
    await reminders.tick(world.means, world.clock.now())
    await world.settled()
    await world.store.mongo.database["letters"].update_many({}, {"$set": {"state": "sent"}})
    await world.store.facts.set_clock_offset_ms(2 * DAY_MS + 60_000)
    done = {"event.type": "reminder.exhausted"}
    async with scheduler(world, sink, "doomed") as doomed, scheduler(world, sink, "other"):
        async with asyncio.timeout(PATIENCE_S):
            while await events.count_documents(done) < EXHAUSTED // 8:  # noqa: ASYNC110 - in the database
                await asyncio.sleep(0.01)
            doomed.send_signal(signal.SIGKILL)
            assert await events.count_documents(done) < EXHAUSTED, "there was nothing left to do"
            while (  # noqa: ASYNC110 - the facts are in the database, which can't wake us
                await rows.count_documents({"reminder.after_at": {"$exists": True}})
                or await events.count_documents({"unsettled_at": {"$exists": True}})
            ):
                await asyncio.sleep(0.1)
    found = [row["event"].get("archived", False) async for row in events.find(done)]
    assert Counter(found) == {True: EXHAUSTED // 2, False: EXHAUSTED // 2}
    assert len(await events.distinct("stream", done)) == EXHAUSTED
    assert await events.count_documents({"event.type": "thread.archived"}) == EXHAUSTED // 2
    assert await rows.count_documents({"state": "archived"}) == EXHAUSTED // 2
    inbox = world.store.mongo.database["notifications"]
    for who in (world.anna, world.sofia):
        told = {"kind": "reminders_exhausted", "user_id": who.id}
        assert await inbox.count_documents(told) == EXHAUSTED // 2
        once = {"done": {"$elemMatch": {"kind": "reminders_exhausted"}}, "done.1": {"$exists": False}}
        assert await inbox.count_documents(told | once) == EXHAUSTED // 2


async def test_a_scheduler_that_is_asked_to_end_hears_the_mail_servers_answer_first(world: World) -> None:
    """A reminder whose answer nobody heard stays `unknown` for ever (RFC 1047): a deployment is no reason for one."""
    sink = SlowSink()
    async with listening(sink):
        await world.thread(reminder=ReminderSetting(enabled=True, days=1, number=1))
        await world.settled()
        await world.store.mongo.database["letters"].update_many({}, {"$set": {"state": "dropped"}})
        await world.store.facts.set_clock_offset_ms(DAY_MS + 60_000)
        async with scheduler(world, sink, "asked") as process, asyncio.timeout(PATIENCE_S):
            await sink.in_data.wait()
            process.terminate()
            # It has no way to say that it has heard: what it may not do is end before the answer has come.
            assert await _still_runs(process)
            sink.answer.set()
            assert await process.wait() == 0
    assert [letter["state"] for letter in await reminder_letters(world)] == ["sent"]
    assert len(sink.mails) == 1


class FreezingSink(Sink):
    """Lets the scheduler `frozen` come as far as RCPT with a letter of each of its senders, and there freezes it. As soon
    as `leaving` has sent those letters, keeps it in the middle of DATA."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.frozen: asyncio.subprocess.Process | None = None
        self.leaving: asyncio.subprocess.Process | None = None
        self.taken_over, self.in_data = asyncio.Event(), asyncio.Event()
        self.go_on, self.is_frozen, self.thawed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._ids: list[str] = []
        self._asked = 0
        self._held: set[str] = set()
        self._freezing: asyncio.Task[None] | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if envelope.mail_from.startswith("frozen@") and not self.thawed.is_set() and len(self._ids) >= KILLED_AFTER:
            self._asked += 1
            if self._asked == SENDERS:
                self._freezing = asyncio.create_task(self._freeze(), name="freeze")
            await self.thawed.wait()
        if envelope.mail_from.startswith("leaving@"):
            await self.is_frozen.wait()  # however much later the other one began, it has its share
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        leaving = envelope.mail_from.startswith("leaving@")
        if leaving and self.taken_over.is_set() and not self.go_on.is_set():
            self.in_data.set()
            await self.go_on.wait()
        answer = await super().handle_DATA(server, session, envelope)
        mail = letter_of(self.mails[-1])
        if not leaving:
            self._ids.append(mail)
        self._held.discard(mail)
        if self.is_frozen.is_set() and not self._held:
            self.taken_over.set()
        return answer

    async def _freeze(self) -> None:
        """Once every reminder has been fired: a frozen transaction holds up the others, until the database ends it."""
        assert self.frozen is not None
        letters = self.world.store.mongo.database["letters"]
        while await letters.count_documents({"kind": "client_reminder"}) < REMINDERS:  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.05)
        senders = await letters.distinct("claimed_by", {"_id": {"$in": self._ids}})
        claimed = letters.find({"state": "claimed", "claimed_by": {"$in": senders}})
        self._held = {row["_id"] async for row in claimed}
        self.frozen.send_signal(signal.SIGSTOP)
        await self.world.store.facts.set_clock_offset_ms(DAY_MS + 60_000 + FROZEN_MS)
        self.is_frozen.set()


async def test_500_reminders_two_schedulers_one_told_to_stop_in_data_and_one_frozen_for_three_minutes(
    world: World,
) -> None:
    """RM-16: 500 mails, none twice, none `unknown`. The process stands still; the three minutes are the shared clock's."""
    await due(world, REMINDERS)
    sink = FreezingSink(world)
    async with listening(sink), scheduler(world, sink, "frozen") as sink.frozen:
        async with scheduler(world, sink, "leaving") as sink.leaving, asyncio.timeout(2 * PATIENCE_S):
            await sink.in_data.wait()
            sink.leaving.terminate()
            assert await _still_runs(sink.leaving)
            sent = len(sink.mails)
            sink.go_on.set()
            assert await sink.leaving.wait() == 0
        assert len(sink.mails) - sent <= SENDERS, "it went on claiming"
        assert len(sink.mails) < REMINDERS, "there was nothing left to begin"
        sink.thawed.set()
        sink.frozen.send_signal(signal.SIGCONT)

        async def left() -> list[dict[str, Any]]:
            return [letter for letter in await reminder_letters(world) if letter["state"] != "sent"]

        deadline = asyncio.get_running_loop().time() + 2 * PATIENCE_S
        while await left() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.1)
    letters = await reminder_letters(world)
    assert Counter(letter["state"] for letter in letters) == {"sent": REMINDERS}
    assert Counter(letter_of(mail) for mail in sink.mails) == Counter({letter["_id"]: 1 for letter in letters})


class SlowSink(Sink):
    """Has each mail, and answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.in_data, self.answer = asyncio.Event(), asyncio.Event()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.in_data.set()
        await self.answer.wait()
        return await super().handle_DATA(server, session, envelope)


async def _still_runs(process: asyncio.subprocess.Process) -> bool:
    try:
        await asyncio.wait_for(process.wait(), 1.0)
    except TimeoutError:
        return True
    return False
