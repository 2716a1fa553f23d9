"""Cards: the figures of the field's own formats, right to the öre, and none of what is damaged (issue 9, 7; facts 4)."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest
from defusedxml.common import DefusedXmlException

from protocol.cards import (
    BooksCard,
    CalendarCard,
    CalendarLine,
    Card,
    InvoiceCard,
    MailCard,
    StatementCard,
    StatementLine,
)
from server.files.family import Family, recognise
from server.files.fence.keeper import Fence
from server.files.fence.made import Made
from server.files.readers import camt, invoices, looks_into, ofx, texts
from tests.server.files import field

pytestmark = pytest.mark.anyio


async def card_of(tmp_path: Path, content: bytes, name: str = "fil") -> Card | None:
    """The card of a file as it is when somebody brings it: recognised by its content, read behind the fence."""
    path = tmp_path / "file"
    path.write_bytes(content)
    family = recognise(io.BytesIO(content), len(content), name).family
    if not looks_into(family):
        return None
    fence = Fence()
    made = await fence.make(path, "look", family)
    assert fence.broken == 0
    return made.preview.card if isinstance(made, Made) else None


STATEMENT = StatementLine(
    account="SE4550000000058398257466",
    first_day="2026-11-19",
    last_day="2026-11-19",
    opening="1000.00",
    closing="-250.10",
    currency="SEK",
    entries=2,
    pending=1,
    credits="0",
    debits="1250.10",
    adds_up=True,
)


@pytest.mark.parametrize(
    ("content", "card"),
    [
        (
            field.SIE_QUOTED,
            BooksCard(
                company="Älvsjö Måleri & Städ AB",
                organisation_number="556677-8899",
                first_day="2025-01-01",
                last_day="2025-12-31",
                kind="4",
                program="Bokrätt Webb 7.2",
                vouchers=2,
                unbalanced=1,
                result="48800.15",
                balance_total="62000.15",
            ),
        ),
        (
            field.SIE_BARE,
            BooksCard(
                company="Örebro_Bygg",
                organisation_number="556000-1111",
                first_day="2026-02-28",
                last_day="2026-03-31",
                kind="4",
                program="Lönekörning 3",
                vouchers=2,
                imported=True,
            ),
        ),
        (field.CAMT_BANK, StatementCard(lines=[STATEMENT])),
        (field.UBL_INVOICE, InvoiceCard(
            number="1001", seller="Kvarnen & Söner AB", buyer="Bageriet", issued="2026-06-16", due="2026-07-16",
            total="308.03", payable="208.03", tax="61.61", currency="EUR")),
        (field.UBL_CREDIT, InvoiceCard(
            number="K-7", credit=True, seller="Städ i Norr HB", issued="2026-11-01", due="2026-12-01",
            total="125.5", payable="125.5", currency="SEK")),
        (field.CII, InvoiceCard(
            number="RE-9", seller="Muster GmbH", buyer="Kunde AG", issued="2026-01-31", due="2026-02-28",
            total="119.00", payable="119.00", tax="19.00", currency="EUR")),
        (field.OFX_SGML, StatementCard(lines=[StatementLine(
            account="••6789", first_day="2026-11-01", last_day="2026-11-20", currency="USD", entries=2,
            credits="1200.00", debits="50.25", closing="5149.75")])),
        (field.OFX_XML, StatementCard(lines=[
            StatementLine(account="••2345", currency="EUR", entries=1, credits="0", debits="12.50", closing="-12.50"),
            StatementLine(account="••4111", currency="EUR", credits="0", debits="0")])),
        (field.mail(), MailCard(
            subject="Kvitton oktober – körjournal", from_name="Åsa Ek", from_address="asa@exempel.se",
            sent="2026-11-20T09:15+01:00", attachments=["körjournal.pdf", "moms.csv"])),
        (field.MAIL_OLD, MailCard(
            subject="Förfrågan om bokslutet", from_address="asa@exempel.se", sent="2026-11-20T09:15")),
        (field.CALENDAR_OUTLOOK, CalendarCard(method="REQUEST", events=[CalendarLine(
            summary="Bokslutsmöte, 2026 med en rubrik som är så lång att den bryts", starts="2026-12-02T09:00",
            ends="2026-12-02T10:00", zone="Customized Time Zone", place="Älvsjö; plan 2", organiser="Åsa Ek")])),
        (field.CALENDAR_WEB, CalendarCard(method="PUBLISH", events=[
            CalendarLine(summary="Stängt", starts="2026-12-24", ends="2026-12-26"),
            CalendarLine(summary="Moms", starts="2026-02-12T08:00", ends="2026-02-12T09:30", zone="UTC",
                         organiser="a@b.example", repeats=True)])),
    ],
)  # fmt: skip
async def test_a_card_says_what_the_file_says(tmp_path: Path, content: bytes, card: Card) -> None:
    assert await card_of(tmp_path, content) == card


async def test_a_statement_is_the_same_in_every_version_prefix_and_encoding(tmp_path: Path) -> None:
    prefixed = await card_of(tmp_path, field.CAMT_PREFIXED)
    assert isinstance(prefixed, StatementCard)
    assert prefixed.lines[0].account == "5050-1055"
    text = '<?xml version="1.0" encoding="UTF-16"?>' + field.camt().decode()
    for written in (text.encode("utf-16"), b"\r\n\r\n" + field.CAMT_BANK, b"\xef\xbb\xbf" + field.CAMT_BANK):
        assert await card_of(tmp_path, written) == StatementCard(lines=[STATEMENT])


@pytest.mark.parametrize("encoding", ["cp437", "cp1252", "utf-8", "utf-8-sig"])
async def test_books_are_read_in_whatever_letters_they_come(tmp_path: Path, encoding: str) -> None:
    """The format promises CP437, whatever is in the file (facts 4.1)."""
    card = await card_of(tmp_path, field.SIE_QUOTED.decode("cp437").encode(encoding))
    assert isinstance(card, BooksCard)
    assert (card.company, card.program, card.result) == ("Älvsjö Måleri & Städ AB", "Bokrätt Webb 7.2", "48800.15")


async def test_a_statement_that_does_not_add_up_says_so_and_one_in_two_currencies_does_not_say(tmp_path: Path) -> None:
    extra = '<Ntry><Amt Ccy="{}">0.01</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts></Ntry>'
    for currency, adds_up in (("SEK", False), ("EUR", None)):
        card = await card_of(tmp_path, field.camt(more=extra.format(currency)))
        assert isinstance(card, StatementCard)
        assert card.lines[0].adds_up is adds_up


async def test_what_a_file_says_is_cut_and_cannot_turn_the_line(tmp_path: Path) -> None:
    long = "Hål \u202etxet" + "x" * 500
    card = await card_of(tmp_path, field.UBL_INVOICE.replace("Kvarnen &amp; Söner AB".encode(), long.encode()))
    assert isinstance(card, InvoiceCard)
    assert card.seller.startswith("Hål txetxxx")
    assert len(card.seller) == 120
    assert card.seller.endswith("…")


def changed(content: bytes, old: str, new: str, encoding: str = "utf-8") -> bytes:
    assert old.encode(encoding) in content
    return content.replace(old.encode(encoding), new.encode(encoding))


DAMAGED = {
    "books broken off within a voucher": field.SIE_QUOTED[:-40],
    "books with a figure that is none": changed(field.SIE_QUOTED, "62500.25", "6x2500.25", "cp437"),
    "books with a day that there is not": changed(field.SIE_QUOTED, "20250131", "20250231", "cp437"),
    "books with a line that lacks its figure": changed(field.SIE_QUOTED, "#UB 0 1930 -500.10", "#UB 0 1930", "cp437"),
    "books with a field that never ends": changed(field.SIE_QUOTED, "EUBAS97", "x" * 70_000, "cp437"),
    "a statement broken off": field.CAMT_BANK[:-200],
    "a statement with an entity": b'<!DOCTYPE x [<!ENTITY e "1">]>' + field.camt(),
    "a statement whose entry goes neither way": changed(field.CAMT_BANK, "DBIT</CdtDbtInd><R", "UP</CdtDbtInd><R"),
    "a statement with a figure in words": changed(field.CAMT_BANK, "1250<", "tusen<"),
    "a statement without statements": field.CAMT_BANK.replace(b"Stmt>", b"Other>"),
    "a statement in letters that are none": changed(field.CAMT_BANK, "<MsgId>1", "<MsgId>?").replace(b"?</M", b"\xff</M"),
    "an invoice broken off": field.UBL_INVOICE[:900],
    "an invoice without a number": changed(field.UBL_INVOICE, "<cbc:ID>1001</cbc:ID>", ""),
    "an invoice that comes to nothing": field.UBL_INVOICE.replace(b"eAmount", b"e"),
    "an invoice due on no day": changed(field.UBL_INVOICE, "2026-07-16", "soon"),
    "an invoice with infinity": changed(field.UBL_INVOICE, ">208.03<", ">Infinity<"),
    "an invoice in powers of ten": changed(field.UBL_INVOICE, ">208.03<", ">1e999<"),
    "a foreign statement broken off": field.OFX_SGML[:-60],
    "a foreign statement with two points": changed(field.OFX_SGML, "-50.25", "-50.2.5"),
    "a foreign statement without an account": changed(field.OFX_SGML, "STMTRS>", "OTHER>"),
    "a calendar broken off": field.CALENDAR_OUTLOOK[:-20],
    "a calendar without a time": changed(field.CALENDAR_OUTLOOK, "DTSTART;TZID=\"", "DTOTHER;TZID=\""),
    "a calendar at 25 o'clock": changed(field.CALENDAR_OUTLOOK, "20261202T090000", "20261202T250000"),
    "a calendar without events": b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
    "a calendar with a line that is none": changed(field.CALENDAR_OUTLOOK, "UID:1", "UID"),
    "a mail that says nothing of itself": b"Received: by x\nMIME-Version: 1.0\nContent-Type: text/plain\n\nHej\n",
}  # fmt: skip


@pytest.mark.parametrize("what", DAMAGED)
async def test_what_is_damaged_is_a_plain_file(tmp_path: Path, what: str) -> None:
    assert await card_of(tmp_path, DAMAGED[what]) is None


@pytest.mark.parametrize("read", [camt.read, invoices.universal, invoices.cross_industry])
def test_what_xml_can_do_harm_by_is_not_read(read: Callable[[BinaryIO], Card]) -> None:
    """Whatever recognised the file: a DOCTYPE is the door to entities and to files outside."""
    for harm in (b'<!DOCTYPE x [<!ENTITY e "1">]>', b'<!DOCTYPE x SYSTEM "file:///etc/hostname">'):
        for content in (field.camt(), field.UBL_INVOICE.partition(b"\n")[2], field.CII.partition(b"?>")[2]):
            with pytest.raises(DefusedXmlException):
                read(io.BytesIO(harm + content))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1200.00", "1200.00"),
        ("1,200.00", "1200.00"),
        ("-1,234,567.89", "-1234567.89"),
        ("1200,5", "1200.5"),
        ("0,125", "0.125"),
        ("1234,567", "1234.567"),
        ("+.5", "0.5"),
        ("007.10", "7.10"),
        ("-0.00", "0.00"),
        (" 12.", "12"),
    ],
)
def test_a_figure_is_read_by_its_digits(written: str, read: str) -> None:
    assert texts.written(texts.figure(written)) == read


@pytest.mark.parametrize(
    "written", ["", "1,200", "-12,345", "1.200,50", "1 200", "1e3", "NaN", "Infinity", "1.2.3", "١٢", "1_000", "9" * 25]
)
def test_a_figure_that_may_be_two_or_none_is_not_guessed(written: str) -> None:
    with pytest.raises(texts.Unfit):
        texts.figure(written)


def test_a_sum_of_many_long_figures_has_all_its_digits() -> None:
    transaction = b"<STMTTRN><TRNAMT>" + b"9" * 24 + b".999999999999</STMTTRN>"
    card = ofx.read(io.BytesIO(b"<OFX><STMTRS>" + transaction * 1000 + b"</STMTRS></OFX>"))
    assert card.lines[0].credits == "9" * 24 + "999.999999999000"
    assert msgspec.convert(msgspec.to_builtins(card), StatementCard) == card


async def test_a_card_takes_no_longer_than_a_breath_for_a_year_of_a_large_company(tmp_path: Path) -> None:
    """40,000 vouchers, 2 MB: within what somebody who saves a document waits."""
    voucher = '#VER "A" "1" 20250102 "Faktura"\r\n{\r\n#TRANS 1510 {} 0.10\r\n#TRANS 3001 {} -0.10\r\n}\r\n'
    card = await card_of(tmp_path, field.SIE_QUOTED + (voucher * 40_000).encode("cp437"))
    assert isinstance(card, BooksCard)
    assert (card.vouchers, card.unbalanced) == (40_002, 1)


def test_every_family_that_is_looked_into_is_one() -> None:
    from server.files import readers

    assert set(readers._LOOKED_INTO) <= set(Family)
