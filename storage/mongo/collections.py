"""What collections there are: each is said, with its indexes, beside the document that it holds, and gathered here.

No list is edited: whatever module of storage says a collection, it is made by the next migration. Refuses to know what
any of them means.
"""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Final

from pymongo import IndexModel

PACKAGE: Final = "storage"


class Collection:
    """A collection by its name, and its indexes besides the primary key. Nothing is looked up without one. A change of
    them is a migration (storage.mongo.migrations)."""

    def __init__(self, name: str, *indexes: IndexModel) -> None:
        self.name: Final = name
        self.indexes: Final = indexes


class Shared(Collection):
    """One that belongs to nobody: the installation's facts, and the log, which is read by streams."""


class OfFirms(Collection):
    """One of which each document belongs to a firm: it says whose."""

    def __init__(self, name: str, *indexes: IndexModel, firm: str = "firm_id") -> None:
        super().__init__(name, *indexes)
        self.firm: Final = firm
        """The field that says whose a document is."""


@cache
def collected() -> Mapping[str, Collection]:
    """Every collection by its name. Raises RuntimeError if two modules say the same name."""
    found: dict[str, Collection] = {}
    package = import_module(PACKAGE)
    for module in pkgutil.walk_packages(package.__path__, f"{PACKAGE}."):
        for said in vars(import_module(module.name)).values():
            if isinstance(said, Collection) and found.setdefault(said.name, said) is not said:
                raise RuntimeError(f"{module.name} says the collection {said.name}, and so does another module")
    return found
