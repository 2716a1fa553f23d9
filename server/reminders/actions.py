"""Reminders: set, shown, sent by hand, and fired when they are due (spec 3.8).

`server.reminders.table` decides; this does what was decided, each time in one transaction. How cycles follow the log is
in server.reminders.cycles. Facts are read from the end of the log, not from its projection: a reply that was acknowledged a
moment earlier wins (RM-15).
"""

from msgspec.structs import replace
from pymongo.errors import DuplicateKeyError

from protocol.errors import Conflict, NotFound, Unavailable
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.people import Person
from protocol.reminders import (
    Recipient,
    ReminderChanged,
    ReminderRead,
    ReminderSend,
    ReminderSent,
    ReminderSet,
    ReminderView,
)
from protocol.threads import ThreadRaised
from protocol.wire import Id, Ms
from server.audit import trail
from server.core import keys
from server.core.context import Context, Means
from server.core.doing import does
from server.core.happening import happen
from server.core.rules import ThreadScope
from server.people import acquaintance
from server.reminders import after_last, cycles, state, table
from server.reminders import fates as reminder_fates
from server.reminders.cycles import SAVE_ATTEMPTS_MAX, Change
from server.reminders.state import Around
from storage.firms import FirmDoc
from storage.letters import LetterDoc
from storage.log.streams import Draft, Stored
from storage.mongo.connection import Session
from storage.reminders import ReminderRowDoc, reminder_key, reminder_row_id
from storage.threads import ThreadDoc

# what staff do


@does(ReminderRead)
async def read(context: Context, command: ReminderRead, scope: ThreadScope) -> ReminderView:
    """The Reminders tab (RM-20)."""
    return await _view(context, scope.thread.id)


@does(ReminderSet)
async def save(context: Context, command: ReminderSet, scope: ThreadScope) -> ReminderView:
    """Save the Reminders tab (RM-2); never sends at once (3.8.4)."""
    means, now = context.means, context.clock.now()
    for _ in range(SAVE_ATTEMPTS_MAX):
        thread, firm = await _thread_and_firm(means, scope.thread.firm_id, scope.thread.id)
        surroundings = await cycles.around(means, thread, firm)
        before = thread.reminder
        if before is None:
            cycle = table.start(surroundings.head.last_staff_at or now)
            settings = table.Settings(enabled=False, after_last=firm.settings.reminder_after_last)
            revision = 0
        else:
            cycle, settings, revision = state.cycle_of(before), state.settings_of(before), before.revision
        # While it was off nothing was followed: what has been said until now is behind it.
        heard_seq = before.heard_seq if before and before.enabled else surroundings.head.seq
        wanted = table.Settings(
            enabled=command.enabled,
            days=command.days,
            number=command.number,
            after_last=command.after_last or settings.after_last,
        )
        cycle = after_last.on_saved(table.on_saved(cycle, settings, wanted, now), settings, wanted, now)
        after = state.decided(wanted, cycle, heard_seq, revision, surroundings)
        if after == before or await cycles.saved(means, [Change(thread, firm, after, surroundings)]):
            return await _view(context, thread.id)
    raise Unavailable("The reminder is being changed by too many at once.")


