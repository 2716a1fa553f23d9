"""The things that are talked about, as a reader sees them.

Knows two kinds of readers: staff, and contacts, who never get a `staff` part (AC-6). Refuses to know
how things are stored.
"""

from typing import Literal

from protocol.wire import ClientKey, Count, Days, Email, Id, Ms, Name, Seq, TaskText, Wire

Side = Literal["staff", "contact"]
Role = Literal["owner", "admin", "employee"]
Right = Literal[
    "view_all_accounts", "view_all_contacts", "manage_accounts", "manage_contacts", "manage_documents",
    "manage_templates", "manage_pipelines", "manage_custom_fields", "assign_teammates",
]  # fmt: skip
Language = Literal["sv", "en"]
ThreadState = Literal["active", "archived"]
Activation = Literal["not_activated", "pending", "activated"]


class Person(Wire):
    """Somebody as shown beside what they did."""

    id: Id
    side: Side
    name: Name


class Firm(Wire):
    """The practice, as everybody who is logged in to it may see it (spec 2.1)."""

    id: Id
    name: Name
    language: Language = "en"
    time_zone: str = "UTC"
    accent: str | None = None
    address: str = ""
    phone: str = ""
    website: str = ""
    clients_may_create_threads: bool = True


class FirmSettings(Wire):
    """What only owner and admins see and change of a firm (spec 2.1, section 4)."""

    reply_to: Email | None = None
    bcc: Email | None = None
    show_message_text_in_client_email: bool = False
    show_tasks_in_client_email: bool = True
    reminder_days: Days = 3
    reminder_number: Count = 1
    tasks_ignore_read_state: bool = False
    """Reminders stop as soon as the tasks are done, read or not."""
    widget_origins: list[str] = []


class StaffMember(Wire):
    """A member of staff, as colleagues see them (spec 2.2)."""

    id: Id
    name: Name
    email: Email
    role: Role
    rights: list[Right] = []
    active: bool = True


class Me(Wire):
    """Who is logged in, where, and with which rights."""

    person: Person
    firm: Firm
    email: Email
    language: Language
    role: Role | None = None
    rights: list[Right] = []
    accounts: list["AccountBrief"] = []
    """A contact's own accounts; empty for staff, who page through `account.list`."""


class AccountBrief(Wire):
    """An account's name, as shown beside its threads."""

    id: Id
    name: Name
    short_id: str = ""


class Link(Wire):
    """A contact's place in an account: its two switches, and how far the invitation has come (spec 1.3)."""

    contact_id: Id
    name: Name
    email: Email
    login: bool
    notify: bool
    activated: bool
    """The person has a password; with `login` on they can read and write here."""
    invited_at: Ms | None = None
    last_login_at: Ms | None = None


class Account(Wire):
    """A client entity that is served, as staff see it (spec 2.3)."""

    id: Id
    name: Name
    short_id: str
    kind: Literal["company", "individual", "other"]
    activation: Activation
    staff_ids: list[Id]
    following: bool
    links: list[Link]
    archived: bool = False


class Excerpt(Wire):
    """The first words of the last client-visible message of a thread."""

    person: Person
    text: str
    at: Ms


ReminderVerdict = Literal[
    "due",
    "disabled",
    "closed",
    "count_reached",
    "nobody_to_notify",
    "nothing_to_remind_of",
    "tasks_done_and_read",
    "replied",
]
"""`due`, or why nothing is due (table 3.8.3)."""
StopCondition = Literal["client_replies", "all_read", "tasks_done_and_all_read"]
"""What would end a cycle before its count does (RM-7)."""


class Reminder(Wire):
    """A thread's reminder setting and where its cycle stands (spec 2.9, 3.8.2)."""

    enabled: bool
    days: Days
    number: Count
    cycle: int = 1
    anchor_at: Ms | None = None
    sent: int = 0
    next_due_at: Ms | None = None
    verdict: ReminderVerdict = "disabled"
    stops_when: StopCondition = "client_replies"
    planned: list[Ms] = []
    """When the rest of this cycle would go out if nothing changes; the first is `next_due_at`."""


class StaffPart(Wire):
    """What only staff may see of a thread."""

    notes_head: Seq = 0
    origin: Literal["manual", "bulk", "automation", "client"] = "manual"
    assignee_id: Id | None = None
    reminder: Reminder | None = None


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
    staff: StaffPart | None = None


class Task(Wire):
    """A client task (spec 2.8). Tasks are listed in the order in which they are to be shown."""

    id: Id
    text: TaskText
    created_by: Person
    created_at: Ms
    done: bool = False
    done_by: Person | None = None
    done_at: Ms | None = None


class TaskRow(Wire):
    """A task with its thread, for the page over all threads (TK-7)."""

    thread_id: Id
    subject: str
    account: AccountBrief
    task: Task
    assignee_id: Id | None = None
    reminder_next_at: Ms | None = None


class Step(Wire):
    """A position that somebody reached, and when."""

    seq: Seq
    at: Ms


class Mark(Wire):
    """How far somebody has got in a thread. A message was read when the first step with `seq` at or above it was made.

    Positions never go back. `read` and `delivered` hold the latest steps only, oldest first (at most 200).
    """

    person: Person
    read: list[Step] = []
    delivered: list[Step] = []


NotificationKind = Literal[
    "message_from_contact", "message_from_staff", "thread_created", "tasks_changed", "tasks_completed", "mention",
    "assignment", "assignment_changed", "assignment_lost", "thread_reopened",
]  # fmt: skip


class Notification(Wire):
    """A staff member's inbox entry: one for each thread, moved to the top by each new event (NS-4)."""

    id: Id
    thread_id: Id
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


class ReminderRow(Wire):
    """A reminder that went out: its place in its cycle, what it was about and to whom (spec 2.9)."""

    cycle: int
    number: int
    """0 for one that was sent by hand (RM-11)."""
    at: Ms
    recipients: list[str]
    by: Person | None = None


class Recipient(Wire):
    """A contact and whether reminders reach them (RM-6)."""

    contact_id: Id
    name: Name
    email: Email
    notify: bool


class AuditRow(Wire):
    """One line of the audit trail (spec 2.14). `person` did it; absent, if nobody had proved to be anybody."""

    id: Id
    event: str
    at: Ms
    account_name: str
    person: Person | None
    email: str
    text: str = ""
    utc_offset_minutes: int | None = None
    ip: str = ""
    browser: str = ""
    os: str = ""
    about: Person | None = None
    """To whom it was done, in `security.list`."""
    times: int = 1
    """How often within a quarter of an hour, of what is counted rather than written down each time."""


class TaskToAdd(Wire):
    """A task to be added."""

    text: TaskText
    client_task_id: ClientKey | None = None


class ReminderSetting(Wire):
    """What the Reminders tab saves (RM-2)."""

    enabled: bool
    days: Days = 3
    number: Count = 1
