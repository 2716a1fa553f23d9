"""How a scheduler is: alive, ready, and its numbers for Prometheus, in the words of a node's three pages (doors.health).

`/healthz`: the loop turns and no job is stuck. `/readyz`: what is due is being done. A mail server that is away leaves a
scheduler ready, as Redis leaves a node: reminders fire, and letters wait. The outbox is counted when somebody asks, and no
state of which there may be years of letters. Refuses to know HTTP beyond status and text.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from pymongo.errors import PyMongoError

from protocol.errors import ChattarError
from protocol.wire import Ms
from scheduler.health.watch import Watch
from scheduler.jobs import shared_now
from server.core.clock_watch import ClockWatch
from server.core.context import Means
from server.letters import fates
from storage.letters import Backlog
from storage.mongo.documents import STRANGERS
from storage.relay import RelayDoc

log = structlog.get_logger(__name__)

DATABASE_PATIENCE_S: Final = 2.0
SCANS_COUNTED_MAX: Final = 10_000
TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page says."""

    status: int
    kind: str
    text: bytes


@dataclass(frozen=True, slots=True)
class _Outbox:
    now: Ms
    backlog: Backlog
    relay: RelayDoc


@dataclass(frozen=True, slots=True)
class _Scans:
    waiting: int
    too_large: int


class Health:
    """The three pages."""

    def __init__(self, means: Means, watch: Watch, clocks: ClockWatch) -> None:
        self._means = means
        self._watch = watch
        self._clocks = clocks

    async def answer(self, path: str) -> Answer | None:
        """What stands at a path; None for one that isn't there."""
        match path:
            case "/healthz":
                return self._alive()
            case "/readyz":
                return await self._ready()
            case "/metrics":
                return await self._metrics()
            case _:
                return None

    def _alive(self) -> Answer:
        stuck = [pulse.name for pulse in self._watch.pulses.values() if pulse.stuck]
        text = f"stuck: {', '.join(stuck)}\n" if stuck else "ok\n"
        return Answer(503 if stuck else 200, TEXT, text.encode())

    async def _ready(self) -> Answer:
        outbox = await self._outbox()
        jobs = {pulse.name: pulse.state for pulse in self._watch.pulses.values()}
        facts = {
            "ending": self._watch.resting,
            "database": outbox is not None,
            "clock": self._clocks.agrees,
            "jobs": jobs,
            "mail_server": _mail_server(outbox.relay) if outbox is not None else "unknown",
        }
        well = set(jobs.values()) <= {"ok"}
        ready = outbox is not None and self._clocks.agrees and well and not self._watch.resting
        return Answer(200 if ready else 503, "application/json", json.dumps(facts).encode())

    async def _metrics(self) -> Answer:
        registry = CollectorRegistry()
        registry.register(_Numbers(self._watch, self._clocks, await self._outbox(), await self._scans()))
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        return Answer(200, CONTENT_TYPE_LATEST, generate_latest(registry))

    async def _outbox(self) -> _Outbox | None:
        """How it stands with letters; None while the database doesn't say."""
        store = self._means.store
        try:
            async with asyncio.timeout(DATABASE_PATIENCE_S):
                now = await shared_now(self._means)
                return _Outbox(now, await store.letters.backlog(now), await store.relay.get())
        except (PyMongoError, ChattarError, TimeoutError) as error:
            log.warning("health.database_away", error=type(error).__name__)
            return None

    async def _scans(self) -> _Scans | None:
        """How much the virus scanner has still to look at, also where nobody here asks it; None while the database doesn't
        say."""
        scans = self._means.store.scans
        try:
            async with asyncio.timeout(DATABASE_PATIENCE_S):
                return _Scans(
                    await scans.waiting("waiting", SCANS_COUNTED_MAX),
                    await scans.waiting("too_large", SCANS_COUNTED_MAX),
                )
        except (PyMongoError, ChattarError, TimeoutError) as error:
            log.warning("health.database_away", error=type(error).__name__)
            return None


