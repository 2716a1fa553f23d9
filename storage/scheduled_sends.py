"""What goes out at a later time (SS-1). Knows one document each; refuses to know whether it may still go.

Whoever sends one takes its document away in the transaction that appends the message, by the revision that it has read: so
it goes once, whoever tries, and never as it was before somebody changed it.
"""

from collections.abc import Sequence
from typing import ClassVar, Final, Literal

from pymongo import IndexModel

from protocol.body import Body
from protocol.people import Person
from protocol.scheduled_sends import ScheduledSend, WhyStopped
from protocol.wire import Id, Ms, Seq
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import Document, from_document, newer, readable, to_document
from storage.mongo.of_firms import FirmRows


class ScheduledSendDoc(Document):
    """A scheduled send as stored."""

    NEWER: ClassVar = (newer("stopped", WhyStopped, "refused"),)

    id: Id
    firm_id: Id
    account_id: Id
    thread_id: Id
    by: Person
    client_message_id: str
    due_at: Ms
    body: Body
    seq: Seq
    known: int
    """How many messages of contacts there were up to `seq`."""
    revision: int
    state: Literal["waiting", "stopped"]
    unless_answered: bool = False
    quoted_message_id: Id | None = None
    attachments: list[Id] = []
    stopped: WhyStopped | None = None

    def seen(self) -> ScheduledSend:
        """As staff see it."""
        return ScheduledSend(
            id=self.id,
            thread_id=self.thread_id,
            by=self.by,
            due_at=self.due_at,
            body=self.body,
            seq=self.seq,
            unless_answered=self.unless_answered,
            quoted_message_id=self.quoted_message_id,
            attachments=self.attachments,
            stopped=self.stopped,
        )


SCHEDULED_SENDS: Final = OfFirms(
    "scheduled_sends",
    IndexModel("due_at", partialFilterExpression={"state": "waiting"}),
    IndexModel([("thread_id", 1), ("due_at", 1)]),
    IndexModel([("firm_id", 1), ("by.id", 1)]),
)


class ScheduledSends:
    """Those that wait, and those that did not go."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, SCHEDULED_SENDS)

    async def add(self, send: ScheduledSendDoc, session: Session) -> None:
        """A new one."""
        await self._rows.insert(to_document(send), session=session)

    async def get(self, firm_id: Id, send_id: Id, session: Session | None = None) -> ScheduledSendDoc | None:
        """One of a firm's."""
        row = await self._rows.of(firm_id).find_one({"_id": send_id}, session=session)
        return from_document(row, ScheduledSendDoc) if row else None

    async def put(self, send: ScheduledSendDoc, session: Session) -> bool:
        """One that was changed; its revision is one more than that of the one that was read. False where somebody else was
        faster. Fields of a newer build stay."""
        fields = {name: value for name, value in to_document(send).items() if name not in ("_id", "firm_id")}
        absent = {name: "" for name in ScheduledSendDoc.__struct_fields__ if name not in ("id", "firm_id", *fields)}
        query = {"_id": send.id, "revision": send.revision - 1}
        changed = await self._rows.of(send.firm_id).update_one(
            query, {"$set": fields, "$unset": absent}, session=session
        )
        return changed.matched_count == 1

    async def take(self, send: ScheduledSendDoc, session: Session) -> bool:
        """Take one away as it was read. False where it is another by now, or gone."""
        gone = await self._rows.of(send.firm_id).delete_one(
            {"_id": send.id, "revision": send.revision}, session=session
        )
        return gone.deleted_count == 1

    async def of_thread(self, firm_id: Id, thread_id: Id, limit: int) -> list[ScheduledSendDoc]:
        """A thread's, the next first."""
        rows = self._rows.of(firm_id).find({"thread_id": thread_id}).sort("due_at", 1).limit(limit)
        return await readable(rows, ScheduledSendDoc)

    async def count(self, firm_id: Id, staff_id: Id, session: Session) -> int:
        """How many somebody has."""
        return await self._rows.of(firm_id).count({"by.id": staff_id}, session=session)

    async def due(self, now: Ms, limit: int, but: Sequence[Id] = ()) -> list[ScheduledSendDoc]:
        """Those whose time has come, of whatever firm, the longest first, but for those of some threads."""
        others: Row = {"thread_id": {"$nin": list(but)}} if but else {}
        query = {"state": "waiting", "due_at": {"$lte": now}} | others
        return await readable(self._rows.across("sweep").find(query).sort("due_at", 1).limit(limit), ScheduledSendDoc)
