"""Marks: how far each person has read and received in each thread. Positions only grow; each step keeps its time."""

from protocol.entities import Person, Step
from protocol.wire import Id, Ms
from storage.documents import Document, from_document, to_document
from storage.mongo import Mongo, Row, Session

STEPS_MAX = 200


class MarkDoc(Document):
    """One person's marks in one thread. Its id is `<thread>:<person>`."""

    id: str
    thread_id: Id
    person: Person
    read_seq: int = 0
    read_messages: int = 0
    """Messages of the other side up to `read_seq`."""
    delivered_seq: int = 0
    read: list[Step] = []
    delivered: list[Step] = []


def mark_id(thread_id: Id, person_id: Id) -> str:
    """The id of somebody's mark in a thread."""
    return f"{thread_id}:{person_id}"


class Marks:
    """The marks."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.rows("marks")

    async def of_thread(self, thread_id: Id, session: Session | None = None) -> list[MarkDoc]:
        """Everybody's marks in a thread."""
        rows = self._rows.find({"thread_id": thread_id}, session=session)
        return [from_document(row, MarkDoc) async for row in rows]

    async def of_person(self, thread_ids: list[Id], person_id: Id) -> dict[Id, MarkDoc]:
        """One person's marks in several threads, by thread."""
        ids = [mark_id(thread_id, person_id) for thread_id in thread_ids]
        rows = self._rows.find({"_id": {"$in": ids}}, {"read": 0, "delivered": 0})
        return {row["thread_id"]: from_document(row, MarkDoc) async for row in rows}

    async def read(self, thread_id: Id, person: Person, seq: int, messages: int, at: Ms) -> bool:
        """Move somebody's read position forward; what is read was received too. False if it was there already."""
        step = to_document(Step(seq=seq, at=at))
        moved = await self._move(
            thread_id, person, "read_seq", seq, {"read_seq": seq, "read_messages": messages}, {"read": step}
        )
        if moved:
            await self.delivered(thread_id, person, seq, at)
        return moved

    async def delivered(self, thread_id: Id, person: Person, seq: int, at: Ms) -> bool:
        """Move somebody's delivered position forward. False if it was there already."""
        step = to_document(Step(seq=seq, at=at))
        return await self._move(thread_id, person, "delivered_seq", seq, {"delivered_seq": seq}, {"delivered": step})

    async def _move(self, thread_id: Id, person: Person, field: str, seq: int, fields: Row, push: Row) -> bool:
        steps = {name: {"$each": [step], "$slice": -STEPS_MAX} for name, step in push.items()}
        identity = mark_id(thread_id, person.id)
        await self._rows.update_one(
            {"_id": identity},
            {"$setOnInsert": {"thread_id": thread_id, "person": to_document(person)}},
            upsert=True,
        )
        answer = await self._rows.update_one(
            {"_id": identity, field: {"$not": {"$gte": seq}}}, {"$set": fields, "$push": steps}
        )
        return answer.matched_count == 1
