"""The pure reducer: a client's state, something that happens, and the time make the next state and what to ask for.

No I/O and no clock of its own. A client calls `reduce` for every answer and frame, sends the commands that come out, and
calls it with `Ticked` when `due_at` says so. How one stream is followed: protocol.stream. vectors.json holds for this
reducer and the browser's alike.
"""

from collections.abc import Iterable
from typing import Final, TypeVar

from msgspec.structs import replace

from protocol import commands as c
from protocol import events as e
from protocol import frames as f
from protocol import state as s
from protocol import stream as one
from protocol import threads
from protocol.commands import StreamEvent
from protocol.entities import Side, Thread
from protocol.errors import Problem
from protocol.ids import StreamKind, notes_stream, split_stream, thread_stream, user_stream
from protocol.state import OpenThread, Pending, State
from protocol.stream import Followed
from protocol.wire import Id, Ms, Seq

TYPING_MS: Final = 6_000
"""How long somebody is shown as writing after their last `typing`."""
OVERLAP_MS: Final = 60_000
"""How much of the time before the last known change is asked for again after a reconnect: clocks of nodes differ."""
Key = TypeVar("Key")
Value = TypeVar("Value")

RETRY_FIRST_MS: Final = 1_000
RETRY_MOST_MS: Final = 30_000
TEMPORARY: Final = {"unavailable", "rate_limited", "internal"}
"""Refusals after which the same message is sent again by itself, with the same key."""


Applied = tuple[str, StreamEvent]
"""A stream's name, and an event of it that is now part of the state."""


def reduce(state: State, happening: s.Happening, now: Ms) -> tuple[State, list[c.Asked]]:
    """The state afterwards, and the commands to send now. `now` is any steady count of milliseconds."""
    state, commands, _ = advance(state, happening, now)
    return state, commands


def advance(state: State, happening: s.Happening, now: Ms) -> tuple[State, list[c.Asked], list[Applied]]:
    """As `reduce`, with the events that came into the state at its end, in order: those of threads that are followed in
    full, and of the person's own stream. Of each stream they are dense, except after a `reset`."""
    work = _Work(state, now)
    work.take(happening)
    work.confirm_accepted()
    work.ask()
    return work.state, work.commands, work.applied


def due_at(state: State) -> Ms | None:
    """When `Ticked` is next to be said; None: not before something else happens."""
    times = [writer.until for writers in state.typing.values() for writer in writers.values()]
    if state.phase == "live":
        times += [due for followed in state.streams.values() if (due := followed.due_at) is not None]
        times += [message.retry_at for message in state.pending.values() if message.retry_at is not None]
    return min(times, default=None)


