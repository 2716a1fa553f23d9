"""What is said in a custom field as a text has it, in a language (SC-9). Pure.

Decimal digits go from what is kept to what is written as digits: none is rounded, and a number has no signs between its
thousands, since it may be one that somebody is known by.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, get_decimal_symbol, get_minus_sign_symbol

from storage.custom_fields import CustomFieldDoc

_LETTER_BY_DIGIT: Final = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


def text_of(field: CustomFieldDoc, said: Sequence[str], locale: Locale) -> str:
    """What stands for the field; empty where nothing is said. Several are joined by a comma."""
    return ", ".join(_one(field, text, locale) for text in said)


def _one(field: CustomFieldDoc, text: str, locale: Locale) -> str:
    if field.kind == "date":
        return format_date(date.fromisoformat(text), "long", locale)
    if field.kind == "number":
        return text.replace("-", get_minus_sign_symbol(locale)).replace(".", get_decimal_symbol(locale))
    if field.kind == "money":
        amount = format_currency(Decimal(text), field.currency, locale=locale)
        # A currency that is written by its letters stands apart, which Babel leaves to who asks.
        return _LETTER_BY_DIGIT.sub("\u00a0", amount)
    return text
