"""One stream as a reader follows it: the rule by which events are applied, dropped, held and asked for.

Pure: no I/O and no clock; `now` is any steady count of milliseconds. Refuses to know what the events mean. The rule: the
event after the position is applied; an earlier one is dropped; a later one is held, and when the hole before it hasn't
closed after HOLD_MS, its events are asked for. The same vectors hold for the browser's reducer (vectors.json).
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from protocol.streams import StreamEvent
from protocol.wire import Ms, Seq, Wire

HOLD_MS: Final = 200
"""How long a hole may last before its events are asked for: they may only have been overtaken."""
ASK_AGAIN_MS: Final = 5_000
"""How long an answer is waited for."""
ASK_EVENTS_MAX: Final = 200
"""Events asked for at once."""
HELD_EVENTS_MAX: Final = 500
"""Events held behind a hole; later ones are dropped and asked for in their turn."""


class Followed(Wire):
    """How far a stream has got here. There is a hole while `position` is behind `head`, or unknown."""

    position: Seq | None = None
    """The last event applied; None: the stream must be loaded first."""
    head: Seq = 0
    """The highest seq known to exist."""
    held: dict[Seq, StreamEvent] = {}
    since: Ms | None = None
    """Since when there has been a hole right after `position`."""
    asked_at: Ms | None = None

    @property
    def incomplete(self) -> bool:
        """Something is known to be missing."""
        return self.position is None or self.position < self.head

    @property
    def due_at(self) -> Ms | None:
        """When the hole is to be asked for, for the first time or again."""
        if not self.incomplete or self.since is None:
            return None
        return self.since + HOLD_MS if self.asked_at is None else self.asked_at + ASK_AGAIN_MS

    @property
    def missing(self) -> int:
        """How many events the hole after the position lacks, at most ASK_EVENTS_MAX."""
        position = self.position or 0
        return min(min(self.held, default=self.head + 1) - position - 1, ASK_EVENTS_MAX)


Step = tuple[Followed, tuple[StreamEvent, ...]]
"""A stream afterwards, and the events that are now to be applied, in order."""


def receive(followed: Followed, events: Iterable[StreamEvent], now: Ms) -> Step:
    """Events came, in any order, known or not."""
    held = dict(followed.held)
    head = followed.head
    for event in events:
        head = max(head, event.seq)
        if followed.position is None or event.seq > followed.position:
            held.setdefault(event.seq, event)
    return _advance(followed, followed.position, head, held, now)


def heard_of(followed: Followed, head: Seq, now: Ms) -> Followed:
    """The stream is said to reach to `head`."""
    if head <= followed.head and not followed.incomplete:
        return followed
    return _advance(followed, followed.position, max(head, followed.head), dict(followed.held), now)[0]


def placed(followed: Followed, position: Seq, now: Ms) -> Step:
    """Everything up to `position` has been loaded some other way."""
    return _advance(followed, position, max(position, followed.head), dict(followed.held), now)


def lost(followed: Followed, head: Seq, now: Ms) -> Followed:
    """The stream must be loaded anew, at once; what comes meanwhile is held."""
    held = {seq: event for seq, event in followed.held.items() if seq > head}
    return Followed(position=None, head=max([head, *held]), held=held, since=now - HOLD_MS)


def asked(followed: Followed, now: Ms) -> Followed:
    """The hole has been asked for."""
    return msgspec.structs.replace(followed, asked_at=now)


def answered(followed: Followed, now: Ms) -> Followed:
    """An answer came: whatever it left open may be asked for at once."""
    if not followed.incomplete:
        return followed
    return msgspec.structs.replace(followed, asked_at=None, since=now - HOLD_MS)


def begun(followed: Followed, now: Ms) -> Followed:
    """The connection is live: a hole counts from now, and earlier questions died with their connection."""
    if not followed.incomplete:
        return followed
    since = followed.since if followed.position is None else now
    return msgspec.structs.replace(followed, asked_at=None, since=since)


def _advance(followed: Followed, position: Seq | None, head: Seq, held: dict[Seq, StreamEvent], now: Ms) -> Step:
    applied = []
    if position is not None:
        held = {seq: event for seq, event in held.items() if seq > position}
        while (event := held.pop(position + 1, None)) is not None:
            applied.append(event)
            position += 1
    held = {seq: held[seq] for seq in sorted(held)[:HELD_EVENTS_MAX]}
    since, asked_at = followed.since, followed.asked_at
    if position is not None and position >= head:
        since = asked_at = None
    elif since is None or position != followed.position:
        since, asked_at = now, None
    return Followed(position=position, head=head, held=held, since=since, asked_at=asked_at), tuple(applied)
