"""Threads: one document each, a projection of the thread's log plus what is decided about it.

Every write is either guarded by the log position that it stands for, so that it can be done twice and late (P9), or
part of the transaction that appends its event. Refuses to know who may see a thread.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace
from pymongo import UpdateOne

from protocol.body import plain_text
from protocol.entities import Excerpt, Person, ReminderVerdict, ThreadState
from protocol.events import MessageSent
from protocol.texts import words_of
from protocol.wire import Id, Ms, Wire
from storage.documents import Document, from_document, readable, to_document
from storage.log import stored_from
from storage.marks import Reading
from storage.mongo import Mongo, Row, Session, write_all
from storage.streams import Head, Stored
from storage.together import Together

Origin = Literal["manual", "bulk", "automation", "client"]

EXCERPT_CHARACTERS_MAX: Final = 140
FACTS_CACHED_MAX: Final = 50_000


class ThreadFacts(Wire):
    """What never changes about a thread, and is enough to say who may see it."""

    id: Id
    firm_id: Id
    account_id: Id


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
    verdict: ReminderVerdict = "disabled"
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
    """When anything changed that staff may see."""
    visible_at: Ms
    """When anything changed that contacts may see: an internal message doesn't move it (AC-6)."""
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
    readers: dict[Id, int] = {}
    """How many of the firm's messages each contact of the account has read: what a contact's list is sorted by. Their
    marks say it, too; a list would have to look up one for each thread there is."""
    firm_turns_back: int = 0
    """How often the firm's position was taken back (RD-9): of two positions, the one with more is the later, then the
    further one. It stands beside the position, so that an older build leaves it alone."""
    notes_head: int = 0
    last: Excerpt | None = None
    raised_at: Ms | None = None
    """When staff last asked the contacts again by hand (RM-11)."""
    last_seq: int = 0
    """The position of `last`: it may come later than the head, when two nodes project side by side."""
    assignee_id: Id | None = None
    assigned_by_id: Id | None = None
    """Who made them so; hears if they lose their access (AS-5)."""
    reminder: ReminderDoc | None = None
    archived_at: Ms | None = None
    archived_by: Person | None = None
    reopened_at: Ms | None = None
    reopened_by: Person | None = None
    key: str | None = None
    """`<creator>:<client_message_id>` of thread.create (P2)."""

    def looked_up(self) -> Row:
        """See `looked_up`."""
        return looked_up(msgspec.structs.asdict(self) | {"head": to_document(self.head)})


# Defaults are left out of documents, so a total that isn't there is 0.
_WRITTEN: Row = {"$ifNull": ["$head.contact_messages", 0]}
_READ: Row = {"$ifNull": ["$firm_read.messages", 0]}
_UNREAD_STAGE: Row = {
    "$set": {
        "firm_unread": {"$max": [0, {"$subtract": [_WRITTEN, _READ]}]},
        "has_unread": {"$gt": [_WRITTEN, _READ]},
        "unread_by": {"$map": {"in": "$$this.k", "input": {"$filter": {
            "input": {"$objectToArray": {"$ifNull": ["$readers", {}]}},
            "cond": {"$lt": ["$$this.v", {"$ifNull": ["$head.staff_messages", 0]}]}}}}},
        "turn_at": {"$max": ["$last_message_at", "$raised_at"]},
    }
}  # fmt: skip


def looked_up(fields: Mapping[str, Any]) -> Row:
    """The fields by which lists are found and sorted, as far as those from which they follow are among some.

    `unread_by`: the contacts who have something to read. `turn_at`: when it last came to the top for contacts (RM-11).
    """
    found: Row = {}
    if "readers" in fields:
        written = fields["head"].get("staff_messages", 0)
        found["unread_by"] = [contact for contact, seen in fields["readers"].items() if seen < written]
        found["turn_at"] = max(fields["last_message_at"], fields["raised_at"] or 0)
    if "subject" in fields:
        found["words"] = words_of(fields["subject"])
    if "tasks_total" in fields:
        found["has_open_tasks"] = fields["tasks_done"] < fields["tasks_total"]
    return found


