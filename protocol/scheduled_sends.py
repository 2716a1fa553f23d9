"""Scheduled sends: what goes out at a later time (SS-1). The firm's own until then: contacts don't learn of it (AC-6)."""

from typing import ClassVar, Literal

from protocol.asked import Answer, Asked, Update
from protocol.body import Body
from protocol.documents import DocumentIds
from protocol.happened import Happened
from protocol.people import Person
from protocol.wire import ClientKey, Id, Ms, Seq, Wire

WhyStopped = Literal[
    "contact_wrote", "thread_archived", "author_inactive", "no_access", "account_archived", "nobody_can_read",
    "documents", "refused",
]  # fmt: skip
"""Why something did not go at its time: a contact wrote first, and it was to be left then; the thread or the account is
archived; its author doesn't work here any more, or may not see the account; nobody of the account can log in; its author
may not send a document that it carries, or contacts would not see it; it can't be said as it stands, such as a mention of
a colleague who may not see the account any more."""
Became = Literal["waiting", "sent", "cancelled", "stopped"]


class LaterMessage(Wire, kw_only=True):
    """What a message is to say later, and when."""

    thread_id: Id
    due_at: Ms
    """When it is scheduled, a time behind now, at most 366 days."""
    body: Body
    """As it was written: its shortcodes stand for what is so when it goes (SC-3)."""
    seq: Seq
    """The position of t: up to which its author knew the thread."""
    unless_answered: bool = False
    """It doesn't go if a contact has written behind `seq` meanwhile."""
    quoted_message_id: Id | None = None
    attachments: DocumentIds = []


class ScheduledSend(LaterMessage):
    """A message that waits for its time (SS-1), or could not go when that came, and then waits for its author."""

    id: Id
    by: Person
    """Its author, in whose name it goes."""
    stopped: WhyStopped | None = None
    """Why it did not go. It keeps its words, and goes no more unless somebody says when, or sends it."""


class ScheduledSendChanged(Happened, tag="scheduled_send.changed", stands="n"):
    """A message that is to go later is there, is another, or is there no more."""

    scheduled_send_id: Id
    became: Became
    due_at: Ms
    by: Person
    """Its author: who changed it is the event's actor, if anybody."""
    first: bool = False
    """It is new."""
    stopped: WhyStopped | None = None


class ScheduledSends(Answer):
    """Those that wait or did not go, the next first."""

    scheduled_sends: list[ScheduledSend]


class MessageSchedule(LaterMessage, Asked, tag="message.schedule", may="facts_staff", cost=3):
    """Write to a thread at a later time (SS-1). What could not be sent now is refused. With documents it goes as a message
    with documents does: both times by what its author may send then."""

    client_message_id: ClientKey
    Result: ClassVar[type[Wire]] = ScheduledSend


class ScheduledSendList(Asked, tag="scheduled_send.list", may="facts_staff", cost=2):
    """What is to go later in a thread, whoever wrote it."""

    thread_id: Id
    Result: ClassVar[type[Wire]] = ScheduledSends


class ScheduledSendUpdate(Update, tag="scheduled_send.update", may="staff", cost=3):
    """Change one of my own; what is absent stays. One that did not go waits again once it has another time."""

    scheduled_send_id: Id
    due_at: Ms | None = None
    body: Body | None = None
    unless_answered: bool | None = None
    seq: Seq | None = None
    Result: ClassVar[type[Wire]] = ScheduledSend


class ScheduledSendCancel(Asked, tag="scheduled_send.cancel", may="staff", cost=2):
    """Have one of my own not go; owner and admins anybody's. One that is gone already is not found."""

    scheduled_send_id: Id


class ScheduledSendNow(Asked, tag="scheduled_send.send", may="staff", cost=2):
    """Send one of my own at once, also if a contact has written meanwhile."""

    scheduled_send_id: Id
