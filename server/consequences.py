"""Everything that follows from events, in one list (P9, P10): the settler and the scheduler's sweep both call it.

For many threads at once: what is needed is looked up once, each consequence says what follows from that, and what follows
is written together, so that a batch costs about as many commands as one message. Each can be drawn again without changing
anything, in any order and any company. Only when all have been drawn are the events settled.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from protocol.errors import Unavailable
from protocol.ids import notes_stream, user_stream
from protocol.wire import Id
from server import nouns
from server.core.context import Means
from server.core.moment import CONSEQUENCES, Matter, Moment, Outcome
from server.inbox import bringing, news, telling
from server.letters import follows as letters
from server.letters import since
from server.marks import follows as marks
from server.reminders import cycles
from server.reminders import follows as reminders
from storage.log.streams import Foreign, Stored
from storage.looks import Wanted
from storage.marks import Reading
from storage.mongo.connection import Session, ours
from storage.threads import Projection, projected

log = structlog.get_logger(__name__)

Happened = Mapping[Id, Sequence[Stored]]
"""Events by thread, in any order."""

nouns.import_all()  # each says which of its functions is a consequence, besides the projection of the row
LOOKS_MAX: Final = 20
"""Each time somebody else has changed what was looked at."""


class _Overtaken(Exception):
    """Something isn't any more what it was seen as; nothing of it was written."""


async def draw(means: Means, happened: Happened) -> list[Stored]:
    """Draw the consequences of events of some threads; those that couldn't be settled. May be called again with the same.

    A thread with which something is wrong holds up no other: its events stay unsettled. So does an event that this build
    can't read, for one that can. Raises Unavailable when nothing can be done at the moment.
    """
    left: list[Stored] = [stored for events in happened.values() for stored in events if isinstance(stored, Foreign)]
    known = {
        thread_id: own
        for thread_id, events in happened.items()
        if (own := [stored for stored in events if not isinstance(stored, Foreign)])
    }
    return left + await _apart(means, known) if known else left


