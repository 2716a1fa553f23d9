"""Which letters follow from what has happened in a thread: to contacts (NC-1) and to staff (NS-3).

Only puts them into the outbox, to wait a little and to take up what comes meanwhile (EM-8); the scheduler looks again
before each goes out, and drops those that have been read. Internal messages have no way into a contact's letter: only
events of t: are looked at (EM-9).
"""

from collections.abc import Sequence

from protocol import events as e
from protocol.entities import Side
from protocol.ids import new_id
from protocol.wire import Email, Id
from server.actions import notifications, reminders
from server.context import Means
from storage.accounts import AccountDoc
from storage.letters import LetterDoc, LetterKind
from storage.streams import Stored
from storage.threads import ThreadDoc


async def follow(means: Means, thread: ThreadDoc, account: AccountDoc, events: Sequence[Stored]) -> None:
    """Put the letters that follow from these events into the outbox. May be called again with the same events."""
    await _to_contacts(means, thread, events)
    await _to_staff(means, thread, account, events)


def _kind_for_contacts(events: Sequence[Stored]) -> LetterKind | None:
    """What a letter to contacts about these events of t: is called; None when they aren't told of any (NC-1)."""
    if any(isinstance(stored.event, e.ThreadCreated) for stored in events):
        return "client_new_thread"
    if any(isinstance(stored.event, e.MessageSent) for stored in events):
        return "client_messages"
    if any(isinstance(stored.event, e.TaskAdded) for stored in events):
        return "client_tasks"
    return None


async def _to_contacts(means: Means, thread: ThreadDoc, events: Sequence[Stored]) -> None:
    mine = [
        stored
        for stored in events
        if stored.stream.startswith("t:") and stored.actor is not None and stored.actor.side == "staff"
    ]
    kind = _kind_for_contacts(mine)
    if kind is None or thread.state == "archived":
        return
    told = [stored for stored in mine if isinstance(stored.event, e.ThreadCreated | e.MessageSent | e.TaskAdded)]
    first, last = min(stored.seq for stored in told), max(told, key=lambda stored: stored.seq)
    for contact in await reminders.recipients_of(means, thread.account_id):
        letter = _letter(means, thread, kind, "contact", contact.id, contact.email, first, last)
        await means.store.letters.bundle(letter)


async def _to_staff(means: Means, thread: ThreadDoc, account: AccountDoc, events: Sequence[Stored]) -> None:
    news = notifications.news_in(events)
    if not news:
        return
    staff = await means.store.people.firm_staff(thread.firm_id)
    last = {stored.stream: stored for stored in sorted(events, key=lambda stored: stored.seq)}
    for item in news:
        for member in notifications.audience(item, thread, account, staff):
            kind: LetterKind = "staff_activity"
            if member.id in item.mentioned:
                kind = "staff_mention"
            elif member.id == item.assigned:
                kind = "staff_assigned"
            letter = _letter(means, thread, kind, "staff", member.id, member.email, item.seq, last[item.stream])
            await means.store.letters.bundle(letter)
            if kind != "staff_activity":
                await means.store.letters.strengthen(thread.id, member.id, kind)


def _letter(
    means: Means, thread: ThreadDoc, kind: LetterKind, side: Side, person_id: Id, email: Email, first: int, last: Stored
) -> LetterDoc:
    now = means.clock.now()
    return LetterDoc(
        id=new_id(),
        key=f"{last.stream}:{last.seq}:{person_id}",
        firm_id=thread.firm_id,
        kind=kind,
        side=side,
        person_id=person_id,
        email=email,
        created_at=now,
        due_at=now + means.settings.mail_delay_s * 1000,
        state="waiting",
        account_id=thread.account_id,
        thread_id=thread.id,
        first_seq=first,
        last_seq=last.seq,
        internal=last.stream.startswith("n:"),
    )