@does(ReminderSend)
async def send(context: Context, command: ReminderSend, scope: ThreadScope) -> ReminderView:
    """Remind now, by hand (RM-11): one mail to each recipient, an audit row, the thread on top of what waits for the
    contacts, and no automatic one for 24 hours. The same key sends once (P2). Raises Conflict for a key that meant
    something else, and where a letter would have nobody to go to or nothing to say (RM-18): no open task, and no message
    of the firm's that waits for them."""
    means, now = context.means, context.clock.now()
    key = f"{context.principal.user_id}:{command.client_message_id}"
    row_id = f"{scope.thread.id}:manual:{key}"

    async def work(session: Session) -> tuple[bool, list[Stored]]:
        thread = await means.store.threads.get(scope.thread.firm_id, scope.thread.id, session)
        if thread is None or thread.state == "archived":
            raise Conflict("Reopen the thread first.", reason="thread_archived")
        firm = await means.store.firms.get(thread.firm_id)
        if firm is None:
            raise NotFound("There is no such firm.")
        surroundings = await cycles.around(means, thread, firm, session)
        if not surroundings.recipients:
            raise Conflict("Nobody here gets e-mail.", reason="nobody_to_notify")
        facts = surroundings.facts(table.Settings(enabled=True), table.start(now))
        if not facts.tasks_open and _by_hand(facts) == "nothing":
            raise Conflict("Nothing waits for the client here.", reason="nothing_to_remind_of")
        drafts: list[Draft] = []
        if thread.reminder is not None:
            cycle = table.on_manual_resend(state.cycle_of(thread.reminder), now)
            after = state.decided(state.settings_of(thread.reminder), cycle, thread.reminder.heard_seq, 0, surroundings)
            await means.store.threads.save_reminder(thread.firm_id, thread.id, after, thread.reminder.revision, session)
            changed = ReminderChanged(reminder=state.seen(after, firm, surroundings, now))
            drafts.append(cycles.note(thread, changed, now, context.principal.person))
        cycle_number = await cycles.running(means, thread, surroundings)
        row = _row(thread, row_id, cycle_number, 0, now, now, surroundings, context.principal.person)
        told = await _hand_over(means, thread, row, surroundings, session)
        drafts.append(replace(told, key=key, meant=keys.meaning(command)))
        await trail.note(context, thread, "reminder.resent", thread.subject, session)
        raising = replace(told, stream=thread_stream(thread.id), event=ThreadRaised())
        raised = await means.store.streams.append_in(session, [raising])
        await means.store.threads.change(thread.firm_id, thread.id, {"raised_at": now}, session, raised)
        return True, [*raised, *await means.store.streams.append_in(session, drafts)]

    async def change() -> bool:
        return await happen(means, work, streams=notes_stream(scope.thread.id), key=key)

    async def sent() -> bool | None:
        """True when this key has sent; None when it hasn't."""
        first = await means.store.streams.first_with(key)
        if first is not None:
            keys.check_meaning(first.meant or "", keys.meaning(command))
            return True
        # What an older build has sent kept its key in the row only.
        return None if await means.store.reminder_rows.get(scope.thread.firm_id, row_id) is None else True

    if await sent() is None:
        await keys.once(means.store.streams.tries, key, change, sent)
    return await _view(context, scope.thread.id)


# what happens by itself


async def fire(means: Means, firm_id: Id, thread_id: Id, now: Ms) -> bool:
    """Send a thread's reminder if it is due by the table as things are at this moment (RM-15), once (RM-16).

    The row, the letters, the count and the event are one transaction: all of them or none. False when it was not due.
    """

    async def work(session: Session) -> tuple[bool, list[Stored]]:
        thread = await means.store.threads.get(firm_id, thread_id, session)
        firm = await means.store.firms.get(thread.firm_id) if thread else None
        if thread is None or firm is None or thread.reminder is None:
            return False, []
        surroundings = await cycles.around(means, thread, firm, session)
        settings, cycle = state.settings_of(thread.reminder), state.cycle_of(thread.reminder)
        if surroundings.head.seq > thread.reminder.heard_seq:
            # Something was said that the cycle hasn't heard of: its own settling decides, and comes back here.
            return False, []
        verdict = table.evaluate(surroundings.facts(settings, cycle))
        if not isinstance(verdict, table.Due) or verdict.at > now:
            return False, []
        number = cycle.sent + 1
        row_id = reminder_row_id(thread.id, cycle.number, number, cycle.unreached)
        row = _row(thread, row_id, cycle.number, number, now, verdict.at, surroundings, None)
        sent = table.on_sent(cycle, of_cycle=cycle.number, sequence=number, planned_at=verdict.at, sent_at=now)
        after = state.decided(settings, sent, thread.reminder.heard_seq, 0, surroundings)
        if not await means.store.threads.save_reminder(
            thread.firm_id, thread.id, after, thread.reminder.revision, session
        ):
            return False, []
        told = await _hand_over(means, thread, row, surroundings, session)
        changed = ReminderChanged(reminder=state.seen(after, firm, surroundings, now))
        return True, await means.store.streams.append_in(session, [told, cycles.note(thread, changed, now, None)])

    try:
        return await happen(means, work, streams=notes_stream(thread_id))
    except DuplicateKeyError:
        return False  # another scheduler sent this very one


def _row(
    thread: ThreadDoc, row_id: str, cycle: int, number: int, now: Ms, planned: Ms, around: Around, by: Person | None
) -> ReminderRowDoc:
    return ReminderRowDoc(
        id=row_id,
        firm_id=thread.firm_id,
        thread_id=thread.id,
        cycle=cycle,
        number=number,
        at=now,
        planned_at=planned,
        seq=around.head.seq,
        recipients=[contact.name for contact in around.recipients],
        by=by,
    )


