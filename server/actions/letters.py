"""Which letters follow from what has happened in a thread: to contacts (NC-1) and to staff (NS-3).

Only puts them into the outbox, to wait a little and to take up what comes meanwhile (EM-8); the scheduler looks again
before each goes out, and drops those that have been read. Internal messages have no way into a contact's letter: only
events of t: are looked at (EM-9).
"""

from collections.abc import Mapping, Sequence

from protocol import events as e
from protocol.entities import Side
from protocol.ids import new_id
from protocol.wire import Email, Id
from server.actions.matter import Matter
from server.actions.news import Hearing
from server.context import Means
from storage.letters import LetterDoc, LetterKind
from storage.people import ContactDoc
from storage.streams import Stored
from storage.threads import ThreadDoc


async def follow(
    means: Means, matters: Sequence[Matter], reached: Mapping[Id, Sequence[ContactDoc]], heard: Sequence[Hearing]
) -> None:
    """Put the letters that follow from what has happened into the outbox. May be called again with the same events.

    `reached`: the recipients of each account; `heard`: what staff hear of.
    """
    letters = [letter for matter in matters for letter in _to_contacts(means, matter, reached)]
    letters += [_to_staff(means, hearing) for hearing in heard]
    await means.store.letters.bundle(letters)


def concerned(matter: Matter) -> bool:
    """Whether contacts are to be told of what has happened."""
    return matter.thread.state == "active" and _kind_for_contacts(_of_staff(matter)) is not None


def _of_staff(matter: Matter) -> list[Stored]:
    return [stored for stored in matter.visible if stored.actor is not None and stored.actor.side == "staff"]


def _kind_for_contacts(events: Sequence[Stored]) -> LetterKind | None:
    """What a letter to contacts about these events of t: is called; None when they aren't told of any (NC-1)."""
    if any(isinstance(stored.event, e.ThreadCreated) for stored in events):
        return "client_new_thread"
    if any(isinstance(stored.event, e.MessageSent) for stored in events):
        return "client_messages"
    if any(isinstance(stored.event, e.TaskAdded) for stored in events):
        return "client_tasks"
    return None


def _to_contacts(means: Means, matter: Matter, reached: Mapping[Id, Sequence[ContactDoc]]) -> list[LetterDoc]:
    thread, mine = matter.thread, _of_staff(matter)
    kind = _kind_for_contacts(mine)
    if kind is None or thread.state == "archived":
        return []
    told = [stored for stored in mine if isinstance(stored.event, e.ThreadCreated | e.MessageSent | e.TaskAdded)]
    return [
        _letter(means, thread, kind, "contact", contact.id, contact.email, told[0].seq, told[-1])
        for contact in reached.get(thread.account_id, [])
    ]


def _to_staff(means: Means, hearing: Hearing) -> LetterDoc:
    item, member = hearing.item, hearing.member
    last = max(
        (stored for stored in hearing.matter.events if stored.stream == item.stream), key=lambda stored: stored.seq
    )
    kind: LetterKind = "staff_activity"
    if member.id in item.mentioned:
        kind = "staff_mention"
    elif member.id == item.assigned:
        kind = "staff_assigned"
    return _letter(means, hearing.matter.thread, kind, "staff", member.id, member.email, item.seq, last)


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
