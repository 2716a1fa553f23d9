"""Invitations: a link by mail with which somebody chooses their first password (spec 1.3).

A link works once, until a newer one replaces it, for the address that it was sent to, and only while Login is on:
whoever lost it in between is not let in by an old mail.
"""

from dataclasses import dataclass

from protocol.commands import Invitation, InvitationAccept, InvitationRead, SessionOpened
from protocol.errors import NotFound
from protocol.ids import new_id
from protocol.wire import Id
from server import auth
from server.actions import security, sessions
from server.context import Context
from storage.mongo import Session
from storage.people import ContactDoc, LinkDoc, SecretDoc, StaffDoc


@dataclass(frozen=True, slots=True)
class _Open:
    """An invitation that still holds, and whom it invites."""

    secret: SecretDoc
    person: sessions.Somebody


async def invite_contact(context: Context, contact: ContactDoc, link: LinkDoc) -> LinkDoc:
    """Put the letter with the link into the outbox, and note when."""
    await sessions.send_secret(context, contact, "invitation", context.settings.invitation_s, link.account_id)
    await _note_sent(context, contact, link.account_id)
    invited_at = context.clock.now()
    changed = await context.store.people.change_link(link.account_id, contact.id, {"invited_at": invited_at})
    return changed or link


async def invite_staff(context: Context, member: StaffDoc) -> None:
    """Put a letter with a link for a new member of staff into the outbox."""
    await sessions.send_secret(context, member, "invitation", context.settings.invitation_s)
    await _note_sent(context, member)


async def _note_sent(context: Context, person: sessions.Somebody, account_id: Id | None = None) -> None:
    about = security.person_of(person)
    await security.note(context, security.Act("invitation.sent", person.firm_id, about, context.asker, account_id))


async def read(context: Context, command: InvitationRead, scope: None) -> Invitation:
    """What a link is for, without using it up. Raises NotFound for one that doesn't hold."""
    found = await _open(context, command.secret)
    firm = await context.store.firms.get(found.secret.firm_id)
    if firm is None:
        raise _gone()
    account = await context.store.accounts.get(found.secret.account_id) if found.secret.account_id else None
    return Invitation(
        firm=firm.firm,
        name=found.person.name,
        email=found.person.email,
        account_name=account.name if account else "",
    )


async def accept(context: Context, command: InvitationAccept, scope: None) -> SessionOpened:
    """Set the first password and log in. Of two who try with one link at once, one gets in."""
    people = context.store.people
    found = await _open(context, command.secret)
    # The work first: a secret that has been taken must not be lost to a fault in between.
    password_hash = await auth.hash_password(command.password)
    now, real_now = context.clock.now(), auth.real_now(context.clock)
    person, side = found.person, found.secret.side

    async def work(session: Session) -> None:
        if await people.use_secret(command.secret, "invitation", real_now, session) is None:
            raise _gone()
        # Of two links that were sent in the same moment both may hold: the first password is chosen once all the same.
        if not await people.choose_first_password(person.id, side, password_hash, now, session):
            raise _gone()
        about, account_id = security.person_of(person), found.secret.account_id
        act = security.Act("invitation.accepted", person.firm_id, about, account_id=account_id)
        await security.note(context, act, session)

    await context.store.mongo.transact(work)
    principal = await auth.principal_of(context.store, person.id, side, new_id())
    if principal is None:
        raise _gone()
    return await sessions.open_session(context, principal, password_hash, browser=command.cookie)


async def _open(context: Context, secret_text: str) -> _Open:
    people = context.store.people
    secret = await people.secret(secret_text, "invitation", auth.real_now(context.clock))
    if secret is None:
        raise _gone()
    if secret.side == "staff":
        member = await people.staff(secret.user_id)
        if member is None or not member.active or member.password_hash is not None:
            raise _gone()
        return _Open(secret, member)
    contact = await people.contact(secret.user_id)
    if contact is None or contact.activated_at is not None or not await _may_log_in(context, contact.id):
        raise _gone()
    return _Open(secret, contact)


async def _may_log_in(context: Context, contact_id: Id) -> bool:
    return any(link.login for link in await context.store.people.links_of_contact(contact_id))


def _gone() -> NotFound:
    return NotFound("This link has been used or replaced, or is too old.", reason="secret_gone")
