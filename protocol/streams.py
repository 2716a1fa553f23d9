"""Stretches of streams, and a thread as it is opened: what holds events."""

from typing import ClassVar

from protocol.asked import Answer, Asked
from protocol.events import Event
from protocol.marks import Mark
from protocol.people import Person
from protocol.tasks import Task
from protocol.threads import Thread
from protocol.wire import Id, Ms, PageSize, Seq, StreamName, Wire


class StreamEvent(Answer):
    """One event of a stream, with its envelope: the same fields as an `event` frame, without the stream's name."""

    seq: Seq
    at: Ms
    actor: Person | None
    event: Event


class StreamPage(Answer):
    """A stretch of a stream: events, ascending by seq, without holes."""

    stream: str
    events: list[StreamEvent]
    head: Seq
    more: bool = False


class StreamRead(Asked, tag="stream.read", may="stream_seen", cost=3):
    """A stretch of a stream: after a position, or (`before`) up to one, for paging back."""

    stream: StreamName
    after: Seq | None = None
    before: Seq | None = None
    limit: PageSize = 100
    Result: ClassVar[type[Wire]] = StreamPage


class ThreadOpened(Answer):
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


class ThreadOpen(Asked, tag="thread.open", may="facts_seen", cost=4):
    """Show a thread: header, tasks, marks and the newest messages."""

    thread_id: Id
    limit: PageSize = 50
    Result: ClassVar[type[Wire]] = ThreadOpened
