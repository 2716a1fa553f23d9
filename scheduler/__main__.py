"""`python -m scheduler`: runs the jobs of the table until it is told to stop. Any number of these may run."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from pymongo.errors import PyMongoError

from protocol.errors import ChattarError
from protocol.wire import Ms
from scheduler.health import door as health_door
from scheduler.health.health import Health
from scheduler.health.watch import Pulse, Watch
from scheduler.jobs import TABLE, Entry, shared_now
from scheduler.turn import Turn
from server.core import logs, start
from server.core.clock_watch import COMPARE_S, ClockWatch
from server.core.context import Means
from server.core.settings import Settings, SettingsError, from_environ
from server.means import opened

log = structlog.get_logger(__name__)

EXIT_FAILED = 70
"""EX_SOFTWARE: see server.__main__."""
FINISH_S = 75.0
"""Longer than mail servers take to answer (25 s behind a scanner are nothing special), and shorter than docs/operations.md
says that a process may take to end."""
MISFIRE_GRACE_S = None
"""However late a tick is, it is run: once, since late ones are coalesced."""


class Ticks:
    """Those being run. APScheduler cancels them when it is shut down, which would tear a letter from its answer."""

    def __init__(self, stop: asyncio.Event, watch: Watch) -> None:
        self._stop = stop
        self._watch = watch
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, means: Means, entry: Entry) -> None:
        """One tick, to its end."""
        pulse = self._watch.pulses[entry.name]

        async def clock() -> Ms:
            pulse.sign()  # whoever asks for the time gets on
            return await shared_now(means)

        tick = run_once(means, entry, Turn(clock, self._stop), pulse)
        task = asyncio.create_task(tick, name=f"tick of {entry.name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    async def finished(self) -> None:
        """Wait until those at hand have come to where they can stop, as long as a process that is asked to end may take.
        What is cut off then is swept up."""
        if self._running:
            await asyncio.wait(self._running, timeout=FINISH_S)


async def run_once(means: Means, entry: Entry, turn: Turn, pulse: Pulse) -> None:
    """One tick of one job. A database that is away is a warning; after a fault of ours, too, the next tick tries again."""
    pulse.began()
    try:
        done = await entry.run(means, await turn.now(), turn)
    except (PyMongoError, ChattarError) as error:
        log.warning("job.postponed", job=entry.name, error=type(error).__name__)
        pulse.ended("postponed")
        return
    except Exception:
        log.exception("job.failed", job=entry.name)
        pulse.ended("failed")
        return
    pulse.ended("done", done)
    if done:
        log.info("job.done", job=entry.name, count=done)


async def compare_clocks(watch: ClockWatch) -> None:
    """Say so when this machine's clock is not the database's: letters and entries get its time."""
    try:
        await watch.look()
    except ChattarError as error:
        log.warning("clock.unknown", code=error.code)


@contextlib.asynccontextmanager
async def watched(health: Health, jobs: Watch, settings: Settings, died: Callable[[str], None]) -> AsyncIterator[None]:
    """Look after the jobs, and let others see how it stands if a port is set. A dead watch is told like any part."""
    looking = asyncio.create_task(jobs.run(), name="watch")
    looking.add_done_callback(lambda task: None if task.cancelled() else died("watch"))
    async with contextlib.AsyncExitStack() as open_for_now:
        open_for_now.callback(looking.cancel)
        if settings.scheduler_port is not None:
            door = health_door.open_to_visitors(settings.host, settings.scheduler_port, health.answer)
            try:
                port = await open_for_now.enter_async_context(door)
            except OSError as error:
                sys.exit(f"CHATTAR_SCHEDULER_PORT: can't listen at {settings.host}:{settings.scheduler_port}: {error}")
            log.info("scheduler.health.health", host=settings.host, port=port)
        yield


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
        jobs = Watch(((entry.name, entry.interval_s) for entry in TABLE), died)
        clock, ticks = AsyncIOScheduler(timezone="UTC"), Ticks(stop, jobs)
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
        async with watched(Health(means, jobs, watch), jobs, settings, died):
            log.info("scheduler.started", jobs=[entry.name for entry in TABLE])
            await stop.wait()
            jobs.resting = True
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
