"""The audit trail: who did what, when, from where (spec 2.14). Rows are only ever added, and counted on; those with an end
go by themselves. Two kinds: what was done to a thread, and what matters for a firm's security."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from pymongo import IndexModel

from protocol.audit import AuditRow
from protocol.people import Person
from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import Document, readable, to_document
from storage.mongo.of_firms import FirmRows

RENAMED: Final = {"task.add": "task.added"}
"""Events that older builds wrote under another name."""
SESSION_ENDED: Final = "session.ended"
"""A login, or all of somebody's, was ended: written in the transaction that ends them."""


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
    about: Person | None = None
    """To whom it was done, of a row of the second kind."""
    email: str = ""
    text: str = ""
    utc_offset_minutes: int | None = None
    ip: str = ""
    browser: str = ""
    os: str = ""
    times: int = 1
    """How often, where what happens again soon is counted in one row."""
    security: bool = False
    """Of the second kind: for owner and admins."""
    expires_at: Ms | None = None

    def looked_up(self) -> dict[str, Any]:
        """When MongoDB takes the row away by itself."""
        return {} if self.expires_at is None else {"expires": datetime.fromtimestamp(self.expires_at / 1000, UTC)}

    def seen(self, account_name: str) -> AuditRow:
        """The row as staff see it."""
        return AuditRow(
            id=self.id,
            event=RENAMED.get(self.event, self.event),
            at=self.at,
            account_name=account_name,
            person=self.person,
            about=self.about,
            email=self.email,
            text=self.text,
            utc_offset_minutes=self.utc_offset_minutes,
            ip=self.ip,
            browser=self.browser,
            os=self.os,
            times=self.times,
        )


AUDIT: Final = OfFirms(
    "audit",
    IndexModel([("thread_id", 1), ("at", -1)]),
    IndexModel([("firm_id", 1), ("at", -1), ("_id", -1)], partialFilterExpression={"security": True}),
    IndexModel("expires", expireAfterSeconds=0),
)


class Audit:
    """The trail."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, AUDIT)

    async def add(self, row: AuditDoc, session: Session | None = None) -> None:
        """Add a row; in the same transaction as what it tells of, where there is one."""
        await self._rows.insert(to_document(row), session=session)

    async def add_all(self, rows: Sequence[AuditDoc], session: Session) -> None:
        """Add rows, likewise, in one command."""
        await self._rows.insert(*map(to_document, rows), session=session)

    async def count(self, row: AuditDoc) -> None:
        """Add a row, or count once more in the one that has its id."""
        first = {name: value for name, value in to_document(row).items() if name not in ("_id", "times")}
        more = {"$inc": {"times": 1}, "$setOnInsert": first}
        await self._rows.of(row.firm_id).update_one({"_id": row.id}, more, upsert=True)

    async def ended_since(self, firm_ids: Sequence[Id], since: Ms) -> dict[Id, Id]:
        """Whose sessions of these firms were ended at or after a time, by the row that says so."""
        query: Row = {"security": True, "at": {"$gte": since}, "event": SESSION_ENDED, "about": {"$ne": None}}
        rows = self._rows.of_any(firm_ids).find(query, {"about.id": 1})
        return {row["_id"]: row["about"]["id"] async for row in rows}

    async def of_firm(self, firm_id: Id, after: tuple[Ms, Id] | None, limit: int) -> list[AuditDoc]:
        """A firm's rows that matter for security, newest first; those behind one of a certain time and id."""
        query: Row = {"security": True}
        if after is not None:
            query["$or"] = [{"at": {"$lt": after[0]}}, {"at": after[0], "_id": {"$lt": after[1]}}]
        rows = self._rows.of(firm_id).find(query).sort([("at", -1), ("_id", -1)]).limit(limit)
        return await readable(rows, AuditDoc)

    async def of_thread(self, firm_id: Id, thread_id: Id, limit: int) -> list[AuditDoc]:
        """A thread's rows, newest first."""
        rows = self._rows.of(firm_id).find({"thread_id": thread_id}).sort([("at", -1), ("_id", -1)]).limit(limit)
        return await readable(rows, AuditDoc)
