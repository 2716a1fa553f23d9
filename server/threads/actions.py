"""Threads: started, renamed, archived, reopened, assigned.

Each says what it comes to; server.threads.changing does it in one transaction. Refuses to know how a thread is shown: that
is server.threads.lists.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from msgspec import structs

from protocol import body as bodies
from protocol.asked import Done
from protocol.body import Body
from protocol.errors import Conflict, Forbidden, NotFound
from protocol.events import Event
from protocol.ids import new_id, thread_stream
from protocol.messages import MessageSent
from protocol.people import Person
from protocol.reminders import ReminderSetting
from protocol.tasks import TaskAdd, TaskAdded, TaskToAdd
from protocol.threads import (
    ThreadArchive,
    ThreadArchived,
    ThreadAssign,
    ThreadAssigned,
    ThreadCreate,
    ThreadCreated,
    ThreadRename,
    ThreadRenamed,
    ThreadReopen,
    ThreadReopened,
    ThreadView,
)
from protocol.wire import SUBJECT_CHARACTERS_MAX, TASK_CHARACTERS_MAX, Id
from server.audit import trail
from server.core import keys
from server.core.context import Context
from server.core.doing import does
from server.core.happening import happen
from server.core.rules import AccountScope, FactsScope
from server.core.said import said
from server.documents import carrying
from server.people import mentions, reachable
from server.reminders import cycles
from server.reminders import state as reminder_state
from server.shortcodes import filling
from server.templates import actions as templates
from server.threads import lists
from server.threads.changing import Change, change
from storage.accounts import AccountDoc
from storage.log.streams import Draft, Head, KeyTaken, Stored
from storage.mongo.connection import Row, Session
from storage.mongo.documents import to_document
from storage.tasks import TaskDoc
from storage.threads import Origin, Position, ReminderDoc, ThreadDoc, excerpt_of

CLEARED_AT_ONCE_MAX = 20


# starting


@dataclass(frozen=True, slots=True)
class Start:
    """A thread that somebody wants to start, already allowed and checked for form."""

    account: AccountDoc
    subject: str
    body: Body
    """Subject, body and tasks of staff as they were written: what their shortcodes stand for comes with `start`."""
    client_message_id: str
    actor: Person
    """Whose name the client sees: the person themselves, or a template's From (TP-2)."""
    origin: Origin
    key: str
    """The same key starts the same thread, for ever (P2)."""
    meant: str | None = None
    """A hash of what the command with the key said."""
    tasks: Sequence[TaskToAdd] = ()
    reminder: ReminderSetting | None = None
    attachments: Sequence[Id] = ()
    """Documents that its message carries, allowed already."""
    template_id: Id | None = None


Beside = Callable[[Session], Awaitable[Sequence[Stored]]]
"""Does what belongs to a start in its transaction; what it appended, which is told with it. What it raises undoes all."""


@does(ThreadCreate)
async def create(context: Context, command: ThreadCreate, scope: AccountScope) -> ThreadView:
    """Start a thread with its first message (TH-7, TH-10); the same key from the same person starts one (P2).

    Raises Forbidden where a contact may not (AC-3) or asks for what is the firm's to give, Invalid for a blank subject
    or body, Conflict `account_not_activated` where nobody could read it (TH-9), `template_gone` where the template has been
    deleted, or for a key that meant something else.
    """
    principal, account = context.principal, scope.account
    key, meant = f"{principal.user_id}:{command.client_message_id}", keys.meaning(command)

    async def work() -> ThreadDoc:
        return await start(context, await checked(context, command, account, key, meant))

    thread = await started(context, key, meant)
    if thread is None:
        tries = context.store.streams.tries
        thread = await keys.once(tries, key, work, lambda: started(context, key, meant))
    return ThreadView(thread=await lists.row_of(context, thread))


async def checked(
    context: Context, command: ThreadCreate, account: AccountDoc, key: str, meant: str | None = None
) -> Start:
    """The command as a start that is allowed and checked for form. Raises as `create` does."""
    principal = context.principal
    if not principal.is_staff:
        await _contact_may_start(context, command)
    elif command.template_id is not None:
        await templates.must_be(context, command.template_id)
    mentioned = bodies.check(command.body, may_be_blank=bool(command.attachments))
    return Start(
        account=account,
        subject=said("$.subject", command.subject),
        body=await mentions.with_true_names(context, account.id, command.body, mentioned),
        client_message_id=command.client_message_id,
        actor=principal.person,
        origin="manual" if principal.is_staff else "client",
        key=key,
        meant=meant,
        tasks=command.tasks,
        reminder=command.reminder,
        attachments=await carrying.check(context, account.id, command.attachments, internal=False),
        template_id=command.template_id,
    )


