"""Single facts about the whole deployment: the movable clock of a development server, and the log's epoch."""

from contextlib import suppress

from pymongo.errors import DuplicateKeyError

from protocol.ids import new_id
from storage.mongo import Mongo


class Facts:
    """The facts."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.rows("facts")

    async def epoch(self) -> str:
        """The name of this log's life. It changes only when a database is replaced by an older copy of itself by
        somebody who then deletes it, so that no client resumes from positions that don't exist any more."""
        row = await self._rows.find_one({"_id": "epoch"})
        if row is None:
            # Another node may be faster; then its epoch holds.
            with suppress(DuplicateKeyError):
                await self._rows.insert_one({"_id": "epoch", "value": new_id()})
            row = await self._rows.find_one({"_id": "epoch"})
        return str(row["value"]) if row else ""

    async def clock_offset_ms(self) -> int:
        """How far the scheduler's clock is ahead. Only asked for with the development setting on."""
        row = await self._rows.find_one({"_id": "clock"})
        return int(row["offset_ms"]) if row else 0

    async def set_clock_offset_ms(self, offset_ms: int) -> None:
        """Move the scheduler's clock."""
        await self._rows.update_one({"_id": "clock"}, {"$set": {"offset_ms": offset_ms}}, upsert=True)
