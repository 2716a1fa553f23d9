"""What a file is, by its content, whatever it is called: each format of this field, made by its writers (FC-1, DC-11)."""

import io
import zipfile

import pytest

from server.files.family import Family, recognise
from server.files.media_types import INLINE, OCTETS, media_type, shown_as
from tests.server.files import samples

SIE = '#FLAGGA 0\r\n#FORMAT PC8\r\n#SIETYP 4\r\n#FNAMN "Älvsjö Måleri & Städ AB"\r\n'
CAMT = (
    '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt/></Document>'
)
UBL = '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"></Invoice>'
CII = '<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"/>'
HTML = "<!DOCTYPE html><html><head><title>x</title></head><body></body></html>"
INLINE_XBRL = (
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"><head></head></html>'
)
XSD = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'targetNamespace="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"/>'
)
MAIL_HEADS = {
    "Received first": "Received: from a\nFrom: a@b.se\nSubject: x\n\nx",
    "Subject first": "Subject: x\nFrom: a@b.se\nDate: Fri, 20 Nov 2026 09:15:00 +0100\n\nx",
    "DKIM first": "DKIM-Signature: v=1; a=rsa-sha256;\n\td=b.se\nMIME-Version: 1.0\nMessage-ID: <1@b.se>\n\nx",
    "Outlook's draft": "X-Unsent: 1\nTo: a@b.se\nSubject: x\nContent-Type: text/plain\n\nx",
    "mbox": "From a@b.se Fri Nov 20 09:15:00 2026\nReturn-Path: <a@b.se>\nFrom: a@b.se\nTo: c@d.se\nDate: x\n\nx",
}


def family(content: bytes, name: str = "x") -> Family:
    return recognise(io.BytesIO(content), len(content), name).family


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        *((SIE.encode(encoding), Family.SIE) for encoding in ("cp437", "cp1252", "utf-8", "utf-8-sig", "utf-16")),
        (b"\r\n#flagga 1\r\n#PROGRAM X 1\r\n", Family.SIE),
        (b"#DATABESKRIVNING_START\r\n#PRODUKT SRU\r\n", Family.SRU),
        (b"#BLANKETT INK2R-2025P4\r\n#IDENTITET 165566778899 20260101 120000\r\n", Family.SRU),
        (b"01BGMAX               0120261120120000000000P\r\n", Family.BGMAX),
        (b"110009912346261120LEVERANTORSBETALNINGAR\r\n", Family.LB),
        (b"\r\nOFXHEADER:100\r\nDATA:OFXSGML\r\n", Family.OFX),
        (b'<?xml version="1.0"?>\n<?OFX OFXHEADER="200"?>\n<OFX></OFX>', Family.OFX),
        (b"!Type:Bank\nD11/20'26\n", Family.QIF),
        (b":20:STARTUMS\r\n:25:50010517/123\r\n:28C:1\r\n", Family.MT940),
        (b"{1:F01BANKSESSAXXX0000000000}{2:I940BANKSESSXXXXN}{4:\r\n:20:1\r\n", Family.MT940),
        (b'"EXTF";700;21;"Buchungsstapel";13\r\n', Family.DATEV),
        (b"JournalCode\tJournalLib\tEcritureNum\r\n", Family.FEC),
        (CAMT.encode(), Family.CAMT),
        (
            CAMT.replace("<Document xmlns=", "<ns2:Document xmlns:ns2=").replace("</Doc", "</ns2:Doc").encode(),
            Family.CAMT,
        ),
        (CAMT.removeprefix('<?xml version="1.0"?>').encode(), Family.CAMT),
        (b"\xef\xbb\xbf" + CAMT.encode(), Family.CAMT),
        (CAMT.encode("utf-16"), Family.CAMT),
        (b"\n\n" + CAMT.encode(), Family.CAMT),
        (CAMT.replace("camt.053.001.02", "pain.001.001.03").encode(), Family.PAIN),
        (UBL.encode(), Family.UBL),
        (UBL.replace("Invoice", "CreditNote").encode(), Family.UBL),
        (CII.encode(), Family.CII),
        (b'<Sie xmlns="http://www.sie.se/sie5"/>', Family.SIE5),
        (XSD.encode(), Family.XML),
        (INLINE_XBRL.encode(), Family.INLINE_XBRL),
        (HTML.encode(), Family.HTML),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', Family.SVG),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", Family.CALENDAR),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\n", Family.CONTACT_CARD),
        *((head.encode(), Family.MAIL) for head in MAIL_HEADS.values()),
        (b"Hej, det h\xe4r \xe4r text.\n", Family.TEXT),
        (b"Note: this\nis: not\na: mail\n", Family.TEXT),
        (b"\x00\x01\x02\x03 nothing", Family.OTHER),
        (b"", Family.OTHER),
    ],
)
def test_texts_of_the_field_are_known_by_what_they_say(content: bytes, wanted: Family) -> None:
    assert family(content) is wanted


