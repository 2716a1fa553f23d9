"""Threads: their rows, and what is done to them."""

from typing import Annotated, ClassVar, Literal

import msgspec

from protocol.accounts import AccountBrief
from protocol.asked import Answer, Asked
from protocol.body import Body
from protocol.documents import DocumentIds
from protocol.folds import Folds, sets
from protocol.happened import Happened
from protocol.people import Person
from protocol.reminders import Reminder, ReminderSetting
from protocol.tasks import TaskToAdd
from protocol.wire import ClientKey, Id, Ms, PageSize, Search, Seq, Subject, Wire

ThreadState = Literal["active", "archived"]


class Excerpt(Wire):
    """The first words of the last client-visible message of a thread."""

    person: Person
    text: str
    at: Ms
    documents: int = 0
    """How many documents it carried: it may have no words."""


class Snooze(Wire):
    """A thread is put off (SS-2): it stands in no list of what is to be done until a time, or until a contact writes."""

    by: Person
    until: Ms | None = None
    """Absent: until a contact writes. That ends one with a time, too."""
    answered_at: int = 0
    """As soon as there are more messages of contacts than this, the snooze is over."""


class Back(Wire):
    """A thread has come back from a snooze (SS-2): it stands on top until somebody writes, puts it off again or takes it
    down."""

    at: Ms
    why: Literal["time", "answer"]
    """The time has come, or a contact has written."""


class StaffPart(Wire):
    """What only staff may see of a thread."""

    notes_head: Seq = 0
    origin: Literal["manual", "bulk", "automation", "client"] = "manual"
    assignee_id: Id | None = None
    template_id: Id | None = None
    """What it began with (TH-4); the template may be another by now, or gone."""
    reminder: Reminder | None = None
    snooze: Snooze | None = None
    back: Back | None = None


class Thread(Wire):
    """A thread's row and header. `head` is the position up to which this row is true."""

    id: Id
    account: AccountBrief
    subject: str
    state: ThreadState
    created_at: Ms
    created_by: Person
    head: Seq
    updated_at: Ms
    last_message_at: Ms
    raised_at: Ms | None = None
    """For contacts: when the firm last asked again by hand. Lists sort by this or the last message, whichever is later."""
    last: Excerpt | None = None
    unread: int = 0
    """Messages of the other side after the reader's position: the firm's shared one (RD-1) or the contact's own."""
    read_seq: Seq = 0
    """The reader's position: the firm's shared one for staff, their own for a contact."""
    turns_back: int = 0
    """How often that position was taken back by `mark.unread`. Of two positions, the one with more is the later."""
    their_messages: int | None = None
    """Messages of the other side up to `head`; absent from older servers."""
    read_messages: int | None = None
    """How many of them stand up to `read_seq`: `unread` is what is left, wherever the two have got to."""
    tasks_done: int = 0
    tasks_total: int = 0
    has_documents: bool = False
    """A message that the reader may see carries a document that they may see (DC-4)."""
    staff: StaffPart | None = None


class ThreadCreated(Happened, tag="thread.created", stands="t"):
    """The first event of every thread."""

    account_id: Id
    subject: str


class ThreadRenamed(Happened, tag="thread.renamed", stands="t"):
    """The subject was changed (TH-11)."""

    subject: str
    folds: ClassVar[Folds] = (sets("row", subject=".event.subject"),)


class ThreadArchived(Happened, tag="thread.archived", stands="t"):
    """The firm archived the thread (AR-1)."""

    folds: ClassVar[Folds] = (sets("row", state="archived"),)


class ThreadReopened(Happened, tag="thread.reopened", stands="t"):
    """The thread is active again (AR-3, MS-8)."""

    folds: ClassVar[Folds] = (sets("row", state="active"),)


class ThreadRaised(Happened, tag="thread.raised", stands="t"):
    """The firm asked again, by hand: the thread moves to the top of what waits for the contacts (RM-11)."""

    folds: ClassVar[Folds] = (sets("row", of="contact", raised_at=".at"),)


class ThreadAssigned(Happened, tag="thread.assigned", stands="n"):
    """The thread has another assignee, or none (AS-1)."""

    assignee: Person | None = None
    lost_by: Person | None = None
    """Who was it, and lost it together with their access (AS-5)."""
    folds: ClassVar[Folds] = (sets("staff", assignee_id=".event.assignee.id"),)


