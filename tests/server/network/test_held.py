"""What comes while a connection catches up waits for it: delivered once, in order, behind what the log gave (P4)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from protocol.body import paragraph
from protocol.frames import JSON_SUBPROTOCOL, MSGPACK_SUBPROTOCOL, EventFrame, Hello, Live
from protocol.ids import new_id, thread_stream
from protocol.messages import MessageSend
from protocol.wire import Id
from server.network.connection import Connection
from server.sessions import actions as sessions
from tests.server.talking import PATIENCE_S, RunningNode, Talk, node, talk
from tests.world import World

pytestmark = pytest.mark.anyio


def message(thread_id: Id, text: str) -> MessageSend:
    return MessageSend(thread_id=thread_id, client_message_id=new_id(), body=paragraph(text))


async def has_kept(one: RunningNode, user_id: Id, *places: tuple[str, int]) -> None:
    """Wait until somebody's connection, which isn't live, keeps these events."""
    lines: list[Connection] = one.house.node.lines_of(user_id)
    line = next(line for line in lines if not line.live)
    async with asyncio.timeout(PATIENCE_S):
        while not set(places) <= {(frame.stream, frame.seq) for frame in line.held or []}:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("subprotocol", [JSON_SUBPROTOCOL, MSGPACK_SUBPROTOCOL])
async def test_what_comes_while_a_connection_catches_up_is_delivered_behind_the_log(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch, subprotocol: str
) -> None:
    known, unknown = await world.thread(), await world.thread()
    followed, listened = thread_stream(known.id), thread_stream(unknown.id)
    await world.do(world.petra, message(known.id, "medan hon var borta"))
    async with node(world, redis_url) as one, talk(one) as petra, talk(one, subprotocol) as anna:
        await petra.hello(world.token_of(world.petra))
        real = sessions.me_of

        async def while_others_write(*arguments: Any) -> Any:
            """The log has been read by now, and `welcome` is not said yet."""
            for text in ("ett", "två"):
                await petra.call(message(known.id, text))
            await petra.call(message(unknown.id, "tre"))
            await has_kept(one, world.anna.id, (followed, known.head + 3), (listened, unknown.head + 1))
            return await real(*arguments)

        monkeypatch.setattr(sessions, "me_of", while_others_write)
        epoch = await one.house.doorway.epoch()
        await anna.say(Hello(token=world.token_of(world.anna), epoch=epoch, positions={followed: known.head}))
        await anna.until(Live)
        monkeypatch.undo()
        await petra.call(message(known.id, "fyra"))
        await heard(anna, followed, known.head + 4)
        assert anna.events(followed) == [known.head + number for number in (1, 2, 3, 4)]
        assert anna.events(listened) == [unknown.head + 1]


async def heard(client: Talk, stream: str, seq: int) -> None:
    await client.heard(EventFrame, lambda frame: (frame.stream, frame.seq) == (stream, seq))
