"""Client tasks over the real store: spec 3.5."""

import asyncio

import pytest

from protocol.audit import AuditList
from protocol.body import paragraph
from protocol.errors import Conflict, Forbidden, Invalid, NotFound
from protocol.events import Event
from protocol.frames import EventFrame, decode_server_frame
from protocol.ids import new_id, thread_stream
from protocol.inbox import NotificationList
from protocol.messages import MessageSend
from protocol.streams import ThreadOpen
from protocol.tasks import (
    Task,
    TaskAdd,
    TaskAdded,
    TaskCompleted,
    TaskDelete,
    TaskDeleted,
    TaskEdit,
    TaskList,
    TaskMove,
    TasksCompleted,
    TaskSet,
    TasksReordered,
)
from protocol.threads import Thread, ThreadArchive, ThreadList, ThreadReopen
from server.core.announce import SHARED_CODEC
from storage.redis.bus import BusEvent, account_channel, firm_channel
from tests.world import Person, World

pytestmark = pytest.mark.anyio


async def added(world: World, thread: Thread, text: str, by: Person | None = None) -> Task:
    view = await world.do(by or world.anna, TaskAdd(thread_id=thread.id, client_task_id=new_id(), text=text))
    assert isinstance(view.task, Task)
    return view.task


async def events_of(world: World, thread: Thread) -> list[Event]:
    return [stored.event for stored in await world.store.streams.read(thread_stream(thread.id), 0, 1000)]


async def test_a_contact_ticks_a_task_and_everything_about_it_changes_at_once(world: World) -> None:
    """TK-3, TK-5, AC-13, acceptance 12: counter, event, audit row with address and browser, staff notification."""
    thread = await world.thread(tasks=["Ladda upp lagerlista", "Skicka bilkvitton"])
    opened = await world.do(world.petra, ThreadOpen(thread_id=thread.id))
    first = opened.tasks[0]

    view = await world.do(world.petra, TaskSet(thread_id=thread.id, task_id=first.id, done=True))

    assert (view.task.done, view.task.done_by.name) == (True, "Petra Holm")
    stored = await world.store.threads.get(world.firm.id, thread.id)
    assert stored is not None
    assert (stored.tasks_done, stored.tasks_total) == (1, 2)
    assert TaskCompleted(task_id=first.id) in await events_of(world, thread)
    audit = await world.do(world.anna, AuditList(thread_id=thread.id))
    row = audit.rows[0]
    assert (row.event, row.text, row.email) == ("task.completed", "Ladda upp lagerlista", "petra@holmbygg.example")
    assert (row.ip, row.browser, row.os) == ("192.0.2.7", "Firefox 150", "Linux")
    await world.settled()
    inbox = await world.do(world.anna, NotificationList())
    assert [(entry.kind, entry.actor.name) for entry in inbox.notifications] == [("tasks_changed", "Petra Holm")]


