"""What is in a zip that is to be unpacked, said by its directory, and every reason not to unpack it: before a byte of an
entry is read (ZP-3, facts about files 3.2).

Nothing that a zip says of itself is believed further than it can be held to: lengths are a promise that zipfile and whoever
receives the bytes hold it to. Knows limits. Refuses to know where entries go.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final, Literal

import msgspec

from server.files import containers
from server.files.archives import entry_names

SAID_CHARACTERS_MAX: Final = 60
"""Of a name in a refusal."""
PIECE_BYTES: Final = 256 * 1024
RATIO_MAX: Final = 200
"""How much longer an entry, or all of them, may be than packed. Bookkeeping in text is 10 to 40 times as long."""
RATIO_FROM_BYTES: Final = 1024 * 1024
"""What is shorter unpacked harms nobody."""
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})
_KINDS: Final = frozenset({0, stat.S_IFREG, stat.S_IFDIR})
_IS_FOLDER: Final = 0x10
_ENCRYPTED: Final = 1
_HEAD_BYTES: Final = 30

Why = Literal[
    "damaged", "empty", "entries", "entry_bytes", "total_bytes", "ratio", "path", "kind", "overlap", "deep",
]  # fmt: skip
"""Why a zip is refused."""
Kept = Literal["encrypted", "compression"]
"""Why one is kept as it is."""


class Limits(msgspec.Struct, frozen=True):
    """What may come out of one zip."""

    entry_bytes_max: int
    total_bytes_max: int
    deep_max: int
    """Folders inside each other, below the one that was chosen."""
    entries_max: int = containers.ENTRIES_MAX


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A file that comes out."""

    way: tuple[str, ...]
    """The folders that it is in, and its name."""
    size: int


class Listing(msgspec.Struct, frozen=True):
    """What comes out of a zip, in this order; or why nothing does."""

    entries: list[Entry] = []
    skipped: int = 0
    """What macOS and Windows have left in it."""
    kept: Kept | None = None
    refused: Why | None = None
    about: str = ""
    """The name of the entry because of which it is refused."""


class Refused(Exception):
    """It isn't unpacked."""

    def __init__(self, why: Why, about: str = "") -> None:
        super().__init__(why)
        self.why: Why = why
        self.about = about


def look(file: BinaryIO, size: int, limits: Limits) -> tuple[Listing, zipfile.ZipFile | None, list[zipfile.ZipInfo]]:
    """What is in a zip, and what to read it with, entry by entry in the same order."""
    try:
        opened = _opened(file, size, limits)
        infos = opened.infolist()
        if any(info.flag_bits & _ENCRYPTED for info in infos):
            return Listing(kept="encrypted"), None, []
        if any(info.compress_type not in _METHODS for info in infos):
            return Listing(kept="compression"), None, []
        _must_not_overlap(opened, infos)
        chosen, skipped = _chosen(infos, limits)
        _must_fit([info for _, info in chosen], limits)
    except Refused as refused:
        return Listing(refused=refused.why, about=refused.about), None, []
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError, zlib.error, EOFError):
        return Listing(refused="damaged"), None, []
    entries = [Entry(tuple(parts), info.file_size) for parts, info in chosen]
    return Listing(entries=entries, skipped=skipped), opened, [info for _, info in chosen]


def pieces(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of an entry, of exactly the length and CRC-32 that it says. Raises BadZipFile, and what decoders raise."""
    left = info.file_size
    with opened.open(info) as entry:
        while piece := entry.read(PIECE_BYTES):
            left -= len(piece)
            yield piece
    if left:
        raise zipfile.BadZipFile("an entry is shorter than it says")


def _opened(file: BinaryIO, size: int, limits: Limits) -> zipfile.ZipFile:
    said = containers.directory_of(file, size)
    if said is None:
        raise Refused("damaged")
    if said.entries > limits.entries_max or said.size > containers.DIRECTORY_BYTES_MAX:
        raise Refused("entries")
    opened = zipfile.ZipFile(file)
    if len(opened.infolist()) > limits.entries_max:
        raise Refused("entries")
    return opened


def _must_not_overlap(opened: zipfile.ZipFile, infos: Sequence[zipfile.ZipInfo]) -> None:
    """No two entries share bytes: else a few kilobytes could be handed out again and again."""
    in_order = sorted(infos, key=lambda info: info.header_offset)
    ends = [info.header_offset for info in in_order][1:]
    for info, end in zip(in_order, [*ends, opened.start_dir], strict=False):
        if info.header_offset + _HEAD_BYTES + info.compress_size > end:
            raise Refused("overlap", _short(entry_names.said(info)))


def _chosen(infos: Sequence[zipfile.ZipInfo], limits: Limits) -> tuple[list[tuple[list[str], zipfile.ZipInfo]], int]:
    """The files among them with their ways, and how many are left out for what they are."""
    chosen, skipped = [], 0
    for info in infos:
        name = entry_names.said(info)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in _KINDS:
            raise Refused("kind", _short(name))
        try:
            parts = entry_names.way(name)
        except entry_names.Unsafe:
            raise Refused("path", _short(name)) from None
        if _is_folder(info, name, kind):
            continue
        if not parts:
            raise Refused("path", _short(name))
        if entry_names.is_litter(parts):
            skipped += 1
            continue
        if len(parts) - 1 > limits.deep_max:
            raise Refused("deep", _short(name))
        folders = [entry_names.clean(part, folder=True) for part in parts[:-1]]
        chosen.append(([*folders, entry_names.clean(parts[-1], folder=False)], info))
    if not chosen:
        raise Refused("empty")
    return chosen, skipped


def _is_folder(info: zipfile.ZipInfo, name: str, kind: int) -> bool:
    said = name.endswith(("/", "\\")) or kind == stat.S_IFDIR or bool(info.external_attr & _IS_FOLDER)
    return said and info.file_size == 0


def _must_fit(infos: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    packed = total = 0
    for info in infos:
        name = _short(entry_names.said(info))
        if info.file_size > limits.entry_bytes_max:
            raise Refused("entry_bytes", name)
        if _too_thin(info.file_size, info.compress_size):
            raise Refused("ratio", name)
        packed += info.compress_size
        total += info.file_size
    if total > limits.total_bytes_max:
        raise Refused("total_bytes")
    if _too_thin(total, packed):
        raise Refused("ratio")


def _too_thin(size: int, packed: int) -> bool:
    return size > RATIO_FROM_BYTES and size > RATIO_MAX * packed


def _short(name: str) -> str:
    """A name as it can stand in a sentence."""
    return entry_names.clean(name, folder=True)[:SAID_CHARACTERS_MAX]
