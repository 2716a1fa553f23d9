"""How the process is: alive, ready, and its numbers for Prometheus, which are only read when somebody asks.

`/healthz`: the loop turns. `/readyz`: new connections are welcome. Without Redis a node stays ready: everything is still
acknowledged, and delivered from the log (P5). So does one whose place for files can't be written: people go on writing, and
whoever brings a file is told to try again. It says so.
"""

import asyncio
from collections.abc import Iterator
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from pymongo.errors import PyMongoError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from server.core.clock_watch import ClockWatch
from server.network.doorway import Doorway
from server.uploads.receiving import Receiver
from storage.blobs.places import FilesAway
from storage.mongo.documents import STRANGERS

log = structlog.get_logger(__name__)

DATABASE_PATIENCE_S: Final = 2.0
FILES_PATIENCE_S: Final = 2.0
FILES_LOOK_S: Final = 10.0
"""So often at most something is written to see whether files can be."""


class Health:
    """The three pages."""

    def __init__(self, doorway: Doorway, clocks: ClockWatch, receiver: Receiver) -> None:
        self._doorway = doorway
        self._clocks = clocks
        self.started = False
        """Set once the node runs."""
        self._files = Probed(doorway)
        self._registry = CollectorRegistry()
        self._registry.register(_Numbers(doorway, clocks, receiver, self._files))
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)

    def routes(self) -> list[BaseRoute]:
        """/healthz, /readyz and /metrics."""
        return [
            Route("/healthz", self._alive),
            Route("/readyz", self._ready),
            Route("/metrics", self._metrics),
        ]

    async def _alive(self, request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _ready(self, request: Request) -> Response:
        facts = {
            "started": self.started,
            "draining": self._doorway.draining,
            "database": await self._database_answers(),
            "clock": self._clocks.agrees,
            "bus": self._doorway.node.bus.whole,
            "redis": self._redis(),
            "files": await self._files.look(),
        }
        ready = facts["started"] and facts["database"] and facts["clock"] and not facts["draining"]
        return JSONResponse(facts, status_code=200 if ready else 503, headers={"cache-control": "no-store"})

    def _redis(self) -> str:
        """`ok`, `away`, or `refused: …`: what Redis doesn't let us do, and what has to be allowed."""
        node = self._doorway.node
        ephemeral = node.means.ephemeral
        refused = node.bus.refusals + (ephemeral.refusals if ephemeral is not None else [])
        if refused:
            return "refused: " + "; ".join(sorted({f"{one.refused} (needs {one.needs_here})" for one in refused}))
        return "ok" if node.bus.whole and (ephemeral is None or ephemeral.there) else "away"

    async def _metrics(self, request: Request) -> Response:
        await self._files.look()
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

    async def _database_answers(self) -> bool:
        try:
            async with asyncio.timeout(DATABASE_PATIENCE_S):
                await self._doorway.node.means.store.mongo.client.admin.command("ping")
        except (PyMongoError, TimeoutError) as error:
            log.warning("health.database_away", error=type(error).__name__)
            return False
        return True


class Probed:
    """Whether files can be written, as it was a moment ago."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway
        self._until = 0.0
        self.writable = True

    async def look(self) -> bool:
        """Try it, unless it has just been tried."""
        now = asyncio.get_running_loop().time()
        if now >= self._until:
            self._until = now + FILES_LOOK_S
            try:
                async with asyncio.timeout(FILES_PATIENCE_S):
                    await self._doorway.node.means.store.blobs.place.probe()
                self.writable = True
            except (FilesAway, TimeoutError):
                log.warning("health.files_away")
                self.writable = False
        return self.writable


class _Numbers(Collector):
    """The node's counters, as metrics."""

    def __init__(self, doorway: Doorway, clocks: ClockWatch, receiver: Receiver, files: Probed) -> None:
        self._doorway = doorway
        self._clocks = clocks
        self._receiver = receiver
        self._files = files

    def collect(self) -> Iterator[Metric]:
        """Called for each scrape."""
        node = self._doorway.node
        fanout, healer, bus, settler = node.fanout, node.healer, node.bus, node.means.settler
        gauges = (
            ("connections", "Open sockets.", len(self._doorway.connections)),
            ("strangers", "Connections of which nobody has said yet whose they are.", len(self._doorway.strangers)),
            ("connections_congested", "Clients that read more slowly than we write.", len(fanout.congested)),
            ("channels", "Channels of the bus that this node listens to.", len(node.hub.channels)),
            ("settling_waiting", "Events whose consequences are still to be drawn by this node.", settler.waiting),
            ("settling_lag_seconds", "How long the oldest of them has waited.", settler.lag_s()),
            (
                "clock_ahead_seconds",
                "How far our clock is ahead of the database's.",
                (self._clocks.apart_ms or 0) / 1000,
            ),
            ("bus_whole", "1 while nothing can be missed unnoticed.", int(bus.whole)),
            ("uploads_receiving", "Files that are coming in at this moment.", self._receiver.receiving),
            (
                "files_writable",
                "1 while files can be written; looked at every 10 s at most.",
                int(self._files.writable),
            ),
        )
        counters = (
            ("connections_opened", "Sockets accepted.", self._doorway.opened),
            ("deliveries", "Frames handed to connections.", fanout.deliveries),
            ("writes", "Writes to sockets; deliveries per write shows how well joining works.", fanout.writes),
            ("strangers_cut", "Strangers cut to make room for others.", self._doorway.strangers.cut),
            ("strangers_refused", "Strangers for whom there was no room.", self._doorway.strangers.refused),
            ("clients_cut_off", "Connections cut for reading too slowly.", fanout.cut_off),
            ("upload_bytes", "Bytes of files that came in.", self._receiver.bytes),
            ("bus_received", "Messages that came over the bus.", node.received),
            ("bus_garbled", "Messages of the bus that nobody of ours has sent.", node.garbled),
            ("bus_published", "Messages handed to the bus.", bus.published),
            ("bus_dropped", "Messages that the bus could not take; the log has them.", bus.dropped),
            ("bus_rebuilt", "Connections to Redis given up for silence.", bus.rebuilt),
            ("settled", "Events whose consequences this node has drawn.", settler.settled),
            ("settling_batches", "Batches of threads in which it did so.", settler.batches),
            ("settling_left", "Events that it left to the scheduler's sweep.", settler.left),
            ("documents_unreadable", "Different documents that this build can't read; see the log.", STRANGERS.count),
            ("log_checks", "Comparisons of delivered heads with the log.", healer.checks),
            ("log_holes", "Holes in streams that had to be read from the log.", healer.holes),
            ("log_healed", "Events delivered from the log because the bus had lost them.", healer.healed),
        )
        for name, text, value in gauges:
            yield GaugeMetricFamily(f"chattar_{name}", text, value=value)
        for name, text, value in counters:
            yield CounterMetricFamily(f"chattar_{name}", text, value=value)
