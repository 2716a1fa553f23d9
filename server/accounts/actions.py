"""Accounts: added, listed, read; assigned to colleagues and followed (spec 2.3, NS-1)."""

import re
from collections.abc import Collection
from typing import Final

from msgspec.structs import replace

from protocol.accounts import (
    Account,
    AccountAssign,
    AccountCreate,
    AccountFilter,
    AccountFollow,
    AccountList,
    AccountPage,
    AccountRead,
)
from protocol.errors import Invalid, NotFound, Unavailable
from protocol.ids import new_id
from protocol.wire import Id
from server.access import changes as access_changes
from server.access.changes import Difference
from server.accounts import finding
from server.audit import security
from server.core import keys
from server.core.context import Context
from server.core.doing import answers_again, does
from server.core.rules import AccountScope
from server.core.said import said
from server.core.sight import sees_all
from server.people import acquaintance
from server.staff.actions import colleague
from storage.accounts import AccountDoc
from storage.log.streams import KeyTaken
from storage.mongo.connection import Session
from storage.people import LinkDoc, StaffDoc

SHORT_ID_ATTEMPTS_MAX: Final = 20
SHORT_ID_DOUBLINGS_MAX: Final = 24
SHORT_ID_PROBES: Final = 32
_COMPANY_FORMS: Final = frozenset({"ab", "kb", "hb", "ltd", "llc", "inc", "llp", "plc", "gmbh", "as", "oy"})


def sort_key(name: str) -> str:
    """A name as it is sorted."""
    # MongoDB refuses a search for a null character; no name that is sorted by this key has one.
    return " ".join(name.casefold().replace("\0", " ").split())


async def seen_accounts(context: Context, accounts: Collection[AccountDoc]) -> list[Account]:
    """Accounts as the asking member of staff sees them, with their contacts."""
    people, asker = context.store.people, context.principal
    links: dict[Id, list[LinkDoc]] = {account.id: [] for account in accounts}
    for link in await people.links_of_accounts(asker.firm_id, list(links)):
        links[link.account_id].append(link)
    wanted = {link.contact_id for some in links.values() for link in some}
    contacts = {contact.id: contact for contact in await people.contacts(asker.firm_id, sorted(wanted))}
    seen = await acquaintance.seen_links(context, [link for some in links.values() for link in some], contacts)
    return [
        Account(
            id=account.id,
            name=account.name,
            short_id=account.short_id,
            kind=account.kind,
            activation=finding.activation(links[account.id], contacts),
            staff_ids=account.staff_ids,
            following=asker.user_id in account.follower_ids,
            links=seen.get(account.id, []),
            archived=account.archived,
        )
        for account in accounts
    ]


async def seen_account(context: Context, account: AccountDoc) -> Account:
    """One account as the asking member of staff sees it, with what custom fields say of it."""
    return replace((await seen_accounts(context, [account]))[0], custom=account.custom)


@does(AccountList)
async def page(context: Context, command: AccountList, scope: None) -> AccountPage:
    """The accounts that the asker may see, by name; those of one name in the order in which they were added.

    Raises Invalid when `after` is none of them.
    """
    principal, accounts = context.principal, context.store.accounts
    wanted = AccountFilter(
        search=command.search, kind=command.kind, staff_id=command.staff_id, activation=command.activation
    )
    last = None
    if command.after is not None:
        last = await accounts.get(principal.firm_id, command.after)
        if last is None or not principal.sees(last.id):
            raise Invalid(path="$.after", expected="the last account of an earlier page", got=f'"{command.after}"')
    found: list[AccountDoc] = []
    at_once = command.limit + 1 if command.activation is None else finding.LOOKED_AT_ONCE
    async for some in finding.matching(context, wanted, last, at_once):
        found += some
        if len(found) > command.limit:
            break
    shown = found[: command.limit]
    return AccountPage(
        accounts=await seen_accounts(context, shown),
        more=len(found) > len(shown),
        total=await finding.count(context, wanted) if command.counted else None,
    )


@does(AccountRead)
async def read(context: Context, command: AccountRead, scope: AccountScope) -> Account:
    """One account."""
    return await seen_account(context, scope.account)


@does(AccountCreate)
async def create(context: Context, command: AccountCreate, scope: None) -> Account:
    """Add an account; the same key from the same person adds one (P2).

    Whoever adds one without seeing every account is assigned to it: they would lose it from sight otherwise.
    """
    principal, accounts = context.principal, context.store.accounts
    key, name = _key(context, command), said("$.name", command.name)
    for _ in range(SHORT_ID_ATTEMPTS_MAX):
        first = await _first(context, command)
        if first is not None:
            return await seen_account(context, first)
        account = AccountDoc(
            id=new_id(),
            firm_id=principal.firm_id,
            name=name,
            name_key=sort_key(name),
            short_id=await _short_id(context, name),
            kind=command.kind,
            created_at=context.clock.now(),
            staff_ids=[] if principal.sees_all else [principal.user_id],
            follower_ids=[principal.user_id],
            key=key,
            meant=keys.meaning(command),
        )
        try:
            await accounts.add(account)
        except KeyTaken:
            continue  # the key, by our own retry, or the short id, by somebody else
        if not principal.sees_all:
            access_changes.announce(context, principal.user_id)
        return await seen_account(context, account)
    raise Unavailable("Too many are adding accounts at the moment; try again with the same key.")


