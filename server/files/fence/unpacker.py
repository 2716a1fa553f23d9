"""The process behind the fence that unpacks one zip: `python -m server.files.fence.unpacker LIMITS`.

The zip is its standard input. Its standard output is the listing (its length in four bytes, then MessagePack), and behind
that the bytes of every entry that the listing has, in its order and of exactly the lengths that stand there: what is
shorter, or has another CRC-32 than the zip says, ends it with a status.
"""

import io
import os
import struct
import sys
from typing import Final

import msgspec

from server.files.archives.looking import Limits, look, pieces
from server.files.fence import limits
from server.files.fence.worker import Input

LENGTH: Final = struct.Struct("<I")


def main(said: str) -> int:
    """Unpack; the status to end with."""
    allowed = msgspec.json.decode(said, type=Limits)
    limits.put_on(limits.UNPACK_CPU_S_MAX, limits.UNPACK_CLOCK_S_MAX)
    file = Input()
    try:
        listing, opened, infos = look(io.BufferedReader(file), file.size, allowed)
        answer = msgspec.msgpack.encode(listing)
        _say(LENGTH.pack(len(answer)) + answer)
        if opened is not None:
            for info in infos:
                for piece in pieces(opened, info):
                    _say(piece)
    except Exception as error:
        # As of every file that makes no sense: its kind is enough.
        os.write(2, type(error).__name__.encode())
        return limits.UNREADABLE
    return 0


def _say(data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(1, rest) :]


if __name__ == "__main__":
    os._exit(main(sys.argv[1]))
