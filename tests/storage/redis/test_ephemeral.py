"""Presence and buckets against a Valkey that is emptied, reset, frozen and killed: away is said, never anything else."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import pytest
from redis import Redis

from deploy.dev.embedded import Valkey
from protocol.ids import new_id
from storage.redis import ephemeral
from storage.redis.ephemeral import Beat, Ephemeral, EphemeralAway, Present
from tests.faults import BusProxy

pytestmark = pytest.mark.anyio

PATIENCE_S = 20.0
PREFIX = "chattar:test:1:"
TTL_S = 3600.0


@contextlib.asynccontextmanager
async def forgettable(url: str, prefix: str = PREFIX) -> AsyncIterator[Ephemeral]:
    """One process's, which has its connection."""
    one, there = Ephemeral(url), asyncio.Event()
    one.when_there(there.set)
    one.belong_to(prefix)
    running = asyncio.create_task(one.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await there.wait()
        yield one
    finally:
        running.cancel()
        await asyncio.wait([running])


async def takes(one: Ephemeral, key: str = "somebody") -> int:
    """Take one of two tokens, as soon as Redis is there. Anything but EphemeralAway gets out."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await one.take(key, 1, 2, 3600)
            except EphemeralAway:
                await asyncio.sleep(0.01)


async def until_dead(one: Ephemeral, hub: str) -> list[str]:
    """Beat as a hub until another one is found dead."""
    async with asyncio.timeout(PATIENCE_S):
        while not (beat := await one.beat(hub, TTL_S, [])).dead:  # noqa: ASYNC110 - Redis' clock is waited for
            await asyncio.sleep(0.01)
    return beat.dead


def person(hub: str, *, staff: bool = False) -> Present:
    return Present(hub, new_id(), "Petra", None if staff else [new_id()])


async def test_a_bucket_gives_what_it_holds_also_when_redis_has_forgotten_the_script(redis_url: str) -> None:
    async with forgettable(redis_url) as one:
        assert await one.take("somebody", 1, 2, 3600) == 0
        with Redis.from_url(redis_url) as redis:
            redis.script_flush()
        assert await one.take("somebody", 1, 2, 3600) == 0
        assert await one.take("somebody", 1, 2, 3600) > 0
        await one.give("somebody", 1, 2, 3600)
        assert await one.take("somebody", 1, 2, 3600) == 0


async def test_installations_share_neither_buckets_nor_people(redis_url: str) -> None:
    firm = new_id()
    async with forgettable(redis_url) as one, forgettable(redis_url, "chattar:test:2:") as copy:
        assert await one.take("somebody", 2, 2, 3600) == 0
        assert await copy.take("somebody", 2, 2, 3600) == 0
        await one.arrive("hub", firm, [person("hub", staff=True)])
        assert await one.team_online(firm)
        assert not await copy.team_online(firm)
    with Redis.from_url(redis_url, decode_responses=True) as redis:
        assert [key for key in redis.scan_iter() if not key.startswith("chattar:test:")] == []


async def test_a_connection_that_was_reset_is_away_and_soon_there_again(own_valkey: Valkey) -> None:
    async with BusProxy(own_valkey.url, random.Random("reset")).open() as proxy, forgettable(proxy.url) as one:
        for number in range(20):
            assert await takes(one, f"somebody {number}") == 0
            assert proxy.reset() == 1
            await asyncio.sleep(0)  # half of the time the reset is noticed by the command, half before it
        assert await takes(one) == 0


async def test_what_is_under_way_when_the_connection_is_lost_fails_as_away(own_valkey: Valkey) -> None:
    async with forgettable(own_valkey.url) as one:
        own_valkey.pause()
        under_way = [asyncio.create_task(one.team_online(new_id())) for _ in range(3)]
        await asyncio.sleep(0)
        await asyncio.to_thread(own_valkey.kill)
        for asked in under_way:
            with pytest.raises(EphemeralAway):
                await asked
        with pytest.raises(EphemeralAway):
            await one.team_online(new_id())
        await asyncio.to_thread(own_valkey.start)
        assert await takes(one) == 0


async def test_a_frozen_redis_is_waited_for_once(own_valkey: Valkey) -> None:
    async with forgettable(own_valkey.url) as one:
        own_valkey.pause()
        with pytest.raises(EphemeralAway, match="no answer"):
            await one.team_online(new_id())
        await asyncio.sleep(0)
        with pytest.raises(EphemeralAway, match=r"no connection|was lost"):  # nobody waits for it
            await one.team_online(new_id())
        own_valkey.resume()
        assert await takes(one) == 0


async def test_a_dead_hub_is_told_again_when_whoever_was_told_of_it_died_too(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ephemeral, "CLAIM_MS", 200)
    firm, petra = new_id(), person("dead")
    async with forgettable(redis_url) as one:
        await one.beat("dead", 0.001, [])
        await one.arrive("dead", firm, [petra])
        assert await until_dead(one, "told first") == ["dead"]  # and dies before it does anything
        assert await until_dead(one, "told second") == ["dead"]
        assert await one.bury("dead") == {firm: [petra]}  # and dies before it tells anybody
        assert await one.present(firm) == []
        assert await until_dead(one, "told third") == ["dead"]
        assert await one.bury("dead") == {firm: [petra]}
        await one.buried("dead")
        with Redis.from_url(redis_url, decode_responses=True) as redis:
            assert redis.zscore(f"{PREFIX}hubs", "dead") is None
            assert [key for key in redis.scan_iter() if "dead" in key] == []
            # The clock of Redis passes the claim, and still nobody hears of it.
            redis.zadd(f"{PREFIX}hubs", {"other": 1})
        assert await until_dead(one, "told third") == ["other"]


@pytest.mark.parametrize("lost", ["*", "hubs", "present:*", "team:*", "firms:*"])
async def test_a_beat_notices_whatever_redis_has_forgotten(redis_url: str, lost: str) -> None:
    firm, anna, petra = new_id(), person("hub", staff=True), person("hub")
    async with forgettable(redis_url) as one:
        assert (await one.beat("hub", TTL_S, [])).forgotten  # it never knew
        await one.arrive("hub", firm, [petra, anna])
        oldest = [(firm, petra), (firm, anna)]
        assert await one.beat("hub", TTL_S, oldest) == Beat(forgotten=False, dead=[], hubs=["hub"])
        with Redis.from_url(redis_url) as redis:
            redis.delete(*redis.keys(PREFIX + lost))
        assert (await one.beat("hub", TTL_S, oldest)).forgotten


async def test_a_hub_that_died_while_redis_was_emptied_is_found_dead(redis_url: str) -> None:
    """Of those that Redis has forgotten, the others tell it: one that is alive says so itself, one that is dead can't."""
    async with forgettable(redis_url) as one:
        await one.beat("dead", TTL_S, [])
        hubs = (await one.beat("hub", TTL_S, [])).hubs
        assert hubs == ["dead", "hub"]
        with Redis.from_url(redis_url) as redis:
            redis.flushall()
        assert (await one.beat("hub", 0.2, [], hubs)).forgotten
        assert await until_dead(one, "hub") == ["dead"]
        await one.buried("dead")
        # Who is known has nothing to bring up: what was buried stays so.
        assert (await one.beat("hub", TTL_S, [], hubs)).hubs == ["hub"]
