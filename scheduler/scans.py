"""Files that wait for the virus scanner (server.documents.scanning). Any number of schedulers may run it: who takes one
holds it for a while, and a dead one's is taken by the next. Refuses to know what is scanned.

Some are scanned at a time, and as long as any is, a place that is free takes what has come meanwhile. What goes wrong with
one holds up no other, and is given back: at once, or by the next tick where the database was away.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final

import structlog

from protocol.errors import ChattarError, Unavailable
from protocol.wire import Ms
from scheduler.turn import Ending, Turn
from server.core.context import Means
from server.documents import scanning
from storage.mongo.connection import ours
from storage.scans import ScanDoc

log = structlog.get_logger(__name__)

WORKERS_MAX: Final = 4
"""clamd has ten threads by default, and saves ask it as well."""
LOOK_S: Final = 2.0
"""So often it is looked for more while something is scanned."""


@dataclass(slots=True)
class Memory:
    """What a process keeps from tick to tick."""

    owed: dict[str, tuple[ScanDoc, bool]] = field(default_factory=dict)
    """What was taken and couldn't be given back, and whether that was a fault of ours. No more than WORKERS_MAX: a tick
    that can't give it back takes nothing."""
    unset_said: bool = False
    """Whether the log says that files wait that nobody here scans."""


MEMORY: Final = Memory()


async def tick(means: Means, now: Ms, turn: Turn, memory: Memory = MEMORY) -> int:
    """Have scanned what waits until nothing does, or the scanner is away; how much was. Without the setting only what
    follows from verdicts is done."""
    async with ours():
        for scan, fault in list(memory.owed.values()):
            await scanning.give_up(means, scan, now, fault=fault)
            del memory.owed[scan.id]
        if not means.settings.clamd and not memory.unset_said and await means.store.scans.waiting("waiting", 1):
            log.warning("scan.unset", expected="CHATTAR_CLAMD at each scheduler, since files are held until it is")
            memory.unset_said = True
    crew = _Crew(means, turn, memory)
    async with asyncio.TaskGroup() as group:
        await crew.keep_taking(group)
    if crew.failure is not None:
        raise crew.failure
    return crew.done


class _Crew:
    """Who scans during one tick."""

    def __init__(self, means: Means, turn: Turn, memory: Memory) -> None:
        self._means = means
        self._turn = turn
        self._memory = memory
        self._away = False
        """Somebody has met no scanner since it was last looked for more."""
        self.done = 0
        self.failure: Exception | None = None
        """Why nothing more was taken, for when those are through that had begun."""

    async def keep_taking(self, group: asyncio.TaskGroup) -> None:
        """Begin what is due wherever there is room, until nothing is and nobody is at anything."""
        running: set[asyncio.Task[None]] = set()
        while not self._turn.ending:
            if not self._away:
                try:
                    await self._fill(group, running)
                except Exception as error:
                    self.failure = error
                    return
            self._away = False
            if not running:
                return
            _, running = await asyncio.wait(running, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)

    async def _fill(self, group: asyncio.TaskGroup, running: set[asyncio.Task[None]]) -> None:
        while len(running) < WORKERS_MAX:
            scan = await scanning.next_one(self._means, await self._turn.now())
            if scan is None:
                return
            running.add(group.create_task(self._one(scan)))

    async def _one(self, scan: ScanDoc) -> None:
        try:
            if await self._turn.unless_ending(scanning.work(self._means, scan, self._turn.now)):
                self.done += 1
            else:
                self._away = True
        except Ending:
            await self._leave(scan)
        except Unavailable as error:
            log.warning("scan.postponed", sha256=scan.sha256, code=error.code)
            await self._give_up(scan, fault=False)
        except Exception:
            # A fault of ours, or something that this build can't read.
            log.exception("scan.fault", sha256=scan.sha256)
            await self._give_up(scan, fault=True)

    async def _leave(self, scan: ScanDoc) -> None:
        try:
            async with ours():
                await scanning.leave(self._means, scan, await self._turn.now())
        except ChattarError as error:
            # Another scheduler takes it once nobody can be at it any more.
            log.warning("scan.not_given_back", sha256=scan.sha256, code=error.code)

    async def _give_up(self, scan: ScanDoc, *, fault: bool) -> None:
        try:
            async with ours():
                await scanning.give_up(self._means, scan, await self._turn.now(), fault=fault)
        except ChattarError as error:
            log.warning("scan.not_given_back", sha256=scan.sha256, code=error.code)
            self._memory.owed[scan.id] = (scan, fault)
