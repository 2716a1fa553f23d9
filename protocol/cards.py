"""What a file of the field's own formats says, in a few figures: a card in the place of an icon.

It is read from the file and is never a judgement of it. Amounts are decimal numbers written out, as exact as the file has
them, never floating; days and times are written as they stand in the file, because that is what its writer meant.
Refuses to know how any of it is found out.
"""

from typing import Annotated, Final

import msgspec

from protocol.wire import Tagged, Wire

TEXT_CHARACTERS_MAX: Final = 120
"""Of each text that a card takes from a file; what is longer is cut."""
LINES_MAX: Final = 10
"""Of a card that has several: accounts, events, attachments."""

CardText = Annotated[str, msgspec.Meta(max_length=TEXT_CHARACTERS_MAX)]
Amount = Annotated[
    str, msgspec.Meta(pattern=r"^-?\d{1,30}(\.\d{1,12})?\Z", description="a decimal number, such as -1250.50")
]
Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}\Z", description="a day, such as 2026-11-30")]
Moment = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}([+-]\d{2}:\d{2})?)?\Z",
        description="a day, or with a time of day, by the file's own clock, perhaps with how far that is ahead of UTC",
    ),
]


class BooksCard(Tagged, tag="books"):
    """An export of somebody's books (SIE 1 to 4)."""

    company: CardText = ""
    organisation_number: CardText = ""
    first_day: Day | None = None
    last_day: Day | None = None
    """Of the financial year; of an export of vouchers alone, of the vouchers."""
    as_of: Day | None = None
    kind: CardText = ""
    """`1` to `4`: what the format calls its type."""
    program: CardText = ""
    currency: CardText = "SEK"
    vouchers: int = 0
    unbalanced: int = 0
    """Vouchers whose debits and credits differ."""
    result: Amount | None = None
    """Of the year, a profit above zero; None where the file has no balances of the result's accounts."""
    balance_total: Amount | None = None
    """Of all assets at the end of the year; None where the file has no closing balances."""
    imported: bool = False
    """The file says that it has been imported already."""


class StatementLine(Wire):
    """One account of a statement."""

    account: CardText = ""
    """An account number as the file has it, or its last four digits."""
    first_day: Day | None = None
    last_day: Day | None = None
    opening: Amount | None = None
    closing: Amount | None = None
    currency: CardText = ""
    entries: int = 0
    """That are booked."""
    pending: int = 0
    credits: Amount | None = None
    debits: Amount | None = None
    adds_up: bool | None = None
    """Whether opening balance and entries give the closing balance; None where the file doesn't let it be known."""


class StatementCard(Tagged, tag="statement"):
    """A bank's statement (ISO 20022 camt.052 to 054, OFX)."""

    lines: Annotated[list[StatementLine], msgspec.Meta(max_length=LINES_MAX)] = []
    more: int = 0
    """Accounts beyond those."""


class InvoiceCard(Tagged, tag="invoice"):
    """An invoice or a credit note (Peppol BIS, UBL)."""

    number: CardText = ""
    credit: bool = False
    seller: CardText = ""
    buyer: CardText = ""
    issued: Day | None = None
    due: Day | None = None
    total: Amount | None = None
    """With tax."""
    payable: Amount | None = None
    tax: Amount | None = None
    currency: CardText = ""


class MailCard(Tagged, tag="mail"):
    """A mail that was saved as a file."""

    subject: CardText = ""
    from_name: CardText = ""
    from_address: CardText = ""
    sent: Moment | None = None
    attachments: Annotated[list[CardText], msgspec.Meta(max_length=LINES_MAX)] = []
    more: int = 0
    """Attachments beyond those."""
    cut: bool = False
    """There may be more attachments: only the beginning of a long mail is read."""


class CalendarLine(Wire):
    """One event of a calendar."""

    summary: CardText = ""
    starts: Moment | None = None
    ends: Moment | None = None
    """Of whole days the last one."""
    zone: CardText = ""
    """Whose clock that is, as the file says it: empty where it doesn't."""
    place: CardText = ""
    organiser: CardText = ""
    repeats: bool = False


class CalendarCard(Tagged, tag="calendar"):
    """Events in a calendar's format (RFC 5545)."""

    method: CardText = ""
    """What is asked of the reader, such as REQUEST or CANCEL."""
    events: Annotated[list[CalendarLine], msgspec.Meta(max_length=LINES_MAX)] = []
    more: int = 0


Card = BooksCard | StatementCard | InvoiceCard | MailCard | CalendarCard
