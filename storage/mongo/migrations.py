"""Changes of the stored form, in order: numbered, made by one process at a time, without a time limit, and resumable.

A process that starts makes an empty database ready, and refuses one that is behind this build, because building indexes
over years of messages takes longer than a start may: `python -m server migrate` does that beforehand, while the nodes
of the build before go on. A database that is ahead of this build is taken: what it can't read it leaves alone.

    facts._id = "migrations"    applied: the number of the last migration that is done
                                made: false while a new database is being made ready
                                holder, until: who migrates, and until when nobody else may begin (the database's clock)

Knows what has to be done once for all processes. Refuses to know what the collections mean, beyond what a migration says.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import structlog
from bson import encode
from msgspec.structs import replace
from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from protocol.ids import new_id
from protocol.texts import words_of_names
from storage.accounts import ACCOUNTS, AccountDoc
from storage.facts import FACTS
from storage.marks import MARKS, mark_id
from storage.mongo.collections import collected
from storage.mongo.connection import Mongo, Row, Unsuitable, write_all
from storage.mongo.documents import if_readable
from storage.mongo.of_firms import FirmRows
from storage.people import CONTACTS, LINKS
from storage.threads import THREADS, ThreadDoc

log = structlog.get_logger(__name__)

LEASE_S: Final = 30.0
"""So long after the death of a process that was migrating, another may go on."""
RENEW_S: Final = 5.0
FILLED_PER_COMMAND: Final = 1_000
WAIT_S: Final = 0.5
"""Whoever waits for another process to finish looks so often."""
_FACT: Final = "migrations"


class Behind(Unsuitable):
    """The database is older than this build."""

    def __init__(self, applied: int, latest: int) -> None:
        super().__init__(
            f"The database is at migration {applied} and this build needs {latest}: "
            "run `python -m server migrate` first, as often as it takes; nodes of the build before may go on meanwhile."
        )


class LeaseLost(Exception):
    """Another process has taken over, because this one was silent for too long."""

    def __init__(self) -> None:
        super().__init__("Another process migrates this database now; run this again to see when it is done.")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. `run` may be stopped anywhere and is then run again from its beginning: it must bear that."""

    number: int
    name: str
    run: Callable[[Mongo], Awaitable[None]]
    fills: bool = False
    """It adds to documents what they lack. Each `migrate` runs it again, because nodes of the build before may have
    written such documents after it."""


async def make_indexes(mongo: Mongo) -> None:
    """Make every collection and index that isn't there yet. Transactions need their collections to exist."""
    existing = set(await mongo.database.list_collection_names())
    for name, collection in collected().items():
        if name not in existing:
            await mongo.database.create_collection(name, check_exists=False)
        if collection.indexes:
            await mongo.database[name].create_indexes(list(collection.indexes))


async def fill_looked_up(mongo: Mongo) -> None:
    """Give threads and accounts the fields by which they are found."""
    lacked = ((THREADS, ThreadDoc, ("words", "has_open_tasks")), (ACCOUNTS, AccountDoc, ("words",)))
    for collection, kind, fields in lacked:
        rows = FirmRows(mongo, collection).across("migration")
        writes: list[UpdateOne] = []
        async for row in rows.find({"words": {"$exists": False}}):
            document = if_readable(row, kind)
            if document is None:
                continue  # it is shown in no list either
            # Only if nobody has changed it meanwhile: then its words came with the change.
            lacking = {"_id": row["_id"], "words": {"$exists": False}}
            found = document.looked_up()
            writes.append(UpdateOne(lacking, {"$set": {field: found[field] for field in fields}}))
            if len(writes) == FILLED_PER_COMMAND:
                await write_all(rows, writes)
                writes = []
        await write_all(rows, writes)


