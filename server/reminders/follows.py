"""What follows for reminders from what has happened in threads: their cycles hear of it (3.8.4), for many at once.

Knows which events a cycle hasn't heard of. Refuses to know what a cycle makes of them (server.reminders.table).
"""

from collections.abc import Sequence
from functools import partial

from protocol.ids import thread_stream
from protocol.threads import ThreadSnoozed, ThreadWoken
from protocol.wire import Id
from server.core.context import Means
from server.core.moment import Matter, Moment, Outcome, Restart, follows
from server.reminders import after_last, cycles, state
from server.reminders.cycles import UNHEARD_READ_MAX
from server.reminders.state import Around
from storage.log.streams import Stored
from storage.mongo.documents import Unreadable
from storage.threads import ReminderDoc


def concerned(matter: Matter) -> bool:
    """Whether what has happened may change a cycle. Switching on starts it anew, so nothing is missed while off."""
    return cycles.goes_on(matter.thread) and any(one.stream.startswith("t:") for one in matter.events)


@follows
def follow(moment: Moment, outcome: Outcome) -> None:
    """Bring threads' cycles in line with what has happened in them (3.8.4)."""
    for matter in filter(concerned, moment.matters):
        thread, firm = matter.thread, moment.around.firms.get(matter.thread.firm_id)
        if firm is None or thread.reminder is None:
            continue
        head = moment.head(thread_stream(thread.id))
        if head is None:
            raise Unreadable(reason="unreadable")
        around = Around(thread, head, moment.reached(matter), firm)
        after = state.after(thread.reminder, moment.unheard.get(thread.id, ()), around)
        if after != thread.reminder:
            change = cycles.Change(thread, firm, after, around)
            told = change.event(moment.now) if change.shows(moment.now) else None
            outcome.restarts[thread.id] = Restart(after, told)


@follows
def follow_snoozes(moment: Moment, outcome: Outcome) -> None:
    """What follows the last reminder waits while a thread is put off (SS-6): decided anew where all have gone out."""
    outcome.decisions += [
        partial(cycles.refresh, firm_id=matter.thread.firm_id, thread_id=matter.thread.id)
        for matter in moment.matters
        if _exhausted(matter.thread.reminder) and any(map(_puts_off, matter.events))
    ]


def _exhausted(reminder: ReminderDoc | None) -> bool:
    return reminder is not None and reminder.verdict == "count_reached" and reminder.after_last != after_last.NEVER


def _puts_off(stored: Stored) -> bool:
    return isinstance(stored.event, ThreadSnoozed | ThreadWoken)


async def unheard(means: Means, matters: Sequence[Matter]) -> dict[Id, list[Stored]]:
    """By thread, what running cycles haven't heard of, up to the last of what has happened. Reads only where something is
    missing."""
    return {matter.thread.id: await _unheard(means, matter) for matter in matters if concerned(matter)}


async def _unheard(means: Means, matter: Matter) -> list[Stored]:
    """What the cycle hasn't heard of, up to the last of these events: another node may be late with some between, or
    settle them in another order."""
    heard = matter.thread.reminder.heard_seq if matter.thread.reminder else 0
    events = [stored for stored in matter.visible if stored.seq > heard]
    if len({stored.seq for stored in events}) == (events[-1].seq - heard if events else 0):
        return events
    stream, last, unheard = thread_stream(matter.thread.id), events[-1].seq, list[Stored]()
    while heard < last and (
        found := await means.store.streams.read(stream, heard, min(last - heard, UNHEARD_READ_MAX))
    ):
        unheard += found
        heard = found[-1].seq
    return unheard
