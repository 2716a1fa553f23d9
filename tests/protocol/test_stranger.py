"""A client that was written from docs/protocol.md alone, killed at 200 random points, ends with exactly the log."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from protocol.body import paragraph
from protocol.client.client import Client
from protocol.frames import Reply
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.messages import MessageSend
from storage.log.streams import event_id
from tests.protocol.endings import PATIENCE_S, catch_up, has_exactly_the_log, whole_log
from tests.protocol.stranger import Closed, Disk, Killed, Stranger, log_in
from tests.server.talking import node, talk
from tests.world import PASSWORD, World

KILLS = 200
FRAMES_MAX = 14
MOMENT_S_MAX = 0.1
BURST = 310
"""More than the server sends again: it says `reset`, and the client reads on by itself."""


class Life:
    """One life of a stranger: how it begins, what it does, and where it ends."""

    def __init__(self, stranger: Stranger, url: str, chance: random.Random) -> None:
        self.stranger = stranger
        self.chance = chance
        self.conversation = asyncio.create_task(stranger.converse(url))

    async def end_at_some_moment(self) -> None:
        """Perhaps in the handshake, perhaps long live, as the machine's speed will have it."""
        await asyncio.wait([self.conversation], timeout=self.chance.uniform(0.0, MOMENT_S_MAX))

    async def end_after_some_frames(self) -> None:
        """Between two certain frames, sent or received: the next one is lost."""
        self.stranger.frames_left = self.chance.randrange(FRAMES_MAX)
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait([self.conversation])

    async def end_while_writing(self) -> None:
        """Soon after it has become live, with messages of its own on the way."""
        async with asyncio.timeout(PATIENCE_S):
            await self.stranger.live.wait()
        self.write()
        await asyncio.wait([self.conversation], timeout=self.chance.uniform(0.0, MOMENT_S_MAX / 5))
        self.write()
        await asyncio.wait([self.conversation], timeout=self.chance.uniform(0.0, MOMENT_S_MAX / 5))

    def write(self) -> None:
        """Up to two messages, some of them internal."""
        for _ in range(self.chance.randrange(3)):
            self.stranger.write(f"nr {len(self.stranger.disk.outbox)}", internal=self.chance.random() < 0.3)

    async def kill(self) -> None:
        """Everything but the disk is lost."""
        self.stranger.die()
        self.conversation.cancel()
        with contextlib.suppress(asyncio.CancelledError, Killed):
            await self.conversation


ENDS: list[Callable[[Life], Awaitable[None]]] = [
    Life.end_at_some_moment,
    Life.end_after_some_frames,
    Life.end_while_writing,
]


@contextlib.asynccontextmanager
async def chatter(client: Client, thread_id: str, chance: random.Random) -> AsyncIterator[Callable[[], int]]:
    """Somebody else writes all the while. Gives how many messages that has made so far."""
    numbers, over, said = itertools.count(), asyncio.Event(), 0

    async def write() -> None:
        nonlocal said
        while not over.is_set():
            await client.send(thread_id, f"Petra {next(numbers)}")
            said += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), chance.uniform(0, 0.03))

    writing = asyncio.create_task(write())
    yield lambda: said
    over.set()
    await writing


@pytest.mark.parametrize("codec", ["json", "msgpack"])
async def test_a_stranger_killed_at_random_points_ends_with_exactly_the_log(
    codec: str, world: World, two_nodes: list[str]
) -> None:
    """RT-3."""
    chance = random.Random(f"stranger {codec}")
    thread = await world.thread()
    disk = Disk(logs={thread_stream(thread.id): [], notes_stream(thread.id): []})
    token = await asyncio.to_thread(log_in, two_nodes[0], world.anna.email, PASSWORD)
    ends = [end for end, _ in zip(itertools.cycle(ENDS), range(KILLS // 2), strict=False)]
    chance.shuffle(ends)
    lived = 0
    async with Client(two_nodes, token=world.token_of(world.petra)) as petra:
        async with chatter(petra, thread.id, chance) as said:
            for end, url in zip(ends, itertools.cycle(two_nodes), strict=False):
                stranger = Stranger(disk, thread.id, token, codec)
                life = Life(stranger, url, chance)
                life.write()
                await end(life)
                await life.kill()
                lived += stranger.was_live
            assert said() > 0
        await asyncio.gather(*(petra.send(thread.id, f"i en klump {number}") for number in range(BURST)))
    await catch_up(world, Stranger(disk, thread.id, token, codec), two_nodes)
    await has_exactly_the_log(world, disk)
    assert lived >= KILLS // 2 // len(ENDS), "hardly a life got as far as being live: the kills prove nothing"
    assert disk.resets > 0


def message(thread_id: str, text: str) -> MessageSend:
    return MessageSend(thread_id=thread_id, client_message_id=new_id(), body=paragraph(text))


async def restored_and_written_on(world: World, redis_url: str, stream: str, kept: int) -> None:
    """The database becomes an older copy of itself, in which others then write other things; see Facts.epoch."""
    events, facts = world.store.mongo.database["events"], world.store.mongo.database["facts"]
    await events.delete_many({"_id": {"$gt": event_id(stream, kept), "$lt": stream + ";"}})
    await facts.delete_one({"_id": "epoch"})
    async with node(world, redis_url) as one, talk(one) as petra:
        await petra.hello(world.token_of(world.petra))
        for number in range(4):
            assert isinstance(await petra.call(message(stream[2:], f"nytt {number}")), Reply)


async def test_a_stranger_does_not_mix_a_restored_log_with_the_lost_one(world: World, redis_url: str) -> None:
    thread = await world.thread()
    stream, token = thread_stream(thread.id), world.token_of(world.anna)
    for number in range(3):
        await world.do(world.anna, message(thread.id, f"förlorat {number}"))
    disk = Disk(logs={stream: []})
    async with node(world, redis_url) as one:
        await catch_up(world, Stranger(disk, thread.id, token, "json"), [one.http_url])
    assert disk.position(stream) == thread.head + 3
    await restored_and_written_on(world, redis_url, stream, kept=thread.head)
    async with node(world, redis_url) as one:
        for frames in range(5):
            life = Life(Stranger(disk, thread.id, token, "json"), one.http_url, random.Random())
            life.stranger.frames_left = frames
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.wait([life.conversation])
            await life.kill()
        await catch_up(world, Stranger(disk, thread.id, token, "json"), [one.http_url])
    assert disk.faults == []
    assert disk.logs == {stream: await whole_log(world, stream)}
    assert disk.position(stream) == thread.head + 4


async def test_a_stranger_with_a_wrong_token_is_told_and_turned_away(world: World, two_nodes: list[str]) -> None:
    disk = Disk(logs={})
    stranger = Stranger(disk, "0" * 32, "no-such-token-at-all", "json")
    with pytest.raises(Closed, match="4401"):
        await stranger.converse(two_nodes[0])
    assert disk.faults
    assert "unauthenticated" in disk.faults[0]
