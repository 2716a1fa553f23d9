"""Which threads something went wrong with, and when each is to be tried again: later each time, within bounds.

Kept by the process and not in the database: nothing is lost with it, and a process that was started anew may be of a build
that knows better. Refuses to know what was tried.
"""

from collections import OrderedDict
from typing import Final

from protocol.wire import Id, Ms

FIRST_MS: Final = 10_000
MOST_MS: Final = 600_000
THREADS_MAX: Final = 1_000
"""Those that failed longest ago are tried again at once when more fail."""


class BackOff:
    """Waits, by thread."""

    def __init__(self) -> None:
        self._waits: OrderedDict[Id, tuple[Ms, int]] = OrderedDict()
        """Until when, and how long that was."""

    def failed(self, thread_id: Id, now: Ms) -> None:
        """It is to be left alone for a while, twice as long as the last time."""
        _, last_ms = self._waits.pop(thread_id, (0, 0))
        wait_ms = min(last_ms * 2, MOST_MS) or FIRST_MS
        self._waits[thread_id] = (now + wait_ms, wait_ms)
        if len(self._waits) > THREADS_MAX:
            self._waits.popitem(last=False)

    def held(self, now: Ms) -> list[Id]:
        """Those whose time hasn't come."""
        return [thread_id for thread_id, (until, _) in self._waits.items() if until > now]
