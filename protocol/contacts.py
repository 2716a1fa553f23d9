"""Contacts: a person's place in an account, with its two switches (spec 1.3)."""

from typing import ClassVar

from protocol.asked import Asked, Update
from protocol.letters import Delivery
from protocol.wire import Email, Id, Mailbox, Ms, Name, Wire


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
