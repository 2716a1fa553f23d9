"""What time it is, as an object, so that tests and demonstrations can say."""

import time

from protocol.wire import Ms


class Clock:
    """The real clock, shifted by an offset that only the development setting may move."""

    def __init__(self, offset_ms: int = 0) -> None:
        self.offset_ms = offset_ms

    def now(self) -> Ms:
        """Now, in milliseconds since the epoch, UTC."""
        return time.time_ns() // 1_000_000 + self.offset_ms
