"""What waits for its time (SS-1), a message or a new chat: what both need of their rows. Refuses to know what it is, and
whether it may still go.

Whoever carries one out takes its document away in the transaction that does it, by the revision that it has read: so it
happens once, whoever tries, and never as it was before somebody changed it.
"""

from collections.abc import Sequence
from typing import ClassVar, Final, Generic, Literal, TypeVar

from pymongo import IndexModel

from protocol.body import Body
from protocol.people import Person
from protocol.scheduled_sends import WhyStopped
from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import Document, Newer, from_document, newer, readable, to_document
from storage.mongo.of_firms import FirmRows


class PlannedDoc(Document):
    """Base of what waits, as stored."""

    NEWER: ClassVar[tuple[Newer, ...]] = (newer("stopped", WhyStopped, "refused"),)

    id: Id
    firm_id: Id
    account_id: Id
    by: Person
    due_at: Ms
    body: Body
    revision: int
    state: Literal["waiting", "stopped"]
    attachments: list[Id] = []
    stopped: WhyStopped | None = None


P = TypeVar("P", bound=PlannedDoc)

DUE: Final = IndexModel("due_at", partialFilterExpression={"state": "waiting"})
AUTHORS: Final = IndexModel([("firm_id", 1), ("by.id", 1)])
"""Indexes that each kind needs."""


class Planned(Generic[P]):
    """The rows of a kind: those that wait, and those that could not be when their time came."""

    def __init__(self, mongo: Mongo, collection: OfFirms, document: type[P], held_by: str) -> None:
        """`held_by`: the field by which some are held back for a while."""
        self._rows = FirmRows(mongo, collection)
        self._document = document
        self._held_by = held_by

    async def add(self, planned: P, session: Session) -> None:
        """A new one."""
        await self._rows.insert(to_document(planned), session=session)

    async def get(self, firm_id: Id, planned_id: Id, session: Session | None = None) -> P | None:
        """One of a firm's."""
        row = await self._rows.of(firm_id).find_one({"_id": planned_id}, session=session)
        return from_document(row, self._document) if row else None

    async def put(self, planned: P, session: Session) -> bool:
        """One that was changed; its revision is one more than that of the one that was read. False where somebody else was
        faster. Fields of a newer build stay."""
        fields = {name: value for name, value in to_document(planned).items() if name not in ("_id", "firm_id")}
        absent = {name: "" for name in self._document.__struct_fields__ if name not in ("id", "firm_id", *fields)}
        query = {"_id": planned.id, "revision": planned.revision - 1}
        changed = await self._rows.of(planned.firm_id).update_one(
            query, {"$set": fields, "$unset": absent}, session=session
        )
        return changed.matched_count == 1

    async def take(self, planned: P, session: Session) -> bool:
        """Take one away as it was read. False where it is another by now, or gone."""
        query = {"_id": planned.id, "revision": planned.revision}
        return (await self._rows.of(planned.firm_id).delete_one(query, session=session)).deleted_count == 1

    async def count(self, firm_id: Id, staff_id: Id, session: Session) -> int:
        """How many somebody has."""
        return await self._rows.of(firm_id).count({"by.id": staff_id}, session=session)

    async def due(self, now: Ms, limit: int, but: Sequence[Id] = ()) -> list[P]:
        """Those whose time has come, of whatever firm, the longest first, but for those that are held back."""
        others: Row = {self._held_by: {"$nin": list(but)}} if but else {}
        query = {"state": "waiting", "due_at": {"$lte": now}} | others
        return await readable(self._rows.across("sweep").find(query).sort("due_at", 1).limit(limit), self._document)

    async def _next(self, firm_id: Id, query: Row, limit: int) -> list[P]:
        """Those of a firm that match, the next first."""
        return await readable(self._rows.of(firm_id).find(query).sort("due_at", 1).limit(limit), self._document)
