"""A node whose clock is not the database's is not ready, and says by how much; one that is put right is ready again."""

from __future__ import annotations

import httpx
import pytest

from server.core.clock import Clock
from server.core.clock_watch import APART_MS_MAX, ClockWatch
from tests.server.talking import node
from tests.world import World

pytestmark = pytest.mark.anyio


class WrongClock(Clock):
    """A machine's clock that is so far ahead of the truth."""

    def __init__(self, ahead_ms: int) -> None:
        super().__init__()
        self.ahead_ms = ahead_ms

    def now(self) -> int:
        return super().now() + self.ahead_ms


async def readiness(url: str) -> tuple[int, bool, str]:
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        ready, numbers = await client.get("/readyz"), await client.get("/metrics")
    said = next(line for line in numbers.text.splitlines() if line.startswith("chattar_clock_ahead_seconds "))
    return ready.status_code, ready.json()["clock"], said.split()[1]


@pytest.mark.parametrize("ahead_ms", [3_600_000, -3_600_000])
async def test_a_node_whose_clock_is_far_from_the_databases_is_not_ready_until_it_agrees(
    world: World, redis_url: str, ahead_ms: int
) -> None:
    clock = WrongClock(ahead_ms)
    async with node(world, redis_url, clock=clock) as one:
        status, agrees, ahead_s = await readiness(one.http_url)
        assert (status, agrees) == (503, False)
        assert float(ahead_s) == pytest.approx(ahead_ms / 1000, abs=60)
        clock.ahead_ms = 0
        await one.house.clock_watch.look()
        assert await readiness(one.http_url) == (200, True, "0.0")


async def test_the_time_that_the_question_takes_is_not_held_against_the_clock(world: World) -> None:
    class Slow(Clock):
        """Between asking and hearing, a long time passes."""

        passed_ms = -10 * APART_MS_MAX

        def now(self) -> int:
            now = super().now() + self.passed_ms
            self.passed_ms += 20 * APART_MS_MAX
            return now

    watch = ClockWatch(world.store.mongo, Slow())
    assert not watch.agrees
    await watch.look()
    assert watch.agrees


async def test_the_movable_clock_of_a_development_server_is_no_wrong_clock(world: World) -> None:
    watch = ClockWatch(world.store.mongo, Clock(offset_ms=86_400_000))
    await watch.look()
    assert watch.agrees
