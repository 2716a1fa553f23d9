"""Nobody writes to an account where nobody can read any more, from the answer on that took the last one's login (AC-8):
on every node, though each remembers who could."""

from __future__ import annotations

import contextlib
import random

import pytest

import server.network.healing
from protocol.body import paragraph
from protocol.contacts import LinkUpdate
from protocol.frames import ErrorFrame, Reply
from protocol.ids import new_id
from protocol.messages import MessageSend
from protocol.wire import Id
from storage.people import ContactDoc
from tests.faults import BusProxy
from tests.server.talking import Talk, node, talk
from tests.world import World

pytestmark = pytest.mark.anyio

HOUR_S = 3_600


async def says(client: Talk, thread_id: Id) -> Reply | ErrorFrame:
    return await client.call(MessageSend(thread_id=thread_id, client_message_id=new_id(), body=paragraph("Hallå?")))


async def let_in(world: World, client: Talk, contact: ContactDoc, *, login: bool) -> None:
    answer = await client.call(LinkUpdate(account_id=world.holm.id, contact_id=contact.id, login=login))
    assert isinstance(answer, Reply)


def refused(answer: Reply | ErrorFrame) -> bool:
    return isinstance(answer, ErrorFrame) and answer.error.reason == "account_not_activated"


@pytest.mark.parametrize("lost", ["nothing", "what the first says", "what the second hears"])
async def test_from_the_answer_on_no_node_takes_a_message(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """AC-8: also of a node that hears everything while the one that knows can't say it, long before it compares itself."""
    monkeypatch.setattr(server.network.healing, "CHECK_INTERVAL_S", HOUR_S)
    thread = await world.thread()
    async with (
        BusProxy(redis_url, random.Random(1)).open() as proxy,
        node(world, proxy.url if lost == "what the first says" else redis_url) as one,
        node(world, proxy.url if lost == "what the second hears" else redis_url) as two,
        talk(one) as anna,
        talk(two) as sofia,
    ):
        await anna.hello(world.token_of(world.anna))
        await sofia.hello(world.token_of(world.sofia))
        await let_in(world, anna, world.linn, login=False)
        for client in (anna, sofia, sofia):
            assert isinstance(await says(client, thread.id), Reply)
        with proxy.cut() if lost != "nothing" else contextlib.nullcontext():
            await let_in(world, anna, world.petra, login=False)
            assert refused(await says(sofia, thread.id))
        assert refused(await says(sofia, thread.id))
        assert refused(await says(anna, thread.id))
        await let_in(world, anna, world.linn, login=True)
        assert isinstance(await says(sofia, thread.id), Reply)
