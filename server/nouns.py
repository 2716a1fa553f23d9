"""The modules of all nouns, found where they stand: what a function says of itself (that it does a command, that it
follows from events, that it goes on with work) is known once its module is imported, and no list names the modules.

Knows which rooms of the server are no nouns. Refuses to know what the modules hold.
"""

import importlib
import pkgutil
from pathlib import Path
from typing import Final

ROOMS: Final = frozenset({"core", "development", "doors", "network"})
"""Rooms of the server that are no nouns; of the others each is one."""
_HERE: Final = Path(__file__).parent


def names() -> list[str]:
    """The nouns, by name."""
    return sorted(room.name for room in pkgutil.iter_modules([str(_HERE)]) if room.ispkg and room.name not in ROOMS)


def import_all() -> None:
    """Import every module of every noun, in the order of their names."""
    for noun in names():
        for module in sorted(one.name for one in pkgutil.iter_modules([str(_HERE / noun)])):
            importlib.import_module(f"{__package__}.{noun}.{module}")
