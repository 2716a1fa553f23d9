"""Several scheduler processes, one of them killed: 200 messages due at once go out once each (SS-1)."""

from collections import Counter

import pytest

from protocol.body import paragraph
from protocol.ids import new_id
from protocol.scheduled_sends import MessageSchedule
from protocol.threads import Thread
from tests.scheduler.halfway import one_killed_halfway
from tests.scheduler.sink import Sink
from tests.scheduler.test_schedulers import DAY_MS
from tests.world import World

pytestmark = pytest.mark.anyio

THREADS, EACH = 40, 5
SENDS = THREADS * EACH
KILLED_AFTER = 20


async def planned(world: World) -> list[Thread]:
    """Threads with some messages each that are due when a scheduler looks."""
    due_at = world.clock.now() + DAY_MS
    threads = [await world.thread(subject=f"tråd {number}") for number in range(THREADS)]
    for thread in threads:
        for number in range(EACH):
            command = MessageSchedule(
                thread_id=thread.id,
                client_message_id=new_id(),
                due_at=due_at,
                body=paragraph(f"nr {number}"),
                seq=thread.head,
            )
            await world.do(world.sofia, command)
    await world.settled()
    await world.store.facts.set_clock_offset_ms(DAY_MS + 60_000)
    return threads


async def test_200_scheduled_sends_two_schedulers_one_killed(world: World, sink: Sink) -> None:
    """SS-1. Whoever is killed in the middle leaves each as it was, or sent and told of; the other one does the rest, and
    draws what follows from what the dead one had sent."""
    threads = await planned(world)
    database = world.store.mongo.database
    events = database["events"]
    sent = {"event.type": "message.sent", "key": {"$regex": "^scheduled:"}}
    await one_killed_halfway(world, sink, "events", sent, KILLED_AFTER, left="scheduled_sends")
    stored = [row async for row in events.find(sent)]
    texts = Counter((row["stream"], row["event"]["body"]["content"][0]["content"][0]["text"]) for row in stored)
    assert texts == {(f"t:{thread.id}", f"nr {number}"): 1 for thread in threads for number in range(EACH)}
    told = Counter([row["event"]["became"] async for row in events.find({"event.type": "scheduled_send.changed"})])
    assert told == {"waiting": SENDS, "sent": SENDS}
    rows = [row async for row in database["threads"].find({}, {"head": 1})]
    assert Counter(row["head"]["staff_messages"] for row in rows) == {EACH + 1: THREADS}
