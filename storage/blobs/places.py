"""What a place for bytes has to do, whatever it is made of, and how things are called there.

    <firm>/incoming/<upload>.<part>          what of an upload has come so far
    <firm>/<first two digits>/<sha256>-<key> a blob; the key makes a name that never comes again

A name is never used twice for different bytes, and nobody writes where another holder of the same upload has written: a
process that was frozen and comes back spoils nothing. Knows no database.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final, Protocol

from protocol.errors import Unavailable
from protocol.wire import Id, Wire

PIECE_BYTES_MAX: Final = 256 * 1024
"""What is read comes in pieces of at most so much."""
COPY_BYTES: Final = 1024 * 1024
"""What is moved inside a place goes in steps of so much."""


class FilesAway(Unavailable):
    """Files can't be kept or read at the moment; try again."""


class Part(Wire):
    """Some of an upload's bytes as they stand in the place: whoever wrote them has made sure that they last."""

    name: str
    """Within the upload."""
    size: int
    """In bytes. There may be more under the name: what follows was never acknowledged."""


def blob_name(sha256: str, key: Id) -> str:
    """What a blob is called inside its firm."""
    return f"{sha256[:2]}/{sha256}-{key}"


def part_name(upload_id: Id, part: str) -> str:
    """What a part of an upload is called inside its firm."""
    return f"incoming/{upload_id}.{part}"


def total(parts: Sequence[Part]) -> int:
    """How many bytes some parts have."""
    return sum(part.size for part in parts)


class Writer(Protocol):
    """Puts bytes behind those that an upload has already. One at a time for each upload, and one call at a time."""

    async def write(self, data: Sequence[bytes]) -> None:
        """Take some bytes. Raises FilesAway."""
        ...

    async def sync(self, *, everything: bool) -> list[Part]:
        """Make what was taken last, with `everything` all of it, and say what of the upload lasts now. Raises FilesAway."""
        ...

    async def close(self) -> None:
        """Let go of what was opened. What has not been made to last may be lost."""
        ...


class Place(Protocol):
    """Where bytes are kept. Every method raises FilesAway when the place can't be used."""

    async def probe(self) -> None:
        """Write something small, and take it away again."""
        ...

    def writer(self, firm_id: Id, upload_id: Id, parts: Sequence[Part], holder: Id, *, alone: bool) -> Writer:
        """Goes on with an upload. `holder` is a name that was never used; `alone` says that whoever wrote before has
        ended its work, so that its last part may be gone on with."""
        ...

    def read_parts(self, firm_id: Id, upload_id: Id, parts: Sequence[Part]) -> AsyncIterator[bytes]:
        """The bytes of an upload that last."""
        ...

    async def settle(self, firm_id: Id, upload_id: Id, parts: Sequence[Part], name: str) -> None:
        """Make a blob of an upload's parts; what is done already isn't done again. It lasts when this returns."""
        ...

    def read(self, firm_id: Id, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes of a blob from `start` to before `end`, in pieces of at most PIECE_BYTES_MAX."""
        ...

    def as_file(self, firm_id: Id, name: str) -> AbstractAsyncContextManager[Path]:
        """Inside it, a file with the blob's bytes, only to be read."""
        ...

    async def remove(self, firm_id: Id, name: str) -> None:
        """Take a blob away. One that isn't there is taken away already."""
        ...

    async def clear(self, firm_id: Id, upload_id: Id) -> None:
        """Take away what is left of an upload's parts, also those that nobody has acknowledged."""
        ...

    async def close(self) -> None:
        """Let go of what is held."""
        ...


class Nowhere:
    """The place of a process that keeps no files: whoever asks is told so."""

    async def probe(self) -> None:
        """See Place.probe."""
        raise FilesAway

    def writer(self, firm_id: Id, upload_id: Id, parts: Sequence[Part], holder: Id, *, alone: bool) -> Writer:
        """See Place.writer."""
        raise FilesAway

    def read_parts(self, firm_id: Id, upload_id: Id, parts: Sequence[Part]) -> AsyncIterator[bytes]:
        """See Place.read_parts."""
        raise FilesAway

    async def settle(self, firm_id: Id, upload_id: Id, parts: Sequence[Part], name: str) -> None:
        """See Place.settle."""
        raise FilesAway

    def read(self, firm_id: Id, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """See Place.read."""
        raise FilesAway

    def as_file(self, firm_id: Id, name: str) -> AbstractAsyncContextManager[Path]:
        """See Place.as_file."""
        raise FilesAway

    async def remove(self, firm_id: Id, name: str) -> None:
        """See Place.remove."""
        raise FilesAway

    async def clear(self, firm_id: Id, upload_id: Id) -> None:
        """See Place.clear."""
        raise FilesAway

    async def close(self) -> None:
        """See Place.close."""
