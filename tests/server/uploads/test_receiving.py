"""Receiving over real connections: senders that stall or come twice, lines that break, nodes that die (DC-11)."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from server.doors.uploads import BYTES, PATH
from server.network.http_wire import RequestProtocol
from server.uploads import receiving
from storage import uploads as storage_uploads
from storage.blobs.places import blob_name
from tests.server.doors.asking import as_
from tests.server.doors.test_uploads import begun, content_of, encoded, the_upload
from tests.server.talking import RunningNode, node
from tests.world import World

pytestmark = pytest.mark.anyio
TUS = {"tus-resumable": "1.0.0"}


@asynccontextmanager
async def client_at(one: RunningNode) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=one.http_url, headers=TUS, timeout=60) as client:
        yield client


class Line:
    """A connection on which a PATCH is sent by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def patching(cls, one: RunningNode, world: World, where: str, offset: int, length: int) -> Line:
        reader, writer = await asyncio.open_connection("127.0.0.1", one.port)
        headers = as_(world, world.petra, upload_offset=offset, content_length=length) | TUS | {"content-type": BYTES}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"PATCH {where} HTTP/1.1\r\nhost: x\r\n{head}\r\n".encode())
        return cls(reader, writer)

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> str:
        async with asyncio.timeout(30):
            return (await self.reader.read(65536)).decode()

    def cut(self) -> None:
        self.writer.transport.abort()


async def until(fact: Callable[[], Awaitable[bool]]) -> None:
    """Wait until the database says so."""
    async with asyncio.timeout(20):
        while True:
            if await fact():
                return
            await asyncio.sleep(0.02)  # it tells nobody when; the deadline holds


async def has_come(world: World, where: str, size: int) -> None:
    async def fact() -> bool:
        return (await the_upload(world, world.petra, where)).offset >= size

    await until(fact)


async def offset_of(client: httpx.AsyncClient, world: World, where: str) -> int:
    answer = await client.head(where, headers=as_(world, world.petra))
    assert answer.status_code == 200, answer.status_code
    return int(answer.headers["upload-offset"])


async def test_what_came_over_a_line_that_breaks_is_kept_and_gone_on_with(world: World, redis_url: str) -> None:
    content = bytes(range(250)) * 4_000
    async with node(world, redis_url) as one, client_at(one) as client:
        where = (await begun(world, client, world.petra, len(content))).headers["location"]
        line = await Line.patching(one, world, where, 0, len(content))
        await line.say(content[:300_000])
        line.cut()
        await has_come(world, where, 1)
        offset = await offset_of(client, world, where)
        assert 0 < offset <= 300_000
        headers = as_(world, world.petra, upload_offset=offset) | {"content-type": BYTES}
        answer = await client.patch(where, headers=headers, content=content[offset:])
        assert answer.headers["upload-offset"] == str(len(content))
        assert await content_of(world, world.petra, where) == content


async def test_while_it_comes_it_is_told_how_far_it_lasts(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "WAIT_S", 0.1)
    async with node(world, redis_url) as one, client_at(one) as client:
        where = (await begun(world, client, world.petra, 5_000_000)).headers["location"]
        line = await Line.patching(one, world, where, 0, 5_000_000)
        await line.say(b"x" * 3_000_000)
        await has_come(world, where, 2 * receiving.STEP_BYTES)
        assert await offset_of(client, world, where) <= 3_000_000
        line.cut()


