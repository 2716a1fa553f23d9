"""Every kind of mistake is named: where, what was expected, what came; in the same words through every door."""

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol import explain, frames
from protocol.body import BODY_DEPTH_MAX, paragraph
from protocol.errors import Invalid, UnknownCommand
from protocol.firms import FirmUpdate
from protocol.marks import MarkDelivered
from protocol.messages import MessageSend
from protocol.reading import partial_id, second_look
from protocol.sessions import SessionCreate
from protocol.staff import StaffUpdate
from protocol.threads import ThreadList
from protocol.wire import Codec

ID = "0123456789abcdef" * 2
KEY = "my-key-0001"
HEX = "32 lower-case hexadecimal digits"
BODY: dict[str, Any] = {"content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hej"}]}]}
ENCODE = {"json": msgspec.json.encode, "msgpack": msgspec.msgpack.encode}
EVERY_INTEGER = "from 0 to 9007199254740991"


def message(body: Any) -> dict[str, Any]:
    return {"type": "message.send", "thread_id": ID, "client_message_id": KEY, "body": body}


def text(**fields: Any) -> dict[str, Any]:
    return message({"content": [{"type": "paragraph", "content": [{"type": "text", **fields}]}]})


MISTAKES: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "pattern": ({"type": "thread.read", "thread_id": "x"}, "$.thread_id", HEX, '"x"'),
    "pattern of a string that can't be seen": (
        {"type": "thread.read", "thread_id": "\u200b\n"}, "$.thread_id", HEX, '"\\u200b\\n"'
    ),
    "wrong type": ({"type": "thread.read", "thread_id": 5}, "$.thread_id", HEX, "5"),
    "wrong type, array": ({"type": "thread.read", "thread_id": []}, "$.thread_id", HEX, "an array"),
    "null": ({"type": "thread.read", "thread_id": None}, "$.thread_id", HEX, "null"),
    "missing": ({"type": "thread.read"}, "$", "a field `thread_id`", "an object without it"),
    "too long": (
        {"type": "thread.rename", "thread_id": ID, "subject": "x" * 201},
        "$.subject", "a string of 1 to 200 characters", "a string of 201 characters",
    ),
    "too short": (
        {"type": "thread.rename", "thread_id": ID, "subject": ""},
        "$.subject", "a string of 1 to 200 characters", '""',
    ),
    "too long, nothing said of the least": (
        {"type": "thread.list", "search": "x" * 101}, "$.search", "a string of at most 100 characters",
        "a string of 101 characters",
    ),
    "over the range": ({"type": "thread.list", "limit": 201}, "$.limit", "an integer from 1 to 200", "201"),
    "under the range": ({"type": "thread.list", "limit": 0}, "$.limit", "an integer from 1 to 200", "0"),
    "half of an integer": ({"type": "thread.list", "limit": 3.5}, "$.limit", "an integer from 1 to 200", "3.5"),
    "a number as text": ({"type": "thread.list", "limit": "2"}, "$.limit", "an integer from 1 to 200", '"2"'),
    "true as a number": ({"type": "thread.list", "limit": True}, "$.limit", "an integer from 1 to 200", "true"),
    "null where there is a default": (
        {"type": "thread.list", "limit": None}, "$.limit", "an integer from 1 to 200, or no such field", "null"
    ),
    "a time": (
        {"type": "thread.list", "since": -1},
        "$.since", f"milliseconds since 1970-01-01T00:00Z, an integer {EVERY_INTEGER} or null", "-1",
    ),
    "a float beyond 53 bits": (
        {"type": "mark.read", "thread_id": ID, "seq": 2.0**53},
        "$.seq", f"an integer {EVERY_INTEGER}", "9007199254740992.0",
    ),
    "an integer beyond 53 bits": (
        {"type": "mark.read", "thread_id": ID, "seq": 2**53},
        "$.seq", f"an integer {EVERY_INTEGER}", "9007199254740992",
    ),
    "enum": ({"type": "thread.list", "state": ""}, "$.state", "one of: active, archived", '""'),
    "enum, wrong type": ({"type": "thread.list", "state": 1}, "$.state", "one of: active, archived", "1"),
    "boolean": (
        {"type": "task.set", "thread_id": ID, "task_id": ID, "done": 1}, "$.done", "true or false", "1"
    ),
    "array": (
        {"type": "thread.create", "account_id": ID, "client_message_id": KEY, "subject": "a", "body": BODY, "tasks": {}},
        "$.tasks", "an array of at most 100 items", "an object",
    ),
    "array, too long": (
        {"type": "thread.create", "account_id": ID, "client_message_id": KEY, "subject": "a", "body": BODY,
         "tasks": [{"text": "a"}] * 101},
        "$.tasks", "an array of at most 100 items", "an array of 101 items",
    ),
    "array, too short": (message({"content": []}), "$.body.content", "an array of 1 to 500 items", "an array of 0 items"),
    "object": (message([]), "$.body", "an object", "an array"),
    "map": ({"type": "mark.delivered", "positions": []}, "$.positions", "an object", "an array"),
    "key of a map": (
        {"type": "mark.delivered", "positions": {"x y": 1}}, '$.positions["x y"]', f"as key {HEX}", '"x y"'
    ),
    "value in a map": (
        {"type": "mark.delivered", "positions": {ID: "1"}},
        f'$.positions["{ID}"]', f"an integer {EVERY_INTEGER}", '"1"',
    ),
    "tag of a node": (
        message({"content": [{"type": "table"}]}),
        "$.body.content[0].type", "one of: paragraph, bullet_list, ordered_list", '"table"',
    ),
    "node without a tag": (message({"content": [{}]}), "$.body.content[0]", "a field `type`", "an object without it"),
    "tag that is no text": (
        message({"content": [{"type": 1}]}),
        "$.body.content[0].type", "one of: paragraph, bullet_list, ordered_list", "1",
    ),
    "unknown field where none may be": (
        message(BODY | {"colour": 1}), "$.body", "no fields but `content`", 'a field "colour"'
    ),
    "unknown field of a node": (
        text(text="a", bold=True), "$.body.content[0].content[0]",
        "no fields but `type`, `text`, `strong`, `em`, `underline`, `link`", 'a field "bold"',
    ),
    "link": (
        text(text="a", link="javascript:x"), "$.body.content[0].content[0].link",
        "an absolute http, https or mailto address or null", '"javascript:x"',
    ),
}  # fmt: skip


