"""Accounts: the client entities that are served (spec 2.3)."""

from typing import ClassVar, Literal

from protocol.asked import Answer, Asked, Update
from protocol.contacts import Link
from protocol.custom_fields import FieldValues
from protocol.happened import Happened
from protocol.wire import ClientKey, Id, Ms, Name, PageSize, Search, Wire

Activation = Literal["not_activated", "pending", "activated"]
AccountKind = Literal["company", "individual", "other"]


class AccountBrief(Wire):
    """An account's name, as shown beside its threads."""

    id: Id
    name: str
    """Empty where an inbox entry is about no account."""
    short_id: str = ""


class Account(Wire):
    """A client entity that is served, as staff see it (spec 2.3)."""

    id: Id
    name: Name
    short_id: str
    kind: AccountKind
    activation: Activation
    staff_ids: list[Id]
    following: bool
    links: list[Link]
    archived: bool = False
    custom: FieldValues = {}
    """What is said in the firm's custom fields. Left out where accounts are listed."""


class AccountFilter(Wire):
    """What some accounts have in common; what is absent doesn't matter."""

    search: Search = ""
    """Words of which each begins one of name and short id."""
    kind: AccountKind | None = None
    staff_id: Id | None = None
    """Who is assigned."""
    activation: Activation | None = None


class AccountPage(Answer):
    """Accounts by name."""

    accounts: list[Account]
    more: bool = False
    total: int | None = None
    """How many there are on all pages, if that was asked for."""


class AccountList(Asked, tag="account.list", may="staff", cost=3):
    """The accounts I may see, by name; `after` is the last account of the page before."""

    search: Search = ""
    after: Id | None = None
    limit: PageSize = 100
    kind: AccountKind | None = None
    staff_id: Id | None = None
    """Those that this colleague is assigned to."""
    activation: Activation | None = None
    counted: bool = False
    """Say how many there are on all pages, too."""
    Result: ClassVar[type[Wire]] = AccountPage


class AccountRead(Asked, tag="account.read", may="account_staff"):
    """One account."""

    account_id: Id
    Result: ClassVar[type[Wire]] = Account


class AccountCreate(Asked, tag="account.create", may="firm_with:manage_accounts", cost=3):
    """Add an account."""

    name: Name
    client_account_id: ClientKey
    kind: AccountKind = "company"
    Result: ClassVar[type[Wire]] = Account


class AccountDescribe(Update, tag="account.describe", may="account_with:manage_accounts", cost=3):
    """Say what the firm's custom fields say of an account; those that aren't named stay. Shortcodes stand for it."""

    account_id: Id
    custom: FieldValues
    Result: ClassVar[type[Wire]] = Account


class AccountAssign(Asked, tag="account.assign", may="account_with:assign_teammates", cost=5):
    """Give a colleague access to an account, or take it away; takes effect at once everywhere (AC-15)."""

    account_id: Id
    staff_id: Id
    assigned: bool
    Result: ClassVar[type[Wire]] = Account


class AccountFollow(Asked, tag="account.follow", may="account_staff", cost=2):
    """Follow an account, or stop (NS-1)."""

    account_id: Id
    following: bool
    Result: ClassVar[type[Wire]] = Account


class AccessChanged(Happened, tag="access.changed", stands="u"):
    """What this person may see has changed; accounts in `lost` must be dropped at once (AC-15, RT-4)."""

    lost: list[Id] = []
    gained: list[Id] = []
    at: Ms = 0
    open_count: int | None = None
    """Staff: the badge, once the entries of what is lost have gone."""
