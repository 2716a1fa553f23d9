"""What a document is called beside others: no two in a folder have one name, and none in a zip is one that a computer
refuses. Pure; refuses to know folders."""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

ENDING_CHARACTERS_MAX = 16
NAME_CHARACTERS_MAX = 200
PORTABLE_BYTES_MAX = 240
"""In UTF-8: what file systems take, with room for a number behind it."""
_REFUSED: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|\Z)", re.IGNORECASE)
"""Names that are not of files on Windows, whatever ending they have."""


def key_of(name: str) -> str:
    """A name as it is compared: capitals make no difference, as on Windows and macOS."""
    return name.casefold()


def stem_of(name: str) -> str:
    """What all names begin with that stand in the way of this one or of those that it may get instead."""
    return key_of(_parted(name)[0][: NAME_CHARACTERS_MAX // 2])


def free(name: str, taken: Collection[str]) -> str:
    """The name, or with " (2)" or a higher number before its ending, so that it is none of those taken, which are as they
    are compared."""
    number = 1
    while key_of(tried := numbered(name, number)) in taken:
        number += 1
    return tried


def numbered(name: str, number: int) -> str:
    """The name with a number before its ending; the first has none."""
    if number == 1:
        return name
    stem, ending = _parted(name)
    mark = f" ({number})"
    return stem[: NAME_CHARACTERS_MAX - len(mark) - len(ending)] + mark + ending


def _parted(name: str) -> tuple[str, str]:
    stem, point, ending = name.rpartition(".")
    return (stem, point + ending) if stem and len(ending) < ENDING_CHARACTERS_MAX else (name, "")


def portable(name: str) -> str:
    """The name as Windows, macOS and Linux all take it for a file or a folder: one part of a path, no way out of it."""
    stem, ending = _parted(_REFUSED.sub("_", unicodedata.normalize("NFC", name)))
    room = PORTABLE_BYTES_MAX - len(ending.encode())
    whole = (stem.encode()[:room].decode(errors="ignore") + ending).strip().rstrip(". ")
    if not whole or _DEVICES.match(whole):
        return f"_{whole}"
    return whole
