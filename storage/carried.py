"""Which messages carry which documents (DC). One row for each pair, written together with the message: how a document finds
the threads that show it, and a thread its documents. Refuses to know what a document is and who may see it.
"""

from collections.abc import Collection, Sequence
from typing import Final

from pymongo import IndexModel

from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import Document, readable, to_document
from storage.mongo.of_firms import FirmRows


class CarriedDoc(Document):
    """A message carries a document."""

    id: str
    """`<document>:<message>`."""
    firm_id: Id
    account_id: Id
    thread_id: Id
    stream: str
    """Where the message stands."""
    document_id: Id
    at: Ms


CARRIED: Final = OfFirms(
    "carried",
    IndexModel([("firm_id", 1), ("document_id", 1), ("_id", 1)]),
    IndexModel([("firm_id", 1), ("thread_id", 1), ("_id", -1)]),
)


class Carried:
    """The rows."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, CARRIED)

    async def add(self, rows: Sequence[CarriedDoc], session: Session) -> None:
        """Note what a message carries, in the transaction that appends it."""
        await self._rows.insert(*map(to_document, rows), session=session)

    async def of_document(self, firm_id: Id, document_id: Id, after: str, limit: int) -> list[CarriedDoc]:
        """The messages that carry a document, behind one of them."""
        query: Row = {"document_id": document_id, "_id": {"$gt": after}}
        return await readable(self._rows.of(firm_id).find(query).sort("_id", 1).limit(limit), CarriedDoc)

    async def among(self, firm_id: Id, document_ids: Collection[Id]) -> set[Id]:
        """Those of some documents that a message carries."""
        rows = self._rows.of(firm_id).find({"document_id": {"$in": list(document_ids)}}, {"document_id": 1, "_id": 0})
        return {row["document_id"] async for row in rows}

    async def of_thread(
        self, firm_id: Id, thread_id: Id, *, visible: bool, after: str | None, limit: int
    ) -> list[CarriedDoc]:
        """What messages of a thread carry, the latest document first; `visible`: without internal ones."""
        query: Row = {"thread_id": thread_id}
        if visible:
            query["stream"] = f"t:{thread_id}"
        if after is not None:
            query["_id"] = {"$lt": after}
        return await readable(self._rows.of(firm_id).find(query).sort("_id", -1).limit(limit), CarriedDoc)

    async def of_threads(self, firm_id: Id, thread_ids: Collection[Id], limit: int) -> list[CarriedDoc]:
        """What messages of some threads carry, in no order."""
        found = self._rows.of(firm_id).find({"thread_id": {"$in": list(thread_ids)}})
        return await readable(found.limit(limit), CarriedDoc)

    async def forget(self, firm_id: Id, document_id: Id, session: Session) -> None:
        """A document is gone for good."""
        await self._rows.of(firm_id).delete_many({"document_id": document_id}, session=session)
