"""Zips that somebody has brought: what is in one becomes documents, in the folder that was chosen and in new ones inside
it, all of it or nothing of it (ZP-1 to ZP-3, ZP-5).

A zip is opened behind the fence alone; what comes out is stored as it comes, and is nobody's until one transaction makes
folders and documents of it. One that can't be opened, or that is a file of its own kind, stays whole and says why. Refuses
to know what a zip looks like inside.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from protocol.documents import DOCUMENTS_ASKED_MAX, FOLDERS_DEEP_MAX, DocumentUnpack, Unpacked, Whole
from protocol.errors import Invalid, Reason, Unavailable
from protocol.wire import Id
from server.core import cabinet, keys
from server.core.context import Context
from server.core.doing import does
from server.core.rules import FolderScope
from server.documents import actions, notices, scanning
from server.documents.unpacked_places import Places
from server.files.archives.looking import RATIO_MAX, Entry, Limits, Listing, Why
from server.files.family import Family, Recognised
from server.files.fence import keeper
from server.uploads import names
from server.uploads.digests import Digest
from storage.blobs.blobs import BlobDoc
from storage.documents import DocumentDoc
from storage.folders import FolderDoc
from storage.mongo.connection import Session, ours
from storage.unpacked import Content
from storage.uploads_doc import UploadDoc

TOTAL_BYTES_MAX: Final = 1024**3
"""Of all that comes out of one zip."""
IN_A_THREAD_BYTES: Final = 32 * 1024
"""Digests of less take no longer than the way to a thread and back."""

_REASONS: Final[dict[Why, Reason]] = {
    "damaged": "zip_damaged",
    "overlap": "zip_damaged",
    "empty": "zip_empty",
    "entries": "zip_entries",
    "entry_bytes": "zip_entry_bytes",
    "total_bytes": "zip_total_bytes",
    "ratio": "zip_ratio",
    "path": "zip_path",
    "kind": "zip_kind",
    "deep": "zip_deep",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be unpacked."""

    folder_id: Id
    upload_id: Id
    name: str
    key: str
    meant: str


@does(DocumentUnpack)
async def unpack(context: Context, command: DocumentUnpack, scope: FolderScope) -> Unpacked:
    """Make documents of what is in a zip; the same key from the same person does it once (P2).

    Raises Invalid for a name that is no zip's, or with the reason why it isn't unpacked; NotFound for an upload that is not
    theirs or not finished; Conflict where there is no room.
    """
    principal, store = context.principal, context.store
    key, meant = f"{principal.user_id}:{command.client_document_id}", keys.meaning(command)
    name = names.checked(command.name, "$.name")
    if not name.lower().endswith(".zip"):
        raise Invalid(path="$.name", expected="a name that ends in .zip", got=name)
    asked = _Asked(scope.folder.id, command.upload_id, name, key, meant)

    async def first() -> DocumentDoc | None:
        made = await store.documents.by_key(principal.firm_id, key)
        if made is not None:
            keys.check_meaning(made.meant, meant)
        return made

    # It takes as long as it takes: whoever asks again meanwhile waits for it instead of beginning it anew.
    await store.streams.tries.ended(key)
    document = await first()
    if document is None:
        document = await keys.once(store.streams.tries, key, lambda: _unpacked(context, asked, scope.folder), first)
    return await _report(context, document)


async def _report(context: Context, document: DocumentDoc) -> Unpacked:
    """What a zip has become, told by the document that has its key."""
    said = document.unpacked or {}
    seen = await cabinet.documents_seen(context, said.get("first", [document.id]))
    return Unpacked(
        documents=said.get("documents", 1),
        first=[cabinet.shown(context.principal, *one) for one in seen],
        skipped=said.get("skipped", 0),
        whole=said.get("whole"),
    )


async def _unpacked(context: Context, asked: _Asked, folder: FolderDoc) -> DocumentDoc:
    store, upload = context.store, await actions.brought(context, asked.upload_id)
    async with await store.blobs.as_file(upload.firm_id, upload.sha256 or "") as path:
        recognised = await asyncio.to_thread(actions.recognised_at, path, upload.size, asked.name)
        if recognised.family is not Family.ZIP:
            return await _kept_whole(context, asked, recognised, "package")
        listing, room, contents = await _taken_out(context, path, upload, _limits(context, folder))
    if room is None:
        assert listing.kept is not None
        return await _kept_whole(context, asked, recognised, listing.kept)
    try:
        async with ours():
            blobs = await store.unpacked.settle(room, contents)
            families = await _recognised(context, listing.entries, [blobs[one.sha256] for one in contents])
            return await _made(context, asked, listing, families, room, [blobs[one.sha256] for one in contents])
    except BaseException:
        await asyncio.shield(store.unpacked.end(room, context.clock.now()))
        raise


def _limits(context: Context, folder: FolderDoc) -> Limits:
    return Limits(
        entry_bytes_max=context.settings.upload_bytes_max,
        total_bytes_max=TOTAL_BYTES_MAX,
        deep_max=FOLDERS_DEEP_MAX - len(folder.above) - 1,
    )


# coming out


