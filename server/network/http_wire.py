"""Requests: uvicorn's HTTP protocol, in which every request has a deadline and nobody has more than their part of a turn.

uvicorn waits without end for the rest of a request and for somebody to read an answer, keeps a head of any length, and
parses all that one read brings. Here a head, a body and an answer each have their time, what came is parsed in portions,
and whoever is connected counts as a stranger (`server.network.strangers`) until a socket says who they are. Knows bytes and
clocks. Refuses to know what is asked for.
"""

import asyncio
import weakref
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from functools import partial
from typing import Any, Final, cast

from starlette.datastructures import Headers
from uvicorn.protocols.http.flow_control import FlowControl, service_unavailable
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.core import forwarding
from server.core.limits import address_key
from server.network.strangers import Stranger, Strangers
from server.network.turns import turns_of
from server.network.wire import PORTION_BYTES, TURN_BYTES_MAX, WireProtocol

HEAD_S_MAX: Final = 10.0
"""From the connection, or the first byte of a further request, to the end of the headers."""
BODY_S_MAX: Final = 30.0
"""From the end of the headers to the end of the body."""
ANSWER_S_MAX: Final = 120.0
"""From the end of the request until the whole answer has been taken: for large files over bad lines."""
HEAD_BYTES_MAX: Final = 32 * 1024
HEADERS_MAX: Final = 100
FRAMING_FACTOR_MAX: Final = 8
"""How much longer than its content a chunked body may be."""
BUSY: Final = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

LONG: Final = "chattar.long"
"""The ASGI extension by which a door takes over a request's deadlines."""

_NOTHING, _HEAD, _BODY, _WHOLE = range(4)


def request_protocol(strangers: Strangers, trusted_proxies: Sequence[str]) -> Callable[..., asyncio.Protocol]:
    """What uvicorn is to make for each connection (`uvicorn.Config(http=...)`)."""
    return partial(RequestProtocol, strangers, trusted_proxies)


