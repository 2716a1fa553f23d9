"""OFX, QFX and QBO: statements of American banks, as SGML without end tags and as XML, by one tokenizer.

The header is not believed, and a day is the eight digits that are written: converted, it would be another one for whoever
lives in the West. Own rules, as the libraries are GPL or left behind. Refuses to show whole account numbers.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO, Final

from protocol.cards import LINES_MAX, StatementCard, StatementLine
from protocol.previews import Preview
from server.files.fence.made import Made
from server.files.readers import Reader
from server.files.readers.texts import Unfit, cut, day, decoded, figure, whole, written

TAGS_MAX: Final = 10_000_000
DIGITS_SHOWN: Final = 4
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9._]*)(?:\s[^<>]*)?>([^<]*)")
_STATEMENTS: Final = frozenset({"STMTRS", "CCSTMTRS", "INVSTMTRS"})
_ONCE: Final = frozenset({"CURDEF", "ACCTID", "DTSTART", "DTEND"})


def reader(_job: str, _family: str, _page: int) -> Reader:
    """What reads statements."""
    return lambda file: Made(Preview(card=read(file)))


@dataclass(slots=True)
class _Statement:
    investments: bool
    said: dict[str, str] = field(default_factory=dict)
    entries: int = 0
    credits: Decimal = Decimal(0)
    debits: Decimal = Decimal(0)
    closing: str | None = None

    def line(self) -> StatementLine:
        account, since, until = (self.said.get(name, "") for name in ("ACCTID", "DTSTART", "DTEND"))
        shown = StatementLine(
            account="••" + cut(account)[-DIGITS_SHOWN:] if account else "",
            first_day=day(since) if since else None,
            last_day=day(until) if until else None,
            currency=cut(self.said.get("CURDEF")),
        )
        if self.investments:
            return shown  # its money moves in other tags: sums would be wrong
        closing = None if self.closing is None else written(figure(self.closing))
        return StatementLine(
            account=shown.account,
            first_day=shown.first_day,
            last_day=shown.last_day,
            currency=shown.currency,
            entries=self.entries,
            credits=written(self.credits),
            debits=written(self.debits),
            closing=closing,
        )


def read(file: BinaryIO) -> StatementCard:
    """The card of a bank's file. Raises Unfit."""
    found: list[_Statement] = []
    inside: list[str] = []
    """Statement, transaction and balance: the aggregates that matter. They have end tags in SGML too."""
    ended = False
    for ends, tag, said in _tags(decoded(whole(file))):
        if ends:
            ended = ended or tag == "OFX"
            if tag in inside:
                del inside[inside.index(tag) :]
        elif tag in _STATEMENTS:
            inside = [tag]
            found.append(_Statement(tag == "INVSTMTRS"))
        elif found and inside:
            _say(found[-1], inside, tag, said)
    if not found or not ended:
        raise Unfit  # of a file that is broken off the figures would be some of them
    return StatementCard(lines=[one.line() for one in found[:LINES_MAX]], more=max(0, len(found) - LINES_MAX))


def _say(statement: _Statement, inside: list[str], tag: str, said: str) -> None:
    """A tag within a statement."""
    if tag in ("STMTTRN", "LEDGERBAL", "AVAILBAL", "BANKTRANLIST"):
        inside.append(tag)
        statement.entries += tag == "STMTTRN"
    elif tag == "TRNAMT" and "STMTTRN" in inside:
        number = figure(said)
        if number < 0:
            statement.debits -= number
        else:
            statement.credits += number
    elif tag == "BALAMT" and "LEDGERBAL" in inside:
        statement.closing = said or None
    elif tag in _ONCE and "STMTTRN" not in inside:
        statement.said.setdefault(tag, said)


def _tags(text: str) -> Iterator[tuple[bool, str, str]]:
    """Whether it ends something, its name, and the text behind it."""
    for number, one in enumerate(_TAG.finditer(text)):
        if number > TAGS_MAX:
            raise Unfit
        yield bool(one[1]), one[2].upper(), html.unescape(one[3]).strip()
