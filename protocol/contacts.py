"""Contacts: a person's place in an account, with its two switches (spec 1.3)."""

from typing import Annotated, ClassVar

import msgspec

from protocol.asked import Answer, Asked, Update
from protocol.custom_fields import FieldValues
from protocol.letters import Delivery
from protocol.wire import LINE, ONE_LINE, WRITTEN, Email, Id, Mailbox, Ms, Name, Phone, Wire

Detail = Annotated[
    str,
    msgspec.Meta(max_length=120, pattern=rf"^{LINE}\Z", description=f"a text {ONE_LINE}, or empty", extra=WRITTEN),
]


class ContactDetails(Wire):
    """What the firm knows of a person besides name and address (spec 2.4). Empty: not known."""

    first_name: Detail = ""
    middle_name: Detail = ""
    last_name: Detail = ""
    phone: Phone = ""
    company_name: Detail = ""
    street: Detail = ""
    zip: Detail = ""
    city: Detail = ""
    state: Detail = ""
    country: Detail = ""


class Link(Wire):
    """A contact's place in an account: its two switches, and how far the invitation has come (spec 1.3)."""

    contact_id: Id
    name: Name
    email: Email
    login: bool
    notify: bool
    activated: bool
    """The person has a password; with `login` on they can read and write here."""
    invited_at: Ms | None = None
    last_login_at: Ms | None = None
    mail: Delivery | None = None
    """What has become of the last letter to them about this account that was tried, an invitation's too."""
    failed_letters: list[Id] = []
    """The latest letters to them about this account that failed: each can be tried again by `letter.retry`."""


class ContactCreate(Asked, tag="contact.create", may="account_staff", cost=3):
    """Add a person to an account; somebody with this address already at the firm is linked (spec 1.3)."""

    account_id: Id
    name: Name
    email: Mailbox
    login: bool = False
    notify: bool = True
    invite: bool = False
    Result: ClassVar[type[Wire]] = Link


class ContactUpdate(Update, tag="contact.update", may="account_with:manage_accounts", cost=5):
    """Correct a contact's address. Whoever has an earlier invitation or login of theirs is out (AC-15)."""

    account_id: Id
    contact_id: Id
    email: Mailbox
    Result: ClassVar[type[Wire]] = Link


class ContactView(Answer):
    """A person and what is known of them."""

    contact_id: Id
    name: Name
    details: ContactDetails = ContactDetails()
    custom: FieldValues = {}
    """What is said in the firm's custom fields."""


class ContactRead(Asked, tag="contact.read", may="account_staff"):
    """What the firm knows of a contact. Whoever knows of somebody only the address that was typed is told no more."""

    account_id: Id
    contact_id: Id
    Result: ClassVar[type[Wire]] = ContactView


class ContactDescribe(Update, tag="contact.describe", may="account_with:manage_contacts", cost=3):
    """Say what the firm knows of a contact; what is absent stays, and an empty text takes back what was said. Shortcodes
    stand for it."""

    account_id: Id
    contact_id: Id
    first_name: Detail | None = None
    middle_name: Detail | None = None
    last_name: Detail | None = None
    phone: Phone | None = None
    company_name: Detail | None = None
    street: Detail | None = None
    zip: Detail | None = None
    city: Detail | None = None
    state: Detail | None = None
    country: Detail | None = None
    custom: FieldValues | None = None
    """Of the custom fields those that are named; the others stay."""
    Result: ClassVar[type[Wire]] = ContactView


class LinkUpdate(Update, tag="link.update", may="account_with:manage_accounts", cost=5):
    """Turn Login or Notify on or off for one person in one account (spec 1.3)."""

    account_id: Id
    contact_id: Id
    login: bool | None = None
    notify: bool | None = None
    Result: ClassVar[type[Wire]] = Link


class InvitationSend(Asked, tag="invitation.send", may="account_with:manage_accounts", cost=5):
    """Send the person a link with which to choose a password. An earlier link stops working."""

    account_id: Id
    contact_id: Id
    Result: ClassVar[type[Wire]] = Link
