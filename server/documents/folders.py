"""Folders: listed, made, renamed, moved, deleted, and opened to contacts or closed.

What is changed of a folder is changed in one transaction, with the note of what is left to do for its documents
(server.documents.following). Refuses to know who may: that is server.core.cabinet.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from protocol.asked import Done
from protocol.documents import (
    FOLDERS_DEEP_MAX,
    Folder,
    FolderCreate,
    FolderDelete,
    FolderList,
    FolderMove,
    FolderPage,
    FolderRename,
    FolderSetAccess,
)
from protocol.errors import Conflict, Forbidden, Invalid, NotFound
from protocol.ids import new_id
from protocol.wire import Id
from server.core import cabinet, keys
from server.core.context import Context
from server.core.doing import does
from server.core.rules import AccountScope, FolderScope, may_with
from server.core.said import said
from server.documents import following
from storage.accounts import AccountDoc
from storage.folders import FolderDoc, for_uploads_id
from storage.mongo.connection import Session, ours

FOLDERS_MAX: Final = 2_500
"""Of an account: more than the files that an archive may hold, each of which may have a folder of its own."""
UPLOADS_NAME: Final = {"sv": "Dokument från klienten", "en": "Client uploaded documents"}


@does(FolderList)
async def page(context: Context, command: FolderList, scope: AccountScope) -> FolderPage:
    """The folders of an account that the asker may see, with the one that every account has."""
    await have_one_for_uploads(context, scope.account)
    found = await cabinet.folders_seen(context, scope.account.id)
    return FolderPage(folders=[cabinet.shown_folder(context.principal, folder) for folder in found])


async def have_one_for_uploads(context: Context, account: AccountDoc) -> None:
    """Make sure that an account has its folder for what contacts bring (DC-7): accounts get it when it is first missed, so
    that those from before there were folders have one too."""
    folders, folder_id = context.store.folders, for_uploads_id(account.id)
    if await folders.get(account.firm_id, folder_id) is not None:
        return
    firm = await context.store.firms.get(account.firm_id)
    if firm is None:
        raise NotFound("There is no such firm.")
    await folders.have(
        FolderDoc(
            id=folder_id,
            firm_id=account.firm_id,
            account_id=account.id,
            name=UPLOADS_NAME[firm.firm.language],
            created_at=context.clock.now(),
            access="client_edits",
            for_uploads=True,
        )
    )


@does(FolderCreate)
async def create(context: Context, command: FolderCreate, scope: AccountScope) -> Folder:
    """Make a folder; the same key from the same person makes one (P2).

    Raises NotFound or Forbidden for a parent that the asker may not change, Conflict `too_many`, Invalid for one too deep.
    """
    principal, folders = context.principal, context.store.folders
    key, meant = f"{principal.user_id}:{command.client_folder_id}", keys.meaning(command)
    name = said("$.name", command.name)

    async def first() -> FolderDoc | None:
        made = await folders.by_key(principal.firm_id, key)
        if made is not None:
            keys.check_meaning(made.meant, meant)
        return made

    async def write(session: Session) -> FolderDoc:
        if await folders.count(principal.firm_id, scope.account.id, FOLDERS_MAX, session) >= FOLDERS_MAX:
            raise Conflict(f"There are {FOLDERS_MAX} folders already.", reason="too_many")
        parent = (
            None if command.parent_id is None else await _held(context, command.parent_id, scope.account.id, session)
        )
        folder = FolderDoc(
            id=new_id(),
            firm_id=principal.firm_id,
            account_id=scope.account.id,
            name=name,
            created_at=context.clock.now(),
            created_by=principal.person,
            above=_below(parent),
            access=parent.access if parent else command.access,
            people=parent.people if parent else {},
            key=key,
            meant=meant,
        )
        await folders.add(folder, session=session)
        return folder

    async def work() -> FolderDoc:
        if command.parent_id is not None:
            await cabinet.folder_of(context, command.parent_id, edited=True)
        elif not principal.is_staff:
            raise Forbidden("Only staff make folders that are in no other one.")
        else:
            may_with(principal, "manage_documents")
        async with ours():
            return await context.store.mongo.transact(write)

    return cabinet.shown_folder(principal, await keys.once(context.store.streams.tries, key, work, first))


async def _held(context: Context, folder_id: Id, account_id: Id, session: Session) -> FolderDoc:
    """A folder of an account into which something is put. Raises NotFound."""
    folder = await context.store.folders.hold(context.principal.firm_id, folder_id, session)
    if folder is None or folder.account_id != account_id:
        raise NotFound("There is no such folder.")
    return folder


def _below(parent: FolderDoc | None) -> list[Id]:
    above = [*parent.above, parent.id] if parent else []
    if len(above) >= FOLDERS_DEEP_MAX:
        raise _too_deep(len(above) + 1)
    return above


def _too_deep(depth: int) -> Invalid:
    return Invalid(path="$.parent_id", expected=f"at most {FOLDERS_DEEP_MAX} folders inside each other", got=str(depth))


@does(FolderRename)
async def rename(context: Context, command: FolderRename, scope: FolderScope) -> Folder:
    """Call a folder something else; also the one that every account has."""
    name = said("$.name", command.name)

    async def write(session: Session) -> FolderDoc:
        folder = await _held(context, scope.folder.id, scope.folder.account_id, session)
        await context.store.folders.change(folder.firm_id, folder.id, {"name": name}, session)
        return replace(folder, name=name)

    async with ours():
        return cabinet.shown_folder(context.principal, await context.store.mongo.transact(write))


@does(FolderMove)
async def move(context: Context, command: FolderMove, scope: FolderScope) -> Folder:
    """Put a folder with all that is in it elsewhere in its account, where it has the access of what it stands in (DC-8).

    Raises NotFound for a folder of another account, Conflict for a place inside itself, Forbidden where a contact would
    make a top-level folder of one.
    """
    principal, folders, parent_id = context.principal, context.store.folders, command.parent_id
    if parent_id is not None:
        await cabinet.folder_of(context, parent_id, edited=True)
    elif not principal.is_staff:
        raise Forbidden("Only staff make folders that are in no other one.")
    _must_not_be_for_uploads(scope.folder)

    async def write(session: Session) -> FolderDoc:
        folder = await _held(context, scope.folder.id, scope.folder.account_id, session)
        parent = None if parent_id is None else await _held(context, parent_id, folder.account_id, session)
        if parent is not None and folder.id in (parent.id, *parent.above):
            raise Invalid(path="$.parent_id", expected="a folder outside of the one that is moved", got=parent.id)
        above = _below(parent)
        deepest = max((len(one.above) for one in await folders.below(folder.firm_id, folder.id, session)), default=0)
        if (depth := len(above) + 1 + max(0, deepest - len(folder.above))) > FOLDERS_DEEP_MAX:
            raise _too_deep(depth)
        source = parent or folder
        fields = {"access": source.access, "people": source.people}
        await folders.put_below(folder, above, fields, session)
        await following.leave_folder(context, folder, session)
        return replace(folder, above=above, access=source.access, people=source.people)

    async with ours():
        moved = await context.store.mongo.transact(write)
    following.go_on_with_folder(context, moved)
    return cabinet.shown_folder(principal, moved)


@does(FolderDelete)
async def delete(context: Context, command: FolderDelete, scope: FolderScope) -> Done:
    """Delete a folder and those in it at once; their documents are in the trash from that moment (DC-10)."""
    _must_not_be_for_uploads(scope.folder)
    at = context.clock.now()

    async def write(session: Session) -> None:
        folder = await _held(context, scope.folder.id, scope.folder.account_id, session)
        below = await context.store.folders.below(folder.firm_id, folder.id, session)
        if any(one.for_uploads for one in below):
            raise _kept()
        await context.store.folders.change_all(folder, {"deleted_at": at}, session)
        await following.leave_folder(context, folder, session)

    async with ours():
        await context.store.mongo.transact(write)
    following.go_on_with_folder(context, scope.folder)
    return Done()


def _must_not_be_for_uploads(folder: FolderDoc) -> None:
    if folder.for_uploads:
        raise _kept()


def _kept() -> Conflict:
    return Conflict("This is the folder for what clients bring: it stays where it is.", reason="folder_kept")


@does(FolderSetAccess)
async def set_access(context: Context, command: FolderSetAccess, scope: FolderScope) -> Folder:
    """Say what contacts may do in a top-level folder and below it; it holds from the next question on (DC-8).

    Raises Invalid for a subfolder, which has what its top-level folder says, and for people who are no contacts of the
    account; Conflict for the folder that every account has, which contacts can always put something into (DC-7).
    """
    folder = scope.folder
    if folder.above:
        raise Invalid(path="$.folder_id", expected="a top-level folder", got="a folder in another one")
    if folder.for_uploads and command.access != "client_edits":
        raise _kept()
    await _must_be_contacts(context, folder, list(command.people))

    async def write(session: Session) -> FolderDoc:
        held = await _held(context, folder.id, folder.account_id, session)
        if held.above:
            raise Invalid(path="$.folder_id", expected="a top-level folder", got="a folder in another one")
        fields = {"access": command.access, "people": command.people}
        await context.store.folders.change_all(held, fields, session)
        await following.leave_folder(context, held, session)
        return replace(held, access=command.access, people=command.people)

    async with ours():
        changed = await context.store.mongo.transact(write)
    following.go_on_with_folder(context, changed)
    return cabinet.shown_folder(context.principal, changed)


async def _must_be_contacts(context: Context, folder: FolderDoc, contact_ids: Sequence[Id]) -> None:
    if not contact_ids:
        return
    links = await context.store.people.links_of_account(folder.firm_id, folder.account_id)
    strange = set(contact_ids) - {link.contact_id for link in links}
    if strange:
        raise Invalid(path="$.people", expected="contacts of the account", got=min(strange))
