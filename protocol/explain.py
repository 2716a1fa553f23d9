"""Where a value isn't what a type asks for: the first fault, as place, expectation and finding, in words of JSON.

Knows msgspec's description of types and the plain values that both codecs decode to. Refuses to know bytes, frames and
codecs: see protocol.reading. It finds a fault exactly when `msgspec.convert` would: a test draws values and compares.
"""

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import inspect as i

SHOWN_CHARACTERS_MAX: Final = 60
"""Of a string that came: enough to know it by."""
SHOWN_INTEGER_BITS_MAX: Final = 128

_STRING_KEY: Final = "a string as key"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: `$` with members and indexes, what should stand there, and what does."""

    path: str
    expected: str
    got: str
    unknown_tag: bool = False
    """A tag that no member of the union has: perhaps one of a later version."""


def fault_in(value: Any, kind: Any, path: str = "$") -> Fault | None:
    """The first fault of a plain value as a `kind` (a struct, a union, any type of the protocol); None: there is none.

    Raises RecursionError for a value of very many levels.
    """
    return _fault(value, _described(kind), path)


@functools.cache
def _described(kind: Any) -> i.Type:
    return i.type_info(kind)


def shown(value: Any) -> str:
    """A value that came, as JSON would write it if that is short, else what it is."""
    match value:
        case None | bool():
            return json.dumps(value)
        case str():
            return quoted(value)
        case int():
            return str(value) if value.bit_length() <= SHOWN_INTEGER_BITS_MAX else "an integer of very many digits"
        case float():
            return json.dumps(value)
        case bytes():
            return "binary"
        case list():
            return "an array"
        case dict():
            return "an object"
        case datetime():
            return "a timestamp (extension type -1)"
        case msgspec.msgpack.Ext():
            return f"extension type {value.code}"
    return "something else"


def quoted(text: str) -> str:
    """A string as JSON writes it, cut short; what can't be seen is escaped."""
    cut = text[:SHOWN_CHARACTERS_MAX]
    written = json.dumps(cut, ensure_ascii=not cut.isprintable())
    return written if len(text) <= SHOWN_CHARACTERS_MAX else f'{written[:-1]}…" ({len(text)} characters)'


def member(path: str, key: Any) -> str:
    """The path of a member: `.name`, or `["…"]` where the key is no name, or isn't even a string."""
    if isinstance(key, str) and re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", key):
        return f"{path}.{key}"
    return f"{path}[{shown(key)}]"


# what is expected


def wanted(kind: i.Type) -> str:
    """What a type asks for, in words."""
    match kind:
        case i.Metadata(type=inner, extra_json_schema=extra):
            words = (extra or {}).get("description")
            if words is None:
                return wanted(inner)
            return f"{words}, {wanted(inner)}" if isinstance(inner, i.IntType) else str(words)
        case i.StrType():
            return _text_of_length(kind)
        case i.IntType():
            return "an integer" + _range(kind.ge, kind.le)
        case i.FloatType():
            return "a number"
        case i.BoolType():
            return "true or false"
        case i.NoneType():
            return "null"
        case i.LiteralType(values=values):
            return _one_of(values)
        case i.ListType():
            return "an array" + _items(kind.min_length, kind.max_length)
        case i.DictType() | i.StructType():
            return "an object"
        case i.UnionType(types=types):
            return " or ".join(dict.fromkeys(wanted(one) for one in types))
    return "something else"


def _one_of(values: Any) -> str:
    return "one of: " + ", ".join(str(value) for value in values)


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if low is not None:
        return f" of at least {low}"
    return "" if high is None else f" of at most {high}"


def _length(low: int | None, high: int | None, unit: str) -> str:
    if low and high is not None:
        return f" of {low} to {high} {unit}"
    if low:
        return f" of at least {low} {unit}"
    return "" if high is None else f" of at most {high} {unit}"


def _items(low: int | None, high: int | None) -> str:
    return _length(low, high, "items")


def _text_of_length(kind: i.StrType) -> str:
    return "a string" + _length(kind.min_length, kind.max_length, "characters")


def _is_outside(length: float, low: float | None, high: float | None) -> bool:
    return (low is not None and length < low) or (high is not None and length > high)


# finding it


def _fault(value: Any, kind: i.Type, path: str, words: str | None = None) -> Fault | None:
    """`words` is what a description around the type says of it."""
    expected = words or wanted(kind)
    match kind:
        case i.Metadata(type=inner):
            return _fault(value, inner, path, wanted(kind))
        case i.UnionType():
            return _in_union(value, kind, path)
        case i.StructType():
            return _in_struct(value, kind, path)
        case i.StrType():
            return _in_text(value, kind, path, expected)
        case i.ListType():
            return _in_list(value, kind, path, expected)
        case i.DictType():
            return _in_map(value, kind, path, expected)
        case _:
            return None if _fits(value, kind) else Fault(path, expected, shown(value))


