"""Letters with a link that works once: an invitation, or a new password.

Knows what makes one pointless: its person is gone or has another address, or its link would let nobody in any more.
Refuses to know how secrets are made and used (server.sessions.invitations), SMTP and how a mail looks.
"""

from protocol.ids import new_id
from scheduler.letters.facts import Letter
from scheduler.letters.matter import Dropped, brand, first_name
from server.core import auth
from server.core.context import Means
from server.letters.lost import REPLACED
from server.sessions import invitations
from storage.firms import FirmDoc
from storage.letters import LetterDoc
from storage.people import ContactDoc, Purpose, StaffDoc


async def facts_of(means: Means, letter: LetterDoc, firm: FirmDoc) -> Letter | Dropped:
    """What the letter may say now, or why it is not to be sent."""
    person: ContactDoc | StaffDoc | None = (
        await means.store.people.contact(letter.firm_id, letter.person_id)
        if letter.side == "contact"
        else await means.store.people.staff(letter.firm_id, letter.person_id)
    )
    account = await means.store.accounts.get(letter.firm_id, letter.account_id) if letter.account_id else None
    if person is None or letter.secret is None:
        return Dropped("person_gone")
    if person.email != letter.email:
        return Dropped("address_changed")
    invited = letter.kind == "invitation"
    purpose: Purpose = "invitation" if invited else "password_reset"
    secret = await means.store.people.secret(letter.secret, purpose, auth.real_now(means.clock))
    if secret is None:
        return Dropped(REPLACED)
    if not await _lets_in(means, letter, letter.secret):
        return Dropped("no_access")
    page = "invitation" if invited else "reset"
    return Letter(
        kind="invitation" if invited else "password_reset",
        firm=brand(firm),
        to_email=person.email,
        to_name=person.name,
        greeting_name=first_name(person.name),
        language=_language(person),
        # In the fragment, which browsers don't send: the secret stands in no log and in no Referer.
        button_url=f"{means.settings.own_url}/{page}#{letter.secret}",
        account_name=account.name if account else "",
        # Of a letter that waited for the mail server, less than when it was asked for.
        valid_s=(secret.expires_at - auth.real_now(means.clock)) // 1000,
        as_staff=letter.side == "staff",
        reply_to=firm.settings.reply_to or "",
    )


def _language(person: ContactDoc | StaffDoc) -> str:
    """Their own; the firm's (EM-6) for a contact who has never been in, and so has chosen none: what stands with them is
    the firm's as it was when they were added."""
    return "" if isinstance(person, ContactDoc) and person.activated_at is None else person.language


async def _lets_in(means: Means, letter: LetterDoc, secret: str) -> bool:
    """Whether the link is of use: a password or Login off ends an invitation, and who has lost access needs no password."""
    if letter.kind == "invitation":
        return await invitations.opened(means, secret) is not None
    return await auth.principal_of(means.store, letter.firm_id, letter.person_id, letter.side, new_id()) is not None
