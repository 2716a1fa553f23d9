"""What somebody typed into one line, as it is kept: subjects, tasks, names.

Knows blanks, and what would turn around the text that stands beside it, where it is kept and where it is told. Refuses to
know limits: those are the types'.
"""

import unicodedata
from typing import Final

from protocol.blank import is_blank
from protocol.errors import Invalid

_TURNS: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Embeddings, overrides and isolates of UAX 9, which phones paste around names: a page needs none to show a line in either
direction, and one that isn't closed turns around what is beside it."""


FIRST_STRONG_ISOLATE: Final = "\u2068"
POP_ISOLATE: Final = "\u2069"


def isolated(text: str) -> str:
    """What people have written, as it stands in a sentence of ours: what is written from the right turns itself alone (UAX
    9). What turns nothing stays as it is. The text is unturned already."""
    turns = any(unicodedata.bidirectional(c) in {"R", "AL", "AN"} for c in text)
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}" if turns else text


def unturned(text: str) -> str:
    """The text without what would turn around what stands beside it."""
    return text.translate(_TURNS)


def said(path: str, text: str) -> str:
    """The text with single spaces between its words. Raises Invalid when nothing of it can be seen (TH-13)."""
    if is_blank(text):
        raise Invalid(path=path, expected="some text", got="a blank text")
    return " ".join(unturned(text).split())
