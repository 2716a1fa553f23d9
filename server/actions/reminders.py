"""Reminders: set, shown, sent by hand, and fired when they are due (spec 3.8).

`server.reminder_rules` decides; this gathers the facts, keeps each thread's cycle in line with its log, and does what
was decided, each time in one transaction. Facts are read from the end of the log, not from its projection: a
reply that was acknowledged a moment earlier wins (RM-15).
"""

from collections.abc import Sequence

from msgspec.structs import replace
from pymongo.errors import DuplicateKeyError

from protocol import events as e
from protocol.commands import ReminderRead, ReminderSend, ReminderSet, ReminderView
from protocol.entities import Person, Recipient, Reminder, ReminderSetting
from protocol.errors import Conflict, NotFound, Unavailable
from protocol.events import Event
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.wire import Id, Ms
from server import reminder_rules as rules
from server.access import ThreadScope
from server.actions import trail
from server.context import Context, Means
from storage.firms import FirmDoc
from storage.letters import LetterDoc
from storage.mongo import Session
from storage.people import ContactDoc
from storage.reminders import ReminderRowDoc, reminder_row_id
from storage.streams import Draft, Head, Stored
from storage.threads import ReminderDoc, ThreadDoc

SAVE_ATTEMPTS_MAX = 20


def initial(setting: ReminderSetting, at: Ms, heard_seq: int, facts: "_Around") -> ReminderDoc:
    """The reminder state of a thread that begins now with its first message (3.8.4, first row)."""
    settings = rules.Settings(enabled=setting.enabled, days=setting.days, number=setting.number)
    return _decided(settings, rules.start(at), heard_seq, 0, facts)


class _Around:
    """What the rules need to know besides the cycle: see `rules.Facts`."""

    def __init__(self, thread: ThreadDoc | None, head: Head, recipients: Sequence[ContactDoc], time_zone: str) -> None:
        self.active = thread is None or thread.state == "active"
        self.tasks_total = thread.tasks_total if thread else 0
        self.tasks_open = thread.tasks_total - thread.tasks_done if thread else 0
        self.head = head
        # A contact who wrote last has read everything older (RD-7), whether or not that has been projected yet.
        read = thread.contact_read.messages if thread else 0
        self.all_read = head.last_side == "contact" or read >= head.staff_messages
        self.recipients = recipients
        self.time_zone = time_zone

    def facts(self, settings: rules.Settings, cycle: rules.Cycle) -> rules.Facts:
        """The facts with a cycle."""
        return rules.Facts(
            settings=settings,
            cycle=cycle,
            active=self.active,
            tasks_total=self.tasks_total,
            tasks_open=self.tasks_open,
            all_read=self.all_read,
            client_wrote_last=self.head.last_side == "contact",
            has_firm_message=self.head.staff_messages > 0,
            somebody_to_notify=bool(self.recipients),
            time_zone=self.time_zone,
        )


async def recipients_of(means: Means, account_id: Id) -> list[ContactDoc]:
    """Whom reminders and message mails reach (RM-6, 1.3): Login and Notify on, messages not switched off."""
    account = await means.store.accounts.get(account_id)
    if account is None or account.archived:
        return []
    links = await means.store.people.links_of_account(account_id)
    wanted = [link.contact_id for link in links if link.login and link.notify and link.notify_messages]
    found = {contact.id: contact for contact in await means.store.people.contacts(wanted)}
    return [found[contact_id] for contact_id in wanted if contact_id in found]


async def around(means: Means, thread: ThreadDoc, firm: FirmDoc, session: Session | None = None) -> _Around:
    """Gather what the rules need, as of now."""
    head = await means.store.streams.head(thread_stream(thread.id), session)
    return _Around(thread, head, await recipients_of(means, thread.account_id), firm.firm.time_zone)


async def around_new(means: Means, account_id: Id, firm: FirmDoc, head: Head, tasks: int) -> _Around:
    """The same for a thread that doesn't exist yet."""
    new = _Around(None, head, await recipients_of(means, account_id), firm.firm.time_zone)
    new.tasks_total = new.tasks_open = tasks
    return new


def _settings(reminder: ReminderDoc) -> rules.Settings:
    return rules.Settings(enabled=reminder.enabled, days=reminder.days, number=reminder.number)


def _cycle(reminder: ReminderDoc) -> rules.Cycle:
    return rules.Cycle(
        number=reminder.cycle,
        anchor_at=reminder.anchor_at,
        restarted_at=reminder.restarted_at,
        sent=reminder.sent,
        last_planned_at=reminder.last_planned_at,
        last_sent_at=reminder.last_sent_at,
        automatic_not_before=reminder.automatic_not_before,
    )


