"""Who is asking: the only place where a Principal is built, and where passwords are hashed and compared.

Three proofs: a session token (a browser's cookie or a program's bearer token), a widget identity signed by the firm's
own server, and a password, which only ever opens a session. Knows no HTTP; refuses to know what a person may do.
"""

import asyncio
import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import argon2
import jwt
from argon2.exceptions import InvalidHashError, VerificationError

from protocol import addresses
from protocol.errors import Conflict, Unauthenticated
from protocol.ids import new_id
from protocol.people import Side
from protocol.wire import Email, Id, Ms
from server.core import sight
from server.core.clock import Clock
from server.core.context import Principal
from storage.mongo.connection import ours
from storage.people import ContactDoc, StaffDoc
from storage.store import Store

IDENTITY_ALGORITHMS: Final = ["HS256"]
IDENTITY_LIFETIME_MAX_MS: Final = 60 * 60 * 1000
IDENTITY_LEEWAY_MS: Final = 30 * 1000
IDENTITY_CHARACTERS_MAX: Final = 4096
HASHES_AT_ONCE_MAX: Final = 2
"""Each takes 19 MiB and a core for about 20 ms: more at once would only starve the event loop's core."""


class OtherPerson(Conflict):
    """Somebody else is logged in here now."""


@dataclass(frozen=True, slots=True)
class Login:
    """A proof that held: who it is, and until when it holds."""

    principal: Principal
    expires_at: Ms


def real_now(clock: Clock) -> Ms:
    """What proofs are measured against: the clock without the development offset, which moves mail, not logins.

    The database's own expiry (TTL) and the servers that sign identities don't follow that offset either.
    """
    return clock.now() - clock.offset_ms


# who somebody is


async def login_from_token(store: Store, clock: Clock, token: str) -> Login:
    """Who a session token belongs to. Raises Unauthenticated, with the same words whatever is wrong."""
    async with ours():
        session = await store.people.session(token, real_now(clock))
    if session is None:
        raise Unauthenticated("The session is not valid, or not any more.")
    principal = await principal_of(store, session.firm_id, session.user_id, session.side, session.session_id)
    if principal is None:
        raise Unauthenticated("The session is not valid, or not any more.")
    return Login(principal, session.expires_at)


async def principal_from_token(store: Store, clock: Clock, token: str) -> Principal:
    """As login_from_token, without the time at which the session ends."""
    return (await login_from_token(store, clock, token)).principal


async def reload(store: Store, principal: Principal) -> Principal:
    """The same person and session with the access that they have now. Raises Unauthenticated when it is none.

    Says nothing about whether the session still holds: see server.network.standing.
    """
    fresh = await principal_of(store, principal.firm_id, principal.user_id, principal.side, principal.session_id)
    if fresh is None:
        raise Unauthenticated("There is no access any more.")
    return fresh


async def principal_of(store: Store, firm_id: Id, user_id: Id, side: Side, session_id: Id) -> Principal | None:
    """Somebody with what they may see now, or None if they may not be logged in at all."""
    async with ours():
        if side == "staff":
            member = await store.people.staff(firm_id, user_id)
            return await _staff(store, member, session_id) if member and member.active else None
        contact = await store.people.contact(firm_id, user_id)
        return await _contact(store, contact, session_id) if contact else None


def command_line(firm_id: Id) -> Principal:
    """Whoever runs the server, acting at a firm: no person of it, and above all of them."""
    return Principal(
        user_id=firm_id,
        side="staff",
        firm_id=firm_id,
        name="Command line",
        email="",
        language="en",
        session_id=firm_id,
        role="owner",
    )


async def _staff(store: Store, member: StaffDoc, session_id: Id) -> Principal:
    # Who sees every account needs no list of them.
    accounts = [] if sight.sees_all(member) else await store.accounts.ids_assigned_to(member.firm_id, member.id)
    return Principal(
        user_id=member.id,
        side="staff",
        firm_id=member.firm_id,
        name=member.name,
        email=member.email,
        language=member.language,
        session_id=session_id,
        role=member.role,
        rights=frozenset(member.rights),
        account_ids=frozenset(accounts),
    )


async def _contact(store: Store, contact: ContactDoc, session_id: Id) -> Principal | None:
    """A contact needs a password of their own making (AC-8) and Login on in at least one account (spec 1.3)."""
    changes = store.readers.changes
    accounts = sight.open_accounts(contact, await store.people.links_of_contact(contact.firm_id, contact.id))
    if not accounts:
        return None
    store.readers.seen(contact.firm_id, accounts, changes)
    return Principal(
        user_id=contact.id,
        side="contact",
        firm_id=contact.firm_id,
        name=contact.name,
        email=contact.email,
        language=contact.language,
        session_id=session_id,
        account_ids=accounts,
    )


