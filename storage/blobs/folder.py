"""Bytes in a folder, which several nodes may share: written, synced to the disk with the folder that names them, then told.

obstore's own folder never syncs, so what it has acknowledged can be empty after a power cut (P1); that is why this is
written by hand. Knows files. Refuses to know what is in them.
"""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog

from protocol.ids import new_id
from protocol.wire import Id
from storage.blobs.places import COPY_BYTES, PIECE_BYTES_MAX, FilesAway, Part, part_name, total

log = structlog.get_logger(__name__)

THREADS: Final = 4
"""Of their own: a disk that is slow to sync must not hold up those who hash passwords."""
T = TypeVar("T")


class Folder:
    """A place (storage.blobs.places.Place) that is a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="files")

    async def run(self, work: Callable[..., T], *given: Any) -> T:
        """Do something in a thread, to its end even if nobody waits for it any more. Raises FilesAway."""
        future = asyncio.get_running_loop().run_in_executor(self._threads, work, *given)
        try:
            return await asyncio.shield(future)
        except OSError as error:
            # The number says enough: a full disk, a missing right. The path is nobody's business but the operator's.
            log.error("files.away", error=errno.errorcode.get(error.errno or 0, ""), path=error.filename)
            raise FilesAway from error

    async def probe(self) -> None:
        """See Place.probe."""
        await self.run(self._probe)

    def _probe(self) -> None:
        path = self._root / f"probe-{new_id()}"
        make_folder(self._root)
        try:
            _put(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), b"chattar")
        finally:
            path.unlink(missing_ok=True)

    def writer(self, firm_id: Id, upload_id: Id, parts: Sequence[Part], holder: Id, *, alone: bool) -> "FolderWriter":
        """See Place.writer."""
        return FolderWriter(self, self._root / firm_id / part_name(upload_id, ""), parts, holder, alone=alone)

    async def read_parts(self, firm_id: Id, upload_id: Id, parts: Sequence[Part]) -> AsyncIterator[bytes]:
        """See Place.read_parts."""
        for part in parts:
            path = self._root / firm_id / part_name(upload_id, part.name)
            async for piece in self._read(path, 0, part.size, COPY_BYTES):
                yield piece

    async def settle(self, firm_id: Id, upload_id: Id, parts: Sequence[Part], name: str) -> None:
        """See Place.settle."""
        await self.run(self._settle, self._root / firm_id, upload_id, list(parts), name)

    def _settle(self, firm: Path, upload_id: Id, parts: list[Part], name: str) -> None:
        target, size = firm / name, total(parts)
        if target.exists() and target.stat().st_size == size:
            return
        make_folder(target.parent)
        if len(parts) == 1:
            source = firm / part_name(upload_id, parts[0].name)
            with source.open("r+b") as file:
                if os.fstat(file.fileno()).st_size != size:
                    file.truncate(size)
                    os.fsync(file.fileno())
        else:
            source = firm / part_name(upload_id, f"whole-{new_id()}")
            self._join(firm, upload_id, parts, source)
        source.rename(target)
        sync_folder(target.parent)

    def _join(self, firm: Path, upload_id: Id, parts: list[Part], target: Path) -> None:
        """One file of parts that different nodes have written, or of none."""
        make_folder(target.parent)
        with target.open("xb") as whole:
            for part in parts:
                with (firm / part_name(upload_id, part.name)).open("rb") as file:
                    left = part.size
                    while left:
                        data = file.read(min(left, COPY_BYTES))
                        if not data:
                            raise OSError(errno.EIO, "a part of an upload is shorter than it was", str(target))
                        whole.write(data)
                        left -= len(data)
            whole.flush()
            os.fsync(whole.fileno())

    async def read(self, firm_id: Id, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """See Place.read."""
        async for piece in self._read(self._root / firm_id / name, start, end, PIECE_BYTES_MAX):
            yield piece

    async def _read(self, path: Path, start: int, end: int, step: int) -> AsyncIterator[bytes]:
        file = await self.run(os.open, path, os.O_RDONLY)
        try:
            while start < end:
                data = await self.run(os.pread, file, min(step, end - start), start)
                if not data:
                    log.error("files.short", path=str(path))
                    raise FilesAway
                start += len(data)
                yield data
        finally:
            os.close(file)

    @asynccontextmanager
    async def as_file(self, firm_id: Id, name: str) -> AsyncIterator[Path]:
        """See Place.as_file."""
        yield self._root / firm_id / name

    async def remove(self, firm_id: Id, name: str) -> None:
        """See Place.remove."""
        await self.run(lambda: (self._root / firm_id / name).unlink(missing_ok=True))

    async def clear(self, firm_id: Id, upload_id: Id) -> None:
        """See Place.clear."""
        await self.run(self._clear, self._root / firm_id / part_name(upload_id, ""))

    def _clear(self, beginning: Path) -> None:
        with suppress(FileNotFoundError), os.scandir(beginning.parent) as entries:
            for entry in entries:
                if entry.name.startswith(beginning.name):
                    Path(entry).unlink(missing_ok=True)

    async def close(self) -> None:
        """See Place.close."""
        self._threads.shutdown(wait=False)


class FolderWriter:
    """A writer (storage.blobs.places.Writer) of one file at a time."""

    def __init__(self, folder: Folder, beginning: Path, parts: Sequence[Part], holder: Id, *, alone: bool) -> None:
        self._folder = folder
        self._parts = list(parts)
        # A file that somebody may still write to is left as it is, and read as far as it was acknowledged.
        goes_on = alone and bool(parts)
        self._part = self._parts.pop() if goes_on else Part(name=holder, size=0)
        self._path = beginning.with_name(beginning.name + self._part.name)
        self._flags = os.O_WRONLY | (0 if goes_on else os.O_CREAT | os.O_EXCL)
        self._file: int | None = None
        self._size = self._part.size
        self._new = not goes_on

    async def write(self, data: Sequence[bytes]) -> None:
        """See Writer.write."""
        await self._folder.run(self._write, list(data))

    def _write(self, data: list[bytes]) -> None:
        if self._file is None:
            if self._new:
                make_folder(self._path.parent)
            self._file = os.open(self._path, self._flags, 0o600)
            os.ftruncate(self._file, self._size)
        left: list[Any] = list(data)
        while left:
            written = os.pwritev(self._file, left, self._size)
            self._size += written
            while left and written >= len(left[0]):
                written -= len(left.pop(0))
            if written:
                left[0] = memoryview(left[0])[written:]

    async def sync(self, *, everything: bool) -> list[Part]:
        """See Writer.sync."""
        return await self._folder.run(self._sync)

    def _sync(self) -> list[Part]:
        size = self._size
        if self._file is not None and size > self._part.size:
            os.fdatasync(self._file)
            if self._new:
                sync_folder(self._path.parent)
                self._new = False
            self._part = Part(name=self._part.name, size=size)
        return [*self._parts, self._part] if self._part.size else list(self._parts)

    async def close(self) -> None:
        """See Writer.close."""
        if self._file is not None:
            file, self._file = self._file, None
            await self._folder.run(os.close, file)


def make_folder(path: Path) -> None:
    """Have a folder, with those above it, so that it is still there after a power cut."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder last."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _put(file: int, data: bytes) -> None:
    try:
        os.write(file, data)
        os.fsync(file)
    finally:
        os.close(file)
