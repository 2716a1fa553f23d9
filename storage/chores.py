"""Work that a request has caused and doesn't wait for: one row for each account whose threads are to be decided anew.

The row is written in the transaction that makes the work necessary, so a crash loses none; it keeps how far the work has
come, and when somebody last worked on it. Refuses to know what the work is.
"""

from collections.abc import Sequence

from protocol.ids import new_id
from protocol.wire import Id, Ms
from storage.documents import Document, from_document, to_document
from storage.mongo import Mongo, Row, Session


class ChoreDoc(Document):
    """What is left to do for an account. Its id is the account's."""

    id: Id
    token: Id
    """Of the latest occasion: whoever works for an earlier one begins anew."""
    at: Ms
    """When it was asked for, or somebody last got further."""
    after: str = ""
    """The last thread that is done."""


class Chores:
    """The rows."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.rows("chores")

    async def add(self, account_id: Id, at: Ms, session: Session) -> None:
        """Ask for an account's threads to be gone through, from the first, in the transaction that makes it necessary."""
        chore = ChoreDoc(id=account_id, token=new_id(), at=at)
        await self._rows.replace_one({"_id": account_id}, to_document(chore), upsert=True, session=session)

    async def get(self, account_id: Id) -> ChoreDoc | None:
        """What is left to do for an account; None when nothing is."""
        row = await self._rows.find_one({"_id": account_id})
        return from_document(row, ChoreDoc) if row else None

    async def got_further(self, chore: ChoreDoc, after: Id, at: Ms) -> None:
        """Keep how far the work has come, unless it was asked for anew or somebody else was faster."""
        query = {"_id": chore.id, "token": chore.token, "after": chore.after or None}
        await self._rows.update_one(query, {"$set": {"after": after, "at": at}})

    async def finished(self, chore: ChoreDoc) -> None:
        """Take the row away, unless the work was asked for anew."""
        await self._rows.delete_one({"_id": chore.id, "token": chore.token})

    async def left(self, before: Ms, limit: int, but: Sequence[Id] = ()) -> list[Id]:
        """Accounts for which nobody has worked since a time, the longest left first, but for some."""
        others: Row = {"_id": {"$nin": list(but)}} if but else {}
        rows = self._rows.find({"at": {"$lt": before}} | others, {"_id": 1}).sort("at", 1).limit(limit)
        return [row["_id"] async for row in rows]
