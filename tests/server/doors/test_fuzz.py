"""Whatever is sent to whichever command, nobody gets a fault of ours: made-up bodies by the server's own description, from
people of both sides, about things that exist and things that don't."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from protocol.accounts import AccountCreate, AccountList
from protocol.asked import Asked
from protocol.body import paragraph
from protocol.describing import descriptions
from protocol.describing.descriptions import COMMAND_PATH, ProblemDocument
from protocol.describing.shapes import tag_of
from protocol.errors import ERRORS
from protocol.frames import (
    INVALID_FRAMES_MAX,
    JSON_SUBPROTOCOL,
    MSGPACK_SUBPROTOCOL,
    SUBPROTOCOLS,
    ErrorFrame,
    Reply,
)
from protocol.ids import new_id, notes_stream, thread_stream, user_stream
from protocol.messages import MessageSend
from protocol.sessions import MeRead
from protocol.tasks import TaskAdd
from protocol.threads import ThreadList, ThreadRename
from server.commands import TAGS
from server.sessions import actions as sessions
from tests.server.talking import RunningNode, node, talk
from tests.world import World

pytestmark = pytest.mark.anyio

EXAMPLES = 10
"""For each command, and as many spoiled ones."""
PLACES = ("account_id", "thread_id", "task_id", "before_id", "staff_id", "contact_id", "stream", "email")
CHOICES = 3
JUNK: list[Any] = [
    None,
    True,
    -1,
    0,
    2**53,
    2**64 - 1,
    1.5,
    "",
    "\x00",
    "$ne",
    "\U0001f600",
    "x" * 300,
    [],
    [[]],
    {},
    {"$gt": ""},
]


@dataclass(frozen=True)
class Offered:
    """A command with a body that somebody could send."""

    name: str
    body: bytes


def described() -> dict[str, Any]:
    """The server's own description, with placeholders where ids are asked for: bodies are then the same in every run."""
    document: dict[str, Any] = json.loads(json.dumps(descriptions.openapi()))
    for operation in document["paths"].values():
        operation["post"].pop("security", None)  # who asks is our choice
    for schema in document["components"]["schemas"].values():
        for name in PLACES:
            if name in schema.get("properties", {}):
                schema["properties"][name] = {"enum": [f"{name}-{choice}" for choice in range(CHOICES)]}
    return document


def made_up(document: dict[str, Any]) -> Iterator[Offered]:
    """Bodies for every command: some as the description says, and each of them spoiled in one place."""
    chance = random.Random(1)
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        name = operation.path.removeprefix(COMMAND_PATH)
        strategy = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        for body in drawn(strategy.map(lambda case: case.body)):
            # What is neither stands for no body at all.
            whole = body if isinstance(body, dict) else {}
            yield Offered(name, json.dumps(whole).encode())
            yield Offered(name, json.dumps(spoiled(whole, chance)).encode())
        yield Offered(name, b'{"' + b"[" * 2_000)
        yield Offered(name, b'{"limit":%d,"since":%d,"seq":%d}' % (2**70, 2**70, 2**70))
        yield Offered(name, json.dumps({"x": "y" * 70_000}).encode())


def spoiled(value: Any, chance: random.Random) -> Any:
    """The value with junk in one place, somewhere within it."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(sorted(value))
        return {**value, key: spoiled(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.8:
        place = chance.randrange(len(value))
        return [*value[:place], spoiled(value[place], chance), *value[place + 1 :]]
    return chance.choice(JUNK)


def drawn(strategy: SearchStrategy[Any]) -> list[Any]:
    """Some values, the same in every run."""
    values: list[Any] = []

    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: Any) -> None:
        values.append(value)

    collect()
    return values


def fault_in(asked: Offered, answer: httpx.Response) -> str | None:
    """What is wrong with an answer: a fault of ours, or one that doesn't say what is wrong with what was asked."""
    if answer.status_code == 200:
        msgspec.json.decode(answer.content, type=TAGS[asked.name].command.Result)
        return None
    problem = msgspec.json.decode(answer.content, type=ProblemDocument)
    if answer.status_code >= 500 or problem.code not in ERRORS or problem.status != answer.status_code:
        return f"{answer.status_code} {answer.text}"
    if problem.code == "invalid" and not (problem.path and problem.expected and problem.got is not None):
        return f"invalid, without saying where, what was expected or what came: {answer.text}"
    return None


def known_things(world: World, thread_id: str, task_id: str) -> dict[str, list[str]]:
    """For each place what exists, what exists elsewhere, and what doesn't exist."""
    return {
        "account_id": [world.holm.id, world.harbour.id, new_id()],
        "thread_id": [thread_id, thread_id, new_id()],
        "task_id": [task_id, task_id, new_id()],
        "before_id": [task_id, task_id, new_id()],
        # Not those whose sessions are used: what takes their access away would end the test's reach.
        "staff_id": [world.olle.id, world.tom.id, new_id()],
        "contact_id": [world.linn.id, world.nils.id, new_id()],
        "stream": [thread_stream(thread_id), notes_stream(thread_id), user_stream(world.petra.id)],
        "email": [world.gunilla.email, world.emma.email, "nobody@nowhere.example"],
    }


def placed(body: bytes, known: Mapping[str, Sequence[str]]) -> bytes:
    """A body with what the placeholders stand for."""
    for name in PLACES:
        for choice, value in enumerate(known[name]):
            body = body.replace(f'"{name}-{choice}"'.encode(), f'"{value}"'.encode())
    return body


