"""All that happens in a thread comes over one socket of each session, and to contacts what is theirs (RT-1, RT-2)."""

from __future__ import annotations

import pytest

from protocol.asked import Asked
from protocol.body import Body, Mention, Paragraph, paragraph
from protocol.frames import EventFrame, MarkMoved, Reply, Typing
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.marks import MarkDelivered, MarkRead, MarkUnread
from protocol.messages import MessageSend, TypingSet
from protocol.reminders import ReminderChanged, ReminderSend, ReminderSet, ReminderSetting
from protocol.streams import ThreadOpen
from protocol.tasks import TaskDelete, TaskEdit, TaskMove, TaskSet, TaskToAdd
from protocol.threads import ThreadArchive, ThreadAssign, ThreadCreate, ThreadRename, ThreadReopen
from protocol.wire import Id
from tests.server.talking import Talk, node, talk
from tests.world import World

pytestmark = pytest.mark.anyio

THEIRS = {
    "thread.created", "thread.renamed", "thread.archived", "thread.reopened", "thread.raised", "message.sent",
    "task.added", "task.edited", "task.completed", "task.reopened", "tasks.reordered", "task.deleted",
    "tasks.completed",
}  # fmt: skip
INTERNAL = {"message.sent", "thread.assigned", "thread.unread", "reminder.changed", "reminder.sent"}


async def done(client: Talk, command: Asked) -> Reply:
    answer = await client.call(command)
    assert isinstance(answer, Reply), answer
    return answer


def said(thread_id: Id, body: Body, *, internal: bool = False) -> MessageSend:
    return MessageSend(thread_id=thread_id, client_message_id=new_id(), body=body, internal=internal)


async def everything(world: World, anna: Talk, petra: Talk) -> Id:
    """Each thing once that people can do in a thread."""
    created = await done(
        anna,
        ThreadCreate(
            account_id=world.holm.id,
            client_message_id=new_id(),
            subject="Bokslut",
            body=paragraph("Hej!"),
            tasks=[TaskToAdd(text="ett"), TaskToAdd(text="två")],
            reminder=ReminderSetting(enabled=True),
        ),
    )
    thread_id: Id = created.result["thread"]["id"]
    await done(
        anna, said(thread_id, Body(content=[Paragraph(content=[Mention(id=world.sofia.id, name="S")])]), internal=True)
    )
    await done(anna, ThreadAssign(thread_id=thread_id, staff_id=world.sofia.id))
    await done(anna, ReminderSend(thread_id=thread_id, client_message_id=new_id()))
    await done(petra, MarkDelivered(positions={thread_id: 4}))
    await done(petra, MarkRead(thread_id=thread_id, seq=4))
    await done(petra, TypingSet(thread_id=thread_id))
    await done(petra, said(thread_id, paragraph("Svar")))
    await done(anna, TypingSet(thread_id=thread_id))
    tasks = (await done(petra, ThreadOpen(thread_id=thread_id))).result["tasks"]
    first, second = tasks[0]["id"], tasks[1]["id"]
    for task_id, ticked in ((first, True), (second, True), (second, False)):
        await done(petra, TaskSet(thread_id=thread_id, task_id=task_id, done=ticked))
    await done(anna, TaskEdit(thread_id=thread_id, task_id=second, text="annat"))
    await done(anna, TaskMove(thread_id=thread_id, task_id=second, before_id=first))
    await done(anna, TaskDelete(thread_id=thread_id, task_id=second))
    await done(anna, ThreadRename(thread_id=thread_id, subject="Nytt"))
    await done(anna, MarkRead(thread_id=thread_id, seq=1000))
    await done(anna, MarkUnread(thread_id=thread_id, seq=6))
    await done(anna, ReminderSet(thread_id=thread_id, enabled=False, days=3, number=1))
    await done(anna, ThreadArchive(thread_id=thread_id))
    await done(anna, ThreadReopen(thread_id=thread_id))
    return thread_id


def tags(client: Talk, stream: str) -> set[str]:
    return {tag(frame) for frame in client.frames if isinstance(frame, EventFrame) and frame.stream == stream}


def tag(frame: EventFrame) -> str:
    return str(frame.event.__struct_config__.tag)


async def test_every_event_of_a_thread_comes_over_one_socket(world: World, redis_url: str) -> None:
    """RT-1, RT-2, LS-4: to a colleague all of it; to a contact what is theirs, and no trace of the rest."""
    async with (
        node(world, redis_url) as one,
        talk(one) as anna,
        talk(one) as petra,
        talk(one) as sofia,
        talk(one) as linn,
    ):
        people = ((anna, world.anna), (petra, world.petra), (sofia, world.sofia), (linn, world.linn))
        for client, person in people:
            await client.hello(world.token_of(person))
        thread_id = await everything(world, anna, petra)
        theirs, notes = thread_stream(thread_id), notes_stream(thread_id)
        for client in (sofia, linn):
            await client.heard(EventFrame, lambda frame: (frame.stream, tag(frame)) == (theirs, "thread.reopened"))
            await client.heard(MarkMoved, lambda mark: mark.person.id == world.petra.id and (mark.read_seq or 0) >= 4)
            await client.heard(Typing, lambda typing: typing.person.id == world.anna.id)
            assert tags(client, theirs) == THEIRS
        await sofia.heard(MarkMoved, lambda mark: (mark.delivered_seq or 0) >= 4)
        await sofia.heard(Typing, lambda typing: typing.person.id == world.petra.id)
        await sofia.heard(
            EventFrame, lambda frame: isinstance(frame.event, ReminderChanged) and not frame.event.reminder.enabled
        )
        await sofia.heard(
            EventFrame, lambda frame: tag(frame) == "notification.updated" and thread_id in repr(frame.event)
        )
        assert tags(sofia, notes) >= INTERNAL
        for frame in linn.frames:
            assert not isinstance(frame, EventFrame) or frame.stream.startswith(("t:", "u:"))
            assert notes not in repr(frame)
            assert "assigned" not in repr(frame)
