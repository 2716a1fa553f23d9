"""The event log: dense, ordered, deduplicated streams in one collection.

Knows how events are numbered (P3), found again by key (P2), and read back. Refuses to know what they mean, except for the
running totals that ride on a thread's t: stream so that unread counts and reminders never have to count.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

from protocol.entities import Person, Side
from protocol.errors import Unavailable
from protocol.events import Event, MessageSent
from protocol.wire import Id, Ms, Wire
from storage.documents import Document, from_document, to_document
from storage.mongo import Mongo, Session, SomebodyWasFirst, ours

BATCH_EVENTS_MAX: Final = 256
HEADS_CACHED_MAX: Final = 50_000
SEQ_DIGITS: Final = 13


class Draft(Wire):
    """An event that is about to happen."""

    stream: str
    firm_id: Id
    account_id: Id | None
    at: Ms
    actor: Person | None
    event: Event
    key: str | None = None
    """Unique for ever over all streams: the same key is the same event (P2)."""


class Head(Wire):
    """The end of a stream, and the totals that ride on it."""

    seq: int = 0
    staff_messages: int = 0
    contact_messages: int = 0
    last_side: Side | None = None
    """Which side wrote the last message."""
    last_staff_at: Ms | None = None
    """When staff last wrote: what a reminder's clock runs from."""

    def after(self, draft: Draft) -> "Head":
        """The head once `draft` has been appended."""
        seq = self.seq + 1
        if not isinstance(draft.event, MessageSent) or draft.actor is None:
            return msgspec.structs.replace(self, seq=seq)
        if draft.actor.side == "staff":
            return msgspec.structs.replace(
                self, seq=seq, staff_messages=self.staff_messages + 1, last_side="staff", last_staff_at=draft.at
            )
        return msgspec.structs.replace(self, seq=seq, contact_messages=self.contact_messages + 1, last_side="contact")


class Stored(Document):
    """An event in the log."""

    id: str
    stream: str
    firm_id: Id
    at: Ms
    event: Event
    totals: Head
    account_id: Id | None = None
    actor: Person | None = None
    key: str | None = None
    unsettled_at: Ms | None = None
    """Present until everything that follows from the event has been done (P9)."""

    @property
    def seq(self) -> int:
        """Its place in its stream, from 1 without a gap."""
        return self.totals.seq


class Appended(Wire):
    """What became of a draft: the event in the log, and whether this call put it there."""

    stored: Stored
    new: bool


def event_id(stream: str, seq: int) -> str:
    """The primary key of an event: sorts by stream, then by seq."""
    return f"{stream}:{seq:0{SEQ_DIGITS}d}"


def _stored(draft: Draft, head: Head) -> Stored:
    return Stored(
        id=event_id(draft.stream, head.seq),
        stream=draft.stream,
        firm_id=draft.firm_id,
        account_id=draft.account_id,
        at=draft.at,
        actor=draft.actor,
        event=draft.event,
        key=draft.key,
        totals=head,
        unsettled_at=None if draft.stream.startswith("u:") else draft.at,
    )


def _is_key_conflict(error: Mapping[str, Any]) -> bool:
    return "key" in error.get("keyPattern", {})


