"""What a process behind the fence may use, and how it gives up the rest: put on by itself, before it looks at the file.

From then on it can open nothing (no file, no socket, whatever library asks), write to no file, start nothing, and ends by
itself when it takes too much memory or too long, also if nobody is there any more to end it. Knows the system's limits.
Refuses to know what is read.
"""

import os
import resource
import signal
import sys
from typing import Any, Final

MEMORY_BYTES_MAX: Final = 1024**3
"""Of addresses: three times what the largest picture of a telephone takes."""
CPU_S_MAX: Final = 20
CLOCK_S_MAX: Final = 30
UNPACK_CPU_S_MAX: Final = 60
"""Of a process that unpacks: what takes longest is bzip2, with a gigabyte in as many seconds."""
UNPACK_CLOCK_S_MAX: Final = 300
"""It waits for whoever stores what it hands out."""
INPUT_BYTES_MAX: Final = 64 * 1024 * 1024
"""Of what is read as a text; pictures and PDF are held by their pixels and the memory."""
ANSWER_BYTES_MAX: Final = 4 * 1024 * 1024
PIXELS_MAX: Final = 120_000_000
"""Of a picture, before it is decoded."""
UNREADABLE: Final = 3
"""The status of a process to which the file made no sense."""
NICE: Final = 10
"""Whoever sends and receives messages comes first."""

_STANDARD_FILES: Final = 3
_REFUSED: Final = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "pty.", "urllib.")
"""Python's own names (PEP 578) of what is refused before the system is asked."""


def put_on(cpu_s: int = CPU_S_MAX, clock_s: int = CLOCK_S_MAX) -> None:
    """Live within the limits from now on; nothing takes them off again."""
    os.nice(NICE)
    signal.setitimer(signal.ITIMER_REAL, clock_s)
    _set(resource.RLIMIT_CPU, cpu_s)
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_FSIZE, 0)
    if sys.platform == "linux":
        # macOS knows the name only.
        _set(resource.RLIMIT_AS, MEMORY_BYTES_MAX)
    _set(resource.RLIMIT_NOFILE, _STANDARD_FILES)
    sys.addaudithook(_refuse)


def _set(limit: int, most: int) -> None:
    resource.setrlimit(limit, (most, most))


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    if event.startswith(_REFUSED):
        raise PermissionError(f"{event} is not for a process behind the fence")
