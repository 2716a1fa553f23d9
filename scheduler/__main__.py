"""`python -m scheduler`: runs the jobs of the table until it is told to stop. Any number of these may run."""

import asyncio
import contextlib
import os
import signal
import sys

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from pymongo.errors import PyMongoError

from protocol.errors import ChattarError
from scheduler.jobs import TABLE, Entry, shared_now
from server import logs, start
from server.clock_watch import COMPARE_S, ClockWatch
from server.context import Means
from server.means import opened
from server.settings import SettingsError, from_environ

log = structlog.get_logger(__name__)

EXIT_FAILED = 70
"""EX_SOFTWARE: see server.__main__."""
FINISH_S = 25.0
"""Longer than a mail server may take to answer, and shorter than docs/operations.md says that a process may take to end."""
MISFIRE_GRACE_S = None
"""However late a tick is, it is run: once, since late ones are coalesced."""


class Ticks:
    """Those being run. APScheduler cancels them when it is shut down, which would tear a letter from its answer."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, means: Means, entry: Entry) -> None:
        """One tick, to its end."""
        task = asyncio.create_task(run_once(means, entry), name=f"tick of {entry.name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    async def finished(self) -> None:
        """Wait for those at hand, as long as a process that is asked to end may take. What is cut off then is swept up."""
        if self._running:
            await asyncio.wait(self._running, timeout=FINISH_S)


async def run_once(means: Means, entry: Entry) -> None:
    """One tick of one job. A database that is away is a warning: the next tick tries again."""
    try:
        done = await entry.run(means, await shared_now(means))
    except (PyMongoError, ChattarError) as error:
        log.warning("job.postponed", job=entry.name, error=type(error).__name__)
        return
    if done:
        log.info("job.done", job=entry.name, count=done)


async def compare_clocks(watch: ClockWatch) -> None:
    """Say so when this machine's clock is not the database's: letters and entries get its time."""
    try:
        await watch.look()
    except ChattarError as error:
        log.warning("clock.unknown", code=error.code)


async def main() -> None:
    """Run until SIGTERM or SIGINT. Ends the process with EXIT_FAILED when a part of it has died."""
    settings = from_environ(os.environ)
    logs.configure(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    dead: list[str] = []

    def died(part: str) -> None:
        dead.append(part)
        stop.set()

    await start.check(settings)
    async with opened(settings, died) as means:
        clock, ticks = AsyncIOScheduler(timezone="UTC"), Ticks()
        for entry in TABLE:
            clock.add_job(
                ticks.run,
                "interval",
                seconds=entry.interval_s,
                args=(means, entry),
                name=entry.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=MISFIRE_GRACE_S,
            )
        watch = ClockWatch(means.store.mongo, means.clock)
        clock.add_job(compare_clocks, "interval", seconds=COMPARE_S, args=(watch,), coalesce=True, max_instances=1)
        await compare_clocks(watch)
        clock.start()
        log.info("scheduler.started", jobs=[entry.name for entry in TABLE])
        await stop.wait()
        clock.pause()
        await ticks.finished()
        clock.shutdown()
    if dead:
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(main())
        except (SettingsError, ChattarError) as error:
            sys.exit(str(error))
