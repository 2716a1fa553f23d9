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

PROOF_CHANNEL: Final = b"h:proof"
"""Nobody's channel: whether we may use ours is tried on it."""

Reply = Any
"""What hiredis makes of a reply: bytes, int, None, a list of those, or a hiredis.ReplyError."""


class RedisAway(ConnectionError):
    """The connection isn't there, or was lost before the answer came."""


class RedisRefused(ConnectionError):
    """Redis can be reached and doesn't let us do what we are here for; the text is its own."""


LINK_FAULTS: Final = (OSError, RuntimeError)
"""What a connection fails with. On uvloop one that the peer has reset raises the built-in RuntimeError."""
HARMLESS_REFUSALS: Final = ("NOPERM", "ERR unknown command", "ERR unknown subcommand")
"""Answers to what is only asked for an operator's sake."""


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
        self.refusal: str | None = None
        """Why Redis doesn't want this link, in its own words."""
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes, only of their shape.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        for answer in self._answers:
            if not answer.done():
                answer.set_exception(self._fault())
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
        if not replies:
            return
        if self._keeper.link is self:
            self._keeper.replied(replies)
        elif (refusal := next((one for one in replies if isinstance(one, hiredis.ReplyError)), None)) is not None:
            # Said unasked, before we could ask anything: too many clients, for one.
            self.refuse(str(refusal))

    def write(self, data: bytes) -> None:
        """Send commands, without waiting. A link that is being closed swallows them: its keeper hears of that."""
        assert self._transport is not None
        if self._transport.is_closing():
            return
        try:
            self._transport.write(data)
        except RuntimeError:
            # uvloop's word for a transport that has just been closed underneath; `connection_lost` comes next.
            self._transport.abort()

    async def ask(self, *parts: bytes) -> Reply:
        """Send one command and wait for its answer; only before the keeper has the link.

        Raises RedisRefused, or RedisAway when the connection is lost first.
        """
        assert self._transport is not None
        if self.lost.done() or self._transport.is_closing():
            raise self._fault()
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._answers.append(answer)
        self.write(command(*parts))
        reply = await answer
        if isinstance(reply, hiredis.ReplyError):
            raise RedisRefused(str(reply))
        return reply

    def refuse(self, refusal: str) -> None:
        """Redis has said that it doesn't want this link, or won't do on it what it is for: give it up."""
        self.refusal = refusal
        self.abort()

    def _fault(self) -> ConnectionError:
        return RedisAway("the connection was lost") if self.refusal is None else RedisRefused(self.refusal)

    def abort(self) -> None:
        """Close at once, whatever is still to be sent."""
        if self._transport is not None:
            self._transport.abort()


class Keeper(ABC):
    """Keeps one connection to Redis, for as long as `run` runs. Subclasses say what it is for."""

    needs = "nothing"
    """What a user of Redis must be allowed, in an operator's words."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self.link: Link | None = None
        self.prefix = b""
        """What every channel and key begins with: see `storage.facts`. To be set before `run`."""
        self.refused: str | None = None
        """Redis' words, while it can be reached and doesn't let us do what this connection is for."""
        self.on_lost: Callable[[], None] | None = None
        """Called when the connection is gone."""
        self._address = address_of(url)
        self._told: type[BaseException] | None = None

    @abstractmethod
    def replied(self, replies: Sequence[Reply]) -> None:
        """All replies of one read have come."""

    async def prove(self, link: Link) -> None:  # noqa: B027 - not everybody needs more than a connection
        """Try what the connection is for, before it counts as there. Raises RedisRefused."""

    def opened(self, link: Link) -> None:  # noqa: B027 - not everybody has something to do then
        """The connection is there, for the first time or again."""

    def closed(self) -> None:  # noqa: B027
        """The connection is gone; what was under way may or may not have been done."""

    async def run(self) -> None:
        """Connect, and connect again with back-off and jitter whenever the connection is lost. Ends when cancelled."""
        loop, attempt = asyncio.get_running_loop(), 0
        while True:
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    link = await self._connect()
            except LINK_FAULTS as error:
                attempt += 1
                self._tell(attempt, error)
                await asyncio.sleep(back_off_s(attempt))
                continue
            self.link, self.refused, self._told, began_at = link, None, None, loop.time()
            try:
                self.opened(link)
                await link.lost
            finally:
                self.link = None
                link.abort()
                self.closed()
            if self.on_lost is not None:
                self.on_lost()
            # One that is lost as soon as it is there must not be made again and again without a pause.
            attempt = 0 if loop.time() - began_at > BACK_OFF_MAX_S else attempt + 1
            if link.refusal is not None:
                self._tell(attempt, RedisRefused(link.refusal))
            else:
                log.warning("redis.lost", connection=self.name)
            if attempt:
                await asyncio.sleep(back_off_s(attempt))

    def _tell(self, attempt: int, error: BaseException) -> None:
        """Say once what is wrong, and now and then that it still is."""
        refused = isinstance(error, RedisRefused)
        self.refused = str(error) if refused else None
        if self._told is type(error) and attempt not in (10, 100) and attempt % 1000:
            return
        self._told = type(error)
        if refused:
            log.error("redis.refused", connection=self.name, error=self.refused, needs=self.needs_here)
        else:
            said = str(error) or type(error).__name__
            log.warning("redis.away", connection=self.name, attempt=attempt, error=said)

    @property
    def needs_here(self) -> str:
        """What a user of Redis must be allowed, with this installation's prefix."""
        return self.needs.replace("PREFIX", self.prefix.decode())

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
            try:
                # Also proves that it answers: a frozen server accepts connections.
                await link.ask(b"CLIENT", b"SETNAME", b"chattar-" + self.name.encode())
            except RedisRefused as refusal:
                if not str(refusal).startswith(HARMLESS_REFUSALS):
                    raise
            await self.prove(link)
        except BaseException:
            link.abort()
            raise
        return link


def back_off_s(attempt: int) -> float:
    """How long to wait before trying again: doubling, bounded, with jitter so that not everybody comes at once."""
    ceiling: float = min(BACK_OFF_MAX_S, BACK_OFF_FIRST_S * 2.0 ** min(attempt - 1, 10))
    return ceiling * random.uniform(0.5, 1.0)
