"""What stands for the shortcodes of a text in an account's chats: loaded once, and no more than the text asks for.

Contact shortcodes are the first contact's who can log in to the account (SC-7). Whoever sees no more of that contact than
the name that was typed for them has no more put into what they write (server.people.acquaintance).
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from babel import Locale

from protocol.contacts import ContactDetails
from protocol.custom_fields import FieldOf, name_key
from protocol.shortcodes import ACCOUNT_CODES, CONTACT_CODES, DATE_CODES, FIELD_CODES, Shortcode
from protocol.wire import Id
from server.core.context import Context
from server.custom_fields import showing
from server.people import acquaintance
from server.shortcodes import dates
from storage.accounts import AccountDoc
from storage.custom_fields import CustomFieldDoc
from storage.people import ContactDoc, LinkDoc

_DETAILS: Final = {
    "PHONE_NUMBER": "phone",
    "COUNTRY": "country",
    "COMPANY_NAME": "company_name",
    "STREET_ADDRESS": "street",
    "CITY": "city",
    "STATE / PROVINCE": "state",
    "ZIP / POSTAL CODE": "zip",
}


@dataclass(frozen=True, slots=True)
class Values:
    """What stands for the shortcodes of one text."""

    by_code: dict[str, str] = field(default_factory=dict)
    by_field: dict[tuple[str, str], str] = field(default_factory=dict)
    """What stands for custom fields, by whose they are and their names' keys (SC-9)."""
    contact: str = ""
    """The name of the contact whose values these are, where there are any."""
    others: int = 0
    """How many more contacts of the account can log in."""

    def of(self, code: Shortcode) -> str | None:
        """What stands for one; None where the firm has no such one."""
        of = FIELD_CODES.get(code.code)
        return self.by_code.get(code.code) if of is None else self.by_field.get((of, name_key(code.field)))


async def load(context: Context, account: AccountDoc, codes: Collection[Shortcode]) -> Values:
    """What these shortcodes stand for in an account, at this moment."""
    wanted = {code.code for code in codes if code.known}
    by_code: dict[str, str] = {}
    if wanted & ACCOUNT_CODES:
        by_code["ACCOUNT_NAME"] = account.name
    dated, named = wanted & DATE_CODES, wanted & FIELD_CODES.keys()
    firm = await context.store.firms.get(account.firm_id) if dated or named else None
    locale = dates.locale_of(firm.firm.language if firm else "en")
    if firm and dated:
        by_code |= dates.values(dates.day_at(context.clock.now(), firm.firm.time_zone), firm.firm.language)
    fields = await context.store.custom_fields.of_firm(account.firm_id) if named else []
    by_field = _of_fields(fields, "account", account.custom, locale)
    if not wanted & CONTACT_CODES and "CONTACT_CUSTOM_FIELD" not in named:
        return Values(by_code, by_field)
    reader = await _reader(context, account)
    by_code |= dict.fromkeys(CONTACT_CODES, "")
    if reader.name:
        by_code |= _of_contact(reader.name, reader.details)
    by_field |= _of_fields(fields, "contact", reader.custom, locale)
    return Values(by_code, by_field, reader.name, reader.others)


def _of_fields(
    fields: Collection[CustomFieldDoc], of: FieldOf, said: dict[Id, list[str]], locale: Locale
) -> dict[tuple[str, str], str]:
    """What stands for all custom fields of accounts or of contacts: for one in which nothing is said, nothing."""
    return {
        (of, name_key(known.name)): showing.text_of(known, said.get(known.id, []), locale)
        for known in fields
        if known.of == of
    }


@dataclass(frozen=True, slots=True)
class _Reader:
    """The contact whose values stand for the account's contacts, as the asker knows them; without a name, nobody."""

    name: str = ""
    details: ContactDetails = field(default_factory=ContactDetails)
    custom: dict[Id, list[str]] = field(default_factory=dict)
    others: int = 0


async def _reader(context: Context, account: AccountDoc) -> _Reader:
    """The first who can log in (SC-7)."""
    readers = await _readers(context, account.firm_id, account.id)
    if not readers:
        return _Reader()
    (contact, link), others = readers[0], len(readers) - 1
    if link.typed_name and not await _knows(context, contact.id):
        return _Reader(link.typed_name, others=others)
    return _Reader(contact.name, contact.details, contact.custom, others)


async def _readers(context: Context, firm_id: Id, account_id: Id) -> list[tuple[ContactDoc, LinkDoc]]:
    """Contacts who have Login on and a password, in the order in which they were linked."""
    people = context.store.people
    links = [link for link in await people.links_of_account(firm_id, account_id) if link.login]
    found = {contact.id: contact for contact in await people.contacts(firm_id, [link.contact_id for link in links])}
    return [
        (contact, link)
        for link in links
        if (contact := found.get(link.contact_id)) and contact.activated_at is not None
    ]


async def _knows(context: Context, contact_id: Id) -> bool:
    return context.asker is not None and await acquaintance.knows(context, contact_id)


def _of_contact(name: str, details: ContactDetails) -> dict[str, str]:
    first, middle, last = details.first_name, details.middle_name, details.last_name
    if not (first or middle or last):
        first, last = _parts_of(name)
    values = {"CONTACT_NAME": name, "FIRST_NAME": first, "MIDDLE_NAME": middle, "LAST_NAME": last}
    return values | {code: getattr(details, known) for code, known in _DETAILS.items()}


def _parts_of(name: str) -> tuple[str, str]:
    """First and last name of somebody of whom only the whole name is known: of two words. Of any other name it would be a
    guess."""
    words = name.split()
    return (words[0], words[1]) if len(words) == 2 and not any(sign in name for sign in "@,") else ("", "")
