"""Putting together what actions need: the database, the bus, the announcer, the settler. Web and scheduler do it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import structlog

from server import consequences
from server.consequences import Happened
from server.core.announce import Announcer
from server.core.clock import Clock
from server.core.context import Means
from server.core.files import place_of
from server.core.settings import Settings
from server.core.settle import Settler
from server.core.unheard import Unheard
from storage.log.streams import Stored
from storage.mongo.connection import Mongo, ours
from storage.mongo.migrations import prepare
from storage.redis.bus import Bus
from storage.redis.ephemeral import Ephemeral
from storage.store import Store

log = structlog.get_logger(__name__)


@asynccontextmanager
async def opened(settings: Settings, died: Callable[[str], None] | None = None) -> AsyncIterator[Means]:
    """The means of one process, with indexes made; closed, with everything settled, at the end.

    `died` is told when what runs beside it has failed, so that the process ends instead of limping on. Raises Unavailable
    when the database is away at the start.
    """
    mongo = Mongo(settings.mongo_url, settings.mongo_database)
    files = place_of(settings)
    store = Store(mongo, files)
    bus = Bus(settings.redis_url)
    async with ours():
        await prepare(mongo)
        bus.belong_to(await store.facts.prefix())
    await bus.start(died)
    means = assemble(settings, store, Announcer(bus))
    saying = asyncio.create_task(Unheard(store.facts, means.clock, bus.unheard_s).keep_saying(), name="unheard")
    saying.add_done_callback(lambda task: _ended(task, died))
    try:
        yield means
    finally:
        saying.cancel()
        await asyncio.wait([saying])
        await means.store.marks.pace.drained()
        await means.settler.drained()
        await bus.close()
        await files.close()
        await mongo.close()


def _ended(task: asyncio.Task[None], died: Callable[[str], None] | None) -> None:
    """Say why a task ended that goes on for as long as the process does, and tell whoever asked to be told."""
    if task.cancelled():
        return
    log.critical("means.task_died", task=task.get_name(), exc_info=task.exception())
    if died is not None:
        died(task.get_name())


def assemble(
    settings: Settings,
    store: Store,
    announcer: Announcer,
    clock: Clock | None = None,
    ephemeral: Ephemeral | None = None,
) -> Means:
    """The means over connections that somebody else opens and closes."""

    async def draw(happened: Happened) -> Sequence[Stored]:
        return await consequences.draw(means, happened)

    means = Means(
        store=store,
        announcer=announcer,
        clock=clock or Clock(),
        settings=settings,
        settler=Settler(draw),
        ephemeral=ephemeral,
    )
    return means
