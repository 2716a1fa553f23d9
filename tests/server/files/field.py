"""Files of the field's own formats, each in the form in which two producers write it, made up for these tests: one as the
format's description has it, one as programs of the field do that take it their own way (facts about files, 4)."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Final

# SIE 4E as programs on the web write it: quotes around everything, CRLF, CP437, an object list on each line.
SIE_QUOTED: Final = (
    '#FLAGGA 0\r\n#FORMAT PC8\r\n#SIETYP 4\r\n#PROGRAM "Bokrätt Webb" "7.2"\r\n#GEN 20260115 "Åsa"\r\n'
    '#FNAMN "Älvsjö Måleri & Städ AB"\r\n#ORGNR "556677-8899"\r\n#RAR 0 20250101 20251231\r\n#RAR -1 20240101 20241231\r\n'
    '#KPTYP "EUBAS97"\r\n#KONTO 1510 "Kundfordringar"\r\n#KONTO 1930 "Företagskonto"\r\n#KONTO 3001 "Försäljning"\r\n'
    "#IB 0 1930 1000.00\r\n#UB 0 1510 62500.25\r\n#UB 0 1930 -500.10\r\n#UB 0 2440 -300.00\r\n#UB -1 1930 77777.00\r\n"
    "#RES 0 3001 -50000.20\r\n#RES 0 5410 1200.05\r\n#RES -1 3001 -99999.00\r\n#RES 0 8999 48800.15\r\n"
    '#VER "A" "1" 20250102 "Faktura \\"1\\"" 20250103\r\n{\r\n#TRANS 1510 {} 62500.25 20250102 "Kund"\r\n'
    '#TRANS 3001 {1 "Nord" 6 "12"} -50000.20\r\n#TRANS 2611 {} -12500.05\r\n}\r\n'
    '#VER "A" "2" 20250131 "Rättad"\r\n{\r\n#RTRANS 5410 {} 1200.05\r\n#TRANS 5410 {} 1200.05\r\n'
    "#BTRANS 5410 {} 1200.00\r\n#TRANS 1930 {} -1200.00\r\n}\r\n"
).encode("cp437")
# SIE 4I as programs on a desk write it: bare fields, tabs, Windows' letters, small labels, vouchers alone.
SIE_BARE: Final = (
    "#flagga\t1\n\n#program Lönekörning 3\n#sietyp 4\n#FNAMN Örebro_Bygg\n#ORGNR 556000-1111 1 1\n#okänd 1 2 3\n"
    "#VER L 1 20260331 Löner\n{\n\t#TRANS 7010 {} 30000.00\n\t#TRANS 1930 {} -30000.00\n}\n"
    "#VER L 2 20260228 Skatt\n{\n\t#TRANS 7510 9426\n\t#TRANS 2730 {} -9426\n}\n"
).encode("cp1252")


def camt(
    *, version: str = "02", prefix: str = "", status: str = "<Sts>BOOK</Sts>", account: str = "", more: str = ""
) -> bytes:
    """A statement of a day: two entries, of which one holds two payments, and one that is pending."""
    account = account or "<IBAN>SE4550000000058398257466</IBAN>"
    pending = status.replace("BOOK", "PDNG")
    text = f"""<Document><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>
