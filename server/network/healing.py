"""Finding in the log what the bus has lost (P5): holes in a stream, and tails that nobody has seen.

A hole shows by itself when the event behind it comes. A lost tail shows only in the log, so each node compares the heads
it has delivered with those in the log: after every loss of Redis, every 30 s with jitter, and often while Redis is away or
somebody can't be heard.
Where the bus has lost an event it may have lost a bell as well, so what the log gives goes out only when it has been looked
up anew who may see it (AC-15). Knows channels and the log. Refuses to know sockets, and how somebody's access is looked up.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Final, Protocol

import structlog

from protocol.errors import ChattarError
from protocol.ids import StreamKind, split_stream
from protocol.wire import Id, Ms
from server.core.announce import bus_event
from server.core.clock import Clock
from server.network.hub import Channel, Hub
from storage.log.positions import Moved, access_changes_since, moved_since
from storage.redis.bus import BusEvent, account_channel, firm_channel, user_channel
from storage.store import Store

log = structlog.get_logger(__name__)

HOLE_PATIENCE_S: Final = 0.05
"""Two nodes' publishes may overtake each other: that is no loss."""
CHECK_INTERVAL_S: Final = 30.0
CHECK_WHILE_DEAF_S: Final = 2.0
ACCESS_CHECK_S: Final = 2.0
"""A node that alone has lost Redis can't tell the others whose access it has taken, nor whose session it has ended: they
ask the log for the one, and the trail for the other."""
OVERLAP_MS: Final = 15_000
"""How long an event may take from its time stamp to the log, with nodes' clocks apart."""
BEGAN_OVERLAP_MS: Final = 5_000
READ_EVENTS_MAX: Final = 500

Deliver = Callable[[Channel, list[BusEvent]], None]
"""Hands events that are next in their stream to the listeners of a channel."""


class Doubts(Protocol):
    """Who holds back what the log gives until it is known who may see it: see server.network.node."""

    def doubt(self, channel: Channel | None = None) -> None: ...

    async def assure(self, channel: Channel | None = None) -> None: ...

    async def retell(self) -> None: ...

    async def end_ended(self, since: Ms) -> None: ...

    async def ask_for_unheard(self) -> None: ...

    def access_changed(self) -> None: ...


