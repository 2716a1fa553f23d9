"""Settling in batches: what a batch costs, who goes first, and that one thread's trouble is no other's (P9)."""

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence

import pytest
from msgspec.structs import replace
from pymongo.monitoring import CommandListener, CommandStartedEvent

from protocol.body import Body, Mention, Paragraph, paragraph
from protocol.errors import Unavailable
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.inbox import NotificationList
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.reminders import ReminderSetting
from protocol.threads import Thread
from protocol.wire import Id
from server import consequences
from server.core.settings import Settings
from server.core.settle import THREADS_PER_BATCH_MAX, WAITING_EVENTS_MAX, Settler
from storage.log.streams import Stored
from storage.mongo.connection import Mongo
from storage.store import Store
from tests.world import Person, World

pytestmark = pytest.mark.anyio

THREADS = 50
COMMANDS_MAX = 8
REMINDER_COMMANDS_MAX = 2
"""The event of the cycle, and the end of the transaction."""


class Commands(CommandListener):
    """Which commands a client sent."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.names.append(f"{event.command_name} {event.command.get(event.command_name)}")

    def succeeded(self, event: object) -> None:
        pass

    def failed(self, event: object) -> None:
        pass


async def says(world: World, person: Person, thread: Thread, text: str) -> None:
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(text))
    await world.do(person, said)


async def unsettled(world: World) -> dict[Id, list[Stored]]:
    """What a node that died at once would have left behind."""
    left: dict[Id, list[Stored]] = {}
    for stored in await world.store.streams.unsettled(world.clock.now() + 1, 10_000):
        left.setdefault(stored.stream[2:], []).append(stored)
    return left


async def many_threads(world: World, reminder: ReminderSetting | None = None) -> list[Thread]:
    threads = [await world.thread(subject=f"{place}", reminder=reminder) for place in range(THREADS)]
    await world.settled()
    world.settler.settle = lambda stored: None  # type: ignore[method-assign]
    world.clock.advance(s=1)
    return threads


async def drawn_with_a_listener(world: World, settings: Settings, left: Mapping[Id, Sequence[Stored]]) -> list[str]:
    """Draw consequences as a node that has just been started; the commands that it took."""
    listener = Commands()
    mongo = Mongo(settings.mongo_url, settings.mongo_database, listeners=[listener])
    try:
        await consequences.draw(dataclasses.replace(world.means, store=Store(mongo)), left)
        return list(listener.names)
    finally:
        await mongo.close()


async def test_a_batch_costs_a_few_commands_however_many_threads(world: World, world_settings: Settings) -> None:
    """One message in each of 50 threads, with marks, inbox entries, badges and letters for three people."""
    threads = await many_threads(world)
    for thread in threads:
        await says(world, world.petra, thread, "svar")
    left = await unsettled(world)
    assert len(left) == THREADS
    names = await drawn_with_a_listener(world, world_settings, left)
    assert len(names) <= COMMANDS_MAX, " | ".join(names)
    assert await unsettled(world) == {}
    page = await world.do(world.sofia, NotificationList(limit=100))
    assert [entry.text for entry in page.notifications] == ["svar"] * THREADS
    for thread in threads:
        row = await world.store.threads.get(world.firm.id, thread.id)
        assert row is not None
        assert (row.firm_unread, row.contact_read.seq) == (1, row.head.seq)


async def test_reminders_of_a_batch_restart_in_one_transaction(world: World, world_settings: Settings) -> None:
    """A message of staff in each of 50 threads with reminders: 3.8.4, and staff are told of each."""
    threads = await many_threads(world, ReminderSetting(enabled=True, days=3, number=2))
    for thread in threads:
        await says(world, world.anna, thread, "påminnelse kommer")
    names = await drawn_with_a_listener(world, world_settings, await unsettled(world))
    assert len(names) <= COMMANDS_MAX + REMINDER_COMMANDS_MAX, names
    for thread in threads:
        row = await world.store.threads.get(world.firm.id, thread.id)
        assert row is not None
        assert row.reminder is not None
        assert (row.reminder.cycle, row.reminder.anchor_at) == (2, world.clock.now())
        assert (await world.store.streams.head(notes_stream(thread.id))).seq == 1


async def test_a_thread_that_cant_be_settled_holds_up_no_other(world: World) -> None:
    """Its events stay for the next sweep."""
    good, bad = await world.thread(subject="bra"), await world.thread(subject="trasig")
    await world.settled()
    world.settler.settle = lambda stored: None  # type: ignore[method-assign]
    for thread in (good, bad):
        await says(world, world.petra, thread, "hej")
    rows = world.store.mongo.database["threads"]
    await rows.update_one({"_id": bad.id}, {"$set": {"assignee_id": 7}})  # no row that we could have written
    await consequences.draw(world.means, await unsettled(world))
    assert set(await unsettled(world)) == {bad.id}
    entry = await world.store.notifications.of_thread(world.firm.id, world.sofia.id, good.id)
    assert entry is not None
    assert entry.text == "hej"
    await rows.update_one({"_id": bad.id}, {"$unset": {"assignee_id": ""}})
    await consequences.draw(world.means, await unsettled(world))
    assert await unsettled(world) == {}


async def test_an_entry_that_cant_be_read_waits_for_who_can_and_holds_up_nobody(world: World) -> None:
    """Anna hears of it; Sofia, whose entry is a newer build's, once that is back: the event stays for the sweep."""
    thread = await world.thread(by=world.anna)
    await says(world, world.petra, thread, "hej")
    await world.settled()
    world.settler.settle = lambda stored: None  # type: ignore[method-assign]
    world.clock.advance(s=1)
    await says(world, world.petra, thread, "hallå")
    rows = world.store.mongo.database["notifications"]
    hers = {"user_id": world.sofia.id, "thread_id": thread.id}
    (was,) = [row async for row in rows.find(hers)]
    await rows.update_one(hers, {"$set": {"actor": 7}})
    await consequences.draw(world.means, await unsettled(world))
    (entry,) = (await world.do(world.anna, NotificationList())).notifications
    assert entry.text == "hallå"
    assert set(await unsettled(world)) == {thread.id}
    await rows.update_one(hers, {"$set": {"actor": was["actor"]}})
    await consequences.draw(world.means, await unsettled(world))
    (entry,) = (await world.do(world.sofia, NotificationList())).notifications
    assert entry.text == "hallå"
    assert await unsettled(world) == {}


