"""Asking a virus scanner: clamd's INSTREAM, over TCP or a socket of this machine, one connection for each file.

Knows clamd's words. Refuses to know what is scanned, and what follows from a verdict.

Sockets are used without asyncio's streams: clamd answers "too large" and closes while we still send, and a stream whose
write fails throws away what has been received; the kernel still has it.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

PIECE_BYTES: Final = 256 * 1024
"""Of one chunk: clamd keeps a chunk in memory before it writes it away."""
CONNECT_S: Final = 5.0
STALL_S: Final = 30.0
"""So long clamd may take no byte."""
ANSWER_S: Final = 180.0
"""So long it may think: its own MaxScanTime is 120 s."""
ANSWER_BYTES_MAX: Final = 4_096
_TOO_LARGE: Final = "INSTREAM size limit exceeded"
_LIMITS: Final = "Heuristics.Limits.Exceeded"
"""What it says with AlertExceedsMax where it has not looked at all of a file."""


class Away(Exception):
    """Nobody is there, or says nothing, or went in the middle: the same file may be asked for again."""


class _Cut(Exception):
    """It has closed while we sent: it may have said why."""


class Failed(Exception):
    """It is there and could not scan this file; the text says its words."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What clamd says of some content."""

    state: Literal["clean", "infected", "too_large"]
    """`too_large`: it is longer, or holds more, than clamd's limits let it look at, so it says nothing of it."""
    found: str = ""
    """How clamd calls what it has found."""


async def scan(address: str, pieces: AsyncIterator[bytes]) -> Verdict:
    """Have content scanned by the clamd at an address of the form that `server.core.setting_values.clamd` lets pass.

    Raises Away, Failed; lets out what `pieces` raises.
    """
    loop = asyncio.get_running_loop()
    with await _connected(address) as peer:
        cut = False
        try:
            await _send(peer, b"zINSTREAM\0")
            async for piece in pieces:
                for start in range(0, len(piece), PIECE_BYTES):
                    some = piece[start : start + PIECE_BYTES]
                    await _send(peer, struct.pack("!L", len(some)) + some)
            await _send(peer, struct.pack("!L", 0))
        except _Cut:
            cut = True
        answer = b""
        try:
            async with asyncio.timeout(ANSWER_S):
                while not answer.endswith(b"\0") and len(answer) < ANSWER_BYTES_MAX:
                    received = await loop.sock_recv(peer, ANSWER_BYTES_MAX)
                    if not received:
                        break
                    answer += received
        except TimeoutError:
            raise Away("it doesn't answer") from None
        except OSError as error:
            if not answer:
                raise Away(str(error)) from error
    if not answer.endswith(b"\0"):
        raise Away("it went while we sent" if cut else "it went without an answer")
    return _read(answer.rstrip(b"\0\n").decode("utf-8", "replace"))


async def _connected(address: str) -> socket.socket:
    loop, parts = asyncio.get_running_loop(), urlsplit(address)
    try:
        async with asyncio.timeout(CONNECT_S):
            if parts.scheme == "unix":
                return await _to(socket.AF_UNIX, parts.path)
            host, port = parts.hostname or "", parts.port or 0
            failure: OSError | None = None
            for family, _, _, _, place in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                try:
                    return await _to(family, place)
                except OSError as error:
                    failure = error
            raise failure or OSError(f"{host} has no address")
    except OSError as error:  # TimeoutError is one
        raise Away(str(error) or "it takes no connection") from error


async def _to(family: int, place: object) -> socket.socket:
    peer = socket.socket(family, socket.SOCK_STREAM)
    try:
        peer.setblocking(False)
        await asyncio.get_running_loop().sock_connect(peer, place)  # type: ignore[arg-type]
    except BaseException:
        peer.close()
        raise
    return peer


async def _send(peer: socket.socket, content: bytes) -> None:
    try:
        async with asyncio.timeout(STALL_S):
            await asyncio.get_running_loop().sock_sendall(peer, content)
    except TimeoutError:
        raise Away("it takes nothing in") from None
    except (BrokenPipeError, ConnectionResetError) as error:
        raise _Cut from error
    except OSError as error:
        # A socket of this machine whose queue is full: asyncio takes it for connected, and nobody is at the other end.
        raise Away(str(error) or type(error).__name__) from error


def _read(answer: str) -> Verdict:
    """Raises Failed."""
    if _TOO_LARGE in answer:
        return Verdict("too_large")
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return Verdict("clean")
    if said.endswith(" FOUND"):
        found = said.removesuffix(" FOUND")
        return Verdict("too_large" if found.startswith(_LIMITS) else "infected", found)
    raise Failed(answer[:200])
