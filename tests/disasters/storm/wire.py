"""TCP between two parties, which can be frozen, cut and reset. Knows bytes and connections, and nothing of what passes."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator

from tests.place import HOST, Place

READ_BYTES = 64 * 1024
_LINGER_NOT = struct.pack("ii", 1, 0)
"""SO_LINGER on, nought seconds: closing sends RST."""


class Wire:
    """Listens, and passes everything on to `target`; who uses it is told `port`. Faults hold for all its connections."""

    def __init__(self, name: str, target: int) -> None:
        self.name = name
        self.target = target
        self._place = Place()
        self.port = self._place.port
        self._thaw = asyncio.Event()
        self._thaw.set()
        self._ends: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._server: asyncio.Server | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Wire]:
        """Let connections through until the end."""
        await self._listen()
        try:
            yield self
        finally:
            self.thaw()
            await self._deaf()
            self._abort(reset=False)
            self._place.leave()

    @property
    def connections(self) -> int:
        return len(self._ends)

    # faults

    def freeze(self) -> None:
        """Nothing passes any more in either direction, though every connection stays, and new ones are taken."""
        self._thaw.clear()

    def thaw(self) -> None:
        """What was held up passes."""
        self._thaw.set()

    async def cut(self) -> None:
        """End all connections, and refuse new ones until `mend`."""
        await self._deaf()
        self._abort(reset=False)

    async def mend(self) -> None:
        """Take connections again."""
        await self._listen()

    def reset(self) -> None:
        """End all connections as a machine would that has forgotten them: by RST, on both sides."""
        self._abort(reset=True)

    # connections

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._come, sock=self._place.listener())

    async def _deaf(self) -> None:
        if self._server is not None:
            self._place.end()
            self._server.close()
            self._server = None

    def _abort(self, *, reset: bool) -> None:
        for pair in list(self._ends):
            for writer in pair:
                if reset and (peer := writer.get_extra_info("socket")) is not None:
                    # An error here means that it is closed already, which is what was wanted.
                    with contextlib.suppress(OSError):
                        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
                writer.transport.abort()

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._thaw.wait()
        try:
            there_reader, there_writer = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, there_writer)
        self._ends.add(pair)
        try:
            async with asyncio.TaskGroup() as passing:
                passing.create_task(self._pass(reader, there_writer))
                passing.create_task(self._pass(there_reader, writer))
        except* (OSError, RuntimeError):
            pass  # one side is gone (RuntimeError is uvloop's word for a closed handle); the other is told below
        finally:
            self._ends.discard(pair)
            for one in pair:
                one.transport.abort() if one.transport.is_closing() else one.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(READ_BYTES):
            await self._thaw.wait()
            writer.write(data)
            await writer.drain()
        await self._thaw.wait()
        if writer.can_write_eof():
            writer.write_eof()
