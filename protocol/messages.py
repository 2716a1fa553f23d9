"""Messages: sent, internal or not."""

from typing import ClassVar

from protocol.asked import Answer, Asked
from protocol.body import Body
from protocol.documents import DocumentIds
from protocol.happened import Happened
from protocol.people import Person
from protocol.wire import ClientKey, Id, Ms, Seq, Wire


class Quote(Wire):
    """A message that another one answers: who said what, shortened (MS-7)."""

    message_id: Id
    person: Person
    text: str


class MessageSent(Happened, tag="message.sent", stands="tn"):
    """A message: in t: one that everybody in the thread may see, in n: an internal one (AC-6)."""

    message_id: Id
    client_message_id: ClientKey
    body: Body
    quote: Quote | None = None
    after: Seq | None = None
    """Only in n: the position in t: that the internal message follows when the two are shown together."""
    attachments: DocumentIds = []
    """The documents that it carries: what they are called is told to whoever may see them (`document.get`)."""


class MessageAccepted(Answer):
    """The message is in the log, majority and journaled (P1), at this place."""

    message_id: Id
    stream: str
    seq: Seq
    at: Ms


class MessageSend(Asked, tag="message.send", may="facts_seen", cost=2):
    """Write to a thread. `internal` is for staff: contacts never learn of it (AC-6)."""

    thread_id: Id
    client_message_id: ClientKey
    body: Body
    internal: bool = False
    quoted_message_id: Id | None = None
    attachments: DocumentIds = []
    """Documents of the account, which contacts may see unless it is internal (DC-1). With one the body may be blank."""
    template_id: Id | None = None
    """Refused: only a new thread begins with a template (TH-4)."""
    Result: ClassVar[type[Wire]] = MessageAccepted


class TypingSet(Asked, tag="typing.set", may="facts_seen"):
    """I am writing; send at most once in 3 s. `internal` is shown to staff only."""

    thread_id: Id
    typing: bool = True
    internal: bool = False