def _decided(
    settings: rules.Settings, cycle: rules.Cycle, heard_seq: int, revision: int, around: _Around
) -> ReminderDoc:
    """The state as stored, with the verdict and the time at which the scheduler has to look again."""
    verdict = rules.evaluate(around.facts(settings, cycle))
    return ReminderDoc(
        enabled=settings.enabled,
        days=settings.days,
        number=settings.number,
        cycle=cycle.number,
        anchor_at=cycle.anchor_at,
        restarted_at=cycle.restarted_at,
        sent=cycle.sent,
        last_planned_at=cycle.last_planned_at,
        last_sent_at=cycle.last_sent_at,
        automatic_not_before=cycle.automatic_not_before,
        heard_seq=heard_seq,
        verdict="due" if isinstance(verdict, rules.Due) else verdict.reason,
        next_due_at=verdict.at if isinstance(verdict, rules.Due) else None,
        revision=revision,
    )


def seen(reminder: ReminderDoc | None, firm: FirmDoc, around: _Around | None, now: Ms) -> Reminder:
    """The state as staff see it; with `around`, also the dates to come."""
    if reminder is None:
        return Reminder(enabled=False, days=firm.settings.reminder_days, number=firm.settings.reminder_number)
    shown = Reminder(
        enabled=reminder.enabled,
        days=reminder.days,
        number=reminder.number,
        cycle=reminder.cycle,
        anchor_at=reminder.anchor_at,
        sent=reminder.sent,
        next_due_at=reminder.next_due_at,
        verdict=reminder.verdict,
    )
    if around is None:
        return shown
    timeline = rules.plan(around.facts(_settings(reminder), _cycle(reminder)), now)
    return replace(shown, planned=list(timeline.dates), stops_when=timeline.stops_when)


def _heard(cycle: rules.Cycle, stored: Stored) -> rules.Cycle:
    """The cycle after an event of t: (3.8.4). Events that aren't named change facts, not the cycle."""
    match stored.event:
        case e.MessageSent() if stored.actor is not None and stored.actor.side == "staff":
            return rules.on_firm_message(cycle, stored.at)
        case e.TaskAdded() | e.TaskReopened():
            return rules.on_task_added_or_reopened(cycle, stored.at)
        case e.ThreadReopened():
            return rules.on_reopened(cycle, stored.at)
        case _:
            return cycle


async def follow(means: Means, thread_id: Id, events: Sequence[Stored]) -> None:
    """Bring a thread's cycle in line with what has happened in it. May be called again with the same events."""
    stream = thread_stream(thread_id)
    mine = sorted((stored for stored in events if stored.stream == stream), key=lambda stored: stored.seq)
    if mine:
        await refresh(means, thread_id, mine)


async def refresh(means: Means, thread_id: Id, events: Sequence[Stored] = ()) -> None:
    """Apply events to the cycle, each once, and decide anew. Saves, and tells staff, only if something changed."""
    for _ in range(SAVE_ATTEMPTS_MAX):
        thread = await means.store.threads.get(thread_id)
        firm = await means.store.firms.get(thread.firm_id) if thread else None
        if thread is None or firm is None or thread.reminder is None or not thread.reminder.enabled:
            return  # switching on starts a cycle anew, so nothing is missed while it is off
        before = thread.reminder
        cycle, heard_seq = _cycle(before), before.heard_seq
        for stored in events:
            if stored.seq > heard_seq:
                cycle, heard_seq = _heard(cycle, stored), stored.seq
        after = _decided(_settings(before), cycle, heard_seq, before.revision, await around(means, thread, firm))
        if after == before or await _save(means, thread, firm, after):
            return
    raise Unavailable("The reminder is being changed by too many at once.")


async def refresh_account(means: Means, account_id: Id) -> None:
    """Decide anew for all threads of an account: who is to be notified has changed (D4)."""
    query = {"account_id": account_id, "state": "active", "reminder.enabled": True}
    for thread in await means.store.threads.find(query, [("_id", 1)], 10_000):
        await refresh(means, thread.id)


async def _save(means: Means, thread: ThreadDoc, firm: FirmDoc, after: ReminderDoc) -> bool:
    """Save, together with an event if staff would see a difference; False when somebody else saved first."""
    now, before = means.clock.now(), thread.reminder
    revision = before.revision if before else 0
    if before is not None and seen(before, firm, None, now) == seen(after, firm, None, now):
        return await means.store.threads.save_reminder(thread.id, after, revision)

    async def work(session: Session) -> Stored | None:
        if not await means.store.threads.save_reminder(thread.id, after, revision, session):
            return None
        event = e.ReminderChanged(reminder=seen(after, firm, await around(means, thread, firm, session), now))
        (stored,) = await means.store.streams.append_in(session, [_note(thread, event, now, None)])
        return stored

    stored = await means.store.streams.transact(notes_stream(thread.id), work)
    if stored is None:
        return False
    means.announcer.event(stored)
    means.settler.settle(stored)
    return True