@pytest.mark.parametrize(
    ("content", "wanted", "type_"),
    [
        (samples.picture("JPEG"), Family.JPEG, "image/jpeg"),
        (samples.picture("PNG"), Family.PNG, "image/png"),
        (samples.picture("WEBP"), Family.WEBP, "image/webp"),
        (samples.picture("GIF"), Family.GIF, "image/gif"),
        (samples.picture("AVIF"), Family.AVIF, "image/avif"),
        (samples.picture("TIFF"), Family.TIFF, "image/tiff"),
        (samples.picture("BMP"), Family.BMP, "image/bmp"),
        (samples.picture("JPEG2000"), Family.JPEG2000, "image/jp2"),
        (samples.HEIC, Family.HEIC, "image/heic"),
        (samples.pdf("x"), Family.PDF, "application/pdf"),
        (b"\x1b%-12345X@PJL JOB\r\n" + samples.pdf("x"), Family.PDF, "application/pdf"),
        (samples.mail(), Family.MAIL, "message/rfc822"),
        (samples.xlsx([1]), Family.EXCEL, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (samples.word("x"), Family.WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (samples.zipped({"a/b.txt": b"x"}), Family.ZIP, "application/zip"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", Family.VIDEO, "video/mp4"),
        (bytes.fromhex("30820a06092a864886f70d010702a08209f7") + b"%PDF-1.7", Family.PKCS7, "application/pkcs7-mime"),
        (
            samples.ole("__properties_version1.0", "__nameid_version1.0"),
            Family.OUTLOOK_MAIL,
            "application/vnd.ms-outlook",
        ),
        (samples.ole("WordDocument", "1Table"), Family.OLD_WORD, "application/msword"),
        (samples.ole("Workbook"), Family.OLD_EXCEL, "application/vnd.ms-excel"),
        (samples.ole("Unheard of"), Family.OTHER, OCTETS),
        (bytes.fromhex("d0cf11e0a1b11ae1"), Family.OTHER, OCTETS),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "",
)
def test_containers_and_pictures_are_known_and_called_by_our_own_table(
    content: bytes, wanted: Family, type_: str
) -> None:
    recognised = recognise(io.BytesIO(content), len(content), "wrong.name")
    assert (recognised.family, media_type(recognised, "wrong.name")) == (wanted, type_)


def test_containers_that_are_zips_too_are_told_apart_and_stay_whole() -> None:
    signature = {"a.pdf": b"x", "META-INF/signatures0.xml": b"<x/>"}
    kinds = {
        samples.container("application/vnd.etsi.asic-e+zip", signature): Family.SIGNED_CONTAINER,
        samples.zipped(signature): Family.SIGNED_CONTAINER,
        samples.container("application/vnd.oasis.opendocument.spreadsheet", {"content.xml": b""}): Family.OPEN_DOCUMENT,
        samples.zipped({"x/META-INF/reportPackage.json": b"{}"}): Family.REPORT_PACKAGE,
        samples.zipped({"x/META-INF/taxonomyPackage.xml": b"", "x/reports/a.xhtml": b""}): Family.REPORT_PACKAGE,
        samples.zipped({"Index/Document.iwa": b""}): Family.IWORK,
        samples.zipped({"reports/a.xhtml": b""}): Family.ZIP,
    }
    for content, wanted in kinds.items():
        assert family(content, "x.zip") is wanted


def test_macros_are_seen_under_any_name_and_change_the_type() -> None:
    out = io.BytesIO(samples.xlsx([1]))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    content = out.getvalue()
    recognised = recognise(io.BytesIO(content), len(content), "harmless.xlsx")
    assert recognised.macros
    assert media_type(recognised, "harmless.xlsx") == "application/vnd.ms-excel.sheet.macroEnabled.12"


@pytest.mark.parametrize("far", [0, 200, 30_000])
def test_a_locked_workbook_is_known_wherever_its_directory_stands(far: int) -> None:
    content = samples.ole("EncryptionInfo", "EncryptedPackage", far=far)
    recognised = recognise(io.BytesIO(content), len(content), "Lön.XLSX")
    assert recognised.family is Family.LOCKED_OFFICE
    assert media_type(recognised, "Lön.XLSX").endswith("spreadsheetml.sheet")
    assert media_type(recognised, "Lön") == OCTETS


def test_a_name_makes_a_table_of_values_and_nothing_else() -> None:
    table = b"Datum;Text;Belopp\r\n2026-11-20;Hyra;-1000,00\r\n"
    assert family(table, "kontoutdrag.csv") is Family.CSV
    assert family(table, "kontoutdrag.txt") is Family.TEXT
    assert family(b"No table\nat all\n", "x.csv") is Family.TEXT
    assert family(HTML.encode(), "receipt.pdf") is Family.HTML
    assert family(samples.pdf("x"), "page.html") is Family.PDF


def test_only_what_is_on_the_closed_list_is_shown_from_our_origin() -> None:
    assert {one for one in Family if shown_as(one)} == set(INLINE)
    for dangerous in (Family.SVG, Family.HTML, Family.INLINE_XBRL, Family.XML, Family.TEXT, Family.MAIL):
        assert shown_as(dangerous) is None


def test_a_directory_that_says_too_much_is_not_opened() -> None:
    """A zip of more entries than are looked at is a zip and nothing more: its names are never read."""
    content = samples.zipped({f"{number}": b"" for number in range(2001)} | {"META-INF/signatures0.xml": b""})
    assert family(content) is Family.ZIP
    assert family(content[:-30]) is Family.ZIP
