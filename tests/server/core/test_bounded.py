"""What a request costs the database does not grow with what there is: it is read by index, or done after the answer."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pymongo.monitoring import CommandListener, CommandStartedEvent, CommandSucceededEvent

from protocol.accounts import AccountAssign, AccountCreate
from protocol.asked import Asked
from protocol.audit import AuditList
from protocol.body import paragraph
from protocol.contacts import ContactCreate, LinkUpdate
from protocol.ids import new_id, thread_stream
from protocol.marks import MarkDelivered
from protocol.reminders import ReminderSetting
from protocol.staff import StaffUpdate
from protocol.streams import ThreadOpen
from protocol.tasks import TaskList, TaskMove, TaskSet, TaskToAdd
from protocol.threads import ThreadArchive, ThreadAssign, ThreadCreate
from protocol.wire import Id
from scheduler import housekeeping
from server.access import changes as access_changes
from server.commands import ENTRIES, dispatch
from server.core.context import Context
from server.core.settings import Settings
from server.reminders import cycles
from storage.accounts import AccountDoc
from storage.chores import ChoreDoc
from storage.mongo.connection import Mongo, Row
from storage.mongo.documents import to_document
from storage.redis.bus import account_channel
from storage.store import Store
from tests.world import Person, World

pytestmark = pytest.mark.anyio

THREADS = 120
RECEIPT_COMMANDS_MAX = 8
"""Three reads and a write; some of the reads take a second answer for so many, and a session ends."""


class Work(CommandListener):
    """Which commands were sent, and how many documents came back."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.documents = 0

    def started(self, event: CommandStartedEvent) -> None:
        self.names.append(f"{event.command_name} {event.command.get(event.command_name)}")

    def succeeded(self, event: CommandSucceededEvent) -> None:
        cursor = event.reply.get("cursor", {})
        self.documents += len(cursor.get("firstBatch", cursor.get("nextBatch", [])))

    def failed(self, event: object) -> None:
        pass


@asynccontextmanager
async def watched(world: World, settings: Settings, person: Person) -> AsyncIterator[tuple[Context, Work]]:
    """The surroundings of a command, and the work that it makes. What it leaves for later is not done."""
    work = Work()
    mongo = Mongo(settings.mongo_url, settings.mongo_database, listeners=[work])
    try:
        context = await world.context(person)
        yield dataclasses.replace(context, means=dataclasses.replace(world.means, store=Store(mongo))), work
    finally:
        await mongo.close()


async def work_of(world: World, settings: Settings, person: Person, command: Asked) -> tuple[Any, Work]:
    async with watched(world, settings, person) as (context, work):
        return await dispatch(context, command), work


async def like(world: World, thread_id: Id, count: int) -> None:
    """More threads like this one."""
    rows, events = world.store.mongo.database["threads"], world.store.mongo.database["events"]
    row = await rows.find_one({"_id": thread_id})
    assert row is not None
    said = [event async for event in events.find({"stream": thread_stream(thread_id)})]
    names = [new_id() for _ in range(count)]
    await rows.insert_many([{**row, "_id": name, "key": f"copy-{name}"} for name in names])
    await events.insert_many(
        [
            {**event, "_id": f"t:{name}:{event['totals']['seq']:013d}", "stream": f"t:{name}", "key": new_id()}
            for name in names
            for event in said
        ]
    )


async def verdicts(world: World) -> set[str]:
    rows = world.store.mongo.database["threads"].find({"account_id": world.holm.id})
    found = [row["reminder"]["verdict"] async for row in rows]
    assert len(found) == THREADS
    return set(found)


async def many_threads(world: World) -> None:
    setting = ReminderSetting(enabled=True, days=3, number=2)
    thread = await world.thread(tasks=["Kvitton"], reminder=setting)
    await world.settled()
    await like(world, thread.id, THREADS - 1)


def dies_before(world: World) -> None:
    """The node ends right after its answers: nothing is done later."""

    def later(work: Coroutine[Any, Any, None], name: str) -> None:
        work.close()

    world.settler.later = later  # type: ignore[method-assign]


