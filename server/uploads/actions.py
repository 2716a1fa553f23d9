"""What is done with uploads besides receiving them: begun, looked at, given up, and swept away when their time is over.

Knows limits. Who may bring files at all is asked when one is saved as a document, where its place decides; until then an
upload is its owner's alone and costs the firm's room.
"""

from typing import Final

import structlog

from protocol.errors import Invalid, NotFound
from protocol.ids import new_id
from protocol.wire import Id, Ms
from server.core.context import Means, Principal
from server.uploads import names
from storage.uploads_doc import UploadDoc

log = structlog.get_logger(__name__)

PER_SWEEP_MAX: Final = 500
MEDIA_CHARACTERS_MAX: Final = 100


class TooLarge(Invalid):
    """The file is larger than one may be."""

    status = 413


async def begin(means: Means, principal: Principal, *, name: str, size: int, media: str = "", path: str) -> UploadDoc:
    """Let somebody bring a file (DC-11). `path` is where the name was said.

    Raises Invalid for a name that can't be, TooLarge, storage.uploads.TooManyUploads, storage.uploads.NoRoom.
    """
    settings = means.settings
    if size > settings.upload_bytes_max:
        raise TooLarge(
            path="upload-length",
            expected=f"at most {settings.upload_bytes_max} bytes",
            got=str(size),
            reason="too_large",
        )
    now = means.clock.now()
    upload = UploadDoc(
        id=new_id(),
        firm_id=principal.firm_id,
        owner_id=principal.user_id,
        name=names.checked(name, path),
        size=size,
        created_at=now,
        expires_at=now + settings.upload_unfinished_s * 1000,
        media=media if media.isascii() and media.isprintable() and len(media) <= MEDIA_CHARACTERS_MAX else "",
    )
    await means.store.uploads.begin(
        upload, count_max=settings.uploads_per_person_max, firm_bytes_max=settings.firm_bytes_max
    )
    return upload


async def find(means: Means, principal: Principal, upload_id: Id) -> UploadDoc:
    """Somebody's own upload. Raises NotFound for another person's, too."""
    upload = await means.store.uploads.get(principal.firm_id, upload_id, principal.user_id)
    if upload is None:
        raise NotFound
    return upload


async def give_up(means: Means, principal: Principal, upload_id: Id) -> None:
    """Take somebody's own upload away, with what has come of it. Raises NotFound."""
    if not await means.store.uploads.end(principal.firm_id, upload_id, means.clock.now(), principal.user_id):
        raise NotFound


async def sweep(means: Means, now: Ms) -> int:
    """Take away uploads whose time is over, content that nothing refers to any more, and what either left in its place; how
    much it was. What is left over is the next sweep's."""
    uploads, blobs = means.store.uploads, means.store.blobs
    done = 0
    for upload in await uploads.expired(now, PER_SWEEP_MAX):
        done += await uploads.end(upload.firm_id, upload.id, now)
    for blob in await blobs.loose(now, PER_SWEEP_MAX):
        done += await blobs.remove(blob.firm_id, blob.sha256, now)
    return done + await blobs.clear_leavings(now, PER_SWEEP_MAX)
