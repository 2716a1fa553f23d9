"""What follows the last reminder of a round: whether, when, and what (SS-6). Pure, like the table that it stands behind.

A round has had its last reminder where row D3 of table 3.8.3 stops it, and goes unanswered as long as one more would be due
by the rows below. Then what was chosen follows when that one would have gone: a gap after the last. Refuses to know
who is told, and how a thread is archived.
"""

from __future__ import annotations

from typing import Final, Literal

from msgspec.structs import replace

from protocol.reminders import AfterLast, Unanswered
from server.reminders import table
from server.reminders.table import Cycle, Facts, Settings

NEVER: Final[AfterLast] = "nothing"
_DEEDS: Final[frozenset[str]] = frozenset({"tell", "archive"})
"""What this build can do. A word of a newer one is left to it."""


def unanswered(facts: Facts) -> Unanswered | None:
    """What the client still owes once all reminders of a round have gone out; None while some are to come, and where
    nothing is owed. Whether any mail reaches them doesn't matter any more: those reminders have been sent."""
    if facts.cycle.sent < facts.settings.number:
        return None
    one_more = replace(facts.settings, number=facts.cycle.sent + 1)
    verdict = table.evaluate(replace(facts, settings=one_more, somebody_to_notify=True))
    if not isinstance(verdict, table.Due):
        return None
    return "tasks" if facts.tasks_open else "reading" if facts.tasks_total else "reply"


def when(facts: Facts) -> int | None:
    """When it follows, in milliseconds since the epoch; a time gone by means at the next tick. None where nothing does, or
    it has been done.

    A gap of the firm's calendar days, at the same time of day, from the last of: the last reminder, the choice, what a
    contact has said since, the thread's coming back. While the thread is put off nothing follows; nor within a day of a
    reminder by hand, as with those that go by themselves.
    """
    settings, cycle = facts.settings, facts.cycle
    if settings.after_last not in _DEEDS or cycle.after_done_at is not None or facts.put_off:
        return None
    if unanswered(facts) is None:
        return None
    since = max(table.base_of(cycle), cycle.after_from or 0, facts.stirred_at or 0)
    return max(table.add_days(since, settings.days, facts.time_zone), cycle.automatic_not_before or 0)


def foreseen(facts: Facts, dates: tuple[int, ...]) -> int | None:
    """When it will follow if nothing else happens: for the form, which shows it behind the `dates` of reminders to come."""
    if not dates or facts.settings.after_last not in _DEEDS:
        return when(facts)
    return table.add_days(dates[-1], facts.settings.days, facts.time_zone)


def deed(facts: Facts) -> Literal["tell", "archive"]:
    """What is done, once it is time. A thread in which a contact has the last word is not archived: with open tasks their
    words are no answer to the reminders, but somebody has to read them."""
    return "archive" if facts.settings.after_last == "archive" and not facts.contact_wrote_last else "tell"


def on_saved(cycle: Cycle, before: Settings, after: Settings, now: int) -> Cycle:
    """The Reminders tab was saved: nothing follows at once, as with reminders (3.8.4). Where all have gone out, the gap
    counts from now; what is chosen anew is done also where something else has been. Without change it stays the same."""
    if before == after:
        return cycle
    if cycle.sent < after.number:
        return replace(cycle, after_from=None, after_done_at=None)
    if before.after_last != after.after_last:
        return replace(cycle, after_from=now, after_done_at=None)
    return replace(cycle, after_from=now)


def on_put_off(cycle: Cycle, now: int) -> Cycle:
    """It is time, but somebody has the thread in hand, or the last reminder hasn't left yet: the gap counts anew."""
    return replace(cycle, after_from=now)


def on_done(cycle: Cycle, now: int) -> Cycle:
    """It was done: once for a round."""
    return replace(cycle, after_done_at=now)
