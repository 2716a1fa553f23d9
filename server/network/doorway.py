"""Where sockets come in and go out: the handshake at /ws, everybody who is connected, their pulse, and the drain.

Knows ASGI and headers, and forgets them after the handshake. Refuses to know what is said afterwards.
"""

import asyncio
import http
import random
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from protocol.errors import RateLimited, Unavailable
from protocol.frames import PULSE_INTERVAL_S, SUBPROTOCOLS, CloseCode, Pulse, encode
from protocol.wire import Codec
from server.core.limits import Limits, address_key
from server.doors import visitors
from server.network.arrival import Visitor
from server.network.connection import Connection
from server.network.hub import Topic
from server.network.node import Node
from server.network.plain_wire import PlainWire
from server.network.strangers import Strangers
from server.network.wire import BINARY, EXTENSION, TEXT, Wire, framed

log = structlog.get_logger(__name__)

SLOTS: Final = int(PULSE_INTERVAL_S)
"""Pulses are spread over the interval, a part of the connections each second."""
HELLOS_AT_ONCE_MAX: Final = 200
"""After a node's death everybody comes at once: more at a time would only make all of them slow, and some too late."""
TOO_MANY_MS: Final = 30_000
"""When somebody with too many connections may try again: dead ones have been noticed by then."""
DRAIN_BATCH: Final = 500
DRAIN_PAUSE_S: Final = 0.25
DRAIN_SPREAD_MS_EACH: Final = 5
"""What a hello costs the node that it comes to, and more: as many milliseconds are given to each who has to come back."""
DRAIN_SPREAD_MS_MIN: Final = 1_000
DRAIN_SPREAD_MS_MAX: Final = 30_000

Watch = Callable[[Connection], None]


class Doorway:
    """Everybody who is connected to this process."""

    def __init__(self, node: Node, limits: Limits, sockets_max: int, strangers: Strangers) -> None:
        """`sockets_max`: of people who are logged in; as many as there may be strangers may be about to."""
        self.node = node
        self._sockets_max = sockets_max
        self.strangers = strangers
        self._known = 0
        self._by_address: Counter[str] = Counter()
        self.limits = limits
        self.draining = False
        self.connections: set[Connection] = set()
        self.opened = 0
        self.on_entered: list[Watch] = []
        self.on_left: list[Watch] = []
        self._slots: list[set[Connection]] = [set() for _ in range(SLOTS)]
        self._round = 1
        self.hellos = asyncio.Semaphore(HELLOS_AT_ONCE_MAX)
        self._epoch: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application of /ws. Returns as soon as the socket stands, where the server lets it."""
        await receive()
        codec = codec_of(scope.get("subprotocols", []))
        settings = self.node.means.settings
        if self.draining or self._full():
            await _refuse(send, "full" if not self.draining else "draining")
            return
        if codec is None:
            await _refuse_unspoken(send)
            return
        visitor = visitor_of(self.node, scope)
        address = sys.intern(address_key(visitor.origin.ip))
        if self._by_address[address] >= settings.sockets_per_address_max:
            await _refuse(send, "too many sockets from this address")
            return
        await send({"type": "websocket.accept", "subprotocol": next(n for n, c in SUBPROTOCOLS.items() if c == codec)})
        self.opened += 1
        wire: Wire | None = scope.get("extensions", {}).get(EXTENSION)
        if wire is not None:
            connection = Connection(self.node, self, wire, codec, visitor)
            self._admit(connection, address)
            wire.adopt(connection)
            return
        plain = PlainWire(receive, send)
        connection = Connection(self.node, self, plain, codec, visitor)
        self._admit(connection, address)
        await plain.run(connection)

    async def epoch(self) -> str:
        """The log's epoch. Raises Unavailable."""
        if self._epoch is None:
            self._epoch = await self.node.means.store.facts.epoch()
        return self._epoch

    def recognised(self, connection: Connection) -> None:
        """It is known who a connection is. Raises RateLimited, or Unavailable when there is no room left."""
        lines = self.node.lines_of(connection.user_id)
        if len(lines) > self.node.means.settings.sockets_per_person_max:
            raise RateLimited(
                "This person has too many connections.", reason="too_many_sockets", retry_after_ms=TOO_MANY_MS
            )
        if self._known >= self._sockets_max:
            raise Unavailable("This node is full.")
        self._known += 1
        connection.recognised = True
        connection.wire.known()

    def entered(self, connection: Connection) -> None:
        """A connection has become live."""
        for watch in self.on_entered:
            watch(connection)

    def left(self, connection: Connection) -> None:
        """A connection is gone."""
        self.connections.discard(connection)
        self._by_address[connection.address] -= 1
        if not self._by_address[connection.address]:
            del self._by_address[connection.address]
        self._known -= connection.recognised
        self._slots[connection.slot].discard(connection)
        if connection.principal is not None:
            for watch in self.on_left:
                watch(connection)

    async def run(self) -> None:
        """Give everybody their pulse, until cancelled."""
        slot = 0
        while True:
            await asyncio.sleep(PULSE_INTERVAL_S / SLOTS)  # the clock itself is what is waited for
            slot = (slot + 1) % SLOTS
            self.pulse(slot)

    async def drain(self) -> None:
        """Let nobody in any more and send everybody elsewhere, in parts, each with a time of their own to come back."""
        self.draining = True
        spread_ms = drain_spread_ms(len(self.connections))
        while self.connections:
            for connection in list(self.connections)[:DRAIN_BATCH]:
                connection.end(CloseCode.DRAINING, f"retry_after_ms={random.randrange(spread_ms)}")
            if self.connections:
                await asyncio.sleep(DRAIN_PAUSE_S)

    def _full(self) -> bool:
        """Strangers can't take the room of those who log in: they have their own."""
        return self._known >= self._sockets_max or len(self.connections) >= self._sockets_max + self.strangers.room

    def _admit(self, connection: Connection, address: str) -> None:
        connection.address = address
        self._by_address[address] += 1
        connection.slot = self.opened % SLOTS
        self.connections.add(connection)
        self._slots[connection.slot].add(connection)

    def pulse(self, slot: int) -> None:
        """One part of the connections: their pulse, and what else is to be looked at now and then.

        A round, which slot 0 begins, is a pulse for everybody. What a topic tells in it is chosen once, and built once for
        all who listen to it here, so that a connection gets one pulse for each of its topics that has something to tell.
        """
        if slot == 0:
            self._round += 1
        now, fanout = self.node.means.clock.now(), self.node.fanout
        fanout.flush()  # a pulse tells heads: what it tells of must have gone before it
        built: dict[tuple[Topic | None, Codec], bytes] = {}
        for connection in [connection for connection in self._slots[slot] if connection.live]:
            connection.look_after()
            codec = connection.codec
            told: list[Topic | None] = []
            for topic in connection.topics:
                topic.channel.begin_round(self._round)
                if topic.told:
                    told.append(topic)
            for part in told or [None]:
                data = built.get((part, codec))
                if data is None:
                    pulse = Pulse(at=now, heads=part.told if part is not None else {})
                    data = built[part, codec] = framed(encode(pulse, codec), BINARY if codec == "msgpack" else TEXT)
                fanout.send_framed(connection, data)


