"""A thread's stream on a pretended server, with the answers that a real one would give: for tests of pure parts."""

from protocol.accounts import AccountBrief
from protocol.asked import Asked
from protocol.body import paragraph
from protocol.client import state as s
from protocol.client import threads
from protocol.firms import Firm
from protocol.frames import EventFrame, Welcome
from protocol.ids import thread_stream
from protocol.messages import MessageSent
from protocol.people import Person
from protocol.sessions import Me
from protocol.streams import StreamEvent, StreamPage, StreamRead, ThreadOpen, ThreadOpened
from protocol.threads import Thread, ThreadCreated

THREAD, ACCOUNT, ANNA, CILLA = "1" * 32, "a" * 32, "5" * 32, "c" * 32


class Log:
    """A thread's stream on a pretended server, and the answers that it gives."""

    def __init__(self) -> None:
        self.name = thread_stream(THREAD)
        self.anna = Person(id=ANNA, side="staff", name="Anna")
        self.cilla = Person(id=CILLA, side="contact", name="Cilla")
        created = ThreadCreated(account_id=ACCOUNT, subject="Subject")
        self.events = [StreamEvent(seq=1, at=1, actor=self.anna, event=created)]

    def say(self) -> StreamEvent:
        seq = len(self.events) + 1
        said = MessageSent(message_id=f"{seq:032x}", client_message_id=f"key-{seq:06}", body=paragraph(f"m{seq}"))
        self.events.append(StreamEvent(seq=seq, at=seq, actor=self.cilla, event=said))
        return self.events[-1]

    def frame(self, event: StreamEvent) -> s.Framed:
        frame = EventFrame(stream=self.name, seq=event.seq, at=event.at, actor=event.actor, event=event.event)
        return s.Framed(frame=frame)

    def row(self) -> Thread:
        account = AccountBrief(id=ACCOUNT, name="Acme")
        row = Thread(
            id=THREAD, account=account, subject="Subject", state="active", created_at=1, created_by=self.anna, head=1,
            updated_at=1, last_message_at=1,
        )  # fmt: skip
        for event in self.events:
            row = threads.row_after(row, event, "staff")
        return row

    def answer(self, command: Asked) -> s.Happening:
        match command:
            case StreamRead(after=after, limit=limit):
                events = self.events[after or 0 :][:limit]
                return s.Paged(page=StreamPage(stream=self.name, events=events, head=len(self.events)))
            case ThreadOpen(limit=limit):
                page = StreamPage(stream=self.name, events=self.events[-limit:], head=len(self.events))
                return s.Opened(result=ThreadOpened(thread=self.row(), tasks=[], marks=[], page=page))
            case _:
                return s.Listed(threads=[self.row()])

    def welcome(self, state: s.State) -> s.Framed:
        me = Me(person=self.anna, firm=Firm(id="f" * 32, name="Firm"), email="anna@firm.example", language="en")
        heads = {name: len(self.events) for name in s.positions(state) if name == self.name}
        return s.Framed(frame=Welcome(session="9" * 32, me=me, at=1, epoch="e", heads=heads))
