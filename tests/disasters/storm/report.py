"""What a run comes to: figures on one line of JSON, and for each violation the smallest excerpt that explains it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from protocol.inbox import NotificationUpdated
from storage.log.streams import Stored
from tests.disasters.storm.diary import Ms
from tests.disasters.storm.evidence import Evidence, Violation
from tests.disasters.storm.judge_log import compared

EXCERPTS_OF_A_KIND_MAX = 8
JUST_BEFORE_MS = 10_000
EVENT_CHARACTERS = 200
COUNTED = {
    "lost": "lost",
    "doubled": "doubled",
    "disordered": "out_of_order",
    "leaked": "leaked",
    "stale": "stale_sockets",
    "wrong row": "wrong_rows",
    "reminder": "wrong_reminders",
    "mail": "wrong_mails",
    "unanswered": "unanswered",
    "died": "died_by_themselves",
    "error": "errors_logged",
}


def figures(evidence: Evidence, violations: list[Violation], **more: Any) -> dict[str, Any]:
    """The report."""
    counted = Counter(violation.kind for violation in violations)
    diary = evidence.diary
    return {
        **more,
        "faults": dict(sorted(Counter(struck.name.partition("-")[0] for struck in evidence.struck).items())),
        "faults_missed": sum(struck.missed for struck in evidence.struck),
        "acknowledged": len(diary.acknowledged),
        "refused": len(diary.refused),
        "deliveries_compared": compared(evidence),
        **{name: counted[kind] for kind, name in COUNTED.items()},
        "reminders": len(evidence.reminder_rows),
        "mails": len(evidence.mails),
        "letters": dict(sorted(Counter(f"{letter.kind} {letter.state}" for letter in evidence.letters).items())),
        "losses_of_access": len(diary.absences),
        "sessions_ended": len(diary.sessions_ended),
        "windows": len(evidence.windows),
        "restarts": len(evidence.deaths),
        "done": dict(sorted(diary.done.items())),
        "denied": dict(sorted(diary.denied.items())),
    }


def excerpts(evidence: Evidence, violations: list[Violation], began_ms: Ms) -> list[str]:
    """One text for each violation, at most so many of a kind."""
    shown: Counter[str] = Counter()
    texts: list[str] = []
    for violation in violations:
        shown[violation.kind] += 1
        if shown[violation.kind] <= EXCERPTS_OF_A_KIND_MAX:
            texts.append(_excerpt(evidence, violation, began_ms))
    left = {kind: count - EXCERPTS_OF_A_KIND_MAX for kind, count in shown.items()}
    return texts + [f"… and {count} more: {kind}" for kind, count in left.items() if count > 0]


def _excerpt(evidence: Evidence, violation: Violation, began_ms: Ms) -> str:
    """Who, where, when; which faults were on or had just been; what the log says there."""
    lines = [f"{violation.kind}: {violation.who} {violation.where}: {violation.text}"]
    at_ms = violation.at_ms
    near = evidence.struck[-4:]
    if at_ms is not None and began_ms <= at_ms <= evidence.at_ms:
        lines[0] += f" (at {(at_ms - began_ms) / 1000:.2f} s)"
        begun = [struck for struck in evidence.struck if struck.began_ms <= at_ms]
        near = [struck for struck in begun if (struck.ended_ms or at_ms) >= at_ms - JUST_BEFORE_MS]
    for struck in near:
        ended = f"{(struck.ended_ms - began_ms) / 1000:.1f}" if struck.ended_ms is not None else "…"
        lines.append(f"    {struck.name} {(struck.began_ms - began_ms) / 1000:.1f} to {ended} s")
    return "\n".join([*lines, *(f"    log: {line}" for line in _log_lines(evidence, violation))])


def _log_lines(evidence: Evidence, violation: Violation) -> list[str]:
    """The places in the log that the violation names; of its own, with what stands before it."""
    stream, _, seq = violation.where.partition(" ")
    places = list(violation.places)
    if seq.isdigit():
        places += [(stream, number) for number in range(max(1, int(seq) - 1), int(seq) + 1)]
    return [
        _line(evidence.logs[name][number - 1]) for name, number in places if number <= len(evidence.logs.get(name, ()))
    ]


def _line(event: Stored) -> str:
    by = event.actor.name if event.actor else "nobody"
    return f"{event.stream} {event.seq} at {event.at} by {by}: {_short(event)}"


def _short(event: Stored) -> str:
    if not isinstance(event.event, NotificationUpdated):
        return str(event.event)[:EVENT_CHARACTERS]
    entry = event.event.notification
    marks = "".join(f" {name}" for name in ("unread", "mentioned", "archived") if getattr(entry, name))
    return f"entry at {entry.at} {entry.kind} {entry.text[:40]!r}{marks}, badge {event.event.open_count}"
