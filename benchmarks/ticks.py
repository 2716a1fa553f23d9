"""The measured process of reminder ticks: `python -m benchmarks.ticks GROUPS`, settings in the environment, JSON out.

Calls the scheduler's own function with times at which one group of threads after the other comes due, and between them
at times at which nothing does.
"""

import os
import sys
import time

import msgspec
import uvloop

from benchmarks.reminder_world import HOUR_MS, due_at
from scheduler.reminders import tick
from server.core.context import Means
from server.core.settings import from_environ
from server.means import opened

IDLE_TICKS = 20


class Tick(msgspec.Struct, frozen=True):
    """One tick: how many reminders it sent, and what that took."""

    sent: int
    ms: float
    cpu_ms: float


async def measured(means: Means, now: int) -> Tick:
    started, cpu_started = time.perf_counter(), time.process_time()
    sent = await tick(means, now)
    found = Tick(sent, (time.perf_counter() - started) * 1e3, (time.process_time() - cpu_started) * 1e3)
    await means.settler.drained()  # what follows from the reminders is not the tick's, but must not disturb the next
    return found


async def run(groups: int) -> list[Tick]:
    """All groups in turn, each between idle ticks."""
    ticks = []
    async with opened(from_environ(os.environ)) as means:
        await measured(means, due_at(0) - HOUR_MS // 2)  # connections are made at the first
        for group in range(groups):
            ticks += [await measured(means, due_at(group) - HOUR_MS // 2) for _ in range(IDLE_TICKS)]
            ticks.append(await measured(means, due_at(group)))
    return ticks


if __name__ == "__main__":
    print(msgspec.json.encode(uvloop.run(run(int(sys.argv[1])))).decode())
