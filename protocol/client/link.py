"""A connection that comes back by itself: connects, says hello, carries frames, and judges how it ended.

Knows the socket, both codecs, back-off and close codes. Refuses to know what frames mean, apart from `live`.
"""

import asyncio
import contextlib
import itertools
import random
from collections.abc import Callable, Sequence
from typing import Final, TypeVar
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.typing import Subprotocol

from protocol import frames as f
from protocol.describing.descriptions import SOCKET_PATH
from protocol.errors import ChattarError, Conflict, Invalid, Unauthenticated
from protocol.reading import no_text
from protocol.wire import Codec

BACK_OFF_FIRST_S: Final = 1.0
BACK_OFF_MOST_S: Final = 30.0
DRAIN_SPREAD_S: Final = 5.0
DRAIN_MOST_S: Final = 60.0
SILENCE_S: Final = 60.0
"""Who has said nothing for so long, not even a pulse, is not there any more."""
LIVE_DEADLINE_S: Final = 15.0
"""Who isn't live by then gives the connection up."""
FATAL: Final = range(4400, 5000)

T = TypeVar("T")


def back_off_s(failures: int, first_s: float = BACK_OFF_FIRST_S) -> float:
    """How long to wait after so many failures in a row: at random, so that clients don't come back all at once."""
    return random.uniform(0, min(first_s * 2.0**failures, BACK_OFF_MOST_S))


class Link:
    """The connection. `run` keeps it until it ends for good; then `ended` says why."""

    def __init__(
        self,
        urls: Sequence[str],
        codec: Codec,
        hello: Callable[[], f.Hello],
        on_frame: Callable[[f.ServerFrame], None],
        on_down: Callable[[], None],
        back_off_first_s: float,
    ) -> None:
        self.ended: ChattarError | None = None
        self.connections = 0
        """How many have become live."""
        self._nodes = itertools.cycle(urls)
        self._codec: Codec = codec
        self._hello, self._on_frame, self._on_down = hello, on_frame, on_down
        self._back_off_first_s = back_off_first_s
        self._socket: ClientConnection | None = None
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self.closed_with: int | None = None
        """The close code of the last connection that ended."""
        self._heard_at = 0.0
        self._live = False

    async def run(self) -> None:
        """Connect to one node after the other until one says that it is pointless."""
        failures = 0
        while True:
            before = self.connections
            code, reason = await self._connect_once(next(self._nodes))
            self.closed_with = code
            self._socket = None
            self._outgoing = asyncio.Queue()
            if code in FATAL:
                self.ended = self.ended or _why(code, reason)
            self._on_down()
            if self.ended is not None:
                return
            failures = 0 if self.connections > before else failures + 1
            draining = code == f.CloseCode.DRAINING
            await asyncio.sleep(_told_s(reason) if draining else back_off_s(failures, self._back_off_first_s))

    @property
    def up(self) -> bool:
        """Frames can be sent."""
        return self._socket is not None and self.ended is None

    def send(self, frame: f.ClientFrame) -> int:
        """Send a frame, after those sent before; how many bytes it has. It is lost with the connection.

        Raises Invalid for a frame that no server would take, now or ever.
        """
        try:
            data = f.encode(frame, self._codec)
        except UnicodeEncodeError as error:
            raise no_text(error) from None
        if len(data) > f.INBOUND_FRAME_BYTES_MAX:
            raise Invalid(path="$", expected=f"at most {f.INBOUND_FRAME_BYTES_MAX} bytes", got=f"{len(data)} bytes")
        self._outgoing.put_nowait(data)
        return len(data)

    def cut(self) -> None:
        """Break the connection without a farewell, as a network would."""
        if self._socket is not None:
            self._socket.transport.abort()

    def end(self, why: ChattarError) -> None:
        """Break the connection and don't make it anew: `ended` says why."""
        self.ended = why
        self.cut()

    async def _connect_once(self, url: str) -> tuple[int | None, str]:
        """One connection, to its end: how it was closed, if it was."""
        subprotocol = next(name for name, codec in f.SUBPROTOCOLS.items() if codec == self._codec)
        connecting = connect(
            _socket_url(url),
            subprotocols=[Subprotocol(subprotocol)],
            compression=None,
            max_size=None,
            proxy=None,
            close_timeout=1,
        )
        try:
            async with connecting as socket:
                await self._converse(socket)
        except InvalidStatus as refused:
            # It speaks neither of our subprotocols, and names those that it does.
            unspoken = refused.response.status_code == 400 and "Sec-WebSocket-Protocol" in refused.response.headers
            return (f.CloseCode.UNSUPPORTED, "the server speaks another protocol") if unspoken else (None, "")
        except (OSError, InvalidHandshake, InvalidURI, TimeoutError):
            return None, ""
        return socket.close_code, socket.close_reason or ""

    async def _converse(self, socket: ClientConnection) -> None:
        """Until the connection ends. Raises what handling a frame raised: that is a fault of this program."""
        self._heard_at = asyncio.get_running_loop().time()
        self._live = False
        with contextlib.suppress(ConnectionClosed):
            await socket.send(f.encode(self._hello(), self._codec), text=self._codec == "json")
            self._socket = socket
            helpers = [
                asyncio.create_task(self._write(socket), name="chattar writer"),
                asyncio.create_task(self._listen_for_silence(socket), name="chattar silence"),
            ]
            try:
                await self._read(socket)
            finally:
                for helper in helpers:
                    helper.cancel()
                await asyncio.gather(*helpers, return_exceptions=True)

    async def _read(self, socket: ClientConnection) -> None:
        loop = asyncio.get_running_loop()
        async for message in socket:
            self._heard_at = loop.time()
            frame = f.decode_server_frame(message, self._codec)
            if isinstance(frame, f.Live):
                self._live = True
                self.connections += 1
            if frame is not None:
                self._on_frame(frame)

    async def _write(self, socket: ClientConnection) -> None:
        """The only writer: what is asked for first is sent first."""
        outgoing = self._outgoing
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.send(await outgoing.get(), text=self._codec == "json")

    async def _listen_for_silence(self, socket: ClientConnection) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(LIVE_DEADLINE_S)
        while self._live:
            left_s = self._heard_at + SILENCE_S - loop.time()
            if left_s <= 0:
                break
            await asyncio.sleep(left_s)
        socket.transport.abort()


def other_person() -> Conflict:
    """Why a connection ends whose login isn't the person's to whom the client's memory belongs."""
    return Conflict("The login belongs to another person than this client's state.", reason="other_person")


def _why(code: int | None, reason: str) -> ChattarError:
    if code in (f.CloseCode.UNAUTHENTICATED, f.CloseCode.REVOKED):
        return Unauthenticated(reason or None)
    return other_person() if code == f.CloseCode.OTHER_PERSON else Invalid(f"Closed with {code}: {reason}")


def _told_s(reason: str) -> float:
    """How long a node that goes down wants us to stay away."""
    name, _, value = reason.partition("=")
    if name == "retry_after_ms" and value.isascii() and value.isdigit():
        return min(int(value) / 1000, DRAIN_MOST_S)
    return random.uniform(0, DRAIN_SPREAD_S)


def _socket_url(url: str) -> str:
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    return urlunsplit((scheme, parts.netloc, SOCKET_PATH, "", ""))
