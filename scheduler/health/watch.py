"""Whether the jobs run: when each last gave a sign of life, how its ticks end, and how long they take.

Time is counted in looks, taken every WATCH_S while the process runs: one that was frozen, or a machine that slept, doesn't
take its jobs for dead when it wakes up. Refuses to know what jobs do, and HTTP.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, Literal

import structlog

log = structlog.get_logger(__name__)

WATCH_S: Final = 5.0
IDLE_S_MAX: Final = 60.0
INTERVALS_MAX: Final = 10
"""A job that hasn't begun for so many of its intervals, and for IDLE_S_MAX, will not begin again by itself."""
RUNNING_S_MAX: Final = 900.0
"""Without a sign of life within a tick; longer than a mail server may take for its answer (scheduler.mail.relay)."""

Ending = Literal["done", "postponed", "failed"]
"""How a tick ended: `postponed` for what was away, `failed` for a fault of ours."""


class Pulse:
    """One job's signs of life."""

    def __init__(self, name: str, interval_s: float) -> None:
        self.name = name
        self._idle_looks_max = max(IDLE_S_MAX, INTERVALS_MAX * interval_s) / WATCH_S
        self._looks = 0
        self._began_at = 0.0
        self.running = False
        self.last: Ending | None = None
        """How its last tick ended; None before the first."""
        self.ticks: Counter[Ending] = Counter()
        self.done = 0
        self.busy_s = 0.0

    @property
    def quiet_s(self) -> float:
        """How long ago it last gave a sign of life, within a look, not counting time in which the process was frozen."""
        return self._looks * WATCH_S

    @property
    def stuck(self) -> bool:
        """Whether it will give none any more, as far as anybody can tell."""
        return self._looks > (RUNNING_S_MAX / WATCH_S if self.running else self._idle_looks_max)

    @property
    def state(self) -> str:
        """`ok`, `stuck`, or how its last tick ended if that was no good end."""
        if self.stuck:
            return "stuck"
        return "ok" if self.last in (None, "done") else str(self.last)

    def began(self) -> None:
        """A tick begins."""
        self.running, self._looks, self._began_at = True, 0, time.monotonic()

    def sign(self) -> None:
        """It gets on."""
        self._looks = 0

    def ended(self, ending: Ending, done: int = 0) -> None:
        """A tick is over, and has done so much."""
        self.running, self._looks, self.last = False, 0, ending
        self.ticks[ending] += 1
        self.done += done
        self.busy_s += time.monotonic() - self._began_at

    def look(self) -> None:
        """Some more time has passed."""
        self._looks += 1


class Watch:
    """The jobs' pulses. `died` is told of the first that is stuck: a process without one of its jobs is of no use."""

    def __init__(self, jobs: Iterable[tuple[str, float]], died: Callable[[str], None]) -> None:
        self.pulses = {name: Pulse(name, interval_s) for name, interval_s in jobs}
        self._died = died
        self.resting = False
        """Set when the process has been asked to end: jobs don't begin any more, and that is well."""

    def look(self) -> None:
        """Count time, and tell of who is stuck."""
        if self.resting:
            return
        for pulse in self.pulses.values():
            before = pulse.stuck
            pulse.look()
            if pulse.stuck and not before:
                log.error("job.stuck", job=pulse.name, quiet_s=pulse.quiet_s, running=pulse.running)
                self._died(f"job {pulse.name}")

    async def run(self) -> None:
        """Look, until cancelled."""
        while True:
            await asyncio.sleep(WATCH_S)  # the clock itself is what is waited for
            self.look()
