"""All that a client holds, what may happen to it, and how a thread is shown: plain values.

Refuses to know how one state becomes the next (protocol.client.reducer) and how frames come and go (client.client).
"""

from typing import Any, Literal

from protocol.body import Body
from protocol.client.keeping import Kept
from protocol.client.stream import Followed
from protocol.errors import Problem
from protocol.events import UnknownEvent
from protocol.frames import POSITIONS_MAX, ServerFrame
from protocol.ids import firm_stream, notes_stream, thread_stream, user_stream
from protocol.inbox import Notification, NotificationList, NotificationPage
from protocol.marks import Mark
from protocol.messages import MessageAccepted, MessageSent
from protocol.reminders import ReminderSent
from protocol.sessions import Me
from protocol.streams import StreamEvent, StreamPage, ThreadOpened
from protocol.tasks import Task
from protocol.threads import Thread, ThreadList
from protocol.wire import ClientKey, Id, Ms, Seq, Tagged, Wire

Phase = Literal["offline", "catching_up", "live"]
Owed = ThreadList | NotificationList
"""A list that makes up for what no stream brings again."""


class Pending(Wire):
    """A message of this client that its stream hasn't shown yet. Shown at the end of its thread."""

    client_message_id: ClientKey
    thread_id: Id
    body: Body
    internal: bool = False
    quoted_message_id: Id | None = None
    attachments: list[Id] = []
    state: Literal["sending", "accepted", "failed"] = "sending"
    seq: Seq | None = None
    """Its place in the log, once accepted."""
    problem: Problem | None = None
    attempts: int = 0
    """Temporary refusals so far."""
    retry_at: Ms | None = None
    """When to send it again, after a temporary refusal."""


class Writer(Wire):
    """Somebody who is writing."""

    until: Ms
    internal: bool = False


class OpenThread(Wire):
    """What is loaded of a thread: `items` of t: and `notes` of n:, each without a hole up to its stream's position."""

    tasks: tuple[Task, ...] = ()
    marks: dict[Id, Mark] = {}
    items: tuple[StreamEvent, ...] = ()
    notes: tuple[StreamEvent, ...] = ()


class State(Wire):
    """Everything a client knows. `rows` are the threads of its lists, `opened` those that it follows in full."""

    phase: Phase = "offline"
    epoch: str | None = None
    """The log's life that the positions belong to."""
    coming_epoch: str | None = None
    """What `welcome` said: taken over with `live`, when every `reset` has come."""
    me: Me | None = None
    streams: dict[str, Followed] = {}
    rows: dict[Id, Thread] = {}
    opened: dict[Id, OpenThread] = {}
    pending: dict[ClientKey, Pending] = {}
    notifications: dict[Id, Notification] = {}
    kept: dict[str, Kept] = {}
    """Entities that are no threads, by kind (protocol.kept)."""
    owed: tuple[Owed, ...] = ()
    """Lists that were asked for and have not come: the next connection asks for them again, with the same words."""
    open_count: int = 0
    access_at: Seq = 0
    """The position of u: at which this person's access last changed, or was last in doubt."""
    early_marks: dict[Id, dict[Id, Mark]] = {}
    """Marks that moved in threads that are not shown, of the latest few: the answer of a `thread.open` that is under way
    may be from before them."""
    typing: dict[Id, dict[Id, Writer]] = {}
    """Who is writing: thread to person to until when."""
    online: frozenset[Id] = frozenset()
    team_online: bool = False


# what may happen


class Framed(Tagged, tag="frame"):
    """The server said something on the socket, other than `reply` and `error`."""

    frame: ServerFrame


class Opened(Tagged, tag="opened"):
    """`thread.open` was answered: from now on the thread is followed in full."""

    result: ThreadOpened


class Paged(Tagged, tag="page"):
    """`stream.read` was answered: a hole's events, or older ones."""

    page: StreamPage


class Listed(Tagged, tag="rows"):
    """Rows came: by `thread.list`, `thread.read` or `thread.create`."""

    threads: list[Thread]


class Notified(Tagged, tag="notifications"):
    """`notification.list` was answered."""

    page: NotificationPage


