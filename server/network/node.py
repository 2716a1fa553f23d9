"""One process's outer ring: the bus on one side, the connections on the other, and what keeps both honest.

Turns messages of the bus into frames for topics, keeps the subscriptions that the hub needs, and runs the node's named
background tasks. Refuses to know what a client says (server.network.connection) and what frames mean.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final

import msgspec
import structlog

from protocol.frames import CloseCode
from protocol.wire import Id, Ms
from server.core.context import Means
from server.core.unheard import Unheard
from server.network.fanout import Fanout, Frame, Line
from server.network.healing import Healer
from server.network.hub import Channel, Hub, TopicName
from server.network.retelling import Retelling
from server.network.standing import Standing
from storage.mongo.connection import ours
from storage.redis.bus import EVERY_HUB, Bus, BusControl, BusEvent, BusState, decode_message, user_channel

log = structlog.get_logger(__name__)

LINGER_S: Final = 30.0
LINGER_CHECK_S: Final = 5.0
SWEEP_S: Final = 1.0
STATE_WAIT_S: Final = 0.05
"""Marks, typing and presence wait this long for an event to go with: alone they would cost as much as it does."""
CONFIRMATION_S_MAX: Final = 2.0
"""How long a connection waits for a Redis that is there. Without it, it goes live all the same: the log is compared often
then."""


class Node:
    """What the connections of this process share. `run` must run for as long as there are any."""

    def __init__(self, means: Means, bus: Bus, hub_id: str) -> None:
        self.means = means
        self.id = hub_id
        self.bus = bus
        self.hub = Hub()
        self.fanout = Fanout()
        self.standing = Standing(means.store, means.clock, self.fanout.flush)
        self.healer = Healer(self.hub, means.store, means.clock, self._firms, self._deliver, self)
        self.retelling = Retelling(self.hub, means.store, self._firms, self._state)
        self.retelling.missed(means.clock.now())
        self.unheard = Unheard(means.store.facts, means.clock, bus.unheard_s, hub_id)
        self.deaf = True
        """Nothing is heard of the others, nor of who lost access: lines get only what the log gave before a look-up."""
        self.on_deaf: list[Callable[[Ms], None]] = []
        """Told when some hub has heard nothing for so long."""
        self._deaf_since: Ms | None = None
        self.received = 0
        self.garbled = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended: set[Id] = set()
        """Rows of the trail by which lines were ended already."""
        self._deserted_at: dict[str, float] = {}
        self._last = Frame(b"")

    # lives

    async def run(self) -> None:
        """Keep everything going. Raises what any of the background tasks raised: a node doesn't limp on."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.bus.run(), name="bus")
            tasks.create_task(self.bus.subscribe([EVERY_HUB]), name="bus every hub")
            tasks.create_task(self.healer.watch(self._hears_all), name="position check")
            tasks.create_task(self.healer.watch_access(), name="changes of access")
            tasks.create_task(self._sweep(), name="slow clients")
            tasks.create_task(self._linger(), name="linger")

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run something that outlives the socket that asked for it: a write is never cancelled with its socket."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def finished(self) -> None:
        """Wait for everything that was spawned."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    # connections

    async def join(self, line: Line, topics: Iterable[TopicName]) -> None:
        """Make these the topics of a line; returns when Redis has confirmed their channels, or is away."""
        self.hub.join(line, topics)
        awaited: list[str] = []
        for topic in line.topics:
            channel = topic.channel
            self._deserted_at.pop(channel.name, None)
            if channel.began_at is None:
                awaited.append(channel.name)
        if not awaited:
            return
        if not await self.bus.reach(awaited, CONFIRMATION_S_MAX):
            log.warning("node.deaf", channels=len(awaited))
        now = self.means.clock.now()
        for name in awaited:
            if (begun := self.hub.channels.get(name)) is not None and begun.began_at is None:
                begun.began_at = now

    def leave(self, line: Line) -> None:
        """A line is gone."""
        self.fanout.congested.discard(line)
        self.hub.leave(line)

    def lines_of(self, user_id: Id) -> list[Any]:
        """The connections of a person on this node."""
        channel = self.hub.channels.get(user_channel(user_id))
        return [] if channel is None else [line for topic in channel.topics.values() for line in topic.members]

    # the bus

    def heard(self, messages: list[tuple[str, bytes]]) -> None:
        """Everything that one read of the bus held."""
        channels = self.hub.channels
        self.received += len(messages)
        wait_s = STATE_WAIT_S
        for name, payload in messages:
            try:
                message = decode_message(payload)
            except msgspec.DecodeError:
                self.garbled += 1
                log.warning("node.garbled", channel=name)
                continue
            channel = channels.get(name)
            if isinstance(message, BusControl):
                self.control(message)
            elif channel is None or not channel.topics:
                continue
            elif isinstance(message, BusEvent):
                self._deliver(channel, channel.admit(message), flush=False)
                wait_s = 0.0
                if channel.early and message.stream in channel.early:
                    self.healer.hole(channel, message.stream)
            else:
                self._state(channel, message)
        self.fanout.flush_in(wait_s)

    def _deliver(self, channel: Channel, events: list[BusEvent], *, flush: bool = True) -> None:
        for event in events:
            if event.access:
                # Before the event itself: nothing of what was lost may be delivered after it.
                self._access(event.stream[2:])
            topics = self.hub.audience(channel, event.account_id)
            for topic in topics:
                topic.recent[event.stream] = event.seq
            frame = self._last
            if frame.payload != event.frame:
                # Else it is the same event on the contacts' channel, as it was a moment ago on the staff's.
                frame = self._last = Frame(event.frame, event.stream, event.seq, event.account_id)
            self.fanout.put(topics, frame)
        if flush:
            self.fanout.flush()

    def _state(self, channel: Channel, state: BusState) -> None:
        frame = Frame(state.frame, None, 0, state.account_id, state.not_to, state.ephemeral)
        self.fanout.put(self.hub.audience(channel, state.account_id), frame)

    def control(self, control: BusControl) -> None:
        """Do what the hubs themselves are asked to."""
        match control.kind:
            case "access":
                self._access(control.user_id)
            case "session_ended" if control.user_id is not None:
                for line in self.lines_of(control.user_id):
                    if control.session_id in (None, line.session_id):
                        line.end(CloseCode.REVOKED, "the session has ended")
            case "gap":
                # What somebody has kept for us comes next, and may be older than a loss of access that we don't know.
                self.access_changed()
                self.doubt()
                self.retelling.missed(self.means.clock.now() - control.value)
                self.healer.look_now()
            case "deaf":
                for told in self.on_deaf:
                    told(control.value)
            case "clock_moved" if self.means.settings.development:
                self.means.clock.offset_ms = control.value
            case _:
                pass

    def _access(self, user_id: Id | None) -> None:
        self.access_changed()
        if user_id is None:
            return
        # What came before the change goes out before it.
        self.fanout.flush()
        for line in self.lines_of(user_id):
            line.access_changed()

    def access_changed(self) -> None:
        """Somebody's access has changed, or may have: what is remembered of anybody's may not be so any more."""
        self.means.store.readers.changed()

    def lost(self) -> None:
        """The bus has lost a connection."""
        if not self.bus.listening:
            self.deaf = True
            self.means.store.readers.heard(False)
            if self._deaf_since is None:
                self._deaf_since = self.means.clock.now()
            self.doubt()
        self.retelling.missed(self.means.clock.now())
        self.healer.look_now()

    def gap(self) -> None:
        """The bus carries everything again, and may have lost something before."""
        log.info("node.gap")
        self.deaf = False
        self.means.store.readers.heard(True)
        if self._deaf_since is not None:
            self.means.announcer.could_not_hear(max(0, self.means.clock.now() - self._deaf_since))
            self._deaf_since = None
        self.doubt()
        self.healer.look_now()

    def doubt(self, channel: Channel | None = None) -> None:
        """Deliver nothing more to those on a channel (None: to anybody) until `assure`: see server.network.standing."""
        self.fanout.flush()
        for line in self._on(channel):
            line.doubt()

    async def retell(self) -> None:
        """Tell of marks that may have been lost. Raises Unavailable."""
        await self.retelling.tell(self.means.clock.now(), deaf=self.deaf or self.unheard.others)

    async def ask_for_unheard(self) -> None:
        """Say it if nobody hears this node, and ask whom else nobody hears: what they have told is missing here. Raises
        Unavailable."""
        await self.unheard.say()
        since = await self.unheard.look()
        if since is not None:
            log.warning("node.others_unheard")
            self.retelling.missed(since)
            self.healer.look_now()

    def _hears_all(self) -> bool:
        return self.bus.whole and not self.unheard.others

    async def assure(self, channel: Channel | None = None) -> None:
        """Look up anew who those are and what they may see, and go on delivering. Raises Unavailable."""
        await self.standing.look(self._on(channel))

    async def end_ended(self, since: Ms) -> None:
        """End the lines of sessions that were ended since a time, whoever could not ring for it. Raises Unavailable."""
        firms = self._firms()
        if not firms:
            return
        async with ours():
            ended = await self.means.store.audit.ended_since(list(firms), since)
        people = {user_id for row, user_id in ended.items() if row not in self._ended}
        await self.standing.look({line for user_id in people for line in self.lines_of(user_id)})
        self._ended = set(ended)

    def _on(self, channel: Channel | None) -> set[Any]:
        if channel is None:
            return set(self.hub.members)
        return {line for topic in channel.topics.values() for line in topic.members}

    def _firms(self) -> set[Id]:
        return {line.firm_id for line in self.hub.members if line.firm_id}

    # the background

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            self.fanout.sweep()

    async def _linger(self) -> None:
        """Leave channels that nobody has listened to for a while: who reloads a page finds them still there."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LINGER_CHECK_S)
            deserted = self.hub.deserted()
            for name in deserted:
                self._deserted_at.setdefault(name, loop.time())
            gone = [name for name in deserted if loop.time() - self._deserted_at[name] > LINGER_S]
            for name in gone:
                del self._deserted_at[name]
                self.hub.forget(name)
            self.bus.unsubscribe(gone)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("node.task_failed", task=task.get_name(), exc_info=error)
