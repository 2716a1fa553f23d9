"""The bus against a real Valkey that is killed, frozen and started again: what may be lost is noticed, always."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from redis import Redis

from deploy.dev.embedded import Valkey
from storage.redis import publishing
from storage.redis.bus import Bus
from storage.redis.link import address_of

PATIENCE_S = 30.0
ENDLESS_S = 3600.0
PREFIX = "chattar:test:1:"
pytestmark = pytest.mark.anyio


class Ear:
    """A node's bus, and what came out of it."""

    def __init__(self, url: str, name: str, silence_s_max: float) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self.reads = 0
        self.gaps = 0
        self.losses = 0
        self._news = asyncio.Event()
        self.bus = Bus(
            url, hub_id=name, on_messages=self._on_messages, on_gap=self._on_gap, on_lost=self._on_lost,
            heartbeat_interval_s=0.05, silence_s_max=silence_s_max,
        )  # fmt: skip

    def _on_messages(self, messages: list[tuple[str, bytes]]) -> None:
        self.messages += messages
        self.reads += 1
        self._news.set()

    def _on_gap(self) -> None:
        self.gaps += 1
        self._news.set()

    def _on_lost(self) -> None:
        self.losses += 1
        self._news.set()

    async def until(self, fact: Callable[["Ear"], bool]) -> None:
        """Wait for a fact about what was heard."""
        async with asyncio.timeout(PATIENCE_S):
            while not fact(self):
                self._news.clear()
                await self._news.wait()


async def eventually(fact: Callable[[], bool]) -> None:
    """Wait for a fact that nobody announces."""
    async with asyncio.timeout(PATIENCE_S):
        while not fact():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def ear(
    url: str, name: str = "one", prefix: str = PREFIX, silence_s_max: float = ENDLESS_S
) -> AsyncIterator[Ear]:
    """`silence_s_max`: endless, because a busy machine is silent now and then, too."""
    listener = Ear(url, name, silence_s_max)
    listener.bus.belong_to(prefix)
    running = asyncio.create_task(listener.bus.run())
    try:
        yield listener
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def listeners(redis: Redis, channel: str) -> int:
    """How many connections Redis knows to listen to a channel of the installation."""
    ((_, number),) = redis.pubsub_numsub(PREFIX + channel)
    return int(number)


async def test_what_is_published_is_heard_in_order_by_those_who_subscribed(redis_url: str) -> None:
    async with ear(redis_url, "one") as one, ear(redis_url, "two") as two:
        await one.bus.subscribe(["f:1", "a:1"])
        await two.bus.subscribe(["f:1"])
        for number in range(100):
            two.bus.publish("f:1", b"%d" % number)
        two.bus.publish("a:1", b"last")
        await one.until(lambda heard: len(heard.messages) == 101)
        assert one.messages == [("f:1", b"%d" % number) for number in range(100)] + [("a:1", b"last")]
        await two.until(lambda heard: len(heard.messages) == 100)


async def test_what_is_published_together_is_heard_together(redis_url: str) -> None:
    async with ear(redis_url) as one:
        await one.bus.subscribe(["f:1"])
        for _ in range(16):
            one.bus.publish("f:1", b"x" * 300)
        await one.until(lambda heard: len(heard.messages) == 16)
        assert one.reads <= 3


async def test_a_channel_that_was_left_is_heard_no_more_and_can_be_joined_again_at_once(redis_url: str) -> None:
    # What is said and what is listened to travel on two connections, which have no order between them: each step waits
    # for the fact that the next one builds on.
    async with ear(redis_url) as one:
        with Redis.from_url(redis_url) as redis:
            await one.bus.subscribe(["f:1", "f:2"])
            assert listeners(redis, "f:1") == 1
            for number in range(20):
                one.bus.unsubscribe(["f:1"])
                await eventually(lambda: listeners(redis, "f:1") == 0)
                one.bus.publish("f:1", b"unheard %d" % number)
                one.bus.publish("f:2", b"behind it")
                await one.until(lambda heard: heard.messages[-1:] == [("f:2", b"behind it")])
                one.bus.unsubscribe(["f:2"])
                await one.bus.subscribe(["f:1", "f:2"])
                one.bus.publish("f:1", b"heard %d" % number)
                await one.until(lambda heard: heard.messages[-1:] == [("f:1", b"heard %d" % number)])  # noqa: B023
            heard = [payload for channel, payload in one.messages if channel == "f:1"]
            assert heard == [b"heard %d" % number for number in range(20)]


