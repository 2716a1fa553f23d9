"""Sessions: opened with a password, renewed, ended; and passwords that were forgotten.

A session is a random token that is stored hashed and can be revoked; where the token is kept (a cookie, a program) is
the door's business. Every answer about an address or a secret is the same whether or not there is such a thing.
"""

import asyncio
from typing import Final

from protocol.asked import Done
from protocol.errors import Conflict, InternalError, NotFound, Unauthenticated
from protocol.ids import new_id
from protocol.people import Side
from protocol.sessions import Me, PasswordForgot, PasswordReset, SessionCreate, SessionEnd, SessionOpened, SessionRenew
from protocol.wire import Email, Id, Ms
from server.audit import security
from server.core import auth
from server.core.context import Context, Principal
from server.core.doing import does
from server.core.limits import address_key
from server.core.sight import rights_of
from storage.letters import LetterDoc
from storage.mongo.connection import Session, ours
from storage.people import ContactDoc, Purpose, SecretDoc, SessionDoc, StaffDoc, digest, new_token
from storage.store import Store

FORGOT_ANSWER_S: Final = 0.3
"""When `password.forgot` answers: later than any honest work takes, so that its duration tells nothing."""

Somebody = StaffDoc | ContactDoc


@does(SessionCreate)
async def create(context: Context, command: SessionCreate, scope: None) -> SessionOpened:
    """Log in with address and password.

    Raises Unauthenticated, with the same words and work, for an unknown address, a wrong password and somebody without
    access; Conflict `choose_firm` when several firms know this person by this password, with the firms in `expected`.
    """
    people = await _people(context.store, command)
    # Where there is nobody, a stand-in whom no password fits: it takes as long.
    hashes = [person.password_hash for person in people] or [None]
    fits = [await auth.password_fits(password_hash, command.password) for password_hash in hashes]
    found = [person for person, fit in zip(people, fits, strict=False) if fit]
    principals: dict[Id, tuple[Principal, str | None]] = {}
    for person in found:
        # Staff come first: who is both at one firm logs in as staff.
        principal = await auth.principal_of(context.store, person.firm_id, person.id, side_of(person), new_id())
        if principal is not None:
            principals.setdefault(principal.firm_id, (principal, person.password_hash))
    if not principals:
        for person in people:
            # Of whom it would have been and from where; never what was typed.
            about = security.person_of(person)
            security.count_later(context, security.Act("login.failed", person.firm_id, about))
        raise _wrong_login()
    if len(principals) > 1:
        raise Conflict(
            "Several firms know this address: say which one.",
            reason="choose_firm",
            path="$.firm_id",
            expected="; ".join([f"{firm_id} {await _firm_name(context, firm_id)}" for firm_id in principals]),
        )
    principal, password_hash = next(iter(principals.values()))
    return await open_session(context, principal, password_hash, browser=command.cookie)


def _wrong_login() -> Unauthenticated:
    return Unauthenticated("The address or the password is wrong.", reason="wrong_login")


async def _people(store: Store, command: SessionCreate) -> list[Somebody]:
    """Everybody whom the address may mean."""
    staff, contacts = await store.people.by_email(auth.normal_email(command.email))
    people: list[Somebody] = [*staff, *contacts]
    return [person for person in people if command.firm_id is None or person.firm_id == command.firm_id]


async def _firm_name(context: Context, firm_id: Id) -> str:
    firm = await context.store.firms.get(firm_id)
    return firm.firm.name if firm else ""


def side_of(person: Somebody) -> Side:
    """On which side somebody stands."""
    return "staff" if isinstance(person, StaffDoc) else "contact"