class Wanted(Tagged, tag="wanted"):
    """From now on all of a kind is kept (protocol.kept)."""

    kind: str


class Brought(Tagged, tag="kept"):
    """`<kind>.list` was answered; `after` as it was asked."""

    kind: str
    page: Any
    """A KeptPage of the kind."""
    after: Id | None = None


class Had(Tagged, tag="had"):
    """A list that was asked for has come whole, or can't be had."""

    command: Owed


class Left(Tagged, tag="left"):
    """The thread is not shown any more; its row stays."""

    thread_id: Id


class Written(Tagged, tag="send"):
    """The user wrote a message."""

    client_message_id: ClientKey
    thread_id: Id
    body: Body
    internal: bool = False
    quoted_message_id: Id | None = None
    attachments: list[Id] = []


class Accepted(Tagged, tag="accepted"):
    """`message.send` was answered."""

    client_message_id: ClientKey
    result: MessageAccepted


class Refused(Tagged, tag="refused"):
    """`message.send` was refused, or not answered in time (code `unavailable`)."""

    client_message_id: ClientKey
    problem: Problem


class Retried(Tagged, tag="retry"):
    """The user wants a failed message sent again."""

    client_message_id: ClientKey


class Discarded(Tagged, tag="discard"):
    """The user gives a failed message up."""

    client_message_id: ClientKey


class Disconnected(Tagged, tag="disconnected"):
    """The connection is gone."""


class Ticked(Tagged, tag="tick"):
    """Time has passed."""


Happening = (
    Framed
    | Opened
    | Paged
    | Listed
    | Notified
    | Wanted
    | Brought
    | Had
    | Left
    | Written
    | Accepted
    | Refused
    | Retried
    | Discarded
    | Disconnected
    | Ticked
)


# how it is read


def own_streams(me: Me) -> list[str]:
    """The person's own stream, and behind it, of staff, the firm's."""
    own = [user_stream(me.person.id)]
    return [*own, firm_stream(me.firm.id)] if me.person.side == "staff" else own


def positions(state: State) -> dict[str, Seq]:
    """What `hello` says: the own streams and those of the threads that are followed in full. Nothing where it isn't known
    of which log they are."""
    if state.epoch is None:
        return {}
    names = own_streams(state.me) if state.me else []
    for thread_id in state.opened:
        names += [thread_stream(thread_id), notes_stream(thread_id)]
    known = {name: state.streams[name].position for name in names if name in state.streams}
    return {name: position for name, position in list(known.items())[:POSITIONS_MAX] if position is not None}


def shown(state: State, thread_id: Id) -> list[tuple[str, StreamEvent | Pending]]:
    """A thread from top to bottom: each item with the kind of its stream, `t` or `n`, or `p` for pending messages.

    A note stands behind the event of t: that it followed when it was written; it isn't shown before that event is
    loaded. Events that this client doesn't know are left out.
    """
    thread = state.opened.get(thread_id)
    if thread is None:
        return []
    rows: list[tuple[str, StreamEvent | Pending]] = []
    first = thread.items[0].seq if thread.items else (state.streams[thread_stream(thread_id)].position or 0) + 1
    placed = [(after, note) for note in thread.notes if (after := follows(note)) is not None and after >= first - 1]
    placed.sort(key=lambda pair: (pair[0], pair[1].seq))
    waiting = iter([*placed, (None, None)])
    after, note = next(waiting)
    for item in thread.items:
        while note is not None and after is not None and after < item.seq:
            rows.append(("n", note))
            after, note = next(waiting)
        if not isinstance(item.event, UnknownEvent):
            rows.append(("t", item))
    while note is not None:
        rows.append(("n", note))
        after, note = next(waiting)
    rows += [("p", message) for message in state.pending.values() if message.thread_id == thread_id]
    return rows


def follows(note: StreamEvent) -> Seq | None:
    """The position in t: behind which an event of n: is shown; None for one that isn't shown."""
    event = note.event
    return (event.after or 0) if isinstance(event, MessageSent | ReminderSent) else None