class Streams:
    """The log. One committer for each stream on this node groups what is waiting into one ordered insert."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.rows("events")
        self._waiting: dict[str, deque[tuple[Draft, asyncio.Future[Appended]]]] = {}
        self._committers: dict[str, asyncio.Task[None]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._heads: OrderedDict[str, Head] = OrderedDict()

    # appending

    async def append(self, draft: Draft) -> Appended:
        """Put an event at the end of its stream; returns when it is in the log, majority and journaled (P1).

        A draft whose key is already in the log changes nothing and returns the first event with `new` false. Raises
        Unavailable when the outcome is unknown: the same draft may then be appended again. Survives cancellation: the
        write is the committer's, not the caller's.
        """
        done: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(draft.stream, deque()).append((draft, done))
        if draft.stream not in self._committers:
            task = asyncio.create_task(self._commit_waiting(draft.stream), name=f"commit {draft.stream}")
            self._committers[draft.stream] = task
        return await done

    async def _commit_waiting(self, stream: str) -> None:
        waiting = self._waiting[stream]
        batch: list[tuple[Draft, asyncio.Future[Appended]]] = []
        try:
            while waiting:
                batch = [waiting.popleft() for _ in range(min(len(waiting), BATCH_EVENTS_MAX))]
                try:
                    await self._commit(stream, batch)
                except PyMongoError as error:
                    self._heads.pop(stream, None)
                    for _, done in batch:
                        if not done.done():
                            refusal = Unavailable("Not stored for certain; try again with the same key.")
                            refusal.__cause__ = error
                            done.set_exception(refusal)
        finally:
            for _, done in [*batch, *waiting]:
                if not done.done():
                    done.set_exception(Unavailable("The server is stopping; try again with the same key."))
            del self._waiting[stream], self._committers[stream]

    async def _commit(self, stream: str, batch: list[tuple[Draft, asyncio.Future[Appended]]]) -> None:
        """Insert a batch, beginning anew behind whatever was in the way, until every draft is in the log."""
        async with self._lock(stream):
            while batch:
                head = self._heads.get(stream) or await self.head(stream)
                events: list[Stored] = []
                for draft, _ in batch:
                    head = head.after(draft)
                    events.append(_stored(draft, head))
                failed: Mapping[str, Any] | None = None
                inserted = len(events)
                try:
                    await self._rows.insert_many([to_document(event) for event in events], ordered=True)
                except BulkWriteError as error:
                    failed = _first_duplicate(error)
                    inserted = int(failed["index"])
                for event, (_, done) in zip(events[:inserted], batch, strict=False):
                    if not done.done():
                        done.set_result(Appended(stored=event, new=True))
                if inserted:
                    self._remember(stream, events[inserted - 1].totals)
                batch = batch[inserted:]
                if failed is None:
                    return
                if _is_key_conflict(failed):
                    draft, done = batch.pop(0)
                    first = await self.by_key(draft.key or "")
                    if first is None:
                        raise PyMongoError(f"an event with key {draft.key!r} exists and can't be read")
                    if not done.done():
                        done.set_result(Appended(stored=first, new=False))
                else:
                    self._heads.pop(stream, None)

    async def append_in(self, session: Session, drafts: Sequence[Draft]) -> list[Stored]:
        """Append within a transaction (see `Mongo.transact`); all drafts of one call belong to one stream.

        Lets SomebodyWasFirst out when another event took the place: `transact` then runs the whole work again. Raises
        DuplicateKeyError when a draft's key is in the log.
        """
        stream = drafts[0].stream
        head = await self.head(stream, session)
        events = []
        for draft in drafts:
            head = head.after(draft)
            events.append(_stored(draft, head))
        try:
            await self._rows.insert_many([to_document(event) for event in events], ordered=True, session=session)
        except BulkWriteError as error:
            failed = _first_duplicate(error)
            if _is_key_conflict(failed):
                raise DuplicateKeyError(str(failed.get("errmsg", "")), 11000, failed) from error
            raise SomebodyWasFirst from error
        self._heads.pop(stream, None)
        return events

    def _lock(self, stream: str) -> asyncio.Lock:
        lock = self._locks.get(stream)
        if lock is None:
            if len(self._locks) > HEADS_CACHED_MAX:
                self._locks = {name: lock for name, lock in self._locks.items() if lock.locked()}
            lock = self._locks[stream] = asyncio.Lock()
        return lock

    def _remember(self, stream: str, head: Head) -> None:
        self._heads[stream] = head
        self._heads.move_to_end(stream)
        if len(self._heads) > HEADS_CACHED_MAX:
            self._heads.popitem(last=False)

    # reading

    async def head(self, stream: str, session: Session | None = None) -> Head:
        """The end of a stream as of now; an empty stream's is at 0."""
        row = await self._rows.find_one(
            {"_id": {"$gt": stream + ":", "$lt": stream + ";"}},
            {"totals": 1},
            sort=[("_id", -1)],
            session=session,
        )
        return msgspec.convert(row["totals"], Head) if row else Head()

    async def heads(self, streams: Iterable[str]) -> dict[str, int]:
        """The last seq of each stream, 0 for an empty one."""
        names = list(streams)
        found = await asyncio.gather(*(self.head(name) for name in names))
        return {name: head.seq for name, head in zip(names, found, strict=True)}

    async def read(self, stream: str, after: int, limit: int) -> list[Stored]:
        """Events with a seq above `after`, ascending, at most `limit`."""
        async with ours():
            cursor = self._rows.find({"_id": {"$gt": event_id(stream, after), "$lt": stream + ";"}})
            return [from_document(row, Stored) async for row in cursor.sort("_id", 1).limit(limit)]

    async def read_before(self, stream: str, before: int, limit: int) -> list[Stored]:
        """Events with a seq below `before`, ascending, the latest `limit` of them."""
        async with ours():
            cursor = self._rows.find({"_id": {"$gte": stream + ":", "$lt": event_id(stream, before)}})
            rows = [from_document(row, Stored) async for row in cursor.sort("_id", -1).limit(limit)]
        return rows[::-1]

    async def at(self, stream: str, seq: int, session: Session | None = None) -> Stored | None:
        """One event."""
        row = await self._rows.find_one({"_id": event_id(stream, seq)}, session=session)
        return from_document(row, Stored) if row else None

    async def by_key(self, key: str) -> Stored | None:
        """The event with this key."""
        row = await self._rows.find_one({"key": key})
        return from_document(row, Stored) if row else None

    async def message(self, message_id: Id) -> Stored | None:
        """The event in which a message was sent."""
        row = await self._rows.find_one({"event.message_id": message_id})
        return from_document(row, Stored) if row else None

    async def recent(self, firm_ids: Sequence[Id], since: Ms, limit: int) -> list[Stored]:
        """Events of these firms at or after a time, oldest first: what a hub compares itself with."""
        async with ours():
            cursor = self._rows.find({"firm_id": {"$in": list(firm_ids)}, "at": {"$gte": since}})
            return [from_document(row, Stored) async for row in cursor.sort("at", 1).limit(limit)]

    # settling

    async def unsettled(self, before: Ms, limit: int) -> list[Stored]:
        """Events older than `before` whose consequences may not all have been drawn (P9), oldest first."""
        async with ours():
            cursor = self._rows.find({"unsettled_at": {"$lt": before}})
            return [from_document(row, Stored) async for row in cursor.sort("unsettled_at", 1).limit(limit)]

    async def settled(self, events: Sequence[Stored]) -> None:
        """Note that everything that follows from these events has been done."""
        if events:
            await self._rows.bulk_write(
                [UpdateOne({"_id": event.id}, {"$unset": {"unsettled_at": ""}}) for event in events], ordered=False
            )


def _first_duplicate(error: BulkWriteError) -> Mapping[str, Any]:
    """The duplicate that stopped an ordered insert. Raises the error itself if something else did."""
    details: Mapping[str, Any] = error.details or {}
    failures: list[Mapping[str, Any]] = details.get("writeErrors", [])
    if details.get("writeConcernErrors") or not failures or failures[0].get("code") != 11000:
        raise error
    return failures[0]