async def fill_readers(mongo: Mongo) -> None:
    """Give threads what each of their account's contacts has read of them, from the marks."""
    rows, links, marks = (FirmRows(mongo, each).across("migration") for each in (THREADS, LINKS, MARKS))
    after = ""
    while True:
        lacking = {"_id": {"$gt": after}, "turn_at": {"$exists": False}}
        some = [row async for row in rows.find(lacking).sort("_id", 1).limit(FILLED_PER_COMMAND)]
        if not some:
            return
        after = some[-1]["_id"]
        contacts: dict[str, list[str]] = {}
        async for link in links.find({"account_id": {"$in": list({row["account_id"] for row in some})}}):
            contacts.setdefault(link["account_id"], []).append(link["contact_id"])
        found = marks.find({"thread_id": {"$in": [row["_id"] for row in some]}}, {"read_messages": 1})
        seen = {mark["_id"]: mark.get("read_messages", 0) async for mark in found}
        writes = []
        for row in some:
            thread = if_readable(row, ThreadDoc)
            if thread is None:
                continue
            readers = {
                contact: seen.get(mark_id(row["_id"], contact), 0) for contact in contacts.get(row["account_id"], [])
            }
            thread = replace(thread, readers=readers)
            writes.append(
                UpdateOne(
                    {"_id": row["_id"], "turn_at": {"$exists": False}},
                    {"$set": {"readers": readers} | thread.looked_up()},
                )
            )
        await write_all(rows, writes)


async def fill_firms(mongo: Mongo) -> None:
    """Give marks the firm of their thread, which builds of long ago didn't note."""
    marks, rows = (FirmRows(mongo, each).across("migration") for each in (MARKS, THREADS))
    after = ""
    while True:
        lacking = {"_id": {"$gt": after}, "firm_id": {"$exists": False}}
        found = marks.find(lacking, {"thread_id": 1}).sort("_id", 1).limit(FILLED_PER_COMMAND)
        threads = {mark["_id"]: mark["thread_id"] async for mark in found}
        if not threads:
            return
        after = max(threads)
        found = rows.find({"_id": {"$in": list(set(threads.values()))}}, {"firm_id": 1})
        firms = {row["_id"]: row["firm_id"] async for row in found}
        await write_all(
            marks,
            [
                UpdateOne({"_id": mark, "firm_id": {"$exists": False}}, {"$set": {"firm_id": firms[thread]}})
                for mark, thread in threads.items()
                if thread in firms
            ],
        )


async def fill_found_by(mongo: Mongo) -> None:
    """Let accounts be found by their people's names, and threads by the words of their account as well."""
    threads, accounts = (FirmRows(mongo, each).across("migration") for each in (THREADS, ACCOUNTS))
    await _fill_names(mongo)
    after = ""
    while True:
        lacking = {"_id": {"$gt": after}, "found_by": {"$exists": False}}
        some = [row async for row in threads.find(lacking, {"account_id": 1}).sort("_id", 1).limit(FILLED_PER_COMMAND)]
        if not some:
            return
        after = some[-1]["_id"]
        found = accounts.find({"_id": {"$in": list({row["account_id"] for row in some})}})
        words = {row["_id"]: one.found_by async for row in found if (one := if_readable(row, AccountDoc)) is not None}
        await write_all(
            threads,
            [
                UpdateOne(
                    {"_id": row["_id"], "found_by": {"$exists": False}},
                    {"$set": {"found_by": words[row["account_id"]]}, "$addToSet": _each(words[row["account_id"]])},
                )
                for row in some
                if row["account_id"] in words
            ],
        )


