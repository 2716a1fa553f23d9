"""A program over what openapi-python-client makes: python uses_client.py URL EMAIL PASSWORD, with the client importable."""

# mypy: ignore-errors

import sys

from chattar_client import AuthenticatedClient, Client
from chattar_client.api.me import me_read
from chattar_client.api.message import message_send
from chattar_client.api.session import session_create
from chattar_client.api.thread import thread_list, thread_open
from chattar_client.models import (
    Body,
    MessageSend,
    MessageSent,
    Paragraph,
    ParagraphType,
    SessionCreate,
    Text,
    TextType,
    ThreadList,
    ThreadOpen,
)

url, email, password = sys.argv[1:]
session = session_create.sync(client=Client(url), body=SessionCreate(email=email, password=password))
client = AuthenticatedClient(url, token=session.token)
assert me_read.sync(client=client).email == email
(thread,) = thread_list.sync(client=client, body=ThreadList()).threads
words = Text(type_=TextType.TEXT, text="Hej")
body = Body(content=[Paragraph(type_=ParagraphType.PARAGRAPH, content=[words])])
send = MessageSend(thread_id=thread.id, client_message_id="my-key-0001", body=body)
place = message_send.sync(client=client, body=send)
opened = thread_open.sync(client=client, body=ThreadOpen(thread_id=thread.id))
assert isinstance(opened.page.events[-1].event, MessageSent)
print(place.seq)
