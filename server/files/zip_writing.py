"""Writes a zip while it is being sent: stored entries whose lengths and CRC-32 are known before, so that its whole length
is known before its first byte, nothing is kept of what has gone, and every program that opens zips opens this one.

No entry has a data descriptor behind it, which some readers refuse on stored entries, and the records for large zips
(zip64) stand only where something is large. Knows bytes. Refuses to know documents, and whose they are.
"""

import struct
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

LARGE_FROM: int = 0xFFFF_FFFF
"""A length or a place from which on the 32 bits of the old records don't hold it."""
MANY_FROM: int = 0xFFFF
"""Entries from which on the 16 bits of the old record don't count them."""

_SAID_ELSEWHERE: Final = 0xFFFF_FFFF
_COUNTED_ELSEWHERE: Final = 0xFFFF
_PLAIN: Final = 20
_ZIP64: Final = 45
_UNIX: Final = 3 << 8
_FILE_MODE: Final = 0o100644 << 16
_UTF8: Final = 1 << 11
_STORED: Final = 0
_SECONDS_MAX: Final = 2**31 - 1

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_TIME: Final = struct.Struct("<2sHBi")
_END64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR: Final = struct.Struct("<4sIQI")
_END: Final = struct.Struct("<4s4H2IH")


class Broken(Exception):
    """An entry's bytes are not those that were said."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a zip."""

    name: str
    """With a slash behind each folder's."""
    size: int
    """In bytes."""
    crc32: int
    at: datetime
    """When it was made, in the zone in which it is to be shown."""


E = TypeVar("E", bound=Entry)


def length(entries: Iterable[Entry]) -> int:
    """Of the whole zip, in bytes."""
    offset = directory = count = 0
    for entry in entries:
        directory += len(_central(entry, offset))
        offset += len(_local(entry)) + entry.size
        count += 1
    return offset + directory + len(_end(count, directory, offset))


async def written(entries: Sequence[E], content: Callable[[E], AsyncIterator[bytes]]) -> AsyncIterator[bytes]:
    """The zip in pieces, as `content` brings each entry's. Raises Broken, and what `content` raises: what has gone by then
    is no zip, and shorter than was said."""
    offset, directory = 0, bytearray()
    for entry in entries:
        head = _local(entry)
        yield head
        size = crc32 = 0
        async for piece in content(entry):
            size += len(piece)
            crc32 = zlib.crc32(piece, crc32)
            if size > entry.size:
                raise Broken
            yield piece
        if (size, crc32) != (entry.size, entry.crc32):
            raise Broken
        directory += _central(entry, offset)
        offset += len(head) + size
    yield bytes(directory) + _end(len(entries), len(directory), offset)


def _local(entry: Entry) -> bytes:
    name, large = entry.name.encode(), entry.size >= LARGE_FROM
    extra = (struct.pack("<2H2Q", 1, 16, entry.size, entry.size) if large else b"") + _seconds(entry)
    size = _SAID_ELSEWHERE if large else entry.size
    version = _ZIP64 if large else _PLAIN
    shared = (_UTF8, _STORED, *_clock(entry.at), entry.crc32, size, size, len(name), len(extra))
    return _LOCAL.pack(b"PK\x03\x04", version, *shared) + name + extra


def _central(entry: Entry, offset: int) -> bytes:
    name, large, far = entry.name.encode(), entry.size >= LARGE_FROM, offset >= LARGE_FROM
    elsewhere = [entry.size, entry.size] * large + [offset] * far
    extra = struct.pack(f"<2H{len(elsewhere)}Q", 1, 8 * len(elsewhere), *elsewhere) if elsewhere else b""
    extra += _seconds(entry)
    size = _SAID_ELSEWHERE if large else entry.size
    version = _ZIP64 if elsewhere else _PLAIN
    shared = (_UTF8, _STORED, *_clock(entry.at), entry.crc32, size, size, len(name), len(extra))
    place = (0, 0, 0, _FILE_MODE, _SAID_ELSEWHERE if far else offset)
    return _CENTRAL.pack(b"PK\x01\x02", _UNIX | version, version, *shared, *place) + name + extra


def _end(count: int, size: int, offset: int) -> bytes:
    many, large, far = count >= MANY_FROM, size >= LARGE_FROM, offset >= LARGE_FROM
    records = b""
    if many or large or far:
        rest = _END64.size - 12
        records = _END64.pack(b"PK\x06\x06", rest, _UNIX | _ZIP64, _ZIP64, 0, 0, count, count, size, offset)
        records += _LOCATOR.pack(b"PK\x06\x07", 0, offset + size, 1)
    counted = _COUNTED_ELSEWHERE if many else count
    places = (_SAID_ELSEWHERE if large else size, _SAID_ELSEWHERE if far else offset)
    return records + _END.pack(b"PK\x05\x06", 0, 0, counted, counted, *places, 0)


def _clock(at: datetime) -> tuple[int, int]:
    """A time as it stands on a clock there, as far as MS-DOS had years."""
    year = min(max(at.year, 1980), 2107)
    return at.hour << 11 | at.minute << 5 | at.second // 2, (year - 1980) << 9 | at.month << 5 | at.day


def _seconds(entry: Entry) -> bytes:
    """The same as a moment, for whoever unpacks it elsewhere."""
    return _TIME.pack(b"UT", 5, 1, min(max(int(entry.at.timestamp()), 0), _SECONDS_MAX))
