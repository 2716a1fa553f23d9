"""Redis is a bell, not a book (P5): killed, frozen or lying, it costs seconds and no message."""

import asyncio
import json
import random
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.dev.embedded import Valkey
from tests.disasters.stage import on_stage
from tests.faults import BusProxy
from tests.protocol.nodes import start_node
from tests.world import World

pytestmark = pytest.mark.anyio

UNKIND_SHARE = 0.05
NOTICE_S = 30.0


@pytest.fixture
def nodes(world: World, own_valkey: Valkey, tmp_path: Path) -> Iterator[list[str]]:
    """Two nodes on a Valkey of their own."""
    north, north_url = start_node("north", world.settings, own_valkey.url, tmp_path)
    south, south_url = start_node("south", world.settings, own_valkey.url, tmp_path)
    yield [north_url, south_url]
    north.kill()
    south.kill()


async def noticed(url: str) -> None:
    """Wait until a node knows that its bus is silent: a frozen Redis keeps its connections open."""
    async with asyncio.timeout(NOTICE_S):
        while (await asyncio.to_thread(_readiness, url))["bus"]:  # noqa: ASYNC110 - the node is asked
            await asyncio.sleep(0.1)  # another process tells only who asks; the deadline is above


def _readiness(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/readyz", timeout=10) as answer:  # noqa: S310 - our own address
        facts: dict[str, Any] = json.load(answer)
    return facts


async def test_while_redis_is_killed_messages_are_acknowledged_and_later_all_delivered(
    world: World, nodes: list[str], own_valkey: Valkey
) -> None:
    async with on_stage(world, nodes) as stage:
        async with stage.conversation():
            for _ in range(2):
                await stage.progress()
                await asyncio.to_thread(own_valkey.kill)
                await stage.progress()
                await asyncio.to_thread(own_valkey.start)
            await stage.progress()
        assert await stage.complaints() == []
        assert stage.refused == 0


async def test_while_redis_is_frozen_messages_are_acknowledged_and_later_all_delivered(
    world: World, nodes: list[str], own_valkey: Valkey
) -> None:
    async with on_stage(world, nodes) as stage:
        async with stage.conversation():
            await stage.progress()
            own_valkey.pause()
            await asyncio.gather(*(noticed(url) for url in nodes))
            await stage.progress()
            own_valkey.resume()
            await stage.progress()
        assert await stage.complaints() == []
        assert stage.refused == 0


async def test_while_the_links_to_redis_are_reset_nodes_live_and_messages_are_later_all_delivered(
    world: World, own_valkey: Valkey, tmp_path: Path
) -> None:
    async with BusProxy(own_valkey.url, random.Random("reset")).open() as proxy:
        started = [
            await asyncio.to_thread(start_node, name, world.settings, proxy.url, tmp_path)
            for name in ("north", "south")
        ]
        try:
            async with on_stage(world, [url for _, url in started]) as stage:
                async with stage.conversation():
                    for _ in range(4):
                        await stage.progress()
                        # Both halves of both buses, and what presence and limits ride on.
                        assert await resets(proxy, links=6)
                    await stage.progress()
                assert await stage.complaints() == []
                assert stage.refused == 0
            assert [process.name for process, _ in started if not process.alive] == []
        finally:
            for process, _ in started:
                process.kill()


async def resets(proxy: BusProxy, links: int) -> int:
    """Wait until the nodes have their links, and reset them."""
    async with asyncio.timeout(NOTICE_S):
        while proxy.connected < links:  # noqa: ASYNC110 - other processes connect
            await asyncio.sleep(0.01)  # the proxy wakes nobody; the wait has its deadline
    return proxy.reset()


async def test_what_the_bus_loses_doubles_and_delays_arrives_once_and_in_order(
    world: World, own_valkey: Valkey, tmp_path: Path
) -> None:
    async with BusProxy(own_valkey.url, random.Random("unkind")).open() as proxy:
        # As often as a test can wait for: the last message of all may be among the lost ones.
        often = {"module": "tests.disasters.doomed_node", "CHECK_INTERVAL_S": "2"}
        started = [
            await asyncio.to_thread(lambda name: start_node(name, world.settings, proxy.url, tmp_path, **often), name)
            for name in ("north", "south")
        ]
        try:
            async with on_stage(world, [url for _, url in started]) as stage:
                with proxy.unkind(UNKIND_SHARE) as fates:
                    async with stage.conversation():
                        await stage.progress(500)
                    assert await stage.complaints() == []
                assert min(fates.lost, fates.doubled, fates.late) > 10, fates
        finally:
            for process, _ in started:
                process.kill()
