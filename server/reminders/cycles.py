"""Keeps each thread's reminder cycle in line with its log (spec 3.8.4), for many threads at once or for one.

Facts are read from the end of the log, not from its projection: a reply that was acknowledged a moment earlier wins
(RM-15). What staff would see differently is saved in one transaction with the events that tell them.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from protocol.errors import Unavailable
from protocol.events import Event
from protocol.ids import notes_stream, thread_stream
from protocol.people import Person
from protocol.reminders import ReminderChanged
from protocol.wire import Id, Ms
from server.core.context import Means
from server.core.doing import carries_on
from server.core.happening import happen
from server.people import recipients
from server.reminders import state
from server.reminders.state import Around
from server.reminders.table import FIRST_CYCLE
from storage.chores import ChoreDoc
from storage.firms import FirmDoc
from storage.log.streams import Draft, Head, Stored
from storage.mongo.connection import Session, ours
from storage.threads import ReminderDoc, ThreadDoc

SAVE_ATTEMPTS_MAX = 20
UNHEARD_READ_MAX = 1_000
THREADS_PER_DECISION_MAX = 50
ACCOUNTS_PER_DECISION_MAX = 50


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

    def event(self, now: Ms) -> Event:
        """What staff are told of it."""
        return ReminderChanged(reminder=state.seen(self.after, self.firm, self.around, now))


class _Overtaken(Exception):
    """Somebody else has saved a reminder meanwhile."""


def goes_on(thread: ThreadDoc) -> bool:
    """Whether a thread has a cycle that goes by what happens."""
    return thread.reminder is not None and thread.reminder.enabled


async def running(means: Means, thread: ThreadDoc, around: Around) -> int:
    """The number of the cycle that runs, once it has heard of all that stands in the log."""
    before = thread.reminder
    if before is None:
        return FIRST_CYCLE
    stream, heard = thread_stream(thread.id), before.heard_seq
    # Switched off it follows nothing: switching on starts one anew.
    late = before.enabled and around.head.seq > heard
    events = await means.store.streams.read(stream, heard, UNHEARD_READ_MAX) if late else []
    return state.after(before, events, around).cycle


async def refresh(means: Means, firm_id: Id, thread_id: Id, events: Sequence[Stored] = ()) -> None:
    """Apply events to the cycle, each once, and decide anew. Saves, and tells staff, only if something changed."""
    for _ in range(SAVE_ATTEMPTS_MAX):
        thread = await means.store.threads.get(firm_id, thread_id)
        firm = await means.store.firms.get(thread.firm_id) if thread else None
        if thread is None or firm is None or thread.reminder is None or not thread.reminder.enabled:
            return  # switching on starts a cycle anew, so nothing is missed while it is off
        surroundings = await around(means, thread, firm)
        after = state.after(thread.reminder, events, surroundings)
        if after == thread.reminder or await saved(means, [Change(thread, firm, after, surroundings)]):
            return
    raise Unavailable("The reminder is being changed by too many at once.")


@carries_on("decide")
async def go_on(means: Means, chore: ChoreDoc) -> None:
    """What a process left of an account's threads."""
    await decide_account(means, chore.firm_id, chore.subject)


@carries_on("decide_firm")
async def go_on_with_firm(means: Means, chore: ChoreDoc) -> None:
    """What a process left of a firm's."""
    await decide_firm(means, chore.subject)


async def decide_account(means: Means, firm_id: Id, account_id: Id) -> None:
    """Decide anew for all threads of an account, however many: who is to be notified has changed (D4).

    Works off what `Chores.add` has asked for, a batch at a time, from where somebody left it. May run on several nodes
    at once. Raises Unavailable when the database is away; the sweep then goes on.
    """
    chores = means.store.chores
    async with ours():
        while (chore := await chores.get(firm_id, "decide", account_id)) is not None:
            query = {"account_id": account_id, "_id": {"$gt": chore.after}}
            thread_ids = await means.store.threads.ids(firm_id, query, THREADS_PER_DECISION_MAX)
            if thread_ids:
                threads = await means.store.threads.many([firm_id], thread_ids)
                await _let_read(means, firm_id, account_id, threads)
                await _decide(means, account_id, [one for one in threads if one.state == "active" and one.reminder])
                await chores.got_further(chore, thread_ids[-1], means.clock.now())
            else:
                await chores.finished(chore)