def _note(thread: ThreadDoc, event: Event, at: Ms, actor: Person | None) -> Draft:
    return Draft(
        stream=notes_stream(thread.id),
        firm_id=thread.firm_id,
        account_id=thread.account_id,
        at=at,
        actor=actor,
        event=event,
    )


# what staff do


async def read(context: Context, command: ReminderRead, scope: ThreadScope) -> ReminderView:
    """The Reminders tab (RM-20)."""
    return await _view(context, scope.thread.id)


async def save(context: Context, command: ReminderSet, scope: ThreadScope) -> ReminderView:
    """Save the Reminders tab (RM-2); never sends at once (3.8.4)."""
    means, now = context.means, context.clock.now()
    wanted = rules.Settings(enabled=command.enabled, days=command.days, number=command.number)
    for _ in range(SAVE_ATTEMPTS_MAX):
        thread, firm = await _thread_and_firm(means, scope.thread.id)
        surroundings = await around(means, thread, firm)
        before = thread.reminder
        if before is None:
            cycle = rules.start(surroundings.head.last_staff_at or now)
            settings, revision = rules.Settings(enabled=False), 0
        else:
            cycle, settings, revision = _cycle(before), _settings(before), before.revision
        # While it was off nothing was followed: what has been said until now is behind it.
        heard_seq = before.heard_seq if before and before.enabled else surroundings.head.seq
        cycle = rules.on_saved(cycle, settings, wanted, now)
        after = _decided(wanted, cycle, heard_seq, revision, surroundings)
        if after == before or await _save(means, thread, firm, after):
            return await _view(context, thread.id)
    raise Unavailable("The reminder is being changed by too many at once.")


async def send(context: Context, command: ReminderSend, scope: ThreadScope) -> ReminderView:
    """Remind now, by hand (RM-11): one mail to each recipient, an audit row, the thread on top of what waits for the
    contacts, and no automatic one for 24 hours."""
    means, now = context.means, context.clock.now()
    row_id = f"{scope.thread.id}:manual:{context.principal.user_id}:{command.client_message_id}"

    async def work(session: Session) -> list[Stored]:
        thread = await means.store.threads.get(scope.thread.id, session)
        if thread is None or thread.state == "archived":
            raise Conflict("Reopen the thread first.", reason="thread_archived")
        firm = await means.store.firms.get(thread.firm_id)
        if firm is None:
            raise NotFound("There is no such firm.")
        surroundings = await around(means, thread, firm, session)
        if not surroundings.recipients:
            raise Conflict("Nobody here gets e-mail.", reason="nobody_to_notify")
        drafts: list[Draft] = []
        if thread.reminder is not None:
            cycle = rules.on_manual_resend(_cycle(thread.reminder), now)
            after = _decided(_settings(thread.reminder), cycle, thread.reminder.heard_seq, 0, surroundings)
            await means.store.threads.save_reminder(thread.id, after, thread.reminder.revision, session)
            changed = e.ReminderChanged(reminder=seen(after, firm, surroundings, now))
            drafts.append(_note(thread, changed, now, context.principal.person))
        row = _row(thread, row_id, 0, 0, now, now, surroundings, context.principal.person)
        drafts.append(await _hand_over(means, thread, row, surroundings, session))
        await trail.note(context, thread, "reminder.resent", thread.subject, session)
        raising = replace(_note(thread, e.ThreadRaised(), now, row.by), stream=thread_stream(thread.id))
        raised = await means.store.streams.append_in(session, [raising])
        await means.store.threads.change(thread.id, {"raised_at": now}, session, raised)
        return [*raised, *await means.store.streams.append_in(session, drafts)]

    if await means.store.reminder_rows.get(row_id) is None:
        try:
            stored = await means.store.streams.transact(notes_stream(scope.thread.id), work)
        except DuplicateKeyError:
            stored = []  # our own retry was faster
        _tell(means, stored)
    return await _view(context, scope.thread.id)


# what happens by itself


