"""Threads: one document each, a projection of the thread's log plus what is decided about it.

Every write is either guarded by the log position that it stands for, so that it can be done twice and late (P9), or
part of the transaction that appends its event. Refuses to know who may see a thread.
"""

from typing import Any, Literal

from protocol.entities import Excerpt, Person, ThreadState
from protocol.wire import Id, Ms, Wire
from storage.documents import Document, from_document, to_document
from storage.mongo import Mongo, Row, Session
from storage.streams import Head

Origin = Literal["manual", "bulk", "automation", "client"]


class Position(Wire):
    """How far a side has read: a seq of t:, and the other side's messages up to there."""

    seq: int = 0
    messages: int = 0
    at: Ms | None = None


class ReminderDoc(Wire):
    """A thread's reminder setting and cycle (spec 2.9, 3.8.2). `server.reminder_rules` says what follows from it."""

    enabled: bool
    days: int
    number: int
    cycle: int = 1
    anchor_at: Ms = 0
    restarted_at: Ms | None = None
    sent: int = 0
    last_planned_at: Ms | None = None
    last_sent_at: Ms | None = None
    automatic_not_before: Ms | None = None
    heard_seq: int = 0
    """The position of t: up to which events have been applied to the cycle: each restarts it once."""
    verdict: str = "disabled"
    next_due_at: Ms | None = None
    """When the scheduler has to look again; absent while nothing is due. Indexed."""
    revision: int = 0
    """Grows with every change: whoever saves says which one they read."""


class ThreadDoc(Document):
    """A thread as stored."""

    id: Id
    firm_id: Id
    account_id: Id
    subject: str
    state: ThreadState
    origin: Origin
    created_at: Ms
    created_by: Person
    last_message_at: Ms
    updated_at: Ms
    firm_unread: int
    """head.contact_messages − firm_read.messages, kept so that lists can be sorted by it."""
    has_unread: bool
    head: Head
    """The end of t: as far as it has been projected."""
    firm_read: Position
    """The firm's shared position (RD-1)."""
    contact_read: Position
    """The furthest position of any contact (RD-3)."""
    tasks_done: int
    tasks_total: int
    notes_head: int = 0
    last: Excerpt | None = None
    assignee_id: Id | None = None
    reminder: ReminderDoc | None = None
    archived_at: Ms | None = None
    archived_by: Person | None = None
    key: str | None = None
    """`<creator>:<client_message_id>` of thread.create (P2)."""


# Defaults are left out of documents, so a total that isn't there is 0.
_WRITTEN: Row = {"$ifNull": ["$head.contact_messages", 0]}
_READ: Row = {"$ifNull": ["$firm_read.messages", 0]}
_UNREAD_STAGE: Row = {
    "$set": {
        "firm_unread": {"$max": [0, {"$subtract": [_WRITTEN, _READ]}]},
        "has_unread": {"$gt": [_WRITTEN, _READ]},
    }
}


