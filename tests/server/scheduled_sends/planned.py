"""Messages planned for a later time, and what comes of them: what the tests of this folder share."""

from typing import Any

from protocol.body import paragraph, plain_text
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.messages import MessageSend, MessageSent
from protocol.scheduled_sends import (
    MessageSchedule,
    ScheduledSend,
    ScheduledSendChanged,
    ScheduledSendList,
    WhyStopped,
)
from protocol.threads import Thread
from scheduler.scheduled_sends import tick
from tests.server.due import HOUR_MS, passed
from tests.world import Person, World


async def head(world: World, thread: Thread) -> int:
    return await world.store.streams.last(thread_stream(thread.id))


async def plan(
    world: World, thread: Thread, text: str = "Senare!", *, by: Person | None = None, **more: Any
) -> ScheduledSend:
    """An hour from now, by Sofia, unless the test says otherwise."""
    fields = {
        "client_message_id": new_id(),
        "due_at": world.clock.now() + HOUR_MS,
        "body": paragraph(text),
        "seq": await head(world, thread),
        **more,
    }
    made: ScheduledSend = await world.do(by or world.sofia, MessageSchedule(thread_id=thread.id, **fields))
    return made


async def later(world: World, ms: int = HOUR_MS + 1) -> int:
    """Time passes, and a scheduler looks; how many it sent, or found that they can't go."""
    return await passed(world, tick, ms)


async def said(world: World, thread: Thread) -> list[str]:
    stored = await world.store.streams.read(thread_stream(thread.id), 0, 1_000)
    return [plain_text(one.event.body) for one in stored if isinstance(one.event, MessageSent)][1:]


async def waiting(world: World, thread: Thread, who: Person | None = None) -> list[ScheduledSend]:
    page = await world.do(who or world.anna, ScheduledSendList(thread_id=thread.id))
    return list(page.scheduled_sends)


async def told(world: World, thread: Thread) -> list[tuple[str, bool, WhyStopped | None]]:
    stored = await world.store.streams.read(notes_stream(thread.id), 0, 1_000)
    return [
        (one.event.became, one.event.first, one.event.stopped)
        for one in stored
        if isinstance(one.event, ScheduledSendChanged)
    ]


async def answer(world: World, thread: Thread) -> None:
    hello = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Hej!"))
    await world.do(world.petra, hello)
    await world.settled()
