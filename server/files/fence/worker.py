"""The process behind the fence: one job on one file, `python -m server.files.fence.worker JOB FAMILY PAGE`.

The file is its standard input, the answer (MessagePack) its standard output. It imports what the family needs, gives up
what it needs no more (`limits`), and only then looks at the file. Whatever goes wrong ends it with a status.
"""

import io
import os
import sys
from typing import Any, Final

import msgspec

from server.files.fence import limits

INPUT: Final = 0


class Input(io.RawIOBase):
    """The file, without a descriptor to be had: libraries that are given one copy it, and there is no room for a second."""

    def __init__(self) -> None:
        super().__init__()
        self.size = os.fstat(INPUT).st_size
        self._at = 0

    def readable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def seekable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def readinto(self, buffer: Any) -> int:
        """See io.RawIOBase."""
        data = os.pread(INPUT, len(buffer), self._at)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """See io.RawIOBase."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise OSError("a place before the beginning")
        self._at = base + offset
        return self._at


def main(job: str, family: str, page: str) -> int:
    """Do a job; the status to end with."""
    from server.files.readers import reader_of

    read = reader_of(job, family, int(page))
    limits.put_on()
    try:
        made = read(io.BufferedReader(Input()))
        answer = memoryview(msgspec.msgpack.encode(made))
    except Exception as error:
        # Which error a broken file leads to is up to the library; what it says may be of the file, so its kind is enough.
        os.write(2, type(error).__name__.encode())
        return limits.UNREADABLE
    while answer:
        answer = answer[os.write(1, answer) :]
    return 0


if __name__ == "__main__":
    # Not by way of the interpreter's end: some libraries clean up there what a broken file has left them.
    os._exit(main(*sys.argv[1:]))
