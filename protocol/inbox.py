"""The inbox of staff (spec 3.15)."""

from typing import Annotated, ClassVar, Literal

import msgspec

from protocol.accounts import AccountBrief
from protocol.asked import Answer, Asked
from protocol.happened import Happened
from protocol.letters import DeliveryState
from protocol.people import Person
from protocol.wire import Id, Ms, Name, PageSize, Seq, Wire

NotificationKind = Literal[
    "message_from_contact", "message_from_staff", "thread_created", "tasks_changed", "tasks_completed", "mention",
    "assignment", "assignment_changed", "assignment_lost", "thread_reopened",
    "mail_failed", "mail_away", "mail_back", "snooze_ended",
]  # fmt: skip


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
    became: DeliveryState | None = None
    """Of `mail_failed`: what has become of it since, once somebody tried again. None: it still wasn't sent."""


NotificationAbout = Literal["thread", "contact", "mail"]
"""`contact`: an account's contact whom a letter didn't reach. `mail`: an address of the firm's own, of no account."""


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
    """What it is about, and leads to: the thread, or the contact, who is its `actor`; `mail` leads nowhere, and its account
    has no name. An entry about no thread is unread until it is archived, or its matter has been put right."""
    email: str = ""
    """Of an entry about no thread: the address that the letter was for."""
    copies: bool = False
    """Of an entry about the firm's blind copies: there are some that `letter.retry_copies` sends again."""


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
