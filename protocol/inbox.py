"""The inbox of staff (spec 3.15)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal, cast

import msgspec

from protocol.accounts import AccountBrief
from protocol.asked import Answer, Asked
from protocol.bulk import BulkCounts
from protocol.happened import Happened
from protocol.letters import DeliveryState
from protocol.people import Person
from protocol.wire import Id, Ms, Name, PageSize, Seq, Wire

NotificationKind = Literal[
    "mention", "message_from_contact", "message_from_staff", "thread_created", "assignment", "tasks_completed",
    "assignment_lost", "assignment_changed", "thread_reopened", "tasks_changed", "documents_uploaded", "uploads_finished",
    "mail_failed", "mail_away", "mail_back", "snooze_ended", "send_stopped", "document_refused", "bulk_done",
    "reminders_exhausted",
]  # fmt: skip
"""What inboxes call what has happened. Each has its row in KINDS."""
Kept = Literal["said", "lost", "done"]
"""With which others an entry keeps a piece of news: what somebody wrote, letters that failed, what was merely done."""
Activity = Literal[
    "thread", "message", "tasks", "tasks_done", "assigned", "reassigned", "taken_over", "unassigned", "reopened"
]  # fmt: skip
"""How a letter to staff names what has happened. `taken_over` is `assignment_changed` by whoever is assigned then."""
StaffLetter = Literal["staff_activity", "staff_mention", "staff_assigned", "staff_documents"]
"""The letters to staff about what has happened; `staff_documents` is about an account's documents, and about no thread."""


@dataclass(frozen=True, slots=True)
class KindRow:
    """What is said of a kind of news in one place, for entries, letters and the documents."""

    doc: str
    letter: StaffLetter | None = "staff_activity"
    """Which letter tells of it; None: no letter does."""
    activity: Activity = "message"
    """How that letter names it."""
    kept: Kept = "done"


KINDS: Final[Mapping[NotificationKind, KindRow]] = {
    "mention": KindRow("I am called on in a message.", letter="staff_mention", kept="said"),
    "message_from_contact": KindRow("A contact wrote.", kept="said"),
    "message_from_staff": KindRow("A colleague wrote.", kept="said"),
    "thread_created": KindRow("A chat was begun, with the words that it begins with.", activity="thread", kept="said"),
    "assignment": KindRow("I am assigned.", letter="staff_assigned", activity="assigned"),
    "tasks_completed": KindRow("A contact has ticked the last open task.", activity="tasks_done"),
    "assignment_lost": KindRow("An assignee has lost access, so nobody is assigned.", activity="unassigned"),
    "assignment_changed": KindRow("Somebody else is assigned.", activity="reassigned"),
    "thread_reopened": KindRow("A chat was taken back from the archive.", activity="reopened"),
    "tasks_changed": KindRow("A task was added, changed, ticked, unticked or deleted.", activity="tasks"),
    "documents_uploaded": KindRow(
        "Documents came into an account's folders, and no message carries them.", letter="staff_documents"
    ),
    "uploads_finished": KindRow(
        "A contact has said that they have uploaded all that they wanted to.", letter="staff_documents"
    ),
    "mail_failed": KindRow("An e-mail could not be sent: of that no e-mail is sent.", letter=None, kept="lost"),
    "mail_away": KindRow("The mail server takes no e-mails of the firm.", letter=None),
    "mail_back": KindRow("It takes them again.", letter=None),
    # For when one is there again; NS-3 has no row for it.
    "snooze_ended": KindRow("A chat that was put off is back, as its time has come.", letter=None),
    "send_stopped": KindRow("A message, or a new chat, that was to go at this time did not.", letter=None),
    # No letter: a mail about a virus looks like one that carries it.
    "document_refused": KindRow("The virus scanner has refused a document of the account.", letter=None),
    "bulk_done": KindRow("A bulk run of mine is over.", letter=None),
    "reminders_exhausted": KindRow(
        "The last reminder has been out for as long as there is between two, and the client hasn't answered.",
        letter=None,
    ),
}
"""The row of each kind; of those that letters tell of the weightiest first."""


