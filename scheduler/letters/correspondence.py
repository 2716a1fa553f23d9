"""From a letter in the outbox to the facts it may state, looked up at the moment when it goes out.

Knows who knows the facts of which letter: to_contacts, to_staff, of_documents, secret_links. Refuses to know what makes one
pointless, SMTP and how a mail looks.
"""

from msgspec.structs import replace

from scheduler.letters import of_documents, secret_links, to_contacts, to_staff
from scheduler.letters.facts import Letter
from scheduler.letters.matter import Dropped, Matter, brand, enclosed
from server.core.context import Means
from storage.firms import FirmDoc
from storage.letters import LetterDoc

__all__ = ["Dropped", "brand", "facts_of"]


async def facts_of(means: Means, letter: LetterDoc) -> Letter | Dropped:
    """What the letter may say now, or why it is not to be sent."""
    firm = await means.store.firms.get(letter.firm_id)
    if firm is None:
        return Dropped("firm_gone")
    found = await _facts_of(means, letter, firm)
    logo = await means.store.logos.get(firm.id) if firm.firm.logo and isinstance(found, Letter) else None
    if isinstance(found, Dropped) or logo is None:
        return found
    return replace(found, firm=replace(found.firm, logo=enclosed(logo)))


async def _facts_of(means: Means, letter: LetterDoc, firm: FirmDoc) -> Letter | Dropped:
    if letter.kind in ("invitation", "password_reset"):
        return await secret_links.facts_of(means, letter, firm)
    if letter.kind == "staff_documents":
        return await of_documents.facts_of(means, letter, firm)
    thread = await means.store.threads.get(letter.firm_id, letter.thread_id or "")
    account = await means.store.accounts.get(letter.firm_id, letter.account_id or "")
    if thread is None or account is None:
        return Dropped("thread_gone")
    matter = Matter(letter, firm, account, thread)
    if letter.side == "staff":
        return await to_staff.facts_of(means, matter)
    return await to_contacts.facts_of(means, matter)
