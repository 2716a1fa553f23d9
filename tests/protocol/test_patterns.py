"""Every pattern means the same to Python, which holds it, and to ECMAScript, which the world reads it with."""

import json
import re
import subprocess
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from protocol import body, wire
from protocol.blank import is_blank
from protocol.commands import Command
from protocol.describing import descriptions, shapes
from protocol.frames import ClientFrame, ServerFrame
from server.core.settings import Settings

ID = "0123456789abcdef" * 2
GOOD = [ID, "t:" + ID, "my-key-0001", "anna@firm.example", "https://chat.firm.example", "http://a:80", "mailto:a@b",
        "smtp://user:pass@host:25", "Kvitton\tmars", "", "mongodb://a", "redis://a"]  # fmt: skip
ODD = [*(chr(code) for code in range(0xA1)), "\u1680", "\u180e", "\u2000", "\u200a", "\u200b", "\u2028", "\u2029",
       "\u202f", "\u205f", "\u3000", "\ufeff", "\U0001f600", "\r\n", "\n\n"]  # fmt: skip
STRINGS = [*GOOD, *ODD, *(good + odd for good in GOOD for odd in ODD), *(odd + good for good in GOOD for odd in ODD),
           *(good[:9] + odd + good[9:] for good in GOOD for odd in ODD)]  # fmt: skip
IN_NODE = """
const { patterns, strings } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const answers = patterns.map((pattern) =>
  ["", "u"].map((flags) => strings.map((text) => (new RegExp(pattern, flags).test(text) ? "1" : "0")).join("")));
console.log(JSON.stringify(answers));
"""


def patterns_in(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("pattern"), str):
            yield part["pattern"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from patterns_in(inner)


def patterns() -> list[str]:
    """Every pattern that the product holds something to."""
    structs = [*typing.get_args(ClientFrame), *typing.get_args(ServerFrame), *typing.get_args(Command)]
    structs += [shapes.result_of(command) for command in typing.get_args(Command)]
    _, schemas = msgspec.json.schema_components(structs)
    return sorted(set(patterns_in(schemas)))


def test_python_and_ecmascript_agree_on_every_pattern() -> None:
    ours = patterns()
    assert len(ours) >= 6
    told = json.dumps({"patterns": [wire.ecmascript(pattern) for pattern in ours], "strings": STRINGS})
    node = subprocess.run(["node", "-e", IN_NODE], input=told, capture_output=True, text=True, timeout=60, check=True)
    for pattern, answers in zip(ours, json.loads(node.stdout), strict=True):
        here = "".join("1" if re.search(pattern, text) else "0" for text in STRINGS)
        for there in answers:
            differ = [text for text, one, other in zip(STRINGS, here, there, strict=True) if one != other]
            assert differ == [], pattern


def test_what_others_read_is_ecmascript_and_needs_no_look_ahead() -> None:
    """Look-ahead would agree as well, but RE2 (Go) and Rust know none."""
    documents = [descriptions.openapi(), descriptions.asyncapi()]
    read = {pattern for document in documents for pattern in patterns_in(document)}
    read |= {str(shapes.limits_in(meta).get("pattern", "")) for meta in shapes.limited().values()}
    for pattern in read:
        assert "\\Z" not in pattern
        assert "(?" not in pattern.replace("(?:", "")
        assert '\\"' not in pattern


def test_no_pattern_of_ours_ends_in_a_dollar() -> None:
    """To Python a dollar lets a line feed pass."""
    settings = [
        hint for hint in typing.get_type_hints(Settings, include_extras=True).values() if "Path" not in str(hint)
    ]
    held = [*patterns(), *(pattern for hint in settings for pattern in patterns_in(msgspec.json.schema(hint)))]
    assert [pattern for pattern in held if "$" in pattern] == []


@pytest.mark.parametrize("tail", ["\n", "\r", "\x00", "\u2028", "\x85"])
@pytest.mark.parametrize(
    ("kind", "good"),
    [
        (wire.Id, ID),
        (wire.ClientKey, "my-key-0001"),
        (wire.StreamName, "t:" + ID),
        (wire.Name, "Anna"),
        (wire.Subject, "Kvitton"),
        (wire.TaskText, "Kvitton"),
        (wire.Email, "anna@firm.example"),
        (wire.Search, "Kvitton"),
        (body.Link, "https://firm.example/"),
    ],
)
def test_nothing_hangs_on_behind(kind: Any, good: str, tail: str) -> None:
    assert msgspec.convert(good, kind) == good
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(good + tail, kind)


UNSEEN = ["\u200b", "\u00ad", "\u2060", "\u2800", "\u3164", "\ufeff", "\U000e0041", "\ufe0f", "\u115f", "\u034f", "\u061c",
          "\u17b4", "\u180e", "\uffa0", "\U0001d173", "\U000e0100", " ", "\u3000", "\t", "\x85", ""]  # fmt: skip


@pytest.mark.parametrize("text", UNSEEN)
def test_what_cannot_be_seen_is_blank(text: str) -> None:
    assert is_blank(text)
    assert is_blank(f" {text}{text} ")
    assert not is_blank(f"{text}å")
    assert not is_blank(f"{text}\U0001f600")


def test_the_browser_finds_the_same_code_points_blank() -> None:
    source = (Path(shapes.__file__).parents[2] / "web_client" / "src" / "core" / "blank.ts").read_text(encoding="utf-8")
    (literal,) = re.findall(r"^const UNSEEN = (/.*/u);$", source, re.MULTILINE)
    script = f"""
    const blank = [];
    for (let code = 0; code < 0x110000; code += 1)
      if ((code < 0xd800 || code > 0xdfff) && {literal}.test(String.fromCodePoint(code))) blank.push(code);
    console.log(JSON.stringify(blank));
    """
    node = subprocess.run(["node", "-e", script], capture_output=True, text=True, timeout=60, check=True)
    here = [code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF and is_blank(chr(code))]
    assert json.loads(node.stdout) == here
