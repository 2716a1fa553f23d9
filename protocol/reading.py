"""A second look at bytes that did not decode at once: what they mean after all, or what is wrong with them, in words.

Costs what it costs, because what is well-formed never comes here, except integers written as floats (`1.0`, `1e3`; several
languages have no others), which JSON Schema calls integers and so do we. Knows both codecs. Refuses to know what is said.
"""

import functools
import json
import math
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from protocol import explain
from protocol.errors import Invalid, UnknownCommand
from protocol.wire import INTEGER_MAX, Codec

VALUES_MAX: Final = 50_000
"""Values looked at, one by one: the largest message has less than a quarter of them."""

_WHOLE: Final = "text without lone surrogates"
_NAMES: Final[dict[Codec, str]] = {"json": "JSON", "msgpack": "MessagePack"}
_DECODERS: Final[dict[Codec, Any]] = {"json": msgspec.json.Decoder(), "msgpack": msgspec.msgpack.Decoder()}
_FAILURES: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_ID_FIRST: Final = re.compile(rb'\s*\{\s*(?:"type"\s*:\s*"[a-z]{1,20}"\s*,\s*)?"id"\s*:\s*(-?[0-9]{1,16})\s*[,}]')


def second_look(data: bytes, kind: Any, codec: Codec) -> Any:
    """The value of bytes that would not decode as a `kind`. Raises Invalid or UnknownCommand with path, expected, got."""
    try:
        return checked(_with_integers(_plain(data, codec)), kind)
    except RecursionError:
        raise _too_deep() from None


def checked(raw: Any, kind: Any) -> Any:
    """A plain value as a `kind`. Raises Invalid or UnknownCommand, as `second_look`."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise _refusal(raw, kind, str(error)) from None
    except RecursionError:
        raise _too_deep() from None


def _refusal(raw: Any, kind: Any, otherwise: str) -> Invalid:
    try:
        fault = explain.fault_in(raw, kind)
    except RecursionError:
        return _too_deep()
    if fault is None:  # two readings of one type, which a test holds together
        return Invalid(path="$", expected="a valid value", got=otherwise)
    if fault.unknown_tag and fault.path == "$.command.type":
        return UnknownCommand(path=fault.path, expected="a known command", got=fault.got)
    return Invalid(path=fault.path, expected=fault.expected, got=fault.got)


def no_text(error: UnicodeEncodeError) -> Invalid:
    """The refusal of a string that can't be encoded, for who is about to send it."""
    return Invalid(path="$", expected=_WHOLE, got=explain.quoted(error.object))


def partial_id(data: bytes | str, codec: Codec) -> int | None:
    """The id of a call that could not be decoded, when at least that much was readable, so that its error finds it."""
    raw = data.encode() if isinstance(data, str) else data
    try:
        found: Any = _id_decoder(codec).decode(raw).id
    except _FAILURES:
        found = _id_of_malformed(raw) if codec == "json" else None
    found = _as_integer(found) if isinstance(found, float) else found
    if not isinstance(found, int) or isinstance(found, bool) or abs(found) > INTEGER_MAX:
        return None
    return found


class _JustId(msgspec.Struct):
    id: Any = None


@functools.cache
def _id_decoder(codec: Codec) -> Any:
    return msgspec.json.Decoder(_JustId) if codec == "json" else msgspec.msgpack.Decoder(_JustId)


def _id_of_malformed(data: bytes) -> Any:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        first = _ID_FIRST.match(data)
        return int(first[1]) if first else None
    return value.get("id") if isinstance(value, dict) else None


# plain values


def _plain(data: bytes, codec: Codec) -> Any:
    other = _other_codec(data, codec)
    if other is not None:
        raise Invalid(path="$", expected=f"{_NAMES[codec]}, as the subprotocol says", got=_NAMES[other])
    try:
        return _DECODERS[codec].decode(data)
    except UnicodeDecodeError as error:
        got = f"byte 0x{error.object[error.start]:02x}, which can't stand there"
        path = _place_of_ill_formed(data, "$") if codec == "msgpack" else "$"
        raise Invalid(path=path, expected="text in UTF-8, without surrogates", got=got) from None
    except msgspec.DecodeError as error:
        raise (_odd_value(data) if codec == "json" else None) or _malformed(str(error), codec) from None


def _other_codec(data: bytes, codec: Codec) -> Codec | None:
    """Whether it was written for the other subprotocol: what begins so can't be an object in this one."""
    first = data.lstrip(b" \t\r\n")[:1]
    if codec == "msgpack":
        return "json" if first == b"{" else None
    return "msgpack" if first and (0x80 <= first[0] <= 0x8F or first[0] in (0xDE, 0xDF)) else None


def _malformed(text: str, codec: Codec) -> Invalid:
    what = re.sub("^.* is malformed: ", "", text)
    got = "an end that comes too early" if "truncated" in what else what[:1].lower() + what[1:]
    return Invalid(path="$", expected=f"well-formed {_NAMES[codec]}", got=got)


def _too_deep() -> Invalid:
    return Invalid(path="$", expected="a document of moderate depth", got="too many levels")


def _odd_value(data: bytes) -> Invalid | None:
    """What is well-formed JSON, but nothing that could be kept: half a character, or a number without end."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    for path, part in _parts(value, "$"):
        if isinstance(part, str) and not part.isascii() and re.search("[\ud800-\udfff]", part):
            return Invalid(path=path, expected=_WHOLE, got=explain.quoted(part))
        if isinstance(part, float) and math.isinf(part):
            return Invalid(path=path, expected="a number of at most 64 bits", got="a number beyond them")
    return None


def _parts(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """All strings, keys and numbers in a value, and where they stand."""
    if isinstance(value, dict):
        for key, item in value.items():
            place = explain.member(path, key)
            yield place, key
            yield from _parts(item, place)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _parts(item, f"{path}[{number}]")
    else:
        yield path, value


def _place_of_ill_formed(data: bytes, path: str) -> str:
    """Where in MessagePack the first text stands that is none, as near as its keys can be read."""
    children: Any = ()
    if data and (0x80 <= data[0] <= 0x8F or data[0] in (0xDE, 0xDF)):
        children = _parts_of(data, dict[Any, msgspec.Raw])
        children = [(explain.member(path, key), part) for key, part in (children or {}).items()]
    elif data and (0x90 <= data[0] <= 0x9F or data[0] in (0xDC, 0xDD)):
        children = [(f"{path}[{n}]", part) for n, part in enumerate(_parts_of(data, list[msgspec.Raw]) or [])]
    for place, part in children:
        try:
            _DECODERS["msgpack"].decode(part)
        except UnicodeDecodeError:
            return _place_of_ill_formed(bytes(part), place)
    return path


def _parts_of(data: bytes, kind: Any) -> Any:
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except _FAILURES:
        return None


def _with_integers(value: Any) -> Any:
    """The value with its integers as integers. Raises Invalid for too many values to look at."""
    left = VALUES_MAX

    def taken(part: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Invalid(path="$", expected=f"at most {VALUES_MAX} values", got="more")
        if isinstance(part, float):
            return _as_integer(part)
        if isinstance(part, list):
            return [taken(item) for item in part]
        if isinstance(part, dict):
            return {key: taken(item) for key, item in part.items()}
        return part

    return taken(value)


def _as_integer(number: float) -> int | float:
    return int(number) if number.is_integer() and abs(number) <= INTEGER_MAX else number
