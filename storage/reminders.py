"""The log of reminders that were sent: one row for each (thread, cycle, number), hence unique (RM-16)."""

from typing import Final

from pymongo import IndexModel

from protocol.letters import Delivery
from protocol.people import Person
from protocol.reminders import ReminderRow
from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Session
from storage.mongo.documents import Document, from_document, readable, to_document
from storage.mongo.of_firms import FirmRows


def reminder_key(row_id: str, contact_id: Id) -> str:
    """The key of the letter of a reminder, by its row, to somebody."""
    return f"reminder:{row_id}:{contact_id}"


def reminder_of(letter_key: str) -> str:
    """The row's id again, by the key of one of its letters."""
    return letter_key.removeprefix("reminder:").rpartition(":")[0]


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
    counted: bool = True
    """False when all of its letters have their fate, and none was handed over or may have been (RM-19)."""

    def seen(self, deliveries: list[Delivery]) -> ReminderRow:
        """The row as staff see it."""
        return ReminderRow(
            id=self.id,
            cycle=self.cycle,
            number=self.number,
            at=self.at,
            recipients=self.recipients,
            by=self.by,
            counted=self.counted,
            deliveries=deliveries,
        )


# Exactly one row for each (thread, cycle, number): RM-16. Its primary key is those three.
REMINDER_ROWS: Final = OfFirms("reminder_rows", IndexModel([("thread_id", 1), ("at", 1)]))


def reminder_row_id(thread_id: Id, cycle: int, number: int, unreached: int) -> str:
    """The id of an automatic reminder. A number that has reached nobody is sent again, in a row of its own."""
    return f"{thread_id}:{cycle}:{number}" + (f":{unreached}" if unreached else "")


class ReminderRows:
    """The rows."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, REMINDER_ROWS)

    async def add(self, row: ReminderRowDoc, session: Session) -> None:
        """Add a row, in the transaction that puts its letters into the outbox. Lets DuplicateKeyError out."""
        await self._rows.insert(to_document(row), session=session)

    async def get(self, firm_id: Id, row_id: str) -> ReminderRowDoc | None:
        """One row."""
        row = await self._rows.of(firm_id).find_one({"_id": row_id})
        return from_document(row, ReminderRowDoc) if row else None

    async def count(self, firm_id: Id, row_id: str, counted: bool, session: Session) -> None:
        """Note whether a reminder has reached anybody."""
        own = self._rows.of(firm_id)
        await own.update_one({"_id": row_id}, {"$set": {"counted": counted}}, session=session)

    async def of_thread(self, firm_id: Id, thread_id: Id) -> list[ReminderRowDoc]:
        """A thread's rows, oldest first."""
        rows = self._rows.of(firm_id).find({"thread_id": thread_id}).sort("at", 1)
        return await readable(rows, ReminderRowDoc)
