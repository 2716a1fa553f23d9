"""A small conversation in which every promise is kept, as evidence: what the judge's tests spoil. No server is needed."""

from __future__ import annotations

from msgspec.structs import replace

from protocol.accounts import AccountBrief
from protocol.body import paragraph
from protocol.client.state import OpenThread, State
from protocol.client.stream import Followed
from protocol.events import Event
from protocol.firms import Firm
from protocol.frames import EventFrame
from protocol.ids import new_id, notes_stream, thread_stream, user_stream
from protocol.inbox import Notification, NotificationUpdated
from protocol.marks import Mark, Step
from protocol.messages import MessageSent
from protocol.people import Person
from protocol.reminders import ReminderSent
from protocol.sessions import Me
from protocol.streams import StreamEvent
from protocol.threads import Excerpt, StaffPart, Thread, ThreadCreated
from storage.letters import LetterDoc
from storage.log.drafts import Head, Stored, event_id
from storage.marks import MarkDoc
from storage.notifications import NotificationDoc
from storage.reminders import ReminderRowDoc
from storage.threads import Position, ThreadDoc
from tests.disasters.storm.diary import Diary, Waiting
from tests.disasters.storm.evidence import Evidence
from tests.disasters.storm.windows import Heard, Seen

NOW = 1_800_000_000_000
FIRM, ACCOUNT, THREAD = new_id(), new_id(), new_id()
ANNA = Person(id=new_id(), side="staff", name="Anna")
PETRA = Person(id=new_id(), side="contact", name="Petra")
T, N, U = thread_stream(THREAD), notes_stream(THREAD), user_stream(ANNA.id)
BRIEF = AccountBrief(id=ACCOUNT, name="Holm")
LETTER = new_id()