class _Work:
    """One step: the state as it becomes, and the commands that come of it."""

    def __init__(self, state: State, now: Ms) -> None:
        self.state = state
        self.now = now
        self.commands: list[c.Asked] = []
        self.applied: list[Applied] = []
        self.later: list[Applied] = []
        """Held events that follow on a page, to be applied once the page is in its place."""

    def take(self, happening: s.Happening) -> None:
        match happening:
            case s.Framed(frame=frame):
                self.frame(frame)
            case s.Opened(result=result):
                self.opened(result)
            case s.Paged(page=page):
                self.page(page)
            case s.Listed(threads=rows):
                for row in rows:
                    self.row(row)
            case s.Notified(page=page):
                found = {entry.id: entry for entry in page.notifications}
                known = self.state.notifications
                self.set(notifications={**known, **found}, open_count=page.open_count)
            case s.Left(thread_id=thread_id):
                self.set(opened=_without(self.state.opened, thread_id))
            case s.Disconnected():
                self.set(phase="offline", typing={}, online=frozenset(), team_online=False)
            case s.Ticked():
                self.tick()
            case _:
                self.outbox(happening)

    def set(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)

    @property
    def side(self) -> Side:
        return self.state.me.person.side if self.state.me else "contact"

    # frames

    def frame(self, frame: f.ServerFrame) -> None:
        match frame:
            case f.Welcome():
                self.welcome(frame)
            case f.Live():
                self.live()
            case f.EventFrame():
                event = StreamEvent(seq=frame.seq, at=frame.at, actor=frame.actor, event=frame.event)
                followed = self.followed(frame.stream)
                self.step(frame.stream, one.receive(followed, [event], self.now))
            case f.Reset():
                self.reset(frame)
            case f.Dropped():
                self.dropped(frame)
            case f.MarkMoved():
                self.mark(frame)
            case f.Typing():
                self.typing(frame)
            case f.Presence(person=None):
                self.set(team_online=frame.online)
            case f.Presence(person=person) if person is not None:
                here = {person.id}
                self.set(online=self.state.online | here if frame.online else self.state.online - here)
            case f.Pulse():
                self.heads(frame.heads)
            case _:
                pass  # `reply` and `error` belong to the one who asked

    def welcome(self, frame: f.Welcome) -> None:
        own = user_stream(frame.me.person.id)
        # Another epoch holds only once every `reset` has come: cut off before that, the old positions would pass for its.
        self.set(phase="catching_up", me=frame.me, epoch=self.state.epoch or frame.epoch, coming_epoch=frame.epoch)
        if own not in self.state.streams:
            head = frame.heads.get(own, 0)
            self.put(own, Followed(position=head, head=head))
        self.heads(frame.heads)

    def live(self) -> None:
        again = bool(self.state.rows)
        streams = {name: one.begun(followed, self.now) for name, followed in self.state.streams.items()}
        self.set(phase="live", streams=streams, epoch=self.state.coming_epoch)
        if again:
            since = max(row.updated_at for row in self.state.rows.values()) - OVERLAP_MS
            self.commands.append(c.ThreadList(since=since, limit=200))
            # Marks are not in the log: they come again with the thread.
            loaded = [name for name in self.state.opened if self.followed(thread_stream(name)).position is not None]
            self.commands += [c.ThreadOpen(thread_id=thread_id, limit=1) for thread_id in loaded]
        for message in self.state.pending.values():
            if message.state == "sending":
                self.send(message)

    def heads(self, heads: dict[str, Seq]) -> None:
        for name, head in heads.items():
            if (followed := self.state.streams.get(name)) is not None:
                self.put(name, one.heard_of(followed, head, self.now))

    def reset(self, frame: f.Reset) -> None:
        kind, _ = split_stream(frame.stream)
        followed = self.followed(frame.stream)
        if kind is not StreamKind.USER:
            self.put(frame.stream, one.lost(followed, frame.head, self.now))
            return
        # What was said about access may have been among what is lost, so the lists are made anew.
        self.step(frame.stream, one.placed(replace(followed, held={}, head=frame.head), frame.head, self.now))
        for thread_id in [known for known in self.state.rows if known not in self.state.opened]:
            self.forget(thread_id)
        self.set(notifications={})
        self.commands += [c.NotificationList(), c.ThreadList()]

    def dropped(self, frame: f.Dropped) -> None:
        if frame.account_id is not None:
            self.forget_account(frame.account_id)
        if frame.stream is not None:
            kind, thread_id = split_stream(frame.stream)
            if kind is StreamKind.THREAD:
                self.forget(thread_id)
            self.set(streams=_without(self.state.streams, frame.stream))
            if kind is StreamKind.NOTES and (thread := self.state.opened.get(thread_id)):
                self.put_opened(thread_id, replace(thread, notes=()))

    def forget_account(self, account_id: Id) -> None:
        for row in list(self.state.rows.values()):
            if row.account.id == account_id:
                self.forget(row.id)
        entries = self.state.notifications
        left = {key: entry for key, entry in entries.items() if entry.account.id != account_id}
        if len(left) < len(entries):
            lost = sum(not entry.archived for key, entry in entries.items() if key not in left)
            self.set(notifications=left, open_count=max(0, self.state.open_count - lost))

    def forget(self, thread_id: Id) -> None:
        pending = {key: item for key, item in self.state.pending.items() if item.thread_id != thread_id}
        self.set(
            rows=_without(self.state.rows, thread_id),
            opened=_without(self.state.opened, thread_id),
            typing=_without(self.state.typing, thread_id),
            streams=_without(self.state.streams, thread_stream(thread_id), notes_stream(thread_id)),
            pending=pending,
        )

    def mark(self, frame: f.MarkMoved) -> None:
        thread, row = self.state.opened.get(frame.thread_id), self.state.rows.get(frame.thread_id)
        if thread is not None:
            marks = {**thread.marks, frame.person.id: threads.mark_after(thread.marks.get(frame.person.id), frame)}
            self.put_opened(frame.thread_id, replace(thread, marks=marks))
        me = self.state.me
        if row is None or me is None or frame.read_seq is None:
            return
        mine = frame.person.id == me.person.id or (frame.person.side == "staff" and me.person.side == "staff")
        if mine and row.read_messages is not None and frame.read_messages is not None:
            self.put_row(threads.read_to(row, frame))
        elif mine and frame.read_seq > row.read_seq:
            unread = row.unread if frame.unread is None else frame.unread
            if thread is not None and thread.items and thread.items[0].seq <= frame.read_seq + 1:
                unread = threads.unread_after(thread.items, frame.read_seq, self.side)
            self.put_row(threads.read_uncounted(row, frame.read_seq, unread))

    def typing(self, frame: f.Typing) -> None:
        if self.state.me and frame.person.id == self.state.me.person.id:
            return
        writers = _without(self.state.typing.get(frame.thread_id, {}), frame.person.id)
        if frame.typing:
            writers[frame.person.id] = s.Writer(until=self.now + TYPING_MS, internal=frame.internal)
        self.put_writers(frame.thread_id, writers)

    def tick(self) -> None:
        for thread_id, writers in self.state.typing.items():
            left = {person: writer for person, writer in writers.items() if writer.until > self.now}
            if len(left) < len(writers):
                self.put_writers(thread_id, left)
        if self.state.phase == "live":
            for message in list(self.state.pending.values()):
                if message.retry_at is not None and message.retry_at <= self.now:
                    self.send(message)

    # answers

    def opened(self, result: c.ThreadOpened) -> None:
        thread_id = result.thread.id
        known = self.state.opened.get(thread_id)
        position = self.followed(result.page.stream).position
        newer = known is not None and position is not None and position > result.page.head
        tasks = known.tasks if known is not None and newer else tuple(result.tasks)
        marks = threads.marks_together(known.marks if known else {}, result.marks)
        thread = OpenThread(tasks=tasks, marks=marks)
        row = self.state.rows.get(thread_id)
        if row is None or position is None:
            self.put_row(result.thread)
        else:
            self.put_row(threads.together(row, result.thread, head=row.head <= result.thread.head))
        for page, field in ((result.page, "items"), (result.notes, "notes")):
            if page is not None:
                loaded = getattr(known, field) if known else None
                thread = replace(thread, **{field: self.joined(page, loaded)})
        self.put_opened(thread_id, thread)
        for page in (result.page, result.notes):
            for event in page.events if page else ():
                self.apply_to_row(page.stream if page else "", event)
                self.confirm(event)
        for name, event in self.later:
            self.apply(name, event)

    def joined(self, page: c.StreamPage, loaded: tuple[StreamEvent, ...] | None) -> tuple[StreamEvent, ...]:
        """What is loaded of a stream once its newest page has come, and the stream placed at the end of that."""
        followed = self.followed(page.stream)
        events = tuple(page.events)
        first, end = (events[0].seq, events[-1].seq) if events else (page.head + 1, page.head)
        if loaded is None or followed.position is None:
            self.place(page, followed, end)
            self.applied += [(page.stream, event) for event in events]
            return events
        if first > followed.position + 1:
            # A hole lies between what is loaded and the page: it is asked for like any other.
            self.put(page.stream, one.heard_of(followed, page.head, self.now))
            return loaded
        self.place(page, followed, max(end, followed.position))
        self.applied += [(page.stream, event) for event in events if event.seq > followed.position]
        older = tuple(event for event in loaded if event.seq < first)
        return older + events + tuple(event for event in loaded if event.seq > end)

    def place(self, page: c.StreamPage, followed: Followed, position: Seq) -> None:
        """The stream has been loaded up to `position`, which may lie before where its row was: then there is a hole."""
        placed, events = one.placed(replace(followed, since=None), position, self.now)
        self.put(page.stream, one.heard_of(placed, page.head, self.now))
        self.later += [(page.stream, event) for event in events]

    def page(self, page: c.StreamPage) -> None:
        followed = self.state.streams.get(page.stream)
        if followed is None:
            return
        kind, thread_id = split_stream(page.stream)
        thread = self.state.opened.get(thread_id)
        if thread is not None and page.events and kind is not StreamKind.USER:
            loaded = thread.items if kind is StreamKind.THREAD else thread.notes
            first = loaded[0].seq if loaded else (followed.position or 0) + 1
            older = tuple(event for event in page.events if event.seq < first)
            if older and older[-1].seq == first - 1:
                field = "items" if kind is StreamKind.THREAD else "notes"
                self.put_opened(thread_id, replace(thread, **{field: older + loaded}))
        self.step(page.stream, one.receive(followed, page.events, self.now))
        reached = one.heard_of(self.state.streams[page.stream], page.head, self.now)
        self.put(page.stream, one.answered(reached, self.now))

    def row(self, row: Thread) -> None:
        name = thread_stream(row.id)
        followed, known = self.followed(name), self.state.rows.get(row.id)
        position = followed.position
        is_open = row.id in self.state.opened
        if position is None and is_open:
            return  # its own answer to `thread.open` is on its way
        if position is not None and (row.head < position or (is_open and row.head > position)):
            # Older than what is known, or ahead of what is loaded: then the events themselves are wanted.
            self.put(name, one.heard_of(followed, row.head, self.now))
            if known:
                self.put_row(threads.together(known, row, head=False))
            return
        if known and position is not None:
            row = threads.together(known, row, head=True)
        self.put_row(row)
        self.step(name, one.placed(followed, row.head, self.now))
        if row.staff is not None and not is_open:
            notes = notes_stream(row.id)
            followed = self.followed(notes)
            self.step(notes, one.placed(followed, max(followed.position or 0, row.staff.notes_head), self.now))

    # the streams

    def step(self, name: str, step: one.Step) -> None:
        """Store where a stream is now, and apply what has become due."""
        followed, events = step
        self.put(name, followed)
        for event in events:
            self.apply(name, event)

    def apply(self, name: str, event: StreamEvent) -> None:
        kind, thread_id = split_stream(name)
        if kind is StreamKind.USER:
            self.applied.append((name, event))
            self.apply_own(event)
            return
        if thread := self.state.opened.get(thread_id):
            self.applied.append((name, event))
            if kind is StreamKind.THREAD:
                self.put_opened(thread_id, threads.thread_after(thread, event))
            else:
                self.put_opened(thread_id, replace(thread, notes=(*thread.notes, event)))
        self.apply_to_row(name, event)
        self.confirm(event)
        writers = self.state.typing.get(thread_id, {})
        if isinstance(event.event, e.MessageSent) and event.actor and event.actor.id in writers:
            self.put_writers(thread_id, _without(writers, event.actor.id))

    def apply_to_row(self, name: str, event: StreamEvent) -> None:
        kind, thread_id = split_stream(name)
        row = self.state.rows.get(thread_id)
        if row is None:
            return
        if kind is StreamKind.NOTES:
            self.put_row(threads.row_after_note(row, event))
            return
        known, thread = row.head >= event.seq, self.state.opened.get(thread_id)
        row = threads.row_after(row, event, self.side)
        if thread is not None:
            row = threads.counted(row, thread.tasks)
        elif isinstance(event.event, e.TaskDeleted) and not known:
            self.commands.append(c.ThreadRead(thread_id=thread_id))  # only the server knows whether it was ticked
        self.put_row(row)

    def apply_own(self, event: StreamEvent) -> None:
        match event.event:
            case e.NotificationUpdated(notification=entry, open_count=open_count):
                self.set(notifications={**self.state.notifications, entry.id: entry}, open_count=open_count)
            case e.AccessChanged(lost=lost, gained=gained):
                for account_id in lost:
                    self.forget_account(account_id)
                self.commands += [c.ThreadList(account_id=account_id) for account_id in gained]

    # what this client writes

    def outbox(self, happening: s.Happening) -> None:
        match happening:
            case s.Written():
                message = Pending(**{name: getattr(happening, name) for name in s.Written.__struct_fields__})
                self.put_pending(message)
                self.send_if_live(message)
            case s.Accepted(client_message_id=key, result=result) if key in self.state.pending:
                message = self.state.pending[key]
                self.put_pending(replace(message, state="accepted", seq=result.seq, retry_at=None, problem=None))
            case s.Refused(client_message_id=key, problem=problem) if key in self.state.pending:
                self.put_pending(self.refused(self.state.pending[key], problem))
            case s.Retried(client_message_id=key) if key in self.state.pending:
                message = self.state.pending[key]
                if message.state == "failed":
                    message = replace(message, state="sending", problem=None, attempts=0)
                    self.put_pending(message)
                    self.send_if_live(message)
            case s.Discarded(client_message_id=key):
                self.set(pending=_without(self.state.pending, key))
            case _:
                pass  # an answer about a message that is not pending any more

    def send_if_live(self, message: Pending) -> None:
        if self.state.phase == "live":
            self.send(message)

    def send(self, message: Pending) -> None:
        self.put_pending(replace(message, retry_at=None))
        self.commands.append(
            c.MessageSend(
                thread_id=message.thread_id,
                client_message_id=message.client_message_id,
                body=message.body,
                internal=message.internal,
                quoted_message_id=message.quoted_message_id,
            )
        )

    def refused(self, message: Pending, problem: Problem) -> Pending:
        if problem.code not in TEMPORARY:
            return replace(message, state="failed", problem=problem, retry_at=None)
        wait = min(RETRY_FIRST_MS * 2**message.attempts, RETRY_MOST_MS)
        retry_at = self.now + (problem.retry_after_ms or wait)
        return replace(message, attempts=message.attempts + 1, retry_at=retry_at, problem=problem)

    def confirm(self, event: StreamEvent) -> None:
        """The message is in its stream: it isn't pending any more. Keys belong to their author."""
        me, sent = self.state.me, event.event
        if isinstance(sent, e.MessageSent) and me and event.actor and event.actor.id == me.person.id:
            self.set(pending=_without(self.state.pending, sent.client_message_id))

    def confirm_accepted(self) -> None:
        """Accepted messages whose stream has passed their place, by whatever, or isn't followed, are pending no more."""
        for key, message in list(self.state.pending.items()):
            if message.state != "accepted" or message.seq is None:
                continue
            name = notes_stream(message.thread_id) if message.internal else thread_stream(message.thread_id)
            followed = self.state.streams.get(name)
            if followed is None or (followed.position is not None and followed.position >= message.seq):
                self.set(pending=_without(self.state.pending, key))

    # asking

    def ask(self) -> None:
        """Ask for the holes that have lasted long enough."""
        if self.state.phase != "live":
            return
        loading: set[Id] = set()
        for name, followed in list(self.state.streams.items()):
            if followed.due_at is None or followed.due_at > self.now:
                continue
            self.put(name, one.asked(followed, self.now))
            kind, owner = split_stream(name)
            if kind is StreamKind.USER or (owner in self.state.opened and followed.position is not None):
                self.commands.append(c.StreamRead(stream=name, after=followed.position, limit=followed.missing))
            elif owner not in loading:
                loading.add(owner)
                is_open = owner in self.state.opened
                self.commands.append(c.ThreadOpen(thread_id=owner) if is_open else c.ThreadRead(thread_id=owner))

    # small changes

    def followed(self, name: str) -> Followed:
        return self.state.streams.get(name, Followed())

    def put(self, name: str, followed: Followed) -> None:
        self.set(streams={**self.state.streams, name: followed})

    def put_row(self, row: Thread) -> None:
        self.set(rows={**self.state.rows, row.id: row})

    def put_opened(self, thread_id: Id, thread: OpenThread) -> None:
        self.set(opened={**self.state.opened, thread_id: thread})

    def put_pending(self, message: Pending) -> None:
        self.set(pending={**self.state.pending, message.client_message_id: message})

    def put_writers(self, thread_id: Id, writers: dict[Id, s.Writer]) -> None:
        others = _without(self.state.typing, thread_id)
        self.set(typing={**others, thread_id: writers} if writers else others)


def _without(mapping: dict[Key, Value], *keys: Key) -> dict[Key, Value]:
    return {key: value for key, value in mapping.items() if key not in keys}


def reduce_all(state: State, happenings: Iterable[tuple[Ms, s.Happening]]) -> tuple[State, list[c.Asked]]:
    """Several happenings after each other, each with its time; the commands of all of them."""
    asked: list[c.Asked] = []
    for now, happening in happenings:
        state, more = reduce(state, happening, now)
        asked += more
    return state, asked
