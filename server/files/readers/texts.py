"""What readers of texts share: decoding, figures, days, and how much of a text goes on a card. Refuses to know any format.

Figures are decimal numbers from the file's digits to the card's: nothing is rounded, and a sum that would be raises.
"""

import codecs
import decimal
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import BinaryIO, Final

from protocol.cards import LINES_MAX, TEXT_CHARACTERS_MAX
from server.files.fence.limits import INPUT_BYTES_MAX

_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
"""Control characters, those that turn the order of what follows, and halves of characters."""
_FIGURE: Final = re.compile(r"[+-]?[0-9]{1,24}([.,][0-9]{0,12})?|[+-]?[.,][0-9]{1,12}")
"""A million of the longest have a sum that a card can hold (protocol.cards.Amount)."""
_EITHER: Final = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
"""A thousand and some, or one and some thousandths: whoever guesses is a thousand times off."""
_GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]{1,12}")
_LETTERS_CP437: Final = bytes.fromhex("8684948f8e9982")
_LETTERS_CP1252: Final = bytes.fromhex("e5e4f6c5c4d6e9")

decimal.setcontext(decimal.Context(prec=60, traps=[decimal.Inexact, decimal.InvalidOperation, decimal.Overflow]))
# Nothing can be opened behind the fence, so whatever texts may be written in has to be here before.
_CHARSETS: Final = (
    "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-7 ascii latin-1 cp437 cp850 cp1250 cp1251 cp1252 cp1253 cp1254 cp1257 "
    "iso8859-2 iso8859-4 iso8859-5 iso8859-7 iso8859-9 iso8859-10 iso8859-13 iso8859-15 koi8-r koi8-u mac-roman gb2312 gbk "
    "gb18030 big5 shift_jis iso2022_jp euc_jp euc_kr idna punycode raw_unicode_escape"
)
for _charset in _CHARSETS.split():
    codecs.lookup(_charset)


class Unfit(Exception):
    """The file is not what its beginning promised, or more than a card is made of."""


def whole(file: BinaryIO) -> bytes:
    """All of a file. Raises Unfit for one that is too long for a card."""
    content = file.read(INPUT_BYTES_MAX + 1)
    if len(content) > INPUT_BYTES_MAX:
        raise Unfit
    return content


def decoded(content: bytes) -> str:
    """A text by its mark, else as UTF-8, else as Windows writes it in the West."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def charset(head: bytes) -> str:
    """In which letters books are written that begin so: by their mark, else UTF-8 if it is that, else by which of the two
    would be Swedish."""
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if not head.isascii():
        try:
            head[: head.rfind(b"\n") + 1].decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return "utf-8"
    windows, dos = (sum(map(head.count, _each(letters))) for letters in (_LETTERS_CP1252, _LETTERS_CP437))
    return "cp1252" if windows > dos else "cp437"


def _each(letters: bytes) -> list[bytes]:
    return [bytes([letter]) for letter in letters]


def cut(text: str | None) -> str:
    """A text as a card has it: on one line, without what isn't seen, and no longer than fits."""
    seen = " ".join(_UNSEEN.sub(" ", text or "").split())
    return seen if len(seen) <= TEXT_CHARACTERS_MAX else seen[: TEXT_CHARACTERS_MAX - 1].rstrip() + "…"


def figure(text: str) -> Decimal:
    """A number as files write it: with a point or a comma, perhaps in groups of three. Raises Unfit for what is none, and
    for what may be two."""
    written = text.strip(" \t\r\n")
    if _GROUPED.fullmatch(written):
        written = written.replace(",", "")
    if not _FIGURE.fullmatch(written) or _EITHER.fullmatch(written):
        raise Unfit
    return Decimal(written.replace(",", "."))


def written(number: Decimal) -> str:
    """A number as a card has it (protocol.cards.Amount). A nought has no sign."""
    return f"{number if number else abs(number):f}"


def day(text: str) -> str:
    """A day of eight digits, with or without signs between; what stands behind it doesn't count. Raises Unfit for none."""
    digits = re.match(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})", text.strip())
    if digits is None:
        raise Unfit
    try:
        return date(*map(int, digits.groups())).isoformat()
    except ValueError:
        raise Unfit from None


def some(texts: Iterable[str]) -> tuple[list[str], int]:
    """The first of some texts, and how many there are beyond."""
    all_of_them = list(texts)
    return all_of_them[:LINES_MAX], max(0, len(all_of_them) - LINES_MAX)
