"""What is exported says what the structs say, and every description of the protocol holds together."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from protocol import frames
from protocol.commands import Command
from protocol.describing import descriptions, export, shapes, tables
from protocol.threads import ThreadView

ROOT = Path(__file__).resolve().parents[2]


def test_no_exported_file_is_stale() -> None:
    assert export.stale() == [], "run python -m protocol.describing.export"


def test_a_stale_file_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "protocol.gen.ts"
    old.write_text(export.TYPESCRIPT.read_text(encoding="utf-8").replace("message.send", "message.said"))
    monkeypatch.setattr(export, "TYPESCRIPT", old)
    assert export.stale() == [old]


def test_typescript_accepts_the_types(tmp_path: Path) -> None:
    web = ROOT / "web_client"
    source = tmp_path / "protocol.gen.ts"
    source.write_bytes(export.TYPESCRIPT.read_bytes())
    options = json.loads((web / "tsconfig.json").read_text())["compilerOptions"] | {"types": [], "noEmit": True}
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": [source.name]}))
    done = subprocess.run(
        [web / "node_modules" / ".bin" / "tsc", "-p", tmp_path], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout


def test_every_table_has_a_place_in_the_document() -> None:
    document = export.DOCUMENT.read_text(encoding="utf-8")
    assert {found[2] for found in tables.MARKERS.finditer(document)} == set(tables.TABLES)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def found(document: Any, reference: str) -> bool:
    for step in reference.removeprefix("#/").split("/"):
        if step not in document:
            return False
        document = document[step]
    return True


@pytest.mark.parametrize("describe", [descriptions.openapi, descriptions.asyncapi])
def test_every_reference_leads_somewhere(describe: Any) -> None:
    document = describe()
    dangling = {reference for reference in references(document) if not found(document, reference)}
    assert dangling == set()
    assert json.loads(json.dumps(document)) == document


def test_openapi_has_each_command_without_its_tag() -> None:
    document = descriptions.openapi()
    tags = {shapes.tag_of(command) for command in shapes.members(Command)}
    assert set(document["paths"]) == {f"/api/v1/{tag}" for tag in tags}
    assert "type" not in document["components"]["schemas"]["MessageSend"]["properties"]
    assert document["components"]["schemas"]["MessageSend"]["required"] == ["thread_id", "client_message_id", "body"]


def test_the_commands_that_need_no_session_are_those_of_the_access_table() -> None:
    from server.commands import TABLE
    from server.core import rules as access

    for entry in TABLE:
        assert (entry.rule is access.anyone) == (entry.command in shapes.WITHOUT_SESSION), entry.command


def test_a_placeholder_is_described_nowhere() -> None:
    texts = [json.dumps(descriptions.openapi()), json.dumps(descriptions.asyncapi())]
    texts += [path.read_text(encoding="utf-8") for path in export.exports()]
    assert not [text for text in texts if "UnknownEvent" in text]


def test_asyncapi_has_each_frame_in_its_direction() -> None:
    operations = descriptions.asyncapi()["operations"]
    asked: list[type[msgspec.Struct]] = [*shapes.members(Command), frames.Hello]
    client = {f"receive.{shapes.tag_of(command)}" for command in asked if command not in shapes.WITHOUT_SESSION}
    server = {f"send.{shapes.tag_of(frame)}" for frame in shapes.members(frames.ServerFrame)} - {"send.reply"}
    assert set(operations) == client | server


def test_asyncapi_ties_each_result_to_its_command() -> None:
    document = descriptions.asyncapi()
    told = {name: operation["reply"] for name, operation in document["operations"].items() if "reply" in operation}
    for command in shapes.members(Command):
        if command in shapes.WITHOUT_SESSION:
            continue
        tag, result = shapes.tag_of(command), shapes.result_of(command).__name__
        assert [step["$ref"].rpartition("/")[2] for step in told[f"receive.{tag}"]["messages"]] == [
            f"reply.{tag}",
            "error",
        ]
        payload = document["components"]["messages"][f"reply.{tag}"]["payload"]["$ref"].rpartition("/")[2]
        answer = document["components"]["schemas"][payload]["properties"]
        assert answer["result"] == {"$ref": f"#/components/schemas/{result}"}
        assert answer["type"]["enum"] == ["reply"]


def schemas_in(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    def within(name: str, part: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        if isinstance(part, dict):
            yield name, part
            for inner in part.values():
                yield from within(name, inner)
        elif isinstance(part, list):
            for inner in part:
                yield from within(name, inner)

    for name, schema in document["components"]["schemas"].items():
        yield from within(name, schema)


@pytest.mark.parametrize("describe", [descriptions.openapi, descriptions.asyncapi])
def test_schemas_are_what_generators_need(describe: Any) -> None:
    """What each of these did to a generated client stands in protocol.describing.schemas."""
    document = json.loads(json.dumps(describe()))
    for name, part in schemas_in(document):
        assert "default" not in part, name
        assert "discriminator" not in part or "anyOf" not in part, name
        if part.get("type") == "integer":
            assert part.get("format") == "int64" or part["maximum"] < 2**31, name
    # Go makes a constructor NewX for each X.
    names = set(document["components"]["schemas"])
    assert {name for name in names if name.removeprefix("New") in names - {name}} == set()


def test_answers_may_grow_and_bodies_may_not() -> None:
    schemas = descriptions.openapi()["components"]["schemas"]
    for name in ("Thread", "Task", "StreamEvent", "MessageSent", "ProblemDocument", "Done"):
        assert schemas[name]["additionalProperties"] is True, name
    for name in ("Body", "Paragraph", "Text", "Mention"):
        assert schemas[name]["additionalProperties"] is False


def test_a_command_without_fields_has_no_body() -> None:
    """Generators send null for an optional one that isn't given."""
    paths = descriptions.openapi()["paths"]
    assert "requestBody" not in paths["/api/v1/me.read"]["post"]
    assert paths["/api/v1/thread.list"]["post"]["requestBody"]["required"] is False
    assert paths["/api/v1/thread.open"]["post"]["requestBody"]["required"] is True


