"""Bad input and faults: refused with where, what was expected and what came; nothing half-written; nothing falsely said."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from msgspec import structs

from deploy.dev.embedded import ReplicaSet
from protocol.body import paragraph
from protocol.describing.descriptions import COMMAND_PATH
from protocol.frames import (
    INVALID_FRAMES_MAX,
    JSON_SUBPROTOCOL,
    MSGPACK_SUBPROTOCOL,
    CloseCode,
    ErrorFrame,
    Reply,
)
from protocol.ids import new_id
from protocol.reminders import ReminderSetting
from protocol.sessions import MeRead
from protocol.tasks import TaskToAdd
from protocol.threads import ThreadCreate
from protocol.wire import Codec
from storage.mongo.collections import collected
from storage.mongo.connection import Mongo
from storage.mongo.migrations import prepare
from tests.server.talking import PATIENCE_S, Talk, node, talk
from tests.world import World, new_world

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[3]
THREAD = "0" * 32
ENCODE: dict[str, Callable[[Any], bytes]] = {"json": msgspec.json.encode, "msgpack": msgspec.msgpack.encode}


def nested(levels: int) -> Any:
    """A message body of lists in lists."""
    block: Any = {"type": "paragraph", "content": [{"type": "text", "text": "längst in"}]}
    for _ in range(levels):
        block = {"type": "bullet_list", "items": [{"content": [block]}]}
    return {"content": [block]}


def sending(body: Any, **more: Any) -> dict[str, Any]:
    command = {"type": "message.send", "thread_id": THREAD, "client_message_id": "key-0001", "body": body, **more}
    return {"type": "call", "id": 7, "command": command}


BAD_FRAMES: dict[str, tuple[Any, str, str]] = {
    "no object": ([], "invalid", "$"),
    "no type": ({"id": 7}, "invalid", "$"),
    "unknown frame": ({"type": "shout"}, "invalid", "$.type"),
    "unknown command": (
        {"type": "call", "id": 7, "command": {"type": "thread.burn"}},
        "unknown_command",
        "$.command.type",
    ),
    "no command": ({"type": "call", "id": 7}, "invalid", "$"),
    "an id of another kind": ({"type": "call", "id": "7", "command": {"type": "me.read"}}, "invalid", "$.id"),
    "a field of another kind": (sending(3), "invalid", "$.command.body"),
    "an id that is none": (sending(nested(0), thread_id="x"), "invalid", "$.command.thread_id"),
    "an unknown node": (sending({"content": [{"type": "script"}]}), "invalid", "$.command.body.content[0].type"),
    "an unknown field in a body": (sending(nested(0) | {"html": "<b>"}), "invalid", "$.command.body"),
    "an empty body": (sending({"content": []}), "invalid", "$.command.body.content"),
}


@pytest.mark.parametrize("subprotocol", [JSON_SUBPROTOCOL, MSGPACK_SUBPROTOCOL])
async def test_a_frame_that_cannot_be_understood_is_refused_with_where_and_why(
    world: World, redis_url: str, subprotocol: str
) -> None:
    async with node(world, redis_url) as one, talk(one, subprotocol) as petra:
        await petra.hello(world.token_of(world.petra))
        for name, (frame, code, path) in BAD_FRAMES.items():
            await shout(petra, ENCODE[petra.codec](frame))
            error = (await petra.until(ErrorFrame)).error
            assert (error.code, error.path) == (code, path), name
            assert error.expected, name
            assert error.got, name
        await shout(petra, far_too_deep(petra.codec))
        error = (await petra.until(ErrorFrame)).error
        assert (error.code, error.path, error.got) == ("invalid", "$", "too many levels")
        assert isinstance(await petra.call(MeRead()), Reply)


def far_too_deep(codec: Codec) -> bytes:
    """A frame with more levels than an encoder would write."""
    encode, leaf = ENCODE[codec], "längst in"
    item = {"type": "bullet_list", "items": [{"content": [leaf]}]}
    around, within = (encode(whole).split(encode(leaf)) for whole in (sending({"content": [leaf]}), item))
    return around[0] + within[0] * 800 + encode(leaf) + within[1] * 800 + around[1]


async def test_a_body_too_deep_too_long_or_blank_is_refused_with_what_may_be(world: World, redis_url: str) -> None:
    thread = await world.thread()
    async with node(world, redis_url) as one, talk(one) as petra:
        await petra.hello(world.token_of(world.petra))
        for body, expected in (
            (nested(7), "at most 6 levels of lists"),
            (
                {"content": [{"type": "paragraph", "content": [{"type": "text", "text": "x" * 15_000}] * 2}]},
                "at most 20000 ",
            ),
            ({"content": [{"type": "paragraph", "content": [{"type": "break"}] * 2_001}] * 1}, "some text"),
            ({"content": [{"type": "paragraph"}]}, "some text"),
        ):
            await shout(petra, ENCODE["json"](sending(body, thread_id=thread.id)))
            error = (await petra.until(ErrorFrame)).error
            assert (error.code, error.path) == ("invalid", "$.command.body")
            assert expected in (error.expected or "")
            assert error.got
        assert (await world.store.streams.head(f"t:{thread.id}")).seq == thread.head


async def test_repeated_abuse_closes_that_socket_only(world: World, redis_url: str) -> None:
    async with node(world, redis_url) as one, talk(one) as bad, talk(one, MSGPACK_SUBPROTOCOL) as good:
        for client in (bad, good):
            await client.hello(world.token_of(world.petra))
        for _ in range(INVALID_FRAMES_MAX + 1):
            await shout(bad, b"{")
        assert (await bad.closing())[0] == CloseCode.BAD_FRAMES
        assert isinstance(await good.call(MeRead()), Reply)


async def shout(client: Talk, frame: bytes) -> None:
    await client.socket.send(frame, text=client.codec == "json")


# nothing half-written


def creation(world: World, key: str) -> ThreadCreate:
    return ThreadCreate(
        account_id=world.holm.id,
        client_message_id=key,
        subject="Årsbokslut",
        body=paragraph("Hej!"),
        tasks=[TaskToAdd(text="Lagerlista"), TaskToAdd(text="Kundfordringar")],
        reminder=ReminderSetting(enabled=True),
    )


async def everything(mongo: Mongo) -> dict[str, int]:
    """How many rows there are of each kind."""
    return {name: await mongo.database[name].count_documents({}) for name in collected()}


@pytest.mark.parametrize(
    ("collection", "step", "nth"),
    [
        ("streams", "append_in", 1),
        ("threads", "add", 1),
        ("tasks", "add_all", 1),
        ("audit", "add_all", 1),
    ],
)
async def test_a_creation_that_fails_leaves_no_thread_no_mail_and_no_notification(
    world: World, monkeypatch: pytest.MonkeyPatch, collection: str, step: str, nth: int
) -> None:
    owner = getattr(world.store, collection)
    real, done = getattr(owner, step), 0

    async def fails_afterwards(*arguments: Any, **named: Any) -> Any:
        nonlocal done
        await real(*arguments, **named)
        done += 1
        if done == nth:
            raise RuntimeError("the process meets a fault right here")

    before, key = await everything(world.store.mongo), new_id()
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, fails_afterwards)
        with pytest.raises(RuntimeError):
            await world.do(world.anna, creation(world, key))
    await world.settled()
    assert await everything(world.store.mongo) == before
    assert world.bell.rung == []
    # Nor is the key used up: the same command goes through now, once.
    first = await world.do(world.anna, creation(world, key))
    again = await world.do(world.anna, creation(world, key))
    assert first.thread.id == again.thread.id
    assert first.thread.tasks_total == 2


# away


async def test_while_the_database_is_away_http_says_so_and_when_to_come_again(
    world: World, redis_url: str, own_mongo: ReplicaSet
) -> None:
    settings = structs.replace(world.settings, mongo_url=own_mongo.url, mongo_database="away")
    mongo = Mongo(settings.mongo_url, settings.mongo_database)
    await prepare(mongo)
    await mongo.close()
    async with (
        new_world(settings) as small,
        node(small, redis_url, mongo_url=settings.mongo_url, mongo_database=settings.mongo_database) as one,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{one.port}", timeout=60) as client,
    ):
        thread = await small.thread()
        await small.settled()
        headers = {"authorization": f"Bearer {small.token_of(small.petra)}"}
        message = {"thread_id": thread.id, "client_message_id": new_id(), "body": msgspec.to_builtins(paragraph("Hej"))}
        await asyncio.to_thread(own_mongo.members[0].kill)
        for name, fields in (("me.read", {}), ("message.send", message), ("thread.list", {})):
            answer = await client.post(COMMAND_PATH + name, json=fields, headers=headers)
            assert answer.status_code == 503, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.json()["code"] == "unavailable"
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503
        await asyncio.to_thread(own_mongo.members[0].start)
        accepted = await until_done(client, "message.send", message, headers)
        assert accepted["seq"] == thread.head + 1
        assert (await until_done(client, "message.send", message, headers)) == accepted


async def until_done(client: httpx.AsyncClient, name: str, fields: Any, headers: dict[str, str]) -> dict[str, Any]:
    """The command's answer once it goes through: asked again as often as the server says to."""
    async with asyncio.timeout(6 * PATIENCE_S):
        while True:
            answer = await client.post(COMMAND_PATH + name, json=fields, headers=headers)
            if answer.status_code == 200:
                done: dict[str, Any] = answer.json()
                return done
            assert answer.status_code == 503, answer.text
            await asyncio.sleep(int(answer.headers["retry-after"]))  # as the server asked for


@pytest.mark.parametrize("module", ["server", "scheduler"])
def test_a_start_with_wrong_settings_names_every_fault_at_once(module: str) -> None:
    wrong = {
        "CHATTAR_PORT": "eighty",
        "CHATTAR_REDIS_URL": "http://user:geheim@redis.example",
        "CHATTAR_PUBLIK_URL": "https://chat.firm.example",
        "CHATTAR_MAIL_FROM": "nobody",
        "CHATTAR_COMMANDS_PER_S": "0",
    }
    done = subprocess.run(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env={**os.environ, **wrong},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    for variable in wrong:
        assert variable in done.stderr
    assert "CHATTAR_PUBLIC_URL?" in done.stderr
    assert "geheim" not in done.stderr
    assert "Traceback" not in done.stderr