async def test_after_a_restart_everything_is_subscribed_again_and_the_gap_is_told_once(own_valkey: Valkey) -> None:
    async with ear(own_valkey.url) as one:
        channels = [f"f:{number}" for number in range(2500)]
        await one.bus.subscribe(channels)
        await one.until(lambda heard: heard.gaps == 1)  # the first connection: nothing was heard before it
        await asyncio.to_thread(own_valkey.kill)
        await asyncio.to_thread(own_valkey.start)
        await one.until(lambda heard: heard.gaps == 2)
        for channel in channels:
            one.bus.publish(channel, b"again")
        await one.until(lambda heard: len(heard.messages) == len(channels))
        assert {channel for channel, _ in one.messages} == set(channels)
        assert one.gaps == 2


async def test_publishing_while_redis_is_away_neither_waits_nor_raises_and_arrives_if_it_returns_soon(
    own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "BACKLOG_AGE_S_MAX", ENDLESS_S)  # however long a busy machine takes to start it
    async with ear(own_valkey.url) as one:
        await one.bus.subscribe(["f:1"])
        await asyncio.to_thread(own_valkey.kill)
        await eventually(lambda: not one.bus.whole)
        one.bus.publish("f:1", b"meanwhile")
        await asyncio.to_thread(own_valkey.start)
        await one.until(lambda heard: heard.gaps == 2)
        one.bus.publish("f:1", b"afterwards")
        await one.until(lambda heard: ("f:1", b"afterwards") in heard.messages)
        assert not one.bus.dropped


async def test_what_can_not_be_kept_is_dropped_and_counted(own_valkey: Valkey) -> None:
    async with ear(own_valkey.url) as one:
        await one.bus.subscribe(["f:1"])
        own_valkey.pause()
        for _ in range(20):
            one.bus.publish("f:1", b"x" * 1024 * 1024)
        assert one.bus.dropped == 20 - one.bus.published
        assert one.bus.published <= 9
        own_valkey.resume()
        await one.until(lambda heard: len(heard.messages) >= one.bus.published - 5)


async def test_a_frozen_redis_is_noticed_and_what_was_missed_is_told_as_a_gap(own_valkey: Valkey) -> None:
    async with ear(own_valkey.url, silence_s_max=0.4) as one:
        await one.bus.subscribe(["f:1"])
        await one.until(lambda heard: heard.gaps == 1)
        own_valkey.pause()
        await eventually(lambda: one.bus.rebuilt > 0)
        own_valkey.resume()
        await one.until(lambda heard: heard.gaps >= 2)
        one.bus.publish("f:1", b"awake")
        await one.until(lambda heard: ("f:1", b"awake") in heard.messages)


async def test_a_subscription_that_redis_forgot_is_noticed_when_it_takes_the_connection(own_valkey: Valkey) -> None:
    async with ear(own_valkey.url) as one:
        await one.bus.subscribe(["f:1"])
        await one.until(lambda heard: heard.gaps == 1)
        with Redis.from_url(own_valkey.url) as redis:
            redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await one.until(lambda heard: heard.gaps == 2)
        one.bus.publish("f:1", b"back")
        await one.until(lambda heard: ("f:1", b"back") in heard.messages)


async def test_subscribing_while_redis_is_away_waits_until_it_is_there(own_valkey: Valkey) -> None:
    await asyncio.to_thread(own_valkey.kill)
    async with ear(own_valkey.url) as one:
        subscribing = asyncio.create_task(one.bus.subscribe(["f:1"]))
        await asyncio.sleep(0)
        assert not subscribing.done()
        await asyncio.to_thread(own_valkey.start)
        async with asyncio.timeout(PATIENCE_S):
            await subscribing
        await eventually(lambda: one.bus.whole)  # the speaking half connects by itself


async def test_a_redis_with_a_password_lets_us_in(own_valkey: Valkey) -> None:
    with Redis.from_url(own_valkey.url) as redis:
        redis.config_set("requirepass", "s3cret")
    url = own_valkey.url.replace("redis://", "redis://:s3cret@")
    async with ear(url) as one:
        await one.bus.subscribe(["f:1"])
        one.bus.publish("f:1", b"in")
        await one.until(lambda heard: ("f:1", b"in") in heard.messages)