def test_both_documents_say_where_the_server_is() -> None:
    assert descriptions.openapi("https://chat.falk.example")["servers"] == [{"url": "https://chat.falk.example"}]
    assert descriptions.asyncapi("http://localhost:8000")["servers"]["socket"] == {
        "host": "localhost:8000",
        "protocol": "ws",
    }


def test_every_noun_is_explained() -> None:
    nouns = {shapes.tag_of(command).partition(".")[0] for command in shapes.members(Command)}
    explained = descriptions.nouns()
    assert set(explained) == nouns
    assert all(text.endswith(".") for text in explained.values())


RULE: Final = re.compile(r"\b[A-Z]{2}-\d+\b|\bP\d+\b|\b[Ss]pec(ification)? \d|\b[Ss]ection \d|\b[Dd]ecision \d")


def test_nobody_is_referred_to_a_document_that_they_do_not_have() -> None:
    texts = [json.dumps(descriptions.openapi()), json.dumps(descriptions.asyncapi())]
    texts += [path.read_text(encoding="utf-8") for path in export.exports()]
    texts = [re.sub(r"\bUTF-\d+|\bRFC \d+", "", text) for text in texts]
    assert [found.group() for text in texts for found in RULE.finditer(text)] == []


def test_every_field_with_a_default_may_be_left_out_of_the_bytes() -> None:
    """The exported types call such fields optional; so the server has to be able to read what leaves them out."""
    thread = {
        "id": "0" * 32,
        "account": {"id": "1" * 32, "name": "A"},
        "subject": "S",
        "state": "active",
        "created_at": 1,
        "created_by": {"id": "2" * 32, "side": "staff", "name": "N"},
        "head": 1,
        "updated_at": 1,
        "last_message_at": 1,
    }
    read = msgspec.convert({"thread": thread}, ThreadView)
    assert msgspec.to_builtins(read) == {"thread": thread}
