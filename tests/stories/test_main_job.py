"""The main job, end to end: a firm and its client chat over two nodes, and everybody sees at once what is theirs to see.

Told with the Python SDK, in both codecs, over real sockets, Redis and MongoDB.
"""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from protocol.accounts import AccountAssign
from protocol.audit import AuditList, AuditPage
from protocol.body import Body, Mention, Paragraph, Text, plain_text
from protocol.client.client import Client
from protocol.client.http import log_in
from protocol.client.state import State
from protocol.contacts import LinkUpdate
from protocol.errors import ChattarError, NotFound, Unauthenticated
from protocol.ids import new_id, notes_stream
from protocol.marks import MarkDelivered, MarkRead
from protocol.messages import MessageSent, TypingSet
from protocol.reminders import ReminderSetting
from protocol.tasks import TaskAdd, TaskDelete, TaskEdit, TaskMove, TasksCompleted, TaskSet, TaskToAdd, TaskView
from protocol.threads import Thread, ThreadArchive, ThreadAssign, ThreadCreate, ThreadRename, ThreadView
from protocol.wire import Codec, Id
from tests.server.talking import RunningNode, node
from tests.world import PASSWORD, Person, World

pytestmark = pytest.mark.anyio


class Room:
    """Everybody at their own window, each at one of two nodes."""

    def __init__(self, world: World, nodes: list[RunningNode], stack: AsyncExitStack) -> None:
        self.world = world
        self.stack = stack
        self.urls = [f"http://127.0.0.1:{one.port}" for one in nodes]
        self.clients: dict[str, Client] = {}

    async def enter(self, person: Person) -> Client:
        """Log in with a password and come in, at the node and in the codec whose turn it is."""
        url = self.urls[len(self.clients) % 2]
        opened = await log_in(url, person.email, PASSWORD)
        codec: Codec = "json" if len(self.clients) % 4 < 2 else "msgpack"
        client = await self.stack.enter_async_context(Client(url, token=opened.token, codec=codec))
        await client.live()
        self.clients[person.name] = client
        return client


def row(client: Client, thread_id: Id) -> Thread:
    return client.state.rows[thread_id]


def texts(client: Client, thread_id: Id) -> list[str]:
    """What stands in the thread that is open, messages only."""
    items = client.state.opened[thread_id].items
    return [plain_text(item.event.body) for item in items if isinstance(item.event, MessageSent)]


async def test_a_firm_and_its_client_do_their_work(world: World, redis_url: str) -> None:
    async with AsyncExitStack() as stack:
        nodes = [await stack.enter_async_context(node(world, redis_url)) for _ in range(2)]
        room = Room(world, nodes, stack)
        anna, petra, sofia, linn, olle, emma = [
            await room.enter(person)
            for person in (world.anna, world.petra, world.sofia, world.linn, world.olle, world.emma)
        ]
        thread_id = await starts(world, anna, [sofia, petra, linn])
        await reads_and_answers(world, thread_id, anna, sofia, petra, linn)
        await speaks_inside(world, thread_id, anna, sofia, petra)
        await works_off_the_tasks(thread_id, anna, sofia, petra)
        await renames_archives_and_reopens(thread_id, anna, sofia, petra, linn)
        await loses_access(world, thread_id, anna, sofia, petra, linn)
        for stranger in (olle, emma):
            assert stranger.state.rows == {}
            with pytest.raises(ChattarError):
                await stranger.open(thread_id)


async def starts(world: World, anna: Client, others: list[Client]) -> Id:
    """TH-7, TH-8, NC-4: a thread with tasks and reminders appears in every window of those concerned."""
    created: ThreadView = await anna.call(
        ThreadCreate(
            account_id=world.holm.id,
            client_message_id=new_id(),
            subject="Årsbokslut 2025",
            body=Body(content=[Paragraph(content=[Text(text="Hej! "), Text(text="Underlagen", strong=True)])]),
            tasks=[TaskToAdd(text="Lagerlista"), TaskToAdd(text="Kundfordringar")],
            reminder=ReminderSetting(enabled=True),
        )
    )
    thread_id = created.thread.id
    assert created.thread.staff is not None
    assert created.thread.staff.reminder is not None
    assert created.thread.staff.reminder.next_due_at is not None
    for client in others:
        await client.until(lambda state: thread_id in state.rows)
        assert (row(client, thread_id).subject, row(client, thread_id).tasks_total) == ("Årsbokslut 2025", 2)
    for client in (anna, *others):
        await client.open(thread_id)
        assert texts(client, thread_id) == ["Hej! Underlagen"]
    return thread_id


