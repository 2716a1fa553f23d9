"""Single facts about the whole deployment: the movable clock of a development server, the log's epoch, and which processes
the others can't hear."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from pymongo.errors import DuplicateKeyError

from protocol.ids import new_id
from protocol.wire import Ms
from storage.mongo.collections import Shared
from storage.mongo.connection import Mongo, Row

FACTS: Final = Shared("facts")
UNHEARD: Final = "unheard:"
UNHEARD_KEPT_MS: Final = 3_600_000
"""So long stays what a process has said that died without being heard again."""


class Facts:
    """The facts."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.rows(FACTS)

    async def epoch(self) -> str:
        """The name of this log's life. It changes when a database is replaced by an older copy of itself, so that no
        client resumes from positions that don't exist any more: by itself where the copy was written by mongorestore,
        which makes every collection anew; by hand where the disk was copied (docs/operations.md)."""
        collection = await self._collection()
        row = await self._rows.find_one({"_id": "epoch"})
        if row is None:
            # Another node may be faster; then its epoch holds.
            with suppress(DuplicateKeyError):
                await self._rows.insert_one({"_id": "epoch", "value": new_id(), "collection": collection})
        elif row.get("collection") != collection:
            # Written before we looked, or in a collection that this one is a copy of. The same holds here.
            value = row["value"] if "collection" not in row else new_id()
            await self._rows.replace_one(row, {"_id": "epoch", "value": value, "collection": collection})
        row = await self._rows.find_one({"_id": "epoch"})
        return str(row["value"]) if row else ""

    async def _collection(self) -> str | None:
        """What MongoDB itself calls our collection: a restored one has another name than the one it is a copy of."""
        found = await self._rows.database.list_collections(filter={"name": self._rows.name})
        async for row in found:
            return row["info"]["uuid"].hex() if "uuid" in row.get("info", {}) else None
        return None

    async def prefix(self) -> str:
        """What every channel and key of this installation begins with, so that others can use the same Redis.

        Publish/subscribe knows no database number, so the name says what an installation is: a database and its log.
        Raises PyMongoError.
        """
        return f"chattar:{self._rows.database.name}:{await self.epoch()}:"

    async def clock_offset_ms(self) -> int:
        """How far the scheduler's clock is ahead. Only asked for with the development setting on."""
        row = await self._rows.find_one({"_id": "clock"})
        return int(row["offset_ms"]) if row else 0

    async def set_clock_offset_ms(self, offset_ms: int) -> None:
        """Move the scheduler's clock."""
        await self._rows.update_one({"_id": "clock"}, {"$set": {"offset_ms": offset_ms}}, upsert=True)

    async def say_unheard(self, process: str, since: Ms, now: Ms) -> None:
        """What a process has told since a time may have reached nobody: so it is as late as `now`."""
        # Since when is said once: two clocks tell it, and a moment's difference would be news to the others.
        update: Row = {"$set": {"at": now}, "$setOnInsert": {"since": since}}
        await self._rows.update_one({"_id": UNHEARD + process}, update, upsert=True)

    async def say_heard(self, process: str, now: Ms) -> None:
        """It reaches the others again, and has told them what they missed."""
        gone = {"_id": {"$gte": UNHEARD, "$lt": UNHEARD + "~"}, "at": {"$lt": now - UNHEARD_KEPT_MS}}
        await self._rows.delete_many({"$or": [{"_id": UNHEARD + process}, gone]})

    async def unheard(self, said_after: Ms) -> Mapping[str, Ms]:
        """The processes that have said after a time that nobody hears them, and since when."""
        fresh = {"_id": {"$gte": UNHEARD, "$lt": UNHEARD + "~"}, "at": {"$gt": said_after}}
        return {row["_id"].removeprefix(UNHEARD): row["since"] async for row in self._rows.find(fresh)}
