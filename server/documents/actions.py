"""Documents: saved, listed, found, looked at, renamed, moved, deleted and restored.

A document's access is its folder's at the moment of asking (DC-8), by server.core.cabinet alone. Refuses to know messages,
and how bytes are kept.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from protocol.asked import Done
from protocol.documents import (
    CarriedPage,
    Document,
    DocumentCarried,
    DocumentDelete,
    DocumentGet,
    DocumentList,
    DocumentMark,
    DocumentMove,
    DocumentPage,
    DocumentRename,
    DocumentRestore,
    DocumentSave,
    DocumentSearch,
    DocumentsSeen,
)
from protocol.errors import Conflict, Forbidden, NotFound
from protocol.ids import new_id
from protocol.wire import Id, Ms
from server.core import cabinet, keys
from server.core.context import Context, Means
from server.core.doing import does
from server.core.rules import AccountScope, DocumentScope, FactsScope, FolderScope
from server.core.searching import with_words
from server.documents import brought_folders, following, naming, notices, previews, scanning
from server.files.family import Recognised, recognise
from server.files.media_types import media_type
from server.uploads import names
from storage.documents import LIVE, DocumentDoc
from storage.folders import FolderDoc
from storage.mongo.connection import Row, Session, ours
from storage.previews import PreviewDoc
from storage.uploads_doc import UploadDoc

DOCUMENTS_MAX: Final = 20_000
"""In one folder."""
TRASH_MS: Final = 120 * 24 * 60 * 60 * 1000
"""DC-10."""
SWEPT_AT_ONCE_MAX: Final = 200
NOT_BROUGHT: Final = "There is no such upload, or it isn't finished."


# what there is


@does(DocumentList)
async def page(context: Context, command: DocumentList, scope: FolderScope) -> DocumentPage:
    """The documents in a folder, the latest first."""
    return await _page(context, [scope.folder], dict(LIVE), command.after, command.limit)


@does(DocumentSearch)
async def search(context: Context, command: DocumentSearch, scope: AccountScope) -> DocumentPage:
    """The documents of an account by words of their names; or those in the trash that the asker may take out again.

    The folders that may be seen are part of the query (SR-2): what is not for the asker is neither found nor counted.
    """
    deleted = command.deleted
    folders = await cabinet.folders_seen(context, scope.account.id, edited=deleted, deleted=deleted)
    narrow = {**with_words(command.search)} if command.search.strip() else {}
    if deleted:
        gone = [folder.id for folder in folders if folder.deleted_at is not None]
        narrow["$or"] = [{"deleted_at": {"$exists": True}}, {"folder_id": {"$in": gone}}]
    else:
        narrow |= LIVE
    return await _page(context, folders, narrow, command.after, command.limit)


async def _page(context: Context, folders: list[FolderDoc], narrow: Row, after: Id | None, limit: int) -> DocumentPage:
    principal = context.principal
    ids = [folder.id for folder in folders]
    found = await context.store.documents.page(principal.firm_id, ids, principal.side, narrow, after, limit + 1)
    shown = found[:limit]
    following_page = shown[-1].id if len(found) > len(shown) else None
    return DocumentPage(documents=cabinet.shown_all(principal, shown, folders), next=following_page)


@does(DocumentGet)
async def get(context: Context, command: DocumentGet, scope: None) -> DocumentsSeen:
    """Those of some documents that the asker may see now (DC-8), in the order asked for."""
    seen, held = await cabinet.documents_and_held(context, command.document_ids)
    previews.catch_up(context.means, [document for document, _ in seen])
    return DocumentsSeen(documents=[cabinet.shown(context.principal, *one) for one in seen], held=held)


@does(DocumentCarried)
async def carried(context: Context, command: DocumentCarried, scope: FactsScope) -> CarriedPage:
    """The documents that messages of a thread carry and that the asker may see now, each once on a page (DC-5)."""
    principal = context.principal
    rows = await context.store.carried.of_thread(
        principal.firm_id,
        scope.thread.id,
        visible=not principal.is_staff,
        after=command.after,
        limit=command.limit + 1,
    )
    some = rows[: command.limit]
    seen = await cabinet.documents_seen(context, [row.document_id for row in some])
    following_page = some[-1].id if len(rows) > len(some) else None
    return CarriedPage(documents=[cabinet.shown(principal, *one) for one in seen], next=following_page)


# coming


@does(DocumentSave)
async def save(context: Context, command: DocumentSave, scope: FolderScope) -> Document:
    """Make a document of a file that the asker has brought (DC-2); the same key from the same person makes one (P2).

    Raises Invalid for a name that no file can have or too many folders inside each other, NotFound for an upload that is
    not theirs or not finished, Conflict `too_many` where the folder is full and `folder_gone` where somebody has taken
    away one that was made for the files beside it.
    """
    principal, store = context.principal, context.store
    key, meant = f"{principal.user_id}:{command.client_document_id}", keys.meaning(command)
    name = names.checked(command.name, "$.name")

    async def first() -> DocumentDoc | None:
        made = await store.documents.by_key(principal.firm_id, key)
        if made is not None:
            keys.check_meaning(made.meant, meant)
        return made

    async def work() -> DocumentDoc:
        upload = await brought(context, command.upload_id)
        recognised, preview = await _looked_into(context, upload, name)
        known = await scanning.at_once(context.means, upload.firm_id, upload.sha256 or "", upload.size)

        async def write(session: Session) -> DocumentDoc:
            folder = await held(context, scope.folder.id, session)
            if command.inside is not None:
                folder = await brought_folders.inside(context, folder, command.inside, session)
            taken = await taken_over(context, command.upload_id, session)
            document = made(context, folder, name, taken.sha256 or "", taken.size, recognised)
            shown_as = None if preview is None else preview.preview
            document = replace(document, preview=shown_as, key=key, meant=meant, untold=1)
            document = await placed(context, document, folder, session)
            (document,) = await scanning.judged(context, [document], known.state, session, known.found)
            await store.documents.add(document, session=session)
            await notices.leave(context, folder.account_id, session)
            if preview is not None:
                await store.previews.put(preview, session)
            return document

        async with ours():
            return await store.mongo.transact(write)

    document = await keys.once(store.streams.tries, key, work, first)
    return cabinet.shown(principal, document, await _folder_of(context, document))


async def brought(context: Context, upload_id: Id) -> UploadDoc:
    """A finished upload of the asker's. Raises NotFound."""
    upload = await context.store.uploads.get(context.principal.firm_id, upload_id, context.principal.user_id)
    if upload is None or upload.sha256 is None:
        raise NotFound(NOT_BROUGHT)
    return upload


