"""The firm's blind copies that failed, in the outbox: kept for a while with their bytes, to be sent again together.

A copy has no thread, and its firm for a person. Refuses to know who hears of it, and what a letter's states mean.
"""

from typing import Final, Literal

from protocol.wire import Email, Id, Ms
from storage.letters import LETTERS, once_more
from storage.mongo.connection import Mongo, Row
from storage.mongo.of_firms import FirmRows

KEPT_MS: Final[Ms] = 30 * 86_400_000
KEPT_MAX: Final = 500
"""Of one firm, some 20 kB each: what is older, or more, is let go when the next one fails."""

Standing = Literal["failed", "waiting", "handed_over"]


class Copies:
    """Blind copies that failed."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, LETTERS)

    async def let_go(self, firm_id: Id, now: Ms) -> None:
        """Keep the latest only, and none for longer than KEPT_MS."""
        rows = self._rows.of(firm_id).find(_failed(firm_id), {"decided_at": 1}).sort("_id", -1)
        kept = [(row["_id"], row["decided_at"]) async for row in rows]
        gone = [copy for at, (copy, since) in enumerate(kept) if at >= KEPT_MAX or since < now - KEPT_MS]
        if gone:
            await self._rows.of(firm_id).update_many({"_id": {"$in": gone}}, {"$unset": {"mail": ""}})

    async def retry(self, firm_id: Id, email: Email, now: Ms) -> int:
        """All that are kept wait again, to go to this address; how many they are."""
        update = once_more(now)
        update["$set"] |= {"email": email}
        return (await self._rows.of(firm_id).update_many(_failed(firm_id), update)).modified_count

    async def standing(self, firm_id: Id) -> Standing:
        """How those stand that failed once: some still do, or are on their way again, or none is left."""
        if await self._rows.of(firm_id).find_one(_failed(firm_id), {"_id": 1}) is not None:
            return "failed"
        again = {**_of(firm_id), "state": {"$in": ["waiting", "claimed", "sending"]}, "once_failed": True}
        return "handed_over" if await self._rows.of(firm_id).find_one(again, {"_id": 1}) is None else "waiting"


def _of(firm_id: Id) -> Row:
    return {"thread_id": None, "person_id": firm_id, "kind": "copy"}


def _failed(firm_id: Id) -> Row:
    return {**_of(firm_id), "state": "failed", "mail": {"$exists": True}}
