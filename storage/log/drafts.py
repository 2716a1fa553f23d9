"""What the event log is made of: drafts, stored events, and the head that every event carries along.

Knows the totals that ride on a thread's t: stream, so that nobody has to count or to look them up. Refuses to know how
events get into the log: that is storage.log.committer and storage.log.streams.
"""

from typing import Final, cast, get_args

import msgspec
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from protocol.events import UNKNOWN_TAG, Event
from protocol.happened import may_stand
from protocol.messages import MessageSent
from protocol.people import Person, Side
from protocol.threads import ThreadArchived, ThreadReopened
from protocol.wire import TAG_FIELD, Id, Ms, Wire
from storage.mongo.collections import Shared
from storage.mongo.connection import Row
from storage.mongo.documents import STRANGERS, Document, Unreadable, converted, from_document

SEQ_DIGITS: Final = 13
_NOBODY: Final = "0" * 32
_KNOWN_TAGS: Final = {str(event.__struct_config__.tag) for event in get_args(Event)}

KeyTaken = DuplicateKeyError
"""Somebody has used this key before; for those who may not know the database."""


class Closed(Exception):
    """The thread is archived; nothing was appended."""


class Draft(Wire):
    """An event that is about to happen."""

    stream: str
    firm_id: Id
    account_id: Id | None
    at: Ms
    actor: Person | None
    event: Event
    key: str | None = None
    """Unique for ever over all streams: the same key is the same event (P2)."""
    meant: str | None = None
    """A hash of what the command with this key said: the same key with another one is a mistake."""
    only_open: bool = False
    """Not behind the archiving of its thread (MS-8): judged at the very place in the log where it would stand."""

    def __post_init__(self) -> None:
        """Raises ValueError for an event that may not stand there: nothing gets into the log but by a draft (AC-6)."""
        if not may_stand(self.event, self.stream):
            raise ValueError(f"{type(self.event).__name__} may not stand in {self.stream[0]}:")


class Head(Wire):
    """The end of a stream, and the totals that ride on it."""

    seq: int = 0
    staff_messages: int = 0
    contact_messages: int = 0
    last_side: Side | None = None
    """Which side wrote the last message."""
    last_staff_at: Ms | None = None
    """When staff last wrote: what a reminder's clock runs from."""
    archived: bool = False
    """The thread was archived and not reopened since."""

    def after(self, draft: Draft) -> "Head":
        """The head once `draft` has been appended."""
        seq = self.seq + 1
        if isinstance(draft.event, ThreadArchived | ThreadReopened):
            return msgspec.structs.replace(self, seq=seq, archived=isinstance(draft.event, ThreadArchived))
        if not isinstance(draft.event, MessageSent) or draft.actor is None:
            return msgspec.structs.replace(self, seq=seq)
        if draft.actor.side == "staff":
            return msgspec.structs.replace(
                self, seq=seq, staff_messages=self.staff_messages + 1, last_side="staff", last_staff_at=draft.at
            )
        return msgspec.structs.replace(self, seq=seq, contact_messages=self.contact_messages + 1, last_side="contact")


class Stored(Document):
    """An event in the log."""

    id: str
    stream: str
    firm_id: Id
    at: Ms
    event: Event
    totals: Head
    account_id: Id | None = None
    actor: Person | None = None
    key: str | None = None
    meant: str | None = None
    unsettled_at: Ms | None = None
    """Present until everything that follows from the event has been done (P9)."""

    @property
    def seq(self) -> int:
        """Its place in its stream, from 1 without a gap."""
        return self.totals.seq

    @property
    def shown(self) -> Event:
        """The event as its readers get it."""
        return self.event


EVENTS: Final = Shared(
    "events",
    # The primary key of an event is "<stream>:<seq, 13 digits>": unique, and it serves reads of a stream in order.
    IndexModel("key", unique=True, partialFilterExpression={"key": {"$exists": True}}),
    IndexModel([("firm_id", 1), ("at", 1)]),
    IndexModel("unsettled_at", partialFilterExpression={"unsettled_at": {"$exists": True}}),
    IndexModel("at", partialFilterExpression={"event.type": "access.changed"}),
    IndexModel("event.message_id", partialFilterExpression={"event.message_id": {"$exists": True}}),
)


