"""Keeps each thread's reminder cycle in line with its log (spec 3.8.4), for many threads at once or for one.

Facts are read from the end of the log, not from its projection: a reply that was acknowledged a moment earlier wins
(RM-15). What staff would see differently is saved in one transaction with the events that tell them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from protocol import events as e
from protocol.entities import Person
from protocol.errors import Unavailable
from protocol.events import Event
from protocol.ids import notes_stream, thread_stream
from protocol.wire import Id, Ms
from server import reminder_state as state
from server.actions import recipients
from server.actions.matter import Matter
from server.context import Means
from server.reminder_state import Around
from storage.firms import FirmDoc
from storage.mongo import Session, ours
from storage.people import ContactDoc
from storage.streams import Draft, Head, Stored
from storage.threads import ReminderDoc, ThreadDoc

SAVE_ATTEMPTS_MAX = 20
UNHEARD_READ_MAX = 1_000
THREADS_PER_DECISION_MAX = 50


@dataclass(frozen=True, slots=True)
class Change:
    """A thread's reminder is to become another."""

    thread: ThreadDoc
    firm: FirmDoc
    after: ReminderDoc
    around: Around

    def shows(self, now: Ms) -> bool:
        """Whether staff would see a difference."""
        before = self.thread.reminder
        if before is None:
            return True
        return state.seen(before, self.firm, None, now) != state.seen(self.after, self.firm, None, now)


class _Overtaken(Exception):
    """Somebody else has saved a reminder meanwhile."""


def concerned(matter: Matter) -> bool:
    """Whether what has happened may change a cycle. Switching on starts it anew, so nothing is missed while off."""
    reminder = matter.thread.reminder
    return reminder is not None and reminder.enabled and any(one.stream.startswith("t:") for one in matter.events)


async def follow(means: Means, matters: Sequence[Matter], reached: Mapping[Id, Sequence[ContactDoc]]) -> None:
    """Bring threads' cycles in line with what has happened in them. May be called again with the same events.

    `reached`: the recipients of each account.
    """
    running = [matter for matter in matters if concerned(matter)]
    if not running:
        return
    firms, heads, unheard = await asyncio.gather(
        means.store.firms.many(list({matter.thread.firm_id for matter in running})),
        means.store.streams.tips([thread_stream(matter.thread.id) for matter in running]),
        asyncio.gather(*(_unheard(means, matter) for matter in running)),
    )
    changes: list[Change] = []
    for matter, events in zip(running, unheard, strict=True):
        thread, firm = matter.thread, firms.get(matter.thread.firm_id)
        if firm is None or thread.reminder is None:
            continue
        head = heads[thread_stream(thread.id)]
        around = Around(thread, head, reached.get(thread.account_id, []), firm.firm.time_zone)
        after = state.after(thread.reminder, events, around)
        if after != thread.reminder:
            changes.append(Change(thread, firm, after, around))
    if changes and not await saved(means, changes):
        # All or none were: one by one, whoever was overtaken is looked at anew.
        for matter, events in zip(running, unheard, strict=True):
            await refresh(means, matter.thread.id, events)


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


async def refresh(means: Means, thread_id: Id, events: Sequence[Stored] = ()) -> None:
    """Apply events to the cycle, each once, and decide anew. Saves, and tells staff, only if something changed."""
    for _ in range(SAVE_ATTEMPTS_MAX):
        thread = await means.store.threads.get(thread_id)
        firm = await means.store.firms.get(thread.firm_id) if thread else None
        if thread is None or firm is None or thread.reminder is None or not thread.reminder.enabled:
            return  # switching on starts a cycle anew, so nothing is missed while it is off
        surroundings = await around(means, thread, firm)
        after = state.after(thread.reminder, events, surroundings)
        if after == thread.reminder or await saved(means, [Change(thread, firm, after, surroundings)]):
            return
    raise Unavailable("The reminder is being changed by too many at once.")