async def _fill_names(mongo: Mongo) -> None:
    """Give accounts the words of their people's names, and their threads what is new of them."""
    links, contacts, accounts, threads = (
        FirmRows(mongo, each).across("migration") for each in (LINKS, CONTACTS, ACCOUNTS, THREADS)
    )
    after = ""
    while some := [row async for row in links.find({"_id": {"$gt": after}}).sort("_id", 1).limit(FILLED_PER_COMMAND)]:
        after = some[-1]["_id"]
        people = contacts.find({"_id": {"$in": list({row["contact_id"] for row in some})}}, {"name": 1})
        names = {row["_id"]: row["name"] async for row in people}
        words: dict[str, set[str]] = {}
        for row in some:
            name = row.get("typed_name") or names.get(row["contact_id"], "")
            words.setdefault(row["account_id"], set()).update(words_of_names([name]))
        known = accounts.find({"_id": {"$in": list(words)}}, {"people_words": 1})
        async for account in known:
            new = sorted(words[account["_id"]] - set(account.get("people_words", [])))
            if new:
                both = {"people_words": {"$each": new}} | _each(new)
                await accounts.update_one({"_id": account["_id"]}, {"$addToSet": both})
                # Those without it get all of it together.
                had = {"account_id": account["_id"], "found_by": {"$exists": True}}
                await threads.update_many(had, {"$addToSet": {"found_by": {"$each": new}} | _each(new)})


def _each(words: Sequence[str]) -> Row:
    return {"words": {"$each": list(words)}}


TABLE: Final[tuple[Migration, ...]] = (
    Migration(1, "collections and indexes", make_indexes),
    Migration(2, "words and open tasks", fill_looked_up, fills=True),
    Migration(3, "what contacts have read", fill_readers, fills=True),
    Migration(4, "what matters for security, by firm and time", make_indexes),
    Migration(5, "inbox entries that nobody has been told of", make_indexes),
    Migration(6, "letters whose fate nobody has been told of", make_indexes),
    Migration(7, "marks from which something is still to follow", make_indexes),
    Migration(8, "whose marks are", fill_firms, fills=True),
    Migration(9, "saved replies", make_indexes),
    Migration(10, "threads that are put off, and that have come back", make_indexes),
    Migration(11, "firms' logos", make_indexes),
    Migration(12, "files that are brought, and their bytes", make_indexes),
    Migration(13, "folders, documents, and the messages that carry them", make_indexes),
    Migration(14, "templates", make_indexes),
    Migration(15, "owners of firms", make_indexes),
    Migration(16, "what files are shown as", make_indexes),
    Migration(17, "custom fields", make_indexes),
    Migration(18, "what goes out later", make_indexes),
    Migration(19, "documents of which nobody has been told", make_indexes),
    Migration(20, "bulk runs", make_indexes),
    Migration(21, "new chats that are created later", make_indexes),
    Migration(22, "threads by the words of their account and of its people's names", fill_found_by, fills=True),
    Migration(23, "threads in which something follows the last reminder", make_indexes),
    Migration(24, "what a virus scanner has said of files", make_indexes),
    Migration(25, "where inboxes tell of documents", make_indexes),
)
"""Numbered from 1 without a gap; what has been released is never changed, only added to. A change of an index is
a migration too: one more row with `make_indexes`, and the fingerprint, which a test of tests/storage/mongo compares."""
INDEXES_FINGERPRINT: Final = "24fe433bcdbc89f5"
"""Of the indexes that the last row makes."""


def fingerprint() -> str:
    """What all indexes of all collections say, as a few digits: it changes when one of them does."""
    said = b"".join(
        name.encode() + b"".join(sorted(encode(index.document) for index in collection.indexes))
        for name, collection in sorted(collected().items())
    )
    return hashlib.sha256(said).hexdigest()[:16]


async def prepare(mongo: Mongo, table: Sequence[Migration] = TABLE) -> None:
    """Make sure that this build can use a database; one that is empty is made ready. What every process does first.

    Raises Unsuitable, or Behind, with a sentence for whoever runs the server.
    """
    await mongo.suitable()
    fact = await _fact(mongo)
    if fact is None and await mongo.database.list_collection_names(filter={"name": {"$ne": "facts"}}):
        raise Behind(0, table[-1].number)
    if fact is None or not fact.get("made", True):
        await migrate(mongo, table)
    elif fact["applied"] < table[-1].number:
        raise Behind(fact["applied"], table[-1].number)
    elif fact["applied"] > table[-1].number:
        log.warning("migrations.ahead", applied=fact["applied"], known=table[-1].number)


