"""The door for files, as tus 1.0.0 has it: what it takes, what it refuses and in which words, and what lasts (DC-11)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from server.core.limits import Limits
from server.doors import uploads
from server.uploads.receiving import Receiver
from storage.uploads_doc import UploadDoc
from tests.server.talking import PLENTY
from tests.world import Person, World

OURS = "http://127.0.0.1:8000"
PATH = uploads.PATH
BYTES = {"content-type": uploads.BYTES}
pytestmark = pytest.mark.anyio


def client_of(world: World) -> httpx.AsyncClient:
    app = Starlette(
        routes=uploads.routes(world.means, Limits(world.settings, world.clock), Receiver(world.means)),
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=("192.0.2.1", 1234))
    return httpx.AsyncClient(transport=transport, base_url=OURS, headers={"tus-resumable": "1.0.0"})


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    world.set(commands_per_s=PLENTY, commands_burst=PLENTY)
    async with client_of(world) as client:
        yield client


def as_(world: World, person: Person, **more: Any) -> dict[str, str]:
    named = {name.replace("_", "-"): str(value) for name, value in more.items()}
    return {"authorization": f"Bearer {world.token_of(person)}", **named}


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


async def begun(
    world: World, client: httpx.AsyncClient, person: Person, size: int, name: str = "kvitto.pdf", **more: Any
) -> httpx.Response:
    metadata = f"filename {encoded(name)},filetype {encoded('application/pdf')}"
    headers = as_(world, person, upload_length=size, upload_metadata=metadata, **more)
    return await client.post(PATH, headers=headers)


async def sent(
    world: World, client: httpx.AsyncClient, person: Person, where: str, offset: int, content: bytes, **more: Any
) -> httpx.Response:
    headers = as_(world, person, upload_offset=offset, **more) | BYTES
    return await client.patch(where, headers=headers, content=content)


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["tus-resumable"] == "1.0.0"
    problem: dict[str, Any] = answer.json()
    assert problem["code"] == code
    return problem


async def the_upload(world: World, person: Person, where: str) -> UploadDoc:
    found = await world.store.uploads.get(person.firm_id, where.rpartition("/")[2], person.id)
    assert found is not None
    return found


async def content_of(world: World, person: Person, where: str) -> bytes:
    upload = await the_upload(world, person, where)
    assert upload.sha256 is not None
    return b"".join([piece async for piece in world.store.blobs.read(person.firm_id, upload.sha256)])


async def test_a_file_comes_in_two_parts_and_is_found_by_its_hash(world: World, client: httpx.AsyncClient) -> None:
    content = bytes(range(256)) * 10_000
    answer = await begun(world, client, world.petra, len(content))
    assert answer.status_code == 201
    where = answer.headers["location"]
    assert answer.headers["upload-offset"] == "0"
    half = await sent(world, client, world.petra, where, 0, content[:1_000_000])
    assert (half.status_code, half.headers["upload-offset"]) == (204, "1000000")
    head = await client.head(where, headers=as_(world, world.petra))
    assert (head.status_code, head.headers["upload-offset"]) == (200, "1000000")
    assert head.headers["upload-length"] == str(len(content))
    assert head.headers["cache-control"] == "no-store"
    whole = await sent(world, client, world.petra, where, 1_000_000, content[1_000_000:])
    assert (whole.status_code, whole.headers["upload-offset"]) == (204, str(len(content)))
    upload = await the_upload(world, world.petra, where)
    assert upload.finished
    assert upload.sha256 == hashlib.sha256(content).hexdigest()
    assert (upload.name, upload.size) == ("kvitto.pdf", len(content))
    assert await world.store.blobs.size(world.firm.id, upload.sha256) == len(content)
    assert await content_of(world, world.petra, where) == content
    assert await world.store.blobs.taken(world.firm.id) == len(content)


async def test_a_file_may_come_with_the_request_that_lets_it_begin(world: World, client: httpx.AsyncClient) -> None:
    headers = as_(world, world.petra, upload_length=5, upload_metadata=f"filename {encoded('a.txt')}") | BYTES
    answer = await client.post(PATH, headers=headers, content=b"hello")
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "5")
    assert await content_of(world, world.petra, answer.headers["location"]) == b"hello"


async def test_an_empty_file_is_finished_from_the_start(world: World, client: httpx.AsyncClient) -> None:
    answer = await begun(world, client, world.petra, 0)
    assert answer.status_code == 201
    assert await content_of(world, world.petra, answer.headers["location"]) == b""


async def test_whoever_saves_an_upload_takes_it_and_its_bytes_stay(world: World, client: httpx.AsyncClient) -> None:
    where = (await begun(world, client, world.petra, 3)).headers["location"]
    upload_id = where.rpartition("/")[2]
    uploads_, mongo = world.store.uploads, world.store.mongo
    firm = world.firm.id
    assert await mongo.transact(lambda session: uploads_.take(firm, upload_id, world.petra.id, session)) is None
    await sent(world, client, world.petra, where, 0, b"abc")
    assert await mongo.transact(lambda session: uploads_.take(firm, upload_id, world.linn.id, session)) is None
    taken = await mongo.transact(lambda session: uploads_.take(firm, upload_id, world.petra.id, session))
    assert taken is not None
    assert taken.sha256 is not None
    assert taken.crc32 == 0x352441C2
    assert await uploads_.get(firm, upload_id, world.petra.id) is None
    assert await world.store.blobs.size(firm, taken.sha256) == 3
    refused(await client.patch(where, headers=as_(world, world.petra, upload_offset=3) | BYTES), 404, "not_found")


async def test_somebody_elses_upload_is_not_there(world: World, client: httpx.AsyncClient) -> None:
    where = (await begun(world, client, world.petra, 3)).headers["location"]
    for person in (world.linn, world.anna, world.grace):
        assert (await client.head(where, headers=as_(world, person))).status_code == 404
        refused(await sent(world, client, person, where, 0, b"abc"), 404, "not_found")
        refused(await client.delete(where, headers=as_(world, person)), 404, "not_found")
    assert (await client.head(where, headers=as_(world, world.petra))).headers["upload-offset"] == "0"


async def test_the_same_content_is_kept_once_in_a_firm_and_never_across(
    world: World, client: httpx.AsyncClient
) -> None:
    for person in (world.petra, world.anna, world.grace):
        where = (await begun(world, client, person, 4)).headers["location"]
        await sent(world, client, person, where, 0, b"same")
        assert await content_of(world, person, where) == b"same"
    sha256 = hashlib.sha256(b"same").hexdigest()
    ours = await world.store.blobs.find(world.firm.id, sha256)
    theirs = await world.store.blobs.find(world.other_firm.id, sha256)
    assert ours is not None
    assert theirs is not None
    assert ours.key != theirs.key
    assert await world.store.blobs.taken(world.firm.id) == 4


async def test_options_says_what_the_server_can(world: World, client: httpx.AsyncClient) -> None:
    answer = await client.options(PATH, headers={})
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "termination",
        "expiration",
        "checksum",
    }
    assert answer.headers["tus-max-size"] == str(300 * 1024 * 1024)
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"
