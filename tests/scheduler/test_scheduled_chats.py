"""Several scheduler processes, one of them killed: 100 new chats due at once are created once each (SS-1)."""

from collections import Counter

import pytest

from protocol.body import paragraph
from protocol.ids import new_id
from protocol.scheduled_chats import ThreadSchedule
from tests.scheduler.halfway import one_killed_halfway
from tests.scheduler.sink import Sink
from tests.scheduler.test_schedulers import DAY_MS
from tests.world import World

pytestmark = pytest.mark.anyio

CHATS = 100
KILLED_AFTER = 10


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
    threads, events = database["threads"], database["events"]
    await one_killed_halfway(world, sink, "threads", {}, KILLED_AFTER, left="scheduled_chats")
    subjects = Counter([row["subject"] async for row in threads.find({})])
    assert subjects == {f"nr {number}": 1 for number in range(CHATS)}
    assert await database["tasks"].count_documents({}) == CHATS
    told = Counter([row["event"]["became"] async for row in events.find({"event.type": "scheduled_chat.changed"})])
    assert told == {"waiting": CHATS, "sent": CHATS}
