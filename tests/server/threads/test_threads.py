"""Threads over the real store: started, changed, assigned (spec 1.4, 3.1, 3.9, 3.17)."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from protocol.audit import AuditList
from protocol.body import Body, Paragraph, paragraph
from protocol.errors import ChattarError, Conflict, Forbidden, Invalid, NotFound
from protocol.events import Event
from protocol.frames import EventFrame, decode_server_frame
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.messages import MessageSend, MessageSent
from protocol.people import Person
from protocol.reminders import ReminderSetting
from protocol.streams import ThreadOpen
from protocol.tasks import TaskAdded, TaskToAdd
from protocol.threads import (
    Thread,
    ThreadArchive,
    ThreadArchived,
    ThreadAssign,
    ThreadAssigned,
    ThreadCreate,
    ThreadCreated,
    ThreadList,
    ThreadRead,
    ThreadRename,
    ThreadRenamed,
    ThreadReopen,
    ThreadReopened,
)
from protocol.wire import Id
from server.core.announce import SHARED_CODEC
from server.threads import actions as threads
from storage.accounts import AccountDoc
from storage.log.streams import Stored
from storage.redis.bus import BusEvent, account_channel, firm_channel
from tests.world import Person as Somebody
from tests.world import World

pytestmark = pytest.mark.anyio


def creation(account: AccountDoc, key: str | None = None, **also: Any) -> ThreadCreate:
    command = ThreadCreate(
        account_id=account.id, client_message_id=key or new_id(), subject="Bokslut", body=paragraph("Hej!")
    )
    return replace(command, **also)


async def log(world: World, stream: str) -> list[Stored]:
    return await world.store.streams.read(stream, 0, 1000)


async def events_of(world: World, thread_id: Id) -> list[Event]:
    return [stored.event for stored in await log(world, thread_stream(thread_id))]


def heard(world: World, channel: str) -> list[EventFrame]:
    frames = [decode_server_frame(m.frame, SHARED_CODEC) for m in world.bell.heard(channel) if isinstance(m, BusEvent)]
    return [frame for frame in frames if isinstance(frame, EventFrame)]


async def rows(world: World, collection: str) -> int:
    return await world.store.mongo.database[collection].count_documents({})


# starting


async def test_a_thread_starts_whole_and_everybody_hears_of_it(world: World) -> None:
    """TH-7: the thread, its first message and its tasks, in one stretch of the log."""
    thread = await world.thread(tasks=["Lagerlista", "Kvitton"], subject="  Årsbokslut \n 2025 ")
    assert (thread.subject, thread.state, thread.head) == ("Årsbokslut 2025", "active", 4)
    assert (thread.tasks_done, thread.tasks_total, thread.unread) == (0, 2, 0)
    assert thread.last is not None
    assert thread.last.text == "Hej! Vi behöver underlagen för bokslutet."
    stored = await log(world, thread_stream(thread.id))
    assert [type(s.event) for s in stored] == [ThreadCreated, MessageSent, TaskAdded, TaskAdded]
    assert len({s.at for s in stored}) == 1
    for channel in (firm_channel(world.firm.id), account_channel(world.holm.id)):
        assert [frame.seq for frame in heard(world, channel)] == [1, 2, 3, 4]
    tasks = await world.store.tasks.of_thread(world.firm.id, thread.id)
    assert [(task.text, task.position) for task in tasks] == [("Lagerlista", 1), ("Kvitton", 2)]
    trail = await world.do(world.anna, AuditList(thread_id=thread.id))
    assert sorted((row.event, row.text) for row in trail.rows) == [
        ("task.added", "Kvitton"),
        ("task.added", "Lagerlista"),
    ]


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("anna", None), ("erik", None), ("sofia", None), ("vera", None), ("petra", None),
        ("olle", Forbidden), ("gunilla", NotFound), ("grace", NotFound), ("tom", NotFound), ("emma", NotFound),
    ],
)  # fmt: skip
async def test_who_may_start_a_thread(world: World, who: str, refusal: type[ChattarError] | None) -> None:
    """AC-1, AC-2: acceptance 1. Of another firm's account nobody learns that it exists."""
    if refusal is None:
        made = await world.do(getattr(world, who), creation(world.holm))
        assert made.thread.created_by.id == getattr(world, who).id
    else:
        with pytest.raises(refusal):
            await world.do(getattr(world, who), creation(world.holm))
        assert await rows(world, "threads") == await rows(world, "events") == 0


