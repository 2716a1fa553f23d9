"""The connection to MongoDB: its guarantees, its index table, its transactions, and its errors as ours.

Every write is majority and journaled, every read majority (P1): nobody sees what could be rolled back. Refuses to know
what the collections mean; each has a module of its own.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import pymongo
from bson.codec_options import CodecOptions
from pymongo import AsyncMongoClient, IndexModel, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError
from pymongo.monitoring import CommandListener
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from protocol.errors import Unavailable
from protocol.wire import Ms

Row = dict[str, Any]
Rows = AsyncCollection[Row]
Session = AsyncClientSession
T = TypeVar("T")

OPERATION_TIMEOUT_MS: Final = 5_000
"""An operation that takes longer has an unknown outcome and is refused as temporary."""
TRANSACTION_ATTEMPTS_MAX: Final = 50
DUPLICATE: Final = 11000
"""The database's code for a unique key that is taken."""

INDEXES: Final[Mapping[str, list[IndexModel]]] = {
    # The primary key of an event is "<stream>:<seq, 13 digits>": unique, and it serves reads of a stream in order.
    "events": [
        IndexModel("key", unique=True, partialFilterExpression={"key": {"$exists": True}}),
        IndexModel([("firm_id", 1), ("at", 1)]),
        IndexModel("unsettled_at", partialFilterExpression={"unsettled_at": {"$exists": True}}),
        IndexModel("at", partialFilterExpression={"event.type": "access.changed"}),
        IndexModel("event.message_id", partialFilterExpression={"event.message_id": {"$exists": True}}),
    ],
    "firms": [],
    "staff": [IndexModel([("firm_id", 1), ("email", 1)], unique=True), IndexModel("email")],
    "contacts": [IndexModel([("firm_id", 1), ("email", 1)], unique=True), IndexModel("email")],
    "accounts": [
        IndexModel([("firm_id", 1), ("name_key", 1), ("_id", 1)]),
        IndexModel([("firm_id", 1), ("words", 1)]),
        IndexModel([("firm_id", 1), ("short_id", 1)], unique=True),
        IndexModel([("firm_id", 1), ("staff_ids", 1)]),
        IndexModel([("firm_id", 1), ("key", 1)], unique=True, partialFilterExpression={"key": {"$exists": True}}),
    ],
    "links": [IndexModel("contact_id"), IndexModel("account_id")],
    "sessions": [
        IndexModel("session_id", unique=True),
        IndexModel("user_id"),
        IndexModel("expires", expireAfterSeconds=0),
    ],
    "secrets": [IndexModel([("user_id", 1), ("purpose", 1)]), IndexModel("expires", expireAfterSeconds=0)],
    "threads": [
        IndexModel("key", unique=True, partialFilterExpression={"key": {"$exists": True}}),
        IndexModel([("firm_id", 1), ("state", 1), ("has_unread", -1), ("last_message_at", -1), ("_id", -1)]),
        IndexModel([("account_id", 1), ("state", 1), ("has_unread", -1), ("last_message_at", -1), ("_id", -1)]),
        # Those with something to do, or with a word, are few of many: the order of a list is no help in finding them.
        IndexModel(
            [("firm_id", 1), ("state", 1), ("has_unread", -1), ("last_message_at", -1), ("_id", -1)],
            name="open_tasks_of_firm",
            partialFilterExpression={"has_open_tasks": True},
        ),
        IndexModel(
            [("account_id", 1), ("state", 1), ("has_unread", -1), ("last_message_at", -1), ("_id", -1)],
            name="open_tasks_of_account",
            partialFilterExpression={"has_open_tasks": True},
        ),
        IndexModel([("firm_id", 1), ("words", 1)]),
        IndexModel([("account_id", 1), ("words", 1)]),
        IndexModel([("firm_id", 1), ("updated_at", 1), ("_id", 1)]),
        IndexModel([("account_id", 1), ("updated_at", 1), ("_id", 1)]),
        IndexModel([("account_id", 1), ("visible_at", 1), ("_id", 1)]),
        IndexModel([("firm_id", 1), ("assignee_id", 1), ("state", 1)]),
        IndexModel([("account_id", 1), ("_id", 1)]),
        # A contact's list: what they have to read, and everything, by when it came to the top.
        IndexModel([("account_id", 1), ("unread_by", 1), ("state", 1), ("turn_at", -1), ("_id", -1)]),
        IndexModel([("account_id", 1), ("state", 1), ("turn_at", -1), ("_id", -1)]),
        IndexModel("reminder.next_due_at", partialFilterExpression={"reminder.next_due_at": {"$exists": True}}),
    ],
    "tasks": [
        IndexModel([("thread_id", 1), ("position", 1)]),
        IndexModel("key", unique=True, partialFilterExpression={"key": {"$exists": True}}),
        IndexModel([("firm_id", 1), ("done", 1), ("_id", -1)]),
        IndexModel([("account_id", 1), ("done", 1), ("_id", -1)]),
    ],
    "marks": [IndexModel("thread_id"), IndexModel([("firm_id", 1), ("moved_at", 1)])],
    "notifications": [
        IndexModel([("user_id", 1), ("thread_id", 1)], unique=True),
        IndexModel([("user_id", 1), ("archived", 1), ("at", -1), ("_id", -1)]),
        IndexModel("thread_id"),
        IndexModel("untold_at", partialFilterExpression={"untold_at": {"$exists": True}}),
    ],
    # Exactly one row for each (thread, cycle, number): RM-16. Its primary key is those three.
    "reminder_rows": [IndexModel([("thread_id", 1), ("at", 1)])],
    "letters": [
        IndexModel("key", unique=True),
        IndexModel("about", unique=True, partialFilterExpression={"about": {"$exists": True}}),
        IndexModel([("state", 1), ("due_at", 1)]),
        IndexModel([("thread_id", 1), ("state", 1), ("person_id", 1)]),
        IndexModel([("thread_id", 1), ("last_seq", 1)]),
    ],
    "audit": [
        IndexModel([("thread_id", 1), ("at", -1)]),
        IndexModel([("firm_id", 1), ("at", -1), ("_id", -1)], partialFilterExpression={"security": True}),
        IndexModel("expires", expireAfterSeconds=0),
    ],
    "chores": [IndexModel("at")],
    "facts": [],
}
"""Every collection and its indexes besides the primary key. Nothing is looked up without one. Changes are migrations."""


