"""What fits into a custom field of each type, and how it is kept (SC-9). Pure.

Each text is kept in one form, whatever was typed: a number as 1234.5, a date as 2026-11-29, options in the order in which
they are offered. Refuses to know how it is shown (server.custom_fields.showing), and who says it of whom.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from babel.numbers import get_currency_precision, is_currency

from protocol import addresses, explain
from protocol.custom_fields import CHOSEN, FieldKind, FieldOptions
from protocol.errors import Invalid
from protocol.wire import UNSEEN
from server.core.said import said, unturned
from storage.custom_fields import CustomFieldDoc

_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_URL: Final = re.compile(rf'https?://[^"<>\x60{UNSEEN}]+')
_PHONE: Final = re.compile(r"(?=(?:[^0-9]*[0-9]){3})[+(]?[0-9][0-9 ()./-]{0,38}")


def options(path: str, kind: FieldKind, given: FieldOptions) -> list[str]:
    """The options of a field, each once. Raises Invalid where there are none to choose from, or where nothing is chosen."""
    if kind not in CHOSEN:
        if given:
            raise Invalid(path=path, expected=f"no options for {kind}", got=f"{len(given)} options")
        return []
    kept = [said(f"{path}[{place}]", option) for place, option in enumerate(given)]
    double = next((place for place, option in enumerate(kept) if option in kept[:place]), None)
    if double is not None:
        raise Invalid(path=f"{path}[{double}]", expected="an option that isn't there", got=explain.quoted(kept[double]))
    if not kept:
        raise Invalid(path=path, expected="at least one option", got="none")
    return kept


def currency(path: str, kind: FieldKind, given: str) -> str:
    """The currency of a field, which only money has. Raises Invalid."""
    if kind != "money":
        if given:
            raise Invalid(path=path, expected=f"no currency for {kind}", got=given)
    elif not is_currency(given):
        raise Invalid(path=path, expected="a currency of ISO 4217, such as SEK", got=given or "none")
    return given


def values(path: str, field: CustomFieldDoc, given: Sequence[str], before: Sequence[str] = ()) -> list[str]:
    """What is said in a field, as it is kept; none takes back what was said. What was said `before` may stay, also when it
    would not be taken any more. Raises Invalid with its place."""
    if list(given) == list(before):
        return list(before)
    if field.kind in CHOSEN:
        # What is an option no more stands behind those that are.
        known = [*field.options, *(one for one in before if one not in field.options)]
        for place, text in enumerate(given):
            if text not in known:
                expected = f"one of {', '.join(known)}"
                raise Invalid(path=f"{path}[{place}]", expected=expected, got=explain.quoted(text))
        given = [option for option in known if option in given]
    if field.kind != "choices" and len(given) > 1:
        raise Invalid(path=path, expected="at most one value", got=f"{len(given)} values")
    return [_KEPT[field.kind](f"{path}[{place}]", text, field) for place, text in enumerate(given)]


def _chosen(path: str, text: str, field: CustomFieldDoc) -> str:
    return text


def _text(path: str, text: str, field: CustomFieldDoc) -> str:
    return said(path, text)


def _number(path: str, text: str, field: CustomFieldDoc) -> str:
    if not _NUMBER.fullmatch(text):
        expected = "a number such as 1234.5, of at most 15 digits before the point and 6 behind it"
        raise Invalid(path=path, expected=expected, got=explain.quoted(text))
    return _digits(text)


def _money(path: str, text: str, field: CustomFieldDoc) -> str:
    decimals = get_currency_precision(field.currency)
    if not _NUMBER.fullmatch(text) or len(text.partition(".")[2]) > decimals:
        expected = f"an amount such as 1234.5, of at most 15 digits before the point and {decimals} behind it"
        raise Invalid(path=path, expected=expected, got=explain.quoted(text))
    return _digits(text)


def _digits(text: str) -> str:
    number = Decimal(text)
    return format(number if number else abs(number), "f")


def _date(path: str, text: str, field: CustomFieldDoc) -> str:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass  # thirty-first of a month that has thirty: said below, like every other text that is no date
    raise Invalid(path=path, expected="a day that there is, such as 2026-11-29", got=explain.quoted(text))


def _email(path: str, text: str, field: CustomFieldDoc) -> str:
    return addresses.to_write_to(path, text)


def _url(path: str, text: str, field: CustomFieldDoc) -> str:
    text = unturned(text)
    if not _URL.fullmatch(text):
        raise Invalid(path=path, expected="an absolute http or https address", got=explain.quoted(text))
    return text


def _phone(path: str, text: str, field: CustomFieldDoc) -> str:
    kept = " ".join(text.split())
    if not _PHONE.fullmatch(kept):
        expected = "a telephone number: 3 to 40 digits, blanks and + ( ) . / -"
        raise Invalid(path=path, expected=expected, got=explain.quoted(text))
    return kept


_KEPT: Final[dict[FieldKind, Callable[[str, str, CustomFieldDoc], str]]] = {
    "text": _text, "number": _number, "date": _date, "choice": _chosen, "choices": _chosen, "email": _email, "url": _url,
    "phone": _phone, "money": _money,
}  # fmt: skip