@answers_again(AccountCreate)
async def again(context: Context, command: AccountCreate) -> Account | None:
    """The answer to a first try that went through before the right to add accounts was lost."""
    first = await _first(context, command)
    return await seen_account(context, first) if first and context.principal.sees(first.id) else None


def _key(context: Context, command: AccountCreate) -> str:
    return f"{context.principal.user_id}:{command.client_account_id}"


async def _first(context: Context, command: AccountCreate) -> AccountDoc | None:
    """The account that this key has made. Raises Conflict when the key meant something else."""
    first = await context.store.accounts.by_key(context.principal.firm_id, _key(context, command))
    if first is not None and (first.name, first.kind) != (said("$.name", command.name), command.kind):
        raise keys.reused()
    if first is not None:
        keys.check_meaning(first.meant, keys.meaning(command))
    return first


async def _short_id(context: Context, name: str) -> str:
    """One or two letters and a number, such as HB2: initials, and the next number that the firm has free for them."""
    words = [word for word in re.findall(r"[^\W\d_]+", name) if word.casefold() not in _COMPANY_FORMS] or ["X"]
    letters = (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
    firm_id, accounts = context.principal.firm_id, context.store.accounts
    # Up by doubling as long as a number is taken, then down into the gap: a few looks into the index, however many there
    # are. No number is given back, so the one above the last that is taken is free; the index says if somebody was faster.
    taken = await accounts.taken_short_ids(firm_id, [f"{letters}{2**power}" for power in range(SHORT_ID_DOUBLINGS_MAX)])
    low = max((int(short_id.removeprefix(letters)) for short_id in taken), default=0)
    high = max(2 * low, 1)
    while high - low > 1:
        step = max(1, (high - low) // SHORT_ID_PROBES)
        probes = [f"{letters}{number}" for number in range(low + step, high, step)]
        found = await accounts.taken_short_ids(firm_id, probes)
        top = max((int(short_id.removeprefix(letters)) for short_id in found), default=low)
        low, high = top, min(high, top + step)
    return f"{letters}{high}"


@does(AccountAssign)
async def assign(context: Context, command: AccountAssign, scope: AccountScope) -> Account:
    """Give a colleague access, who then follows the account (NS-1), or take it away, at once everywhere (AC-15)."""
    people, accounts = context.store.people, context.store.accounts
    await colleague(context, command.staff_id)

    async def write(session: Session) -> tuple[tuple[StaffDoc, AccountDoc], Difference]:
        member = await people.hold_staff(scope.account.firm_id, command.staff_id, session)
        account = await accounts.get(scope.account.firm_id, scope.account.id, session)
        if member is None or account is None or (command.assigned and not member.active):
            raise NotFound("There is no such colleague.")
        if (member.id in account.staff_ids) == command.assigned:
            return (member, account), Difference()
        sees_anyway = member.active and sees_all(member)
        lists = {"staff_ids": member.id}
        if command.assigned or not sees_anyway:
            lists["follower_ids"] = member.id
        changed = await accounts.change(
            account.firm_id, account.id, {"$addToSet" if command.assigned else "$pull": lists}, session
        )
        event: security.Event = "account.assigned" if command.assigned else "account.unassigned"
        about = security.person_of(member)
        act = security.Act(event, account.firm_id, about, context.principal, account.id)
        await security.note(context, act, session)
        if not command.assigned:
            await access_changes.begin_clearing_up(context, member, sees_all=sees_anyway, session=session)
        only = set() if sees_anyway or not member.active else {account.id}
        difference = Difference(gained=only) if command.assigned else Difference(lost=only)
        return (member, changed or account), difference

    (member, account), _ = await access_changes.change(context, command.staff_id, write)
    await access_changes.clear_up(context, member)
    return await seen_account(context, account)


@does(AccountFollow)
async def follow(context: Context, command: AccountFollow, scope: AccountScope) -> Account:
    """Follow an account, or stop (NS-1)."""
    operator = "$addToSet" if command.following else "$pull"
    changed = await context.store.accounts.change(
        scope.account.firm_id, scope.account.id, {operator: {"follower_ids": context.principal.user_id}}
    )
    return await seen_account(context, changed or scope.account)