async def reads_and_answers(
    world: World, thread_id: Id, anna: Client, sofia: Client, petra: Client, linn: Client
) -> None:
    """RD-1, RD-3, RD-4, RD-7: receipts of each person with times; unread shared by the firm, own for each contact."""
    assert row(petra, thread_id).unread == row(linn, thread_id).unread == 1
    head = row(petra, thread_id).head
    await petra.call(MarkDelivered(positions={thread_id: head}))
    await anna.until(lambda state: reached(state, thread_id, world.petra.id)[0] == head)
    await petra.call(MarkRead(thread_id=thread_id, seq=head))
    for client in (anna, sofia):
        await client.until(lambda state: reached(state, thread_id, world.petra.id) == (head, head))
        mark = client.state.opened[thread_id].marks[world.petra.id]
        assert mark.read[-1].at >= mark.delivered[0].at > 0
        assert world.linn.id not in client.state.opened[thread_id].marks
    await petra.until(lambda state: state.rows[thread_id].unread == 0)
    assert row(linn, thread_id).unread == 1

    await petra.call(TypingSet(thread_id=thread_id))
    await sofia.until(lambda state: world.petra.id in state.typing.get(thread_id, {}))
    await petra.sent(petra.post(thread_id, "Tack, jag letar."))
    for client in (anna, sofia, linn):
        await client.until(
            lambda state: state.rows[thread_id].last is not None and said(state, thread_id, "Tack, jag letar.")
        )
    await sofia.until(lambda state: world.petra.id not in state.typing.get(thread_id, {}))
    assert row(anna, thread_id).unread == row(sofia, thread_id).unread == 1
    await sofia.call(MarkRead(thread_id=thread_id, seq=row(sofia, thread_id).head))
    for client in (anna, sofia):
        await client.until(lambda state: state.rows[thread_id].unread == 0)
    await petra.until(lambda state: reached(state, thread_id, world.sofia.id)[1] == row(petra, thread_id).head)


def said(state: State, thread_id: Id, text: str) -> bool:
    last = state.rows[thread_id].last
    return last is not None and last.text == text


def reached(state: State, thread_id: Id, person_id: Id) -> tuple[int, int]:
    """How far somebody has received and read."""
    mark = state.opened[thread_id].marks.get(person_id)
    if mark is None:
        return 0, 0
    return tuple(steps[-1].seq if steps else 0 for steps in (mark.delivered, mark.read))  # type: ignore[return-value]


async def speaks_inside(world: World, thread_id: Id, anna: Client, sofia: Client, petra: Client) -> None:
    """MN-1, MN-2, MN-4, AC-6: a mention rings at the colleague's; only those with access can be mentioned."""

    def calling(person: Person) -> Body:
        return Body(content=[Paragraph(content=[Mention(id=person.id, name="?"), Text(text=" tar du den?")])])

    await anna.sent(anna.post(thread_id, calling(world.sofia), internal=True))
    await sofia.until(lambda state: any(entry.mentioned for entry in state.notifications.values()))
    (entry,) = sofia.state.notifications.values()
    assert (entry.thread_id, entry.kind, entry.internal, sofia.state.open_count) == (thread_id, "mention", True, 1)
    assert "@Sofia Rahimi tar du den?" in entry.text
    with pytest.raises(NotFound):
        await anna.send(thread_id, calling(world.olle))
    await anna.call(ThreadAssign(thread_id=thread_id, staff_id=world.sofia.id))
    await sofia.until(lambda state: assignee(state, thread_id) == world.sofia.id)
    assert notes_stream(thread_id) not in petra.state.streams
    assert petra.state.opened[thread_id].notes == ()


