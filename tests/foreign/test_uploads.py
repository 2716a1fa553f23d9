"""Files brought by other people's tus clients, as packaged, over lines that are cut, to nodes of which one is killed.

The client sees one address. Behind it a relay cuts the line after so many bytes, and goes to the other node once the first
is dead: SIGKILL in the middle of a request.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.dev.embedded import Process, free_port
from tests.buckets import S3
from tests.foreign.programs import HERE, NODE_BIN, PYTHON_BIN, said_by, tool
from tests.server.talking import PLENTY
from tests.world import World

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).resolve().parents[2]
READY_S = 60.0
SIZE = int(os.environ.get("CHATTAR_TEST_UPLOAD_BYTES", "40000000"))
STEP = 64 * 1024


class Relay:
    """One address before several nodes. `plan` says after how many bytes from clients, counted over all lines, what is
    done."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.node = 0
        self.bytes = 0
        self.plan: list[tuple[int, Callable[[], Awaitable[None]]]] = []
        self._lines: set[asyncio.StreamWriter] = set()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._line, "127.0.0.1", self.port)
        try:
            yield
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        for line in list(self._lines):
            line.transport.abort()

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reads, there_writes = await asyncio.open_connection("127.0.0.1", self.node)
        except OSError:
            writer.transport.abort()
            return
        self._lines |= {writer, there_writes}
        ways = [
            asyncio.create_task(self._carry(reader, there_writes, count=True)),
            asyncio.create_task(self._carry(there_reads, writer, count=False)),
        ]
        await asyncio.wait(ways)
        self._lines -= {writer, there_writes}

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, count: bool) -> None:
        try:
            while data := await source.read(STEP):
                target.write(data)
                await target.drain()
                self.bytes += len(data) if count else 0
                while count and self.plan and self.bytes >= self.plan[0][0]:
                    await self.plan.pop(0)[1]()
            target.close()  # with what is still to be read
        except (OSError, RuntimeError):  # the latter is uvloop's word for a closed handle
            target.transport.abort()


def node_process(world: World, redis_url: str, port: int, name: str, **more: str) -> Process:
    env = {
        **os.environ,
        "CHATTAR_MONGO_URL": world.settings.mongo_url,
        "CHATTAR_MONGO_DATABASE": world.settings.mongo_database,
        "CHATTAR_REDIS_URL": redis_url,
        "CHATTAR_PORT": str(port),
        "CHATTAR_DATA": str(world.settings.data),
        "CHATTAR_COMMANDS_PER_S": str(PLENTY),
        "CHATTAR_COMMANDS_BURST": str(PLENTY),
        **more,
    }
    process = Process(name, [sys.executable, "-m", "server"], world.settings.data / f"{name}.log", env)
    process.start()
    return process


async def ready(process: Process, port: int) -> None:
    async with asyncio.timeout(READY_S), httpx.AsyncClient() as client:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                    return
            assert process.alive, process.last_words()
            await asyncio.sleep(0.1)  # another process: it tells nobody when it is ready


async def brought(world: World, redis_url: str, before: list[str | Path], chunk: int, path: Path, **more: str) -> None:
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for _ in range(SIZE // 1_000_000):
            piece = os.urandom(1_000_000)
            digest.update(piece)
            file.write(piece)
    ports = [free_port(), free_port()]
    relay, cuts = Relay(free_port()), 0
    url = f"http://127.0.0.1:{relay.port}"
    nodes = [node_process(world, redis_url, port, f"node {port}", CHATTAR_PUBLIC_URL=url, **more) for port in ports]

    async def cut() -> None:
        nonlocal cuts
        cuts += 1
        relay.cut()

    async def kill() -> None:
        nodes[0].kill()
        relay.node = ports[1]

    try:
        for process, port in zip(nodes, ports, strict=True):
            await ready(process, port)
        relay.node = ports[0]
        relay.plan = [
            (SIZE * 1 // 10, cut),
            (SIZE * 2 // 10, cut),
            (SIZE * 4 // 10, kill),
            (SIZE * 6 // 10, cut),
            (SIZE * 8 // 10, cut),
            (SIZE * 9 // 10, cut),
        ]
        async with relay.open():
            token = world.token_of(world.petra)
            where = (await said_by(*before, f"{url}/api/v1/uploads", token, str(path), str(chunk))).strip()
        assert relay.plan == []
        assert cuts == 5
    finally:
        for process in nodes:
            process.kill()
    upload = await world.store.uploads.get(world.firm.id, where.rpartition("/")[2], world.petra.id)
    assert upload is not None
    assert upload.sha256 == digest.hexdigest()
    assert upload.name.startswith("brought by ")


CLIENTS = ["tuspy", "tus-js-client"]


def program(name: str) -> list[Any]:
    if name == "tuspy":
        return [tool(PYTHON_BIN, "python"), HERE / "uploads.py"]
    tool(NODE_BIN, "tsc")
    return ["node", HERE / "uploads.mjs"]


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_file_comes_whole_over_five_cuts_and_a_killed_node(
    world: World, redis_url: str, tmp_path: Path, client: str
) -> None:
    await brought(world, redis_url, program(client), 0, tmp_path / "file.bin")


@pytest.mark.parametrize("client", CLIENTS)
async def test_and_in_many_requests(world: World, redis_url: str, tmp_path: Path, client: str) -> None:
    await brought(world, redis_url, program(client), 1_500_000, tmp_path / "file.bin")


async def test_and_into_a_bucket(world: World, redis_url: str, tmp_path: Path, s3: S3) -> None:
    more = {f"CHATTAR_{name.upper()}": value for name, value in s3.settings.items()}
    await brought(world, redis_url, program("tus-js-client"), 0, tmp_path / "file.bin", **more)
