"""What goes out in a thread at a later time (SS-1). Knows one document each; refuses to know whether it may still go."""

from typing import Final

from pymongo import IndexModel

from protocol.scheduled_sends import ScheduledSend
from protocol.wire import Id, Seq
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo
from storage.planned import AUTHORS, DUE, Planned, PlannedDoc


class ScheduledSendDoc(PlannedDoc, kw_only=True):
    """A scheduled send as stored."""

    thread_id: Id
    client_message_id: str
    seq: Seq
    known: int
    """How many messages of contacts there were up to `seq`."""
    unless_answered: bool = False
    quoted_message_id: Id | None = None

    def seen(self) -> ScheduledSend:
        """As staff see it."""
        return ScheduledSend(
            id=self.id,
            thread_id=self.thread_id,
            by=self.by,
            due_at=self.due_at,
            body=self.body,
            seq=self.seq,
            unless_answered=self.unless_answered,
            quoted_message_id=self.quoted_message_id,
            attachments=self.attachments,
            stopped=self.stopped,
        )


SCHEDULED_SENDS: Final = OfFirms("scheduled_sends", DUE, IndexModel([("thread_id", 1), ("due_at", 1)]), AUTHORS)


class ScheduledSends(Planned[ScheduledSendDoc]):
    """Those that wait, and those that did not go."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, SCHEDULED_SENDS, ScheduledSendDoc, held_by="thread_id")

    async def of_thread(self, firm_id: Id, thread_id: Id, limit: int) -> list[ScheduledSendDoc]:
        """A thread's, the next first."""
        return await self._next(firm_id, {"thread_id": thread_id}, limit)
