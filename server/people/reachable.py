"""Whether anybody on a client's side can read what the firm writes (AC-8), and why not, in the asker's language.

A thread can't be started where nobody can (TH-9, strict), nor written in once nobody can any more: what would be said
there would wait for nobody, while it looks sent.
"""

from collections.abc import Collection, Iterable
from typing import Final, Literal

from protocol.errors import Conflict
from protocol.wire import Id
from server.core.context import Context
from storage.people import ContactDoc, LinkDoc

Why = Literal["login_off", "invited", "not_invited"]

_WORDS: Final[dict[Why, dict[str, str]]] = {
    "login_off": {
        "en": "Nobody at {name} may log in. Switch login on for somebody first.",
        "sv": "Ingen på {name} får logga in. Slå på inloggning för någon först.",
    },
    "invited": {
        "en": "Nobody at {name} has accepted their invitation yet.",
        "sv": "Ingen på {name} har tagit emot sin inbjudan ännu.",
    },
    "not_invited": {
        "en": "Nobody at {name} can log in yet. Send an invitation first.",
        "sv": "Ingen på {name} kan logga in ännu. Skicka en inbjudan först.",
    },
}


async def must_be(context: Context, account_id: Id) -> None:
    """Raises Conflict `account_not_activated` where nobody on the account's side can log in."""
    people, firm_id = context.store.people, context.principal.firm_id
    if await context.store.readers.somebody(firm_id, account_id):
        return
    account = await context.store.accounts.get(firm_id, account_id)
    raise refusal(context, account.name if account else "", await people.links_of_account(firm_id, account_id))


def can_read(links: Iterable[LinkDoc], contacts: Iterable[ContactDoc]) -> bool:
    """Whether one of these has Login on and has chosen a password."""
    activated = {contact.id for contact in contacts if contact.activated_at is not None}
    return any(link.login and link.contact_id in activated for link in links)


def refusal(context: Context, name: str, links: Collection[LinkDoc]) -> Conflict:
    """The refusal, with what is to be done about it."""
    with_login = [link for link in links if link.login]
    why: Why = "not_invited"
    if any(link.invited_at is not None for link in with_login):
        why = "invited"
    elif not with_login and links:
        why = "login_off"
    language = context.asker.language if context.asker else "en"
    return Conflict(_WORDS[why][language].format(name=name), reason="account_not_activated")
