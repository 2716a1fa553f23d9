"""The thread's row is what its log says: after any actions, in any order of settling, however often (P9)."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace as replaced
from typing import Any

import pytest
from msgspec.structs import replace

from protocol.body import paragraph
from protocol.errors import Conflict
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.marks import MarkRead
from protocol.messages import MessageSend, MessageSent
from protocol.reminders import ReminderSetting
from protocol.streams import ThreadOpen
from protocol.tasks import (
    TaskAdd,
    TaskAdded,
    TaskCompleted,
    TaskDelete,
    TaskDeleted,
    TaskEdit,
    TaskMove,
    TaskReopened,
    TaskSet,
)
from protocol.threads import (
    Thread,
    ThreadArchive,
    ThreadArchived,
    ThreadAssign,
    ThreadAssigned,
    ThreadCreated,
    ThreadRename,
    ThreadRenamed,
    ThreadReopen,
    ThreadReopened,
)
from protocol.wire import Id
from server import consequences
from server.marks.follows import by_writing
from storage.log.streams import Head, Stored
from storage.mongo.documents import from_document
from storage.mongo.of_firms import FirmRows
from storage.threads import DEPENDED, Position, Projection, ThreadDoc, advanced, excerpt_of, seen
from tests.world import Person, World

pytestmark = pytest.mark.anyio


class Replay:
    """A thread as its two logs alone tell it: what the stored row is compared with."""

    def __init__(self, visible: Sequence[Stored], notes: Sequence[Stored]) -> None:
        self.subject, self.state = "", "active"
        self.tasks: dict[Id, bool] = {}
        self.read: dict[Id, tuple[int, int]] = {}
        self.assignee_id: Id | None = None
        for stored in visible:
            self._apply(stored)
        for stored in notes:
            if isinstance(stored.event, ThreadAssigned):
                self.assignee_id = stored.event.assignee.id if stored.event.assignee else None
        self.last, self.last_seq = excerpt_of(visible)
        self.head = visible[-1].totals
        self.notes_head = len(notes)

    def _apply(self, stored: Stored) -> None:
        match stored.event:
            case ThreadCreated(subject=subject) | ThreadRenamed(subject=subject):
                self.subject = subject
            case ThreadArchived():
                self.state = "archived"
            case ThreadReopened():
                self.state = "active"
            case TaskAdded(task=task):
                self.tasks[task.id] = False
            case TaskCompleted(task_id=task_id):
                self.tasks[task_id] = True
            case TaskReopened(task_id=task_id):
                self.tasks[task_id] = False
            case TaskDeleted(task_id=task_id):
                del self.tasks[task_id]
            case MessageSent() if stored.actor is not None and stored.actor.side == "contact":
                self.read[stored.actor.id] = (stored.seq, stored.totals.staff_messages)
            case _:
                pass

    def says_of(self, row: ThreadDoc) -> dict[str, Any]:
        """What of the row the log decides. Marks of the firm come from no log, so they are taken as they are."""
        unread = max(0, self.head.contact_messages - row.firm_read.messages)
        return {
            "subject": self.subject,
            "state": self.state,
            "head": self.head,
            "last": self.last,
            "last_seq": self.last_seq,
            "last_message_at": self.last.at if self.last else row.created_at,
            "tasks_done": sum(self.tasks.values()),
            "tasks_total": len(self.tasks),
            "assignee_id": self.assignee_id,
            "notes_head": self.notes_head,
            "firm_unread": unread,
            "has_unread": unread > 0,
        }


async def logs(world: World, thread_id: Id) -> tuple[list[Stored], list[Stored]]:
    streams = world.store.streams
    return await streams.read(thread_stream(thread_id), 0, 10_000), await streams.read(
        notes_stream(thread_id), 0, 10_000
    )


async def assert_fresh(world: World, thread_id: Id) -> None:
    """State + events = fresh state."""
    visible, notes = await logs(world, thread_id)
    for stream in (visible, notes):
        assert [stored.seq for stored in stream] == list(range(1, len(stream) + 1))
    replayed, row = Replay(visible, notes), await world.store.threads.get(world.firm.id, thread_id)
    assert row is not None
    expected = replayed.says_of(row)
    assert {name: getattr(row, name) for name in expected} == expected
    marks = {mark.person.id: mark for mark in await world.store.marks.of_thread(world.firm.id, thread_id)}
    for person_id, (seq, messages) in replayed.read.items():
        assert marks[person_id].read_seq >= seq
        assert marks[person_id].read_messages >= messages
        assert row.contact_read.seq >= seq
    tasks = await world.store.tasks.of_thread(world.firm.id, thread_id)
    assert {task.id: task.done for task in tasks} == replayed.tasks


class Actions:
    """Random actions of the cast in one thread."""

    def __init__(self, world: World, thread: Thread, seed: int) -> None:
        self.world, self.thread, self.chance = world, thread, random.Random(seed)
        self.staff: list[Person] = [world.anna, world.erik, world.sofia, world.vera]
        self.contacts: list[Person] = [world.petra, world.linn]

    async def one(self) -> None:
        """One action, whatever becomes of it; a conflict with the state of things is an answer too."""
        action = self.chance.choice(
            [self.says, self.says, self.says, self.notes, self.renames, self.archives, self.assigns, self.reads,
             self.adds_task, self.adds_task, self.changes_task, self.changes_task]
        )  # fmt: skip
        try:
            await action()
        except Conflict as refused:
            if refused.reason != "thread_archived":
                raise

    async def says(self, *, internal: bool = False) -> None:
        who = self.chance.choice(self.staff if internal else [*self.staff, *self.contacts])
        text = f"{self.chance.random()} $set"
        said = MessageSend(
            thread_id=self.thread.id, client_message_id=new_id(), body=paragraph(text), internal=internal
        )
        await self.world.do(who, said)

    async def notes(self) -> None:
        await self.says(internal=True)

    async def renames(self) -> None:
        subject = f"$head {self.chance.random()}"
        await self.world.do(self.chance.choice(self.staff), ThreadRename(thread_id=self.thread.id, subject=subject))

    async def archives(self) -> None:
        command = self.chance.choice([ThreadArchive, ThreadReopen, ThreadReopen])
        await self.world.do(self.chance.choice(self.staff), command(thread_id=self.thread.id))

    async def assigns(self) -> None:
        whom = self.chance.choice([None, *(member.id for member in self.staff)])
        await self.world.do(self.chance.choice(self.staff), ThreadAssign(thread_id=self.thread.id, staff_id=whom))

    async def reads(self) -> None:
        who, seq = self.chance.choice([*self.staff, *self.contacts]), self.chance.randint(1, 60)
        reading = asyncio.create_task(self.world.do(who, MarkRead(thread_id=self.thread.id, seq=seq)))
        while not reading.done():
            await asyncio.sleep(0)
            await self.world.store.marks.pace.drained()
        await reading

    async def adds_task(self) -> None:
        command = TaskAdd(thread_id=self.thread.id, client_task_id=new_id(), text="uppgift")
        await self.world.do(self.chance.choice(self.staff), command)

    async def changes_task(self) -> None:
        tasks = (await self.world.do(self.world.anna, ThreadOpen(thread_id=self.thread.id))).tasks
        if not tasks:
            return
        thread_id, task = self.thread.id, self.chance.choice(tasks)
        command = self.chance.choice(
            [
                TaskSet(thread_id=thread_id, task_id=task.id, done=not task.done),
                TaskSet(thread_id=thread_id, task_id=task.id, done=True),
                TaskEdit(thread_id=thread_id, task_id=task.id, text="ändrad"),
                TaskMove(thread_id=thread_id, task_id=task.id, before_id=self.chance.choice(tasks).id),
                TaskDelete(thread_id=thread_id, task_id=task.id),
            ]
        )
        await self.world.do(self.chance.choice(self.staff), command)


@pytest.mark.parametrize("seed", range(6))
async def test_after_any_actions_the_row_is_what_the_log_says(world: World, seed: int) -> None:
    thread = await world.thread(tasks=["a", "b"])
    actions = Actions(world, thread, seed)
    for _ in range(40):
        world.clock.advance(s=1)
        await actions.one()
    await world.settled()
    await assert_fresh(world, thread.id)


@pytest.mark.parametrize("seed", range(3))
async def test_settled_late_in_pieces_twice_and_backwards_it_is_the_same(world: World, seed: int) -> None:
    """P9: what a crash left, a sweep may bring in any order, beside another node that does the same."""
    thread = await world.thread()
    await world.settled()
    settled, chance = await world.store.threads.get(world.firm.id, thread.id), random.Random(seed)
    actions = Actions(world, thread, seed)
    for _ in range(25):
        world.clock.advance(s=1)
        await actions.says(internal=chance.random() < 0.3)
    await world.settled()
    fresh = await world.store.threads.get(world.firm.id, thread.id)
    assert settled is not None
    assert fresh is not None
    await world.store.mongo.database["marks"].delete_many({})
    late = replace(settled, id=settled.id)
    await world.store.mongo.database["threads"].delete_one({"_id": thread.id})
    async with world.store.mongo.client.start_session() as session:
        await world.store.threads.add(late, session)
    visible, notes = await logs(world, thread.id)
    events = [*visible, *notes] * 2
    chance.shuffle(events)
    pieces = [events[start : start + 5] for start in range(0, len(events), 5)]
    await asyncio.gather(*(consequences.draw(world.means, {thread.id: piece}) for piece in pieces))
    await assert_fresh(world, thread.id)
    again = await world.store.threads.get(world.firm.id, thread.id)
    assert again is not None
    assert (again.head, again.last, again.notes_head) == (fresh.head, fresh.last, fresh.notes_head)


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_worked_out_here_is_what_the_database_finds(
    world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of any row and any events; and of a row that isn't as it was seen any more it is what follows from how it is."""
    thread = await world.thread(tasks=["a"])
    actions, chance = Actions(world, thread, seed), random.Random(seed)
    rows, raw, now = world.store.threads, world.store.mongo.database["threads"], world.clock.now()
    states, refused = list[dict[str, Any]](), list[int]()
    write_as_seen = FirmRows.write_as_seen

    async def watched(self: FirmRows, writes: Sequence[Any]) -> tuple[int, list[int]]:
        answer = await write_as_seen(self, writes)
        refused.extend(answer[1])
        return answer

    monkeypatch.setattr(FirmRows, "write_as_seen", watched)
    for _ in range(12):
        world.clock.advance(s=1)
        await actions.one()
        await world.settled()
        found = await raw.find_one({"_id": thread.id})
        assert found is not None
        states.append(found)
    for state in chance.sample(states, 6):  # as it is after some contacts have read, was asked again, or has come back
        state |= chance.choice([{}, {"raised_at": now}, {"back": {"at": now + 3000, "why": "time"}}])
    visible, notes = await logs(world, thread.id)
    refused.clear()

    async def after(state: dict[str, Any], projection: Projection) -> dict[str, Any]:
        await raw.replace_one({"_id": thread.id}, state)
        assert await rows.project([projection], now + chance.randint(0, 20_000))
        found = await raw.find_one({"_id": thread.id})
        assert found is not None
        return found

    for state, other in zip(states, chance.sample(states, len(states)), strict=True):
        events = chance.sample([*visible, *notes], chance.randint(1, 6))
        read = by_writing(thread.id, events)
        plain = Projection(world.firm.id, thread.id, events, read)
        dice = chance.getstate()
        expected = await after(state, plain)
        chance.setstate(dice)
        assert await after(state, replaced(plain, seen=seen(from_document(state, ThreadDoc), state))) == expected
        assert refused == []
        chance.setstate(dice)
        assert await after(state, replaced(plain, seen=seen(from_document(other, ThreadDoc), other))) == expected
        assert refused == ([0] if any(state.get(name) != other.get(name) for name in DEPENDED) else [])
        refused.clear()


