"""What is within the limits of characters is read, however it is written; what is beyond is told so, and not for ever."""

import json
from typing import Any

import httpx
import msgspec
import pytest

from protocol.accounts import AccountCreate
from protocol.asked import Asked
from protocol.body import (
    BODY_CHARACTERS_MAX,
    BODY_LINK_CHARACTERS_MAX,
    BODY_NODES_MAX,
    Body,
    Paragraph,
    Text,
    check,
    paragraph,
)
from protocol.client.client import Client, call_over_http
from protocol.contacts import ContactCreate
from protocol.errors import Invalid
from protocol.firms import FirmUpdate
from protocol.frames import (
    EARLY_FRAME_BYTES_MAX,
    INBOUND_FRAME_BYTES_MAX,
    JSON_SUBPROTOCOL,
    MSGPACK_SUBPROTOCOL,
    READ_FRAME_BYTES_MAX,
    SUBPROTOCOLS,
    CloseCode,
    ErrorFrame,
    EventFrame,
    Hello,
    Reply,
    decode_client_frame,
    encode,
)
from protocol.ids import new_id
from protocol.messages import MessageSent
from protocol.sessions import MeRead
from protocol.streams import ThreadOpen
from protocol.tasks import TaskAdd, TaskAdded, TaskEdit, TaskToAdd
from protocol.threads import ThreadCreate, ThreadRename
from protocol.wire import Codec
from server.network import calls, connection
from server.network.fanout import PENDING_BYTES_MAX
from tests.server.talking import PLAIN, WIRE, Talk, node, talk
from tests.world import World

pytestmark = pytest.mark.anyio

EMOJI = "\U0001f600"
ID = "0" * 32


