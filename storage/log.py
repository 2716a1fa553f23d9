"""What the event log is made of: drafts, stored events, and the head that every event carries along.

Knows the totals that ride on a thread's t: stream, so that nobody has to count or to look them up. Refuses to know how
events get into the log: that is storage.committer and storage.streams.
"""

from typing import Final

import msgspec
from pymongo.errors import DuplicateKeyError

from protocol.entities import Person, Side
from protocol.events import Event, MessageSent, ThreadArchived, ThreadReopened
from protocol.wire import Id, Ms, Wire
from storage.documents import Document
from storage.mongo import Row

SEQ_DIGITS: Final = 13

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


def stream_range(stream: str) -> Row:
    """All of a stream: its events' primary keys begin with its name and a colon, which sorts before the semicolon."""
    return {"_id": {"$gt": stream + ":", "$lt": stream + ";"}}
