"""`python -m benchmarks.speaker PORT REDIS_URL ROOMS`: in place of the node at which the senders of a narrow run sit.

It says on the bus what a node says there after a send, by the same code, and stores nothing. With a real one the database,
which shares the second core with the generator, would set a pace at which the measured node sleeps between any two
messages, and the figure would be the price of waking up. Knows just enough of WebSocket for our own generator: whole,
masked, short frames. Refuses to know who may send.
"""

import asyncio
import base64
import hashlib
import sys
from pathlib import Path
from typing import cast

import msgspec
import uvloop

from deploy.dev.embedded import HOST
from protocol.frames import Call, Live, decode_client_frame, encode
from protocol.ids import new_id, thread_stream
from protocol.messages import MessageSend, MessageSent
from protocol.people import Person
from protocol.wire import Id, Wire
from server.core.announce import Announcer
from server.network.wire import TEXT, framed
from storage.log.drafts import Head, Stored, event_id
from storage.redis.bus import Bus

AT = 1_764_000_000_000
_LIVE = framed(encode(Live(), "json"), TEXT)
_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Room(Wire):
    """What a sent message says of where it was sent."""

    thread_id: Id
    firm_id: Id
    account_id: Id
    sender: Person


class Speaker(asyncio.Protocol):
    """One sender's socket: live after its first frame, then everything that it says goes to the bus."""

    def __init__(self, rooms: dict[Id, Room], heads: dict[Id, int], announcer: Announcer) -> None:
        self._rooms = rooms
        self._heads = heads
        self._announcer = announcer
        self._unread = b""
        self._open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if not self._open:
            head, found, rest = self._unread.partition(b"\r\n\r\n")
            if not found:
                return
            self._open, self._unread = True, rest
            self._transport.write(_accepting(head))
        while frame := self._next_frame():
            self._said(frame)

    def _next_frame(self) -> bytes | None:
        data = self._unread
        if len(data) < 2:
            return None
        length, start = data[1] & 0x7F, 2
        if length == 126:
            length, start = int.from_bytes(data[2:4]), 4
        if len(data) < start + 4 + length:
            return None
        mask, body = data[start : start + 4], data[start + 4 : start + 4 + length]
        self._unread = data[start + 4 + length :]
        stretched = (mask * (length // 4 + 1))[:length]
        return (int.from_bytes(body) ^ int.from_bytes(stretched)).to_bytes(length)

    def _said(self, data: bytes) -> None:
        frame = decode_client_frame(data, "json")
        if not isinstance(frame, Call) or not isinstance(frame.command, MessageSend):
            self._transport.write(_LIVE)
            return
        send, room = frame.command, self._rooms[frame.command.thread_id]
        seq = self._heads[room.thread_id] = self._heads[room.thread_id] + 1
        stream = thread_stream(room.thread_id)
        message = MessageSent(message_id=new_id(), client_message_id=send.client_message_id, body=send.body)
        self._announcer.event(
            Stored(
                id=event_id(stream, seq), stream=stream, firm_id=room.firm_id, account_id=room.account_id, at=AT,
                actor=room.sender, event=message, totals=Head(seq=seq),
            )
        )  # fmt: skip


def _accepting(request: bytes) -> bytes:
    """The answer to a WebSocket handshake."""
    headers = dict(line.split(b": ", 1) for line in request.split(b"\r\n")[1:])
    key = next(value for name, value in headers.items() if name.lower() == b"sec-websocket-key")
    accept = base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Protocol: chattar.v1.json\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


async def speak(port: int, redis_url: str, prefix: str, rooms: list[Room]) -> None:
    """Serve until killed."""
    by_id = {room.thread_id: room for room in rooms}
    heads = dict.fromkeys(by_id, 1)  # each thread's creation
    bus = Bus(redis_url)
    bus.belong_to(prefix)
    announcer = Announcer(bus)
    server = await asyncio.get_running_loop().create_server(
        lambda: Speaker(by_id, heads, announcer), HOST, port, backlog=2048
    )
    async with server:
        await bus.run()


if __name__ == "__main__":
    rooms_file = Path(sys.argv[3])
    lines, prefix = rooms_file.read_text().splitlines(), rooms_file.with_name("prefix").read_text().strip()
    uvloop.run(speak(int(sys.argv[1]), sys.argv[2], prefix, [msgspec.json.decode(line, type=Room) for line in lines]))
