"""Turns for those who say more than their part: one after the other, with time for everybody else in between.

However many clients flood a node at once, together they get no more than one of them would. Knows an event loop. Refuses
to know what is done in a turn.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

TURN_PAUSE_S: Final = 0.005
"""Between two turns. No client of ours ever says so much at once that it waits for one."""


class Turns:
    """Those who wait, in the order in which they came."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: OrderedDict[object, Callable[[], None]] = OrderedDict()
        self._running = False

    def __len__(self) -> int:
        return len(self._waiting)

    def wait(self, who: object, go: Callable[[], None]) -> None:
        """Call `go` when it is their turn; who waits already keeps their place."""
        self._waiting.setdefault(who, go)
        self._go_on()

    def forget(self, who: object) -> None:
        """They don't wait any more."""
        self._waiting.pop(who, None)

    def _go_on(self) -> None:
        if self._waiting and not self._running:
            self._running = True
            self._loop.call_later(TURN_PAUSE_S, self._next)

    def _next(self) -> None:
        self._running = False
        if self._waiting:
            _, go = self._waiting.popitem(last=False)
            try:
                go()
            finally:
                self._go_on()


_turns: dict[asyncio.AbstractEventLoop, Turns] = {}


def turns_of(loop: asyncio.AbstractEventLoop) -> Turns:
    """The turns of an event loop: tests have several, one after the other."""
    if loop not in _turns:
        _turns.clear()
        _turns[loop] = Turns(loop)
    return _turns[loop]
