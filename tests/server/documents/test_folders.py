"""Folders: who sees and changes which, that what is inside follows, and what is refused (DC, spec 2.11)."""

import asyncio

import pytest

from protocol.documents import (
    DocumentGet,
    DocumentList,
    DocumentRestore,
    DocumentSearch,
    Folder,
    FolderAccess,
    FolderCreate,
    FolderDelete,
    FolderList,
    FolderMove,
    FolderRename,
    FolderSetAccess,
)
from protocol.errors import Conflict, Forbidden, Invalid, NotFound
from protocol.ids import new_id
from server.documents import folders as actions
from server.documents import following
from storage.folders import FOLDERS
from tests import cabinet
from tests.world import Person, World

pytestmark = pytest.mark.anyio


async def listed(world: World, person: Person) -> dict[str, Folder]:
    page = await world.do(person, FolderList(account_id=world.holm.id))
    return {folder.name: folder for folder in page.folders}


async def manages(world: World, person: Person) -> None:
    await world.store.people.change_staff(person.firm_id, person.id, {"rights": ["manage_documents"]})


@pytest.mark.parametrize(
    ("access", "seen", "edited"),
    [("client_edits", True, True), ("client_views", True, False), ("private", False, False)],
)
async def test_a_contact_has_what_the_top_level_folder_says_down_to_the_last_one(
    world: World, access: FolderAccess, seen: bool, edited: bool
) -> None:
    """DC-1, spec 2.11: subfolders and what is in them inherit."""
    top = await cabinet.folder(world, "Bokslut", access=access)
    inner = await cabinet.folder(world, "2025", parent_id=top.id)
    innermost = await cabinet.folder(world, "Bilagor", parent_id=inner.id)
    document = await cabinet.saved(world, world.anna, innermost)
    found = await listed(world, world.petra)
    for folder in (top, inner, innermost):
        assert (folder.name in found) is seen
        assert folder.name not in found or found[folder.name].may_edit is edited
        assert folder.name not in found or (found[folder.name].access, found[folder.name].people) == (None, {})
    shown = (await world.do(world.petra, DocumentGet(document_ids=[document.id]))).documents
    assert [one.id for one in shown] == ([document.id] if seen else [])
    hits = (await world.do(world.petra, DocumentSearch(account_id=world.holm.id, search="boks"))).documents
    assert [one.id for one in hits] == ([document.id] if seen else [])
    if edited:
        await cabinet.saved(world, world.petra, innermost, "kvitto.pdf")
    else:
        with pytest.raises(Forbidden if seen else NotFound):
            await cabinet.saved(world, world.petra, innermost, "kvitto.pdf")


async def test_for_one_contact_something_else_may_hold(world: World) -> None:
    """Spec 2.11: none, view or edit for a person, whatever the folder says, and below it too."""
    top = await cabinet.folder(world, "Löner", access="client_views")
    inner = await cabinet.folder(world, "Mars", parent_id=top.id)
    people = {world.petra.id: "edit", world.linn.id: "none"}
    changed = await world.do(
        world.anna,
        FolderSetAccess(folder_id=top.id, access="client_views", people=people),  # type: ignore[arg-type]
    )
    assert changed.people == people
    assert (await listed(world, world.petra))["Mars"].may_edit
    assert not {"Löner", "Mars"} & (await listed(world, world.linn)).keys()
    with pytest.raises(NotFound):
        await world.do(world.linn, DocumentList(folder_id=inner.id))
    later = await cabinet.folder(world, "April", parent_id=inner.id)
    assert later.people == people
    strange = FolderSetAccess(folder_id=top.id, access="private", people={world.gunilla.id: "view"})
    with pytest.raises(Invalid, match="contacts of the account"):
        await world.do(world.anna, strange)
    await world.do(world.anna, FolderSetAccess(folder_id=top.id, access="private"))
    assert "Mars" not in await listed(world, world.petra)


async def test_staff_see_all_and_change_with_the_right(world: World) -> None:
    """AC-9, spec 1.2: who is assigned views and downloads; who manages documents changes."""
    top = await cabinet.folder(world, "Bokslut")
    assert not (await listed(world, world.sofia))["Bokslut"].may_edit
    for command in (
        FolderCreate(account_id=world.holm.id, client_folder_id=new_id(), name="Ny"),
        FolderRename(folder_id=top.id, name="Ny"),
        FolderDelete(folder_id=top.id),
        FolderSetAccess(folder_id=top.id, access="client_edits"),
    ):
        with pytest.raises(Forbidden, match="manage_documents"):
            await world.do(world.sofia, command)
    await manages(world, world.sofia)
    assert (await world.do(world.sofia, FolderRename(folder_id=top.id, name="Ny"))).may_edit


