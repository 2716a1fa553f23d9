"""Threads: one document each, a projection of the thread's log plus what is decided about it.

Knows what a row says, what follows from it, and how events change it. Refuses to know how rows are found and written
(storage.thread_rows), and who may see a thread.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace
from pymongo import IndexModel

from protocol.body import plain_text
from protocol.messages import MessageSent
from protocol.people import Person
from protocol.reminders import AfterLast, ReminderVerdict
from protocol.texts import words_of
from protocol.threads import Back, Excerpt, Snooze, ThreadState
from protocol.wire import Id, Ms, Wire
from storage.log.drafts import Head, Stored
from storage.marks import Reading
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Row, encoded
from storage.mongo.documents import Document, OrNewer, to_document

Origin = Literal["manual", "bulk", "automation", "client"]

EXCERPT_CHARACTERS_MAX: Final = 140


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
    """A thread's reminder setting and cycle (spec 2.9, 3.8.2). `server.reminders.table` says what follows from it."""

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
    unreached: int = 0
    """How many reminders of this cycle have reached nobody."""
    after_last: OrNewer[AfterLast] = "nothing"
    after_from: Ms | None = None
    after_done_at: Ms | None = None
    after_at: Ms | None = None
    """When the scheduler has to see to what follows the last one; absent while nothing does. Indexed."""
    heard_seq: int = 0
    """The position of t: up to which events have been applied to the cycle: each restarts it once."""
    verdict: OrNewer[ReminderVerdict] = "disabled"
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
    carries: bool = False
    """Some message of it, internal or not, has carried a document: whoever shows it looks which are to be seen."""
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
    snooze: Snooze | None = None
    back: Back | None = None
    """It has come back from a snooze, and nothing was written since (SS-2)."""
    woken_at: Ms | None = None
    """When the last snooze ended, by itself or by hand; also once that was taken down."""
    archived_at: Ms | None = None
    archived_by: Person | None = None
    reopened_at: Ms | None = None
    reopened_by: Person | None = None
    template_id: Id | None = None
    """What it began with (TH-4)."""
    found_by: list[str] = []
    """The words that it is found by besides its subject's: its account's, and those of its people's names, marked. Who
    joins is added later (server.reminders.cycles), as to `readers`."""
    key: str | None = None
    """`<creator>:<client_message_id>` of thread.create (P2)."""

    def looked_up(self) -> Row:
        """See `looked_up`."""
        return looked_up(msgspec.structs.asdict(self) | {"head": to_document(self.head)})


