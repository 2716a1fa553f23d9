"""Several scheduler processes, one of them killed: 100 new chats due at once are created once each (SS-1)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from protocol.body import paragraph
from protocol.ids import new_id
from protocol.scheduled_chats import ThreadSchedule
from tests.scheduler.sink import Sink, listening
from tests.scheduler.test_schedulers import DAY_MS, PATIENCE_S, scheduler
from tests.world import World

pytestmark = pytest.mark.anyio

CHATS = 100
KILLED_AFTER = 10


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with listening() as sink:
        yield sink


async def test_100_scheduled_chats_two_schedulers_one_killed(world: World, sink: Sink) -> None:
    """SS-1. Whoever is killed in the middle leaves each as it was, or created and told of; the other one does the rest."""
    due_at = world.clock.now() + DAY_MS
    for number in range(CHATS):
        command = ThreadSchedule(
            account_id=world.holm.id,
            client_message_id=new_id(),
            due_at=due_at,
            subject=f"nr {number}",
            body=paragraph("Hej!"),
            tasks=["Kvitton"],
        )
        await world.do(world.sofia, command)
    await world.settled()
    await world.store.facts.set_clock_offset_ms(DAY_MS + 60_000)
    database = world.store.mongo.database
    chats, threads, events = database["scheduled_chats"], database["threads"], database["events"]
    async with scheduler(world, sink, "doomed") as doomed, scheduler(world, sink, "survivor"):
        async with asyncio.timeout(PATIENCE_S):
            while await threads.count_documents({}) < KILLED_AFTER:  # noqa: ASYNC110 - in the database
                await asyncio.sleep(0.005)
        doomed.kill()
        await doomed.wait()
        assert await chats.count_documents({}) > 0, "nothing was left to do: it was killed too late"
        async with asyncio.timeout(PATIENCE_S):
            while await chats.count_documents({}) or await events.count_documents(  # noqa: ASYNC110 - in the database
                {"unsettled_at": {"$exists": True}}
            ):
                await asyncio.sleep(0.1)
    subjects = Counter([row["subject"] async for row in threads.find({})])
    assert subjects == {f"nr {number}": 1 for number in range(CHATS)}
    assert await database["tasks"].count_documents({}) == CHATS
    told = Counter([row["event"]["became"] async for row in events.find({"event.type": "scheduled_chat.changed"})])
    assert told == {"waiting": CHATS, "sent": CHATS}
