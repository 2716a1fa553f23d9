"""SIE, types 1 to 4: the books of a company as Swedish programs export them.

A line is a label and its fields, quoted or bare; lists of objects stand in braces. Labels that aren't known are skipped,
as the format has it. It says CP437 of itself, and comes in UTF-8 and Windows' letters too. Own rules, as there is no
library that reads what follows the standard. Refuses to say whether books are right.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO, Final

from protocol.cards import BooksCard
from protocol.previews import Preview
from server.files.fence.limits import INPUT_BYTES_MAX
from server.files.fence.made import Made
from server.files.readers import Reader
from server.files.readers.texts import Unfit, charset, cut, day, figure, written

LINES_MAX: Final = 5_000_000
LINE_BYTES_MAX: Final = 65_536
FIELD_CHARACTERS_MAX: Final = 4_096
LOOKED_AT_BYTES: Final = 64 * 1024

_FIELDS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\{[^}]*\}|[^\s{}"]+')
RESULT: Final = range(3000, 8999)
"""The accounts of the year's result, but 8999: on that the result itself is booked when a year is closed, and all of them
together would then always be nought."""
ASSETS: Final = range(1000, 2000)
_READ: Final = frozenset(
    {
        *("#FLAGGA", "#FNAMN", "#ORGNR", "#RAR", "#OMFATTN", "#SIETYP", "#VALUTA", "#PROGRAM"),
        *("#RES", "#UB", "#VER", "#TRANS"),
    }
)


def reader(_job: str, _family: str, _page: int) -> Reader:
    """What reads books."""
    return lambda file: Made(Preview(card=read(file)))


@dataclass(slots=True)
class _Books:
    said: dict[str, list[str]] = field(default_factory=dict)
    """The fields of labels that come once; the first counts."""
    years: dict[str, tuple[str, str]] = field(default_factory=dict)
    days: set[str] = field(default_factory=set)
    vouchers: int = 0
    unbalanced: int = 0
    result: Decimal | None = None
    assets: Decimal | None = None
    open_sum: Decimal | None = None
    """Of the voucher that is being read."""
    inside: bool = False
    """Between the braces of a voucher."""

    def line(self, label: str, fields: list[str]) -> None:
        match label:
            case "#RAR":
                self.years[fields[0]] = (day(fields[1]), day(fields[2]))
            case "#RES" if fields[0] == "0" and _account(fields[1]) in RESULT:
                self.result = (self.result or Decimal(0)) - figure(fields[2])
            case "#RES" if fields[0] == "0" and self.result is None:
                self.result = Decimal(0)
            case "#UB" if fields[0] == "0" and _account(fields[1]) in ASSETS:
                self.assets = (self.assets or Decimal(0)) + figure(fields[2])
            case "#VER":
                self.close()
                self.vouchers += 1
                self.open_sum = Decimal(0)
                if len(fields) > 2 and fields[2]:
                    self.days.add(day(fields[2]))
            case "#TRANS" if self.open_sum is not None:
                # The list of objects may be left out, though it shouldn't.
                self.open_sum += figure(fields[2] if fields[1].startswith("{") else fields[1])
            case "#RES" | "#UB" | "#TRANS":
                pass  # of other years, of other accounts, outside of any voucher
            case _:
                self.said.setdefault(label, fields)

    def close(self) -> None:
        """A voucher has ended."""
        if self.open_sum:
            self.unbalanced += 1
        self.open_sum = None

    def first(self, label: str) -> str:
        return (self.said.get(label) or [""])[0]

    def card(self) -> BooksCard:
        first_day, last_day = self.years.get("0", (None, None))
        if first_day is None and self.days:
            first_day, last_day = min(self.days), max(self.days)
        as_of = self.first("#OMFATTN")
        return BooksCard(
            company=cut(self.first("#FNAMN")),
            organisation_number=cut(self.first("#ORGNR")),
            first_day=first_day,
            last_day=last_day,
            as_of=day(as_of) if as_of else None,
            kind=cut(self.first("#SIETYP")) or "1",
            program=cut(" ".join(self.said.get("#PROGRAM", []))),
            currency=cut(self.first("#VALUTA")) or "SEK",
            vouchers=self.vouchers,
            unbalanced=self.unbalanced,
            result=None if self.result is None else written(self.result),
            balance_total=None if self.assets is None else written(self.assets),
            imported=self.first("#FLAGGA") == "1",
        )


def _account(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 8 else -1


def read(file: BinaryIO) -> BooksCard:
    """The card of some books. Raises Unfit, or what a line that makes no sense leads to."""
    file.seek(0)
    encoding = charset(file.read(LOOKED_AT_BYTES))
    file.seek(0)
    books, lines = _Books(), 0
    begun = False
    while raw := file.readline(LINE_BYTES_MAX):
        lines += 1
        if lines > LINES_MAX or len(raw) == LINE_BYTES_MAX or file.tell() > INPUT_BYTES_MAX:
            raise Unfit
        text = raw.decode(encoding, "replace").strip("\ufeff \t\r\n\x1a")
        if text.startswith(("{", "}")):
            books.inside = text.startswith("{")
            if not books.inside:
                books.close()
        if not text.startswith("#"):
            continue
        label, _, rest = text.partition(" ") if "\t" not in text else _parted(text)
        label = label.upper()
        if not begun and label != "#FLAGGA":
            raise Unfit
        begun = True
        if label in _READ:
            books.line(label, _fields(rest))
    books.close()
    if not begun or books.inside:
        raise Unfit  # broken off within a voucher: its figures would be some of them
    return books.card()


def _parted(text: str) -> tuple[str, str, str]:
    label, *rest = text.split(None, 1)
    return label, " ", rest[0] if rest else ""


def _fields(rest: str) -> list[str]:
    found = []
    for one in _FIELDS.findall(rest):
        if len(one) > FIELD_CHARACTERS_MAX:
            raise Unfit
        found.append(re.sub(r"\\(.)", r"\1", one[1:-1]) if one[0] == '"' else one)
    return found