async def test_a_firm_may_keep_starting_threads_to_itself(world: World) -> None:
    """AC-3, acceptance 6: the contact is refused, but can reply."""
    await world.store.firms.change(world.firm.id, {"firm.clients_may_create_threads": False})
    with pytest.raises(Forbidden) as refused:
        await world.do(world.petra, creation(world.holm))
    assert refused.value.reason == "clients_may_not_create"
    thread = await world.thread()
    await world.do(world.petra, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Svar")))


async def test_a_contacts_thread_is_unread_for_the_firm_and_read_for_its_author(world: World) -> None:
    """TH-10, RD-7."""
    thread = (await world.do(world.petra, creation(world.holm))).thread
    assert (thread.unread, thread.staff) == (0, None)
    await world.settled()
    assert (await world.do(world.petra, ThreadRead(thread_id=thread.id))).thread.unread == 0
    seen = (await world.do(world.sofia, ThreadRead(thread_id=thread.id))).thread
    assert (seen.unread, seen.staff.origin) == (1, "client")


@pytest.mark.parametrize("extra", [{"tasks": [TaskToAdd(text="x")]}, {"reminder": ReminderSetting(enabled=True)}])
async def test_a_contact_gives_the_firm_no_tasks_and_no_reminders(world: World, extra: dict[str, Any]) -> None:
    """TK-4."""
    with pytest.raises(Forbidden):
        await world.do(world.petra, creation(world.holm, **extra))


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("anna", "Ingen på Café Saltå AB har tagit emot sin inbjudan ännu."),
        ("vera", "Nobody at Café Saltå AB has accepted their invitation yet."),
    ],
)
async def test_nobody_there_who_could_read_it(world: World, who: str, words: str) -> None:
    """TH-9 strict, in the asker's language; nothing is left behind."""
    person = getattr(world, who)
    await world.store.people.change_staff(person.firm_id, person.id, {"language": "sv" if who == "anna" else "en"})
    with pytest.raises(Conflict) as refused:
        await world.do(person, creation(world.salt))
    assert (refused.value.reason, str(refused.value)) == ("account_not_activated", words)
    assert await rows(world, "threads") == await rows(world, "events") == 0
    assert world.bell.rung == []


async def test_login_off_for_everybody_is_not_activated_either(world: World) -> None:
    """AC-8, TH-9."""
    for contact in (world.petra, world.linn):
        await world.store.people.change_link(world.firm.id, world.holm.id, contact.id, {"login": False})
    with pytest.raises(Conflict) as refused:
        await world.do(world.anna, creation(world.holm))
    assert refused.value.reason == "account_not_activated"


async def test_an_archived_account_gets_no_threads(world: World) -> None:
    await world.store.accounts.change(world.firm.id, world.holm.id, {"$set": {"archived": True}})
    with pytest.raises(Conflict) as refused:
        await world.do(world.anna, creation(world.holm))
    assert refused.value.reason == "account_archived"


@pytest.mark.parametrize("who", ["anna", "petra"])
@pytest.mark.parametrize(
    "fault",
    [
        {"subject": "   "},
        {"body": Body(content=[Paragraph()])},
        {"tasks": [TaskToAdd(text="ok"), TaskToAdd(text="  ")]},
    ],
)
async def test_blanks_are_refused(world: World, fault: dict[str, Any], who: str) -> None:
    """TH-10, TH-13."""
    with pytest.raises((Invalid, Forbidden) if who == "petra" and "tasks" in fault else Invalid):
        await world.do(getattr(world, who), creation(world.holm, **fault))
    assert await rows(world, "threads") == 0


async def test_the_same_key_starts_one_thread(world: World) -> None:
    """P2: one after the other, and all at once."""
    command = creation(world.holm, "key-of-one-thread", tasks=[TaskToAdd(text="a", client_task_id="task-key-1")])
    made = await asyncio.gather(*(world.do(world.anna, command) for _ in range(6)))
    again = await world.do(world.anna, command)
    assert {view.thread.id for view in made} == {again.thread.id}
    assert again.thread.subject == "Bokslut"
    assert (await rows(world, "threads"), await rows(world, "tasks")) == (1, 1)
    assert len(await log(world, thread_stream(again.thread.id))) == 3


async def test_a_key_that_meant_something_else_is_refused(world: World) -> None:
    thread = await world.thread()
    said = MessageSend(thread_id=thread.id, client_message_id="used-for-a-message", body=paragraph("x"))
    await world.do(world.anna, said)
    with pytest.raises(Conflict) as refused:
        await world.do(world.anna, creation(world.holm, "used-for-a-message"))
    assert refused.value.reason == "key_reused"
    task = TaskToAdd(text="a", client_task_id="task-key-1")
    await world.do(world.anna, creation(world.holm, tasks=[task]))
    with pytest.raises(Conflict) as refused:
        await world.do(world.anna, creation(world.holm, tasks=[task]))
    assert refused.value.reason == "key_reused"
    assert await rows(world, "threads") == 2