class SomebodyWasFirst(Exception):
    """Another writer took the place that a transaction had read as free: it must run again from the start."""


class Unsuitable(Exception):
    """The database can't be used as it is set up; the text says what to do."""


class NotWritten(Exception):
    """The database refused some of many writes for good: a fault of ours, and not of the moment."""


class Mongo:
    """A connected database with the guarantees of P1."""

    def __init__(
        self,
        url: str,
        database: str,
        *,
        write_concern: WriteConcern | None = None,
        listeners: Sequence[CommandListener] = (),
        timeout_ms: int | None = OPERATION_TIMEOUT_MS,
    ) -> None:
        self._url = url
        self.client: AsyncMongoClient[Row] = AsyncMongoClient(
            url,
            tz_aware=True,
            timeoutMS=timeout_ms,
            serverSelectionTimeoutMS=OPERATION_TIMEOUT_MS,
            retryWrites=True,
            retryReads=True,
            appname="chattar",
            event_listeners=listeners,
        )
        self.database: AsyncDatabase[Row] = self.client.get_database(
            database,
            codec_options=CodecOptions(tz_aware=True),
            write_concern=write_concern or WriteConcern(w="majority", j=True),
            read_concern=ReadConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
        )

    def rows(self, collection: str) -> Rows:
        """A collection, which must be in the index table."""
        if collection not in INDEXES:
            raise KeyError(f"{collection} is not in the index table")
        return self.database[collection]

    def patient(self) -> "Mongo":
        """Another connection to the same, whose operations may take as long as they take."""
        return Mongo(self._url, self.database.name, timeout_ms=None)

    async def suitable(self) -> None:
        """Make sure that the database can do what is asked of it. Raises Unsuitable."""
        hello = await self.client.admin.command("hello")
        if "setName" not in hello and hello.get("msg") != "isdbgrid":
            raise Unsuitable(
                "MongoDB runs as a standalone server, which has no transactions: start mongod with --replSet "
                "and run rs.initiate() once; a replica set of one member is enough."
            )

    async def now(self) -> Ms:
        """The database server's own clock: the one clock that all schedulers share."""
        answer = await self.client.admin.command("hello")
        return int(answer["localTime"].timestamp() * 1000)

    async def transact(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run `work` in a transaction, again from the start after a conflict, until it commits; what it returned.

        `work` must do all its reading and writing with the session that it is given, and nothing else that lasts.
        It runs again when it lets SomebodyWasFirst out, too; every other exception ends the transaction without a
        trace. Raises Unavailable when others stay faster.
        """
        async with self.client.start_session() as session:
            for _ in range(TRANSACTION_ATTEMPTS_MAX):
                try:
                    # Without a limit of its own it would go on for two minutes, such as against the open transaction
                    # of a node that was killed, which holds its documents until the server gives it up.
                    with pymongo.timeout(OPERATION_TIMEOUT_MS / 1000):
                        return await session.with_transaction(
                            work,
                            read_concern=ReadConcern("snapshot"),
                            write_concern=self.database.write_concern,
                        )
                except SomebodyWasFirst:
                    continue
            raise Unavailable("Too many are writing here at the moment; try again with the same key.")

    async def find_certain(self, collection: str, query: Row) -> Row | None:
        """A document that was in somebody's way, once it can't be rolled back; None if it was rolled back."""
        rows = self.rows(collection)
        local = rows.with_options(read_concern=ReadConcern("local"))
        async with self.client.start_session() as session:
            # The session is causal: after the local read, the majority read waits until it has seen as much.
            await local.find_one(query, {"_id": 1}, session=session)
            return await rows.find_one(query, session=session)

    async def close(self) -> None:
        """Close every connection."""
        await self.client.close()


async def write_all(rows: Rows, writes: Sequence[UpdateOne]) -> None:
    """Many writes in one command, none held up by another; each must have its guard and may be done twice.

    Raises NotWritten when the database refused some for what they are; the others are done.
    """
    if not writes:
        return
    try:
        await rows.bulk_write(writes, ordered=False)
    except BulkWriteError as error:
        details: Mapping[str, Any] = error.details or {}
        failures = details.get("writeErrors", [])
        if details.get("writeConcernErrors") or not failures:
            raise
        if any(failure.get("code") != DUPLICATE for failure in failures):
            raise NotWritten(f"{len(failures)} of {len(writes)} in {rows.name}: {failures[0].get('errmsg')}") from error
        # Somebody else has made the same document at this very moment: now it is there, and the guards decide.
        await rows.bulk_write([writes[failure["index"]] for failure in failures], ordered=False)


@asynccontextmanager
async def keys_taken() -> AsyncIterator[None]:
    """Inside it, a key that is taken comes out of a bulk as it does out of a single insert: as DuplicateKeyError."""
    try:
        yield
    except BulkWriteError as error:
        details: Mapping[str, Any] = error.details or {}
        for failure in details.get("writeErrors", []):
            if failure.get("code") == DUPLICATE:
                raise DuplicateKeyError(str(failure.get("errmsg", "")), DUPLICATE, failure) from error
        raise


@asynccontextmanager
async def ours() -> AsyncIterator[None]:
    """Inside it, a fault of the database comes out as Unavailable: the outcome is unknown or nothing was done."""
    try:
        yield
    except DuplicateKeyError:
        raise
    except PyMongoError as error:
        raise Unavailable("The database can't be reached at the moment; try again with the same key.") from error