def excerpt_of(events: Iterable[Stored]) -> tuple[Excerpt | None, int]:
    """The last client-visible message among some events of t:, shortened to a line, and its position (0: none)."""
    said = [event for event in events if isinstance(event.event, MessageSent) and event.stream.startswith("t:")]
    if not said:
        return None, 0
    latest = max(said, key=lambda event: event.seq)
    assert isinstance(latest.event, MessageSent)
    if latest.actor is None:
        return None, 0
    text = " ".join(plain_text(latest.event.body).split())[:EXCERPT_CHARACTERS_MAX]
    return Excerpt(person=latest.actor, text=text, at=latest.at), latest.seq


def advanced(thread: ThreadDoc, events: Sequence[Stored]) -> ThreadDoc:
    """The row brought up to the last of these events of its t:, as far as the log alone says it: head, last message,
    unread. What else an event changes (subject, state, tasks) is set in the transaction that appends it."""
    newest = max(events, key=lambda event: event.seq, default=None)
    last, last_seq = excerpt_of(events)
    if last is not None and last_seq > thread.last_seq:
        thread = replace(thread, last=last, last_seq=last_seq, last_message_at=last.at)
    if newest is None or newest.seq <= thread.head.seq:
        return thread
    unread = max(0, newest.totals.contact_messages - thread.firm_read.messages)
    return replace(thread, head=newest.totals, firm_unread=unread, has_unread=unread > 0)