class Healer:
    """Watches over the channels of a hub."""

    def __init__(
        self,
        hub: Hub,
        store: Store,
        clock: Clock,
        firms: Callable[[], set[Id]],
        deliver: Deliver,
        doubts: Doubts,
    ) -> None:
        self._hub = hub
        self._store = store
        self._clock = clock
        self._firms = firms
        self._deliver = deliver
        self._doubts = doubts
        self._at_work: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._checked_until: Ms = clock.now()
        self._check_now = asyncio.Event()
        self.holes = 0
        self.healed = 0
        """Events that were delivered from the log because the bus had not brought them."""
        self.checks = 0

    def look_now(self) -> None:
        """Something may have been lost: compare at once."""
        self._check_now.set()

    def hole(self, channel: Channel, stream: str) -> None:
        """An event of a stream is waiting behind one that is missing: fetch that one unless it comes right now."""
        key = (channel.name, stream)
        if key not in self._at_work:
            self._at_work[key] = asyncio.create_task(self._fill(channel, stream), name=f"hole in {stream}")

    async def watch(self, whole: Callable[[], bool]) -> None:
        """Compare heads for as long as the node lives."""
        while True:
            pause_s = CHECK_INTERVAL_S * random.uniform(0.75, 1.25) if whole() else CHECK_WHILE_DEAF_S
            try:
                async with asyncio.timeout(pause_s):
                    await self._check_now.wait()
            except TimeoutError:
                pass
            self._check_now.clear()
            try:
                await self.check()
            except ChattarError as error:
                log.warning("healing.postponed", code=error.code)
                self._check_now.set()
                await asyncio.sleep(CHECK_WHILE_DEAF_S)  # the database is away; try again soon, not at once

    async def watch_access(self) -> None:
        """Look for changes of access and ended sessions that nobody has rung for, for as long as the node lives."""
        while True:
            await asyncio.sleep(ACCESS_CHECK_S)  # the interval itself
            try:
                await self.check_access()
                await self._doubts.end_ended(self._clock.now() - OVERLAP_MS)
                await self._doubts.ask_for_unheard()
            except ChattarError as error:
                log.warning("healing.postponed", code=error.code)
                self.look_now()

    async def check_access(self) -> None:
        """Deliver changes of access of those who are here, if the bus hasn't, and go by them. Raises Unavailable."""
        for moved in await access_changes_since(self._store.mongo, self._clock.now() - OVERLAP_MS):
            self._doubts.access_changed()
            for channel in self._channels(moved):
                before = channel.head(moved.stream)
                await self._compare(channel, moved)
                if channel.head(moved.stream) != before:
                    await self._doubts.assure(channel)

    async def check(self) -> None:
        """Compare the heads delivered here with those in the log, and deliver what is missing to those who may see it.

        Also without anything missing it is looked up who may still be here. Raises Unavailable.
        """
        self.checks += 1
        now = self._clock.now()
        # A development clock may have been moved back.
        since = min(self._checked_until, now) - OVERLAP_MS
        firms = self._firms()
        found = await moved_since(self._store.mongo, list(firms), since) if firms else []
        # In any order: who gets any of it is in doubt from its first event on, and gets it by what is looked up below.
        for moved in found:
            for channel in self._channels(moved):
                await self._compare(channel, moved)
        await self._doubts.retell()
        await self._doubts.assure()
        self._checked_until = now

    def _channels(self, moved: Moved) -> list[Channel]:
        kind, owner = split_stream(moved.stream)
        if kind is StreamKind.USER:
            names = [user_channel(owner)]
        else:
            names = [firm_channel(moved.firm_id)]
            if kind is StreamKind.THREAD and moved.account_id is not None:
                names.append(account_channel(moved.account_id))
        found = (self._hub.channels.get(name) for name in names)
        return [channel for channel in found if channel is not None and channel.topics]

    async def _compare(self, channel: Channel, moved: Moved) -> None:
        head = channel.head(moved.stream)
        if head is None:
            # Nothing of this stream has come since we listen: what is older was the business of whoever came then.
            began_at = channel.began_at
            if began_at is None:
                return
            await self._read(channel, moved.stream, moved.first - 1, began_at - BEGAN_OVERLAP_MS)
        elif head < moved.last:
            await self._read(channel, moved.stream, head)

    async def _fill(self, channel: Channel, stream: str) -> None:
        try:
            await asyncio.sleep(HOLE_PATIENCE_S)
            while stream in channel.early and self._hub.channels.get(channel.name) is channel:
                self.holes += 1
                try:
                    await self._read(channel, stream, channel.head(stream) or 0)
                    self._deliver(channel, self._behind(channel, stream))
                    await self._doubts.assure(channel)
                except ChattarError as error:
                    log.warning("healing.postponed", stream=stream, code=error.code)
                    self.look_now()  # also for those who are in doubt now
                    await asyncio.sleep(CHECK_WHILE_DEAF_S)  # the database is away
        finally:
            del self._at_work[channel.name, stream]

    def _behind(self, channel: Channel, stream: str) -> list[BusEvent]:
        """What waits although the log was read to its end: it can't have a hole, so the head was not a position of it."""
        waiting = channel.early.get(stream)
        return channel.give_up(stream, min(waiting) - 1) if waiting else []

    async def _read(self, channel: Channel, stream: str, after: int, since: Ms = 0) -> None:
        """Deliver a stream from the log, from a position to its end; to be followed by `assure`."""
        doubted = False
        while True:
            events = await self._store.streams.read(stream, after, READ_EVENTS_MAX)
            for stored in events:
                if stored.at >= since and (admitted := channel.admit(bus_event(stored))):
                    if not doubted:
                        self._doubts.doubt(channel)
                        doubted = True
                    self.healed += 1
                    self._deliver(channel, admitted)
            if len(events) < READ_EVENTS_MAX:
                return
            after = events[-1].seq
