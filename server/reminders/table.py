"""The tables of reminders: when one is due, held or stopped (spec 3.8.3), and what restarts a cycle (spec 3.8.4).

Knows the tables of the specification and calendar arithmetic. Refuses to know the clock, the database, mail
and who is asking: every time comes in as an argument (integer milliseconds since the epoch, UTC), every
answer is a value. The only thing read from outside is the time zone table behind `zoneinfo`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from protocol.reminders import AfterLast, StopCondition

DAYS_MIN: Final = 1
DAYS_MAX: Final = 365
DAYS_DEFAULT: Final = 3
NUMBER_MIN: Final = 1
NUMBER_MAX: Final = 30
NUMBER_DEFAULT: Final = 1
NUMBER_UNWARNED_MAX: Final = 5
"""RM-21: more reminders than this look like spam to mail filters; the form warns."""

LATENESS_FORGIVEN_MS: Final = 60 * 60 * 1000
"""Spec 3.8.2: sent within this time of its plan, a reminder keeps the rhythm; later, the gap starts anew."""

FIRST_CYCLE: Final = 1
MANUAL_QUIET_MS: Final = 24 * 60 * 60 * 1000
"""Spec 3.8.4: an automatic reminder due this soon after a manual one is skipped."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Row = Literal["D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10"]
HeldReason = Literal["nobody_to_notify", "nothing_to_remind_of"]
StopReason = Literal["disabled", "closed", "count_reached", "tasks_done_and_read", "replied"]
Waiting = Literal["message", "reply", "nothing"]


class SettingsRefused(ValueError):
    """Reminder settings are outside the limits of RM-21."""

    def __init__(self, path: str, expected: str, got: object) -> None:
        super().__init__(f"{path}: expected {expected}, got {got!r}")
        self.path = path
        self.expected = expected
        self.got = got


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a person chose in the Reminders tab. `enabled` is the toggle: archiving leaves it alone."""

    enabled: bool = False
    days: int = DAYS_DEFAULT
    number: int = NUMBER_DEFAULT
    after_last: AfterLast = "nothing"
    """What follows the last of them (`server.reminders.after_last`)."""


class Cycle(msgspec.Struct, frozen=True, kw_only=True):
    """One round of reminders. (thread, `number`, sequence) is what RM-16's unique row is made of.

    Whatever sets `sent` back to nought also raises `number`, so a sequence number is never used twice.
    """

    number: int
    """1 for a new thread, raised by every restart; never falls."""
    anchor_at: int
    """Where the first gap starts: the last message's notification, or a restart after it."""
    restarted_at: int | None = None
    """The last restart of this thread that was not a message (task, toggle, reopening)."""
    sent: int = 0
    """Automatic reminders of this cycle that reached at least one recipient (RM-19)."""
    last_planned_at: int | None = None
    last_sent_at: int | None = None
    automatic_not_before: int | None = None
    """After a manual reminder, or one that reached nobody: automatic ones due earlier are skipped, not counted and not
    made up for."""
    unreached: int = 0
    """How many automatic reminders of this cycle have reached nobody."""
    after_from: int | None = None
    """What follows the last reminder isn't done sooner than a gap after this."""
    after_done_at: int | None = None
    """When it was done: once for a cycle."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that table 3.8.3 looks at, gathered by the caller for one thread at one moment."""

    settings: Settings
    cycle: Cycle
    active: bool
    """A: neither archived nor deleted."""
    tasks_total: int
    """T: tasks that are not deleted."""
    tasks_open: int
    """U: those of them that are not ticked."""
    all_read: bool
    """R: each client-visible firm message is read by at least one contact (RD-3)."""
    contact_wrote_last: bool
    """P: the last client-visible message is the client's."""
    has_firm_message: bool
    """L: at least one client-visible firm message exists."""
    somebody_to_notify: bool
    """Some contact has Notify and "messages and client tasks" on, and the account is not archived (D4)."""
    time_zone: str
    """The firm's, as an IANA name."""
    ignore_read_state: bool = False
    """The firm's option (decision 2): with tasks, reminders stop as soon as they are done, read or not."""
    put_off: bool = False
    """The thread is snoozed (SS-2). Reminders go on; what follows the last one waits."""
    stirred_at: int | None = None
    """When the thread last came back from a snooze, or a contact wrote whose word is the last."""

    def __post_init__(self) -> None:
        if not 0 <= self.tasks_open <= self.tasks_total:
            raise ValueError(f"tasks_open: expected 0 to {self.tasks_total}, got {self.tasks_open}")


