"""How a struct becomes a MongoDB document and comes back: one base class, two functions.

A stored struct's `id` is the document's `_id`; everything else has the same name and shape in both.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from protocol.wire import Wire

D = TypeVar("D", bound="Document")


class Document(Wire, rename={"id": "_id"}):
    """Base of the structs that are stored as documents of their own."""


def to_document(struct: msgspec.Struct) -> dict[str, Any]:
    """The document of a struct, with defaults left out as on the wire."""
    document: dict[str, Any] = msgspec.to_builtins(struct)
    return document


def from_document(document: Mapping[str, Any], kind: type[D]) -> D:
    """The struct of a stored document; fields of a newer version are ignored. Raises msgspec.ValidationError."""
    return msgspec.convert(document, kind)
