"""Whether what a firm gives as its logo is a picture that every mail program shows, and what is kept of it.

PNG and JPEG, because Outlook on Windows shows neither WebP nor AVIF, and no mail program SVG, which can carry script.
The file is taken apart and only what draws is put together again: no place where it was taken, no author, no second file
behind the first. Refuses to decode pixels, and to know firms.
"""

import struct
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NoReturn

from protocol.errors import Invalid
from protocol.wire import Id
from storage.logos import LogoDoc, PictureType

BYTES_MAX: Final = 32 * 1024
"""It goes along with every letter."""
SIDE_PX_MIN: Final = 16
SIDE_PX_MAX: Final = 1200
WANTED: Final = "a PNG or JPEG picture in base64"
DIGEST_CHARS: Final = 32

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_DRAWS: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs"}
)
_PNG_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ADAM7: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""The seven passes of an interlaced PNG: where each begins, and its steps across and down."""
_JPEG: Final = b"\xff\xd8\xff"
_JPEG_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive: what programs show. The other ways of coding are hardly read by any."""
_JPEG_OTHER_FRAMES: Final = frozenset({0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)})
_JPEG_DRAWS: Final = frozenset({0xE0, 0xE2, 0xEE})
"""Of the segments for applications: JFIF, the colour profile, and Adobe's, which says what the colours are."""
_OTHERS: Final = {
    b"GIF8": "a GIF",
    b"RIFF": "a WebP",
    b"BM": "a BMP",
    b"\x00\x00\x01\x00": "an icon",
    b"II*\x00": "a TIFF",
    b"MM\x00*": "a TIFF",
    b"%PDF": "a PDF",
    b"<": "an SVG or other text",
}


@dataclass(frozen=True, slots=True)
class _Picture:
    type: PictureType
    width: int
    height: int
    content: bytes


class _Broken(Exception):
    """It isn't what it begins as."""


def read(path: str, firm_id: Id, text: str) -> LogoDoc:
    """What is kept of a logo. Raises Invalid with what was expected: the type, the bytes, the pixels, or a whole file."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        got = "a data: address" if text.startswith("data:") else "a text that isn't base64"
        raise Invalid(path=path, expected=f"{WANTED}, and nothing around it", got=got) from None
    if len(data) > BYTES_MAX:
        raise Invalid(path=path, expected=f"at most {BYTES_MAX} bytes", got=f"{len(data)} bytes")
    picture = _taken_apart(path, data)
    if min(picture.width, picture.height) < SIDE_PX_MIN or max(picture.width, picture.height) > SIDE_PX_MAX:
        expected = f"{SIDE_PX_MIN} to {SIDE_PX_MAX} pixels each way"
        raise Invalid(path=path, expected=expected, got=f"{picture.width} × {picture.height}")
    return LogoDoc(
        id=firm_id,
        type=picture.type,
        width=picture.width,
        height=picture.height,
        digest=sha256(picture.content).hexdigest()[:DIGEST_CHARS],
        data=b64encode(picture.content).decode("ascii"),
    )


def address_of(logo: LogoDoc) -> str:
    """Where pages find it, below the server's own address."""
    return f"/logos/{logo.id}/{logo.digest}.{logo.type}"


def _taken_apart(path: str, data: bytes) -> _Picture:
    kind = "PNG" if data.startswith(_PNG) else "JPEG" if data.startswith(_JPEG) else None
    if kind is None:
        got = next((name for begins, name in _OTHERS.items() if data.lstrip().startswith(begins)), "something else")
        raise Invalid(path=path, expected=WANTED, got=got)
    try:
        return _png(data) if kind == "PNG" else _jpeg(data)
    except _Broken as error:
        raise Invalid(path=path, expected=f"a whole {kind} that programs show", got=str(error)) from None
    except (struct.error, IndexError, zlib.error):
        raise Invalid(path=path, expected=f"a whole {kind}", got="one that breaks off or is damaged") from None


def _broken(what: str) -> NoReturn:
    raise _Broken(what)


def _png(data: bytes) -> _Picture:
    """RFC 2083, chunk by chunk."""
    kept, pixels, head = [_PNG], b"", b""
    for kind, body, chunk in _chunks(data):
        if (kind == b"IHDR") != (not head):
            _broken("one whose head is not in its place")
        head = head or body
        if kind == b"IDAT":
            pixels += body
        if kind in _PNG_DRAWS:
            kept.append(chunk)
        elif kind[:1].isupper():
            _broken("one with parts that are unknown")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    if colour not in _PNG_CHANNELS:
        _broken("one of unknown colours")
    if max(width, height) > SIDE_PX_MAX:
        return _Picture("png", width, height, b"")  # refused for its size: so many pixels are not looked into
    bits = depth * _PNG_CHANNELS[colour]
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    sizes = [(-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in passes]
    wanted = sum(down * (1 + -(-across * bits // 8)) for across, down in sizes if across > 0 and down > 0)
    unpacking = zlib.decompressobj()
    if len(unpacking.decompress(pixels, wanted + 1)) != wanted or not unpacking.eof:
        _broken("one with more or fewer pixels than it says")
    return _Picture("png", width, height, b"".join(kept))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Kind, body and bytes of each chunk, up to the last; what stands behind that is not looked at."""
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        chunk = data[at : at + length + 12]
        body = chunk[8:-4]
        if len(chunk) != length + 12 or struct.unpack(">I", chunk[-4:])[0] != zlib.crc32(kind + body):
            _broken("one that breaks off or is damaged")
        yield kind, body, chunk
        at += length + 12


def _jpeg(data: bytes) -> _Picture:
    """ITU T.81 annex B, segment by segment."""
    at, kept, size = 2, [data[:2]], None
    while True:
        if data[at] != 0xFF:
            _broken("one that breaks off or is damaged")
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == 0xD9:
            break
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        segment = data[at:end]
        if marker in _JPEG_OTHER_FRAMES:
            _broken("one that is coded in a way that programs don't show")
        if marker in _JPEG_FRAMES:
            _, height, width, colours = struct.unpack_from(">BHHB", segment, 4)
            if colours not in (1, 3):
                _broken("one in colours for print")
            size = (width, height)
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE) or marker in _JPEG_DRAWS:
            kept.append(segment)
        if marker == 0xDA:
            begun = end
            end = _scan_end(data, end)
            kept.append(data[begun:end])
        at = end
    if size is None:
        _broken("one without a picture")
    return _Picture("jpeg", *size, b"".join([*kept, b"\xff\xd9"]))


def _scan_end(data: bytes, at: int) -> int:
    """Where the next segment begins behind coded pixels, in which 0xFF stands before 0x00 or a restart only."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            _broken("one that breaks off or is damaged")
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2
