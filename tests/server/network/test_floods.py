"""What one client says too fast, too long or without end costs the others nothing that they notice (P6)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from protocol.frames import JSON_SUBPROTOCOL, CloseCode, Hello, Reply, encode
from protocol.sessions import MeRead
from server.network import calls
from server.network import connection as connection_module
from server.network import wire as wire_module
from server.network.turns import turns_of
from server.network.wire import TEXT, WireProtocol
from tests.server.network.test_wire import Socket, masked, shaken_hands
from tests.server.talking import RunningNode, node, talk
from tests.world import World

PATIENCE_S = 30.0
FLOOD_FRAMES = 400_000
"""More than a node takes from one connection in half a minute."""
READ_BYTES_MAX = 256 * 1024
"""What asyncio and uvloop read at most at once."""
PING, CONTINUATION, PONG = 0x89, 0x00, 0x8A

FLOODS = {
    "pings": masked(b"", PING),
    "pings with words": masked(b"x" * 125, PING),
    "pongs": masked(b"", PONG),
    "empty fragments": masked(b"", CONTINUATION),
    "fragments": masked(b"x", CONTINUATION),
}


class Turns:
    """How many frames the node parses in each turn of the loop, and how much of what it read waits."""

    def __init__(self) -> None:
        self.frames_at_most = 0
        self.unparsed_bytes_at_most = 0
        self.parsed = 0

    @contextlib.contextmanager
    def watched(self, monkeypatch: pytest.MonkeyPatch) -> Iterator["Turns"]:
        loop = asyncio.get_running_loop()
        handle_events = WireProtocol.handle_events
        this_turn = 0

        def counted(protocol: WireProtocol) -> None:
            nonlocal this_turn
            frames = len(protocol.conn.events)
            if not this_turn:
                loop.call_soon(turned)
            this_turn += frames
            self.parsed += frames
            handle_events(protocol)
            self.unparsed_bytes_at_most = max(self.unparsed_bytes_at_most, len(protocol._unparsed))

        def turned() -> None:
            nonlocal this_turn
            self.frames_at_most, this_turn = max(self.frames_at_most, this_turn), 0

        with monkeypatch.context() as patch:
            patch.setattr(WireProtocol, "handle_events", counted)
            yield self


@contextlib.asynccontextmanager
async def flooding(socket: Socket, frame: bytes) -> AsyncIterator[None]:
    """Somebody who sends a frame as fast as the node takes it, and reads nothing."""
    _, writer = socket

    async def flood() -> None:
        with contextlib.suppress(ConnectionError):
            if frame[0] in (CONTINUATION, CONTINUATION | 0x80):
                writer.write(bytes([0x01]) + masked(b"", TEXT)[1:])
            for _ in range(FLOOD_FRAMES // 1_000):
                writer.write(frame * 1_000)
                await writer.drain()

    task = asyncio.create_task(flood(), name="flood")
    try:
        yield
    finally:
        writer.transport.abort()
        task.cancel()
        await asyncio.wait([task])


def frames_a_turn_at_most(frame: bytes) -> int:
    """What the limits come to: the portion that goes over them is still parsed to its end."""
    return wire_module.TURN_FRAMES_MAX + wire_module.PORTION_BYTES // len(frame) + 1


@pytest.mark.parametrize("logged_in", [False, True], ids=["stranger", "logged in"])
@pytest.mark.parametrize("kind", FLOODS)
async def test_a_good_client_is_answered_while_another_floods(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch, kind: str, logged_in: bool
) -> None:
    monkeypatch.setattr(connection_module, "HELLO_DEADLINE_S", PATIENCE_S)
    frame = FLOODS[kind]
    async with (
        node(world, redis_url) as one,
        talk(one) as petra,
        shaken_hands(one.port, JSON_SUBPROTOCOL) as socket,
    ):
        await petra.hello(world.token_of(world.petra))
        if logged_in:
            socket[1].write(masked(encode(Hello(token=world.token_of(world.erik)), "json"), TEXT))
            await until(lambda: live_connections(one) == 2)
        turns = Turns()
        with turns.watched(monkeypatch):
            async with flooding(socket, frame):
                await until(lambda: turns.parsed > 1_000)
                for _ in range(5):
                    assert isinstance(await petra.call(MeRead()), Reply)
                assert turns.parsed < FLOOD_FRAMES / 4, "the others had to wait for most of it"
        # Petra's own call may fall into the same turn.
        assert turns.frames_at_most <= frames_a_turn_at_most(frame) + 2
        assert turns.unparsed_bytes_at_most <= READ_BYTES_MAX


async def test_many_who_flood_together_get_no_more_than_one(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "HELLO_DEADLINE_S", 2 * PATIENCE_S)
    frame = FLOODS["pings"]
    async with node(world, redis_url) as one, talk(one) as petra, contextlib.AsyncExitStack() as stack:
        await petra.hello(world.token_of(world.petra))
        waiting = turns_of(asyncio.get_running_loop())
        for _ in range(20):
            socket = await stack.enter_async_context(shaken_hands(one.port, JSON_SUBPROTOCOL))
            await stack.enter_async_context(flooding(socket, frame))
        await until(lambda: len(waiting) >= 20)
        turns = Turns()
        with turns.watched(monkeypatch):
            await until(lambda: turns.parsed > 20_000)
            for _ in range(5):
                assert isinstance(await petra.call(MeRead()), Reply)
        # One in a turn of the loop, and one that has just read on.
        assert turns.frames_at_most <= 2 * frames_a_turn_at_most(frame) + 2
        assert turns.unparsed_bytes_at_most <= READ_BYTES_MAX


@pytest.mark.parametrize("kind", ["pings", "empty fragments"])
async def test_the_deadline_for_hello_comes_whatever_a_stranger_sends(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(connection_module, "HELLO_DEADLINE_S", 0.5)
    async with node(world, redis_url) as one, shaken_hands(one.port, JSON_SUBPROTOCOL) as socket:
        turns = Turns()
        with turns.watched(monkeypatch):
            async with flooding(socket, FLOODS[kind]), asyncio.timeout(PATIENCE_S):
                reason = b"\x0f\xa3no hello in time"
                assert int.from_bytes(reason[:2]) == CloseCode.HELLO_TIMEOUT
                await socket[0].readuntil(reason)
                assert turns.parsed < FLOOD_FRAMES / 2


async def test_a_flood_of_calls_waits_unread_while_some_are_under_way(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = b'{"type":"call","id":1,"command":{"type":"me.read"}}'
    async with (
        node(world, redis_url) as one,
        shaken_hands(one.port, JSON_SUBPROTOCOL) as (reader, writer),
    ):
        writer.write(masked(encode(Hello(token=world.token_of(world.erik)), "json"), TEXT))
        await until(lambda: live_connections(one) == 1)
        (erik,) = one.house.doorway.connections
        most = 0

        def counted(*_: object) -> None:
            nonlocal most
            most = max(most, erik.calls.count)

        monkeypatch.setattr(erik.doorway.limits, "command", counting(erik.doorway.limits.command, counted))
        writer.write(masked(call, TEXT) * 2_000)
        async with asyncio.timeout(PATIENCE_S):
            answers = 0
            while answers < 2_000:
                head = await reader.readexactly(2)
                length = head[1] if head[1] < 126 else int.from_bytes(await reader.readexactly(2))
                answers += b'"reply"' in await reader.readexactly(length)
        portion = wire_module.PORTION_BYTES // len(masked(call, TEXT)) + 1
        assert most <= calls.AT_ONCE_MAX + portion


def counting(real: Callable[..., object], count: Callable[..., None]) -> Callable[..., object]:
    """A function that is also counted."""

    def counted(*args: object) -> object:
        count(*args)
        return real(*args)

    return counted


async def test_a_handshake_that_the_library_cannot_read_is_answered_and_closed(world: World, redis_url: str) -> None:
    async with node(world, redis_url) as one:
        for odd in (
            "X: " + "y" * 10_000 + "\r\n",
            "".join(f"X-{number}: y\r\n" for number in range(200)),
            "Content-Length: 5\r\n",
            "Transfer-Encoding: chunked\r\n",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", one.port)
            writer.write(
                "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{odd}\r\n".encode()
            )
            async with asyncio.timeout(PATIENCE_S):
                answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 4"), odd[:40]
            writer.close()


def live_connections(one: RunningNode) -> int:
    return sum(connection.live for connection in one.house.doorway.connections)


async def until(fact: Callable[[], bool]) -> None:
    """Let the loop turn until something is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not fact():  # noqa: ASYNC110 - the node's own state, which wakes nobody
            await asyncio.sleep(0)


async def test_of_one_long_frame_a_turn_of_the_loop_takes_a_bounded_part(world: World, redis_url: str) -> None:
    call = b'{"type":"call","id":7,"command":{"type":"me.read"}}'
    frame = masked(call.ljust(3 * wire_module.TURN_BYTES_MAX), TEXT)
    async with node(world, redis_url) as one, talk(one) as erik:
        await erik.hello(world.token_of(world.erik))
        (protocol,) = [found for found in one.server.server_state.connections if isinstance(found, WireProtocol)]
        protocol.data_received(frame)  # all of it at once, as the kernel may bring it
        assert len(protocol._unparsed) == len(frame) - wire_module.TURN_BYTES_MAX
        assert (await erik.until(Reply)).id == 7
