"""Other people's parsers, linters, validators and generators take the machine-readable documents, and what they make works.

What each of them made of an earlier document, and what a stranger would have lost, is told in protocol.describing.schemas.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from protocol.accounts import AccountList
from protocol.audit import AuditList
from protocol.body import paragraph
from protocol.commands import Command
from protocol.describing import descriptions, shapes
from protocol.firms import FirmRead
from protocol.ids import new_id, thread_stream
from protocol.inbox import NotificationList
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.reminders import ReminderRead
from protocol.sessions import MeRead
from protocol.staff import StaffList
from protocol.streams import StreamRead, ThreadOpen
from protocol.tasks import TaskList
from protocol.threads import ThreadList, ThreadRead
from tests.foreign.programs import HERE, NODE_BIN, PYTHON_BIN, said_by, tool
from tests.protocol.test_conversation import emma_and_tom
from tests.server.talking import RunningNode, node
from tests.world import PASSWORD, World

pytestmark = pytest.mark.anyio
STRICT = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom", "--module", "esnext"]
STRICT += ["--moduleResolution", "bundler", "--allowImportingTsExtensions"]


@pytest.fixture
def openapi(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(descriptions.openapi()))
    return path


@pytest.fixture
def asyncapi(tmp_path: Path) -> Path:
    path = tmp_path / "asyncapi.json"
    path.write_text(json.dumps(descriptions.asyncapi()))
    return path


@pytest.fixture
async def served(world: World, redis_url: str) -> AsyncIterator[RunningNode]:
    await emma_and_tom(world)
    async with node(world, redis_url) as one:
        yield one


# parsers and linters


async def test_asyncapi_parser(asyncapi: Path) -> None:
    tool(NODE_BIN, "tsc")
    said = json.loads(await said_by("node", HERE / "asyncapi.mjs", asyncapi))
    assert [found for found in said["diagnostics"] if found[0] != "asyncapi-latest-version"] == []
    sent = len(shapes.members(Command)) - len(shapes.WITHOUT_SESSION)
    assert said["replies"] == sent + 1  # and hello
    assert said["operations"] > said["replies"]


async def test_spectral(openapi: Path, asyncapi: Path) -> None:
    spectral = tool(NODE_BIN, "spectral")
    for path in (openapi, asyncapi):
        rules = HERE / f"{path.stem}.spectral.yaml"
        await said_by(spectral, "lint", "--fail-severity=hint", "--ruleset", rules, path)


async def test_redocly(openapi: Path) -> None:
    said = await said_by(tool(NODE_BIN, "redocly"), "lint", "--format=json", openapi)
    assert json.loads(said)["problems"] == []


async def test_openapi_spec_validator(openapi: Path) -> None:
    await said_by(tool(PYTHON_BIN, "openapi-spec-validator"), openapi)


# schemas


async def answers(world: World, one: RunningNode) -> list[tuple[str, Any]]:
    """What a real server answers, with the name of the schema that says what it is."""
    (thread,) = (await world.do(world.tom, ThreadList())).threads
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Hej"))
    asked: list[Any] = [
        said, MeRead(), FirmRead(), StaffList(), AccountList(), ThreadList(), ThreadRead(thread_id=thread.id),
        ThreadOpen(thread_id=thread.id), StreamRead(stream=thread_stream(thread.id)), TaskList(),
        NotificationList(),
        ReminderRead(thread_id=thread.id), AuditList(thread_id=thread.id), MarkRead(thread_id=thread.id, seq=1),
        ThreadRead(thread_id=new_id()), MessageSend(thread_id="x", client_message_id="", body=paragraph(" ")),
    ]  # fmt: skip
    found = []
    async with httpx.AsyncClient(base_url=one.http_url, timeout=30) as http:
        for person in (world.tom, world.emma):
            http.headers["Authorization"] = f"Bearer {world.token_of(person)}"
            for command in asked:
                tag = shapes.tag_of(type(command))
                answer = await http.post(f"/api/v1/{tag}", json=msgspec.to_builtins(command))
                name = shapes.result_of(type(command)).__name__ if answer.status_code == 200 else "ProblemDocument"
                found.append((name, answer.json()))
    return found


async def test_ajv_compiles_every_schema_and_answers_conform(
    world: World, served: RunningNode, openapi: Path, tmp_path: Path
) -> None:
    tool(NODE_BIN, "tsc")
    real = await answers(world, served)
    assert len({name for name, _ in real}) > 10
    recorded = tmp_path / "answers.json"
    recorded.write_text(json.dumps(real))
    said = json.loads(await said_by("node", HERE / "schemas.mjs", openapi, recorded))
    assert said["wrong"] == []
    assert said["schemas"] == len(descriptions.openapi()["components"]["schemas"])


async def test_a_wrong_answer_is_noticed(openapi: Path, tmp_path: Path) -> None:
    tool(NODE_BIN, "tsc")
    recorded = tmp_path / "answers.json"
    recorded.write_text(json.dumps([("MessageAccepted", {"message_id": "x", "stream": "t", "seq": 1, "at": 2**60})]))
    ((name, errors),) = json.loads(await said_by("node", HERE / "schemas.mjs", openapi, recorded))["wrong"]
    assert name == "MessageAccepted"
    assert {error["instancePath"] for error in errors} == {"/message_id", "/at"}


# generators


async def test_openapi_typescript(openapi: Path, tmp_path: Path) -> None:
    await said_by(tool(NODE_BIN, "openapi-typescript"), openapi, "-o", tmp_path / "made" / "schema.ts")
    shutil.copy(HERE / "uses_types.ts", tmp_path)
    await said_by(tool(NODE_BIN, "tsc"), *STRICT, "uses_types.ts", cwd=tmp_path)


async def test_openapi_python_client(served: RunningNode, openapi: Path, tmp_path: Path) -> None:
    generator = tool(PYTHON_BIN, "openapi-python-client")
    made = await said_by(generator, "generate", "--path", openapi, "--meta", "none", "--output-path", "chattar_client",
                         "--fail-on-warning", cwd=tmp_path)  # fmt: skip
    assert "warning" not in made.lower()
    shutil.copy(HERE / "uses_client.py", tmp_path)
    python, arguments = tool(PYTHON_BIN, "python"), (served.http_url, "emma@harbour.example", PASSWORD)
    assert (await said_by(python, "uses_client.py", *arguments, cwd=tmp_path)).strip() == "4"


async def generated(openapi: Path, language: str, *options: str) -> Path:
    """A client by openapi-generator, without its tests and documents."""
    made = openapi.parent / language
    only = "--global-property=apiDocs=false,modelDocs=false,apiTests=false,modelTests=false"
    await said_by(
        tool(PYTHON_BIN, "openapi-generator-cli"), "generate", "-i", openapi, "-g", language, "-o", made, only, *options
    )
    return made


async def test_openapi_generator_for_typescript(openapi: Path) -> None:
    made = await generated(openapi, "typescript-fetch")
    await said_by(tool(NODE_BIN, "tsc"), *STRICT, made / "index.ts")


async def test_openapi_generator_for_go(openapi: Path) -> None:
    """Built by hand with Go 1.27.3 (see README.md). Here it is read for what broke it: times in 32 bits, two things of one
    name, and models that refuse what a newer server adds."""
    made = await generated(openapi, "go", "--additional-properties=useOneOfDiscriminatorLookup=true")
    texts = {path.name: path.read_text() for path in made.glob("*.go")}
    assert "ExpiresAt int64 " in texts["model_session_opened.go"]
    assert not [name for name, text in texts.items() if re.search(r"\bint32\b", text) and re.search(r"At +int32", text)]
    whole = "\n".join(texts.values())
    declared = re.findall(r"^func (\w+)\(|^type (\w+) ", whole, re.MULTILINE)
    names = [function or kind for function, kind in declared]
    assert sorted({name for name in names if names.count(name) > 1}) == []
    for answer in ("session_opened", "thread", "thread_opened", "stream_event", "message_sent", "problem_document"):
        assert "DisallowUnknownFields" not in texts[f"model_{answer}.go"]


async def test_openapi_generator_for_java(openapi: Path) -> None:
    made = await generated(openapi, "java")
    (model,) = made.rglob("SessionOpened.java")
    assert "private Long expiresAt;" in model.read_text()
