"""What the structs say about themselves: names, fields, defaults and docstrings, read for the exports.

Reads this package's own source for the text that stands under a field. Refuses to know any output format.
"""

import ast
import functools
import inspect
import re
import types
import typing
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from protocol import (
    asked,
    body,
    cards,
    commands,
    documents,
    errors,
    events,
    frames,
    happened,
    kept,
    previews,
    videos,
    wire,
)
from protocol.asked import ROWS, Answer, Asked
from protocol.happened import Happened
from protocol.ids import StreamKind

MODULES: Final = (wire, videos, body, errors, asked, kept, cards, previews, *commands.NOUNS, events, frames)
NOT_SENT: Final = {"Wire", "Tagged", "Happened", "Node", "Answer", "Asked", "Update", "KeptList", "UnknownEvent"}
WITHOUT_SESSION: Final = tuple(command for command in commands.COMMANDS if ROWS[command].may == "anyone")
"""Commands for those who are not logged in: over HTTP, without a token."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct. `optional` fields have a default, which is left out of the bytes."""

    name: str
    hint: Any
    optional: bool
    default: Any
    doc: str


@dataclass(frozen=True, slots=True)
class Shape:
    """One struct: its name on our side, its tag on the wire (if it is a member of a union), its fields."""

    name: str
    struct: type[msgspec.Struct]
    tag: str | None
    doc: str
    fields: tuple[Field, ...]


SOURCES: Final = re.compile(r" ?\((?:(?:[A-Z]{2}-|P|spec |section )[\d.]+|, | to |\d+(?:\.\d+)+)+\)")
"""Where a docstring says in brackets which rule it follows: whoever reads an export doesn't have the rules."""


def cleaned(text: str | None) -> str:
    """A docstring without its indentation, its line ends and the rules that it names in brackets."""
    return SOURCES.sub("", " ".join((text or "").split()))


@functools.cache
def field_docs(module: types.ModuleType) -> dict[str, str]:
    """The text under each field and constant of a module: `Class.field` or `CONSTANT` to text."""
    found: dict[str, str] = {}

    def collect(body: list[ast.stmt], prefix: str) -> None:
        for statement, following in zip(body, [*body[1:], None], strict=True):
            if isinstance(statement, ast.ClassDef):
                collect(statement.body, f"{statement.name}.")
            target = getattr(statement, "target", None) or next(iter(getattr(statement, "targets", [])), None)
            if not isinstance(target, ast.Name) or not isinstance(following, ast.Expr):
                continue
            if isinstance(following.value, ast.Constant) and isinstance(following.value.value, str):
                found[prefix + target.id] = cleaned(following.value.value)

    collect(ast.parse(inspect.getsource(module)).body, "")
    return found


@functools.cache
def shape_of(struct: type[msgspec.Struct]) -> Shape:
    """The shape of a struct."""
    hints = typing.get_type_hints(struct, include_extras=True)
    fields = tuple(
        Field(
            name=field.encode_name,
            hint=hints[field.name],
            optional=not field.required,
            default=field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory(),
            doc=_field_doc(struct, field.name),
        )
        for field in msgspec.structs.fields(struct)
    )
    tag = struct.__struct_config__.tag
    return Shape(struct.__name__, struct, None if tag is None else str(tag), cleaned(struct.__doc__), fields)


def _field_doc(struct: type[msgspec.Struct], name: str) -> str:
    """The text under a field, where it is defined: in the struct or in a base of it."""
    for base in struct.__mro__:
        module = inspect.getmodule(base)
        if module is not None and issubclass(base, wire.Wire):
            text = field_docs(module).get(f"{base.__name__}.{name}")
            if text is not None:
                return text
    return ""


def structs_of(module: types.ModuleType) -> list[type[msgspec.Struct]]:
    """The structs that a module defines, in its order, without base classes and private ones."""
    return [
        found
        for name, found in vars(module).items()
        if inspect.isclass(found)
        and issubclass(found, msgspec.Struct)
        and found.__module__ == module.__name__
        and name not in NOT_SENT
        and not name.startswith("_")
    ]


def answers() -> list[type[msgspec.Struct]]:
    """What commands are answered with, where that is no entity."""
    return [
        struct for module in (asked, *commands.NOUNS) for struct in structs_of(module) if issubclass(struct, Answer)
    ]


def entities() -> list[type[msgspec.Struct]]:
    """The things that are talked about, by noun."""
    other = (Answer, Asked, Happened)
    return [struct for noun in commands.NOUNS for struct in structs_of(noun) if not issubclass(struct, other)]


def members(union: Any) -> tuple[type[msgspec.Struct], ...]:
    """The structs of a union, in its order, without those that are never sent."""
    return tuple(member for member in typing.get_args(union) if member.__name__ not in NOT_SENT)


def tag_of(struct: type[msgspec.Struct]) -> str:
    """The tag of a member of a union."""
    return str(struct.__struct_config__.tag)


def streams_of(event: type[msgspec.Struct]) -> list[str]:
    """The streams in which an event may stand, as `t:`."""
    return [f"{kind}:" for kind in StreamKind if kind in happened.ROWS[event].streams]


def result_of(command: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The struct of a command's answer."""
    result: type[msgspec.Struct] = getattr(command, "Result")  # noqa: B009 - Command is a union of many
    return result


NOT_SHARED: Final = {"TAG_FIELD", "UNKNOWN_TAG", "LINE", "ONE_LINE", "UNSEEN"}


def constants() -> list[tuple[str, Any, str]]:
    """The limits and names that both sides must know: name, value, text."""
    found = []
    for module in (body, documents, frames):
        docs = field_docs(module)
        for name, value in vars(module).items():
            if name.isupper() and not name.startswith("_") and isinstance(value, int | float | str):
                found.append((name, value, docs.get(name, "")))
    return [row for row in found if row[0] not in NOT_SHARED]


def limited() -> dict[str, msgspec.Meta]:
    """The named types with limits (`Subject`, `Password`, …) and what limits them."""
    named: dict[str, Any] = {"LinkAddress": body.Link, **vars(wire)}
    return {
        name: value.__metadata__[0] for name, value in named.items() if typing.get_origin(value) is typing.Annotated
    }


META_FIELDS: Final = ("min_length", "max_length", "pattern", "ge", "le", "description")


def limits_in(meta: msgspec.Meta) -> dict[str, Any]:
    """What a Meta says, without what it leaves open."""
    values = {name: getattr(meta, name) for name in META_FIELDS}
    if meta.pattern is not None:
        values["pattern"] = wire.ecmascript(meta.pattern)
    return {name: value for name, value in values.items() if value is not None}
