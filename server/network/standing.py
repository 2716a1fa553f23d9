"""Whether those on this node's lines may still be here, and what they may see: looked up for all of them together.

The bus only says it sooner (P5). What ends a session or takes access away is in the database, and is found there after
every gap, in every position check, and when a session's time is over. Knows sessions, people and what is asked of a line.
Refuses to know streams, Redis and who has decided what.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final, Protocol

import structlog

from protocol.errors import ChattarError, Unauthenticated
from protocol.frames import CloseCode
from protocol.wire import Id, Ms
from server.core import auth
from server.core.clock import Clock
from server.core.context import Principal
from storage.mongo.connection import ours
from storage.store import Store

log = structlog.get_logger(__name__)

AGAIN_S: Final = 1.0
LINES_PER_LOOK_MAX: Final = 200
"""As many as one query of each kind answers; the first of them go on while the others are still being looked up."""


class SessionOver(Unauthenticated):
    """Who is on a line may not be here any more; it is to be closed with this code."""

    def __init__(self, code: CloseCode) -> None:
        expired = code == CloseCode.UNAUTHENTICATED
        super().__init__("The session has run out." if expired else "The session has ended.")
        self.close_code = code


class Guest(Protocol):
    """A line with a person on it, as far as their standing goes."""

    user_id: Id
    session_id: Id
    principal: Principal | None
    has_session: bool
    """False for a widget's identity: no session is stored that could be ended or renewed."""
    expires_at: Ms
    live: bool
    doubts: int
    """How often it has been doubted since it was last known what holds."""

    @property
    def kept(self) -> int:
        """Frames that wait until it is known."""
        ...

    def doubt(self) -> None: ...

    def assure(self, principal: Principal, expires_at: Ms, doubts: int, kept: int) -> None: ...

    def end(self, code: CloseCode, reason: str) -> None: ...


class Standing:
    """Looks up who may still be here. `flush` brings everything to the lines that has come by now."""

    def __init__(self, store: Store, clock: Clock, flush: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._flush = flush

    async def of(self, guest: Guest) -> tuple[Principal, Ms]:
        """Who somebody is by what is true now, and until when. Raises SessionOver, Unavailable."""
        assert guest.principal is not None
        expires_at, principal = await asyncio.gather(self._end_of(guest), self._person(guest.principal))
        code = self._over(guest, expires_at)
        if code is not None or principal is None or expires_at is None:
            raise SessionOver(code or CloseCode.REVOKED)
        return principal, expires_at

    async def look(self, guests: Iterable[Guest]) -> None:
        """End those who may not be here any more, and tell the others what holds now.

        What a line had kept before the look-up began was written before it: it may be sent by what is found. Raises
        Unavailable; who is in doubt stays so.
        """
        asked = [guest for guest in guests if guest.live]
        for start in range(0, len(asked), LINES_PER_LOOK_MAX):
            await self._look([guest for guest in asked[start : start + LINES_PER_LOOK_MAX] if guest.live])

    async def settle_end(self, guest: Guest) -> None:
        """End a line whose session's time is over, unless it was renewed somewhere; until that is known it is in doubt."""
        while guest.live and guest.expires_at <= auth.real_now(self._clock):
            try:
                await self.look([guest])
            except ChattarError as error:
                log.warning("standing.postponed", code=error.code)
                await asyncio.sleep(AGAIN_S)  # the database is away; nothing is delivered meanwhile

    async def _look(self, guests: Sequence[Guest]) -> None:
        self._flush()  # what has come by now is kept where somebody is in doubt
        asked = [(guest, guest.doubts, guest.kept) for guest in guests]
        people = {guest.user_id: guest.principal for guest in guests if guest.principal is not None}
        ends, principals = await asyncio.gather(
            self._ends_of(guests), asyncio.gather(*(self._person(principal) for principal in people.values()))
        )
        found = dict(zip(people, principals, strict=True))
        for guest, doubts, kept in asked:
            if not guest.live or guest.principal is None:
                continue
            expires_at = ends.get(guest.session_id) if guest.has_session else guest.expires_at
            code = self._over(guest, expires_at)
            principal = found[guest.user_id]
            if code is not None:
                guest.end(
                    code, "the session has run out" if code == CloseCode.UNAUTHENTICATED else "the session has ended"
                )
            elif principal is None or expires_at is None:
                guest.end(CloseCode.REVOKED, "there is no access any more")
            else:
                guest.assure(_in_session(principal, guest.principal), expires_at, doubts, kept)

    def _over(self, guest: Guest, expires_at: Ms | None) -> CloseCode | None:
        now = auth.real_now(self._clock)
        if expires_at is not None and expires_at > now:
            return None
        # The database forgets sessions that have run out: one that is gone before its time was ended.
        return CloseCode.UNAUTHENTICATED if guest.expires_at <= now else CloseCode.REVOKED

    async def _end_of(self, guest: Guest) -> Ms | None:
        return (await self._ends_of([guest])).get(guest.session_id) if guest.has_session else guest.expires_at

    async def _ends_of(self, guests: Iterable[Guest]) -> dict[Id, Ms]:
        """By id, when the sessions end that have not been ended."""
        async with ours():
            sessions = await self._store.people.sessions(
                (guest.principal.firm_id, guest.session_id)
                for guest in guests
                if guest.has_session and guest.principal is not None
            )
        return {session_id: session.expires_at for session_id, session in sessions.items()}

    async def _person(self, principal: Principal) -> Principal | None:
        return await auth.principal_of(
            self._store, principal.firm_id, principal.user_id, principal.side, principal.session_id
        )


def _in_session(principal: Principal, before: Principal) -> Principal:
    """The same object if nothing is different: two sessions of one person are looked up once."""
    mine = replace(principal, session_id=before.session_id)
    return before if mine == before else mine