async def open_session(
    context: Context, principal: Principal, password_hash: str | None, *, browser: bool
) -> SessionOpened:
    """Start a session for somebody who has just proved who they are; its id is the principal's `session_id`.

    `password_hash` is the one that the proof fitted. Raises Unauthenticated when it has been replaced meanwhile, or
    somebody deactivated: what did it may have ended all sessions just before this one was stored.
    """
    now, token = auth.real_now(context.clock), new_token()
    session = SessionDoc(
        id=digest(token),
        session_id=principal.session_id,
        firm_id=principal.firm_id,
        user_id=principal.user_id,
        side=principal.side,
        created_at=now,
        expires_at=_end(context, now, browser=browser),
        browser=browser,
    )
    await context.store.people.add_session(session)
    change = context.store.people.change_staff if principal.is_staff else context.store.people.change_contact
    person = await change(principal.firm_id, principal.user_id, {"last_login_at": now})
    gone = isinstance(person, StaffDoc) and not person.active
    if person is None or gone or person.password_hash != password_hash:
        await context.store.people.end_session(session.firm_id, session.session_id)
        raise _wrong_login()
    place = _place(principal.user_id, context.origin.ip)
    await context.store.people.remember_place(principal.firm_id, principal.user_id, principal.side, place)
    await security.note(context, security.Act("session.opened", principal.firm_id, principal.person, principal))
    return SessionOpened(me=await me_of(context, principal), expires_at=session.expires_at, token=token)


def _end(context: Context, now: Ms, *, browser: bool) -> Ms:
    lifetime_s = context.settings.browser_session_s if browser else context.settings.token_session_s
    return now + lifetime_s * 1000


async def knows(store: Store, email: Email | None, address: str) -> bool:
    """Whether somebody with this e-mail address has logged in from a network address before."""
    if email is None:
        return False
    async with ours():
        staff, contacts = await store.people.by_email(auth.normal_email(email))
    people: list[Somebody] = [*staff, *contacts]
    return any(_place(person.id, address) in person.login_places for person in people)


def _place(user_id: Id, address: str) -> str:
    """A network address as it is kept with a person: enough to know it again."""
    return digest(f"{user_id} {address_key(address)}")[:24]


async def me_of(context: Context, principal: Principal) -> Me:
    """Somebody as they are told who they are."""
    store = context.store
    firm = await store.firms.get(principal.firm_id)
    if firm is None:
        raise InternalError(f"The firm {principal.firm_id} of a person is gone.")
    accounts = (
        []
        if principal.is_staff
        else list((await store.accounts.many(principal.firm_id, sorted(principal.account_ids))).values())
    )
    return Me(
        person=principal.person,
        firm=firm.firm,
        email=principal.email,
        language=principal.language,
        role=principal.role,
        rights=sorted(principal.rights),
        may=rights_of(principal),
        accounts=[account.brief() for account in sorted(accounts, key=lambda account: (account.name_key, account.id))],
    )


@does(SessionRenew)
async def renew(context: Context, command: SessionRenew, scope: None) -> SessionOpened:
    """Extend the session that the command came in. A widget's identity is renewed by the firm's server, not here."""
    principal, now = context.principal, auth.real_now(context.clock)
    session = await context.store.people.session_by_id(principal.firm_id, principal.session_id, now)
    if session is None:
        raise Conflict("This login is not a session, or has ended.", reason="not_renewable")
    expires_at = _end(context, now, browser=session.browser)
    await context.store.people.renew_session(principal.firm_id, session.session_id, principal.user_id, expires_at)
    return SessionOpened(me=await me_of(context, principal), expires_at=expires_at)


@does(SessionEnd)
async def end(context: Context, command: SessionEnd, scope: None) -> Done:
    """Log out, here and on the sockets of this session."""
    principal = context.principal

    async def work(session: Session) -> None:
        if await context.store.people.end_session(principal.firm_id, principal.session_id, session):
            act = security.Act("session.ended", principal.firm_id, principal.person, principal, text="one")
            await security.note(context, act, session)

    await context.store.mongo.transact(work)
    context.announcer.session_ended(principal.user_id, principal.session_id)
    return Done()


async def end_all(context: Context, person: Somebody) -> int:
    """Log somebody out everywhere, at once; how many sessions that was. Widgets too, which have none."""

    async def work(session: Session) -> int:
        return await _end_all(context, person, session)

    ended = await context.store.mongo.transact(work)
    context.announcer.session_ended(person.id)
    return ended