def refused(data: bytes, kind: Any, codec: Codec) -> Invalid:
    with pytest.raises(Invalid) as refusal:
        second_look(data, kind, codec)
    return refusal.value


def said(error: Invalid) -> tuple[str | None, str | None, str | None]:
    return error.problem.path, error.problem.expected, error.problem.got


@pytest.mark.parametrize("codec", ["json", "msgpack"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_on_the_socket(mistake: str, codec: Codec) -> None:
    command, path, expected, got = MISTAKES[mistake]
    with pytest.raises(Invalid) as refusal:
        frames.decode_client_frame(ENCODE[codec]({"type": "call", "id": 7, "command": command}), codec)
    assert said(refusal.value) == ("$.command" + path[1:], expected, got)
    assert refusal.value.problem.message == f"$.command{path[1:]}: expected {expected}, got {got}"


@pytest.mark.parametrize(
    ("command", "expected", "got"),
    [
        ({"thread_id": b"x"}, HEX, "binary"),
        ({"thread_id": msgspec.msgpack.Ext(0, b"\0")}, HEX, "extension type 0"),
        ({"thread_id": msgspec.Raw(b"\xd6\xff\0\0\0\0")}, HEX, "a timestamp (extension type -1)"),
    ],
)
def test_what_only_messagepack_can_say_is_named(command: dict[str, Any], expected: str, got: str) -> None:
    call = {"type": "call", "id": 7, "command": {"type": "thread.read"} | command}
    assert said(refused(msgspec.msgpack.encode(call), frames.ClientFrame, "msgpack")) == (
        "$.command.thread_id", expected, got
    )  # fmt: skip


@pytest.mark.parametrize(("key", "shown"), [(b"thread_id", "binary"), (5, "5"), (None, "null")])
def test_a_key_that_is_no_text_is_named(key: Any, shown: str) -> None:
    call = {"type": "call", "id": 7, "command": {"type": "thread.read", key: ID}}
    answer = refused(msgspec.msgpack.encode(call), frames.ClientFrame, "msgpack")
    assert said(answer) == (f"$.command[{shown}]", "a string as key", shown)
    hello = refused(msgspec.msgpack.encode({"type": "hello", "positions": {key: 1}}), frames.ClientFrame, "msgpack")
    assert said(hello) == (f"$.positions[{shown}]", "a string as key", shown)


@pytest.mark.parametrize("codec", ["json", "msgpack"])
def test_frames_and_commands_nobody_knows_are_named(codec: Codec) -> None:
    def of(frame: Any) -> Invalid:
        return refused(ENCODE[codec](frame), frames.ClientFrame, codec)

    assert said(of({"type": "weather"})) == ("$.type", "one of: hello, call", '"weather"')
    assert said(of([])) == ("$", "an object", "an array")
    unknown = of({"type": "call", "id": 1, "command": {"type": "message.sing"}})
    assert isinstance(unknown, UnknownCommand)
    assert said(unknown) == ("$.command.type", "a known command", '"message.sing"')


@pytest.mark.parametrize("codec", ["json", "msgpack"])
@pytest.mark.parametrize("number", [1.0, 4 / 2, 1.7e12, -0.0, 2.0**53 - 1])
def test_an_integer_may_be_written_as_a_float(number: float, codec: Codec) -> None:
    """Lua, Perl and PHP have no others; 1.0 is an integer to JSON Schema too."""
    call = {"type": "call", "id": 3.0, "command": {"type": "thread.list", "since": number}}
    frame = frames.decode_client_frame(ENCODE[codec](call), codec)
    assert frame == frames.Call(id=3, command=ThreadList(since=int(number)))
    assert partial_id(ENCODE[codec](call | {"command": {}}), codec) == 3


@pytest.mark.parametrize("text", ["1.0", "1e0", "10E-1", "1.000"])
def test_every_way_to_write_one_is_one(text: str) -> None:
    call = b'{"type":"call","id":1,"command":{"type":"thread.list","limit":%s}}' % text.encode()
    assert frames.decode_client_frame(call, "json") == frames.Call(id=1, command=ThreadList(limit=1))


def test_json_on_a_messagepack_socket_is_told_so_and_the_other_way_round() -> None:
    call = {"type": "call", "id": 1, "command": {"type": "me.read"}}
    for data in (json.dumps(call).encode(), b"\n " + json.dumps(call).encode()):
        assert said(refused(data, frames.ClientFrame, "msgpack")) == (
            "$", "MessagePack, as the subprotocol says", "JSON"
        )  # fmt: skip
    assert said(refused(msgspec.msgpack.encode(call), frames.ClientFrame, "json")) == (
        "$", "JSON, as the subprotocol says", "MessagePack"
    )  # fmt: skip


@pytest.mark.parametrize("escape", [r"\ud800", r"a\udc00b", r"\ud83dx", r"\ude00\ud83d"])
@pytest.mark.parametrize("id_first", [True, False])
def test_half_a_character_is_named_and_its_call_is_found(escape: str, id_first: bool) -> None:
    """JavaScript writes such escapes; an error that finds no call would have its outbox try for ever."""
    command = json.dumps(text(text="QQ")).replace("QQ", escape)
    parts = ['"id":7', f'"command":{command}']
    data = ('{"type":"call",' + ",".join(parts if id_first else parts[::-1]) + "}").encode()
    path, expected, got = said(refused(data, frames.ClientFrame, "json"))
    assert (path, expected) == ("$.command.body.content[0].content[0].text", "text without lone surrogates")
    assert got == f'"{escape}"'
    assert partial_id(data, "json") == 7


def test_text_that_is_none_is_found_in_messagepack_too() -> None:
    data = msgspec.msgpack.encode({"type": "call", "command": text(text="QQQ"), "id": 7}).replace(
        b"QQQ", b"\xed\xa0\x80"
    )
    path, expected, got = said(refused(data, frames.ClientFrame, "msgpack"))
    assert path == "$.command.body.content[0].content[0].text"
    assert expected == "text in UTF-8, without surrogates"
    assert got == "byte 0xed, which can't stand there"
    assert partial_id(data, "msgpack") == 7


@pytest.mark.parametrize(
    ("data", "expected", "got"),
    [
        (b'{"type":"call","id":7,"command":{"type":"me.read"}', "well-formed JSON", "an end that comes too early"),
        (b'{"type":"call","id":7,"command":NaN}', "well-formed JSON", "invalid character (byte 32)"),
        (b'{"type":"call","id":7,"x":"\xff"}', "text in UTF-8, without surrogates", None),
        (b'{"type":"call","id":7,"x":' + b"[" * 3_000, "a document of moderate depth", "too many levels"),
        (b'{"id": 7 , "x":"\n"}', "well-formed JSON", "invalid character (byte 16)"),
    ],
)
def test_what_is_no_json_at_all_still_finds_its_call(data: bytes, expected: str, got: str | None) -> None:
    answer = said(refused(data, frames.ClientFrame, "json"))
    assert answer[:2] == ("$", expected)
    assert got is None or answer[2] == got
    assert partial_id(data, "json") == 7


def test_a_number_without_end_is_named() -> None:
    data = b'{"type":"call","id":7,"command":{"type":"thread.list","limit":1e400}}'
    assert said(refused(data, frames.ClientFrame, "json"))[0] == "$.command.limit"


def test_lists_in_lists_without_end_are_refused() -> None:
    def nested(levels: int) -> dict[str, Any]:
        block: dict[str, Any] = {"type": "paragraph"}
        for _ in range(levels):
            block = {"type": "bullet_list", "items": [{"content": [block]}]}
        return message({"content": [block]})

    frames.decode_client_frame(
        msgspec.json.encode({"type": "call", "id": 7, "command": nested(BODY_DEPTH_MAX)}), "json"
    )
    hole = msgspec.json.encode({"type": "call", "id": 7, "command": message({"content": ["HOLE"]})})
    levels = b'{"type":"bullet_list","items":[{"content":[' * 400 + b"]}]}" * 400
    data = hole.replace(b'"HOLE"', levels)
    assert said(refused(data, frames.ClientFrame, "json"))[1] == "a document of moderate depth"


# it agrees with msgspec

EXAMPLES: list[Any] = [mistake[0] for mistake in MISTAKES.values()] + [
    msgspec.to_builtins(command)
    for command in (
        MessageSend(thread_id=ID, client_message_id=KEY, body=paragraph("a\nb")),
        ThreadList(),
        FirmUpdate(reminder_days=3),
        MarkDelivered(positions={ID: 4}),
        StaffUpdate(staff_id=ID, rights=[]),
        SessionCreate(email="a@b.example", password="x"),
    )
]
KEYS = st.sampled_from(["type", "id", "x", ID])
JUNK: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 2**54) | st.sampled_from([0.5, "", "x", ID, KEY, "t:" + ID, "active"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@st.composite
def spoiled(draw: Any) -> Any:
    """A call with junk in one or two places."""

    def spoil(value: Any) -> Any:
        if isinstance(value, dict) and value and draw(st.integers(0, 9)):
            key = draw(st.sampled_from(sorted(value)))
            if not draw(st.integers(0, 5)):
                return {name: item for name, item in value.items() if name != key}
            if not draw(st.integers(0, 5)):
                return value | {draw(st.sampled_from(["type", "extra", *sorted(value)])): draw(JUNK)}
            return value | {key: spoil(value[key])}
        if isinstance(value, list) and value and draw(st.integers(0, 9)):
            place = draw(st.integers(0, len(value) - 1))
            return [*value[:place], spoil(value[place]), *value[place + 1 :]]
        return draw(JUNK)

    value: Any = {"type": "call", "id": 1, "command": draw(st.sampled_from(EXAMPLES))}
    for _ in range(draw(st.integers(0, 2))):
        value = spoil(value)
    return value


@settings(max_examples=1_500, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(spoiled())
def test_a_fault_is_found_exactly_where_msgspec_finds_one(value: Any) -> None:
    try:
        msgspec.convert(value, frames.ClientFrame)
    except msgspec.ValidationError:
        fault = explain.fault_in(value, frames.ClientFrame)
        assert fault is not None
        words = set(f"{fault.expected} {fault.got}".split())
        assert fault.path.startswith("$")
        assert not words & {"None", "True", "False", "str", "`str`", "int", "`int`", "dict", "bytes", "float"}
    else:
        assert explain.fault_in(value, frames.ClientFrame) is None


def test_every_pattern_has_words() -> None:
    """What a person reads is a description, never a regular expression."""
    schemas = json.dumps(msgspec.json.schema_components([*get_args(frames.ClientFrame)])[1])

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            assert "pattern" not in part or "description" in part, part
            for inner in part.values():
                walk(inner)
        elif isinstance(part, list):
            for inner in part:
                walk(inner)

    walk(json.loads(schemas))