@pytest.mark.parametrize("how", ["link.update", "contact.create"])
async def test_all_threads_of_an_account_are_decided_anew_after_the_answer(
    world: World, world_settings: Settings, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D4, in batches, and a crash only delays it."""
    monkeypatch.setattr(cycles, "THREADS_PER_DECISION_MAX", 50)
    await many_threads(world)
    (before,) = await verdicts(world)
    notify = LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, notify=False)
    if how == "contact.create":
        await world.do(world.anna, notify)
        await world.settled()
        (before,) = await verdicts(world)
    # Somebody new would be reminded from the day on which they choose a password, and not before.
    add = ContactCreate(account_id=world.holm.id, name=world.gunilla.name, email=world.gunilla.email, login=True)
    later = world.settler.later
    dies_before(world)
    _, work = await work_of(world, world_settings, world.anna, notify if how == "link.update" else add)
    assert len(work.names) <= 24, work.names
    assert await verdicts(world) == {before}

    # Somebody begins and dies after a batch.
    got_further = world.store.chores.got_further

    async def dies(chore: ChoreDoc, after: Id, at: int) -> None:
        await got_further(chore, after, at)
        raise RuntimeError("the node is gone")

    world.store.chores.got_further = dies  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        await cycles.decide_account(world.means, world.firm.id, world.holm.id)
    world.store.chores.got_further = got_further  # type: ignore[method-assign]
    assert len(await verdicts(world)) == 2
    chore = await world.store.chores.get(world.firm.id, "decide", world.holm.id)
    assert chore is not None
    assert chore.after

    # Not while somebody may be at work with it; then by the sweep, from there.
    await housekeeping.sweep(world.means, world.clock.now())
    assert len(await verdicts(world)) == 2
    world.clock.advance(s=11)
    await housekeeping.sweep(world.means, world.clock.now())
    (after,) = await verdicts(world)
    assert after != before
    assert await world.store.chores.get(world.firm.id, "decide", world.holm.id) is None

    # A living node does it itself.
    world.settler.later = later  # type: ignore[method-assign]
    back = LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, notify=how == "link.update")
    if how == "link.update":
        await world.do(world.anna, back)
        await world.settled()
        assert await verdicts(world) == {before}


async def test_a_change_while_threads_are_being_decided_begins_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cycles, "THREADS_PER_DECISION_MAX", 50)
    await many_threads(world)
    (before,) = await verdicts(world)
    dies_before(world)
    switch = {notify: LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, notify=notify)
              for notify in (True, False)}  # fmt: skip
    await world.do(world.anna, switch[False])
    got_further = world.store.chores.got_further

    async def changed(chore: ChoreDoc, after: Id, at: int) -> None:
        world.store.chores.got_further = got_further  # type: ignore[method-assign]
        await world.do(world.erik, switch[True])
        await got_further(chore, after, at)

    world.store.chores.got_further = changed  # type: ignore[method-assign]
    await cycles.decide_account(world.means, world.firm.id, world.holm.id)
    assert await verdicts(world) == {before}


async def test_a_short_id_is_found_without_reading_all_of_its_letters(world: World, world_settings: Settings) -> None:
    def account(number: int) -> AccountDoc:
        return AccountDoc(
            id=new_id(),
            firm_id=world.firm.id,
            name=f"Hans Brun {number}",
            name_key=f"hans brun {number}",
            short_id=f"HB{number}",
            kind="company",
            created_at=0,
            staff_ids=[],
            follower_ids=[],
        )

    rows = world.store.mongo.database["accounts"]
    await rows.insert_many([to_document(account(number)) for number in range(2, 3_001)])  # HB1 is Holm & Döttrar
    create = AccountCreate(name="Hans Bengtsson", client_account_id=new_id())
    made, work = await work_of(world, world_settings, world.anna, create)
    assert made.short_id == "HB3001"
    assert len(work.names) <= 16, work.names
    assert work.documents < 200
    following = [await world.do(world.anna, AccountCreate(name="H B", client_account_id=new_id())) for _ in range(3)]
    assert [one.short_id for one in following] == ["HB3002", "HB3003", "HB3004"]


async def test_receipts_for_many_threads_cost_a_few_commands(world: World, world_settings: Settings) -> None:
    """RD-4, in as many threads as one command may name; the second time less."""
    thread = await world.thread()
    await world.settled()
    await like(world, thread.id, THREADS - 1)
    names = [row["_id"] async for row in world.store.mongo.database["threads"].find({"account_id": world.holm.id})]
    world.bell.clear()
    received = MarkDelivered(positions=dict.fromkeys(names, 99))
    _, work = await work_of(world, world_settings, world.petra, received)
    assert len(work.names) <= RECEIPT_COMMANDS_MAX, work.names
    marks = await world.store.marks.of_person(world.firm.id, names, world.petra.id)
    assert {mark.delivered_seq for mark in marks.values()} == {2}
    assert len(marks) == len(world.bell.heard(account_channel(world.holm.id))) == THREADS
    world.bell.clear()
    _, work = await work_of(world, world_settings, world.petra, received)
    assert len(work.names) <= RECEIPT_COMMANDS_MAX, work.names
    assert world.bell.heard(account_channel(world.holm.id)) == []


@pytest.mark.parametrize(("positions", "cost"), [(1, 1), (59, 1), (60, 2), (120, 3), (500, 9)])
def test_receipts_are_charged_by_their_number(positions: int, cost: int) -> None:
    entry = ENTRIES[MarkDelivered]
    command = MarkDelivered(positions={new_id(): 1 for _ in range(positions)})
    assert entry.cost + entry.more(command) == cost


async def test_what_is_received_meanwhile_is_written_with_the_next(world: World) -> None:
    """At most one write a second for a person; whoever waits for it knows that theirs is written."""
    threads = [await world.thread(subject=f"{place}") for place in range(3)]
    commands = [
        MarkDelivered(positions={threads[0].id: 1, threads[1].id: 1}),
        MarkDelivered(positions={threads[1].id: 2}),
        MarkDelivered(positions={threads[1].id: 1, threads[2].id: 2}),
    ]
    await asyncio.gather(*(world.do(world.petra, command) for command in commands), world.store.marks.pace.drained())
    marks = await world.store.marks.of_person(world.firm.id, [thread.id for thread in threads], world.petra.id)
    assert [marks[thread.id].delivered_seq for thread in threads] == [1, 2, 2]


async def test_a_page_of_tasks_looks_at_a_bounded_number(world: World, world_settings: Settings) -> None:
    """TK-7: all of 600 tasks stand in archived threads, before two that don't."""
    await world.thread(subject="aktiv", tasks=["längst ner", "ovanför"])
    old = await world.thread(subject="gammal", tasks=["gammal"])
    await world.do(world.anna, ThreadArchive(thread_id=old.id))
    rows = world.store.mongo.database["tasks"]
    row = await rows.find_one({"thread_id": old.id})
    assert row is not None
    await rows.insert_many([{**row, "_id": new_id()} for _ in range(600)])
    page, work = await work_of(world, world_settings, world.anna, TaskList(limit=1))
    assert (page.rows, bool(page.next)) == ([], True)
    assert len(work.names) <= 8, work.names
    found: list[str] = []
    pages, after = 0, None
    while pages == 0 or after:
        page = await world.do(world.anna, TaskList(limit=1, after=after))
        found += [row.task.text for row in page.rows]
        pages, after = pages + 1, page.next
    assert found == ["ovanför", "längst ner"]
    assert pages <= 4


@pytest.mark.parametrize("state", ["open", "done", "all"])
async def test_tasks_are_read_in_the_order_of_the_index(world: World, state: str) -> None:
    """Nothing is sorted in memory, whatever the state asked for."""
    thread = await world.thread(tasks=[f"{place}" for place in range(30)])
    opened = await world.do(world.anna, ThreadOpen(thread_id=thread.id))
    for task in opened.tasks[::2]:
        await world.do(world.anna, TaskSet(thread_id=thread.id, task_id=task.id, done=True))
    read, asked = world.store.tasks.page, []

    async def noted(firm_id: Id, query: Row, limit: int) -> Any:
        asked.append({**query, "firm_id": firm_id})
        return await read(firm_id, query, limit)

    world.store.tasks.page = noted  # type: ignore[method-assign]
    for account_id in (None, world.holm.id):
        page = await world.do(world.anna, TaskList(state=state, account_id=account_id, limit=5))  # type: ignore[arg-type]
        ids = [row.task.id for row in page.rows]
        assert ids == sorted(ids, reverse=True)
        assert len(ids) == 5
    for query in asked:
        plan = await world.store.mongo.database["tasks"].find(query).sort("_id", -1).limit(6).explain()
        assert '"SORT"' not in json.dumps(plan["queryPlanner"]["winningPlan"], default=str), query


async def test_a_threads_first_tasks_and_a_moved_task_cost_a_few_commands(
    world: World, world_settings: Settings
) -> None:
    create = ThreadCreate(
        account_id=world.holm.id,
        client_message_id=new_id(),
        subject="Bokslut",
        body=paragraph("Hej!"),
        tasks=[TaskToAdd(text=f"{place}") for place in range(100)],
    )
    made, work = await work_of(world, world_settings, world.anna, create)
    assert len(work.names) <= 20, work.names
    opened = await world.do(world.anna, ThreadOpen(thread_id=made.thread.id))
    assert [task.text for task in opened.tasks] == [f"{place}" for place in range(100)]
    trail = await world.do(world.anna, AuditList(thread_id=made.thread.id, limit=200))
    assert [row.event for row in trail.rows].count("task.added") == 100
    last, first = opened.tasks[-1], opened.tasks[0]
    move = TaskMove(thread_id=made.thread.id, task_id=last.id, before_id=first.id)
    _, work = await work_of(world, world_settings, world.anna, move)
    assert len(work.names) <= 14, work.names
    opened = await world.do(world.anna, ThreadOpen(thread_id=made.thread.id))
    assert [task.text for task in opened.tasks] == ["99", *(f"{place}" for place in range(99))]


async def assigned(world: World, person: Person) -> int:
    return await world.store.mongo.database["threads"].count_documents({"assignee_id": person.id})


@pytest.mark.parametrize("how", ["staff.update", "account.assign"])
async def test_what_somebody_was_responsible_for_is_given_up_after_the_answer(
    world: World, world_settings: Settings, how: str
) -> None:
    """AS-5, for any number of threads; a crash only delays it, and elsewhere nothing changes."""
    thread, elsewhere = await world.thread(), await world.thread(world.eken)
    for one in (thread, elsewhere):
        await world.do(world.anna, ThreadAssign(thread_id=one.id, staff_id=world.sofia.id))
    await world.settled()
    await like(world, thread.id, THREADS - 1)
    take: Asked = AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False)
    kept = 1
    if how == "staff.update":
        take, kept = StaffUpdate(staff_id=world.sofia.id, active=False), 0
    dies_before(world)
    _, work = await work_of(world, world_settings, world.erik, take)
    assert len(work.names) <= 24, work.names
    assert await assigned(world, world.sofia) == THREADS + 1

    got_further = world.store.chores.got_further

    async def dies(chore: ChoreDoc, after: Id, at: int) -> None:
        await got_further(chore, after, at)
        raise RuntimeError("the node is gone")

    world.store.chores.got_further = dies  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        await access_changes.clear_threads(await world.context(world.erik), world.firm.id, world.sofia.id)
    world.store.chores.got_further = got_further  # type: ignore[method-assign]
    assert kept < await assigned(world, world.sofia) <= THREADS
    # Whoever did it has left: it is done all the same.
    await world.store.people.change_staff(world.firm.id, world.erik.id, {"active": False})
    world.clock.advance(s=11)
    await housekeeping.sweep(world.means, world.clock.now())
    assert await assigned(world, world.sofia) == kept
    assert await world.store.chores.get(world.firm.id, "clear_up", world.sofia.id) is None