class Threads:
    """The threads."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.rows("threads")
        self._events = mongo.rows("events")
        self._facts: OrderedDict[Id, ThreadFacts] = OrderedDict()
        self._facts_by_id = Together("thread facts", self._read_facts)

    async def facts(self, thread_id: Id) -> ThreadFacts | None:
        """What never changes about a thread; kept in memory, so that sending a message reads nothing."""
        facts = self._facts.get(thread_id)
        if facts is not None:
            self._facts.move_to_end(thread_id)
            return facts
        return await self._facts_by_id.get(thread_id)

    async def facts_of(self, thread_ids: Iterable[Id]) -> dict[Id, ThreadFacts]:
        """The same for several threads: of those that there are."""
        ids = set(thread_ids)
        known = {thread_id: facts for thread_id in ids if (facts := self._facts.get(thread_id)) is not None}
        return known | await self._facts_by_id.many(ids - known.keys())

    async def _read_facts(self, thread_ids: list[Id]) -> dict[Id, ThreadFacts]:
        rows = self._rows.find({"_id": {"$in": thread_ids}}, {"firm_id": 1, "account_id": 1})
        found = {
            row["_id"]: ThreadFacts(id=row["_id"], firm_id=row["firm_id"], account_id=row["account_id"])
            async for row in rows
        }
        self._facts |= found
        while len(self._facts) > FACTS_CACHED_MAX:
            self._facts.popitem(last=False)
        return found

    async def add(self, thread: ThreadDoc, session: Session) -> None:
        """Store a new thread, in the transaction that appends its first events. Lets DuplicateKeyError out."""
        await self._rows.insert_one(to_document(thread), session=session)

    async def get(self, thread_id: Id, session: Session | None = None) -> ThreadDoc | None:
        """One thread."""
        row = await self._rows.find_one({"_id": thread_id}, session=session)
        return from_document(row, ThreadDoc) if row else None

    async def many(self, thread_ids: list[Id]) -> list[ThreadDoc]:
        """Several threads, in no particular order."""
        return await readable(self._rows.find({"_id": {"$in": thread_ids}}), ThreadDoc)

    async def by_key(self, key: str) -> ThreadDoc | None:
        """The thread that a creation with this key made."""
        row = await self._rows.find_one({"key": key})
        return from_document(row, ThreadDoc) if row else None

    async def change(
        self, thread_id: Id, fields: dict[str, Any], session: Session, appended: Sequence[Stored] = ()
    ) -> ThreadDoc | None:
        """Set fields (None removes one) in the transaction that appends the event for it; the thread as it is then.

        `appended` are the events of t: that this transaction has appended: the row is then true at the last of them,
        with the messages before them that nobody had projected yet.
        """
        if appended:
            fields = fields | await self._up_to(thread_id, appended, session, fields.get("raised_at"))
        wanted = {name: value for name, value in fields.items() if value is not None}
        wanted |= looked_up(wanted)
        gone = {name: "" for name, value in fields.items() if value is None}
        update: Row = {}
        if wanted:
            update["$set"] = wanted
        if gone:
            update["$unset"] = gone
        row = await self._rows.find_one_and_update({"_id": thread_id}, update, return_document=True, session=session)
        return from_document(row, ThreadDoc) if row else None

    async def _up_to(self, thread_id: Id, appended: Sequence[Stored], session: Session, raised_at: Ms | None) -> Row:
        """The fields that bring the row up to events that were appended in the same transaction."""
        thread = await self.get(thread_id, session)
        if thread is None:
            return {}
        stream = appended[0].stream
        behind = self._events.find(
            {"_id": {"$gt": f"{stream}:{thread.head.seq:013d}", "$lt": appended[0].id}}, session=session
        )
        missed = [stored_from(row) async for row in behind] if appended[0].seq > thread.head.seq + 1 else []
        then = advanced(thread, [*missed, *appended])
        document = to_document(replace(then, raised_at=raised_at or thread.raised_at))
        at = max(thread.visible_at, appended[-1].at)
        return {"updated_at": max(thread.updated_at, at), "visible_at": at} | {
            name: document.get(name)
            for name in (
                "head",
                "last",
                "last_seq",
                "last_message_at",
                "firm_unread",
                "has_unread",
                "unread_by",
                "turn_at",
            )
        }

    async def project(
        self, happened: Mapping[Id, Sequence[Stored]], read: Mapping[Id, Sequence[Reading]], now: Ms
    ) -> list[ThreadDoc]:
        """Bring the rows of threads up to these events of t: and n:, in any order, as often as need be (P9); the rows
        as they are then. `read`: how far contacts have read who wrote (RD-7)."""
        await write_all(
            self._rows,
            [
                UpdateOne({"_id": thread_id}, _projection(events, read.get(thread_id, ()), now))
                for thread_id, events in happened.items()
            ],
        )
        return await self.many(list(happened))

    async def firm_read(self, thread_id: Id, position: Position, now: Ms) -> ThreadDoc | None:
        """Move the firm's shared position forward (RD-1); the thread as it is then, or None if it already was there."""
        moved: Row = {"updated_at": {"$max": ["$updated_at", now]}}
        behind = {"firm_read.seq": {"$not": {"$gte": position.seq}}}
        return await self._read(thread_id, behind, _literals({"firm_read": to_document(position)}) | moved)

    async def contact_read(self, thread_id: Id, reading: Reading, now: Ms) -> ThreadDoc | None:
        """Move a contact's own position forward, and the contacts' furthest with it (RD-3); likewise."""
        moved: Row = {name: {"$max": [f"${name}", now]} for name in ("updated_at", "visible_at")}
        behind = {"$or": [
            {"contact_read.seq": {"$not": {"$gte": reading.seq}}},
            {f"readers.{reading.person.id}": {"$not": {"$gte": reading.messages}}},
        ]}  # fmt: skip
        return await self._read(thread_id, behind, _read_by([reading], now) | moved)

    async def _read(self, thread_id: Id, behind: Row, fields: Row) -> ThreadDoc | None:
        row = await self._rows.find_one_and_update(
            {"_id": thread_id, **behind}, [{"$set": fields}, _UNREAD_STAGE], return_document=True
        )
        return from_document(row, ThreadDoc) if row else None

    async def let_read(self, account_id: Id, thread_ids: Sequence[Id], contact_ids: Sequence[Id]) -> None:
        """Contacts who have joined an account have all of its threads to read; those who were there keep what they have."""
        if not contact_ids:
            return
        readers = {f"readers.{contact}": {"$ifNull": [f"$readers.{contact}", 0]} for contact in contact_ids}
        query: Row = {"_id": {"$in": list(thread_ids)}, "account_id": account_id}
        missing = [{f"readers.{contact}": {"$exists": False}} for contact in contact_ids]
        await self._rows.update_many({**query, "$or": missing}, [{"$set": readers}, _UNREAD_STAGE])

    async def find(self, query: Row, sort: list[tuple[str, int]], limit: int) -> list[ThreadDoc]:
        """Threads by an indexed query."""
        cursor = self._rows.find(query).sort(sort).limit(limit)
        return await readable(cursor, ThreadDoc)

    async def ids(self, query: Row, limit: int) -> list[Id]:
        """The ids of threads by an indexed query, ascending: also of those that can't be read."""
        return [row["_id"] async for row in self._rows.find(query, {"_id": 1}).sort("_id", 1).limit(limit)]

    async def count(self, query: Row, most: int = 1000) -> int:
        """How many threads match, counted up to `most`."""
        return await self._rows.count_documents(query, limit=most)

    async def save_reminder(
        self, thread_id: Id, reminder: ReminderDoc, revision: int, session: Session | None = None
    ) -> bool:
        """Replace the reminder state if it still is at `revision`; False when somebody else was faster."""
        return await self.save_reminders([(thread_id, reminder, revision)], session)

    async def save_reminders(
        self, changes: Sequence[tuple[Id, ReminderDoc, int]], session: Session | None = None
    ) -> bool:
        """The same for several threads; False when somebody else was faster with one of them."""
        answer = await self._rows.bulk_write(
            [
                UpdateOne(
                    {"_id": thread_id, **_at_revision(revision)},
                    {"$set": {"reminder": to_document(reminder) | {"revision": revision + 1}}},
                )
                for thread_id, reminder, revision in changes
            ],
            ordered=False,
            session=session,
        )
        return answer.matched_count == len(changes)

    async def due(self, now: Ms, limit: int, but: Sequence[Id] = ()) -> list[ThreadDoc]:
        """Threads whose reminder is due, the longest overdue first, but for some."""
        others: Row = {"_id": {"$nin": list(but)}} if but else {}
        cursor = self._rows.find({"reminder.next_due_at": {"$lte": now}} | others)
        return await readable(cursor.sort("reminder.next_due_at", 1).limit(limit), ThreadDoc)


