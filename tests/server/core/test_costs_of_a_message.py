"""What a message and a mark cost the database: how many commands, before their answer and after it.

One message at a time, on a node that knows the thread already, as in a chat; many together cost hardly more
(test_settle.py). A thread with reminders, two followers and two contacts whom letters reach.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from typing import Any

import pytest
from pymongo.monitoring import CommandListener, CommandStartedEvent

from protocol.asked import Asked
from protocol.body import paragraph
from protocol.ids import new_id, user_stream
from protocol.inbox import NotificationList, NotificationUpdated
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.reminders import ReminderSetting
from protocol.tasks import TaskSet
from protocol.threads import Thread
from protocol.wire import Id
from scheduler.housekeeping import UNSETTLED_AFTER_MS, sweep
from server import consequences
from server.commands import dispatch
from server.core.context import Context, Means
from server.core.settings import Settings
from server.core.settle import Settler
from storage.log.streams import Stored
from storage.mongo.connection import Mongo
from storage.store import Store
from tests.world import Person, World

pytestmark = pytest.mark.anyio

BEFORE_THE_ANSWER_MAX = 3
"""The insert itself; the first time after a while also where the stream ends, and whether anybody can read it (AC-8)."""
AFTER_THE_ANSWER_MAX = 9
MARK_MAX = 3


class Commands(CommandListener):
    """The commands of a connection, in their order: name and collection."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.sent.append(f"{event.command_name} {event.command.get(event.command_name)}")

    def succeeded(self, event: object) -> None:
        pass

    def failed(self, event: object) -> None:
        pass

    def taken(self) -> list[str]:
        """What has been sent since the last time."""
        sent, self.sent = self.sent, []
        return sent


class Node:
    """A node of its own on the world's database, of which every command is counted."""

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self.commands = Commands()
        self.mongo = Mongo(settings.mongo_url, settings.mongo_database, listeners=[self.commands])
        self.settler = Settler(self._consequences, pause_s=0)
        self.means: Means = dataclasses.replace(world.means, store=Store(self.mongo), settler=self.settler)

    async def _consequences(self, happened: Mapping[Id, Sequence[Stored]]) -> Sequence[Stored]:
        return await consequences.draw(self.means, happened)

    async def costs(self, person: Person, command: Asked) -> tuple[list[str], list[str]]:
        """The commands that the answer waits for, and those after it until everything has followed."""
        context = Context(self.means, await self._world.principal(person))
        later, held = self.settler.later, list[tuple[Coroutine[Any, Any, None], str]]()
        self.settler.later = lambda work, name: held.append((work, name))  # type: ignore[method-assign]
        self.commands.taken()
        await dispatch(context, command)
        before = self.commands.taken()
        self.settler.later = later  # type: ignore[method-assign]
        for work, name in held:
            later(work, name)
        await self.settler.drained()
        return before, self.commands.taken()


@pytest.fixture
async def node(world: World, world_settings: Settings) -> AsyncIterator[Node]:
    node = Node(world, world_settings)
    yield node
    await node.mongo.close()


@pytest.fixture
async def thread(world: World, node: Node) -> Thread:
    """Followed by Sofia and Vera, mailed to Petra and Linn; in which everybody has written, to whom it is known."""
    database = world.store.mongo.database
    await database["accounts"].update_one(
        {"_id": world.holm.id}, {"$set": {"follower_ids": [world.sofia.id, world.vera.id]}}
    )
    await database["links"].update_many({"account_id": world.holm.id}, {"$set": {"notify": True}})
    thread = await world.thread(
        by=world.sofia, tasks=["kvitton"], reminder=ReminderSetting(enabled=True, days=3, number=2)
    )
    await world.settled()
    for person in (world.anna, world.petra):
        world.clock.advance(s=60)
        await node.costs(person, says(thread))
    world.clock.advance(s=60)
    return thread


def says(thread: Thread, *, internal: bool = False) -> MessageSend:
    return MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("hej"), internal=internal)


def shown(commands: Sequence[str]) -> str:
    return f"{len(commands)}: {', '.join(commands)}"


