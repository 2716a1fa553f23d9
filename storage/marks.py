"""Marks: how far each person has read and received in each thread. Positions only grow; each step keeps its time.

State, not log. Also holds the pace at which such state may move, so that a busy reader costs one write a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from protocol.entities import Person, Step
from protocol.wire import Id, Ms
from storage.documents import Document, readable, to_document
from storage.mongo import Mongo, Row, Session, write_all
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
    firm_id: Id | None = None
    """Absent in marks that have not moved since a build that didn't note it; likewise `moved_at`."""
    moved_at: Ms = 0
    """When it was last told of: whoever may have missed that asks by it."""
    read_seq: int = 0
    read_messages: int = 0
    """Messages of the other side up to `read_seq`."""
    delivered_seq: int = 0
    read: list[Step] = []
    delivered: list[Step] = []


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
        self._rows = mongo.rows("marks")
        self.pace = Pace(WRITE_GAP_S)
        self.typing = Throttle(TYPING_EVERY_S, TYPING_TURN_S)

    async def of_thread(self, thread_id: Id, session: Session | None = None) -> list[MarkDoc]:
        """Everybody's marks in a thread."""
        rows = self._rows.find({"thread_id": thread_id}, session=session)
        return await readable(rows, MarkDoc)

    async def of_person(self, thread_ids: list[Id], person_id: Id) -> dict[Id, MarkDoc]:
        """One person's marks in several threads, by thread."""
        ids = [mark_id(thread_id, person_id) for thread_id in thread_ids]
        rows = self._rows.find({"_id": {"$in": ids}}, {"read": 0, "delivered": 0})
        return {mark.thread_id: mark for mark in await readable(rows, MarkDoc)}

    async def moved_since(self, firm_ids: Sequence[Id], since: Ms, most: int) -> list[MarkDoc]:
        """The marks of these firms that were told of at or after a time, the earliest first, up to `most`."""
        query = {"firm_id": {"$in": list(firm_ids)}, "moved_at": {"$gte": since}}
        return await readable(self._rows.find(query).sort("moved_at", 1).limit(most), MarkDoc)

    async def read(self, reading: Reading, at: Ms) -> bool:
        """Move somebody's read position forward; what is read was received too. False if it was there already."""
        return await self._move(_of(reading), reading.person, "read_seq", reading.seq, _reading(reading, at))

    async def read_again(self, thread_id: Id, person_id: Id, at: Ms) -> None:
        """Note that somebody has read what stands before their position, after it was marked as unread (RD-9)."""
        await self._rows.update_one({"_id": mark_id(thread_id, person_id)}, {"$max": {"moved_at": at}})

    async def read_all(self, readings: Sequence[Reading], at: Ms) -> list[Reading]:
        """Move many people's read positions forward, in two commands; those that had not been there already."""
        before = await self._before("read_seq", readings)
        moved = [reading for reading in readings if reading.seq > before.get(reading.mark, 0)]
        await write_all(self._rows, [_moving(reading, "read_seq", _reading(reading, at)) for reading in moved])
        return moved

    async def delivered(self, reached: Sequence[Reached], at: Ms) -> list[Reached]:
        """Move people's delivered positions forward, in two commands; those that had not been there already."""
        before = await self._before("delivered_seq", reached)
        moved = [one for one in reached if one.seq > before.get(one.mark, 0)]
        await write_all(self._rows, [_moving(one, "delivered_seq", _delivery(one, at)) for one in moved])
        return moved

    async def _before(self, field: str, reached: Sequence[Reached]) -> dict[str, int]:
        """How far marks are, of those that there are."""
        if not reached:
            return {}
        rows = self._rows.find({"_id": {"$in": [one.mark for one in reached]}}, {field: 1})
        return {row["_id"]: row.get(field, 0) async for row in rows}

    async def _move(self, of: Row, person: Person, field: str, seq: int, fields: dict[str, Any]) -> bool:
        query = {"_id": mark_id(of["thread_id"], person.id), field: {"$not": {"$gte": seq}}}
        update = [{"$set": {**of, "person": {"$literal": to_document(person)}, **fields}}]
        try:
            answer = await self._rows.update_one(query, update, upsert=True)
        except DuplicateKeyError:
            # The mark exists: it is there or further already, or somebody made it at this very moment.
            answer = await self._rows.update_one(query, update)
            return answer.matched_count == 1
        return True


def _of(reading: Reached) -> Row:
    return {"firm_id": reading.firm_id, "thread_id": reading.thread_id}


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


def _delivery(reached: Reached, at: Ms) -> Row:
    """The fields of a mark whose owner's client has received everything up to a position."""
    return {
        "delivered_seq": reached.seq,
        "delivered": _with_step("delivered", to_document(Step(seq=reached.seq, at=at))),
        "moved_at": {"$max": ["$moved_at", at]},
    }


def _moving(reached: Reached, field: str, fields: Row) -> UpdateOne:
    """A write of a mark's fields that changes nothing in one whose position is there already."""
    already = {"$gte": [{"$ifNull": [f"${field}", 0]}, reached.seq]}
    guarded = {name: {"$cond": [already, f"${name}", value]} for name, value in fields.items()}
    who = {**_of(reached), "person": {"$literal": to_document(reached.person)}}
    return UpdateOne({"_id": reached.mark}, [{"$set": {**who, **guarded}}], upsert=True)


def _with_step(field: str, step: Row) -> Row:
    return {"$slice": [{"$concatArrays": [{"$ifNull": [f"${field}", []]}, [step]]}, -STEPS_MAX]}
