"""Zips that are uploaded: all of one becomes documents in folders, or nothing does and nothing is left (ZP-1 to ZP-5)."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest

from protocol.body import paragraph
from protocol.documents import (
    Document,
    DocumentList,
    DocumentUnpack,
    Folder,
    FolderList,
    FolderSetAccess,
    Unpacked,
)
from protocol.errors import ChattarError, Forbidden, Invalid, NotFound
from protocol.ids import new_id, thread_stream
from protocol.messages import MessageSend, MessageSent
from protocol.wire import Id
from server.documents import unpacking
from server.files.fence import keeper
from server.uploads import actions as uploads
from storage.blobs.folder import Folder as Place
from storage.unpacked import HOLDS_MS
from tests import cabinet
from tests.server.files import archives
from tests.server.files.archives import zipped
from tests.world import Person, World

pytestmark = pytest.mark.anyio
FILES = {
    "Kvitton/oktober/hotell.pdf": cabinet.PDF,
    "Kvitton/oktober/tåg.pdf": b"%PDF-1.7 ett annat",
    "kvitton/lunch.txt": b"lunch",
    "bokslut.pdf": cabinet.PDF,
    "tom.txt": b"",
    "__MACOSX/._bokslut.pdf": b"x",
}


async def asked(world: World, person: Person, folder: Folder, made: bytes, name: str = "Oktober.zip") -> DocumentUnpack:
    return DocumentUnpack(
        folder_id=folder.id,
        upload_id=await cabinet.brought(world, person, made, name),
        client_document_id=new_id(),
        name=name,
    )


async def unpacked(world: World, person: Person, folder: Folder, made: bytes, name: str = "Oktober.zip") -> Unpacked:
    result: Unpacked = await world.do(person, await asked(world, person, folder, made, name))
    return result


async def tree(world: World, person: Person, top: Folder) -> dict[str, Document]:
    """What somebody sees in a folder and below it, each by its way."""
    folders = {one.id: one for one in (await world.do(person, FolderList(account_id=top.account_id))).folders}

    def way(folder_id: Id) -> str:
        folder = folders[folder_id]
        return "" if folder_id == top.id else f"{way(folder.parent_id or '')}{folder.name}/"

    found = {}
    for folder in folders.values():
        above, at = set[Id](), folder.id
        while at:
            above.add(at)
            at = folders[at].parent_id or ""
        if top.id in above:
            for document in (await world.do(person, DocumentList(folder_id=folder.id, limit=100))).documents:
                found[way(folder.id) + document.name] = document
    return found


async def kept(world: World) -> dict[str, Any]:
    """Everything that an upload leaves: what there is of each, and what it takes up."""
    database = world.store.mongo.database
    return {
        "room": await world.store.blobs.taken(world.firm.id),
        **{name: await database[name].count_documents({}) for name in ("documents", "folders", "uploads", "blobs")},
    }


async def files_left(world: World) -> int:
    """Files in the place for bytes, after all that is due has been removed."""
    place = world.store.blobs.place
    assert isinstance(place, Place)
    for minutes in (2, 4):  # what is let go of is a leaving, which is left alone for a while
        await uploads.sweep(world.means, world.clock.now() + minutes * 60 * 1000)
    return sum(path.is_file() for path in place._root.rglob("*"))


async def test_what_is_in_a_zip_becomes_documents_in_the_folder_and_in_new_ones(world: World) -> None:
    """ZP-1, ZP-2: also by a contact; each with its content, what it is by that, and new to the other side."""
    top = await cabinet.folder(world, "Delad", access="client_edits")
    await cabinet.folder(world, "KVITTON", parent_id=top.id)
    await cabinet.saved(world, world.anna, top)
    result = await unpacked(world, world.petra, top, zipped(FILES))
    assert (result.documents, result.skipped, result.whole) == (5, 1, None)
    assert [one.name for one in result.first] == ["hotell.pdf", "tåg.pdf", "lunch.txt", "bokslut (2).pdf", "tom.txt"]
    for person in (world.anna, world.petra):
        found = await tree(world, person, top)
        assert set(found) == {
            "Kvitton (2)/oktober/hotell.pdf", "Kvitton (2)/oktober/tåg.pdf", "Kvitton (2)/lunch.txt",
            "bokslut (2).pdf", "tom.txt", "bokslut.pdf",
        }  # fmt: skip
    hotel = (await tree(world, world.anna, top))["Kvitton (2)/oktober/hotell.pdf"]
    assert (hotel.family, hotel.size, hotel.new, hotel.uploaded_by.name) == (
        "pdf",
        len(cabinet.PDF),
        True,
        "Petra Holm",
    )
    stored = await world.store.documents.get(world.firm.id, hotel.id)
    assert stored is not None
    assert b"".join([piece async for piece in world.store.blobs.read(world.firm.id, stored.sha256)]) == cabinet.PDF
    await world.do(world.anna, FolderSetAccess(folder_id=top.id, access="private"))
    with pytest.raises(NotFound):
        await tree_of(world, world.petra, top)


async def tree_of(world: World, person: Person, top: Folder) -> None:
    await world.do(person, DocumentList(folder_id=top.id))


async def test_the_same_content_is_kept_once_and_the_zip_itself_is_not(world: World) -> None:
    folder = await cabinet.for_uploads(world)
    await cabinet.saved(world, world.anna, folder)
    before = await kept(world)
    await unpacked(world, world.petra, folder, zipped(FILES))
    assert await files_left(world) == 4
    after = await kept(world)
    assert after["room"] == before["room"] + len(b"%PDF-1.7 ett annat") + len(b"lunch")
    assert (after["blobs"], after["uploads"]) == (4, 0)


async def test_the_same_key_makes_it_once(world: World) -> None:
    """P2: also for two that ask at the same time, and for one whose answer was lost."""
    folder = await cabinet.for_uploads(world)
    command = await asked(world, world.petra, folder, zipped(FILES))
    first, second = await asyncio.gather(world.do(world.petra, command), world.do(world.petra, command))
    third = await world.do(world.petra, command)
    assert first == second == third
    assert len(await tree(world, world.petra, folder)) == 5


HOSTILE = {
    "path": (zipped({"ok.txt": b"1", "../ut.txt": b"1"}), "zip_path", "../ut.txt"),
    "link": (archives.of_kind(archives.LINK), "zip_kind", "genväg"),
    "entries": (zipped({f"{number}.txt": b"" for number in range(2_001)}), "zip_entries", None),
    "entry": (zipped({"a.bin": bytes(90_000)}, zipfile.ZIP_STORED), "zip_entry_bytes", "a.bin"),
    "total": (zipped({f"{at}.bin": bytes(50_000) for at in range(5)}, zipfile.ZIP_STORED), "zip_total_bytes", None),
    "ratio": (zipped({f"{at}.bin": bytes(75_000) for at in range(20)}), "zip_ratio", None),
    "deep": (zipped({"m/" * 25 + "a.txt": b"1"}), "zip_deep", None),
    "empty": (zipped({"mapp/": b""}), "zip_empty", None),
    "overlapping": (archives.overlapping(), "zip_damaged", None),
    "says less": (archives.says_less(), "zip_damaged", None),
    "says more": (archives.says_more(), "zip_damaged", None),
    "another crc": (archives.another_crc32(), "zip_damaged", None),
}


@pytest.mark.parametrize("which", list(HOSTILE))
async def test_what_is_refused_says_why_and_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    """ZP-3: not a file, folder or byte; the upload is there still, for whoever brought it to take it away."""
    made, reason, about = HOSTILE[which]
    if which in ("entry", "total"):
        world.set(upload_bytes_max=300_000 if which == "total" else 95_000)
        monkeypatch.setattr(unpacking, "TOTAL_BYTES_MAX", 200_000)
    folder = await cabinet.for_uploads(world)
    command = await asked(world, world.petra, folder, made)
    if which == "entry":
        world.set(upload_bytes_max=80_000)
    before, files = await kept(world), await files_left(world)
    with pytest.raises(Invalid) as refused:
        await world.do(world.petra, command)
    problem = refused.value.problem
    assert (problem.reason, problem.path) == (reason, "$.upload_id")
    assert about is None or problem.got == about
    assert problem.expected
    assert await kept(world) == before
    assert await files_left(world) == files
    assert world.means.fence.broken == 0


@pytest.mark.parametrize(
    ("made", "name", "why"),
    [
        (archives.encrypted(), "Lås.zip", "encrypted"),
        (archives.packed_otherwise(), "Stor.zip", "compression"),
        (zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}), "Bok.zip", "package"),
        (b"no zip at all", "Text.ZIP", "package"),
    ],
    ids=["encrypted", "deflate64", "workbook", "text"],
)
async def test_what_cannot_be_opened_or_would_be_broken_stays_one_document(
    world: World, made: bytes, name: str, why: str
) -> None:
    """ZP-3: with the reason, and the bytes as they came."""
    folder = await cabinet.for_uploads(world)
    result = await unpacked(world, world.petra, folder, made, name)
    assert (result.documents, result.whole, [one.name for one in result.first]) == (1, why, [name])
    (found,) = (await tree(world, world.petra, folder)).values()
    stored = await world.store.documents.get(world.firm.id, found.id)
    assert stored is not None
    assert b"".join([piece async for piece in world.store.blobs.read(world.firm.id, stored.sha256)]) == made


async def test_a_zip_inside_stays_a_zip(world: World) -> None:
    folder = await cabinet.for_uploads(world)
    await unpacked(world, world.petra, folder, zipped({"inre.zip": zipped({"a.txt": b"1"})}))
    found = await tree(world, world.petra, folder)
    assert {name: one.family for name, one in found.items()} == {"inre.zip": "zip"}


async def test_only_who_may_put_something_into_the_folder_unpacks_and_only_their_own(world: World) -> None:
    top = await cabinet.folder(world, "Visas", access="client_views")
    with pytest.raises(Forbidden):
        await unpacked(world, world.petra, top, zipped(FILES))
    theirs = await asked(world, world.petra, await cabinet.for_uploads(world), zipped(FILES))
    for stranger in (world.linn, world.anna):
        with pytest.raises(NotFound):
            await world.do(stranger, theirs)
    with pytest.raises(Invalid):
        await unpacked(world, world.petra, await cabinet.for_uploads(world), zipped(FILES), "Oktober.rar")


@pytest.mark.parametrize("fails", ["while it comes out", "when it becomes blobs"])
async def test_a_fault_in_the_middle_leaves_nothing_and_the_next_try_does_it(
    world: World, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    folder = await cabinet.for_uploads(world)
    command = await asked(world, world.petra, folder, zipped(FILES))
    before, files = await kept(world), await files_left(world)
    method = "read" if fails == "while it comes out" else "settle"
    whole = Place if method == "settle" else keeper.Unpacked
    real, seen = getattr(whole, method), 0

    async def third_fails(*given: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == 3:
            raise OSError("the disk is away")
        await real(*given)

    async def third_ends(*given: Any) -> AsyncIterator[bytes]:
        nonlocal seen
        seen += 1
        if seen == 3:
            raise keeper.Damaged
        async for piece in real(*given):
            yield piece

    monkeypatch.setattr(whole, method, third_fails if method == "settle" else third_ends)
    with pytest.raises((OSError, ChattarError)):
        await world.do(world.petra, command)
    monkeypatch.undo()
    assert await kept(world) == before
    world.clock.advance(s=HOLDS_MS / 1000)
    assert await files_left(world) == files
    assert (await world.do(world.petra, command)).documents == 5


@pytest.mark.parametrize("late_behind", ["settle", "recognise"])
async def test_a_node_that_dies_in_the_middle_leaves_what_the_sweep_takes_away(
    world: World, monkeypatch: pytest.MonkeyPatch, late_behind: str
) -> None:
    """Neither room nor bytes; and one that was frozen and comes back makes no documents of what is gone."""
    folder = await cabinet.for_uploads(world)
    command = await asked(world, world.petra, folder, zipped(FILES))
    before, files = await kept(world), await files_left(world)
    whose, name = (world.store.unpacked, "settle") if late_behind == "settle" else (unpacking, "_recognised")
    real = getattr(whose, name)

    async def late(*given: Any) -> Any:
        made = await real(*given)
        world.clock.advance(s=HOLDS_MS / 1000 + 1)
        await uploads.sweep(world.means, world.clock.now() + 2 * 60 * 1000)
        return made

    async def nothing(*given: Any) -> None:
        """It is dead."""

    monkeypatch.setattr(whose, name, late)
    monkeypatch.setattr(world.store.unpacked, "end", nothing)
    with pytest.raises(ChattarError):
        await world.do(world.petra, command)
    assert (await kept(world))["documents"] == before["documents"]
    monkeypatch.undo()
    assert await kept(world) == before
    assert await files_left(world) == files


async def test_one_message_carries_what_came_out_and_is_told_once(world: World) -> None:
    """ZP-5: one notice for the whole zip."""
    thread = await world.thread()
    result = await unpacked(world, world.petra, await cabinet.for_uploads(world), zipped(FILES))
    await world.settled()
    before = (await world.store.streams.read(thread_stream(thread.id), 0, 100))[-1].seq
    await world.do(
        world.petra,
        MessageSend(
            thread_id=thread.id,
            client_message_id=new_id(),
            body=paragraph("Här är oktober."),
            attachments=[one.id for one in result.first],
        ),
    )
    await world.settled()
    told = [one.event for one in await world.store.streams.read(thread_stream(thread.id), before, 100)]
    (message,) = [event for event in told if isinstance(event, MessageSent)]
    assert len(message.attachments) == 5
