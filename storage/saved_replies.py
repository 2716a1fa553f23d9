"""Saved replies: a firm's and each colleague's own (SS-4). Knows one document each; refuses to know who may manage them."""

from typing import Final

from pymongo import IndexModel

from protocol.body import Body
from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Session
from storage.mongo.documents import Document, from_document, readable, to_document
from storage.mongo.of_firms import FirmRows


class SavedReplyDoc(Document):
    """A saved reply as stored."""

    id: Id
    firm_id: Id
    title: str
    body: Body
    updated_at: Ms
    owner_id: Id | None = None
    """Whose it is; None: the firm's."""


SAVED_REPLIES: Final = OfFirms("saved_replies", IndexModel([("firm_id", 1), ("owner_id", 1), ("_id", 1)]))


class SavedReplies:
    """The saved replies."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, SAVED_REPLIES)

    async def get(self, firm_id: Id, reply_id: Id, session: Session) -> SavedReplyDoc | None:
        """One of a firm's, in a transaction."""
        row = await self._rows.of(firm_id).find_one({"_id": reply_id}, session=session)
        return from_document(row, SavedReplyDoc) if row else None

    async def put(self, reply: SavedReplyDoc, session: Session) -> None:
        """Store a new or changed one. Fields of a newer build stay."""
        fields = {name: value for name, value in to_document(reply).items() if name not in ("_id", "firm_id")}
        await self._rows.of(reply.firm_id).update_one({"_id": reply.id}, {"$set": fields}, upsert=True, session=session)

    async def delete(self, firm_id: Id, reply_id: Id, session: Session) -> None:
        """Remove one."""
        await self._rows.of(firm_id).delete_one({"_id": reply_id}, session=session)

    async def count(self, firm_id: Id, owner_id: Id | None, session: Session) -> int:
        """How many somebody has, or the firm."""
        return await self._rows.of(firm_id).count({"owner_id": owner_id}, session=session)

    async def page(self, firm_id: Id, user_id: Id, after: str, limit: int) -> list[SavedReplyDoc]:
        """The firm's and somebody's own with an id above one, ascending."""
        found = self._rows.of(firm_id).find({"owner_id": {"$in": [None, user_id]}, "_id": {"$gt": after}})
        return await readable(found.sort("_id", 1).limit(limit), SavedReplyDoc)
