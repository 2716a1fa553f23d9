"""Collections of which each document belongs to a firm: there is no way to them but with the firm.

Such a collection has no method that reads or queries. `of` gives the documents of one firm, `of_any` those of some; both
put the firm into every query themselves, last, so that no query can say another one, or into the update where a bulk goes
by `_id`. Whoever has to go across firms says by what right (`Why`): a test of tests/storage lists every place that does.
Refuses to know what the documents mean.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Literal, NewType

from pymongo import UpdateOne
from pymongo.asynchronous.command_cursor import AsyncCommandCursor
from pymongo.asynchronous.cursor import AsyncCursor
from pymongo.errors import BulkWriteError, DuplicateKeyError
from pymongo.read_concern import ReadConcern
from pymongo.results import BulkWriteResult, DeleteResult, UpdateResult

from protocol.wire import Id
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Rows, Session, write_all

Why = Literal["sweep", "login", "operator", "migration"]
"""By what right somebody goes across firms.

`sweep`: the scheduler looks for what is due, or left undone, wherever it is; what it finds says whose it is. `login`: whose
a secret, a session or an address is turns out only here. `operator`: the command line. `migration`: the stored form."""
IMMUTABLE: Final = 66
"""The database's code for an update that would change an `_id`."""
FIRMS_REMEMBERED_MAX: Final = 1_000
"""Guards of updates, by firm, that are kept: each row of a batch needs one, and a batch is of few firms."""
Write = NewType("Write", UpdateOne)
"""An update that holds for one firm's document only: made by `Bound.write`."""


class Bound:
    """The documents of a firm, or of some, as a collection. What its methods take is as in pymongo."""

    __slots__ = ("_firm", "_rows")

    def __init__(self, rows: Rows, firm: Row) -> None:
        self._rows = rows
        self._firm = firm

    def _query(self, query: Mapping[str, Any] | None) -> Row:
        return {**(query or {}), **self._firm}

    def find(
        self, query: Row | None = None, fields: Row | None = None, *, session: Session | None = None
    ) -> AsyncCursor[Row]:
        """Those that match."""
        return self._rows.find(self._query(query), fields, session=session)

    async def find_one(
        self,
        query: Row,
        fields: Row | None = None,
        *,
        sort: Sequence[tuple[str, int]] | None = None,
        session: Session | None = None,
    ) -> Row | None:
        """One that matches: the first in an order, if there is one."""
        return await self._rows.find_one(self._query(query), fields, sort=sort, session=session)

    async def change_one(
        self,
        query: Row,
        update: Row | list[Row],
        fields: Row | None = None,
        *,
        sort: Sequence[tuple[str, int]] | None = None,
        session: Session | None = None,
    ) -> Row | None:
        """Update one that matches; as it is then."""
        return await self._rows.find_one_and_update(
            self._query(query), update, fields, sort=sort, return_document=True, session=session
        )

    async def find_certain(self, query: Row) -> Row | None:
        """One that was in somebody's way, once it can't be rolled back; None if it was rolled back."""
        local = self._rows.with_options(read_concern=ReadConcern("local"))
        async with self._rows.database.client.start_session() as session:
            # The session is causal: after the local read, the majority read waits until it has seen as much.
            await local.find_one(self._query(query), {"_id": 1}, session=session)
            return await self._rows.find_one(self._query(query), session=session)

    async def put(self, query: Row, document: Row, *, session: Session | None = None) -> None:
        """Have a document stand in the place of one that matches, or be. Raises ValueError for another firm's."""
        if any(document.get(name) != value for name, value in self._firm.items()):
            raise ValueError(f"a document of {self._rows.name} is not of the firm that it is put in for")
        await self._rows.replace_one(self._query(query), document, upsert=True, session=session)

    async def update_one(
        self, query: Row, update: Row | list[Row], *, upsert: bool = False, session: Session | None = None
    ) -> UpdateResult:
        """Update one that matches, or insert it if `upsert` says so, also beside somebody who does the same."""
        try:
            return await self._rows.update_one(self._query(query), update, upsert=upsert, session=session)
        except DuplicateKeyError:
            if not upsert or session is not None:
                raise
            # Somebody else's insert was first. The database looks again by itself only where nothing but the unique field
            # is asked for, and here the firm is too.
            return await self._rows.update_one(self._query(query), update, upsert=upsert)

    async def update_many(self, query: Row, update: Row | list[Row], *, session: Session | None = None) -> UpdateResult:
        """Update all that match."""
        return await self._rows.update_many(self._query(query), update, session=session)

    async def delete_one(self, query: Row, *, session: Session | None = None) -> DeleteResult:
        """Take one away that matches."""
        return await self._rows.delete_one(self._query(query), session=session)

    async def delete_many(self, query: Row, *, session: Session | None = None) -> DeleteResult:
        """Take all away that match."""
        return await self._rows.delete_many(self._query(query), session=session)

    async def count(self, query: Row, most: int | None = None, *, session: Session | None = None) -> int:
        """How many match, counted up to `most`."""
        limit = {} if most is None else {"limit": most}
        return await self._rows.count_documents(self._query(query), session=session, **limit)

    async def aggregate(self, stages: Sequence[Row]) -> AsyncCommandCursor[Row]:
        """What a pipeline makes of them."""
        return await self._rows.aggregate([{"$match": self._firm}, *stages])

    def write(self, query: Row, update: Row | list[Row], *, upsert: bool = False) -> Write:
        """An update of one that matches, to be done with others: see `FirmRows.write_all`. A pipeline that would change a
        document of another firm under a plain `_id` is refused."""
        ((field, firm),) = self._firm.items()
        if isinstance(update, list) and query.keys() == {"_id"} and field != "_id" and isinstance(firm, str):
            own, first = _only_of(field, firm, upsert=upsert), update[0]
            # In the first stage, if it sets fields, since each stage costs the database a document.
            stages = [{"$set": {**first["$set"], **own}}, *update[1:]] if "$set" in first else [{"$set": own}, *update]
            return Write(UpdateOne(query, stages, upsert=upsert))
        return Write(UpdateOne(self._query(query), update, upsert=upsert))

    def write_seen(self, document_id: str, fields: Row, seen: Row) -> Write:
        """An update, to be done with others, that sets fields (as a pipeline's stage does) of a document that still holds
        what was seen in some of them, None where there was none: see `FirmRows.write_as_seen`. It is found by its `_id`
        alone, for the reason of `_only_of`; one that holds something else, or is another firm's, is refused."""
        names, values = [f"${name}" for name in (*self._firm, *seen)], [*self._firm.values(), *seen.values()]
        own: Row = {"_id": {"$cond": [{"$eq": [names, {"$literal": values}]}, "$_id", None]}}
        return Write(UpdateOne({"_id": document_id}, [{"$set": {**fields, **own}}]))


