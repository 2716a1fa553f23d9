"""Commands and their answers over one connection to Redis: any number under way at once, none waited for long.

A connection that is away answers at once that it is; one that is lost fails all that is under way; one that owes an answer
for DEADLINE_S is given up. Knows the order of answers. Refuses to know what is asked.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import hiredis
import structlog

from storage.redis.link import Keeper, Link, RedisAway, RedisRefused, Reply, command

log = structlog.get_logger(__name__)

DEADLINE_S: Final = 1.0

Proof = Callable[[Link], Awaitable[None]]


class Asking(Keeper):
    """Asks over a connection of its own."""

    def __init__(self, url: str, name: str, needs: str, proof: Proof) -> None:
        super().__init__(url, name)
        self.needs = needs
        self.on_opened: Callable[[], None] | None = None
        """Called when the connection is there, for the first time or again."""
        self._proof = proof
        self._asked: deque[asyncio.Future[Reply]] = deque()

    async def ask(self, *commands: Sequence[bytes]) -> list[Reply]:
        """Send commands together; their answers, in order, refusals among them as hiredis.ReplyError.

        Raises RedisAway if Redis is away, or doesn't answer in DEADLINE_S: then they may or may not have been done.
        """
        link = self.link
        if link is None:
            raise RedisAway(self.refused or "there is no connection")
        loop = asyncio.get_running_loop()
        due = [loop.create_future() for _ in commands]
        self._asked.extend(due)
        link.write(b"".join(command(*parts) for parts in commands))
        try:
            async with asyncio.timeout(DEADLINE_S):
                return [await answer for answer in due]
        except TimeoutError:
            # Whoever asks next must not wait as well.
            log.warning("redis.silent", connection=self.name)
            link.abort()
            raise RedisAway(f"there was no answer in {DEADLINE_S} s") from None

    def give_up(self, refusal: str) -> None:
        """Redis refused something that it took when the connection was made: what it takes now is found out anew."""
        if self.link is not None:
            self.link.refuse(refusal)

    async def prove(self, link: Link) -> None:
        await self._proof(link)

    def opened(self, link: Link) -> None:
        if self.on_opened is not None:
            self.on_opened()

    def closed(self) -> None:
        asked, self._asked = self._asked, deque()
        for answer in asked:
            if not answer.done():
                answer.set_exception(RedisAway("the connection was lost"))
                answer.exception()  # whoever waited for the one before it hears of it there

    def replied(self, replies: Sequence[Reply]) -> None:
        for reply in replies:
            if not self._asked:
                self.give_up(str(reply) if isinstance(reply, hiredis.ReplyError) else "an answer that nobody asked for")
                return
            answer = self._asked.popleft()
            if not answer.done():
                answer.set_result(reply)


def refusal_among(replies: Sequence[Reply]) -> RedisRefused | None:
    """The first refusal, if there is any."""
    return next((RedisRefused(str(reply)) for reply in replies if isinstance(reply, hiredis.ReplyError)), None)
