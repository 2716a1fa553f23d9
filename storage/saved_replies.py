"""Saved replies: a firm's and each colleague's own (SS-4). Knows one document each; refuses to know who may manage them."""

from typing import Final

from pymongo import IndexModel

from protocol.body import Body
from protocol.wire import Id
from storage.kept import Kept, KeptDoc
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row


class SavedReplyDoc(KeptDoc):
    """A saved reply as stored."""

    title: str
    body: Body
    owner_id: Id | None = None
    """Whose it is; None: the firm's."""


SAVED_REPLIES: Final = OfFirms("saved_replies", IndexModel([("firm_id", 1), ("owner_id", 1), ("_id", 1)]))


class SavedReplies(Kept[SavedReplyDoc]):
    """The saved replies."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, SAVED_REPLIES, SavedReplyDoc)

    def _counted_with(self, text: SavedReplyDoc) -> Row:
        return {"owner_id": text.owner_id}

    async def page(self, firm_id: Id, user_id: Id, after: str, limit: int) -> list[SavedReplyDoc]:
        """The firm's and somebody's own with an id above one, ascending."""
        return await self._page(firm_id, {"owner_id": {"$in": [None, user_id]}}, after, limit)
