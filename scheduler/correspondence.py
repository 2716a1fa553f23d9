"""From a letter in the outbox to the facts it may state, looked up at the moment when it goes out.

Knows what makes a letter pointless: read meanwhile, archived, access or Notify gone, a reminder that isn't true
any more. Refuses to know SMTP and how a mail looks.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from protocol import body as bodies
from protocol.entities import NotificationKind
from protocol.events import MessageSent, TaskAdded
from protocol.ids import notes_stream, thread_stream
from scheduler.letter_facts import Activity, Firm, Letter, Said, Task, Waiting
from server.actions import news, reminders
from server.context import Means
from storage.accounts import AccountDoc
from storage.firms import FirmDoc
from storage.letters import LetterDoc
from storage.people import ContactDoc, StaffDoc
from storage.streams import Stored
from storage.threads import ThreadDoc

EVENTS_READ_MAX = 200
DAY_MS = 86_400_000

_ACTIVITIES: Final[dict[NotificationKind, Activity]] = {
    "thread_created": "thread",
    "tasks_changed": "tasks",
    "tasks_completed": "tasks_done",
    "assignment_changed": "reassigned",
    "assignment_lost": "unassigned",
    "thread_reopened": "reopened",
}
"""How a letter to staff names what their inbox calls so. What isn't here is a message."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """The letter isn't to be sent, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Matter:
    """What a letter about a thread is about."""

    firm: FirmDoc
    account: AccountDoc
    thread: ThreadDoc
    events: list[Stored]


async def facts_of(means: Means, letter: LetterDoc) -> Letter | Dropped:
    """What the letter may say now, or why it is not to be sent."""
    firm = await means.store.firms.get(letter.firm_id)
    if firm is None:
        return Dropped("firm_gone")
    if letter.kind in ("invitation", "password_reset"):
        return await _secret_letter(means, letter, firm)
    thread = await means.store.threads.get(letter.thread_id or "")
    account = await means.store.accounts.get(letter.account_id or "")
    if thread is None or account is None:
        return Dropped("thread_gone")
    stream = notes_stream(thread.id) if letter.internal else thread_stream(thread.id)
    events = await means.store.streams.read(stream, max(letter.first_seq - 1, 0), EVENTS_READ_MAX)
    told = [event for event in events if event.seq <= letter.last_seq and not _own(event, letter)]
    matter = _Matter(firm, account, thread, told)
    if letter.side == "staff":
        return await _staff_letter(means, letter, matter)
    return await _contact_letter(means, letter, matter)


def _own(event: Stored, letter: LetterDoc) -> bool:
    """Nobody is told of what they have done themselves (NS-7), though it stands between what others did."""
    return event.actor is not None and event.actor.id == letter.person_id


def brand(firm: FirmDoc) -> Firm:
    """The firm as a letter shows it."""
    words = [word for word in firm.firm.name.split() if word[0].isalnum()]
    return Firm(
        name=firm.firm.name,
        mark="".join(word[0] for word in words[:2]).upper() or "·",
        address=firm.firm.address,
        phone=firm.firm.phone,
        website=firm.firm.website,
        accent=firm.firm.accent or "#0B5C7A",
        language=firm.firm.language,
    )


def _url(means: Means, path: str) -> str:
    """A link that leads through login straight to its place, and carries nothing else (EM-10)."""
    return f"{means.settings.own_url}/login?{urlencode({'next': path})}"


# contacts


async def _contact_letter(means: Means, letter: LetterDoc, matter: _Matter) -> Letter | Dropped:
    contact = await means.store.people.contact(letter.person_id)
    links = await means.store.people.links_of_contact(letter.person_id)
    link = next((link for link in links if link.account_id == matter.account.id), None)
    if contact is None or link is None or not (link.login and link.notify and link.notify_messages):
        return Dropped("notify_off")
    if matter.thread.state == "archived":
        return Dropped("archived")
    if letter.kind == "client_reminder":
        if not await reminders.still_true(means, letter):
            return Dropped("not_true_any_more")
    else:
        marks = await means.store.marks.of_person([matter.thread.id], contact.id)
        mark = marks.get(matter.thread.id)
        if mark is not None and mark.read_seq >= letter.last_seq:
            return Dropped("read")
    return await _to_contact(means, letter, matter, contact, len(links) > 1)


