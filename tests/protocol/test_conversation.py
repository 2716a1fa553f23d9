"""The conversation recorded in docs/protocol.md is what a real server says, in both codecs."""

import json
from dataclasses import replace

import pytest

from protocol.frames import SUBPROTOCOLS
from tests.protocol.conversation import Line, Player, recorded
from tests.server.talking import node
from tests.world import World


async def emma_and_tom(world: World) -> None:
    """What the document says there is at the beginning."""
    await world.thread(
        world.harbour,
        by=world.tom,
        subject="Year-end accounts 2025",
        text="Hello Emma, please send us the bank statements.",
        tasks=["Bank statements"],
    )
    await world.settled()


@pytest.mark.parametrize("codec", SUBPROTOCOLS.values())
async def test_the_recorded_conversation_can_be_had_again(world: World, redis_url: str, codec: str) -> None:
    await emma_and_tom(world)
    async with node(world, redis_url) as one:
        await Player(one.http_url, codec).play(recorded())


def falsified(lines: list[Line], truth: str, lie: str) -> list[Line]:
    """The recording with one answer of the server's changed."""
    place = next(place for place, line in enumerate(lines) if line.what == "←" and truth in line.rest)
    told = lines[place].rest.replace(truth, lie, 1)
    assert json.loads(told) != json.loads(lines[place].rest)
    return [*lines[:place], replace(lines[place], rest=told), *lines[place + 1 :]]


@pytest.mark.parametrize(
    ("truth", "lie"),
    [('"unread":1', '"unread":2'), ('"seq":4', '"seq":5'), ('"type":"live"', '"type":"dead"')],
    ids=["value", "place", "frame"],
)
async def test_a_server_that_says_something_else_is_noticed(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch, truth: str, lie: str
) -> None:
    monkeypatch.setattr("tests.protocol.conversation.PATIENCE_S", 1.0)
    await emma_and_tom(world)
    async with node(world, redis_url) as one:
        with pytest.raises(AssertionError, match="did not come"):
            await Player(one.http_url, "json").play(falsified(recorded(), truth, lie))
