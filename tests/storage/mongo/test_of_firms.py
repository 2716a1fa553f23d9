"""No document of a firm is read or written without the firm (SECURITY.md): the ways to one are counted here."""

import ast
import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import BulkWriteError

from protocol.ids import new_id, thread_stream
from protocol.marks import MarkRead
from protocol.messages import MessageSent
from storage.mongo.collections import OfFirms, Shared, collected
from storage.mongo.connection import Mongo
from storage.mongo.of_firms import FirmRows
from storage.notifications import Place
from storage.tasks import TASKS
from tests.world import World

ROOT = Path(__file__).resolve().parents[3]

SHARED = {"events", "facts"}
"""The log, which is read by streams, each of one thread or person, or by keys, and what belongs to the installation."""

# Who goes across firms, and by what right: added to on purpose.
ACROSS = {
    "storage.bulk:due": "sweep",
    "storage.blobs.blobs:clear_leavings": "sweep",
    "storage.blobs.blobs:loose": "sweep",
    "storage.chores:left": "sweep",
    "storage.documents:out_of_time": "sweep",
    "storage.firms:all": "operator",
    "storage.letters:_claimed": "sweep",
    "storage.letters:backlog": "sweep",
    "storage.letters:claim": "sweep",
    "storage.letters:claim_to_try": "sweep",
    "storage.letters:firms_waiting": "sweep",
    "storage.letters:renew": "sweep",
    "storage.letters:stuck": "sweep",
    "storage.letters:untold": "sweep",
    "storage.marks:unfinished": "sweep",
    "storage.mongo.migrations:fill_firms": "migration",
    "storage.mongo.migrations:fill_found_by": "migration",
    "storage.mongo.migrations:_fill_names": "migration",
    "storage.mongo.migrations:fill_looked_up": "migration",
    "storage.mongo.migrations:fill_readers": "migration",
    "storage.notifications:untold": "sweep",
    "storage.people:by_email": "login",
    "storage.people:_sessions_by_digest": "login",
    "storage.people:secret": "login",
    "storage.people:use_secret": "login",
    "storage.planned:due": "sweep",
    "storage.scans:take": "sweep",
    "storage.scans:waiting": "sweep",
    "storage.thread_rows:_due_by": "sweep",
    "storage.uploads:expired": "sweep",
}
# Which modules reach a collection, or the database itself, past the firm's rows.
UNBOUND = {
    "storage.facts": "what belongs to the installation",
    "storage.relay": "what belongs to the installation",
    "storage.log.committer": "the log",
    "storage.log.positions": "the log",
    "storage.log.streams": "the log",
    "storage.mongo.connection": "it is the connection",
    "storage.mongo.migrations": "the stored form",
    "storage.mongo.of_firms": "it binds them",
    "storage.thread_rows": "the log",
    "storage.unions": "each part begins with the firms",
}


def calls(source: str) -> Iterator[tuple[str, str, str]]:
    """Function, name and first argument of everything called with a dot in a module."""

    def walk(node: ast.AST, function: str) -> Iterator[tuple[str, str, str]]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield function, node.func.attr, ast.unparse(node.args[0]) if node.args else ""
        for child in ast.iter_child_nodes(node):
            yield from walk(child, function)

    return walk(ast.parse(source), "")


def reaches_past(source: str) -> bool:
    """Whether a module asks the connection for a collection or the database."""
    asks = any(name == "rows" for _, name, _ in calls(source))
    return asks or any(isinstance(one, ast.Attribute) and one.attr == "database" for one in ast.walk(ast.parse(source)))


def modules() -> dict[str, str]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8")
        for package in ("storage", "server", "scheduler")
        for path in (ROOT / package).rglob("*.py")
    }


def test_whoever_goes_across_firms_is_listed_with_the_right_to() -> None:
    found = {
        f"{module}:{function}": ast.literal_eval(why)
        for module, source in modules().items()
        for function, name, why in calls(source)
        if name == "across"
    }
    assert found == ACROSS


def test_nobody_reaches_a_collection_past_the_firm_but_who_is_listed() -> None:
    assert {module for module, source in modules().items() if reaches_past(source)} == set(UNBOUND)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("async def get(self):\n    await self._mongo.rows(TASKS).find_one({})", True),
        ("async def get(self):\n    await self._mongo.database['tasks'].find_one({})", True),
        ("async def get(self, firm_id):\n    await self._rows.of(firm_id).find_one({})", False),
    ],
)
def test_the_test_itself_sees_faults(source: str, fault: bool) -> None:
    assert reaches_past(source) is fault


