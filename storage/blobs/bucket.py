"""Bytes in a bucket of an S3-compatible store, by obstore.

A bucket has no file to go on with: what comes of an upload is kept in objects of some megabytes, each under a name of its
own, and they are put together once all are there. One of them is in memory at a time. Never `mode`, which has obstore hold
the whole file, and never more than one request for a file at once, for the same reason. Knows objects. Refuses to know
what is in them.
"""

import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import S3Store

from protocol.ids import new_id
from protocol.wire import Id
from storage.blobs.places import PIECE_BYTES_MAX, FilesAway, Part, total

log = structlog.get_logger(__name__)

PART_BYTES: Final = 2 * 1024 * 1024
"""Of an object that holds some of an upload; the last one that a request leaves is shorter."""
STREAM_BYTES: Final = 64 * 1024
PATIENCE: Final = timedelta(seconds=20)
"""So long a request that can't be answered is tried again."""


class Bucket:
    """A place (storage.blobs.places.Place) that is a bucket, or what is below a prefix of one."""

    def __init__(
        self,
        where: str,
        *,
        scratch: Path,
        endpoint: str | None = None,
        region: str = "us-east-1",
        access_key: str = "",
        secret_key: str = "",
    ) -> None:
        """`where` is the bucket's name, perhaps with a slash and a prefix; `scratch` a folder for copies that programs
        want as files."""
        bucket, _, self._prefix = where.partition("/")
        chosen: dict[str, Any] = {"region": region}
        if endpoint is not None:
            # Only Amazon has a name for each bucket.
            chosen |= {"endpoint": endpoint, "virtual_hosted_style_request": False}
        if access_key:
            chosen |= {"access_key_id": access_key, "secret_access_key": secret_key}
        self.store = S3Store(
            bucket,
            **chosen,
            client_options={
                "connect_timeout": timedelta(seconds=5),
                "read_timeout": timedelta(seconds=30),
                "allow_http": endpoint is not None and endpoint.startswith("http://"),
            },
            retry_config={"max_retries": 5, "retry_timeout": PATIENCE},
        )
        self._scratch = scratch

    def key(self, firm_id: Id, name: str) -> str:
        """What something of a firm is called in the bucket."""
        return "/".join(filter(None, (self._prefix, firm_id, name)))

    def part_key(self, firm_id: Id, upload_id: Id, part: str) -> str:
        """What a part of an upload is called: lists are by whole folders."""
        return self.key(firm_id, f"incoming/{upload_id}/{part}".rstrip("/"))

    async def put(self, key: str, data: bytes) -> None:
        """Write a small object."""
        with reached():
            await obstore.put_async(self.store, key, data, use_multipart=False)

    async def probe(self) -> None:
        """See Place.probe."""
        key = self.key("", f"probe-{new_id()}")
        await self.put(key, b"chattar")
        with reached():
            await obstore.delete_async(self.store, key)

    def writer(self, firm_id: Id, upload_id: Id, parts: Sequence[Part], holder: Id, *, alone: bool) -> "BucketWriter":
        """See Place.writer. Nobody ever writes to an object again, so nobody can disturb."""
        return BucketWriter(self, firm_id, upload_id, parts, holder)

    async def read_parts(self, firm_id: Id, upload_id: Id, parts: Sequence[Part]) -> AsyncIterator[bytes]:
        """See Place.read_parts."""
        for part in parts:
            async for piece in self._read(self.part_key(firm_id, upload_id, part.name), 0, part.size):
                yield piece

    async def settle(self, firm_id: Id, upload_id: Id, parts: Sequence[Part], name: str) -> None:
        """See Place.settle."""
        key, size = self.key(firm_id, name), total(parts)
        with reached():
            try:
                if (await obstore.head_async(self.store, key))["size"] == size:
                    return
            except FileNotFoundError:
                pass  # as it usually is
            if not size:
                await obstore.put_async(self.store, key, b"", use_multipart=False)
                return
            whole = self.read_parts(firm_id, upload_id, parts)
            await obstore.put_async(self.store, key, whole, max_concurrency=1)

    async def read(self, firm_id: Id, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """See Place.read."""
        async for piece in self._read(self.key(firm_id, name), start, end):
            yield piece

    async def _read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        if start >= end:
            return
        came = 0
        with reached():
            found = await obstore.get_async(self.store, key, options={"range": (start, end)})
            async for data in found.stream(min_chunk_size=STREAM_BYTES):
                whole = memoryview(data)
                for at in range(0, len(whole), PIECE_BYTES_MAX):
                    piece = bytes(whole[at : at + PIECE_BYTES_MAX])
                    came += len(piece)
                    yield piece
        if came != end - start:
            log.error("files.short", key=key)
            raise FilesAway

    @asynccontextmanager
    async def as_file(self, firm_id: Id, name: str) -> AsyncIterator[Path]:
        """See Place.as_file."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        with reached():
            size = (await obstore.head_async(self.store, self.key(firm_id, name)))["size"]
        with tempfile.NamedTemporaryFile(dir=self._scratch, prefix="file-") as file:
            async for piece in self.read(firm_id, name, 0, size):
                file.write(piece)
            file.flush()
            yield Path(file.name)

    async def remove(self, firm_id: Id, name: str) -> None:
        """See Place.remove."""
        with reached():
            await obstore.delete_async(self.store, self.key(firm_id, name))

    async def clear(self, firm_id: Id, upload_id: Id) -> None:
        """See Place.clear."""
        with reached():
            async for found in obstore.list(self.store, self.part_key(firm_id, upload_id, "")):
                for meta in found:
                    await obstore.delete_async(self.store, meta["path"])

    async def close(self) -> None:
        """See Place.close."""


class BucketWriter:
    """A writer (storage.blobs.places.Writer) of one object after the other."""

    def __init__(self, bucket: Bucket, firm_id: Id, upload_id: Id, parts: Sequence[Part], holder: Id) -> None:
        self._bucket = bucket
        self._of = (firm_id, upload_id)
        self._parts = list(parts)
        self._holder = holder
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._put = 0

    async def write(self, data: Sequence[bytes]) -> None:
        """See Writer.write."""
        if not self._put and not self._bytes and self._parts and self._parts[-1].size < PART_BYTES:
            # A client that sends little at a time would leave thousands of objects: the last short one is written anew.
            short = self._parts[-1:]
            self._waiting = [piece async for piece in self._bucket.read_parts(*self._of, short)]
            self._bytes = short[0].size
            self._parts.pop()
        self._waiting += data
        self._bytes += sum(map(len, data))
        if self._bytes >= PART_BYTES:
            await self._write()

    async def _write(self) -> None:
        part = Part(name=f"{self._put:05d}-{self._holder}", size=self._bytes)
        data = b"".join(self._waiting)
        self._waiting, self._bytes = [], 0
        await self._bucket.put(self._bucket.part_key(*self._of, part.name), data)
        self._put += 1
        self._parts.append(part)

    async def sync(self, *, everything: bool) -> list[Part]:
        """See Writer.sync."""
        if everything and self._bytes:
            await self._write()
        return list(self._parts)

    async def close(self) -> None:
        """See Writer.close."""
        self._waiting, self._bytes = [], 0


@contextmanager
def reached() -> Iterator[None]:
    """Inside it, a store that doesn't do what it should comes out as FilesAway."""
    try:
        yield
    except (BaseError, OSError) as error:
        # Its words name the bucket and say why, and never the secret.
        log.error("files.away", error=type(error).__name__, why=str(error)[:500])
        raise FilesAway from error
