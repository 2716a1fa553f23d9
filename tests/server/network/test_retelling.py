"""Marks that the bus has lost reach open windows, those who may hear of them, and nobody else (P5, RD-1 to RD-9, AC-6)."""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from redis import Redis

from protocol import people
from protocol.asked import Asked
from protocol.body import paragraph
from protocol.errors import Unavailable
from protocol.frames import EventFrame, MarkMoved, Reply, ServerFrame, decode_server_frame
from protocol.ids import new_id
from protocol.marks import MarkDelivered, MarkRead, MarkUnread
from protocol.messages import MessageSend
from protocol.threads import Thread, ThreadUnread
from server.network.hub import EVERYBODY, Channel, Hub, Member
from server.network.retelling import Retelling
from storage.marks import MarkDoc, Reading
from storage.redis.bus import BusState, firm_channel
from storage.threads import Position
from tests.faults import BusProxy
from tests.server.talking import RunningNode, Talk, node, window
from tests.world import Person, World

pytestmark = pytest.mark.anyio


@contextlib.asynccontextmanager
async def behind_a_proxy(world: World, redis_url: str) -> AsyncIterator[tuple[RunningNode, BusProxy]]:
    """A node by the world's clock, whose link to Redis can be cut without any other's."""
    async with BusProxy(redis_url, random.Random(1)).open() as proxy, node(world, proxy.url, clock=world.clock) as one:
        yield one, proxy


@dataclass(frozen=True)
class Apart:
    """Petra and Anna at one node, Sofia and Linn at another one, and the links of these to Redis."""

    one: RunningNode
    telling: BusProxy
    hearing: BusProxy
    petra: Talk
    anna: Talk
    sofia: Talk
    linn: Talk


@contextlib.asynccontextmanager
async def apart(world: World, redis_url: str) -> AsyncIterator[Apart]:
    async with (
        behind_a_proxy(world, redis_url) as (one, telling),
        behind_a_proxy(world, redis_url) as (two, hearing),
        window(one, world.token_of(world.petra)) as petra,
        window(one, world.token_of(world.anna)) as anna,
        window(two, world.token_of(world.sofia)) as sofia,
        window(two, world.token_of(world.linn)) as linn,
    ):
        yield Apart(one, telling, hearing, petra, anna, sofia, linn)


async def done(client: Talk, *commands: Asked) -> None:
    for command in commands:
        assert isinstance(await client.call(command), Reply)


def says(thread: Thread, text: str) -> MessageSend:
    return MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(text))


def marks(client: Talk, of: Person) -> list[tuple[int | None, int | None, int | None]]:
    """What was told of somebody's marks: read, delivered, and what is left."""
    found = [frame for frame in client.frames if isinstance(frame, MarkMoved) and frame.person.id == of.id]
    return [(frame.read_seq, frame.delivered_seq, frame.unread) for frame in found]


async def heard(client: Talk, fact: Callable[[ServerFrame], bool]) -> ServerFrame:
    """The first frame for which a fact holds, whether it has come already or is still to come."""
    while (found := next((frame for frame in client.frames if fact(frame)), None)) is None:
        await client.hear()
    return found


async def until_written(client: Talk, text: str) -> None:
    """Listen until a message has come."""
    await heard(client, lambda frame: isinstance(frame, EventFrame) and text in repr(frame.event))


def mark_of(person: Person, **fields: int) -> Callable[[ServerFrame], bool]:
    """Whether a frame tells this of somebody's marks."""

    def fact(frame: ServerFrame) -> bool:
        if not isinstance(frame, MarkMoved) or frame.person.id != person.id:
            return False
        return all(getattr(frame, name) == value for name, value in fields.items())

    return fact