async def test_the_counter_never_runs_ahead_of_the_rows_head(world: World) -> None:
    """Before anything is settled the row says how far its counters reach: a client that resumes from there counts a
    tick once."""
    thread = await world.thread(tasks=["ett", "två"])
    await world.settled()
    world.settler.settle = lambda stored: None  # type: ignore[method-assign]
    (task, _) = (await world.do(world.petra, ThreadOpen(thread_id=thread.id))).tasks
    await world.do(world.petra, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Klart")))
    await world.do(world.petra, TaskSet(thread_id=thread.id, task_id=task.id, done=True))
    stored = await world.store.threads.get(world.firm.id, thread.id)
    assert stored is not None
    assert (stored.tasks_done, stored.head) == (1, await world.store.streams.head(thread_stream(thread.id)))
    assert stored.last is not None
    assert stored.last.text == "Klart"


CHANGES: dict[str, tuple[str, tuple[int, int]]] = {
    "add": ("task.added", (1, 3)),
    "edit": ("task.edited", (1, 2)),
    "tick": ("task.completed", (2, 2)),
    "untick": ("task.reopened", (0, 2)),
    "delete": ("task.deleted", (1, 1)),
}
"""Each change of a list of two, of which the first is done: its row in the trail, and the counter behind it."""


@pytest.mark.parametrize("change", CHANGES)
async def test_each_change_moves_the_counter_is_told_and_is_in_the_trail(world: World, change: str) -> None:
    """TK-5, AR-7: whoever looks at a list sees it move; the trail has who, when, and from where."""
    thread = await world.thread(tasks=["ett", "två"])
    first, second = (await world.do(world.petra, ThreadOpen(thread_id=thread.id))).tasks
    await world.do(world.petra, TaskSet(thread_id=thread.id, task_id=first.id, done=True))
    await world.settled()
    world.clock.advance(s=60)
    world.bell.clear()
    by = world.petra if "tick" in change else world.erik
    commands = {
        "add": TaskAdd(thread_id=thread.id, client_task_id=new_id(), text="tre"),
        "edit": TaskEdit(thread_id=thread.id, task_id=second.id, text="andra"),
        "tick": TaskSet(thread_id=thread.id, task_id=second.id, done=True),
        "untick": TaskSet(thread_id=thread.id, task_id=first.id, done=False),
        "delete": TaskDelete(thread_id=thread.id, task_id=second.id),
    }
    await world.do(by, commands[change])
    await world.settled()

    name, counter = CHANGES[change]
    for person in (world.anna, world.petra):
        (row,) = (await world.do(person, ThreadList())).threads
        assert (row.tasks_done, row.tasks_total) == counter
    for channel in (firm_channel(world.firm.id), account_channel(world.holm.id)):
        frames = [
            decode_server_frame(m.frame, SHARED_CODEC) for m in world.bell.heard(channel) if isinstance(m, BusEvent)
        ]
        assert name in {frame.event.__struct_config__.tag for frame in frames if isinstance(frame, EventFrame)}
    trail = (await world.do(world.anna, AuditList(thread_id=thread.id))).rows
    (audit,) = [row for row in trail if row.event == name and row.at == world.clock.now()]
    assert audit.person is not None
    assert (audit.person.id, audit.email) == (by.id, by.email)
    assert (audit.ip, audit.browser, audit.os) == ("192.0.2.7", "Firefox 150", "Linux")
    entry = (await world.do(world.sofia, NotificationList())).notifications[0]
    assert (entry.thread_id, entry.actor.id) == (thread.id, by.id)


async def test_the_last_tick_completes_all_tasks_once(world: World) -> None:
    """TK-6, acceptance 13."""
    thread = await world.thread(tasks=["ett", "två"])
    tasks = (await world.do(world.petra, ThreadOpen(thread_id=thread.id))).tasks
    for task in [*tasks, tasks[1]]:  # the last one twice: a retry changes nothing
        await world.do(world.petra, TaskSet(thread_id=thread.id, task_id=task.id, done=True))
    happened = await events_of(world, thread)
    assert happened.count(TasksCompleted()) == 1
    assert happened[-2:] == [TaskCompleted(task_id=tasks[1].id), TasksCompleted()]
    await world.settled()
    inbox = await world.do(world.anna, NotificationList())
    assert [entry.kind for entry in inbox.notifications] == ["tasks_completed"]


async def test_two_who_tick_at_the_same_time_complete_all_tasks_once(world: World) -> None:
    thread = await world.thread(tasks=["ett", "två"])
    tasks = (await world.do(world.petra, ThreadOpen(thread_id=thread.id))).tasks
    ticks = [
        world.do(person, TaskSet(thread_id=thread.id, task_id=task.id, done=True))
        for person, task in zip((world.petra, world.linn), tasks, strict=True)
    ]
    await asyncio.gather(*ticks)
    stored = await world.store.threads.get(world.firm.id, thread.id)
    assert stored is not None
    assert (stored.tasks_done, stored.tasks_total) == (2, 2)
    assert (await events_of(world, thread)).count(TasksCompleted()) == 1


async def test_the_same_key_adds_one_task_however_often_and_from_wherever(world: World) -> None:
    """TK-1."""
    thread = await world.thread()
    command = TaskAdd(thread_id=thread.id, client_task_id=new_id(), text="  Skicka   kvitton ")
    views = await asyncio.gather(*(world.do(world.anna, command) for _ in range(5)))
    assert {view.task.id for view in views} == {views[0].task.id}
    assert views[0].task.text == "Skicka kvitton"
    added_events = [event for event in await events_of(world, thread) if isinstance(event, TaskAdded)]
    assert len(added_events) == 1


async def test_tasks_keep_the_order_that_staff_give_them(world: World) -> None:
    """TK-4."""
    thread = await world.thread()
    one, two, three = [await added(world, thread, text) for text in ("ett", "två", "tre")]
    await world.do(world.anna, TaskMove(thread_id=thread.id, task_id=three.id, before_id=one.id))
    await world.do(world.anna, TaskMove(thread_id=thread.id, task_id=one.id))
    await world.do(world.anna, TaskMove(thread_id=thread.id, task_id=one.id, before_id=one.id))
    tasks = (await world.do(world.petra, ThreadOpen(thread_id=thread.id))).tasks
    assert [task.text for task in tasks] == ["tre", "två", "ett"]
    happened = [event for event in await events_of(world, thread) if isinstance(event, TasksReordered)]
    assert happened[-1].task_ids == [three.id, two.id, one.id]
    assert len(happened) == 2


async def test_a_deleted_task_leaves_the_count(world: World) -> None:
    """AC-13, TK-4."""
    thread = await world.thread()
    one, two = [await added(world, thread, text) for text in ("ett", "två")]
    await world.do(world.anna, TaskSet(thread_id=thread.id, task_id=one.id, done=True))
    for _ in range(2):
        await world.do(world.anna, TaskDelete(thread_id=thread.id, task_id=two.id))
    stored = await world.store.threads.get(world.firm.id, thread.id)
    assert stored is not None
    assert (stored.tasks_done, stored.tasks_total) == (1, 1)
    assert [event for event in await events_of(world, thread) if isinstance(event, TaskDeleted)] == [
        TaskDeleted(task_id=two.id)
    ]


@pytest.mark.parametrize("command", ["add", "edit", "move", "delete"])
async def test_contacts_tick_and_nothing_else(world: World, command: str) -> None:
    """TK-4."""
    thread = await world.thread(tasks=["ett"])
    task = (await world.do(world.petra, ThreadOpen(thread_id=thread.id))).tasks[0]
    commands = {
        "add": TaskAdd(thread_id=thread.id, client_task_id=new_id(), text="två"),
        "edit": TaskEdit(thread_id=thread.id, task_id=task.id, text="annat"),
        "move": TaskMove(thread_id=thread.id, task_id=task.id),
        "delete": TaskDelete(thread_id=thread.id, task_id=task.id),
    }
    with pytest.raises(Forbidden):
        await world.do(world.petra, commands[command])


async def test_tasks_of_an_archived_thread_stay_as_they_are(world: World) -> None:
    """AR-2."""
    thread = await world.thread(tasks=["ett"])
    task = (await world.do(world.petra, ThreadOpen(thread_id=thread.id))).tasks[0]
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))
    with pytest.raises(Conflict) as refused:
        await world.do(world.petra, TaskSet(thread_id=thread.id, task_id=task.id, done=True))
    assert refused.value.reason == "thread_archived"
    # Each is told what they themselves can do: a contact can't reopen (AC-10), but a message of theirs does (MS-8).
    assert str(refused.value) == "This chat is archived. If you write a message, it is opened again."
    with pytest.raises(Conflict) as refused:
        await world.do(world.sofia, TaskSet(thread_id=thread.id, task_id=task.id, done=True))
    assert str(refused.value) == "Reopen the thread first."
    await world.do(world.anna, ThreadReopen(thread_id=thread.id))
    await world.do(world.petra, TaskSet(thread_id=thread.id, task_id=task.id, done=True))


