"""The event log: dense, ordered, deduplicated streams in one collection.

Knows how events are numbered (P3), found again by key (P2), and read back. Refuses to know what they mean, except for
what rides on a thread's t: stream so that nobody has to count or to look it up: message totals, and archived or not.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import msgspec
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern

from protocol.entities import Person, Side
from protocol.errors import Unavailable
from protocol.events import Event, MessageSent, ThreadArchived, ThreadReopened
from protocol.wire import Id, Ms, Wire
from storage.documents import Document, from_document, to_document
from storage.mongo import Mongo, Row, Session, SomebodyWasFirst, ours

T = TypeVar("T")

BATCH_EVENTS_MAX: Final = 256
HEADS_CACHED_MAX: Final = 50_000
SEQ_DIGITS: Final = 13


KeyTaken = DuplicateKeyError
"""Somebody has used this key before; for those who may not know the database."""


class Closed(Exception):
    """The thread is archived; nothing was appended."""


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
    only_open: bool = False
    """Not behind the archiving of its thread (MS-8): judged at the very place in the log where it would stand."""


class Head(Wire):
    """The end of a stream, and the totals that ride on it."""

    seq: int = 0
    staff_messages: int = 0
    contact_messages: int = 0
    last_side: Side | None = None
    """Which side wrote the last message."""
    last_staff_at: Ms | None = None
    """When staff last wrote: what a reminder's clock runs from."""
    archived: bool = False
    """The thread was archived and not reopened since."""

    def after(self, draft: Draft) -> "Head":
        """The head once `draft` has been appended."""
        seq = self.seq + 1
        if isinstance(draft.event, ThreadArchived | ThreadReopened):
            return msgspec.structs.replace(self, seq=seq, archived=isinstance(draft.event, ThreadArchived))
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


_Waiting = tuple[Draft, asyncio.Future[Appended]]


def _events_behind(head: Head, batch: Sequence[_Waiting]) -> list[Stored]:
    """The drafts as events behind a head, up to one that may not stand there."""
    events: list[Stored] = []
    for draft, _ in batch:
        if head.archived and draft.only_open:
            break
        head = head.after(draft)
        events.append(_stored(draft, head))
    return events


