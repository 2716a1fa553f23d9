"""New chats that are created at a later time (SS-1). Knows one document each; refuses to know whether one may still be.

As with what goes later in a thread (storage.scheduled_sends), whoever creates one takes its document away in the
transaction that starts the thread, by the revision that it has read.
"""

from collections.abc import Sequence
from typing import ClassVar, Final, Literal

from pymongo import IndexModel

from protocol.accounts import AccountBrief
from protocol.body import Body
from protocol.people import Person
from protocol.reminders import ReminderSetting
from protocol.scheduled_chats import ScheduledChat
from protocol.scheduled_sends import WhyStopped
from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import Document, from_document, newer, readable, to_document
from storage.mongo.of_firms import FirmRows


class ScheduledChatDoc(Document):
    """A scheduled chat as stored."""

    NEWER: ClassVar = (newer("stopped", WhyStopped, "refused"),)

    id: Id
    firm_id: Id
    account_id: Id
    by: Person
    due_at: Ms
    subject: str
    body: Body
    revision: int
    state: Literal["waiting", "stopped"]
    tasks: list[str] = []
    reminder: ReminderSetting | None = None
    attachments: list[Id] = []
    template_id: Id | None = None
    stopped: WhyStopped | None = None

    def seen(self, account: AccountBrief) -> ScheduledChat:
        """As staff see it."""
        return ScheduledChat(
            id=self.id,
            account=account,
            by=self.by,
            due_at=self.due_at,
            subject=self.subject,
            body=self.body,
            tasks=self.tasks,
            reminder=self.reminder,
            attachments=self.attachments,
            template_id=self.template_id,
            stopped=self.stopped,
        )


SCHEDULED_CHATS: Final = OfFirms(
    "scheduled_chats",
    IndexModel("due_at", partialFilterExpression={"state": "waiting"}),
    IndexModel([("firm_id", 1), ("due_at", 1)]),
    IndexModel([("firm_id", 1), ("by.id", 1)]),
)


class ScheduledChats:
    """Those that wait, and those that were not created."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, SCHEDULED_CHATS)

    async def add(self, chat: ScheduledChatDoc, session: Session) -> None:
        """A new one."""
        await self._rows.insert(to_document(chat), session=session)

    async def get(self, firm_id: Id, chat_id: Id) -> ScheduledChatDoc | None:
        """One of a firm's."""
        row = await self._rows.of(firm_id).find_one({"_id": chat_id})
        return from_document(row, ScheduledChatDoc) if row else None

    async def put(self, chat: ScheduledChatDoc, session: Session) -> bool:
        """One that was changed; its revision is one more than that of the one that was read. False where somebody else was
        faster. Fields of a newer build stay."""
        fields = {name: value for name, value in to_document(chat).items() if name not in ("_id", "firm_id")}
        absent = {name: "" for name in ScheduledChatDoc.__struct_fields__ if name not in ("id", "firm_id", *fields)}
        query = {"_id": chat.id, "revision": chat.revision - 1}
        changed = await self._rows.of(chat.firm_id).update_one(
            query, {"$set": fields, "$unset": absent}, session=session
        )
        return changed.matched_count == 1

    async def take(self, chat: ScheduledChatDoc, session: Session) -> bool:
        """Take one away as it was read. False where it is another by now, or gone."""
        gone = await self._rows.of(chat.firm_id).delete_one(
            {"_id": chat.id, "revision": chat.revision}, session=session
        )
        return gone.deleted_count == 1

    async def of_accounts(self, firm_id: Id, account_ids: Sequence[Id] | None, limit: int) -> list[ScheduledChatDoc]:
        """A firm's, or those of some of its accounts, the next first."""
        query: Row = {} if account_ids is None else {"account_id": {"$in": list(account_ids)}}
        found = self._rows.of(firm_id).find(query).sort("due_at", 1).limit(limit)
        return await readable(found, ScheduledChatDoc)

    async def count(self, firm_id: Id, staff_id: Id, session: Session) -> int:
        """How many somebody has."""
        return await self._rows.of(firm_id).count({"by.id": staff_id}, session=session)

    async def due(self, now: Ms, limit: int, but: Sequence[Id] = ()) -> list[ScheduledChatDoc]:
        """Those whose time has come, of whatever firm, the longest first, but for some."""
        others: Row = {"_id": {"$nin": list(but)}} if but else {}
        query = {"state": "waiting", "due_at": {"$lte": now}} | others
        return await readable(self._rows.across("sweep").find(query).sort("due_at", 1).limit(limit), ScheduledChatDoc)
