"""The bus: what nodes call out to each other over Redis publish/subscribe, and the connection that carries it.

Knows channels, envelopes, and how to notice that something may have been lost. A bell, not a book (P5): whatever is
lost here is found again in the log. Refuses to know who listens, and what is inside a frame.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, Literal

import msgspec
import structlog

from protocol.wire import Id
from storage.redis.link import Keeper
from storage.redis.publishing import Publishing
from storage.redis.subscribing import OnGap, OnMessages, Subscribing

log = structlog.get_logger(__name__)

HEARTBEAT_INTERVAL_S: Final = 2.0
HEARTBEAT_SILENCE_S_MAX: Final = 6.0
"""A frozen Redis keeps its connections open; without our own heartbeat nobody would notice."""

EVERY_HUB: Final = "h:all"
"""The channel that every hub listens to, besides its own."""


def firm_channel(firm_id: Id) -> str:
    """Everything of a firm, for its staff."""
    return f"f:{firm_id}"


def account_channel(account_id: Id) -> str:
    """What the contacts of an account may see: never an internal message, nor a trace of one (P7)."""
    return f"a:{account_id}"


def user_channel(user_id: Id) -> str:
    """One person's own stream, and what concerns their sessions and access."""
    return f"u:{user_id}"


def team_channel(firm_id: Id) -> str:
    """Whether a firm's team is online, for its contacts."""
    return f"p:{firm_id}"


def hub_channel(hub_id: str) -> str:
    """One hub's own channel: its heartbeat."""
    return f"h:{hub_id}"


