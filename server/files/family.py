"""What a file is, by its content alone: the rules of this field first, as no sniffer knows its formats.

Looks at the first 64 KiB, and where a container hides its kind, at its directory (`containers`). The name decides in three
places only, where content can't: a table of values, which word processor's file is inside a locked one, and whether a
zip was meant as a folder. Refuses to know what may be done with it: that is `media_types`.
"""

import io
import re
from collections.abc import Callable
from enum import StrEnum
from typing import BinaryIO, Final

import msgspec

from server.files import containers
from server.files.xml_root import root_of

LOOKED_AT_BYTES: Final = 64 * 1024


class Family(StrEnum):
    """What can be told apart. A stored word: never renamed."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"
    AVIF = "avif"
    HEIC = "heic"
    TIFF = "tiff"
    BMP = "bmp"
    JPEG2000 = "jpeg2000"
    SVG = "svg"
    HTML = "html"
    INLINE_XBRL = "inline_xbrl"
    XML = "xml"
    SIE = "sie"
    SIE5 = "sie5"
    SRU = "sru"
    BGMAX = "bgmax"
    LB = "lb"
    OFX = "ofx"
    QIF = "qif"
    MT940 = "mt940"
    DATEV = "datev"
    FEC = "fec"
    CAMT = "camt"
    PAIN = "pain"
    UBL = "ubl"
    CII = "cii"
    SAFT = "saft"
    CSV = "csv"
    TEXT = "text"
    MAIL = "mail"
    OUTLOOK_MAIL = "outlook_mail"
    CALENDAR = "calendar"
    CONTACT_CARD = "contact_card"
    WORD = "word"
    EXCEL = "excel"
    POWERPOINT = "powerpoint"
    OPEN_DOCUMENT = "open_document"
    OLD_WORD = "old_word"
    OLD_EXCEL = "old_excel"
    OLD_POWERPOINT = "old_powerpoint"
    LOCKED_OFFICE = "locked_office"
    IWORK = "iwork"
    SIGNED_CONTAINER = "signed_container"
    PKCS7 = "pkcs7"
    REPORT_PACKAGE = "report_package"
    ZIP = "zip"
    GZIP = "gzip"
    VIDEO = "video"
    AUDIO = "audio"
    OTHER = "other"


class Recognised(msgspec.Struct, frozen=True):
    """What a file is, and what is to be said of it beside."""

    family: Family
    macros: bool = False
    """It carries programs that an office program would run."""
    mimetype: str = ""
    """What a container that names its own type says, from our list of them; else empty."""


def recognise(file: BinaryIO, size: int, name: str) -> Recognised:
    """What the file is, of `size` bytes. Never raises for what is in it: what nobody knows is OTHER.

    Reads 64 KiB, and of a container its directory too (2 MiB at most): call it in a thread.
    """
    file.seek(0)
    head = file.read(LOOKED_AT_BYTES)
    if head.startswith(b"PK") and (inside := containers.in_zip(file, size)):
        return _in_zip(inside)
    if head.startswith(containers.OLE):
        return _in_ole(containers.in_ole(file))
    for rule in _BY_BYTES:
        if found := rule(head):
            return Recognised(found)
    return Recognised(_by_text(head, name))


def _in_zip(inside: containers.Inside) -> Recognised:
    names = inside.names
    macros = any(name.endswith("vbaProject.bin") for name in names)
    if inside.mimetype.startswith("application/vnd.oasis.opendocument"):
        return Recognised(Family.OPEN_DOCUMENT, mimetype=inside.mimetype)
    if inside.mimetype.startswith("application/vnd.etsi.asic"):
        return Recognised(Family.SIGNED_CONTAINER, mimetype=inside.mimetype)
    if "[Content_Types].xml" in names:
        for folder, family in (("word/", Family.WORD), ("xl/", Family.EXCEL), ("ppt/", Family.POWERPOINT)):
            if any(name.startswith(folder) for name in names):
                return Recognised(family, macros=macros)
    if any(name.startswith("META-INF/") and "signature" in name.lower() for name in names):
        return Recognised(Family.SIGNED_CONTAINER)
    meta = any("META-INF/" in name for name in names)
    if any(name.endswith("META-INF/reportPackage.json") for name in names) or (
        meta and any(re.search(r"(^|/)reports/[^/]+\.x?html?$", name) for name in names)
    ):
        return Recognised(Family.REPORT_PACKAGE)
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names) or "Index.zip" in names:
        return Recognised(Family.IWORK)
    return Recognised(Family.ZIP)


def _in_ole(streams: frozenset[str]) -> Recognised:
    macros = bool(streams & {"_VBA_PROJECT", "VBA", "_VBA_PROJECT_CUR"})
    for stream, family in (
        ("EncryptedPackage", Family.LOCKED_OFFICE),
        ("__properties_version1.0", Family.OUTLOOK_MAIL),
        ("WordDocument", Family.OLD_WORD),
        ("Workbook", Family.OLD_EXCEL),
        ("Book", Family.OLD_EXCEL),
        ("PowerPoint Document", Family.OLD_POWERPOINT),
    ):
        if stream in streams:
            return Recognised(family, macros=macros)
    return Recognised(Family.OTHER)


_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", Family.JPEG),
    (b"\x89PNG\r\n\x1a\n", Family.PNG),
    (b"GIF87a", Family.GIF),
    (b"GIF89a", Family.GIF),
    (b"II*\x00", Family.TIFF),
    (b"MM\x00*", Family.TIFF),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", Family.JPEG2000),
    (b"\xff\x4f\xff\x51", Family.JPEG2000),
    (b"PK\x03\x04", Family.ZIP),
    (b"PK\x05\x06", Family.ZIP),
    (b"PK\x07\x08", Family.ZIP),
    (b"\x1f\x8b", Family.GZIP),
    (b"ID3", Family.AUDIO),
    (b"OggS", Family.AUDIO),
    (b"fLaC", Family.AUDIO),
    (b"\x1aE\xdf\xa3", Family.VIDEO),
)
_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"), Family.HEIC),
    **dict.fromkeys((b"avif", b"avis"), Family.AVIF),
    **dict.fromkeys((b"M4A ", b"M4B "), Family.AUDIO),
}
_PKCS7: Final = bytes.fromhex("06092a864886f70d0107")
_PDF_WITHIN: Final = 1024


def _by_beginning(head: bytes) -> Family | None:
    return next((family for beginning, family in _BEGINNINGS if head.startswith(beginning)), None)


def _riff(head: bytes) -> Family | None:
    if not head.startswith(b"RIFF"):
        return None
    return {b"WEBP": Family.WEBP, b"WAVE": Family.AUDIO, b"AVI ": Family.VIDEO}.get(head[8:12])


def _boxes(head: bytes) -> Family | None:
    """ISO media: which of its many kinds says the brand. `mif1` is either picture, and the others named tell."""
    if head[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(head[:4]), 256)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end, 4))]
    if brands[0] in (b"mif1", b"msf1") and b"avif" in brands:
        return Family.AVIF
    return _BRANDS.get(brands[0], Family.VIDEO)


def _bmp(head: bytes) -> Family | None:
    # Two letters are little; the size of the header behind them, and its zeros, are no text.
    return Family.BMP if head[:2] == b"BM" and head[6:10] == bytes(4) and head[14:18] in _BMP_HEADS else None


_BMP_HEADS: Final = {number.to_bytes(4, "little") for number in (12, 40, 52, 56, 64, 108, 124)}


def _signed(head: bytes) -> Family | None:
    """DER or BER of PKCS#7, before PDF: what is signed in it may be one."""
    if head[:1] != b"\x30" or head[1:2] not in (b"\x80", b"\x81", b"\x82", b"\x83", b"\x84"):
        return None
    at = head.find(_PKCS7, 0, 32)
    return Family.PKCS7 if at > 0 and head[at + len(_PKCS7) : at + len(_PKCS7) + 1] == b"\x02" else None


