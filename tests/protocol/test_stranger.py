"""A client that was written from docs/protocol.md alone, killed at 200 random points, ends with exactly the log."""

import asyncio
import contextlib
import random
import time
from typing import Any

import msgspec
import pytest

from protocol.client import Client
from protocol.ids import notes_stream, thread_stream
from tests.protocol.stranger import Closed, Disk, Killed, Stranger, live_on, log_in
from tests.world import PASSWORD, World

KILLS = 200
KILLED_WITHIN_S = 0.12
FRAMES_MAX = 14


async def live_and_die(stranger: Stranger, url: str, chance: random.Random) -> bool:
    """One life; killed by whichever comes first, a number of frames or a time. Whether it had become live."""
    stranger.frames_left = chance.choice([None, chance.randrange(FRAMES_MAX)])
    conversation = asyncio.create_task(stranger.converse(url))
    for number in range(chance.randrange(3)):
        stranger.write(f"{stranger.codec} {number}", internal=chance.random() < 0.3)
    await asyncio.wait([conversation], timeout=chance.uniform(0.0, KILLED_WITHIN_S))
    was_live = stranger.live.is_set()
    stranger.die()
    conversation.cancel()
    with contextlib.suppress(asyncio.CancelledError, Killed):
        await conversation
    return was_live


async def chatter(client: Client, thread_id: str, over: asyncio.Event, chance: random.Random) -> int:
    """Somebody else writes all the while. How many messages that made."""
    said = 0
    while not over.is_set():
        await client.send(thread_id, f"Petra {said}")
        said += 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), chance.uniform(0, 0.03))
    return said


async def whole_log(world: World, stream: str) -> list[dict[str, Any]]:
    """What the database holds, in the words of the wire."""
    stored = await world.store.streams.read(stream, 0, 100_000)
    return [
        {
            "seq": event.seq,
            "at": event.at,
            "actor": msgspec.to_builtins(event.actor),
            "event": msgspec.to_builtins(event.event),
        }
        for event in stored
    ]


@pytest.mark.parametrize("codec", ["json", "msgpack"])
async def test_a_stranger_killed_at_random_points_ends_with_exactly_the_log(
    codec: str, world: World, two_nodes: list[str]
) -> None:
    chance = random.Random(f"stranger {codec}")
    thread = await world.thread()
    streams = [thread_stream(thread.id), notes_stream(thread.id)]
    token = await asyncio.to_thread(log_in, two_nodes[0], world.anna.email, PASSWORD)
    disk = Disk(logs={stream: [] for stream in streams})
    began = time.monotonic()
    lived = 0
    async with Client(two_nodes, token=world.token_of(world.petra)) as petra:
        over = asyncio.Event()
        writing = asyncio.create_task(chatter(petra, thread.id, over, chance))
        for kill in range(KILLS // 2):
            stranger = Stranger(disk, thread.id, token, codec)
            lived += await live_and_die(stranger, two_nodes[kill % 2], chance)
        over.set()
        said = await writing
    seconds = time.monotonic() - began
    last = Stranger(disk, thread.id, token, codec)
    ending = asyncio.create_task(live_on(last, two_nodes, chance))
    logs = {stream: await whole_log(world, stream) for stream in streams}
    async with asyncio.timeout(20):
        await last.caught_up({stream: len(log) for stream, log in logs.items()})
    ending.cancel()
    with contextlib.suppress(asyncio.CancelledError, Closed):
        await ending

    assert disk.faults == []
    logs = {stream: await whole_log(world, stream) for stream in streams}
    assert disk.logs == logs
    for stream, log in logs.items():
        assert [event["seq"] for event in log] == list(range(1, len(log) + 1)), stream
    keys = [event["event"].get("client_message_id") for log in logs.values() for event in log]
    for letter in disk.outbox:
        assert letter.place is not None
        assert keys.count(letter.key) == 1
        stream, seq = letter.place
        assert logs[stream][seq - 1]["event"]["client_message_id"] == letter.key
        assert stream == streams[letter.internal]
    assert lived > KILLS // 10, "hardly a life got as far as being live: the kills prove nothing"
    print(
        f"{codec}: {KILLS // 2} kills ({lived} while live) in {seconds:.1f} s; "
        f"{len(disk.outbox)} own and {said} other messages"
    )


async def test_a_stranger_with_a_wrong_token_is_told_and_turned_away(world: World, two_nodes: list[str]) -> None:
    disk = Disk(logs={})
    stranger = Stranger(disk, "0" * 32, "no-such-token-at-all", "json")
    with pytest.raises(Closed, match="4401"):
        await stranger.converse(two_nodes[0])
    assert disk.faults
    assert "unauthenticated" in disk.faults[0]
