"""What a virus scanner has said of content: once for each content that a firm has, and gone with it (storage.blobs.blobs).

What still waits for a verdict has a time at which somebody may take it; who takes it moves that time on, so nobody else
does meanwhile, and whoever dies holds it up no longer. Refuses to know scanners, and who may see what.
"""

from collections.abc import Mapping
from typing import Final, Literal

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session, SomebodyWasFirst, keys_taken
from storage.mongo.documents import Document, if_readable, to_document
from storage.mongo.of_firms import FirmRows

ScanState = Literal["waiting", "too_large", "clean", "infected"]
SETTLED: Final = frozenset({"clean", "infected"})
"""What is said once and for all."""
_OPEN: Final[Row] = {"state": {"$in": ["waiting", "too_large"]}}


class ScanDoc(Document):
    """Some content, and what was said of it."""

    id: str
    """As the blob's: `<firm>:<sha256>`."""
    firm_id: Id
    sha256: str
    state: ScanState
    due_at: Ms | None = None
    """Of what waits, and of what was too large and is tried again: when somebody may take it."""
    tries: int = 0
    """How often it was taken."""
    found: str = ""
    """How the scanner calls what it has found."""


SCANS: Final = OfFirms("scans", IndexModel("due_at", partialFilterExpression={"due_at": {"$exists": True}}))


class Scans:
    """The verdicts."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, SCANS)

    async def get(self, firm_id: Id, sha256: str) -> ScanDoc | None:
        """Of some content of a firm."""
        row = await self._rows.of(firm_id).find_one({"_id": f"{firm_id}:{sha256}"})
        return if_readable(row, ScanDoc) if row else None

    async def asked(
        self, firm_id: Id, states: Mapping[str, ScanState], now: Ms, session: Session
    ) -> dict[str, ScanState]:
        """What is known of some contents by their hashes, in the transaction that makes documents of them; what is new is
        as `states` says, and waits from now on where that is no verdict."""
        rows = self._rows.of(firm_id)
        query: Row = {"_id": {"$in": [f"{firm_id}:{sha256}" for sha256 in states]}}
        # It writes: whoever brings a verdict in another transaction is in conflict with this one, and misses no document.
        await rows.update_many(query, {"$inc": {"asked": 1}}, session=session)
        known: dict[str, ScanState] = {
            row["sha256"]: row["state"] async for row in rows.find(query, {"sha256": 1, "state": 1}, session=session)
        }
        new = [
            ScanDoc(
                id=f"{firm_id}:{sha256}",
                firm_id=firm_id,
                sha256=sha256,
                state=state,
                due_at=None if state in SETTLED else now,
            )
            for sha256, state in states.items()
            if sha256 not in known
        ]
        try:
            async with keys_taken():
                await self._rows.insert(*map(to_document, new), session=session)
        except DuplicateKeyError:
            raise SomebodyWasFirst from None
        return {**states, **known}

    async def take(self, now: Ms, until: Ms) -> ScanDoc | None:
        """Something that is due, of whatever firm, the longest first; nobody else gets it until then."""
        row = await self._rows.across("sweep").find_one_and_update(
            {"due_at": {"$lte": now}},
            {"$set": {"due_at": until}, "$inc": {"tries": 1}},
            sort=[("due_at", 1)],
            return_document=True,
        )
        return if_readable(row, ScanDoc) if row else None

    async def put_off(self, scan: ScanDoc, until: Ms) -> None:
        """It is to be tried again at a time."""
        await self._rows.of(scan.firm_id).update_one({"_id": scan.id, **_OPEN}, {"$set": {"due_at": until}})

    async def too_large(self, scan: ScanDoc, until: Ms, session: Session) -> bool:
        """It is too large to be scanned, and is tried again at a time; False where there is a verdict."""
        update: Row = {"$set": {"state": "too_large", "due_at": until}}
        found = await self._rows.of(scan.firm_id).update_one({"_id": scan.id, **_OPEN}, update, session=session)
        return found.matched_count == 1

    async def settle(self, scan: ScanDoc, state: ScanState, found: str, session: Session) -> bool:
        """There is a verdict, in the transaction that lets documents be what follows from it; False where there was one."""
        query: Row = {"_id": scan.id, **_OPEN}
        update = {"$set": {"state": state, "found": found}, "$unset": {"due_at": ""}}
        return (await self._rows.of(scan.firm_id).update_one(query, update, session=session)).matched_count == 1

    async def forget(self, scan: ScanDoc) -> None:
        """Take one away whose content has gone."""
        await self._rows.of(scan.firm_id).delete_one({"_id": scan.id})

    async def waiting(self, most: int) -> int:
        """How much of all firms waits, counted up to `most`."""
        return await self._rows.across("sweep").count_documents({"due_at": {"$exists": True}}, limit=most)