async def test_a_mention_that_comes_late_still_leaves_its_mark(world: World) -> None:
    """MN-6: two nodes settle one thread; the later message is told first, and the mark of the earlier one survives."""
    thread = await world.thread()
    await world.settled()
    world.settler.settle = lambda stored: None  # type: ignore[method-assign]
    seen = MarkRead(thread_id=thread.id, seq=99, notes_seq=99)
    await says_mentioning(world, thread)
    await says(world, world.petra, thread, "senare")
    events = await world.store.streams.read(thread_stream(thread.id), 2, 10)
    for stored in (events[1], events[0], events[0]):
        await consequences.draw(world.means, {thread.id: [stored]})
    (entry,) = (await world.do(world.sofia, NotificationList())).notifications
    assert (entry.text, entry.mentioned, entry.unread) == ("senare", True, True)
    world.clock.advance(s=1)
    await world.do(world.sofia, seen)
    await consequences.draw(world.means, {thread.id: events})
    (entry,) = (await world.do(world.sofia, NotificationList())).notifications
    assert (entry.mentioned, entry.unread) == (False, False)


async def says_mentioning(world: World, thread: Thread) -> None:
    body = Body(content=[Paragraph(content=[Mention(id=world.sofia.id, name=world.sofia.name)])])
    await world.do(world.anna, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body))


async def test_a_cycle_hears_what_another_node_is_late_with(world: World) -> None:
    """3.8.4: the firm's message is settled behind the reply that followed it, and has restarted the cycle all the
    same."""
    thread = await world.thread(tasks=["ett"], reminder=ReminderSetting(enabled=True, days=3, number=2))
    await world.settled()
    world.settler.settle = lambda stored: None  # type: ignore[method-assign]
    world.clock.advance(days=1)
    await says(world, world.anna, thread, "en sak till")
    await says(world, world.petra, thread, "ja")
    head = await world.store.streams.head(thread_stream(thread.id))
    events = await world.store.streams.read(thread_stream(thread.id), head.seq - 2, 10)
    for stored in reversed(events):
        await consequences.draw(world.means, {thread.id: [stored]})
    row = await world.store.threads.get(world.firm.id, thread.id)
    assert row is not None
    assert row.reminder is not None
    assert (row.reminder.cycle, row.reminder.anchor_at) == (2, world.clock.now())


# the settler


class Slow:
    """Consequences that are drawn when the test says so."""

    def __init__(self) -> None:
        self.batches: list[dict[Id, list[Stored]]] = []
        self.began = asyncio.Event()
        self.gate = asyncio.Event()
        self.fails = False

    async def draw(self, happened: Mapping[Id, Sequence[Stored]]) -> Sequence[Stored]:
        self.batches.append({thread_id: list(events) for thread_id, events in happened.items()})
        self.began.set()
        await self.gate.wait()
        if self.fails:
            raise Unavailable
        return ()


async def stored_in(world: World, threads: int) -> list[Stored]:
    """One event, as if it stood in each of so many threads."""
    thread = await world.thread()
    (event, *_) = await world.store.streams.read(thread_stream(thread.id), 0, 1)
    return [replace(event, stream=thread_stream(new_id())) for _ in range(threads)]


async def test_one_batch_at_a_time_of_the_threads_that_wait_longest(world: World) -> None:
    events, slow = await stored_in(world, THREADS_PER_BATCH_MAX + 10), Slow()
    settler = Settler(slow.draw, pause_s=0)
    for stored in events:
        settler.settle(stored)
    for stored in events[:5]:
        settler.settle(stored)
    await slow.began.wait()
    assert [len(found) for found in slow.batches[0].values()] == [2] * 5 + [1] * (THREADS_PER_BATCH_MAX - 5)
    assert (len(slow.batches), settler.waiting) == (1, len(events) + 5)
    assert settler.lag_s() > 0
    slow.gate.set()
    await settler.drained()
    assert [len(batch) for batch in slow.batches] == [THREADS_PER_BATCH_MAX, 10]
    assert (settler.waiting, settler.settled, settler.lag_s()) == (0, len(events) + 5, 0)


async def test_a_thread_is_never_in_two_batches_at_once(world: World) -> None:
    (stored,), slow = await stored_in(world, 1), Slow()
    settler = Settler(slow.draw, pause_s=0)
    settler.settle(stored)
    await slow.began.wait()
    settler.settle(stored)
    assert len(slow.batches) == 1
    slow.gate.set()
    await settler.drained()
    assert len(slow.batches) == 2


async def test_what_cant_be_drawn_or_kept_is_left_to_the_sweep(world: World) -> None:
    (stored,), slow = await stored_in(world, 1), Slow()
    slow.fails = True
    slow.gate.set()
    settler = Settler(slow.draw, pause_s=0)
    settler.settle(stored)
    await settler.drained()
    assert (settler.waiting, settler.settled, settler.left) == (0, 0, 1)
    settler.waiting = WAITING_EVENTS_MAX
    settler.settle(stored)
    assert (settler.left, len(slow.batches)) == (2, 1)
