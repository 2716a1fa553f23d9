"""The web process put together: what it is made of, what runs beside it, and how it begins and ends.

Knows every part and no part's work. One background task dying stops the process, with a status that says so: better
started anew than limping on.
"""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, WebSocketRoute

from protocol.errors import Unavailable
from protocol.ids import new_id
from server.annex import Annex
from server.core.announce import Announcer
from server.core.clock import Clock
from server.core.clock_watch import ClockWatch
from server.core.files import place_of
from server.core.limits import BucketsAway, Limits
from server.core.settings import Settings
from server.doors import documents, http, logos, pages, parcels, uploads
from server.doors.health import Health
from server.doors.page_headers import SafeHeaders
from server.means import assemble
from server.network.doorway import Doorway
from server.network.fanout import Frame
from server.network.node import Node
from server.network.presence import Attendance
from server.network.strangers import Strangers, rooms
from server.uploads.receiving import Receiver
from storage.mongo.connection import Mongo, ours
from storage.mongo.migrations import prepare
from storage.redis.bus import Bus
from storage.redis.ephemeral import Ephemeral, EphemeralAway
from storage.store import Store

log = structlog.get_logger(__name__)

STOP_S_MAX: Final = 5.0
"""How long the end waits for what was spawned: writes under way, consequences being drawn."""
HEARD_S_MAX: Final = 1.0
"""And of that for the bus to take what was said last."""

START_S_MAX: Final = 30.0
"""How long a node that has begun waits for a database that was there a moment before. Then it fails, for all to see."""
START_AGAIN_S: Final = 0.5


def files_max() -> int:
    """How many files this process may have open: each connection is one."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


class SharedBuckets:
    """Redis' buckets as `server.core.limits` wants them."""

    def __init__(self, ephemeral: Ephemeral) -> None:
        self._ephemeral = ephemeral

    async def take(self, key: str, tokens: int, size: int, fill_s: float) -> int:
        """See server.core.limits.Buckets."""
        try:
            return await self._ephemeral.take(key, tokens, size, fill_s)
        except EphemeralAway as error:
            raise BucketsAway from error

    async def give(self, key: str, tokens: int, size: int, fill_s: float) -> None:
        """See server.core.limits.Buckets."""
        try:
            await self._ephemeral.give(key, tokens, size, fill_s)
        except EphemeralAway as error:
            raise BucketsAway from error


class House:
    """Everything of one web process."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        hub_id = new_id()
        self.settings = settings
        self.mongo = Mongo(settings.mongo_url, settings.mongo_database)
        self.ephemeral = Ephemeral(settings.redis_url)
        self.bus = Bus(
            settings.redis_url,
            hub_id=hub_id,
            on_messages=self._heard,
            on_gap=self._gap,
            on_lost=self._lost,
        )
        self.files = place_of(settings)
        self.means = assemble(settings, Store(self.mongo, self.files), Announcer(self.bus), clock, self.ephemeral)
        self.node = Node(self.means, self.bus, hub_id)
        self.means.announcer.at_home = self.node.control
        self.means.announcer.confirmed = self.bus.confirmed
        # A socket's commands are counted here: its person may have others elsewhere, but a message waits for no Redis.
        sockets_max, strangers_max = rooms(settings.connections_max, files_max())
        self.strangers = Strangers(strangers_max, settings.strangers_per_address_max)
        self.doorway = Doorway(self.node, Limits(settings, self.means.clock), sockets_max, self.strangers)
        self.attendance = Attendance(hub_id, self.ephemeral, self.means.announcer, Frame)
        self.attendance.watch(self.doorway)
        self.node.on_deaf.append(self.attendance.tell_deaf)
        self.http_limits = Limits(settings, self.means.clock, SharedBuckets(self.ephemeral))
        self.clock_watch = ClockWatch(self.mongo, self.means.clock)
        self.receiver = Receiver(self.means)
        self.health = Health(self.doorway, self.clock_watch, self.receiver)
        self.failed = False
        """Whether a part without which the process is of no use has died."""
        self.stop: Callable[[], None] = _terminate
        """Ends the process in good order."""

    def _heard(self, messages: list[tuple[str, bytes]]) -> None:
        self.node.heard(messages)

    def _gap(self) -> None:
        self.node.gap()

    def _lost(self) -> None:
        self.node.lost()

    def routes(self) -> list[BaseRoute]:
        """Every door of the product."""
        return [
            WebSocketRoute("/ws", endpoint=self.doorway),
            *documents.routes(self.means, self.http_limits),
            *parcels.routes(self.means, self.http_limits),
            *uploads.routes(self.means, self.http_limits, self.receiver),
            *http.routes(self.means, self.http_limits),
            *self.health.routes(),
            *logos.routes(self.means),
            *pages.routes(self.means, self.http_limits),
        ]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Start what runs beside the doors; at the end stop it, with everything done that was begun."""
        await self._read_first()
        tasks = [
            self._watched(self.node.run(), "node"),
            self._watched(self.doorway.run(), "pulse"),
            self._watched(self.ephemeral.run(), "ephemeral"),
            self._watched(self.attendance.run(), "attendance"),
            self._watched(self.clock_watch.run(), "clock watch"),
        ]
        self.health.started = True
        try:
            yield
        finally:
            self.health.started = False
            await self.doorway.drain()
            try:
                async with asyncio.timeout(STOP_S_MAX):
                    await self.node.finished()
                    await self.means.store.marks.pace.drained()
                    await self.means.settler.drained()
                    if await self.bus.confirmed(HEARD_S_MAX):
                        await self.attendance.retire()
                    else:
                        log.warning("house.unheard")
            except TimeoutError:
                log.warning("house.unfinished")  # the sweep finishes it (P9)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await self.mongo.close()
            await self.files.close()

    async def _read_first(self) -> None:
        """What is asked of the database before anybody is let in. `server.core.start` has just seen that it can be used: a
        moment without it is waited out. Raises Unavailable when it lasts."""
        until = asyncio.get_running_loop().time() + START_S_MAX
        while True:
            try:
                async with ours():
                    return await self._read()
            except Unavailable as error:
                if asyncio.get_running_loop().time() > until:
                    raise
                log.warning("house.waits", code=error.code)
                await asyncio.sleep(START_AGAIN_S)

    async def _read(self) -> None:
        await prepare(self.mongo)
        await self.clock_watch.look()
        prefix = await self.means.store.facts.prefix()
        self.bus.belong_to(prefix)
        self.ephemeral.belong_to(prefix)
        if self.settings.development:
            self.means.clock.offset_ms = await self.means.store.facts.clock_offset_ms()

    def _watched(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """A background task without which the process is of no use."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._died)
        return task

    def _died(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        log.critical("house.task_died", task=task.get_name(), exc_info=task.exception())
        self.failed = True
        self.stop()


def create_app(settings: Settings, annex: Annex | None = None, clock: Clock | None = None) -> Starlette:
    """The ASGI application. `app.state.house` is its House. Tests may bring a clock of their own."""
    house = House(settings, clock)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(house.open())
            if annex is not None:
                await stack.enter_async_context(annex.open(house.means))
            yield

    safe = Middleware(SafeHeaders, settings=settings)
    app = Starlette(
        routes=[*(annex.routes(house.means) if annex is not None else ()), *house.routes()],
        middleware=[safe],
        exception_handlers={HTTPException: pages.unrouted(lambda: house.means)},
        lifespan=lifespan,
    )
    app.state.house = house
    return app


def _terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
