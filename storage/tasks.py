"""Client tasks: one document each, in the order of `position` within their thread. Deleted ones are gone; the audit and
the log remember them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pymongo import IndexModel

from protocol.people import Person
from protocol.tasks import Task
from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session, keys_taken
from storage.mongo.documents import Document, from_document, if_readable, readable, to_document
from storage.mongo.of_firms import FirmRows


class TaskDoc(Document):
    """A task as stored."""

    id: Id
    firm_id: Id
    account_id: Id
    thread_id: Id
    text: str
    position: int
    done: bool
    created_by: Person
    created_at: Ms
    done_by: Person | None = None
    done_at: Ms | None = None
    key: str | None = None
    """`<creator>:<client_task_id>` of task.add (P2)."""
    meant: str | None = None
    """A hash of what the command with the key said."""

    def seen(self) -> Task:
        """The task as readers see it."""
        return Task(
            id=self.id,
            text=self.text,
            created_by=self.created_by,
            created_at=self.created_at,
            done=self.done,
            done_by=self.done_by,
            done_at=self.done_at,
        )


TASKS: Final = OfFirms(
    "tasks",
    IndexModel([("thread_id", 1), ("position", 1)]),
    IndexModel("key", unique=True, partialFilterExpression={"key": {"$exists": True}}),
    IndexModel([("firm_id", 1), ("done", 1), ("_id", -1)]),
    IndexModel([("account_id", 1), ("done", 1), ("_id", -1)]),
)


class Tasks:
    """The tasks."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, TASKS)

    async def add(self, task: TaskDoc, session: Session) -> None:
        """Store a new task, in the transaction that appends its event. Lets KeyTaken out."""
        await self._rows.insert(to_document(task), session=session)

    async def add_all(self, tasks: Sequence[TaskDoc], session: Session) -> None:
        """Store new tasks, likewise, in one command."""
        async with keys_taken():
            await self._rows.insert(*map(to_document, tasks), session=session)

    async def by_key(self, firm_id: Id, key: str) -> TaskDoc | None:
        """The task that an addition with this key made, also if it is being stored this very moment."""
        row = await self._rows.of(firm_id).find_certain({"key": key})
        return from_document(row, TaskDoc) if row else None

    async def of_thread(self, firm_id: Id, thread_id: Id, session: Session | None = None) -> list[TaskDoc]:
        """A thread's tasks in their order."""
        rows = self._rows.of(firm_id).find({"thread_id": thread_id}, session=session).sort("position", 1)
        return await readable(rows, TaskDoc)

    async def change(self, firm_id: Id, task_id: Id, fields: dict[str, Any], session: Session) -> None:
        """Set fields; None removes one."""
        update: Row = {}
        if wanted := {name: value for name, value in fields.items() if value is not None}:
            update["$set"] = wanted
        if gone := {name: "" for name, value in fields.items() if value is None}:
            update["$unset"] = gone
        await self._rows.of(firm_id).update_one({"_id": task_id}, update, session=session)

    async def move(self, firm_id: Id, places: Mapping[Id, int], session: Session) -> None:
        """Give tasks their places, in one command."""
        if places:
            own = self._rows.of(firm_id)
            writes = [own.write({"_id": task_id}, {"$set": {"position": place}}) for task_id, place in places.items()]
            await self._rows.write(writes, session=session)

    async def delete(self, firm_id: Id, task_id: Id, session: Session) -> None:
        """Take a task away."""
        await self._rows.of(firm_id).delete_one({"_id": task_id}, session=session)

    async def page(self, firm_id: Id, query: Row, limit: int) -> tuple[list[TaskDoc], Id | None]:
        """A firm's tasks by an indexed query, newest first, those that can be read; and the last that was looked at, if
        there may be more below it."""
        rows = [row async for row in self._rows.of(firm_id).find(query).sort("_id", -1).limit(limit)]
        tasks = [task for row in rows if (task := if_readable(row, TaskDoc)) is not None]
        return tasks, rows[-1]["_id"] if len(rows) == limit else None
