"""Who may see and change accounts and their contacts."""

from protocol.accounts import AccountAssign, AccountCreate, AccountDescribe, AccountFollow, AccountList, AccountRead
from protocol.contacts import ContactCreate, ContactDescribe, ContactRead, ContactUpdate, InvitationSend, LinkUpdate
from protocol.ids import new_id
from storage.accounts import AccountDoc
from storage.people import ContactDoc, LinkDoc, link_id
from tests.server.core.access.roles import STAFF, STAFF_SEEN, WITH_RIGHT, Row
from tests.server.core.access.targets import Case, Cases
from tests.world import World


async def pending_contact(world: World, account: AccountDoc) -> ContactDoc:
    people = world.store.people
    contact = ContactDoc(id=new_id(), firm_id=account.firm_id, name="Ny", email=f"ny@{account.short_id}.example")
    await people.add_contact(contact)
    await people.add_link(
        LinkDoc(
            id=link_id(account.id, contact.id),
            firm_id=account.firm_id,
            account_id=account.id,
            contact_id=contact.id,
            login=True,
            notify=True,
        )
    )
    return contact


CASES: Cases = {
    AccountList: Case(STAFF, lambda w, t: AccountList()),
    AccountRead: Case(STAFF_SEEN, lambda w, t: AccountRead(account_id=t.account.id)),
    AccountCreate: Case(Row("AAFAFFF UUU"), lambda w, t: AccountCreate(name="Ny AB", client_account_id=new_id())),
    AccountAssign: Case(
        WITH_RIGHT, lambda w, t: AccountAssign(account_id=t.account.id, staff_id=t.colleague.id, assigned=True)
    ),
    AccountDescribe: Case(WITH_RIGHT, lambda w, t: AccountDescribe(account_id=t.account.id, custom={})),
    AccountFollow: Case(STAFF_SEEN, lambda w, t: AccountFollow(account_id=t.account.id, following=True)),
    ContactCreate: Case(
        WITH_RIGHT, lambda w, t: ContactCreate(account_id=t.account.id, name="En", email="en@ny.example")
    ),
    ContactUpdate: Case(
        WITH_RIGHT,
        lambda w, t: ContactUpdate(account_id=t.account.id, contact_id=t.pending.id, email=f"{new_id()}@ny.example"),
    ),
    ContactRead: Case(STAFF_SEEN, lambda w, t: ContactRead(account_id=t.account.id, contact_id=t.contact.id)),
    ContactDescribe: Case(
        WITH_RIGHT, lambda w, t: ContactDescribe(account_id=t.account.id, contact_id=t.contact.id, city="Nacka")
    ),
    LinkUpdate: Case(
        WITH_RIGHT, lambda w, t: LinkUpdate(account_id=t.account.id, contact_id=t.contact.id, notify=True)
    ),
    InvitationSend: Case(WITH_RIGHT, lambda w, t: InvitationSend(account_id=t.account.id, contact_id=t.pending.id)),
}
