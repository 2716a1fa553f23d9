"""Uploads: files on their way, and brought ones that nobody has saved yet. Knows one document each, and who receives it.

One process at a time receives an upload: it holds it, by a lease on the database's clock, and says again and again that it
still does. A process that was killed holds it until the lease runs out. What is kept of an upload only ever follows what
lasts in the place for bytes. Refuses to know who may bring a file, and what it becomes.
"""

from typing import Any, Final

from msgspec.structs import replace

from protocol.errors import Conflict, NotFound
from protocol.wire import Id, Ms
from storage.blobs.blobs import BlobDoc, Blobs, blob_id
from storage.blobs.places import Part, blob_name
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import from_document, if_readable, readable, to_document
from storage.mongo.of_firms import FirmRows
from storage.uploads_doc import UPLOADS, UploadDoc

LEASE_MS: Final = 6_000
"""So long after the death of the process that received it, another one may go on."""


class TooManyUploads(Conflict):
    """Too many files have been brought and not saved."""


class NoRoom(Conflict):
    """There is no room left for the firm's files."""


class Held(Conflict):
    """This upload is being received already; try again in a moment."""

    status = 423


class Lost(Conflict):
    """Somebody else goes on with this upload, or it was taken away."""


class Claim:
    """An upload that this process holds."""

    def __init__(self, upload: UploadDoc, holder: Id, *, alone: bool) -> None:
        self.upload = upload
        self.holder = holder
        self.alone = alone
        """Whether whoever held it before has said that they had ended."""


