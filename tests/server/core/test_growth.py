"""What is shown costs what is shown, not what there is: database work at a thousand threads and at a hundred thousand.

Counted by the database's own profiler, which notes for each command that really ran the keys and documents that it looked
at, those of its lookups included, and whether it sorted in memory. No time is measured.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec import structs

from protocol.accounts import AccountList
from protocol.asked import Asked
from protocol.contacts import ContactCreate
from protocol.ids import new_id
from protocol.inbox import NotificationList
from protocol.people import Person
from protocol.streams import ThreadOpen
from protocol.tasks import TaskList
from protocol.texts import words_of_names
from protocol.threads import Excerpt, ThreadList
from server.core.settings import Settings
from storage.log.streams import Head
from storage.mongo.connection import Mongo
from storage.mongo.documents import Document, to_document
from storage.mongo.migrations import prepare
from storage.notifications import NotificationDoc
from storage.threads import Position, ThreadDoc
from tests.world import World, new_world

FEW = 1_000
MANY = 100_000
UNREAD = 50
WITH_OPEN_TASKS = 40
IN_THE_INBOX = 200
RATIO_MAX = 1.5
PER_INSERT = 5_000
pytestmark = pytest.mark.anyio


@dataclass
class Firm:
    """A world with so many threads."""

    world: World
    threads: int
    middle: ThreadDoc


@pytest.fixture(scope="module")
async def firms(mongo_url: str) -> AsyncIterator[tuple[Firm, Firm]]:
    """The same firm with few threads and with many."""
    names = [f"growth_{uuid.uuid4().hex}" for _ in range(2)]
    few, many = (Settings(mongo_url=mongo_url, mongo_database=name, development=True) for name in names)
    for settings in (few, many):
        mongo = Mongo(mongo_url, settings.mongo_database)
        await prepare(mongo)
        await mongo.close()
    async with new_world(few) as small, new_world(many) as large:
        yield await filled(small, FEW), await filled(large, MANY)
        for world in (small, large):
            await world.store.mongo.client.drop_database(world.settings.mongo_database)


async def filled(world: World, threads: int) -> Firm:
    """Put threads into a world, all of them Petra's and Linn's, and assign Sofia to all.

    As many are unread, have open tasks or an entry in the inbox in a firm with many as in one with few: who works there
    reads, ticks and puts away. (What is counted for a badge is counted to a thousand at most.)
    """
    middle = None
    for account, contact in itertools.product((world.wester, world.salt), (world.petra, world.linn)):
        more = ContactCreate(account_id=account.id, name=contact.name, email=contact.email, login=True)
        await world.do(world.anna, more)
    await world.settled()
    everything = {"$addToSet": {"staff_ids": world.sofia.id}}
    await world.store.mongo.database["accounts"].update_many({"firm_id": world.firm.id}, everything)
    batch: dict[str, list[Document]] = {"threads": [], "notifications": []}
    for number in range(threads):
        thread = thread_of(world, number, threads)
        batch["threads"].append(thread)
        batch["notifications"].append(entry_of(world, thread, number, threads))
        if number == threads // 2:
            middle = thread
        if len(batch["threads"]) == PER_INSERT or number == threads - 1:
            for name, documents in batch.items():
                await world.store.mongo.database[name].insert_many(list(map(to_document, documents)), ordered=False)
                documents.clear()
    assert middle is not None
    return Firm(world, threads, middle)


def author(world: World) -> Person:
    return Person(id=world.anna.id, side="staff", name=world.anna.name)


def thread_of(world: World, number: int, of: int) -> ThreadDoc:
    account = world.holm if number % 10 == 0 else world.wester if number % 2 else world.salt
    at = world.clock.now() - (number + 1) * 1000
    unread = number % (of // UNREAD) == 0
    head = Head(seq=2, contact_messages=1, staff_messages=1)
    return ThreadDoc(
        id=new_id(), firm_id=world.firm.id, account_id=account.id, subject=f"Bokslut {number % 7} unikt{number}",
        state="active", origin="manual", created_at=at, created_by=author(world), last_message_at=at,
        updated_at=at, visible_at=at, firm_unread=int(unread), has_unread=unread, head=head,
        firm_read=Position(seq=1 if unread else 2, messages=0 if unread else 1), contact_read=Position(),
        readers={world.petra.id: 0 if unread else 1, world.linn.id: 0},
        tasks_done=0, tasks_total=int(number % (of // WITH_OPEN_TASKS) == 0),
        last=Excerpt(person=author(world), text="Hej", at=at), last_seq=2,
        found_by=[*account.found_by, *words_of_names([world.petra.name, world.linn.name])],
    )  # fmt: skip


def entry_of(world: World, thread: ThreadDoc, number: int, of: int) -> NotificationDoc:
    at = thread.last_message_at
    return NotificationDoc(
        id=new_id(), firm_id=world.firm.id, user_id=world.anna.id, thread_id=thread.id, account_id=thread.account_id,
        kind="message_from_contact", actor=Person(id=world.petra.id, side="contact", name=world.petra.name), at=at,
        created_at=at, unread=number % 3 == 0, archived=number % (of // IN_THE_INBOX) != 0,
    )  # fmt: skip


@dataclass
class Work:
    """What a command cost the database."""

    looked_at: int
    sorted_in_memory: list[str]


async def work_of(firm: Firm, who: str, command: Asked) -> Work:
    """Run a command as somebody and count what the database looked at."""
    world = firm.world
    database = world.store.mongo.client[world.settings.mongo_database]
    principal = await world.principal(getattr(world, who))
    await database.command("profile", 0)
    await database.drop_collection("system.profile")
    await database.command("profile", 2)
    await world.do_as(principal, command)
    await database.command("profile", 0)
    done = [row async for row in database["system.profile"].find({"command.profile": {"$exists": False}})]
    looked_at = sum(row.get("keysExamined", 0) + row.get("docsExamined", 0) for row in done)
    return Work(looked_at, [row["ns"] for row in done if row.get("hasSortStage")])


def lists() -> Iterator[tuple[str, str, Asked]]:
    yield "all", "anna", ThreadList()
    yield "archived", "anna", ThreadList(state="archived")
    yield "unread", "anna", ThreadList(only="unread")
    yield "mine", "anna", ThreadList(only="mine")
    yield "with open tasks", "anna", ThreadList(only="open_tasks")
    yield "of an employee", "sofia", ThreadList()
    yield "of an employee with open tasks", "sofia", ThreadList(only="open_tasks")
    yield "of everybody's word", "anna", ThreadList(search="bokslut")
    yield "of a rare word", "anna", ThreadList(search="unikt500")
    yield "of a common and a rare word", "anna", ThreadList(search="bok unikt500")
    yield "of no word", "anna", ThreadList(search="finnsinte")
    yield "of no word, of an employee", "sofia", ThreadList(search="finnsinte")
    yield "of a client's name", "anna", ThreadList(search="holm")
    yield "of a client's and a subject's word", "anna", ThreadList(search="holm bok")
    yield "of a client's and a rare word", "anna", ThreadList(search="holm unikt500")
    yield "of a client's and no word, of an employee", "sofia", ThreadList(search="holm finnsinte")
    yield "of somebody's name and a rare word", "anna", ThreadList(search="linn unikt500")
    yield "of somebody's name", "anna", ThreadList(search="petra")
    yield "of accounts by a word", "anna", AccountList(search="döttrar")
    yield "of notifications", "anna", NotificationList()
    yield "of archived notifications", "anna", NotificationList(archived=True)
    yield "of tasks", "anna", TaskList()
    yield "of a contact", "petra", ThreadList()
    yield "of a contact, unread", "petra", ThreadList(only="unread")
    yield "of a contact with much unread", "linn", ThreadList()
    yield "of a contact with open tasks", "petra", ThreadList(only="open_tasks")
    yield "of a contact by a rare word", "petra", ThreadList(search="unikt500")
    yield "of a contact by no word", "petra", ThreadList(search="finnsinte")
    yield "of a contact, what has changed", "petra", ThreadList(since=1, limit=20)


@pytest.mark.parametrize(("who", "command"), [pytest.param(*rest, id=name) for name, *rest in lists()])
async def test_a_list_costs_the_same_however_many_threads_there_are(
    firms: tuple[Firm, Firm], who: str, command: Asked
) -> None:
    few, many = [await work_of(firm, who, command) for firm in firms]
    assert many.looked_at <= RATIO_MAX * few.looked_at, f"{few.looked_at} → {many.looked_at}"
    assert not many.sorted_in_memory or command.__class__ is not NotificationList


@pytest.mark.parametrize(
    ("who", "page"), [("anna", ThreadList()), ("petra", ThreadList()), ("anna", NotificationList())]
)
async def test_the_next_page_costs_what_the_first_does(firms: tuple[Firm, Firm], who: str, page: Any) -> None:
    first = await firms[1].world.do(getattr(firms[1].world, who), page)
    assert first.next is not None
    costs = [await work_of(firms[1], who, asked) for asked in (page, structs.replace(page, after=first.next))]
    assert costs[1].looked_at <= RATIO_MAX * costs[0].looked_at
    assert not costs[1].sorted_in_memory


async def test_opening_a_thread_costs_the_same_however_many_there_are(firms: tuple[Firm, Firm]) -> None:
    few, many = [await work_of(firm, "anna", ThreadOpen(thread_id=firm.middle.id)) for firm in firms]
    assert many.looked_at <= RATIO_MAX * few.looked_at
