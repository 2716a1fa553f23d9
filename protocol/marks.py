"""Marks: how far somebody has read and received."""

from protocol.asked import Asked
from protocol.people import Person
from protocol.wire import Id, Ms, Seq, Wire


class Step(Wire):
    """A position that somebody reached, and when."""

    seq: Seq
    at: Ms


class Mark(Wire):
    """How far somebody has got in a thread. A message was read when the first step with `seq` at or above it was made.

    Positions never go back. The lists hold the latest steps only, oldest first (at most 200).
    """

    person: Person
    read: list[Step] = []
    delivered: list[Step] = []
    """What came to the person's own program (RD-4)."""
    mailed: list[Step] = []
    """Staff: up to where a mail server has taken letters to the person; whether they arrived nobody knows."""


class MarkRead(Asked, tag="mark.read", may="facts_seen"):
    """I have seen everything in the thread up to this position of t: (RD-1, RD-3)."""

    thread_id: Id
    seq: Seq
    notes_seq: Seq | None = None
    """Staff: and everything up to this position of n:. Who doesn't say it has seen no notes: what the inbox tells of them
    stays unread, and can be put away."""


class MarkUnread(Asked, tag="mark.unread", may="facts_staff", cost=3):
    """The firm has not read the thread from this position of t: on, whoever has looked at it (RD-9). Receipts stay."""

    thread_id: Id
    seq: Seq


class MarkDelivered(Asked, tag="mark.delivered", may="logged_in"):
    """My client has received everything up to these positions of t: (RD-4)."""

    positions: dict[Id, Seq]
