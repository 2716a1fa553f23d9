"""Threads that are put off, and come back (SS-2): at a time, or when a contact writes.

Whether a snooze is over is decided by the end of the log and the time that it is, in one transaction with the event that
says so: whoever asks first ends it, and anybody may ask again. It is asked when something has happened that may end it, as
a consequence, and when its time has come, by the sweep. It is the firm's own (n:): contacts don't learn of it (AC-6).
Refuses to know how lists are sorted.
"""

from datetime import UTC, datetime
from functools import partial
from typing import Final

from msgspec.structs import replace

from protocol.asked import Done
from protocol.errors import Conflict, Invalid
from protocol.events import Event
from protocol.ids import thread_stream
from protocol.messages import MessageSent
from protocol.threads import (
    Back,
    Snooze,
    ThreadArchived,
    ThreadSnooze,
    ThreadSnoozed,
    ThreadWake,
    ThreadWoken,
)
from protocol.wire import Id, Ms
from server.core.context import Context, Means
from server.core.doing import carries_on, does
from server.core.moment import Moment, Outcome, follows
from server.core.rules import FactsScope
from server.threads.changing import Change, by_itself, change
from storage.chores import ChoreDoc
from storage.log.drafts import Head
from storage.log.streams import Stored
from storage.mongo.connection import Row, Session
from storage.mongo.documents import to_document
from storage.threads import ThreadDoc

DAYS_MAX: Final = 366
_DAY_MS: Final = 86_400_000
_WAKE: Final = "wake"


@does(ThreadSnooze)
async def snooze(context: Context, command: ThreadSnooze, scope: FactsScope) -> Done:
    """Put it off. Raises Invalid for a time that has been or is too far away, and for a position beyond the head; Conflict
    for an archived thread."""
    now, until, thread_id = context.clock.now(), command.until, scope.thread.id
    if until is not None and not now < until <= now + DAYS_MAX * _DAY_MS:
        expected = f"a time from now on, at most {DAYS_MAX} days away"
        raise Invalid(path="$.until", expected=expected, got=str(until))
    known = await context.store.streams.totals_at(thread_stream(thread_id), command.seq)
    if known is None:
        raise Invalid(path="$.seq", expected="a position of the thread", got=str(command.seq))
    made = Snooze(by=context.principal.person, until=until, answered_at=known.contact_messages)

    async def remember(session: Session) -> None:
        if until is not None:
            by, firm_id = made.by, context.principal.firm_id
            await context.store.chores.add(_WAKE, thread_id, firm_id, by, until, session)

    def decide(thread: ThreadDoc) -> Change | None:
        if thread.state == "archived":
            raise Conflict("Reopen the thread first.", reason="thread_archived")
        if thread.snooze is not None and replace(thread.snooze, by=made.by) == made:
            return None
        fields = {"snooze": to_document(made), "back": None}
        text = "" if until is None else _written(until)
        return Change("thread.snoozed", notes=[ThreadSnoozed(snooze=made)], fields=fields, text=text)

    await change(context, thread_id, decide, remember)
    return Done()


@does(ThreadWake)
async def wake(context: Context, command: ThreadWake, scope: FactsScope) -> Done:
    """End it by hand, or take down what has come back."""

    def decide(thread: ThreadDoc) -> Change | None:
        if not _concerned(thread):
            return None
        return _over(thread, None, context.clock.now(), audited_as="thread.woken")

    await change(context, scope.thread.id, decide)
    return Done()


@follows
def follow(moment: Moment, outcome: Outcome) -> None:
    """What has happened may end a snooze: asked where a contact wrote, and where the thread was archived; and right behind
    its beginning, since a contact may have written in between."""
    outcome.decisions += [
        partial(end_if_over, firm_id=matter.thread.firm_id, thread_id=matter.thread.id, now=moment.now)
        for matter in moment.matters
        if _concerned(matter.thread) and any(map(_may_end, matter.events))
    ]


def _concerned(thread: ThreadDoc) -> bool:
    return thread.snooze is not None or thread.back is not None


def _may_end(stored: Stored) -> bool:
    match stored.event:
        case MessageSent():
            return stored.actor is not None and stored.actor.side == "contact"
        case ThreadArchived() | ThreadSnoozed():
            return True
        case _:
            return False


@carries_on(_WAKE)
async def wake_when_due(means: Means, chore: ChoreDoc) -> None:
    """The time has come that a snooze is to last until; by the clock of whoever says so, if it is ahead of ours."""
    await end_if_over(means, chore.firm_id, chore.subject, max(means.clock.now(), chore.at))
    await means.store.chores.finished(chore)


async def end_if_over(means: Means, firm_id: Id, thread_id: Id, now: Ms) -> None:
    """End a thread's snooze if it is over by what stands in the log and what time it is. May be called again, by
    anybody: of several at once one ends it."""
    head = Head()

    async def look(session: Session) -> None:
        nonlocal head
        head = await means.store.streams.head(thread_stream(thread_id), session)

    def decide(thread: ThreadDoc) -> Change | None:
        kept = thread.snooze
        if thread.state == "archived":
            return _over(thread, None, now) if _concerned(thread) else None
        if kept is None:
            return None
        # Behind the message that ended it, whatever clock that was stamped by.
        back_at = max(now, thread.last_message_at + 1)
        if head.contact_messages > kept.answered_at:
            return _over(thread, Back(at=back_at, why="answer"), back_at)
        if kept.until is not None and kept.until <= now:
            return _over(thread, Back(at=back_at, why="time"), back_at)
        return None

    await by_itself(means, firm_id, thread_id, decide, look)


def _over(thread: ThreadDoc, back: Back | None, at: Ms, audited_as: str = "") -> Change:
    """It isn't put off any more, or what had come back is taken down: when it was taken up again stays as it is then."""
    woken: Event = ThreadWoken(back=back, snoozed_by=thread.snooze.by if thread.snooze else None)
    fields: Row = {"snooze": None, "back": to_document(back) if back else None}
    if thread.snooze is not None:
        fields["woken_at"] = at
    return Change(audited_as, notes=[woken], fields=fields)


def _written(at: Ms) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="minutes")