def hold_to(believed: Id | None, user_id: Id, path: str) -> None:
    """A page belongs to one person for its life: refuse one that was told it is `believed`, and isn't any more.

    One browser has one cookie for all its tabs. `path` is where the page said so. Raises OtherPerson; who says nothing
    is believed to be whoever the proof says.
    """
    if believed is not None and believed != user_id:
        raise OtherPerson(reason="other_person", path=path, expected=believed, got=user_id)


# a widget's identity


async def login_from_identity(
    store: Store, clock: Clock, identity: str, origin: str | None, own_origins: Collection[str] = ()
) -> Login:
    """Who the firm's own server says that its visitor is.

    A JWT by HS256 under the firm's widget secret, or the one before while that holds: `iss` the firm's id, `email` one of
    its contacts, `exp` at most an hour away. `origin` is where the socket was opened from, if a browser did: one of
    `own_origins` (the widget's frame) or of the firm's widget origins. The identity stands for the password, never for the
    activation: who has not chosen a password yet is refused (AC-8). Raises Unauthenticated, with a reason only for what a
    holder of the key may know.
    """
    refused = Unauthenticated("The identity is not valid.")
    if len(identity) > IDENTITY_CHARACTERS_MAX:
        raise refused
    try:
        unproven = jwt.decode(identity, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise refused from None
    issuer = unproven.get("iss")
    async with ours():
        firm = await store.firms.get(issuer) if isinstance(issuer, str) else None
    if firm is None or not firm.widget_secret:
        raise refused
    now = real_now(clock)
    claims = next((said for secret in firm.widget_secrets(now) if (said := _signed(identity, secret))), None)
    if claims is None:
        raise refused
    expires, email = claims["exp"], claims["email"]
    if not isinstance(expires, int | float) or not math.isfinite(expires) or not isinstance(email, str):
        raise refused
    expires_at = int(expires * 1000)
    if expires_at + IDENTITY_LEEWAY_MS <= now:
        raise Unauthenticated("The identity has expired.", reason="identity_expired")
    if expires_at > now + IDENTITY_LIFETIME_MAX_MS + IDENTITY_LEEWAY_MS:
        raise Unauthenticated("The identity holds for longer than an hour.", reason="identity_too_long")
    if origin is not None and origin not in own_origins and origin not in firm.settings.widget_origins:
        raise Unauthenticated("This page may not use the firm's widget.", reason="origin_not_allowed")
    async with ours():
        contact = await store.people.contact_by_email(firm.id, normal_email(email))
        principal = await _contact(store, contact, new_id()) if contact else None
    if principal is None:
        raise Unauthenticated("This person can't log in here.", reason="no_login")
    # Who comes with one that is over by a clock slightly ahead has as long as that clock may be.
    return Login(principal, expires_at if expires_at > now else expires_at + IDENTITY_LEEWAY_MS)


def _signed(identity: str, secret: str) -> dict[str, Any] | None:
    """What an identity says, if it is signed with this secret and says all that it must."""
    try:
        # The algorithm is ours to choose, not the token's; times are checked against our own clock.
        claims: dict[str, Any] = jwt.decode(
            identity,
            secret,
            algorithms=IDENTITY_ALGORITHMS,
            options={"require": ["exp", "iss", "email"], "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError:
        return None
    return claims


# passwords


_hasher: Final = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# A hash of nothing that anybody knows, made with the same work as a real one.
_NOBODY: Final = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzIQ$YcB0uJ6qT0JxUS0o5w1ycqZgGg2Xq0mVtqJd3l1Hq2Y"
_rooms: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


def normal_email(email: Email) -> Email:
    """An address as it is stored and compared: see protocol.addresses."""
    return addresses.folded(email)


def hash_now(password: str) -> str:
    """A password's Argon2id hash; blocks for the time that it is meant to take."""
    return _hasher.hash(password)


async def hash_password(password: str) -> str:
    """A password's Argon2id hash, made in a thread, few at a time."""
    async with _room():
        return await asyncio.to_thread(hash_now, password)


async def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed. Without a hash it takes as long, and is not."""
    async with _room():
        fits = await asyncio.to_thread(_verify, password_hash or _NOBODY, password)
    return fits and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _room() -> asyncio.Semaphore:
    """One for each event loop: tests have several, one after the other."""
    loop = asyncio.get_running_loop()
    if loop not in _rooms:
        _rooms.clear()
        _rooms[loop] = asyncio.Semaphore(HASHES_AT_ONCE_MAX)
    return _rooms[loop]
