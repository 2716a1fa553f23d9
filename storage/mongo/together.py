"""Reads by key, those of a moment in one query: when everybody comes back at once, everybody asks the same few things.

The first read begins at the end of this turn of the loop, with all that are asked for in it; while a query is under way
the next one gathers. A query that has begun is never joined: what somebody is told was true after they asked, which a
check of access relies on. A document that can't be read is no answer to who asked for others. Refuses to know what is read.
"""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, Generic, TypeVar

from protocol.wire import Id
from storage.mongo.connection import Rows
from storage.mongo.documents import Document, Unreadable, from_document
from storage.mongo.of_firms import FirmRows

KEYS_PER_QUERY_MAX: Final = 200
GATHER_S: Final = 0.004
"""Between two queries: each costs as much as reading twenty documents, so a busy node had better ask for several."""

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D", bound=Document)
Own = tuple[Id, str]
"""A firm and the id of a document of it."""


class Together(Generic[K, V]):
    """One kind of read, one query at a time. `read` gets different keys and answers those that it found."""

    def __init__(
        self,
        name: str,
        read: Callable[[list[K]], Awaitable[Mapping[K, V | Unreadable]]],
        *,
        keys_max: int = KEYS_PER_QUERY_MAX,
    ) -> None:
        self._name = name
        self._read = read
        self._keys_max = keys_max
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._answering: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V | None:
        """What is found under a key. Raises what the query raised, and Unreadable."""
        return await asyncio.shield(self._ask(key))  # shared with others who ask for the same

    async def many(self, keys: Iterable[K]) -> dict[K, V]:
        """What is found under each of these keys, and can be read."""
        asked = {key: self._ask(key) for key in keys}
        if asked:
            await asyncio.wait(asked.values())
        return {key: value for key, future in asked.items() if (value := _value(future)) is not None}

    def _ask(self, key: K) -> asyncio.Future[V | None]:
        future = self._waiting.get(key)
        if future is None:
            loop = asyncio.get_running_loop()
            future = self._waiting[key] = loop.create_future()
            future.add_done_callback(_retrieved)
            if self._answering is None or self._answering.done():
                # In a context of its own: the asker's may hold a deadline, which is not the others'.
                self._answering = loop.create_task(
                    self._answer(), name=f"read {self._name}", context=contextvars.Context()
                )
        return future

    async def _answer(self) -> None:
        while self._waiting:
            keys = list(self._waiting)[: self._keys_max]
            futures = [self._waiting.pop(key) for key in keys]
            try:
                found = await self._read(keys)
            except Exception as error:
                for future in futures:
                    future.set_exception(error)
            else:
                for key, future in zip(keys, futures, strict=True):
                    value = found.get(key)
                    if isinstance(value, Unreadable):
                        future.set_exception(value)
                    else:
                        future.set_result(value)
            if self._waiting:
                await asyncio.sleep(GATHER_S)  # for company; nobody waits who was the first to ask


def by_id(rows: FirmRows, kind: type[D]) -> Callable[[list[Own]], Awaitable[dict[Own, D | Unreadable]]]:
    """A read of firms' documents by whose they are and their ids: another firm's is not found."""

    async def read(keys: list[Own]) -> dict[Own, D | Unreadable]:
        found = rows.of_any(firm_id for firm_id, _ in keys).find({"_id": {"$in": [name for _, name in keys]}})
        return {(row[rows.field], row["_id"]): _from(row, kind) async for row in found}

    return read


async def all_by_id(rows: Rows, kind: type[D], ids: list[str]) -> dict[str, D | Unreadable]:
    """Documents by their ids, whosever they are."""
    return {row["_id"]: _from(row, kind) async for row in rows.find({"_id": {"$in": ids}})}


def _from(row: Mapping[str, Any], kind: type[D]) -> D | Unreadable:
    try:
        return from_document(row, kind)
    except Unreadable as error:
        return error


def _value(future: asyncio.Future[V | None]) -> V | None:
    return None if isinstance(future.exception(), Unreadable) else future.result()


def _retrieved(future: asyncio.Future[V | None]) -> None:
    """Whoever still waits hears of a failure; if nobody does, it is nobody's."""
    if not future.cancelled():
        future.exception()
