"""One client's conversation: hello, catching up, live, and the end.

A connection is a line with a person on it. It holds no task while it is idle. Knows the conversation's order.
Refuses to know how a proof is looked up (`arrival`), how calls are done and answered (`calls`), and how bytes travel.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, Final, Protocol

import msgspec
import structlog

from protocol.errors import ChattarError, Invalid, Unauthenticated
from protocol.frames import (
    HELLO_DEADLINE_S,
    INVALID_FRAMES_MAX,
    PULSE_INTERVAL_S,
    READ_FRAME_BYTES_MAX,
    Call,
    CloseCode,
    Dropped,
    ErrorFrame,
    Hello,
    Live,
    Welcome,
    decode_client_frame,
    encode,
)
from protocol.ids import user_stream
from protocol.reading import partial_id
from protocol.wire import Codec, Id, Ms
from server.core import auth
from server.core.context import Context, Principal
from server.core.limits import Limits
from server.inbox import actions as inbox
from server.network import resume
from server.network.arrival import Visitor, admit, recognise
from server.network.calls import Calls
from server.network.fanout import Frame, Line
from server.network.hub import own_topic, topics_of
from server.network.node import Node
from server.network.wire import WireLike
from server.sessions import actions as sessions
from storage.mongo.connection import ours

log = structlog.get_logger(__name__)

EARLY_CALLS_MAX: Final = 64
"""Calls sent before `live`; they wait for it."""
RELOAD_PAUSE_S: Final = 1.0

_LIVE: Final = Live()


class Doorway(Protocol):
    """What a connection needs of where it came in: see server.network.doorway."""

    limits: Limits
    hellos: asyncio.Semaphore

    async def epoch(self) -> str: ...

    def recognised(self, connection: "Connection") -> None: ...

    def entered(self, connection: "Connection") -> None: ...

    def left(self, connection: "Connection") -> None: ...


class Connection(Line):
    """A socket and who is at the other end."""

    __slots__ = (
        "_deadline", "_early", "_invalid", "_node", "_origin", "_reloaded", "_reloads", "_visitor", "address", "calls",
        "closed", "codec", "doorway", "doubts", "expires_at", "firm_id", "has_session", "live",
        "principal", "recognised", "slot", "with_firm",
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
        self.has_session = False
        """Not a widget's identity."""
        self.doubts = 0
        """How often it was doubted who may be here and see what, since that was last looked up (network.standing)."""
        self.with_firm = False
        """Its client follows the firm's own stream."""
        self.live = False
        self.closed = False
        self.slot = 0
        self.address = ""
        """Whose it is as far as its address says (server.core.limits.address_key)."""
        self.recognised = False
        """Whether it counts as one of somebody who is logged in."""
        self.calls = Calls(self, doorway.limits)
        self._invalid = 0
        self._reloads = 0
        self._reloaded: asyncio.Future[None] | None = None
        """While the person's access is being looked up anew: done when it is known."""
        self._early: list[tuple[Call, int]] | None = None
        # Until hello is said; later, shortly before the session runs out, its end.
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
            if self._visitor is not None:
                # Without a word, its time would run out, and 4003 asks to come again and say the same.
                self.end(CloseCode.BAD_HELLO, "hello can't be understood")
            elif self._invalid > INVALID_FRAMES_MAX:
                self.end(CloseCode.BAD_FRAMES, "too many frames that could not be understood")
            return
        if isinstance(frame, Hello):
            self._hello(frame)
        elif self.live:
            self.calls.take(frame, len(data))
        elif self._visitor is not None:
            self.end(CloseCode.BAD_FRAMES, "say hello first")
        else:
            self._early = self._early or []
            self._early.append((frame, len(data)))
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

    def doubt(self) -> None:
        """Something may have been lost that took this person's session or access: deliver nothing until `assure`."""
        if not self.closed:
            self.doubts += 1
            self.hold()

    @property
    def kept(self) -> int:
        """Frames that wait."""
        return len(self.held or [])

    def assure(self, principal: Principal, expires_at: Ms, doubts: int, kept: int) -> None:
        """What holds now was looked up, when there had been so many doubts and so many frames had been kept."""
        if not self.live:
            return
        self.expires_at = expires_at
        if self.doubts == doubts:
            self.doubts = 0
        if principal != self.principal:
            self.access_changed()
        elif not self.doubts and not self._reloads and self.held is not None:
            self._go_on(principal, kept)

    # hello

    def _hello(self, hello: Hello) -> None:
        visitor, self._visitor = self._visitor, None
        if visitor is None:
            self.end(CloseCode.BAD_FRAMES, "hello was said already")
            return
        self._stop_deadline()
        self.wire.works()
        if hello.utc_offset_minutes is not None:
            # A browser's socket can't send the header in which HTTP says it.
            self._origin = replace(self._origin, utc_offset_minutes=hello.utc_offset_minutes)
        self._node.spawn(self._welcome(hello, visitor), "hello")

    async def _welcome(self, hello: Hello, visitor: Visitor) -> None:
        try:
            async with self.doorway.hellos:
                if not self.closed:
                    async with ours():
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
        """Who it is, by what is true once we hear of every change to it."""
        means = self._node.means
        arrival = await recognise(means, hello, visitor)
        self.user_id, self.session_id = arrival.user_id, arrival.session_id
        self.expires_at, self.has_session = arrival.expires_at, arrival.token is not None
        await self._node.join(self, [own_topic(arrival.user_id)])
        return await admit(means, arrival)

    async def _catch_up(self, hello: Hello, visitor: Visitor) -> None:
        """The order matters: listening first, then reading. What happens in between is held, and is known twice."""
        node, store = self._node, self._node.means.store
        self.hold()
        self.with_firm = hello.firm
        principal = self.principal = await self._login(hello, visitor)
        self.firm_id = principal.firm_id
        if not self._gone():
            self.doorway.recognised(self)
            await node.join(self, topics_of(principal, with_firm=self.with_firm))
        if self._gone():
            node.leave(self)
            return
        epoch = await self.doorway.epoch()
        own = principal.own_streams if self.with_firm else [user_stream(principal.user_id)]
        positions = hello.positions
        planned = await resume.plan(store, principal, positions, own, said_epoch=hello.epoch, epoch=epoch)
        me = await sessions.me_of(self.context(), principal)
        if self._gone() or self.held is None:
            return
        self.send(
            Welcome(session=principal.session_id, me=me, at=node.means.clock.now(), epoch=epoch, heads=planned.heads)
        )
        try:
            same = await self._close_holes(planned)
        except resume.HeldTooMuch:
            self.overflowed, same = True, True
        if self.overflowed:
            self.end(CloseCode.TRY_AGAIN, "too much happened meanwhile")
        elif not same:
            self.end(CloseCode.TRY_AGAIN, "access has changed")
        elif self.expired():
            raise Unauthenticated("The session has run out.")
        elif not self._gone():
            self._go_live(planned)

    async def _close_holes(self, planned: resume.Plan) -> bool:
        """See resume.close_holes; False if access has changed meanwhile and the bus, which would say so, is in doubt."""
        node, assured = self._node, -1 if self._node.deaf else 0
        while True:
            await resume.close_holes(node.means.store, planned, self.held or [])
            if self._gone() or self.overflowed or self.doubts == assured:
                return True
            assured = self.doubts
            principal, self.expires_at = await node.standing.of(self)
            if principal != self.principal:
                return False

    def _go_live(self, planned: resume.Plan) -> None:
        """Without letting the loop turn: what is held is all there is between the log and what comes next."""
        fresh = resume.merge(planned, self.held or [])
        self.release(planned.reached)
        for frame in [*planned.frames, *fresh]:
            self.pass_on(frame)
        self.send(_LIVE)
        self.live, self.doubts = True, 0
        self.wire.take_up_to(READ_FRAME_BYTES_MAX)
        self.doorway.entered(self)
        if self._node.deaf:
            self.doubt()
        early, self._early = self._early or [], None
        for call, size in early:
            self.calls.take(call, size)

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
            self._node.fanout.flush()
            told, kept = self._reloads, self.kept
            try:
                now = await auth.reload(store, before)
                badge = await self._badge(now) if before.account_ids - now.account_ids else None
                if told == self._reloads:
                    await self._node.join(self, topics_of(now, with_firm=self.with_firm))
            except Unauthenticated:
                self.end(CloseCode.REVOKED, "there is no access any more")
                return
            except ChattarError as error:
                log.warning("connection.reload_postponed", code=error.code)
                await asyncio.sleep(RELOAD_PAUSE_S)  # the database is away; meanwhile nothing is delivered
                continue
            if told == self._reloads:
                self._reloads = 0
                if not self.doubts:
                    self._with_access(before, now, kept, badge)
                return

    async def _badge(self, principal: Principal) -> int | None:
        async with ours():
            return await inbox.badge(self._node.means.store, principal) if principal.is_staff else None

    def _with_access(self, before: Principal, now: Principal, kept: int, badge: int | None) -> None:
        """Go on with other access: first say what is lost, then deliver what was held and may still be seen. `badge`: of
        staff who lose something, what the inbox counts without it."""
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
                self.send(Dropped(account_id=account_id, open_count=badge))
        self._go_on(now, kept)

    def _go_on(self, principal: Principal, kept: int) -> None:
        """Deliver what was kept and may be seen. Of a node that is deaf, what came after the look-up waits for the next:
        no bell would have told of a loss in between."""
        if self.overflowed:
            self.end(CloseCode.TRY_AGAIN, "too much happened meanwhile")
            return
        frames = self.release(None)
        deaf = self._node.deaf
        for frame in self.filtered(frames[:kept] if deaf else frames):
            if frame.account_id is None or principal.sees(frame.account_id):
                self.pass_on(frame)
        if deaf:
            self.doubt()
            self.keep(frames[kept:])

    # what its calls ask

    def context(self) -> Context:
        """Who asks, by what is known."""
        return Context(self._node.means, self.principal, self._origin)

    async def looked_up(self) -> Context:
        """By what is true now, when no bell can be relied on or the session's time is over. Raises SessionOver."""
        principal, self.expires_at = await self._node.standing.of(self)
        return replace(self.context(), asker=principal)

    def expired(self) -> bool:
        """Whether the session's time is over."""
        return self.expires_at <= auth.real_now(self._node.means.clock)

    async def settled(self) -> None:
        """Wait until it is known what the person may see, if that is just being looked up."""
        while self._reloaded is not None:
            await asyncio.shield(self._reloaded)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Have the node do something for this line."""
        self._node.spawn(work, name)

    def read_on(self, wanted: bool, /) -> None:
        """Whether more is to be read from the client."""
        if wanted:
            self.wire.resume_reading()
        else:
            self.wire.pause_reading()

    # until when

    def _gone(self) -> bool:
        """Whether it was closed while we waited for something."""
        return self.closed

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def look_after(self) -> None:
        """Now and then: the bus has brought what the log gave before it, and a session may be about to run out."""
        if self.ahead is not None:
            self.ahead = None
            self.look()
        self._mind_the_end()

    def _mind_the_end(self) -> None:
        """Have an alarm at the very end of the session's time, where that comes before the next look after us."""
        left_s = (self.expires_at - auth.real_now(self._node.means.clock)) / 1000
        if self._deadline is None and left_s < 2 * PULSE_INTERVAL_S:
            self._deadline = asyncio.get_running_loop().call_later(max(left_s, 0.0), self._at_the_end)

    def _at_the_end(self) -> None:
        self._deadline = None
        if not self.expired():
            self._mind_the_end()  # renewed meanwhile, or the alarm was a moment early
            return
        self.doubt()
        self._node.spawn(self._node.standing.settle_end(self), "end of a session")
