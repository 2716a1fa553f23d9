"""The event log: dense, ordered, deduplicated streams in one collection.

Knows how events are appended (P3), found again by key (P2), read back, and settled (P9). What they are made of is in
storage.log.drafts, and how many writers are put in order in storage.log.committer.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any, Final, TypeVar

from pymongo.errors import DuplicateKeyError

from protocol.wire import Id, Ms
from storage.log.committer import SETTLED, Committer, is_key_conflict
from storage.log.drafts import (
    EVENTS,
    Appended,
    Closed,
    Draft,
    Foreign,
    Head,
    KeyTaken,
    Stored,
    event_id,
    head_from,
    seq_of,
    stored_at,
    stored_from,
    stream_range,
)
from storage.log.tries import Tries
from storage.mongo.connection import Mongo, Row, Session, SomebodyWasFirst, ours
from storage.mongo.together import Together

__all__ = ["Appended", "Closed", "Draft", "Foreign", "Head", "KeyTaken", "Stored", "Streams", "event_id"]

T = TypeVar("T")

MISSED_STREAMS_MAX: Final = 50
"""Streams in one query for what was missed: each may bring hundreds of events."""
SETTLED_PER_COMMAND_MAX: Final = 2_000
PUT_OFF_DOUBLINGS_MAX: Final = 20


class Streams:
    """The log."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._rows = mongo.rows(EVENTS)
        self.tries = Tries()
        """Keys that are on their way into the log from here."""
        self._committer = Committer(mongo, self.tries)
        self._heads = Together("heads", self._read_heads)
        self._missed = Together("missed events", self._read_missed, keys_max=MISSED_STREAMS_MAX)

    # appending

    async def append(self, draft: Draft) -> Appended:
        """Put an event at the end of its stream; returns when it is in the log, majority and journaled (P1).

        A draft whose key is already in the log changes nothing and returns the first event with `new` false. Raises
        Closed for a draft that is `only_open` in an archived thread, whatever its key, and Unavailable when the outcome
        is unknown: the same draft may then be appended again. Survives cancellation: the write is the committer's, not
        the caller's.
        """
        return await self._committer.append(draft)

    def _tried(self, key: str, outcome: asyncio.Future[Any]) -> None:
        """Called when a try has ended, however."""
        self.tries.end(key)

    async def append_in(
        self, session: Session, drafts: Sequence[Draft], heads: Mapping[str, Head] | None = None
    ) -> list[Stored]:
        """Append within a transaction (see `transact`), to one stream or several. `heads`: where they ended a moment ago,
        as far as that is known; the insert says whether they still do.

        Lets SomebodyWasFirst out when another event took the place: the whole work is then run again. Raises
        DuplicateKeyError when a draft's key is in the log, and Closed as `append` does.
        """
        streams = {draft.stream for draft in drafts}
        ends = dict(heads or {})
        unknown = streams - ends.keys()
        if len(unknown) == 1:
            ends |= {stream: await self.head(stream, session) for stream in unknown}
        elif unknown:
            ends |= await self.tips(unknown, session)
        events = []
        for draft in drafts:
            head = ends[draft.stream]
            if draft.only_open and head.archived:
                raise Closed
            head = ends[draft.stream] = head.after(draft)
            events.append(stored_at(draft, head))
        for stream in streams:
            self._committer.forget(stream)
        failed = await self._committer.insert(events, session)
        if failed is None:
            return events
        if is_key_conflict(failed):
            raise DuplicateKeyError(str(failed.get("errmsg", "")), 11000, failed)
        raise SomebodyWasFirst

    async def append_behind(
        self, streams: Collection[str], say: Callable[[Collection[str]], Awaitable[Sequence[Draft]]]
    ) -> list[Appended]:
        """Append to streams that every node appends to, such as people's own, how something is: `say` is asked once
        their ends are known, and again where somebody else has appended meanwhile, so that of two events that say how
        the same thing is the later one is never the older. What is appended, or had been with the same key; what isn't
        was left out because a stream can't be read or others were faster too often. Costs a few commands, however many
        there are."""
        return await self._committer.append_behind(streams, say)

    def held(self, streams: Iterable[str]) -> AbstractAsyncContextManager[None]:
        """Inside it nothing else is appended to these streams by this node."""
        return self._committer.held(streams)

    async def append_settling(
        self, drafts: Sequence[Draft], heads: Mapping[str, Head], settled: Sequence[Stored]
    ) -> list[Stored]:
        """Append to streams that are `held` and whose ends are known, and then note that everything that follows from
        other events has been done, in one command. What was appended: fewer than the drafts where one met something in
        its place or under its key, and then nothing is settled."""
        ends, events = dict(heads), list[Stored]()
        for draft in drafts:
            ends[draft.stream] = ends[draft.stream].after(draft)
            events.append(stored_at(draft, ends[draft.stream]))
        appended = await self._committer.insert_settling(events, [event.id for event in settled])
        return events[:appended]

    async def transact(
        self, stream: str | Sequence[str], work: Callable[[Session], Awaitable[T]], key: str | None = None
    ) -> T:
        """A transaction that appends to streams, while this node's committer of those streams stands aside.

        Otherwise as `Mongo.transact`. Survives cancellation: it ends for certain, though nobody waits for it. `key`:
        of what it makes; a try with it is under way until then.
        """
        streams = [stream] if isinstance(stream, str) else stream
        task = asyncio.create_task(self._transact(streams, work), name=f"transaction {streams[0]}")
        task.add_done_callback(_retrieved)
        if key is not None:
            self.tries.begin(key)
            task.add_done_callback(partial(self._tried, key))
        return await asyncio.shield(task)

    async def _transact(self, streams: Sequence[str], work: Callable[[Session], Awaitable[T]]) -> T:
        async with self._committer.held(set(streams)), ours():
            return await self._mongo.transact(work)

    # reading

    @asynccontextmanager
    async def moment(self) -> AsyncIterator[Session]:
        """Every read with this session, of whatever collection, sees the same moment. One read at a time."""
        async with self._mongo.client.start_session(snapshot=True) as session:
            yield session

    async def head(self, stream: str, session: Session | None = None) -> Head:
        """The end of a stream as of now; an empty stream's is at 0. Raises Unreadable."""
        row = await self._rows.find_one(stream_range(stream), {"totals": 1}, sort=[("_id", -1)], session=session)
        return head_from(row)

    async def last(self, stream: str) -> int:
        """The last seq of a stream, 0 for an empty one; also where its totals can't be read."""
        row = await self._rows.find_one(stream_range(stream), {"_id": 1}, sort=[("_id", -1)])
        return seq_of(row["_id"]) if row else 0

    async def totals_at(self, stream: str, seq: int) -> Head | None:
        """The head as it was at a position of a stream; None where there is no such event. Raises Unreadable."""
        row = await self._rows.find_one({"_id": event_id(stream, seq)}, {"totals": 1})
        return head_from(row) if row else None

    async def tips(self, streams: Iterable[str], session: Session | None = None) -> dict[str, Head]:
        """The ends of many streams as of now, in one query; an empty stream's is at 0. Raises Unreadable."""
        return await self._committer.tips(streams, session)

    async def readable_tips(self, streams: Iterable[str]) -> dict[str, Head]:
        """The same, without those that can't be read."""
        return await self._committer.readable_tips(streams)

    async def heads(self, streams: Iterable[str]) -> dict[str, int]:
        """The last seq of each stream, 0 for an empty one."""
        names = set(streams)
        return dict.fromkeys(names, 0) | await self._heads.many(names)

    async def _read_heads(self, streams: list[str]) -> dict[str, int]:
        last: list[Row] = [{"$sort": {"_id": -1}}, {"$limit": 1}, {"$project": {"_id": 1}}]
        rows = await self._of_each([[{"$match": stream_range(stream)}, *last] for stream in streams])
        return {row["_id"].rpartition(":")[0]: seq_of(row["_id"]) for row in rows}

    async def missed(self, positions: Mapping[str, int], limit: int) -> dict[str, list[Stored]]:
        """Of each stream the events above a position, ascending, at most `limit`; nothing for one without any.

        Cheaper than `read` when many ask at once, and for the same: the people of a room come back together.
        """
        async with ours():
            found = await self._missed.many((stream, after, limit) for stream, after in positions.items())
        return {stream: events for (stream, _, _), events in found.items()}

    async def _read_missed(self, asked: list[tuple[str, int, int]]) -> dict[tuple[str, int, int], list[Stored]]:
        rows = await self._of_each(
            [
                [
                    {"$match": _range(stream, after)},
                    {"$sort": {"_id": 1}},
                    {"$limit": limit},
                    {"$set": {"asked": place}},
                ]
                for place, (stream, after, limit) in enumerate(asked)
            ]
        )
        found: dict[tuple[str, int, int], list[Stored]] = {}
        for row in rows:
            found.setdefault(asked[row["asked"]], []).append(stored_from(row))
        return found

    async def _of_each(self, pipelines: list[list[Row]]) -> list[Row]:
        """What each of several pipelines finds, in one query."""
        others: list[Row] = [{"$unionWith": {"coll": "events", "pipeline": pipeline}} for pipeline in pipelines[1:]]
        return [row async for row in await self._rows.aggregate([*pipelines[0], *others])]

    async def read(self, stream: str, after: int, limit: int, session: Session | None = None) -> list[Stored]:
        """Events with a seq above `after`, ascending, at most `limit`."""
        async with ours():
            cursor = self._rows.find(_range(stream, after), session=session)
            return [stored_from(row) async for row in cursor.sort("_id", 1).limit(limit)]

    async def read_before(
        self, stream: str, before: int | None, limit: int, session: Session | None = None, *, above: int = 0
    ) -> list[Stored]:
        """Events with a seq below `before` (None: the newest) and above `above`, ascending, the latest `limit` of them."""
        end = stream + ";" if before is None else event_id(stream, before)
        async with ours():
            cursor = self._rows.find({"_id": {"$gt": event_id(stream, above), "$lt": end}}, session=session)
            rows = [stored_from(row) async for row in cursor.sort("_id", -1).limit(limit)]
        return rows[::-1]

    async def at(self, stream: str, seq: int, session: Session | None = None) -> Stored | None:
        """One event."""
        row = await self._rows.find_one({"_id": event_id(stream, seq)}, session=session)
        return stored_from(row) if row else None

    async def first_with(self, key: str) -> Stored | None:
        """The event with this key, also if another node has put it there this very moment: waits for the majority."""
        async with ours():
            return await self._committer.first_with(key)

    async def message(self, firm_id: Id, message_id: Id) -> Stored | None:
        """The event in which a message of a firm's was sent. Its id may come from anybody; a stream's name and a key
        don't."""
        row = await self._rows.find_one({"event.message_id": message_id, "firm_id": firm_id})
        return stored_from(row) if row else None

    # settling

    async def unsettled(self, before: Ms, limit: int, after: Ms = 0) -> list[Stored]:
        """Events from between two times whose consequences may not all have been drawn (P9), oldest first."""
        async with ours():
            cursor = self._rows.find({"unsettled_at": {"$gt": after, "$lt": before}})
            return [stored_from(row) async for row in cursor.sort("unsettled_at", 1).limit(limit)]

    async def settled(self, events: Sequence[Stored]) -> None:
        """Note that everything that follows from these events has been done."""
        ids = [event.id for event in events]
        for start in range(0, len(ids), SETTLED_PER_COMMAND_MAX):
            some = ids[start : start + SETTLED_PER_COMMAND_MAX]
            await self._rows.update_many({"_id": {"$in": some}}, SETTLED)

    async def put_off(self, events: Sequence[Stored], now: Ms, first_ms: int, most_ms: int) -> None:
        """Have `unsettled` not find these for a while, twice as long each time. Kept with the event, so that neither
        many schedulers nor one that is started again and again try more often; none that is settled meanwhile is found
        again."""
        times: Row = {"$min": [{"$ifNull": ["$put_off", 0]}, PUT_OFF_DOUBLINGS_MAX]}
        wait: Row = {"$min": [most_ms, {"$multiply": [first_ms, {"$pow": [2, times]}]}]}
        later: Row = {"$set": {"unsettled_at": {"$toLong": {"$add": [now, wait]}}, "put_off": {"$add": [times, 1]}}}
        ids = [event.id for event in events]
        await self._rows.update_many({"_id": {"$in": ids}, "unsettled_at": {"$exists": True}}, [later])


def _range(stream: str, after: int) -> Row:
    """The events of a stream above a position."""
    return {"_id": {"$gt": event_id(stream, after), "$lt": stream + ";"}}


def _retrieved(task: asyncio.Task[Any]) -> None:
    """The caller hears of a failure; if the caller was cancelled, nobody is left to hear."""
    if not task.cancelled():
        task.exception()
