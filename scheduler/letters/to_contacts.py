"""From a letter to a contact to what it may say at the moment when it goes out (spec 3.16, RM-18).

Knows what makes such a letter pointless: read meanwhile, done meanwhile, archived, Login or Notify gone, a reminder that
isn't true any more. Refuses to know internal messages, which have no way in here (EM-9), SMTP and how a mail looks.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from protocol.ids import new_id
from protocol.messages import MessageSent
from protocol.tasks import TaskAdded
from scheduler.letters import unread
from scheduler.letters.facts import Kind, Letter, Said, Task, Waiting
from scheduler.letters.matter import Dropped, Matter, brand, first_name, url_of
from scheduler.letters.unread import Unread
from server.core import auth, cabinet
from server.core.context import Context, Means
from server.reminders import actions as reminders
from server.sessions import invitations
from storage.log.streams import Stored
from storage.people import ContactDoc
from storage.tasks import TaskDoc


async def facts_of(means: Means, matter: Matter) -> Letter | Dropped:
    """What the letter may say now, or why it is not to be sent."""
    letter, people = matter.letter, means.store.people
    contact = await people.contact(letter.firm_id, letter.person_id)
    links = await people.links_of_contact(letter.firm_id, letter.person_id)
    link = next((link for link in links if link.account_id == matter.account.id), None)
    if contact is None or link is None or not (link.login and link.notify and link.notify_messages):
        return Dropped("notify_off")
    if matter.thread.state == "archived":
        return Dropped("archived")
    tasks = await means.store.tasks.of_thread(matter.thread.firm_id, matter.thread.id)
    if letter.kind == "client_reminder":
        facts = await _reminder(means, matter, contact, tasks)
    else:
        facts = await _news(means, matter, contact, tasks)
    if isinstance(facts, Dropped):
        return facts
    sent = _to(means, matter, contact, facts, tasks, several=len(links) > 1)
    if sent.show_text:
        sent = replace(sent, messages=await _said(means, contact, facts.messages))
    return sent if contact.activated_at is not None else await _with_banner(means, matter, contact, sent)


async def _with_banner(means: Means, matter: Matter, contact: ContactDoc, sent: Letter) -> Letter:
    """The same to who has not activated: a way in on top and no message text (NC-5, AC-8), nor the subject, which may hold
    some (EM-7) and which nobody has proved to be for this address. The firm's copy goes with the same bytes, and whoever
    reads it must not be let in as the contact: there is none."""
    secret = await invitations.secret_in(means, matter.letter, contact)
    url = f"{means.settings.own_url}/invitation#{secret}"
    return replace(sent, activate_url=url, show_text=False, thread_subject="", messages=(), messages_earlier=0, bcc="")


class _Said:
    """What the letter tells of: how it is called, how much it is, and whose doing, if it is one person's."""

    def __init__(self, kind: Kind, waiting: Waiting, count: int, messages: Sequence[Stored], events: Sequence[Stored]):
        self.kind = kind
        self.waiting = waiting
        self.count = count
        self.messages = messages
        people = {event.actor.id for event in events if event.actor is not None}
        # Of messages the latest's author is named; but who has added one of two tasks hasn't added two.
        self.who = "" if kind == "client_tasks" and len(people) > 1 else _latest(events)


def _latest(events: Sequence[Stored]) -> str:
    return next((event.actor.name for event in reversed(events) if event.actor is not None), "")


async def _news(means: Means, matter: Matter, contact: ContactDoc, tasks: Sequence[TaskDoc]) -> _Said | Dropped:
    """What has come since the contact was last there (NC-1), as far as the letter goes. One that has been read in part
    tells of the rest, and is called after it (EM-8)."""
    letter = matter.letter
    waits = await unread.by_contact(
        means, matter.thread.firm_id, matter.thread.id, contact.id, letter.first_seq, letter.last_seq
    )
    if not waits.events:
        return Dropped("read")
    if letter.kind == "client_new_thread" and waits.after < letter.first_seq:
        return _Said("client_new_thread", "nothing", waits.count, waits.messages, waits.messages)
    if waits.count:
        return _Said("client_messages", "nothing", waits.count, waits.messages, waits.messages)
    added = _still_open(waits, tasks)
    if not added:
        return Dropped("nothing_new")
    return _Said("client_tasks", "nothing", len(added), (), added)


def _still_open(waits: Unread, tasks: Sequence[TaskDoc]) -> list[Stored]:
    """The tasks that were added and are neither ticked nor deleted since."""
    left = {task.id for task in tasks if not task.done}
    return [event for event in waits.events if isinstance(event.event, TaskAdded) and event.event.task.id in left]


async def _reminder(means: Means, matter: Matter, contact: ContactDoc, tasks: Sequence[TaskDoc]) -> _Said | Dropped:
    """What a reminder is about: what the contact has not read, or the last message if that is what waits (RM-5), and
    the tasks (RM-18)."""
    letter, thread = matter.letter, matter.thread
    if not await reminders.still_true(means, letter):
        return Dropped("not_true_any_more")
    waiting = await reminders.waiting(means, thread, matter.firm, manual=letter.manual)
    if waiting == "nothing":
        if all(task.done for task in tasks):
            return Dropped("nothing_to_remind_of")
        return _Said("client_reminder", waiting, 0, (), ())
    last = await means.store.streams.last(matter.stream)
    waits = await unread.by_contact(means, thread.firm_id, thread.id, contact.id, 1, last)
    messages = waits.messages or await unread.last_of_firm(means, thread.id, last)
    return _Said("client_reminder", waiting, max(waits.count, len(messages)), messages, messages)


def _to(
    means: Means, matter: Matter, contact: ContactDoc, told: _Said, tasks: Sequence[TaskDoc], *, several: bool
) -> Letter:
    settings, thread = matter.firm.settings, matter.thread
    show_text = settings.show_message_text_in_client_email
    return Letter(
        kind=told.kind,
        firm=brand(matter.firm),
        to_email=contact.email,
        to_name=contact.name,
        greeting_name=first_name(contact.name),
        button_url=url_of(means, f"/portal/threads/{thread.id}"),
        settings_url=url_of(means, "/portal/settings"),
        account_name=matter.account.name if several else "",
        who=told.who or matter.firm.firm.name,
        # The subject is content too where text is hidden: the mail's own Subject then doesn't name it (EM-7).
        thread_subject=thread.subject,
        thread_id=thread.id,
        count=max(1, told.count),
        waiting=told.waiting,
        tasks_open=tuple(Task(text=task.text) for task in tasks if not task.done),
        tasks_total=len(tasks),
        show_tasks=settings.show_tasks_in_client_email,
        show_text=show_text,
        messages_earlier=max(0, told.count - len(told.messages)) if show_text else 0,
        reply_to=settings.reply_to or "",
        bcc=settings.bcc or "",
    )


async def _said(means: Means, contact: ContactDoc, events: Sequence[Stored]) -> tuple[Said, ...]:
    """Messages as they may be printed, with how many of their documents their reader may see by now (DC-8)."""
    sent = [(event.actor, event.event) for event in events if isinstance(event.event, MessageSent)]
    carried = [document_id for _, message in sent for document_id in message.attachments]
    reader = await auth.principal_of(means.store, contact.firm_id, contact.id, "contact", new_id()) if carried else None
    seen = await cabinet.documents_seen(Context(means, reader), carried) if reader is not None else []
    ids = {document.id for document, _ in seen}
    return tuple(
        Said(
            who=actor.name if actor else "",
            body=message.body,
            attached=len(ids.intersection(message.attachments)),
        )
        for actor, message in sent
    )
