"""Me, and the staff: who works at the firm, with which role and rights (spec 1.1, 1.2).

The owner is one, and keeps everything. Admins set the rights of employees; only the owner makes, changes or removes
admins.
"""

from msgspec.structs import replace

from protocol import addresses
from protocol.errors import Conflict, Forbidden, NotFound
from protocol.ids import new_id
from protocol.people import Right, Role
from protocol.sessions import Me, MeRead, MeUpdate
from protocol.staff import StaffList, StaffMember, StaffPage, StaffUpdate
from protocol.wire import Email, Id
from server.access import changes as access_changes
from server.access.changes import Difference
from server.audit import security
from server.core import auth
from server.core import rules as access
from server.core.context import Context
from server.core.doing import does
from server.core.sight import may_see, sees_all
from server.sessions import actions as sessions
from server.sessions import invitations
from storage.mongo.connection import Row, Session
from storage.people import StaffDoc

# me


@does(MeRead)
async def me(context: Context, command: MeRead, scope: None) -> Me:
    """Who is asking."""
    return await sessions.me_of(context, context.principal)


@does(MeUpdate)
async def update_me(context: Context, command: MeUpdate, scope: None) -> Me:
    """Change the asker's language."""
    principal, people = context.principal, context.store.people
    change = people.change_staff if principal.is_staff else people.change_contact
    await change(principal.firm_id, principal.user_id, {"language": command.language})
    return await sessions.me_of(context, await auth.reload(context.store, principal))


# staff


def seen_staff(member: StaffDoc) -> StaffMember:
    """A member of staff as colleagues see them."""
    return StaffMember(
        id=member.id,
        name=member.name,
        email=member.email,
        role=member.role,
        rights=member.rights,
        active=member.active,
    )


@does(StaffList)
async def list_staff(context: Context, command: StaffList, scope: None) -> StaffPage:
    """Everybody who works or worked at the firm; for an account, the active ones who can see it (MN-4, AS-2)."""
    members = await context.store.people.firm_staff(context.principal.firm_id)
    if command.account_id is not None:
        account = await access.account_of(context, command.account_id)
        members = [member for member in members if may_see(member, account)]
    return StaffPage(staff=[seen_staff(member) for member in members])


async def add_staff(
    context: Context, firm_id: Id, name: str, email: Email, role: Role, rights: list[Right]
) -> StaffDoc:
    """Add somebody who works at the firm and send them an invitation. Lets KeyTaken out for a known address.

    Raises Invalid for one that can't be written to.
    """
    address = addresses.to_write_to("email", email)
    firm = await context.store.firms.get(firm_id)
    if firm is None:
        raise NotFound("There is no such firm.")
    member = StaffDoc(
        id=new_id(),
        firm_id=firm_id,
        name=name,
        email=address,
        role=role,
        rights=rights,
        language=firm.firm.language,
    )
    await context.store.people.add_staff(member)
    await invitations.invite_staff(context, member)
    return member


@does(StaffUpdate)
async def update_staff(context: Context, command: StaffUpdate, scope: None) -> StaffMember:
    """Change a colleague's role, rights, or whether they are active; takes effect at once everywhere (AC-15)."""
    people = context.store.people
    fields: Row = {}
    if command.role is not None:
        fields["role"] = command.role
    if command.rights is not None:
        fields["rights"] = sorted(set(command.rights))
    if command.active is not None:
        fields["active"] = command.active

    async def write(session: Session) -> tuple[StaffDoc, Difference]:
        member = _known(context, await people.hold_staff(context.principal.firm_id, command.staff_id, session))
        changed = replace(member, **fields)
        _may_change(context, member, changed)
        if changed == member:
            return member, Difference()
        before = await _seen_accounts(context, member, session)
        after = await _seen_accounts(context, changed, session)
        await people.change_staff(member.firm_id, member.id, fields, session)
        await security.note(
            context,
            security.Act(
                "staff.changed",
                member.firm_id,
                security.person_of(member),
                context.principal,
                text=security.difference(member, changed),
            ),
            session,
        )
        everything = sees_all(changed)
        await access_changes.begin_clearing_up(context, changed, sees_all=everything, session=session)
        # Listed or not, the person's windows must hear of other rights: what they offer depends on them.
        return changed, Difference(lost=before - after, gained=after - before, unlisted=True)

    changed, _ = await access_changes.change(context, command.staff_id, write)
    if not changed.active:
        await sessions.end_all(context, changed)
    await access_changes.clear_up(context, changed)
    return seen_staff(changed)


async def colleague(context: Context, staff_id: Id) -> StaffDoc:
    """Somebody who works or worked at the asker's firm. Raises NotFound for anybody else."""
    return _known(context, await context.store.people.staff(context.principal.firm_id, staff_id))


def _known(context: Context, member: StaffDoc | None) -> StaffDoc:
    if member is None or member.firm_id != context.principal.firm_id:
        raise NotFound("There is no such colleague.")
    return member


def _may_change(context: Context, member: StaffDoc, changed: StaffDoc) -> None:
    asker = context.principal
    if changed == member:
        return
    if member.role == "owner":
        raise Forbidden("The owner's role and rights stay as they are.", reason="owner_stays")
    if changed.role == "owner":
        raise Conflict("A firm has exactly one owner.", reason="one_owner")
    if asker.role != "owner" and (member.role == "admin" or changed.role != member.role):
        raise Forbidden("Only the owner makes, changes or removes admins.", reason="owner_only")


async def _seen_accounts(context: Context, member: StaffDoc, session: Session) -> frozenset[Id]:
    """The accounts that somebody sees, up to one more than an event can name besides those they are assigned to."""
    accounts = context.store.accounts
    if not member.active:
        return frozenset()
    assigned = await accounts.ids_assigned_to(member.firm_id, member.id, session)
    if not sees_all(member):
        return frozenset(assigned)
    enough = access_changes.ACCOUNTS_LISTED_MAX + 1 + len(assigned)
    return frozenset(account.id for account in await accounts.find(member.firm_id, {}, enough, session))
