"""What was tried and acknowledged, and the checker of what the log says about it; writers that need no server.

The checker knows the promises only: acknowledged ⊆ log (P1), one event for each key (P2), seq dense from 1 with true totals
(P3). It reads the log itself, after the faults are over.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from pymongo.errors import PyMongoError

from protocol.body import paragraph
from protocol.errors import Unavailable
from protocol.ids import new_id, thread_stream
from protocol.messages import MessageSent
from protocol.people import Person
from protocol.wire import Id
from storage.log.streams import Draft, Stored, Streams
from storage.mongo.connection import Mongo

RETRY_PAUSE_S = 0.05
PROGRESS_S = 90.0
EVENTS_MAX = 1_000_000


@dataclass
class Record:
    """What was tried and what was answered."""

    streams: list[str]
    acknowledged: dict[str, tuple[str, int]] = field(default_factory=dict)
    """key → where the first acknowledgement said that the event is."""
    tried: set[str] = field(default_factory=set)
    refused: int = 0
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by everything that moves one of the counts: what `until` waits for."""

    def acknowledge(self, key: str, place: tuple[str, int]) -> None:
        """A writer was told that its message is in the log."""
        self.acknowledged[key] = place
        self.stirred.set()

    async def until(self, holds: Callable[[], bool], within_s: float) -> None:
        """Wait for a fact about these counts. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while not holds():
                self.stirred.clear()
                await self.stirred.wait()

    async def progress(self, messages: int) -> None:
        """Wait until so many more are acknowledged: a fault then falls into work, and the writers have come back."""
        wanted = len(self.acknowledged) + messages
        await self.until(lambda: len(self.acknowledged) >= wanted, PROGRESS_S)


@dataclass
class History(Record):
    """The record of writers that append to the log themselves."""

    streams: list[str] = field(default_factory=lambda: [thread_stream(new_id()) for _ in range(4)])
    firm_id: Id = field(default_factory=new_id)
    account_id: Id = field(default_factory=new_id)

    def draft(self, stream: str, writer: Person, key: str) -> Draft:
        """A message of a writer."""
        return Draft(
            stream=stream,
            firm_id=self.firm_id,
            account_id=self.account_id,
            at=1,
            actor=writer,
            event=MessageSent(message_id=new_id(), client_message_id=key, body=paragraph(f"meddelande {key}")),
            key=f"{writer.id}:{key}",
        )

    async def write(self, log: Streams, number: int, stop: asyncio.Event) -> None:
        """One writer: message after message, each sent again until it is acknowledged, until the faults are over."""
        writer = Person(id=new_id(), side="staff" if number % 2 else "contact", name=f"Skribent {number}")
        sent = 0
        while not stop.is_set():
            stream, key = self.streams[sent % len(self.streams)], f"nyckel-{number:03d}-{sent:06d}"
            draft = self.draft(stream, writer, key)
            assert draft.key is not None
            self.tried.add(draft.key)
            while True:
                try:
                    appended = await log.append(draft)
                except Unavailable:
                    self.refused += 1
                    if stop.is_set():
                        return  # given up without an acknowledgement: it may be in the log or not
                    await asyncio.sleep(RETRY_PAUSE_S)  # as a client would, so as not to spin
                    continue
                self.acknowledge(draft.key, (appended.stored.stream, appended.stored.seq))
                break
            sent += 1


async def complaints(mongo: Mongo, record: Record) -> list[str]:
    """Everything in the log that breaks a promise; empty when all hold."""
    log = Streams(mongo)
    events: list[Stored] = []
    found: list[str] = []
    for stream in record.streams:
        mine = await log.read(stream, 0, EVENTS_MAX)
        if [event.seq for event in mine] != list(range(1, len(mine) + 1)):
            found.append(f"{stream}: seq is not dense")
        by_staff = by_contacts = 0
        for event in mine:
            if isinstance(event.event, MessageSent) and event.actor is not None:
                by_staff += event.actor.side == "staff"
                by_contacts += event.actor.side == "contact"
            if (event.totals.staff_messages, event.totals.contact_messages) != (by_staff, by_contacts):
                found.append(f"{event.id}: totals don't add up")
        events += mine
    where = {event.key: (event.stream, event.seq) for event in events if event.key is not None}
    counts = Counter(event.key for event in events if event.key is not None)
    found += [f"{key}: {count} events" for key, count in counts.items() if count > 1]
    found += [f"{key}: nobody sent it" for key in where if key not in record.tried]
    for key, place in record.acknowledged.items():
        if where.get(key) != place:
            found.append(f"{key}: acknowledged at {place}, is at {where.get(key)}")
    return found


async def until_the_database_answers(mongo: Mongo, patience_s: float = 60) -> None:
    """Wait until a majority write goes through again."""
    async with asyncio.timeout(patience_s):
        while True:
            try:
                await mongo.database["facts"].update_one({"_id": "probe"}, {"$inc": {"asked": 1}}, upsert=True)
                return
            except PyMongoError:
                await asyncio.sleep(RETRY_PAUSE_S)
