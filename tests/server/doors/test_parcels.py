"""All documents of a folder or thread as one zip: for whom, under which names, and broken off once one of them is not for
the asker any more (DC-8)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from protocol.documents import (
    Document,
    DocumentDelete,
    DocumentGet,
    DocumentMove,
    Folder,
    FolderDelete,
    FolderRename,
    FolderSetAccess,
)
from protocol.sessions import SessionEnd
from protocol.wire import Id
from server.core.limits import Limits
from server.documents import parcels as packing
from server.doors import parcels
from storage.blobs.folder import Folder as Place
from tests import cabinet
from tests.server.documents.test_attachments import said
from tests.server.doors.asking import as_, asking
from tests.server.files.test_zip_writing import opened_by_unzip
from tests.server.talking import PLENTY
from tests.world import Person, World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    world.set(commands_per_s=PLENTY, commands_burst=PLENTY)
    async with asking(world, parcels.routes(world.means, Limits(world.settings, world.clock))) as client:
        yield client


def of(what: Folder | Id) -> str:
    return f"/api/v1/folders/{what.id}/zip" if isinstance(what, Folder) else f"/api/v1/threads/{what}/zip"


async def asked(world: World, client: httpx.AsyncClient, person: Person, what: Folder | Id) -> httpx.Response:
    """An answer that says before it begins how long it is, and is so long."""
    answer = await client.get(of(what), headers=as_(world, person))
    head = await client.head(of(what), headers=as_(world, person))
    assert (head.status_code, head.content) == (answer.status_code, b"")
    if answer.status_code == 200:
        assert head.headers["content-length"] == answer.headers["content-length"] == str(len(answer.content))
    return answer


async def inside(world: World, client: httpx.AsyncClient, person: Person, what: Folder | Id) -> dict[str, bytes]:
    answer = await asked(world, client, person, what)
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


async def test_a_folder_comes_with_those_below_it(world: World, client: httpx.AsyncClient, tmp_path: Path) -> None:
    top = await cabinet.folder(world, "Års/bokslut 2025", access="client_views")
    receipts = await cabinet.folder(world, "Kvitton", parent_id=top.id)
    deeper = await cabinet.folder(world, "..", parent_id=receipts.id)
    await cabinet.folder(world, "Tom", parent_id=top.id)
    other = await cabinet.folder(world, "En annan", access="client_views")
    contents = {"bokslut.pdf": cabinet.PDF, "Kvitton/hotell.pdf": b"%PDF-1.7 hotell", "Kvitton/_/tom.txt": b""}
    for folder, name in ((top, "bokslut.pdf"), (receipts, "hotell.pdf"), (deeper, "tom.txt")):
        content = next(one for key, one in contents.items() if key.endswith(name))
        await cabinet.saved(world, world.anna, folder, name, content)
    await cabinet.saved(world, world.anna, other)
    for person in (world.anna, world.sofia, world.petra):
        assert await inside(world, client, person, top) == contents
    answer = await asked(world, client, world.petra, top)
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"_rs_bokslut 2025.zip\"; filename*=UTF-8''%C3%85rs_bokslut%202025.zip"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    opened_by_unzip(answer.content, tmp_path)


async def test_no_two_have_one_name_and_each_has_one_that_every_computer_takes(
    world: World, client: httpx.AsyncClient
) -> None:
    top = await cabinet.folder(world, "Bokslut", access="client_views")
    await cabinet.folder(world, "a.pdf", parent_id=top.id)
    below = await cabinet.folder(world, "A.PDF", parent_id=top.id)
    await cabinet.saved(world, world.anna, below, "x.pdf")
    for name in ("a.pdf", "con.txt", "Vad? <nu>.pdf", "slut. .", "NUL"):
        await cabinet.saved(world, world.anna, top, name)
    names = set(await inside(world, client, world.anna, top))
    assert len(names) == 6
    below_path = next(name for name in names if name.endswith("/x.pdf"))
    assert below_path.partition("/")[0].casefold() in {"a.pdf", "a (2).pdf"}
    assert names - {below_path} == {"a (3).pdf", "_con.txt", "Vad_ _nu_.pdf", "slut", "_NUL"}


async def test_a_thread_comes_with_what_its_messages_carry_and_without_what_is_internal(
    world: World, client: httpx.AsyncClient
) -> None:
    """AC-6, DC-8: for contacts neither what internal messages carry, though they see its folder, nor what is private."""
    thread = await world.thread()
    shared = await cabinet.folder(world, "Delad", access="client_views")
    private = await cabinet.folder(world, "Privat")
    uploads = await cabinet.for_uploads(world)
    open_ = await cabinet.saved(world, world.anna, shared, "a.pdf")
    brought = await cabinet.saved(world, world.petra, uploads, "a.pdf", b"%PDF-1.7 en annan")
    whispered = await cabinet.saved(world, world.anna, shared, "viskad.pdf")
    hidden = await cabinet.saved(world, world.anna, private, "hemlig.pdf")
    await world.do(world.petra, said(thread.id, brought))
    await world.do(world.anna, said(thread.id, open_, brought))
    await world.do(world.anna, said(thread.id, whispered, hidden, internal=True))
    for colleague in (world.anna, world.sofia):
        assert set(await inside(world, client, colleague, thread.id)) == {
            "a.pdf",
            "a (2).pdf",
            "viskad.pdf",
            "hemlig.pdf",
        }
    for person in (world.petra, world.linn):
        found = await inside(world, client, person, thread.id)
        assert set(found) == {"a.pdf", "a (2).pdf"}
        assert set(found.values()) == {cabinet.PDF, b"%PDF-1.7 en annan"}
    answer = await asked(world, client, world.petra, thread.id)
    assert b"viskad" not in answer.content
    assert b"hemlig" not in answer.content
    await world.do(world.anna, DocumentMove(document_id=open_.id, folder_id=private.id))
    assert set(await inside(world, client, world.petra, thread.id)) == {"a.pdf"}
    await world.do(world.anna, DocumentDelete(document_id=brought.id))
    assert (await asked(world, client, world.petra, thread.id)).json()["reason"] == "nothing_to_download"
    assert set(await inside(world, client, world.anna, thread.id)) == {"a.pdf", "viskad.pdf", "hemlig.pdf"}


async def test_whoever_may_not_see_it_is_told_what_whoever_asks_for_nothing_is_told(
    world: World, client: httpx.AsyncClient
) -> None:
    """DC-8, and the isolation table: role by folder and thread, as they are at that moment."""
    thread = await world.thread()
    shared = await cabinet.folder(world, "Delad", access="client_views")
    private = await cabinet.folder(world, "Privat")
    document = await cabinet.saved(world, world.anna, shared)
    await cabinet.saved(world, world.anna, private)
    await world.do(world.anna, said(thread.id, document))
    people = (world.anna, world.sofia, world.olle, world.petra, world.linn, world.gunilla, world.grace, world.emma)

    async def seen(what: Folder | Id) -> list[str]:
        return [one.name.split()[0] for one in people if (await asked(world, client, one, what)).status_code == 200]

    ours, theirs = ["Anna", "Sofia"], ["Petra", "Linn"]
    assert await seen(shared) == await seen(thread.id) == ours + theirs
    assert await seen(private) == ours
    absent = await asked(world, client, world.petra, "0" * 32)
    for what in (private, "x"):
        refused = await asked(world, client, world.petra, what)
        assert (refused.status_code, refused.content) == (404, absent.content)
    stranger = await client.get(of(shared))
    assert (stranger.status_code, stranger.content) == (404, absent.content)
    await world.do(world.anna, FolderSetAccess(folder_id=shared.id, access="private", people={world.petra.id: "view"}))
    assert await seen(shared) == [*ours, "Petra"]
    await world.do(world.anna, FolderDelete(folder_id=shared.id))
    assert await seen(shared) == []
    assert (await client.post(of(shared), headers=as_(world, world.anna))).status_code == 405


async def test_where_there_is_nothing_or_too_much_it_says_so(
    world: World, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = await world.thread()
    folder = await cabinet.folder(world, "Bokslut", access="client_views")
    for what in (folder, thread.id):
        answer = await asked(world, client, world.petra, what)
        assert (answer.status_code, answer.json()["reason"]) == (409, "nothing_to_download")
    monkeypatch.setattr(packing, "DOCUMENTS_MAX", 2)
    monkeypatch.setattr(packing, "AT_ONCE", 1)
    for number in range(3):
        if number == 2:
            assert len(await inside(world, client, world.petra, folder)) == 2
        await cabinet.saved(world, world.anna, folder, f"{number}.pdf")
    answer = await asked(world, client, world.petra, folder)
    assert (answer.status_code, answer.json()["reason"]) == (409, "too_many_to_download")


async def two(world: World) -> tuple[Folder, Document]:
    """A folder with two documents; the second one in it."""
    folder = await cabinet.folder(world, "Delad", access="client_views")
    await cabinet.saved(world, world.anna, folder, "1.pdf", b"%PDF-1.7 first")
    return folder, await cabinet.saved(world, world.anna, folder, "2.pdf", b"%PDF-1.7 second")


@pytest.mark.parametrize("lost", ["moved", "deleted", "closed", "session ended"])
async def test_one_that_is_not_for_the_asker_any_more_breaks_it_off(
    world: World, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """DC-8: asked for each document again right before its bytes, so none of it comes, and less than was said."""
    folder, second = await two(world)
    read = Place.read

    async def lost_behind_the_first(self: Place, firm_id: Id, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        async for piece in read(self, firm_id, name, start, end):
            yield piece
        if lost == "moved":
            private = await cabinet.folder(world, "Privat")
            await world.do(world.anna, DocumentMove(document_id=second.id, folder_id=private.id))
        elif lost == "deleted":
            await world.do(world.anna, DocumentDelete(document_id=second.id))
        elif lost == "closed":
            await world.do(world.anna, FolderSetAccess(folder_id=folder.id, access="private"))
        else:
            await world.do(world.petra, SessionEnd())

    monkeypatch.setattr(Place, "read", lost_behind_the_first)
    answer = await client.get(of(folder), headers=as_(world, world.petra))
    assert answer.status_code == 200
    assert b"%PDF-1.7 first" in answer.content
    assert b"second" not in answer.content
    assert len(answer.content) < int(answer.headers["content-length"])


async def test_a_name_that_changes_meanwhile_changes_nothing_of_it(
    world: World, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = await two(world)
    read = Place.read

    async def renamed(self: Place, firm_id: Id, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        await world.do(world.anna, FolderRename(folder_id=folder.id, name="Ett annat"))
        async for piece in read(self, firm_id, name, start, end):
            yield piece

    monkeypatch.setattr(Place, "read", renamed)
    assert set(await inside(world, client, world.petra, folder)) == {"1.pdf", "2.pdf"}


async def test_whoever_downloads_all_has_looked_at_all(world: World, client: httpx.AsyncClient) -> None:
    """RD-8: for their side; asking how long it is is no look."""
    folder, second = await two(world)

    async def new() -> bool:
        return bool((await world.do(world.linn, DocumentGet(document_ids=[second.id]))).documents[0].new)

    for method, person in (("HEAD", world.petra), ("GET", world.anna)):
        await client.request(method, of(folder), headers=as_(world, person))
        assert await new()
    await client.get(of(folder), headers=as_(world, world.petra))
    assert not await new()


async def test_some_that_are_chosen_come_as_far_as_they_are_for_the_asker(
    world: World, client: httpx.AsyncClient
) -> None:
    """DC-8: whatever else is asked for with them; what isn't for the asker is told apart from nothing by nothing."""
    shared, private = await cabinet.folder(world, "Delad", access="client_views"), await cabinet.folder(world, "Privat")
    seen = [await cabinet.saved(world, world.anna, shared, f"{at}.pdf") for at in range(2)]
    hidden = await cabinet.saved(world, world.anna, private, "hemlig.pdf")

    async def names(person: Person, *ids: Id) -> list[str] | int:
        answer = await client.get(f"/api/v1/documents/zip?ids={','.join(ids)}", headers=as_(world, person))
        if answer.status_code != 200:
            return answer.status_code
        return sorted(zipfile.ZipFile(io.BytesIO(answer.content)).namelist())

    all_of_them = [one.id for one in (*seen, hidden)]
    assert await names(world.petra, *all_of_them, seen[0].id) == ["0.pdf", "1.pdf"]
    assert await names(world.anna, *all_of_them) == ["0.pdf", "1.pdf", "hemlig.pdf"]
    assert await names(world.petra, hidden.id) == await names(world.petra, "0" * 32) == 409
    assert await names(world.grace, *all_of_them) == 409
    assert (
        await names(world.petra, "x")
        == await names(world.petra, "")
        == await names(world.petra, *["0" * 32 + "0"])
        == 422
    )
    many = [f"{number:032x}" for number in range(101)]
    assert await names(world.petra, *many) == 422
    assert await names(world.petra, *many[:100]) == 409
