"""New chats that are created at a later time (SS-1). Knows one document each; refuses to know whether one may still be."""

from collections.abc import Sequence
from typing import ClassVar, Final

from pymongo import IndexModel

from protocol.accounts import AccountBrief
from protocol.reminders import AfterLast, ReminderSetting
from protocol.scheduled_chats import ScheduledChat
from protocol.wire import Id
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo
from storage.mongo.documents import newer
from storage.planned import AUTHORS, DUE, Planned, PlannedDoc


class ScheduledChatDoc(PlannedDoc, kw_only=True):
    """A scheduled chat as stored."""

    NEWER: ClassVar = (*PlannedDoc.NEWER, newer("reminder.after_last", AfterLast, None))

    subject: str
    tasks: list[str] = []
    reminder: ReminderSetting | None = None
    template_id: Id | None = None

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


SCHEDULED_CHATS: Final = OfFirms("scheduled_chats", DUE, IndexModel([("firm_id", 1), ("due_at", 1)]), AUTHORS)


class ScheduledChats(Planned[ScheduledChatDoc]):
    """Those that wait, and those that were not created."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, SCHEDULED_CHATS, ScheduledChatDoc, held_by="_id")

    async def of_accounts(self, firm_id: Id, account_ids: Sequence[Id] | None, limit: int) -> list[ScheduledChatDoc]:
        """A firm's, or those of some of its accounts, the next first."""
        return await self._next(
            firm_id, {} if account_ids is None else {"account_id": {"$in": list(account_ids)}}, limit
        )
