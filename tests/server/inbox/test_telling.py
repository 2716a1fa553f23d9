"""What somebody's own stream tells last of an entry, and of the badge, is what the store says, whoever draws at once with
whom, and whoever dies in between (P9, NS-4, NS-5, AC-15).

Two nodes are two stores over one database. They stop before each of their commands and go on when the test says so: an
interleaving of those is one that two processes can come to.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from protocol.accounts import AccessChanged, AccountAssign, AccountFollow
from protocol.asked import Asked
from protocol.body import Body, Mention, Paragraph, paragraph
from protocol.ids import new_id, thread_stream, user_stream
from protocol.inbox import Notification, NotificationArchive, NotificationList, NotificationUpdated
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.threads import Thread
from scheduler.housekeeping import UNSETTLED_AFTER_MS, sweep
from server import consequences
from server.commands import dispatch
from server.core.context import Context
from server.core.settings import Settings
from server.core.settle import Settler
from storage.log.streams import Stored
from storage.mongo.connection import Mongo
from storage.store import Store
from tests.world import Person, World, new_world

pytestmark = pytest.mark.anyio

HISTORIES = 60
STEPS_MAX = 14
SHOWN = ("kind", "actor", "at", "created_at", "text", "unread", "mentioned", "internal", "archived", "read_by")
WRITES = ("bulk_write", "insert_one", "insert_many", "update_one", "update_many", "delete_many", "find_one_and_update")


class Died(BaseException):
    """A node has ended here, as by SIGKILL: nothing of it catches this."""


class Node:
    """A process of its own, as far as the database can tell; stops before each command about inboxes."""

    def __init__(self, world: World, mongo: Mongo, dies_after: int | None = None) -> None:
        self._dies_after = dies_after
        self.stopped_at: list[str] = []
        """Before which commands, by name and collection."""
        self._go, self._stands = asyncio.Event(), asyncio.Event()
        self.free = False
        vars(mongo)["database"] = Gate(mongo.database, self, ("aggregate",))
        settler = Settler(world.settler._consequences, pause_s=0)
        settler.settle = world.settler.settle  # type: ignore[method-assign]
        self.means = dataclasses.replace(world.means, store=Store(mongo), settler=settler)

    async def ends(self) -> None:
        """Do without further stops what its answers have left for later."""
        self.free = True
        self._go.set()
        await self.means.settler.drained()

    async def step(self, command: str) -> None:
        """Called before each command."""
        self.stopped_at.append(command)
        if self._dies_after is not None and len(self.stopped_at) > self._dies_after:
            raise Died
        await self.turn()

    async def turn(self) -> None:
        """Stand until it is let go on."""
        if not self.free:
            self._stands.set()
            await self._go.wait()
            self._go.clear()

    async def stands(self) -> None:
        """Wait until it stands before its first command."""
        await self._stands.wait()

    async def let(self, work: asyncio.Task[Any]) -> None:
        """Let it go on until it stands before its next command, or is done: nothing of it is under way then."""
        await self.stands_or_ends(work)
        self._stands.clear()
        self._go.set()
        await self.stands_or_ends(work)

    async def stands_or_ends(self, work: asyncio.Task[Any]) -> None:
        """Wait until it stands before a command, its first perhaps, or is done."""
        stands = asyncio.create_task(self._stands.wait())
        await asyncio.wait({stands, work}, return_when=asyncio.FIRST_COMPLETED)
        stands.cancel()


STOPPED_AT = ("notifications", "events")


class Gate:
    """A database or a collection at some of whose commands its node stops."""

    def __init__(self, inner: Any, node: Node, stops: tuple[str, ...]) -> None:
        self._inner, self._node, self._stops = inner, node, stops

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._inner, name)
        if name not in self._stops:
            return call

        async def stopped(*args: Any, **more: Any) -> Any:
            if more.get("session") is None:  # a transaction holds what others wait for
                await self._node.step(f"{name} {self._inner.name}")
            return await call(*args, **more)

        return stopped

    def __getitem__(self, name: str) -> Any:
        return Gate(self._inner[name], self._node, WRITES) if name in STOPPED_AT else self._inner[name]


@asynccontextmanager
async def node(world: World, settings: Settings, dies_after: int | None = None) -> AsyncIterator[Node]:
    mongo = Mongo(settings.mongo_url, settings.mongo_database)
    process = Node(world, mongo, dies_after)
    try:
        yield process
        await process.ends()
    finally:
        await mongo.close()


async def begun(world: World) -> Thread:
    """A thread that Anna has started, settled so far; from here on nothing is."""
    thread = await world.thread()
    await world.settled()
    world.clock.advance(s=60)
    world.settler.settle = lambda stored: None  # type: ignore[method-assign]
    return thread


async def says(world: World, person: Person, thread: Thread, text: str, *, whom: Person | None = None) -> None:
    body = paragraph(text)
    if whom is not None:
        body = Body(content=[Paragraph(content=[Mention(id=whom.id, name=whom.name)])])
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body, internal=whom is not None)
    await world.do(person, said)
    world.clock.advance(s=1)


async def left(world: World) -> list[Stored]:
    return await world.store.streams.unsettled(world.clock.now() + 1, 10_000)


async def swept(world: World) -> None:
    """What a scheduler does once the living have had their time."""
    world.clock.advance(s=60)
    for _ in range(2):
        await sweep(world.means, world.clock.now() + UNSETTLED_AFTER_MS + 1)
        await world.settled()


async def in_turns(works: list[tuple[Node, Coroutine[Any, Any, Any]]], turns: list[int]) -> None:
    """Let the nodes go on in these turns, and then to their end, one after the other. One at a time: what comes of it hangs
    on the turns alone, and not on who is faster."""

    async def whole(own: Node, work: Coroutine[Any, Any, Any]) -> None:
        await own.turn()
        await work
        await own.means.settler.drained()

    tasks = [asyncio.create_task(whole(own, work)) for own, work in works]
    for turn in turns:
        place = turn % len(works)
        if not tasks[place].done():
            await works[place][0].let(tasks[place])
    for (own, _), task in zip(works, tasks, strict=True):
        own.free = True
        while not task.done():
            await own.let(task)
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, Died):
            raise outcome


async def as_told(world: World, person: Person) -> tuple[dict[str, Notification], int]:
    """What a window has that has applied the person's own stream: the last that was said of each entry counts."""
    entries: dict[str, Notification] = {}
    badge = 0
    for stored in await world.store.streams.read(user_stream(person.id), 0, 1000):
        match stored.event:
            case NotificationUpdated(notification=entry, open_count=open_count):
                entries[entry.id], badge = entry, open_count
            case AccessChanged(lost=lost, open_count=open_count):
                entries = {key: entry for key, entry in entries.items() if entry.account.id not in lost}
                badge = badge if open_count is None else open_count
    return entries, badge


