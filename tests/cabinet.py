"""Folders and documents for tests: files that somebody has brought, and documents made of them."""

from collections.abc import AsyncIterator
from typing import Any

from protocol.documents import Document, DocumentSave, Folder, FolderCreate, FolderList
from protocol.ids import new_id
from protocol.wire import Id
from server.uploads import actions as uploads
from server.uploads.receiving import Receiver
from storage.accounts import AccountDoc
from storage.documents import DOCUMENTS, DocumentDoc
from storage.folders import FolderDoc
from storage.mongo.documents import to_document
from storage.mongo.of_firms import FirmRows
from tests.world import Person, World

PDF = b"%PDF-1.7\n% an annual report, as far as anybody looks at it\n"


async def brought(world: World, person: Person, content: bytes = PDF, name: str = "bokslut.pdf") -> Id:
    """An upload of somebody's that is finished."""

    async def pieces() -> AsyncIterator[bytes]:
        yield content

    principal = await world.principal(person)
    upload = await uploads.begin(world.means, principal, name=name, size=len(content), path="name")
    await Receiver(world.means).receive(principal, upload.id, 0, pieces())
    return upload.id


async def saved(
    world: World, person: Person, folder: Folder, name: str = "bokslut.pdf", content: bytes = PDF
) -> Document:
    """A document that somebody has brought into a folder."""
    command = DocumentSave(
        folder_id=folder.id,
        upload_id=await brought(world, person, content, name),
        client_document_id=new_id(),
        name=name,
    )
    made: Document = await world.do(person, command)
    return made


async def folder(world: World, name: str = "Bokslut", account: AccountDoc | None = None, **more: Any) -> Folder:
    """A folder of an account's, Holm's unless it says otherwise, made by the firm's owner."""
    account = account or world.holm
    owner = world.anna if account.firm_id == world.firm.id else world.grace
    made: Folder = await world.do(
        owner, FolderCreate(account_id=account.id, client_folder_id=new_id(), name=name, **more)
    )
    return made


async def for_uploads(world: World, account: AccountDoc | None = None, person: Person | None = None) -> Folder:
    """The folder that an account has for what contacts bring."""
    page = await world.do(person or world.anna, FolderList(account_id=(account or world.holm).id))
    (found,) = [one for one in page.folders if one.for_uploads]
    made: Folder = found
    return made


async def document(world: World, where: FolderDoc, name: str) -> DocumentDoc:
    """A document without bytes, as stored, by nobody in particular."""
    made = DocumentDoc(
        id=new_id(),
        firm_id=where.firm_id,
        account_id=where.account_id,
        folder_id=where.id,
        name=name,
        name_key=name.casefold(),
        size=1,
        sha256="0" * 64,
        family="other",
        media_type="application/octet-stream",
        uploaded_by=(await world.principal(world.anna)).person,
        uploaded_at=1,
    )
    await FirmRows(world.store.mongo, DOCUMENTS).insert(to_document(made))
    return made
