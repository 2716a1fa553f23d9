"""Who leads a firm and who sees which of its accounts: the one place that says (AC-4, AC-7, AC-8, spec 1.2).

Of staff as they are stored or as they have logged in, which both have a role and rights; of contacts by their links. Pure.
Refuses to know what may be done with what is seen (server.core.rules).
"""

from collections.abc import Collection
from typing import Final, Protocol, get_args

from protocol.people import Right, Role
from protocol.wire import Id
from storage.accounts import AccountDoc
from storage.people import ContactDoc, LinkDoc, StaffDoc

LEADING: Final[frozenset[Role]] = frozenset({"owner", "admin"})


class Ranked(Protocol):
    """Has a place in a firm; without a role they don't work there."""

    @property
    def role(self) -> Role | None: ...

    @property
    def rights(self) -> Collection[Right]: ...


def leads(who: Ranked) -> bool:
    """Owner or admin."""
    return who.role in LEADING


def holds(who: Ranked, right: Right) -> bool:
    """By their role, or because it was given to them."""
    return leads(who) or (who.role is not None and right in who.rights)


def sees_all(who: Ranked) -> bool:
    """Every account of the firm (AC-4)."""
    return holds(who, "view_all_accounts")


def may_see(member: StaffDoc, account: AccountDoc) -> bool:
    """Whether a member of staff sees an account of their firm (AC-4). Who isn't active sees nothing."""
    return member.active and (sees_all(member) or member.id in account.staff_ids)


def open_accounts(contact: ContactDoc, links: Collection[LinkDoc]) -> frozenset[Id]:
    """The accounts that a contact may open: none before activation (AC-4, AC-8), then those with Login on."""
    if contact.activated_at is None:
        return frozenset()
    return frozenset(link.account_id for link in links if link.login)


def rights_of(who: Ranked) -> list[Right]:
    """All that they hold, in the order of the specification."""
    return [right for right in get_args(Right) if holds(who, right)]
