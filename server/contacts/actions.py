"""Contacts and their places in accounts: added, their addresses corrected, Login and Notify switched (spec 1.3).

A person is one contact of a firm however many accounts they belong to; the switches belong to the pair. Manage contacts
lets staff add people; Manage accounts lets them decide who may log in (spec 1.2).
"""

from msgspec.structs import replace

from protocol import addresses
from protocol.blank import is_blank
from protocol.contacts import (
    ContactCreate,
    ContactDescribe,
    ContactDetails,
    ContactRead,
    ContactUpdate,
    ContactView,
    InvitationSend,
    Link,
    LinkUpdate,
)
from protocol.errors import Conflict, Forbidden, NotFound
from protocol.ids import new_id
from protocol.wire import Id
from server.access import changes as access_changes
from server.access.changes import Difference
from server.audit import security
from server.core import auth
from server.core.context import Context
from server.core.doing import does
from server.core.rules import AccountScope, may_with
from server.core.said import said, unturned
from server.core.sight import holds, open_accounts
from server.custom_fields import saying
from server.people import acquaintance
from server.reminders import cycles
from server.sessions import actions as sessions
from server.sessions import invitations
from storage.log.streams import KeyTaken
from storage.mongo.connection import Session
from storage.mongo.documents import to_document
from storage.people import ContactDoc, LinkDoc, link_id


async def contact_and_link(context: Context, account_id: Id, contact_id: Id) -> tuple[ContactDoc, LinkDoc]:
    """Somebody on an account's side. Raises NotFound for anybody else, of whatever account or firm."""
    people, firm_id = context.store.people, context.principal.firm_id
    link = await people.link(firm_id, account_id, contact_id)
    contact = await people.contact(firm_id, contact_id) if link else None
    if link is None or contact is None:
        raise _not_here()
    return contact, link


def _not_here() -> NotFound:
    return NotFound("There is no such contact in this account.")


@does(ContactCreate)
async def create(context: Context, command: ContactCreate, scope: AccountScope) -> Link:
    """Add somebody to an account. Somebody with this address at the firm keeps their name and is linked; whoever may not
    see them is answered as if they were new.

    Doing it again with the same switches changes nothing; with others it is a Conflict: that is `link.update`'s.
    """
    _may_add(context, login=command.login or command.invite)
    if command.invite and not command.login:
        raise Conflict("An invitation needs Login on.", reason="login_off")
    name = auth.normal_email(command.email) if is_blank(command.name) else said("$.name", command.name)
    contact, met = await _contact(context, command, name)
    hidden = met and not await acquaintance.knows(context, contact.id)
    link = LinkDoc(
        id=link_id(scope.account.id, contact.id),
        firm_id=contact.firm_id,
        account_id=scope.account.id,
        contact_id=contact.id,
        login=command.login,
        notify=command.notify,
        typed_name=name if hidden else "",
    )

    async def write(session: Session) -> tuple[tuple[ContactDoc, LinkDoc], Difference]:
        people = context.store.people
        person = await people.hold_contact(contact.firm_id, contact.id, session) or contact
        first = await people.link(link.firm_id, link.account_id, link.contact_id, session)
        if first is not None:
            if (first.login, first.notify) != (link.login, link.notify):
                raise Conflict("This person belongs to the account already.", reason="already_linked")
            return (person, first), Difference()
        await people.add_link(link, session)
        await context.store.accounts.joined(link.firm_id, link.account_id, link.typed_name or person.name, session)
        await _note(context, "link.added", person, link, session)
        await _note_decision(context, link.account_id, session)
        opened = {link.account_id} if link.login and person.activated_at is not None else set()
        return (person, link), Difference(gained=opened)

    (contact, link), _ = await access_changes.change(context, contact.id, write, has_inbox=False)
    if command.invite and contact.activated_at is None and link.invited_at is None:
        link = await invitations.invite_contact(context, contact, link)
    _decide_later(context, scope.account.id)
    seen = await _seen(context, contact, link)
    if not (hidden and link.typed_name):
        return seen
    # What it would be of a new person: whoever asks is not told which of the two it is.
    return replace(seen, activated=False, invited_at=context.clock.now() if command.invite else None)