async def fire(means: Means, thread_id: Id, now: Ms) -> bool:
    """Send a thread's reminder if it is due by the table as things are at this moment (RM-15), once (RM-16).

    The row, the letters, the count and the event are one transaction: all of them or none. False when it was not due.
    """

    async def work(session: Session) -> list[Stored]:
        thread = await means.store.threads.get(thread_id, session)
        firm = await means.store.firms.get(thread.firm_id) if thread else None
        if thread is None or firm is None or thread.reminder is None:
            return []
        surroundings = await around(means, thread, firm, session)
        settings, cycle = _settings(thread.reminder), _cycle(thread.reminder)
        if surroundings.head.seq > thread.reminder.heard_seq:
            # Something was said that the cycle hasn't heard of: its own settling decides, and comes back here.
            return []
        verdict = rules.evaluate(surroundings.facts(settings, cycle))
        if not isinstance(verdict, rules.Due) or verdict.at > now:
            return []
        number = cycle.sent + 1
        row_id = reminder_row_id(thread.id, cycle.number, number)
        row = _row(thread, row_id, cycle.number, number, now, verdict.at, surroundings, None)
        sent = rules.on_sent(cycle, of_cycle=cycle.number, sequence=number, planned_at=verdict.at, sent_at=now)
        after = _decided(settings, sent, thread.reminder.heard_seq, 0, surroundings)
        if not await means.store.threads.save_reminder(thread.id, after, thread.reminder.revision, session):
            return []
        told = await _hand_over(means, thread, row, surroundings, session)
        changed = e.ReminderChanged(reminder=seen(after, firm, surroundings, now))
        return await means.store.streams.append_in(session, [told, _note(thread, changed, now, None)])

    try:
        stored = await means.store.streams.transact(notes_stream(thread_id), work)
    except DuplicateKeyError:
        return False  # another scheduler sent this very one
    _tell(means, stored)
    return bool(stored)


def _row(
    thread: ThreadDoc, row_id: str, cycle: int, number: int, now: Ms, planned: Ms, around: _Around, by: Person | None
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


async def _hand_over(means: Means, thread: ThreadDoc, row: ReminderRowDoc, around: _Around, session: Session) -> Draft:
    """Put the row and one letter for each recipient (RM-17) into the store; the event that tells staff."""
    await means.store.reminder_rows.add(row, session)
    for contact in around.recipients:
        await means.store.letters.add(
            LetterDoc(
                id=new_id(),
                key=f"reminder:{row.id}:{contact.id}",
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
    event = e.ReminderSent(number=row.number, of=of, recipients=row.recipients, after=around.head.seq)
    return _note(thread, event, row.at, row.by)


def _tell(means: Means, events: Sequence[Stored]) -> None:
    for stored in events:
        means.announcer.event(stored)
        means.settler.settle(stored)


async def waiting(means: Means, thread: ThreadDoc, firm: FirmDoc, *, manual: bool) -> rules.Waiting:
    """What besides open tasks a reminder may speak of (RM-18). One by hand always speaks of the last message."""
    surroundings = await around(means, thread, firm)
    facts = surroundings.facts(rules.Settings(enabled=True), rules.start(0))
    found = rules.waiting(facts)
    return "message" if manual and found == "nothing" and facts.tasks_open == 0 else found


async def still_true(means: Means, letter: LetterDoc) -> bool:
    """Whether a reminder that is about to leave still says something true (RM-15): asked just before DATA."""
    if letter.thread_id is None:
        return False
    thread, firm = await _thread_and_firm(means, letter.thread_id)
    surroundings = await around(means, thread, firm)
    if letter.person_id not in {contact.id for contact in surroundings.recipients} or not surroundings.active:
        return False
    # The count and the toggle were judged when it was fired; what is left is whether there is something to say.
    facts = surroundings.facts(rules.Settings(enabled=True, number=rules.NUMBER_MAX), rules.start(letter.created_at))
    if letter.manual:
        return True
    disabled = thread.reminder is None or not thread.reminder.enabled
    return not disabled and isinstance(rules.evaluate(facts), rules.Due)


async def _thread_and_firm(means: Means, thread_id: Id) -> tuple[ThreadDoc, FirmDoc]:
    thread = await means.store.threads.get(thread_id)
    firm = await means.store.firms.get(thread.firm_id) if thread else None
    if thread is None or firm is None:
        raise NotFound("There is no such thread.")
    return thread, firm


async def _view(context: Context, thread_id: Id) -> ReminderView:
    means = context.means
    thread, firm = await _thread_and_firm(means, thread_id)
    surroundings = await around(means, thread, firm)
    links = await means.store.people.links_of_account(thread.account_id)
    contacts = {c.id: c for c in await means.store.people.contacts([link.contact_id for link in links])}
    rows = await means.store.reminder_rows.of_thread(thread.id)
    return ReminderView(
        reminder=seen(thread.reminder, firm, surroundings, context.clock.now()),
        recipients=[
            Recipient(
                contact_id=link.contact_id,
                name=contacts[link.contact_id].name,
                email=contacts[link.contact_id].email,
                notify=link.notify and link.notify_messages,
            )
            for link in links
            if link.login and link.contact_id in contacts
        ],
        rows=[row.seen() for row in rows],
    )
