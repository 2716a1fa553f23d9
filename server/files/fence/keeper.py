"""Whoever starts processes behind the fence: few at a time, each for one file, ended when it is late.

A process for each file, not a pool of them: what a file has done to a process is gone with it, so no file meets another
one's remains, of another firm least of all; and starting one takes a fraction of a second. It gets no environment (there
are passwords in it). Knows processes. Refuses to know what they make.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec
import structlog

from server.files.archives.looking import PIECE_BYTES, Entry, Limits, Listing
from server.files.fence.limits import ANSWER_BYTES_MAX, CLOCK_S_MAX, UNPACK_CLOCK_S_MAX, UNREADABLE
from server.files.fence.made import Made
from server.files.fence.unpacker import LENGTH

log = structlog.get_logger(__name__)

AT_ONCE: Final = 2
WAITING_MAX: Final = 200
UNPACKS_MAX: Final = 20
"""Zips that are unpacked, or wait for it."""
GRACE_S: Final = 2.0
"""After which a process that should have ended itself is ended."""
_ROOT: Final = Path(__file__).resolve().parents[3]
_ENVIRONMENT: Final = {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "LC_ALL": "C"}
_ANSWER: Final = msgspec.msgpack.Decoder(Made)
_LISTING: Final = msgspec.msgpack.Decoder(Listing)
_UNPACKER: Final = "server.files.fence.unpacker"


class Busy(Exception):
    """So many files are waiting already that another one would wait too long."""


class Damaged(Exception):
    """A zip isn't what it says it is; or what unpacked it was ended."""


class Unpacked:
    """What comes out of a zip: read in the order of the listing, each entry to its end."""

    def __init__(self, listing: Listing, stream: asyncio.StreamReader) -> None:
        self.listing = listing
        self._stream = stream

    async def read(self, entry: Entry) -> AsyncIterator[bytes]:
        """The bytes of the next entry, in pieces. Raises Damaged where there are fewer than it was said to have."""
        left = entry.size
        while left:
            piece = await self._stream.read(min(left, PIECE_BYTES))
            if not piece:
                raise Damaged
            left -= len(piece)
            yield piece


class Fence:
    """The processes of one server."""

    def __init__(
        self, at_once: int = AT_ONCE, clock_s: float = CLOCK_S_MAX + GRACE_S, worker: str = "server.files.fence.worker"
    ) -> None:
        self._worker = worker
        self._room = asyncio.Semaphore(at_once)
        self._unpacking = asyncio.Semaphore(at_once)
        """Of its own: who unpacks waits for who stores, and nobody's picture waits for that."""
        self._to_unpack = 0
        self._clock_s = clock_s
        self._waiting = 0
        self.broken = 0
        """Files of which a process ended without an answer: it crashed, was late, or said too much."""
        self.looked_for: set[str] = set()
        """What of stored content is being looked into because somebody asked for it."""

    async def make(self, path: Path, job: str, family: str, page: int = 1) -> Made | None:
        """What a job makes of a page of a file, or None if it couldn't. Raises Busy; nothing else, whatever the file is."""
        if self._waiting >= WAITING_MAX:
            raise Busy
        self._waiting += 1
        try:
            async with self._room:
                return await self._make(path, job, family, page)
        finally:
            self._waiting -= 1

    @asynccontextmanager
    async def unpack(self, path: Path, limits: Limits) -> AsyncIterator[Unpacked]:
        """Inside it, what comes out of a zip (ZP-3). Raises Busy, and Damaged, also at the end: only what has ended without
        it is whole."""
        if self._to_unpack >= UNPACKS_MAX:
            raise Busy
        self._to_unpack += 1
        try:
            async with self._unpacking, asyncio.timeout(UNPACK_CLOCK_S_MAX + GRACE_S):
                process = await _begun(path, _UNPACKER, msgspec.json.encode(limits).decode())
                try:
                    assert process.stdout is not None
                    yield Unpacked(await _listing(process.stdout), process.stdout)
                    if await process.stdout.read(1) or await process.wait() != 0:
                        raise Damaged
                finally:
                    await _ended(process)
        except TimeoutError as error:
            raise Damaged from error
        finally:
            self._to_unpack -= 1

    async def _make(self, path: Path, job: str, family: str, page: int) -> Made | None:
        process = await _begun(path, self._worker, job, family, str(page))
        try:
            async with asyncio.timeout(self._clock_s):
                answer, said = await _answer(process)
                status = await process.wait()
        except TimeoutError:
            self._broke(job, family, "late", "")
            return None
        finally:
            await _ended(process)
        if status == UNREADABLE:
            log.info("fence.unreadable", job=job, family=family, error=said)
            return None
        if status != 0 or answer is None:
            self._broke(job, family, str(status), said)
            return None
        try:
            return _ANSWER.decode(answer)
        except msgspec.DecodeError:
            self._broke(job, family, "answer", said)
            return None

    def _broke(self, job: str, family: str, how: str, said: str) -> None:
        self.broken += 1
        log.warning("fence.broken", job=job, family=family, how=how, said=said)


async def _begun(path: Path, worker: str, *said: str) -> asyncio.subprocess.Process:
    """A process with a file as its input, and nothing else of ours."""
    file = await asyncio.to_thread(os.open, path, os.O_RDONLY)
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-sP",
            "-m",
            worker,
            *said,
            stdin=file,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=_ENVIRONMENT,
            cwd="/",
        )
    finally:
        os.close(file)


async def _listing(stream: asyncio.StreamReader) -> Listing:
    try:
        (length,) = LENGTH.unpack(await stream.readexactly(LENGTH.size))
        if length > ANSWER_BYTES_MAX:
            raise Damaged
        return _LISTING.decode(await stream.readexactly(length))
    except (asyncio.IncompleteReadError, msgspec.DecodeError) as error:
        raise Damaged from error


async def _answer(process: asyncio.subprocess.Process) -> tuple[bytes | None, str]:
    """All that a process says, None for an answer that is longer than any may be; and its complaints."""
    assert process.stdout is not None
    assert process.stderr is not None
    parts, size = [], 0
    while data := await process.stdout.read(64 * 1024):
        size += len(data)
        if size > ANSWER_BYTES_MAX:
            process.kill()
            return None, ""
        parts.append(data)
    said = await process.stderr.read(200)
    return b"".join(parts), said.decode("ascii", "replace")


async def _ended(process: asyncio.subprocess.Process) -> None:
    """See to it that a process is gone, and with it the pipes: what is still in them is no more than they hold."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    await asyncio.shield(process.communicate())
