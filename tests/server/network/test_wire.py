"""What goes through the sockets, byte for byte, and what becomes of a client that doesn't read (P6)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import uvicorn

from protocol.body import paragraph
from protocol.frames import JSON_SUBPROTOCOL, SUBPROTOCOLS, EventFrame, Hello, Typing, encode
from protocol.ids import new_id, thread_stream
from protocol.messages import MessageSend, TypingSet
from protocol.sessions import MeRead
from server.network import fanout
from server.network.connection import Connection
from server.network.plain_wire import PlainWire
from server.network.wire import BINARY, EXTENSION, TEXT, Wire, WireLike, framed
from tests.protocol.conversation import Player, recorded
from tests.protocol.endings import catch_up, has_exactly_the_log, over
from tests.protocol.stranger import Disk, Stranger
from tests.protocol.test_conversation import emma_and_tom
from tests.server.talking import PLAIN, WIRE, RunningNode, Talk, node, talk
from tests.world import World

PATIENCE_S = 30.0
BIG = 15_000
"""Characters of a message that fills buffers soon; a frame of one is a little longer."""
BUFFERS_BYTES = 512 * 1024
"""More than what both kernels take for a socket before they say stop."""

Socket = tuple[asyncio.StreamReader, asyncio.StreamWriter]


# the same bytes


class Script:
    """An application's end of a wire that says the same whichever wire it is."""

    def __init__(self) -> None:
        self.wire: WireLike
        self.closed = asyncio.Event()

    def on_message(self, data: bytes) -> None:
        if data == b"end":
            self.wire.close(4000, "that was all")
            return
        for length in (0, 1, 125, 126, 65_535, 65_536):
            self.wire.write(framed(b"x" * length, TEXT) + framed(b"\xff" * length, BINARY))
        self.wire.write(framed(b"you said " + data, TEXT))

    def on_congested(self, congested: bool) -> None:
        """It is all the same to the script."""

    def on_closed(self) -> None:
        self.closed.set()


