"""The line between a browser and the product, as on a train: held, cut, away for a while, and whole again.

Bytes go through a relay of our own, so that what is cut is a real connection in the middle of a request. Refuses to know
what they say.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from playwright.async_api import async_playwright

from tests.product import Product
from tests.stories.browser import FLAGS, Lobby, chromium

STEP = 64 * 1024


class Line:
    """A relay before the product."""

    def __init__(self, product: Product) -> None:
        self.there = urlsplit(product.url).port
        self._left: int | None = None
        self._free = asyncio.Event()
        self._away = False
        self._ends: set[asyncio.StreamWriter] = set()
        self.port = 0

    def hold(self, after: int) -> None:
        """Let so many bytes of the browser's through from now on, and then nothing."""
        self._left = after
        self._free.clear()

    def cut(self) -> None:
        """Break every connection, and let none be made."""
        self._away = True
        self._free.set()
        self._left = None
        for end in list(self._ends):
            end.transport.abort()

    def mend(self) -> None:
        """Let connections be made."""
        self._away = False

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Carry bytes."""
        server = await asyncio.start_server(self._line, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            self.cut()

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._away:
            writer.transport.abort()
            return
        there_reads, there_writes = await asyncio.open_connection("127.0.0.1", self.there)
        self._ends |= {writer, there_writes}
        ways = [
            asyncio.create_task(self._carry(reader, there_writes, counted=True)),
            asyncio.create_task(self._carry(there_reads, writer, counted=False)),
        ]
        await asyncio.wait(ways)
        self._ends -= {writer, there_writes}

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, counted: bool) -> None:
        try:
            while data := await source.read(STEP):
                if counted and self._left is not None:
                    self._left -= len(data)
                    if self._left < 0:
                        await self._free.wait()
                target.write(data)
                await target.drain()
            target.close()  # with what is still to be read
        except (OSError, RuntimeError):  # the latter is uvloop's word for a closed handle
            target.transport.abort()


@contextlib.asynccontextmanager
async def travelling(product: Product) -> AsyncIterator[tuple[Lobby, Line]]:
    """A lobby whose people reach the product by a line that can be cut, each time with a browser of its own."""
    line = Line(product)
    async with line.open(), async_playwright() as driver:
        rule = f"--host-resolver-rules=MAP localhost:{line.there} 127.0.0.1:{line.port}"
        browser = await driver.chromium.launch(executable_path=chromium(), args=[*FLAGS, rule])
        yield Lobby(product, browser), line
        await browser.close()