def kept_with(kind: str) -> Kept:
    """With which others an entry keeps a kind of news, also one of a newer build."""
    row = KINDS.get(cast("NotificationKind", kind))
    return row.kept if row is not None else "done"


class Gathered(Wire):
    """One of the things that an inbox entry tells: what somebody did, the latest of it and how often."""

    kind: NotificationKind
    actor: Person
    at: Ms
    count: int = 1
    more: bool = False
    """There may be more than `count`: of very much news an entry keeps the latest."""
    event: str = ""
    """The type of the event, such as `task.completed`."""
    text: str = ""
    internal: bool = False
    letter_id: Id | None = None
    """Of `mail_failed` in a chat: the last of `letter_ids`."""
    letter_ids: list[Id] = []
    """Of `mail_failed` in a chat: the letters that still stand as failed, each of which `letter.retry` sends again."""
    documents: int = 0
    """How many documents came with it, or were uploaded."""
    became: DeliveryState | None = None
    """Of `mail_failed`: what has become of it since, once somebody tried again. None: it still wasn't sent."""


NotificationAbout = Literal["thread", "contact", "mail", "documents", "bulk", "scheduled_chat", "unseen"]
"""`contact`: an account's contact whom a letter didn't reach. `documents`: those of an account. `mail`: an address of the
firm's own, of no account. `bulk`: a bulk run, whose id stands in `thread_id`. `scheduled_chat`: a new chat that was not
created at its time, by its id in `thread_id`. `unseen`: something of one's own that was to go later, of an account that one
may not see any more: it names none, and leads nowhere."""


class Notification(Wire):
    """A staff member's inbox entry: one for each thread, moved to the top by each new event (NS-4)."""

    id: Id
    thread_id: Id
    """Of an entry that is not `about` a thread: of no thread, and what there is one entry of."""
    account: AccountBrief
    subject: str
    kind: NotificationKind
    actor: Person
    at: Ms
    created_at: Ms
    text: str = ""
    unread: bool = True
    mentioned: bool = False
    """Stays until this person has read the thread, whatever came after (MN-6)."""
    internal: bool = False
    archived: bool = False
    assignee_id: Id | None = None
    read_by: list[Name] = []
    """Colleagues who have read the thread since (NS-5)."""
    gathered: list[Gathered] = []
    """All that it tells, the weightiest first: what is unread, or, once all is read, what came last. `kind`, `actor`, `at`,
    `text` and `internal` are of the latest alone. Empty in entries of an older server."""
    unread_from: Seq | None = None
    """The first position of t: with something unread that it tells of."""
    notes_unread_from: Seq | None = None
    """The same in n:."""
    about: NotificationAbout = "thread"
    """What it is about, and leads to: the thread, or the contact, who is its `actor`; `mail` and `unseen` lead nowhere, and
    their account has no name. An entry about no thread is unread until it is archived, or its matter has been put right."""
    email: str = ""
    """Of an entry about no thread: the address that the letter was for."""
    copies: bool = False
    """Of an entry about the firm's blind copies: there are some that `letter.retry_copies` sends again."""
    bulk: BulkCounts | None = None
    """Of an entry about a bulk run: what it came to (BK-5)."""


class NotificationUpdated(Happened, tag="notification.updated", stands="u"):
    """An inbox entry is new or has changed (NS-4)."""

    notification: Notification
    open_count: int
    """Entries not archived: the badge (NS-5)."""


class NotificationPage(Answer):
    """Inbox entries, latest first."""

    notifications: list[Notification]
    open_count: int
    next: str | None = None
    head: Seq | None = None
    """The position of u: at which it was read: who has applied later events of u: knows better."""


class NotificationList(Asked, tag="notification.list", may="staff", cost=3):
    """My inbox."""

    archived: bool = False
    after: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    limit: PageSize = 50
    Result: ClassVar[type[Wire]] = NotificationPage


class NotificationArchive(Asked, tag="notification.archive", may="staff", cost=2):
    """Put an entry away, or take it back (NS-5)."""

    notification_id: Id
    archived: bool = True
