"""What documents are shown as besides their names: made behind the fence (server.files.fence), kept with their content.

Made when a document is saved, so that it is there when a message carries it and nothing jumps; what the fence had no time
for then, and what an older build has saved, is made when somebody first asks for it. Refuses to know who may see it, and
what is in files.
"""

import asyncio
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from protocol import previews
from protocol.documents import DocumentRead, DocumentThumbnail, Reading, Thumbnail
from protocol.errors import NotFound, Unavailable
from protocol.wire import Id
from server.core import cabinet
from server.core.context import Context, Means
from server.core.doing import does
from server.core.rules import DocumentScope
from server.documents import following
from server.files.fence.keeper import Busy
from server.files.fence.made import Made
from server.files.readers import DRAWN, READ, looks_into
from storage.blobs.blobs import blob_id
from storage.documents import DocumentDoc
from storage.mongo.connection import Session, ours
from storage.previews import PreviewDoc

NONE: Final = "There is no picture of this document."
PATIENCE_S: Final = 6.0
"""So long somebody waits who saves a document: a photograph takes a third of a second."""


async def of_upload(means: Means, firm_id: Id, sha256: str, family: str, path: Path) -> PreviewDoc | None:
    """What a file is shown as that is being saved; None where that is its name alone, or where it would take long."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await _of_file(means, firm_id, sha256, family, path)
    except TimeoutError:
        return None


async def _of_file(means: Means, firm_id: Id, sha256: str, family: str, path: Path) -> PreviewDoc | None:
    """What a file is shown as, made now if it hasn't been; None where the fence has no room."""
    if not looks_into(family):
        return None
    kept = await means.store.previews.get(firm_id, sha256)
    if kept is not None and kept.family == family:
        return kept
    try:
        made = await means.fence.make(path, "look", family)
    except Busy:
        return None
    return _kept(firm_id, sha256, family, made)


def _kept(firm_id: Id, sha256: str, family: str, made: Made | None) -> PreviewDoc:
    return PreviewDoc(
        id=blob_id(firm_id, sha256),
        firm_id=firm_id,
        family=family,
        # Also where nothing could be made of it: that isn't tried again and again.
        preview=msgspec.to_builtins(made.preview) if made is not None else {},
        thumbnail=b64encode(made.picture).decode() if made is not None else "",
    )


@does(DocumentThumbnail)
async def by_socket(context: Context, command: DocumentThumbnail, scope: DocumentScope) -> Thumbnail:
    """A document's thumbnail as an answer; empty where there is none."""
    document = cabinet.with_bytes(scope.document)
    kept = await context.store.previews.get(document.firm_id, document.sha256)
    return Thumbnail(webp=kept.thumbnail if kept is not None else "")


async def thumbnail(means: Means, document: DocumentDoc) -> bytes:
    """A document's thumbnail. Raises NotFound for one that has none, or none yet."""
    kept = await means.store.previews.get(document.firm_id, document.sha256)
    if kept is None or not kept.thumbnail:
        raise NotFound(NONE)
    return kept.content


@does(DocumentRead)
async def read(context: Context, command: DocumentRead, scope: DocumentScope) -> Reading:
    """The words of a document; empty where none are shown. Made each time, as its pictures are. Raises Unavailable."""
    document, made = cabinet.with_bytes(scope.document), None
    if document.family not in READ:
        return Reading()
    try:
        async with ours(), await context.store.blobs.as_file(document.firm_id, document.sha256) as path:
            made = await context.means.fence.make(path, "read", document.family)
    except Busy as error:
        raise Unavailable("So many files are being looked into that this one would wait too long.") from error
    if made is None or made.reading is None:
        return Reading()
    principal = context.principal
    await context.store.documents.looked_at(principal.firm_id, document.id, principal.side)
    return made.reading


async def picture(means: Means, document: DocumentDoc, page: int) -> bytes:
    """A document's page as large as a screen. Made each time: few are ever opened, a browser keeps what it has seen, and
    kept they would be the greater part of the database. Raises NotFound where there is none, or too many wait."""
    preview = previews.shown(document.preview)
    if document.family not in DRAWN or (page > 1 and (preview is None or page > preview.pages)):
        raise NotFound(NONE)
    try:
        async with await means.store.blobs.as_file(document.firm_id, document.sha256) as path:
            made = await means.fence.make(path, "picture", document.family, page)
    except Busy:
        made = None
    if made is None or not made.picture:
        raise NotFound(NONE)
    return made.picture


def catch_up(means: Means, documents: Iterable[DocumentDoc]) -> None:
    """Some documents are asked for: those into which nobody has looked yet are looked into behind the answer, and whoever
    shows them hears of it."""
    missing = [one for one in documents if one.preview is None and looks_into(one.family)]
    if missing:
        means.settler.later(_caught_up(means, missing), "previews")


async def _caught_up(means: Means, documents: list[DocumentDoc]) -> None:
    async with ours():
        for document in documents:
            content = blob_id(document.firm_id, document.sha256)
            if content in means.fence.looked_for:
                continue  # for somebody else who asked
            means.fence.looked_for.add(content)
            try:
                await _look(means, document)
            finally:
                means.fence.looked_for.discard(content)


async def _look(means: Means, document: DocumentDoc) -> None:
    firm_id, sha256 = document.firm_id, document.sha256
    async with await means.store.blobs.as_file(firm_id, sha256) as path:
        made = await _of_file(means, firm_id, sha256, document.family, path)
    if made is None:
        return

    async def write(session: Session) -> list[Id]:
        if not await means.store.blobs.hold(firm_id, sha256, session):
            return []  # it has gone meanwhile
        await means.store.previews.put(made, session)
        return await means.store.documents.looked_into(firm_id, sha256, made.family, made.preview, session)

    for document_id in await means.store.mongo.transact(write):
        await following.tell(means, firm_id, document_id)
