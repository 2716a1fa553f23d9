"""Who may begin, read, write in and sort threads, and the inbox and letters that follow from them."""

from typing import Any

from protocol.body import paragraph
from protocol.ids import new_id, thread_stream
from protocol.inbox import NotificationArchive, NotificationList
from protocol.letters import LetterRetry, LetterRetryCopies
from protocol.marks import MarkDelivered, MarkRead, MarkUnread
from protocol.messages import MessageSend, TypingSet
from protocol.streams import StreamRead, ThreadOpen
from protocol.threads import (
    ThreadArchive,
    ThreadAssign,
    ThreadCreate,
    ThreadList,
    ThreadRead,
    ThreadRename,
    ThreadReopen,
    ThreadSnooze,
    ThreadWake,
)
from protocol.wire import Id
from tests.server.core.access.roles import LEADS, PRIVATE, SEEN, STAFF, STAFF_SEEN
from tests.server.core.access.targets import Case, Cases


def said(thread_id: Id, **more: Any) -> MessageSend:
    return MessageSend(thread_id=thread_id, client_message_id=new_id(), body=paragraph("Hej!"), **more)


CASES: Cases = {
    ThreadCreate: Case(
        SEEN,
        lambda w, t: ThreadCreate(
            account_id=t.account.id, client_message_id=new_id(), subject="Moms", body=paragraph("Hej!")
        ),
    ),
    ThreadList: Case(SEEN, lambda w, t: ThreadList(account_id=t.account.id)),
    ThreadOpen: Case(SEEN, lambda w, t: ThreadOpen(thread_id=t.thread_id)),
    ThreadRead: Case(SEEN, lambda w, t: ThreadRead(thread_id=t.thread_id)),
    ThreadRename: Case(STAFF_SEEN, lambda w, t: ThreadRename(thread_id=t.thread_id, subject="Moms")),
    ThreadArchive: Case(STAFF_SEEN, lambda w, t: ThreadArchive(thread_id=t.thread_id)),
    ThreadReopen: Case(STAFF_SEEN, lambda w, t: ThreadReopen(thread_id=t.thread_id)),
    ThreadAssign: Case(STAFF_SEEN, lambda w, t: ThreadAssign(thread_id=t.thread_id, staff_id=None)),
    ThreadSnooze: Case(STAFF_SEEN, lambda w, t: ThreadSnooze(thread_id=t.thread_id, seq=1)),
    ThreadWake: Case(STAFF_SEEN, lambda w, t: ThreadWake(thread_id=t.thread_id)),
    StreamRead: Case(SEEN, lambda w, t: StreamRead(stream=thread_stream(t.thread_id))),
    MessageSend: Case(SEEN, lambda w, t: said(t.thread_id)),
    MarkRead: Case(SEEN, lambda w, t: MarkRead(thread_id=t.thread_id, seq=1)),
    MarkUnread: Case(STAFF_SEEN, lambda w, t: MarkUnread(thread_id=t.thread_id, seq=1)),
    MarkDelivered: Case(SEEN, lambda w, t: MarkDelivered(positions={t.thread_id: 1})),
    TypingSet: Case(SEEN, lambda w, t: TypingSet(thread_id=t.thread_id)),
    NotificationList: Case(STAFF, lambda w, t: NotificationList()),
    LetterRetry: Case(STAFF_SEEN, lambda w, t: LetterRetry(account_id=t.account.id, letter_id=t.letter_id)),
    LetterRetryCopies: Case(LEADS, lambda w, t: LetterRetryCopies()),
    NotificationArchive: Case(PRIVATE, lambda w, t: NotificationArchive(notification_id=t.entry_id)),
}
