"""Texts and tables of values, as they are read in a page: the beginning, in the right letters, and only what is seen.

A table is told apart by what stands between its values in the first lines, as the family was. What isn't a letter and
changes how others are read (controls, marks that turn the order) is left out. Refuses to know what values mean.
"""

import codecs
import csv
import io
import re
from functools import partial
from typing import BinaryIO, Final

from protocol.documents import Reading
from server.files.family import Family
from server.files.fence.made import Made
from server.files.readers import TABLES, Reader
from server.files.readers.texts import Unfit, charset

READ_BYTES_MAX: Final = 256 * 1024
"""Of the file, from its beginning."""
ROWS_MAX: Final = 500
COLUMNS_MAX: Final = 50
CELL_CHARACTERS_MAX: Final = 300
_BETWEEN: Final = (";", "\t", "|", ",")
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def reader(_job: str, family: str, _page: int) -> Reader:
    """What reads a text, or a table."""
    return partial(read, family=Family(family))


def read(file: BinaryIO, family: Family) -> Made:
    """The beginning of a file. Raises Unfit for a table without any value."""
    head = file.read(READ_BYTES_MAX + 1)
    more = len(head) > READ_BYTES_MAX
    text = _written(head[:READ_BYTES_MAX], family, whole=not more)
    if family not in TABLES:
        return Made(reading=Reading(text=text, cut=more))
    # The last line of what is cut may be half of one.
    rows, cut = _rows(text[: text.rfind("\n") + 1] if more and "\n" in text else text)
    if not rows:
        raise Unfit
    return Made(reading=Reading(rows=rows, cut=cut or more))


def _written(head: bytes, family: Family, *, whole: bool) -> str:
    charset_of = charset(head) if family is Family.SIE else _charset(head, whole=whole)
    decoder = codecs.getincrementaldecoder(charset_of)(errors="replace")
    text = decoder.decode(head, final=whole).replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub("", text)


def _charset(head: bytes, *, whole: bool) -> str:
    """By its mark, else UTF-8 if it is that to the end, else as Windows writes it in the West."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _rows(text: str) -> tuple[list[list[str]], bool]:
    """The first rows of a table, and whether there is more of it."""
    lines = text.split("\n", 2)[:2]
    between = max(_BETWEEN, key=lambda mark: (min(line.count(mark) for line in lines), lines[0].count(mark)))
    csv.field_size_limit(READ_BYTES_MAX)
    rows: list[list[str]] = []
    cut = False
    for cells in csv.reader(io.StringIO(text), delimiter=between):
        if len(rows) == ROWS_MAX:
            return rows, True
        if not any(cell.strip() for cell in cells):
            continue
        cut = cut or len(cells) > COLUMNS_MAX or any(len(cell) > CELL_CHARACTERS_MAX for cell in cells)
        rows.append([_short(cell) for cell in cells[:COLUMNS_MAX]])
    return rows, cut


def _short(cell: str) -> str:
    cell = cell.strip()
    return cell if len(cell) <= CELL_CHARACTERS_MAX else cell[: CELL_CHARACTERS_MAX - 1] + "…"
