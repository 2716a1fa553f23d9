"""Which channel carries what: the outermost wall between contacts and what is internal (AC-6)."""

import pytest

from protocol.accounts import AccessChanged
from protocol.body import paragraph
from protocol.events import Event
from protocol.frames import EventFrame, Typing, decode_server_frame
from protocol.ids import new_id, notes_stream, thread_stream, user_stream
from protocol.messages import MessageSent
from protocol.people import Person
from server.core.announce import SHARED_CODEC, Announcer
from storage.log.streams import Head, Stored
from storage.redis.bus import (
    BusControl,
    BusEvent,
    BusMessage,
    account_channel,
    decode_message,
    firm_channel,
    user_channel,
)

FIRM, ACCOUNT, THREAD, USER = (new_id() for _ in range(4))
ANNA = Person(id=USER, side="staff", name="Anna")


class Heard:
    """A bus that remembers."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, BusMessage]] = []

    def publish(self, channel: str, payload: bytes) -> None:
        self.messages.append((channel, decode_message(payload)))

    @property
    def channels(self) -> list[str]:
        return [channel for channel, _ in self.messages]


@pytest.fixture
def heard() -> Heard:
    return Heard()


def stored(stream: str, event: Event) -> Stored:
    return Stored(
        id=f"{stream}:7", stream=stream, firm_id=FIRM, account_id=ACCOUNT, at=1, actor=ANNA, event=event,
        totals=Head(seq=7),
    )  # fmt: skip


def message() -> MessageSent:
    return MessageSent(message_id=new_id(), client_message_id="key-12345", body=paragraph("Hello"))


def test_a_message_goes_to_the_staff_and_to_the_contacts_of_the_account(heard: Heard) -> None:
    Announcer(heard).event(stored(thread_stream(THREAD), message()))
    assert heard.channels == [firm_channel(FIRM), account_channel(ACCOUNT)]


def test_an_internal_message_never_touches_the_contacts_channel(heard: Heard) -> None:
    Announcer(heard).event(stored(notes_stream(THREAD), message()))
    assert heard.channels == [firm_channel(FIRM)]


def test_writing_an_internal_message_is_not_shown_to_contacts(heard: Heard) -> None:
    announcer = Announcer(heard)
    announcer.typing(FIRM, ACCOUNT, Typing(thread_id=THREAD, person=ANNA, internal=True))
    assert heard.channels == [firm_channel(FIRM)]
    announcer.typing(FIRM, ACCOUNT, Typing(thread_id=THREAD, person=ANNA))
    assert heard.channels[1:] == [firm_channel(FIRM), account_channel(ACCOUNT)]


def test_a_personal_event_reaches_its_owner_only(heard: Heard) -> None:
    Announcer(heard).event(stored(user_stream(USER), AccessChanged(lost=[ACCOUNT])))
    assert heard.channels == [user_channel(USER)]
    assert isinstance(heard.messages[0][1], BusEvent)
    assert heard.messages[0][1].access


def test_the_frame_on_the_bus_is_the_frame_that_clients_get(heard: Heard) -> None:
    original = stored(thread_stream(THREAD), message())
    Announcer(heard).event(original)
    envelope = heard.messages[0][1]
    assert isinstance(envelope, BusEvent)
    frame = decode_server_frame(envelope.frame, SHARED_CODEC)
    assert isinstance(frame, EventFrame)
    assert (frame.stream, frame.seq, frame.event) == (original.stream, 7, original.event)


def test_the_end_of_a_session_is_told_on_the_persons_channel(heard: Heard) -> None:
    Announcer(heard).session_ended(USER, "s1")
    assert heard.messages == [(user_channel(USER), BusControl("session_ended", user_id=USER, session_id="s1"))]
