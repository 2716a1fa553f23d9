"""Marks: how far each person has read, has received and was written to by mail in each thread. Positions only grow; each
step keeps its time.

State, not log. Also holds the pace at which such state may move, so that a busy reader costs one write a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pymongo import IndexModel

from protocol.marks import Step
from protocol.people import Person
from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import Document, readable, to_document
from storage.mongo.of_firms import FirmRows, Write
from storage.pace import Pace, Throttle

STEPS_MAX: Final = 200
WRITE_GAP_S: Final = 1.0
TYPING_EVERY_S: Final = 3.0
TYPING_TURN_S: Final = 1.0


class MarkDoc(Document):
    """One person's marks in one thread. Its id is `<thread>:<person>`."""

    id: str
    thread_id: Id
    person: Person
    firm_id: Id
    moved_at: Ms = 0
    """When it was last told of: whoever may have missed that asks by it. Absent in marks that have not moved since a build
    that didn't note it."""
    read_seq: int = 0
    read_messages: int = 0
    """Messages of the other side up to `read_seq`."""
    notes_seq: int = 0
    """Of staff: how far in n:, as they say. Told to nobody."""
    unfinished_at: Ms | None = None
    """Since when something has been to follow from their reading, if it still is (P9)."""
    delivered_seq: int = 0
    mailed_seq: int = 0
    read: list[Step] = []
    delivered: list[Step] = []
    mailed: list[Step] = []
    """What a mail server took. A build before this list put it into `delivered`."""


MARKS: Final = OfFirms(
    "marks",
    IndexModel("thread_id"),
    IndexModel([("firm_id", 1), ("moved_at", 1)]),
    IndexModel("unfinished_at", partialFilterExpression={"unfinished_at": {"$exists": True}}),
)


def mark_id(thread_id: Id, person_id: Id) -> str:
    """The id of somebody's mark in a thread."""
    return f"{thread_id}:{person_id}"


@dataclass(frozen=True, slots=True)
class Reached:
    """How far somebody has come in a thread."""

    firm_id: Id
    thread_id: Id
    person: Person
    seq: int

    @property
    def mark(self) -> str:
        """The id of their mark."""
        return mark_id(self.thread_id, self.person.id)


@dataclass(frozen=True, slots=True)
class Reading(Reached):
    """How far somebody has read."""

    messages: int
    """Messages of the other side up to there."""