def _pdf(head: bytes) -> Family | None:
    """As readers look for it: printers' words and empty lines may stand before."""
    return Family.PDF if b"%PDF-" in head[:_PDF_WITHIN] else None


def _mp3(head: bytes) -> Family | None:
    return (
        Family.AUDIO if head[:1] == b"\xff" and len(head) > 2 and head[1] & 0xE6 == 0xE2 and head[2] != 0xFF else None
    )


_BY_BYTES: Final[tuple[Callable[[bytes], Family | None], ...]] = (
    _by_beginning, _riff, _boxes, _bmp, _signed, _pdf, _mp3,
)  # fmt: skip

# Texts -----------------------------------------------------------------------------------------------------------------

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def _by_text(head: bytes, name: str) -> Family:
    text = _matched(head)
    if text is None:
        return Family.OTHER
    stripped = text.lstrip("\ufeff \t\r\n")
    if not stripped:
        return Family.TEXT if head else Family.OTHER
    if stripped.startswith("<") and (found := _by_root(head, stripped)):
        return found
    first, _, rest = stripped.replace("\r\n", "\n").replace("\r", "\n").partition("\n")
    for family, rule in _BY_LINE:
        if rule(first.rstrip(), rest):
            return family
    if _is_mail(stripped):
        return Family.MAIL
    if name.lower().endswith((".csv", ".tsv")) and _is_table(first, rest):
        return Family.CSV
    return Family.TEXT


