"""One connection to Redis that is kept: opened, authenticated, and opened again when it is lost.

Knows addresses, TLS and how replies are read: all that one read holds, together (redis-py hands out one message at a
time). Refuses to know what the commands mean.
"""

import asyncio
import random
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import hiredis
import structlog
from redis.asyncio import ConnectionPool
from redis.asyncio.connection import SSLConnection

log = structlog.get_logger(__name__)

CONNECT_TIMEOUT_S: Final = 5.0
BACK_OFF_FIRST_S: Final = 0.05
BACK_OFF_MAX_S: Final = 2.0

Reply = Any
"""What hiredis makes of a reply: bytes, int, None, a list of those, or a hiredis.ReplyError."""


class RedisRefused(ConnectionError):
    """Redis can be reached and doesn't let us in."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where Redis is and how it lets us in."""

    host: str
    port: int
    path: str | None
    username: str | None
    password: str | None
    tls: ssl.SSLContext | None


def address_of(url: str) -> Address:
    """Take a redis://, rediss:// or unix:// URL apart as redis-py does. Raises ValueError for any other."""
    pool = ConnectionPool.from_url(url)
    options = pool.connection_kwargs
    connection = pool.make_connection()  # type: ignore[no-untyped-call]
    return Address(
        host=options.get("host", "localhost"),
        port=options.get("port", 6379),
        path=options.get("path"),
        username=options.get("username"),
        password=options.get("password"),
        tls=connection.ssl_context.get() if isinstance(connection, SSLConnection) else None,
    )


def command(*parts: bytes) -> bytes:
    """A command as Redis reads it."""
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)


class Link(asyncio.Protocol):
    """An open connection. Hands its keeper the replies of one read together."""

    def __init__(self, keeper: "Keeper") -> None:
        self._keeper = keeper
        self._reader = hiredis.Reader()
        self._transport: asyncio.Transport | None = None
        self._answers: list[asyncio.Future[Reply]] = []
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes, only of their shape.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        for answer in self._answers:
            if not answer.done():
                answer.set_exception(ConnectionResetError("Redis closed the connection"))
        if not self.lost.done():
            self.lost.set_result(None)

    def data_received(self, data: bytes) -> None:
        reader = self._reader
        reader.feed(data)
        replies: list[Reply] = []
        try:
            while (reply := reader.gets()) is not False:
                replies.append(reply)
        except hiredis.ProtocolError:
            log.exception("redis.gibberish", connection=self._keeper.name)
            self.abort()
        while self._answers and replies:
            answer, reply = self._answers.pop(0), replies.pop(0)
            if not answer.done():
                answer.set_result(reply)
        if replies:
            self._keeper.replied(replies)

    def write(self, data: bytes) -> None:
        """Send commands, without waiting. A link that is being closed swallows them: its keeper hears of that."""
        assert self._transport is not None
        if not self._transport.is_closing():
            self._transport.write(data)

    async def ask(self, *parts: bytes) -> Reply:
        """Send one command and wait for its answer; only before the keeper has the link. Raises RedisRefused."""
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._answers.append(answer)
        self.write(command(*parts))
        reply = await answer
        if isinstance(reply, hiredis.ReplyError):
            raise RedisRefused(str(reply))
        return reply

    def abort(self) -> None:
        """Close at once, whatever is still to be sent."""
        if self._transport is not None:
            self._transport.abort()


class Keeper(ABC):
    """Keeps one connection to Redis, for as long as `run` runs. Subclasses say what it is for."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self.link: Link | None = None
        self.on_lost: Callable[[], None] | None = None
        """Called when the connection is gone."""
        self._address = address_of(url)

    @abstractmethod
    def replied(self, replies: Sequence[Reply]) -> None:
        """All replies of one read have come."""

    def opened(self, link: Link) -> None:  # noqa: B027 - not everybody has something to do then
        """The connection is there, for the first time or again."""

    def closed(self) -> None:  # noqa: B027
        """The connection is gone; what was under way may or may not have been done."""

    async def run(self) -> None:
        """Connect, and connect again with back-off and jitter whenever the connection is lost. Ends when cancelled."""
        attempt = 0
        while True:
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    link = await self._connect()
            except OSError as error:
                attempt += 1
                if attempt in (1, 10, 100) or attempt % 1000 == 0:
                    log.warning("redis.away", connection=self.name, attempt=attempt, error=str(error))
                await asyncio.sleep(back_off_s(attempt))
                continue
            attempt = 0
            self.link = link
            try:
                self.opened(link)
                await link.lost
            finally:
                self.link = None
                link.abort()
                self.closed()
            if self.on_lost is not None:
                self.on_lost()
            log.warning("redis.lost", connection=self.name)

    async def _connect(self) -> Link:
        address, loop = self._address, asyncio.get_running_loop()
        if address.path is not None:
            _, link = await loop.create_unix_connection(lambda: Link(self), address.path)
        else:
            _, link = await loop.create_connection(lambda: Link(self), address.host, address.port, ssl=address.tls)
        try:
            if address.password is not None:
                user = [address.username.encode()] if address.username else []
                await link.ask(b"AUTH", *user, address.password.encode())
            # Also proves that it answers: a frozen server accepts connections.
            await link.ask(b"CLIENT", b"SETNAME", b"chattar-" + self.name.encode())
        except BaseException:
            link.abort()
            raise
        return link


def back_off_s(attempt: int) -> float:
    """How long to wait before trying again: doubling, bounded, with jitter so that not everybody comes at once."""
    ceiling: float = min(BACK_OFF_MAX_S, BACK_OFF_FIRST_S * 2.0 ** min(attempt - 1, 10))
    return ceiling * random.uniform(0.5, 1.0)