class Due(msgspec.Struct, frozen=True, tag="due", tag_field="verdict"):
    """The next automatic reminder goes out at `at`; a time gone by means "at the next tick", once."""

    row: Row
    at: int


class Held(msgspec.Struct, frozen=True, tag="held", tag_field="verdict"):
    """A gate is shut: nothing is sent and nothing is counted until an event opens it."""

    row: Row
    reason: HeldReason


class Stopped(msgspec.Struct, frozen=True, tag="stopped", tag_field="verdict"):
    """The cycle sleeps. The toggle stays as it is; an event of table 3.8.4 may wake it."""

    row: Row
    reason: StopReason


Verdict = Due | Held | Stopped


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """What the Reminders tab draws (RM-20): the verdict, the dates to come, and what would end them early."""

    verdict: Verdict
    dates: tuple[int, ...]
    """Next, then later ones, if nothing happens meanwhile. None while a gate is shut: nothing goes out then."""
    stops_when: StopCondition
    sent: int
    number: int


# ---------------------------------------------------------------- settings


def check_settings(settings: Settings) -> None:
    """Raise `SettingsRefused` unless both numbers are integers within RM-21."""
    for path, value, low, high in (
        ("days", settings.days, DAYS_MIN, DAYS_MAX),
        ("number", settings.number, NUMBER_MIN, NUMBER_MAX),
    ):
        # Not isinstance: a bool is an int to Python and never a number to a person.
        if type(value) is not int or not low <= value <= high:
            raise SettingsRefused(path, f"an integer from {low} to {high}", value)


def deserves_warning(settings: Settings) -> bool:
    """RM-21: so many mails that spam filters may take offence."""
    return settings.number > NUMBER_UNWARNED_MAX


# ---------------------------------------------------------------- calendar


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def add_days(at: int, days: int, time_zone: str) -> int:
    """The same wall-clock time `days` calendar days after `at` in `time_zone`.

    A time that does not exist that day (the clock went forward) moves forward by the length of the gap; one
    that exists twice is taken the first time. Raises `ZoneInfoNotFoundError` for an unknown zone.
    """
    zone = _zone(time_zone)
    wall = (_EPOCH + timedelta(milliseconds=at)).astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    # fold=0 does both: it reads the wall clock with the offset before the gap, or the first of an overlap.
    there = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return (there - _EPOCH) // timedelta(milliseconds=1)


def base_of(cycle: Cycle) -> int:
    """Where the gap to the next reminder starts (spec 3.8.2).

    The anchor before the first; then the last reminder's planned time if it went out within an hour of it, so
    that a worker's latency does not drift into the schedule, and its real time otherwise, so that an outage
    is no burst.
    """
    if cycle.sent == 0 or cycle.last_planned_at is None or cycle.last_sent_at is None:
        return cycle.anchor_at
    late_ms = cycle.last_sent_at - cycle.last_planned_at
    return cycle.last_planned_at if late_ms <= LATENESS_FORGIVEN_MS else cycle.last_sent_at


