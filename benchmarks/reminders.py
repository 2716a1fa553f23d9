"""(f) the reminder tick: 100 threads due among 1,000, and among 1,000,000.

The scheduler's own tick on the measured core, MongoDB and Valkey on the other. A tick should cost what is due and not
what exists. Threads that are not due have only their row in `threads`: the tick's query is about nothing else.
"""

import asyncio
import os
import statistics
import subprocess
import sys
from collections.abc import Callable

import msgspec

from benchmarks import reminder_world
from benchmarks.chattar import DATABASE, settings
from benchmarks.machine import BenchmarkError, pinned, running_bus, running_database, server_core, working_folder
from benchmarks.plan import Effort, Figures, Journal, column, ratio, table
from benchmarks.ticks import Tick

SMALL, LARGE = 1_000, 1_000_000
DUE = 100
GROUPS = 5
TICKS_S_MAX = 300


def measure(threads: int, groups: int) -> Figures:
    """Medians over the groups of one database."""
    with working_folder() as folder, running_bus(folder) as bus, running_database(folder) as database:
        asyncio.run(reminder_world.write(database.url, DATABASE, threads, groups, DUE))
        env = {**os.environ, **settings(0, bus, database, folder)}
        command = pinned(server_core(), [sys.executable, "-m", "benchmarks.ticks", str(groups)])
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=TICKS_S_MAX)
    if done.returncode:
        raise BenchmarkError(f"the ticks failed: {done.stderr[-2000:]}")
    ticks = msgspec.json.decode(done.stdout, type=list[Tick])
    busy = [tick for tick in ticks if tick.sent]
    idle = [tick for tick in ticks if not tick.sent]
    if [tick.sent for tick in busy] != [DUE] * groups:
        raise BenchmarkError(f"expected {groups} ticks with {DUE} reminders, got {[tick.sent for tick in busy]}")
    return {
        "busy_ms": statistics.median(tick.ms for tick in busy),
        "busy_cpu_ms": statistics.median(tick.cpu_ms for tick in busy),
        "idle_ms": statistics.median(tick.ms for tick in idle),
    }


def hold(effort: Effort, journal: Journal, say: Callable[[str], None]) -> str:
    """Measure both sizes and give the Markdown table."""
    rows: dict[str, Figures] = {}
    large = LARGE if effort.scale == 1 else effort.scaled(LARGE) // 4
    for threads in (SMALL, large):
        name = f"{threads:,} threads"
        rows[name] = measure(threads, min(GROUPS, SMALL // DUE))
        journal.write(bench="reminders", server="chattar", threads=threads, **rows[name])
        told = ", ".join(f"{key} {value:.2f}" for key, value in rows[name].items())
        say(f"reminders    {name:18} {told}")
    base = rows[f"{SMALL:,} threads"]
    columns = [
        column(f"tick with {DUE} due, ms", "busy_ms", "{:.0f}"),
        ratio(f"of {SMALL:,} threads", "busy_ms", base["busy_ms"]),
        column("its CPU, ms", "busy_cpu_ms", "{:.0f}"),
        ratio(f"of {SMALL:,} threads", "busy_cpu_ms", base["busy_cpu_ms"]),
        column("tick with nothing due, ms", "idle_ms"),
        ratio(f"of {SMALL:,} threads", "idle_ms", base["idle_ms"]),
    ]
    return f"### reminders: the tick\n\nMedians of {GROUPS} ticks\n\n" + table(columns, rows, "among")
