"""Folders and documents as somebody may see them at this moment (DC-8): the one place that says who.

Staff who see an account see all that is in its folders, and change it with the right to manage documents (AC-9). A contact
of the account has what their folder says, or what it says for them. What is deleted is seen by nobody. Refuses to know
messages: that one carries a document opens nothing.
"""

from collections.abc import Collection, Iterable, Sequence

from protocol import previews
from protocol.documents import Document, Folder, PersonAccess
from protocol.errors import Forbidden, NotFound
from protocol.wire import Id
from server.core.context import Context, Principal
from server.core.sight import holds
from storage.documents import DocumentDoc
from storage.folders import FolderDoc

_BY_ACCESS: dict[str, PersonAccess] = {"client_edits": "edit", "client_views": "view", "private": "none"}


def level(principal: Principal, folder: FolderDoc) -> PersonAccess:
    """What somebody of the same firm may do with a folder and with what is in it, whether it is deleted or not."""
    if not principal.sees(folder.account_id):
        return "none"
    if principal.is_staff:
        return "edit" if holds(principal, "manage_documents") else "view"
    return folder.people.get(principal.user_id, _BY_ACCESS[folder.access])


def contacts_see(folder: FolderDoc) -> bool:
    """Whether it is one of those that the contacts of the account may see as a rule (DC-1)."""
    return folder.deleted_at is None and folder.access != "private"


async def folder_of(context: Context, folder_id: Id, *, edited: bool = False) -> FolderDoc:
    """A folder, if the asker may see it, or `edited` change it. Raises NotFound, Forbidden."""
    folder = await context.store.folders.get(context.principal.firm_id, folder_id)
    if folder is None or folder.deleted_at is not None:
        raise NotFound("There is no such folder.")
    _must(context.principal, folder, "folder", edited=edited)
    return folder


async def document_of(context: Context, document_id: Id, *, edited: bool = False) -> tuple[DocumentDoc, FolderDoc]:
    """A document and its folder, if the asker may see it, or `edited` change it: of those in the trash only the latter.
    Raises NotFound, Forbidden."""
    firm_id = context.principal.firm_id
    document = await context.store.documents.get(firm_id, document_id)
    folder = await context.store.folders.get(firm_id, document.folder_id) if document is not None else None
    if document is None or folder is None or not (edited or is_live(document, folder)):
        raise NotFound("There is no such document.")
    _must(context.principal, folder, "document", edited=edited)
    if not offered(context.principal, document):
        raise NotFound("There is no such document.")
    return document, folder


async def bytes_of(context: Context, document_id: Id) -> DocumentDoc:
    """A document whose bytes, and what is made of them, the asker may have. Raises NotFound, Forbidden."""
    return with_bytes((await document_of(context, document_id))[0])


def offered(principal: Principal, document: DocumentDoc) -> bool:
    """Whether it is for the asker's side: what no virus scanner has found clean is for the side alone that brought it."""
    return document.scan is None or document.uploaded_by.side == principal.side


def has_bytes(document: DocumentDoc) -> bool:
    """Whether anybody gets its bytes: of what was refused nobody does."""
    return document.scan != "refused"


def with_bytes(document: DocumentDoc) -> DocumentDoc:
    """The same document. Raises NotFound for one that was refused."""
    if not has_bytes(document):
        raise NotFound("The virus scanner has refused this document.")
    return document


def is_live(document: DocumentDoc, folder: FolderDoc) -> bool:
    """Whether neither it nor its folder is deleted."""
    return document.deleted_at is None and folder.deleted_at is None


def _must(principal: Principal, folder: FolderDoc, what: str, *, edited: bool) -> None:
    has = level(principal, folder)
    if has == "none":
        # Contacts may not know that it exists; staff may know that their firm has it.
        if principal.is_staff:
            raise Forbidden(f"You have no access to this {what}.")
        raise NotFound(f"There is no such {what}.")
    if edited and has != "edit":
        if principal.is_staff:
            raise Forbidden("This needs the right manage_documents.")
        raise Forbidden(f"You may look at this {what} and not change it.")


async def documents_seen(context: Context, document_ids: Iterable[Id]) -> list[tuple[DocumentDoc, FolderDoc]]:
    """Those of some documents that the asker may see now, with their folders, in the order asked for."""
    return (await documents_and_held(context, document_ids))[0]


async def documents_and_held(
    context: Context, document_ids: Iterable[Id]
) -> tuple[list[tuple[DocumentDoc, FolderDoc]], list[Id]]:
    """The same, and the ids of those that the asker would see if the virus scanner had found them clean already."""
    principal, wanted = context.principal, list(dict.fromkeys(document_ids))
    found = {one.id: one for one in await context.store.documents.many(principal.firm_id, wanted)}
    folders = await context.store.folders.many(principal.firm_id, {one.folder_id for one in found.values()})
    seen, held = [], []
    for document_id in wanted:
        document = found.get(document_id)
        folder = folders.get(document.folder_id) if document is not None else None
        if document is None or folder is None or not is_live(document, folder):
            continue
        if level(principal, folder) == "none":
            continue
        if offered(principal, document):
            seen.append((document, folder))
        elif has_bytes(document):
            held.append(document.id)
    return seen, held


async def folders_seen(
    context: Context, account_id: Id, *, edited: bool = False, deleted: bool = False
) -> list[FolderDoc]:
    """The folders of an account that the asker may see, or `edited` change; `deleted` ones too, if they are asked for."""
    principal = context.principal
    found = await context.store.folders.of_account(principal.firm_id, account_id, deleted=deleted)
    enough = {"edit"} if edited else {"view", "edit"}
    return [folder for folder in found if level(principal, folder) in enough]


def shown_folder(principal: Principal, folder: FolderDoc) -> Folder:
    """A folder as the asker sees it."""
    staff = principal.is_staff
    return Folder(
        id=folder.id,
        account_id=folder.account_id,
        name=folder.name,
        parent_id=folder.parent_id,
        may_edit=level(principal, folder) == "edit",
        for_uploads=folder.for_uploads,
        access=folder.access if staff else None,
        people=folder.people if staff else {},
    )


def shown(principal: Principal, document: DocumentDoc, folder: FolderDoc) -> Document:
    """A document as the asker sees it."""
    times = [at for at in (document.deleted_at, folder.deleted_at) if at is not None]
    return Document(
        id=document.id,
        account_id=document.account_id,
        folder_id=document.folder_id,
        name=document.name,
        size=document.size,
        family=document.family,
        uploaded_by=document.uploaded_by,
        uploaded_at=document.uploaded_at,
        new=principal.side in document.new_for,
        new_to_contacts=principal.is_staff and "contact" in document.new_for,
        may_edit=level(principal, folder) == "edit",
        deleted_at=min(times, default=None),
        preview=previews.shown(document.preview) if has_bytes(document) else None,
        scan=document.scan,
    )


def shown_all(principal: Principal, documents: Sequence[DocumentDoc], folders: Collection[FolderDoc]) -> list[Document]:
    """Documents as the asker sees them; those of other folders are left out."""
    by_id = {folder.id: folder for folder in folders}
    return [shown(principal, one, by_id[one.folder_id]) for one in documents if one.folder_id in by_id]
