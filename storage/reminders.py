"""The log of reminders that were sent: one row for each (thread, cycle, number), hence unique (RM-16)."""

from protocol.entities import Person, ReminderRow
from protocol.wire import Id, Ms
from storage.documents import Document, from_document, readable, to_document
from storage.mongo import Mongo, Session


class ReminderRowDoc(Document):
    """A reminder that was handed to the outbox."""

    id: str
    firm_id: Id
    thread_id: Id
    cycle: int
    number: int
    at: Ms
    planned_at: Ms
    seq: int
    """The position of the last message that it was about."""
    recipients: list[str]
    by: Person | None = None

    def seen(self) -> ReminderRow:
        """The row as staff see it."""
        return ReminderRow(cycle=self.cycle, number=self.number, at=self.at, recipients=self.recipients, by=self.by)


def reminder_row_id(thread_id: Id, cycle: int, number: int) -> str:
    """The id of an automatic reminder."""
    return f"{thread_id}:{cycle}:{number}"


class ReminderRows:
    """The rows."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.rows("reminder_rows")

    async def add(self, row: ReminderRowDoc, session: Session) -> None:
        """Add a row, in the transaction that puts its letters into the outbox. Lets DuplicateKeyError out."""
        await self._rows.insert_one(to_document(row), session=session)

    async def get(self, row_id: str) -> ReminderRowDoc | None:
        """One row."""
        row = await self._rows.find_one({"_id": row_id})
        return from_document(row, ReminderRowDoc) if row else None

    async def of_thread(self, thread_id: Id) -> list[ReminderRowDoc]:
        """A thread's rows, oldest first."""
        rows = self._rows.find({"thread_id": thread_id}).sort("at", 1)
        return await readable(rows, ReminderRowDoc)
