"""Everything that ever reaches a contact, byte for byte: sockets in both codecs, answers over HTTP, the bus, and mails.

A record can be compared with another one: what is made up anew in each run (ids, MIME boundaries) is replaced by its
place in the record. Knows nothing of what is said.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import httpx
import msgspec
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from protocol.describing.descriptions import COMMAND_PATH
from protocol.frames import SUBPROTOCOLS, Hello, encode
from storage.redis.bus import BusControl, decode_message
from tests.server.talking import PATIENCE_S

_MADE_ANEW = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|=+\d{10,}=+")
_PULSE = "pulse"


class Record:
    """What was heard, under the name of where it was heard, in order; and all of it as it came, for searching."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.raw: list[bytes] = []

    def add(self, where: str, what: str, raw: bytes | None = None) -> None:
        """Something was heard."""
        self.heard.append((where, what))
        self.raw.append(what.encode() if raw is None else raw)

    def comparable(self) -> list[tuple[str, str]]:
        """What was heard, with everything that each run makes anew named by the place where it first came up."""
        places: dict[str, str] = {}

        def place(found: re.Match[str]) -> str:
            return places.setdefault(found.group().replace("-", ""), f"<{len(places)}>")

        return [(_MADE_ANEW.sub(place, where), _MADE_ANEW.sub(place, what)) for where, what in self.heard]


class Ear:
    """A contact's socket that only listens, and keeps each message as it came."""

    def __init__(self, socket: ClientConnection, subprotocol: str) -> None:
        self._socket = socket
        self._codec = SUBPROTOCOLS[subprotocol]
        self.messages: list[bytes] = []
        self._came = asyncio.Condition()
        self._task = asyncio.create_task(self._listen(), name="ear")

    async def hello(self, token: str, positions: Mapping[str, int] | None = None, epoch: str | None = None) -> None:
        """Log in, and listen until everything that was missed has come."""
        frame = encode(Hello(token=token, epoch=epoch, positions=dict(positions or {})), self._codec)
        await self._socket.send(frame, text=self._codec == "json")
        await self.until(lambda frame: frame["type"] == "live")

    async def until(self, fact: Any) -> None:
        """Wait until a frame has come for which a fact holds."""
        async with asyncio.timeout(PATIENCE_S), self._came:
            await self._came.wait_for(lambda: any(fact(frame) for frame in self.frames()))

    def frames(self) -> list[dict[str, Any]]:
        """What came, as plain values."""
        return [_plain(message, self._codec) for message in self.messages]

    async def stop(self) -> None:
        """Listen no more."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _listen(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in self._socket:
                self.messages.append(message.encode() if isinstance(message, str) else message)
                async with self._came:
                    self._came.notify_all()

    def into(self, record: Record, name: str) -> None:
        """Put what was heard into a record. Pulses come when it happens to be time: see `pulses_into`."""
        frames = list(zip(self.frames(), self.messages, strict=True))
        for frame, raw in frames:
            if frame["type"] != _PULSE:
                record.add(name, _text(frame), raw)
            else:
                record.raw.append(raw)

    def pulses_into(self, record: Record, name: str) -> None:
        """Put all that pulses have told into a record, in whichever of them; the caller has waited for the last one."""
        heads: dict[str, int] = {}
        for frame in self.frames():
            if frame["type"] == _PULSE:
                heads |= frame.get("heads", {})
        record.add(f"{name}, pulses", _text(heads))


@contextlib.asynccontextmanager
async def ear(url: str, subprotocol: str) -> AsyncIterator[Ear]:
    """A socket with nobody's name on it yet."""
    async with connect(url, subprotocols=[Subprotocol(subprotocol)], compression=None, close_timeout=1) as socket:
        listening = Ear(socket, subprotocol)
        yield listening
        await listening.stop()


class Wire:
    """Somebody's place on the bus: what is published on some channels, whoever listens."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self._came = asyncio.Condition()

    async def until(self, fact: Any) -> None:
        """Wait until a message has come whose plain form has a fact."""
        async with asyncio.timeout(PATIENCE_S), self._came:
            await self._came.wait_for(lambda: any(fact(self._shown(payload)) for _, payload in self.messages))

    async def listen(self, pubsub: Any) -> None:
        """Keep everything, until cancelled."""
        async for message in pubsub.listen():
            if message["type"] == "message":
                self.messages.append((message["channel"].decode(), message["data"]))
                async with self._came:
                    self._came.notify_all()

    def into(self, record: Record) -> None:
        """Put what was published into a record."""
        for channel, payload in self.messages:
            record.add("bus", f"{channel} {self._shown(payload)}", payload)

    @staticmethod
    def _shown(payload: bytes) -> str:
        message = decode_message(payload)
        if isinstance(message, BusControl):
            return _text(msgspec.to_builtins(message))
        return _text([type(message).__name__, message.account_id, msgspec.json.decode(message.frame)])


@contextlib.asynccontextmanager
async def wiretap(redis_url: str, channels: Iterable[str]) -> AsyncIterator[Wire]:
    """Listen to channels of the bus itself."""
    wire = Wire()
    async with Redis.from_url(redis_url) as redis, redis.pubsub() as pubsub:
        await pubsub.subscribe(*channels)
        task = asyncio.create_task(wire.listen(pubsub), name="wiretap")
        yield wire
        task.cancel()
        await asyncio.wait([task])


class Asker:
    """Somebody's commands over HTTP; the answers of those whom we overhear go into a record, headers and all."""

    def __init__(self, client: httpx.AsyncClient, token: str, record: Record | None = None) -> None:
        self._client = client
        self._token = token
        self._record = record

    async def ask(self, name: str, fields: Mapping[str, Any]) -> httpx.Response:
        """One command's answer."""
        answer = await self._client.post(
            COMMAND_PATH + name, json=fields, headers={"authorization": f"Bearer {self._token}"}
        )
        self._keep(f"{name} {_text(fields)}", answer)
        return answer

    async def look_at(self, page: str, cookie: str, origin: str) -> None:
        """A page, as this person's browser gets it."""
        headers = {"cookie": f"{cookie}={self._token}", "origin": origin}
        self._keep(page, await self._client.get(page, headers=headers))

    def _keep(self, what: str, answer: httpx.Response) -> None:
        if self._record is None:
            return
        # Of the length the body itself tells, and tells where.
        head = {name: value for name, value in answer.headers.items() if name not in ("date", "content-length")}
        self._record.add(f"answer to {what}", f"{answer.status_code} {_text(head)} {answer.text}")
        self._record.raw.append(answer.content)


def _plain(message: bytes, codec: str) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode(message) if codec == "json" else msgspec.msgpack.decode(message)
    return decoded


def _text(value: Any) -> str:
    """Sorted: in which order an object's fields come depends on the hashes of ids."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