async def test_actions_at_once_keep_row_and_log_together(world: World) -> None:
    thread = await world.thread(tasks=["a"])
    everybody = [Actions(world, thread, seed) for seed in range(6)]

    async def acts(actions: Actions) -> None:
        for _ in range(8):
            await actions.one()

    async def guarded(actions: Actions) -> None:
        # Somebody else may delete the task that one is about to change.
        for _ in range(3):
            await actions.says()
            await actions.renames()

    await asyncio.gather(*(guarded(actions) for actions in everybody))
    await acts(everybody[0])
    await world.settled()
    await assert_fresh(world, thread.id)


async def test_a_transaction_brings_the_row_up_with_what_was_not_yet_projected(world: World) -> None:
    """A row is true at its head, and not only once it is settled: else a client would count a task twice."""
    thread = await world.thread(tasks=["a"])
    await world.settled()
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("ett"))
    await world.do(world.petra, said)
    await world.do(world.anna, ThreadRename(thread_id=thread.id, subject="Nytt"))
    row = await world.store.threads.get(world.firm.id, thread.id)
    assert row is not None
    assert row.last is not None
    assert (row.head.seq, row.last.text, row.firm_unread, row.subject) == (5, "ett", 1, "Nytt")


async def test_an_internal_event_moves_only_what_staff_see(world: World) -> None:
    """AC-6: `visible_at` is what contacts catch up by."""
    thread = await world.thread()
    await world.settled()
    before = await world.store.threads.get(world.firm.id, thread.id)
    world.clock.advance(s=9)
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("x"), internal=True)
    await world.do(world.anna, said)
    await world.settled()
    after = await world.store.threads.get(world.firm.id, thread.id)
    assert before is not None
    assert after is not None
    assert after.updated_at == before.updated_at + 9000
    assert replace(after, updated_at=before.updated_at, notes_head=0) == before


