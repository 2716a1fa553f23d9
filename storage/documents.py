"""How a struct becomes a MongoDB document and comes back: one base class, two functions.

A stored struct's `id` is the document's `_id`; everything else has the same name and shape in both.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from protocol.wire import LINE, Wire

_CONTROLS: Final = re.compile(LINE.replace("[^", "[").removesuffix("*"))

D = TypeVar("D", bound="Document")


class Document(Wire, rename={"id": "_id"}):
    """Base of the structs that are stored as documents of their own."""

    def looked_up(self) -> dict[str, Any]:
        """Fields that only queries use, and that follow from the others; not read back."""
        return {}


def to_document(struct: msgspec.Struct) -> dict[str, Any]:
    """The document of a struct, with defaults left out as on the wire."""
    document: dict[str, Any] = msgspec.to_builtins(struct)
    if isinstance(struct, Document):
        document |= struct.looked_up()
    return document


def from_document(document: Mapping[str, Any], kind: type[D]) -> D:
    """The struct of a stored document; fields of a newer version are ignored. Raises msgspec.ValidationError.

    What was let in before text was held to one line, and keys to their very end, is read as it would be taken today.
    """
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError:
        return msgspec.convert(_on_one_line(document), kind)


def _on_one_line(value: Any) -> Any:
    """The value without line feeds at the ends of its strings, and with blanks for control characters within."""
    if isinstance(value, str):
        return _CONTROLS.sub(" ", value.removesuffix("\n") or " ")
    if isinstance(value, Mapping):
        return {name: _on_one_line(item) for name, item in value.items()}
    return [_on_one_line(item) for item in value] if isinstance(value, list) else value
