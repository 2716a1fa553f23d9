"""What has happened: the events of the streams, each a past tense.

Knows what each event says. The envelope (stream, seq, at, actor) is a frame: see `protocol.frames.EventFrame`.
Which stream an event may stand in is part of its meaning: `t:` is seen by contacts, `n:` by staff only.
"""

from typing import Final

from protocol.body import Body
from protocol.entities import Notification, Person, Reminder, Task
from protocol.wire import ClientKey, Id, Ms, Seq, Tagged, TaskText, Wire


class Quote(Wire):
    """A message that another one answers: who said what, shortened (MS-7)."""

    message_id: Id
    person: Person
    text: str


class ThreadCreated(Tagged, tag="thread.created"):
    """t: The first event of every thread."""

    account_id: Id
    subject: str


class ThreadRenamed(Tagged, tag="thread.renamed"):
    """t: The subject was changed (TH-11)."""

    subject: str


class ThreadArchived(Tagged, tag="thread.archived"):
    """t: The firm archived the thread (AR-1)."""


class ThreadReopened(Tagged, tag="thread.reopened"):
    """t: The thread is active again (AR-3, MS-8)."""


class ThreadRaised(Tagged, tag="thread.raised"):
    """t: The firm asked again, by hand: the thread moves to the top of what waits for the contacts (RM-11)."""


class MessageSent(Tagged, tag="message.sent"):
    """t: A message that everybody in the thread may see. n: an internal message."""

    message_id: Id
    client_message_id: ClientKey
    body: Body
    quote: Quote | None = None
    after: Seq | None = None
    """Only in n: the position in t: that the internal message follows when the two are shown together."""


class TaskAdded(Tagged, tag="task.added"):
    """t: A task was added at the end (TK-1)."""

    task: Task


class TaskEdited(Tagged, tag="task.edited"):
    """t: A task's text was changed (TK-4)."""

    task_id: Id
    text: TaskText


class TaskCompleted(Tagged, tag="task.completed"):
    """t: A task was ticked (TK-3)."""

    task_id: Id


class TaskReopened(Tagged, tag="task.reopened"):
    """t: A task was un-ticked (TK-3)."""

    task_id: Id


class TasksReordered(Tagged, tag="tasks.reordered"):
    """t: The tasks now stand in this order (TK-4)."""

    task_ids: list[Id]


class TaskDeleted(Tagged, tag="task.deleted"):
    """t: A task was taken away (TK-4)."""

    task_id: Id


class TasksCompleted(Tagged, tag="tasks.completed"):
    """t: The last open task was just ticked; follows its `task.completed` (TK-6)."""


class ThreadAssigned(Tagged, tag="thread.assigned"):
    """n: The thread has another assignee, or none (AS-1)."""

    assignee: Person | None = None
    lost_by: Person | None = None
    """Who was it, and lost it together with their access (AS-5)."""


class ThreadUnread(Tagged, tag="thread.unread"):
    """n: Somebody marked the thread as unread for the whole firm (RD-9)."""

    read_seq: Seq
    """How far the firm has read now."""
    unread: int
    """What was left to read, as far as the server had counted: use `read_messages` where it is there."""
    read_messages: int | None = None
    """Messages of contacts up to `read_seq`: see Thread."""
    turns_back: int = 0
    """See Thread."""


class ReminderChanged(Tagged, tag="reminder.changed"):
    """n: The reminder setting was saved, or its cycle moved on or stopped (RT-1)."""

    reminder: Reminder


class ReminderSent(Tagged, tag="reminder.sent"):
    """n: A reminder was handed to the mail outbox, automatically or by hand (RM-11)."""

    number: int
    """Its place in the cycle; 0 for one sent by hand."""
    of: int
    recipients: list[str]
    after: Seq = 0


class NotificationUpdated(Tagged, tag="notification.updated"):
    """u: An inbox entry is new or has changed (NS-4)."""

    notification: Notification
    open_count: int
    """Entries not archived: the badge (NS-5)."""


class AccessChanged(Tagged, tag="access.changed"):
    """u: What this person may see has changed; accounts in `lost` must be dropped at once (AC-15, RT-4)."""

    lost: list[Id] = []
    gained: list[Id] = []
    at: Ms = 0


UNKNOWN_TAG: Final = "unknown"


class UnknownEvent(Tagged, tag=UNKNOWN_TAG):
    """Never sent and never stored: what a reader holds in place of an event of a newer server (rule 4)."""

    name: str


Event = (
    ThreadCreated
    | ThreadRenamed
    | ThreadArchived
    | ThreadReopened
    | ThreadRaised
    | MessageSent
    | TaskAdded
    | TaskEdited
    | TaskCompleted
    | TaskReopened
    | TasksReordered
    | TaskDeleted
    | TasksCompleted
    | ThreadAssigned
    | ThreadUnread
    | ReminderChanged
    | ReminderSent
    | NotificationUpdated
    | AccessChanged
    | UnknownEvent
)
