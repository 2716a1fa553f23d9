"""What something went wrong with, and when each is to be tried again: later each time, within bounds.

Kept by the process and not in the database: nothing is lost with it, and a process that was started anew may be of a build
that knows better. Refuses to know what was tried, and whether the ids are those of threads or of accounts.
"""

from collections import OrderedDict
from typing import Final

from protocol.wire import Id, Ms

FIRST_MS: Final = 10_000
MOST_MS: Final = 600_000
KEPT_MAX: Final = 1_000
"""Those that failed longest ago are tried again at once when more fail."""


class BackOff:
    """Waits, by id."""

    def __init__(self) -> None:
        self._waits: OrderedDict[Id, tuple[Ms, int]] = OrderedDict()
        """Until when, and how long that was."""

    def failed(self, about: Id, now: Ms) -> None:
        """It is to be left alone for a while, twice as long as the last time."""
        _, last_ms = self._waits.pop(about, (0, 0))
        wait_ms = min(last_ms * 2, MOST_MS) or FIRST_MS
        self._waits[about] = (now + wait_ms, wait_ms)
        if len(self._waits) > KEPT_MAX:
            self._waits.popitem(last=False)

    def held(self, now: Ms) -> list[Id]:
        """Those whose time hasn't come."""
        return [about for about, (until, _) in self._waits.items() if until > now]
