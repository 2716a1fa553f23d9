"""How it must end for a stranger, whatever happened on the way: with exactly the log."""

import asyncio
import contextlib
import random
from typing import Any

import msgspec

from tests.protocol.stranger import Disk, Stranger, live_on
from tests.world import World

PATIENCE_S = 60.0


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


async def catch_up(world: World, stranger: Stranger, nodes: list[str]) -> None:
    """A last life, to the end of everything."""
    living = asyncio.create_task(live_on(stranger, nodes, random.Random()))
    await to_the_end(world, stranger)
    await over(living)


async def to_the_end(world: World, stranger: Stranger) -> None:
    """Wait until a living stranger has all there is, and all that it wrote is in it."""
    heads = await world.store.streams.heads(stranger.disk.logs)
    async with asyncio.timeout(PATIENCE_S):
        await stranger.caught_up(heads)


async def over(living: asyncio.Task[None]) -> None:
    """End a life. Raises what ended it before."""
    living.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await living


async def has_exactly_the_log(world: World, disk: Disk) -> None:
    """Nothing missing, nothing twice, in order; each own message once, where its answer said, in the order of writing."""
    assert disk.faults == []
    logs = {stream: await whole_log(world, stream) for stream in disk.logs}
    assert disk.logs == logs
    places = {}
    for stream, log in logs.items():
        assert [event["seq"] for event in log] == list(range(1, len(log) + 1)), stream
        for event in log:
            if (key := event["event"].get("client_message_id")) is not None:
                assert key not in places
                places[key] = (stream, event["seq"])
    assert [letter.place for letter in disk.outbox] == [places[letter.key] for letter in disk.outbox]
    for stream in logs:
        own = [letter.place[1] for letter in disk.outbox if letter.place is not None and letter.place[0] == stream]
        assert own == sorted(own)
    assert {stream for stream, _ in places.values()} == set(logs)
