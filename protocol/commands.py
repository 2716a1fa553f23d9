"""Everything a client may ask for: one struct for each command, with the struct of its result.

Knows shapes and limits. Refuses to know who may do what (server.access) and how it is done (server.actions).
A command that creates something carries a key chosen by the client (`client_message_id`, `client_task_id`): the same
key from the same person always means the same thing, so a retry is safe (P2).
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from protocol.body import Body
from protocol.entities import (
    Account,
    AuditRow,
    Firm,
    FirmSettings,
    Language,
    Link,
    Mark,
    Me,
    Notification,
    Person,
    Recipient,
    Reminder,
    ReminderRow,
    ReminderSetting,
    Right,
    Role,
    StaffMember,
    Task,
    TaskRow,
    TaskToAdd,
    Thread,
    ThreadState,
)
from protocol.events import Event
from protocol.wire import (
    WRITTEN,
    ClientKey,
    Email,
    Id,
    Ms,
    Name,
    PageSize,
    Password,
    Search,
    Secret,
    Seq,
    StreamName,
    Subject,
    Tagged,
    TaskText,
    Wire,
)


class Done(Wire):
    """It is done, and there is nothing more to say."""


class Asked(Tagged):
    """Base of commands. `Result` is the struct of the answer."""

    Result: ClassVar[type[Wire]] = Done


# session, password, invitation


class SessionOpened(Wire):
    """A session. `token` is absent where it was put into the browser's cookie."""

    me: Me
    expires_at: Ms
    token: str | None = None


class SessionCreate(Asked, tag="session.create"):
    """Log in. Where the address is known to several firms, `firm_id` chooses; without it the error lists them."""

    email: Email
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200, extra=WRITTEN)]
    firm_id: Id | None = None
    cookie: bool = False
    """A browser page of our own: put the token into an HttpOnly cookie instead of the answer."""
    Result: ClassVar[type[Wire]] = SessionOpened


class SessionRenew(Asked, tag="session.renew"):
    """Extend the session that this command came in, in band, for its whole length from now."""

    Result: ClassVar[type[Wire]] = SessionOpened


class SessionEnd(Asked, tag="session.end"):
    """Log out: the token is worth nothing from now on, and its sockets close."""


class PasswordForgot(Asked, tag="password.forgot"):
    """Send a link for a new password, if somebody has this address. The answer is the same if not."""

    email: Email


class PasswordReset(Asked, tag="password.reset"):
    """Set a new password with the secret from the mail. Ends all of the person's sessions."""

    secret: Secret
    password: Password


class Invitation(Wire):
    """An open invitation, as shown before it is accepted."""

    firm: Firm
    name: Name
    email: Email
    account_name: str


class InvitationRead(Asked, tag="invitation.read"):
    """What an invitation's link is for. A used or replaced link is `not_found`."""

    secret: Secret
    Result: ClassVar[type[Wire]] = Invitation


class InvitationAccept(Asked, tag="invitation.accept"):
    """Choose a password and be logged in (spec 1.3)."""

    secret: Secret
    password: Password
    cookie: bool = False
    Result: ClassVar[type[Wire]] = SessionOpened


class MeRead(Asked, tag="me.read"):
    """Who am I?"""

    Result: ClassVar[type[Wire]] = Me


class MeUpdate(Asked, tag="me.update"):
    """Change my language."""

    language: Language
    Result: ClassVar[type[Wire]] = Me


# the firm and its people


class FirmView(Wire):
    """The firm with its settings."""

    firm: Firm
    settings: FirmSettings


class FirmRead(Asked, tag="firm.read"):
    """The firm and its settings."""

    Result: ClassVar[type[Wire]] = FirmView


class FirmUpdate(Asked, tag="firm.update"):
    """Change settings; what is absent stays."""

    clients_may_create_threads: bool | None = None
    show_message_text_in_client_email: bool | None = None
    show_tasks_in_client_email: bool | None = None
    reminder_days: Annotated[int, msgspec.Meta(ge=1, le=365)] | None = None
    reminder_number: Annotated[int, msgspec.Meta(ge=1, le=30)] | None = None
    tasks_ignore_read_state: bool | None = None
    Result: ClassVar[type[Wire]] = FirmView


class StaffPage(Wire):
    """Everybody who works at the firm."""

    staff: list[StaffMember]