def announced(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    """The length of a body, where it is said and nothing else goes by (RFC 9112, 6.3); names are in lower case."""
    said = dict(headers)
    length = said.get(b"content-length", b"")
    # The parser has refused what is no number, and two that differ.
    return int(length) if length.isdigit() and b"transfer-encoding" not in said else None


def takes_its_time(scope: MutableMapping[str, Any]) -> None:
    """The request's body and answer may take as long as they move: whoever serves it watches over that from now on, and
    knows whose it is, so that the connection is no stranger's any more. Other servers have deadlines of their own."""
    take = scope.get("extensions", {}).get(LONG)
    if take is not None:
        take()


class _Flow(FlowControl):
    """uvicorn's, but reading on begins with what has been read already."""

    def __init__(self, protocol: "RequestProtocol") -> None:
        super().__init__(protocol.transport)
        self._protocol = protocol

    def resume_reading(self) -> None:
        if self.read_paused:
            self.read_paused = False
            self._protocol.read_on()


class RequestProtocol(HttpToolsProtocol):
    """One connection, until it ends or becomes a socket."""

    def __init__(self, strangers: Strangers, trusted_proxies: Sequence[str], **given: Any) -> None:
        super().__init__(**given)
        self._stranger = Stranger(strangers, self.cut)
        self._strangers = strangers
        self._trusted = trusted_proxies
        self._proxied = False
        self._refused = False
        self._upgraded = False
        self._deadline: asyncio.TimerHandle | None = None
        self._awaited = (0, _NOTHING)
        """Which request, and how far it has come, when the deadline was set."""
        self._requests = 0
        self._stage = _NOTHING
        self._bytes = 0
        self._body_bytes = 0
        self._unparsed = b""
        self._long = 0
        """The request of which somebody else watches over the deadlines."""
        self._length: int | None = None
        """Of the request's body, if it was announced."""
        self._turns = turns_of(self.loop)

    # lives

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.flow = _Flow(self)
        peer = self.client[0] if self.client else ""
        self._proxied = forwarding.trusts(self._trusted, peer)
        if not self._strangers.admit(self._stranger, None if self._proxied else address_key(peer)):
            transport.write(BUSY)
            transport.close()
        self._expect(HEAD_S_MAX)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stranger.leaves()
        self._let_go()
        super().connection_lost(exc)
        self.flow = None  # type: ignore[assignment]

    def cut(self) -> None:
        """End the connection at once."""
        self.transport.abort()

    def handle_websocket_upgrade(self) -> None:
        self._let_go()
        if self._refused:
            self.transport.write(BUSY)
            self.transport.close()
            return
        super().handle_websocket_upgrade()
        self._upgraded = True
        socket = self.transport.get_protocol()
        if isinstance(socket, WireProtocol):
            socket.take_over(self._stranger)
        # What refers to itself in a circle would stay until the collector comes.
        self.flow = self.parser = None  # type: ignore[assignment]

    def pause_writing(self) -> None:
        """They don't read: it is we who wait for them."""
        super().pause_writing()
        self._stranger.idles()

    def resume_writing(self) -> None:
        """They have read."""
        super().resume_writing()
        if self._stage == _WHOLE and not self.cycle.response_complete:
            self._stranger.works()

    def _let_go(self) -> None:
        self._unparsed = b""
        self._turns.forget(self)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    # bytes

    def data_received(self, data: bytes) -> None:
        if len(data) <= self._portion() and not self._unparsed:
            self._feed(data)
            return
        first = not self._unparsed
        self._unparsed += data
        if first:
            self._take_turn()
        elif not self._waits():
            self._turns.wait(self, self._take_turn)

    def read_on(self) -> None:
        """The application has taken what there was: go on with what has been read, then with what comes."""
        if self._over() or self._waits():
            return
        if self._unparsed:
            self._turns.wait(self, self._take_turn)
        else:
            self.transport.resume_reading()

    def _take_turn(self) -> None:
        data, at = self._unparsed, 0
        if self._over():
            self._unparsed = b""
            return
        while at < min(len(data), TURN_BYTES_MAX) and not self._waits():
            portion = self._portion()
            self._feed(data[at : at + portion])
            at += portion
            if self._over():
                self._unparsed = b""
                return
        self._unparsed = data[at:]
        if self._unparsed:
            self.transport.pause_reading()
            if not self._waits():
                self._turns.wait(self, self._take_turn)
        elif not self._waits():
            self.transport.resume_reading()

    def _portion(self) -> int:
        """How much is parsed next. What is left of a body of known length, once somebody who knows whose it is watches over
        it: to the parser that is one piece, however long, while everything else may be thousands of small ones."""
        if self._long and self._long == self._requests and self._stage == _BODY and self._length is not None:
            return max(PORTION_BYTES, self._length - self._body_bytes)
        return PORTION_BYTES

    def _feed(self, data: bytes) -> None:
        super().data_received(data)
        if self._over():
            return
        self._bytes += len(data)
        if self._stage != _WHOLE and self._bytes - FRAMING_FACTOR_MAX * self._body_bytes > HEAD_BYTES_MAX:
            self.send_400_response("The head of the request is too long.")
            return
        self._look()

    def _waits(self) -> bool:
        """Whether there is enough to do: requests are read one after the other, however many have been sent."""
        return self.flow.read_paused or bool(self.pipeline)

    def _over(self) -> bool:
        return self._upgraded or self.transport.is_closing()

    def _look(self) -> None:
        """Set the deadline for what is awaited now, unless it runs already."""
        if self._stage == _WHOLE and self.cycle.response_complete:
            # Bytes between two requests: they have begun with the next one, though no parser takes it for that.
            awaited, within_s = (self._requests + 1, _NOTHING), HEAD_S_MAX
        else:
            awaited = (self._requests, self._stage)
            within_s = (HEAD_S_MAX, HEAD_S_MAX, BODY_S_MAX, ANSWER_S_MAX)[self._stage]
        if self._long and self._long == self._requests and not self.cycle.response_complete:
            return
        if awaited != self._awaited or self._deadline is None:
            self._awaited = awaited
            self._expect(within_s)

    def take_time(self, request: int) -> None:
        """Leave the deadlines of a request to whoever serves it."""
        if request != self._requests or self._over():
            return
        self._long = request
        self._stranger.leaves()
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expect(self, within_s: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(within_s, self.cut)

    # the parser

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._requests += 1
        self._stage = _HEAD
        self._bytes = self._body_bytes = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        if len(self.headers) > HEADERS_MAX:
            raise ValueError("too many headers")  # the parser passes it on as an error of its own: 400

    def on_headers_complete(self) -> None:
        self._stage = _BODY
        self._length = announced(self.headers)
        if self._proxied:
            lines = Headers(raw=self.headers).getlist(forwarding.HEADER)
            origin = forwarding.visitor(self._trusted, lines, self.client[0])  # type: ignore[index]
            self._refused = not self._stranger.moves(address_key(origin))
        self.app = service_unavailable if self._refused else self.config.loaded_app
        request = self._requests
        # Not a method: the request would hold the connection that holds it.
        itself = weakref.ref(self)

        def take_time() -> None:
            connection = itself()
            if connection is not None:
                connection.take_time(request)

        self.scope["extensions"] = {LONG: cast("dict[object, object]", take_time)}
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._stage = _WHOLE
        super().on_message_complete()
        self._stranger.works()

    def on_response_complete(self) -> None:
        if self._long and self._long == self._requests:
            self._expect(ANSWER_S_MAX)
            # Whoever says something next is a stranger again.
            key = None if self._proxied else address_key(self.client[0] if self.client else "")
            if not self._stranger.moves(key):
                self.transport.close()
        if self._stage == _WHOLE and not self.pipeline:
            # Not the end of it: what the kernel has not taken yet must go too, and closing waits for that without end.
            self._expect(ANSWER_S_MAX)
            self._stranger.idles()
            if self._proxied:
                self._stranger.moves(None)
        super().on_response_complete()
        self.read_on()