class Uploads:
    """The uploads of all firms."""

    def __init__(self, mongo: Mongo, blobs: Blobs) -> None:
        self._mongo = mongo
        self._rows = FirmRows(mongo, UPLOADS)
        self._blobs = blobs

    # what others do with them

    async def get(self, firm_id: Id, upload_id: Id, owner_id: Id, session: Session | None = None) -> UploadDoc | None:
        """Somebody's upload, finished or not."""
        row = await self._rows.of(firm_id).find_one({"_id": upload_id, "owner_id": owner_id}, session=session)
        return from_document(row, UploadDoc) if row else None

    async def take(self, firm_id: Id, upload_id: Id, owner_id: Id, session: Session) -> UploadDoc | None:
        """A finished upload of somebody's, which is none any more: whoever takes it refers to its blob from now on, by a
        document that is written in the same transaction (storage.blobs.references). None if there is no such one."""
        upload = await self.get(firm_id, upload_id, owner_id, session)
        if upload is None or not upload.finished:
            return None
        await self._rows.of(firm_id).delete_one({"_id": upload_id}, session=session)
        return upload

    # beginning and ending

    async def begin(self, upload: UploadDoc, *, count_max: int, firm_bytes_max: int) -> None:
        """Let an upload begin. Raises TooManyUploads, NoRoom."""

        async def work(session: Session) -> None:
            rows = self._rows.of(upload.firm_id)
            if await rows.count({"owner_id": upload.owner_id}, count_max, session=session) >= count_max:
                raise TooManyUploads(reason="too_many_files")
            await self._rows.insert(to_document(upload), session=session)
            # Last: all of a firm write there, and whoever has written first has the others begin anew.
            if not await self._blobs.take_room(upload.firm_id, upload.size, firm_bytes_max, session):
                raise NoRoom(reason="no_room")

        await self._mongo.transact(work)

    async def end(self, firm_id: Id, upload_id: Id, now: Ms, owner_id: Id | None = None) -> bool:
        """Take an upload away with what has come of it; whether there was one. Whoever receives it at the moment finds
        out when they next say that they hold it."""
        query = {"_id": upload_id} | ({"owner_id": owner_id} if owner_id else {})

        async def work(session: Session) -> bool:
            row = await self._rows.of(firm_id).find_one(query, session=session)
            if row is None:
                return False
            await self._rows.of(firm_id).delete_one({"_id": upload_id}, session=session)
            upload = from_document(row, UploadDoc)
            if upload.sha256 is not None:
                await self._blobs.let_go(firm_id, upload.sha256, now, session)
                return True
            await self._blobs.give_back(firm_id, upload.size, session)
            await self._blobs.leave(firm_id, "parts", upload_id, now, session)
            if upload.sealed is not None:
                await self._blobs.leave(firm_id, "blob", blob_name(upload.sealed, upload_id), now, session)
            return True

        return await self._mongo.transact(work)

    async def expired(self, now: Ms, limit: int) -> list[UploadDoc]:
        """Those of any firm whose time is over."""
        found = self._rows.across("sweep").find({"expires_at": {"$lte": now}}).sort("expires_at", 1)
        return await readable(found.limit(limit), UploadDoc)

    # receiving

    async def claim(self, firm_id: Id, upload_id: Id, owner_id: Id, holder: Id) -> Claim:
        """Hold an upload, under a name that was never used. Raises NotFound, Held."""
        rows = self._rows.of(firm_id)
        query = {"_id": upload_id, "owner_id": owner_id}
        free = {"$expr": {"$lt": [{"$ifNull": ["$held_until", 0]}, "$$NOW"]}}
        # The one before is kept beside: one that has not said that it ended may still write.
        update: list[Row] = [
            {"$set": {"before": {"$ifNull": ["$holder", ""]}, "holder": holder, "held_until": _until()}},
            {"$unset": "wanted"},
        ]
        row = await rows.change_one(query | free, update)
        if row is not None:
            return Claim(from_document(row, UploadDoc), holder, alone=not row["before"])
        if not (await rows.update_one(query, {"$set": {"wanted": True}})).matched_count:
            raise NotFound
        raise Held

    async def held(self, firm_id: Id, upload_id: Id, owner_id: Id) -> bool:
        """Whether some process holds it; who asks is taken for one that would like to go on with it."""
        held = {"$expr": {"$gte": [{"$ifNull": ["$held_until", 0]}, "$$NOW"]}}
        query = {"_id": upload_id, "owner_id": owner_id} | held
        return (await self._rows.of(firm_id).update_one(query, {"$set": {"wanted": True}})).matched_count == 1

    async def keep(self, claim: Claim, *, expires_at: Ms | None = None, **changed: Any) -> bool:
        """Say that it is still held, and what of it lasts now; whether somebody else would like to go on with it.

        `changed` are fields of UploadDoc. Raises Lost.
        """
        fields = dict(changed)
        if expires_at is not None:
            fields["expires_at"] = expires_at
        claim_row = await self._change(claim, [{"$set": {**_stored(fields), "held_until": _until()}}])
        claim.upload = replace(claim.upload, **fields)
        return bool(claim_row.get("wanted"))

    async def release(self, claim: Claim) -> None:
        """Hold it no longer, with nothing of it being written any more. If it was lost, it isn't held anyway."""
        query = {"_id": claim.upload.id, "holder": claim.holder}
        update = {"$unset": {"holder": "", "held_until": "", "before": "", "wanted": ""}}
        await self._rows.of(claim.upload.firm_id).update_one(query, update)

    async def finish(self, claim: Claim, now: Ms) -> UploadDoc:
        """Make a blob of an upload that is sealed; what is done of that already isn't done again. Raises Lost,
        FilesAway."""
        upload = claim.upload
        assert upload.sealed is not None
        assert upload.crc32 is not None
        firm_id, sha256 = upload.firm_id, upload.sealed
        blob = BlobDoc(
            id=blob_id(firm_id, sha256),
            firm_id=firm_id,
            sha256=sha256,
            size=upload.size,
            crc32=upload.crc32,
            key=upload.id,
        )
        new = await self._blobs.find(firm_id, sha256) is None
        if new:
            await self._blobs.place.settle(firm_id, upload.id, upload.parts, blob.name)

        async def work(session: Session) -> bool:
            if not new and not await self._blobs.hold(firm_id, sha256, session):
                return False  # the same content was there a moment ago, and has been taken away
            if not new or not await self._blobs.add(blob, session):
                await self._blobs.give_back(firm_id, upload.size, session)
                await self._blobs.leave(firm_id, "blob", blob.name, now, session)
            await self._change(claim, [{"$set": {"sha256": sha256}}, {"$unset": ["sealed", "parts"]}], session)
            await self._blobs.leave(firm_id, "parts", upload.id, now, session)
            return True

        if not await self._mongo.transact(work):
            return await self.finish(claim, now)
        claim.upload = replace(upload, sha256=sha256, sealed=None, parts=[])
        return claim.upload

    async def _change(self, claim: Claim, update: list[Row], session: Session | None = None) -> Row:
        query = {"_id": claim.upload.id, "holder": claim.holder}
        row = await self._rows.of(claim.upload.firm_id).change_one(query, update, session=session)
        if row is None:
            raise Lost
        return row

    async def find(self, firm_id: Id, upload_id: Id) -> UploadDoc | None:
        """An upload, whosever it is: for those that look after all."""
        row = await self._rows.of(firm_id).find_one({"_id": upload_id})
        return if_readable(row, UploadDoc) if row else None


def _until() -> Row:
    return {"$add": ["$$NOW", LEASE_MS]}


def _stored(fields: dict[str, Any]) -> Row:
    """Fields as they are stored, and as no expression of a pipeline."""
    return {
        name: {"$literal": [to_part(part) for part in value] if name == "parts" else value}
        for name, value in fields.items()
    }


def to_part(part: Part) -> Row:
    """A part as it is stored."""
    return {"name": part.name, "size": part.size}
