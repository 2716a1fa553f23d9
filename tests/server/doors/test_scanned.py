"""No address gives the other side a byte of what the virus scanner has not found clean, and nobody one of what it
refused."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator

import httpx
import pytest

from deploy.dev.embedded import Clamd
from protocol.body import paragraph
from protocol.ids import new_id
from protocol.messages import MessageSend
from server.core.limits import Limits
from server.documents import scanning
from server.doors import documents, parcels
from tests import cabinet
from tests.server.documents.scanned import scanned, sees
from tests.server.doors.asking import as_, asking
from tests.server.files import samples
from tests.server.talking import PLENTY
from tests.world import Person, World

pytestmark = pytest.mark.anyio
PHOTO = samples.picture("JPEG", (120, 80))
PATHS = ("content", "content?show", "thumbnail", "picture")


@pytest.fixture
async def client(world: World, clamd: Clamd) -> AsyncIterator[httpx.AsyncClient]:
    world.set(commands_per_s=PLENTY, commands_burst=PLENTY, clamd=clamd.address)
    limits = Limits(world.settings, world.clock)
    doors = [*documents.routes(world.means, limits), *parcels.routes(world.means, limits)]
    async with asking(world, doors) as client:
        yield client


@pytest.mark.parametrize("brought_by", ["petra", "anna"])
@pytest.mark.parametrize("content", ["held", "refused", "clean"])
async def test_every_byte_address_by_side_and_state(
    world: World, client: httpx.AsyncClient, clamd: Clamd, content: str, brought_by: str
) -> None:
    """Parcels hold the clean one beside it alone; one in which nothing is left is refused."""
    folder = await cabinet.folder(world, "Delad", access="client_edits")
    by: Person = getattr(world, brought_by)
    other = world.anna if by is world.petra else world.petra
    beside = await cabinet.saved(world, by, folder, "ren.txt", b"clean")
    if content == "held":
        await asyncio.to_thread(clamd.kill)
    made = await cabinet.saved(world, by, folder, "foto.jpg", PHOTO + (Clamd.FINDS if content == "refused" else b""))
    thread = await world.thread()
    ids = [beside.id, made.id]
    command = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Se."), attachments=ids)
    await world.do(by, command)

    async def statuses(person: Person) -> set[int]:
        asked = [
            await client.request(method, f"/api/v1/documents/{made.id}/{path}", headers=as_(world, person))
            for path in PATHS
            for method in ("GET", "HEAD")
        ]
        return {answer.status_code for answer in asked}

    async def names(person: Person, address: str) -> list[str]:
        answer = await client.get(f"/api/v1/{address}", headers=as_(world, person))
        if answer.status_code != 200:
            assert answer.status_code == 409
            return []
        return sorted(zipfile.ZipFile(io.BytesIO(answer.content)).namelist())

    for person in (by, other):
        gets = content == "clean" or (content == "held" and person is by)
        assert await statuses(person) == {200 if gets else 404}
        both = ["foto.jpg", "ren.txt"] if gets else ["ren.txt"]
        for address in (f"folders/{folder.id}/zip", f"threads/{thread.id}/zip", f"documents/zip?ids={','.join(ids)}"):
            assert await names(person, address) == both
        assert await names(person, f"documents/zip?ids={made.id}") == both[:-1]
    if content == "held":
        await asyncio.to_thread(clamd.start)
        world.clock.advance(s=scanning.AGAIN_MS / 1000 + 1)
        await scanned(world)
        assert await sees(world, other, made) == "offered"
        assert await statuses(other) == {200}


async def test_a_browser_that_has_kept_the_bytes_is_not_told_that_they_are_the_same(
    world: World, client: httpx.AsyncClient, clamd: Clamd
) -> None:
    """The other side has the same content of its own: of that it is told, and of what is held nothing."""
    folder = await cabinet.folder(world, "Delad", access="client_edits")
    await asyncio.to_thread(clamd.kill)
    own = await cabinet.saved(world, world.anna, folder, "egen.jpg", PHOTO)
    made = await cabinet.saved(world, world.petra, folder, "foto.jpg", PHOTO)
    for path in PATHS:
        address = f"/api/v1/documents/{own.id}/{path}"
        got = await client.get(address, headers=as_(world, world.anna))
        assert got.status_code == 200
        known = {"if-none-match": got.headers["etag"], **as_(world, world.anna)}
        assert (await client.get(address, headers=known)).status_code == 304
        for tag in (got.headers["etag"], "*"):
            asked = {"if-none-match": tag, **as_(world, world.anna)}
            answer = await client.get(f"/api/v1/documents/{made.id}/{path}", headers=asked)
            assert (answer.status_code, answer.headers.get("etag")) == (404, None)
