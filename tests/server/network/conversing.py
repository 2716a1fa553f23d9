"""What tests of connections say and wait for."""

from __future__ import annotations

from protocol.body import paragraph
from protocol.ids import new_id
from protocol.messages import MessageSend
from protocol.wire import Id


def message(thread_id: Id, text: str = "Tack!", *, internal: bool = False) -> MessageSend:
    return MessageSend(thread_id=thread_id, client_message_id=new_id(), body=paragraph(text), internal=internal)
