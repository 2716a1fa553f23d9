"""Chats of years: thousands of messages, put into the log as they would have got there, and far faster than people write.

Knows the log's documents. Refuses to know who looks at them, and how.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from pymongo import MongoClient

from protocol.body import paragraph
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.messages import MessageSent
from protocol.people import Person
from storage.log.drafts import Draft, Head, Stored, stored_at
from storage.mongo.documents import from_document, to_document
from tests.product import Product
from tests.stories.test_chat import ANNA, PETRA

DATABASE = "stories"
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Said:
    """A message of a past: by whom (an address), when, and whether only staff may see it."""

    text: str
    at: int
    who: str = ANNA
    internal: bool = False


def conversation(count: int, since: int, every_ms: int = DAY_MS // 8, *, notes: int = 0) -> list[Said]:
    """So many messages of two people, of one line and of many, over days. `notes`: each of so many is internal."""
    return [
        Said(
            f"Brev {number:04d} " + "med mer text " * (number % 9) * (1 + 5 * (number % 41 == 0)),
            since + number * every_ms,
            PETRA if number % 7 == 0 else ANNA,
            internal=notes > 0 and number % notes == 1,
        )
        for number in range(count)
    ]


def put_in_log(product: Product, mongo_url: str, thread_id: str, said: Iterable[Said]) -> None:
    """Messages behind what stands in a thread. What follows from them follows from the next one that is sent."""
    people = {who: msgspec.convert(product.call(who, "me.read")["person"], Person) for who in (ANNA, PETRA)}
    with MongoClient[dict[str, Any]](mongo_url) as client:
        events = client[DATABASE]["events"]
        streams = {True: notes_stream(thread_id), False: thread_stream(thread_id)}
        first = events.find_one({"stream": streams[False]})
        assert first is not None
        heads = {stream: _head(events.find_one({"stream": stream}, sort=[("_id", -1)])) for stream in streams.values()}
        made: list[dict[str, Any]] = []
        for one in said:
            stream = streams[one.internal]
            draft = Draft(
                stream=stream,
                firm_id=first["firm_id"],
                account_id=first["account_id"],
                at=one.at,
                actor=people[one.who],
                event=MessageSent(
                    message_id=new_id(),
                    client_message_id=f"forr-{new_id()}",
                    body=paragraph(one.text),
                    after=heads[streams[False]].seq if one.internal else None,
                ),
            )
            heads[stream] = heads[stream].after(draft)
            made.append(to_document(msgspec.structs.replace(stored_at(draft, heads[stream]), unsettled_at=None)))
        events.insert_many(made)


def began_at(mongo_url: str, thread_id: str, at: int) -> None:
    """The thread, and what has been said in it so far, is as old as that."""
    with MongoClient[dict[str, Any]](mongo_url) as client:
        streams = [thread_stream(thread_id), notes_stream(thread_id)]
        client[DATABASE]["events"].update_many({"stream": {"$in": streams}}, {"$set": {"at": at}})
        client[DATABASE]["threads"].update_one({"_id": thread_id}, {"$set": {"created_at": at}})


def _head(row: dict[str, Any] | None) -> Head:
    return Head() if row is None else from_document(row, Stored).totals
