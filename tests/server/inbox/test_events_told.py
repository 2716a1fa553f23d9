"""Each event in a chat that staff are told of, from the command that makes it to the inbox and the mail (NS-2)."""

from collections.abc import Awaitable, Callable

import pytest

from protocol.body import Body, Mention, Paragraph, paragraph
from protocol.ids import new_id
from protocol.inbox import Notification, NotificationArchive, NotificationList
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.streams import ThreadOpen
from protocol.tasks import Task, TaskAdd, TaskDelete, TaskEdit, TaskSet
from protocol.threads import Thread, ThreadAssign
from tests.world import Person, World

pytestmark = pytest.mark.anyio

Act = Callable[[World, Thread, list[Task]], Awaitable[None]]


def said(thread: Thread, body: Body, *, internal: bool = False) -> MessageSend:
    return MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body, internal=internal)


def writes(who: str, *, internal: bool = False) -> Act:
    async def act(world: World, thread: Thread, tasks: list[Task]) -> None:
        await world.do(getattr(world, who), said(thread, paragraph("Hej"), internal=internal))

    return act


def ticks(who: str, *, done: bool, all_of_them: bool = False) -> Act:
    async def act(world: World, thread: Thread, tasks: list[Task]) -> None:
        for task in tasks if all_of_them else tasks[:1]:
            await world.do(getattr(world, who), TaskSet(thread_id=thread.id, task_id=task.id, done=done))

    return act


async def adds(world: World, thread: Thread, tasks: list[Task]) -> None:
    await world.do(world.anna, TaskAdd(thread_id=thread.id, client_task_id=new_id(), text="Moms"))


async def edits(world: World, thread: Thread, tasks: list[Task]) -> None:
    await world.do(world.anna, TaskEdit(thread_id=thread.id, task_id=tasks[0].id, text="Annat"))


async def deletes(world: World, thread: Thread, tasks: list[Task]) -> None:
    await world.do(world.anna, TaskDelete(thread_id=thread.id, task_id=tasks[0].id))


async def unticks(world: World, thread: Thread, tasks: list[Task]) -> None:
    for done in (True, False):
        await world.do(world.petra, TaskSet(thread_id=thread.id, task_id=tasks[0].id, done=done))


async def mentions(world: World, thread: Thread, tasks: list[Task]) -> None:
    body = Body(content=[Paragraph(content=[Mention(id=world.sofia.id, name="Sofia")])])
    await world.do(world.anna, said(thread, body, internal=True))


async def assigns(world: World, thread: Thread, tasks: list[Task]) -> None:
    await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))


async def entries(world: World, person: Person) -> list[Notification]:
    await world.settled()
    found: list[Notification] = (await world.do(person, NotificationList())).notifications
    return found


async def begun(world: World) -> tuple[Thread, list[Task]]:
    """A thread that Sofia has read and put away: what comes to her inbox and mail now comes of one act alone."""
    thread = await world.thread(tasks=["Lagerlista", "Kvitton"])
    await world.settled()
    await world.do(world.sofia, MarkRead(thread_id=thread.id, seq=thread.head, notes_seq=1000))
    await world.settled()
    for entry in await entries(world, world.sofia):
        await world.do(world.sofia, NotificationArchive(notification_id=entry.id))
    await world.store.mongo.database["letters"].delete_many({})
    return thread, (await world.do(world.sofia, ThreadOpen(thread_id=thread.id))).tasks


@pytest.mark.parametrize(
    ("act", "by", "kind"),
    [
        pytest.param(writes("petra"), "petra", "message_from_contact", id="a client's message"),
        pytest.param(writes("anna"), "anna", "message_from_staff", id="a colleague's reply"),
        pytest.param(writes("anna", internal=True), "anna", "message_from_staff", id="a colleague's internal message"),
        pytest.param(adds, "anna", "tasks_changed", id="a task is added"),
        pytest.param(edits, "anna", "tasks_changed", id="a task is edited"),
        pytest.param(deletes, "anna", "tasks_changed", id="a task is deleted"),
        pytest.param(ticks("petra", done=True), "petra", "tasks_changed", id="the client ticks"),
        pytest.param(unticks, "petra", "tasks_changed", id="the client un-ticks"),
        pytest.param(ticks("anna", done=True), "anna", "tasks_changed", id="a colleague ticks"),
        pytest.param(ticks("petra", done=True, all_of_them=True), "petra", "tasks_completed", id="all is done"),
        pytest.param(
            ticks("anna", done=True, all_of_them=True), "anna", "tasks_changed", id="a colleague ticks the last"
        ),
        pytest.param(mentions, "anna", "mention", id="mentioned"),
        pytest.param(assigns, "anna", "assignment", id="assigned"),
    ],
)
async def test_each_event_is_an_entry_and_a_mail(world: World, act: Act, by: str, kind: str) -> None:
    """NS-2, NS-3: by default over both channels; whoever did it hears nothing (NS-7)."""
    thread, tasks = await begun(world)
    before = {entry.id: entry for entry in await entries(world, getattr(world, by))} if by != "petra" else {}
    world.clock.advance(s=1)
    await act(world, thread, tasks)
    (entry,) = await entries(world, world.sofia)
    assert (entry.thread_id, entry.kind, entry.actor.name) == (thread.id, kind, getattr(world, by).name)
    assert entry.unread
    letters = await world.store.letters.of_thread(world.firm.id, thread.id)
    assert world.sofia.email in {letter.email for letter in letters}
    if by != "petra":
        assert {one.id: one for one in await entries(world, getattr(world, by))} == before
        assert getattr(world, by).email not in {letter.email for letter in letters}


@pytest.mark.parametrize("by", ["petra", "anna"])
async def test_a_new_thread_is_an_entry_and_a_mail(world: World, by: str) -> None:
    """NS-2, NS-3, TH-10: the client's are told to the followers, and so are colleagues'."""
    thread = await world.thread(by=getattr(world, by))
    (entry,) = await entries(world, world.sofia)
    assert (entry.thread_id, entry.kind, entry.actor.name) == (thread.id, "thread_created", getattr(world, by).name)
    assert world.sofia.email in {
        letter.email for letter in await world.store.letters.of_thread(world.firm.id, thread.id)
    }