def assignee(state: State, thread_id: Id) -> Id | None:
    part = state.rows[thread_id].staff
    return part.assignee_id if part else None


async def works_off_the_tasks(thread_id: Id, anna: Client, sofia: Client, petra: Client) -> None:
    """TK-3 to TK-6: every change is live for both sides; all done is told once, and is an inbox entry."""
    first, second = petra.state.opened[thread_id].tasks
    for task in (first, second):
        await petra.call(TaskSet(thread_id=thread_id, task_id=task.id, done=True))
    for client in (anna, sofia, petra):
        await client.until(lambda state: state.rows[thread_id].tasks_done == 2)
    await sofia.until(lambda state: [entry.kind for entry in state.notifications.values()] == ["tasks_completed"])
    await petra.call(TaskSet(thread_id=thread_id, task_id=first.id, done=False))
    added: TaskView = await anna.call(TaskAdd(thread_id=thread_id, client_task_id=new_id(), text="Kontoutdrag"))
    await anna.call(TaskEdit(thread_id=thread_id, task_id=first.id, text="Lagerlista i Excel"))
    await anna.call(TaskMove(thread_id=thread_id, task_id=added.task.id, before_id=first.id))
    await anna.call(TaskDelete(thread_id=thread_id, task_id=second.id))
    wanted = [("Kontoutdrag", False), ("Lagerlista i Excel", False)]
    for client in (anna, sofia, petra):
        await client.until(lambda state: [(task.text, task.done) for task in state.opened[thread_id].tasks] == wanted)
    completed = [item for item in anna.state.opened[thread_id].items if isinstance(item.event, TasksCompleted)]
    assert len(completed) == 1
    trail: AuditPage = await anna.call(AuditList(thread_id=thread_id))
    events = [audit.event for audit in trail.rows]
    assert [events.count(name) for name in ("task.completed", "task.reopened", "task.deleted")] == [2, 1, 1]
    assert all(
        audit.ip == "127.0.0.1" and audit.utc_offset_minutes is not None
        for audit in trail.rows
        if audit.event == "task.completed"
    )


async def renames_archives_and_reopens(thread_id: Id, anna: Client, sofia: Client, petra: Client, linn: Client) -> None:
    """TH-11, AR-1, AR-6, MS-8, AC-10."""
    everybody = (anna, sofia, petra, linn)
    await sofia.call(ThreadRename(thread_id=thread_id, subject="Bokslut"))
    for client in everybody:
        await client.until(lambda state: state.rows[thread_id].subject == "Bokslut")
    with pytest.raises(ChattarError):
        await petra.call(ThreadArchive(thread_id=thread_id))
    await sofia.call(ThreadArchive(thread_id=thread_id))
    for client in everybody:
        await client.until(lambda state: state.rows[thread_id].state == "archived")
    with pytest.raises(ChattarError, match="Reopen"):
        await anna.send(thread_id, "För sent")
    await linn.sent(linn.post(thread_id, "En sak till …"))
    for client in everybody:
        await client.until(
            lambda state: state.rows[thread_id].state == "active" and said(state, thread_id, "En sak till …")
        )


async def loses_access(world: World, thread_id: Id, anna: Client, sofia: Client, petra: Client, linn: Client) -> None:
    """AC-15, RT-4, AS-5: gone at once from whoever may not see it any more, and from nobody else."""
    await anna.call(AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False))
    await sofia.until(lambda state: thread_id not in state.rows and thread_id not in state.opened)
    await anna.until(lambda state: assignee(state, thread_id) is None)
    await anna.call(LinkUpdate(account_id=world.holm.id, contact_id=world.linn.id, login=False))
    with pytest.raises(ChattarError) as ended:
        await linn.until(lambda _: False)
    assert isinstance(ended.value, Unauthenticated)
    before = texts(petra, thread_id)
    await anna.sent(anna.post(thread_id, "Bara till Petra"))
    await petra.until(lambda state: said(state, thread_id, "Bara till Petra"))
    assert texts(petra, thread_id) == [*before, "Bara till Petra"]
    assert "Bara till Petra" not in repr(sofia.state) + repr(linn.state)
