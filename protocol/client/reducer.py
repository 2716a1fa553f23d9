"""The pure reducer: a client's state, something that happens, and the time make the next state and what to ask for.

No I/O and no clock of its own. A client calls `reduce` for every answer and frame, sends the commands that come out, and
calls it with `Ticked` when `due_at` says so. vectors.json holds for this reducer and the browser's alike.

Knows what each frame and answer means for streams, rows and what is loaded of threads. Refuses to know how one stream is
followed (protocol.client.stream), what the own streams carry (own), the messages that are still to be sent (pending), what
no log holds (people), what goes with lost access (forgetting), and how a table is changed (draft).
"""

from typing import Final

from msgspec.structs import replace

from protocol import frames as f
from protocol.asked import Asked
from protocol.client import own, pending, people, threads
from protocol.client import state as s
from protocol.client import stream as one
from protocol.client.draft import Draft
from protocol.client.forgetting import forget_account, forget_thread
from protocol.client.state import OpenThread, State, own_streams
from protocol.client.stream import Followed
from protocol.documents import DocumentChanged
from protocol.ids import StreamKind, notes_stream, split_stream, thread_stream
from protocol.messages import MessageSent
from protocol.streams import StreamEvent, StreamPage, StreamRead, ThreadOpen, ThreadOpened
from protocol.tasks import TaskDeleted
from protocol.threads import Thread, ThreadList, ThreadRead
from protocol.wire import Id, Ms, Seq

OVERLAP_MS: Final = 60_000
"""How much of the time before the last known change is asked for again after a reconnect: clocks of nodes differ."""

Applied = tuple[str, StreamEvent]
"""A stream's name, and an event of it that is now part of the state."""


def reduce(state: State, happening: s.Happening, now: Ms) -> tuple[State, list[Asked]]:
    """The state afterwards, and the commands to send now. `now` is any steady count of milliseconds."""
    state, commands, _ = advance(state, happening, now)
    return state, commands


def advance(state: State, happening: s.Happening, now: Ms) -> tuple[State, list[Asked], list[Applied]]:
    """As `reduce`, with the events that came into the state at its end, in order: those of threads that are followed in
    full, and of the person's own stream. Of each stream they are dense, except after a `reset`."""
    work = _Work(state, now)
    work.take(happening)
    pending.confirm_accepted(work)
    work.ask()
    return work.state, work.commands, work.applied


def due_at(state: State) -> Ms | None:
    """When `Ticked` is next to be said; None: not before something else happens."""
    times = list(people.due(state))
    if state.phase == "live":
        times += [due for followed in state.streams.values() if (due := followed.due_at) is not None]
        times += pending.due(state)
    return min(times, default=None)


