"""Which accounts somebody means by what these have in common (spec 2.3): for the list of them, and for what is done to all.

How far an account has come is no part of it, but of its contacts, so that is asked for some accounts at a time. Refuses to
know what is done with them, and to find what the asker may not see.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Final

from protocol.accounts import AccountFilter, Activation
from protocol.wire import Id
from server.core.context import Context
from server.core.searching import with_words
from storage.accounts import AccountDoc
from storage.mongo.connection import Row
from storage.people import ContactDoc, LinkDoc

LOOKED_AT_ONCE: Final = 500


def activation(links: Collection[LinkDoc], contacts: Mapping[Id, ContactDoc]) -> Activation:
    """How far an account has come (spec 1.3): somebody can log in, somebody is invited or has Login on, or nobody."""
    with_login = [link for link in links if link.login and link.contact_id in contacts]
    if any(contacts[link.contact_id].activated_at is not None for link in with_login):
        return "activated"
    return "pending" if with_login else "not_activated"


async def activations(context: Context, account_ids: Sequence[Id]) -> dict[Id, Activation]:
    """How far each of these has come; at most LOOKED_AT_ONCE at a time."""
    people, firm_id = context.store.people, context.principal.firm_id
    links: dict[Id, list[LinkDoc]] = {account_id: [] for account_id in account_ids}
    for link in await people.links_of_accounts(firm_id, list(account_ids)):
        links[link.account_id].append(link)
    wanted = sorted({link.contact_id for some in links.values() for link in some if link.login})
    contacts = {contact.id: contact for contact in await people.contacts(firm_id, wanted)}
    return {account_id: activation(some, contacts) for account_id, some in links.items()}


def conditions(context: Context, wanted: AccountFilter) -> list[Row]:
    """What an account must meet to be seen and meant, but for how far it has come."""
    principal = context.principal
    narrowed: list[Row] = [] if principal.sees_all else [{"_id": {"$in": sorted(principal.account_ids)}}]
    if wanted.search.strip():
        narrowed.append(with_words(wanted.search, names=True))
    if wanted.kind is not None:
        narrowed.append({"kind": wanted.kind})
    if wanted.staff_id is not None:
        narrowed.append({"staff_ids": wanted.staff_id})
    return narrowed


def behind(last: AccountDoc) -> list[Row]:
    """What an account must meet to stand behind another one in the order of names."""
    return [
        {"name_key": {"$gte": last.name_key}},
        {"$or": [{"name_key": {"$gt": last.name_key}}, {"_id": {"$gt": last.id}}]},
    ]


async def matching(
    context: Context, wanted: AccountFilter, after: AccountDoc | None = None, at_once: int = LOOKED_AT_ONCE
) -> AsyncIterator[list[AccountDoc]]:
    """All that somebody sees and means, by name, some at a time: behind one of them, if there is one."""
    narrowed = conditions(context, wanted)
    while True:
        parts = [*narrowed, *(behind(after) if after is not None else [])]
        found = await context.store.accounts.find(context.principal.firm_id, {"$and": parts} if parts else {}, at_once)
        if not found:
            return
        after = found[-1]
        if wanted.activation is not None:
            come = await activations(context, [account.id for account in found])
            found = [account for account in found if come[account.id] == wanted.activation]
        if found:
            yield found


async def count(context: Context, wanted: AccountFilter) -> int:
    """How many somebody sees and means."""
    if wanted.activation is None:
        parts = conditions(context, wanted)
        return await context.store.accounts.count(context.principal.firm_id, {"$and": parts} if parts else {})
    return sum([len(some) async for some in matching(context, wanted)])
