"""ISO 20022 camt.052, 053 and 054: what a bank says of an account, whichever version and prefix.

Only what is booked counts. Which way money went says an entry's own mark alone; of an entry of several payments the entry
counts. Refuses to follow anything out of the file, and to say more than the file does.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO, Final
from xml.etree.ElementTree import Element

from protocol.cards import LINES_MAX, StatementCard, StatementLine
from protocol.previews import Preview
from server.files.fence.made import Made
from server.files.readers import Reader
from server.files.readers.texts import Unfit, cut, day, figure, written
from server.files.readers.xml import all_at, at, local, steps, text

ENTRIES_MAX: Final = 1_000_000
STATEMENTS_MAX: Final = 1_000
_STATEMENTS: Final = frozenset({"Stmt", "Rpt", "Ntfctn"})


def reader(_job: str, _family: str, _page: int) -> Reader:
    """What reads statements."""
    return lambda file: Made(Preview(card=read(file)))


@dataclass(slots=True)
class _Sums:
    entries: int = 0
    pending: int = 0
    credits: Decimal = Decimal(0)
    debits: Decimal = Decimal(0)
    currencies: set[str] = field(default_factory=set)


def read(file: BinaryIO) -> StatementCard:
    """The card of a bank's file. Raises Unfit, and what XML that makes no sense leads to."""
    lines: list[StatementLine] = []
    statements, entries = 0, 0
    sums = _Sums()
    inside: list[Element] = []
    for step, element in steps(file):
        name = local(element)
        if step == "start":
            if not inside and name != "Document":
                raise Unfit
            inside.append(element)
            if name in _STATEMENTS:
                sums = _Sums()
            continue
        inside.pop()
        if name == "Ntry" and local(inside[-1]) in _STATEMENTS:
            entries += 1
            if entries > ENTRIES_MAX:
                raise Unfit
            _count(element, sums)
            inside[-1].remove(element)  # else a large file is all in memory at its end
        elif name in _STATEMENTS and len(inside) == 2:
            statements += 1
            if statements > STATEMENTS_MAX:
                raise Unfit
            if len(lines) < LINES_MAX:
                lines.append(_line(element, sums))
            inside[-1].remove(element)
    if not statements:
        raise Unfit
    return StatementCard(lines=lines, more=statements - len(lines))


def _count(entry: Element, sums: _Sums) -> None:
    amount = at(entry, "Amt")
    if amount is None:
        raise Unfit
    if (text(entry, "Sts/Cd") or text(entry, "Sts") or "BOOK") != "BOOK":
        sums.pending += 1
        return
    sums.entries += 1
    sums.currencies.add(amount.get("Ccy", ""))
    way = text(entry, "CdtDbtInd")
    if way == "CRDT":
        sums.credits += figure(amount.text or "")
    elif way == "DBIT":
        sums.debits += figure(amount.text or "")
    else:
        raise Unfit


def _line(statement: Element, sums: _Sums) -> StatementLine:
    opening, closing = _balance(statement, ("OPBD", "PRCD")), _balance(statement, ("CLBD",))
    currency = text(statement, "Acct/Ccy") or (closing or opening or ("", None, ""))[2]
    known = {one for one in (*sums.currencies, *(each[2] for each in (opening, closing) if each)) if one}
    one_currency = len(known) <= 1
    adds_up = None
    if one_currency and opening and closing:
        adds_up = opening[0] + sums.credits - sums.debits == closing[0]
    until = text(statement, "FrToDt/ToDtTm")
    since = text(statement, "FrToDt/FrDtTm")
    return StatementLine(
        account=cut(text(statement, "Acct/Id/IBAN") or text(statement, "Acct/Id/Othr/Id")),
        first_day=day(since) if since else None,
        last_day=day(until) if until else (closing[1] if closing else None),
        opening=written(opening[0]) if opening else None,
        closing=written(closing[0]) if closing else None,
        currency=cut(currency or next(iter(known), "")),
        entries=sums.entries,
        pending=sums.pending,
        credits=written(sums.credits) if one_currency else None,
        debits=written(sums.debits) if one_currency else None,
        adds_up=adds_up,
    )


def _balance(statement: Element, codes: tuple[str, ...]) -> tuple[Decimal, str | None, str] | None:
    """Amount, day and currency of the first balance of a kind."""
    for code in codes:
        for balance in all_at(statement, "Bal"):
            amount = at(balance, "Amt")
            if text(balance, "Tp/CdOrPrtry/Cd") != code or amount is None:
                continue
            number = figure(amount.text or "")
            on = text(balance, "Dt/Dt") or text(balance, "Dt/DtTm")
            way = text(balance, "CdtDbtInd")
            if way not in ("CRDT", "DBIT"):
                raise Unfit
            return (-number if way == "DBIT" else number, day(on) if on else None, amount.get("Ccy", ""))
    return None
