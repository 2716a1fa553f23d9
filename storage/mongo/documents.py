"""How a struct becomes a MongoDB document and comes back: one base class, and what is done about one that doesn't.

A stored struct's `id` is the document's `_id`; everything else has the same name and shape in both. A document that this
build can't read (of a newer one, before a rollback or during a rolling upgrade, or damaged) is kept as it is, counted,
and costs nothing but itself: lists leave it out, whoever asks for it alone is told. Where a newer build has only added a
word to a list of words (a right, a state, a kind), the document is read with what its kind says to take instead, and
stays as it is. Refuses to repair anything.
"""

import re
from collections import OrderedDict
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, TypeVar, get_args

import msgspec
import structlog

from protocol.errors import InternalError
from protocol.wire import LINE, Wire

_CONTROLS: Final = re.compile(LINE.replace("[^", "[").removesuffix("*"))

log = structlog.get_logger(__name__)

IDS_REMEMBERED_MAX: Final = 10_000

D = TypeVar("D", bound="Document")
T = TypeVar("T")

if TYPE_CHECKING:
    OrNewer = Annotated[T, "or a word of a newer build"]
else:

    class OrNewer:
        """One of the words of a Literal, or one of a newer build: kept, and passed on to readers who may know it."""

        def __class_getitem__(cls, words: Any) -> type[str]:
            return str


@dataclass(frozen=True, slots=True)
class Newer:
    """A field whose list of words a newer build may have made longer."""

    path: tuple[str, ...]
    known: frozenset[str]
    instead: str | None
    """What to take for a word that isn't known: never one that lets somebody do or see more. None: nothing, and out of
    a list it goes."""


def newer(path: str, words: Any, instead: str | None) -> Newer:
    """The row of a field by its path, such as `said.kind` or `rights`, and the Literal of its words."""
    return Newer(tuple(path.split(".")), frozenset(get_args(words)), instead)


class Document(Wire, rename={"id": "_id"}):
    """Base of the structs that are stored as documents of their own."""

    NEWER: ClassVar[tuple[Newer, ...]] = ()
    """What is borne of a newer build. A field that isn't here makes the document unreadable: a state that decides who may
    see it, or a kind of letter that nobody here can write."""

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

    What was let in before text was held to one line, and keys to their very end, is read as it would be taken today; a
    newer build's words as what this one takes instead.
    """
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError:
        known = _on_one_line(document)
        for field in kind.NEWER:
            known = _in_known_words(known, field.path, field)
        return msgspec.convert(known, kind)


def _in_known_words(value: Any, path: tuple[str, ...], field: Newer) -> Any:
    """The value with what is to be taken instead of a word that isn't known, wherever the path leads."""
    if isinstance(value, list):
        parts = [_in_known_words(item, path, field) for item in value]
        return [part for part in parts if part is not None]
    if path:
        if not isinstance(value, Mapping) or path[0] not in value:
            return value
        return {**value, path[0]: _in_known_words(value[path[0]], path[1:], field)}
    return field.instead if isinstance(value, str) and value not in field.known else value


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
