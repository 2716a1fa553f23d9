"""How drafts get into the log: each at the end of its stream, however many write at once, in as few inserts as can be.

One place at a time answers for a stream on this node, so its order is the order of asking. Single drafts of different
streams share an insert: a round trip costs the driver and the database far more than another document in it. What is
in the way (another node, a transaction, a used key, an archived thread) is dealt with by the stream alone.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import structlog
from pymongo import UpdateMany, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern

from protocol.errors import Unavailable
from storage.log.drafts import (
    EVENTS,
    Appended,
    Closed,
    Draft,
    Head,
    Stored,
    head_from,
    stored_at,
    stored_from,
    stream_range,
)
from storage.log.tries import Tries
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import Unreadable, to_document
from storage.unions import last_of_stream

log = structlog.get_logger(__name__)

BATCH_EVENTS_MAX: Final = 256
EACH_ATTEMPTS_MAX: Final = 12
"""Each time somebody else has got further."""
GROUPS_MAX: Final = 2
"""Shared inserts under way at once: a third would make each smaller and not the wait shorter."""
HEADS_CACHED_MAX: Final = 50_000
SETTLED: Final[Row] = {"$unset": {"unsettled_at": "", "put_off": ""}}
"""The update of an event from which nothing more follows."""


@dataclass(slots=True, eq=False)
class Waiting:
    """A draft on its way into the log, and whoever waits for it, who may give up: that is no outcome of the draft."""

    draft: Draft
    done: asyncio.Future[Appended]
    decided: bool = False


class Committer:
    """Puts drafts into the log. Remembers where streams end; the unique index says whether it still is so."""

    def __init__(self, mongo: Mongo, tries: Tries) -> None:
        self._tries = tries
        self._client = mongo.client
        self._database = mongo.database
        self._local_database = mongo.database.with_options(read_concern=ReadConcern("local"))
        self._rows = mongo.rows(EVENTS)
        self._local_rows = self._rows.with_options(read_concern=ReadConcern("local"))
        self._waiting: dict[str, deque[Waiting]] = {}
        self._ready: deque[str] = deque()
        """Streams with something waiting, which nobody answers for yet."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._groups = 0
        self._locks: dict[str, asyncio.Lock] = {}
        self._heads: OrderedDict[str, Head] = OrderedDict()

    def append(self, draft: Draft) -> asyncio.Future[Appended]:
        """Have a draft put at the end of its stream, whatever becomes of the future; see `Streams.append`. A try with
        its key is under way until that is decided."""
        done: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        if draft.key is not None:
            self._tries.begin(draft.key)
        waiting = self._waiting.get(draft.stream)
        if waiting is not None:
            waiting.append(Waiting(draft, done))
            return done
        self._waiting[draft.stream] = deque([Waiting(draft, done)])
        self._ready.append(draft.stream)
        if self._groups < GROUPS_MAX:
            self._groups += 1
            self._start(self._commit_groups(), "commit groups")
        return done

    async def append_behind(
        self, streams: Collection[str], say: Callable[[Collection[str]], Awaitable[Sequence[Draft]]]
    ) -> list[Appended]:
        """Append drafts with keys to streams that other nodes append to just as often, such as people's own: their ends
        are looked up first, and only then `say` is asked what to append to those that can be read; again for what met
        something in its way. So whatever stands in them was read when everything before it stood there: of two that say
        how something is, the later one is never the older. In as few inserts as can be. Left out is what is for a stream
        whose end can't be read, and where others have been faster EACH_ATTEMPTS_MAX times."""
        done: dict[str, Appended] = {}
        async with self.held(streams):
            for attempt in range(EACH_ATTEMPTS_MAX):
                heads = await self.readable_tips(streams, certain=attempt > 0)
                events = []
                for draft in await say(heads):
                    if draft.stream in heads and draft.key is not None and draft.key not in done:
                        heads[draft.stream] = heads[draft.stream].after(draft)
                        events.append(stored_at(draft, heads[draft.stream]))
                failure = await self.insert(events)
                for event in events if failure is None else events[: failure["index"]]:
                    done[event.key or ""] = Appended(stored=event, new=True)
                if failure is None:
                    break
                if is_key_conflict(failure):
                    keys = [event.key for event in events[failure["index"] :] if event.key is not None]
                    done |= {
                        key: Appended(stored=first, new=False) for key, first in (await self._firsts(keys)).items()
                    }
            else:
                log.warning("committer.outrun", streams=len(streams))
        return list(done.values())

    async def readable_tips(self, streams: Iterable[str], *, certain: bool = False) -> dict[str, Head]:
        """The ends of those streams of which they can be told; `certain`: with everything that this node has run into."""
        heads: dict[str, Head] = {}
        for stream, end in (await (self._true_ends(streams) if certain else self._ends(streams))).items():
            try:
                heads[stream] = head_from(end)
            except Unreadable:
                log.error("committer.stream_unreadable", stream=stream)
        return heads

    @asynccontextmanager
    async def held(self, streams: Iterable[str]) -> AsyncIterator[None]:
        """Inside it nothing is committed to the streams by this node: for whatever else appends to them."""
        async with AsyncExitStack() as stack:
            for stream in sorted(streams):  # always in this order, so that no two wait for each other
                await stack.enter_async_context(self._lock(stream))
                stack.callback(self.forget, stream)
            yield

    async def tips(self, streams: Iterable[str], session: Session | None = None) -> dict[str, Head]:
        """The ends of many streams, in one query. Raises Unreadable for one that can't be told."""
        ends = await self._ends(streams, session)
        return {stream: head_from(end) for stream, end in ends.items()}

    async def _true_ends(self, streams: Iterable[str]) -> dict[str, Row | None]:
        """The same as `_true_head` for many streams."""
        names = list(streams)
        async with self._client.start_session() as session:
            await self._ends(names, session, certain=False)
            return await self._ends(names, session)

    async def _ends(
        self, streams: Iterable[str], session: Session | None = None, *, certain: bool = True
    ) -> dict[str, Row | None]:
        """The last event of each stream, as far as `head_from` wants it; not `certain`: it may be rolled back."""
        names = list(streams)
        if not names:
            return {}
        database = self._database if certain else self._local_database
        rows = await database.aggregate(
            [
                {"$documents": [{"stream": name} for name in names]},
                last_of_stream("$stream", "end"),
            ],
            session=session,
        )
        return {row["stream"]: row["end"][0] if row["end"] else None async for row in rows}

    def forget(self, stream: str) -> None:
        """Don't rely on what is remembered of a stream's end."""
        self._heads.pop(stream, None)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # streams with one draft each

    async def _commit_groups(self) -> None:
        """Insert what is ready, together as far as it goes, until nothing is."""
        try:
            while self._ready:
                await self._learn(list(self._ready)[:BATCH_EVENTS_MAX])
                group = self._next_group()
                if group:
                    await self._commit_group(group)
        finally:
            self._groups -= 1

    async def _learn(self, streams: Iterable[str]) -> None:
        """Look up the ends of streams of which nothing is remembered. An end that is out of date fails to take the
        insert, as one that is remembered may."""
        unknown = [stream for stream in streams if stream not in self._heads and not self._lock(stream).locked()]
        try:
            found = await self._ends(unknown)
        except Exception as error:
            # Each stream asks for itself then, and tells those who wait what it has heard: whatever this was, nobody
            # is left without an answer.
            log.warning("committer.not_learned", streams=len(unknown), error=type(error).__name__)
            return
        for stream, end in found.items():
            if stream not in self._heads and not self._lock(stream).locked():
                with suppress(Unreadable):  # that one asks for itself too, and the others go on
                    self._remember(stream, head_from(end))

    def _next_group(self) -> list[tuple[Waiting, Stored]]:
        """Take the streams that are ready: a plain single draft joins the group, anything else is the stream's own."""
        group: list[tuple[Waiting, Stored]] = []
        while self._ready and len(group) < BATCH_EVENTS_MAX:
            stream = self._ready.popleft()
            waiting, head, lock = self._waiting[stream], self._heads.get(stream), self._lock(stream)
            draft = waiting[0].draft
            if len(waiting) > 1 or head is None or lock.locked() or (head.archived and draft.only_open):
                self._start(self._commit_stream(stream), f"commit {stream}")
            else:
                try:
                    stored = stored_at(draft, head.after(draft))
                except Exception:
                    log.exception("committer.draft_broken", stream=stream)
                    self._start(self._commit_stream(stream), f"commit {stream}")  # which tells its sender
                else:
                    group.append((waiting.popleft(), stored))
        return group

    async def _commit_group(self, group: Sequence[tuple[Waiting, Stored]]) -> None:
        """Insert events of different streams. One that doesn't go in is left to its stream, and holds up no other."""
        locks = [self._lock(stored.stream) for _, stored in group]
        for lock in locks:
            await lock.acquire()  # free, as `_next_group` saw in this very turn of the loop: no waiting
        error: PyMongoError | None = None
        failed = set(range(len(group)))
        try:
            failed = await self._insert_apart([stored for _, stored in group])
        except PyMongoError as problem:
            error = problem
        except Exception:
            # One of them can't be written, such as a number too great for BSON. By itself it will tell its sender.
            log.exception("committer.group_broken", events=len(group))
        finally:
            for lock in locks:
                lock.release()
        for place, (waiting, stored) in enumerate(group):
            if error is not None:
                self.forget(stored.stream)
                self._refuse([waiting], _as_refusal(error))
            elif place in failed:
                self.forget(stored.stream)
                self._waiting[stored.stream].appendleft(waiting)
            else:
                self._remember(stored.stream, stored.totals)
                self._grant(waiting, Appended(stored=stored, new=True))
            self._pass_on(stored.stream, alone=place in failed)

    def _pass_on(self, stream: str, *, alone: bool) -> None:
        """After a group: what is waiting in one of its streams is ready, or, after a failure, the stream's own."""
        if not self._waiting[stream]:
            del self._waiting[stream]
        elif alone:
            self._start(self._commit_stream(stream), f"commit {stream}")
        else:
            self._ready.append(stream)

    async def _insert_apart(self, events: Sequence[Stored]) -> set[int]:
        """Insert events of different streams; the places of those that clash with something in the log."""
        if len(events) == 1:
            return set() if await self.insert(events) is None else {0}
        try:
            await self._rows.insert_many([to_document(event) for event in events], ordered=False)
        except BulkWriteError as error:
            return {int(failure["index"]) for failure in _duplicates(error)}
        return set()

    # one stream by itself

    async def _commit_stream(self, stream: str) -> None:
        """Insert what is waiting in one stream, in order, until nothing is."""
        waiting = self._waiting[stream]
        batch: list[Waiting] = []
        try:
            while waiting:
                async with self._lock(stream):
                    batch = [waiting.popleft() for _ in range(min(len(waiting), BATCH_EVENTS_MAX))]
                    try:
                        await self._commit(stream, batch)
                    except Exception as error:
                        self.forget(stream)
                        self._refuse(batch, _as_refusal(error))
        finally:
            self._refuse([*batch, *waiting], Unavailable("The server is stopping; try again with the same key."))
            del self._waiting[stream]

    async def _commit(self, stream: str, batch: list[Waiting]) -> None:
        """Insert a batch, beginning anew behind whatever was in the way, until every draft is in the log or refused."""
        head, certain = self._heads.get(stream), False
        while batch:
            if head is None:
                head, certain = await self._true_head(stream), True
            if head.archived and batch[0].draft.only_open:
                # A remembered head is proved by the insert that succeeds behind it. A refusal proves nothing.
                if certain:
                    self._refuse(batch[:1], Closed())
                    batch = batch[1:]
                else:
                    head = None
                continue
            events = _events_behind(head, batch)
            failed = await self.insert(events)
            inserted = len(events) if failed is None else int(failed["index"])
            for event, waiting in zip(events[:inserted], batch, strict=False):
                self._grant(waiting, Appended(stored=event, new=True))
            batch = batch[inserted:]
            if inserted:
                head, certain = events[inserted - 1].totals, True
                self._remember(stream, head)
            if failed is None:
                continue
            if not is_key_conflict(failed):
                # Somebody else took the place: another node, or a transaction.
                head = None
                continue
            first = await self.first_with(batch[0].draft.key or "")
            if first is not None:
                self._grant(batch[0], Appended(stored=first, new=False))
                batch = batch[1:]

    async def insert(self, events: Sequence[Stored], session: Session | None = None) -> Mapping[str, Any] | None:
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
                return _duplicates(error)[0]
        return None

    async def insert_settling(self, events: Sequence[Stored], settled: Sequence[str]) -> int:
        """Insert events in order up to the first duplicate, and, where there is none, note of these others that they are
        settled, in one command; how many were inserted."""
        # As updates, which find nothing: one that finds its place taken fails, as an insert would.
        free: Row = {"stream": {"$exists": False}}
        writes: list[UpdateOne | UpdateMany] = []
        for document in map(to_document, events):
            fields = {name: value for name, value in document.items() if name != "_id"}
            writes.append(UpdateOne({"_id": document["_id"], **free}, {"$setOnInsert": fields}, upsert=True))
        if settled:
            writes.append(UpdateMany({"_id": {"$in": list(settled)}}, SETTLED))
        try:
            if writes:
                await self._rows.bulk_write(writes, ordered=True)
        except BulkWriteError as error:
            return int(_duplicates(error)[0]["index"])
        return len(events)

    async def _true_head(self, stream: str) -> Head:
        """The head with everything that this node has run into, even if the majority has it only in a moment."""
        async with self._client.start_session() as session:
            await self._local_rows.find_one(stream_range(stream), {"_id": 1}, sort=[("_id", -1)], session=session)
            row = await self._rows.find_one(stream_range(stream), {"totals": 1}, sort=[("_id", -1)], session=session)
            return head_from(row)

    async def _firsts(self, keys: Sequence[str]) -> dict[str, Stored]:
        """The events with some of these keys, the first of which was in the way; likewise."""
        async with self._client.start_session() as session:
            await self._local_rows.find_one({"key": keys[0]}, {"_id": 1}, session=session)
            rows = self._rows.find({"key": {"$in": list(keys)}}, session=session)
            return {row["key"]: stored_from(row) async for row in rows}

    async def first_with(self, key: str) -> Stored | None:
        """The event with a key that was in the way, once it can't be rolled back; None if it was rolled back."""
        async with self._client.start_session() as session:
            # The session is causal: after the local read, the majority read waits until it has seen as much.
            await self._local_rows.find_one({"key": key}, {"_id": 1}, session=session)
            row = await self._rows.find_one({"key": key}, session=session)
            return stored_from(row) if row else None

    def _grant(self, waiting: Waiting, appended: Appended) -> None:
        if self._decided(waiting):
            waiting.done.set_result(appended)

    def _refuse(self, batch: Iterable[Waiting], error: Exception) -> None:
        """Tell those of whom nothing was decided yet."""
        for waiting in batch:
            if self._decided(waiting):
                waiting.done.set_exception(error)

    def _decided(self, waiting: Waiting) -> bool:
        """Note that what becomes of it is known; whether that is news to somebody who waits."""
        if waiting.decided:
            return False
        waiting.decided = True
        if waiting.draft.key is not None:
            self._tries.end(waiting.draft.key)
        return not waiting.done.done()

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


def is_key_conflict(failed: Mapping[str, Any]) -> bool:
    """Whether an insert clashed with a used key, rather than with an event at the same place."""
    return "key" in failed.get("keyPattern", {})


def _events_behind(head: Head, batch: Sequence[Waiting]) -> list[Stored]:
    """The drafts as events behind a head, up to one that may not stand there."""
    events: list[Stored] = []
    for draft in (waiting.draft for waiting in batch):
        if head.archived and draft.only_open:
            break
        head = head.after(draft)
        events.append(stored_at(draft, head))
    return events


def _as_refusal(error: Exception) -> Exception:
    """What those who wait hear. A fault of our own, such as a value that BSON can't hold, is not made to look temporary."""
    if not isinstance(error, PyMongoError):
        return error
    refusal = Unavailable("Not stored for certain; try again with the same key.")
    refusal.__cause__ = error
    return refusal


def _duplicates(error: BulkWriteError) -> list[Row]:
    """The duplicates that an insert met, by place. Raises the error itself if it met anything else."""
    details: Mapping[str, Any] = error.details or {}
    failures: list[Row] = details.get("writeErrors", [])
    if details.get("writeConcernErrors") or not failures or any(failure.get("code") != 11000 for failure in failures):
        raise error
    return failures