THREADS: Final = OfFirms(
    "threads",
    IndexModel("key", unique=True, partialFilterExpression={"key": {"$exists": True}}),
    IndexModel([("firm_id", 1), ("state", 1), ("has_unread", -1), ("last_message_at", -1), ("_id", -1)]),
    IndexModel([("account_id", 1), ("state", 1), ("has_unread", -1), ("last_message_at", -1), ("_id", -1)]),
    # Those with something to do, or with a word, are few of many: the order of a list is no help in finding them.
    IndexModel(
        [("firm_id", 1), ("state", 1), ("has_unread", -1), ("last_message_at", -1), ("_id", -1)],
        name="open_tasks_of_firm",
        partialFilterExpression={"has_open_tasks": True},
    ),
    IndexModel(
        [("account_id", 1), ("state", 1), ("has_unread", -1), ("last_message_at", -1), ("_id", -1)],
        name="open_tasks_of_account",
        partialFilterExpression={"has_open_tasks": True},
    ),
    IndexModel([("firm_id", 1), ("words", 1)]),
    IndexModel([("account_id", 1), ("words", 1)]),
    IndexModel([("firm_id", 1), ("updated_at", 1), ("_id", 1)]),
    IndexModel([("account_id", 1), ("updated_at", 1), ("_id", 1)]),
    IndexModel([("account_id", 1), ("visible_at", 1), ("_id", 1)]),
    IndexModel([("firm_id", 1), ("assignee_id", 1), ("state", 1)]),
    IndexModel([("account_id", 1), ("_id", 1)]),
    # A contact's list: what they have to read, and everything, by when it came to the top.
    IndexModel([("account_id", 1), ("unread_by", 1), ("state", 1), ("turn_at", -1), ("_id", -1)]),
    IndexModel([("account_id", 1), ("state", 1), ("turn_at", -1), ("_id", -1)]),
    # Few of many, too: those that are put off, and those that have come back.
    IndexModel(
        [("firm_id", 1), ("state", 1), ("has_unread", -1), ("last_message_at", -1), ("_id", -1)],
        name="snoozed_of_firm",
        partialFilterExpression={"snooze": {"$exists": True}},
    ),
    IndexModel(
        [("account_id", 1), ("state", 1), ("has_unread", -1), ("last_message_at", -1), ("_id", -1)],
        name="snoozed_of_account",
        partialFilterExpression={"snooze": {"$exists": True}},
    ),
    IndexModel(
        [("firm_id", 1), ("state", 1), ("back.at", -1), ("_id", -1)],
        partialFilterExpression={"back.at": {"$exists": True}},
    ),
    IndexModel(
        [("account_id", 1), ("state", 1), ("back.at", -1), ("_id", -1)],
        partialFilterExpression={"back.at": {"$exists": True}},
    ),
    IndexModel("reminder.next_due_at", partialFilterExpression={"reminder.next_due_at": {"$exists": True}}),
    IndexModel("reminder.after_at", partialFilterExpression={"reminder.after_at": {"$exists": True}}),
)


# Defaults are left out of documents, so a total that isn't there is 0.
_WRITTEN: Row = {"$ifNull": ["$head.contact_messages", 0]}
_READ: Row = {"$ifNull": ["$firm_read.messages", 0]}
_RAISED: Row = {"$gt": [{"$ifNull": ["$raised_at", 0]}, "$last_message_at"]}
_DONE: Row = {"$and": [{"$gt": ["$tasks_total", 0]}, {"$gte": ["$tasks_done", "$tasks_total"]}]}
UNREAD_STAGE: Row = encoded({
    "$set": {
        "firm_unread": {"$max": [0, {"$subtract": [_WRITTEN, _READ]}]},
        "has_unread": {"$gt": [_WRITTEN, _READ]},
        "unread_by": {"$map": {"in": "$$this.k", "input": {"$filter": {
            "input": {"$objectToArray": {"$ifNull": ["$readers", {}]}},
            "cond": {"$or": [
                {"$and": [_RAISED, {"$not": [_DONE]}]},
                {"$lt": ["$$this.v", {"$ifNull": ["$head.staff_messages", 0]}]},
            ]}}}}},
        "turn_at": {"$max": ["$last_message_at", "$raised_at"]},
    }
})  # fmt: skip


def looked_up(fields: Mapping[str, Any]) -> Row:
    """The fields by which lists are found and sorted, as far as those from which they follow are among some.

    `unread_by`: the contacts who have something to read, or are asked again by hand (RM-11) and have neither answered nor
    done the tasks. `turn_at`: when it last came to the top for contacts.
    """
    found: Row = {}
    if "readers" in fields:
        written = fields["head"].get("staff_messages", 0)
        done = 0 < fields["tasks_total"] <= fields["tasks_done"]
        asked = (fields["raised_at"] or 0) > fields["last_message_at"] and not done
        found["unread_by"] = [contact for contact, seen in fields["readers"].items() if asked or seen < written]
        found["turn_at"] = max(fields["last_message_at"], fields["raised_at"] or 0)
    if "subject" in fields:
        found["words"] = list(dict.fromkeys([*words_of(fields["subject"]), *fields["found_by"]]))
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
    documents = len(latest.event.attachments)
    return Excerpt(person=latest.actor, text=text, at=latest.at, documents=documents), latest.seq


def carries(events: Iterable[Stored]) -> bool:
    """Whether one of some events is a message that carries a document."""
    return any(isinstance(stored.event, MessageSent) and stored.event.attachments for stored in events)