async def test_two_installations_on_one_redis_do_not_hear_each_other(redis_url: str) -> None:
    async with ear(redis_url, prefix="chattar:one:1:") as one, ear(redis_url, prefix="chattar:one:2:") as copy:
        for listener in (one, copy):
            await listener.bus.subscribe(["f:1"])
        one.bus.publish("f:1", b"from the one")
        await one.until(lambda heard: heard.messages == [("f:1", b"from the one")])
        copy.bus.publish("f:1", b"from the copy")
        await copy.until(lambda heard: bool(heard.messages))
        assert copy.messages == [("f:1", b"from the copy")]


@pytest.mark.parametrize("half", ["pubsub", "normal"])
async def test_the_loss_of_either_half_is_told_at_once(own_valkey: Valkey, half: str) -> None:
    async with ear(own_valkey.url) as one:
        await eventually(lambda: one.bus.whole)
        with Redis.from_url(own_valkey.url) as redis:
            redis.execute_command("CLIENT", "KILL", "TYPE", half, "SKIPME", "yes")
        await one.until(lambda heard: heard.losses == 1)


async def test_who_has_patience_does_not_wait_for_a_redis_that_is_away(own_valkey: Valkey) -> None:
    endless_s = 3600.0
    async with ear(own_valkey.url) as one:
        await one.bus.subscribe(["f:1"])
        assert await one.bus.reach(["f:1"], endless_s)
        own_valkey.pause()
        waiting = asyncio.create_task(one.bus.reach(["f:2"], endless_s))
        await asyncio.sleep(0)
        assert not waiting.done()
        await asyncio.to_thread(own_valkey.kill)
        async with asyncio.timeout(PATIENCE_S):
            assert not await waiting
            assert not await one.bus.reach(["f:2", "f:3"], endless_s)
        await asyncio.to_thread(own_valkey.start)
        await eventually(lambda: one.bus.whole)
        for channel in ("f:1", "f:2", "f:3"):  # all of them stayed wanted
            one.bus.publish(channel, b"back")
        await one.until(lambda heard: len(heard.messages) == 3)


async def test_an_error_that_redis_says_unasked_refuses_the_link_and_is_no_fault_of_ours(own_valkey: Valkey) -> None:
    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    with Redis.from_url(own_valkey.url) as redis:
        redis.config_set("maxclients", 1)
        async with ear(own_valkey.url) as one:
            await eventually(lambda: len(one.bus.refusals) == 2)
            assert {refused.refused for refused in one.bus.refusals} == {"ERR max number of clients reached"}
            redis.config_set("maxclients", 100)
            await eventually(lambda: one.bus.whole)
            assert one.bus.refusals == []
    assert faults == []


async def test_a_right_that_is_missing_is_said_and_no_link_is_made_until_it_is_given(own_valkey: Valkey) -> None:
    with Redis.from_url(own_valkey.url) as redis:
        redis.execute_command("ACL", "SETUSER", "chat", "on", ">s3cret", "allkeys", "allcommands", "resetchannels")
        async with ear(own_valkey.url.replace("redis://", "redis://chat:s3cret@")) as one:
            await eventually(lambda: len(one.bus.refusals) == 2)
            assert all("NOPERM" in (refused.refused or "") for refused in one.bus.refusals)
            assert {refused.needs_here for refused in one.bus.refusals} == {
                "PUBLISH to the channels chattar:test:1:*",
                "SUBSCRIBE and UNSUBSCRIBE to the channels chattar:test:1:*",
            }
            redis.execute_command("ACL", "SETUSER", "chat", "&chattar:*")
            await eventually(lambda: one.bus.whole)
            one.losses = 0
            redis.execute_command("ACL", "SETUSER", "chat", "-publish")  # taken while the link stands
            one.bus.publish("f:1", b"refused")
            await one.until(lambda heard: heard.losses > 0)
            await eventually(lambda: bool(one.bus.refusals))
            assert one.bus.dropped == 1


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "password", "tls"),
    [
        ("redis://example.org", "example.org", 6379, None, None, False),
        ("rediss://u:p%40s@example.org:6380/3", "example.org", 6380, "u", "p@s", True),
    ],
)
def test_addresses_are_read_as_redis_py_reads_them(
    url: str, host: str, port: int, user: str | None, password: str | None, tls: bool
) -> None:
    address = address_of(url)
    assert (address.host, address.port, address.username, address.password) == (host, port, user, password)
    assert (address.tls is not None) is tls