async def test_reminders_start_with_the_thread(world: World) -> None:
    """RM-2, RM-3: 3.8.4, first row; what the thread begins with is not heard as a restart."""
    thread = await world.thread(tasks=["a"], reminder=ReminderSetting(enabled=True, days=3, number=2))
    assert thread.staff is not None
    reminder = thread.staff.reminder
    assert reminder is not None
    assert (reminder.enabled, reminder.cycle, reminder.sent, reminder.verdict) == (True, 1, 0, "due")
    assert reminder.next_due_at is not None
    await world.settled()
    after = (await world.do(world.anna, ThreadRead(thread_id=thread.id))).thread.staff.reminder
    assert after == reminder


# changing


async def test_rename_is_told_noted_and_done_once(world: World) -> None:
    """TH-11, AR-7."""
    thread = await world.thread()
    for _ in range(2):
        await world.do(world.sofia, ThreadRename(thread_id=thread.id, subject=" Ny  rubrik "))
    assert (await world.do(world.petra, ThreadRead(thread_id=thread.id))).thread.subject == "Ny rubrik"
    assert (await events_of(world, thread.id))[2:] == [ThreadRenamed(subject="Ny rubrik")]
    trail = (await world.do(world.anna, AuditList(thread_id=thread.id))).rows
    assert [(row.event, row.text) for row in trail] == [("thread.renamed", f"{thread.subject} → Ny rubrik")]
    with pytest.raises(Invalid):
        await world.do(world.sofia, ThreadRename(thread_id=thread.id, subject="  "))
    with pytest.raises(Invalid):
        await world.do(world.sofia, ThreadRename(thread_id=thread.id, subject="\u200b\u3164"))


async def test_archive_and_reopen(world: World) -> None:
    """AR-1, AR-3, AR-6, AR-7: state, event, audit; twice is once."""
    thread = await world.thread(tasks=["a"])
    world.bell.clear()
    for _ in range(2):
        await world.do(world.sofia, ThreadArchive(thread_id=thread.id))
    for person in (world.anna, world.petra):
        assert [t.id for t in (await world.do(person, ThreadList(state="archived"))).threads] == [thread.id]
        assert (await world.do(person, ThreadList())).threads == []
        assert (await world.do(person, ThreadOpen(thread_id=thread.id))).tasks
    for _ in range(2):
        await world.do(world.anna, ThreadReopen(thread_id=thread.id))
    assert [type(event) for event in (await events_of(world, thread.id))[3:]] == [ThreadArchived, ThreadReopened]
    assert [type(frame.event) for frame in heard(world, account_channel(world.holm.id))] == [
        ThreadArchived, ThreadReopened,
    ]  # fmt: skip
    row = await world.store.threads.get(world.firm.id, thread.id)
    assert row is not None
    assert row.archived_by is not None
    assert row.reopened_by is not None
    assert (row.state, row.archived_by.id, row.reopened_by.id) == ("active", world.sofia.id, world.anna.id)
    trail = (await world.do(world.anna, AuditList(thread_id=thread.id))).rows
    assert sorted((r.event, r.person.name, r.at) for r in trail) == [
        ("task.added", "Anna Lindberg", world.clock.now()),
        ("thread.archived", "Sofia Rahimi", world.clock.now()),
        ("thread.reopened", "Anna Lindberg", world.clock.now()),
    ]


@pytest.mark.parametrize("command", [ThreadArchive, ThreadReopen])
async def test_contacts_neither_archive_nor_reopen(world: World, command: type) -> None:
    """AC-10."""
    thread = await world.thread()
    with pytest.raises(Forbidden):
        await world.do(world.petra, command(thread_id=thread.id))
    with pytest.raises(Forbidden):
        await world.do(world.petra, ThreadRename(thread_id=thread.id, subject="x"))
    with pytest.raises(Forbidden):
        await world.do(world.petra, ThreadAssign(thread_id=thread.id, staff_id=None))


async def test_ten_at_once_archive_once(world: World) -> None:
    thread = await world.thread()
    who: Sequence[Somebody] = [world.anna, world.erik, world.sofia, world.vera] * 3
    await asyncio.gather(*(world.do(person, ThreadArchive(thread_id=thread.id)) for person in who))
    assert [type(event) for event in await events_of(world, thread.id)].count(ThreadArchived) == 1


# assigning