class History:
    """A small conversation, whole, from which evidence is made."""

    def __init__(self) -> None:
        self.logs: dict[str, list[Stored]] = {T: [], N: [], U: [], user_stream(PETRA.id): []}
        self.diary = Diary()
        self.append(T, ANNA, ThreadCreated(account_id=ACCOUNT, subject="Bokslut"))
        for number, person in enumerate((ANNA, PETRA, ANNA, PETRA)):
            self.say(person, f"meddelande {number}")
        self.append(N, None, ReminderSent(number=1, of=1, recipients=["Petra"], after=4))
        self.entry = Notification(
            id=new_id(), thread_id=THREAD, account=BRIEF, subject="Bokslut", kind="message_from_contact", actor=PETRA,
            at=NOW + 4, created_at=NOW, text="meddelande 3",
        )  # fmt: skip
        self.append(U, None, NotificationUpdated(notification=self.entry, open_count=1))

    def append(self, stream: str, actor: Person | None, event: Event, key: str | None = None) -> Stored:
        log = self.logs[stream]
        before = log[-1].totals if log else Head()
        said = isinstance(event, MessageSent) and actor is not None
        totals = replace(
            before, seq=before.seq + 1,
            staff_messages=before.staff_messages + bool(said and actor == ANNA),
            contact_messages=before.contact_messages + bool(said and actor == PETRA),
        )  # fmt: skip
        stored = Stored(
            id=event_id(stream, totals.seq), stream=stream, firm_id=FIRM, at=NOW + len(log), event=event, totals=totals,
            actor=actor, key=key,
        )  # fmt: skip
        log.append(stored)
        return stored

    def say(self, person: Person, text: str) -> None:
        key = f"{person.id}:{text}"
        sent = MessageSent(message_id=new_id(), client_message_id=text, body=paragraph(text))
        self.diary.tried.add(key)
        stored = self.append(T, person, sent, key)
        self.diary.acknowledged[key] = (T, stored.seq)

    def window(self, name: str, person: Person) -> Seen:
        """Somebody's window, which has everything."""
        staff = person.side == "staff"
        streams = [T, N, U] if staff else [T, user_stream(PETRA.id)]
        events = {
            name: [StreamEvent(seq=e.seq, at=e.at, actor=e.actor, event=e.event) for e in self.logs[name]]
            for name in streams
        }
        row = Thread(
            id=THREAD, account=BRIEF, subject="Bokslut", state="active", created_at=NOW, created_by=ANNA, head=5,
            updated_at=NOW, last_message_at=NOW + 4, last=Excerpt(person=PETRA, text="meddelande 3", at=NOW + 4),
            unread=1 if staff else 0, read_seq=3 if staff else 5, staff=StaffPart(notes_head=1) if staff else None,
        )  # fmt: skip
        marks = {PETRA.id: Mark(person=PETRA, read=[Step(seq=5, at=NOW)])}
        state = State(
            phase="live",
            me=Me(person=person, firm=Firm(id=FIRM, name="Falk"), email="a@falk.example", language="sv"),
            streams={name: Followed(position=len(events[name]), head=len(events[name])) for name in streams},
            rows={THREAD: row},
            opened={THREAD: OpenThread(items=tuple(events[T]), notes=tuple(events.get(N, ())), marks=marks)},
            notifications={self.entry.id: self.entry} if staff else {},
            open_count=1 if staff else 0,
        )
        seen = Seen(
            name, person.id, person.side, FIRM, f"session of {name}", "json", state=state, up_until_ms=NOW + 60_000
        )
        seen.heard = [self.heard(stream, event.seq) for stream in streams for event in events[stream]]
        seen.applied = {name: [event.seq for event in events[name]] for name in streams}
        return seen

    def heard(self, stream: str, seq: int, at_ms: float | None = None) -> Heard:
        stored = self.logs[stream][seq - 1]
        frame = EventFrame(stream=stream, seq=seq, at=stored.at, actor=stored.actor, event=stored.event)
        return Heard(at_ms if at_ms is not None else stored.at + 1, 1, frame)

    def evidence(self) -> Evidence:
        thread = ThreadDoc(
            id=THREAD, firm_id=FIRM, account_id=ACCOUNT, subject="Bokslut", state="active", origin="manual",
            created_at=NOW, created_by=ANNA, last_message_at=NOW + 4, updated_at=NOW, visible_at=NOW, firm_unread=1,
            has_unread=True, head=self.logs[T][-1].totals, firm_read=Position(seq=3, messages=1),
            contact_read=Position(seq=5), tasks_done=0, tasks_total=0, notes_head=1,
        )  # fmt: skip
        entry = self.entry
        inbox = NotificationDoc(
            id=entry.id, firm_id=FIRM, user_id=ANNA.id, thread_id=THREAD, account_id=ACCOUNT, kind=entry.kind,
            actor=PETRA, at=entry.at, created_at=NOW, unread=True, archived=False, text=entry.text,
        )  # fmt: skip
        sent = self.logs[N][0]
        letter = LetterDoc(
            id=LETTER, key="reminder:1", firm_id=FIRM, kind="client_reminder", side="contact", person_id=PETRA.id,
            email="petra@holm.example", created_at=NOW, due_at=NOW, state="sent", thread_id=THREAD, attempts=1,
        )  # fmt: skip
        reminded = ReminderRowDoc(
            id="1", firm_id=FIRM, thread_id=THREAD, cycle=1, number=1, at=sent.at, planned_at=NOW, seq=4,
            recipients=["Petra"],
        )  # fmt: skip
        self.diary.waiting = [Waiting(THREAD, 1)]
        seats = {ANNA.id: {ACCOUNT}, PETRA.id: {ACCOUNT}}
        return Evidence(
            diary=self.diary, windows=[self.window("anna", ANNA), self.window("petra", PETRA)], logs=self.logs,
            accounts={THREAD: ACCOUNT}, seats_ever=seats, seats_now=dict(seats), threads={THREAD: thread},
            marks={(THREAD, PETRA.id): MarkDoc(id="m", firm_id=FIRM, thread_id=THREAD, person=PETRA, read_seq=5)},
            inbox=[inbox], reminder_rows=[reminded], letters=[letter], mails=[LETTER], at_ms=NOW + 60_000,
            shared_now=NOW + 60_000,
        )  # fmt: skip


def as_shown(stored: Stored) -> StreamEvent:
    """An event as a window holds it."""
    return StreamEvent(seq=stored.seq, at=stored.at, actor=stored.actor, event=stored.event)
