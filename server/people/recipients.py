"""Whom mails about an account's threads reach (RM-6, spec 1.3): Login and Notify on, messages not switched off.

Also those who have not activated yet: their mails carry a way in, and no message text (NC-5). That reminders pass them by
until then is the facts' (server.reminders.state).
"""

from protocol.wire import Id
from server.core.context import Means
from storage.people import ContactDoc


async def of_account(means: Means, firm_id: Id, account_id: Id) -> list[ContactDoc]:
    """The recipients of one account; nobody of an archived one. Those of many: `storage.looks`."""
    account = await means.store.accounts.get(firm_id, account_id)
    if account is None or account.archived:
        return []
    links = [
        link
        for link in await means.store.people.links_of_account(firm_id, account_id)
        if link.login and link.notify and link.notify_messages
    ]
    found = {
        contact.id: contact
        for contact in await means.store.people.contacts(firm_id, [link.contact_id for link in links])
    }
    return [found[link.contact_id] for link in links if link.contact_id in found]