async def test_assigning_is_for_staff_only_and_leaves_no_trace_for_contacts(world: World) -> None:
    """AS-1, acceptance 31."""
    thread = await world.thread()
    before = (await world.do(world.petra, ThreadRead(thread_id=thread.id))).thread
    world.bell.clear()
    world.clock.advance(s=5)
    for _ in range(2):
        await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))
    await world.settled()
    assert (await world.do(world.petra, ThreadRead(thread_id=thread.id))).thread == before
    assert world.bell.heard(account_channel(world.holm.id)) == []
    seen = (await world.do(world.sofia, ThreadRead(thread_id=thread.id))).thread
    assert (seen.staff.assignee_id, seen.staff.notes_head) == (world.sofia.id, 1)
    assert seen.updated_at > before.updated_at
    notes = await log(world, notes_stream(thread.id))
    sofia = Person(id=world.sofia.id, side="staff", name="Sofia Rahimi")
    assert [stored.event for stored in notes] == [ThreadAssigned(assignee=sofia)]
    mine = await world.do(world.sofia, ThreadList(only="mine"))
    assert [t.id for t in mine.threads] == [thread.id]
    await world.do(world.sofia, ThreadAssign(thread_id=thread.id, staff_id=world.vera.id))
    assert (await world.do(world.sofia, ThreadList(only="mine"))).threads == []
    await world.do(world.sofia, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))
    assert [t.id for t in (await world.do(world.sofia, ThreadList(only="mine"))).threads] == [thread.id]
    await world.do(world.sofia, ThreadAssign(thread_id=thread.id))
    assert (await world.do(world.sofia, ThreadList(only="mine"))).threads == []


@pytest.mark.parametrize("who", ["olle", "petra", "grace"])
async def test_only_who_sees_the_account_can_be_assigned(world: World, who: str) -> None:
    """AS-2, AS-5, AC-5."""
    thread = await world.thread()
    with pytest.raises(Conflict) as refused:
        await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=getattr(world, who).id))
    assert refused.value.reason == "assignee_without_access"


async def test_lost_access_clears_assignments_there_and_only_there(world: World) -> None:
    """AS-5."""

    async def assignee(thread: Thread) -> Id | None:
        row = await world.store.threads.get(world.firm.id, thread.id)
        return row.assignee_id if row else None

    there, elsewhere = await world.thread(world.holm), await world.thread(world.eken)
    for thread in (there, elsewhere):
        await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))
    context = await world.context(world.anna)
    sofia = Person(id=world.sofia.id, side="staff", name=world.sofia.name)
    await threads.clear_assignments(context, sofia)  # too late: they see both accounts again
    assert [await assignee(thread) for thread in (there, elsewhere)] == [sofia.id, sofia.id]
    await world.store.accounts.change(world.firm.id, world.holm.id, {"$pull": {"staff_ids": sofia.id}})
    for _ in range(2):
        await threads.clear_assignments(context, sofia)
    assert (await assignee(there), await assignee(elsewhere)) == (None, world.sofia.id)
    assert [s.event for s in await log(world, notes_stream(there.id))][1:] == [ThreadAssigned(lost_by=sofia)]
    await world.store.people.change_staff(world.firm.id, sofia.id, {"active": False})
    await threads.clear_assignments(context, sofia)
    assert await assignee(elsewhere) is None


async def test_every_action_needs_the_account(world: World) -> None:
    """AC-4: staff of the firm are told that it is forbidden, others that there is nothing."""
    thread = await world.thread()
    commands = [
        ThreadOpen(thread_id=thread.id), ThreadRead(thread_id=thread.id), ThreadArchive(thread_id=thread.id),
        ThreadReopen(thread_id=thread.id), ThreadRename(thread_id=thread.id, subject="x"),
        ThreadAssign(thread_id=thread.id), ThreadList(account_id=world.holm.id),
    ]  # fmt: skip
    for command in commands:
        with pytest.raises(Forbidden):
            await world.do(world.olle, command)
        for stranger in (world.grace, world.tom):
            with pytest.raises(NotFound):
                await world.do(stranger, command)
        for contact in (world.gunilla, world.emma):
            with pytest.raises((NotFound, Forbidden)) as refused:
                await world.do(contact, command)
            assert "Holm" not in str(refused.value)


async def test_a_line_keeps_nothing_that_turns_around_what_stands_beside_it(world: World) -> None:
    """UAX 9: an override that isn't closed, and the isolates that phones paste around names."""
    thread = await world.thread()
    await world.do(world.anna, ThreadRename(thread_id=thread.id, subject="Bokslut \u2068Åsa\u2069 \u202etxt.exe"))
    read = await world.do(world.petra, ThreadRead(thread_id=thread.id))
    assert read.thread.subject == "Bokslut Åsa txt.exe"
    # And who pastes it with them into a search finds it.
    for search in ("\u2068Åsa\u2069", "\u202etxt", "\u2066\u2069"):
        found = await world.do(world.anna, ThreadList(search=search))
        assert [one.id for one in found.threads] == [thread.id]