class BusEvent(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """An event that is in the log. `frame` is its EventFrame as JSON, ready to be sent."""

    stream: str
    seq: int
    account_id: str | None
    frame: bytes
    access: bool = False
    """It says that the access of the stream's owner has changed."""


class BusState(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """State that is not in the log: a mark, typing or presence frame as JSON."""

    account_id: str | None
    """Who may see it within a firm's channel; None: everybody on the channel."""
    frame: bytes
    not_to: str | None = None
    """A person who need not be told: it is about them."""
    ephemeral: bool = True
    """May be left out for a client that reads slowly."""


ControlKind = Literal["access", "session_ended", "firm_changed", "clock_moved", "gap", "deaf"]


class BusControl(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """Something the hubs themselves must act on."""

    kind: ControlKind
    user_id: str | None = None
    """For access: None means somebody's, who need not be on any hub."""
    session_id: str | None = None
    """For session_ended: None means all of the person's sessions."""
    firm_id: str | None = None
    """Of firm_changed, which builds say that have no events for it: nobody listens."""
    value: int = 0
    """clock_moved: the offset; gap: how long its sender could not be heard; deaf: how long it could not hear; all in
    milliseconds."""


BusMessage = BusEvent | BusState | BusControl

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(BusMessage)


def encode_message(message: BusMessage) -> bytes:
    """The payload of a message."""
    return _encoder.encode(message)


def decode_message(payload: bytes) -> BusMessage:
    """The message of a payload. Raises msgspec.DecodeError for what no node of ours has sent."""
    message: BusMessage = _decoder.decode(payload)
    return message


class Bus:
    """Both halves over one Redis, watched by a heartbeat from one to the other.

    A process that only speaks (the scheduler) leaves out `hub_id` and the callbacks. `run` must run for as long as the
    bus is used; `publish` and `subscribe` may be called before, but not before `belong_to`.
    """

    def __init__(
        self,
        url: str,
        *,
        hub_id: str | None = None,
        on_messages: OnMessages | None = None,
        on_gap: OnGap | None = None,
        on_lost: Callable[[], None] | None = None,
        heartbeat_interval_s: float = HEARTBEAT_INTERVAL_S,
        silence_s_max: float = HEARTBEAT_SILENCE_S_MAX,
    ) -> None:
        self._own_channel = hub_channel(hub_id or "none")
        self._heartbeat_interval_s = heartbeat_interval_s
        self._silence_s_max = silence_s_max
        self._heard_at = 0.0
        self._on_messages = on_messages
        self._publishing = Publishing(url, self._apology)
        self._subscribing: Subscribing | None = None
        if on_messages is not None and hub_id is not None:
            self._subscribing = Subscribing(url, self._heard, on_gap or (lambda: None))
        for half in self._halves:
            half.on_lost = on_lost
        self._running: asyncio.Task[None] | None = None
        self.rebuilt = 0
        """How often a connection was given up because nothing came through it."""

    @property
    def published(self) -> int:
        """Messages handed to Redis or kept for it."""
        return self._publishing.published

    @property
    def dropped(self) -> int:
        """Messages that will never be sent: they are found in the log."""
        return self._publishing.dropped

    @property
    def whole(self) -> bool:
        """Whether nothing can be missed just now without our noticing."""
        return self._publishing.link is not None and (self._subscribing is None or self._subscribing.whole)

    def unheard_s(self) -> float:
        """How long nothing that was published may have reached anybody: see Publishing.unheard_s."""
        return self._publishing.unheard_s()

    @property
    def listening(self) -> bool:
        """Whether there is a connection to hear anything by; see `whole` for whether it carries everything."""
        return self._subscribing is not None and self._subscribing.link is not None

    @property
    def refusals(self) -> list[Keeper]:
        """The connections that Redis, though it can be reached, doesn't let us have."""
        return [half for half in self._halves if half.refused is not None]

    def belong_to(self, prefix: str) -> None:
        """Speak and listen on the channels of one installation (storage.facts), which no other hears."""
        for half in self._halves:
            half.prefix = prefix.encode()

    def publish(self, channel: str, payload: bytes) -> None:
        """Send to whoever listens; never waits, never raises."""
        self._publishing.publish(channel, payload)

    async def confirmed(self, patience_s: float) -> bool:
        """Wait, at most so long, until Redis has passed on all that was published by now; whether it has."""
        return await self._publishing.confirmed(patience_s)

    async def subscribe(self, channels: Iterable[str]) -> None:
        """Listen to channels; returns when Redis has confirmed every one, however long that takes."""
        await self._listener.subscribe(channels)

    async def reach(self, channels: Iterable[str], patience_s: float) -> bool:
        """Listen to channels without waiting for a Redis that is away: see Subscribing.reach."""
        return await self._listener.reach(channels, patience_s)

    def unsubscribe(self, channels: Iterable[str]) -> None:
        """Stop listening to channels."""
        self._listener.unsubscribe(channels)

    async def start(self, died: Callable[[str], None] | None = None) -> None:
        """Run in the background until `close`; doesn't wait for Redis. `died` is told the name of what has failed."""

        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled():
                log.critical("bus.task_died", exc_info=task.exception())
                if died is not None:
                    died(task.get_name())

        self._running = asyncio.create_task(self.run(), name="bus")
        self._running.add_done_callback(ended)

    async def close(self) -> None:
        """Send what was published, if Redis is there, and stop."""
        if self._running is None:
            return
        await asyncio.sleep(0)  # the turn of the loop in which what was just published is written
        self._running.cancel()
        await asyncio.wait([self._running])
        self._running = None

    async def run(self) -> None:
        """Keep the connections and watch them, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._publishing.run(), name="bus publishing")
            if self._subscribing is not None:
                tasks.create_task(self._subscribing.run(), name="bus subscribing")
                tasks.create_task(self._subscribing.subscribe([self._own_channel]), name="bus own channel")
            tasks.create_task(self._watch(), name="bus heartbeat")

    @property
    def _halves(self) -> list[Keeper]:
        return [self._publishing] if self._subscribing is None else [self._publishing, self._subscribing]

    @property
    def _listener(self) -> Subscribing:
        if self._subscribing is None:
            raise TypeError("this bus only speaks")
        return self._subscribing

    def _apology(self, away_s: float) -> tuple[str, bytes]:
        return EVERY_HUB, encode_message(BusControl("gap", value=round(away_s * 1000)))

    def _heard(self, messages: list[tuple[str, bytes]]) -> None:
        others = [message for message in messages if message[0] != self._own_channel]
        if len(others) != len(messages):
            self._heard_at = asyncio.get_running_loop().time()
        if others and self._on_messages is not None:
            self._on_messages(others)

    async def _watch(self) -> None:
        """Call to ourselves; give up a connection through which nothing came for too long."""
        loop = asyncio.get_running_loop()
        listening_since: float | None = None
        while True:
            if self._publishing.link is not None:
                self.publish(self._own_channel, b"")
            await asyncio.sleep(self._heartbeat_interval_s)
            self._publishing.make_up()
            if self._publishing.silent_s() > self._silence_s_max and self._publishing.link is not None:
                self._give_up(self._publishing)
            if self._subscribing is None or self._subscribing.link is None:
                listening_since = None
                continue
            listening_since = listening_since or loop.time()
            if loop.time() - max(listening_since, self._heard_at) > self._silence_s_max:
                listening_since = None
                self._give_up(self._subscribing)

    def _give_up(self, half: Publishing | Subscribing) -> None:
        self.rebuilt += 1
        log.warning("bus.silent", connection=half.name)
        if half.link is not None:
            half.link.abort()
