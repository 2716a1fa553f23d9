"""What looks into files: a module for each kind, each imported only by the process behind the fence (`server.files.fence`).

A reader takes the file and gives what was made of it, or raises whatever it raises. It imports at its top all that it may
ever need: later nothing can be opened any more.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import BinaryIO, Final, Literal

from server.files.family import Family
from server.files.fence.made import Made

Reader = Callable[[BinaryIO], Made]
Job = Literal["look", "picture", "read"]
"""`look`: a thumbnail and what a card says. `picture`: a page as large as a screen, for who wants to see it. `read`: its
words."""

PICTURES: Final = frozenset(
    {
        *(Family.JPEG, Family.PNG, Family.WEBP, Family.GIF, Family.AVIF),
        *(Family.HEIC, Family.TIFF, Family.BMP, Family.JPEG2000),
    }
)
TABLES: Final = frozenset({Family.CSV, Family.DATEV, Family.FEC})
READ: Final = TABLES | {
    *(Family.TEXT, Family.SIE, Family.SRU, Family.BGMAX, Family.LB),
    *(Family.OFX, Family.QIF, Family.MT940),
}
"""What is read in a page: texts, and tables of values."""
DRAWN: Final = PICTURES | {Family.PDF}
"""Of what there is a picture for the whole screen."""
_LOOKED_INTO: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(PICTURES, "pictures"),
        Family.PDF: "pdfs",
        Family.SIE: "sie",
        Family.CAMT: "camt",
        Family.UBL: "invoices",
        Family.CII: "invoices",
        Family.OFX: "ofx",
        Family.MAIL: "mails",
        Family.CALENDAR: "calendars",
    }
)
"""Which module looks into which family."""


def looks_into(family: str) -> bool:
    """Whether there is more to be shown of a file than its name."""
    return family in _LOOKED_INTO


def reader_of(job: str, family: str, page: int) -> Reader:
    """What does a job on a page of files of a family; imports it. Raises KeyError where nothing does."""
    if job == "read" and family not in READ:
        raise KeyError(family)
    module = import_module(f"{__name__}.{'readings' if job == 'read' else _LOOKED_INTO[family]}")
    reader: Reader = module.reader(job, family, page)
    return reader