class StaffList(Asked, tag="staff.list"):
    """Everybody who works at the firm; with `account_id`, only active ones who can see that account (MN-4, AS-2)."""

    account_id: Id | None = None
    Result: ClassVar[type[Wire]] = StaffPage


class StaffUpdate(Asked, tag="staff.update"):
    """Change a colleague's rights or whether they are active. Only the owner changes roles; the owner's stays."""

    staff_id: Id
    role: Role | None = None
    rights: list[Right] | None = None
    active: bool | None = None
    Result: ClassVar[type[Wire]] = StaffMember


class AccountPage(Wire):
    """Accounts by name."""

    accounts: list[Account]
    more: bool = False


class AccountList(Asked, tag="account.list"):
    """The accounts I may see, by name; `after` is the last account of the page before."""

    search: Search = ""
    after: Id | None = None
    limit: PageSize = 100
    Result: ClassVar[type[Wire]] = AccountPage


class AccountRead(Asked, tag="account.read"):
    """One account."""

    account_id: Id
    Result: ClassVar[type[Wire]] = Account


class AccountCreate(Asked, tag="account.create"):
    """Add an account."""

    name: Name
    client_account_id: ClientKey
    kind: Literal["company", "individual", "other"] = "company"
    Result: ClassVar[type[Wire]] = Account


class AccountAssign(Asked, tag="account.assign"):
    """Give a colleague access to an account, or take it away; takes effect at once everywhere (AC-15)."""

    account_id: Id
    staff_id: Id
    assigned: bool
    Result: ClassVar[type[Wire]] = Account


class AccountFollow(Asked, tag="account.follow"):
    """Follow an account, or stop (NS-1)."""

    account_id: Id
    following: bool
    Result: ClassVar[type[Wire]] = Account


class ContactCreate(Asked, tag="contact.create"):
    """Add a person to an account; somebody with this address already at the firm is linked (spec 1.3)."""

    account_id: Id
    name: Name
    email: Email
    login: bool = False
    notify: bool = True
    invite: bool = False
    Result: ClassVar[type[Wire]] = Link


class LinkUpdate(Asked, tag="link.update"):
    """Turn Login or Notify on or off for one person in one account (spec 1.3)."""

    account_id: Id
    contact_id: Id
    login: bool | None = None
    notify: bool | None = None
    Result: ClassVar[type[Wire]] = Link


class InvitationSend(Asked, tag="invitation.send"):
    """Send the person a link with which to choose a password. An earlier link stops working."""

    account_id: Id
    contact_id: Id
    Result: ClassVar[type[Wire]] = Link


# threads and messages


class ThreadView(Wire):
    """One thread's row. Of `thread.create`: the new thread, or the one that this key already made."""

    thread: Thread


class ThreadCreate(Asked, tag="thread.create"):
    """Start a thread with its first message (TH-1 to TH-10)."""

    account_id: Id
    client_message_id: ClientKey
    subject: Subject
    body: Body
    tasks: Annotated[list[TaskToAdd], msgspec.Meta(max_length=100)] = []
    reminder: ReminderSetting | None = None
    Result: ClassVar[type[Wire]] = ThreadView


class ThreadPage(Wire):
    """Threads, unread first, then latest message first (LS-2)."""

    threads: list[Thread]
    next: str | None = None
    unread_threads: int = 0
    """How many unread threads there are in the whole list, for the badge."""
    open_total: int = 0


class ThreadList(Asked, tag="thread.list"):
    """The threads I may see. `next` of a page is `after` of the following one. `since` asks instead for those of
    either state that changed after a time, in order of change: how a client that was away catches up on threads that it
    doesn't hold."""

    state: ThreadState = "active"
    account_id: Id | None = None
    only: Literal["all", "unread", "mine", "open_tasks"] = "all"
    search: Search = ""
    after: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    since: Ms | None = None
    limit: PageSize = 50
    Result: ClassVar[type[Wire]] = ThreadPage


class StreamEvent(Wire):
    """One event of a stream, with its envelope: the same fields as an `event` frame, without the stream's name."""

    seq: Seq
    at: Ms
    actor: Person | None
    event: Event


class StreamPage(Wire):
    """A stretch of a stream: events, ascending by seq, without holes."""

    stream: str
    events: list[StreamEvent]
    head: Seq
    more: bool = False


