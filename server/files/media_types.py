"""What a file is called, and what a browser may do with it: two tables of our own, the same on every machine.

Never Python's or the system's table (there `.si` belongs to telephones of 1999 and `.sru` to a library's protocol),
never what a browser says of it. What may be shown from our origin follows from the family alone, by a closed list, and
never from the type."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from server.files.family import Family, Recognised

OCTETS: Final = "application/octet-stream"

INLINE: Final[Mapping[str, str]] = MappingProxyType(
    {
        Family.PDF: "application/pdf",
        Family.JPEG: "image/jpeg",
        Family.PNG: "image/png",
        Family.WEBP: "image/webp",
        Family.GIF: "image/gif",
        Family.AVIF: "image/avif",
    }
)
"""What a browser may show from our origin, each with the type that is sent then. All else is a download."""

_OOXML: Final = "application/vnd.openxmlformats-officedocument."
_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **INLINE,
        Family.HEIC: "image/heic",
        Family.TIFF: "image/tiff",
        Family.BMP: "image/bmp",
        Family.JPEG2000: "image/jp2",
        Family.SVG: "image/svg+xml",
        Family.HTML: "text/html",
        Family.INLINE_XBRL: "application/xhtml+xml",
        **dict.fromkeys((Family.XML, Family.CAMT, Family.PAIN, Family.UBL, Family.CII, Family.SAFT), "application/xml"),
        Family.SIE5: "application/xml",
        Family.SIE: "text/x-sie",
        Family.OFX: "application/x-ofx",
        **dict.fromkeys(
            (Family.SRU, Family.BGMAX, Family.LB, Family.QIF, Family.MT940, Family.DATEV, Family.FEC, Family.TEXT),
            "text/plain",
        ),
        Family.CSV: "text/csv",
        Family.MAIL: "message/rfc822",
        Family.OUTLOOK_MAIL: "application/vnd.ms-outlook",
        Family.CALENDAR: "text/calendar",
        Family.CONTACT_CARD: "text/vcard",
        Family.WORD: _OOXML + "wordprocessingml.document",
        Family.EXCEL: _OOXML + "spreadsheetml.sheet",
        Family.POWERPOINT: _OOXML + "presentationml.presentation",
        Family.OPEN_DOCUMENT: "application/vnd.oasis.opendocument.text",
        Family.OLD_WORD: "application/msword",
        Family.OLD_EXCEL: "application/vnd.ms-excel",
        Family.OLD_POWERPOINT: "application/vnd.ms-powerpoint",
        Family.LOCKED_OFFICE: OCTETS,
        Family.IWORK: "application/vnd.apple.iwork",
        Family.SIGNED_CONTAINER: "application/vnd.etsi.asic-e+zip",
        Family.PKCS7: "application/pkcs7-mime",
        Family.REPORT_PACKAGE: "application/zip",
        Family.ZIP: "application/zip",
        Family.GZIP: "application/gzip",
        Family.VIDEO: "video/mp4",
        Family.AUDIO: "audio/mpeg",
        Family.OTHER: OCTETS,
    }
)
_MACROS: Final[Mapping[Family, str]] = MappingProxyType(
    {
        Family.WORD: "application/vnd.ms-word.document.macroEnabled.12",
        Family.EXCEL: "application/vnd.ms-excel.sheet.macroEnabled.12",
        Family.POWERPOINT: "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
    }
)
_CONTAINER_TYPES: Final = frozenset(
    {
        *(f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "spreadsheet", "presentation", "graphics")),
        *(f"application/vnd.oasis.opendocument.{kind}-template" for kind in ("text", "spreadsheet", "presentation")),
        "application/vnd.etsi.asic-e+zip",
        "application/vnd.etsi.asic-s+zip",
    }
)
_BY_NAME: Final[Mapping[Family, Mapping[str, str]]] = MappingProxyType(
    {
        Family.LOCKED_OFFICE: {
            "docx": _OOXML + "wordprocessingml.document",
            "xlsx": _OOXML + "spreadsheetml.sheet",
            "pptx": _OOXML + "presentationml.presentation",
        },
        Family.IWORK: {
            "numbers": "application/vnd.apple.numbers",
            "pages": "application/vnd.apple.pages",
            "key": "application/vnd.apple.keynote",
        },
        Family.PKCS7: {"p7s": "application/pkcs7-signature", "p7b": "application/pkcs7-mime"},
        Family.VIDEO: {
            "webm": "video/webm",
            "mkv": "video/x-matroska",
            "mov": "video/quicktime",
            "avi": "video/x-msvideo",
        },
        Family.AUDIO: {"wav": "audio/wav", "ogg": "audio/ogg", "flac": "audio/flac", "m4a": "audio/mp4"},
    }
)
"""Where content says the family, and only the name which of its kinds."""


def media_type(recognised: Recognised, name: str) -> str:
    """The type that is stored with a document and said of it."""
    if recognised.macros and recognised.family in _MACROS:
        return _MACROS[recognised.family]
    if recognised.mimetype in _CONTAINER_TYPES:
        return recognised.mimetype
    by_name = _BY_NAME.get(recognised.family, {})
    return by_name.get(name.rpartition(".")[2].lower(), _TYPES[recognised.family])


def shown_as(family: str) -> str | None:
    """By a family as it is stored, also by a newer build, the type under which a browser may show it from our origin,
    or None: then it is a download, whatever it is called."""
    return INLINE.get(family)
