"""Between the scheduler and a mail server: a line that can be cut after any step, or made slow to answer the last dot.

Knows the commands of SMTP (RFC 5321) as far as to tell its steps. Refuses to know letters.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final, Literal

from tests.mail_servers.roots import HOST, PORT

Step = Literal["MAIL", "RCPT", "DATA", "body", "dot"]
READ_BYTES: Final = 64 * 1024


@dataclass
class Wire:
    """What becomes of conversations. `cut_at`: after that step nothing more passes, and both ends are closed: at `dot`, the
    server has the letter and its answer is lost. `cuts_left`: how often."""

    cut_at: Step | None = None
    cuts_left: int = 0
    dot_s: float = 0.0
    away: bool = False
    port: int = 0
    cut: int = 0
    greeted_as: set[str] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"smtp://{HOST}:{self.port}"

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Wire]:
        server = await asyncio.start_server(self._come, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.away:
            writer.transport.abort()
            return
        try:
            there = await asyncio.open_connection(HOST, PORT)
        except OSError:
            writer.transport.abort()
            return
        line = _Line(self, (reader, writer), there)
        task = asyncio.create_task(line.run(), name="smtp line")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Line:
    """One conversation."""

    def __init__(
        self,
        wire: Wire,
        ours: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        theirs: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self._wire = wire
        self._ours, self._theirs = ours, theirs
        self._in_body = self._after_dot = False

    async def run(self) -> None:
        tasks = [asyncio.create_task(self._there()), asyncio.create_task(self._back())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for _, writer in (self._ours, self._theirs):
                writer.close()

    def _cuts(self, step: Step) -> bool:
        if self._wire.cut_at != step or not self._wire.cuts_left:
            return False
        self._wire.cuts_left -= 1
        self._wire.cut += 1
        return True

    async def _there(self) -> None:
        reader, writer = self._ours[0], self._theirs[1]
        while line := await reader.readline():
            word = line[:4].upper().decode("latin-1")
            if self._in_body:
                if line == b".\r\n":
                    self._in_body, self._after_dot = False, True
                elif self._cuts("body"):
                    return
            elif word in ("EHLO", "HELO"):
                self._wire.greeted_as.add(line[5:].strip().decode("latin-1"))
            writer.write(line)
            await writer.drain()
            if line.strip().upper() == b"STARTTLS" and not self._in_body:
                await _pass_on(reader, writer)  # from here on nobody between can tell one step from the next
                return
            if not self._in_body and not self._after_dot and word in ("MAIL", "RCPT", "DATA"):
                if word == "DATA":
                    self._in_body = True
                step: Step = "MAIL" if word == "MAIL" else "RCPT" if word == "RCPT" else "DATA"
                if self._cuts(step):
                    return

    async def _back(self) -> None:
        reader, writer = self._theirs[0], self._ours[1]
        while data := await reader.read(READ_BYTES):
            if self._in_body and not data.startswith(b"354"):
                self._in_body = False  # the server didn't want the letter
            if self._after_dot:
                self._after_dot = False
                if self._cuts("dot"):
                    return
                await asyncio.sleep(self._wire.dot_s)
            writer.write(data)
            await writer.drain()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(READ_BYTES):
        writer.write(data)
        await writer.drain()
