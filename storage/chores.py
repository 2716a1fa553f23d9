"""Work that a request has caused and doesn't wait for, since it grows with the threads that there are: one row for each.

The row is written in the transaction that makes the work necessary, so a crash loses none; it keeps how far the work has
come, and when somebody last worked on it. Refuses to know what the work is.
"""

from collections.abc import Sequence
from typing import Literal

from protocol.entities import Person
from protocol.ids import new_id
from protocol.wire import Id, Ms
from storage.documents import Document, from_document, readable, to_document
from storage.mongo import Mongo, Row, Session

Kind = Literal["decide", "clear_up"]


class ChoreDoc(Document):
    """What is left to do. Its id is `<kind>:<subject>`: there is one of each pair."""

    id: str
    kind: Kind
    subject: Id
    """Whom or what it is about: an account for `decide`, a member of staff for `clear_up`."""
    firm_id: Id
    by: Person
    """Who caused it, and in whose name it is done."""
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

    async def add(self, kind: Kind, subject: Id, firm_id: Id, by: Person, at: Ms, session: Session) -> None:
        """Ask for threads to be gone through, from the first, in the transaction that makes it necessary."""
        chore = ChoreDoc(
            id=f"{kind}:{subject}", kind=kind, subject=subject, firm_id=firm_id, by=by, token=new_id(), at=at
        )
        await self._rows.replace_one({"_id": chore.id}, to_document(chore), upsert=True, session=session)

    async def get(self, kind: Kind, subject: Id) -> ChoreDoc | None:
        """What is left to do; None when nothing is."""
        row = await self._rows.find_one({"_id": f"{kind}:{subject}"})
        return from_document(row, ChoreDoc) if row else None

    async def got_further(self, chore: ChoreDoc, after: Id, at: Ms) -> None:
        """Keep how far the work has come, unless it was asked for anew or somebody else was faster."""
        query = {"_id": chore.id, "token": chore.token, "after": chore.after or None}
        await self._rows.update_one(query, {"$set": {"after": after, "at": at}})

    async def finished(self, chore: ChoreDoc) -> None:
        """Take the row away, unless the work was asked for anew."""
        await self._rows.delete_one({"_id": chore.id, "token": chore.token})

    async def left(self, before: Ms, limit: int, but: Sequence[str] = ()) -> list[ChoreDoc]:
        """What nobody has worked on since a time, the longest left first, but for some by their ids."""
        others: Row = {"_id": {"$nin": list(but)}} if but else {}
        rows = self._rows.find({"at": {"$lt": before}} | others).sort("at", 1).limit(limit)
        return await readable(rows, ChoreDoc)