async def taken_over(context: Context, upload_id: Id, session: Session) -> UploadDoc:
    """The same, which is an upload no more. Raises NotFound."""
    principal = context.principal
    taken = await context.store.uploads.take(principal.firm_id, upload_id, principal.user_id, session)
    if taken is None:
        raise NotFound(NOT_BROUGHT)
    return taken


def made(context: Context, folder: FolderDoc, name: str, sha256: str, size: int, recognised: Recognised) -> DocumentDoc:
    """A new document of the asker's in a folder, into which nobody has looked."""
    principal = context.principal
    return DocumentDoc(
        id=new_id(),
        firm_id=principal.firm_id,
        account_id=folder.account_id,
        folder_id=folder.id,
        name=name,
        name_key=naming.key_of(name),
        size=size,
        sha256=sha256,
        family=recognised.family,
        media_type=media_type(recognised, name),
        uploaded_by=principal.person,
        uploaded_at=context.clock.now(),
        new_for=["contact" if principal.is_staff else "staff"],
    )


async def _looked_into(context: Context, upload: UploadDoc, name: str) -> tuple[Recognised, PreviewDoc | None]:
    """What it is by its content (some reads of a file, beside the loop), and what it will be shown as."""
    sha256 = upload.sha256 or ""
    async with await context.store.blobs.as_file(upload.firm_id, sha256) as path:
        recognised = await asyncio.to_thread(recognised_at, path, upload.size, name)
        return recognised, await previews.of_upload(context.means, upload.firm_id, sha256, recognised.family, path)


def recognised_at(path: Path, size: int, name: str) -> Recognised:
    with path.open("rb") as file:
        return recognise(file, size, name)


async def held(context: Context, folder_id: Id, session: Session) -> FolderDoc:
    """A folder into which something is put: nobody deletes or moves it meanwhile. Raises NotFound."""
    folder = await context.store.folders.hold(context.principal.firm_id, folder_id, session)
    if folder is None:
        raise NotFound("There is no such folder.")
    return folder


async def placed(context: Context, document: DocumentDoc, folder: FolderDoc, session: Session) -> DocumentDoc:
    """The document as it is called in a folder that is held. Raises Conflict where the folder is full."""
    documents = context.store.documents
    if await documents.count(folder.firm_id, folder.id, DOCUMENTS_MAX, session) >= DOCUMENTS_MAX:
        raise Conflict(f"There are {DOCUMENTS_MAX} documents in this folder already.", reason="too_many")
    taken = await documents.names_like(folder.firm_id, folder.id, naming.stem_of(document.name), session)
    name = naming.free(document.name, taken)
    return replace(document, folder_id=folder.id, name=name, name_key=naming.key_of(name))


async def _folder_of(context: Context, document: DocumentDoc) -> FolderDoc:
    folder = await context.store.folders.get(document.firm_id, document.folder_id)
    if folder is None:
        raise NotFound("There is no such folder.")
    return folder


# changing


Make = Callable[[DocumentDoc, Session], Awaitable[DocumentDoc]]