async def test_a_task_of_another_thread_is_not_found(world: World) -> None:
    thread, other = await world.thread(tasks=["ett"]), await world.thread()
    task = (await world.do(world.petra, ThreadOpen(thread_id=thread.id))).tasks[0]
    with pytest.raises(NotFound):
        await world.do(world.petra, TaskSet(thread_id=other.id, task_id=task.id, done=True))


async def test_a_blank_task_is_refused_and_leaves_nothing(world: World) -> None:
    thread = await world.thread()
    for text in ("   ", "\u200b", "\u3164\t\ufeff"):
        with pytest.raises(Invalid):
            await added(world, thread, text)
    assert (await world.do(world.anna, ThreadOpen(thread_id=thread.id))).tasks == []


async def test_the_page_over_all_threads_shows_what_one_may_see(world: World) -> None:
    """TK-7, TK-8, AR-2."""
    mine = await world.thread(tasks=["lagerlista", "kvitton"])
    archived = await world.thread(tasks=["gammalt"])
    elsewhere = await world.thread(world.wester, tasks=["moms"])
    await world.do(world.anna, ThreadArchive(thread_id=archived.id))
    task = (await world.do(world.petra, ThreadOpen(thread_id=mine.id))).tasks[0]
    await world.do(world.petra, TaskSet(thread_id=mine.id, task_id=task.id, done=True))

    async def page(person: Person, command: TaskList) -> list[str]:
        rows = (await world.do(person, command)).rows
        return [row.task.text for row in rows]

    assert await page(world.anna, TaskList()) == ["moms", "kvitton"]
    assert await page(world.anna, TaskList(state="all")) == ["moms", "kvitton", "lagerlista"]
    assert await page(world.sofia, TaskList(state="all")) == ["kvitton", "lagerlista"]
    assert await page(world.olle, TaskList(state="all")) == []
    assert await page(world.petra, TaskList()) == ["kvitton"]
    assert await page(world.petra, TaskList(account_id=elsewhere.account.id)) == []
    assert await page(world.grace, TaskList(state="all")) == []


async def test_the_page_over_all_threads_can_be_read_in_parts(world: World) -> None:
    await world.thread(tasks=[f"uppgift {number}" for number in range(7)])
    seen: list[str] = []
    after: str | None = None
    while True:
        page = await world.do(world.anna, TaskList(limit=3, after=after))
        seen += [row.task.text for row in page.rows]
        after = page.next
        if after is None:
            break
    assert seen == [f"uppgift {number}" for number in range(6, -1, -1)]


async def test_an_added_task_has_one_name_in_the_trail_whenever_it_was_added(world: World) -> None:
    """With the thread, later, or by a build that called the one of the two otherwise."""
    thread = await world.thread(tasks=["Kvitton"])
    for number in range(2):
        await world.do(world.anna, TaskAdd(thread_id=thread.id, client_task_id=f"task-{number}", text="Moms"))
    await world.store.mongo.database["audit"].update_one({"text": "Moms"}, {"$set": {"event": "task.add"}})
    trail = await world.do(world.anna, AuditList(thread_id=thread.id))
    assert [row.event for row in trail.rows if row.event.startswith("task")] == ["task.added"] * 3