async def test_every_account_has_one_for_what_contacts_bring_which_stays(world: World) -> None:
    """DC-7, spec 2.11: it can be renamed, and neither deleted nor closed nor put elsewhere."""
    first, second = await asyncio.gather(*(cabinet.for_uploads(world, person=who) for who in (world.petra, world.anna)))
    assert first.id == second.id
    assert first.name == "Dokument från klienten"
    assert first.may_edit
    assert (await world.do(world.anna, FolderRename(folder_id=first.id, name="Inkorg"))).name == "Inkorg"
    other = await cabinet.folder(world, "Annat", access="client_edits")
    for command in (
        FolderDelete(folder_id=first.id),
        FolderMove(folder_id=first.id, parent_id=other.id),
        FolderSetAccess(folder_id=first.id, access="private"),
    ):
        with pytest.raises(Conflict) as refused:
            await world.do(world.anna, command)
        assert refused.value.reason == "folder_kept"
    await cabinet.saved(world, world.petra, first, "kvitto.pdf")


async def test_a_contact_makes_folders_inside_of_others_only(world: World) -> None:
    top = await cabinet.for_uploads(world)
    made = await world.do(
        world.petra, FolderCreate(account_id=world.holm.id, client_folder_id=new_id(), name="Mars", parent_id=top.id)
    )
    assert made.parent_id == top.id
    with pytest.raises(Forbidden):
        await world.do(world.petra, FolderCreate(account_id=world.holm.id, client_folder_id=new_id(), name="Mars"))
    with pytest.raises(Forbidden):
        await world.do(world.petra, FolderMove(folder_id=made.id))


async def test_what_is_moved_has_the_access_of_where_it_is_then(world: World) -> None:
    """DC-8: with everything that is in it, and back."""
    shared = await cabinet.folder(world, "Delad", access="client_edits")
    private = await cabinet.folder(world, "Privat")
    year = await cabinet.folder(world, "2025", parent_id=shared.id)
    month = await cabinet.folder(world, "Mars", parent_id=year.id)
    document = await cabinet.saved(world, world.petra, month)
    moved = await world.do(world.anna, FolderMove(folder_id=year.id, parent_id=private.id))
    assert (moved.parent_id, moved.access) == (private.id, "private")
    assert not {"2025", "Mars"} & (await listed(world, world.petra)).keys()
    assert (await listed(world, world.anna))["Mars"].parent_id == year.id
    assert (await world.do(world.petra, DocumentGet(document_ids=[document.id]))).documents == []
    await world.do(world.anna, FolderMove(folder_id=year.id, parent_id=shared.id))
    assert (await listed(world, world.petra))["Mars"].may_edit
    alone = await world.do(world.anna, FolderMove(folder_id=month.id))
    assert (alone.parent_id, alone.access) == (None, "client_edits")


async def test_a_folder_is_put_neither_into_itself_nor_into_another_account(world: World) -> None:
    top = await cabinet.folder(world, "A")
    inner = await cabinet.folder(world, "B", parent_id=top.id)
    elsewhere = await cabinet.folder(world, "C", world.wester)
    for parent in (top, inner):
        with pytest.raises(Invalid, match="outside"):
            await world.do(world.anna, FolderMove(folder_id=top.id, parent_id=parent.id))
    with pytest.raises(NotFound):
        await world.do(world.anna, FolderMove(folder_id=top.id, parent_id=elsewhere.id))
    with pytest.raises(NotFound):
        await cabinet.folder(world, "D", parent_id=elsewhere.id)
    # Two at once, each into the other: one of them is too late.
    other = await cabinet.folder(world, "E")
    tries = await asyncio.gather(
        world.do(world.anna, FolderMove(folder_id=top.id, parent_id=other.id)),
        world.do(world.erik, FolderMove(folder_id=other.id, parent_id=inner.id)),
        return_exceptions=True,
    )
    assert sorted(isinstance(one, Invalid) for one in tries) == [False, True]


