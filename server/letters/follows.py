"""Which letters follow from what has happened in a thread: to contacts (NC-1) and to staff (NS-3).

Only puts them into the outbox, to wait a little and to take up what comes meanwhile (EM-8); the scheduler looks again
before each goes out, and drops those that have been read. Internal messages have no way into a contact's letter: only
events of t: are looked at (EM-9).
"""

from collections.abc import Sequence

from msgspec.structs import replace

from protocol.ids import new_id
from protocol.inbox import KINDS, StaffLetter
from protocol.messages import MessageSent
from protocol.tasks import TaskAdded
from protocol.threads import ThreadCreated
from server.core.moment import Matter, Moment, Outcome, follows
from server.inbox.news import Hearing, News
from storage.letters import LetterDoc, LetterKind
from storage.log.streams import Stored
from storage.people import ContactDoc, StaffDoc
from storage.threads import ThreadDoc


@follows
def follow(moment: Moment, outcome: Outcome) -> None:
    """The letters that follow from what has happened. One for each event: the outbox makes one of those that wait for the
    same person, as it would if they came one by one."""
    for matter in moment.matters:
        outcome.letters += _to_contacts(moment, matter)
    outcome.letters += [
        _to_staff(moment, hearing, item, kind)
        for hearing in moment.heard
        for item in hearing.news
        if (kind := KINDS[item.kind_for(hearing.member.id)].letter) is not None
    ]


def concerned(events: Sequence[Stored]) -> bool:
    """Whether contacts are to be told of what has happened."""
    return any(_kind_for_contacts(stored) is not None for stored in events)


def _kind_for_contacts(stored: Stored) -> LetterKind | None:
    """What a letter to contacts about an event is called; None when they aren't told of it (NC-1)."""
    if not stored.stream.startswith("t:") or stored.actor is None or stored.actor.side != "staff":
        return None
    match stored.event:
        case ThreadCreated():
            return "client_new_thread"
        case MessageSent():
            return "client_messages"
        case TaskAdded():
            return "client_tasks"
        case _:
            return None


def _to_contacts(moment: Moment, matter: Matter) -> list[LetterDoc]:
    # Whether the thread is archived is asked when the letter goes out: until then it may be reopened.
    told = [(stored, kind) for stored in matter.visible if (kind := _kind_for_contacts(stored)) is not None]
    return [
        _letter(moment, matter.thread, kind, contact, stored.stream, stored.seq)
        for contact in moment.reached(matter)
        for stored, kind in told
    ]


def _to_staff(moment: Moment, hearing: Hearing, item: News, kind: StaffLetter) -> LetterDoc:
    member = hearing.member
    letter = _letter(moment, hearing.matter.thread, kind, member, item.stream, item.seq)
    # A colleague at work makes one letter, and not one every three minutes (EM-8, NS-8); a client is heard as ever.
    calm = item.actor.side == "staff" and not item.called(member.id)
    due_at = item.at + moment.settings.mail_delay_s * 1000  # by when it happened: drawn again, it is no later
    return replace(letter, due_at=due_at, calm_until=due_at if calm else None, wanted_at=None if calm else due_at)


def _letter(
    moment: Moment, thread: ThreadDoc, kind: LetterKind, to: StaffDoc | ContactDoc, stream: str, seq: int
) -> LetterDoc:
    now = moment.now
    return LetterDoc(
        id=new_id(),
        key=f"{stream}:{seq}:{to.id}",
        firm_id=thread.firm_id,
        kind=kind,
        side="staff" if isinstance(to, StaffDoc) else "contact",
        person_id=to.id,
        email=to.email,
        created_at=now,
        due_at=now + moment.settings.mail_delay_s * 1000,
        state="waiting",
        account_id=thread.account_id,
        thread_id=thread.id,
        first_seq=seq,
        last_seq=seq,
        internal=stream.startswith("n:"),
    )
