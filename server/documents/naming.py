"""What a document is called beside others: no two in a folder have one name. Pure; refuses to know folders."""

from collections.abc import Collection

ENDING_CHARACTERS_MAX = 16
NAME_CHARACTERS_MAX = 200


def key_of(name: str) -> str:
    """A name as it is compared: capitals make no difference, as on Windows and macOS."""
    return name.casefold()


def stem_of(name: str) -> str:
    """What all names begin with that stand in the way of this one or of those that it may get instead."""
    return key_of(_parted(name)[0][: NAME_CHARACTERS_MAX // 2])


def free(name: str, taken: Collection[str]) -> str:
    """The name, or with " (2)" or a higher number before its ending, so that it is none of those taken, which are as they
    are compared."""
    stem, ending = _parted(name)
    number, tried = 1, name
    while key_of(tried) in taken:
        number += 1
        mark = f" ({number})"
        tried = stem[: NAME_CHARACTERS_MAX - len(mark) - len(ending)] + mark + ending
    return tried


def _parted(name: str) -> tuple[str, str]:
    stem, point, ending = name.rpartition(".")
    return (stem, point + ending) if stem and len(ending) < ENDING_CHARACTERS_MAX else (name, "")
