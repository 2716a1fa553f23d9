"""What a virus scanner has said of content: once for each content that a firm has, and gone with it (storage.blobs.blobs).

What still waits for a verdict, or has one from which not everything has followed yet, has a time at which somebody may take
it; who takes it moves that time on, so nobody else does meanwhile, and whoever dies holds it up no longer. Whoever was
too slow, so that somebody else has taken it, moves nothing any more. Refuses to know scanners, and who may see what.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final, Literal, get_args

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session, SomebodyWasFirst, keys_taken
from storage.mongo.documents import Document, if_readable, to_document
from storage.mongo.of_firms import FirmRows

ScanState = Literal["waiting", "too_large", "clean", "infected"]
SETTLED: Final[frozenset[ScanState]] = frozenset({"clean", "infected"})
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
    """When somebody may take it: of what waits, of what was too large and is tried again, and of a verdict from which
    something is still to follow for documents."""
    tries: int = 0
    """How often it was taken."""
    delay_ms: Ms = 0
    """How long it was put off last because it could not be scanned."""
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

    async def asked(self, firm_id: Id, new: Sequence[ScanDoc], now: Ms, session: Session) -> dict[str, ScanState]:
        """What is known of some contents by their hashes, in the transaction that makes documents of them; what nothing is
        known of is as `new` says from now on."""
        known = await self.known(firm_id, {one.sha256 for one in new}, now, session)
        try:
            async with keys_taken():
                await self._rows.insert(*(to_document(one) for one in new if one.sha256 not in known), session=session)
        except DuplicateKeyError:
            raise SomebodyWasFirst from None
        return {one.sha256: one.state for one in new} | known

    async def known(self, firm_id: Id, hashes: Iterable[str], now: Ms, session: Session) -> dict[str, ScanState]:
        """What is known of some contents by their hashes, in the transaction that makes documents of them, without those
        of which nothing is. What was infected is due: others may have it of whom nobody has heard."""
        rows = self._rows.of(firm_id)
        query: Row = {"_id": {"$in": [f"{firm_id}:{sha256}" for sha256 in hashes]}}
        # It writes: whoever brings a verdict in another transaction is in conflict with this one, and misses no document.
        await rows.update_many(query, {"$inc": {"asked": 1}}, session=session)
        found = {
            row["sha256"]: row["state"] async for row in rows.find(query, {"sha256": 1, "state": 1}, session=session)
        }
        if "infected" in found.values():
            await rows.update_many({**query, "state": "infected"}, {"$set": {"due_at": now}}, session=session)
        # A word of a newer build lets nothing pass.
        return {sha256: state if state in get_args(ScanState) else "waiting" for sha256, state in found.items()}

    async def take(self, now: Ms, until: Ms, states: Collection[ScanState] | None = None) -> ScanDoc | None:
        """Something that is due, of whatever firm, the longest first; nobody else gets it until then. What this build can't
        read is left to others for so long, too."""
        query: Row = {"due_at": {"$lte": now}} | ({} if states is None else {"state": {"$in": list(states)}})
        while True:
            row = await self._rows.across("sweep").find_one_and_update(
                query,
                {"$set": {"due_at": until}, "$inc": {"tries": 1}},
                sort=[("due_at", 1)],
                return_document=True,
            )
            scan = if_readable(row, ScanDoc) if row else None
            if row is None or scan is not None:
                return scan

    async def put_off(
        self, scan: ScanDoc, until: Ms, delay_ms: Ms | None = None, session: Session | None = None
    ) -> None:
        """What one has taken is to be tried again at a time; `delay_ms` where it could not be scanned."""
        update: Row = {"due_at": until} | ({} if delay_ms is None else {"delay_ms": delay_ms})
        await self._rows.of(scan.firm_id).update_one(_held(scan), {"$set": update}, session=session)

    async def say(self, scan: ScanDoc, state: ScanState, found: str, session: Session) -> bool:
        """What the scanner says, in a transaction that lets documents be what follows from it; False where there was a
        verdict. It stays taken until all of them are."""
        update: Row = {"$set": {"state": state, "found": found}}
        query: Row = {"_id": scan.id, **_OPEN}
        return (await self._rows.of(scan.firm_id).update_one(query, update, session=session)).matched_count == 1

    async def finished(self, scan: ScanDoc, session: Session) -> None:
        """All that follows from a verdict is done, unless documents have come meanwhile that have to be looked at."""
        update: Row = {"$unset": {"due_at": "", "delay_ms": ""}}
        await self._rows.of(scan.firm_id).update_one(_held(scan), update, session=session)

    async def forget(self, scan: ScanDoc, session: Session) -> None:
        """Take one away, in a transaction that has seen that its content has gone."""
        await self._rows.of(scan.firm_id).delete_one(_held(scan), session=session)

    async def waiting(self, state: ScanState, most: int) -> int:
        """How much of all firms is to be scanned and is in a state, counted up to `most`."""
        query: Row = {"due_at": {"$exists": True}, "state": state}
        return await self._rows.across("sweep").count_documents(query, limit=most)


def _held(scan: ScanDoc) -> Row:
    """One that nobody has taken since, and of which no new document has asked that it be looked at at once."""
    return {"_id": scan.id, "due_at": scan.due_at, "tries": scan.tries}
