"""One client's conversation: hello, catching up, live, calls and their answers, and the end.

A connection is a line with a person on it. It holds no task while it is idle. Knows the conversation's order and limits.
Refuses to know what commands do, who may do what (`dispatch`), and how bytes travel.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from typing import Final, Protocol

import msgspec
import structlog

from protocol.commands import Asked, MessageSend
from protocol.entities import Side
from protocol.errors import ChattarError, Forbidden, InternalError, Invalid, Unauthenticated
from protocol.frames import (
    HELLO_DEADLINE_S,
    INVALID_FRAMES_MAX,
    Call,
    CloseCode,
    Dropped,
    ErrorFrame,
    Hello,
    Live,
    Reply,
    Welcome,
    decode_client_frame,
    encode,
)
from protocol.ids import user_stream
from protocol.reading import partial_id
from protocol.wire import Codec, Id, Ms, Wire
from server import auth, resume
from server.actions import sessions
from server.commands import ENTRIES, dispatch
from server.context import Context, Origin, Principal
from server.fanout import Frame, Line
from server.hub import own_topic, topics_of
from server.limits import Limits
from server.node import Node
from server.wire import WireLike
from storage.mongo import ours

log = structlog.get_logger(__name__)

CALLS_AT_ONCE_MAX: Final = 32
"""Beyond it we read no further, and TCP lets the client wait."""
EARLY_CALLS_MAX: Final = 64
"""Calls sent before `live`; they wait for it."""
RESUME_ATTEMPTS_MAX: Final = 3
RELOAD_PAUSE_S: Final = 1.0

_LIVE: Final = Live()


@dataclass(frozen=True, slots=True)
class Visitor:
    """What the handshake said: everything that is needed of the request once its headers are gone."""

    origin: Origin
    cookie_token: str | None
    """Only if the page that opened the socket is one of ours."""
    page: str | None
    """The Origin header."""


class Doorway(Protocol):
    """What a connection needs of where it came in: see server.doorway."""

    limits: Limits
    hellos: asyncio.Semaphore

    async def epoch(self) -> str: ...

    def entered(self, connection: "Connection") -> None: ...

    def left(self, connection: "Connection") -> None: ...


class Connection(Line):
    """A socket and who is at the other end."""

    __slots__ = (
        "_calls", "_deadline", "_early", "_invalid", "_node", "_origin", "_reloaded", "_reloads", "_sends", "_visitor",
        "closed", "codec", "doorway", "expires_at", "firm_id", "live", "principal", "slot",
    )  # fmt: skip

    def __init__(self, node: Node, doorway: Doorway, wire: WireLike, codec: Codec, visitor: Visitor) -> None:
        super().__init__(wire, codec, "", "")
        self._node = node
        self.doorway = doorway
        self.codec: Codec = codec
        self._visitor: Visitor | None = visitor
        self._origin = visitor.origin
        self.principal: Principal | None = None
        self.firm_id: Id = ""
        self.expires_at: Ms = 0
        self.live = False
        self.closed = False
        self.slot = 0
        self._calls = 0
        self._invalid = 0
        self._reloads = 0
        self._reloaded: asyncio.Future[None] | None = None
        """While the person's access is being looked up anew: done when it is known."""
        self._early: list[Call] | None = None
        self._sends: deque[Call] | None = None
        self._deadline: asyncio.TimerHandle | None = asyncio.get_running_loop().call_later(
            HELLO_DEADLINE_S, self.end, CloseCode.HELLO_TIMEOUT, "no hello in time"
        )

    # what the wire says

    def on_message(self, data: bytes) -> None:
        """The client said something."""
        if self.closed:
            return
        try:
            frame = decode_client_frame(data, self.codec)
        except Invalid as error:
            self._invalid += 1
            self.send(ErrorFrame(error=error.problem, id=partial_id(data, self.codec)))
            if self._invalid > INVALID_FRAMES_MAX:
                self.end(CloseCode.BAD_FRAMES, "too many frames that could not be understood")
            return
        if isinstance(frame, Hello):
            self._hello(frame)
        elif self.live:
            self._call(frame)
        elif self._visitor is not None:
            self.end(CloseCode.BAD_FRAMES, "say hello first")
        else:
            self._early = self._early or []
            self._early.append(frame)
            if len(self._early) > EARLY_CALLS_MAX:
                self.end(CloseCode.BAD_FRAMES, "too many calls before live")

    def on_congested(self, congested: bool) -> None:
        """The client reads too slowly, or has caught up."""
        self._node.fanout.congest(self, congested)

    def on_closed(self) -> None:
        """Nothing can be sent any more; what was asked for is still done."""
        if self.closed:
            return
        self.closed = True
        self.live = False
        self._stop_deadline()
        self._node.leave(self)
        self.parts.clear()
        self.held = None
        self.doorway.left(self)

    # what the others say

    def send(self, frame: msgspec.Struct) -> None:
        """Say something to this client, at the end of this turn of the loop."""
        if not self.closed:
            self._node.fanout.send(self, encode(frame, self.codec))

    def pass_on(self, frame: Frame) -> None:
        """Send what others get too: its bytes are built once."""
        if not self.closed:
            self._node.fanout.send_framed(self, frame.bytes_for(self.binary))

    def end(self, code: CloseCode, reason: str) -> None:
        """Close, after what was said before."""
        if self.closed:
            return
        self._node.fanout.flush()
        self.wire.close(code, reason)
        self.on_closed()

    def access_changed(self) -> None:
        """Deliver nothing more until it is known what this person may see now (AC-15)."""
        if self.closed:
            return
        if not self.live:
            # It is just catching up, by what was true before.
            self.end(CloseCode.TRY_AGAIN, "access has changed")
            return
        self.hold()
        self._reloads += 1
        if self._reloads == 1:
            self._reloaded = asyncio.get_running_loop().create_future()
            self._node.spawn(self._reload(self._reloaded), "reload access")

    # hello

    def _hello(self, hello: Hello) -> None:
        visitor, self._visitor = self._visitor, None
        if visitor is None:
            self.end(CloseCode.BAD_FRAMES, "hello was said already")
            return
        self._stop_deadline()
        if hello.utc_offset_minutes is not None:
            # A browser's socket can't send the header in which HTTP says it.
            self._origin = replace(self._origin, utc_offset_minutes=hello.utc_offset_minutes)
        self._node.spawn(self._welcome(hello, visitor), "hello")

    async def _welcome(self, hello: Hello, visitor: Visitor) -> None:
        try:
            async with self.doorway.hellos:
                if not self.closed:
                    await self._catch_up(hello, visitor)
        except Unauthenticated as error:
            self.send(ErrorFrame(error=error.problem))
            self.end(CloseCode.UNAUTHENTICATED, "log in first")
        except auth.OtherPerson as error:
            self.send(ErrorFrame(error=error.problem))
            self.end(CloseCode.OTHER_PERSON, "somebody else is logged in here now")
        except ChattarError as error:
            self.send(ErrorFrame(error=error.problem))
            self.end(CloseCode.TRY_AGAIN, "not possible at the moment")
        except Exception:
            log.exception("connection.hello_failed")
            self.end(CloseCode.TRY_AGAIN, "our fault")

    async def _login(self, hello: Hello, visitor: Visitor) -> Principal:
        """Who it is, by what is true once we hear of every change to it: access lost meanwhile can't slip through."""
        means, people = self._node.means, self._node.means.store.people
        now = auth.real_now(means.clock)
        token = hello.token if hello.token is not None or hello.identity is not None else visitor.cookie_token
        side: Side
        if token is not None:
            async with ours():
                session = await people.session(token, now)
            if session is None:
                raise Unauthenticated("The session is not valid, or not any more.")
            user_id, side, session_id = session.user_id, session.side, session.session_id
            self.expires_at = session.expires_at
        elif hello.identity is not None:
            login = await auth.login_from_identity(
                means.store, means.clock, hello.identity, visitor.page, means.settings.origins
            )
            user_id, side, session_id = login.principal.user_id, login.principal.side, login.principal.session_id
            self.expires_at = login.expires_at
        else:
            raise Unauthenticated
        auth.hold_to(hello.person, user_id, "$.person")
        self.user_id, self.session_id = user_id, session_id
        await self._node.join(self, [own_topic(user_id)])
        if token is not None:
            async with ours():
                if await people.session(token, now) is None:
                    raise Unauthenticated("The session is not valid, or not any more.")
        principal = await auth.principal_of(means.store, user_id, side, session_id)
        if principal is None:
            raise Unauthenticated("There is no access any more.")
        return principal

    async def _catch_up(self, hello: Hello, visitor: Visitor) -> None:
        """The order matters: listening first, then reading. What happens in between is held, and is known twice."""
        node, store = self._node, self._node.means.store
        self.hold()
        principal = self.principal = await self._login(hello, visitor)
        self.firm_id = principal.firm_id
        if not self._gone():
            await node.join(self, topics_of(principal))
        if self._gone():
            node.leave(self)
            return
        epoch = await self.doorway.epoch()
        own = user_stream(principal.user_id)
        positions = hello.positions
        planned = await resume.plan(store, principal, positions, own, same_epoch=hello.epoch in (None, epoch))
        me = await sessions.me_of(self._context(), principal)
        if self._gone() or self.held is None:
            return
        self.send(
            Welcome(session=principal.session_id, me=me, at=node.means.clock.now(), epoch=epoch, heads=planned.heads)
        )
        try:
            await resume.close_holes(store, planned, self.held)
        except resume.HeldTooMuch:
            self.overflowed = True
        if self.overflowed:
            self.end(CloseCode.TRY_AGAIN, "too much happened meanwhile")
        elif not self._gone():
            self._go_live(planned)

    def _go_live(self, planned: resume.Plan) -> None:
        """Without letting the loop turn: what is held is all there is between the log and what comes next."""
        fresh = resume.merge(planned, self.held or [])
        self.release(planned.reached)
        for frame in [*planned.frames, *fresh]:
            self.pass_on(frame)
        self.send(_LIVE)
        self.live = True
        self.doorway.entered(self)
        early, self._early = self._early or [], None
        for call in early:
            self._call(call)

    # access

    async def _reload(self, done: asyncio.Future[None]) -> None:
        try:
            await self._look_up_access()
        finally:
            self._reloaded = None
            done.set_result(None)

    async def _look_up_access(self) -> None:
        store, before = self._node.means.store, self.principal
        assert before is not None
        while not self.closed:
            told = self._reloads
            try:
                now = await auth.reload(store, before)
                if told == self._reloads:
                    await self._node.join(self, topics_of(now))
            except Unauthenticated:
                self.end(CloseCode.REVOKED, "there is no access any more")
                return
            except ChattarError as error:
                log.warning("connection.reload_postponed", code=error.code)
                await asyncio.sleep(RELOAD_PAUSE_S)  # the database is away; meanwhile nothing is delivered
                continue
            if told == self._reloads:
                self._reloads = 0
                self._with_access(before, now)
                return

    def _with_access(self, before: Principal, now: Principal) -> None:
        """Go on with other access: first say what is lost, then deliver what was held and may still be seen."""
        if self.closed:
            self._node.leave(self)
            return
        self.principal = now
        if self.overflowed or (before.sees_all and not now.sees_all):
            # Which accounts are lost is not written down anywhere: connecting again asks for each stream.
            self.end(CloseCode.TRY_AGAIN, "access has changed")
            return
        if not now.sees_all:
            for account_id in sorted(before.account_ids - now.account_ids):
                self.send(Dropped(account_id=account_id))
        for frame in self.release(None):
            if frame.account_id is None or now.sees(frame.account_id):
                self.pass_on(frame)

    # calls

    def _call(self, call: Call) -> None:
        entry = ENTRIES.get(type(call.command))
        if entry is None or entry.http_only:
            refusal = Forbidden("This command is for HTTP only.", reason="http_only")
            self.send(ErrorFrame(error=refusal.problem, id=call.id))
            return
        self._calls += 1
        if self._calls == CALLS_AT_ONCE_MAX:
            self.wire.pause_reading()
        if not isinstance(call.command, MessageSend):
            self._node.spawn(self._answer(call), "call")
        elif self._sends is not None:
            self._sends.append(call)
        else:
            self._sends = deque([call])
            self._node.spawn(self._send_in_order(), "messages in order")

    async def _send_in_order(self) -> None:
        """One after the other: a person's messages stand in the log in the order in which they were written."""
        try:
            while self._sends:
                await self._answer(self._sends.popleft())
        finally:
            self._sends = None

    async def _answer(self, call: Call) -> None:
        answer: msgspec.Struct
        try:
            await self.doorway.limits.command(self._context().principal, ENTRIES[type(call.command)].cost)
            async with ours():
                answer = Reply(id=call.id, result=await self._done(call.command))
        except ChattarError as error:
            answer = ErrorFrame(error=error.problem.inside("command"), id=call.id)
        except Exception:
            log.exception("connection.call_failed", command=type(call.command).__name__)
            answer = ErrorFrame(error=InternalError().problem, id=call.id)
        self._calls -= 1
        if not self.closed:
            if self._calls == CALLS_AT_ONCE_MAX - 1:
                self.wire.resume_reading()
            self.send(answer)

    async def _done(self, command: Asked) -> Wire:
        """The result of a command; of one that was overtaken by a change of access, what it is for who they are now.

        Else a list that was read a moment before could be told after `dropped` (AC-15). Commands may be given twice (P2).
        """
        while True:
            context = self._context()
            result: Wire = await dispatch(context, command)
            while self._reloaded is not None:
                await asyncio.shield(self._reloaded)
            if self.closed or self.principal is context.asker:
                return result

    def _context(self) -> Context:
        return Context(self._node.means, self.principal, self._origin)

    def _gone(self) -> bool:
        """Whether it was closed while we waited for something."""
        return self.closed

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def look_after(self) -> None:
        """Now and then: the bus has brought what the log gave before it, and a session may have run out."""
        if self.ahead is not None:
            self.ahead = None
            self.look()
        if self.expires_at <= auth.real_now(self._node.means.clock):
            self._node.spawn(self._look_at_session(), "look at session")

    async def _look_at_session(self) -> None:
        """Close unless the session was renewed in band (`session.renew`)."""
        means = self._node.means
        try:
            async with ours():
                session = await means.store.people.session_by_id(self.session_id, auth.real_now(means.clock))
        except ChattarError as error:
            log.warning("connection.look_postponed", code=error.code)
            return
        if session is None:
            self.end(CloseCode.UNAUTHENTICATED, "the session has run out")
        else:
            self.expires_at = session.expires_at