async def _changed(context: Context, scope: DocumentScope, make: Make) -> DocumentDoc:
    """A document as `make` has it, written together with the note that threads are to be told. Raises NotFound."""
    store = context.store

    async def write(session: Session) -> DocumentDoc:
        before = await store.documents.get(scope.document.firm_id, scope.document.id, session)
        if before is None or before.folder_id != scope.document.folder_id:
            # It was moved between the look at what the asker may do and now.
            raise NotFound("There is no such document.")
        after = await make(before, session)
        if after != before:
            await store.documents.change(after, session)
            await following.leave_document(context, after, session)
        return after

    async with ours():
        after = await store.mongo.transact(write)
    following.go_on_with_document(context, after)
    return after


async def _answer(context: Context, document: DocumentDoc) -> Document:
    return cabinet.shown(context.principal, document, await _folder_of(context, document))


def _must_be_live(document: DocumentDoc, folder: FolderDoc) -> None:
    if not cabinet.is_live(document, folder):
        raise NotFound("This document is in the trash.")


@does(DocumentRename)
async def rename(context: Context, command: DocumentRename, scope: DocumentScope) -> Document:
    """Call a document something else; beside one with that name it gets a number."""
    name = names.checked(command.name, "$.name")

    async def make(document: DocumentDoc, session: Session) -> DocumentDoc:
        _must_be_live(document, scope.folder)
        if name == document.name:
            return document
        folder = await held(context, document.folder_id, session)
        taken = await context.store.documents.names_like(folder.firm_id, folder.id, naming.stem_of(name), session)
        fit = naming.free(name, taken - {document.name_key})
        return replace(document, name=fit, name_key=naming.key_of(fit))

    return await _answer(context, await _changed(context, scope, make))


@does(DocumentMove)
async def move(context: Context, command: DocumentMove, scope: DocumentScope) -> Document:
    """Put a document into another folder of its account, whose access it has from then on (DC-8)."""
    target = await cabinet.folder_of(context, command.folder_id, edited=True)
    if target.account_id != scope.document.account_id:
        raise NotFound("There is no such folder.")

    async def make(document: DocumentDoc, session: Session) -> DocumentDoc:
        _must_be_live(document, scope.folder)
        if document.folder_id == target.id:
            return document
        return await placed(context, document, await held(context, target.id, session), session)

    return await _answer(context, await _changed(context, scope, make))


@does(DocumentDelete)
async def delete(context: Context, command: DocumentDelete, scope: DocumentScope) -> Done:
    """Put a document into the trash; every thread that carries it shows that something was there (DC-5, AR-5)."""

    async def make(document: DocumentDoc, session: Session) -> DocumentDoc:
        if not cabinet.is_live(document, scope.folder):
            return document
        return replace(document, deleted_at=context.clock.now())

    await _changed(context, scope, make)
    return Done()


@does(DocumentRestore)
async def restore(context: Context, command: DocumentRestore, scope: DocumentScope) -> Document:
    """Take a document out of the trash, to where it was, or into a folder that is named.

    Raises Conflict `folder_gone` where it was in a folder that is deleted and no other one is named: which it goes into
    says who may see it, and that is for the asker to decide.
    """
    if command.folder_id is None and scope.folder.deleted_at is not None:
        raise Conflict("The folder that it was in is deleted: say which one it goes into.", reason="folder_gone")
    target = scope.folder
    if command.folder_id is not None:
        target = await cabinet.folder_of(context, command.folder_id, edited=True)
        if target.account_id != scope.document.account_id:
            raise NotFound("There is no such folder.")

    async def make(document: DocumentDoc, session: Session) -> DocumentDoc:
        if cabinet.is_live(document, scope.folder):
            return document
        restored = await placed(context, document, await held(context, target.id, session), session)
        return replace(restored, deleted_at=None)

    return await _answer(context, await _changed(context, scope, make))


@does(DocumentMark)
async def mark(context: Context, command: DocumentMark, scope: DocumentScope) -> Document:
    """Say that a document is new for a side, or isn't (RD-8)."""
    side = command.side
    if side != context.principal.side and not context.principal.is_staff:
        raise Forbidden("You say this for yourselves only.")

    async def make(document: DocumentDoc, session: Session) -> DocumentDoc:
        _must_be_live(document, scope.folder)
        others = [one for one in document.new_for if one != side]
        return replace(document, new_for=sorted([*others, side]) if command.new else others)

    return await _answer(context, await _changed(context, scope, make))


# going


async def sweep(means: Means, now: Ms) -> int:
    """Take away for good what has been in the trash for long enough (DC-10); how much it was. Its bytes go once nothing
    else refers to them (storage.blobs)."""
    store, before, gone = means.store, now - TRASH_MS, 0
    async with ours():
        for document in await store.documents.out_of_time(before, SWEPT_AT_ONCE_MAX):

            async def work(session: Session, document: DocumentDoc = document) -> bool:
                if not await store.documents.remove(document, before, session):
                    return False
                await store.carried.forget(document.firm_id, document.id, session)
                await store.blobs.let_go(document.firm_id, document.sha256, now, session)
                return True

            gone += await store.mongo.transact(work)
    return gone