async def _to_contact(
    means: Means, letter: LetterDoc, matter: _Matter, contact: ContactDoc, several: bool
) -> Letter | Dropped:
    settings, thread = matter.firm.settings, matter.thread
    tasks = await means.store.tasks.of_thread(thread.id)
    open_tasks = tuple(Task(text=task.text) for task in tasks if not task.done)
    messages = [event for event in matter.events if isinstance(event.event, MessageSent)]
    added = [event for event in matter.events if isinstance(event.event, TaskAdded)]
    waiting = await _waiting(means, letter, matter)
    if letter.kind == "client_reminder" and waiting == "nothing" and not open_tasks:
        return Dropped("nothing_to_remind_of")
    show_text = settings.show_message_text_in_client_email
    return Letter(
        kind=letter.kind,
        firm=brand(matter.firm),
        to_email=contact.email,
        to_name=contact.name,
        greeting_name=contact.name.split()[0],
        button_url=_url(means, f"/portal/threads/{thread.id}"),
        settings_url=_url(means, "/portal/settings"),
        account_name=matter.account.name if several else "",
        who=await _who(means, matter, messages or added),
        # The subject is content too where text is hidden: it then stands in neither part (EM-7).
        thread_subject=thread.subject,
        count=max(1, len(added) if letter.kind == "client_tasks" else len(messages)),
        activity="tasks" if letter.kind == "client_tasks" else "message",
        waiting=waiting,
        tasks_open=open_tasks,
        tasks_total=len(tasks),
        show_tasks=settings.show_tasks_in_client_email,
        show_text=show_text,
        messages=tuple(_said(event) for event in messages) if show_text else (),
        reply_to=settings.reply_to or "",
        bcc=settings.bcc or "",
    )


async def _waiting(means: Means, letter: LetterDoc, matter: _Matter) -> Waiting:
    """What besides tasks a reminder may speak of (RM-18)."""
    if letter.kind != "client_reminder":
        return "nothing"
    return await reminders.waiting(means, matter.thread, matter.firm, manual=letter.manual)


async def _who(means: Means, matter: _Matter, events: list[Stored]) -> str:
    for event in reversed(events):
        if event.actor is not None:
            return event.actor.name
    last = matter.thread.last
    return last.person.name if last and last.person.side == "staff" else matter.firm.firm.name


def _said(event: Stored) -> Said:
    text = bodies.plain_text(event.event.body) if isinstance(event.event, MessageSent) else ""
    return Said(who=event.actor.name if event.actor else "", text=text)


# staff


async def _staff_letter(means: Means, letter: LetterDoc, matter: _Matter) -> Letter | Dropped:
    member = await means.store.people.staff(letter.person_id)
    if member is None or not news.may_see(member, matter.account):
        return Dropped("no_access")
    entry = await means.store.notifications.of_thread(member.id, matter.thread.id)
    if entry is None or not entry.unread:
        return Dropped("read")
    return _to_staff(means, letter, matter, member, entry.kind)


def _to_staff(means: Means, letter: LetterDoc, matter: _Matter, member: StaffDoc, kind: NotificationKind) -> Letter:
    path = f"/console/threads/{matter.thread.id}"
    messages = [event for event in matter.events if isinstance(event.event, MessageSent)]
    actors = [event.actor.name for event in matter.events if event.actor is not None]
    return Letter(
        kind=letter.kind,
        firm=brand(matter.firm),
        to_email=member.email,
        to_name=member.name,
        greeting_name=member.name.split()[0],
        language=member.language,
        button_url=_url(means, path),
        login_url=f"{means.settings.own_url}/login",
        settings_url=_url(means, "/console/settings"),
        account_name=matter.account.name,
        who=actors[-1] if actors else "",
        thread_subject=matter.thread.subject,
        count=max(1, len(messages)),
        activity=_ACTIVITIES.get(kind, "message"),
    )


# invitations and passwords


async def _secret_letter(means: Means, letter: LetterDoc, firm: FirmDoc) -> Letter | Dropped:
    person: ContactDoc | StaffDoc | None = (
        await means.store.people.contact(letter.person_id)
        if letter.side == "contact"
        else await means.store.people.staff(letter.person_id)
    )
    account = await means.store.accounts.get(letter.account_id) if letter.account_id else None
    if person is None or letter.secret is None:
        return Dropped("person_gone")
    if person.email != letter.email:
        return Dropped("address_changed")
    invited = letter.kind == "invitation"
    page, valid_s = (
        ("invitation", means.settings.invitation_s) if invited else ("reset", means.settings.password_reset_s)
    )
    return Letter(
        kind=letter.kind,
        firm=brand(firm),
        to_email=person.email,
        to_name=person.name,
        greeting_name=person.name.split()[0],
        language=person.language,
        # In the fragment, which browsers don't send: the secret stands in no log and in no Referer.
        button_url=f"{means.settings.own_url}/{page}#{letter.secret}",
        account_name=account.name if account else "",
        valid_hours=max(1, valid_s // 3600),
        reply_to=firm.settings.reply_to or "",
    )