async def _contact_may_start(context: Context, command: ThreadCreate) -> None:
    firm = await context.store.firms.get(context.principal.firm_id)
    if firm is None or not firm.firm.clients_may_create_threads:
        raise Forbidden("The firm starts the chats here; you can reply in them.", reason="clients_may_not_create")
    if command.tasks or command.reminder is not None or command.template_id is not None:
        raise Forbidden("Only staff add tasks and reminders, and use templates.")


async def started(context: Context, key: str, meant: str | None = None) -> ThreadDoc | None:
    """The thread that this key started. Raises Conflict when the key was used for something else."""
    # The event first: it comes with the thread or not at all, so a thread that starts this moment is seen whole.
    first = await context.store.streams.first_with(key)
    if first is None:
        return None
    keys.check_meaning(first.meant, meant)
    thread = await context.store.threads.by_key(context.principal.firm_id, key)
    if thread is None:
        raise keys.reused()
    if not context.principal.sees(thread.account_id):
        raise NotFound("There is no such thread.")
    return thread


async def could_start(context: Context, new: Start) -> None:
    """Raises what would keep it from being started now."""
    await _can_receive(context, new.account)
    await _with_values(context, new)


async def start(context: Context, new: Start, beside: Beside | None = None) -> ThreadDoc:
    """Start a thread in one transaction, then tell everybody. People, bulk runs and automations all come through here.

    Shortcodes of staff become what they stand for at this moment. Raises Conflict `account_not_activated` or
    `account_archived`, Invalid for what says nothing without them or is too long with their values; a failed start leaves
    nothing behind. Lets out what `beside` raises.
    """
    contact_ids = await _can_receive(context, new.account)
    if new.origin != "client":
        new = await _with_values(context, new)
    thread_id, at = new_id(), context.clock.now()
    tasks = _tasks(new, thread_id, at)
    drafts = [
        Draft(
            stream=thread_stream(thread_id),
            firm_id=new.account.firm_id,
            account_id=new.account.id,
            at=at,
            actor=new.actor,
            event=event,
            key=new.key if isinstance(event, MessageSent) else None,
            meant=new.meant if isinstance(event, MessageSent) else None,
        )
        for event in _first_events(new, tasks)
    ]
    reminder = await _reminder(context, new, drafts)

    async def work(session: Session) -> tuple[ThreadDoc, list[Stored]]:
        besides = await beside(session) if beside is not None else ()
        stored = await context.store.streams.append_in(session, drafts)
        thread = _new_row(new, thread_id, stored, len(tasks), reminder, contact_ids)
        await context.store.threads.add(thread, session)
        await context.store.tasks.add_all(tasks, session)
        await carrying.note(context, drafts, session)
        await trail.note_all(context, thread, "task.added", [task.text for task in tasks], session)
        return thread, [*stored, *besides]

    try:
        return await happen(context.means, work, streams=thread_stream(thread_id), key=new.key)
    except KeyTaken:
        # Our own retry was faster, or a key of a task or message was used before.
        first = await started(context, new.key, new.meant)
        if first is None:
            raise Conflict("A task's key was used before.", reason="key_reused") from None
        return first


async def _with_values(context: Context, new: Start) -> Start:
    """What staff wrote, with what its shortcodes stand for in this account (TH-5, BK-3). Raises Invalid where that leaves
    nothing, or doesn't fit."""
    filled = await filling.fill(context, new.account, [new.subject, *(task.text for task in new.tasks)], new.body)
    subject, *texts = filled.lines
    body = filled.body or new.body
    bodies.check(body, may_be_blank=bool(new.attachments))
    tasks = [
        structs.replace(task, text=filling.fitting(f"$.tasks[{place}].text", text, TASK_CHARACTERS_MAX))
        for place, (task, text) in enumerate(zip(new.tasks, texts, strict=True))
    ]
    subject = filling.fitting("$.subject", said("$.subject", subject), SUBJECT_CHARACTERS_MAX)
    return replace(new, subject=subject, body=body, tasks=tasks)


