"""How a struct becomes a MongoDB document and comes back: one base class, and what is done about one that doesn't.

A stored struct's `id` is the document's `_id`; everything else has the same name and shape in both. A document that this
build can't read (of a newer one, before a rollback or during a rolling upgrade, or damaged) is kept as it is, counted,
and costs nothing but itself: lists leave it out, whoever asks for it alone is told. Refuses to repair anything.
"""

import re
from collections import OrderedDict
from collections.abc import AsyncIterable, Mapping
from typing import Any, Final, TypeVar

import msgspec
import structlog

from protocol.errors import InternalError
from protocol.wire import LINE, Wire

_CONTROLS: Final = re.compile(LINE.replace("[^", "[").removesuffix("*"))

log = structlog.get_logger(__name__)

IDS_REMEMBERED_MAX: Final = 10_000

D = TypeVar("D", bound="Document")


class Document(Wire, rename={"id": "_id"}):
    """Base of the structs that are stored as documents of their own."""

    def looked_up(self) -> dict[str, Any]:
        """Fields that only queries use, and that follow from the others; not read back."""
        return {}


class Unreadable(InternalError):
    """This was stored by another version of the server, which can read it."""


class Strangers:
    """The documents that this process came across and can't read: each is said and counted once."""

    def __init__(self) -> None:
        self.count = 0
        """Different documents, as long as no more than IDS_REMEMBERED_MAX take turns."""
        self._seen: OrderedDict[str, None] = OrderedDict()

    def met(self, document: Mapping[str, Any], kind: type[Document], error: Exception) -> None:
        """One that is meant to be of a kind."""
        name = f"{kind.__name__} {document.get('_id')}"
        known = name in self._seen
        self._seen[name] = None
        self._seen.move_to_end(name)
        if known:
            return
        self.count += 1
        if len(self._seen) > IDS_REMEMBERED_MAX:
            self._seen.popitem(last=False)
        # Where and of what type, but not what: it may be somebody's message.
        log.error("document.unreadable", kind=kind.__name__, document_id=str(document.get("_id")), error=str(error))


STRANGERS: Final = Strangers()
"""Of this process: reading has no other state, and whoever reads anything may meet one."""


def to_document(struct: msgspec.Struct) -> dict[str, Any]:
    """The document of a struct, with defaults left out as on the wire."""
    document: dict[str, Any] = msgspec.to_builtins(struct)
    if isinstance(struct, Document):
        document |= struct.looked_up()
    return document


def from_document(document: Mapping[str, Any], kind: type[D]) -> D:
    """The struct of a stored document; fields of a newer version are ignored. Raises Unreadable."""
    try:
        return converted(document, kind)
    except msgspec.ValidationError as error:
        STRANGERS.met(document, kind, error)
        raise Unreadable(reason="unreadable") from error


def converted(document: Mapping[str, Any], kind: type[D]) -> D:
    """The same for who knows what to do about a strange one. Raises msgspec.ValidationError.

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


def if_readable(document: Mapping[str, Any], kind: type[D]) -> D | None:
    """The same, or None for one that can't be read."""
    try:
        return from_document(document, kind)
    except Unreadable:
        return None  # it has been counted


async def readable(documents: AsyncIterable[Mapping[str, Any]], kind: type[D]) -> list[D]:
    """Those of many that can be read, in their order."""
    return [struct async for document in documents if (struct := if_readable(document, kind)) is not None]
