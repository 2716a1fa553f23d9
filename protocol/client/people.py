"""What people do that no log holds: who is here, who is writing, how far each has read.

Knows the frames that tell it and how long they hold. Refuses to know events, and how marks come back after a reconnect
(protocol.client.reducer).
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from protocol import frames as f
from protocol.client import threads
from protocol.client.draft import Draft
from protocol.client.state import State, Writer
from protocol.wire import Id, Ms

EARLY_THREADS_MAX: Final = 100
TYPING_MS: Final = 6_000
"""How long somebody is shown as writing after their last `typing`."""


def presence(draft: Draft, frame: f.Presence) -> None:
    """Somebody came or went; without a person, the team as a contact sees it."""
    if frame.person is None:
        draft.set(team_online=frame.online)
        return
    here, online = {frame.person.id}, draft.state.online
    draft.set(online=online | here if frame.online else online - here)


def all_gone(draft: Draft) -> None:
    """The connection is gone: nothing is known of who is here or writes."""
    draft.set(typing={}, online=frozenset(), team_online=False)


def typing(draft: Draft, frame: f.Typing) -> None:
    """Somebody else writes in a thread, or has stopped."""
    if draft.state.me and frame.person.id == draft.state.me.person.id:
        return
    writers = dict(draft.state.typing.get(frame.thread_id, {}))
    writers.pop(frame.person.id, None)
    if frame.typing:
        writers[frame.person.id] = Writer(until=draft.now + TYPING_MS, internal=frame.internal)
    draft.put_writers(frame.thread_id, writers)


def wrote(draft: Draft, thread_id: Id, person_id: Id) -> None:
    """Their message is here: they write no more."""
    writers = draft.state.typing.get(thread_id, {})
    if person_id in writers:
        draft.put_writers(thread_id, {key: writer for key, writer in writers.items() if key != person_id})


def stop_silent(draft: Draft) -> None:
    """Time has passed: who has said nothing for TYPING_MS writes no more."""
    for thread_id, writers in list(draft.state.typing.items()):
        left = {person: writer for person, writer in writers.items() if writer.until > draft.now}
        if len(left) < len(writers):
            draft.put_writers(thread_id, left)


def due(state: State) -> Iterator[Ms]:
    """When each of those who write stops to, unless they go on."""
    return (writer.until for writers in state.typing.values() for writer in writers.values())


def _early(draft: Draft, frame: f.MarkMoved) -> None:
    """Keep a mark of a thread that isn't shown, and of the threads with such marks the latest."""
    known = draft.state.early_marks.get(frame.thread_id, {})
    draft.drop("early_marks", frame.thread_id)
    early = draft.own("early_marks")
    early[frame.thread_id] = {**known, frame.person.id: threads.mark_after(known.get(frame.person.id), frame)}
    while len(early) > EARLY_THREADS_MAX:
        del early[next(iter(early))]


def mark(draft: Draft, frame: f.MarkMoved) -> None:
    """Somebody's mark moved: in the thread that is shown and, where it counts for the reader, in the thread's row. Staff
    read as one."""
    thread, row = draft.state.opened.get(frame.thread_id), draft.state.rows.get(frame.thread_id)
    if thread is not None:
        marks = {**thread.marks, frame.person.id: threads.mark_after(thread.marks.get(frame.person.id), frame)}
        draft.put_opened(frame.thread_id, replace(thread, marks=marks))
    else:
        _early(draft, frame)
    me = draft.state.me
    if row is None or me is None or frame.read_seq is None:
        return
    mine = frame.person.id == me.person.id or (frame.person.side == "staff" and me.person.side == "staff")
    if mine and row.read_messages is not None and frame.read_messages is not None:
        draft.put_row(threads.read_to(row, frame))
    elif mine and frame.read_seq > row.read_seq:
        unread = row.unread if frame.unread is None else frame.unread
        if thread is not None and thread.items and thread.items[0].seq <= frame.read_seq + 1:
            unread = threads.unread_after(thread.items, frame.read_seq, draft.side)
        draft.put_row(threads.read_uncounted(row, frame.read_seq, unread))
