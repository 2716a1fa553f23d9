"""Nobody keeps the others out: not with requests that never end, not with sockets that say nothing, not with very many."""

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from protocol.frames import CloseCode, ErrorFrame, Hello, Reply
from protocol.sessions import MeRead
from server.core.limits import address_key
from server.network import connection, http_wire
from server.network.http_wire import RequestProtocol
from server.network.strangers import Stranger, Strangers, rooms
from server.network.wire import PORTION_BYTES
from tests.protocol.nodes import start_node
from tests.server.network.test_floods import until
from tests.server.network.test_wire import Socket
from tests.server.talking import RunningNode, node, talk
from tests.world import World

PATIENCE_S = 30.0
HALF_A_HEAD = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-And"
HALF_A_BODY = (
    b"POST /api/v1/session.create HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b'Content-Length: 1000\r\n\r\n{"email'
)

MUCH = b"GET /api/openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 500
"""Asks for more than kernels and streams take unread."""


@contextlib.asynccontextmanager
async def plugs(at: RunningNode, count: int, said: bytes) -> AsyncIterator[list[Socket]]:
    """Connections that have all said the same, one after the other, and say nothing more."""
    sockets: list[Socket] = []
    try:
        for _ in range(count):
            socket = await asyncio.open_connection("127.0.0.1", at.port)
            sockets.append(socket)
            socket[1].write(said)
            await socket[1].drain()
        yield sockets
    finally:
        for _, writer in sockets:
            writer.transport.abort()


async def end_of(socket: Socket) -> bytes:
    """All that comes until the other side closes."""
    async with asyncio.timeout(PATIENCE_S):
        try:
            return await socket[0].read()
        except ConnectionResetError:
            return b""


async def healthy(at: RunningNode, **headers: str) -> bool:
    """Whether somebody who comes now is answered."""
    async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
        return (await client.get(f"{at.http_url}/healthz", headers=headers)).status_code == 200


# too many


@pytest.mark.parametrize("said", [b"", HALF_A_HEAD, HALF_A_BODY], ids=["nothing", "half a head", "half a body"])
async def test_of_one_address_the_oldest_unfinished_requests_give_way(
    world: World, redis_url: str, said: bytes
) -> None:
    async with (
        node(world, redis_url, strangers_per_address_max=10) as one,
        plugs(one, 30, said) as sockets,
    ):
        assert await healthy(one)
        # The newcomer is one of the ten.
        for gone in sockets[:21]:
            assert await end_of(gone) == b""
        await until(lambda: len(one.house.strangers) <= 10)
        assert await healthy(one)


