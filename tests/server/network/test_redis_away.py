"""What a node does without Redis, or with one that forgets, refuses or is shared: nobody waits, what was missed is told."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import structs
from redis import Redis

import server.network.healing
import server.network.node
from deploy.dev.embedded import ReplicaSet, Valkey
from protocol.body import paragraph
from protocol.frames import EventFrame, MarkMoved, Presence, Reply
from protocol.ids import new_id, thread_stream
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.streams import ThreadOpen
from protocol.wire import Id
from storage.mongo.collections import collected
from storage.mongo.connection import Mongo
from storage.mongo.migrations import prepare
from tests.faults import BusProxy
from tests.server.talking import RunningNode, Talk, node, talk
from tests.world import World, new_world

pytestmark = pytest.mark.anyio

PATIENCE_S = 20.0
ENDLESS_S = 3600.0
OPERATIONS = Path(__file__).resolve().parents[3] / "docs" / "operations.md"


def message(thread_id: Id, text: str = "Tack!") -> MessageSend:
    return MessageSend(thread_id=thread_id, client_message_id=new_id(), body=paragraph(text))


async def ready(one: RunningNode) -> dict[str, Any]:
    """What /readyz says; 200 whatever becomes of Redis (P5)."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{one.http_url}/readyz")
    assert answer.status_code == 200
    facts: dict[str, Any] = answer.json()
    return facts


