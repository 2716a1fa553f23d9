"""A message that came whole in one read is taken without the library: nobody can tell, however the bytes are cut."""

from __future__ import annotations

import asyncio
import random
from functools import partial
from itertools import pairwise
from typing import cast

import pytest
from websockets.frames import Frame, Opcode

from protocol.frames import CloseCode
from server.network.whole_message import bytes_of, whole_message
from server.network.wire import BINARY, TEXT, Wire, WireProtocol
from tests.server.network.test_wire import PATIENCE_S, Script, masked, scripted, shaken_hands
from tests.server.talking import WIRE

pytestmark = pytest.mark.anyio

ROUNDS = 60
PLENTY = 1 << 20


def frame(data: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535])
@pytest.mark.parametrize("opcode", [Opcode.TEXT, Opcode.BINARY])
def test_what_the_library_would_read_is_read_the_same(length: int, opcode: Opcode) -> None:
    data = random.Random(length).randbytes(length)
    assert whole_message(frame(data, opcode), PLENTY) == data
    assert bytes_of([Frame(opcode, data)]) == len(frame(data, opcode))


def _unmasked(data: bytes) -> bytes:
    return Frame(Opcode.TEXT, data).serialize(mask=False)


@pytest.mark.parametrize(
    "read",
    [
        b"",
        frame(b"hej")[:-1],
        frame(b"hej") + b"\x81",
        frame(b"hej") * 2,
        frame(b"hej", fin=False),
        frame(b"hej", Opcode.CONT),
        frame(b"hej", Opcode.PING),
        frame(b"hej", Opcode.CLOSE),
        b"\xc1" + frame(b"hej")[1:],  # a reserved bit
        _unmasked(b"hejsan"),
        _unmasked(b"x" * 200),
        b"\x81\xfe\x00\x03" + frame(b"hej")[2:],  # a length in a longer form than it needs
        b"\x81\xff" + (3).to_bytes(8) + frame(b"hej")[2:],
        frame(b"x" * 65_536),
        masked(b"", TEXT)[:-1],
    ],
    ids=[
        "nothing",
        "cut short",
        "and a byte more",
        "two",
        "not final",
        "a continuation",
        "ping",
        "close",
        "a reserved bit",
        "short and unmasked",
        "unmasked",
        "two bytes of length where one does",
        "eight bytes of length where one does",
        "long",
        "a mask cut short",
    ],
)
def test_anything_else_is_left_to_the_library(read: bytes) -> None:
    assert whole_message(read, PLENTY) is None


def test_what_is_longer_than_may_be_is_left_to_the_library_which_closes() -> None:
    assert whole_message(frame(b"x" * 300), 300) is not None
    assert whole_message(frame(b"x" * 300), 299) is None


class Noting(Script):
    """Keeps what it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[bytes] = []

    def on_message(self, data: bytes) -> None:
        assert type(data) is bytes
        self.heard.append(data)


def said(chance: random.Random) -> tuple[list[bytes], list[bytes]]:
    """Frames as a client may send them, and the messages that they are."""
    frames, messages = list[bytes](), list[bytes]()
    for number in range(chance.randint(1, 8)):
        text = f"{number}:".encode() + bytes(chance.choices(range(32, 127), k=chance.choice([0, 3, 120, 130, 900])))
        opcode = chance.choice([Opcode.TEXT, Opcode.BINARY])
        if chance.random() < 0.2:
            frames.append(frame(b"?", chance.choice([Opcode.PING, Opcode.PONG])))
        if chance.random() < 0.3:
            cut = chance.randint(0, len(text))
            frames += [frame(text[:cut], opcode, fin=False), frame(text[cut:], Opcode.CONT)]
        elif chance.random() < 0.1:
            # Longer than it need be: from here on it can't be told where frames end, and the library reads them all.
            whole = Frame(opcode, text).serialize(mask=True)[1:]
            skipped = 1 if len(text) < 126 else 3
            head = bytes([0x80 | opcode, 0xFF]) + len(text).to_bytes(8)
            frames.append(head + whole[skipped:])
        else:
            frames.append(frame(text, opcode))
        messages.append(text)
    return frames, messages


def reads(frames: list[bytes], chance: random.Random) -> list[bytes]:
    """The frames as reads bring them: one by one, several together, or cut anywhere."""
    if chance.random() < 0.3:
        return frames
    data, cuts = b"".join(frames), set[int]()
    for _ in range(chance.randint(0, 6)):
        cuts.add(chance.randint(0, len(data)))
    edge = 0
    for one in frames:
        edge += len(one)
        if chance.random() < 0.6:
            cuts.add(edge)
    places = sorted(cuts | {0, len(data)})
    return [data[start:end] for start, end in pairwise(places)]


async def test_however_the_bytes_are_cut_each_message_is_heard_once_and_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.server.network.test_wire.Script", Noting)
    adopted = list[Noting]()

    def adopt(wire: Wire, script: Noting) -> None:
        adopted.append(script)
        wire._protocol.adopt(script)

    monkeypatch.setattr(Wire, "adopt", adopt)
    chance, short = random.Random(17), 0
    async with scripted(WIRE) as port:
        for _ in range(ROUNDS):
            async with shaken_hands(port):
                script = adopted.pop()
                protocol: WireProtocol = cast("Wire", script.wire)._protocol
                parsed: list[bytes] = []
                monkeypatch.setattr(protocol, "_parse", partial(_parsing, protocol, parsed))
                frames, messages = said(chance)
                for read in reads(frames, chance):
                    protocol.data_received(read)
                async with asyncio.timeout(PATIENCE_S):
                    while protocol._unparsed:  # noqa: ASYNC110 - more than a turn's share, which nobody is told of
                        await asyncio.sleep(0)
                assert script.heard == messages
                short += len(b"".join(parsed)) < len(b"".join(frames))
    assert short > ROUNDS / 4, "hardly any message came whole"


async def test_what_looks_like_a_message_within_another_ones_bytes_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.server.network.test_wire.Script", Noting)
    inner = masked(b"never said", TEXT)
    outer = masked(b"before" + inner + b"after", BINARY)
    start = outer.index(inner)
    heard: list[Noting] = []
    adopt = Wire.adopt

    def adopted(wire: Wire, script: Noting) -> None:
        heard.append(script)
        adopt(wire, script)

    monkeypatch.setattr(Wire, "adopt", adopted)
    async with scripted(WIRE) as port, shaken_hands(port):
        protocol: WireProtocol = cast("Wire", heard[0].wire)._protocol
        for read in (outer[:start], inner, outer[start + len(inner) :]):
            protocol.data_received(read)
    assert heard[0].heard == [b"before" + inner + b"after"]


def _parsing(protocol: WireProtocol, parsed: list[bytes], data: bytes) -> int:
    parsed.append(data)
    return WireProtocol._parse(protocol, data)


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
async def test_a_whole_text_that_is_none_closes_the_socket(opcode: int) -> None:
    async with scripted(WIRE) as port, shaken_hands(port) as (reader, writer):
        writer.write(masked(b"\xff\xfe", opcode))
        async with asyncio.timeout(PATIENCE_S):
            head = await reader.readexactly(4)
    closed = head[0] == 0x88
    assert closed == (opcode == TEXT)
    assert not closed or int.from_bytes(head[2:4]) == CloseCode.ILL_FORMED
