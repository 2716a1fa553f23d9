"""Folders of somebody's computer that are brought as a whole: kept as folders, each made once (ZP-1 to ZP-3, ZP-5)."""

from __future__ import annotations

import asyncio

import pytest

from protocol.documents import (
    FOLDERS_DEEP_MAX,
    Document,
    DocumentSave,
    Folder,
    FolderDelete,
    FolderList,
    FolderMove,
    FolderRename,
    Inside,
)
from protocol.errors import ChattarError, Conflict, Invalid, NotFound
from protocol.ids import new_id
from server.documents import brought_folders
from tests import cabinet
from tests.server.documents.test_unpacking import tree
from tests.world import Person, World

pytestmark = pytest.mark.anyio


async def asked(
    world: World, person: Person, folder: Folder, way: str, name: str = "kvitto.pdf", *, whole: str = ""
) -> DocumentSave:
    return DocumentSave(
        folder_id=folder.id,
        upload_id=await cabinet.brought(world, person, name=name),
        client_document_id=new_id(),
        name=name,
        inside=Inside(client_folder_id=whole or new_id(), way=way.split("/")),
    )


async def saved(
    world: World, person: Person, folder: Folder, way: str, name: str = "kvitto.pdf", *, whole: str = ""
) -> Document:
    document: Document = await world.do(person, await asked(world, person, folder, way, name, whole=whole))
    return document


async def ways(world: World, top: Folder) -> set[str]:
    return set(await tree(world, world.anna, top))


async def folders_of(world: World, account_id: str) -> list[Folder]:
    found: list[Folder] = (await world.do(world.anna, FolderList(account_id=account_id))).folders
    return found


async def test_what_stood_in_folders_stands_in_folders(world: World) -> None:
    """ZP-1, ZP-2, ZP-3: by a contact too, in any order; a folder of that name that is there is another one."""
    top = await cabinet.folder(world, "Delad", access="client_edits")
    await cabinet.folder(world, "KVITTON", parent_id=top.id)
    whole = new_id()
    await saved(world, world.petra, top, "Kvitton/oktober", "hotell.pdf", whole=whole)
    await saved(world, world.petra, top, "Kvitton", "bokslut.pdf", whole=whole)
    await saved(world, world.petra, top, "Kvitton/Oktober", "hotell.pdf", whole=whole)
    assert await ways(world, top) == {
        "Kvitton (2)/oktober/hotell.pdf", "Kvitton (2)/oktober/hotell (2).pdf", "Kvitton (2)/bokslut.pdf",
    }  # fmt: skip
    # Brought once more, or by somebody else under the same key, it is another folder.
    await saved(world, world.petra, top, "Kvitton", "nytt.pdf")
    await saved(world, world.anna, top, "Kvitton", "vårt.pdf", whole=whole)
    assert {"Kvitton (3)/nytt.pdf", "Kvitton (4)/vårt.pdf"} <= await ways(world, top)


async def test_files_that_come_at_once_make_each_folder_once(world: World) -> None:
    """P2: three of them into one that isn't there; and the same command again changes nothing."""
    top, whole = await cabinet.for_uploads(world), new_id()
    commands = [
        await asked(world, world.petra, top, "Kvitton/2025/oktober", f"{number}.pdf", whole=whole) for number in "123"
    ]
    made = await asyncio.gather(*(world.do(world.petra, command) for command in [*commands, commands[0]]))
    assert made[0] == made[3] == await world.do(world.petra, commands[0])
    assert await ways(world, top) == {f"Kvitton/2025/oktober/{number}.pdf" for number in "123"}
    names = [folder.name for folder in await folders_of(world, world.holm.id)]
    assert sorted(names) == sorted([top.name, "Kvitton", "2025", "oktober"])


async def test_a_folder_is_found_again_whatever_it_is_called_by_now(world: World) -> None:
    top, whole = await cabinet.for_uploads(world), new_id()
    first = await saved(world, world.petra, top, "Kvitton/oktober", "a.pdf", whole=whole)
    await world.do(world.anna, FolderRename(folder_id=first.folder_id, name="Månad 10"))
    await saved(world, world.petra, top, "Kvitton/oktober", "b.pdf", whole=whole)
    assert await ways(world, top) == {"Kvitton/Månad 10/a.pdf", "Kvitton/Månad 10/b.pdf"}