def test_every_collection_but_the_log_and_the_installations_is_of_firms() -> None:
    assert {name for name, said in collected().items() if isinstance(said, Shared)} == SHARED
    assert all(isinstance(said, OfFirms | Shared) for said in collected().values())


def test_what_is_not_bound_to_a_firm_has_no_way_to_ask() -> None:
    public = {name for name in dir(FirmRows) if not name.startswith("_")}
    assert public == {"of", "of_any", "across", "insert", "write", "write_all", "write_as_seen"}


@pytest.fixture
async def rows(mongo_url: str, database_name: str) -> AsyncIterator[FirmRows]:
    mongo = Mongo(mongo_url, database_name)
    yield FirmRows(mongo, TASKS)
    await mongo.close()


MINE, THEIRS = new_id(), new_id()


def task(firm_id: str, name: str) -> dict[str, Any]:
    return {"_id": name, "firm_id": firm_id, "text": name, "n": 0}


@pytest.mark.anyio
async def test_nothing_of_another_firm_is_found_changed_counted_or_taken_away_whatever_is_asked(rows: FirmRows) -> None:
    await rows.insert(task(MINE, "mine"), task(THEIRS, "theirs"))
    mine = rows.of(MINE)
    every: list[dict[str, Any]] = [{}, {"firm_id": THEIRS}, {"firm_id": {"$exists": True}}, {"$or": [{"n": 0}]}]
    for query in every:
        assert [row["_id"] async for row in mine.find(query)] == ["mine"]
        assert await mine.count(query) == 1
    assert [row["_id"] async for row in await mine.aggregate([])] == ["mine"]
    assert [row["_id"] async for row in rows.of_any([MINE, THEIRS]).find().sort("_id", 1)] == ["mine", "theirs"]
    assert [row async for row in rows.of_any([]).find()] == []
    theirs, more = {"_id": "theirs"}, {"$inc": {"n": 1}}
    assert await mine.find_one(theirs) is None
    assert await mine.find_certain(theirs) is None
    assert await mine.change_one(theirs, more) is None
    assert (await mine.update_one(theirs, more)).matched_count == 0
    assert (await mine.update_many(theirs, more)).matched_count == 0
    assert (await rows.write([mine.write(theirs, more)])).matched_count == 0
    assert (await mine.delete_one(theirs)).deleted_count == 0
    assert (await mine.delete_many(theirs)).deleted_count == 0
    assert [row["n"] async for row in rows.of(THEIRS).find()] == [0]


@pytest.mark.anyio
@pytest.mark.parametrize("upsert", [False, True])
@pytest.mark.parametrize("before", [[], [{"$unset": "nothing"}]])
async def test_a_pipeline_changes_the_firms_own_document_and_none_of_another(
    rows: FirmRows, before: list[dict[str, Any]], upsert: bool
) -> None:
    """Whether the firm can be held by its first stage or takes one of its own."""
    await rows.insert(task(MINE, "mine"), task(THEIRS, "theirs"))
    more = [*before, {"$set": {"n": {"$add": ["$n", 1]}}}]
    done = await rows.write([rows.of(MINE).write({"_id": "mine"}, more, upsert=upsert)])
    assert (done.matched_count, done.modified_count) == (1, 1)
    with pytest.raises(BulkWriteError, match="_id"):
        await rows.write([rows.of(MINE).write({"_id": "theirs"}, more, upsert=upsert)])
    assert [row["n"] async for row in rows.of(MINE).find()] == [1]
    assert [row async for row in rows.of(THEIRS).find()] == [task(THEIRS, "theirs")]


@pytest.mark.anyio
async def test_what_is_written_as_it_was_seen_is_refused_when_it_is_anything_else(rows: FirmRows) -> None:
    await rows.insert(*(task(MINE, name) for name in ("same", "moved", "more")), task(THEIRS, "theirs"))
    await rows.of(MINE).update_one({"_id": "moved"}, {"$set": {"n": 1}})
    await rows.of(MINE).update_one({"_id": "more"}, {"$set": {"word": "x"}})
    named = ("theirs", "same", "gone", "moved", "more")
    seen, fields = {"n": 0, "word": None}, {"n": 7}
    answer = await rows.write_as_seen([rows.of(MINE).write_seen(name, fields, seen) for name in named])
    assert answer == (1, [0, 3, 4])
    found = {row["_id"]: row["n"] async for row in rows.of_any([MINE, THEIRS]).find()}
    assert found == {"same": 7, "moved": 1, "more": 0, "theirs": 0}


