"""The calls of one line: how many at once, which wait for one another, and what each is answered.

Knows limits, order and answers. Refuses to know what commands do, who may do what (`dispatch`), and how it is known
who is on the line.
"""

from collections import deque
from collections.abc import Coroutine
from typing import Any, Final, Protocol

import msgspec
import structlog

from protocol.asked import Asked
from protocol.errors import ChattarError, Forbidden, InternalError, Unauthenticated
from protocol.frames import INBOUND_FRAME_BYTES_MAX, Call, CloseCode, ErrorFrame, Reply
from protocol.messages import MessageSend
from protocol.wire import Wire
from server.commands import ENTRIES, dispatch
from server.core.context import Context, Principal
from server.core.limits import Limits
from server.network.standing import SessionOver
from storage.mongo.connection import ours

log = structlog.get_logger(__name__)

AT_ONCE_MAX: Final = 32
"""Beyond it we read no further, and TCP lets the client wait."""
BYTES_AT_ONCE_MAX: Final = INBOUND_FRAME_BYTES_MAX
"""The same for the bytes of their frames."""


class Caller(Protocol):
    """A line with a person on it, as far as its calls go."""

    principal: Principal | None
    closed: bool
    doubts: int

    def context(self) -> Context:
        """Who asks, by what is known."""
        ...

    async def looked_up(self) -> Context:
        """Who asks, by what is true now. Raises SessionOver, Unavailable."""
        ...

    def expired(self) -> bool:
        """Whether the session's time is over."""
        ...

    async def settled(self) -> None:
        """Wait until it is known what the person may see, if that is just being looked up."""
        ...

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None: ...

    def read_on(self, wanted: bool, /) -> None:
        """Whether more is to be read from the client."""
        ...

    def send(self, frame: msgspec.Struct) -> None: ...

    def end(self, code: CloseCode, reason: str) -> None: ...


class Calls:
    """What one client has asked for and not been answered yet."""

    __slots__ = ("_caller", "_limits", "_sends", "count", "size")

    def __init__(self, caller: Caller, limits: Limits) -> None:
        self._caller = caller
        self._limits = limits
        self.count = 0
        self.size = 0
        """Bytes of their frames."""
        self._sends: deque[tuple[Call, int]] | None = None

    def take(self, call: Call, size: int) -> None:
        """Do a call that came in so many bytes, and answer it."""
        caller = self._caller
        entry = ENTRIES.get(type(call.command))
        if entry is None or entry.http_only:
            refusal = Forbidden("This command is for HTTP only.", reason="http_only")
            caller.send(ErrorFrame(error=refusal.problem, id=call.id))
            return
        self.count += 1
        self.size += size
        if self._busy:
            caller.read_on(False)
        if not isinstance(call.command, MessageSend):
            caller.spawn(self._answer(call, size), "call")
        elif self._sends is not None:
            self._sends.append((call, size))
        else:
            self._sends = deque([(call, size)])
            caller.spawn(self._send_in_order(), "messages in order")

    async def _send_in_order(self) -> None:
        """One after the other: a person's messages stand in the log in the order in which they were written."""
        try:
            while self._sends:
                await self._answer(*self._sends.popleft())
        finally:
            self._sends = None

    async def _answer(self, call: Call, size: int) -> None:
        caller = self._caller
        answer: msgspec.Struct
        over: CloseCode | None = None
        try:
            if caller.principal is None:
                raise Unauthenticated
            entry = ENTRIES[type(call.command)]
            await self._limits.command(caller.principal, entry.cost + entry.more(call.command))
            async with ours():
                answer = Reply(id=call.id, result=await self._done(call.command))
        except SessionOver as error:
            answer, over = ErrorFrame(error=error.problem, id=call.id), error.close_code
        except ChattarError as error:
            answer = ErrorFrame(error=error.problem.inside("command"), id=call.id)
        except Exception:
            log.exception("connection.call_failed", command=type(call.command).__name__)
            answer = ErrorFrame(error=InternalError().problem, id=call.id)
        was_busy = self._busy
        self.count -= 1
        self.size -= size
        if not caller.closed:
            if was_busy and not self._busy:
                caller.read_on(True)
            caller.send(answer)
            if over is not None:
                caller.end(over, "the session is over")

    async def _done(self, command: Asked) -> Wire:
        """The result of a command; of one that was overtaken by a change of access, what it is for who they are now.

        Else a list that was read a moment before could be told after `dropped` (AC-15). Commands may be given twice (P2).
        """
        caller = self._caller
        while True:
            sure = not caller.doubts and not caller.expired()
            context = caller.context() if sure else await caller.looked_up()
            result: Wire = await dispatch(context, command)
            await caller.settled()
            # Of who is in doubt, each call is answered for who they were found to be for it.
            same = caller.principal is context.asker or caller.principal == context.asker
            if caller.closed or (not sure if caller.doubts else same):
                return result

    @property
    def _busy(self) -> bool:
        return self.count >= AT_ONCE_MAX or self.size >= BYTES_AT_ONCE_MAX
