"""A node that is told to end (SIGTERM) sends its clients elsewhere, each in its own time, and nobody loses anything."""

import asyncio
import random
import signal
from pathlib import Path

import pytest

from protocol.ids import notes_stream, thread_stream
from server.core.settings import Settings
from server.network.doorway import DRAIN_SPREAD_MS_MAX, DRAIN_SPREAD_MS_MIN, drain_spread_ms
from tests.protocol.endings import PATIENCE_S, has_exactly_the_log, over, to_the_end
from tests.protocol.nodes import start_node
from tests.protocol.stranger import Disk, Stranger, live_on
from tests.world import World

CLIENTS = 8


class Traveller(Stranger):
    """Remembers what it was told when its node went down."""

    def __init__(self, disk: Disk, thread_id: str, token: str, codec: str) -> None:
        super().__init__(disk, thread_id, token, codec)
        self.told: list[tuple[str, str]] = []

    async def converse(self, url: str) -> None:
        await super().converse(url)
        self.told.append((url, self.farewell))


async def test_sigterm_sends_everybody_to_the_other_node_and_nothing_is_lost(
    world: World, world_settings: Settings, redis_url: str, tmp_path: Path
) -> None:
    thread = await world.thread()
    disks = [Disk(logs={thread_stream(thread.id): [], notes_stream(thread.id): []}) for _ in range(CLIENTS)]
    travellers = [
        Traveller(disk, thread.id, world.token_of(world.anna), codec)
        for disk, codec in zip(disks, ["json", "msgpack"] * (CLIENTS // 2), strict=True)
    ]
    north, north_url = await asyncio.to_thread(start_node, "north", world_settings, redis_url, tmp_path)
    south, south_url = await asyncio.to_thread(start_node, "south", world_settings, redis_url, tmp_path)
    try:
        lives = [asyncio.create_task(live_on(one, [north_url, south_url], random.Random())) for one in travellers]
        async with asyncio.timeout(PATIENCE_S):
            for one in travellers:
                await one.live.wait()
        ending = asyncio.create_task(asyncio.to_thread(north.stop, PATIENCE_S))
        number = 0
        while not all(one.told and one.live.is_set() for one in travellers):
            letters = [one.write(f"nr {number}", internal=number % 3 == 0) for one in travellers]
            number += 1
            async with asyncio.timeout(PATIENCE_S):
                await travellers[0].answered(letters[0])
        await ending
        for one in travellers:
            await to_the_end(world, one)
        for life in lives:
            await over(life)
    finally:
        for process in (north, south):
            process.kill()

    assert north.popen is not None
    # uvicorn raises the signal once more when it has ended in good order; a node that had to be killed says SIGKILL.
    assert north.popen.returncode == -signal.SIGTERM, north.last_words()
    for one in travellers:
        assert [url for url, _ in one.told] == [north_url, south_url][: len(one.told)]
    waits = [one.told[0][1] for one in travellers]
    assert all(wait.startswith("retry_after_ms=") for wait in waits), waits
    assert len(set(waits)) > 1, "each comes back at a time of its own"
    for disk in disks:
        await has_exactly_the_log(world, disk)


@pytest.mark.parametrize(("connections", "spread_ms"), [(0, 1_000), (50, 1_000), (1_000, 5_000), (100_000, 30_000)])
def test_a_few_come_back_soon_and_many_in_half_a_minute(connections: int, spread_ms: int) -> None:
    assert drain_spread_ms(connections) == spread_ms
    assert DRAIN_SPREAD_MS_MIN <= spread_ms <= DRAIN_SPREAD_MS_MAX