@pytest.mark.anyio
async def test_what_a_pipeline_makes_is_the_firms(rows: FirmRows) -> None:
    more: list[dict[str, Any]] = [{"$set": {"n": 1}}]
    missing = await rows.write([rows.of(MINE).write({"_id": "new"}, more)])
    assert missing.matched_count == 0
    await rows.write([rows.of(MINE).write({"_id": "new"}, more, upsert=True)])
    assert [row async for row in rows.of(MINE).find()] == [{"_id": "new", "firm_id": MINE, "n": 1}]


@pytest.mark.anyio
async def test_nothing_is_put_in_for_nobody_or_in_anothers_name(rows: FirmRows) -> None:
    with pytest.raises(ValueError, match="says no firm_id"):
        await rows.insert({"_id": "nobodys"})
    with pytest.raises(ValueError, match="not of the firm"):
        await rows.of(MINE).put({"_id": "theirs"}, task(THEIRS, "theirs"))
    await rows.of(MINE).update_one({"_id": "new"}, {"$set": {"n": 1}}, upsert=True)
    assert [row["_id"] async for row in rows.of(MINE).find()] == ["new"]


@pytest.mark.anyio
async def test_with_the_id_of_something_of_another_firm_a_firm_finds_nothing(world: World) -> None:
    store, theirs = world.store, world.other_firm.id
    assert await store.accounts.get(theirs, world.holm.id) is None
    assert await store.accounts.many(theirs, [world.holm.id]) == {}
    assert await store.accounts.change(theirs, world.holm.id, {"$set": {"archived": True}}) is None
    assert await store.people.staff(theirs, world.anna.id) is None
    assert await store.people.change_staff(theirs, world.anna.id, {"active": False}) is None
    assert await store.people.contact(theirs, world.petra.id) is None
    assert await store.people.contacts(theirs, [world.petra.id]) == []
    assert await store.people.link(theirs, world.holm.id, world.petra.id) is None
    assert await store.people.links_of_account(theirs, world.holm.id) == []
    assert await store.people.links_of_contact(theirs, world.petra.id) == []
    assert await store.readers.somebody(theirs, world.holm.id) is False
    thread = await world.thread(tasks=["Kvitton"])
    assert await store.tasks.of_thread(theirs, thread.id) == []
    assert await store.audit.of_thread(theirs, thread.id, 10) == []
    assert await store.threads.facts(theirs, thread.id) is None
    assert await store.threads.get(theirs, thread.id) is None
    assert await store.threads.many([theirs], [thread.id]) == []
    await world.settled()
    await world.do(world.petra, MarkRead(thread_id=thread.id, seq=thread.head))
    assert await store.threads.facts(world.firm.id, thread.id) is not None
    assert await store.threads.facts(theirs, thread.id) is None, "nor from memory"
    assert await store.notifications.of_thread(world.firm.id, world.sofia.id, thread.id) is not None
    assert await store.notifications.of_thread(theirs, world.sofia.id, thread.id) is None
    assert await store.notifications.at([Place(theirs, world.sofia.id, thread.id)]) == {}
    assert await store.notifications.open_count(theirs, world.sofia.id) == 0
    (letter, *_) = await store.letters.of_thread(world.firm.id, thread.id)
    assert await store.letters.of_thread(theirs, thread.id) == []
    assert await store.letters.get(theirs, letter.id) is None
    said = [one.event for one in await store.streams.read(thread_stream(thread.id), 0, 9)]
    (sent,) = [event for event in said if isinstance(event, MessageSent)]
    assert await store.streams.message(world.firm.id, sent.message_id) is not None
    assert await store.streams.message(theirs, sent.message_id) is None
    look = await store.looks.at_position(theirs, thread.id, world.petra.id, 1)
    assert (look.thread, look.read_seq) == (None, 0)
    assert await store.marks.of_thread(theirs, thread.id) == []
    assert await store.marks.of_person(theirs, [thread.id], world.petra.id) == {}
    assert await store.marks.moved_since([theirs], 0, 10) == []


async def test_who_inserts_beside_somebody_else_is_counted_with_them(rows: FirmRows) -> None:
    """An address that is tried a hundred times at once is one row of the security log, and nobody gets an error for it."""
    own = rows.of(new_id())
    for _ in range(20):
        task_id = new_id()
        increment = {"$inc": {"times": 1}}
        await asyncio.gather(*(own.update_one({"_id": task_id}, increment, upsert=True) for _ in range(8)))
        row = await own.find_one({"_id": task_id})
        assert row is not None
        assert row["times"] == 8
