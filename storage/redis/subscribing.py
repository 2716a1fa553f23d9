"""The listening half of the bus: subscriptions that are confirmed, kept, and made anew after every loss.

Owns its connection, so no loss can hide from it (redis-py connects again silently). That something may have been missed
is said with `on_gap`; finding it in the log is the hub's work.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import hiredis

from storage.redis.link import PROOF_CHANNEL, Keeper, Link, Reply, command

CHANNELS_PER_COMMAND_MAX: Final = 1000

OnMessages = Callable[[list[tuple[str, bytes]]], None]
OnGap = Callable[[], None]


class Subscribing(Keeper):
    """Subscriptions over a connection of its own. `on_messages` gets all that one read held, in order."""

    needs = "SUBSCRIBE and UNSUBSCRIBE to the channels PREFIX*"

    def __init__(self, url: str, on_messages: OnMessages, on_gap: OnGap, name: str = "subscribe") -> None:
        super().__init__(url, name)
        self._on_messages = on_messages
        self._on_gap = on_gap
        self._wanted: dict[bytes, str] = {}
        self._confirmations_due: dict[bytes, int] = {}
        self._confirmed: set[bytes] = set()
        self._waiting: dict[bytes, asyncio.Future[None]] = {}
        self._gap_to_tell = False
        self._unsent: list[bytes] = []
        self._gathering = False

    @property
    def whole(self) -> bool:
        """Connected, and every wanted channel confirmed: nothing can be missed now without our noticing."""
        return self.link is not None and len(self._confirmed) == len(self._wanted)

    async def subscribe(self, channels: Iterable[str]) -> None:
        """Listen to channels; returns when Redis has confirmed every one, however long that takes."""
        for future in self._want(channels):
            await asyncio.shield(future)  # shared with others who wait for the same channel

    async def reach(self, channels: Iterable[str], patience_s: float) -> bool:
        """Listen to channels: whether Redis has confirmed every one. They stay wanted if it has not.

        Waits `patience_s` at most, and not at all for a connection that is away or goes away meanwhile.
        """
        due, link = self._want(channels), self.link
        if link is None or not due:
            return not due
        confirmed: asyncio.Future[Any] = asyncio.gather(*(asyncio.shield(future) for future in due))
        try:
            await asyncio.wait({confirmed, link.lost}, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
            return confirmed.done()
        finally:
            confirmed.cancel()

    def _want(self, channels: Iterable[str]) -> list[asyncio.Future[None]]:
        """Ask for channels; what is still to be confirmed."""
        loop = asyncio.get_running_loop()
        new: list[bytes] = []
        futures: list[asyncio.Future[None]] = []
        for channel in channels:
            name = self.prefix + channel.encode()
            if name not in self._wanted:
                self._wanted[name] = channel
                new.append(name)
            if name not in self._confirmed:
                futures.append(self._waiting.setdefault(name, loop.create_future()))
        self._unsent += new
        if new and not self._gathering:
            self._send_unsent()
            self._gathering = True
            loop.call_soon(self._gathered)  # what is asked for in the rest of this turn goes together
        return futures

    def unsubscribe(self, channels: Iterable[str]) -> None:
        """Stop listening; messages already on their way are dropped."""
        self._send_unsent()  # in the order in which it was asked for
        asked = (self.prefix + channel.encode() for channel in channels)
        names = [name for name in asked if self._wanted.pop(name, None) is not None]
        self._confirmed.difference_update(names)
        for name in names:
            if (future := self._waiting.pop(name, None)) is not None and not future.done():
                future.set_result(None)  # nobody wants it any more, so nobody need wait
        if self.link is not None:
            for batch in _batches(names):
                self.link.write(command(b"UNSUBSCRIBE", *batch))

    async def prove(self, link: Link) -> None:
        await link.ask(b"SUBSCRIBE", self.prefix + PROOF_CHANNEL)
        await link.ask(b"UNSUBSCRIBE", self.prefix + PROOF_CHANNEL)

    def opened(self, link: Link) -> None:
        self._gap_to_tell = True
        self._unsent.clear()
        self._send_subscribe(list(self._wanted))

    def closed(self) -> None:
        self._confirmed.clear()
        self._confirmations_due.clear()

    def replied(self, replies: Sequence[Reply]) -> None:
        messages: list[tuple[str, bytes]] = []
        wanted = self._wanted
        for reply in replies:
            if isinstance(reply, hiredis.ReplyError):
                if self.link is not None:
                    self.link.refuse(str(reply))
                break
            kind = reply[0]
            if kind == b"message":
                channel = wanted.get(reply[1])
                if channel is not None:
                    messages.append((channel, reply[2]))
            elif kind == b"subscribe":
                self._confirm(reply[1])
        if messages:
            self._on_messages(messages)
        if self._gap_to_tell and self.whole:
            # Only now: what is lost after this moment shows in the log later than what we are about to read there.
            self._gap_to_tell = False
            self._on_gap()

    def _confirm(self, name: bytes) -> None:
        due = self._confirmations_due.get(name, 0) - 1
        if due > 0:
            # Subscribed, left and subscribed again within a round trip: this confirms the first, and a message
            # between the leaving and the second would be lost.
            self._confirmations_due[name] = due
            return
        self._confirmations_due.pop(name, None)
        if name in self._wanted:
            self._confirmed.add(name)
            if (future := self._waiting.pop(name, None)) is not None and not future.done():
                future.set_result(None)

    def _gathered(self) -> None:
        self._gathering = False
        self._send_unsent()

    def _send_unsent(self) -> None:
        names, self._unsent = self._unsent, []
        self._send_subscribe(names)

    def _send_subscribe(self, names: Sequence[bytes]) -> None:
        if self.link is None:
            return
        for name in names:
            self._confirmations_due[name] = self._confirmations_due.get(name, 0) + 1
        for batch in _batches(names):
            self.link.write(command(b"SUBSCRIBE", *batch))


def _batches(names: Sequence[bytes]) -> Iterable[Sequence[bytes]]:
    for start in range(0, len(names), CHANNELS_PER_COMMAND_MAX):
        yield names[start : start + CHANNELS_PER_COMMAND_MAX]
