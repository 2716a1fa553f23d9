"""Pictures for tests of logos, made by hand: small, whole, and spoiled in one way each."""

from __future__ import annotations

import base64
import struct
import zlib

PNG = b"\x89PNG\r\n\x1a\n"


PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 72, height: int = 36, *, rows: int | None = None, noise: bytes = b"", more: bytes = b"") -> bytes:
    """A PNG in one colour of eight bits a channel. `more` stands before the pixels, `noise` behind the end."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    drawn = height if rows is None else rows
    # Where none is drawn the line isn't made either: it would be six gigabytes of the widest that can be said.
    pixels = zlib.compress((b"\0" + b"\x5b\x3a\x8c" * width) * drawn if drawn else b"")
    return PNG + chunk(b"IHDR", head) + more + chunk(b"IDAT", pixels) + chunk(b"IEND") + noise


def see_through(width: int = 144, height: int = 72) -> bytes:
    """A PNG of a dark ellipse with nothing around it, as firms' logos are that were made for white paper."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    lines = [
        b"\0" + b"".join(b"\x1e\x2a\x44\xff" if _within(x / width, y / height) else bytes(4) for x in range(width))
        for y in range(height)
    ]
    return PNG + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"".join(lines))) + chunk(b"IEND")


def _within(x: float, y: float) -> bool:
    """Whether a place of the unit square is on a thick ellipse."""
    return 0.1 < (x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.25


def interlaced(width: int = 19, height: int = 17) -> bytes:
    """A PNG of one bit a pixel in seven passes."""
    sizes = [(-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in PASSES]
    rows = b"".join((b"\0" + b"\xaa" * -(-across // 8)) * down for across, down in sizes)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 1)
    return PNG + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND")


def segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg(
    width: int = 16, height: int = 16, *, frame: int = 0xC0, colours: int = 1, more: bytes = b"", noise: bytes = b""
) -> bytes:
    """A grey JPEG: each block says in two bits that nothing in it differs. With other colours it only says so."""
    parts = b"".join(bytes((number, 0x11, 0)) for number in range(1, colours + 1))
    blocks = -(-width // 8) * -(-height // 8)
    pixels = bytes(-(-2 * blocks // 8))
    only_nothing = bytes((1, *[0] * 15, 0))
    return (
        b"\xff\xd8" + more + segment(0xDB, b"\0" + bytes([16]) * 64)
        + segment(frame, struct.pack(">BHHB", 8, height, width, colours) + parts)
        + segment(0xC4, b"\x00" + only_nothing) + segment(0xC4, b"\x10" + only_nothing)
        + segment(0xDA, bytes((1, 1, 0, 0, 63, 0))) + pixels + b"\xff\xd9" + noise
    )  # fmt: skip


def given(data: bytes) -> str:
    """As the command takes it."""
    return base64.b64encode(data).decode("ascii")