@contextlib.asynccontextmanager
async def scripted(ws: str) -> AsyncIterator[int]:
    """A server whose application adopts the wire if there is one, as the doorway does. Its port."""

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        await receive()
        await send({"type": "websocket.accept"})
        script = Script()
        wire: Wire | None = scope.get("extensions", {}).get(EXTENSION)
        assert (wire is not None) == (ws == WIRE)
        if wire is not None:
            script.wire = wire
            wire.adopt(script)
            return
        plain = script.wire = PlainWire(receive, send)
        await plain.run(script)

    config = uvicorn.Config(
        app, port=0, ws=ws, log_config=None, lifespan="off", ws_per_message_deflate=False, timeout_graceful_shutdown=2
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        await server.shutdown()


@contextlib.asynccontextmanager
async def shaken_hands(port: int, subprotocol: str | None = None) -> AsyncIterator[Socket]:
    """A socket after the handshake, without a library that hides bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    offered = f"Sec-WebSocket-Protocol: {subprotocol}\r\n" if subprotocol else ""
    writer.write(
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{offered}"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    async with asyncio.timeout(PATIENCE_S):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    try:
        yield reader, writer
    finally:
        writer.close()


def masked(payload: bytes, opcode: int) -> bytes:
    """A client's frame, with a mask that changes nothing."""
    frame = framed(payload, opcode)
    head = frame[: len(frame) - len(payload)]
    return head[:1] + bytes([head[1] | 0x80]) + head[2:] + b"\0\0\0\0" + payload


async def test_plain_path_and_wire_path_give_the_same_bytes() -> None:
    heard = {}
    for ws in (WIRE, PLAIN):
        async with scripted(ws) as port, shaken_hands(port) as (reader, writer):
            writer.write(masked(b"hello", TEXT) + masked(b"\x01\x02", BINARY) + masked(b"end", TEXT))
            async with asyncio.timeout(PATIENCE_S):
                heard[ws] = await reader.readuntil(b"that was all")
    assert len(heard[WIRE]) > 4 * 131_000
    assert heard[WIRE] == heard[PLAIN]


@pytest.mark.parametrize("codec", SUBPROTOCOLS.values())
async def test_the_plain_path_has_the_recorded_conversation_too(world: World, redis_url: str, codec: str) -> None:
    await emma_and_tom(world)
    async with node(world, redis_url, ws=PLAIN) as one:
        await Player(one.http_url, codec).play(recorded())


@pytest.mark.parametrize("subprotocol", SUBPROTOCOLS)
async def test_an_event_is_the_same_bytes_on_both_paths_and_from_log_and_bus(
    world: World, redis_url: str, subprotocol: str
) -> None:
    thread = await world.thread()
    async with (
        node(world, redis_url) as wired,
        node(world, redis_url, ws=PLAIN) as plain,
        talk(wired) as petra,
        contextlib.AsyncExitStack() as sockets,
    ):
        await petra.hello(world.token_of(world.petra))
        ears = [await Ear.resumed(sockets, world, at, subprotocol, thread.id) for at in (wired, plain)]
        assert [len(ear.events) for ear in ears] == [thread.head] * 2
        await petra.call(said(thread.id, "Åäö 🙂"))
        ears += [await Ear.resumed(sockets, world, at, subprotocol, thread.id) for at in (wired, plain)]
        for ear in ears:
            while len(ear.events) <= thread.head:
                await ear.hear()
        assert len({b"".join(ear.events) for ear in ears}) == 1


class Ear:
    """Reads frames and keeps the bytes of events."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self.events: list[bytes] = []

    @classmethod
    async def resumed(
        cls, sockets: contextlib.AsyncExitStack, world: World, at: RunningNode, subprotocol: str, thread_id: str
    ) -> "Ear":
        """On a socket that has asked for a thread from its beginning, and is live."""
        hello = Hello(token=world.token_of(world.erik), positions={thread_stream(thread_id): 0})
        reader, writer = await sockets.enter_async_context(shaken_hands(at.port, subprotocol))
        opcode = TEXT if subprotocol == JSON_SUBPROTOCOL else BINARY
        writer.write(masked(encode(hello, SUBPROTOCOLS[subprotocol]), opcode))
        ear = cls(reader)
        while b"live" not in await ear.hear():
            pass
        return ear

    async def hear(self) -> bytes:
        """The payload of the next frame."""
        async with asyncio.timeout(PATIENCE_S):
            head = await self._reader.readexactly(2)
            more = await self._reader.readexactly({126: 2, 127: 8}.get(head[1], 0))
            payload = await self._reader.readexactly(int.from_bytes(more) if more else head[1])
        if b"actor" in payload:
            self.events.append(head + more + payload)
        return payload


# those who don't read


def said(thread_id: str, text: str) -> MessageSend:
    return MessageSend(thread_id=thread_id, client_message_id=new_id(), body=paragraph(text))


def connection_of(at: RunningNode, user_id: str) -> Connection | None:
    """Somebody's connection, as long as the node has it."""
    return next((found for found in at.house.doorway.connections if found.user_id == user_id), None)


async def fill(at: RunningNode, writer: Talk, thread_id: str, user_id: str, pending_bytes: int) -> None:
    """Write big messages until so much waits for somebody."""
    while (connection := connection_of(at, user_id)) is not None and connection.wire.pending_bytes <= pending_bytes:
        await writer.call(said(thread_id, "x" * BIG))


async def test_who_stops_reading_is_cut_off_the_others_notice_nothing_and_it_resumes_to_exactly_the_log(
    world: World, redis_url: str
) -> None:
    thread = await world.thread()
    stream = thread_stream(thread.id)

    def stranger(disk: Disk, token: str, codec: str) -> Stranger:
        return Stranger(disk, thread.id, token, codec)

    slow_disk, disks = Disk(logs={stream: []}), [Disk(logs={stream: []}) for _ in range(4)]
    async with node(world, redis_url) as one, talk(one) as petra:
        await petra.hello(world.token_of(world.petra))
        slow = stranger(slow_disk, world.token_of(world.vera), "json")
        others = [
            stranger(disk, world.token_of(world.anna), codec)
            for disk, codec in zip(disks, ["json", "msgpack"] * 2, strict=True)
        ]
        lives = [asyncio.create_task(one_life.converse(one.http_url)) for one_life in [slow, *others]]
        async with asyncio.timeout(PATIENCE_S):
            for one_life in [slow, *others]:
                await one_life.caught_up({stream: thread.head})
        slow.stop_reading()

        seq, pending_most = thread.head, 0
        while (connection := connection_of(one, world.vera.id)) is not None:
            pending_most = max(pending_most, connection.wire.pending_bytes)
            seq += 1
            await petra.call(said(thread.id, "x" * BIG))
            for other in others:
                async with asyncio.timeout(PATIENCE_S):
                    await other.caught_up({stream: seq})
        assert pending_most <= fanout.PENDING_BYTES_MAX
        assert seq * BIG < fanout.PENDING_BYTES_MAX + BUFFERS_BYTES
        assert one.house.node.fanout.cut_off == 1

        assert [life.done() for life in lives[1:]] == [False] * len(others)
        slow.die()
        for life in lives:
            await over(life)
        await catch_up(world, stranger(slow_disk, world.token_of(world.vera), "json"), [one.http_url])
    for disk in [slow_disk, *disks]:
        await has_exactly_the_log(world, disk)


async def test_who_makes_no_progress_is_cut_off_though_nothing_more_is_said(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "STANDSTILL_S_MAX", 0.5)
    thread = await world.thread()
    async with (
        node(world, redis_url) as one,
        talk(one) as petra,
        talk(one) as vera,
        asyncio.timeout(PATIENCE_S),
    ):
        await petra.hello(world.token_of(world.petra))
        await vera.hello(world.token_of(world.vera))
        vera.socket.transport.pause_reading()
        while (connection := connection_of(one, world.vera.id)) is not None:
            # Kernels find room for a little more long after they said stop, so filling once would not always do.
            await petra.call(MeRead() if connection.congestion else said(thread.id, "x" * BIG))
        vera.socket.transport.abort()
        assert one.house.node.fanout.cut_off == 1


async def test_with_much_pending_a_client_gets_every_event_and_no_typing(world: World, redis_url: str) -> None:
    thread = await world.thread()
    stream = thread_stream(thread.id)
    async with node(world, redis_url) as one, talk(one) as petra, talk(one) as vera, talk(one) as anna:
        await petra.hello(world.token_of(world.petra))
        await anna.hello(world.token_of(world.anna))
        await vera.hello(world.token_of(world.vera))
        vera.socket.transport.pause_reading()
        await fill(one, petra, thread.id, world.vera.id, 3 * fanout.SHED_BYTES_MIN)
        await petra.call(TypingSet(thread_id=thread.id))
        await anna.until(Typing)
        await petra.call(said(thread.id, "klart"))
        last = (await world.store.streams.head(stream)).seq
        vera.socket.transport.resume_reading()
        await vera.until(EventFrame, lambda frame: (frame.stream, frame.seq) == (stream, last))
        assert vera.events(stream) == list(range(thread.head + 1, last + 1))
        assert not any(isinstance(frame, Typing) for frame in vera.frames)

        relieved = connection_of(one, world.vera.id)
        assert relieved is not None
        while relieved.congestion is not None:
            await vera.call(MeRead())
        await petra.call(TypingSet(thread_id=thread.id, typing=False))
        await vera.until(Typing)


def test_too_many_small_frames_are_as_hopeless_as_too_many_bytes() -> None:
    waiting = fanout.Congestion(pending_bytes=0, now=0.0)
    waiting.wrote([b"x"] * fanout.PENDING_FRAMES_MAX)
    assert not waiting.hopeless(fanout.PENDING_FRAMES_MAX, now=0.0)
    waiting.wrote([b"x"])
    assert waiting.hopeless(fanout.PENDING_FRAMES_MAX + 1, now=0.0)
    assert not waiting.hopeless(fanout.PENDING_FRAMES_MAX, now=0.0), "one was taken"
    assert fanout.Congestion(0, 0.0).hopeless(fanout.PENDING_BYTES_MAX + 1, now=0.0)


def test_standing_still_is_counted_from_the_last_byte_taken() -> None:
    waiting = fanout.Congestion(pending_bytes=0, now=0.0)
    waiting.wrote([b"xx"])
    assert not waiting.hopeless(1, now=9.0)
    assert not waiting.hopeless(1, now=9.0 + fanout.STANDSTILL_S_MAX)
    assert waiting.hopeless(1, now=9.1 + fanout.STANDSTILL_S_MAX)