async def check(world: World) -> None:
    """Everybody's own stream ends with what the store has."""
    for person in (world.anna, world.erik, world.sofia, world.vera, world.olle):
        told, badge = await as_told(world, person)
        had = [row async for row in world.store.mongo.database["notifications"].find({"user_id": person.id})]
        assert {row["_id"] for row in had} == set(told), person.name
        kept: dict[str, Notification] = {}
        for archived in (False, True):
            page = await world.do(person, NotificationList(archived=archived, limit=200))
            kept |= {entry.id: entry for entry in page.notifications}
        for key, entry in told.items():
            assert {name: getattr(entry, name) for name in SHOWN} == {name: getattr(kept[key], name) for name in SHOWN}
        assert badge == sum(not entry.archived for entry in kept.values()), person.name


def draw(own: Node, thread: Thread, events: list[Stored]) -> Coroutine[Any, Any, Any]:
    async def drawn() -> None:
        await consequences.draw(own.means, {thread.id: events})

    return drawn()


async def test_a_node_stops_before_each_of_its_writes(world: World, world_settings: Settings) -> None:
    """Else nothing here would come between them."""
    thread = await begun(world)
    await says(world, world.petra, thread, "hej")
    async with node(world, world_settings) as own:
        await in_turns([(own, draw(own, thread, await left(world)))], [])
        anna = Context(own.means, await world.principal(world.anna))
        await in_turns([(own, dispatch(anna, MarkRead(thread_id=thread.id, seq=9)))], [])
    writes = [command for command in own.stopped_at if not command.startswith("aggregate")]
    assert writes[:2] == ["bulk_write notifications", "bulk_write events"]
    assert writes[2] == "find_one_and_update notifications"
    assert {"insert_one events", "insert_many events"} & set(writes[3:]), "one for each who is told"


