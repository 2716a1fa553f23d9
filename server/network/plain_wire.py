"""A wire over plain ASGI, for servers whose protocol class is not ours: a single writer that awaits each message.

Slower, and without a view of the kernel's buffers, but the client reads the very same frames.
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from protocol.frames import EARLY_FRAME_BYTES_MAX, CloseCode
from server.network.wire import TEXT, Listener


def unframed(data: bytes) -> Iterator[tuple[bool, bytes]]:
    """The messages in a run of frames made by `server.network.wire.framed`: whether it is text, and its payload."""
    at = 0
    while at < len(data):
        is_text, length, start = data[at] == TEXT, data[at + 1], at + 2
        if length == 126:
            length, start = int.from_bytes(data[at + 2 : at + 4]), at + 4
        elif length == 127:
            length, start = int.from_bytes(data[at + 2 : at + 10]), at + 10
        at = start + length
        yield is_text, data[start:at]


class PlainWire:
    """The same handle as `server.network.wire.Wire`, over `receive` and `send`. `run` carries it until the socket ends."""

    def __init__(self, receive: Any, send: Any) -> None:
        self._receive = receive
        self._send = send
        self._waiting: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._readable = asyncio.Event()
        self._readable.set()
        self._bytes_max = EARLY_FRAME_BYTES_MAX
        self._closing: dict[str, Any] | None = None
        self._cut = asyncio.Event()
        self.pending_bytes = 0

    def write(self, data: bytes) -> None:
        """See Wire.write."""
        self._waiting.append(data)
        self.pending_bytes += len(data)
        self._news.set()

    def pause_reading(self) -> None:
        """See Wire.pause_reading."""
        self._readable.clear()

    def take_up_to(self, bytes_max: int) -> None:
        """See Wire.take_up_to. What a message may be at all is the server's choice."""
        self._bytes_max = bytes_max

    def resume_reading(self) -> None:
        """See Wire.resume_reading."""
        self._readable.set()

    def works(self) -> None:
        """See Wire.works. Other servers have limits of their own, or none."""

    def known(self) -> None:
        """See Wire.known."""

    def close(self, code: int, reason: str = "") -> None:
        """See Wire.close."""
        if self._closing is None:
            self._closing = {"type": "websocket.close", "code": code, "reason": reason}
            self._news.set()

    def abort(self) -> None:
        """See Wire.abort."""
        self._cut.set()

    async def run(self, listener: Listener) -> None:
        """Read and write until the client or we end it; then tells the listener."""
        tasks = [
            asyncio.create_task(self._read(listener), name="plain wire reads"),
            asyncio.create_task(self._write(), name="plain wire writes"),
            asyncio.create_task(self._cut.wait(), name="plain wire is cut"),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            listener.on_closed()

    async def _read(self, listener: Listener) -> None:
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                return
            data = _payload(event)
            if data is None:
                self.close(CloseCode.ILL_FORMED, "text that is not UTF-8")
            elif len(data) > self._bytes_max:
                self.close(CloseCode.TOO_LONG, "a message too long")
            elif self._closing is None:
                listener.on_message(data)
            await self._readable.wait()

    async def _write(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                data = self._waiting.popleft()
                for is_text, payload in unframed(data):
                    message = {"text": payload.decode()} if is_text else {"bytes": payload}
                    await self._send({"type": "websocket.send", **message})
                self.pending_bytes -= len(data)
            if self._closing is not None:
                await self._send(self._closing)
                return


def _payload(event: Mapping[str, Any]) -> bytes | None:
    """The bytes of a message; None for text that is none, which some servers pass on as lone surrogates."""
    try:
        return event.get("bytes") or (event.get("text") or "").encode()
    except UnicodeEncodeError:
        return None