def _first_events(new: Start, tasks: Sequence[TaskDoc]) -> list[Event]:
    message = MessageSent(
        message_id=new_id(),
        client_message_id=new.client_message_id,
        body=new.body,
        attachments=list(new.attachments),
    )
    created = ThreadCreated(account_id=new.account.id, subject=new.subject)
    return [created, message, *(TaskAdded(task=task.seen()) for task in tasks)]


def _tasks(new: Start, thread_id: Id, at: int) -> list[TaskDoc]:
    return [
        TaskDoc(
            id=new_id(),
            firm_id=new.account.firm_id,
            account_id=new.account.id,
            thread_id=thread_id,
            text=said(f"$.tasks[{place}].text", task.text),
            position=place + 1,
            done=False,
            created_by=new.actor,
            created_at=at,
            key=f"{new.actor.id}:{task.client_task_id}" if task.client_task_id else None,
            meant=_meant_as_task(thread_id, task),
        )
        for place, task in enumerate(new.tasks)
    ]


def _meant_as_task(thread_id: Id, task: TaskToAdd) -> str | None:
    """What the task's key stands for, as if it had been added by a command of its own."""
    if task.client_task_id is None:
        return None
    return keys.meaning(TaskAdd(thread_id=thread_id, client_task_id=task.client_task_id, text=task.text))


def _new_row(
    new: Start,
    thread_id: Id,
    stored: Sequence[Stored],
    tasks: int,
    reminder: ReminderDoc | None,
    contact_ids: Sequence[Id],
) -> ThreadDoc:
    totals, at = stored[-1].totals, stored[0].at
    last, last_seq = excerpt_of(stored)
    position = Position(seq=last_seq, messages=totals.staff_messages, at=at)
    return ThreadDoc(
        id=thread_id,
        firm_id=new.account.firm_id,
        account_id=new.account.id,
        subject=new.subject,
        state="active",
        origin=new.origin,
        created_at=at,
        created_by=new.actor,
        last_message_at=at,
        updated_at=at,
        visible_at=at,
        firm_unread=totals.contact_messages,
        has_unread=totals.contact_messages > 0,
        head=totals,
        firm_read=Position(),
        contact_read=position if new.actor.side == "contact" else Position(),
        readers={contact: totals.staff_messages if contact == new.actor.id else 0 for contact in contact_ids},
        tasks_done=0,
        tasks_total=tasks,
        found_by=new.account.found_by,
        carries=bool(new.attachments),
        last=last,
        last_seq=last_seq,
        reminder=reminder,
        template_id=new.template_id,
        key=new.key,
    )


async def _reminder(context: Context, new: Start, drafts: Sequence[Draft]) -> ReminderDoc | None:
    """The reminder's first state, which has heard of everything that the thread begins with."""
    if new.reminder is None:
        return None
    firm = await context.store.firms.get(new.account.firm_id)
    if firm is None:
        raise NotFound("There is no such firm.")
    head = Head()
    for draft in drafts:
        head = head.after(draft)
    around = await cycles.around_new(context.means, new.account.id, firm, head, len(new.tasks))
    chosen = new.reminder.after_last or firm.settings.reminder_after_last
    setting = structs.replace(new.reminder, after_last=chosen)
    return reminder_state.initial(setting, drafts[0].at, head.seq, around)


async def _can_receive(context: Context, account: AccountDoc) -> list[Id]:
    """The contacts of an account. Refuses one where nobody could read the thread (AC-8, TH-9 strict)."""
    if account.archived:
        raise Conflict(f"{account.name} is archived.", reason="account_archived")
    people = context.store.people
    links = await people.links_of_account(account.firm_id, account.id)
    if not reachable.can_read(
        links, await people.contacts(account.firm_id, [link.contact_id for link in links if link.login])
    ):
        raise reachable.refusal(context, account.name, links)
    return [link.contact_id for link in links]


# changing


@does(ThreadRename)
async def rename(context: Context, command: ThreadRename, scope: FactsScope) -> Done:
    """Change the subject (TH-11)."""
    subject = said("$.subject", command.subject)

    def decide(thread: ThreadDoc) -> Change | None:
        if thread.subject == subject:
            return None
        event, text = ThreadRenamed(subject=subject), f"{thread.subject} → {subject}"
        return Change("thread.renamed", events=[event], fields={"subject": subject}, text=text)

    await change(context, scope.thread.id, decide)
    return Done()