def _at_revision(revision: int) -> Row:
    """A default of 0 is left out of the document, so 0 and absent are the same."""
    return {"reminder.revision": revision} if revision else {"reminder.revision": {"$in": [None, 0]}}


def _read_by(readings: Sequence[Reading], now: Ms) -> Row:
    """What contacts' reading changes in a thread's row: each one's own count, and the furthest position of any."""
    furthest = max(readings, key=lambda reading: reading.seq)
    position = to_document(Position(seq=furthest.seq, messages=furthest.messages, at=now))
    fields = {"contact_read": _if_later("contact_read.seq", furthest.seq, "contact_read", position)}
    for reading in sorted(readings, key=lambda reading: reading.seq):
        own = f"readers.{reading.person.id}"
        fields[own] = {"$max": [f"${own}", reading.messages]}
    return fields


def _projection(events: Sequence[Stored], read: Sequence[Reading], now: Ms) -> list[Row]:
    """The update that brings a row up to events. Every field has a guard of its own: of two nodes that project side by
    side, neither takes back what the other did."""
    visible = [event for event in events if event.stream.startswith("t:")]
    notes = [event.seq for event in events if event.stream.startswith("n:")]
    fields: Row = {"updated_at": {"$max": ["$updated_at", now]}}
    if visible:
        newest = max(visible, key=lambda event: event.seq)
        last, last_seq = excerpt_of(visible)
        fields["visible_at"] = {"$max": ["$visible_at", now]}
        fields["head"] = _if_later("head.seq", newest.seq, "head", to_document(newest.totals))
        if last is not None:
            for name, value in (("last", to_document(last)), ("last_message_at", last.at), ("last_seq", last_seq)):
                fields[name] = _if_later("last_seq", last_seq, name, value)
    if read:
        fields |= _read_by(read, now)
    if notes:
        fields["notes_head"] = {"$max": ["$notes_head", max(notes)]}
    return [{"$set": fields}, _UNREAD_STAGE]


def _if_later(guard: str, seq: int, field: str, value: Any) -> Row:
    """In a pipeline update: the new value if its position is above the one that the row has, else what was there."""
    return {"$cond": [{"$gt": [seq, {"$ifNull": [f"${guard}", 0]}]}, {"$literal": value}, f"${field}"]}


def _literals(fields: Row) -> Row:
    """Values for a pipeline update, where a text with a dollar sign would otherwise be taken for a field's name."""
    return {name: {"$literal": value} for name, value in fields.items()}
