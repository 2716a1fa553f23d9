"""Which bytes a firm has: one row for each different content, and where it stands in the place for bytes.

Content is addressed by its SHA-256 inside a firm, never across firms: whether another firm has the same file can't be told
from anything. What is taken away is first forgotten here, in a transaction that has made sure that nothing refers to it,
then noted as a leaving, and only then removed from its place: a crash leaves leavings, never a reference to nothing.
Counts what each firm takes up. Refuses to know what the bytes are for.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final, Literal

import structlog
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from protocol.errors import NotFound
from protocol.ids import new_id
from protocol.wire import Id, Ms
from storage.blobs.places import FilesAway, Place, blob_name
from storage.blobs.references import REFERRING
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Session, SomebodyWasFirst
from storage.mongo.documents import Document, if_readable, readable, to_document
from storage.mongo.of_firms import FirmRows
from storage.previews import PREVIEWS
from storage.scans import SCANS

log = structlog.get_logger(__name__)

LEFT_ALONE_MS: Final = 60_000
"""A leaving is not looked at for so long: whoever still wrote to it has noticed by then that it isn't theirs any more."""


class BlobDoc(Document):
    """Some content that a firm has."""

    id: str
    """`<firm>:<sha256>`."""
    firm_id: Id
    sha256: str
    size: int
    """In bytes."""
    crc32: int
    key: Id
    """Of the upload that brought it: what makes its name in the place a new one."""
    loose_at: Ms | None = None
    """When something that referred to it ended, and nobody has looked since whether it was the last."""

    @property
    def name(self) -> str:
        """What it is called in the place."""
        return blob_name(self.sha256, self.key)


class LeavingDoc(Document):
    """Something in the place that nothing refers to, and that is still to be removed."""

    id: Id
    firm_id: Id
    kind: Literal["blob", "parts"]
    name: str
    """Of a blob its name in the place, of parts the upload's id."""
    at: Ms


class SpaceDoc(Document):
    """How much a firm takes up."""

    id: Id
    """The firm's."""
    bytes: int
    """Of all blobs, and of all uploads that have not become one, as long as they said that they would be."""


BLOBS: Final = OfFirms("blobs", IndexModel("loose_at", partialFilterExpression={"loose_at": {"$exists": True}}))
LEAVINGS: Final = OfFirms("leavings", IndexModel("at"))
SPACES: Final = OfFirms("spaces", firm="_id")


def blob_id(firm_id: Id, sha256: str) -> str:
    """The id of a blob's row."""
    return f"{firm_id}:{sha256}"