async def test_there_are_only_so_many_and_only_so_deep(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "FOLDERS_DEEP_MAX", 3)
    first = await cabinet.folder(world, "1")
    second = await cabinet.folder(world, "2", parent_id=first.id)
    third = await cabinet.folder(world, "3", parent_id=second.id)
    with pytest.raises(Invalid, match="at most 3"):
        await cabinet.folder(world, "4", parent_id=third.id)
    pair = await cabinet.folder(world, "5")
    await cabinet.folder(world, "6", parent_id=pair.id)
    with pytest.raises(Invalid, match="at most 3"):
        await world.do(world.anna, FolderMove(folder_id=pair.id, parent_id=second.id))
    monkeypatch.setattr(actions, "FOLDERS_MAX", 5)
    with pytest.raises(Conflict) as refused:
        await cabinet.folder(world, "7")
    assert refused.value.reason == "too_many"


async def test_the_same_key_makes_one_and_means_one(world: World) -> None:
    """P2."""
    command = FolderCreate(account_id=world.holm.id, client_folder_id=new_id(), name="Moms")
    first, second = await asyncio.gather(*(world.do(world.anna, command) for _ in range(2)))
    assert first == second
    assert await world.do(world.anna, command) == first
    again = FolderCreate(account_id=world.holm.id, client_folder_id=command.client_folder_id, name="Skatt")
    with pytest.raises(Conflict) as refused:
        await world.do(world.anna, again)
    assert refused.value.reason == "key_reused"


async def test_what_is_in_a_deleted_folder_is_in_the_trash_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DC-10: also what a process left of it when it died; and it is not put back where nobody would say who sees it."""
    top = await cabinet.folder(world, "Delad", access="client_edits")
    inner = await cabinet.folder(world, "Mars", parent_id=top.id)
    document = await cabinet.saved(world, world.petra, inner)
    monkeypatch.setattr(following, "go_on_with_folder", lambda context, folder: None)  # the process ends here
    await world.do(world.anna, FolderDelete(folder_id=top.id))
    assert (await world.do(world.petra, DocumentGet(document_ids=[document.id]))).documents == []
    assert not {"Delad", "Mars"} & (await listed(world, world.anna)).keys()
    (trashed,) = (await world.do(world.petra, DocumentSearch(account_id=world.holm.id, deleted=True))).documents
    at = world.clock.now()
    assert (trashed.id, trashed.deleted_at) == (document.id, at)
    with pytest.raises(Conflict) as refused:
        await world.do(world.petra, DocumentRestore(document_id=document.id))
    assert refused.value.reason == "folder_gone"
    stored = await world.store.documents.get(world.firm.id, document.id)
    assert stored is not None
    assert stored.deleted_at is None
    (chore,) = await world.store.chores.left([following.FOLDER], at + 1, 10)
    await following.go_on_folder(world.means, chore)
    stored = await world.store.documents.get(world.firm.id, document.id)
    assert stored is not None
    assert stored.deleted_at == at
    assert await world.store.chores.left([following.FOLDER], at + 1, 10) == []
    uploads = await cabinet.for_uploads(world)
    back = await world.do(world.petra, DocumentRestore(document_id=document.id, folder_id=uploads.id))
    assert (back.folder_id, back.deleted_at) == (uploads.id, None)


async def test_a_document_that_comes_while_its_folder_is_deleted_is_in_neither_or_gone_with_it(world: World) -> None:
    top = await cabinet.folder(world, "Delad", access="client_edits")
    results = await asyncio.gather(
        cabinet.saved(world, world.petra, top),
        world.do(world.anna, FolderDelete(folder_id=top.id)),
        return_exceptions=True,
    )
    await world.settled()
    assert not isinstance(results[1], BaseException)
    found = (await world.do(world.anna, DocumentSearch(account_id=world.holm.id))).documents
    assert found == []


async def test_a_word_of_a_newer_build_closes_a_folder(world: World) -> None:
    top = await cabinet.folder(world, "Delad", access="client_edits")
    rows = world.store.mongo.database[FOLDERS.name]
    await rows.update_one({"_id": top.id}, {"$set": {"access": "anybody_at_all"}})
    assert (await listed(world, world.anna))["Delad"].access == "private"
    assert "Delad" not in await listed(world, world.petra)