class _Work(Draft):
    """A step that is being taken: the draft, and the events that came into it."""

    def __init__(self, state: State, now: Ms) -> None:
        super().__init__(state, now)
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
            case s.Notified() | s.Wanted() | s.Brought() | s.Had():
                own.take(self, happening)
            case s.Left(thread_id=thread_id):
                self.drop("opened", thread_id)
            case s.Disconnected():
                self.set(phase="offline")
                people.all_gone(self)
            case s.Ticked():
                people.stop_silent(self)
                pending.send_due(self)
            case _:
                pending.take(self, happening)

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
                people.mark(self, frame)
            case f.Typing():
                people.typing(self, frame)
            case f.Presence():
                people.presence(self, frame)
            case f.Pulse():
                self.heads(frame.heads)
            case _:
                pass  # `reply` and `error` belong to the one who asked

    def welcome(self, frame: f.Welcome) -> None:
        # Another epoch holds only once every `reset` has come: cut off before that, the old positions would pass for its.
        self.set(phase="catching_up", me=frame.me, epoch=self.state.epoch or frame.epoch, coming_epoch=frame.epoch)
        mine, *shared = own_streams(frame.me)
        own.begin(self, mine, frame.heads.get(mine, 0))
        for name in shared:
            if name in frame.heads:
                own.begin(self, name, frame.heads[name])
        self.heads(frame.heads)

    def live(self) -> None:
        again = bool(self.state.rows)
        for name, followed in list(self.state.streams.items()):
            self.put(name, one.begun(followed, self.now))
        owed = self.state.owed
        self.set(phase="live", epoch=self.state.coming_epoch, owed=())
        for command in owed:
            self.owe(command)
        if again and not any(isinstance(command, ThreadList) and command.since is not None for command in owed):
            # Else what an earlier connection was to catch up on has not come: rows that have moved since say nothing of it.
            since = max(row.updated_at for row in self.state.rows.values()) - OVERLAP_MS
            self.owe(ThreadList(since=since, limit=200))
        if again:
            # Marks are not in the log: they come again with the thread.
            loaded = [name for name in self.state.opened if self.followed(thread_stream(name)).position is not None]
            self.commands += [ThreadOpen(thread_id=thread_id, limit=1) for thread_id in loaded]
        own.want_unloaded(self)
        pending.send_all(self)

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
        self.step(frame.stream, one.placed(replace(followed, held={}, head=frame.head), frame.head, self.now))
        own.begin_anew(self, frame.stream, frame.head)

    def dropped(self, frame: f.Dropped) -> None:
        if frame.account_id is not None:
            forget_account(self, frame.account_id)
        if frame.open_count is not None:
            self.set(open_count=frame.open_count)
        if frame.stream is not None:
            kind, thread_id = split_stream(frame.stream)
            if kind is StreamKind.THREAD:
                forget_thread(self, thread_id)
            self.drop("streams", frame.stream)
            if kind is StreamKind.NOTES and (thread := self.state.opened.get(thread_id)):
                self.put_opened(thread_id, replace(thread, notes=()))

    # answers

    def opened(self, result: ThreadOpened) -> None:
        thread_id = result.thread.id
        known = self.state.opened.get(thread_id)
        position = self.followed(result.page.stream).position
        newer = known is not None and position is not None and position > result.page.head
        tasks = known.tasks if known is not None and newer else tuple(result.tasks)
        marks = threads.marks_together(known.marks if known else {}, result.marks)
        marks = threads.marks_continued(marks, self.state.early_marks.get(thread_id, {}))
        self.drop("early_marks", thread_id)
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
                pending.confirm(self, event)
        for name, event in self.later:
            self.apply(name, event)

    def joined(self, page: StreamPage, loaded: tuple[StreamEvent, ...] | None) -> tuple[StreamEvent, ...]:
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

    def place(self, page: StreamPage, followed: Followed, position: Seq) -> None:
        """The stream has been loaded up to `position`, which may lie before where its row was: then there is a hole."""
        placed, events = one.placed(replace(followed, since=None), position, self.now)
        self.put(page.stream, one.heard_of(placed, page.head, self.now))
        self.later += [(page.stream, event) for event in events]

    def page(self, page: StreamPage) -> None:
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
            own.apply(self, name, event)
            return
        if thread := self.state.opened.get(thread_id):
            self.applied.append((name, event))
            if kind is StreamKind.THREAD:
                self.put_opened(thread_id, threads.thread_after(thread, event))
            else:
                self.put_opened(thread_id, replace(thread, notes=(*thread.notes, event)))
        self.apply_to_row(name, event)
        pending.confirm(self, event)
        if isinstance(event.event, MessageSent) and event.actor:
            people.wrote(self, thread_id, event.actor.id)

    def apply_to_row(self, name: str, event: StreamEvent) -> None:
        kind, thread_id = split_stream(name)
        row = self.state.rows.get(thread_id)
        if row is None:
            return
        if kind is StreamKind.NOTES:
            if isinstance(event.event, DocumentChanged) and row.staff and row.staff.notes_head < event.seq:
                self.commands.append(ThreadRead(thread_id=thread_id))
            self.put_row(threads.row_after_note(row, event))
            return
        known, thread = row.head >= event.seq, self.state.opened.get(thread_id)
        row = threads.row_after(row, event, self.side)
        if isinstance(event.event, DocumentChanged) and not known:
            self.commands.append(ThreadRead(thread_id=thread_id))  # only the server knows whether others are to be seen
        if thread is not None:
            row = threads.counted(row, thread.tasks)
        elif isinstance(event.event, TaskDeleted) and not known:
            self.commands.append(ThreadRead(thread_id=thread_id))  # only the server knows whether it was ticked
        self.put_row(row)

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
                self.commands.append(StreamRead(stream=name, after=followed.position, limit=followed.missing))
            elif owner not in loading:
                loading.add(owner)
                is_open = owner in self.state.opened
                self.commands.append(ThreadOpen(thread_id=owner) if is_open else ThreadRead(thread_id=owner))