async def _note(context: Context, event: security.Event, contact: ContactDoc, link: LinkDoc, session: Session) -> None:
    act = security.Act(
        event,
        link.firm_id,
        security.person_of(contact),
        context.principal,
        link.account_id,
        security.switches(login=link.login, notify=link.notify),
    )
    await security.note(context, act, session)


async def _seen(context: Context, contact: ContactDoc, link: LinkDoc) -> Link:
    typed = await acquaintance.typed_names(context, [link])
    return acquaintance.seen_link(contact, link, typed.get(link.id))


def _may_add(context: Context, *, login: bool) -> None:
    """Whoever manages contacts or accounts adds people; who may log in is for those who manage accounts."""
    principal = context.principal
    if login:
        may_with(principal, "manage_accounts")
    elif not holds(principal, "manage_contacts") and not holds(principal, "manage_accounts"):
        raise Forbidden("This needs the right manage_contacts.")


async def _contact(context: Context, command: ContactCreate, name: str) -> tuple[ContactDoc, bool]:
    """The firm's contact with this address, made if there is none, and whether there was."""
    people, firm_id = context.store.people, context.principal.firm_id
    email = addresses.to_write_to("$.email", command.email)
    found = await people.contact_by_email(firm_id, email)
    if found is not None:
        return found, True
    firm = await context.store.firms.get(firm_id)
    contact = ContactDoc(
        id=new_id(),
        firm_id=firm_id,
        name=name,
        email=email,
        language=firm.firm.language if firm else "en",
    )
    try:
        await people.add_contact(contact)
    except KeyTaken:
        found = await people.contact_by_email(firm_id, email)
        if found is None:
            raise
        return found, True
    return contact, False


@does(ContactUpdate)
async def update(context: Context, command: ContactUpdate, scope: AccountScope) -> Link:
    """Correct somebody's address, in the account where a letter to them was refused.

    Their links from mails stop working, they are logged out everywhere (AC-15), and what is known of letters to the old
    address is forgotten. Whoever could choose the address of somebody who logs in could log in as them: it takes owner
    or admin then, and where they belong to accounts that the asker doesn't see. Raises Conflict for an address that is
    somebody else's.
    """
    people, account_id = context.store.people, scope.account.id
    email = addresses.to_write_to("$.email", command.email)

    async def write(session: Session) -> tuple[ContactDoc, LinkDoc, bool]:
        contact = await people.hold_contact(scope.account.firm_id, command.contact_id, session)
        link = await people.link(scope.account.firm_id, account_id, command.contact_id, session)
        if contact is None or link is None:
            raise _not_here()
        places = await people.links_held(contact.firm_id, contact.id, session)
        foreign = any(not context.principal.sees(place.account_id) for place in places)
        if (contact.activated_at is not None or foreign) and not context.principal.leads:
            raise Forbidden(
                "Only the owner or an admin may change the address of somebody who logs in, or is known from elsewhere."
            )
        if contact.email == email:
            return contact, link, False
        changed = await people.change_contact(contact.firm_id, contact.id, {"email": email}, session)
        await people.forget_letters(contact.firm_id, contact.id, session)
        text = f"{contact.email} → {email}"
        about = security.person_of(contact)
        act = security.Act("contact.changed", contact.firm_id, about, context.principal, account_id, text)
        await security.note(context, act, session)
        return changed or contact, await people.link(contact.firm_id, account_id, contact.id, session) or link, True

    taken = Conflict(
        "Somebody else at the firm has this address: add them to the account instead.", reason="email_taken"
    )
    other = await people.contact_by_email(context.principal.firm_id, email)
    if other is not None and other.id != command.contact_id:
        await contact_and_link(context, account_id, command.contact_id)
        raise taken
    try:
        contact, link, changed = await context.store.mongo.transact(write)
    except KeyTaken:
        raise taken from None
    if changed:
        await sessions.end_all(context, contact)
    return await _seen(context, contact, link)


@does(ContactRead)
async def read(context: Context, command: ContactRead, scope: AccountScope) -> ContactView:
    """What the firm knows of somebody on the account's side."""
    contact, link = await contact_and_link(context, scope.account.id, command.contact_id)
    if link.typed_name and not await acquaintance.knows(context, contact.id):
        return ContactView(contact_id=contact.id, name=link.typed_name)
    return _viewed(contact)


