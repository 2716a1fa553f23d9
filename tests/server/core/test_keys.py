"""Keys that clients choose (P2): the same means the same, something else is refused, and a first try is waited for."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from protocol.accounts import AccountAssign, AccountCreate
from protocol.asked import Asked
from protocol.body import Body, Mention, Paragraph, paragraph
from protocol.contacts import LinkUpdate
from protocol.errors import ChattarError, Conflict, Forbidden
from protocol.ids import new_id
from protocol.messages import MessageSend
from protocol.reminders import ReminderRead, ReminderSend, ReminderSetting
from protocol.streams import ThreadOpen
from protocol.tasks import TaskAdd, TaskEdit, TaskToAdd
from protocol.threads import Thread, ThreadArchive, ThreadCreate, ThreadRead
from protocol.wire import Id
from server.commands import dispatch
from server.core import keys
from server.core.settings import Settings
from server.core.settle import Settler
from storage.log.streams import Stored
from storage.mongo.connection import Mongo, Session
from storage.store import Store
from tests.server.core.test_settle import Commands
from tests.world import Person, World

pytestmark = pytest.mark.anyio

KEY = "one-key-for-this"


async def refused(world: World, person: Person, command: Asked) -> str | None:
    with pytest.raises(ChattarError) as caught:
        await world.do(person, command)
    return caught.value.reason


# the same key with something else


async def test_a_messages_key_stands_for_all_that_the_message_says(world: World) -> None:
    thread, other = await world.thread(), await world.thread()
    quoted = (await world.do(world.anna, ThreadOpen(thread_id=thread.id))).page.events[-1].event.message_id
    one = MessageSend(thread_id=thread.id, client_message_id=KEY, body=paragraph("ett"))
    first = await world.do(world.anna, one)
    assert await world.do(world.anna, one) == first
    for different in (
        replace(one, body=paragraph("två")),
        replace(one, internal=True),
        replace(one, quoted_message_id=quoted),
        replace(one, thread_id=other.id),
        ThreadCreate(account_id=world.holm.id, client_message_id=KEY, subject="ett", body=one.body),
        ReminderSend(thread_id=thread.id, client_message_id=KEY),
    ):
        assert await refused(world, world.anna, different) == "key_reused", different
    assert await world.do(world.anna, one) == first
    # Keys are each person's own.
    assert await world.do(world.erik, replace(one, body=paragraph("två"))) != first


async def test_a_key_stands_for_the_same_also_in_an_archived_thread(world: World) -> None:
    thread = await world.thread()
    one = MessageSend(thread_id=thread.id, client_message_id=KEY, body=paragraph("ett"))
    first = await world.do(world.petra, one)
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))
    assert await refused(world, world.petra, replace(one, body=paragraph("två"))) == "key_reused"
    assert await world.do(world.petra, one) == first
    row = await world.store.threads.get(world.firm.id, thread.id)
    assert row is not None
    assert row.state == "archived"


async def test_a_threads_key_stands_for_all_that_it_began_with(world: World) -> None:
    one = ThreadCreate(
        account_id=world.holm.id,
        client_message_id=KEY,
        subject="Bokslut",
        body=paragraph("Hej!"),
        tasks=[TaskToAdd(text="Kvitton", client_task_id="task-key-1")],
    )
    first = await world.do(world.anna, one)
    assert await world.do(world.anna, one) == first
    for different in (
        replace(one, subject="Annat"),
        replace(one, body=paragraph("Annat")),
        replace(one, account_id=world.eken.id),
        replace(one, tasks=[]),
        replace(one, reminder=ReminderSetting(enabled=True, days=3, number=1)),
        MessageSend(thread_id=first.thread.id, client_message_id=KEY, body=one.body),
        TaskAdd(thread_id=first.thread.id, client_task_id="task-key-1", text="Annat"),
    ):
        assert await refused(world, world.anna, different) == "key_reused", different
    same = TaskAdd(thread_id=first.thread.id, client_task_id="task-key-1", text="Kvitton")
    assert (await world.do(world.anna, same)).task.text == "Kvitton"
    assert (await world.do(world.anna, ThreadRead(thread_id=first.thread.id))).thread.tasks_total == 1


async def test_a_tasks_key_stands_for_its_text_and_thread(world: World) -> None:
    thread, other = await world.thread(), await world.thread()
    one = TaskAdd(thread_id=thread.id, client_task_id=KEY, text="Kvitton")
    first = await world.do(world.anna, one)
    await world.do(world.anna, TaskEdit(thread_id=thread.id, task_id=first.task.id, text="Alla kvitton"))
    assert (await world.do(world.anna, one)).task.id == first.task.id
    for different in (replace(one, text="Alla kvitton"), replace(one, thread_id=other.id)):
        assert await refused(world, world.anna, different) == "key_reused", different


async def test_an_accounts_key_stands_for_its_name_and_kind(world: World) -> None:
    one = AccountCreate(name="Hans Brun", client_account_id=KEY)
    first = await world.do(world.anna, one)
    assert await world.do(world.anna, one) == first
    for different in (replace(one, name="Hans Brunn"), replace(one, kind="individual")):
        assert await refused(world, world.anna, different) == "key_reused", different


async def test_a_reminders_key_stands_for_its_thread(world: World) -> None:
    thread, other = await world.thread(), await world.thread()
    one = ReminderSend(thread_id=thread.id, client_message_id=KEY)
    sent = await world.do(world.anna, one)
    assert (await world.do(world.anna, one)).rows == sent.rows
    assert await refused(world, world.anna, replace(one, thread_id=other.id)) == "key_reused"
    assert (await world.do(world.anna, ReminderRead(thread_id=other.id))).rows == []


async def test_what_an_older_build_has_stored_counts_as_the_same(world: World) -> None:
    thread = await world.thread()
    message = MessageSend(thread_id=thread.id, client_message_id=KEY, body=paragraph("ett"))
    task = TaskAdd(thread_id=thread.id, client_task_id=KEY, text="Kvitton")
    account = AccountCreate(name="Hans Brun", client_account_id=KEY)
    first = [await world.do(world.anna, command) for command in (message, task, account)]
    for collection in ("events", "tasks", "accounts"):
        changed = await world.store.mongo.database[collection].update_many({}, {"$unset": {"meant": ""}})
        assert changed.modified_count
    assert await world.do(world.anna, replace(message, body=paragraph("två"))) == first[0]
    assert await world.do(world.anna, replace(task, text="Annat")) == first[1]
    assert await world.do(world.anna, account) == first[2]
    assert await refused(world, world.anna, replace(account, name="Annat")) == "key_reused"


def test_what_is_as_by_default_means_nothing() -> None:
    """The hash of a build without the field; it must never change, since it is stored."""
    plain = MessageSend(thread_id="0" * 32, client_message_id=KEY, body=paragraph("ett"))
    assert keys.meaning(plain) == keys.meaning(replace(plain, internal=False, quoted_message_id=None))
    assert keys.meaning(plain) == "069b7629d357032a"


# a first try that is under way


class Held:
    """Holds up the insert of events with a key until it is let go, as a slow database would."""

    def __init__(self, world: World) -> None:
        self.reached, self.let_go = asyncio.Event(), asyncio.Event()
        self._committer = world.store.streams._committer
        self._insert = self._committer.insert
        self._committer.insert = self._held  # type: ignore[method-assign]

    async def _held(self, events: Sequence[Stored], session: Session | None = None) -> Mapping[str, Any] | None:
        if any((event.key or "").endswith(KEY) for event in events):
            self._committer.insert = self._insert  # type: ignore[method-assign]
            self.reached.set()
            await self.let_go.wait()
        return await self._insert(events, session)


async def waiting(world: World, person: Person, command: Asked) -> asyncio.Task[Any]:
    """A retry that has got as far as waiting for the first try."""
    waits, tries = asyncio.Event(), world.store.streams.tries
    ended = tries.ended

    async def heard(key: str) -> None:
        waits.set()
        await ended(key)

    tries.ended = heard  # type: ignore[method-assign]
    again = asyncio.create_task(world.do(person, command))
    reached = asyncio.create_task(waits.wait())
    await asyncio.wait([again, reached], return_when=asyncio.FIRST_COMPLETED)
    reached.cancel()
    assert not again.done(), again
    return again


async def retried(
    world: World, person: Person, command: Asked, meanwhile: Callable[[], Awaitable[Any]], *, gone: bool = False
) -> tuple[Any, Any]:
    """What a first try and a retry are told, when something happens while the first is on its way into the log.

    `gone`: whoever asked first is gone by then.
    """
    held = Held(world)
    first = asyncio.create_task(world.do(person, command))
    await held.reached.wait()
    if gone:
        first.cancel()
        await asyncio.wait([first])
    await meanwhile()
    again = await waiting(world, person, command)
    held.let_go.set()
    return (None if gone else await first), await again


async def take_holm(world: World) -> None:
    await world.do(world.anna, AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False))


@pytest.mark.parametrize("gone", [False, True])
async def test_a_thread_archived_meanwhile_is_no_refusal_of_what_is_on_its_way(world: World, gone: bool) -> None:
    thread = await world.thread()
    note = MessageSend(thread_id=thread.id, client_message_id=KEY, body=paragraph("Obs"), internal=True)
    archive = ThreadArchive(thread_id=thread.id)
    first, again = await retried(world, world.sofia, note, lambda: world.do(world.anna, archive), gone=gone)
    assert again.seq == 1
    assert first in (None, again)


async def test_a_mention_that_is_not_allowed_any_more_is_no_refusal_of_what_is_on_its_way(world: World) -> None:
    thread = await world.thread()
    body = Body(content=[Paragraph(content=[Mention(id=world.sofia.id, name="Sofia")])])
    call = MessageSend(thread_id=thread.id, client_message_id=KEY, body=body)
    first, again = await retried(world, world.anna, call, lambda: take_holm(world))
    assert first == again


async def test_access_lost_meanwhile_is_no_refusal_of_what_is_on_its_way(world: World) -> None:
    """The writer learns that it was stored, and nothing that they may not see."""
    thread = await world.thread()
    send = MessageSend(thread_id=thread.id, client_message_id=KEY, body=paragraph("Hej"))
    first, again = await retried(world, world.sofia, send, lambda: take_holm(world))
    assert first == again
    with pytest.raises(Forbidden):
        await world.do(world.sofia, replace(send, client_message_id=new_id()))
    assert await refused(world, world.sofia, replace(send, body=paragraph("Annat"))) == "key_reused"


async def test_a_task_on_its_way_is_not_refused_for_access_lost_meanwhile(world: World) -> None:
    thread = await world.thread()
    add = TaskAdd(thread_id=thread.id, client_task_id=KEY, text="Kvitton")
    tasks = world.store.tasks.add
    reached, let_go = asyncio.Event(), asyncio.Event()

    async def held(task: Any, session: Session) -> None:
        reached.set()
        await let_go.wait()
        await tasks(task, session)

    world.store.tasks.add = held  # type: ignore[method-assign]
    first = asyncio.create_task(world.do(world.sofia, add))
    await reached.wait()
    await take_holm(world)
    again = await waiting(world, world.sofia, add)
    let_go.set()
    assert await first == await again
    assert (await again).task.text == "Kvitton"


async def test_a_thread_on_its_way_is_not_refused_for_an_account_that_nobody_can_log_in_to(world: World) -> None:
    """AC-8 is judged when it is started, and the retry is told what became of that."""
    create = ThreadCreate(account_id=world.holm.id, client_message_id=KEY, subject="Hej", body=paragraph("Hej!"))

    async def nobody() -> None:
        for contact in (world.petra, world.linn):
            await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=contact.id, login=False))

    first, again = await retried(world, world.anna, create, nobody)
    assert first.thread.id == again.thread.id
    assert await refused(world, world.anna, replace(create, client_message_id=new_id())) == "account_not_activated"


async def test_what_was_refused_is_refused_again(world: World) -> None:
    """Nobody waits for a try that has ended."""
    thread = await world.thread()
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))
    send = MessageSend(thread_id=thread.id, client_message_id=KEY, body=paragraph("Hej"))
    for _ in range(2):
        with pytest.raises(Conflict) as caught:
            await world.do(world.anna, send)
        assert caught.value.reason == "thread_archived"
    made = await asyncio.gather(*(world.do(world.anna, send) for _ in range(20)), return_exceptions=True)
    assert all(isinstance(answer, Conflict) for answer in made)


async def test_what_another_node_has_stored_is_no_refusal(world: World) -> None:
    """Another node stored the message; here the thread is out of the asker's sight."""
    thread: Thread = await world.thread()
    send = MessageSend(thread_id=thread.id, client_message_id=KEY, body=paragraph("Hej"))
    first = await world.do(world.sofia, send)
    await take_holm(world)
    assert await world.do(world.sofia, send) == first


async def test_all_this_costs_a_plain_message_nothing(world: World, world_settings: Settings) -> None:
    """One insert, as ever."""
    thread = await world.thread()
    await world.settled()
    listener = Commands()
    mongo = Mongo(world_settings.mongo_url, world_settings.mongo_database, listeners=[listener])
    try:
        means = dataclasses.replace(world.means, store=Store(mongo), settler=Settler(consequences_later))
        context = dataclasses.replace(await world.context(world.petra), means=means)
        for _ in range(2):
            listener.names.clear()
            send = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Hej"))
            await dispatch(context, send)
        assert listener.names == ["insert events"]
    finally:
        await mongo.close()


async def consequences_later(happened: Mapping[Id, Sequence[Stored]]) -> Sequence[Stored]:
    """Nothing follows here."""
    return ()
