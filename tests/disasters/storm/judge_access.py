"""Access: nobody is sent what was written after they lost it (AC-15, P7); an ended session ends its sockets.

Between an act's beginning and its acknowledgement anything may be true. So what counts as lost counts from the
acknowledgement, as given back from the first attempt, and as written from the event's own time, which is taken before it is
stored: each errs for the product. What was written before the loss may still come after it: it was on its way.
"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.frames import EventFrame
from protocol.ids import StreamKind, split_stream
from protocol.inbox import NotificationUpdated
from protocol.wire import Id
from tests.disasters.storm.chores import real_ms
from tests.disasters.storm.diary import Ms
from tests.disasters.storm.evidence import Evidence, Violation
from tests.disasters.storm.windows import Seen

RECOVERY_MS = 5_000.0
"""A process that has been started again is given so long to serve."""


def judge(evidence: Evidence, within_ms: Ms) -> Iterator[Violation]:
    """Leaks and stale sockets."""
    for seen in evidence.windows:
        yield from the_leaked(evidence, seen)
    yield from the_stale(evidence, within_ms)


def the_leaked(evidence: Evidence, seen: Seen) -> Iterator[Violation]:
    """Frames about an account that came while its window's person provably had none of it, of things written then."""
    for heard in seen.heard:
        if not isinstance(heard.frame, EventFrame):
            continue
        about = _about(evidence, heard.frame)
        if about is None:
            continue
        account_id, written_at = about
        absence = evidence.diary.away(seen.person_id, account_id, heard.at_ms)
        written_ms = real_ms(written_at, evidence.at_ms)
        if absence is not None and written_ms > absence.lost_ms:
            after_s = (written_ms - absence.lost_ms) / 1000
            yield Violation(
                "leaked", seen.name, f"{heard.frame.stream} {heard.frame.seq}",
                f"written {after_s:.2f} s after the loss of access was acknowledged, "
                f"received {(heard.at_ms - absence.lost_ms) / 1000:.2f} s after it",
                heard.at_ms,
            )  # fmt: skip


def _about(evidence: Evidence, frame: EventFrame) -> tuple[Id, int] | None:
    """The account that an event tells of, and when that was written."""
    kind, owner = split_stream(frame.stream)
    if kind is not StreamKind.USER:
        account = evidence.accounts.get(owner)
        return (account, frame.at) if account is not None else None
    if isinstance(frame.event, NotificationUpdated):
        return frame.event.notification.account.id, frame.event.notification.at
    return None


def the_stale(evidence: Evidence, within_ms: Ms) -> Iterator[Violation]:
    """Sockets of sessions that have ended: heard of later than they may, or open at the end."""
    for ended in evidence.diary.sessions_ended:
        until = allowed_until(evidence, ended.acknowledged_ms, within_ms)
        for seen in evidence.windows:
            if seen.session != ended.session or seen.up_until_ms <= until:
                continue
            late_s = (seen.up_until_ms - ended.acknowledged_ms) / 1000
            state = "is still open" if seen.is_open else "went on"
            yield Violation(
                "stale",
                seen.name,
                ended.how,
                f"{state} {late_s:.1f} s after the end of its session",
                ended.acknowledged_ms,
            )


def allowed_until(evidence: Evidence, since: Ms, within_ms: Ms) -> Ms:
    """The first moment that has `within_ms` without any fault behind it, all of them after `since`."""
    free_since = since
    for struck in sorted(evidence.struck, key=lambda one: one.began_ms):
        end = struck.ended_ms + RECOVERY_MS if struck.ended_ms is not None else evidence.at_ms
        if end > free_since and struck.began_ms < free_since + within_ms:
            free_since = end
    return free_since + within_ms
