"""How often something may be done for a key: the latest wins (Pace), or the surplus is dropped (Throttle).

Knows positions and moments, nothing of what is done. In memory of this process only: both limit cost, not truth.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

THROTTLED_KEYS_MAX: Final = 20_000

Work = Callable[[int], Awaitable[None]]
"""Writes a position."""
WorkForAll = Callable[[dict[str, int]], Awaitable[None]]
"""Writes several positions, by whatever they are in."""


@dataclass(slots=True)
class _Waiting:
    positions: dict[str, int]
    work: WorkForAll
    done: asyncio.Future[None]


class Pace:
    """Writes positions that only grow, at most once in `gap_s` for each key; what comes between is written as its last.

    Whoever asked waits until a position at or above theirs is written, so nothing that was acknowledged can be lost.
    """

    def __init__(self, gap_s: float) -> None:
        self._gap_s = gap_s
        self._waiting: dict[str, _Waiting] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._hurry = asyncio.Event()

    async def write(self, key: str, position: int, work: Work) -> None:
        """Have a position written. Raises what the writing raised. Survives cancellation: it is written all the same."""

        async def write(positions: dict[str, int]) -> None:
            await work(positions[key])

        await self.write_all(key, {key: position}, write)

    async def write_all(self, key: str, positions: Mapping[str, int], work: WorkForAll) -> None:
        """The same for several positions that are written together: what comes between is added, or moves them."""
        waiting = self._waiting.get(key)
        if waiting is None:
            waiting = _Waiting(dict(positions), work, asyncio.get_running_loop().create_future())
            waiting.done.add_done_callback(_retrieved)
            self._waiting[key] = waiting
        for name, position in positions.items():
            if position > waiting.positions.get(name, -1):
                waiting.positions[name], waiting.work = position, work
        if key not in self._tasks:
            self._tasks[key] = asyncio.create_task(self._run(key), name=f"pace {key}")
        await asyncio.shield(waiting.done)

    async def drained(self) -> None:
        """Write what is waiting without further pauses: for shutdown and for tests."""
        self._hurry.set()
        try:
            while self._tasks:
                await asyncio.wait(list(self._tasks.values()))
        finally:
            self._hurry.clear()

    async def _run(self, key: str) -> None:
        try:
            while (waiting := self._waiting.pop(key, None)) is not None:
                try:
                    await waiting.work(waiting.positions)
                except Exception as error:
                    waiting.done.set_exception(error)
                else:
                    waiting.done.set_result(None)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._gap_s):
                        await self._hurry.wait()
        finally:
            del self._tasks[key]


def _retrieved(done: asyncio.Future[None]) -> None:
    """Those who wait hear of a failure; if all were cancelled, nobody is left to hear."""
    if not done.cancelled():
        done.exception()


class Throttle:
    """Says whether a state that is on or off may be told again: on at most every `every_s`, off only after on.

    Off and on again may follow each other once in `turn_s`.
    """

    def __init__(self, every_s: float, turn_s: float) -> None:
        self._every_s = every_s
        self._turn_s = turn_s
        self._told: OrderedDict[str, tuple[bool, float]] = OrderedDict()

    def allows(self, key: str, on: bool, now_s: float) -> bool:
        """Whether to tell it now; then it counts as told. `now_s`: seconds of a clock that never goes back."""
        was_on, at = self._told.get(key, (False, float("-inf")))
        allowed = was_on if not on else now_s - at >= (self._every_s if was_on else self._turn_s)
        if allowed:
            self._told[key] = (on, now_s)
            self._told.move_to_end(key)
            if len(self._told) > THROTTLED_KEYS_MAX:
                self._told.popitem(last=False)
        return allowed