@does(ContactDescribe)
async def describe(context: Context, command: ContactDescribe, scope: AccountScope) -> ContactView:
    """Keep what is said of a contact; what changes nothing is noted nowhere. Raises Forbidden where the asker doesn't know
    them: what is kept is the person's, in all their accounts. Raises Invalid for what doesn't fit into a custom field."""
    people = context.store.people
    _, link = await contact_and_link(context, scope.account.id, command.contact_id)
    if link.typed_name and not await acquaintance.knows(context, command.contact_id):
        raise Forbidden(
            "This person is known from elsewhere: somebody who sees them there keeps what is known of them."
        )
    told = {name: getattr(command, name) for name in ContactDetails.__struct_fields__}
    fields = {name: _tidy(text) for name, text in told.items() if text is not None}
    given = command.custom or {}

    async def write(session: Session) -> ContactDoc:
        contact = await people.hold_contact(scope.account.firm_id, command.contact_id, session)
        if contact is None:
            raise _not_here()
        details = replace(contact.details, **fields)
        changed = [name for name in fields if getattr(details, name) != getattr(contact.details, name)]
        custom, names = await saying.put_together(context, "contact", contact.custom, given, session)
        changed += names
        if not changed:
            return contact
        kept = {"details": to_document(details), "custom": custom}
        after = await people.change_contact(contact.firm_id, contact.id, kept, session)
        about, text = security.person_of(contact), ", ".join(changed)
        act = security.Act("contact.changed", contact.firm_id, about, context.principal, scope.account.id, text)
        await security.note(context, act, session)
        return after or contact

    return _viewed(await context.store.mongo.transact(write))


def _tidy(text: str) -> str:
    return " ".join(unturned(text).split())


def _viewed(contact: ContactDoc) -> ContactView:
    return ContactView(contact_id=contact.id, name=contact.name, details=contact.details, custom=contact.custom)


@does(LinkUpdate)
async def update_link(context: Context, command: LinkUpdate, scope: AccountScope) -> Link:
    """Switch Login or Notify. Login off ends access to the account at once (AC-15), and the last one all sessions."""
    people, account_id = context.store.people, scope.account.id
    await contact_and_link(context, account_id, command.contact_id)
    switches = {"login": command.login, "notify": command.notify}
    fields = {name: value for name, value in switches.items() if value is not None}

    async def write(session: Session) -> tuple[tuple[ContactDoc, LinkDoc], Difference]:
        contact = await people.hold_contact(scope.account.firm_id, command.contact_id, session)
        link = await people.link(scope.account.firm_id, account_id, command.contact_id, session)
        if contact is None or link is None:
            raise _not_here()
        changed = replace(link, **fields)
        if changed == link:
            return (contact, link), Difference()
        await people.change_link(contact.firm_id, account_id, contact.id, fields, session)
        await _note(context, "link.changed", contact, changed, session)
        await _note_decision(context, account_id, session)
        only = set() if contact.activated_at is None or changed.login == link.login else {account_id}
        return (contact, changed), Difference(gained=only) if changed.login else Difference(lost=only)

    (contact, changed), _ = await access_changes.change(context, command.contact_id, write, has_inbox=False)
    if not changed.login and not open_accounts(contact, await people.links_of_contact(contact.firm_id, contact.id)):
        await sessions.end_all(context, contact)
    _decide_later(context, account_id)
    return await _seen(context, contact, changed)


async def _note_decision(context: Context, account_id: Id, session: Session) -> None:
    principal = context.principal
    at = context.clock.now()
    await context.store.chores.add("decide", account_id, principal.firm_id, principal.person, at, session)


def _decide_later(context: Context, account_id: Id) -> None:
    """Who is to be notified decides whether a reminder is held or due (D4), in as many threads as there are."""
    work = cycles.decide_account(context.means, context.principal.firm_id, account_id)
    context.settler.later(work, f"decide {account_id}")


@does(InvitationSend)
async def invite(context: Context, command: InvitationSend, scope: AccountScope) -> Link:
    """Send a link to a contact with Login on; an earlier one stops working. Raises Conflict where it makes no sense."""
    contact, link = await contact_and_link(context, scope.account.id, command.contact_id)
    if not link.login:
        raise Conflict("Turn Login on first.", reason="login_off")
    if contact.activated_at is not None:
        raise Conflict("This person has chosen a password already.", reason="already_activated")
    return await _seen(context, contact, await invitations.invite_contact(context, contact, link))
