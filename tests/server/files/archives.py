"""Zips for tests: as programs write them, and such as lie about themselves. All of it is harmless: what is refused is
refused by limits of ours, most of them made small for the test."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from typing import Final

Files = Mapping[str, bytes]
_CENTRAL: Final = b"PK\x01\x02"
_LOCAL: Final = b"PK\x03\x04"


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """As Python writes it, with every name as it stands, twice if it stands there twice."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in files.items():
            info = zipfile.ZipInfo("x")
            info.filename = name
            info.compress_type = method
            made.writestr(info, content)
    return out.getvalue()


def of_kind(mode: int, name: str = "genväg") -> bytes:
    """With an entry that is no file, beside one that is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("kvitto.txt", b"ett kvitto")
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = (mode | 0o777) << 16
        made.writestr(info, b"/etc/passwd")
    return out.getvalue()


def named(raw: bytes, content: bytes = b"1", extra: bytes = b"") -> bytes:
    """With a name in bytes, and nothing that says in which encoding."""
    out = io.BytesIO()
    stand_in = "n" * len(raw)
    with zipfile.ZipFile(out, "w") as made:
        info = zipfile.ZipInfo(stand_in)
        info.extra = extra
        made.writestr(info, content)
    return out.getvalue().replace(stand_in.encode(), raw)


def patched(made: bytes, at: int, fields: str, *values: int, entry: int = 0, local: bool = True) -> bytes:
    """With other numbers in an entry's record in the directory, and in its head where that has the same."""
    changed = bytearray(made)
    begin = _nth(made, _CENTRAL, entry)
    struct.pack_into("<" + fields, changed, begin + at, *values)
    if local:
        struct.pack_into("<" + fields, changed, _nth(made, _LOCAL, entry) + at - 2, *values)
    return bytes(changed)


def _nth(made: bytes, mark: bytes, number: int) -> int:
    at = -1
    for _ in range(number + 1):
        at = made.index(mark, at + 1)
    return at


FLAGS: Final = 8
METHOD: Final = 10
CRC32: Final = 16
SIZE: Final = 24
PLACE: Final = 42


def encrypted() -> bytes:
    """With the mark of a password on one of two entries."""
    return patched(zipped({"a.txt": b"hemligt", "b.txt": b"open"}), FLAGS, "H", 1)


def packed_otherwise() -> bytes:
    """By Deflate64, as 7-Zip and Windows do for large files."""
    return patched(zipped({"a.txt": b"text" * 100}), METHOD, "H", 9)


def says_less() -> bytes:
    """An entry is longer than it says."""
    return patched(zipped({"a.txt": b"text" * 100}), SIZE, "I", 100)


def says_more() -> bytes:
    """An entry is shorter than it says."""
    return patched(zipped({"a.txt": b"text" * 100}), SIZE, "I", 1_000)


def another_crc32() -> bytes:
    """An entry isn't what it was."""
    return patched(zipped({"a.txt": b"text" * 100, "b.txt": b"text"}), CRC32, "I", 1, entry=1)


def overlapping() -> bytes:
    """Two entries are the same bytes."""
    return patched(zipped({"a.txt": b"1" * 64, "b.txt": b"1" * 64}), PLACE, "I", 0, entry=1, local=False)


def cut() -> bytes:
    """Broken off before its directory."""
    return zipped({"a.txt": b"text" * 100})[:40]


def nul() -> bytes:
    """A name with a zero in it, behind which another one stands."""
    return named(b"a.txt\x00/../../b.txt")


LINK: Final = stat.S_IFLNK
DEVICE: Final = stat.S_IFCHR
PIPE: Final = stat.S_IFIFO
Make = Callable[[], bytes]