class Threads:
    """The threads."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.rows("threads")

    async def add(self, thread: ThreadDoc, session: Session) -> None:
        """Store a new thread, in the transaction that appends its first events. Lets DuplicateKeyError out."""
        await self._rows.insert_one(to_document(thread), session=session)

    async def get(self, thread_id: Id, session: Session | None = None) -> ThreadDoc | None:
        """One thread."""
        row = await self._rows.find_one({"_id": thread_id}, session=session)
        return from_document(row, ThreadDoc) if row else None

    async def many(self, thread_ids: list[Id]) -> list[ThreadDoc]:
        """Several threads, in no particular order."""
        return [from_document(row, ThreadDoc) async for row in self._rows.find({"_id": {"$in": thread_ids}})]

    async def by_key(self, key: str) -> ThreadDoc | None:
        """The thread that a creation with this key made."""
        row = await self._rows.find_one({"key": key})
        return from_document(row, ThreadDoc) if row else None

    async def change(self, thread_id: Id, fields: dict[str, Any], session: Session) -> ThreadDoc | None:
        """Set fields (None removes one) in the transaction that appends the event for it; the thread as it is then."""
        wanted = {name: value for name, value in fields.items() if value is not None}
        gone = {name: "" for name, value in fields.items() if value is None}
        update: Row = {}
        if wanted:
            update["$set"] = wanted
        if gone:
            update["$unset"] = gone
        row = await self._rows.find_one_and_update({"_id": thread_id}, update, return_document=True, session=session)
        return from_document(row, ThreadDoc) if row else None

    async def project(self, thread_id: Id, head: Head, at: Ms, last: Excerpt | None) -> None:
        """Bring the row up to a position of t:; does nothing when it is there already. `last` is a new last message."""
        fields: Row = {"head": to_document(head), "updated_at": at}
        if last is not None:
            fields |= {"last": to_document(last), "last_message_at": last.at}
        await self._rows.update_one(
            {"_id": thread_id, "head.seq": {"$lt": head.seq}}, [{"$set": _literals(fields)}, _UNREAD_STAGE]
        )

    async def project_notes(self, thread_id: Id, seq: int, at: Ms) -> None:
        """Note that n: has got this far."""
        await self._rows.update_one({"_id": thread_id}, {"$max": {"notes_head": seq, "updated_at": at}})

    async def firm_read(self, thread_id: Id, position: Position) -> ThreadDoc | None:
        """Move the firm's shared position forward (RD-1); the thread as it is then, or None if it already was there."""
        return await self._read(thread_id, "firm_read", position)

    async def contact_read(self, thread_id: Id, position: Position) -> ThreadDoc | None:
        """Move the contacts' furthest position forward (RD-3); likewise."""
        return await self._read(thread_id, "contact_read", position)

    async def _read(self, thread_id: Id, field: str, position: Position) -> ThreadDoc | None:
        row = await self._rows.find_one_and_update(
            {"_id": thread_id, f"{field}.seq": {"$not": {"$gte": position.seq}}},
            [{"$set": _literals({field: to_document(position)})}, _UNREAD_STAGE],
            return_document=True,
        )
        return from_document(row, ThreadDoc) if row else None

    async def find(self, query: Row, sort: list[tuple[str, int]], limit: int) -> list[ThreadDoc]:
        """Threads by an indexed query."""
        cursor = self._rows.find(query).sort(sort).limit(limit)
        return [from_document(row, ThreadDoc) async for row in cursor]

    async def count(self, query: Row, most: int = 1000) -> int:
        """How many threads match, counted up to `most`."""
        return await self._rows.count_documents(query, limit=most)

    async def save_reminder(
        self, thread_id: Id, reminder: ReminderDoc, revision: int, session: Session | None = None
    ) -> bool:
        """Replace the reminder state if it still is at `revision`; False when somebody else was faster."""
        document = to_document(reminder) | {"revision": revision + 1}
        answer = await self._rows.update_one(
            {"_id": thread_id, **_at_revision(revision)}, {"$set": {"reminder": document}}, session=session
        )
        return answer.matched_count == 1

    async def due(self, now: Ms, limit: int) -> list[ThreadDoc]:
        """Threads whose reminder is due, the longest overdue first."""
        cursor = self._rows.find({"reminder.next_due_at": {"$lte": now}})
        return [from_document(row, ThreadDoc) async for row in cursor.sort("reminder.next_due_at", 1).limit(limit)]


def _at_revision(revision: int) -> Row:
    """A default of 0 is left out of the document, so 0 and absent are the same."""
    return {"reminder.revision": revision} if revision else {"reminder.revision": {"$in": [None, 0]}}


def _literals(fields: Row) -> Row:
    """Values for a pipeline update, where a text with a dollar sign would otherwise be taken for a field's name."""
    return {name: {"$literal": value} for name, value in fields.items()}