async def test_into_what_is_taken_away_meanwhile_nothing_goes(world: World) -> None:
    """DC-8: not behind the back of who has moved it where contacts don't see it, nor into the trash."""
    top, private, whole = await cabinet.for_uploads(world), await cabinet.folder(world, "Bara vi"), new_id()
    first = await saved(world, world.petra, top, "Kvitton/oktober", "a.pdf", whole=whole)
    await world.do(world.anna, FolderMove(folder_id=first.folder_id, parent_id=private.id))
    for way in ("Kvitton/oktober", "Kvitton/oktober/hotell"):
        with pytest.raises(Conflict) as refused:
            await saved(world, world.petra, top, way, "b.pdf", whole=whole)
        assert refused.value.reason == "folder_gone"
    (kvitton,) = [one for one in await folders_of(world, world.holm.id) if one.name == "Kvitton"]
    await world.do(world.anna, FolderDelete(folder_id=kvitton.id))
    with pytest.raises(Conflict) as refused:
        await saved(world, world.petra, top, "Kvitton", "b.pdf", whole=whole)
    assert refused.value.reason == "folder_gone"
    # Nothing of it is kept, and somewhere else it begins anew.
    await saved(world, world.anna, private, "Kvitton", "b.pdf", whole=whole)
    assert await ways(world, private) == {"oktober/a.pdf", "Kvitton/b.pdf"}
    assert await ways(world, top) == set()


@pytest.mark.parametrize(
    ("way", "name"),
    [
        ("Avi: maj?", "Avi: maj?"),
        ("a\\b", "a_b"),
        ("fdp\u202etfar", "fdp_tfar"),
        ("rad\nbrytning", "rad_brytning"),
        (" Kvitton  2025 ", "Kvitton 2025"),
        ("x" * 255, "x" * 112),
        ("A\u030arsbokslut", "Årsbokslut"),
    ],
)
async def test_names_are_kept_as_they_can_stand_here(world: World, way: str, name: str) -> None:
    """ZP-3: as with zips."""
    top = await cabinet.for_uploads(world)
    await saved(world, world.petra, top, way)
    assert await ways(world, top) == {f"{name}/kvitto.pdf"}


@pytest.mark.parametrize("way", [".", "..", "Kvitton/..", "Kvitton/ .. "])
async def test_a_way_out_is_refused_and_nothing_is_left(world: World, way: str) -> None:
    """ZP-3."""
    top = await cabinet.for_uploads(world)
    with pytest.raises(Invalid) as refused:
        await saved(world, world.petra, top, way)
    assert (refused.value.problem.path, refused.value.reason) == (brought_folders.PATH, "file_name")
    assert [folder.name for folder in await folders_of(world, world.holm.id)] == [top.name]


async def test_it_goes_as_deep_as_folders_go_and_no_deeper(world: World) -> None:
    """ZP-3: the refusal says how deep they may go, and how deep it is."""
    top = await cabinet.for_uploads(world)
    deepest = "/".join(str(depth) for depth in range(1, FOLDERS_DEEP_MAX))
    await saved(world, world.petra, top, deepest)
    with pytest.raises(Invalid) as refused:
        await saved(world, world.petra, top, f"{deepest}/x")
    problem = refused.value.problem
    assert (problem.reason, problem.expected, problem.got) == (
        "folder_deep",
        "at most 25 folders inside each other",
        "26",
    )
    assert len(await folders_of(world, world.holm.id)) == FOLDERS_DEEP_MAX


async def test_no_more_folders_than_an_account_may_have(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    top = await cabinet.for_uploads(world)
    monkeypatch.setattr(brought_folders, "FOLDERS_MAX", 3)
    command = await asked(world, world.petra, top, "a/b/c")
    with pytest.raises(Conflict) as refused:
        await world.do(world.petra, command)
    assert refused.value.reason == "too_many"
    assert len(await folders_of(world, world.holm.id)) == 1
    await saved(world, world.petra, top, "a/b")


async def test_whoever_may_not_put_anything_into_a_folder_puts_no_folder_there(world: World) -> None:
    private = await cabinet.folder(world, "Bara vi")
    views = await cabinet.folder(world, "Rapporter", access="client_views")
    for top, expected in ((private, NotFound), (views, ChattarError)):
        with pytest.raises(expected):
            await saved(world, world.petra, top, "Kvitton")
        assert await ways(world, top) == set()
