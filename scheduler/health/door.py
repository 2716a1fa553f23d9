"""The pages of `scheduler.health.health` over HTTP/1.1 (RFC 9112), without a web framework: one request a connection, of
which nothing is read but the first line, and a limit on everything, because anybody on the network may knock.

Refuses to know what the pages say.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Final

from scheduler.health.health import TEXT, Answer

HEAD_BYTES_MAX: Final = 8_192
VISIT_S_MAX: Final = 10.0
VISITORS_MAX: Final = 20
"""At once; more are turned away."""

Pages = Callable[[str], Awaitable[Answer | None]]


@asynccontextmanager
async def open_to_visitors(host: str, port: int, pages: Pages) -> AsyncIterator[int]:
    """Answer for as long as this is open, at the port that is given back (for port 0 the system chooses). Raises OSError
    when it can't listen there."""
    door = _Door(pages)
    server = await asyncio.start_server(door.visit, host, port, limit=HEAD_BYTES_MAX)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


class _Door:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._visitors = 0

    async def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self._visitors += 1
        try:
            async with asyncio.timeout(VISIT_S_MAX):
                answer = _plain(503) if self._visitors > VISITORS_MAX else await self._answer(reader)
                writer.write(_written(answer))
                await writer.drain()
        except (TimeoutError, OSError):
            writer.transport.abort()
        finally:
            self._visitors -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            return _plain(431)
        except asyncio.IncompleteReadError:
            return _plain(400)
        match head.split(b"\r\n", 1)[0].decode("latin-1").split(" "):
            case ["GET", target, version] if version.startswith("HTTP/1."):
                return await self._pages(target.partition("?")[0]) or _plain(404)
            case [_, _, version] if version.startswith("HTTP/1."):
                return _plain(405)
            case _:
                return _plain(400)


def _plain(status: int) -> Answer:
    return Answer(status, TEXT, f"{HTTPStatus(status).phrase}\n".encode())


def _written(answer: Answer) -> bytes:
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        f"content-type: {answer.kind}",
        f"content-length: {len(answer.text)}",
        "cache-control: no-store",
        "connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + answer.text