def _matched(head: bytes) -> str | None:
    """The text for matching only, or None if it is none. What isn't marked is read as Latin-1: rules look at ASCII."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    text = head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    return None if _CONTROLS.search(text) else text


_HTML: Final = re.compile(r"<(!doctype\s+html|html|head|body|script|iframe|meta|title|table|div)\b", re.IGNORECASE)
_ROOTS: Final = (
    (re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.05[234]\."), "Document", Family.CAMT),
    (re.compile(r"urn:iso:std:iso:20022:tech:xsd:pain\."), "Document", Family.PAIN),
    (re.compile(r"urn:oasis:names:specification:ubl:schema:xsd:(Invoice|CreditNote)-2$"), None, Family.UBL),
    (re.compile(r"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:"), "CrossIndustryInvoice", Family.CII),
    (re.compile(r"http://www\.sie\.se/sie5"), None, Family.SIE5),
    (re.compile(r"StandardAuditFile-Taxation|urn:OECD:"), "AuditFile", Family.SAFT),
    (re.compile(r"http://www\.w3\.org/2000/svg"), "svg", Family.SVG),
)


def _by_root(head: bytes, stripped: str) -> Family | None:
    """By the root element's namespace and name, never by its prefix or by what else stands in the text."""
    if stripped.startswith("<?OFX ") or re.match(r"(<\?xml[^>]*>\s*)?<\?OFX ", stripped):
        return Family.OFX
    root = root_of(head)
    if root is None:
        if _HTML.search(stripped[:4096]):
            return Family.HTML
        if re.search(r"<svg[\s>]", stripped):
            return Family.SVG
        return Family.XML if stripped.startswith("<?xml") else None
    for namespace, local, family in _ROOTS:
        if namespace.match(root.namespace) and local in (None, root.name):
            return family
    if root.name.lower() == "html":
        return Family.INLINE_XBRL if "http://www.xbrl.org/2013/inlineXBRL" in root.declared else Family.HTML
    if root.name.lower() == "svg":
        return Family.SVG
    if root.name == "OFX":
        return Family.OFX
    return Family.HTML if _HTML.match(stripped) else Family.XML


_LineRule = Callable[[str, str], bool]
_BY_LINE: Final[tuple[tuple[Family, _LineRule], ...]] = (
    (
        Family.SIE,
        lambda first, rest: (
            bool(re.match(r"#FLAGGA\s+\"?[01]\"?\s*$", first, re.IGNORECASE))
            and bool(re.search(r"^\s*#(SIETYP|PROGRAM|FORMAT|FNAMN)\b", rest, re.IGNORECASE | re.MULTILINE))
        ),
    ),
    (Family.SRU, lambda first, _: bool(re.match(r"#(DATABESKRIVNING_START$|BLANKETT \S)", first))),
    (Family.BGMAX, lambda first, _: first.startswith("01BGMAX")),
    (Family.LB, lambda first, _: bool(re.match(r"11[\d ]{16}LEVERANT", first))),
    (Family.OFX, lambda first, _: first.startswith("OFXHEADER:100")),
    (Family.QIF, lambda first, _: first.startswith(("!Type:", "!Account", "!Option:"))),
    (
        Family.MT940,
        lambda first, rest: (
            (first.startswith(":20:") and bool(re.search(r"^:25:", rest, re.MULTILINE)))
            or (
                (first.startswith("{1:F01") and "I940" in first + rest[:200])
                or (first.startswith("{1:F01") and "O940" in first)
            )
        ),
    ),
    (Family.DATEV, lambda first, _: bool(re.match(r"\"(EXTF|DTVF)\";\d{3};", first))),
    (Family.FEC, lambda first, _: bool(re.match(r"JournalCode[\t|]JournalLib[\t|]", first))),
    (Family.CALENDAR, lambda first, _: first.upper() == "BEGIN:VCALENDAR"),
    (Family.CONTACT_CARD, lambda first, _: first.upper() == "BEGIN:VCARD"),
)

_FIELDS: Final = frozenset(
    [
        "received",
        "return-path",
        "delivered-to",
        "from",
        "to",
        "cc",
        "bcc",
        "date",
        "subject",
        "message-id",
        "mime-version",
        "content-type",
        "reply-to",
        "sender",
        "dkim-signature",
        "arc-seal",
        "arc-message-signature",
        "arc-authentication-results",
        "authentication-results",
        "thread-topic",
        "thread-index",
        "x-unsent",
        "x-mozilla-status",
        "x-mozilla-status2",
        "x-mozilla-keys",
        "content-transfer-encoding",
        "in-reply-to",
        "references",
        "received-spf",
        "x-received",
        "list-",
        "unsubscribe",
        "list-id",
        "content-language",
        "importance",
        "x-priority",
        "x-mailer",
        "user-agent",
        "accept-language",
        "x-original-to",
        "content-disposition",
        "auto-submitted",
        "precedence",
    ]
)
_TELLING: Final = frozenset({"from", "date", "subject", "message-id", "received"})
_FIELD: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]*):")


def _is_mail(text: str) -> bool:
    """Three header fields of the list or more at the top, one of them telling."""
    if text.startswith("From ") and "\n" in text:
        text = text.partition("\n")[2]  # mbox's line
    seen = set()
    for line in io.StringIO(text):
        if line[:1] in (" ", "\t"):
            continue
        field = _FIELD.match(line)
        if field is None:
            break
        name = field[1].lower()
        if name in _FIELDS or name.startswith("x-"):
            seen.add(name)
    return len(seen & _FIELDS) >= 3 and bool(seen & _TELLING)


def _is_table(first: str, rest: str) -> bool:
    second = rest.partition("\n")[0]
    return any(first.count(mark) == second.count(mark) > 0 for mark in (";", "\t", ","))