class Foreign(Stored):
    """An event in the log that this build can't read: of a newer one, or damaged. It keeps its place, so that its stream
    has no gap, and is delivered; nothing follows from it here. Its `event` is an UnknownEvent with the tag."""

    raw: Row | None = None
    """The event as stored, if all that is strange about it is its tag."""
    whole: bool = True
    """Its totals can be believed."""

    @property
    def shown(self) -> Event:
        """As stored, since its readers may be newer than we are; if it isn't what its tag says, only that it is there."""
        return cast("Event", self.raw) if self.raw is not None else self.event


class Appended(Wire):
    """What became of a draft: the event in the log, and whether this call put it there."""

    stored: Stored
    new: bool


def event_id(stream: str, seq: int) -> str:
    """The primary key of an event: sorts by stream, then by seq."""
    return f"{stream}:{seq:0{SEQ_DIGITS}d}"


def stored_at(draft: Draft, head: Head) -> Stored:
    """The draft as the event that makes this head."""
    return Stored(
        id=event_id(draft.stream, head.seq),
        stream=draft.stream,
        firm_id=draft.firm_id,
        account_id=draft.account_id,
        at=draft.at,
        actor=draft.actor,
        event=draft.event,
        key=draft.key,
        meant=draft.meant,
        totals=head,
        unsettled_at=None if draft.stream.startswith("u:") else draft.at,
    )


def stored_from(row: Row) -> Stored:
    """A document of the log as an event, whatever it holds: one that can't be read is a Foreign."""
    try:
        stored = converted(row, Stored)
    except msgspec.ValidationError as error:
        STRANGERS.met(row, Stored, error)
    else:
        if stored.id == event_id(stored.stream, stored.seq):
            return stored
        STRANGERS.met(row, Stored, ValueError(f"totals of seq {stored.seq}"))
    return _foreign(row)


def _foreign(row: Row) -> Foreign:
    """As much of it as can be believed."""
    stream, seq = _place(str(row["_id"]))
    event = row.get("event")
    tag = event.get(TAG_FIELD) if isinstance(event, dict) else None
    unknown: Row = {"event": {TAG_FIELD: UNKNOWN_TAG, "name": str(tag)}}
    for totals, whole in ((row.get("totals"), True), ({"seq": seq}, False)):
        try:
            foreign = converted(row | unknown | {"totals": totals, "raw": None, "whole": whole}, Foreign)
        except msgspec.ValidationError:
            continue
        if foreign.id == event_id(foreign.stream, foreign.seq):
            return foreign if tag in _KNOWN_TAGS else msgspec.structs.replace(foreign, raw=event)
    # Not even whose it is can be told: then its content is nobody's either.
    nobody = {
        "_id": str(row["_id"]),
        "stream": stream,
        "firm_id": _NOBODY,
        "at": 0,
        "totals": {"seq": seq},
        "whole": False,
    }
    return from_document(nobody | unknown, Foreign)


def _place(name: str) -> tuple[str, int]:
    """Stream and seq by an event's primary key."""
    stream, _, digits = name.rpartition(":")
    return stream, int(digits) if digits.isdecimal() else 0


def seq_of(name: str) -> int:
    """An event's place in its stream, by its primary key."""
    return _place(name)[1]


def head_from(row: Row | None) -> Head:
    """The head that the last event of a stream carries. Raises Unreadable for totals that can't be believed: whatever
    was counted on would be wrong."""
    if row is None:
        return Head()
    stored = from_document(row, _Carrying)
    if stored.totals.seq != seq_of(stored.id):
        STRANGERS.met(row, Stored, ValueError(f"totals of seq {stored.totals.seq}"))
        raise Unreadable(reason="unreadable")
    return stored.totals


class _Carrying(Document):
    """What `head_from` reads of an event."""

    id: str
    totals: Head


def stream_range(stream: str) -> Row:
    """All of a stream: its events' primary keys begin with its name and a colon, which sorts before the semicolon."""
    return {"_id": {"$gt": stream + ":", "$lt": stream + ";"}}
