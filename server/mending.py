"""What whoever runs the server mends when nobody who could has a login: a firm's facts, its owner, a password, a session.

Each is done by the ordinary action, as the command line, which stands above the firm's people; the audit trail and the
events say so. Knows no arguments and prints nothing: that is server.cli.
"""

from typing import Any

from msgspec.structs import replace

from protocol.errors import Conflict, NotFound
from protocol.ids import new_id
from protocol.staff import StaffUpdate
from protocol.wire import Email, Id
from server.access import changes as access_changes
from server.access.changes import Difference
from server.audit import security
from server.core import auth
from server.core.context import Context, Means, Origin
from server.firms import actions as firms
from server.sessions import actions as sessions
from server.sessions import invitations
from server.sessions.actions import Somebody
from server.staff import actions as people
from storage.firms import FirmDoc
from storage.mongo.connection import Session
from storage.people import StaffDoc

COMMAND_LINE = Origin(browser="command line")
"""From where it came, as far as the audit trail is concerned."""


def acting(means: Means, firm_id: Id) -> Context:
    """The surroundings of an act of the command line at a firm."""
    return Context(means, auth.command_line(firm_id), COMMAND_LINE)


async def firm_of(means: Means, firm_id: str) -> FirmDoc:
    """A firm. Raises NotFound with the sentence that helps."""
    firm = await means.store.firms.get(firm_id)
    if firm is None:
        raise NotFound("There is no such firm: `python -m server firms` lists them.")
    return firm


async def somebody(means: Means, email: Email, firm_id: str | None) -> Somebody:
    """Whoever logs in with an address; who is both at one firm is meant as staff, as at a login.

    Raises NotFound for nobody, Conflict where several firms know the address.
    """
    staff, contacts = await means.store.people.by_email(auth.normal_email(email))
    found: dict[Id, Somebody] = {}
    there: list[Somebody] = [*staff, *contacts]
    for person in there:
        if firm_id is None or person.firm_id == firm_id:
            found.setdefault(person.firm_id, person)
    if not found:
        raise NotFound("Nobody has this address here.")
    if len(found) > 1:
        raise Conflict(f"Several firms know this address: add --firm with one of {', '.join(sorted(found))}.")
    return next(iter(found.values()))


async def colleague(means: Means, email: Email, firm_id: str | None) -> StaffDoc:
    """The same for somebody who works at a firm."""
    person = await somebody(means, email, firm_id)
    if not isinstance(person, StaffDoc):
        raise Conflict("This is a client's contact, not somebody who works at the firm.")
    return person


async def change_firm(means: Means, firm_id: str, fields: dict[str, Any]) -> FirmDoc:
    """Set what a firm is called, its language and time zone, by their paths."""
    firm = await firm_of(means, firm_id)
    return await firms.change(acting(means, firm.id), firm.id, fields)


async def make_owner(means: Means, firm_id: str, email: Email) -> StaffDoc:
    """Make somebody who works at a firm its one owner (spec 1.1), active, and whoever was it an admin.

    Somebody without a password yet is sent an invitation.
    """
    firm = await firm_of(means, firm_id)
    member = await colleague(means, email, firm.id)
    context, store = acting(means, firm.id), means.store
    before = await store.people.owners(firm.id)

    async def write(session: Session) -> tuple[StaffDoc, Difference]:
        # Held one after the other, in an order that two who do this at once share.
        made, owners = member, await store.people.owners(firm.id, session)
        for staff_id in sorted({owner.id for owner in owners} | {member.id}):
            held = await store.people.hold_staff(firm.id, staff_id, session)
            if held is None:
                raise NotFound("Nobody has this address here.")
            if staff_id == member.id:
                after = made = replace(held, role="owner", active=True)
            else:
                after = replace(held, role="admin")
            if after != held:
                await store.people.change_staff(firm.id, held.id, {"role": after.role, "active": after.active}, session)
                about, text = security.person_of(held), security.difference(held, after)
                act = security.Act("staff.changed", firm.id, about, context.principal, text=text)
                await security.note(context, act, session)
        return made, Difference(unlisted=True)

    made, _ = await access_changes.change(context, member.id, write)
    for owner in before:
        if owner.id != made.id:
            # Their windows offer what an owner may: they hear of it in the log.
            await access_changes.change(context, owner.id, _only_tell)
    if made.password_hash is None:
        await invitations.invite_staff(context, made)
    return made


async def _only_tell(session: Session) -> tuple[None, Difference]:
    return None, Difference(unlisted=True)


async def set_active(means: Means, email: Email, firm_id: str | None, *, active: bool) -> StaffDoc:
    """Let a colleague in again, or keep them out at once everywhere (AC-15). The owner stays (spec 1.1)."""
    member = await colleague(means, email, firm_id)
    if member.role == "owner" and not active:
        raise Conflict("A firm has exactly one owner: make somebody else the owner first.", reason="one_owner")
    if member.active != active:
        command = StaffUpdate(staff_id=member.id, active=active)
        await people.update_staff(acting(means, member.firm_id), command, None)
    return member


async def password_link(means: Means, email: Email, firm_id: str | None, *, mail: bool) -> str:
    """A link with which somebody chooses a new password, which ends all their sessions: put into the outbox, or returned.

    Raises Conflict for who could not log in with one either, and says why.
    """
    person = await somebody(means, email, firm_id)
    context = acting(means, person.firm_id)
    if isinstance(person, StaffDoc):
        if not person.active:
            raise Conflict("This person is deactivated: activate them first.")
    elif person.activated_at is None:
        raise Conflict("This person has not accepted an invitation yet: have the firm send another one.")
    elif await auth.principal_of(means.store, person.firm_id, person.id, "contact", new_id()) is None:
        raise Conflict("This person has Login on nowhere: have the firm turn it on.")
    await sessions.end_all(context, person)
    lifetime_s = means.settings.password_reset_s
    if mail:
        await sessions.send_secret(context, person, "password_reset", lifetime_s)
    secret = "" if mail else await sessions.new_secret(context, person, "password_reset", lifetime_s)
    await security.note(
        context, security.Act("password.asked", person.firm_id, security.person_of(person), context.principal)
    )
    return f"{means.settings.own_url}/reset#{secret}" if secret else ""


async def end_sessions(means: Means, email: Email, firm_id: str | None) -> int:
    """Log somebody out everywhere, widgets too; how many sessions that was."""
    person = await somebody(means, email, firm_id)
    return await sessions.end_all(acting(means, person.firm_id), person)