class ThreadOpened(Wire):
    """A thread as needed to show it: everything is true at the heads of the two pages."""

    thread: Thread
    tasks: list[Task]
    marks: list[Mark]
    page: StreamPage
    """The newest stretch of t:."""
    notes: StreamPage | None = None
    """The newest stretch of n:, for staff."""
    writers: list[str] = []
    """Names of the contacts who can read here (for staff), or of the firm's staff in this thread (for contacts)."""
    team_online: bool = False
    """For contacts: whether anybody at the firm is connected; `presence` frames say when that changes."""


class ThreadOpen(Asked, tag="thread.open"):
    """Show a thread: header, tasks, marks and the newest messages."""

    thread_id: Id
    limit: PageSize = 50
    Result: ClassVar[type[Wire]] = ThreadOpened


class ThreadRead(Asked, tag="thread.read"):
    """One thread's row."""

    thread_id: Id
    Result: ClassVar[type[Wire]] = ThreadView


class ThreadRename(Asked, tag="thread.rename"):
    """Change the subject (TH-11)."""

    thread_id: Id
    subject: Subject


class ThreadArchive(Asked, tag="thread.archive"):
    """Archive (AR-1). A thread that already is archived stays so."""

    thread_id: Id


class ThreadReopen(Asked, tag="thread.reopen"):
    """Make active again; reminders start anew (AR-3, RM-9)."""

    thread_id: Id


class ThreadAssign(Asked, tag="thread.assign"):
    """Make a colleague responsible, or nobody (AS-1). Grants no access (AC-5)."""

    thread_id: Id
    staff_id: Id | None = None


class StreamRead(Asked, tag="stream.read"):
    """A stretch of a stream: after a position, or (`before`) up to one, for paging back."""

    stream: StreamName
    after: Seq | None = None
    before: Seq | None = None
    limit: PageSize = 100
    Result: ClassVar[type[Wire]] = StreamPage


class MessageAccepted(Wire):
    """The message is in the log, majority and journaled (P1), at this place."""

    message_id: Id
    stream: str
    seq: Seq
    at: Ms


class MessageSend(Asked, tag="message.send"):
    """Write to a thread. `internal` is for staff: contacts never learn of it (AC-6)."""

    thread_id: Id
    client_message_id: ClientKey
    body: Body
    internal: bool = False
    quoted_message_id: Id | None = None
    Result: ClassVar[type[Wire]] = MessageAccepted


class MarkRead(Asked, tag="mark.read"):
    """I have seen everything in the thread up to this position of t: (RD-1, RD-3)."""

    thread_id: Id
    seq: Seq


class MarkUnread(Asked, tag="mark.unread"):
    """The firm has not read the thread from this position of t: on, whoever has looked at it (RD-9). Receipts stay."""

    thread_id: Id
    seq: Seq


class MarkDelivered(Asked, tag="mark.delivered"):
    """My client has received everything up to these positions of t: (RD-4)."""

    positions: dict[Id, Seq]


class TypingSet(Asked, tag="typing.set"):
    """I am writing; send at most once in 3 s. `internal` is shown to staff only."""

    thread_id: Id
    typing: bool = True
    internal: bool = False


# tasks


class TaskView(Wire):
    """The task as it is now."""

    task: Task


class TaskAdd(Asked, tag="task.add"):
    """Add a task at the end (TK-1)."""

    thread_id: Id
    client_task_id: ClientKey
    text: TaskText
    Result: ClassVar[type[Wire]] = TaskView


class TaskSet(Asked, tag="task.set"):
    """Tick or un-tick (TK-3). Setting what already is so changes nothing."""

    thread_id: Id
    task_id: Id
    done: bool
    Result: ClassVar[type[Wire]] = TaskView


class TaskEdit(Asked, tag="task.edit"):
    """Change a task's text (TK-4)."""

    thread_id: Id
    task_id: Id
    text: TaskText
    Result: ClassVar[type[Wire]] = TaskView


class TaskMove(Asked, tag="task.move"):
    """Put a task before another one, or last (TK-4)."""

    thread_id: Id
    task_id: Id
    before_id: Id | None = None


class TaskDelete(Asked, tag="task.delete"):
    """Take a task away (TK-4)."""

    thread_id: Id
    task_id: Id


