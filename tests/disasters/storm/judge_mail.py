"""Reminders and letters: each due reminder is one row, one event and one mail to each recipient (P8, RM-16); no letter
twice, but where a sender died or was cut off between DATA and the answer (RFC 1047), which is marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from protocol.ids import StreamKind, notes_stream, split_stream, thread_stream
from protocol.messages import MessageSent
from protocol.reminders import ReminderSent
from tests.disasters.storm.evidence import Evidence, Violation


def judge(evidence: Evidence) -> Iterator[Violation]:
    """Everything about what goes out by itself. The outbox must have been drained."""
    yield from the_reminders(evidence)
    yield from the_waiting(evidence)
    yield from the_letters(evidence)


def the_reminders(evidence: Evidence) -> Iterator[Violation]:
    """Rows against events, and events against what was said before them."""
    rows = Counter((row.thread_id, row.at, row.number) for row in evidence.reminder_rows)
    sent: Counter[tuple[str, int, int]] = Counter()
    for stream, log in evidence.logs.items():
        kind, thread_id = split_stream(stream)
        if kind is not StreamKind.NOTES:
            continue
        for event in log:
            if isinstance(event.event, ReminderSent):
                sent[thread_id, event.at, event.event.number] += 1
                yield from _answered(evidence, thread_id, event.event, event.id)
    for place in rows.keys() | sent.keys():
        if rows[place] != sent[place]:
            text = f"reminder {place[2]}: {rows[place]} rows and {sent[place]} events"
            yield Violation("reminder", "scheduler", place[0], text, place[1])


def _answered(evidence: Evidence, thread_id: str, reminder: ReminderSent, where: str) -> Iterator[Violation]:
    """Nobody is reminded who has answered (RM-15), where there are no tasks."""
    log = evidence.logs[thread_stream(thread_id)][: reminder.after]
    said = [event for event in log if isinstance(event.event, MessageSent) and event.actor is not None]
    if reminder.number and said and said[-1].actor is not None and said[-1].actor.side == "contact":
        yield Violation("reminder", "scheduler", where, "reminds of a message that was answered before")


def the_waiting(evidence: Evidence) -> Iterator[Violation]:
    """Threads that nothing but the clock moves: their number is known beforehand."""
    counted = Counter(row.thread_id for row in evidence.reminder_rows)
    for waiting in evidence.diary.waiting:
        if counted[waiting.thread_id] != waiting.reminders:
            text = f"{counted[waiting.thread_id]} reminders went out and {waiting.reminders} were due"
            yield Violation("reminder", "scheduler", notes_stream(waiting.thread_id), text)


def the_letters(evidence: Evidence) -> Iterator[Violation]:
    """Each letter against the mail server's account of it."""
    mails = Counter(evidence.mails)
    known = {letter.id for letter in evidence.letters}
    for letter in evidence.letters:
        count, kind = mails[letter.id], letter.kind
        gap = letter.attempts > 1 or letter.state == "unknown"
        where = f"{kind} {letter.thread_id or ''} cycle {letter.cycle} number {letter.number}"
        if letter.state in ("waiting", "claimed", "sending") and letter.due_at <= evidence.shared_now:
            yield Violation("mail", letter.email, where, f"is {letter.state} still, after {letter.attempts} attempts")
        elif letter.state == "sent" and not count:
            yield Violation("mail", letter.email, where, "is sent by the outbox, and the mail server never had it")
        elif letter.state in ("dropped", "failed") and count and not gap:
            yield Violation("mail", letter.email, where, f"is {letter.state}, and the mail server has it")
        if count > 1 and (kind == "client_reminder" or not gap):
            yield Violation("mail", letter.email, where, f"went out {count} times in {letter.attempts} attempts")
    for letter_id in mails.keys() - known:
        yield Violation("mail", letter_id, "", "the mail server has a letter that was never in the outbox")
