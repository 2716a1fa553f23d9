"""Sockets: uvicorn's WebSocket protocol with a direct line to the transport.

A subclass puts a `Wire` into `scope["extensions"]["chattar.wire"]`. An application that adopts it gets whole messages by
callback and writes prebuilt frames itself; its ASGI call may then return, so that an idle connection holds no task. Knows
bytes and buffers. Refuses to know frames' contents, people and streams.
"""

import asyncio
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from uvicorn.config import Config
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from protocol.frames import EARLY_FRAME_BYTES_MAX, CloseCode
from server.network.strangers import Stranger
from server.network.turns import turns_of
from server.network.whole_message import bytes_of, whole_message

EXTENSION: Final = "chattar.wire"
SEND_BUFFER_BYTES: Final = 64 * 1024
CONGESTED_BYTES_MIN: Final = 64 * 1024
RELIEVED_BYTES_MAX: Final = 16 * 1024
UNACKNOWLEDGED_MS_MAX: Final = 20_000
PORTION_BYTES: Final = 1024
"""So much is parsed before it is counted how many frames it was: by the byte, small ones cost a hundred times as much."""
TURN_FRAMES_MAX: Final = 32
TURN_BYTES_MAX: Final = 64 * 1024
"""After so much of one client in a turn of the loop the others have theirs (P6)."""
HANDSHAKE_S_MAX: Final = 10.0
"""From the request to a socket that the application has adopted, or to its refusal having gone."""
CLOSING_S_MAX: Final = 5.0
"""How long a client may take to answer our close frame."""

BAD_REQUEST: Final = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
TEXT: Final = 0x81
BINARY: Final = 0x82


def framed(payload: bytes, opcode: int) -> bytes:
    """A whole message as one unmasked, final WebSocket frame (RFC 6455, 5.2). `opcode`: TEXT or BINARY."""
    length = len(payload)
    if length < 126:
        return bytes((opcode, length)) + payload
    if length < 65_536:
        return struct.pack("!BBH", opcode, 126, length) + payload
    return struct.pack("!BBQ", opcode, 127, length) + payload


