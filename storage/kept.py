"""Texts of a firm that windows keep (protocol.kept), by id: what every kind of them needs of its rows. Refuses to know the
kinds, and who may manage them."""

from typing import Generic, TypeVar

from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import Document, from_document, readable, to_document
from storage.mongo.of_firms import FirmRows


class KeptDoc(Document):
    """Base of such a text as stored."""

    id: Id
    firm_id: Id
    updated_at: Ms


D = TypeVar("D", bound=KeptDoc)


class Kept(Generic[D]):
    """The rows of a kind."""

    def __init__(self, mongo: Mongo, collection: OfFirms, document: type[D]) -> None:
        self._rows = FirmRows(mongo, collection)
        self._document = document

    async def get(self, firm_id: Id, text_id: Id, session: Session | None = None) -> D | None:
        """One of a firm's."""
        row = await self._rows.of(firm_id).find_one({"_id": text_id}, session=session)
        return from_document(row, self._document) if row else None

    async def put(self, text: D, session: Session) -> None:
        """Store a new or changed one. Fields of a newer build stay."""
        fields = {name: value for name, value in to_document(text).items() if name not in ("_id", "firm_id")}
        await self._rows.of(text.firm_id).update_one({"_id": text.id}, {"$set": fields}, upsert=True, session=session)

    async def delete(self, firm_id: Id, text_id: Id, session: Session) -> None:
        """Remove one."""
        await self._rows.of(firm_id).delete_one({"_id": text_id}, session=session)

    async def count(self, text: D, session: Session) -> int:
        """How many there are of those that are counted together with one."""
        return await self._rows.of(text.firm_id).count(self._counted_with(text), session=session)

    def _counted_with(self, text: D) -> Row:
        return {}

    async def _page(self, firm_id: Id, query: Row, after: str, limit: int) -> list[D]:
        """Those of a firm that match, with an id above one, ascending."""
        found = self._rows.of(firm_id).find({**query, "_id": {"$gt": after}})
        return await readable(found.sort("_id", 1).limit(limit), self._document)
