"""What comes out of a zip, on its way into a firm's content: all of it becomes blobs in one transaction, or none does.

Until then it is an upload of its own that nobody sees: it holds the room, and is swept with all that came of it once its
time is over. What stands in the place under a blob's name before the database knows it is noted as a leaving that is due
then, too; the transaction that makes blobs takes these notes away. So a crash leaves nothing that isn't removed, and who
was frozen for too long makes no blob of what has been removed. Refuses to know documents.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from pymongo.errors import DuplicateKeyError

from protocol.errors import Unavailable
from protocol.ids import new_id
from protocol.wire import Ms
from storage.blobs.blobs import BLOBS, LEAVINGS, BlobDoc, Blobs, LeavingDoc, blob_id
from storage.blobs.places import Part, total
from storage.mongo.connection import Mongo, Session, SomebodyWasFirst, keys_taken
from storage.mongo.documents import to_document
from storage.mongo.of_firms import FirmRows
from storage.uploads import Uploads
from storage.uploads_doc import UPLOADS, UploadDoc

HOLDS_MS: Final = 15 * 60 * 1000
"""So long it may take before it is swept away: three times what the process that unpacks may take."""
TRIES_MAX: Final = 3
"""Of one zip at a time: that of a node which has died stays until its time is over."""
AT_ONCE: Final = 8
"""Contents that are being synced, or made into blobs."""


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of one entry, as they stand in the place."""

    parts: Sequence[Part]
    sha256: str
    crc32: int

    @property
    def size(self) -> int:
        """In bytes."""
        return total(self.parts)


class Unpacked:
    """The contents of zips, of all firms."""

    def __init__(self, mongo: Mongo, blobs: Blobs, uploads: Uploads) -> None:
        self._mongo = mongo
        self._blobs = blobs
        self._uploads = uploads
        self._rows = FirmRows(mongo, BLOBS)
        self._leavings = FirmRows(mongo, LEAVINGS)
        self._upload_rows = FirmRows(mongo, UPLOADS)
        self._room = asyncio.Semaphore(AT_ONCE)

    async def begin(self, zipped: UploadDoc, size: int, firm_bytes_max: int, now: Ms) -> UploadDoc:
        """Hold room for so many bytes. Raises storage.uploads.NoRoom, TooManyUploads."""
        upload = UploadDoc(
            id=new_id(),
            firm_id=zipped.firm_id,
            owner_id=zipped.id,  # nobody's, so that nobody finds it among their own
            name="",
            size=size,
            created_at=now,
            expires_at=now + HOLDS_MS,
        )
        await self._uploads.begin(upload, count_max=TRIES_MAX, firm_bytes_max=firm_bytes_max)
        return upload

    async def bring(self, upload: UploadDoc, pieces: AsyncIterator[bytes]) -> "asyncio.Task[list[Part]]":
        """Take the bytes of one content; the parts of it, once they last. Raises FilesAway, also by the task, and what
        `pieces` raises."""
        writer = self._blobs.place.writer(upload.firm_id, upload.id, [], new_id(), alone=True)
        await self._room.acquire()
        try:
            async for piece in pieces:
                await writer.write([piece])
        except BaseException:
            self._room.release()
            await writer.close()
            raise

        async def last() -> list[Part]:
            try:
                return await writer.sync(everything=True)
            finally:
                self._room.release()
                await writer.close()

        return asyncio.create_task(last(), name="content lasts")

    async def settle(self, upload: UploadDoc, contents: Sequence[Content]) -> dict[str, BlobDoc]:
        """The blobs that contents will be, by their hash, each in the place under its name from now on: the firm's own
        where it has them. Raises FilesAway."""
        firm_id = upload.firm_id
        by_hash = {content.sha256: content for content in contents}
        blobs = await self._blobs.several(firm_id, by_hash)
        new = [
            BlobDoc(
                id=blob_id(firm_id, one.sha256),
                firm_id=firm_id,
                sha256=one.sha256,
                size=one.size,
                crc32=one.crc32,
                key=new_id(),
            )
            for one in by_hash.values()
            if one.sha256 not in blobs
        ]
        leavings = [
            LeavingDoc(id=blob.key, firm_id=firm_id, kind="blob", name=blob.name, at=upload.expires_at) for blob in new
        ]
        await self._leavings.insert(*map(to_document, leavings))

        async def one(blob: BlobDoc) -> None:
            async with self._room:
                await self._blobs.place.settle(firm_id, upload.id, by_hash[blob.sha256].parts, blob.name)

        await asyncio.gather(*map(one, new))
        return blobs | {blob.sha256: blob for blob in new}

    async def finish(self, upload: UploadDoc, blobs: Sequence[BlobDoc], now: Ms, session: Session) -> None:
        """All of these are the firm's, in the transaction that refers to them. Raises Unavailable where they were removed
        meanwhile."""
        firm_id = upload.firm_id
        known = await self._blobs.several(firm_id, [blob.sha256 for blob in blobs], session)
        new = [blob for blob in blobs if blob.sha256 not in known]
        # What the firm has got meanwhile from elsewhere is held; ours of the same is removed as the leaving that it is.
        rows, keys = self._rows.of(firm_id), [blob.key for blob in new]
        held = {"$unset": {"loose_at": ""}, "$inc": {"held": 1}}
        await rows.update_many({"_id": {"$in": [blob.id for blob in known.values()]}}, held, session=session)
        due = await self._leavings.of(firm_id).delete_many({"_id": {"$in": keys}}, session=session)
        mine = await self._upload_rows.of(firm_id).delete_one({"_id": upload.id}, session=session)
        if due.deleted_count != len(new) or mine.deleted_count != 1:
            raise Unavailable("It took too long to unpack this; try again with the same key.")
        try:
            async with keys_taken():
                await self._rows.insert(*map(to_document, new), session=session)
        except DuplicateKeyError:
            raise SomebodyWasFirst from None
        await self._blobs.give_back(firm_id, upload.size - sum(blob.size for blob in new), session)
        await self._blobs.leave(firm_id, "parts", upload.id, now, session)

    async def end(self, upload: UploadDoc, now: Ms) -> None:
        """Nothing comes of it: what has come is removed, and the room is free again."""
        await self._uploads.end(upload.firm_id, upload.id, now)
