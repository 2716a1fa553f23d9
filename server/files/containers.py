"""What stands in the directory of a container: the names in a zip, the streams of an OLE file (Office before 2007,
Outlook's mails).

Reads directories only, and of them at most what is said here, whatever they say of themselves; never content.
"""

import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Final

ENTRIES_MAX: Final = 2000
"""Entries of a zip that are looked at (ZP-3)."""
DIRECTORY_BYTES_MAX: Final = 2 * 1024 * 1024
OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")

_END: Final = struct.Struct("<4sHHHHIIH")
_END_MARK: Final = b"PK\x05\x06"
_LOCATOR: Final = struct.Struct("<4sIQI")
_END64: Final = struct.Struct("<4sQHHIIQQQQ")
_TAIL_BYTES: Final = 65_557
"""The end record and the longest comment behind it."""
_MIMETYPE_CHARS_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Directory:
    """What a zip's end record says: how many entries, how long its directory is, and where that begins."""

    entries: int
    size: int
    begins: int


@dataclass(frozen=True, slots=True)
class Inside:
    """A zip's names, and the type that its first entry names if it is one that does so."""

    names: frozenset[str]
    mimetype: str


def directory_of(file: BinaryIO, size: int) -> Directory | None:
    """Read before anything opens the zip, as an opener builds whatever the directory holds. None: no zip, or broken off."""
    begin = max(0, size - _TAIL_BYTES)
    file.seek(begin)
    tail = file.read(_TAIL_BYTES)
    at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < _END.size:
        return None
    _, _, _, _, entries, length, offset, _ = _END.unpack_from(tail, at)
    # Always, as zipfile does: the second record counts also where the first doesn't ask for it.
    return _directory64(tail, at) or Directory(entries, length, offset)


def _directory64(tail: bytes, at: int) -> Directory | None:
    """The record for large zips, where zipfile takes it from: right before its locator, wherever that says it is."""
    begin = at - _LOCATOR.size - _END64.size
    if begin < 0 or tail[at - _LOCATOR.size : at - _LOCATOR.size + 4] != b"PK\x06\x07":
        return None
    if tail[begin : begin + 4] != b"PK\x06\x06":
        return None
    *_, entries, length, offset = _END64.unpack_from(tail, begin)
    return Directory(entries, length, offset)


def in_zip(file: BinaryIO, size: int) -> Inside | None:
    """What is in a zip; None if its directory is missing, broken, or longer than we look at."""
    said = directory_of(file, size)
    if said is None or said.entries > ENTRIES_MAX or said.size > DIRECTORY_BYTES_MAX:
        return None
    try:
        with zipfile.ZipFile(file) as opened:
            names = frozenset(entry.filename for entry in opened.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError, zlib.error):
        return None
    return Inside(names, _mimetype(file))


def _mimetype(file: BinaryIO) -> str:
    """Of the first entry if that is `mimetype`, stored: how OpenDocument and ASiC say what they are."""
    file.seek(0)
    head = file.read(30 + 8 + 512 + _MIMETYPE_CHARS_MAX)
    if len(head) < 38 or head[30:38] != b"mimetype":
        return ""
    (method,) = struct.unpack_from("<H", head, 8)
    length, name, extra = struct.unpack_from("<IHH", head, 22)
    if method != 0 or name != 8:
        return ""
    begin = 38 + extra
    content = head[begin : begin + min(length, _MIMETYPE_CHARS_MAX)]
    return content.decode("ascii", "replace").strip() if content.isascii() else ""


_FREE: Final = 0xFFFFFFFA
_OLE_LISTS_MAX: Final = 64
"""Of sectors that list tables: enough for 500 MB, more than an upload may have."""
_OLE_SECTORS_MAX: Final = 512
"""Of a directory: 2,000 and more streams. A mail with a hundred attachments has as many."""


def in_ole(file: BinaryIO) -> frozenset[str]:
    """The names of an OLE file's streams and storages, from any depth; fewer or none of a broken one."""
    file.seek(0)
    head = file.read(512)
    if len(head) < 512 or not head.startswith(OLE):
        return frozenset()
    shift = struct.unpack_from("<H", head, 30)[0]
    if shift not in (9, 12):
        return frozenset()
    sector = 1 << shift
    tables = _Tables(file, head, sector)
    at, names = struct.unpack_from("<I", head, 48)[0], set[str]()
    seen = set[int]()
    while at < _FREE and at not in seen and len(seen) < _OLE_SECTORS_MAX:
        seen.add(at)
        names |= _streams(_sector(file, at, sector))
        at = tables.after(at)
    return frozenset(names)


class _Tables:
    """Which sector follows which: the table's own sectors are listed in the head, and behind 109 of them in a chain."""

    def __init__(self, file: BinaryIO, head: bytes, sector: int) -> None:
        self._file = file
        self._sector = sector
        self._listed = list(struct.unpack_from("<109I", head, 76))
        self._further = struct.unpack_from("<I", head, 68)[0]
        self._lists_read = 0

    def after(self, number: int) -> int:
        """The next sector of the chain, or one that ends it."""
        per = self._sector // 4
        table, within = divmod(number, per)
        while table >= len(self._listed):
            if self._further >= _FREE or self._lists_read >= _OLE_LISTS_MAX:
                return _FREE
            self._lists_read += 1
            more = _sector(self._file, self._further, self._sector)
            if len(more) < self._sector:
                return _FREE
            *listed, self._further = struct.unpack(f"<{per}I", more)
            self._listed += listed
        if self._listed[table] >= _FREE:
            return _FREE
        link = _sector(self._file, self._listed[table], self._sector)[within * 4 : within * 4 + 4]
        return int(struct.unpack("<I", link)[0]) if len(link) == 4 else _FREE


def _sector(file: BinaryIO, number: int, size: int) -> bytes:
    file.seek((number + 1) * size)
    return file.read(size)


def _streams(sector: bytes) -> set[str]:
    names = set()
    for at in range(0, len(sector) - 127, 128):
        length = struct.unpack_from("<H", sector, at + 64)[0]
        if 2 < length <= 64 and sector[at + 66] in (1, 2, 5):
            names.add(sector[at : at + length - 2].decode("utf-16-le", "replace"))
    return names