@pytest.mark.parametrize("lost_by", ["who hears", "who tells"])
async def test_a_mark_that_the_bus_has_lost_reaches_open_windows(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch, lost_by: str
) -> None:
    # However short the absence: what was kept is too old to be sent.
    monkeypatch.setattr("storage.redis.publishing.BACKLOG_AGE_S_MAX", 0.0)
    thread = await world.thread()
    async with apart(world, redis_url) as two_nodes:
        petra, anna, sofia, linn = two_nodes.petra, two_nodes.anna, two_nodes.sofia, two_nodes.linn
        await done(petra, says(thread, "ett"), says(thread, "två"))
        await done(anna, says(thread, "tre"))
        for client in (sofia, linn):
            await until_written(client, "tre")
        head = thread.head + 3
        proxy = two_nodes.hearing if lost_by == "who hears" else two_nodes.telling
        with proxy.cut():
            await done(petra, MarkDelivered(positions={thread.id: head}))
            await done(anna, MarkRead(thread_id=thread.id, seq=head - 1))
        for client in (sofia, linn):
            await heard(client, mark_of(world.petra, delivered_seq=head))
            await heard(client, mark_of(world.anna, read_seq=head - 1))
        assert marks(sofia, world.anna)[-1] == (head - 1, None, 0)
        assert marks(linn, world.anna)[-1] == (head - 1, None, None)


@pytest.mark.parametrize("emptied", [False, True], ids=["", "redis is emptied"])
async def test_a_mark_that_died_with_its_node_reaches_open_windows(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch, emptied: bool
) -> None:
    """The one node that knows that something was kept for the bus can't say so any more: the others find it dead, also
    where Redis no longer knows that it ever was."""
    # On a busy machine the marks and the node's end take seconds: it must not be found dead before.
    monkeypatch.setattr("server.network.presence.BEAT_TTL_S", 4.0)
    monkeypatch.setattr("server.network.presence.BEAT_INTERVAL_S", 0.3)
    thread = await world.thread()
    async with (
        node(world, redis_url, clock=world.clock) as two,
        window(two, world.token_of(world.sofia)) as sofia,
        window(two, world.token_of(world.linn)) as linn,
        BusProxy(redis_url, random.Random(1)).open() as proxy,
    ):
        with contextlib.ExitStack() as broken:
            async with (
                node(world, proxy.url, clock=world.clock) as one,
                window(one, world.token_of(world.petra)) as petra,
                window(one, world.token_of(world.anna)) as anna,
            ):
                await done(petra, says(thread, "ett"), says(thread, "två"))
                await done(anna, says(thread, "tre"))
                for client in (sofia, linn):
                    await until_written(client, "tre")
                head = thread.head + 3
                broken.enter_context(proxy.cut())
                await done(petra, MarkDelivered(positions={thread.id: head}))
                await done(anna, MarkRead(thread_id=thread.id, seq=head - 1))
                if emptied:
                    with Redis.from_url(redis_url) as redis:
                        redis.flushall()
        for client in (sofia, linn):
            await heard(client, mark_of(world.petra, delivered_seq=head))
            await heard(client, mark_of(world.anna, read_seq=head - 1))


async def test_what_was_marked_as_unread_stays_so_and_contacts_hear_nothing_of_it(world: World, redis_url: str) -> None:
    thread = await world.thread()
    async with apart(world, redis_url) as two_nodes:
        petra, anna, sofia, linn = two_nodes.petra, two_nodes.anna, two_nodes.sofia, two_nodes.linn
        await done(petra, says(thread, "ett"), says(thread, "två"))
        head = thread.head + 2
        await (
            two_nodes.one.house.means.settler.drained()
        )  # the row has heard of them, by which it is decided what is unread
        await done(anna, MarkRead(thread_id=thread.id, seq=head))
        for client in (sofia, linn):
            await heard(client, mark_of(world.anna, read_seq=head))
        world.clock.advance(s=60)
        before = len(marks(linn, world.anna))
        with two_nodes.hearing.cut():
            await done(anna, MarkUnread(thread_id=thread.id, seq=head))
            await done(anna, says(thread, "sedan"))
        await until_written(sofia, "sedan")
        await heard(sofia, lambda frame: isinstance(frame, EventFrame) and isinstance(frame.event, ThreadUnread))
        assert marks(sofia, world.anna) == [(head, None, 0)]
        with two_nodes.hearing.cut():
            await done(anna, MarkRead(thread_id=thread.id, seq=head + 1))
            world.clock.advance(s=60)
            await done(anna, MarkUnread(thread_id=thread.id, seq=head), MarkRead(thread_id=thread.id, seq=head))
        again = await heard(sofia, mark_of(world.anna, read_at=world.clock.now(), read_seq=head, unread=0))
        assert isinstance(again, MarkMoved)
        assert (again.read_messages, again.turns_back) == (2, 2)
        await done(petra, says(thread, "slut"))
        await until_written(linn, "slut")
        # One more: what Anna read beyond her position. Of what she read again, nothing.
        assert marks(linn, world.anna)[before:] in ([(head + 1, None, None)], [])
        assert all(mark[2] is None for mark in marks(linn, world.anna))
        assert not any(frame.turns_back for frame in linn.frames if isinstance(frame, MarkMoved))


