"""Invoices and credit notes in XML: UBL (Peppol BIS 3, EHF, XRechnung) and UN/CEFACT's Cross Industry Invoice.

What is to be paid is not always what it comes to, since something may have been paid before: both are said. Refuses to
judge, and to take out what is enclosed.
"""

from typing import BinaryIO, Final
from xml.etree.ElementTree import Element

from protocol.cards import InvoiceCard
from protocol.previews import Preview
from server.files.family import Family
from server.files.fence.made import Made
from server.files.readers import Reader
from server.files.readers.texts import Unfit, cut, day, figure, written
from server.files.readers.xml import all_at, at, local, root, text

CREDIT_NOTE: Final = "381"
"""UNTDID 1001."""


def reader(_job: str, family: str, _page: int) -> Reader:
    """What reads invoices of one of the two kinds."""
    read = cross_industry if family == Family.CII else universal
    return lambda file: Made(Preview(card=read(file)))


def universal(file: BinaryIO) -> InvoiceCard:
    """The card of a UBL file. Raises Unfit, and what XML that makes no sense leads to."""
    invoice = root(file)
    credit = local(invoice) == "CreditNote"
    if local(invoice) not in ("Invoice", "CreditNote"):
        raise Unfit
    currency = text(invoice, "DocumentCurrencyCode")
    totals = at(invoice, "LegalMonetaryTotal")
    return _card(
        number=text(invoice, "ID"),
        credit=credit or text(invoice, "InvoiceTypeCode") == CREDIT_NOTE,
        seller=_party(at(invoice, "AccountingSupplierParty/Party")),
        buyer=_party(at(invoice, "AccountingCustomerParty/Party")),
        issued=text(invoice, "IssueDate"),
        due=text(invoice, "DueDate") or text(invoice, "PaymentMeans/PaymentDueDate"),
        total=text(totals, "TaxInclusiveAmount"),
        payable=text(totals, "PayableAmount"),
        tax=_in(currency, all_at(invoice, "TaxTotal/TaxAmount")),
        currency=currency,
    )


def _party(party: Element | None) -> str:
    return text(party, "PartyLegalEntity/RegistrationName") or text(party, "PartyName/Name")


def cross_industry(file: BinaryIO) -> InvoiceCard:
    """The card of a CII file. Raises Unfit, and what XML that makes no sense leads to."""
    invoice = root(file)
    trade = at(invoice, "SupplyChainTradeTransaction")
    if local(invoice) != "CrossIndustryInvoice" or trade is None:
        raise Unfit
    settled = at(trade, "ApplicableHeaderTradeSettlement")
    totals = at(settled, "SpecifiedTradeSettlementHeaderMonetarySummation")
    currency = text(settled, "InvoiceCurrencyCode")
    return _card(
        number=text(invoice, "ExchangedDocument/ID"),
        credit=text(invoice, "ExchangedDocument/TypeCode") == CREDIT_NOTE,
        seller=text(trade, "ApplicableHeaderTradeAgreement/SellerTradeParty/Name"),
        buyer=text(trade, "ApplicableHeaderTradeAgreement/BuyerTradeParty/Name"),
        issued=text(invoice, "ExchangedDocument/IssueDateTime/DateTimeString"),
        due=text(settled, "SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString"),
        total=text(totals, "GrandTotalAmount"),
        payable=text(totals, "DuePayableAmount"),
        tax=_in(currency, [] if totals is None else all_at(totals, "TaxTotalAmount")),
        currency=currency,
    )


def _in(currency: str, amounts: list[Element]) -> str:
    """Of amounts in several currencies the invoice's own."""
    return next((one.text or "" for one in amounts if one.get("currencyID", currency) == currency), "")


def _card(
    *,
    number: str,
    credit: bool,
    seller: str,
    buyer: str,
    issued: str,
    due: str,
    total: str,
    payable: str,
    tax: str,
    currency: str,
) -> InvoiceCard:
    if not number or not (total or payable):
        raise Unfit  # of an invoice that says neither there is nothing to show
    return InvoiceCard(
        number=cut(number),
        credit=credit,
        seller=cut(seller),
        buyer=cut(buyer),
        issued=day(issued) if issued else None,
        due=day(due) if due else None,
        total=written(figure(total)) if total else None,
        payable=written(figure(payable)) if payable else None,
        tax=written(figure(tax)) if tax else None,
        currency=cut(currency),
    )