async def until_redis_is(one: RunningNode, what: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not (await ready(one))["redis"].startswith(what):  # noqa: ASYNC110 - the node is asked
            await asyncio.sleep(0.02)


async def event(client: Talk, stream: str, seq: int) -> EventFrame:
    return await client.heard(EventFrame, lambda frame: (frame.stream, frame.seq) == (stream, seq))


async def test_nobody_waits_for_a_redis_that_is_known_to_be_away(
    world: World, own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.network.node, "CONFIRMATION_S_MAX", ENDLESS_S)
    async with node(world, own_valkey.url) as one, talk(one) as petra:
        await until_redis_is(one, "ok")
        await asyncio.to_thread(own_valkey.kill)
        await until_redis_is(one, "away")
        await petra.hello(world.token_of(world.petra))  # every wait for Redis would last an hour


async def test_who_waits_for_redis_goes_on_when_it_is_lost(
    world: World, own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.network.node, "CONFIRMATION_S_MAX", ENDLESS_S)
    async with node(world, own_valkey.url) as one, talk(one) as petra:
        await until_redis_is(one, "ok")
        own_valkey.pause()
        saying = asyncio.create_task(petra.hello(world.token_of(world.petra)))
        await asyncio.to_thread(own_valkey.kill)
        await saying


async def test_losing_redis_wakes_the_comparison_with_the_log_and_it_goes_on_while_redis_is_away(
    world: World, own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.network.healing, "CHECK_INTERVAL_S", ENDLESS_S)
    thread = await world.thread()
    stream = thread_stream(thread.id)
    async with (
        node(world, own_valkey.url) as one,
        node(world, own_valkey.url) as two,
        talk(one) as anna,
        talk(two) as petra,
    ):
        await anna.hello(world.token_of(world.anna), {stream: thread.head})
        await petra.hello(world.token_of(world.petra))
        await petra.call(message(thread.id))
        await event(anna, stream, thread.head + 1)
        async with asyncio.timeout(PATIENCE_S):
            while one.house.node.healer.checks == 0:  # noqa: ASYNC110 - the first one, which leads to an endless pause
                await asyncio.sleep(0.02)
        await asyncio.to_thread(own_valkey.kill)
        for number in (2, 3):
            assert isinstance(await petra.call(message(thread.id)), Reply)
            await event(anna, stream, thread.head + number)


async def test_what_was_written_while_the_bus_was_away_is_looked_for_as_soon_as_it_is_back(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every look into the log that nothing has asked for is an hour away.
    for pause in ("CHECK_INTERVAL_S", "CHECK_WHILE_DEAF_S", "ACCESS_CHECK_S"):
        monkeypatch.setattr(server.network.healing, pause, ENDLESS_S)
    thread = await world.thread()
    stream = thread_stream(thread.id)
    async with (
        BusProxy(redis_url, random.Random(1)).open() as proxy,
        node(world, proxy.url) as one,
        node(world, redis_url) as two,
        talk(one) as anna,
        talk(two) as petra,
    ):
        await anna.hello(world.token_of(world.anna), {stream: thread.head})
        await petra.hello(world.token_of(world.petra))
        await petra.call(message(thread.id))
        await event(anna, stream, thread.head + 1)
        healer, looked = one.house.node.healer, 0
        look = healer.check

        async def check() -> None:
            nonlocal looked
            await look()
            looked += 1

        monkeypatch.setattr(healer, "check", check)
        with proxy.cut():
            async with asyncio.timeout(PATIENCE_S):
                # What the loss itself asks for is over before anything is written; nobody is told of it.
                while not (one.house.node.deaf and looked and not healer._check_now.is_set()):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert isinstance(await petra.call(message(thread.id)), Reply)
        await event(anna, stream, thread.head + 2)


def read_by(person: Any, seq: int) -> Callable[[MarkMoved], bool]:
    """Whether a frame says that somebody has read up to there."""
    return lambda mark: (mark.person.id, mark.read_seq) == (person.id, seq)


@pytest.mark.parametrize("told", ["a message", "a mark"])
async def test_what_is_told_by_a_node_that_alone_cannot_be_heard_reaches_the_others_meanwhile(
    world: World, redis_url: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P5: the others hear everything that Redis carries, and would compare with the log much later, marks never."""
    monkeypatch.setattr(server.network.healing, "CHECK_INTERVAL_S", ENDLESS_S)
    thread = await world.thread()
    stream = thread_stream(thread.id)
    async with (
        BusProxy(redis_url, random.Random(1)).open() as proxy,
        node(world, proxy.url) as one,
        node(world, redis_url) as two,
        talk(one) as petra,
        talk(two) as anna,
    ):
        await anna.hello(world.token_of(world.anna), {stream: thread.head})
        await petra.hello(world.token_of(world.petra))
        async with asyncio.timeout(PATIENCE_S):
            while two.house.node.healer.checks == 0:  # noqa: ASYNC110 - the first one, which leads to an endless pause
                await asyncio.sleep(0.02)
        with proxy.cut():
            await until_redis_is(one, "away")
            # The second comes when the node has been found dead, which makes the others look once.
            for seq in (thread.head + 1, thread.head + 2):
                if told == "a message":
                    assert isinstance(await petra.call(message(thread.id)), Reply)
                    await event(anna, stream, seq)
                    continue
                await world.do(world.anna, message(thread.id))
                assert isinstance(await petra.call(MarkRead(thread_id=thread.id, seq=seq)), Reply)
                await anna.heard(MarkMoved, read_by(world.petra, seq))
        async with asyncio.timeout(PATIENCE_S):
            while two.house.node.unheard.others:  # noqa: ASYNC110 - asked of the database every two seconds
                await asyncio.sleep(0.02)


# who is here


def of(person: Any, online: bool) -> Any:
    """Whether a frame says so of somebody."""
    return lambda frame: frame.person is not None and frame.person.id == person.id and frame.online == online


async def until_told(one: RunningNode, person: Any, here: bool) -> None:
    """Wait until a node has told, to those who hear it, that somebody came there or left."""
    async with asyncio.timeout(PATIENCE_S):
        while (person.id in one.house.attendance._shown.get(person.firm_id, {})) != here:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_who_is_here_is_shown_again_when_redis_has_forgotten(world: World, own_valkey: Valkey) -> None:
    thread = await world.thread()

    async def online(client: Talk) -> bool:
        answer = await client.call(ThreadOpen(thread_id=thread.id))
        assert isinstance(answer, Reply)
        return bool(answer.result.get("team_online", False))

    async with node(world, own_valkey.url) as one, talk(one) as anna, talk(one) as petra:
        await petra.hello(world.token_of(world.petra))
        await anna.hello(world.token_of(world.anna))
        await petra.until(Presence, lambda frame: frame.online)
        with Redis.from_url(own_valkey.url) as redis:
            redis.flushall()
        async with asyncio.timeout(PATIENCE_S):
            while not await online(petra):  # noqa: ASYNC110 - what is asked is what Redis has
                await asyncio.sleep(0.1)


async def test_who_came_and_who_left_while_redis_was_away_is_told_when_it_is_back(
    world: World, own_valkey: Valkey
) -> None:
    async with (
        node(world, own_valkey.url) as one,
        node(world, own_valkey.url) as two,
        talk(one) as anna,
        talk(two) as linn,
    ):
        await anna.hello(world.token_of(world.anna))
        async with talk(two) as petra:
            await petra.hello(world.token_of(world.petra))
            await anna.until(Presence, of(world.petra, True))
            await asyncio.to_thread(own_valkey.kill)
        await until_redis_is(two, "away")
        await linn.hello(world.token_of(world.linn))
        async with asyncio.timeout(PATIENCE_S):
            while two.house.attendance._behind is False:  # noqa: ASYNC110 - both have been tried and could not be told
                await asyncio.sleep(0.02)
        await asyncio.to_thread(own_valkey.start)
        await linn.until(Presence, lambda frame: frame.online)
        await anna.until(Presence, of(world.linn, True))


@pytest.mark.parametrize("came", [True, False], ids=["came", "left"])
async def test_who_came_and_who_left_while_one_node_alone_could_not_hear_is_told_to_it_again(
    world: World, redis_url: str, came: bool
) -> None:
    async with (
        BusProxy(redis_url, random.Random(1)).open() as proxy,
        node(world, proxy.url) as one,
        node(world, redis_url) as two,
        talk(one) as anna,
        contextlib.AsyncExitStack() as stay,
    ):
        await anna.hello(world.token_of(world.anna))
        await until_told(one, world.anna, True)  # and greeted with whoever was here before
        petra = await stay.enter_async_context(talk(two))
        if not came:
            await petra.hello(world.token_of(world.petra))
            await anna.until(Presence, of(world.petra, True))
        with proxy.cut():
            await until_redis_is(one, "away")
            if came:
                await petra.hello(world.token_of(world.petra))
            else:
                await stay.aclose()
            await until_told(two, world.petra, came)
        await anna.until(Presence, of(world.petra, came))


# refused


@pytest.mark.parametrize(
    ("rules", "password", "said"),
    [
        ("~* +@all &*", "wrong", "WRONGPASS"),
        ("~* +@all resetchannels", "s3cret", "SUBSCRIBE"),
        ("~* &* +@all -publish", "s3cret", "PUBLISH"),
        ("~* &* +@all -@scripting", "s3cret", "EVAL"),
        ("resetkeys &* +@all", "s3cret", "keys chattar:"),
    ],
)
async def test_a_right_that_redis_does_not_give_is_named_and_costs_no_hello_anything(
    world: World, own_valkey: Valkey, rules: str, password: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.network.node, "CONFIRMATION_S_MAX", ENDLESS_S)
    with Redis.from_url(own_valkey.url) as redis:
        redis.execute_command("ACL", "SETUSER", "chat", "reset", "on", ">s3cret", *rules.split())
        async with node(world, own_valkey.url.replace("redis://", f"redis://chat:{password}@")) as one:
            await until_redis_is(one, "refused: ")
            assert said in (await ready(one))["redis"]
            async with talk(one) as petra:
                await petra.hello(world.token_of(world.petra))
            redis.execute_command("ACL", "SETUSER", "chat", "reset", "on", ">s3cret", ">wrong", "~*", "&*", "+@all")
            await until_redis_is(one, "ok")


async def test_the_rights_that_the_document_names_are_all_that_is_needed(world: World, own_valkey: Valkey) -> None:
    (rights,) = re.findall(r"    ACL SETUSER chattar on >PASSWORD (.*)\n", OPERATIONS.read_text(encoding="utf-8"))
    with Redis.from_url(own_valkey.url) as redis:
        redis.execute_command("ACL", "SETUSER", "chattar", "reset", "on", ">PASSWORD", *rights.split())
    async with (
        node(world, own_valkey.url.replace("redis://", "redis://chattar:PASSWORD@")) as one,
        talk(one) as petra,
        talk(one) as anna,
    ):
        await until_redis_is(one, "ok")
        await petra.hello(world.token_of(world.petra))
        await anna.hello(world.token_of(world.anna))
        await petra.until(Presence, lambda frame: frame.online)
        assert await one.house.ephemeral.take("somebody", 1, 2, 3600) == 0
        await one.house.ephemeral.bury("nobody")
        await one.house.ephemeral.buried("nobody")
        assert (await ready(one))["redis"] == "ok"


# shared


async def copy_of(world: World, target: ReplicaSet, *, as_documented: bool) -> None:
    """The world's database restored elsewhere under the same name, by a tool that makes its collections anew."""
    settings = structs.replace(world.settings, mongo_url=target.url)
    mongo = Mongo(settings.mongo_url, settings.mongo_database)
    await prepare(mongo)
    for name in collected():
        await mongo.database[name].delete_many({})
        if rows := await world.store.mongo.database[name].find({}).to_list():
            await mongo.database[name].insert_many(rows)
    if as_documented:
        await mongo.database["facts"].delete_one({"_id": "epoch"})
    await mongo.close()


@pytest.mark.parametrize("as_documented", [True, False], ids=["with its epoch deleted", "with its epoch kept"])
async def test_a_restored_copy_on_the_same_redis_hears_nothing_of_the_original(
    world: World, redis_url: str, own_mongo: ReplicaSet, as_documented: bool
) -> None:
    thread = await world.thread()
    await world.settled()
    stream = thread_stream(thread.id)
    async with node(world, redis_url) as original:
        await copy_of(world, own_mongo, as_documented=as_documented)  # of a log that has its epoch
        async with (
            node(world, redis_url, mongo_url=own_mongo.url) as copy,
            talk(original) as anna,
            talk(copy) as petra,
            talk(copy) as copied_anna,
        ):
            for client, person in ((anna, world.anna), (petra, world.petra), (copied_anna, world.anna)):
                await client.hello(world.token_of(person), {stream: thread.head})
            await anna.call(message(thread.id, "i drift"))
            await event(anna, stream, thread.head + 1)
            await copied_anna.call(message(thread.id, "i kopian"))
            await event(petra, stream, thread.head + 1)
            assert "i kopian" in repr(petra.frames)
            assert "i drift" not in repr(petra.frames)


async def test_two_databases_on_one_redis_share_nothing(world: World, redis_url: str, own_mongo: ReplicaSet) -> None:
    settings = structs.replace(world.settings, mongo_url=own_mongo.url, mongo_database="other")
    mongo = Mongo(settings.mongo_url, settings.mongo_database)
    await prepare(mongo)
    await mongo.close()
    async with (
        new_world(settings) as other,
        node(world, redis_url) as one,
        node(other, redis_url, mongo_url=own_mongo.url, mongo_database="other") as two,
        talk(one) as petra,
        talk(two) as gunilla,
    ):
        await petra.hello(world.token_of(world.petra))
        await gunilla.hello(other.token_of(other.gunilla))
        for running in (one, two):
            await until_redis_is(running, "ok")
        with Redis.from_url(redis_url, decode_responses=True) as redis:
            channels = redis.execute_command("PUBSUB", "CHANNELS")
            keys = list(redis.scan_iter())
        prefixes = {await one.store.facts.prefix() for one in (world, other)}
        assert len(prefixes) == 2
        for name in [*channels, *keys]:
            assert sum(name.startswith(prefix) for prefix in prefixes) == 1, name
