"""The connection to MongoDB: its guarantees, its transactions, and its errors as ours.

Every write is majority and journaled, every read majority (P1): nobody sees what could be rolled back. Refuses to know
what the collections mean; each has a module of its own.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Final, TypeVar, cast

import pymongo
from bson import encode
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient, UpdateOne
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
from storage.mongo.collections import Shared

Row = dict[str, Any]
Rows = AsyncCollection[Row]
Session = AsyncClientSession
T = TypeVar("T")

OPERATION_TIMEOUT_MS: Final = 5_000
"""An operation that takes longer has an unknown outcome and is refused as temporary."""
TRANSACTION_ATTEMPTS_MAX: Final = 50
DUPLICATE: Final = 11000
"""The database's code for a unique key that is taken."""


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

    def rows(self, collection: Shared) -> Rows:
        """The documents of a collection that belongs to no firm; the others': storage.mongo.of_firms."""
        return self.database[collection.name]

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

    async def close(self) -> None:
        """Close every connection."""
        await self.client.close()


def encoded(part: Row) -> Row:
    """A part of commands that is always the same, as the bytes that go into each."""
    return cast("Row", RawBSONDocument(encode(part)))


async def write_all(rows: Rows, writes: Sequence[UpdateOne]) -> None:
    """Many writes in one command, none held up by another; each must have its guard and may be done twice.

    Raises NotWritten when the database refused some for what they are; the others are done.
    """
    if not writes:
        return
    try:
        await rows.bulk_write(writes, ordered=False)
    except BulkWriteError as error:
        failed = refuse_all_but_duplicates(error, rows.name, len(writes))
        # Somebody else has made the same document at this very moment: now it is there, and the guards decide.
        await rows.bulk_write([writes[index] for index in failed], ordered=False)


def refuse_all_but_duplicates(error: BulkWriteError, collection: str, writes: int) -> list[int]:
    """The places of those of many writes that met a unique key that is taken. Raises NotWritten where any met something
    else for good, and the error itself where the outcome isn't known."""
    details: Mapping[str, Any] = error.details or {}
    failures = details.get("writeErrors", [])
    if details.get("writeConcernErrors") or not failures:
        raise error
    if any(failure.get("code") != DUPLICATE for failure in failures):
        raise NotWritten(f"{len(failures)} of {writes} in {collection}: {failures[0].get('errmsg')}") from error
    return [failure["index"] for failure in failures]


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


class _Ours:
    """See `ours`. No generator, since there is one around every command."""

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, PyMongoError) and not isinstance(error, DuplicateKeyError):
            raise Unavailable("The database can't be reached at the moment; try again with the same key.") from error


_OURS: Final = _Ours()


def ours() -> _Ours:
    """Inside it, a fault of the database comes out as Unavailable: the outcome is unknown or nothing was done."""
    return _OURS
