"""One idea of a text: how what people write is kept, and how it is compared when somebody looks for it.

Kept is the composed form (NFC), because the same å reaches us in two. Compared is the folded form: without case and
without the marks that a keyboard may lack, so that `asa` finds Åsa and `strasse` finds Straße. Refuses to know languages:
what a word's other forms are is a search engine's business.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from protocol.wire import WRITTEN, Wire

W = TypeVar("W", bound=Wire)

WORDS_MAX: Final = 40
"""Words of one text that can be found: more than a subject or a name of the longest kind has."""
WORD_CHARACTERS_MAX: Final = 40

PERSON_MARK: Final = " "
"""Before a word of somebody's name, where not everybody who looks for words may look for names: no word begins with it."""

# What Unicode doesn't take apart although people type it so.
_LETTERS: Final = str.maketrans({"æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
# Signs between blanks are words too: somebody may be called nothing else.
_WORD: Final = re.compile(r"[^\W_]+|(?:[^\w\s\0]|_)+")


def normal(text: str) -> str:
    """The composed form (NFC, UAX 15), in which texts are kept."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def composed(said: W) -> W:
    """A command or part of one with every text that people typed (`WRITTEN`) in its composed form; the same object
    where all of them are."""
    changed: dict[str, Any] = {}
    for name, parts in _written_fields(type(said)):
        value = getattr(said, name)
        if parts and isinstance(value, list):
            better: Any = [composed(part) for part in value]
            same = all(new is old for new, old in zip(better, value, strict=True))
        elif isinstance(value, str):
            better = normal(value)
            same = better == value
        else:
            continue
        if not same:
            changed[name] = better
    return msgspec.structs.replace(said, **changed) if changed else said


@cache
def _written_fields(kind: type[Wire]) -> list[tuple[str, bool]]:
    """The fields of a struct that hold typed text (False), or lists of structs that do (True)."""
    found = []
    for name, hint in get_type_hints(kind, include_extras=True).items():
        if name not in kind.__struct_fields__:
            continue
        if _is_written(hint):
            found.append((name, False))
        elif any(_written_fields(part) for part in _listed(hint)):
            found.append((name, True))
    return found


def _listed(hint: Any) -> list[type[Wire]]:
    """The structs in a list."""
    if get_origin(hint) is Annotated:
        return _listed(get_args(hint)[0])
    parts = get_args(hint) if get_origin(hint) is list else ()
    return [part for part in parts if isinstance(part, type) and issubclass(part, Wire)]


def _is_written(hint: Any) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return any(map(_is_written, get_args(hint)))
    metas = hint.__metadata__ if get_origin(hint) is Annotated else ()
    return any(isinstance(meta, msgspec.Meta) and (meta.extra or {}) == WRITTEN for meta in metas)


def folded(text: str) -> str:
    """A text as it is compared: no case, no marks, compatible characters as one."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in apart if not unicodedata.combining(character))
    return bare.casefold().translate(_LETTERS)


def words_of(*texts: str) -> list[str]:
    """The folded words, and runs of signs, of some texts, each once, in order; bounded in number and length."""
    words = dict.fromkeys(word[:WORD_CHARACTERS_MAX] for text in texts for word in _WORD.findall(folded(text)))
    return list(words)[:WORDS_MAX]


def words_of_names(names: Iterable[str]) -> list[str]:
    """The words of some people's names, marked as such."""
    return [PERSON_MARK + word for word in words_of(*names)]
