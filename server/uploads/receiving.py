"""Receiving a file: bytes as they come go to the place for bytes, and what lasts there is told to the database.

Two pieces of about a megabyte are in hand for each upload, no more: one that comes in, one that is written. A keeper says
every second that the upload is still held and how far it lasts, so that a process that is killed loses no more than a
second of it. Nothing is acknowledged that doesn't last. Knows uploads and bytes. Refuses to know HTTP.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import structlog

from protocol.errors import ChattarError, Conflict, Invalid, Unavailable
from protocol.ids import new_id
from protocol.wire import Id
from server.core.context import Means, Principal
from server.uploads.digests import Digest, Digests
from storage.blobs.places import FilesAway, Writer, total
from storage.uploads import Claim, Lost
from storage.uploads_doc import UploadDoc

log = structlog.get_logger(__name__)

STEP_BYTES: Final = 1024 * 1024
"""So much is collected before it is written."""
KEEP_S: Final = 1.0
IDLE_S: Final = 3.0
"""Whoever has sent nothing for so long makes room for another connection that would go on with the same upload."""
WAIT_S: Final = 8.0
"""So long a request waits for one that is there already: until that one has noticed that its line is dead, or, longer than
a lease, until the lease of a process that was killed is over. Stock clients try again a few times only."""
LOOK_S: Final = 0.25
MOVES_BYTES: Final = 4 * 1024
"""Less than this within the setting's `upload_stall_s` is no upload that moves."""


class Stalled(Unavailable):
    """Nothing has come for a while; go on with what is left."""


class Mismatch(Conflict):
    """The upload has come to another place than this goes on from."""


class WrongChecksum(Invalid):
    """What came is not what was sent."""

    status = 460


