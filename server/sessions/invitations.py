"""Invitations: a link by mail with which somebody chooses their first password (spec 1.3).

A link works once, until a newer one replaces it, for the address that it was sent to, and only while Login is on:
whoever lost it in between is not let in by an old mail.
"""

from dataclasses import dataclass

from protocol.errors import NotFound
from protocol.ids import new_id
from protocol.sessions import Invitation, InvitationAccept, InvitationRead, SessionOpened
from protocol.wire import Id
from server.audit import security
from server.core import auth
from server.core.context import Context, Means
from server.core.doing import does
from server.letters import lost
from server.reminders import cycles
from server.sessions import actions as sessions
from storage.letters import LetterDoc
from storage.mongo.connection import Session
from storage.people import ContactDoc, LinkDoc, SecretDoc, StaffDoc, digest, new_token


@dataclass(frozen=True, slots=True)
class Open:
    """An invitation that still holds, and whom it invites."""

    secret: SecretDoc
    person: sessions.Somebody


async def invite_contact(context: Context, contact: ContactDoc, link: LinkDoc) -> LinkDoc:
    """Put the letter with the link into the outbox, and note when."""
    lifetime_s = context.settings.invitation_s
    letter = await sessions.send_secret(context, contact, "invitation", lifetime_s, link.account_id)
    await _note_sent(context, contact, link.account_id)
    await lost.sent_again(context.means, letter)
    invited_at = context.clock.now()
    changed = await context.store.people.change_link(
        link.firm_id, link.account_id, contact.id, {"invited_at": invited_at}
    )
    return changed or link


async def invite_staff(context: Context, member: StaffDoc) -> None:
    """Put a letter with a link for a new member of staff into the outbox."""
    letter = await sessions.send_secret(context, member, "invitation", context.settings.invitation_s)
    await _note_sent(context, member)
    await lost.sent_again(context.means, letter)


async def secret_in(means: Means, letter: LetterDoc, contact: ContactDoc) -> str:
    """What the link in a letter's banner carries, for a contact who has not activated (NC-5): a secret of its own, beside
    the invitation's, which goes on working. Another try of the letter carries the same one while it holds."""
    now = auth.real_now(means.clock)
    # As it is stored: a letter may be made twice between a claim and the mail server's answer.
    stored = await means.store.letters.get(letter.firm_id, letter.id)
    kept = stored.secret if stored else None
    if kept is not None and await means.store.people.secret(kept, "invitation", now) is not None:
        return kept
    secret = new_token()
    await means.store.people.add_secret(
        SecretDoc(
            id=digest(secret),
            purpose="invitation",
            firm_id=contact.firm_id,
            user_id=contact.id,
            side="contact",
            expires_at=now + means.settings.invitation_s * 1000,
            account_id=letter.account_id,
        )
    )
    await means.store.letters.keep_secret(letter, secret)
    await _note_sent(Context(means, None), contact, letter.account_id)
    return secret


async def _note_sent(context: Context, person: sessions.Somebody, account_id: Id | None = None) -> None:
    about = security.person_of(person)
    await security.note(context, security.Act("invitation.sent", person.firm_id, about, context.asker, account_id))


@does(InvitationRead)
async def read(context: Context, command: InvitationRead, scope: None) -> Invitation:
    """What a link is for, without using it up. Raises NotFound for one that doesn't hold."""
    found = await _open(context, command.secret)
    firm = await context.store.firms.get(found.secret.firm_id)
    if firm is None:
        raise _gone()
    account = (
        await context.store.accounts.get(found.secret.firm_id, found.secret.account_id)
        if found.secret.account_id
        else None
    )
    return Invitation(
        firm=firm.firm,
        name=found.person.name,
        email=found.person.email,
        account_name=account.name if account else "",
    )


@does(InvitationAccept)
async def accept(context: Context, command: InvitationAccept, scope: None) -> SessionOpened:
    """Set the first password and log in. Of two who try with one link at once, one gets in."""
    people = context.store.people
    found = await _open(context, command.secret)
    # The work first: a secret that has been taken must not be lost to a fault in between.
    password_hash = await auth.hash_password(command.password)
    now, real_now = context.clock.now(), auth.real_now(context.clock)
    person, side = found.person, found.secret.side

    # Reminders of what waits in these start now (decision 1).
    links = await people.links_of_contact(person.firm_id, person.id) if side == "contact" else []
    opened = [link.account_id for link in links if link.login]

    async def work(session: Session) -> None:
        if await people.use_secret(command.secret, "invitation", real_now, session) is None:
            raise _gone()
        # Of two links that were sent in the same moment both may hold: the first password is chosen once all the same.
        if not await people.choose_first_password(person.firm_id, person.id, side, password_hash, now, session):
            raise _gone()
        about, account_id = security.person_of(person), found.secret.account_id
        act = security.Act("invitation.accepted", person.firm_id, about, account_id=account_id)
        await security.note(context, act, session)
        for read in opened:
            await context.store.chores.add("decide", read, person.firm_id, about, now, session)

    await context.store.mongo.transact(work)
    for read in opened:
        context.settler.later(cycles.decide_account(context.means, person.firm_id, read), f"decide {read}")
    principal = await auth.principal_of(context.store, person.firm_id, person.id, side, new_id())
    if principal is None:
        raise _gone()
    return await sessions.open_session(context, principal, password_hash, browser=command.cookie)


async def opened(means: Means, secret_text: str) -> Open | None:
    """What a link opens for who follows it now; None if it doesn't hold."""
    people = means.store.people
    secret = await people.secret(secret_text, "invitation", auth.real_now(means.clock))
    if secret is None:
        return None
    if secret.side == "staff":
        member = await people.staff(secret.firm_id, secret.user_id)
        return Open(secret, member) if member and member.active and member.password_hash is None else None
    contact = await people.contact(secret.firm_id, secret.user_id)
    if contact is None or contact.activated_at is not None or not await _may_log_in(means, contact):
        return None
    return Open(secret, contact)


async def _may_log_in(means: Means, contact: ContactDoc) -> bool:
    return any(link.login for link in await means.store.people.links_of_contact(contact.firm_id, contact.id))


async def _open(context: Context, secret_text: str) -> Open:
    found = await opened(context.means, secret_text)
    if found is None:
        raise _gone()
    return found


def _gone() -> NotFound:
    return NotFound("This link has been used or replaced, or is too old.", reason="secret_gone")