def _mail_server(relay: RelayDoc) -> str:
    """`ok`, or `away: …` in the mail server's own words."""
    if not relay.away:
        return "ok"
    return f"away: {relay.said.code or ''} {relay.said.text}".strip() if relay.said is not None else "away"


class _Numbers(Collector):
    """A scheduler's counters, as metrics."""

    def __init__(self, watch: Watch, clocks: ClockWatch, outbox: _Outbox | None, scans: _Scans | None) -> None:
        self._watch = watch
        self._clocks = clocks
        self._outbox = outbox
        self._scans = scans

    def collect(self) -> Iterator[Metric]:
        """Called for each scrape."""
        yield from self._of_jobs()
        yield from self._of_letters()
        if self._scans is not None:
            yield GaugeMetricFamily(
                "chattar_scans_waiting",
                "Files' contents that wait for the virus scanner, counted up to 10,000.",
                value=self._scans.waiting,
            )
            yield GaugeMetricFamily(
                "chattar_scans_too_large",
                "Files' contents that are too large for the virus scanner's limits, counted up to 10,000.",
                value=self._scans.too_large,
            )
        ahead_s = (self._clocks.apart_ms or 0) / 1000
        yield GaugeMetricFamily(
            "chattar_clock_ahead_seconds", "How far our clock is ahead of the database's.", value=ahead_s
        )
        yield CounterMetricFamily(
            "chattar_documents_unreadable",
            "Different documents that this build can't read; see the log.",
            value=STRANGERS.count,
        )

    def _of_jobs(self) -> Iterator[Metric]:
        quiet = GaugeMetricFamily(
            "chattar_job_quiet_seconds", "How long ago a job last gave a sign of life.", labels=["job"]
        )
        ticks = CounterMetricFamily(
            "chattar_job_ticks", "Ticks of a job, by how they ended: done, postponed, failed.", labels=["job", "ending"]
        )
        busy = CounterMetricFamily("chattar_job_busy_seconds", "How long a job's ticks took.", labels=["job"])
        done = CounterMetricFamily(
            "chattar_job_done", "Reminders fired, letters handed over, events settled: by job.", labels=["job"]
        )
        for pulse in self._watch.pulses.values():
            quiet.add_metric([pulse.name], pulse.quiet_s)
            ticks.add_metric([pulse.name, "done"], pulse.ticks["done"])
            ticks.add_metric([pulse.name, "postponed"], pulse.ticks["postponed"])
            ticks.add_metric([pulse.name, "failed"], pulse.ticks["failed"])
            busy.add_metric([pulse.name], pulse.busy_s)
            done.add_metric([pulse.name], pulse.done)
        yield from (quiet, ticks, busy, done)

    def _of_letters(self) -> Iterator[Metric]:
        decided = CounterMetricFamily(
            "chattar_letters_decided", "What became of letters at this process; waiting: put off.", labels=["outcome"]
        )
        for outcome in ("sent", "waiting", "failed", "dropped", "unknown"):
            decided.add_metric([outcome], fates.DECIDED[outcome])
        yield decided
        if self._outbox is None:
            return
        backlog, relay, now = self._outbox.backlog, self._outbox.relay, self._outbox.now
        letters = GaugeMetricFamily("chattar_letters", "Letters that are still to go, by state.", labels=["state"])
        for state, count in backlog.by_state.items():
            letters.add_metric([state], count)
        yield letters
        oldest_s = 0.0 if backlog.due_since is None else max(0, now - backlog.due_since) / 1000
        yield GaugeMetricFamily(
            "chattar_letters_due_seconds", "How long the letter that is due longest has been due.", value=oldest_s
        )
        away_s = 0.0 if relay.since is None else max(0, now - relay.since) / 1000
        yield GaugeMetricFamily(
            "chattar_mail_server_away_seconds",
            "For how long letters have been waiting for the mail server; 0 while it takes them.",
            value=away_s,
        )
