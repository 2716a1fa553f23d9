"""The messages that this client writes, until each is in its stream or given up: sent, accepted, tried again.

Knows when a message is sent, again with the same key (P2), and when it is pending no more. Refuses to know how the
answer came, and what an event does to the thread that it is in (protocol.client.reducer).
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from protocol.client import state as s
from protocol.client.draft import Draft
from protocol.client.state import Pending, State
from protocol.errors import Problem
from protocol.ids import notes_stream, thread_stream
from protocol.messages import MessageSend, MessageSent
from protocol.streams import StreamEvent
from protocol.wire import Ms

RETRY_FIRST_MS: Final = 1_000
RETRY_MOST_MS: Final = 30_000
TEMPORARY: Final = {"unavailable", "rate_limited", "internal"}
"""Refusals after which the same message is sent again by itself, with the same key."""


def take(draft: Draft, happening: s.Happening) -> None:
    """Something happened to a message of one's own. An answer about one that is not pending any more changes nothing."""
    pending = draft.state.pending
    match happening:
        case s.Written():
            message = Pending(**{name: getattr(happening, name) for name in s.Written.__struct_fields__})
            draft.put_pending(message)
            _send_if_live(draft, message)
        case s.Accepted(client_message_id=key, result=result) if key in pending:
            draft.put_pending(replace(pending[key], state="accepted", seq=result.seq, retry_at=None, problem=None))
        case s.Refused(client_message_id=key, problem=problem) if key in pending:
            draft.put_pending(_refused(pending[key], problem, draft.now))
        case s.Retried(client_message_id=key) if key in pending:
            if pending[key].state == "failed":
                message = replace(pending[key], state="sending", problem=None, attempts=0)
                draft.put_pending(message)
                _send_if_live(draft, message)
        case s.Discarded(client_message_id=key):
            draft.drop("pending", key)
        case _:
            pass  # an answer about a message that is not pending any more


def send_all(draft: Draft) -> None:
    """The connection is live again: whatever had no answer is sent, in the order in which it was written."""
    for message in list(draft.state.pending.values()):
        if message.state == "sending":
            _send(draft, message)


def send_due(draft: Draft) -> None:
    """Time has passed: messages whose wait is over are sent again, if anything can be sent."""
    if draft.state.phase != "live":
        return
    for message in list(draft.state.pending.values()):
        if message.retry_at is not None and message.retry_at <= draft.now:
            _send(draft, message)


def due(state: State) -> Iterator[Ms]:
    """When each message that waits is to be sent again."""
    return (message.retry_at for message in state.pending.values() if message.retry_at is not None)


def confirm(draft: Draft, event: StreamEvent) -> None:
    """The message is in its stream: it isn't pending any more. Keys belong to their author."""
    me, sent = draft.state.me, event.event
    if isinstance(sent, MessageSent) and me and event.actor and event.actor.id == me.person.id:
        draft.drop("pending", sent.client_message_id)


def confirm_accepted(draft: Draft) -> None:
    """Accepted messages whose stream has passed their place, by whatever, or isn't followed, are pending no more."""
    for key, message in list(draft.state.pending.items()):
        if message.state != "accepted" or message.seq is None:
            continue
        name = notes_stream(message.thread_id) if message.internal else thread_stream(message.thread_id)
        followed = draft.state.streams.get(name)
        if followed is None or (followed.position is not None and followed.position >= message.seq):
            draft.drop("pending", key)


def _send_if_live(draft: Draft, message: Pending) -> None:
    if draft.state.phase == "live":
        _send(draft, message)


def _send(draft: Draft, message: Pending) -> None:
    draft.put_pending(replace(message, retry_at=None))
    draft.commands.append(
        MessageSend(
            thread_id=message.thread_id,
            client_message_id=message.client_message_id,
            body=message.body,
            internal=message.internal,
            quoted_message_id=message.quoted_message_id,
            attachments=message.attachments,
        )
    )


def _refused(message: Pending, problem: Problem, now: Ms) -> Pending:
    if problem.code not in TEMPORARY:
        return replace(message, state="failed", problem=problem, retry_at=None)
    wait = min(RETRY_FIRST_MS * 2**message.attempts, RETRY_MOST_MS)
    retry_at = now + (problem.retry_after_ms or wait)
    return replace(message, attempts=message.attempts + 1, retry_at=retry_at, problem=problem)