class TaskPage(Wire):
    """Tasks over all threads."""

    rows: list[TaskRow]
    next: str | None = None


class TaskList(Asked, tag="task.list"):
    """Tasks over all threads that I may see, newest first (TK-7, TK-8). `next` of a page is `after` of the following one; a
    page may hold fewer rows than asked for, or none, and the list still go on: it ends where `next` is absent."""

    state: Literal["open", "done", "all"] = "open"
    account_id: Id | None = None
    assignee_id: Id | None = None
    after: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    limit: PageSize = 100
    Result: ClassVar[type[Wire]] = TaskPage


# reminders


class ReminderView(Wire):
    """All that the Reminders tab shows (RM-20)."""

    reminder: Reminder
    recipients: list[Recipient]
    rows: list[ReminderRow]
    anchor_by: str | None = None
    """`you` wrote the message that the clock runs from, or a name, or None if it runs from something else."""


class ReminderRead(Asked, tag="reminder.read"):
    """The Reminders tab of a thread."""

    thread_id: Id
    Result: ClassVar[type[Wire]] = ReminderView


class ReminderSet(Asked, tag="reminder.set"):
    """Save the Reminders tab (RM-2, RM-21)."""

    thread_id: Id
    enabled: bool
    days: Annotated[int, msgspec.Meta(ge=1, le=365)]
    number: Annotated[int, msgspec.Meta(ge=1, le=30)]
    Result: ClassVar[type[Wire]] = ReminderView


class ReminderSend(Asked, tag="reminder.send"):
    """Remind now, by hand (RM-11). The key makes a retry send nothing more."""

    thread_id: Id
    client_message_id: ClientKey
    Result: ClassVar[type[Wire]] = ReminderView


# the staff notification feed


class NotificationPage(Wire):
    """Inbox entries, latest first."""

    notifications: list[Notification]
    open_count: int
    next: str | None = None


class NotificationList(Asked, tag="notification.list"):
    """My inbox."""

    archived: bool = False
    after: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    limit: PageSize = 50
    Result: ClassVar[type[Wire]] = NotificationPage


class NotificationArchive(Asked, tag="notification.archive"):
    """Put an entry away, or take it back (NS-5)."""

    notification_id: Id
    archived: bool = True


class AuditPage(Wire):
    """Audit rows, newest first."""

    rows: list[AuditRow]
    next: str | None = None


class AuditList(Asked, tag="audit.list"):
    """The audit trail of a thread's tasks and reminders (spec 2.14)."""

    thread_id: Id
    limit: PageSize = 100
    Result: ClassVar[type[Wire]] = AuditPage


class SecurityList(Asked, tag="security.list"):
    """What mattered for the firm's security: logins and failed ones, rights, Login and Notify, invitations, passwords,
    sessions that were ended, settings. `next` of a page is `after` of the following one."""

    after: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    limit: PageSize = 100
    Result: ClassVar[type[Wire]] = AuditPage


class ClockSet(Asked, tag="clock.set"):
    """Development only: move the scheduler's clock ahead of the real one by so much."""

    offset_ms: Annotated[int, msgspec.Meta(ge=0, le=10 * 365 * 86_400_000)]


Command = (
    SessionCreate
    | SessionRenew
    | SessionEnd
    | PasswordForgot
    | PasswordReset
    | InvitationRead
    | InvitationAccept
    | MeRead
    | MeUpdate
    | FirmRead
    | FirmUpdate
    | StaffList
    | StaffUpdate
    | AccountList
    | AccountRead
    | AccountCreate
    | AccountAssign
    | AccountFollow
    | ContactCreate
    | LinkUpdate
    | InvitationSend
    | ThreadCreate
    | ThreadList
    | ThreadOpen
    | ThreadRead
    | ThreadRename
    | ThreadArchive
    | ThreadReopen
    | ThreadAssign
    | StreamRead
    | MessageSend
    | MarkRead
    | MarkUnread
    | MarkDelivered
    | TypingSet
    | TaskAdd
    | TaskSet
    | TaskEdit
    | TaskMove
    | TaskDelete
    | TaskList
    | ReminderRead
    | ReminderSet
    | ReminderSend
    | NotificationList
    | NotificationArchive
    | AuditList
    | SecurityList
    | ClockSet
)