async def test_a_colleagues_mark_is_told_again_when_the_firms_position_has_followed_it(world: World) -> None:
    """The two are written one after the other, and a node that is deaf may look in between."""
    thread = await world.thread(by=world.petra)
    await world.settled()
    person = people.Person(id=world.anna.id, side="staff", name=world.anna.name)
    reading = Reading(world.firm.id, thread.id, person, thread.head, 1)
    told: list[MarkMoved] = []

    def tell(channel: Channel, state: BusState) -> None:
        frame = decode_server_frame(state.frame, "json")
        assert isinstance(frame, MarkMoved)
        if frame.person.id == world.anna.id and frame.read_seq:
            told.append(frame)

    hub = Hub()
    hub.join(Member(world.sofia.id, new_id()), [(firm_channel(world.firm.id), EVERYBODY)])
    retelling = Retelling(hub, world.store, lambda: {world.firm.id}, tell)
    retelling.missed(world.clock.now())
    await world.store.marks.read(reading, world.clock.now())
    await retelling.tell(world.clock.now(), deaf=True)
    assert told == []
    position = Position(seq=reading.seq, messages=reading.messages, at=world.clock.now())
    await world.store.threads.firm_read(world.firm.id, thread.id, position, world.clock.now())
    await retelling.tell(world.clock.now(), deaf=True)
    assert [(frame.read_seq, frame.unread) for frame in told] == [(thread.head, 0)]
    await retelling.tell(world.clock.now(), deaf=True)
    assert len(told) == 1


async def test_what_is_lost_or_fails_while_marks_are_told_again_stays_owed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P5: a second loss during the telling, and a database that is away for it, each ask for one more."""
    thread = await world.thread()
    await world.settled()
    person = people.Person(id=world.petra.id, side="contact", name=world.petra.name)
    await world.store.marks.read(Reading(world.firm.id, thread.id, person, thread.head, 1), world.clock.now())
    told: list[BusState] = []

    def tell(channel: Channel, state: BusState) -> None:
        told.append(state)
        if len(told) == 1:
            retelling.missed(world.clock.now())

    async def away(*_: Any) -> list[MarkDoc]:
        raise Unavailable("The database is away.")

    hub = Hub()
    hub.join(Member(world.sofia.id, new_id()), [(firm_channel(world.firm.id), EVERYBODY)])
    retelling = Retelling(hub, world.store, lambda: {world.firm.id}, tell)
    retelling.missed(world.clock.now())
    await retelling.tell(world.clock.now(), deaf=False)
    assert len(told) == 1
    with monkeypatch.context() as broken:
        broken.setattr(world.store.marks, "moved_since", away)
        with pytest.raises(Unavailable):
            await retelling.tell(world.clock.now(), deaf=False)
    await retelling.tell(world.clock.now(), deaf=False)
    assert len(told) == 2
    await retelling.tell(world.clock.now(), deaf=False)
    assert len(told) == 2
