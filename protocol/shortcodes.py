"""Shortcodes: names in square brackets that stand for what is said of an account, of a contact, or of a day (SC).

Knows how they are written, and which there are. Refuses to know what each stands for: that is the server's, when a message
is created (server.shortcodes).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal, get_args

import msgspec

from protocol.asked import Answer, Asked
from protocol.body import Body
from protocol.wire import LINE, ONE_LINE, WRITTEN, Id, TaskText, Wire

AccountCode = Literal["ACCOUNT_NAME"]
ContactCode = Literal[
    "CONTACT_NAME", "FIRST_NAME", "MIDDLE_NAME", "LAST_NAME", "PHONE_NUMBER", "COUNTRY", "COMPANY_NAME",
    "STREET_ADDRESS", "CITY", "STATE / PROVINCE", "ZIP / POSTAL CODE",
]  # fmt: skip
DateCode = Literal[
    "CURRENT_DAY_FULL_DATE", "CURRENT_DAY_NUMBER", "CURRENT_DAY_NAME", "CURRENT_WEEK",
    "CURRENT_MONTH_NUMBER", "CURRENT_MONTH_NAME", "CURRENT_QUARTER", "CURRENT_YEAR",
    "LAST_DAY_FULL_DATE", "LAST_DAY_NUMBER", "LAST_DAY_NAME", "LAST_WEEK",
    "LAST_MONTH_NUMBER", "LAST_MONTH_NAME", "LAST_QUARTER", "LAST_YEAR",
    "NEXT_DAY_FULL_DATE", "NEXT_DAY_NUMBER", "NEXT_DAY_NAME", "NEXT_WEEK",
    "NEXT_MONTH_NUMBER", "NEXT_MONTH_NAME", "NEXT_QUARTER", "NEXT_YEAR",
]  # fmt: skip
ACCOUNT_CODES: Final[frozenset[str]] = frozenset(get_args(AccountCode))
CONTACT_CODES: Final[frozenset[str]] = frozenset(get_args(ContactCode))
DATE_CODES: Final[frozenset[str]] = frozenset(get_args(DateCode))
CODES: Final = ACCOUNT_CODES | CONTACT_CODES | DATE_CODES
"""Every shortcode but those of custom fields, which firms name themselves (SC-3)."""
FIELD_CODES: Final = {"ACCOUNT_CUSTOM_FIELD": "account", "CONTACT_CUSTOM_FIELD": "contact"}
"""What stands before the colon of a custom field's shortcode (SC-1), and whose field it is."""

_BRACKETS: Final = re.compile(r"\[([^\[\]]{1,200})\]")
_SHOUTED: Final = re.compile(r"[A-Z][A-Z0-9_ /]+(?::.*)?")
_SPELLED: Final = {re.sub(r"[\s_]", "", code).casefold() for code in (*CODES, *FIELD_CODES)}


@dataclass(frozen=True, slots=True)
class Shortcode:
    """One as it stands in a text."""

    start: int
    end: int
    """Between which characters of the text it stands, brackets and all."""
    code: str
    """What stands before a colon."""
    field: str = ""
    """The custom field that it names, with single blanks."""

    @property
    def known(self) -> bool:
        """It can have a value: a custom field's if the firm has such a field."""
        return bool(self.field) if self.code in FIELD_CODES else self.code in CODES


def shortcodes_in(text: str) -> Iterator[Shortcode]:
    """The shortcodes of a text: those that there are, and what is written like one (SC-6).

    Anything in square brackets that is all capitals is meant as one, and so is a name that there is in other letters:
    `[First_Name]`. Other brackets are somebody's brackets.
    """
    for found in _BRACKETS.finditer(text):
        inner = found[1]
        code, colon, name = inner.partition(":")
        if inner in CODES:
            yield Shortcode(start=found.start(), end=found.end(), code=inner)
        elif code in FIELD_CODES and colon:
            yield Shortcode(start=found.start(), end=found.end(), code=code, field=" ".join(name.split()))
        elif _SHOUTED.fullmatch(inner) or re.sub(r"[\s_]", "", code).casefold() in _SPELLED:
            yield Shortcode(start=found.start(), end=found.end(), code=inner)


class Gap(Wire):
    """A shortcode that nothing stands for."""

    token: str
    """As it is written, in its brackets."""
    why: Literal["unknown", "empty"]
    """There is no such shortcode, and it stays as it is written; or there is one, and nothing is known: nothing takes its
    place (SC-6)."""


class ShortcodesResolved(Answer):
    """What a message would say if it were created now."""

    subject: str = ""
    body: Body | None = None
    tasks: list[str] = []
    gaps: list[Gap] = []
    """Each once, in the order in which they stand there."""
    contact: str = ""
    """Whose values stand for shortcodes of contacts, where there are any: the first who can log in (SC-7)."""
    others: int = 0
    """How many more contacts there are who can log in, and read of that one."""


class ShortcodeResolve(Asked, tag="shortcode.resolve", may="account_staff", cost=2):
    """What stands for the shortcodes of a text in an account's chats (SC-3): a preview, which creates nothing."""

    account_id: Id
    subject: Annotated[
        str,
        msgspec.Meta(max_length=200, pattern=rf"^{LINE}\Z", description=f"a subject {ONE_LINE}", extra=WRITTEN),
    ] = ""
    body: Body | None = None
    tasks: Annotated[list[TaskText], msgspec.Meta(max_length=100)] = []
    Result: ClassVar[type[Wire]] = ShortcodesResolved