def advanced(thread: ThreadDoc, events: Sequence[Stored]) -> ThreadDoc:
    """The row brought up to the last of these events of its t:, as far as the log alone says it: head, last message,
    unread. What else an event changes (subject, state, tasks) is set in the transaction that appends it."""
    newest = max(events, key=lambda event: event.seq, default=None)
    last, last_seq = excerpt_of(events)
    if last is not None and last_seq > thread.last_seq:
        back = thread.back if thread.back is not None and thread.back.at >= last.at else None
        thread = replace(thread, last=last, last_seq=last_seq, last_message_at=last.at, back=back)
    if carries(events):
        thread = replace(thread, carries=True)
    if newest is None or newest.seq <= thread.head.seq:
        return thread
    unread = max(0, newest.totals.contact_messages - thread.firm_read.messages)
    return replace(thread, head=newest.totals, firm_unread=unread, has_unread=unread > 0)


def projected(thread: ThreadDoc, events: Sequence[Stored], read: Sequence[Reading]) -> ThreadDoc:
    """The row as `Threads.project` makes it, as far as others look at it."""
    then = advanced(thread, [event for event in events if event.stream.startswith("t:")])
    for reading in read:
        if reading.seq > then.contact_read.seq:
            then = replace(then, contact_read=Position(seq=reading.seq, messages=reading.messages))
    return then


DEPENDED: Final = (
    "updated_at", "visible_at", "head", "last_seq", "last_message_at", "back", "contact_read", "readers",
    "notes_head", "firm_read", "firm_turns_back", "raised_at", "tasks_done", "tasks_total", "reminder.revision",
)  # fmt: skip
"""The fields on which it depends what a projection writes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A row as it was seen a moment ago."""

    thread: ThreadDoc
    stored: Row
    """What the fields DEPENDED hold: None for one that isn't there."""


def seen(thread: ThreadDoc, row: Row) -> Seen:
    """A thread with the row from which it was read."""
    revision = (row.get("reminder") or {}).get("revision")
    return Seen(thread, {name: row.get(name) for name in DEPENDED} | {"reminder.revision": revision})