async def decide_account(means: Means, account_id: Id) -> None:
    """Decide anew for all threads of an account, however many: who is to be notified has changed (D4).

    Works off what `Chores.add` has asked for, a batch at a time, from where somebody left it. May run on several nodes
    at once. Raises Unavailable when the database is away; the sweep then goes on.
    """
    chores = means.store.chores
    async with ours():
        while (chore := await chores.get("decide", account_id)) is not None:
            query = {"account_id": account_id, "_id": {"$gt": chore.after}}
            thread_ids = await means.store.threads.ids(query, THREADS_PER_DECISION_MAX)
            if thread_ids:
                threads = await means.store.threads.many(thread_ids)
                await _let_read(means, account_id, threads)
                await _decide(means, account_id, [one for one in threads if one.state == "active" and one.reminder])
                await chores.got_further(chore, thread_ids[-1], means.clock.now())
            else:
                await chores.finished(chore)


async def _let_read(means: Means, account_id: Id, threads: Sequence[ThreadDoc]) -> None:
    """Give contacts who have joined the account these threads to read."""
    contacts = [link.contact_id for link in await means.store.people.links_of_account(account_id)]
    lacking = [thread.id for thread in threads if not thread.readers.keys() >= set(contacts)]
    if lacking:
        await means.store.threads.let_read(account_id, lacking, contacts)


async def _decide(means: Means, account_id: Id, threads: Sequence[ThreadDoc]) -> None:
    """Decide anew for some threads of an account, in a few commands however many they are."""
    if not threads:
        return
    firm, heads, reached = await asyncio.gather(
        means.store.firms.get(threads[0].firm_id),
        means.store.streams.readable_tips([thread_stream(thread.id) for thread in threads]),
        recipients.of_account(means, account_id),
    )
    if firm is None:
        return
    changes = []
    for thread in threads:
        head = heads.get(thread_stream(thread.id))
        if head is None:
            continue  # its end can't be read: it is left as it is, and the others are decided
        surroundings = Around(thread, head, reached, firm.firm.time_zone)
        if thread.reminder and (after := state.after(thread.reminder, (), surroundings)) != thread.reminder:
            changes.append(Change(thread, firm, after, surroundings))
    if changes and not await saved(means, changes):
        # All or none were: one by one, whoever was overtaken is looked at anew.
        for change in changes:
            await refresh(means, change.thread.id)


async def around(means: Means, thread: ThreadDoc, firm: FirmDoc, session: Session | None = None) -> Around:
    """Gather what the rules need, as of now."""
    head = await means.store.streams.head(thread_stream(thread.id), session)
    return Around(thread, head, await recipients.of_account(means, thread.account_id), firm.firm.time_zone)


async def around_new(means: Means, account_id: Id, firm: FirmDoc, head: Head, tasks: int) -> Around:
    """The same for a thread that doesn't exist yet."""
    new = Around(None, head, await recipients.of_account(means, account_id), firm.firm.time_zone)
    new.tasks_total = new.tasks_open = tasks
    return new


async def saved(means: Means, changes: Sequence[Change]) -> bool:
    """Save all of these, with an event for each of which staff would see a difference, or none of them.

    False when somebody else saved one first.
    """
    now = means.clock.now()
    documents = [
        (one.thread.id, one.after, one.thread.reminder.revision if one.thread.reminder else 0) for one in changes
    ]
    shown = [one for one in changes if one.shows(now)]
    if not shown and len(changes) == 1:
        return await means.store.threads.save_reminders(documents)
    drafts = [
        note(one.thread, e.ReminderChanged(reminder=state.seen(one.after, one.firm, one.around, now)), now, None)
        for one in shown
    ]

    async def work(session: Session) -> list[Stored]:
        if not await means.store.threads.save_reminders(documents, session):
            raise _Overtaken
        return await means.store.streams.append_in(session, drafts) if drafts else []

    try:
        stored = await means.store.streams.transact([notes_stream(one.thread.id) for one in changes], work)
    except _Overtaken:
        return False
    for event in stored:
        means.announcer.event(event)
        means.settler.settle(event)
    return True


def note(thread: ThreadDoc, event: Event, at: Ms, actor: Person | None) -> Draft:
    """An event of a thread's internal side."""
    return Draft(
        stream=notes_stream(thread.id),
        firm_id=thread.firm_id,
        account_id=thread.account_id,
        at=at,
        actor=actor,
        event=event,
    )