def is_text(parts: Sequence[bytes]) -> bool:
    """Whether the bytes of a text message are one (RFC 6455, 8.1)."""
    data = parts[0] if len(parts) == 1 else b"".join(parts)
    if data.isascii():
        return True
    try:
        str(data, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


class Listener(Protocol):
    """Who adopts a wire."""

    def on_message(self, data: bytes) -> None:
        """A whole message has come, text or binary."""

    def on_congested(self, congested: bool) -> None:
        """The client reads more slowly than we write, or has caught up again."""

    def on_closed(self) -> None:
        """No byte goes out any more; called once."""


class Wire:
    """The handle on one socket."""

    __slots__ = ("_protocol", "write")

    def __init__(self, protocol: "WireProtocol") -> None:
        self._protocol = protocol
        self.write = protocol.transport.write
        """Send whole frames, made with `framed`. Never waits; see `pending_bytes`."""

    @property
    def pending_bytes(self) -> int:
        """What the kernel has not taken yet."""
        return self._protocol.transport.get_write_buffer_size()

    def adopt(self, listener: Listener) -> None:
        """Give all that comes from now on to `listener`; what has come already, at once. The handshake must be over."""
        self._protocol.adopt(listener)

    def pause_reading(self) -> None:
        """Let the client wait: TCP tells it. What was read in the same portion still comes."""
        self._protocol.hold()

    def take_up_to(self, bytes_max: int) -> None:
        """From now on take messages of so many bytes; a longer one closes the connection (1009). At first they are few."""
        self._protocol.conn.max_message_size = bytes_max

    def resume_reading(self) -> None:
        """Read on."""
        self._protocol.let_go()

    def works(self) -> None:
        """The client has said hello: now it waits for us."""
        if self._protocol.stranger is not None:
            self._protocol.stranger.works()

    def known(self) -> None:
        """It is known who is at the other end: it counts as a stranger's no more."""
        self._protocol.known()

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye with a code, after what was written before. A client that doesn't answer soon is cut off."""
        self._protocol.close_with(code, reason)

    def abort(self) -> None:
        """Cut the connection, throwing away whatever is pending."""
        self._protocol.cut()


class WireLike(Protocol):
    """What a line needs: a `Wire`, or `server.network.plain_wire` where a server has none."""

    @property
    def write(self) -> Callable[[bytes], None]: ...

    @property
    def pending_bytes(self) -> int: ...

    def pause_reading(self) -> None: ...

    def take_up_to(self, bytes_max: int) -> None: ...

    def resume_reading(self) -> None: ...

    def works(self) -> None: ...

    def known(self) -> None: ...

    def close(self, code: int, reason: str = "") -> None: ...

    def abort(self) -> None: ...


class _NoQueue:
    """Takes the place of the ASGI queue of an adopted socket: nobody reads it, and three deques weigh 2 KiB."""

    def put_nowait(self, event: Any) -> None:
        """Forget it."""

    def empty(self) -> bool:
        """Always."""
        return True


_NO_QUEUE: Final = _NoQueue()


class WireProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, with a `Wire`, small buffers, no compression, and no patience with those who don't read.

    Nor with those who say too much: what one read brought is parsed in portions, a bounded number a turn of the loop, and
    nothing more is read meanwhile. Every handshake ends in time, whatever the libraries beneath make of it.
    """

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], _loop: Any | None = None
    ) -> None:
        # A deflate context more than doubles the memory of an idle connection, and its frames can't be shared.
        config.ws_per_message_deflate = False
        config.ws_max_size = EARLY_FRAME_BYTES_MAX
        super().__init__(config, server_state, app_state, _loop)
        self.listener: Listener | None = None
        self.adopted = False
        self._unparsed = b""
        self._begun: int | None = None
        """Bytes of frames that have not ended yet, as far as the library has been given them. None: it can't be told."""
        self._turns = turns_of(self.loop)
        self._held = False
        self._deadline: asyncio.TimerHandle | None = None
        self.stranger: Stranger | None = None
        """Until it is known who it is; None where nobody counts."""

    def take_over(self, stranger: Stranger) -> None:
        """This was the connection of a stranger, and still is."""
        self.stranger = stranger
        stranger.cut = self.cut
        stranger.idles()

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HANDSHAKE_S_MAX, self.cut)
        transport.set_write_buffer_limits(high=CONGESTED_BYTES_MIN, low=RELIEVED_BYTES_MAX)
        sock = transport.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS_MAX)

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            # The task that runs the application starts in a later turn of the loop, so it will see this.
            self.scope["extensions"][EXTENSION] = Wire(self)  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if self._begun == 0 and not self._unparsed and self.listener is not None and self.conn.current_size is None:
            # Between two messages, and this is one: the library need not know of it.
            message = whole_message(data, self.conn.max_message_size or 0)
            if message is not None:
                self._hand_over(message, text=data[0] == TEXT)
                return
        if len(data) <= PORTION_BYTES and not self._unparsed:
            # What nearly all do.
            if self._parse(data) > TURN_FRAMES_MAX and not self.transport.is_closing():
                self._wait_for_turn()
            return
        first = not self._unparsed
        self._unparsed += data
        if first:
            self._take_turn()
        elif not self._waits():
            self._turns.wait(self, self._take_turn)

    def _take_turn(self) -> None:
        """Parse as much of what has come as one client may have in a turn."""
        data, at, frames = self._unparsed, 0, 0
        if self.transport.is_closing():
            self._unparsed = b""
            return
        while at < min(len(data), TURN_BYTES_MAX) and frames < TURN_FRAMES_MAX and not self._waits():
            frames += self._parse(data[at : at + PORTION_BYTES])
            at += PORTION_BYTES
            if self.transport.is_closing():
                self._unparsed = b""
                return
        self._unparsed = data[at:]
        if self._unparsed or frames > TURN_FRAMES_MAX:
            self._wait_for_turn()
        elif not self._waits():
            self.transport.resume_reading()

    def _wait_for_turn(self) -> None:
        """The rest waits, unread by us or by the kernel, until the others have had theirs."""
        self.transport.pause_reading()
        if not self._waits():
            self._turns.wait(self, self._take_turn)

    def _parse(self, data: bytes) -> int:
        """As uvicorn's `data_received`. How many frames it was."""
        conn = self.conn
        conn.receive_data(data)
        if conn.parser_exc is not None:
            self.handle_parser_exception()
            return 0
        frames = len(conn.events)
        if self._begun is not None:
            self._begun += len(data) - bytes_of(conn.events)
        elif frames == 1 and not self.handshake_initiated and data.endswith(b"\r\n\r\n"):
            self._begun = 0
        self.handle_events()
        if conn.handshake_exc is not None and not self.handshake_initiated:
            # A request that the library doesn't take: it may have an answer, but uvicorn neither sends it nor closes.
            self.transport.write(b"".join(conn.data_to_send()) or BAD_REQUEST)
            self.transport.close()
        return frames

    def _waits(self) -> bool:
        return self._held or self.read_paused

    def hold(self) -> None:
        """See Wire.pause_reading."""
        self._held = True
        if not self.transport.is_closing():
            self.transport.pause_reading()

    def let_go(self) -> None:
        """See Wire.resume_reading."""
        self._held = False
        if self._waits() or self.transport.is_closing():
            return
        if self._unparsed:
            self._turns.wait(self, self._take_turn)
        else:
            self.transport.resume_reading()

    def _stop_turns(self) -> None:
        self._unparsed = b""
        self._turns.forget(self)

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    async def run_asgi(self) -> None:
        """As uvicorn's, but the socket of a finished call stays open if it was adopted."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except BaseException:
            self.logger.exception("Exception in ASGI application\n")
            self.send_500_response()
            self.listener = None
        else:
            if not self.handshake_complete and self.initial_response is None:
                self.logger.error("ASGI callable returned without completing handshake.")
                self.send_500_response()
        if self.listener is None and self.close_timer is None:
            self.transport.close()

    def adopt(self, listener: Listener) -> None:
        """See Wire.adopt."""
        self.listener = listener
        self.adopted = True
        self._stop_deadline()
        waiting = self.queue
        self.queue = _NO_QUEUE  # type: ignore[assignment]
        self.writable = None  # type: ignore[assignment]
        self.request = self.response = self.scope = None  # type: ignore[assignment]
        while not waiting.empty():
            event = waiting.get_nowait()
            if event["type"] == "websocket.receive":
                listener.on_message(event.get("bytes") or (event.get("text") or "").encode())
        if self.read_paused:
            self.read_paused = False
            if not self._held:
                self.let_go()
        if self.disconnected or self.transport.is_closing():
            self._gone()

    def handle_cont(self, event: Any) -> None:
        """As uvicorn's, but a message in fragments takes the room of its bytes, however many and empty they are."""
        whole: Any = self.frames[0]
        if not isinstance(whole, bytearray):
            whole = self.frames[0] = bytearray(whole)  # type: ignore[call-overload]
        whole += event.data
        if event.fin:
            self.frames[0] = bytes(whole)
            self.send_receive_event_to_app()

    def handle_ping(self) -> None:
        """As uvicorn's, but who doesn't read pongs gets none: the last one would do (RFC 6455, 5.5.3)."""
        pongs = b"".join(self.conn.data_to_send())
        if self.transport.get_write_buffer_size() <= CONGESTED_BYTES_MIN:
            self.transport.write(pongs)

    def send_receive_event_to_app(self) -> None:
        if self.listener is not None:
            data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
            self.frames = []
            # Not `bytes`: a slice of the parser's buffer may be a bytearray, which must not be kept.
            self._hand_over(bytes(data), text=self.curr_msg_data_type == "text")
        elif self.curr_msg_data_type == "text" and not is_text(self.frames):
            self.close_with(CloseCode.ILL_FORMED, "text that is not UTF-8")
        else:
            super().send_receive_event_to_app()

    def _hand_over(self, message: bytes, *, text: bool) -> None:
        """A whole message for the listener, if it is what it says and nothing has been closed."""
        if text and not is_text((message,)):
            self.close_with(CloseCode.ILL_FORMED, "text that is not UTF-8")
        elif self.listener is not None and not self.close_sent:
            self.listener.on_message(message)

    def pause_writing(self) -> None:
        if not self.adopted:
            super().pause_writing()
        if self.listener is not None:
            self.listener.on_congested(True)

    def resume_writing(self) -> None:
        if not self.adopted:
            super().resume_writing()
        if self.listener is not None:
            self.listener.on_congested(False)

    def handle_close(self, event: Any) -> None:
        super().handle_close(event)
        self._gone()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._gone()

    def keepalive_timeout(self) -> None:
        """uvicorn would close in good order and so wait for a buffer that nobody reads."""
        self.pong_timer = None
        self.cut()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_turns()
        self._stop_deadline()
        self.known()
        if self.adopted:
            # uvicorn wakes its senders here; an adopted socket has none.
            self.stop_keepalive()
            self.connections.remove(self)
            self.handshake_complete = self.disconnected = True
            if self.close_timer is not None:
                self.close_timer.cancel()
                self.close_timer = None
        else:
            super().connection_lost(exc)
        self._gone()

    def shutdown(self) -> None:
        super().shutdown()
        self._gone()

    def known(self) -> None:
        """See Wire.known."""
        stranger, self.stranger = self.stranger, None
        if stranger is not None:
            stranger.leaves()

    def close_with(self, code: int, reason: str) -> None:
        """See Wire.close."""
        if self.close_sent or self.transport.is_closing():
            return
        self.stop_keepalive()
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.close_timer = self.loop.call_later(CLOSING_S_MAX, self.cut)
        self._gone()

    def cut(self) -> None:
        """See Wire.abort."""
        self.transport.abort()
        self._gone()

    def _gone(self) -> None:
        listener, self.listener = self.listener, None
        if listener is not None:
            listener.on_closed()
