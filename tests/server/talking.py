"""Nodes on free ports and clients that talk to them, in the words of the protocol: for tests of the outer ring.

`async with node(world, redis_url) as one, talk(one, token) as petra:` and then `await petra.until(EventFrame)`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, TypeVar

import uvicorn
from msgspec import structs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from protocol.asked import Asked
from protocol.frames import (
    JSON_SUBPROTOCOL,
    SUBPROTOCOLS,
    Call,
    ErrorFrame,
    EventFrame,
    Hello,
    Live,
    Reply,
    ServerFrame,
    Welcome,
    decode_server_frame,
    encode,
)
from server.annex import annex_of
from server.app import House, create_app
from server.core.clock import Clock
from server.network.serving import configured
from tests.world import World

PATIENCE_S = 20.0
"""Less than the shortest pause of server.network.healing: what only the next look into the log would mend must not pass."""
WIRE = "server.network.wire:WireProtocol"
PLAIN = "websockets-sansio"
PLENTY = 1_000_000
"""Nobody in a test runs out of it unless that is what it is about: a fast machine spends it in no time."""
F = TypeVar("F")


class RunningNode:
    """A node that serves."""

    def __init__(self, house: House, server: uvicorn.Server, port: int) -> None:
        self.house = house
        self.server = server
        self.port = port

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.asynccontextmanager
async def node(
    world: World, redis_url: str, *, clock: Clock | None = None, ws: str = WIRE, **settings: Any
) -> AsyncIterator[RunningNode]:
    """A whole web process in this one, on the world's database. `ws`: PLAIN for uvicorn's own protocol."""
    usual = {"redis_url": redis_url, "development": False, "commands_per_s": PLENTY, "commands_burst": PLENTY}
    chosen = structs.replace(world.settings, **{**usual, **settings})
    app = create_app(chosen, annex_of(chosen), clock)
    config = configured(app, port=0, ws=ws, timeout_graceful_shutdown=2)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    serving = asyncio.create_task(server.main_loop(), name="node under test")
    house: House = app.state.house
    try:
        yield RunningNode(house, server, server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        await serving
        await server.shutdown()


class Talk:
    """A client's side of the conversation. Everything that came is kept in `frames`."""

    def __init__(self, socket: ClientConnection, subprotocol: str, at: RunningNode) -> None:
        self.socket = socket
        self._node = at
        self.codec = SUBPROTOCOLS[subprotocol]
        self.frames: list[ServerFrame] = []
        self._read = 0
        self._calls = 0
        self._backlog: list[ServerFrame] = []

    async def say(self, frame: Any) -> None:
        data = encode(frame, self.codec)
        await self.socket.send(data, text=self.codec == "json")

    async def hear(self) -> ServerFrame:
        """The next frame. Raises ConnectionClosed, TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            frame = decode_server_frame(await self.socket.recv(), self.codec)
        assert frame is not None
        self.frames.append(frame)
        return frame

    async def until(self, kind: type[F], fact: Callable[[F], bool] = lambda _: True) -> F:
        """Listen until there is a frame of a kind for which a fact holds."""
        while True:
            frame = await self.hear()
            if isinstance(frame, kind) and fact(frame):
                return frame

    async def heard(self, kind: type[F], fact: Callable[[F], bool] = lambda _: True) -> F:
        """The first frame of a kind for which a fact holds, of those that have come or else come: what is told to
        everybody and the answer to who caused it have no order."""
        for frame in self.frames:
            if isinstance(frame, kind) and fact(frame):
                return frame
        return await self.until(kind, fact)

    async def hello(self, token: str | None, positions: Mapping[str, int] | None = None, **more: Any) -> Welcome:
        """Log in and catch up: returns when live, all that was missed stands in `frames`. Positions are of this log."""
        if positions and "epoch" not in more:
            more["epoch"] = await self._node.house.doorway.epoch()
        await self.say(Hello(token=token, positions=dict(positions or {}), **more))
        welcome = await self.until(Welcome)
        await self.until(Live)
        return welcome

    async def call(self, command: Asked) -> Reply | ErrorFrame:
        """Ask for something, and hear its answer."""
        self._calls += 1
        mine = self._calls
        await self.say(Call(id=mine, command=command))
        while True:
            frame = await self.hear()
            if isinstance(frame, Reply | ErrorFrame) and frame.id == mine:
                return frame

    def events(self, stream: str) -> list[int]:
        """The positions of a stream that came, in the order in which they came."""
        return [frame.seq for frame in self.frames if isinstance(frame, EventFrame) and frame.stream == stream]

    async def closing(self) -> tuple[int, str]:
        """Listen until the server closes: its code and reason."""
        try:
            while True:
                await self.hear()
        except ConnectionClosed as closed:
            if closed.rcvd is None:
                raise
            return closed.rcvd.code, closed.rcvd.reason


@contextlib.asynccontextmanager
async def talk(
    at: RunningNode,
    subprotocol: str = JSON_SUBPROTOCOL,
    headers: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
) -> AsyncIterator[Talk]:
    """A socket that has not said anything yet."""
    async with connect(
        at.url,
        subprotocols=[Subprotocol(subprotocol)],
        additional_headers=headers,
        compression=None,
        close_timeout=1,
    ) as socket:
        yield Talk(socket, subprotocol, at)


@contextlib.asynccontextmanager
async def window(at: RunningNode, token: str) -> AsyncIterator[Talk]:
    """A socket that has said hello in somebody's name."""
    async with talk(at) as client:
        await client.hello(token)
        yield client
