"""Work that a request has caused and doesn't wait for, since it grows with the threads that there are or is for later: one
row for each.

The row is written in the transaction that makes the work necessary, so a crash loses none; it keeps how far the work has
come, and when somebody last worked on it. Refuses to know what the work is.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from pymongo import IndexModel

from protocol.ids import new_id
from protocol.people import Person
from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import Document, from_document, readable, to_document
from storage.mongo.of_firms import FirmRows


class ChoreDoc(Document):
    """What is left to do. Its id is `<kind>:<subject>`: there is one of each pair."""

    id: str
    kind: str
    """What kind of work: its name, by which whoever goes on with it asks for it."""
    subject: Id
    """Whom or what it is about."""
    firm_id: Id
    by: Person
    """Who caused it, and in whose name it is done."""
    token: Id
    """Of the latest occasion: whoever works for an earlier one begins anew."""
    at: Ms
    """When it was asked for, or somebody last got further; later than now, if it is to wait until then."""
    after: str = ""
    """The last thread that is done."""


CHORES: Final = OfFirms("chores", IndexModel("at"))


class Chores:
    """The rows."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, CHORES)

    async def add(self, kind: str, subject: Id, firm_id: Id, by: Person, at: Ms, session: Session) -> None:
        """Ask for work to be done, from its beginning, in the transaction that makes it necessary. What was asked for of
        the same kind and subject before is forgotten."""
        chore = ChoreDoc(
            id=f"{kind}:{subject}", kind=kind, subject=subject, firm_id=firm_id, by=by, token=new_id(), at=at
        )
        await self._rows.of(firm_id).put({"_id": chore.id}, to_document(chore), session=session)

    async def get(self, firm_id: Id, kind: str, subject: Id, session: Session | None = None) -> ChoreDoc | None:
        """What is left to do; None when nothing is."""
        row = await self._rows.of(firm_id).find_one({"_id": f"{kind}:{subject}"}, session=session)
        return from_document(row, ChoreDoc) if row else None

    async def got_further(self, chore: ChoreDoc, after: Id, at: Ms) -> None:
        """Keep how far the work has come, unless it was asked for anew or somebody else was faster."""
        query = {"_id": chore.id, "token": chore.token, "after": chore.after or None}
        await self._rows.of(chore.firm_id).update_one(query, {"$set": {"after": after, "at": at}})

    async def put_off(self, chore: ChoreDoc, at: Ms) -> None:
        """Have it wait until a time, unless it was asked for anew."""
        await self._rows.of(chore.firm_id).update_one({"_id": chore.id, "token": chore.token}, {"$set": {"at": at}})

    async def finished(self, chore: ChoreDoc) -> None:
        """Take the row away, unless the work was asked for anew."""
        await self._rows.of(chore.firm_id).delete_one({"_id": chore.id, "token": chore.token})

    async def left(self, kinds: Iterable[str], before: Ms, limit: int, but: Sequence[str] = ()) -> list[ChoreDoc]:
        """What of these kinds nobody has worked on since a time, the longest left first, but for some by their ids."""
        others: Row = {"_id": {"$nin": list(but)}} if but else {}
        # Those of a newer build are for its schedulers, and may not stand before the others here.
        query = {"at": {"$lt": before}, "kind": {"$in": list(kinds)}} | others
        return await readable(self._rows.across("sweep").find(query).sort("at", 1).limit(limit), ChoreDoc)