async def decide_firm(means: Means, firm_id: Id) -> None:
    """Decide anew for all threads of a firm: one of its settings on which verdicts or dates hang has changed.

    Asks for each of its accounts, some at a time, and works that off; what a crash leaves, the sweep goes on with.
    """
    store = means.store
    async with ours():
        while (chore := await store.chores.get(firm_id, "decide_firm", firm_id)) is not None:
            account_ids = await store.accounts.ids_of_firm(firm_id, chore.after, ACCOUNTS_PER_DECISION_MAX)
            if account_ids:
                await _ask_for(means, chore, account_ids)
                for account_id in account_ids:
                    await decide_account(means, firm_id, account_id)
                await store.chores.got_further(chore, account_ids[-1], means.clock.now())
            else:
                await store.chores.finished(chore)


async def _ask_for(means: Means, chore: ChoreDoc, account_ids: Sequence[Id]) -> None:
    at = means.clock.now()

    async def work(session: Session) -> None:
        for account_id in account_ids:
            await means.store.chores.add("decide", account_id, chore.firm_id, chore.by, at, session)

    await means.store.mongo.transact(work)


async def _let_read(means: Means, firm_id: Id, account_id: Id, threads: Sequence[ThreadDoc]) -> None:
    """Give contacts who have joined the account these threads to read, and have these found by their names."""
    account = await means.store.accounts.get(firm_id, account_id)
    if account is None:
        return
    contacts = [link.contact_id for link in await means.store.people.links_of_account(firm_id, account_id)]
    lacking = [
        thread.id
        for thread in threads
        if not (thread.readers.keys() >= set(contacts) and set(thread.found_by) >= set(account.found_by))
    ]
    if lacking:
        await means.store.threads.let_read(firm_id, account_id, lacking, contacts, account.found_by)


async def _decide(means: Means, account_id: Id, threads: Sequence[ThreadDoc]) -> None:
    """Decide anew for some threads of an account, in a few commands however many they are."""
    if not threads:
        return
    firm, heads, reached = await asyncio.gather(
        means.store.firms.get(threads[0].firm_id),
        means.store.streams.readable_tips([thread_stream(thread.id) for thread in threads]),
        recipients.of_account(means, threads[0].firm_id, account_id),
    )
    if firm is None:
        return
    changes = []
    for thread in threads:
        head = heads.get(thread_stream(thread.id))
        if head is None:
            continue  # its end can't be read: it is left as it is, and the others are decided
        surroundings = Around(thread, head, reached, firm)
        if thread.reminder and (after := state.after(thread.reminder, (), surroundings)) != thread.reminder:
            changes.append(Change(thread, firm, after, surroundings))
    if changes and not await saved(means, changes):
        # All or none were: one by one, whoever was overtaken is looked at anew.
        for change in changes:
            await refresh(means, firm.id, change.thread.id)


async def around(means: Means, thread: ThreadDoc, firm: FirmDoc, session: Session | None = None) -> Around:
    """Gather what the rules need, as of now."""
    head = await means.store.streams.head(thread_stream(thread.id), session)
    return Around(thread, head, await recipients.of_account(means, firm.id, thread.account_id), firm)


async def around_new(means: Means, account_id: Id, firm: FirmDoc, head: Head, tasks: int) -> Around:
    """The same for a thread that doesn't exist yet."""
    new = Around(None, head, await recipients.of_account(means, firm.id, account_id), firm)
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
    firm_id, shown = changes[0].firm.id, [one for one in changes if one.shows(now)]
    if not shown and len(changes) == 1:
        return await means.store.threads.save_reminders(firm_id, documents)
    drafts = [note(one.thread, one.event(now), now, None) for one in shown]

    async def work(session: Session) -> tuple[bool, list[Stored]]:
        if not await means.store.threads.save_reminders(firm_id, documents, session):
            raise _Overtaken
        return True, await means.store.streams.append_in(session, drafts) if drafts else []

    try:
        return await happen(means, work, streams=[notes_stream(one.thread.id) for one in changes])
    except _Overtaken:
        return False


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