class Blobs:
    """The blobs of all firms."""

    def __init__(self, mongo: Mongo, place: Place) -> None:
        self.place = place
        self._mongo = mongo
        self._rows = FirmRows(mongo, BLOBS)
        self._leavings = FirmRows(mongo, LEAVINGS)
        self._spaces = FirmRows(mongo, SPACES)
        self._previews = FirmRows(mongo, PREVIEWS)
        self._scans = FirmRows(mongo, SCANS)
        self._referring = [(FirmRows(mongo, collection), field) for collection, field in REFERRING]

    # reading

    async def find(self, firm_id: Id, sha256: str, session: Session | None = None) -> BlobDoc | None:
        """A firm's content by its hash."""
        row = await self._rows.of(firm_id).find_one({"_id": blob_id(firm_id, sha256)}, session=session)
        return if_readable(row, BlobDoc) if row else None

    async def several(self, firm_id: Id, hashes: Iterable[str], session: Session | None = None) -> dict[str, BlobDoc]:
        """Some of a firm's content by its hash; what the firm hasn't got is left out."""
        query = {"_id": {"$in": [blob_id(firm_id, one) for one in set(hashes)]}}
        found = self._rows.of(firm_id).find(query, session=session)
        return {blob.sha256: blob for blob in await readable(found, BlobDoc)}

    async def size(self, firm_id: Id, sha256: str) -> int | None:
        """How many bytes it has; None for what the firm hasn't got."""
        blob = await self.find(firm_id, sha256)
        return None if blob is None else blob.size

    async def read(self, firm_id: Id, sha256: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`, in pieces of at most PIECE_BYTES_MAX. Raises NotFound, FilesAway."""
        blob = await self._found(firm_id, sha256)
        end = blob.size if end is None else min(end, blob.size)
        async for piece in self.place.read(firm_id, blob.name, max(start, 0), end):
            yield piece

    async def as_file(self, firm_id: Id, sha256: str) -> AbstractAsyncContextManager[Path]:
        """What to enter for a file with these bytes, only to be read: for programs that want a path. Raises NotFound."""
        blob = await self._found(firm_id, sha256)
        return self.place.as_file(firm_id, blob.name)

    async def _found(self, firm_id: Id, sha256: str) -> BlobDoc:
        blob = await self.find(firm_id, sha256)
        if blob is None:
            raise NotFound
        return blob

    # references

    async def hold(self, firm_id: Id, sha256: str, session: Session) -> bool:
        """Make sure, in the transaction that makes a reference, that the content stays; whether it was there."""
        # It writes, so that whoever takes the content away in another transaction is in conflict with this one.
        update = {"$unset": {"loose_at": ""}, "$inc": {"held": 1}}
        held = await self._rows.of(firm_id).update_one({"_id": blob_id(firm_id, sha256)}, update, session=session)
        return held.matched_count == 1

    async def let_go(self, firm_id: Id, sha256: str, now: Ms, session: Session) -> None:
        """Something that referred to it has ended, in this transaction: it will be seen whether it was the last."""
        query = {"_id": blob_id(firm_id, sha256)}
        await self._rows.of(firm_id).update_one(query, {"$set": {"loose_at": now}}, session=session)

    async def referred(self, firm_id: Id, sha256: str, session: Session) -> bool:
        """Whether any document of the firm refers to it: see storage.blobs.references."""
        for rows, field in self._referring:
            if await rows.of(firm_id).find_one({field: sha256}, {"_id": 1}, session=session):
                return True
        return False

    # coming and going

    async def add(self, blob: BlobDoc, session: Session) -> bool:
        """The firm has this content now, in this transaction; whether it is this one. If it had the same already, that
        stays, and what came with this one is a leaving for the caller to note."""
        if await self.hold(blob.firm_id, blob.sha256, session):
            return False
        try:
            await self._rows.insert(to_document(blob), session=session)
        except DuplicateKeyError:
            raise SomebodyWasFirst from None
        return True

    async def remove(self, firm_id: Id, sha256: str, now: Ms) -> bool:
        """Take content away if nothing refers to it; whether it is gone."""

        async def work(session: Session) -> bool:
            blob = await self.find(firm_id, sha256, session)
            if blob is None:
                return True
            if await self.referred(firm_id, sha256, session):
                update = {"$unset": {"loose_at": ""}}
                await self._rows.of(firm_id).update_one({"_id": blob.id}, update, session=session)
                return False
            await self._rows.of(firm_id).delete_one({"_id": blob.id}, session=session)
            await self._previews.of(firm_id).delete_one({"_id": blob.id}, session=session)
            await self._scans.of(firm_id).delete_one({"_id": blob.id}, session=session)
            await self.give_back(firm_id, blob.size, session)
            await self.leave(firm_id, "blob", blob.name, now, session)
            return True

        return await self._mongo.transact(work)

    async def leave(self, firm_id: Id, kind: Literal["blob", "parts"], name: str, now: Ms, session: Session) -> None:
        """Note, in a transaction, that something in the place is to be removed."""
        leaving = LeavingDoc(id=new_id(), firm_id=firm_id, kind=kind, name=name, at=now)
        await self._leavings.insert(to_document(leaving), session=session)

    async def loose(self, before: Ms, limit: int) -> list[BlobDoc]:
        """Content of any firm that something has let go of before a time."""
        found = self._rows.across("sweep").find({"loose_at": {"$lt": before}}).sort("loose_at", 1)
        return await readable(found.limit(limit), BlobDoc)

    async def clear_leavings(self, now: Ms, limit: int) -> int:
        """Remove from the place what nothing refers to; how much it was. What can't be removed now is tried again.

        Raises FilesAway.
        """
        query = {"at": {"$lt": now - LEFT_ALONE_MS}}
        found = self._leavings.across("sweep").find(query).sort("at", 1).limit(limit)
        cleared = 0
        for leaving in await readable(found, LeavingDoc):
            rows = self._leavings.of(leaving.firm_id)
            try:
                if leaving.kind == "blob":
                    await self.place.remove(leaving.firm_id, leaving.name)
                else:
                    await self.place.clear(leaving.firm_id, leaving.name)
            except FilesAway:
                # Behind the others: one that can never be removed holds up nobody.
                await rows.update_one({"_id": leaving.id}, {"$set": {"at": now}})
                raise
            await rows.delete_one({"_id": leaving.id})
            cleared += 1
        return cleared

    # room

    async def take_room(self, firm_id: Id, size: int, most: int, session: Session) -> bool:
        """Reserve room for some bytes in a transaction; False, and nothing is done, if the firm would have more than
        `most` then."""
        rows = self._spaces.of(firm_id)
        if not await rows.find_one({}, session=session):
            if size > most:
                return False
            await rows.put({}, to_document(SpaceDoc(id=firm_id, bytes=size)), session=session)
            return True
        taken = await rows.update_one({"bytes": {"$lte": most - size}}, {"$inc": {"bytes": size}}, session=session)
        return taken.matched_count == 1

    async def give_back(self, firm_id: Id, size: int, session: Session) -> None:
        """So many bytes are not needed any more."""
        await self._spaces.of(firm_id).update_one({}, {"$inc": {"bytes": -size}}, session=session)

    async def taken(self, firm_id: Id) -> int:
        """How many bytes a firm takes up."""
        row = await self._spaces.of(firm_id).find_one({})
        return int(row["bytes"]) if row else 0