async def _hand_over(means: Means, thread: ThreadDoc, row: ReminderRowDoc, around: Around, session: Session) -> Draft:
    """Put the row and one letter for each recipient (RM-17) into the store; the event that tells staff."""
    await means.store.reminder_rows.add(row, session)
    for contact in around.recipients:
        await means.store.letters.add(
            LetterDoc(
                id=new_id(),
                key=reminder_key(row.id, contact.id),
                firm_id=thread.firm_id,
                kind="client_reminder",
                side="contact",
                person_id=contact.id,
                email=contact.email,
                created_at=row.at,
                due_at=row.at,
                state="waiting",
                account_id=thread.account_id,
                thread_id=thread.id,
                last_seq=around.head.seq,
                manual=row.number == 0,
                cycle=row.cycle,
                number=row.number,
            ),
            session,
        )
    of = thread.reminder.number if thread.reminder else 0
    event = ReminderSent(number=row.number, of=of, recipients=row.recipients, after=around.head.seq, reminder_id=row.id)
    return cycles.note(thread, event, row.at, row.by)


async def waiting(means: Means, thread: ThreadDoc, firm: FirmDoc, *, manual: bool) -> table.Waiting:
    """What besides open tasks a reminder may speak of (RM-18)."""
    facts = (await cycles.around(means, thread, firm)).facts(table.Settings(enabled=True), table.start(0))
    return _by_hand(facts) if manual else table.waiting(facts)


def _by_hand(facts: table.Facts) -> table.Waiting:
    """What besides open tasks a reminder by hand may speak of: also of a last message that has been read (RM-11), since
    somebody asks for an answer to it, but never of the contacts' own."""
    found = table.waiting(facts)
    answerable = facts.has_firm_message and not facts.contact_wrote_last
    return "reply" if found == "nothing" and facts.tasks_open == 0 and answerable else found


async def still_true(means: Means, letter: LetterDoc) -> bool:
    """Whether a reminder that is about to leave still says something true (RM-15): asked just before DATA."""
    if letter.thread_id is None:
        return False
    thread, firm = await _thread_and_firm(means, letter.firm_id, letter.thread_id)
    surroundings = await cycles.around(means, thread, firm)
    if letter.person_id not in {contact.id for contact in surroundings.recipients} or not surroundings.active:
        return False
    # The count and the toggle were judged when it was fired; what is left is whether there is something to say.
    facts = surroundings.facts(table.Settings(enabled=True, number=table.NUMBER_MAX), table.start(letter.created_at))
    if letter.manual:
        return True
    disabled = thread.reminder is None or not thread.reminder.enabled
    return not disabled and isinstance(table.evaluate(facts), table.Due)


async def _thread_and_firm(means: Means, firm_id: Id, thread_id: Id) -> tuple[ThreadDoc, FirmDoc]:
    thread = await means.store.threads.get(firm_id, thread_id)
    firm = await means.store.firms.get(thread.firm_id) if thread else None
    if thread is None or firm is None:
        raise NotFound("There is no such thread.")
    return thread, firm


async def _view(context: Context, thread_id: Id) -> ReminderView:
    means = context.means
    thread, firm = await _thread_and_firm(means, context.principal.firm_id, thread_id)
    surroundings = await cycles.around(means, thread, firm)
    links = await means.store.people.links_of_account(firm.id, thread.account_id)
    contacts = {c.id: c for c in await means.store.people.contacts(firm.id, [link.contact_id for link in links])}
    typed = await acquaintance.typed_names(context, links)
    names = {contacts[link.contact_id].name: typed[link.id] for link in links if link.id in typed}
    told = await reminder_fates.of_thread(means, firm.id, thread.id)
    sent = await means.store.reminder_rows.of_thread(thread.firm_id, thread.id)
    rows = [row.seen(told.get(row.id, [])) for row in state.in_their_cycles(sent, thread.reminder)]
    return ReminderView(
        reminder=state.seen(thread.reminder, firm, surroundings, context.clock.now()),
        recipients=[
            Recipient(
                contact_id=link.contact_id,
                name=typed.get(link.id) or contacts[link.contact_id].name,
                email=contacts[link.contact_id].email,
                notify=link.notify and link.notify_messages,
            )
            for link in links
            if link.login and link.contact_id in contacts and contacts[link.contact_id].activated_at is not None
        ],
        rows=[
            replace(
                seen,
                recipients=[names.get(name, name) for name in seen.recipients],
                deliveries=[replace(one, name=names.get(one.name, one.name)) for one in seen.deliveries],
            )
            for seen in rows
        ],
    )