@pytest.mark.parametrize("seed", range(3))
async def test_a_seed_is_the_same_history_each_time(world_settings: Settings, seed: int) -> None:
    """What fails once fails again."""
    told = []
    for _ in range(2):
        async with new_world(world_settings) as world:
            told.append(await history(world, world_settings, random.Random(seed)))
    assert told[0] == told[1]


async def test_what_is_told_last_of_an_entry_is_never_the_older(world: World, world_settings: Settings) -> None:
    """One node stands between looking at an entry and telling it, while another changes and tells it."""
    thread = await begun(world)
    for text in ("ett", "två"):
        await says(world, world.petra, thread, text)
    one, two = await left(world)
    for stands_at in range(1, STEPS_MAX):
        async with node(world, world_settings) as slow, node(world, world_settings) as quick:
            works = [(slow, draw(slow, thread, [one])), (quick, draw(quick, thread, [two]))]
            await in_turns(works, [*[0] * stands_at, *[1] * STEPS_MAX * 2])
        await check(world)
        await says(world, world.petra, thread, "ett till")
        await says(world, world.petra, thread, "två till")
        one, two = [stored for stored in await left(world) if stored not in (one, two)]


async def test_what_a_node_had_only_read_of_a_mark_is_told_though_another_settles_the_event(
    world: World, world_settings: Settings
) -> None:
    """Both draw the same event. One has written Anna's entry and not told it yet; the other finds it heard, but read since,
    and dies at any step; then the first tells what it had written and settles the event."""
    for stands_at, read_turns, dies_after in itertools.product((3, 4, 5), (2, 3), (2, 3, 4)):
        thread = await begun(world)
        await says(world, world.petra, thread, "hej")
        events = await left(world)
        async with (
            node(world, world_settings) as first,
            node(world, world_settings, dies_after) as dying,
            node(world, world_settings) as reading,
        ):
            anna = Context(reading.means, await world.principal(world.anna))
            works = [
                (first, draw(first, thread, events)),
                (dying, draw(dying, thread, events)),
                (reading, dispatch(anna, MarkRead(thread_id=thread.id, seq=9))),
            ]
            await in_turns(works, [*[0] * stands_at, *[2] * read_turns, *[1] * STEPS_MAX])
        await swept(world)
        await check(world)
        del world.settler.settle  # the next thread begins settled


@pytest.mark.parametrize("dies_after", range(STEPS_MAX))
async def test_who_hears_no_more_of_it_is_told_what_a_node_that_died_had_changed(
    world: World, world_settings: Settings, dies_after: int
) -> None:
    """Sofia's entry had been changed; when the sweep draws it again she has stopped following."""
    thread = await begun(world)
    await says(world, world.petra, thread, "hej")
    async with node(world, world_settings, dies_after) as dying:
        await in_turns([(dying, draw(dying, thread, await left(world)))], [])
    await world.do(world.sofia, AccountFollow(account_id=world.holm.id, following=False))
    await swept(world)
    await check(world)


@pytest.mark.parametrize("stands_at", range(STEPS_MAX))
async def test_an_entry_is_not_told_once_its_account_is_lost(
    world: World, world_settings: Settings, stands_at: int
) -> None:
    """AC-15: neither told nor kept nor counted, at whatever step the drawing stands when Sofia loses the account."""
    other = await world.thread(world.eken, by=world.anna)
    await says(world, world.gunilla, other, "kvar")
    thread = await begun(world)
    await says(world, world.petra, thread, "hej")
    async with node(world, world_settings) as slow:
        task = asyncio.create_task(draw(slow, thread, await left(world)))
        for _ in range(stands_at):
            if not task.done():
                await slow.let(task)
        await world.do(world.erik, AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False))
        await world.settled()
        lost_at = await world.store.streams.last(user_stream(world.sofia.id))
        while not task.done():
            page = await world.do(world.sofia, NotificationList())
            assert page.open_count == len(page.notifications), "what is being drawn is counted"
            await slow.let(task)
        await task
    for stored in await world.store.streams.read(user_stream(world.sofia.id), lost_at, 100):
        assert isinstance(stored.event, NotificationUpdated)
        assert stored.event.notification.account.id != world.holm.id
    await check(world)


