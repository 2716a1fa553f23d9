"""TypeScript types of everything that crosses the wire, made from the structs.

A field with a default is optional: a sender may leave it out, and the server does. Nothing in the generated
file runs, except for constants.
"""

import json
import types
import typing
from typing import Any, Final

import msgspec

from protocol import (
    accounts,
    body,
    cards,
    commands,
    custom_fields,
    errors,
    events,
    folds,
    frames,
    inbox,
    people,
    reminders,
    shortcodes,
    threads,
    wire,
)
from protocol.describing import shapes
from protocol.describing.shapes import Field, Shape
from protocol.happened import Happened

HEADER: Final = """\
// Made by `python -m protocol.describing.export` from the structs in protocol/. Do not edit: a test compares.
//
// A field with `?` has a default: leave it out to mean that, and expect it to be left out.
// `Text`, `Event` and `Notification` are also names of the browser's: import what you use, or the module as a whole.
// Times are milliseconds since the epoch, UTC.
"""

ALIASES: Final[dict[str, Any]] = {
    "Side": people.Side,
    "Role": people.Role,
    "Right": people.Right,
    "Language": people.Language,
    "ThreadState": threads.ThreadState,
    "Activation": accounts.Activation,
    "FieldOf": custom_fields.FieldOf,
    "FieldKind": custom_fields.FieldKind,
    "NotificationKind": inbox.NotificationKind,
    "AfterLast": reminders.AfterLast,
    "Unanswered": reminders.Unanswered,
    "AccountCode": shortcodes.AccountCode,
    "ContactCode": shortcodes.ContactCode,
    "DateCode": shortcodes.DateCode,
    "ReasonToContacts": errors.ReasonToContacts,
    "ReasonToStaff": errors.ReasonToStaff,
    "Id": wire.Id,
    "ClientKey": wire.ClientKey,
    "StreamName": wire.StreamName,
    "Seq": wire.Seq,
    "Inline": body.Inline,
    "Block": body.Block,
    "Card": cards.Card,
    "Event": events.Event,
    "Command": commands.Command,
}
"""Types that have a name of their own in the generated file; a hint that equals one is written by its name."""

PLAIN: Final[dict[Any, str]] = {str: "string", int: "number", float: "number", bool: "boolean", Any: "unknown"}


def typescript() -> str:
    """The whole file."""
    parts = [HEADER, _aliases()]
    for module in shapes.MODULES:
        parts += [_interface(shapes.shape_of(struct)) for struct in shapes.structs_of(module)]
    parts += [_unions(), _command_map(), _errors(), _constants(), _kinds(), _folds()]
    text = "\n".join(parts)
    names = [line.split()[2].rstrip(":=;") for line in text.splitlines() if line.startswith("export ")]
    double = {name for name in names if names.count(name) > 1}
    if double:
        raise ValueError(f"two things have the same name in TypeScript: {sorted(double)}")
    return text


