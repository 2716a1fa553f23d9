"""The audit trail: who did what, when, from where. Rows are only ever added (spec 2.14)."""

from collections.abc import Sequence
from typing import Final

from protocol.entities import AuditRow, Person
from protocol.wire import Id, Ms
from storage.documents import Document, readable, to_document
from storage.mongo import Mongo, Session

RENAMED: Final = {"task.add": "task.added"}
"""Events that older builds wrote under another name."""


class AuditDoc(Document):
    """One row."""

    id: Id
    firm_id: Id
    event: str
    """What happened, such as `task.added`: one name for each act, in the past tense."""
    at: Ms
    account_id: Id | None = None
    thread_id: Id | None = None
    person: Person | None = None
    email: str = ""
    text: str = ""
    utc_offset_minutes: int | None = None
    ip: str = ""
    browser: str = ""
    os: str = ""

    def seen(self, account_name: str) -> AuditRow:
        """The row as staff see it."""
        return AuditRow(
            id=self.id,
            event=RENAMED.get(self.event, self.event),
            at=self.at,
            account_name=account_name,
            person=self.person,
            email=self.email,
            text=self.text,
            utc_offset_minutes=self.utc_offset_minutes,
            ip=self.ip,
            browser=self.browser,
            os=self.os,
        )


class Audit:
    """The trail."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.rows("audit")

    async def add(self, row: AuditDoc, session: Session | None = None) -> None:
        """Add a row; in the same transaction as what it tells of, where there is one."""
        await self._rows.insert_one(to_document(row), session=session)

    async def add_all(self, rows: Sequence[AuditDoc], session: Session) -> None:
        """Add rows, likewise, in one command."""
        if rows:
            await self._rows.insert_many([to_document(row) for row in rows], session=session)

    async def of_thread(self, thread_id: Id, limit: int) -> list[AuditDoc]:
        """A thread's rows, newest first."""
        rows = self._rows.find({"thread_id": thread_id}).sort([("at", -1), ("_id", -1)]).limit(limit)
        return await readable(rows, AuditDoc)
