"""Reminders: the setting, where its cycle stands, and what went out (spec 2.9, 3.8)."""

from typing import Annotated, ClassVar, Literal

import msgspec

from protocol.asked import Answer, Asked
from protocol.folds import Folds, sets
from protocol.happened import Happened
from protocol.letters import Delivery
from protocol.people import Person
from protocol.wire import ClientKey, Count, Days, Email, Id, Ms, Name, Seq, Wire

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

AfterLast = Literal["nothing", "tell", "archive"]
"""What follows once the last reminder of a round has gone out and the client still hasn't answered (SS-6): nothing; the
assignee finds it in their inbox; the thread is archived."""
Unanswered = Literal["reply", "tasks", "reading"]
"""What the client owed when it did: an answer, a task, or reading what the firm wrote (D9, D6, D7)."""


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
    ignores_read_state: bool = False
    """The thread has tasks, and by a setting of the firm it doesn't matter whether messages are read: where `verdict` or
    `stops_when` speak of reading, the tasks alone are meant."""
    planned: list[Ms] = []
    """When the rest of this cycle would go out if nothing changes; the first is `next_due_at`."""
    after_last: AfterLast = "nothing"
    after_at: Ms | None = None
    """When that would follow if nothing changes: known once all have gone out, and to who reads the whole of it."""
    after_done_at: Ms | None = None
    """When it was done, for this cycle."""


class ReminderRow(Wire):
    """A reminder that was put into the outbox: its place in its cycle, what it was about and to whom (spec 2.9)."""

    cycle: int
    """The one that ran when it went out, also for one that was sent by hand."""
    number: int
    """0 for one that was sent by hand (RM-11)."""
    at: Ms
    recipients: list[str]
    by: Person | None = None
    id: str = ""
    counted: bool = True
    """Whether it was sent: a letter was handed over, or may have been, or still waits (RM-19)."""
    deliveries: list[Delivery] = []
    """What has become of its letters. Absent from older servers."""


class Recipient(Wire):
    """A contact and whether reminders reach them (RM-6)."""

    contact_id: Id
    name: Name
    email: Email
    notify: bool


class ReminderSetting(Wire):
    """What the Reminders tab saves (RM-2)."""

    enabled: bool
    days: Days = 3
    number: Count = 1
    after_last: AfterLast | None = None
    """Absent: what the firm has chosen by the time the chat begins."""


class ReminderChanged(Happened, tag="reminder.changed", stands="n"):
    """The reminder setting was saved, or its cycle moved on or stopped (RT-1)."""

    reminder: Reminder
    folds: ClassVar[Folds] = (sets("staff", reminder=".event.reminder"),)


class ReminderSent(Happened, tag="reminder.sent", stands="n"):
    """A reminder was handed to the mail outbox, automatically or by hand (RM-11)."""

    number: int
    """Its place in the cycle; 0 for one sent by hand."""
    of: int
    recipients: list[str]
    after: Seq = 0
    reminder_id: str = ""
    """Of the reminder whose letters' fate a `reminder.settled` will tell; empty from older servers."""


class ReminderSettled(Happened, tag="reminder.settled", stands="n"):
    """All letters of a reminder have their fate. Told again if one is tried again (RM-19)."""

    reminder_id: str
    number: int
    of: int
    counted: bool
    """False: it reached nobody, and its number is still to be sent."""
    deliveries: list[Delivery]


class ReminderExhausted(Happened, tag="reminder.exhausted", stands="n"):
    """The last reminder has been out for as long as there is between two of them, and the client hasn't answered: what was
    chosen for that was done (SS-6)."""

    sent: int
    """How many had gone out by themselves."""
    unanswered: Unanswered
    archived: bool = False
    """The thread was archived; else somebody is told."""
    assignee: Person | None = None
    """Who is told; absent: those who hear of the thread."""
    about: Person | None = None
    """A contact to whom the reminders went; absent if there is none any more."""


class ReminderView(Answer):
    """All that the Reminders tab shows (RM-20)."""

    reminder: Reminder
    recipients: list[Recipient]
    rows: list[ReminderRow]
    anchor_by: str | None = None
    """`you` wrote the message that the clock runs from, or a name, or None if it runs from something else."""


class ReminderRead(Asked, tag="reminder.read", may="thread_staff", cost=2):
    """The Reminders tab of a thread."""

    thread_id: Id
    Result: ClassVar[type[Wire]] = ReminderView


class ReminderSet(Asked, tag="reminder.set", may="thread_staff", cost=3):
    """Save the Reminders tab (RM-2, RM-21)."""

    thread_id: Id
    enabled: bool
    days: Annotated[int, msgspec.Meta(ge=1, le=365)]
    number: Annotated[int, msgspec.Meta(ge=1, le=30)]
    after_last: AfterLast | None = None
    """Absent: it stays as it is. Chosen once all have gone out, it follows a gap after that at the earliest."""
    Result: ClassVar[type[Wire]] = ReminderView


class ReminderSend(Asked, tag="reminder.send", may="thread_staff", cost=5):
    """Remind now, by hand (RM-11). The key makes a retry send nothing more."""

    thread_id: Id
    client_message_id: ClientKey
    Result: ClassVar[type[Wire]] = ReminderView