async def _apart(means: Means, happened: Happened) -> list[Stored]:
    told = list[Stored]()
    try:
        for _ in range(LOOKS_MAX):
            try:
                async with ours():
                    return await _together(means, happened, told)
            except _Overtaken:
                continue
        raise Unavailable("Too many are changing these threads at once.")
    except Unavailable:
        raise
    except Exception:
        # A fault of ours. Whatever was done is done again by halves, until the one is alone that it comes from.
        if len(happened) == 1:
            log.exception("settling.failed", threads=list(happened))
            return [stored for events in happened.values() for stored in events]
        some, left = list(happened), list[Stored]()
        for half in (some[: len(some) // 2], some[len(some) // 2 :]):
            left += await _apart(means, {thread_id: happened[thread_id] for thread_id in half})
        return left


async def _together(means: Means, happened: Happened, told: list[Stored]) -> list[Stored]:
    """All of them; the events of threads of which row, account or somebody's entry is missing or can't be read are left.
    `told`: what cycles have told of themselves on the way, which is settled with them."""
    read = {thread_id: marks.by_writing(thread_id, events) for thread_id, events in happened.items()}
    around = await means.store.looks.around(_wanted(happened, read))
    matters = [
        Matter(
            thread=projected(row, happened[row.id], read[row.id]),
            account=around.accounts[row.account_id],
            events=happened[row.id],
            written=read[row.id],
        )
        for row in around.threads.values()
        if row.account_id in around.accounts
    ]
    moment = Moment(
        matters=matters,
        around=around,
        unheard=await reminders.unheard(means, matters),
        heard=news.hearings(matters, around.staff),
        now=means.clock.now(),
        settings=means.settings,
    )
    outcome = Outcome()
    for consequence in CONSEQUENCES:
        consequence(moment, outcome)
    told += await _rows(means, moment, outcome, read)
    for decide in outcome.decisions:
        await decide(means)
    await means.store.marks.read_all([reading for _, reading in outcome.marks], moment.now)
    for matter, reading in outcome.marks:
        marks.tell_of_own(means, matter.thread, reading, moment.now)
    done = await _people(means, moment, outcome, told)
    return [stored for thread_id, events in happened.items() if thread_id not in done for stored in events]


def _wanted(happened: Happened, read: Mapping[Id, Sequence[Reading]]) -> Wanted:
    """What to look at around these threads."""
    every = [stored for events in happened.values() for stored in events]
    return Wanted(
        threads=list(happened),
        visible={stored.stream[2:] for stored in every if stored.stream.startswith("t:")},
        mailed={thread_id for thread_id, events in happened.items() if letters.concerned(events)},
        accounts={stored.account_id for stored in every if stored.account_id is not None},
        firms={stored.firm_id for stored in every},
        staff=set[Id]().union(*map(news.named, every)),
        marks={reading.mark for own in read.values() for reading in own},
    )


async def _rows(means: Means, moment: Moment, outcome: Outcome, read: Mapping[Id, Sequence[Reading]]) -> list[Stored]:
    """Project the rows. Those of which staff see another reminder then go in a transaction with the events that say so;
    these events, of which nothing more follows, are the answer."""
    plain, shown = list[Projection](), list[Projection]()
    for matter in moment.matters:
        restart = outcome.restarts.get(matter.thread.id)
        reminder = restart.reminder if restart is not None else None
        projection = Projection(
            matter.thread.firm_id,
            matter.thread.id,
            matter.events,
            read[matter.thread.id],
            reminder,
            moment.around.seen[matter.thread.id],
        )
        (shown if restart is not None and restart.told is not None else plain).append(projection)
    stored = await _restarted(means, moment, outcome, shown) if shown else []
    for event in stored:
        means.announcer.event(event)
    if not await means.store.threads.project(plain, moment.now):
        raise _Overtaken
    return stored


async def _restarted(means: Means, moment: Moment, outcome: Outcome, projections: Sequence[Projection]) -> list[Stored]:
    threads = {matter.thread.id: matter.thread for matter in moment.matters}
    drafts = [
        cycles.note(threads[one.thread_id], told, moment.now, None)
        for one in projections
        if (told := outcome.restarts[one.thread_id].told) is not None
    ]
    ends = {draft.stream: head for draft in drafts if (head := moment.head(draft.stream)) is not None}

    async def work(session: Session) -> list[Stored]:
        known = dict(ends)
        ends.clear()  # if they aren't true any more, the transaction is run again, and looks
        stored = await means.store.streams.append_in(session, drafts, known)
        rows = [
            Projection(one.firm_id, one.thread_id, [*one.events, event], one.read, one.reminder)
            for one, event in zip(projections, stored, strict=True)
        ]
        if not await means.store.threads.project(rows, moment.now, session):
            raise _Overtaken
        return stored

    return await means.store.streams.transact([notes_stream(one.thread_id) for one in projections], work)


async def _people(means: Means, moment: Moment, outcome: Outcome, told: Sequence[Stored]) -> set[Id]:
    """Bring inboxes and the outbox in line, and settle the events; the threads of which they are settled."""
    store, places = means.store, bringing.places_of(outcome.tellings)
    threads = {matter.thread.id: matter.thread for matter in moment.matters}
    settled = [*told, *(stored for matter in moment.matters for stored in matter.events)]
    if not outcome.letters and not places:
        await store.streams.settled(settled)
        return set(threads)
    async with store.streams.held({user_stream(place.user_id) for place in places}):
        seen = await store.looks.at_inboxes(
            places,
            {threads[place.thread_id].account_id for place in places},
            bringing.letters_from([(letter.thread_id, letter.first_seq) for letter in outcome.letters]),
        )
        brought = bringing.brought_in_line(means, outcome.tellings, threads, seen)
        if not await store.notifications.put(brought.changes, moment.now):
            raise _Overtaken
        brought.left |= await bringing.read_meanwhile(means, brought.made)
        await store.letters.bundle(outcome.letters, seen.letters)
        settled = [stored for stored in settled if stored.stream[2:] not in brought.strange]
        failed = since.told_in(moment.heard)
        await bringing.tell(means, brought, seen, () if brought.left or failed else settled)
    if brought.left:
        await store.notifications.mark_untold(brought.left, moment.now)
        await telling.tell(means, brought.left)
    for (firm_id, thread_id), letter_ids in failed.items():
        await since.tell(means, firm_id, thread_id, letter_ids)
    if brought.left or failed:
        await store.streams.settled(settled)
    return threads.keys() - brought.strange