async def test_silent_sockets_give_way_and_keep_nobody_out(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HELLO_DEADLINE_S", 2 * PATIENCE_S)
    async with (
        node(world, redis_url, strangers_per_address_max=10) as one,
        contextlib.AsyncExitStack() as stack,
    ):
        silent = [await stack.enter_async_context(talk(one)) for _ in range(30)]
        petra = await stack.enter_async_context(talk(one))
        await petra.hello(world.token_of(world.petra))
        await until(lambda: len(one.house.doorway.connections) <= 11)
        with pytest.raises(ConnectionClosed):
            await silent[0].hear()
        # Who is known doesn't count among the strangers: others of the same address cut nobody of them.
        for _ in range(12):
            await stack.enter_async_context(talk(one))
        assert isinstance(await petra.call(MeRead()), Reply)


async def test_strangers_cannot_take_the_room_of_people_who_log_in(world: World, redis_url: str) -> None:
    async with (
        node(world, redis_url, connections_max=8, trusted_proxies=["127.0.0.1"]) as one,
        contextlib.AsyncExitStack() as stack,
    ):

        async def silent(number: int) -> None:
            await stack.enter_async_context(talk(one, headers={"x-forwarded-for": f"192.0.2.{number}"}))

        for number in range(12):
            await silent(number)
        people = []
        for number in range(8):
            await silent(number)
            person = await stack.enter_async_context(talk(one, headers={"x-forwarded-for": "198.51.100.1"}))
            people.append(person)
            await person.hello(world.token_of(world.petra))
        with pytest.raises(InvalidStatus, match="503"):
            await silent(2)
        assert isinstance(await people[0].call(MeRead()), Reply)


async def test_one_person_has_a_bounded_number_of_sockets(world: World, redis_url: str) -> None:
    async with (
        node(world, redis_url, sockets_per_person_max=3) as one,
        contextlib.AsyncExitStack() as stack,
        talk(one) as erik,
    ):
        sockets = [await stack.enter_async_context(talk(one)) for _ in range(3)]
        for socket in sockets:
            await socket.hello(world.token_of(world.petra))
        async with talk(one) as fourth:
            await fourth.say(Hello(token=world.token_of(world.petra)))
            refused = await fourth.until(ErrorFrame)
            assert (refused.error.code, refused.error.reason) == ("rate_limited", "too_many_sockets")
            assert refused.error.retry_after_ms
            assert (await fourth.closing())[0] == CloseCode.TRY_AGAIN
        await erik.hello(world.token_of(world.erik))
        for socket in sockets:
            assert isinstance(await socket.call(MeRead()), Reply)
        await sockets[0].socket.close()
        await until(lambda: len(one.house.node.lines_of(world.petra.id)) == 2)
        async with talk(one) as again:
            await again.hello(world.token_of(world.petra))


async def test_one_address_has_a_bounded_number_of_sockets_and_behind_a_proxy_it_is_the_visitors(
    world: World, redis_url: str
) -> None:
    here, there = ({"x-forwarded-for": address} for address in ("192.0.2.1", "192.0.2.2"))
    async with (
        node(world, redis_url, sockets_per_address_max=2, trusted_proxies=["127.0.0.1"]) as one,
        contextlib.AsyncExitStack() as stack,
    ):
        first = await stack.enter_async_context(talk(one, headers=here))
        await first.hello(world.token_of(world.petra))
        await stack.enter_async_context(talk(one, headers=here))
        with pytest.raises(InvalidStatus, match="503"):
            await stack.enter_async_context(talk(one, headers=here))
        await stack.enter_async_context(talk(one, headers=there))
        await first.socket.close()
        await until(lambda: len(one.house.doorway.connections) == 2)
        await stack.enter_async_context(talk(one, headers=here))


async def test_behind_a_proxy_unfinished_bodies_count_by_the_visitors_address(world: World, redis_url: str) -> None:
    forwarded = HALF_A_BODY.replace(b"\r\n\r\n", b"\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")
    async with (
        node(world, redis_url, strangers_per_address_max=5, trusted_proxies=["127.0.0.1"]) as one,
        plugs(one, 4, HALF_A_BODY.replace(b"\r\n\r\n", b"\r\nX-Forwarded-For: 192.0.2.2\r\n\r\n")),
        plugs(one, 20, forwarded) as sockets,
    ):
        assert await end_of(sockets[0]) == b""
        await until(lambda: len(one.house.strangers) <= 9)
        assert await healthy(one, **{"x-forwarded-for": "192.0.2.1"})
        await until(lambda: len(one.house.strangers) <= 9)
        assert len(one.house.strangers) >= 4 + 4, "those of the other address have stayed"


# too slow


@pytest.mark.parametrize(
    ("said", "drip"),
    [
        (b"", b""),
        (b"", b"\r\n"),
        (HALF_A_HEAD, b""),
        (HALF_A_HEAD, b"x"),
        (HALF_A_HEAD.replace(b"/healthz", b"/"), b"x"),
        (HALF_A_BODY, b""),
        (HALF_A_BODY, b"x"),
        (b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"\r\n"),
        (b"POST /api/v1/nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\n", b"x"),
        (b"POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n", b"X: y\r\n"),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", b"x"),
    ],
)  # fmt: skip
async def test_every_request_ends_in_time_however_it_goes_on(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch, said: bytes, drip: bytes
) -> None:
    monkeypatch.setattr(http_wire, "HEAD_S_MAX", 0.5)
    monkeypatch.setattr(http_wire, "BODY_S_MAX", 0.5)
    async with node(world, redis_url) as one, plugs(one, 1, said) as (socket,):

        async def dripping() -> None:
            with contextlib.suppress(ConnectionError):
                while True:
                    socket[1].write(drip)
                    await socket[1].drain()
                    await asyncio.sleep(0.01)  # what is told of: somebody slow

        drops = asyncio.create_task(dripping())
        await end_of(socket)
        drops.cancel()
        await asyncio.wait([drops])


async def test_who_does_not_read_answers_gives_way_too(world: World, redis_url: str) -> None:
    async with (
        node(world, redis_url, strangers_per_address_max=3) as one,
        contextlib.AsyncExitStack() as stack,
    ):
        for _ in range(3):
            await stack.enter_async_context(plugs(one, 1, MUCH))
        await until(lambda: sum(connection.flow.write_paused for connection in requests(one)) == 3)
        assert await healthy(one)
        await until(lambda: sum(connection.flow.write_paused for connection in requests(one)) == 2)


def requests(at: RunningNode) -> list[RequestProtocol]:
    """The connections over HTTP that a node has."""
    return [found for found in at.server.server_state.connections if isinstance(found, RequestProtocol)]


async def test_an_answer_that_nobody_reads_ends_in_time(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_wire, "ANSWER_S_MAX", 0.5)
    async with node(world, redis_url) as one, plugs(one, 1, MUCH):
        await until(lambda: any(found.flow.write_paused for found in requests(one)))
        await until(lambda: not one.server.server_state.connections)


# too much


async def test_a_head_without_end_is_refused(world: World, redis_url: str) -> None:
    long_heads = [
        b"GET /" + b"x" * 100_000,
        HALF_A_HEAD + b"x" * 100_000,
        HALF_A_HEAD + b": x\r\nX:y" * 10_000,
        b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"x" * 100_000,
        b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"x" * 100_000,
    ]
    async with node(world, redis_url) as one:
        for head in long_heads:
            async with plugs(one, 1, b"") as (socket,):
                socket[1].write(head)
                assert b"HTTP/1.1 4" in await end_of(socket), head[:60]
        assert await healthy(one)


async def test_pipelined_requests_are_read_as_they_are_answered(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, count, most = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 2_000, 0
    whole = RequestProtocol.on_message_complete

    def counted(protocol: RequestProtocol) -> None:
        nonlocal most
        whole(protocol)
        most = max(most, len(protocol.pipeline))

    monkeypatch.setattr(RequestProtocol, "on_message_complete", counted)
    async with node(world, redis_url) as one, plugs(one, 1, ask * count) as ((reader, _),):
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(count):
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200")
                await reader.readexactly(3)
    assert most <= PORTION_BYTES // len(ask) + 1


# the counting


def test_who_works_is_not_cut_and_the_new_one_is_refused() -> None:
    cut: list[str] = []
    strangers = Strangers(strangers_max=4, per_address_max=2)
    a, b, c, d, e = (Stranger(strangers, lambda name=name: cut.append(name)) for name in "abcde")  # type: ignore[misc]
    assert strangers.admit(a, "one")
    assert strangers.admit(b, "one")
    a.works()
    assert strangers.admit(c, "one")
    assert cut == ["b"]
    c.works()
    assert not strangers.admit(d, "one")
    assert strangers.admit(d, "two")
    assert cut == ["b"]
    assert strangers.admit(e, None)
    assert cut == ["b"]
    a.idles()
    c.idles()
    assert strangers.admit(b, None)
    assert cut == ["b", "d"], "who has kept us waiting for longest"
    for stranger in (a, b, c, d, e, a):
        stranger.leaves()
    assert len(strangers) == 0
    assert not strangers._addresses
    assert not strangers._waited_for


@pytest.mark.parametrize(("connections_max", "files"), [(20_000, 1_024), (20_000, 100_000), (8, 1_024), (1, 64)])
def test_sockets_and_strangers_fit_into_the_files_of_the_process(connections_max: int, files: int) -> None:
    sockets, strangers = rooms(connections_max, files)
    assert 1 <= sockets <= connections_max
    assert 1 <= strangers <= max(1, connections_max // 4)
    assert sockets + strangers < files
    if files > 2 * connections_max:
        assert sockets == connections_max


def test_an_address_is_a_network_where_who_has_one_address_has_many() -> None:
    assert address_key("2001:db8::1") == address_key("2001:db8::2") != address_key("2001:db8:0:1::1")


@contextlib.contextmanager
def files_at_most(count: int) -> Iterator[None]:
    """Processes that are started meanwhile may open so many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_more_unfinished_requests_than_files_shut_nobody_out(
    world: World, redis_url: str, tmp_path: Path
) -> None:
    with files_at_most(1_024):
        process, url = start_node("small", world.settings, redis_url, tmp_path)
    try:
        at = RunningNode(None, None, int(url.rpartition(":")[2]))  # type: ignore[arg-type]
        async with plugs(at, 1_100, HALF_A_HEAD), asyncio.timeout(PATIENCE_S):
            for _ in range(5):
                assert await healthy(at)
            async with talk(at) as petra:
                await petra.hello(world.token_of(world.petra))
                assert isinstance(await petra.call(MeRead()), Reply)
    finally:
        process.kill()