class ThreadUnread(Happened, tag="thread.unread", stands="n"):
    """Somebody marked the thread as unread for the whole firm (RD-9)."""

    read_seq: Seq
    """How far the firm has read now."""
    unread: int
    """What was left to read, as far as the server had counted: use `read_messages` where it is there."""
    read_messages: int | None = None
    """Messages of contacts up to `read_seq`: see Thread."""
    turns_back: int = 0
    """See Thread."""


class ThreadSnoozed(Happened, tag="thread.snoozed", stands="n"):
    """Somebody put the thread off (SS-2)."""

    snooze: Snooze
    folds: ClassVar[Folds] = (sets("staff", snooze=".event.snooze", back=None),)


class ThreadWoken(Happened, tag="thread.woken", stands="n"):
    """The thread is put off no more (SS-2)."""

    back: Back | None = None
    """Absent where it has not come back: somebody ended the snooze by hand, or took down what had come back, or the thread
    was archived."""
    snoozed_by: Person | None = None
    """Who had put it off; absent where it had come back before."""
    folds: ClassVar[Folds] = (sets("staff", snooze=None, back=".event.back"),)


class ThreadView(Answer):
    """One thread's row. Of `thread.create`: the new thread, or the one that this key already made."""

    thread: Thread


class ThreadCreate(Asked, tag="thread.create", may="account_seen", cost=10):
    """Start a thread with its first message (TH-1 to TH-10)."""

    account_id: Id
    client_message_id: ClientKey
    subject: Subject
    body: Body
    tasks: Annotated[list[TaskToAdd], msgspec.Meta(max_length=100)] = []
    reminder: ReminderSetting | None = None
    attachments: DocumentIds = []
    """Documents that the message carries: see `message.send`."""
    template_id: Id | None = None
    """What the form was filled with (TH-3). What is sent is what stands in the other fields: all of it may be edited."""
    Result: ClassVar[type[Wire]] = ThreadView


class ThreadPage(Answer):
    """Threads: those back from a snooze (SS-2), then unread ones, then the others; of each the latest message first
    (LS-2)."""

    threads: list[Thread]
    next: str | None = None
    unread_threads: int = 0
    """How many active threads with something unread there are in all, whatever page this is. Of staff without those that
    are put off, here as below."""
    unread_messages: int = 0
    """How many unread messages stand in them, for the badge (RD-2). Absent from older servers."""
    open_total: int = 0


class ThreadList(Asked, tag="thread.list", may="logged_in", cost=5):
    """The threads I may see. `next` of a page is `after` of the following one. `since` asks instead for those of
    either state that changed after a time, in order of change: how a client that was away catches up on threads that it
    doesn't hold."""

    state: ThreadState = "active"
    account_id: Id | None = None
    only: Literal["all", "unread", "mine", "open_tasks", "snoozed"] = "all"
    """Threads that are put off are listed where `snoozed` or words are asked for, and else not (SS-2)."""
    search: Search = ""
    after: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    since: Ms | None = None
    limit: PageSize = 50
    Result: ClassVar[type[Wire]] = ThreadPage


class ThreadRead(Asked, tag="thread.read", may="thread_seen", cost=2):
    """One thread's row."""

    thread_id: Id
    Result: ClassVar[type[Wire]] = ThreadView


class ThreadRename(Asked, tag="thread.rename", may="facts_staff", cost=3):
    """Change the subject (TH-11)."""

    thread_id: Id
    subject: Subject


class ThreadArchive(Asked, tag="thread.archive", may="facts_staff", cost=3):
    """Archive (AR-1). A thread that already is archived stays so."""

    thread_id: Id


class ThreadReopen(Asked, tag="thread.reopen", may="facts_staff", cost=3):
    """Make active again; reminders start anew (AR-3, RM-9)."""

    thread_id: Id


class ThreadAssign(Asked, tag="thread.assign", may="facts_staff", cost=3):
    """Make a colleague responsible, or nobody (AS-1). Grants no access (AC-5)."""

    thread_id: Id
    staff_id: Id | None = None


class ThreadSnooze(Asked, tag="thread.snooze", may="facts_staff", cost=3):
    """Put the thread off for the whole firm, until a time or until a contact writes (SS-2). One that is put off already is
    so in another way then."""

    thread_id: Id
    seq: Seq
    """The position of t: up to which the asker knows the thread: what a contact writes behind it ends the snooze, also if
    that has happened already."""
    until: Ms | None = None


class ThreadWake(Asked, tag="thread.wake", may="facts_staff", cost=3):
    """End the snooze; a thread that has come back from one stands on top no more (SS-2). Else nothing changes."""

    thread_id: Id
