"""What an employee sees of a contact whom they know by nothing but the address that they, or a colleague, typed.

Linking somebody whom the firm knows from elsewhere opens nothing of them (spec 1.2, View all contacts): whoever sees none
of the accounts that the person is known by goes on seeing the name that was typed, and nothing that is of the person
rather than of the link. Who may add or link somebody is for server.core.rules and the actions.
"""

from collections.abc import Collection

from msgspec.structs import replace

from protocol.contacts import Link
from protocol.wire import Id
from server.core.context import Context
from server.core.sight import holds
from storage.people import ContactDoc, LinkDoc


async def knows(context: Context, contact_id: Id) -> bool:
    """Whether the asking member of staff may see a contact of the firm as they are."""
    return _knows_all(context) or contact_id in await _known(context, [contact_id])


async def typed_names(context: Context, links: Collection[LinkDoc]) -> dict[str, str]:
    """By the link's id, the names that the asker sees instead of the contacts' own; one query, and mostly none."""
    typed = [link for link in links if link.typed_name]
    if not typed or _knows_all(context):
        return {}
    known = await _known(context, [link.contact_id for link in typed])
    return {link.id: link.typed_name for link in typed if link.contact_id not in known}


def seen_link(contact: ContactDoc, link: LinkDoc, typed_name: str | None = None) -> Link:
    """A contact's place in an account as staff see it; with `typed_name`, as who knows no more of them does.

    Whether a person who has Login on can log in is told to everybody who works with the account: nothing can be sent to
    one where nobody can (AC-8, TH-9).
    """
    activated = contact.activated_at is not None
    return Link(
        contact_id=contact.id,
        name=typed_name or contact.name,
        email=contact.email,
        login=link.login,
        notify=link.notify,
        activated=activated and (link.login or typed_name is None),
        invited_at=link.invited_at,
        last_login_at=contact.last_login_at if typed_name is None else None,
        mail=replace(link.mail, name=typed_name) if link.mail is not None and typed_name is not None else link.mail,
        failed_letters=link.failed,
    )


async def seen_links(
    context: Context, links: Collection[LinkDoc], contacts: dict[Id, ContactDoc]
) -> dict[Id, list[Link]]:
    """The places in several accounts, by account, as the asker sees them; in the order of their contacts' ids."""
    typed, seen = await typed_names(context, links), dict[Id, list[Link]]()
    for link in sorted(links, key=lambda link: link.contact_id):
        if contact := contacts.get(link.contact_id):
            seen.setdefault(link.account_id, []).append(seen_link(contact, link, typed.get(link.id)))
    return seen


def _knows_all(context: Context) -> bool:
    return context.principal.sees_all or holds(context.principal, "view_all_contacts")


async def _known(context: Context, contact_ids: list[Id]) -> set[Id]:
    """Those who are linked to an account that the asker sees, and were not when somebody typed their address there."""
    seen = context.principal.account_ids
    links = await context.store.people.links_of_contacts(context.principal.firm_id, contact_ids)
    return {
        contact_id
        for contact_id, places in links.items()
        if any(link.account_id in seen and not link.typed_name for link in places)
    }
