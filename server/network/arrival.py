"""Who says hello, and by what proof: a session's token, or an identity that a firm's own server signed.

Knows what a handshake and a hello bring. Refuses to know lines, streams, and what becomes of who was let in.
"""

from dataclasses import dataclass

from protocol.errors import Unauthenticated
from protocol.frames import Hello
from protocol.people import Side
from protocol.wire import Id, Ms
from server.audit import security
from server.core import auth
from server.core.context import Context, Means, Origin, Principal
from storage.mongo.connection import ours


@dataclass(frozen=True, slots=True)
class Visitor:
    """What the handshake said: everything that is needed of the request once its headers are gone."""

    origin: Origin
    cookie_token: str | None
    """Only if the page that opened the socket is one of ours."""
    page: str | None
    """The Origin header."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody whose proof held a moment ago."""

    firm_id: Id
    user_id: Id
    side: Side
    session_id: Id
    expires_at: Ms
    token: str | None
    """Of a session; None for a widget's identity, which is stored nowhere."""


async def recognise(means: Means, hello: Hello, visitor: Visitor) -> Arrival:
    """Who it is by the proof that hello brings, or else by the browser's cookie.

    Raises Unauthenticated, and auth.OtherPerson where the page was told that it is somebody else.
    """
    token = visitor.cookie_token if hello.token is None and hello.identity is None else hello.token
    if token is not None:
        arrival = await _by_session(means, token)
    elif hello.identity is not None:
        arrival = await _by_identity(means, hello.identity, visitor)
    else:
        raise Unauthenticated
    auth.hold_to(hello.person, arrival.user_id, "$.person")
    return arrival


async def admit(means: Means, arrival: Arrival) -> Principal:
    """What they may see. To be asked once we hear of every change to it: access lost since `recognise` can't slip through.

    Raises Unauthenticated if the session has ended, or no access is left.
    """
    if arrival.token is not None:
        await _by_session(means, arrival.token)
    principal = await auth.principal_of(means.store, arrival.firm_id, arrival.user_id, arrival.side, arrival.session_id)
    if principal is None:
        raise Unauthenticated("There is no access any more.")
    return principal


async def _by_session(means: Means, token: str) -> Arrival:
    async with ours():
        session = await means.store.people.session(token, auth.real_now(means.clock))
    if session is None:
        raise Unauthenticated("The session is not valid, or not any more.")
    return Arrival(session.firm_id, session.user_id, session.side, session.session_id, session.expires_at, token)


async def _by_identity(means: Means, identity: str, visitor: Visitor) -> Arrival:
    login = await auth.login_from_identity(means.store, means.clock, identity, visitor.page, means.settings.origins)
    known = login.principal
    security.came_by_identity(Context(means, known, visitor.origin))
    return Arrival(known.firm_id, known.user_id, known.side, known.session_id, login.expires_at, None)
