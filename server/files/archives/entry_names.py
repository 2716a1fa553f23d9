"""What the entries of a zip are called: in whatever encoding the name was written, each part of the way as a folder or a
file may be called here, and never a way out (ZP-3).

Pure. Refuses to know what is in them.
"""

import codecs
import re
import struct
import unicodedata
import zlib
from typing import Final
from zipfile import ZipInfo

from server.files.file_names import NAME_BYTES_MAX, NAME_CHARACTERS_MAX, TURNING

FOLDER_CHARACTERS_MAX: Final = 112
"""With room for a number behind it."""
IN_UTF8: Final = 1 << 11
_UNICODE_PATH: Final = 0x7075
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_LITTER: Final = frozenset({".DS_Store", "Thumbs.db"})
_LITTER_FOLDER: Final = "__MACOSX"
_IN_OEM: Final = frozenset(b"\x86\x84\x94\x8f\x8e\x99\x82")
"""å ä ö Å Ä Ö é as Windows' zip folders write them (code page 850, and 437 alike)."""
_IN_ANSI: Final = frozenset(b"\xe5\xe4\xf6\xc5\xc4\xd6\xe9")
"""The same in code page 1252."""

for _encoding in ("cp437", "cp850", "cp1252"):
    # Now: Python loads an encoding when it is first used, and behind the fence nothing can be loaded any more.
    codecs.lookup(_encoding)


class Unsafe(Exception):
    """The name says a way that leads out of where it is unpacked."""


def said(entry: ZipInfo) -> str:
    """The name as whoever made the zip has meant it."""
    if entry.flag_bits & IN_UTF8:
        return entry.orig_filename
    raw = entry.orig_filename.encode("cp437")
    return _unicode_path(entry.extra, raw) or _decoded(raw)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")  # older macOS, and Linux, without saying so
    except UnicodeDecodeError:
        ansi = sum(byte in _IN_ANSI for byte in raw) > sum(byte in _IN_OEM for byte in raw)
        return raw.decode("cp1252" if ansi else "cp850", "replace")


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The name in the extra field that Info-ZIP and 7-Zip put beside one that isn't in UTF-8, if it is of this name."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + length]
        if kind == _UNICODE_PATH and len(field) > 5 and field[0] == 1:
            (crc32,) = struct.unpack_from("<I", field, 1)
            if crc32 == zlib.crc32(raw):
                return field[5:].decode("utf-8", "replace")
        at += 4 + length
    return None


def way(name: str) -> list[str]:
    """The parts of the way to an entry, from outside to inside. Raises Unsafe."""
    whole = name.replace("\\", "/")
    parts = [part for part in whole.split("/") if part not in ("", ".")]
    if whole.startswith("/") or _DRIVE.match(whole) or ".." in (part.strip() for part in parts):
        raise Unsafe
    return parts


def is_litter(parts: list[str]) -> bool:
    """Whether it is what macOS and Windows leave in zips beside what people put in."""
    return parts[-1] in _LITTER or _LITTER_FOLDER in parts


def clean(part: str, *, folder: bool) -> str:
    """A part of the way as a folder or a document may be called: without control characters, and not too long."""
    composed = unicodedata.normalize("NFC", part)
    shown = "".join("_" if unicodedata.category(sign) in ("Cc", "Cs") or sign in TURNING else sign for sign in composed)
    shown = " ".join(shown.split())
    stem, point, ending = shown.rpartition(".")
    if folder or not stem or len(ending) > 15:
        stem, point, ending = shown, "", ""
    most = FOLDER_CHARACTERS_MAX if folder else NAME_CHARACTERS_MAX
    room = min(most, NAME_CHARACTERS_MAX) - len(point + ending)
    bytes_left = NAME_BYTES_MAX - len((point + ending).encode())
    cut = stem[:room].encode()[:bytes_left].decode(errors="ignore").strip()
    return cut + point + ending if cut else "_" + point + ending
