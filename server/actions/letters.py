"""Which letters follow from what has happened in a thread: to contacts (NC-1) and to staff (NS-3).

Only puts them into the outbox, to wait a little and to take up what comes meanwhile (EM-8); the scheduler looks again
before each goes out, and drops those that have been read. Internal messages have no way into a contact's letter: only
events of t: are looked at (EM-9).
"""

from collections.abc import Mapping, Sequence

from protocol import events as e
from protocol.ids import new_id
from protocol.wire import Id
from server.actions.matter import Matter
from server.actions.news import Hearing, News
from server.context import Means
from storage.letters import LetterDoc, LetterKind
from storage.people import ContactDoc, StaffDoc
from storage.streams import Stored
from storage.threads import ThreadDoc


async def follow(
    means: Means, matters: Sequence[Matter], reached: Mapping[Id, Sequence[ContactDoc]], heard: Sequence[Hearing]
) -> None:
    """Put the letters that follow from what has happened into the outbox. May be called again with the same events.

    `reached`: the recipients of each account; `heard`: what staff hear of. One letter for each event: the outbox makes
    one of those that wait for the same person, as it would if they came one by one.
    """
    letters = [letter for matter in matters for letter in _to_contacts(means, matter, reached)]
    letters += [
        _letter(means, hearing.matter.thread, _kind_for(item, hearing.member), hearing.member, item.stream, item.seq)
        for hearing in heard
        for item in hearing.news
    ]
    await means.store.letters.bundle(letters)


def concerned(matter: Matter) -> bool:
    """Whether contacts are to be told of what has happened."""
    return any(_kind_for_contacts(stored) is not None for stored in matter.events)


def _kind_for_contacts(stored: Stored) -> LetterKind | None:
    """What a letter to contacts about an event is called; None when they aren't told of it (NC-1)."""
    if not stored.stream.startswith("t:") or stored.actor is None or stored.actor.side != "staff":
        return None
    match stored.event:
        case e.ThreadCreated():
            return "client_new_thread"
        case e.MessageSent():
            return "client_messages"
        case e.TaskAdded():
            return "client_tasks"
        case _:
            return None


def _to_contacts(means: Means, matter: Matter, reached: Mapping[Id, Sequence[ContactDoc]]) -> list[LetterDoc]:
    # Whether the thread is archived is asked when the letter goes out: until then it may be reopened.
    told = [(stored, kind) for stored in matter.visible if (kind := _kind_for_contacts(stored)) is not None]
    return [
        _letter(means, matter.thread, kind, contact, stored.stream, stored.seq)
        for contact in reached.get(matter.thread.account_id, [])
        for stored, kind in told
    ]


def _kind_for(item: News, member: StaffDoc) -> LetterKind:
    if member.id in item.mentioned:
        return "staff_mention"
    return "staff_assigned" if member.id == item.assigned else "staff_activity"


def _letter(
    means: Means, thread: ThreadDoc, kind: LetterKind, to: StaffDoc | ContactDoc, stream: str, seq: int
) -> LetterDoc:
    now = means.clock.now()
    return LetterDoc(
        id=new_id(),
        key=f"{stream}:{seq}:{to.id}",
        firm_id=thread.firm_id,
        kind=kind,
        side="staff" if isinstance(to, StaffDoc) else "contact",
        person_id=to.id,
        email=to.email,
        created_at=now,
        due_at=now + means.settings.mail_delay_s * 1000,
        state="waiting",
        account_id=thread.account_id,
        thread_id=thread.id,
        first_seq=seq,
        last_seq=seq,
        internal=stream.startswith("n:"),
    )
