"""The tables of docs/protocol.md, made from the structs and put between that file's markers.

A marker pair is `<!-- generated: NAME -->` and `<!-- end: NAME -->`. Everything outside is written by hand.
"""

import json
import re
import types
import typing
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from protocol import asked, body, commands, errors, events, frames, inbox, videos, wire
from protocol.describing import shapes
from protocol.describing.shapes import Field

MARKERS: Final = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)

NAMED: Final[dict[str, Any]] = {
    **{
        name: getattr(wire, name)
        for name in ("Id", "ClientKey", "StreamName", "Seq", "Ms", "CallId", "Email", "Mailbox", "Secret", "Password")
    },
    "LinkAddress": body.Link,
    "Event": events.Event,
    "Command": commands.Command,
    "Block": body.Block,
    "Inline": body.Inline,
}
"""Types that the tables name instead of describing them; the others are written out with their bounds."""


def filled(document: str) -> str:
    """The document with what stands between its markers made anew. Raises KeyError for a name nobody knows."""
    return MARKERS.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n{found[3]}", document)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def _type(hint: Any) -> str:
    for name, named in NAMED.items():
        if hint == named:
            return name
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _type(arguments[0]) + _bounds(hint.__metadata__[0])
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (typing.Union, types.UnionType):
        return " or ".join("null" if member is type(None) else _type(member) for member in arguments)
    if origin is list:
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"map of {_type(arguments[0])} to {_type(arguments[1])}"
    if hint is Any:
        return "any"
    return {str: "string", int: "integer", float: "number", bool: "boolean"}.get(hint) or str(hint.__name__)


def _bounds(meta: msgspec.Meta) -> str:
    low = meta.ge if meta.ge is not None else meta.min_length
    high = meta.le if meta.le is not None else meta.max_length
    if low is None and high is None:
        return ""
    return f" ({low} to {high})" if low is not None else f" (at most {high})"


def _field(field: Field) -> str:
    hint = field.hint
    if field.optional and field.default is None:
        # The absent field says it; null is only another way to write the same.
        hint = typing.Union[tuple(member for member in typing.get_args(hint) if member is not type(None))]  # noqa: UP007
        return f"`{field.name}`?: {_type(hint)}"
    if field.optional:
        return f"`{field.name}`?: {_type(hint)} = `{json.dumps(msgspec.to_builtins(field.default))}`"
    return f"`{field.name}`: {_type(hint)}"


def _fields(struct: type[msgspec.Struct]) -> str:
    return "<br>".join(_field(field) for field in shapes.shape_of(struct).fields) or "—"


def _said(struct: type[msgspec.Struct]) -> str:
    """The text of a struct with that of its fields."""
    shape = shapes.shape_of(struct)
    return "<br>".join([shape.doc, *(f"`{field.name}`: {field.doc}" for field in shape.fields if field.doc)])


def _tagged(structs: Iterable[type[msgspec.Struct]], head: str) -> str:
    return _table(
        (head, "Fields", "Meaning"),
        ((f"`{shapes.tag_of(struct)}`", _fields(struct), _said(struct)) for struct in structs),
    )


def _commands() -> str:
    rows = []
    for command in commands.COMMANDS:
        result = shapes.result_of(command).__name__
        rows.append(
            (f"`{shapes.tag_of(command)}`", _fields(command), result, str(asked.ROWS[command].cost), _said(command))
        )
    return _table(("Command", "Fields", "Result", "Cost", "Meaning"), rows)


def _structs(structs: Iterable[type[msgspec.Struct]], skip: Iterable[type[msgspec.Struct]] = ()) -> str:
    left_out = set(skip)
    return _table(
        ("Name", "Fields", "Meaning"),
        ((f"`{struct.__name__}`", _fields(struct), _said(struct)) for struct in structs if struct not in left_out),
    )


def _results() -> str:
    return _structs(shapes.answers())


def _event_rows() -> str:
    rows = []
    for event in shapes.members(events.Event):
        streams = " or ".join(f"`{name}`" for name in shapes.streams_of(event))
        rows.append((f"`{shapes.tag_of(event)}`", streams, _fields(event), _said(event)))
    return _table(("Event", "Stream", "Fields", "Meaning"), rows)


def _kind_rows() -> str:
    rows = ((f"`{kind}`", row.kept, row.activity if row.letter else "—", row.doc) for kind, row in inbox.KINDS.items())
    return _table(("Kind", "Kept with what was", "In a letter", "Meaning"), rows)


def _body_rows() -> str:
    rows = []
    for struct in (*shapes.structs_of(body), *shapes.structs_of(videos)):
        shape = shapes.shape_of(struct)
        rows.append((f"`{shape.tag}`" if shape.tag else f"({shape.name})", _fields(struct), _said(struct)))
    return _table(("Node", "Fields", "Meaning"), rows)


def _error_rows() -> str:
    rows = (
        (f"`{code}`", str(error.status), " ".join((error.__doc__ or "").split()))
        for code, error in errors.ERRORS.items()
    )
    return _table(("Code", "HTTP", "Meaning"), rows)


def _close_rows() -> str:
    docs = shapes.field_docs(frames)
    rows = ((str(code.value), code.name.lower(), docs.get(f"CloseCode.{code.name}", "")) for code in frames.CloseCode)
    return _table(("Code", "Name", "When, and what to do"), rows)


def _limit_rows() -> str:
    docs = shapes.constants()
    return _table(
        ("Limit", "Value", "Meaning"),
        ((f"`{name}`", f"{value:,}" if isinstance(value, int) else f"{value}", text) for name, value, text in docs),
    )


def _named_rows() -> str:
    rows = []
    for name, meta in ((name, meta) for name, meta in shapes.limited().items() if name in NAMED):
        limits = shapes.limits_in(meta)
        text = str(limits.pop("description", ""))
        pattern = limits.pop("pattern", None)
        bounds = _bounds(meta).strip(" ()")
        rows.append((f"`{name}`", bounds, f"`{pattern}`" if pattern else "", text))
    return _table(("Type", "Length or range", "Pattern", "Meaning"), rows)


TABLES: Final[dict[str, Callable[[], str]]] = {
    "commands": _commands,
    "results": _results,
    "events": _event_rows,
    "client_frames": lambda: _tagged(shapes.members(frames.ClientFrame), "Frame"),
    "server_frames": lambda: _tagged(shapes.members(frames.ServerFrame), "Frame"),
    "entities": lambda: _structs(shapes.entities()),
    "notification_kinds": _kind_rows,
    "body": _body_rows,
    "problem": lambda: _structs([errors.Problem]),
    "errors": _error_rows,
    "close_codes": _close_rows,
    "limits": _limit_rows,
    "types": _named_rows,
}
