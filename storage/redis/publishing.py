"""The speaking half of the bus: publishing that never waits and never raises.

What is published within one turn of the loop leaves in one write. What Redis has not confirmed is kept and sent again
when the connection comes back soon; hubs drop what they have heard before. Beyond that it is dropped and counted: the
log heals. Whoever could not be heard says so before all that was kept: others have gone on meanwhile.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import hiredis

from storage.redis.link import PROOF_CHANNEL, Keeper, Link, Reply

BACKLOG_BYTES_MAX: Final = 8 * 1024 * 1024
BACKLOG_AGE_S_MAX: Final = 10.0
"""After so long an absence what was kept is stale, and everybody has looked into the log anyway."""


class Publishing(Keeper):
    """Sends PUBLISH commands over a connection of its own."""

    needs = "PUBLISH to the channels PREFIX*"

    def __init__(
        self, url: str, apology: Callable[[float], tuple[str, bytes]] | None = None, name: str = "publish"
    ) -> None:
        """`apology` makes the message, and its channel, that says for how many seconds we could not be heard."""
        super().__init__(url, name)
        self._apology = apology
        self.published = 0
        self.dropped = 0
        self._unsent: list[bytes] = []
        self._unconfirmed: deque[bytes] = deque()
        self._backlog_bytes = 0
        self._flush_planned = False
        self._silent_since: float | None = None
        self._closed_at: float | None = None
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._dropping_since: float | None = None
        """Since when something was dropped that nobody has been told of."""

    def publish(self, channel: str, payload: bytes) -> None:
        """Send to whoever listens. What can't be sent is kept within limits, then dropped and counted."""
        if self.link is None and self._closed_at is None:
            self._closed_at = asyncio.get_running_loop().time()  # Redis was not there when we began
        if self._backlog_bytes > BACKLOG_BYTES_MAX:
            self._drop(1)
            return
        sent = self._command(channel, payload)
        self._unsent.append(sent)
        self._backlog_bytes += len(sent)
        self.published += 1
        if not self._flush_planned:
            self._flush_planned = True
            asyncio.get_running_loop().call_soon(self._flush)

    async def confirmed(self, patience_s: float) -> bool:
        """Wait until Redis has taken all that was published by now, or knows that it won't come; at most so long."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = (self.published, waiter)
        self._waiting.append(waiting)
        self._wake()
        try:
            async with asyncio.timeout(patience_s):
                await waiter
        except TimeoutError:
            return False
        finally:
            self._waiting.remove(waiting)
        return True

    def unheard_s(self) -> float:
        """How long, at most, something that was published has reached nobody; 0.0 while all of it does. A moment is nothing
        special: whatever is on its way counts."""
        closed_at = self._closed_at if self.link is None else None
        began = [at for at in (closed_at, self._silent_since, self._dropping_since) if at is not None]
        return asyncio.get_running_loop().time() - min(began) if began else 0.0

    def silent_s(self) -> float:
        """How long Redis has owed us a confirmation without giving any."""
        if self._silent_since is None:
            return 0.0
        return asyncio.get_running_loop().time() - self._silent_since

    async def prove(self, link: Link) -> None:
        await link.ask(b"PUBLISH", self.prefix + PROOF_CHANNEL, b"")

    def opened(self, link: Link) -> None:
        self._silent_since = None
        now = asyncio.get_running_loop().time()
        if self._closed_at is not None and now - self._closed_at > BACKLOG_AGE_S_MAX:
            self._drop(len(self._unsent))
            self._unsent.clear()
            self._backlog_bytes = 0
        if self._closed_at is not None:
            self._apologise(self._closed_at)
        self._flush()

    def make_up(self) -> None:
        """Tell of what was dropped meanwhile, if there is room again. To be called every few seconds."""
        if self.link is not None and self._dropping_since is not None and self._backlog_bytes < BACKLOG_BYTES_MAX:
            self._apologise(self._dropping_since)
            self._flush()

    def closed(self) -> None:
        self._closed_at = asyncio.get_running_loop().time()
        self._silent_since = None
        self._unsent[:0] = self._unconfirmed
        self._unconfirmed.clear()

    def replied(self, replies: Sequence[Reply]) -> None:
        for reply in replies:
            if isinstance(reply, hiredis.ReplyError):
                self._refuse(reply)
                return
            self._backlog_bytes -= len(self._unconfirmed.popleft())
        self._silent_since = asyncio.get_running_loop().time() if self._unconfirmed else None
        if self._waiting:
            self._wake()

    def _wake(self) -> None:
        done = self.published - len(self._unsent) - len(self._unconfirmed)
        for published, waiter in self._waiting:
            if published <= done and not waiter.done():
                waiter.set_result(None)

    def _refuse(self, reply: hiredis.ReplyError) -> None:
        """Redis didn't take a message, or said something that nobody has asked for: it won't take the next one either.

        Whatever is not confirmed is sent again, should it let us in again soon; but for what it has refused.
        """
        if self._unconfirmed:
            self._backlog_bytes -= len(self._unconfirmed.popleft())
            self._drop(1)
        if self.link is not None:
            self.link.refuse(str(reply))

    def _drop(self, messages: int) -> None:
        self.dropped += messages
        if self._dropping_since is None:
            self._dropping_since = asyncio.get_running_loop().time()

    def _apologise(self, since: float) -> None:
        """Say, before anything else that waits, since when we could not be heard."""
        if self._apology is None:
            return
        since, self._dropping_since = min(since, self._dropping_since or since), None
        sent = self._command(*self._apology(asyncio.get_running_loop().time() - since))
        self._unsent.insert(0, sent)
        self._backlog_bytes += len(sent)

    def _command(self, channel: str, payload: bytes) -> bytes:
        name = self.prefix + channel.encode()
        return b"*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % (len(name), name, len(payload), payload)

    def _flush(self) -> None:
        self._flush_planned = False
        if self.link is None or not self._unsent:
            return
        self.link.write(b"".join(self._unsent))
        self._unconfirmed.extend(self._unsent)
        self._unsent.clear()
        if self._silent_since is None:
            self._silent_since = asyncio.get_running_loop().time()