@does(ThreadArchive)
async def archive(context: Context, command: ThreadArchive, scope: FactsScope) -> Done:
    """Archive for staff and contacts (AR-1); one that is archived stays so."""

    def decide(thread: ThreadDoc) -> Change | None:
        if thread.state == "archived":
            return None
        by = to_document(context.principal.person)
        fields = {"state": "archived", "archived_at": context.clock.now(), "archived_by": by}
        return Change("thread.archived", events=[ThreadArchived()], fields=fields, text=thread.subject)

    await change(context, scope.thread.id, decide)
    return Done()


@does(ThreadReopen)
async def reopen(context: Context, command: ThreadReopen, scope: FactsScope) -> Done:
    """Make active again (AR-3); reminders start anew, as a consequence of the event (RM-9)."""
    await change(context, scope.thread.id, lambda thread: _reopening(context, thread))
    return Done()


def _reopening(context: Context, thread: ThreadDoc) -> Change | None:
    if thread.state == "active":
        return None
    by = to_document(context.principal.person)
    fields = {"state": "active", "reopened_at": context.clock.now(), "reopened_by": by}
    return Change("thread.reopened", events=[ThreadReopened()], fields=fields, text=thread.subject)


async def reopen_for_contact(context: Context, thread_id: Id, message: Draft) -> Stored:
    """A contact's message to an archived thread reopens it (MS-8), in one go with the message. Lets KeyTaken out."""

    def decide(thread: ThreadDoc) -> Change:
        reopening = _reopening(context, thread) or Change(audited_as="")
        return Change(
            reopening.audited_as,
            events=reopening.events,
            fields=reopening.fields,
            text=reopening.text,
            messages=[message],
        )

    async def note(session: Session) -> None:
        await carrying.note(context, [message], session)

    return (await change(context, thread_id, decide, note, key=message.key))[-1]


# assigning


@does(ThreadAssign)
async def assign(context: Context, command: ThreadAssign, scope: FactsScope) -> Done:
    """Make a colleague responsible, or nobody (AS-1). Only somebody who can see the account (AS-2); grants nothing."""
    thread, staff_id = scope.thread, command.staff_id
    assignee: Person | None = None

    async def check(session: Session) -> None:
        nonlocal assignee
        if staff_id is None:
            return
        member = await mentions.held_if_seeing(
            context.store, context.principal.firm_id, staff_id, thread.account_id, session
        )
        if member is None:
            raise Conflict("This colleague has no access to the account.", reason="assignee_without_access")
        assignee = Person(id=member.id, side="staff", name=member.name)

    def decide(row: ThreadDoc) -> Change | None:
        if row.assignee_id == staff_id:
            return None
        fields = {"assignee_id": staff_id, "assigned_by_id": context.principal.user_id}
        event, name = ThreadAssigned(assignee=assignee), assignee.name if assignee else ""
        return Change("thread.assigned", notes=[event], fields=fields, text=name)

    await change(context, thread.id, decide, check)
    return Done()


class _SeesItAgain(Exception):
    """Access came back before what follows from its loss was done."""


async def clear_assignments(context: Context, member: Person, after: Id = "") -> Id | None:
    """Somebody lost access, to one account or to all: threads that they can't see have them as assignee no more (AS-5).

    Looks at some of their threads, those behind `after`; the last of these, or None when there was none. Done twice, it
    changes nothing the second time. Those who are to hear of it do so by the event.
    """

    def decide(thread: ThreadDoc) -> Change | None:
        if thread.assignee_id != member.id:
            return None
        # `assigned_by_id` stays: they are told.
        return Change("thread.assigned", notes=[ThreadAssigned(lost_by=member)], fields={"assignee_id": None})

    firm_id = context.principal.firm_id
    query: Row = {"assignee_id": member.id, "_id": {"$gt": after}}
    thread_ids = await context.store.threads.ids(firm_id, query, CLEARED_AT_ONCE_MAX)
    for thread in await context.store.threads.many([firm_id], thread_ids):
        with suppress(_SeesItAgain):
            await change(context, thread.id, decide, partial(_still_lost, context, member.id, thread.account_id))
    return thread_ids[-1] if thread_ids else None


async def _still_lost(context: Context, staff_id: Id, account_id: Id, session: Session) -> None:
    if (
        await mentions.held_if_seeing(context.store, context.principal.firm_id, staff_id, account_id, session)
        is not None
    ):
        raise _SeesItAgain