<FrToDt><FrDtTm>2026-11-19T00:00:00</FrDtTm><ToDtTm>2026-11-19T23:59:59</ToDtTm></FrToDt>
<Acct><Id>{account}</Id><Ccy>SEK</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="SEK">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-11-18</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="SEK">250.10</Amt><CdtDbtInd>DBIT</CdtDbtInd>
<Dt><Dt>2026-11-19</Dt></Dt></Bal>
<Ntry><Amt Ccy="SEK">0.10</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd>{status}</Ntry>
<Ntry><Amt Ccy="SEK">1250</Amt><CdtDbtInd>DBIT</CdtDbtInd>{status}<NtryDtls>
<TxDtls><Amt Ccy="SEK">1000</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls><TxDtls><Amt Ccy="SEK">250</Amt></TxDtls></NtryDtls>
</Ntry>
<Ntry><Amt Ccy="SEK">9.99</Amt><CdtDbtInd>CRDT</CdtDbtInd>{pending}</Ntry>{more}
</Stmt></BkToCstmrStmt></Document>"""
    if prefix:
        text = text.replace("</", "\0").replace("<", f"<{prefix}:").replace("\0", f"</{prefix}:")
    named = f'xmlns{":" + prefix if prefix else ""}="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"'
    return f"<{prefix + ':' if prefix else ''}Document {named}>".encode() + text.partition(">")[2].encode()


CAMT_BANK: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n' + camt()
# Java's writers: a prefix, the newer version's status in an element of its own, a bankgiro number, no declaration.
CAMT_PREFIXED: Final = camt(
    version="08", prefix="ns2", status="<Sts><Cd>BOOK</Cd></Sts>", account="<Othr><Id>5050-1055</Id></Othr>"
)

_UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
UBL_INVOICE: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="{_UBL}Invoice-2" xmlns:cac="{_UBL}CommonAggregateComponents-2" xmlns:cbc="{_UBL}CommonBasicComponents-2">
<cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
<cbc:ID>1001</cbc:ID><cbc:IssueDate>2026-06-16</cbc:IssueDate><cbc:DueDate>2026-07-16</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:AccountingSupplierParty><cac:Party><cac:PartyName><cbc:Name>Kvarnen</cbc:Name></cac:PartyName>
<cac:PartyLegalEntity><cbc:RegistrationName>Kvarnen &amp; Söner AB</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cac:PartyName><cbc:Name>Bageriet</cbc:Name></cac:PartyName></cac:Party>
</cac:AccountingCustomerParty>
<cac:TaxTotal><cbc:TaxAmount currencyID="SEK">690.00</cbc:TaxAmount></cac:TaxTotal>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">61.61</cbc:TaxAmount></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:TaxInclusiveAmount currencyID="EUR">308.03</cbc:TaxInclusiveAmount>
<cbc:PrepaidAmount currencyID="EUR">100.00</cbc:PrepaidAmount><cbc:PayableAmount currencyID="EUR">208.03</cbc:PayableAmount>
</cac:LegalMonetaryTotal></Invoice>""".encode()
# Another writer: prefixes for everything, a credit note, which has its due date elsewhere.
UBL_CREDIT: Final = f"""
<n:CreditNote xmlns:n="{_UBL}CreditNote-2" xmlns:a="{_UBL}CommonAggregateComponents-2"
 xmlns:b="{_UBL}CommonBasicComponents-2">
<b:ID>K-7</b:ID><b:IssueDate>2026-11-01</b:IssueDate><b:CreditNoteTypeCode>381</b:CreditNoteTypeCode>
<b:DocumentCurrencyCode>SEK</b:DocumentCurrencyCode>
<a:AccountingSupplierParty><a:Party><a:PartyLegalEntity><b:RegistrationName>Städ i Norr HB</b:RegistrationName>
</a:PartyLegalEntity></a:Party></a:AccountingSupplierParty>
<a:PaymentMeans><b:PaymentDueDate>2026-12-01</b:PaymentDueDate></a:PaymentMeans>
<a:LegalMonetaryTotal><b:TaxInclusiveAmount currencyID="SEK">125.5</b:TaxInclusiveAmount>
<b:PayableAmount currencyID="SEK">125.5</b:PayableAmount></a:LegalMonetaryTotal></n:CreditNote>""".encode()
CII: Final = b"""<?xml version="1.0"?><r:CrossIndustryInvoice
 xmlns:r="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"><r:ExchangedDocument><r:ID>RE-9</r:ID>
<r:TypeCode>380</r:TypeCode><r:IssueDateTime><r:DateTimeString format="102">20260131</r:DateTimeString></r:IssueDateTime>
</r:ExchangedDocument><r:SupplyChainTradeTransaction><r:ApplicableHeaderTradeAgreement>
<r:SellerTradeParty><r:Name>Muster GmbH</r:Name></r:SellerTradeParty><r:BuyerTradeParty><r:Name>Kunde AG</r:Name>
</r:BuyerTradeParty></r:ApplicableHeaderTradeAgreement><r:ApplicableHeaderTradeSettlement>
<r:InvoiceCurrencyCode>EUR</r:InvoiceCurrencyCode><r:SpecifiedTradePaymentTerms><r:DueDateDateTime>
<r:DateTimeString format="102">20260228</r:DateTimeString></r:DueDateDateTime></r:SpecifiedTradePaymentTerms>
<r:SpecifiedTradeSettlementHeaderMonetarySummation><r:TaxTotalAmount currencyID="EUR">19.00</r:TaxTotalAmount>
<r:GrandTotalAmount>119.00</r:GrandTotalAmount><r:DuePayableAmount>119.00</r:DuePayableAmount>
</r:SpecifiedTradeSettlementHeaderMonetarySummation></r:ApplicableHeaderTradeSettlement></r:SupplyChainTradeTransaction>
</r:CrossIndustryInvoice>"""