def next_due(facts: Facts) -> int:
    """When the next automatic reminder is planned, whether or not the table lets it go.

    A firm's sending window or business days, once there are such settings, move the answer here only.
    """
    days, zone = facts.settings.days, facts.time_zone
    base, earliest = base_of(facts.cycle), facts.cycle.automatic_not_before
    at = add_days(base, days, zone)
    if earliest is None or at >= earliest:
        return at
    # Skipped dates are steps of the same rhythm. Start near the answer: a gate may have been shut for years.
    steps = max(2, (earliest - base) // (days * 86_400_000))
    while (at := add_days(base, steps * days, zone)) < earliest:
        steps += 1
    return at


# ---------------------------------------------------------------- table 3.8.3


def evaluate(facts: Facts) -> Verdict:
    """Table 3.8.3: the first matching row wins."""
    settings = facts.settings
    if not settings.enabled:
        return Stopped("D1", "disabled")
    if not facts.active:
        return Stopped("D2", "closed")
    if facts.cycle.sent >= settings.number:
        return Stopped("D3", "count_reached")
    if not facts.somebody_to_notify:
        return Held("D4", "nobody_to_notify")
    if facts.tasks_open == 0 and not facts.has_firm_message:
        return Held("D5", "nothing_to_remind_of")
    if facts.tasks_open > 0:
        return Due("D6", next_due(facts))
    if facts.tasks_total > 0:
        read_enough = facts.all_read or facts.ignore_read_state
        return Stopped("D8", "tasks_done_and_read") if read_enough else Due("D7", next_due(facts))
    if facts.contact_wrote_last:
        return Stopped("D10", "replied")
    return Due("D9", next_due(facts))


def waiting(facts: Facts) -> Waiting:
    """What besides open tasks a reminder may speak of (RM-18): an unread message, an answer, or nothing.

    With open tasks and the client as last writer it is nothing: the mail speaks of the tasks alone.
    """
    if facts.tasks_total == 0:
        return "nothing" if facts.contact_wrote_last or not facts.has_firm_message else "reply"
    if facts.all_read or not facts.has_firm_message or (facts.tasks_open > 0 and facts.contact_wrote_last):
        return "nothing"
    return "message"


def stops_when(facts: Facts) -> StopCondition:
    """Which sentence of RM-7 would end the cycle before its count does."""
    if facts.tasks_total == 0:
        return "client_replies"
    return "tasks_done_and_all_read" if facts.tasks_open > 0 else "all_read"


def plan(facts: Facts, now: int) -> Timeline:
    """The dates that follow if nothing else happens. An overdue one is shown as going out now."""
    verdict = evaluate(facts)
    dates: list[int] = []
    if isinstance(verdict, Due):
        cycle = facts.cycle
        while cycle.sent < facts.settings.number:
            planned = next_due(msgspec.structs.replace(facts, cycle=cycle))
            dates.append(max(planned, now))
            cycle = on_sent(
                cycle, of_cycle=cycle.number, sequence=cycle.sent + 1, planned_at=planned, sent_at=dates[-1]
            )
    return Timeline(
        verdict=verdict,
        dates=tuple(dates),
        stops_when=stops_when(facts),
        sent=facts.cycle.sent,
        number=facts.settings.number,
    )


# ---------------------------------------------------------------- table 3.8.4

UNCHANGED: Final[Mapping[str, str]] = {
    "internal message": "never counts as the firm's last message (MS-6)",
    "client message": "P answers for it: D10 without tasks, D6 with an open one",
    "client reads": "R answers for it: may cause D8",
    "client ticks the last open task": "U answers for it: D7 or D8",
    "incomplete task deleted": "T and U are evaluated anew",
    "all tasks deleted": "T = 0: the rule without tasks applies from then on",
    "message edited": "an edit is no new message",
    "saved without change": "`on_saved` gives back the same cycle",
    "archive": "`active` is false (D2); the toggle itself stays, which is how it is remembered",
    "delete thread": "`active` is false (D2) for good; nothing brings a deleted thread back",
    "account archived, all client logins removed": "`somebody_to_notify` is false (D4)",
    "server was down": "a due time gone by is sent once; `base_of` counts on from the real time",
    "linked job archived": "a job is no part of the facts (RM-10)",
}
"""The rows of table 3.8.4 that change the facts but not the cycle: no function, evaluate again."""


def start(at: int) -> Cycle:
    """Thread created: the first cycle. `at`: the message's notification, or the creation by a client."""
    return Cycle(number=FIRST_CYCLE, anchor_at=at)


def _restart(cycle: Cycle, anchor_at: int, restarted_at: int | None) -> Cycle:
    return Cycle(number=cycle.number + 1, anchor_at=anchor_at, restarted_at=restarted_at)


def on_firm_message(cycle: Cycle, notified_at: int) -> Cycle:
    """New client-visible firm message: reminders are for the last message (RM-5), full count, fresh clock."""
    return _restart(cycle, notified_at, cycle.restarted_at)


def on_task_added_or_reopened(cycle: Cycle, now: int) -> Cycle:
    """Task added or un-ticked: the client is told of it, so it is treated like a new message."""
    return _restart(cycle, now, now)


def on_reopened(cycle: Cycle, now: int) -> Cycle:
    """RM-9: reopening an archived thread makes its reminders run as if the message were new."""
    return _restart(cycle, now, now)


def on_toggled(cycle: Cycle, *, was: bool, becomes: bool, now: int) -> Cycle:
    """Off to on starts over from now, so saving never sends at once; all else leaves the cycle alone."""
    if was or not becomes:
        return cycle
    anchor_at = max(cycle.anchor_at, now)
    return _restart(cycle, anchor_at, anchor_at)


def on_settings_changed(cycle: Cycle, before: Settings, after: Settings) -> Cycle:
    """Days or number changed while on.

    Days need nothing: the next date is computed anew; one that has passed goes out at the next tick, once.
    A number raised after the count was reached resumes from the last reminder; lowered to the count is D3.
    """
    if before.number <= cycle.sent < after.number:
        return msgspec.structs.replace(cycle, anchor_at=base_of(cycle))
    return cycle


def on_saved(cycle: Cycle, before: Settings, after: Settings, now: int) -> Cycle:
    """Save in the Reminders tab, whatever was changed there. Raises `SettingsRefused`."""
    check_settings(after)
    if before.enabled != after.enabled:
        return on_toggled(cycle, was=before.enabled, becomes=after.enabled, now=now)
    return on_settings_changed(cycle, before, after)


def on_last_firm_message_removed(cycle: Cycle, previous_at: int | None) -> Cycle:
    """The last firm message was unsent: the one before it counts again, without a fresh count.

    `previous_at` is that message's notification time, None if none is left: then D5, or D6 as before.
    A task, toggle or reopening since then had made it "as if new", so the clock does not go back before that.
    """
    if previous_at is None:
        return cycle
    anchor_at = previous_at if cycle.restarted_at is None else max(previous_at, cycle.restarted_at)
    return msgspec.structs.replace(cycle, anchor_at=anchor_at)


def on_manual_resend(cycle: Cycle, now: int) -> Cycle:
    """RM-11: uses up no automatic one, but one that is due within the next 24 hours is skipped."""
    return msgspec.structs.replace(cycle, automatic_not_before=now + MANUAL_QUIET_MS)


def on_sent(cycle: Cycle, *, of_cycle: int, sequence: int, planned_at: int, sent_at: int) -> Cycle:
    """An automatic reminder was handed over for at least one recipient (RM-19).

    Can be told twice: a report of another cycle (a message came between) or a known number is dropped.
    """
    if of_cycle != cycle.number or sequence <= cycle.sent:
        return cycle
    return msgspec.structs.replace(
        cycle,
        sent=sequence,
        last_planned_at=planned_at,
        last_sent_at=sent_at,
        after_from=None,
        after_done_at=None,
    )


def on_reached_nobody(cycle: Cycle, *, of_cycle: int, sequence: int, sent_at: int) -> Cycle:
    """RM-19: no letter of an automatic reminder that had been counted was handed over, so its number is still to be sent.

    At the next step of the rhythm: otherwise a letter that is refused each time would be tried at each tick. A report of
    another cycle, or of a number that isn't the last, is dropped.
    """
    if of_cycle != cycle.number or sequence != cycle.sent:
        return cycle
    earliest = max(cycle.automatic_not_before or 0, sent_at + 1)
    return msgspec.structs.replace(
        cycle, sent=sequence - 1, unreached=cycle.unreached + 1, automatic_not_before=earliest
    )