def drain_spread_ms(connections: int) -> int:
    """Over how long so many may be told to come back: a few needn't be away for half a minute."""
    return min(max(connections * DRAIN_SPREAD_MS_EACH, DRAIN_SPREAD_MS_MIN), DRAIN_SPREAD_MS_MAX)


def codec_of(offered: list[str]) -> Codec | None:
    """The codec of the first subprotocol that we know, in the client's order."""
    return next((SUBPROTOCOLS[name] for name in offered if name in SUBPROTOCOLS), None)


def visitor_of(node: Node, scope: Scope) -> Visitor:
    """What is worth remembering of the handshake."""
    settings = node.means.settings
    headers = Headers(scope=scope)
    page = headers.get("origin")
    client = scope.get("client")
    return Visitor(
        origin=visitors.origin_of(settings, headers, client[0] if client else ""),
        # A page elsewhere can make a browser send our cookie, but not our origin.
        cookie_token=visitors.cookie_token(settings, headers) if visitors.is_ours(settings, page) else None,
        page=page,
    )


async def _refuse_unspoken(send: Send) -> None:
    """Before the handshake is over: a socket that opens without any of the subprotocols that were offered is one that
    browsers and libraries end themselves, so a close code after it reaches nobody."""
    spoken = ", ".join(SUBPROTOCOLS)
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"sec-websocket-protocol", spoken.encode()),
    ]
    sentence = f"Offer one of these in Sec-WebSocket-Protocol: {spoken}.\n"
    await send({"type": "websocket.http.response.start", "status": http.HTTPStatus.BAD_REQUEST, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": sentence.encode()})


async def _refuse(send: Callable[[dict[str, Any]], Awaitable[None]], why: str) -> None:
    """Before the handshake is over, as HTTP: a load balancer understands it."""
    await send({"type": "websocket.http.response.start", "status": 503, "headers": [(b"retry-after", b"5")]})
    await send({"type": "websocket.http.response.body", "body": why.encode()})
