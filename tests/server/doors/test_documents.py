"""The bytes of documents over HTTP: for whom, which part, and under which headers (DC-8, facts about files 2)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from protocol.documents import (
    Document,
    DocumentDelete,
    DocumentGet,
    DocumentMove,
    FolderDelete,
    FolderSetAccess,
)
from server.core.limits import Limits
from server.doors import documents, visitors
from tests import cabinet
from tests.server.doors.asking import as_, asking
from tests.server.files import samples
from tests.server.talking import PLENTY
from tests.world import Person, World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    world.set(commands_per_s=PLENTY, commands_burst=PLENTY)
    async with asking(world, documents.routes(world.means, Limits(world.settings, world.clock))) as client:
        yield client


def address(document: Document | str, what: str = "content") -> str:
    return f"/api/v1/documents/{document if isinstance(document, str) else document.id}/{what}"


async def status(world: World, client: httpx.AsyncClient, person: Person, document: Document | str) -> int:
    answers = [
        await client.request(method, address(document), headers=as_(world, person)) for method in ("GET", "HEAD")
    ]
    assert answers[0].status_code == answers[1].status_code
    assert answers[1].content == b""
    return answers[0].status_code


async def test_the_bytes_come_whole_under_headers_that_let_them_do_nothing(
    world: World, client: httpx.AsyncClient
) -> None:
    content = cabinet.PDF + bytes(range(256)) * 4_000
    folder = await cabinet.for_uploads(world)
    document = await cabinet.saved(world, world.petra, folder, 'Års"bokslut 2025.pdf', content)
    answer = await client.get(address(document), headers=as_(world, world.anna))
    assert (answer.status_code, answer.content) == (200, content)
    stored = await world.store.documents.get(world.firm.id, document.id)
    assert stored is not None
    headers = dict(answer.headers)
    assert headers["etag"] == f'"{stored.sha256}"'
    assert headers["content-length"] == str(len(content))
    assert headers["content-type"] == "application/pdf"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "private, no-cache"
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["content-disposition"] == (
        "attachment; filename=\"_rs_bokslut 2025.pdf\"; filename*=UTF-8''%C3%85rs%22bokslut%202025.pdf"
    )
    shown = await client.get(address(document) + "?show", headers=as_(world, world.anna))
    assert shown.headers["content-disposition"].startswith("inline; ")


@pytest.mark.parametrize("name", ["bokslut.pdf", "bild.png", "sida.html", "rapport.xhtml", "logo.svg"])
async def test_what_is_on_no_list_is_never_shown_whatever_it_is_called(
    world: World, client: httpx.AsyncClient, name: str
) -> None:
    """By content, not by name: an annual report in XHTML is a web page with scripts."""
    page = b"<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(document.cookie)</script></html>"
    document = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world), name, page)
    answer = await client.get(address(document) + "?show", headers=as_(world, world.petra))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("asked", "code", "part", "said"),
    [
        ("bytes=0-9", 206, slice(0, 10), "bytes 0-9/{n}"),
        ("bytes=10-", 206, slice(10, None), "bytes 10-{last}/{n}"),
        ("bytes=-5", 206, slice(-5, None), "bytes {five}-{last}/{n}"),
        ("bytes=10-99999999", 206, slice(10, None), "bytes 10-{last}/{n}"),
        ("bytes=99999999-", 416, None, None),
        ("bytes=-0", 416, None, None),
        ("bytes=9-3", 200, slice(None), None),
        ("bytes=0-1,4-5", 200, slice(None), None),
        ("pages=1-2", 200, slice(None), None),
        ("bytes=-", 200, slice(None), None),
    ],
)
async def test_a_range_comes_alone(
    world: World, client: httpx.AsyncClient, asked: str, code: int, part: slice | None, said: str | None
) -> None:
    document = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    answer = await client.get(address(document), headers=as_(world, world.petra, range=asked))
    assert answer.status_code == code
    size = len(cabinet.PDF)
    if part is not None:
        assert answer.content == cabinet.PDF[part]
    expected = said and said.format(n=size, last=size - 1, five=size - 5)
    assert answer.headers.get("content-range") == expected
    head = await client.head(address(document), headers=as_(world, world.petra, range=asked))
    assert (head.status_code, head.headers.get("content-range")) == (code, expected)


async def test_what_is_the_same_is_not_sent_again_and_what_is_another_comes_whole(
    world: World, client: httpx.AsyncClient
) -> None:
    document = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    first = await client.get(address(document), headers=as_(world, world.petra))
    again = await client.get(address(document), headers=as_(world, world.petra, if_none_match=first.headers["etag"]))
    assert (again.status_code, again.content) == (304, b"")
    for tag, code in ((first.headers["etag"], 206), ('"another"', 200)):
        part = await client.get(address(document), headers=as_(world, world.petra, range="bytes=0-3", if_range=tag))
        assert part.status_code == code


async def test_access_is_asked_at_each_download_and_what_is_not_for_the_asker_is_not_there(
    world: World, client: httpx.AsyncClient
) -> None:
    """DC-8: moved, closed, deleted, with its folder or alone; the same 404 for all of it, never a 403 for contacts."""
    shared = await cabinet.folder(world, "Delad", access="client_views")
    private = await cabinet.folder(world, "Privat")
    document = await cabinet.saved(world, world.anna, shared)

    async def seen() -> dict[str, int]:
        people = (world.anna, world.sofia, world.olle, world.petra, world.linn, world.gunilla, world.grace, world.emma)
        return {person.name.split()[0]: await status(world, client, person, document) for person in people}

    open_ = {
        "Anna": 200, "Sofia": 200, "Olle": 404, "Petra": 200, "Linn": 200, "Gunilla": 404, "Grace": 404, "Emma": 404,
    }  # fmt: skip
    closed = open_ | {"Petra": 404, "Linn": 404}
    assert await seen() == open_
    await world.do(world.anna, DocumentMove(document_id=document.id, folder_id=private.id))
    assert await seen() == closed
    await world.do(world.anna, DocumentMove(document_id=document.id, folder_id=shared.id))
    await world.do(world.anna, FolderSetAccess(folder_id=shared.id, access="private", people={world.petra.id: "view"}))
    assert await seen() == closed | {"Petra": 200}
    await world.do(world.anna, FolderSetAccess(folder_id=shared.id, access="client_views"))
    assert await seen() == open_
    await world.do(world.anna, DocumentDelete(document_id=document.id))
    assert set((await seen()).values()) == {404}
    other = await cabinet.saved(world, world.anna, shared)
    await world.do(world.anna, FolderDelete(folder_id=shared.id))
    assert await status(world, client, world.petra, other) == 404


async def test_whoever_may_not_is_told_what_whoever_asks_for_nothing_is_told(
    world: World, client: httpx.AsyncClient
) -> None:
    document = await cabinet.saved(world, world.anna, await cabinet.folder(world, "Privat"))
    hidden, absent, odd = [
        await client.get(address(which), headers=as_(world, world.petra)) for which in (document, "0" * 32, "x")
    ]
    assert hidden.status_code == absent.status_code == odd.status_code == 404
    assert hidden.content == absent.content == odd.content
    stranger = await client.get(address(document))
    assert (stranger.status_code, stranger.content) == (404, absent.content)
    assert (await client.post(address(document), headers=as_(world, world.anna))).status_code == 405


async def test_a_link_is_followed_with_the_cookie(world: World, client: httpx.AsyncClient) -> None:
    document = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    cookie = f"{visitors.cookie_name(world.settings)}={world.token_of(world.petra)}"
    assert (await client.get(address(document), headers={"cookie": cookie})).status_code == 200


async def test_whoever_downloads_it_has_looked_at_it(world: World, client: httpx.AsyncClient) -> None:
    """RD-8: for their side; asking how long it is is no look."""
    document = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))

    async def new() -> bool:
        return bool((await world.do(world.sofia, DocumentGet(document_ids=[document.id]))).documents[0].new)

    for method, person in (("HEAD", world.anna), ("GET", world.petra)):
        await client.request(method, address(document), headers=as_(world, person))
        assert await new()
    await client.get(address(document), headers=as_(world, world.anna))
    assert not await new()


PICTURES = ("thumbnail", "picture")


@pytest.mark.parametrize("what", PICTURES)
async def test_a_picture_comes_under_headers_that_let_it_do_nothing_and_is_not_sent_twice(
    world: World, client: httpx.AsyncClient, what: str
) -> None:
    content = samples.picture("JPEG", (1200, 900))
    document = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world), "<script>.jpg", content)
    answer = await client.get(address(document, what), headers=as_(world, world.anna))
    assert (answer.status_code, answer.content[:4], answer.content[8:12]) == (200, b"RIFF", b"WEBP")
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "accept-ranges" not in answer.headers
    known = as_(world, world.anna, if_none_match=answer.headers["etag"])
    again = await client.get(address(document, what), headers=known)
    assert (again.status_code, again.content) == (304, b"")
    head = await client.head(address(document, what), headers=as_(world, world.anna))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(answer.content))
    plain = await client.get(address(document), headers=as_(world, world.anna))
    assert plain.headers["etag"] != answer.headers["etag"]


@pytest.mark.parametrize("what", PICTURES)
async def test_a_picture_is_for_whoever_may_see_its_document_now(
    world: World, client: httpx.AsyncClient, what: str
) -> None:
    """DC-8: also with the tag of what was seen before, and also for what is in the trash, of others, or no picture."""
    content = samples.picture("JPEG", (1200, 900))
    folder = await cabinet.folder(world, "Bilder", access="client_views")
    private = await cabinet.folder(world, "Internt", access="private")
    document = await cabinet.saved(world, world.anna, folder, "foto.jpg", content)
    tag = (await client.get(address(document, what), headers=as_(world, world.petra))).headers["etag"]
    for person in (world.gunilla, world.grace, world.emma, world.olle):
        assert (await client.get(address(document, what), headers=as_(world, person))).status_code == 404
    assert (await client.get(address(document, what))).status_code == 404
    await world.do(world.anna, DocumentMove(document_id=document.id, folder_id=private.id))
    for headers in (as_(world, world.petra), as_(world, world.petra, if_none_match=tag)):
        assert (await client.get(address(document, what), headers=headers)).status_code == 404
    assert (await client.get(address(document, what), headers=as_(world, world.sofia))).status_code == 200
    await world.do(world.anna, DocumentDelete(document_id=document.id))
    assert (await client.get(address(document, what), headers=as_(world, world.anna))).status_code == 404
    text = await cabinet.saved(world, world.anna, folder, "foto.jpg", b"no picture at all\n")
    broken = await cabinet.saved(world, world.anna, folder, "trasig.jpg", content[:400])
    for one in (text, broken):
        assert (await client.get(address(one, what), headers=as_(world, world.anna))).status_code == 404


async def test_only_a_picture_for_the_whole_screen_counts_as_looked_at(world: World, client: httpx.AsyncClient) -> None:
    """RD-8: a thumbnail is drawn by itself."""
    content = samples.picture("JPEG", (1200, 900))
    document = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world), "foto.jpg", content)
    for what, new in (("thumbnail", True), ("picture", False)):
        await client.get(address(document, what), headers=as_(world, world.anna))
        (seen,) = (await world.do(world.anna, DocumentGet(document_ids=[document.id]))).documents
        assert seen.new is new
