"""Letters with a link that works once: an invitation, or a new password.

Knows what makes one pointless: its person is gone, or has another address. Refuses to know how secrets are made and used
(server.sessions.invitations), SMTP and how a mail looks.
"""

from scheduler.letters.facts import Letter
from scheduler.letters.matter import Dropped, brand, first_name
from server.core.context import Means
from storage.firms import FirmDoc
from storage.letters import LetterDoc
from storage.people import ContactDoc, StaffDoc


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
    page, valid_s = (
        ("invitation", means.settings.invitation_s) if invited else ("reset", means.settings.password_reset_s)
    )
    return Letter(
        kind="invitation" if invited else "password_reset",
        firm=brand(firm),
        to_email=person.email,
        to_name=person.name,
        greeting_name=first_name(person.name),
        language=person.language,
        # In the fragment, which browsers don't send: the secret stands in no log and in no Referer.
        button_url=f"{means.settings.own_url}/{page}#{letter.secret}",
        account_name=account.name if account else "",
        valid_hours=max(1, valid_s // 3600),
        as_staff=letter.side == "staff",
        reply_to=firm.settings.reply_to or "",
    )