class Marks:
    """The marks."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, MARKS)
        self.pace = Pace(WRITE_GAP_S)
        self.typing = Throttle(TYPING_EVERY_S, TYPING_TURN_S)

    async def of_thread(self, firm_id: Id, thread_id: Id, session: Session | None = None) -> list[MarkDoc]:
        """Everybody's marks in a thread."""
        rows = self._rows.of(firm_id).find({"thread_id": thread_id}, session=session)
        return await readable(rows, MarkDoc)

    async def of_person(self, firm_id: Id, thread_ids: list[Id], person_id: Id) -> dict[Id, MarkDoc]:
        """One person's marks in several threads, by thread."""
        ids = [mark_id(thread_id, person_id) for thread_id in thread_ids]
        rows = self._rows.of(firm_id).find({"_id": {"$in": ids}}, {"read": 0, "delivered": 0, "mailed": 0})
        return {mark.thread_id: mark for mark in await readable(rows, MarkDoc)}

    async def moved_since(self, firm_ids: Sequence[Id], since: Ms, most: int) -> list[MarkDoc]:
        """The marks of these firms that were told of at or after a time, the earliest first, up to `most`."""
        rows = self._rows.of_any(firm_ids).find({"moved_at": {"$gte": since}})
        return await readable(rows.sort("moved_at", 1).limit(most), MarkDoc)

    async def read(
        self, reading: Reading, at: Ms, *, notes_seq: int = 0, again: bool = False, follows: bool = True
    ) -> None:
        """Move somebody's read position forward; what is read was received too. `again`: they have read what stands before
        their position, after it was marked as unread (RD-9). `follows`: something is to follow from it, until `finished`.
        """
        more: Row = {"unfinished_at": at} if follows else {}
        if notes_seq:
            more["notes_seq"] = {"$max": ["$notes_seq", notes_seq]}
        if again:
            more["moved_at"] = {"$max": ["$moved_at", at]}
        await self._rows.write_all([self._moving(reading, "read_seq", _reading(reading, at), more)])

    async def read_again(self, firm_id: Id, thread_id: Id, person_id: Id, at: Ms) -> None:
        """The same, said afterwards."""
        mark = {"_id": mark_id(thread_id, person_id)}
        await self._rows.of(firm_id).update_one(mark, {"$max": {"moved_at": at}})

    async def finished(self, firm_id: Id, mark: str, at: Ms) -> None:
        """Everything has followed that was to since then, unless they have read more meanwhile."""
        own = self._rows.of(firm_id)
        await own.update_one({"_id": mark, "unfinished_at": at}, {"$unset": {"unfinished_at": ""}})

    async def put_off(self, firm_id: Id, mark: str, since: Ms, now: Ms) -> None:
        """Have others tried first."""
        own = self._rows.of(firm_id)
        await own.update_one({"_id": mark, "unfinished_at": since}, {"$set": {"unfinished_at": now}})

    async def unfinished(self, before: Ms, most: int) -> list[MarkDoc]:
        """Marks from which something has been to follow since before a time, the longest first."""
        rows = self._rows.across("sweep").find({"unfinished_at": {"$lt": before}})
        return await readable(rows.sort("unfinished_at", 1).limit(most), MarkDoc)

    async def read_all(self, readings: Sequence[Reading], at: Ms) -> None:
        """Move many people's read positions forward, in one command."""
        await self._rows.write_all([self._moving(one, "read_seq", _reading(one, at)) for one in readings])

    async def delivered(self, reached: Sequence[Reached], at: Ms) -> list[Reached]:
        """Move people's delivered positions forward, in two commands; those that had not been there already."""
        before = await self._before("delivered_seq", reached)
        moved = [one for one in reached if one.seq > before.get(one.mark, 0)]
        await self._rows.write_all([self._moving(one, "delivered_seq", _step("delivered", one, at)) for one in moved])
        return moved

    async def mailed(self, reached: Reached, at: Ms) -> bool:
        """Move the position forward up to which somebody's letters were handed over. False if it was there already."""
        before = await self._before("mailed_seq", [reached])
        if reached.seq <= before.get(reached.mark, 0):
            return False
        await self._rows.write_all([self._moving(reached, "mailed_seq", _step("mailed", reached, at))])
        return True

    async def _before(self, field: str, reached: Sequence[Reached]) -> dict[str, int]:
        """How far marks are, of those that there are."""
        if not reached:
            return {}
        own = self._rows.of_any(one.firm_id for one in reached)
        rows = own.find({"_id": {"$in": [one.mark for one in reached]}}, {field: 1})
        return {row["_id"]: row.get(field, 0) async for row in rows}

    def _moving(self, reached: Reached, field: str, fields: Row, more: Row | None = None) -> Write:
        """A write of a mark's fields that changes nothing in one whose position is there already, but for `more`."""
        already = {"$gte": [{"$ifNull": [f"${field}", 0]}, reached.seq]}
        guarded = {name: {"$cond": [already, f"${name}", value]} for name, value in fields.items()}
        who = {"thread_id": reached.thread_id, "person": {"$literal": to_document(reached.person)}}
        change = [{"$set": {**who, **guarded, **(more or {})}}]
        return self._rows.of(reached.firm_id).write({"_id": reached.mark}, change, upsert=True)


def _reading(reading: Reading, at: Ms) -> Row:
    """The fields of a mark whose owner has read up to a position."""
    seq = reading.seq
    step = to_document(Step(seq=seq, at=at))
    received = {"$gte": [{"$ifNull": ["$delivered_seq", 0]}, seq]}
    return {
        "moved_at": {"$max": ["$moved_at", at]},
        "read_seq": seq,
        "read_messages": reading.messages,
        "read": _with_step("read", step),
        "delivered_seq": {"$max": ["$delivered_seq", seq]},
        "delivered": {"$cond": [received, "$delivered", _with_step("delivered", step)]},
    }


def _step(what: Literal["delivered", "mailed"], reached: Reached, at: Ms) -> Row:
    """The fields of a mark whose owner has been reached so up to a position."""
    return {
        f"{what}_seq": reached.seq,
        what: _with_step(what, to_document(Step(seq=reached.seq, at=at))),
        "moved_at": {"$max": ["$moved_at", at]},
    }


def _with_step(field: str, step: Row) -> Row:
    return {"$slice": [{"$concatArrays": [{"$ifNull": [f"${field}", []]}, [step]]}, -STEPS_MAX]}