async def test_facts_are_of_the_thread(world: World) -> None:
    thread = await world.thread()
    for _ in range(2):
        facts = await world.store.threads.facts(world.firm.id, thread.id)
        assert facts is not None
        assert (facts.firm_id, facts.account_id) == (world.firm.id, world.holm.id)
    assert await world.store.threads.facts(world.firm.id, new_id()) is None


async def test_advancing_is_pure_and_knows_no_way_back(world: World) -> None:
    thread = await world.thread()
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("ett"))
    await world.do(world.petra, said)
    await world.settled()
    row = await world.store.threads.get(world.firm.id, thread.id)
    visible, _ = await logs(world, thread.id)
    assert row is not None
    assert advanced(row, visible) == row
    assert advanced(row, []) == row
    old = replace(row, head=Head(), last=None, last_seq=0, firm_unread=0, has_unread=False, firm_read=Position())
    assert advanced(old, visible[::-1]) == row


async def test_a_reminder_is_saved_only_on_top_of_the_state_that_was_read(world: World) -> None:
    threads = world.store.threads
    one, two = [await world.thread(reminder=ReminderSetting(enabled=True, days=3, number=3)) for _ in range(2)]
    await world.settled()
    before = {}
    for row in await threads.many([world.firm.id], [one.id, two.id]):
        assert row.reminder is not None
        before[row.id] = row.reminder
    mine, theirs = replace(before[one.id], days=9), replace(before[one.id], days=5)
    assert await threads.save_reminder(world.firm.id, one.id, mine, before[one.id].revision)
    assert not await threads.save_reminder(world.firm.id, one.id, theirs, before[one.id].revision)
    # With others: it is told that one of them was overtaken, and that one stays as it is.
    other = (two.id, replace(before[two.id], days=7), before[two.id].revision)
    assert not await threads.save_reminders(world.firm.id, [(one.id, theirs, before[one.id].revision), other])
    days = {row.id: row.reminder.days for row in await threads.many([world.firm.id], [one.id, two.id]) if row.reminder}
    assert days == {one.id: 9, two.id: 7}