class Streams:
    """The log. One committer for each stream on this node groups what is waiting into one ordered insert."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._rows = mongo.rows("events")
        self._local_rows = self._rows.with_options(read_concern=ReadConcern("local"))
        self._waiting: dict[str, deque[_Waiting]] = {}
        self._committers: dict[str, asyncio.Task[None]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._heads: OrderedDict[str, Head] = OrderedDict()

    # appending

    async def append(self, draft: Draft) -> Appended:
        """Put an event at the end of its stream; returns when it is in the log, majority and journaled (P1).

        A draft whose key is already in the log changes nothing and returns the first event with `new` false. Raises
        Closed for a draft that is `only_open` in an archived thread, whatever its key, and Unavailable when the outcome
        is unknown: the same draft may then be appended again. Survives cancellation: the write is the committer's, not
        the caller's.
        """
        done: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(draft.stream, deque()).append((draft, done))
        if draft.stream not in self._committers:
            task = asyncio.create_task(self._commit_waiting(draft.stream), name=f"commit {draft.stream}")
            self._committers[draft.stream] = task
        return await done

    async def _commit_waiting(self, stream: str) -> None:
        waiting = self._waiting[stream]
        batch: list[_Waiting] = []
        try:
            while waiting:
                batch = [waiting.popleft() for _ in range(min(len(waiting), BATCH_EVENTS_MAX))]
                try:
                    async with self._lock(stream):
                        await self._commit(stream, batch)
                except PyMongoError as error:
                    self._heads.pop(stream, None)
                    refusal = Unavailable("Not stored for certain; try again with the same key.")
                    refusal.__cause__ = error
                    _refuse(batch, refusal)
                except Exception as error:
                    # Our own fault, such as a value that BSON can't hold: whoever sent it hears of it.
                    self._heads.pop(stream, None)
                    _refuse(batch, error)
        finally:
            _refuse([*batch, *waiting], Unavailable("The server is stopping; try again with the same key."))
            del self._waiting[stream], self._committers[stream]

    async def _commit(self, stream: str, batch: list[_Waiting]) -> None:
        """Insert a batch, beginning anew behind whatever was in the way, until every draft is in the log or refused."""
        head, certain = self._heads.get(stream), False
        while batch:
            if head is None:
                head, certain = await self._true_head(stream), True
            if head.archived and batch[0][0].only_open:
                # A remembered head is proved by the insert that succeeds behind it. A refusal proves nothing.
                if certain:
                    _refuse(batch[:1], Closed())
                    batch = batch[1:]
                else:
                    head = None
                continue
            events = _events_behind(head, batch)
            failed = await self._insert(events)
            inserted = len(events) if failed is None else int(failed["index"])
            for event, (_, done) in zip(events[:inserted], batch, strict=False):
                if not done.done():
                    done.set_result(Appended(stored=event, new=True))
            batch = batch[inserted:]
            if inserted:
                head, certain = events[inserted - 1].totals, True
                self._remember(stream, head)
            if failed is None:
                continue
            if not _is_key_conflict(failed):
                # Somebody else took the place: another node, or a transaction.
                head = None
                continue
            draft, done = batch[0]
            first = await self._first_with(draft.key or "")
            if first is not None:
                batch = batch[1:]
                if not done.done():
                    done.set_result(Appended(stored=first, new=False))

    async def _insert(self, events: Sequence[Stored], session: Session | None = None) -> Mapping[str, Any] | None:
        """Insert in order up to the first duplicate; its place (`index`) and what it clashed with, or None."""
        if len(events) == 1:
            # Cheaper than a bulk of one, and one is what most batches are.
            try:
                await self._rows.insert_one(to_document(events[0]), session=session)
            except DuplicateKeyError as error:
                return {**(error.details or {}), "index": 0}
            return None
        if events:
            try:
                await self._rows.insert_many([to_document(event) for event in events], ordered=True, session=session)
            except BulkWriteError as error:
                return _first_duplicate(error)
        return None

    async def _true_head(self, stream: str) -> Head:
        """The head with everything that this node has run into, even if the majority has it only in a moment."""
        async with self._mongo.client.start_session() as session:
            await self._local_rows.find_one(_range(stream), {"_id": 1}, sort=[("_id", -1)], session=session)
            return await self.head(stream, session)

    async def _first_with(self, key: str) -> Stored | None:
        """The event with a key that was in the way, once it can't be rolled back; None if it was rolled back."""
        async with self._mongo.client.start_session() as session:
            # The session is causal: after the local read, the majority read waits until it has seen as much.
            await self._local_rows.find_one({"key": key}, {"_id": 1}, session=session)
            return await self.by_key(key, session)

    async def append_in(self, session: Session, drafts: Sequence[Draft]) -> list[Stored]:
        """Append within a transaction (see `transact`); all drafts of one call belong to one stream.

        Lets SomebodyWasFirst out when another event took the place: the whole work is then run again. Raises
        DuplicateKeyError when a draft's key is in the log, and Closed as `append` does.
        """
        stream = drafts[0].stream
        head = await self.head(stream, session)
        events = []
        for draft in drafts:
            if draft.only_open and head.archived:
                raise Closed
            head = head.after(draft)
            events.append(_stored(draft, head))
        self._heads.pop(stream, None)
        failed = await self._insert(events, session)
        if failed is None:
            return events
        if _is_key_conflict(failed):
            raise DuplicateKeyError(str(failed.get("errmsg", "")), 11000, failed)
        raise SomebodyWasFirst

    async def transact(self, stream: str, work: Callable[[Session], Awaitable[T]]) -> T:
        """A transaction that appends to a stream, while this node's committer of that stream stands aside.

        Otherwise as `Mongo.transact`. Survives cancellation: it ends for certain, though nobody waits for it.
        """
        task = asyncio.create_task(self._transact(stream, work), name=f"transaction {stream}")
        task.add_done_callback(_retrieved)
        return await asyncio.shield(task)

    async def _transact(self, stream: str, work: Callable[[Session], Awaitable[T]]) -> T:
        async with self._lock(stream), ours():
            return await self._mongo.transact(work)

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

    @asynccontextmanager
    async def moment(self) -> AsyncIterator[Session]:
        """Every read with this session, of whatever collection, sees the same moment. One read at a time."""
        async with self._mongo.client.start_session(snapshot=True) as session:
            yield session

    async def head(self, stream: str, session: Session | None = None) -> Head:
        """The end of a stream as of now; an empty stream's is at 0."""
        row = await self._rows.find_one(_range(stream), {"totals": 1}, sort=[("_id", -1)], session=session)
        return msgspec.convert(row["totals"], Head) if row else Head()

    async def heads(self, streams: Iterable[str]) -> dict[str, int]:
        """The last seq of each stream, 0 for an empty one."""
        names = list(streams)
        found = await asyncio.gather(*(self.head(name) for name in names))
        return {name: head.seq for name, head in zip(names, found, strict=True)}

    async def read(self, stream: str, after: int, limit: int, session: Session | None = None) -> list[Stored]:
        """Events with a seq above `after`, ascending, at most `limit`."""
        async with ours():
            cursor = self._rows.find({"_id": {"$gt": event_id(stream, after), "$lt": stream + ";"}}, session=session)
            return [from_document(row, Stored) async for row in cursor.sort("_id", 1).limit(limit)]

    async def read_before(
        self, stream: str, before: int | None, limit: int, session: Session | None = None
    ) -> list[Stored]:
        """Events with a seq below `before` (None: the newest), ascending, the latest `limit` of them."""
        above = stream + ";" if before is None else event_id(stream, before)
        async with ours():
            cursor = self._rows.find({"_id": {"$gte": stream + ":", "$lt": above}}, session=session)
            rows = [from_document(row, Stored) async for row in cursor.sort("_id", -1).limit(limit)]
        return rows[::-1]

    async def at(self, stream: str, seq: int, session: Session | None = None) -> Stored | None:
        """One event."""
        row = await self._rows.find_one({"_id": event_id(stream, seq)}, session=session)
        return from_document(row, Stored) if row else None

    async def by_key(self, key: str, session: Session | None = None) -> Stored | None:
        """The event with this key."""
        row = await self._rows.find_one({"key": key}, session=session)
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


def _range(stream: str) -> Row:
    """All of a stream: its events' primary keys begin with its name and a colon, which sorts before the semicolon."""
    return {"_id": {"$gt": stream + ":", "$lt": stream + ";"}}


def _is_key_conflict(failed: Mapping[str, Any]) -> bool:
    return "key" in failed.get("keyPattern", {})


def _refuse(batch: Iterable[_Waiting], error: Exception) -> None:
    for _, done in batch:
        if not done.done():
            done.set_exception(error)


def _retrieved(task: asyncio.Task[Any]) -> None:
    """The caller hears of a failure; if the caller was cancelled, nobody is left to hear."""
    if not task.cancelled():
        task.exception()


def _first_duplicate(error: BulkWriteError) -> Mapping[str, Any]:
    """The duplicate that stopped an ordered insert. Raises the error itself if something else did."""
    details: Mapping[str, Any] = error.details or {}
    failures: list[Mapping[str, Any]] = details.get("writeErrors", [])
    if details.get("writeConcernErrors") or not failures or failures[0].get("code") != 11000:
        raise error
    return failures[0]
