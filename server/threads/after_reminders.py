"""What follows the last reminder of a round, done (SS-6): somebody is told, or the thread is archived.

Whether it is time, and what is done, says `server.reminders.after_last`, of how things are inside the transaction that
does it: an answer that stands in the log wins, as it does over a reminder (RM-15). With it the cycle notes that it was
done, so that of any number of schedulers one does it, and one that is killed has done all of it or nothing. It is the
firm's own (n:): contacts see at most that a thread is archived, and never why. Refuses to know in whose inbox it stands.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from protocol.people import Person
from protocol.reminders import ReminderChanged, ReminderExhausted
from protocol.threads import ThreadArchived
from protocol.wire import Id, Ms
from server.core.context import Means
from server.reminders import after_last, cycles, fates, state
from server.reminders.table import Cycle
from server.threads.changing import Change, by_itself
from storage.mongo.connection import Session
from storage.people import ContactDoc
from storage.reminders import reminder_row_id
from storage.threads import ThreadDoc

PLANNED_READ_MAX: Final = 100


async def see_to(means: Means, firm_id: Id, thread_id: Id, now: Ms) -> bool:
    """Do what follows a thread's last reminder if it is time for it by what stands in the log at this moment, once.

    Where a colleague has the thread in hand, or the last reminder hasn't left yet, the gap counts anew instead. False when
    it was not time, or somebody else was faster.
    """
    made: Change | None = None

    async def look(session: Session) -> None:
        nonlocal made
        made = await _decided(means, firm_id, thread_id, now, session)

    await by_itself(means, firm_id, thread_id, lambda thread: made, look)
    return made is not None


async def _decided(means: Means, firm_id: Id, thread_id: Id, now: Ms, session: Session) -> Change | None:
    """What is to be done, with the cycle saved that says so."""
    thread = await means.store.threads.get(firm_id, thread_id, session)
    firm = await means.store.firms.get(firm_id)
    if thread is None or firm is None or thread.reminder is None:
        return None
    before = thread.reminder
    around = await cycles.around(means, thread, firm, session)
    if around.head.seq > before.heard_seq:
        # Something was said that the cycle hasn't heard of: its own settling decides, and comes back here.
        return None
    cycle = state.cycle_of(before)
    facts = around.facts(state.settings_of(before), cycle)
    at = after_last.when(facts)
    if at is None or at > now:
        return None
    busy = await _in_hand(means, thread, cycle)
    then = after_last.on_put_off(cycle, now) if busy else after_last.on_done(cycle, now)
    after = state.decided(facts.settings, then, before.heard_seq, 0, around)
    if not await means.store.threads.save_reminder(firm_id, thread_id, after, before.revision, session):
        return None
    changed = ReminderChanged(reminder=state.seen(after, firm, around, now))
    if busy:
        return Change("", notes=[changed])
    unanswered = after_last.unanswered(facts)
    assert unanswered is not None, "it is time"
    exhausted = ReminderExhausted(
        sent=cycle.sent, unanswered=unanswered, about=await _about(means, thread, around.recipients)
    )
    if after_last.deed(facts) == "tell":
        exhausted = replace(exhausted, assignee=await _assignee(means, thread))
        return Change("reminder.exhausted", notes=[exhausted, changed], text=thread.subject)
    return Change(
        "thread.archived",
        events=[ThreadArchived()],
        notes=[replace(exhausted, archived=True), changed],
        fields={"state": "archived", "archived_at": now, "archived_by": None},
        text=thread.subject,
    )


async def _in_hand(means: Means, thread: ThreadDoc, cycle: Cycle) -> bool:
    """Whether a colleague has something that goes to the client later, or the last reminder is still on its way to them."""
    planned = await means.store.scheduled_sends.of_thread(thread.firm_id, thread.id, PLANNED_READ_MAX)
    if any(one.state == "waiting" for one in planned):
        return True
    row_id = reminder_row_id(thread.id, cycle.number, cycle.sent, cycle.unreached)
    return await fates.waits(means, thread.firm_id, row_id)


async def _assignee(means: Means, thread: ThreadDoc) -> Person | None:
    if thread.assignee_id is None:
        return None
    member = await means.store.people.staff(thread.firm_id, thread.assignee_id)
    return Person(id=member.id, side="staff", name=member.name) if member is not None else None


async def _about(means: Means, thread: ThreadDoc, recipients: Sequence[ContactDoc]) -> Person | None:
    """One of the account's people: of those whom mails reach, if there are any."""
    found = list(recipients)
    if not found:
        links = await means.store.people.links_of_account(thread.firm_id, thread.account_id)
        found = await means.store.people.contacts(thread.firm_id, [link.contact_id for link in links])
    first = min(found, key=lambda contact: (contact.name, contact.id), default=None)
    return Person(id=first.id, side="contact", name=first.name) if first is not None else None