def _fits(value: Any, kind: i.Type) -> bool:
    """Whether a value without parts is what its type asks for."""
    match kind:
        case i.IntType():
            return isinstance(value, int) and not isinstance(value, bool) and not _is_outside(value, kind.ge, kind.le)
        case i.FloatType():
            return isinstance(value, int | float) and not isinstance(value, bool)
        case i.BoolType():
            return isinstance(value, bool)
        case i.NoneType():
            return value is None
        case i.LiteralType(values=values):
            return any(type(value) is type(one) and value == one for one in values)
    return True


def _in_text(value: Any, kind: i.StrType, path: str, expected: str) -> Fault | None:
    if not isinstance(value, str):
        return Fault(path, expected, shown(value))
    if _is_outside(len(value), kind.min_length, kind.max_length):
        # Its length alone: what is too short for a password isn't repeated.
        got = f"a string of {len(value)} character{'' if len(value) == 1 else 's'}" if value else '""'
        return Fault(path, _text_of_length(kind), got)
    if kind.pattern is not None and re.search(kind.pattern, value) is None:
        return Fault(path, expected, quoted(value))
    return None


def _in_list(value: Any, kind: i.ListType, path: str, expected: str) -> Fault | None:
    if not isinstance(value, list):
        return Fault(path, expected, shown(value))
    if _is_outside(len(value), kind.min_length, kind.max_length):
        return Fault(path, expected, f"an array of {len(value)} items")
    return _first(_fault(item, kind.item_type, f"{path}[{place}]") for place, item in enumerate(value))


def _in_map(value: Any, kind: i.DictType, path: str, expected: str) -> Fault | None:
    if not isinstance(value, dict):
        return Fault(path, expected, shown(value))
    for key, item in value.items():
        place = member(path, key)
        if not isinstance(key, str):
            return Fault(place, _STRING_KEY, shown(key))
        wrong = _fault(key, kind.key_type, place)
        if wrong is not None:
            return replace(wrong, expected=f"as key {wrong.expected}")
        found = _fault(item, kind.value_type, place)
        if found is not None:
            return found
    return None


def _in_union(value: Any, kind: i.UnionType, path: str) -> Fault | None:
    members = [one for one in kind.types if not isinstance(one, i.NoneType)]
    nullable = len(members) < len(kind.types)
    if nullable and value is None:
        return None
    if all(isinstance(one, i.StructType) for one in members) and len(members) > 1:
        return _in_tagged(value, {one.tag: one for one in members if isinstance(one, i.StructType)}, path)
    faults = [_fault(value, one, path) for one in members]
    first = faults[0]
    if None in faults or first is None:
        return None
    if len(faults) > 1:
        return Fault(path, wanted(kind), shown(value))
    # A fault inside an object or array is told as it is: null there would not have helped.
    outside = first.path == path and not isinstance(members[0], i.StructType)
    return replace(first, expected=f"{first.expected} or null") if nullable and outside else first


def _in_tagged(value: Any, members: dict[Any, i.StructType], path: str) -> Fault | None:
    field = next(iter(members.values())).tag_field or ""
    if not isinstance(value, dict):
        return Fault(path, "an object", shown(value))
    if field not in value:
        return Fault(path, f"a field `{field}`", "an object without it")
    tag = value[field]
    chosen = members.get(tag) if isinstance(tag, str) else None
    if chosen is None:
        return Fault(member(path, field), _one_of(members), shown(tag), unknown_tag=isinstance(tag, str))
    return _in_struct(value, chosen, path)


def _in_struct(value: Any, kind: i.StructType, path: str) -> Fault | None:
    if not isinstance(value, dict):
        return Fault(path, "an object", shown(value))
    fields = {field.encode_name: field for field in kind.fields}
    return _first(_in_member(key, item, kind, fields, path) for key, item in value.items()) or _first(
        Fault(path, f"a field `{name}`", "an object without it")
        for name, field in fields.items()
        if field.required and name not in value
    )


def _in_member(key: Any, item: Any, kind: i.StructType, fields: dict[str, i.Field], path: str) -> Fault | None:
    if not isinstance(key, str):
        return Fault(member(path, key), _STRING_KEY, shown(key))
    if kind.tag is not None and key == kind.tag_field:
        return None if item == kind.tag else Fault(member(path, key), _one_of([kind.tag]), shown(item))
    field = fields.get(key)
    if field is None:
        if not kind.forbid_unknown_fields:
            return None
        known = [*([kind.tag_field] if kind.tag is not None else []), *fields]
        return Fault(path, f"no fields but {', '.join(f'`{name}`' for name in known)}", f"a field {quoted(key)}")
    found = _fault(item, field.type, member(path, key))
    if found is not None and item is None and not field.required:
        return replace(found, expected=f"{found.expected}, or no such field")
    return found


def _first(faults: Iterator[Fault | None]) -> Fault | None:
    return next((fault for fault in faults if fault is not None), None)