@pytest.mark.parametrize("dies_after", range(STEPS_MAX))
async def test_a_badge_that_counted_what_was_being_drawn_is_told_again(
    world: World, world_settings: Settings, dies_after: int
) -> None:
    """AC-15, NS-5: Sofia loses the account while an entry is drawn for her; all she has besides is one that she puts away
    meanwhile. Whoever takes the other away may die at any step."""
    other = await world.thread(world.eken, by=world.anna)
    await says(world, world.gunilla, other, "kvar")
    await world.settled()
    thread = await begun(world)
    await says(world, world.petra, thread, "hej")
    events = [stored for stored in await left(world) if stored.stream == thread_stream(thread.id)]
    async with node(world, world_settings, 1 + dies_after) as slow:
        task = asyncio.create_task(draw(slow, thread, events))
        await slow.stands()  # before the write that makes the entry
        await world.do(world.erik, AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False))
        await slow.let(task)
        for entry in (await world.do(world.sofia, NotificationList())).notifications:
            await world.do(world.sofia, NotificationArchive(notification_id=entry.id))
        slow.free = True
        while not task.done():
            await slow.let(task)
        assert task.exception() is None or isinstance(task.exception(), Died)
    await swept(world)
    await check(world)


async def actions(world: World, thread: Thread, chance: random.Random) -> list[tuple[Person, Asked]]:
    """What people may do at the same time."""
    entries = (await world.do(world.anna, NotificationList())).notifications
    some_of: list[tuple[Person, Asked]] = [
        (world.anna, MarkRead(thread_id=thread.id, seq=chance.randrange(1, 9))),
        (world.erik, MarkRead(thread_id=thread.id, seq=chance.randrange(1, 9))),
        (world.erik, AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False)),
        (world.sofia, AccountFollow(account_id=world.holm.id, following=False)),
        *((world.anna, NotificationArchive(notification_id=entry.id)) for entry in entries),
    ]
    return chance.sample(some_of, 2)


@settings(
    max_examples=HISTORIES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(seed=some.integers(0, 2**32))
async def test_whoever_draws_at_once_and_dies_on_the_way(world_settings: Settings, seed: int) -> None:
    """Two nodes draw neighbouring events, each dying at any step or not at all, while people read and put away; then the
    sweep draws what is left. In a world of its own, so that a seed is the same history each time."""
    async with new_world(world_settings) as world:
        await history(world, world_settings, random.Random(seed))


async def history(world: World, world_settings: Settings, chance: random.Random) -> list[list[str]]:
    """One of them; at which commands each node stopped."""
    thread = await begun(world)
    await says(world, world.petra, thread, "hej")
    await consequences.draw(world.means, {thread.id: await left(world)})
    for _ in range(chance.randrange(2, 5)):
        person, whom = chance.choice((world.petra, world.erik, world.vera)), chance.choice((world.sofia, world.anna))
        mentions = person is not world.petra and chance.random() < 0.4
        await says(world, person, thread, f"{chance.random()}", whom=whom if mentions else None)
    events = await left(world)
    cut = chance.randrange(1, len(events))
    overlap = chance.randrange(2)
    doing = iter(await actions(world, thread, chance))
    async with AsyncExitStack() as stack:
        works = []
        for batch in (events[:cut], events[cut - overlap :]):
            dies = chance.choice((None, chance.randrange(STEPS_MAX)))
            own = await stack.enter_async_context(node(world, world_settings, dies))
            works.append((own, draw(own, thread, batch)))
        for person, command in doing:
            own = await stack.enter_async_context(node(world, world_settings))
            works.append((own, dispatch(Context(own.means, await world.principal(person)), command)))
        await in_turns(works, [chance.randrange(1000) for _ in range(6 * STEPS_MAX)])
    await swept(world)
    await check(world)
    return [own.stopped_at for own, _ in works]