async def _end_all(context: Context, person: Somebody, session: Session) -> int:
    ended = await context.store.people.end_sessions(person.firm_id, person.id, session)
    if ended:
        about = security.person_of(person)
        act = security.Act("session.ended", person.firm_id, about, context.asker, text=f"all ({ended})")
        await security.note(context, act, session)
    return ended


# forgotten passwords


@does(PasswordForgot)
async def forgot(context: Context, command: PasswordForgot, scope: None) -> Done:
    """Put a letter with a link into the outbox of everybody who logs in with this address; tell the asker nothing."""
    # Not a wait for something to happen: the answer's time must not depend on whether anybody was found.
    answer_at = asyncio.create_task(asyncio.sleep(FORGOT_ANSWER_S), name="password.forgot's answer")
    staff, contacts = await context.store.people.by_email(auth.normal_email(command.email))
    people: list[Somebody] = [*staff, *contacts]
    now, per_hour_max = auth.real_now(context.clock), context.settings.reset_letters_per_hour_max
    for person in people:
        side = side_of(person)
        if not person.password_hash or not await auth.principal_of(
            context.store, person.firm_id, person.id, side, new_id()
        ):
            continue
        # Beyond that in silence: the letter before it still works, and who asks in others' names fills no mailbox.
        if await context.store.people.may_write(person.firm_id, person.id, side, now, per_hour_max):
            await send_secret(context, person, "password_reset", context.settings.password_reset_s)
            act = security.Act("password.asked", person.firm_id, security.person_of(person))
            await security.note(context, act)
    await answer_at
    return Done()


@does(PasswordReset)
async def reset(context: Context, command: PasswordReset, scope: None) -> Done:
    """Set the new password and end every session: whoever knew the old password is out."""
    people = context.store.people
    # The work first: a secret that has been taken must not be lost to a fault in between.
    password_hash = await auth.hash_password(command.password)
    now = auth.real_now(context.clock)

    async def work(session: Session) -> Somebody:
        secret = await people.use_secret(command.secret, "password_reset", now, session)
        change = people.change_staff if secret and secret.side == "staff" else people.change_contact
        fields = {"password_hash": password_hash}
        person = await change(secret.firm_id, secret.user_id, fields, session) if secret else None
        if person is None:
            raise NotFound("This link has been used or replaced, or is too old.", reason="secret_gone")
        await security.note(
            context, security.Act("password.reset", person.firm_id, security.person_of(person)), session
        )
        await _end_all(context, person, session)
        return person

    person = await context.store.mongo.transact(work)
    context.announcer.session_ended(person.id)
    return Done()


async def send_secret(
    context: Context, person: Somebody, purpose: Purpose, lifetime_s: int, account_id: Id | None = None
) -> LetterDoc:
    """Put a letter with a fresh one-time secret into the outbox; the person's earlier ones stop working.

    The secret is in the letter only (until it has gone) and never in a log.
    """
    secret = await new_secret(context, person, purpose, lifetime_s, account_id)
    letter_id, queued_at = new_id(), context.clock.now()
    letter = LetterDoc(
        id=letter_id,
        key=f"{purpose}:{letter_id}",
        firm_id=person.firm_id,
        kind=purpose,
        side=side_of(person),
        person_id=person.id,
        email=person.email,
        created_at=queued_at,
        due_at=queued_at,
        state="waiting",
        account_id=account_id,
        secret=secret,
        by=context.asker.user_id if context.asker is not None and context.asker.is_staff else None,
    )
    await context.store.letters.add(letter)
    return letter


async def new_secret(
    context: Context, person: Somebody, purpose: Purpose, lifetime_s: int, account_id: Id | None = None
) -> str:
    """A fresh one-time secret; the person's earlier ones for this purpose stop working."""
    now, secret = auth.real_now(context.clock), new_token()
    await context.store.people.replace_secret(
        SecretDoc(
            id=digest(secret),
            purpose=purpose,
            firm_id=person.firm_id,
            user_id=person.id,
            side=side_of(person),
            expires_at=now + lifetime_s * 1000,
            account_id=account_id,
        )
    )
    return secret
