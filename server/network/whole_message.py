"""The message that came whole in one read, which nearly all do: taken as it is, for a third of the library's time.

websockets reads a frame by generators, a few bytes at a time, and makes an object of it. Here is only the plain case (RFC
6455, 5.2): one read that is exactly one final, masked text or binary frame. Everything else is the library's: the
handshake, fragments, control frames, long ones, and whatever is to be refused. Knows bytes. Refuses to judge them.
"""

from collections.abc import Iterable
from typing import Any, Final

from websockets.frames import Frame

try:
    from websockets.speedups import apply_mask
except ImportError:  # built without its C half
    from websockets.utils import apply_mask

_FINAL_TEXT: Final = 0x81
_FINAL_BINARY: Final = 0x82
_MASKED: Final = 0x80


def whole_message(data: bytes, bytes_max: int) -> bytes | None:
    """The payload, if a read is such a frame and not too long; None for anything else."""
    size = len(data)
    if size < 6 or (data[0] != _FINAL_TEXT and data[0] != _FINAL_BINARY):
        return None
    length, start = data[1] - _MASKED, 6
    if length == 126 and size > 8:
        length, start = data[2] << 8 | data[3], 8
        if length < 126:
            return None
    elif length > 125:
        return None
    if size != start + length or length > bytes_max:
        return None
    return apply_mask(data[start:], data[start - 4 : start])


def bytes_of(events: Iterable[Any]) -> int:
    """How long a client's frames were on the wire, in the shortest form that each may have."""
    total = 0
    for frame in events:
        if not isinstance(frame, Frame):
            continue
        length = len(frame.data)
        total += length + (6 if length < 126 else 8 if length < 65_536 else 14)
    return total
