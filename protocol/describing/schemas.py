"""JSON Schemas of the structs, written as generators, validators and linters of API documents take them.

What they say is msgspec's; how they say it is held to what the tools in tests/foreign accept. Knows JSON Schema and its
two dialects; refuses to know addresses and what is asked where.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

import msgspec

from protocol import events
from protocol.describing.shapes import cleaned, streams_of
from protocol.wire import ecmascript

Dialect = Literal["openapi", "asyncapi"]
PREFIX: Final = "#/components/schemas/"
INT32_MAX: Final = 2**31 - 1


def ref(struct: type[msgspec.Struct] | str) -> dict[str, str]:
    """A reference to a struct's schema."""
    return {"$ref": PREFIX + (struct if isinstance(struct, str) else struct.__name__)}


def schemas_of(structs: Iterable[type[msgspec.Struct]], dialect: Dialect) -> dict[str, Any]:
    """The schemas of structs and of all that they hold, by name, without what is never sent."""
    _, schemas = msgspec.json.schema_components(list(structs), ref_template=PREFIX + "{name}")
    schemas.pop(events.UnknownEvent.__name__, None)
    for event in events.EVENTS:
        if schema := schemas.get(event.__name__):
            schema["description"] += f" Stands in {' or '.join(streams_of(event))}."
    for schema in schemas.values():
        for part in list(_parts(schema)):
            _without_unknown(part)
            _write_types(part)
            _write_union(part, dialect)
            _write_words(part)
    return schemas


def open_up(schemas: dict[str, Any], roots: Iterable[str]) -> None:
    """Say of what is answered that there may be more fields one day: strict generators refuse them otherwise.

    What is only asked stays as it is: there a field too many is a slip of the pen, which a compiler may find.
    """
    for name in reached(schemas, roots):
        if "properties" in schemas[name]:
            schemas[name].setdefault("additionalProperties", True)


def reached(schemas: dict[str, Any], roots: Iterable[str]) -> set[str]:
    """The names of schemas that these refer to, and themselves."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [part["$ref"].removeprefix(PREFIX) for part in _parts(schemas[name]) if "$ref" in part]
    return found


def _parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and every one within it."""
    yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", []), *schema.get("oneOf", [])]
    inner += [
        schema[name]
        for name in ("items", "propertyNames", "additionalProperties")
        if isinstance(schema.get(name), dict)
    ]
    for part in inner:
        yield from _parts(part)


def _without_unknown(part: dict[str, Any]) -> None:
    """Take the placeholder for events from a newer server out of a union."""
    if "discriminator" in part:
        never_sent = ref(events.UnknownEvent)
        part["anyOf"] = [member for member in part["anyOf"] if member != never_sent]
        part["discriminator"]["mapping"].pop(events.UNKNOWN_TAG, None)


def _write_types(part: dict[str, Any]) -> None:
    """Patterns as ECMAScript writes them, which is what JSON Schema asks for, and types as exactly as they are known.

    Without a word, generators take an integer for one of 32 bits; a time in milliseconds has 41.
    """
    if "pattern" in part:
        part["pattern"] = ecmascript(part["pattern"])
    if "enum" in part:
        part.setdefault("type", "string")
    if part.get("type") == "integer" and part.get("maximum", INT32_MAX + 1) > INT32_MAX:
        part["format"] = "int64"


def _write_union(part: dict[str, Any], dialect: Dialect) -> None:
    """One of several structs, as their tags say: never two at once, so no generator may merge them into one type."""
    if "discriminator" in part:
        part["oneOf"] = part.pop("anyOf")
        if dialect == "asyncapi":
            part["discriminator"] = part["discriminator"]["propertyName"]


def _write_words(part: dict[str, Any]) -> None:
    """Say a default in words: generators make of the keyword a field that is always there, and ours is left out."""
    said = [cleaned(part["description"])] if part.get("description") else []
    if (default := part.pop("default", None)) is not None:
        said += [f"Absent means `{json.dumps(default)}`."]
    if said:
        part["description"] = " ".join([*(text if text.endswith(".") else f"{text}." for text in said[:-1]), said[-1]])
