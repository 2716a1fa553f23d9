"""Messages: acknowledged ⊆ log (P1), once (P2), dense with true totals (P3); what each window was given is the log,
word for word, and applied in its order (P4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from protocol.frames import EventFrame
from protocol.ids import StreamKind, split_stream
from protocol.messages import MessageSent
from tests.disasters.storm.evidence import Evidence, Violation
from tests.disasters.storm.windows import FORGOTTEN, Heard, Seen


def judge(evidence: Evidence) -> Iterator[Violation]:
    """Everything about messages and deliveries."""
    yield from the_log(evidence)
    yield from the_acknowledged(evidence)
    for seen in evidence.windows:
        yield from the_applied(seen)
        for heard in seen.heard:
            if isinstance(heard.frame, EventFrame):
                yield from the_delivered(evidence, seen, heard, heard.frame)


def the_log(evidence: Evidence) -> Iterator[Violation]:
    """Each stream for itself."""
    for stream, log in evidence.logs.items():
        if [event.seq for event in log] != list(range(1, len(log) + 1)):
            yield Violation("disordered", "log", stream, "seq is not dense from 1")
        by_staff = by_contacts = 0
        for event in log:
            if isinstance(event.event, MessageSent) and event.actor is not None:
                by_staff += event.actor.side == "staff"
                by_contacts += event.actor.side == "contact"
            if (event.totals.staff_messages, event.totals.contact_messages) != (by_staff, by_contacts):
                yield Violation("disordered", "log", event.id, "its totals don't add up", event.at)


def the_acknowledged(evidence: Evidence) -> Iterator[Violation]:
    """What writers were told, against where it is."""
    diary = evidence.diary
    keyed = [
        event for log in evidence.logs.values() for event in log if event.key and isinstance(event.event, MessageSent)
    ]
    where = {event.key: (event.stream, event.seq) for event in keyed}
    for key, count in Counter(event.key for event in keyed).items():
        if count > 1:
            yield Violation("doubled", key or "", "log", f"{count} events have this key")
    for key, place in diary.acknowledged.items():
        if key not in where:
            yield Violation("lost", key, f"{place[0]} {place[1]}", "was acknowledged and is not in the log")
        elif where[key] != place:
            yield Violation("lost", key, f"{place[0]} {place[1]}", f"was acknowledged there and is at {where[key]}")
    for key, reason in diary.refused.items():
        if key in where:
            yield Violation("lost", key, str(where[key]), f"was refused for good ({reason}) and is in the log")
    for key, (stream, seq) in where.items():
        if key not in diary.tried:
            yield Violation("doubled", key or "", f"{stream} {seq}", "nobody sent this")
    for key, window in diary.unanswered.items():
        found = where.get(key)
        text = f"{key} got no answer though all was up again; in the log at {found}"
        yield Violation("unanswered", window, f"{found[0]} {found[1]}" if found is not None else "", text)


def the_applied(seen: Seen) -> Iterator[Violation]:
    """One after the other, from wherever the window began or began anew."""
    for stream, applied in seen.applied.items():
        last = FORGOTTEN
        for seq in applied:
            if FORGOTTEN not in (last, seq) and seq != last + 1:
                kind = "lost" if seq > last + 1 else "doubled" if seq == last else "disordered"
                yield Violation(kind, seen.name, f"{stream} {seq}", f"applied {seq} after {last}")
            last = seq


def the_delivered(evidence: Evidence, seen: Seen, heard: Heard, frame: EventFrame) -> Iterator[Violation]:
    """Theirs, and as it is in the log."""
    kind, owner = split_stream(frame.stream)
    where = f"{frame.stream} {frame.seq}"
    if kind is StreamKind.USER:
        theirs = owner == seen.person_id
    else:
        account = evidence.accounts.get(owner)
        theirs = account in evidence.seats_ever[seen.person_id] and (kind is StreamKind.THREAD or seen.side == "staff")
    if not theirs:
        yield Violation("leaked", seen.name, where, "was never theirs to see", heard.at_ms)
        return
    log = evidence.logs.get(frame.stream, [])
    if not 0 < frame.seq <= len(log):
        yield Violation("lost", seen.name, where, "was delivered and is not in the log", heard.at_ms)
        return
    stored = log[frame.seq - 1]
    if (frame.at, frame.actor, frame.event) != (stored.at, stored.actor, stored.event):
        yield Violation("disordered", seen.name, where, "was delivered otherwise than it is in the log", heard.at_ms)


def compared(evidence: Evidence) -> int:
    """How many deliveries that were."""
    return sum(isinstance(heard.frame, EventFrame) for seen in evidence.windows for heard in seen.heard)