async def test_an_upload_is_no_thousands_of_small_pieces_and_what_follows_it_is_no_part_of_it(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a body whose end is known the parser makes one piece, however long it is, up to that end and no further."""
    pieces: list[int] = []
    on_body = RequestProtocol.on_body

    def counted(protocol: RequestProtocol, body: bytes) -> None:
        pieces.append(len(body))
        on_body(protocol, body)

    monkeypatch.setattr(RequestProtocol, "on_body", counted)
    content = bytes(range(250)) * 16_000
    async with node(world, redis_url) as one, client_at(one) as client:
        where = (await begun(world, client, world.petra, len(content))).headers["location"]
        line = await Line.patching(one, world, where, 0, len(content))
        await line.say(content + b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        answers = ""
        while "HTTP/1.1 200" not in answers:
            said = await line.answer()
            assert said, answers
            answers += said
        assert answers.startswith("HTTP/1.1 204")
        assert f"upload-offset: {len(content)}" in answers
        assert await content_of(world, world.petra, where) == content
        line.cut()
    # What came before the door took it over came in small ones.
    assert sum(pieces) == len(content)
    assert len(pieces) < len(content) / (16 * 1024)


async def test_two_at_once_on_one_upload_one_has_it_and_the_other_hears_423(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "WAIT_S", 1.0)
    async with node(world, redis_url) as one, node(world, redis_url) as two, client_at(two) as elsewhere:
        where = (await begun(world, elsewhere, world.petra, 10)).headers["location"]
        line = await Line.patching(one, world, where, 0, 10)
        await line.say(b"hello")
        await claimed(world, where)
        headers = as_(world, world.petra, upload_offset=0) | {"content-type": BYTES}
        answer = await elsewhere.patch(where, headers=headers, content=b"0123456789")
        assert answer.status_code == 423
        assert answer.json()["code"] == "conflict"
        await line.say(b"world")
        assert "204 No Content" in await line.answer()
        line.cut()
        assert await content_of(world, world.petra, where) == b"helloworld"


async def claimed(world: World, where: str) -> None:
    rows = world.store.mongo.database["uploads"]

    async def fact() -> bool:
        held = await rows.find_one({"_id": where.rpartition("/")[2], "holder": {"$exists": True}})
        return held is not None

    await until(fact)


async def test_whoever_sends_nothing_makes_room_for_who_would_go_on(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A telephone in a tunnel: its old line is dead, which nobody can see, and its new one is here. It needs one try."""
    monkeypatch.setattr(receiving, "IDLE_S", 0.5)
    monkeypatch.setattr(receiving, "KEEP_S", 0.2)
    async with node(world, redis_url) as one, client_at(one) as client:
        where = (await begun(world, client, world.petra, 10)).headers["location"]
        dead = await Line.patching(one, world, where, 0, 10)
        await dead.say(b"hello")
        await claimed(world, where)
        assert await offset_of(client, world, where) == 5
        headers = as_(world, world.petra, upload_offset=5) | {"content-type": BYTES}
        answer = await client.patch(where, headers=headers, content=b"world")
        assert answer.status_code == 204
        assert await content_of(world, world.petra, where) == b"helloworld"
        assert "503" in await dead.answer()
        dead.cut()


async def test_who_stalls_meets_a_deadline_and_what_came_is_kept(world: World, redis_url: str) -> None:
    async with node(world, redis_url, upload_stall_s=1) as one, client_at(one) as client:
        where = (await begun(world, client, world.petra, 10)).headers["location"]
        line = await Line.patching(one, world, where, 0, 10)
        await line.say(b"hello")
        answer = await line.answer()
        assert answer.startswith("HTTP/1.1 503")
        assert "retry-after" in answer.lower()
        assert await line.reader.read() == b""  # and it is closed
        assert await offset_of(client, world, where) == 5
        line.cut()


async def test_who_sends_a_byte_now_and_then_stalls_too(world: World, redis_url: str) -> None:
    async with node(world, redis_url, upload_stall_s=1) as one, client_at(one) as client:
        where = (await begun(world, client, world.petra, 1_000)).headers["location"]
        line = await Line.patching(one, world, where, 0, 1_000)
        answer = asyncio.create_task(line.answer())
        while not answer.done():
            line.writer.write(b"x")
            await asyncio.sleep(0.1)  # how slowly it sends is what is tried
        assert (await answer).startswith("HTTP/1.1 503")
        line.cut()


async def test_an_upload_may_take_longer_than_other_requests(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.network.http_wire.BODY_S_MAX", 0.5)
    async with node(world, redis_url) as one, client_at(one) as client:
        where = (await begun(world, client, world.petra, 30_000)).headers["location"]
        line = await Line.patching(one, world, where, 0, 30_000)
        for _ in range(6):
            await line.say(b"x" * 5_000)
            await asyncio.sleep(0.25)  # how slowly it sends is what is tried
        assert "204 No Content" in await line.answer()
        # The next request on this line has the usual time again.
        line.writer.write(f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n".encode())
        async with asyncio.timeout(20):
            while await line.reader.read(65536):
                pass
        line.cut()


async def test_a_node_that_was_killed_holds_an_upload_no_longer_than_its_lease(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_uploads, "LEASE_MS", 1_000)
    store = world.store
    async with node(world, redis_url) as one, client_at(one) as client:
        where = (await begun(world, client, world.petra, 10)).headers["location"]
        upload_id = where.rpartition("/")[2]
        dead = await store.uploads.claim(world.firm.id, upload_id, world.petra.id, "0" * 32)
        writer = store.blobs.place.writer(world.firm.id, upload_id, [], dead.holder, alone=True)
        await writer.write([b"hello"])
        await store.uploads.keep(dead, parts=await writer.sync(everything=True))
        await writer.write([b"unacknowledged"])
        headers = as_(world, world.petra, upload_offset=5) | {"content-type": BYTES}
        answer = await client.patch(where, headers=headers, content=b"world")
        assert answer.status_code == 204
        # It was only frozen: what it says now is not believed, and what it writes is nobody's.
        await writer.write([b"late"])
        with pytest.raises(storage_uploads.Lost):
            await store.uploads.keep(dead, parts=await writer.sync(everything=True))
        await store.uploads.release(dead)
        await writer.close()
        assert await content_of(world, world.petra, where) == b"helloworld"


async def test_a_file_whose_node_died_between_its_last_byte_and_its_end_is_finished_by_who_asks(
    world: World, redis_url: str
) -> None:
    store = world.store
    async with node(world, redis_url) as one, client_at(one) as client:
        for sealed in (False, True):
            where = (await begun(world, client, world.petra, 5)).headers["location"]
            upload_id = where.rpartition("/")[2]
            claim = await store.uploads.claim(world.firm.id, upload_id, world.petra.id, upload_id)
            writer = store.blobs.place.writer(world.firm.id, upload_id, [], claim.holder, alone=True)
            await writer.write([b"whole"])
            parts = await writer.sync(everything=True)
            await writer.close()
            await store.uploads.keep(claim, parts=parts)
            if sealed:
                sha256 = hashlib.sha256(b"whole").hexdigest()
                await store.uploads.keep(claim, sealed=sha256, crc32=1)
                await store.blobs.place.settle(world.firm.id, upload_id, parts, blob_name(sha256, upload_id))
            await store.uploads.release(claim)
            assert await offset_of(client, world, where) == 5
            assert (await the_upload(world, world.petra, where)).finished
            assert await content_of(world, world.petra, where) == b"whole"


async def test_what_is_given_up_while_it_comes_ends_there(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "KEEP_S", 0.2)
    async with node(world, redis_url) as one, client_at(one) as client:
        where = (await begun(world, client, world.petra, 10)).headers["location"]
        line = await Line.patching(one, world, where, 0, 10)
        await line.say(b"hello")
        await claimed(world, where)
        assert (await client.delete(where, headers=as_(world, world.petra))).status_code == 204
        answer = await line.answer()
        assert answer.startswith(("HTTP/1.1 409", "HTTP/1.1 404"))
        line.cut()


async def test_whole_files_at_once_from_many_are_each_their_own(world: World, redis_url: str) -> None:
    async with node(world, redis_url) as one, client_at(one) as client:

        async def bring(number: int) -> None:
            content = bytes([number]) * 100_000
            metadata = f"filename {encoded(f'{number}.bin')}"
            headers = as_(world, world.petra, upload_length=len(content), upload_metadata=metadata)
            answer = await client.post(PATH, headers=headers | {"content-type": BYTES}, content=content)
            assert answer.status_code == 201, answer.text
            assert await content_of(world, world.petra, answer.headers["location"]) == content

        await asyncio.gather(*(bring(number % 4) for number in range(12)))
    assert await world.store.blobs.taken(world.firm.id) == 4 * 100_000


async def test_a_node_says_whether_files_can_be_written_and_stays_ready(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.doors.health.FILES_LOOK_S", 0.0)
    folder = world.settings.blobs_folder
    async with node(world, redis_url) as one, client_at(one) as client:
        assert (await client.get("/readyz")).json()["files"] is True
        await asyncio.to_thread(shutil.rmtree, folder)
        folder.write_text("in the way")
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["files"]) == (200, False)
        assert "chattar_files_writable 0.0" in (await client.get("/metrics")).text
        folder.unlink()
        assert (await client.get("/readyz")).json()["files"] is True