def largest() -> dict[str, Any]:
    """A command in which every limit is reached, of characters that take the most bytes."""
    links = [BODY_LINK_CHARACTERS_MAX // 2_000] * 10
    texts = BODY_NODES_MAX - 1
    inlines = [
        {"type": "text", "text": EMOJI, "strong": True, "em": True, "underline": True}
        | ({"link": "https://" + EMOJI * 1_992} if place < len(links) else {})
        for place in range(texts)
    ]
    inlines[-1]["text"] = EMOJI * (BODY_CHARACTERS_MAX - texts + 1)
    return {
        "type": "thread.create",
        "account_id": ID,
        "client_message_id": "k" * 64,
        "subject": EMOJI * 200,
        "body": {"content": [{"type": "paragraph", "content": inlines}]},
        "tasks": [{"text": EMOJI * 500, "client_task_id": "k" * 64}] * 100,
        "reminder": {"enabled": True, "days": 365, "number": 30},
    }


def test_the_largest_command_fits_with_every_character_escaped() -> None:
    call = {"type": "call", "id": 2**53 - 1, "command": largest()}
    command = msgspec.convert(call["command"], ThreadCreate)
    check(command.body)
    for data, codec in ((json.dumps(call).encode(), "json"), (msgspec.msgpack.encode(call), "msgpack")):
        assert len(data) <= INBOUND_FRAME_BYTES_MAX
        chosen: Codec = "json" if codec == "json" else "msgpack"
        assert decode_client_frame(data, chosen).command == command  # type: ignore[union-attr]


def test_the_event_of_the_largest_message_reaches_who_reads_slowly() -> None:
    """One that is longer than what may be pending would cut them off again and again."""
    body = msgspec.convert(largest()["body"], Body)
    event = MessageSent(message_id=ID, client_message_id="k" * 64, body=body)
    frame = EventFrame(stream="t:" + ID, seq=1, at=1, actor=None, event=event)
    assert len(encode(frame, "json")) < PENDING_BYTES_MAX * 3 / 4


def test_links_and_empty_items_have_limits_of_their_own() -> None:
    """They are no characters of the text, and would be as long as anybody likes."""
    long = Text(text="a", link="https://" + "x" * 2_000)
    check(Body(content=[Paragraph(content=[long] * 9)]))
    with pytest.raises(Invalid, match="characters of links"):
        check(Body(content=[Paragraph(content=[long] * 10)]))
    items = {"type": "bullet_list", "items": [{"content": []}] * 500}
    said = {"type": "paragraph", "content": [{"type": "text", "text": "a"}]}
    with pytest.raises(Invalid, match="nodes"):
        check(msgspec.convert({"content": [said, *[items] * 4]}, Body))


async def shout(person: Talk, frame: Any, *, escaped: bool) -> None:
    """Send a frame as other encoders write it."""
    if person.codec == "msgpack":
        await person.socket.send(msgspec.msgpack.encode(frame))
    else:
        await person.socket.send(json.dumps(frame, ensure_ascii=escaped))


async def accepted(person: Talk, call: int) -> None:
    """Listen until a call has its reply, and its messages have come as events too."""
    reply: Reply | None = None
    events = 0
    while reply is None or events == 0:
        frame = await person.hear()
        assert not isinstance(frame, ErrorFrame), frame
        if isinstance(frame, Reply) and frame.id == call:
            reply = frame
        events += isinstance(frame, EventFrame) and isinstance(frame.event, MessageSent)


@pytest.mark.parametrize("ws", [WIRE, PLAIN])
@pytest.mark.parametrize("subprotocol", [JSON_SUBPROTOCOL, MSGPACK_SUBPROTOCOL])
async def test_what_is_within_the_limits_of_characters_is_read(
    world: World, redis_url: str, subprotocol: str, ws: str
) -> None:
    thread = await world.thread()
    async with node(world, redis_url, ws=ws) as one, talk(one, subprotocol) as anna:
        await anna.hello(world.token_of(world.anna))
        for number, (text, escaped) in enumerate(
            ((EMOJI * 20_000, True), (EMOJI * 20_000, False), ("å" * 11_000, True))
        ):
            body = msgspec.to_builtins(paragraph(text))
            command: dict[str, Any] = {"type": "message.send", "thread_id": thread.id, "body": body}
            command["client_message_id"] = new_id()
            await shout(anna, {"type": "call", "id": number, "command": command}, escaped=escaped)
            await accepted(anna, number)
        create = largest() | {"account_id": world.holm.id, "client_message_id": new_id()}
        create["tasks"] = [{"text": "å" * 500}] * 100
        await shout(anna, {"type": "call", "id": 9, "command": create}, escaped=True)
        await accepted(anna, 9)


async def test_it_is_read_over_http_too(world: World, redis_url: str) -> None:
    thread = await world.thread()
    async with node(world, redis_url) as one, httpx.AsyncClient(base_url=one.http_url) as client:
        body = msgspec.to_builtins(paragraph(EMOJI * 20_000))
        asked = json.dumps({"thread_id": thread.id, "client_message_id": new_id(), "body": body})
        headers = {"authorization": f"Bearer {world.token_of(world.petra)}", "content-type": "application/json"}
        assert (await client.post("/api/v1/message.send", content=asked, headers=headers)).status_code == 200


@pytest.mark.parametrize("subprotocol", [JSON_SUBPROTOCOL, MSGPACK_SUBPROTOCOL])
async def test_a_frame_beyond_the_limit_is_refused_and_its_call_hears_of_it(
    world: World, redis_url: str, subprotocol: str
) -> None:
    async with node(world, redis_url) as one, talk(one, subprotocol) as petra:
        await petra.hello(world.token_of(world.petra))
        call = {"type": "call", "command": {"type": "me.read", "x": "x" * INBOUND_FRAME_BYTES_MAX}, "id": 7}
        await shout(petra, call, escaped=True)
        refusal = await petra.until(ErrorFrame)
        assert (refusal.id, refusal.error.code, refusal.error.path) == (7, "invalid", "$")
        assert refusal.error.expected == f"at most {INBOUND_FRAME_BYTES_MAX} bytes"
        assert isinstance(await petra.call(MeRead()), Reply)


@pytest.mark.parametrize("ws", [WIRE, PLAIN])
async def test_a_frame_far_beyond_closes_and_a_stranger_has_less_room(world: World, redis_url: str, ws: str) -> None:
    async with node(world, redis_url, ws=ws) as one:
        async with talk(one) as petra:
            await petra.hello(world.token_of(world.petra))
            await petra.socket.send("x" * (READ_FRAME_BYTES_MAX + 1))
            assert (await petra.closing())[0] == CloseCode.TOO_LONG
        async with talk(one) as stranger:
            await stranger.say(Hello(token="t" * 4_000, epoch="x" * EARLY_FRAME_BYTES_MAX))
            assert (await stranger.closing())[0] == CloseCode.TOO_LONG


@pytest.mark.parametrize("ws", [WIRE, PLAIN])
async def test_text_that_is_not_utf_8_closes_with_1007(world: World, redis_url: str, ws: str) -> None:
    """RFC 6455, 8.1."""
    for payload in (b'{"type":"hello","epoch":"\xed\xa0\x80"}', b"\xff", b'{"type":"call","id":1,"x":"\xc3"}'):
        async with node(world, redis_url, ws=ws) as one, talk(one) as petra:
            await petra.hello(world.token_of(world.petra))
            await petra.socket.send(payload, text=True)
            assert (await petra.closing())[0] == CloseCode.ILL_FORMED


async def test_the_calls_of_one_connection_take_a_bounded_room(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P6: whoever sends long frames waits for their answers, like whoever sends many."""
    monkeypatch.setattr(calls, "BYTES_AT_ONCE_MAX", 50_000)
    thread = await world.thread()
    async with node(world, redis_url) as one, talk(one) as petra:
        await petra.hello(world.token_of(world.petra))
        (there,) = one.house.doorway.connections
        most = 0
        take = there.calls.take

        def counted(*arguments: Any) -> None:
            nonlocal most
            take(*arguments)
            most = max(most, there.calls.size)

        monkeypatch.setattr(calls.Calls, "take", lambda _, *arguments: counted(*arguments))
        for number in range(10):
            body = msgspec.to_builtins(paragraph("x" * 19_000))
            command = {"type": "message.send", "thread_id": thread.id, "client_message_id": new_id(), "body": body}
            await shout(petra, {"type": "call", "id": number, "command": command}, escaped=True)
        for _ in range(10):
            await petra.until(Reply)
        # One more than the limit, and what had been read in the same portion.
        assert most < 50_000 + 2 * 20_000
        assert there.calls.size == 0


@pytest.mark.parametrize("codec", SUBPROTOCOLS.values())
async def test_our_client_gives_up_on_what_no_server_takes_and_goes_on(
    world: World, redis_url: str, codec: Codec
) -> None:
    thread = await world.thread()
    token = world.token_of(world.petra)
    async with node(world, redis_url) as one, Client(one.http_url, token=token, codec=codec) as petra:
        await petra.live()
        await petra.open(thread.id)
        for text in ("x" * (INBOUND_FRAME_BYTES_MAX + 1), "half \ud800 a character", "x" * 20_001, "\u200b"):
            hopeless = petra.post(thread.id, text)
            behind = petra.post(thread.id, "what is behind it")
            with pytest.raises(Invalid):
                await petra.sent(hopeless)
            await petra.sent(behind)
        assert petra.connections == 1
        half = ThreadRename(thread_id=thread.id, subject="\ud800")
        with pytest.raises(Invalid):
            await petra.call(half)
        with pytest.raises(Invalid):
            await call_over_http(one.http_url, half, token)


async def test_our_client_gives_up_on_what_this_server_closes_for(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another server may have lower limits; the same again would end the same way."""
    monkeypatch.setattr(connection, "READ_FRAME_BYTES_MAX", 10_000)
    thread = await world.thread()
    async with node(world, redis_url) as one:
        client = Client(one.http_url, token=world.token_of(world.petra), back_off_first_s=0.01)
        async with client as petra:
            await petra.live()
            await petra.open(thread.id)
            hopeless = petra.post(thread.id, "x" * 15_000)
            behind = petra.post(thread.id, "what is behind it")
            with pytest.raises(Invalid) as refusal:
                await petra.sent(hopeless)
            assert refusal.value.reason == "too_long"
            await petra.sent(behind)
            assert petra.connections == 2


def grows(characters: int) -> str:
    """So many characters, and one more in their composed form: U+0958 is taken apart by it (NFC, UAX 15)."""
    return "a" * (characters - 1) + "\u0958"


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (TaskAdd(thread_id=ID, client_task_id=new_id(), text=grows(500)), "$.text"),
        (TaskEdit(thread_id=ID, task_id=ID, text=grows(500)), "$.text"),
        (ThreadRename(thread_id=ID, subject=grows(200)), "$.subject"),
        (ContactCreate(account_id=ID, name=grows(200), email="qa@holm.example"), "$.name"),
        (AccountCreate(client_account_id=new_id(), name=grows(200)), "$.name"),
        (FirmUpdate(name=grows(200)), "$.name"),
        (
            ThreadCreate(
                account_id=ID, client_message_id=new_id(), subject="Kvitton", body=paragraph("Hej"),
                tasks=[TaskToAdd(text="Kvitto"), TaskToAdd(text=grows(500))],
            ),
            "$.tasks[1].text",
        ),
    ],
)  # fmt: skip
async def test_a_text_meets_its_limit_as_it_is_kept(world: World, command: Asked, path: str) -> None:
    """What was kept a character too long could never be read again, by anybody."""
    with pytest.raises(Invalid) as refused:
        await world.do(world.anna, command)
    assert refused.value.problem.path == path
    assert "characters" in str(refused.value.problem.expected)


async def test_a_text_that_is_taken_apart_and_fits_is_kept_and_read(world: World) -> None:
    thread = await world.thread()
    text = grows(499)
    added = await world.do(world.anna, TaskAdd(thread_id=thread.id, client_task_id=new_id(), text=text))
    assert len(added.task.text) == 500
    opened = await world.do(world.petra, ThreadOpen(thread_id=thread.id))
    assert opened.tasks[0].text == added.task.text
    assert opened.page.events[-1].event == TaskAdded(task=added.task)