class TooMuch(Invalid):
    """More has come than the upload was said to have."""

    status = 413


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the bytes of one request are to have."""

    algorithm: str
    digest: bytes


class Receiver:
    """Receives for one process."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._digests = Digests()
        self.receiving = 0
        """Requests under way."""
        self.bytes = 0
        """All that came."""

    async def receive(
        self,
        principal: Principal,
        upload_id: Id,
        offset: int,
        pieces: AsyncIterator[bytes],
        *,
        said: int | None = None,
        checksum: Checksum | None = None,
    ) -> UploadDoc:
        """Go on with somebody's upload from `offset`; as it is then. A whole one becomes a blob.

        `said` is how many bytes are announced. Raises NotFound, storage.uploads.Held, Mismatch, TooMuch, WrongChecksum,
        Stalled, storage.uploads.Lost, FilesAway, and what `pieces` raises. What came before that lasts, except where a
        checksum was to prove it.
        """
        await self.free(principal, upload_id)
        claim = await self._means.store.uploads.claim(principal.firm_id, upload_id, principal.user_id, new_id())
        one = _Reception(self._means, claim, self._digests, checksum)
        self.receiving += 1
        try:
            if offset != claim.upload.offset:
                raise Mismatch(path="upload-offset", expected=str(claim.upload.offset), got=str(offset))
            left = claim.upload.size - offset
            if said is not None and said > left:
                raise TooMuch(path="content-length", expected=f"at most {left} bytes", got=str(said))
            return await one.run(self._counted(pieces))
        finally:
            self.receiving -= 1
            await asyncio.shield(one.over())

    async def free(self, principal: Principal, upload_id: Id) -> None:
        """Wait a little, if need be, until nobody receives the upload."""
        until = asyncio.get_running_loop().time() + WAIT_S
        uploads = self._means.store.uploads
        while await uploads.held(principal.firm_id, upload_id, principal.user_id):
            if asyncio.get_running_loop().time() > until:
                return
            await asyncio.sleep(LOOK_S)  # it may be another node that holds it: nobody tells

    async def complete(self, principal: Principal, upload: UploadDoc) -> UploadDoc:
        """Make a blob of an upload of which all has come, but whose process died before it was one. Raises as `receive`."""
        if upload.finished or upload.offset < upload.size:
            return upload
        return await self.receive(principal, upload.id, upload.offset, _nothing())

    async def _counted(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for piece in pieces:
            self.bytes += len(piece)
            yield piece


async def _nothing() -> AsyncIterator[bytes]:
    none: tuple[bytes, ...] = ()
    for piece in none:
        yield piece


class _Reception:
    """One request's part of an upload."""

    def __init__(self, means: Means, claim: Claim, digests: Digests, checksum: Checksum | None) -> None:
        self._means = means
        self._claim = claim
        self._digests = digests
        self._checksum = checksum
        self._proof = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
        upload = claim.upload
        self._place = means.store.blobs.place
        self._writer: Writer = self._place.writer(
            upload.firm_id, upload.id, upload.parts, claim.holder, alone=claim.alone
        )
        self._digest = Digest()
        self._written: asyncio.Task[None] | None = None
        self._keeper = asyncio.create_task(self._keep(), name="upload is held")
        self._ended: ChattarError | None = None
        """Why the upload must not be gone on with here."""
        self._deadline = asyncio.timeout(None)
        self._moved_at = self._now()
        self._moved_bytes = 0
        self._working = True
        """It is we who are busy, and not the sender."""
        self._concluding = False
        self._telling = asyncio.Lock()
        """What lasts is found out and told by one at a time: what is told never goes back."""

    async def run(self, pieces: AsyncIterator[bytes]) -> UploadDoc:
        """See Receiver.receive."""
        upload = self._claim.upload
        if upload.finished:
            return upload
        if upload.sealed is None:
            await self._remember()
            try:
                await self._take(pieces)
            except BaseException:
                await asyncio.shield(self._save_what_came())
                raise
            if self._proof is not None and self._checksum is not None and self._proof.digest() != self._checksum.digest:
                raise WrongChecksum("The checksum of what came is another one.", path="upload-checksum")
            return await asyncio.shield(self._conclude())
        return await asyncio.shield(self._finish())

    async def _remember(self) -> None:
        """Have the digest of what has come already."""
        upload = self._claim.upload
        kept = self._digests.take(upload.id, upload.offset)
        if kept is not None:
            self._digest = kept
            return
        async for piece in self._place.read_parts(upload.firm_id, upload.id, upload.parts):
            await asyncio.to_thread(self._digest.feed, [piece])

    async def _take(self, pieces: AsyncIterator[bytes]) -> None:
        size = self._claim.upload.size
        waiting: list[bytes] = []
        came, length = self._digest.size, 0
        try:
            async with self._deadline:
                self._working = False
                self._move(0)
                async for piece in pieces:
                    came += len(piece)
                    if came > size:
                        raise TooMuch(path="body", expected=f"at most {size} bytes in all", got="more")
                    waiting.append(piece)
                    length += len(piece)
                    self._move(len(piece))
                    if length >= STEP_BYTES:
                        await self._step(waiting)
                        waiting, length = [], 0
        except TimeoutError:
            if not self._deadline.expired():
                raise
            raise self._why() from None
        finally:
            self._working = True
            if waiting and not isinstance(self._ended, Lost | FilesAway):
                await asyncio.shield(self._write(waiting))
        await self._drained()

    async def _step(self, data: list[bytes]) -> None:
        """Write some, while the sender's deadline stands still. Raises what has ended the upload meanwhile."""
        self._working = True
        self._deadline.reschedule(None)
        await self._write(data)
        if self._ended is not None:
            raise self._ended
        self._working = False
        self._move(0)

    def _move(self, came: int) -> None:
        """Something has come: the deadline is set anew once it was enough."""
        self._moved_bytes += came
        if came:
            self._moved_at = self._now()
        if not came or self._moved_bytes >= MOVES_BYTES:
            self._moved_bytes = 0
            if self._ended is None:
                self._deadline.reschedule(self._now() + self._means.settings.upload_stall_s)

    async def _write(self, data: list[bytes]) -> None:
        """Have some bytes written, after those before them."""
        await self._drained()
        self._written = asyncio.create_task(self._writes(data), name="upload is written")

    async def _writes(self, data: list[bytes]) -> None:
        await self._writer.write(data)
        await asyncio.to_thread(self._feed, data)

    def _feed(self, data: list[bytes]) -> None:
        self._digest.feed(data)
        if self._proof is not None:
            for piece in data:
                self._proof.update(piece)

    async def _drained(self) -> None:
        if self._written is not None:
            await asyncio.shield(self._written)

    async def _save_what_came(self) -> None:
        """The connection broke, or the sender stopped: keep what may be kept."""
        if self._checksum is not None or isinstance(self._ended, Lost):
            return
        try:
            await self._conclude(whole=False)
        except ChattarError as error:
            log.warning("upload.unsaved", upload=self._claim.upload.id, code=error.code)

    async def _conclude(self, *, whole: bool = True) -> UploadDoc:
        """Make all that came last, and say so; with all of the file there, make a blob of it."""
        await self._drained()
        upload = self._claim.upload
        complete = self._digest.size == upload.size
        sealed: dict[str, Any] = {"sealed": self._digest.sha256, "crc32": self._digest.crc32} if complete else {}
        expires_at = self._means.clock.now() + self._means.settings.upload_unfinished_s * 1000
        self._concluding = True
        async with self._telling:
            parts = await self._writer.sync(everything=True)
            await self._writer.close()
            await self._means.store.uploads.keep(self._claim, parts=parts, expires_at=expires_at, **sealed)
        if not complete:
            self._digests.keep(upload.id, self._digest)
            return self._claim.upload
        return await self._finish() if whole else self._claim.upload

    async def _finish(self) -> UploadDoc:
        return await self._means.store.uploads.finish(self._claim, self._means.clock.now())

    async def _keep(self) -> None:
        """Say that the upload is held, and how far it lasts, until it is over or lost."""
        while True:
            await asyncio.sleep(KEEP_S)  # the lease's own clock is what is waited for
            try:
                wanted = await self._tell()
            except ChattarError as error:
                if isinstance(error, FilesAway | Lost):
                    self._end(error)
                    return
                log.warning("upload.unheard", upload=self._claim.upload.id, code=error.code)
                continue
            if wanted and not self._working and self._now() - self._moved_at > IDLE_S:
                self._end(Stalled())
                return

    async def _tell(self) -> bool:
        """What lasts by now, unless a checksum is still to prove it or all of it is told in a moment; whether somebody else
        would like to go on with it."""
        uploads = self._means.store.uploads
        if self._checksum is not None or self._written is None or self._concluding:
            return await uploads.keep(self._claim)
        async with self._telling:
            parts = await self._writer.sync(everything=False)
            if total(parts) <= total(self._claim.upload.parts):
                return await uploads.keep(self._claim)
            return await uploads.keep(self._claim, parts=parts)

    def _why(self) -> ChattarError:
        return Stalled() if self._ended is None else self._ended

    def _end(self, why: ChattarError) -> None:
        self._ended = why
        if not self._working:
            self._deadline.reschedule(self._now())

    async def _stop_keeping(self) -> None:
        self._keeper.cancel()
        await asyncio.wait([self._keeper])

    async def over(self) -> None:
        """Hold it no longer."""
        await self._stop_keeping()
        if self._written is not None:
            await asyncio.wait([self._written])
        await self._writer.close()
        try:
            await self._means.store.uploads.release(self._claim)
        except Exception as error:  # the lease runs out by itself
            log.warning("upload.unreleased", upload=self._claim.upload.id, error=type(error).__name__)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