@dataclass(frozen=True, slots=True)
class Projection:
    """What a thread's row is to be brought in line with."""

    firm_id: Id
    thread_id: Id
    events: Sequence[Stored]
    """Of t: and n:, in any order, perhaps not for the first time."""
    read: Sequence[Reading] = ()
    """How far contacts have read who wrote (RD-7)."""
    reminder: ReminderDoc | None = None
    """What the reminder is to be; it is still at this revision then."""
    seen: Seen | None = None

    @property
    def unchanged(self) -> Row:
        """What finds the row, if it may be written."""
        return {"_id": self.thread_id} | (at_revision(self.reminder.revision) if self.reminder else {})

    def stages(self, now: Ms) -> list[Row]:
        """The update. Every field has a guard of its own: of two nodes that project side by side, neither takes back what
        the other did."""
        visible = [event for event in self.events if event.stream.startswith("t:")]
        notes = [event.seq for event in self.events if event.stream.startswith("n:")]
        fields: Row = {"updated_at": {"$max": ["$updated_at", now]}}
        if visible:
            newest = max(visible, key=lambda event: event.seq)
            last, last_seq = excerpt_of(visible)
            fields["visible_at"] = {"$max": ["$visible_at", now]}
            fields["head"] = _if_later("head.seq", newest.seq, "head", to_document(newest.totals))
            if last is not None:
                for name, value in (("last", to_document(last)), ("last_message_at", last.at), ("last_seq", last_seq)):
                    fields[name] = _if_later("last_seq", last_seq, name, value)
                fields["back"] = {"$cond": [{"$gt": [last.at, "$back.at"]}, "$$REMOVE", "$back"]}
        if carries(self.events):
            fields["carries"] = True
        if self.read:
            fields |= read_by(self.read, now)
        if notes:
            fields["notes_head"] = {"$max": ["$notes_head", max(notes)]}
        if self.reminder is not None:
            fields["reminder"] = {"$literal": to_document(self.reminder) | {"revision": self.reminder.revision + 1}}
        return [{"$set": fields}, UNREAD_STAGE]

    def worked_out(self, before: ThreadDoc, now: Ms) -> Row:
        """What `stages` sets in a row that says this, as values: the database writes them for two thirds of what it costs
        to find them out."""
        fields = self._changed(before, now)
        then = replace(before, **fields)
        written: Row = {
            name: {"$literal": to_document(value) if isinstance(value, Wire) else value}
            for name, value in fields.items()
            if name not in ("back", "readers")
        }
        if before.back is not None and then.back is None:
            written["back"] = "$$REMOVE"
        for reading in self.read:
            written[f"readers.{reading.person.id}"] = then.readers[reading.person.id]
        counted, read = then.head.contact_messages, then.firm_read.messages
        found = looked_up(
            {
                "readers": then.readers,
                "head": {"staff_messages": then.head.staff_messages},
                "last_message_at": then.last_message_at,
                "raised_at": then.raised_at,
                "tasks_done": then.tasks_done,
                "tasks_total": then.tasks_total,
            }
        )
        return written | {
            "firm_unread": max(0, counted - read),
            "has_unread": counted > read,
            "unread_by": {"$literal": found["unread_by"]},
            "turn_at": found["turn_at"],
        }

    def _changed(self, before: ThreadDoc, now: Ms) -> dict[str, Any]:
        """The fields that `stages` sets, as values."""
        visible = [event for event in self.events if event.stream.startswith("t:")]
        notes = [event.seq for event in self.events if event.stream.startswith("n:")]
        fields: dict[str, Any] = {"updated_at": max(before.updated_at, now)}
        if visible:
            newest = max(visible, key=lambda event: event.seq)
            last, last_seq = excerpt_of(visible)
            fields["visible_at"] = max(before.visible_at, now)
            if newest.seq > before.head.seq:
                fields["head"] = newest.totals
            if last is not None and last_seq > before.last_seq:
                fields |= {"last": last, "last_message_at": last.at, "last_seq": last_seq}
            if last is not None and before.back is not None and last.at > before.back.at:
                fields["back"] = None
        if carries(self.events):
            fields["carries"] = True
        if self.read:
            furthest = max(self.read, key=lambda reading: reading.seq)
            if furthest.seq > before.contact_read.seq:
                fields["contact_read"] = Position(seq=furthest.seq, messages=furthest.messages, at=now)
            readers = dict(before.readers)
            for reading in self.read:
                readers[reading.person.id] = max(readers.get(reading.person.id, 0), reading.messages)
            fields["readers"] = readers
        if notes:
            fields["notes_head"] = max(before.notes_head, *notes)
        return fields


def at_revision(revision: int) -> Row:
    """A default of 0 is left out of the document, so 0 and absent are the same."""
    return {"reminder.revision": revision} if revision else {"reminder.revision": {"$in": [None, 0]}}


def read_by(readings: Sequence[Reading], now: Ms) -> Row:
    """What contacts' reading changes in a thread's row: each one's own count, and the furthest position of any."""
    furthest = max(readings, key=lambda reading: reading.seq)
    position = to_document(Position(seq=furthest.seq, messages=furthest.messages, at=now))
    fields = {"contact_read": _if_later("contact_read.seq", furthest.seq, "contact_read", position)}
    for reading in sorted(readings, key=lambda reading: reading.seq):
        own = f"readers.{reading.person.id}"
        fields[own] = {"$max": [f"${own}", reading.messages]}
    return fields


def _if_later(guard: str, seq: int, field: str, value: Any) -> Row:
    """In a pipeline update: the new value if its position is above the one that the row has, else what was there."""
    return {"$cond": [{"$gt": [seq, {"$ifNull": [f"${guard}", 0]}]}, {"$literal": value}, f"${field}"]}