async def test_no_command_answers_with_a_fault_of_ours(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "FORGOT_ANSWER_S", 0)
    thread = await world.thread(tasks=["Kvitton"])
    await world.settled()
    (task,) = await world.store.tasks.of_thread(world.firm.id, thread.id)
    known = known_things(world, thread.id, task.id)
    # Last what ends the sessions that the others are sent in.
    asked = sorted(made_up(described()), key=lambda one: (one.name == "session.end", one.name))
    assert {one.name for one in asked} == set(TAGS)
    limits = (
        "logins_per_email",
        "logins_per_email_from_everywhere",
        "logins_per_address",
    )
    plenty: dict[str, Any] = dict.fromkeys(limits, 1_000_000)
    faults, successes = [], set()
    async with node(world, redis_url, **plenty) as one, httpx.AsyncClient(base_url=http_url(one), timeout=30) as client:
        for command in asked:
            for person in (world.anna, world.petra):
                headers = {"authorization": f"Bearer {world.token_of(person)}", "content-type": "application/json"}
                answer = await client.post(
                    COMMAND_PATH + command.name, content=placed(command.body, known), headers=headers
                )
                if answer.status_code == 200:
                    successes.add(command.name)
                if (fault := fault_in(command, answer)) is not None:
                    faults.append(f"{person.name} {command}: {fault}")
    assert faults == []
    # It reached the actions and not only their doors.
    assert len(successes) > len(TAGS) / 2, sorted(successes)


def http_url(one: RunningNode) -> str:
    return f"http://127.0.0.1:{one.port}"


HOSTILE = ["(", "\\", "[", "$where", "{$gt: 0}", "\u200f", "\U0001f600", ".*" * 40]


@pytest.mark.parametrize("text", HOSTILE)
async def test_any_text_can_be_a_name_and_be_searched_for(world: World, text: str) -> None:
    thread, named = await world.thread(), f"x{text}x"
    for command in (
        ThreadRename(thread_id=thread.id, subject=named),
        TaskAdd(thread_id=thread.id, client_task_id=new_id(), text=named),
        AccountCreate(name=named, client_account_id=new_id()),
        MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(named)),
    ):
        await world.do(world.anna, command)
    await world.settled()
    assert [found.id for found in (await world.do(world.anna, ThreadList(search=text))).threads] == [thread.id]
    assert [found.name for found in (await world.do(world.anna, AccountList(search=text))).accounts] == [named]


@pytest.mark.parametrize("command", [ThreadList, AccountList])
def test_a_search_that_the_database_could_not_take_is_refused(command: type[Asked]) -> None:
    with pytest.raises(msgspec.ValidationError, match="search"):
        msgspec.json.decode(b'{"type":"%s","search":"a\\u0000b"}' % tag_of(command).encode(), type=command)


def junk_frames(codec: str, chance: random.Random) -> list[bytes]:
    """Frames that nobody of ours would send: cut off, of odd types, and plain noise."""
    call = {"type": "call", "id": 99, "command": {"type": "me.read"}}
    encode = msgspec.json.encode if codec == "json" else msgspec.msgpack.encode
    whole = encode(call)
    frames = [whole[:cut] for cut in range(1, len(whole), 7)]
    frames += [encode(spoiled(call, chance)) for _ in range(40)]
    frames += [chance.randbytes(chance.randrange(1, 200)) for _ in range(40)]
    if codec == "json":
        frames += [
            b'{"type":"call","id":1e400}',
            b'{"type":"call","id":%d}' % 2**70,
            b'{"type":"call","id":NaN}',
            b'"\\ud800"',
            b"\xef\xbb\xbf{}",
            b"{}{}",
            b" ",
        ]
    else:
        # A timestamp, a map whose keys are maps, a string that ends too early, lengths that promise gigabytes.
        frames += [
            b"\xd6\xff\x00\x00\x00\x00",
            b"\x81\x80\x80",
            b"\xa5ab",
            b"\xdf\xff\xff\xff\xff",
            b"\xdd\xff\xff\xff\xff",
            b"\xc1",
        ]
    return frames


@pytest.mark.parametrize("subprotocol", [JSON_SUBPROTOCOL, MSGPACK_SUBPROTOCOL])
async def test_no_frame_breaks_more_than_its_own_connection(world: World, redis_url: str, subprotocol: str) -> None:
    frames = junk_frames(SUBPROTOCOLS[subprotocol], random.Random(2))
    async with node(world, redis_url) as one, talk(one) as bystander:
        await bystander.hello(world.token_of(world.anna))
        while frames:
            some, frames = frames[:INVALID_FRAMES_MAX], frames[INVALID_FRAMES_MAX:]
            async with talk(one, subprotocol) as petra:
                await petra.hello(world.token_of(world.petra))
                for frame in some:
                    # Noise may not even be text: it goes as what it is, and is refused all the same.
                    await petra.socket.send(frame)
                answer = await petra.call(MeRead())
                assert isinstance(answer, Reply), answer
                refused = [heard.error for heard in petra.frames if isinstance(heard, ErrorFrame)]
                assert {error.code for error in refused} <= {"invalid", "unknown_command"}
        assert isinstance(await bystander.call(MeRead()), Reply)