async def migrate(mongo: Mongo, table: Sequence[Migration] = TABLE) -> list[int]:
    """Bring a database up to this build; the numbers of what had to be done. Waits while another process is at it.

    May be killed and run again. Raises Unsuitable, and LeaseLost when the database was away for so long that another
    process has taken over.
    """
    await mongo.suitable()
    patient = mongo.patient()
    try:
        # In this order: who finds collections without the fact knows that they are of a build that kept no count.
        empty = not await patient.database.list_collection_names(filter={"name": {"$ne": "facts"}})
        await _begin(patient, made=not empty)
        async with _leased(patient) as holder:
            return await _apply(patient, table, holder)
    finally:
        await patient.close()


async def _apply(mongo: Mongo, table: Sequence[Migration], holder: str) -> list[int]:
    fact = await _fact(mongo)
    assert fact is not None
    pending = [migration for migration in table if migration.number > fact["applied"]]
    for migration in table:
        if migration.fills and migration not in pending:
            await migration.run(mongo)
    for migration in pending:
        log.info("migration.begun", number=migration.number, name=migration.name)
        await migration.run(mongo)
        await _keep(mongo, holder, {"applied": migration.number})
        log.info("migration.done", number=migration.number)
    await _keep(mongo, holder, {"made": True})
    return [migration.number for migration in pending]


@asynccontextmanager
async def _leased(mongo: Mongo) -> AsyncIterator[str]:
    """Inside it no other process migrates. Cancels what is inside when the lease is lost."""
    holder, waited = new_id(), False
    while not await _claim(mongo, holder):
        if not waited:
            log.info("migration.waiting", why="another process is at it")
            waited = True
        await asyncio.sleep(WAIT_S)  # it tells nobody when it is done, or dead
    try:
        async with asyncio.TaskGroup() as tasks:
            renewing = tasks.create_task(_renew(mongo, holder), name="migration lease")
            yield holder
            renewing.cancel()
    except BaseExceptionGroup as group:
        # One thing happened, however many tasks it ended.
        raise group.exceptions[0] from None
    finally:
        await mongo.rows(FACTS).update_one({"_id": _FACT, "holder": holder}, {"$unset": {"holder": "", "until": ""}})


async def _renew(mongo: Mongo, holder: str) -> None:
    while True:
        await asyncio.sleep(RENEW_S)  # the clock itself is what is waited for
        await _keep(mongo, holder, {})


async def _begin(mongo: Mongo, *, made: bool) -> None:
    try:
        await mongo.rows(FACTS).insert_one({"_id": _FACT, "applied": 0, "made": made})
    except DuplicateKeyError:
        return


async def _claim(mongo: Mongo, holder: str) -> bool:
    free: Row = {"$or": [{"$eq": [{"$type": "$until"}, "missing"]}, {"$lt": ["$until", "$$NOW"]}]}
    claimed = await mongo.rows(FACTS).update_one({"_id": _FACT, "$expr": free}, [_holding(holder, {})])
    return claimed.matched_count == 1


async def _keep(mongo: Mongo, holder: str, facts: Row) -> None:
    """Note something and hold the lease for longer. Raises LeaseLost."""
    kept = await mongo.rows(FACTS).update_one({"_id": _FACT, "holder": holder}, [_holding(holder, facts)])
    if not kept.matched_count:
        raise LeaseLost


def _holding(holder: str, facts: Row) -> Row:
    return {"$set": {**facts, "holder": holder, "until": {"$add": ["$$NOW", round(LEASE_S * 1000)]}}}


async def _fact(mongo: Mongo) -> dict[str, Any] | None:
    return await mongo.rows(FACTS).find_one({"_id": _FACT})