@pytest.mark.parametrize("who", ["staff", "staff, inside", "contact"])
async def test_a_lone_message_costs_a_few_commands(world: World, node: Node, thread: Thread, who: str) -> None:
    """A row, a mark, a cycle that restarts or stops, two inbox entries with their badges, letters to two people."""
    person = world.petra if who == "contact" else world.anna
    if who == "contact":
        await node.costs(world.anna, says(thread))
        world.clock.advance(s=60)
    before, after = await node.costs(person, says(thread, internal=who == "staff, inside"))
    print(f"{who}: before the answer {shown(before)}; after it {shown(after)}")
    told = await world.do(world.vera, NotificationList())
    assert [(entry.text, entry.unread) for entry in told.notifications] == [("hej", True)]
    assert len(before) <= BEFORE_THE_ANSWER_MAX, shown(before)
    assert len(after) <= AFTER_THE_ANSWER_MAX, shown(after)


@pytest.mark.parametrize("inbox", ["with an entry that waits", "without one", "without one, beside colleagues"])
async def test_a_mark_of_staff_costs_a_few_commands(world: World, node: Node, thread: Thread, inbox: str) -> None:
    """RD-1, NS-5: the firm's position and the reader's, their inbox entry, and what colleagues hear of it."""
    person = world.sofia if inbox.startswith("with ") else world.erik
    if inbox == "without one":
        await world.store.mongo.database["notifications"].delete_many({})
    before, after = await node.costs(person, MarkRead(thread_id=thread.id, seq=99, notes_seq=99))
    print(f"{inbox}: before the answer {shown(before)}; after it {shown(after)}")
    row = await world.store.threads.get(world.firm.id, thread.id)
    assert row is not None
    assert (row.firm_read.seq, row.firm_unread) == (row.head.seq, 0)
    assert len(before) <= MARK_MAX, shown(before)


async def test_a_mark_of_a_contact_costs_a_few_commands(world: World, node: Node, thread: Thread) -> None:
    """RD-3, 3.8.3: their position, the furthest of any, and the reminder that goes by it."""
    await node.costs(world.anna, says(thread))
    before, after = await node.costs(world.linn, MarkRead(thread_id=thread.id, seq=99))
    print(f"contact: before the answer {shown(before)}; after it {shown(after)}")
    row = await world.store.threads.get(world.firm.id, thread.id)
    assert row is not None
    assert row.contact_read.seq == row.head.seq
    assert len(before) <= MARK_MAX, shown(before)


async def test_who_reads_and_asks_is_told_what_they_have_read_whatever_is_still_to_follow(
    world: World, node: Node, thread: Thread
) -> None:
    """NS-4, MN-6: the node dies right after its answer; the inbox is true on every other, and the sweep brings the entry
    and its owner's stream in line (P9)."""
    world.settler.later = lambda work, name: work.close()  # type: ignore[method-assign]
    position = (await world.store.streams.head(user_stream(world.sofia.id))).seq
    await world.do(world.sofia, MarkRead(thread_id=thread.id, seq=99, notes_seq=99))
    (told,) = (await world.do(world.sofia, NotificationList())).notifications
    assert not told.unread
    entry = await world.store.notifications.of_thread(world.firm.id, world.sofia.id, thread.id)
    assert entry is not None
    assert entry.unread
    world.clock.advance(s=UNSETTLED_AFTER_MS / 1000 + 1)
    await sweep(world.means, world.clock.now())
    entry = await world.store.notifications.of_thread(world.firm.id, world.sofia.id, thread.id)
    assert entry is not None
    assert not entry.unread
    (event,) = await world.store.streams.read(user_stream(world.sofia.id), position, 10)
    assert isinstance(event.event, NotificationUpdated)
    assert not event.event.notification.unread
    assert await world.store.marks.unfinished(world.clock.now() + 1, 10) == []


async def test_a_cycle_that_a_crash_left_behind_a_mark_is_decided_by_the_sweep(
    world: World, node: Node, thread: Thread
) -> None:
    """3.8.3: the tasks are done, and the last who had something to read has read it."""
    (task,) = await world.store.tasks.of_thread(world.firm.id, thread.id)
    await node.costs(world.anna, says(thread))
    await node.costs(world.petra, TaskSet(thread_id=thread.id, task_id=task.id, done=True))
    world.settler.later = lambda work, name: work.close()  # type: ignore[method-assign]

    async def verdict() -> str:
        row = await world.store.threads.get(world.firm.id, thread.id)
        assert row is not None
        assert row.reminder is not None
        return row.reminder.verdict

    assert await verdict() == "due"
    await world.do(world.petra, MarkRead(thread_id=thread.id, seq=99))
    world.clock.advance(s=UNSETTLED_AFTER_MS / 1000 + 1)
    await sweep(world.means, world.clock.now())
    assert await verdict() == "tasks_done_and_read"
