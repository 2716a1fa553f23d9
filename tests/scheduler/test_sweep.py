"""What a node wrote and died before telling: the sweep tells it (P1, P9), and to nobody who may not hear it."""

from __future__ import annotations

import pytest

from protocol.body import paragraph
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.messages import MessageSend
from scheduler.housekeeping import UNSETTLED_AFTER_MS, sweep
from storage.redis.bus import BusEvent, account_channel, firm_channel
from tests.world import World

pytestmark = pytest.mark.anyio


def heard(world: World, channel: str) -> list[tuple[str, int]]:
    return [(said.stream, said.seq) for said in world.bell.heard(channel) if isinstance(said, BusEvent)]


async def test_what_was_stored_by_a_node_that_died_before_it_told_anybody_is_told_by_the_sweep(world: World) -> None:
    thread = await world.thread()
    await world.settled()
    world.settler.settle = lambda stored: None  # type: ignore[method-assign]
    for text, internal in (("syns", False), ("syns inte", True)):
        said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(text), internal=internal)
        await world.do(world.anna, said)
    world.bell.clear()  # as if it had died before
    assert await sweep(world.means, world.clock.now() + UNSETTLED_AFTER_MS + 1) == 2
    visible, internal_one = (thread_stream(thread.id), thread.head + 1), (notes_stream(thread.id), 1)
    contacts = heard(world, account_channel(world.holm.id))
    assert set(heard(world, firm_channel(world.firm.id))) >= {visible, internal_one}
    assert visible in contacts
    assert internal_one not in contacts
