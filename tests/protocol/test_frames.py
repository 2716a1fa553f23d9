"""Frames survive both codecs, and a reader of today gets past what a server of tomorrow says."""

import msgspec
import pytest

from protocol import frames
from protocol.errors import Invalid, UnknownCommand
from protocol.events import UnknownEvent
from protocol.reading import partial_id
from protocol.streams import StreamPage
from protocol.tasks import TaskCompleted
from protocol.wire import Codec

THREAD = "0" * 32
TOMORROW = {
    "type": "event", "stream": f"t:{THREAD}", "seq": 7, "at": 5, "actor": None,
    "event": {"type": "document.signed", "document_id": THREAD},
}  # fmt: skip
ENCODE = {"json": msgspec.json.encode, "msgpack": msgspec.msgpack.encode}


@pytest.mark.parametrize("codec", ["json", "msgpack"])
def test_an_unknown_event_keeps_its_envelope(codec: Codec) -> None:
    frame = frames.decode_server_frame(ENCODE[codec](TOMORROW), codec)
    assert isinstance(frame, frames.EventFrame)
    assert (frame.stream, frame.seq, frame.at) == (f"t:{THREAD}", 7, 5)
    assert frame.event == UnknownEvent(name="document.signed")


@pytest.mark.parametrize("codec", ["json", "msgpack"])
def test_an_unknown_frame_is_nothing(codec: Codec) -> None:
    assert frames.decode_server_frame(ENCODE[codec]({"type": "weather", "at": 1}), codec) is None


@pytest.mark.parametrize("codec", ["json", "msgpack"])
def test_a_known_event_that_is_broken_is_refused(codec: Codec) -> None:
    broken = TOMORROW | {"event": {"type": "task.completed", "task_id": 3}}
    with pytest.raises(Invalid) as refusal:
        frames.decode_server_frame(ENCODE[codec](broken), codec)
    assert refusal.value.problem.path == "$.event.task_id"


def test_an_unknown_event_in_a_page_leaves_the_others_as_they_are() -> None:
    known = {"seq": 6, "at": 4, "actor": None, "event": {"type": "task.completed", "task_id": THREAD}}
    unknown = {name: value for name, value in TOMORROW.items() if name not in ("type", "stream")}
    page = frames.from_server({"stream": f"t:{THREAD}", "events": [known, unknown], "head": 7}, StreamPage)
    assert [event.event for event in page.events] == [
        TaskCompleted(task_id=THREAD),
        UnknownEvent(name="document.signed"),
    ]


def test_an_unknown_command_is_named_as_such() -> None:
    with pytest.raises(UnknownCommand):
        frames.decode_client_frame('{"type":"call","id":1,"command":{"type":"message.sing"}}', "json")
    assert partial_id('{"type":"call","id":1,"command":{"type":"message.sing"}}', "json") == 1


@pytest.mark.parametrize("beyond", [2**53, -(2**53), 2**63, 10**30])
def test_an_integer_that_a_reply_could_not_carry_is_refused(beyond: int) -> None:
    """Neither JavaScript nor MessagePack nor the database could hold it; what can't be answered must not be asked."""
    call = f'{{"type":"call","id":{beyond},"command":{{"type":"me.read"}}}}'
    with pytest.raises(Invalid) as refusal:
        frames.decode_client_frame(call, "json")
    assert refusal.value.problem.path == "$.id"
    assert partial_id(call, "json") is None
    since = f'{{"type":"call","id":1,"command":{{"type":"thread.list","since":{beyond}}}}}'
    with pytest.raises(Invalid) as refusal:
        frames.decode_client_frame(since, "json")
    assert refusal.value.problem.path == "$.command.since"
    assert partial_id(since, "json") == 1


def test_what_json_carries_is_what_msgpack_carries() -> None:
    frame = frames.Hello(token="x" * 16, positions={f"t:{THREAD}": 4})
    assert frames.msgpack_from_json(frames.encode(frame, "json")) == frames.encode(frame, "msgpack")
    for codec in ("json", "msgpack"):
        assert frames.decode_client_frame(frames.encode(frame, codec), codec) == frame
