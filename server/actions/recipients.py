"""Whom mails about an account's threads reach (RM-6, spec 1.3): Login and Notify on, messages not switched off."""

from collections.abc import Iterable

from protocol.wire import Id
from server.context import Means
from storage.accounts import AccountDoc
from storage.people import ContactDoc


async def of_account(means: Means, account_id: Id) -> list[ContactDoc]:
    """The recipients of one account; nobody of an archived one."""
    account = await means.store.accounts.get(account_id)
    return (await of_accounts(means, [account]))[account_id] if account else []


async def of_accounts(means: Means, accounts: Iterable[AccountDoc]) -> dict[Id, list[ContactDoc]]:
    """The recipients of several accounts, in two queries."""
    reached: dict[Id, list[ContactDoc]] = {account.id: [] for account in accounts}
    living = [account.id for account in accounts if not account.archived]
    if not living:
        return reached
    links = [
        link
        for link in await means.store.people.links_of_accounts(living)
        if link.login and link.notify and link.notify_messages
    ]
    contacts = await means.store.people.contacts(list({link.contact_id for link in links}))
    found = {contact.id: contact for contact in contacts}
    for link in links:
        if link.contact_id in found:
            reached[link.account_id].append(found[link.contact_id])
    return reached