def written(hint: Any, *, inside: str = "") -> str:
    """A type as TypeScript writes it. `inside` is the alias being defined, which isn't written by its own name."""
    for name, alias in ALIASES.items():
        if name != inside and hint == alias:
            return name
    if hint in PLAIN:
        return PLAIN[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return written(arguments[0])
    if origin is typing.Literal:
        return " | ".join(json.dumps(value) for value in arguments)
    if origin in (typing.Union, types.UnionType):
        return " | ".join("null" if member is type(None) else written(member) for member in arguments)
    if origin is list:
        item = written(arguments[0])
        return f"readonly ({item})[]" if " | " in item or item.startswith("readonly ") else f"readonly {item}[]"
    if origin is dict:
        return f"{{ readonly [key: string]: {written(arguments[1])} }}"
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint.__name__
    raise TypeError(f"no TypeScript for {hint!r}")


def _comment(text: str, indent: str = "") -> str:
    return f"{indent}/** {text} */\n" if text else ""


def _aliases() -> str:
    lines = []
    for name, hint in ALIASES.items():
        if typing.get_origin(hint) is typing.Literal:
            lines.append(f"export type {name} = {written(hint, inside=name)};")
        elif typing.get_origin(hint) is typing.Annotated:
            text = hint.__metadata__[0].description or ""
            lines.append(f"{_comment(text)}export type {name} = {written(hint, inside=name)};")
    return "\n".join(lines) + "\n"


def _field(field: Field) -> str:
    hint = field.hint
    doc = field.doc
    if field.optional:
        arguments = [member for member in typing.get_args(hint) if member is not type(None)]
        if field.default is None and typing.get_origin(hint) in (typing.Union, types.UnionType):
            hint = typing.Union[tuple(arguments)]  # noqa: UP007 - made at run time
        else:
            doc = f"{doc} Default: {json.dumps(msgspec.to_builtins(field.default))}.".strip()
    return f"{_comment(doc, '  ')}  readonly {field.name}{'?' if field.optional else ''}: {written(hint)};"


def _interface(shape: Shape) -> str:
    doc = shape.doc
    if issubclass(shape.struct, Happened):
        doc += f" Stands in {' or '.join(shapes.streams_of(shape.struct))}."
    lines = [f"{_comment(doc)}export interface {shape.name} {{"]
    if shape.tag is not None:
        lines.append(f'  readonly type: "{shape.tag}";')
    lines += [_field(field) for field in shape.fields]
    return "\n".join([*lines, "}"]) + "\n"


def _unions() -> str:
    rows = {
        "Inline": body.Inline,
        "Block": body.Block,
        "Card": cards.Card,
        "Event": events.Event,
        "Command": commands.Command,
        "ClientFrame": frames.ClientFrame,
        "ServerFrame": frames.ServerFrame,
    }
    text = []
    for name, union in rows.items():
        text.append(f"export type {name} =")
        text += [f"  | {member.__name__}" for member in shapes.members(union)]
        text[-1] += ";"
    return "\n".join(text) + "\n"


def _command_map() -> str:
    lines = [
        "/** Each command's own shape and that of its answer, by tag. */",
        "export interface Commands {",
    ]
    for command in shapes.members(commands.Command):
        result = shapes.result_of(command).__name__
        lines.append(
            f'  readonly "{shapes.tag_of(command)}": {{ readonly command: {command.__name__}; '
            f"readonly result: {result} }};"
        )
    lines += [
        "}",
        "export type CommandName = keyof Commands;",
        'export type CommandOf<N extends CommandName> = Commands[N]["command"];',
        'export type ResultOf<N extends CommandName> = Commands[N]["result"];',
        "/** A command's fields without its tag. */",
        'export type ArgumentsOf<N extends CommandName> = Omit<CommandOf<N>, "type">;',
        "/** One event by its tag. */",
        'export type EventOf<T extends Event["type"]> = Extract<Event, { readonly type: T }>;',
        "/** One frame from the server by its tag. */",
        'export type FrameOf<T extends ServerFrame["type"]> = Extract<ServerFrame, { readonly type: T }>;',
    ]
    return "\n".join(lines) + "\n"


def _errors() -> str:
    codes = " | ".join(json.dumps(code) for code in errors.ERRORS)
    lines = [f"export type ErrorCode = {codes};", "/** The HTTP status that goes with each code. */"]
    lines.append("export const ERROR_STATUS = {")
    lines += [f"  {code}: {error.status}," for code, error in errors.ERRORS.items()]
    return "\n".join([*lines, "} as const satisfies Record<ErrorCode, number>;"]) + "\n"


def _constants() -> str:
    # Each by itself: a page loads those that it asks about.
    lines = ["// Why the server closes. Below 4400: connect again, with back-off; above: change something first."]
    lines += [f"export const CLOSE_{code.name} = {code.value};" for code in frames.CloseCode]
    lines.append("")
    for name, value, doc in shapes.constants():
        lines.append(f"{_comment(doc)}export const {name} = {json.dumps(value)};")
    lines += ["", "/** The limits of the named types: lengths in characters, `ge` and `le` inclusive. */"]
    lines.append("export const LIMITS = {")
    for name, meta in shapes.limited().items():
        limits = {key: value for key, value in shapes.limits_in(meta).items() if key != "description"}
        inner = ", ".join(f"{key}: {json.dumps(value)}" for key, value in limits.items())
        lines.append(f"  {name}: {{ {inner} }},")
    return "\n".join([*lines, "} as const;"]) + "\n"


def _kinds() -> str:
    """What windows keep, by kind, and the commands that bring it: see protocol.kept."""
    lines = ["/** What pages keep, by kind: see keeping.ts. */", "export interface Kinds {"]
    for event in events.EVENTS:
        for fold in event.folds:
            if (fold.how, fold.on) == ("put", "kept") and isinstance(fold.what, str):
                (field,) = (one for one in shapes.shape_of(event).fields if f".event.{one.name}" == fold.what)
                lines.append(f"  readonly {fold.of}: {written(field.hint)};")
    lists = " | ".join(command.__name__ for command in commands.LISTS.values()) or "never"
    return "\n".join([*lines, "}", f"export type KeptLists = {lists};"]) + "\n"


def _folds() -> str:
    """What events say that they do to what is shown: see protocol.folds."""
    lines = [
        "/** What an event does to what is shown, as data for folds.ts: how, on what, with which values, and of what. */",
        "export const FOLDS: { readonly [tag: string]: readonly Fold[] } = {",
    ]
    for event in events.EVENTS:
        if event.folds:
            parts = [[fold.how, fold.on, fold.what, *([fold.of] if fold.of else [])] for fold in event.folds]
            lines.append(f'  "{shapes.tag_of(event)}": {json.dumps(parts)},')
    how, on = (" | ".join(json.dumps(name) for name in typing.get_args(hint)) for hint in (folds.How, folds.On))
    what = "string | { readonly [field: string]: string | number | boolean | null }"
    lines += ["};", f"export type Fold = readonly [how: {how}, on: {on}, what: {what}, of?: string];"]
    return "\n".join(lines) + "\n"
