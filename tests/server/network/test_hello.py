"""How a conversation begins and is refused: who is let in, in which subprotocol, and what a server says that ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from pymongo.errors import AutoReconnect
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from protocol.client.client import Client
from protocol.errors import Invalid
from protocol.frames import (
    INVALID_FRAMES_MAX,
    JSON_SUBPROTOCOL,
    MSGPACK_SUBPROTOCOL,
    Call,
    CloseCode,
    ErrorFrame,
    Hello,
    Reply,
)
from protocol.ids import thread_stream
from protocol.sessions import MeRead
from server.network.fanout import Line
from server.network.hub import TopicName
from tests.server.network.conversing import message
from tests.server.talking import PATIENCE_S, PLAIN, WIRE, node, talk
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_a_wrong_token_is_refused_with_a_code_that_says_not_to_try_again(world: World, redis_url: str) -> None:
    async with node(world, redis_url) as one, talk(one) as nobody:
        await nobody.say(Hello(token="not a token of anybody"))
        assert (await nobody.closing())[0] == CloseCode.UNAUTHENTICATED
        assert isinstance(nobody.frames[0], ErrorFrame)


async def test_a_session_that_ends_while_it_says_hello_does_not_slip_through(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = world.token_of(world.petra)
    async with node(world, redis_url) as one, talk(one) as petra:
        join = one.house.node.join

        async def join_too_late(line: Line, topics: Iterable[TopicName]) -> None:
            # After the token was read, and before this node hears what is said about its person.
            await one.house.means.store.people.end_sessions(world.firm.id, world.petra.id)
            await join(line, topics)

        monkeypatch.setattr(one.house.node, "join", join_too_late)
        await petra.say(Hello(token=token))
        assert (await petra.until(ErrorFrame)).error.code == "unauthenticated"
        assert (await petra.closing())[0] == CloseCode.UNAUTHENTICATED


@pytest.mark.parametrize("moment", ["session", "firm", "positions"])
async def test_a_database_that_goes_away_while_hello_is_said_is_no_fault_of_the_node(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    thread = await world.thread()
    async with node(world, redis_url) as one, talk(one) as anna:
        store = one.house.means.store

        async def away(*_: object, **__: object) -> None:
            raise AutoReconnect("connection closed")

        part, name = {
            "session": (store.people, "session"), "firm": (store.firms, "get"), "positions": (store.streams, "heads"),
        }[moment]  # fmt: skip
        monkeypatch.setattr(part, name, away)
        await anna.say(Hello(token=world.token_of(world.anna), positions={thread_stream(thread.id): 1}))
        assert (await anna.until(ErrorFrame)).error.code == "unavailable"
        assert await anna.closing() == (CloseCode.TRY_AGAIN, "not possible at the moment")


async def test_the_session_cookie_counts_only_from_our_own_pages(world: World, redis_url: str) -> None:
    async with node(world, redis_url) as one:
        cookie = f"chattar_{one.house.settings.port}={world.token_of(world.petra)}"
        own = one.house.settings.own_url
        async with talk(one, headers={"cookie": cookie, "origin": own}) as petra:
            assert (await petra.hello(None)).me.person.id == world.petra.id
        for origin in ({"origin": "https://evil.example"}, {}):
            async with talk(one, headers={"cookie": cookie, **origin}) as foreign:
                await foreign.say(Hello())
                assert (await foreign.closing())[0] == CloseCode.UNAUTHENTICATED


async def test_garbage_is_answered_with_what_was_expected_and_closes_that_socket_in_the_end(
    world: World, redis_url: str
) -> None:
    thread = await world.thread()
    async with node(world, redis_url) as one, talk(one) as petra, talk(one) as beside:
        await petra.hello(world.token_of(world.petra))
        await beside.hello(world.token_of(world.petra))
        await petra.socket.send('{"type":"call","id":7,"command":{"type":"message.send","thread_id":"x"}}')
        refusal = await petra.until(ErrorFrame)
        assert (refusal.id, refusal.error.code) == (7, "invalid")
        # What the command itself refuses has its place in the frame too.
        blank = await petra.call(message(thread.id, " "))
        assert isinstance(blank, ErrorFrame)
        assert blank.error.path == "$.command.body"
        assert blank.error.message == "$.command.body: expected some text, got a blank message"
        for _ in range(INVALID_FRAMES_MAX):
            await petra.socket.send("{")
        assert (await petra.closing())[0] == CloseCode.BAD_FRAMES
        assert isinstance(await beside.call(MeRead()), Reply)


async def test_calls_before_hello_are_refused(world: World, redis_url: str) -> None:
    async with node(world, redis_url) as one, talk(one) as petra:
        await petra.say(Call(id=1, command=MeRead()))
        assert (await petra.closing())[0] == CloseCode.BAD_FRAMES


@pytest.mark.parametrize("ws", [WIRE, PLAIN])
@pytest.mark.parametrize("offered", [[], ["chattar.v0.json", "graphql-ws"]])
async def test_a_client_that_speaks_no_subprotocol_of_ours_is_told_so(
    world: World, redis_url: str, ws: str, offered: list[str]
) -> None:
    """In the answer to the handshake, which libraries show; after it, browsers and some libraries show nothing."""
    async with node(world, redis_url, ws=ws) as one:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(one.url, subprotocols=[Subprotocol(name) for name in offered] or None):
                pass
        response = refused.value.response
        assert response.status_code == 400
        assert response.headers["Sec-WebSocket-Protocol"] == "chattar.v1.json, chattar.v1.msgpack"
        assert response.body == b"Offer one of these in Sec-WebSocket-Protocol: chattar.v1.json, chattar.v1.msgpack.\n"
        assert one.house.doorway.connections == set()


async def test_the_first_of_the_offered_subprotocols_that_the_server_knows_is_chosen(
    world: World, redis_url: str
) -> None:
    offered = [Subprotocol(name) for name in ("chattar.v2.json", MSGPACK_SUBPROTOCOL, JSON_SUBPROTOCOL)]
    async with node(world, redis_url) as one, connect(one.url, subprotocols=offered) as socket:
        assert socket.subprotocol == MSGPACK_SUBPROTOCOL


async def test_our_client_does_not_come_back_to_a_server_that_speaks_otherwise(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with node(world, redis_url) as one:
        monkeypatch.setattr("server.network.doorway.SUBPROTOCOLS", {"chattar.v2.json": "json"})
        client = Client(one.http_url, token=world.token_of(world.petra), back_off_first_s=0.01)
        with pytest.raises(Invalid, match="4406"):
            async with client:
                await client.live(PATIENCE_S)


@pytest.mark.parametrize("subprotocol", [JSON_SUBPROTOCOL, MSGPACK_SUBPROTOCOL])
@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"type": "hello", "token": "t" * 20, "positions": []}, "$.positions"),
        ({"type": "hello", "token": "short"}, "$.token"),
        ({"type": "hallo"}, "$.type"),
        ([], "$"),
    ],
)
async def test_a_hello_that_cannot_be_understood_is_not_asked_for_again(
    world: World, redis_url: str, subprotocol: str, said: Any, path: str
) -> None:
    """4003, which came when its time had run out, asks to connect again: the same client would, for ever."""
    binary = subprotocol == MSGPACK_SUBPROTOCOL
    async with node(world, redis_url) as one, talk(one, subprotocol) as stranger:
        await stranger.socket.send(
            msgspec.msgpack.encode(said) if binary else msgspec.json.encode(said), text=not binary
        )
        error = await stranger.until(ErrorFrame)
        assert (error.id, error.error.code, error.error.path) == (None, "invalid", path)
        assert await stranger.closing() == (CloseCode.BAD_HELLO, "hello can't be understood")


async def test_a_position_of_nothing_needs_no_epoch(world: World, redis_url: str) -> None:
    thread = await world.thread()
    stream = thread_stream(thread.id)
    async with node(world, redis_url) as one, talk(one) as anna:
        await anna.hello(world.token_of(world.anna), {stream: 0}, epoch=None)
        assert anna.events(stream) == list(range(1, thread.head + 1))


async def test_draining_sends_everybody_elsewhere_and_lets_nobody_in(world: World, redis_url: str) -> None:
    async with node(world, redis_url) as one, talk(one) as petra:
        await petra.hello(world.token_of(world.petra))
        await one.house.doorway.drain()
        code, reason = await petra.closing()
        assert code == CloseCode.DRAINING
        assert reason.startswith("retry_after_ms=")
        with pytest.raises(Exception, match="503"):
            async with talk(one):
                pass