# SGML as banks in the United States write it: no end tags, zones in brackets, commas in a balance.
OFX_SGML: Final = (
    b"OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\nCOMPRESSION:NONE\r\n"
    b"OLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM>"
    b"<BANKID>021000021<ACCTID>123456789<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20261101000000[-8:PST]"
    b"<DTEND>20261120000000[-8:PST]<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261110190000[-8:PST]<TRNAMT>1200.00<FITID>1"
    b"<NAME>ACME &amp; Co</STMTTRN><STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261111<TRNAMT>-50.25<FITID>2<NAME>Shop</STMTTRN>"
    b"</BANKTRANLIST><LEDGERBAL><BALAMT>5,149.75<DTASOF>20261120</LEDGERBAL><AVAILBAL><BALAMT>9.99<DTASOF>20261120</AVAILBAL>"
    b"</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\r\n"
)
# XML as newer programs write it: two accounts, a comma for the decimals, a card without a balance.
OFX_XML: Final = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE"?>\n<OFX><BANKMSGSRSV1>'
    b"<STMTTRNRS><STMTRS><CURDEF>EUR</CURDEF><BANKACCTFROM><ACCTID>FR7612345</ACCTID></BANKACCTFROM><BANKTRANLIST>"
    b"<STMTTRN><DTPOSTED>20260105</DTPOSTED><TRNAMT>-12,50</TRNAMT></STMTTRN></BANKTRANLIST>"
    b"<LEDGERBAL><BALAMT>-12,50</BALAMT></LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1><CREDITCARDMSGSRSV1><CCSTMTTRNRS>"
    b"<CCSTMTRS><CURDEF>EUR</CURDEF><CCACCTFROM><ACCTID>4111</ACCTID></CCACCTFROM><LEDGERBAL><BALAMT></BALAMT></LEDGERBAL>"
    b"</CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>"
)


def mail() -> bytes:
    """As Python's library writes one, with two files."""
    made = EmailMessage()
    made["Subject"] = "Kvitton oktober – körjournal"
    made["From"] = "Åsa Ek <asa@exempel.se>"
    made["To"] = "byran@exempel.se"
    made["Date"] = "Fri, 20 Nov 2026 09:15:00 +0100"
    made.set_content("Hej!\n")
    made.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="körjournal.pdf")
    made.add_attachment(b"x", maintype="text", subtype="csv", filename="moms.csv")
    return made.as_bytes()


# As an older program does: ISO-8859-1 in words, a folded subject, no name, no zone, an mbox's first line.
MAIL_OLD: Final = (
    b"From asa@exempel.se Fri Nov 20 09:15:00 2026\nReturn-Path: <asa@exempel.se>\nDate: Fri, 20 Nov 2026 09:15:00 -0000\n"
    b"From: asa@exempel.se\nTo: b@exempel.se\n"
    b"Subject: =?iso-8859-1?Q?F=F6rfr=E5gan_om?=\n =?iso-8859-1?Q?_bokslutet?=\n\nHej\n"
)

# As Outlook sends an invitation: a zone of its own making, folded lines, CRLF.
CALENDAR_OUTLOOK: Final = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nPRODID:Microsoft Exchange Server 2010\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\n"
    "TZID:Customized Time Zone\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"
    "END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nORGANIZER;CN=Åsa Ek:mailto:asa@exempel.se\r\n"
    "SUMMARY;LANGUAGE=sv-SE:Bokslutsmöte\\, 2026 med en rubrik som är s\r\n å lång att den bryts\r\n"
    'DTSTART;TZID="Customized Time Zone":20261202T090000\r\nDTEND;TZID="Customized Time Zone":20261202T100000\r\n'
    "LOCATION:Älvsjö\\; plan 2\r\nUID:1\r\nBEGIN:VALARM\r\nTRIGGER:-PT15M\r\nSUMMARY:nej\r\nEND:VALARM\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
).encode()
# As calendars on the web do: whole days, a second event with a duration, in UTC, that repeats; two calendars in one file.
CALENDAR_WEB: Final = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y\nMETHOD:PUBLISH\nBEGIN:VEVENT\nSUMMARY:Stängt\nDTSTART;VALUE=DATE:20261224\n"
    "DTEND;VALUE=DATE:20261227\nEND:VEVENT\nEND:VCALENDAR\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Moms\n"
    "DTSTART:20260212T080000Z\nDURATION:PT1H30M\nRRULE:FREQ=MONTHLY\nORGANIZER:MAILTO:a@b.example\nEND:VEVENT\n"
    "END:VCALENDAR\n"
).encode()
