"""The movable clock of a development server: moved for every node and scheduler, and for what people see."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from deploy.dev.embedded import free_port
from protocol.development import ClockSet
from protocol.frames import ErrorFrame, Reply
from protocol.sessions import MeRead
from scheduler.jobs import shared_now
from tests.server.talking import PATIENCE_S, node, talk
from tests.world import World

pytestmark = pytest.mark.anyio

DAY_MS = 86_400_000


async def test_a_demonstrator_moves_the_clock_of_every_node_and_scheduler(
    world: World, redis_url: str, tmp_path: Path
) -> None:
    def developing() -> dict[str, Any]:
        folder = tmp_path / str(free_port())
        return {"development": True, "smtp_url": f"smtp://127.0.0.1:{free_port()}", "data": folder}

    before = await shared_now(world.means)
    async with node(world, redis_url, **developing()) as one, node(world, redis_url, **developing()) as two:
        async with talk(one) as anna:
            await anna.hello(world.token_of(world.anna))
            assert isinstance(await anna.call(ClockSet(offset_ms=3 * DAY_MS)), Reply)
            assert one.house.means.clock.offset_ms == 3 * DAY_MS
            # The session goes by the real time: a day ahead must not log anybody out.
            assert isinstance(await anna.call(MeRead()), Reply)
        async with asyncio.timeout(PATIENCE_S):
            while two.house.means.clock.offset_ms != 3 * DAY_MS:  # noqa: ASYNC110 - the bell rings elsewhere
                await asyncio.sleep(0.01)
        assert await shared_now(world.means) >= before + 3 * DAY_MS
        assert world.means.clock.offset_ms == 3 * DAY_MS


async def test_a_node_that_starts_later_finds_the_clock_moved(world: World, redis_url: str, tmp_path: Path) -> None:
    await world.do(world.anna, ClockSet(offset_ms=DAY_MS))
    smtp = f"smtp://127.0.0.1:{free_port()}"
    async with node(world, redis_url, development=True, smtp_url=smtp, data=tmp_path) as one, talk(one) as petra:
        welcome = await petra.hello(world.token_of(world.petra))
        assert welcome.at >= await world.store.mongo.now() + DAY_MS - 60_000


async def test_without_the_development_setting_it_is_refused(world: World, redis_url: str) -> None:
    async with node(world, redis_url) as one, talk(one) as anna:
        await anna.hello(world.token_of(world.anna))
        answer = await anna.call(ClockSet(offset_ms=DAY_MS))
        assert isinstance(answer, ErrorFrame)
        assert answer.error.code == "forbidden"
        assert one.house.means.clock.offset_ms == 0