async def _taken_out(
    context: Context, path: Path, upload: UploadDoc, limits: Limits
) -> tuple[Listing, UploadDoc | None, list[Content]]:
    """What is in a zip, what holds the room for it, and its contents in the order of the listing, which last.

    Raises Invalid with the reason why it isn't unpacked, Unavailable, Conflict where there is no room.
    """
    store, room = context.store, None
    try:
        async with context.means.fence.unpack(path, limits) as out:
            listing = out.listing
            if listing.refused is not None:
                raise _refusal(listing.refused, listing.about, limits)
            if listing.kept is not None:
                return listing, None, []
            size = sum(entry.size for entry in listing.entries)
            room = await store.unpacked.begin(upload, size, context.settings.firm_bytes_max, context.clock.now())
            contents = await _contents(context, out, room)
        return listing, room, contents
    except BaseException as error:
        if room is not None:
            await asyncio.shield(store.unpacked.end(room, context.clock.now()))
        if isinstance(error, keeper.Damaged):
            raise _refusal("damaged", "", limits) from error
        if isinstance(error, keeper.Busy):
            raise Unavailable("So many zips are being unpacked that this one would wait too long.") from error
        raise


async def _contents(context: Context, out: keeper.Unpacked, room: UploadDoc) -> list[Content]:
    tasks: list[asyncio.Task[Any]] = []
    digests: list[Digest] = []
    try:
        for entry in out.listing.entries:
            digests.append(digest := Digest())
            tasks.append(await context.store.unpacked.bring(room, _fed(out.read(entry), digest)))
        parts = await asyncio.gather(*tasks)
    finally:
        # Nothing is written any more when what has come is taken away.
        await asyncio.gather(*tasks, return_exceptions=True)
    return [
        Content(parts=some, sha256=digest.sha256, crc32=digest.crc32)
        for some, digest in zip(parts, digests, strict=True)
    ]


async def _fed(pieces: AsyncIterator[bytes], digest: Digest) -> AsyncIterator[bytes]:
    async for piece in pieces:
        if len(piece) < IN_A_THREAD_BYTES:
            digest.feed([piece])
        else:
            await asyncio.to_thread(digest.feed, [piece])
        yield piece


def _refusal(why: Why, about: str, limits: Limits) -> Invalid:
    expected = {
        "empty": "a zip with files in it",
        "entries": f"at most {limits.entries_max} files",
        "entry_bytes": f"files of at most {limits.entry_bytes_max} bytes",
        "total_bytes": f"at most {limits.total_bytes_max} bytes in all",
        "ratio": f"files that are at most {RATIO_MAX} times as long as packed",
        "path": "names inside the folder into which it is unpacked",
        "kind": "files and folders, no links and no devices",
        "deep": f"at most {limits.deep_max} folders inside each other",
    }.get(why, "a zip that is whole")
    said = f"This zip isn't unpacked: expected {expected}."
    return Invalid(said, path="$.upload_id", expected=expected, got=about or None, reason=_REASONS[why])


# becoming documents


async def _recognised(context: Context, entries: Sequence[Entry], blobs: Sequence[BlobDoc]) -> list[Recognised]:
    """What each is by its content. Raises Unavailable."""
    place, found = context.store.blobs.place, []
    for entry, blob in zip(entries, blobs, strict=True):
        try:
            async with place.as_file(blob.firm_id, blob.name) as path:
                found.append(await asyncio.to_thread(actions.recognised_at, path, blob.size, entry.way[-1]))
        except FileNotFoundError as error:
            # Swept away: this process was frozen for too long.
            raise Unavailable("It took too long to unpack this; try again with the same key.") from error
    return found


async def _made(
    context: Context,
    asked: _Asked,
    listing: Listing,
    families: Sequence[Recognised],
    room: UploadDoc,
    blobs: Sequence[BlobDoc],
) -> DocumentDoc:
    """Make the folders and documents, in one transaction; the first document."""
    store, now = context.store, context.clock.now()

    async def write(session: Session) -> DocumentDoc:
        folder = await actions.held(context, asked.folder_id, session)
        taken = await actions.taken_over(context, asked.upload_id, session)
        await store.blobs.let_go(taken.firm_id, taken.sha256 or "", now, session)
        places = await Places.inside(context, folder, session)
        documents = []
        for entry, recognised, blob in zip(listing.entries, families, blobs, strict=True):
            where, name = places.of(entry.way)
            documents.append(actions.made(context, where, name, blob.sha256, blob.size, recognised))
        await places.make(session)
        documents = [replace(one, came_with=documents[0].id, untold=1) for one in documents]
        documents[0] = replace(
            documents[0],
            key=asked.key,
            meant=asked.meant,
            unpacked={
                "documents": len(documents),
                "first": [document.id for document in documents[:DOCUMENTS_ASKED_MAX]],
                "skipped": listing.skipped,
            },
        )
        documents = await scanning.judged(context, documents, "waiting", session)
        await store.documents.add(*documents, session=session)
        await notices.leave(context, folder.account_id, session)
        # Last: all of a firm write there, and whoever has written first has the others begin anew.
        await store.unpacked.finish(room, list({blob.id: blob for blob in blobs}.values()), now, session)
        return documents[0]

    return await store.mongo.transact(write)


async def _kept_whole(context: Context, asked: _Asked, recognised: Recognised, why: Whole) -> DocumentDoc:
    """One document, as it came."""

    async def write(session: Session) -> DocumentDoc:
        folder = await actions.held(context, asked.folder_id, session)
        taken = await actions.taken_over(context, asked.upload_id, session)
        document = actions.made(context, folder, asked.name, taken.sha256 or "", taken.size, recognised)
        document = replace(document, key=asked.key, meant=asked.meant, unpacked={"whole": why}, untold=1)
        document = await actions.placed(context, document, folder, session)
        (document,) = await scanning.judged(context, [document], "waiting", session)
        await context.store.documents.add(document, session=session)
        await notices.leave(context, folder.account_id, session)
        return document

    async with ours():
        return await context.store.mongo.transact(write)