class FirmRows:
    """A collection of firms' documents."""

    def __init__(self, mongo: Mongo, collection: OfFirms) -> None:
        self._rows = mongo.database[collection.name]
        self.field: Final = collection.firm
        """What says whose a document is."""
        self.name: Final = collection.name

    def of(self, firm_id: Id) -> Bound:
        """Those of a firm."""
        return Bound(self._rows, {self.field: firm_id})

    def of_any(self, firm_ids: Iterable[Id]) -> Bound:
        """Those of some firms."""
        return Bound(self._rows, _any(self.field, firm_ids))

    def across(self, why: Why) -> Rows:
        """All of them, for whoever may go across firms."""
        return self._rows

    async def insert(self, *documents: Row, session: Session | None = None) -> None:
        """Put documents in, each of which says whose it is. Lets DuplicateKeyError, or of several BulkWriteError, out."""
        for document in documents:
            if not document.get(self.field):
                raise ValueError(f"a document of {self.name} says no {self.field}")
        if len(documents) == 1:
            await self._rows.insert_one(documents[0], session=session)
        elif documents:
            await self._rows.insert_many(documents, session=session)

    async def write(self, writes: Sequence[Write], *, session: Session | None = None) -> BulkWriteResult:
        """Many updates in one command, none held up by another. Lets BulkWriteError out."""
        return await self._rows.bulk_write(writes, ordered=False, session=session)

    async def write_as_seen(self, writes: Sequence[Write]) -> tuple[int, list[int]]:
        """The same: how many have found their document, and the places of those that were refused because it isn't as it
        was seen. Lets BulkWriteError out for anything else."""
        try:
            return (await self.write(writes)).matched_count, []
        except BulkWriteError as error:
            details: Mapping[str, Any] = error.details or {}
            failures = details.get("writeErrors", [])
            if details.get("writeConcernErrors") or any(one.get("code") != IMMUTABLE for one in failures):
                raise
            return details["nMatched"], [one["index"] for one in failures]

    async def write_all(self, writes: Sequence[Write]) -> None:
        """See storage.mongo.connection.write_all."""
        await write_all(self._rows, writes)


@lru_cache(FIRMS_REMEMBERED_MAX)
def _only_of(field: str, firm: Id, *, upsert: bool) -> Row:
    """What a stage sets that leaves a firm's document to the update, and takes the `_id` of another's, which the database
    refuses.

    As a part of the query the firm costs more than the update does: what is asked for by its `_id` and nothing else is
    looked up at once; for anything else all indexes of the collection are considered, for each document of a bulk anew.
    """
    whose: Any = {"$ifNull": [f"${field}", {"$literal": firm}]} if upsert else f"${field}"
    own: Row = {"_id": {"$cond": [{"$eq": [whose, {"$literal": firm}]}, "$_id", None]}}
    return own | ({field: whose} if upsert else {})


def matching(firm_ids: Iterable[Id], collection: OfFirms) -> Row:
    """The stage that leaves the documents of some firms, in a pipeline that begins elsewhere."""
    return {"$match": _any(collection.firm, firm_ids)}


def _any(field: str, firm_ids: Iterable[Id]) -> Row:
    firms = sorted(set(firm_ids))
    return {field: firms[0] if len(firms) == 1 else {"$in": firms}}
