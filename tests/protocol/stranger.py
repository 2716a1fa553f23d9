"""A client by somebody who has read docs/protocol.md and nothing else.

Imports nothing of ours: the socket library and a generic codec are all it takes. It keeps every event of a few streams, and
sends from an outbox. What it may remember is on its Disk; everything else it loses whenever it is killed.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import urllib.request
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

HOLD_S = 0.2
ASK_AGAIN_S = 5.0
ASK_EVENTS_MAX = 200
ANSWER_S = 10.0
HELD_MAX = 500
SILENCE_S = 60.0
LIVE_S = 15.0
GOING_DOWN = 1012
DRAIN_S = 5.0
BACK_OFF_FIRST_S = 1.0
BACK_OFF_MOST_S = 30.0
TEMPORARY = {"unavailable", "internal", "rate_limited"}


@dataclass
class Letter:
    """A message in the outbox, and the place it got."""

    key: str
    text: str
    internal: bool
    place: tuple[str, int] | None = None


@dataclass
class Disk:
    """What survives a kill. The position of a stream is the length of its log: the two can't disagree."""

    logs: dict[str, list[dict[str, Any]]]
    epoch: str | None = None
    outbox: list[Letter] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """What the server did that the document says it doesn't do."""
    resets: int = 0
    """How often the server left it to the client to read what it missed."""

    def position(self, stream: str) -> int:
        return len(self.logs[stream])


class Killed(Exception):
    """The power is gone."""


class Closed(Exception):
    """The server closed, for good."""


class Refused(Exception):
    """The server said no, and will say so again."""


def log_in(url: str, email: str, password: str) -> str:
    """A token ("Log in")."""
    body = json.dumps({"email": email, "password": password}).encode()
    address, headers = f"{url}/api/v1/session.create", {"Content-Type": "application/json"}
    request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        token: str = json.loads(answer.read())["token"]
    return token


class Stranger:
    """One life of the client, from its start to its kill. The next life begins with the same disk."""

    def __init__(self, disk: Disk, thread_id: str, token: str, codec: str) -> None:
        self.disk = disk
        self.thread_id = thread_id
        self.token = token
        self.codec = codec
        self.frames_left: int | None = None
        """Dies when so many frames have been sent and received."""
        self.live = asyncio.Event()
        self.changed = asyncio.Event()
        self.written = asyncio.Event()
        self.was_live = False
        self.socket: ClientConnection | None = None
        self.farewell = ""
        """What the server said when it went down in good order (1012)."""
        self._epoch: str | None = None
        """The one that this connection's positions will belong to once it is live."""
        self._number = 0
        self._calls: dict[int, asyncio.Future[Any]] = {}
        self._held: dict[str, dict[int, dict[str, Any]]] = {stream: {} for stream in disk.logs}
        self._heads: dict[str, int] = {}
        self._helpers: set[asyncio.Task[None]] = set()
        self._asking: set[str] = set()

    # the connection

    async def converse(self, url: str) -> None:
        """Connect and stay, until the connection ends. Raises Killed, or Closed where coming back is pointless."""
        address = url.replace("http", "ws", 1) + "/ws"
        subprotocol = Subprotocol(f"chattar.v1.{self.codec}")
        self.farewell = ""
        try:
            async with connect(address, subprotocols=[subprotocol], compression=None, max_size=None) as socket:
                self.socket = socket
                try:
                    await self._listen(socket)
                except (ConnectionClosed, TimeoutError):
                    pass  # its code is judged below
                finally:
                    await self._end_helpers()
        except (OSError, InvalidHandshake, TimeoutError):
            return
        finally:
            self.live.clear()
        code, reason = socket.close_code, socket.close_reason or ""
        if code == GOING_DOWN:
            self.farewell = reason
        if code is not None and 4400 <= code < 5000:
            raise Closed(f"{code} {reason}")

    async def _listen(self, socket: ClientConnection) -> None:
        positions = {stream: self.disk.position(stream) for stream in self.disk.logs}
        hello: dict[str, Any] = {"type": "hello", "token": self.token, "positions": positions}
        if self.disk.epoch is not None:
            hello["epoch"] = self.disk.epoch
        await self._say(hello)
        async with asyncio.timeout(LIVE_S):
            while not self.live.is_set():
                await self._hear(socket)
        while True:
            async with asyncio.timeout(SILENCE_S):
                await self._hear(socket)

    async def _hear(self, socket: ClientConnection) -> None:
        message = await socket.recv()
        self._count()
        self._frame(self._decoded(message))

    def die(self) -> None:
        """Lose everything but the disk, and say goodbye to nobody."""
        if self.socket is not None:
            self.socket.transport.abort()

    def stop_reading(self) -> None:
        """Hang: the connection stays, and whatever comes is left lying."""
        assert self.socket is not None
        self.socket.transport.pause_reading()

    def _count(self) -> None:
        if self.frames_left is not None:
            self.frames_left -= 1
            if self.frames_left < 0:
                self.die()
                raise Killed

    async def _say(self, frame: dict[str, Any]) -> None:
        assert self.socket is not None
        self._count()
        if self.codec == "json":
            await self.socket.send(json.dumps(frame))
        else:
            await self.socket.send(msgspec.msgpack.encode(frame))

    def _decoded(self, message: str | bytes) -> dict[str, Any]:
        if isinstance(message, str) != (self.codec == "json"):
            self.disk.faults.append(f"a message of type {type(message).__name__} in {self.codec}")
        data = message.encode() if isinstance(message, str) else message
        frame: dict[str, Any] = json.loads(data) if self.codec == "json" else msgspec.msgpack.decode(data)
        return frame

    # frames

    def _frame(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "welcome":
                self._epoch = frame["epoch"]
                self.disk.epoch = self.disk.epoch or self._epoch
                self._heads = {stream: head for stream, head in frame["heads"].items() if stream in self.disk.logs}
            case "live":
                self.disk.epoch = self._epoch
                self.live.set()
                self.was_live = True
                self._after_live()
            case "event" if frame["stream"] in self.disk.logs:
                self._event(frame["stream"], frame)
                self._look(frame["stream"])
            case "pulse":
                for stream, head in frame.get("heads", {}).items():
                    if stream in self.disk.logs:
                        self._heads[stream] = max(head, self._heads.get(stream, 0))
                        self._look(stream)
            case "reset":
                self._reset(frame["stream"], frame["head"])
            case "dropped":
                self.disk.faults.append(f"dropped {frame}")
            case "reply":
                self._answer(frame["id"], frame["result"])
            case "error" if "id" in frame:
                self._answer(frame["id"], frame["error"])
            case "error" if frame["error"]["code"] not in TEMPORARY:
                self.disk.faults.append(f"refused {frame['error']}")
            case _:
                pass  # marks, typing, presence, and what doesn't exist yet
        self.changed.set()

    def _reset(self, stream: str, head: int) -> None:
        """Read on from the position, unless that is one of another log."""
        self.disk.resets += 1
        if self._epoch != self.disk.epoch or head < self.disk.position(stream):
            self.disk.logs[stream].clear()
            self._held[stream].clear()
        self._heads[stream] = head

    def _event(self, stream: str, event: dict[str, Any]) -> None:
        """The client's rule."""
        held, log = self._held[stream], self.disk.logs[stream]
        seq = event["seq"]
        if seq > len(log) and (seq in held or len(held) < HELD_MAX):
            held[seq] = {name: event.get(name) for name in ("seq", "at", "actor", "event")}
        self._heads[stream] = max(seq, self._heads.get(stream, 0))
        while (following := held.pop(len(log) + 1, None)) is not None:
            log.append(following)

    def _missing(self, stream: str) -> bool:
        return self.disk.position(stream) < self._heads.get(stream, 0)

    def _look(self, stream: str) -> None:
        """Ask for a hole when it has lasted."""
        if self.live.is_set() and self._missing(stream) and stream not in self._asking:
            self._asking.add(stream)
            self._help(self._fill(stream))

    async def _fill(self, stream: str) -> None:
        try:
            await asyncio.sleep(HOLD_S)
            while self._missing(stream):
                position = self.disk.position(stream)
                first = min(self._held[stream], default=self._heads[stream] + 1)
                limit = min(first - position - 1, ASK_EVENTS_MAX)
                asked = {"type": "stream.read", "stream": stream, "after": position, "limit": limit}
                page = await self._ask(asked, ASK_AGAIN_S)
                for event in page.get("events", []):
                    self._event(stream, event)
                self._heads[stream] = max(page["head"], self._heads[stream])
        finally:
            self._asking.discard(stream)
            self.changed.set()

    # calls

    async def _ask(self, command: dict[str, Any], answer_s: float = ANSWER_S) -> dict[str, Any]:
        """Ask until there is an answer. Raises Refused."""
        wait_s = BACK_OFF_FIRST_S
        while True:
            try:
                async with asyncio.timeout(answer_s):
                    answer = await self._call(command)
            except TimeoutError:
                continue
            if "code" not in answer:
                return answer
            if answer["code"] not in TEMPORARY:
                raise Refused(str(answer))
            await asyncio.sleep(answer.get("retry_after_ms", wait_s * 1000) / 1000)
            wait_s = min(wait_s * 2, BACK_OFF_MOST_S)

    async def _call(self, command: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        answer = self._calls[self._number] = asyncio.get_running_loop().create_future()
        await self._say({"type": "call", "id": self._number, "command": command})
        result: dict[str, Any] = await answer
        return result

    def _answer(self, number: int, answer: dict[str, Any]) -> None:
        call = self._calls.pop(number, None)
        if call is not None and not call.done():
            call.set_result(answer)

    def _after_live(self) -> None:
        for stream in self.disk.logs:
            self._look(stream)
        self._help(self._send_all())

    def write(self, text: str, *, internal: bool = False) -> Letter:
        """Put a message into the outbox; it is sent as soon as the connection is live."""
        letter = Letter(str(uuid.uuid4()), text, internal)
        self.disk.outbox.append(letter)
        self.written.set()
        return letter

    async def _send_all(self) -> None:
        """Send what is in the outbox, one after the other, for as long as the connection lasts."""
        while True:
            self.written.clear()
            for letter in [letter for letter in self.disk.outbox if letter.place is None]:
                await self._send(letter)
                self.changed.set()
            await self.written.wait()

    async def _send(self, letter: Letter) -> None:
        body = {"content": [{"type": "paragraph", "content": [{"type": "text", "text": letter.text}]}]}
        answer = await self._ask({
            "type": "message.send", "thread_id": self.thread_id, "client_message_id": letter.key, "body": body,
            "internal": letter.internal,
        })  # fmt: skip
        letter.place = (answer["stream"], answer["seq"])

    # what goes on beside listening

    def _help(self, work: Coroutine[Any, Any, None]) -> None:
        helper = asyncio.create_task(work)
        self._helpers.add(helper)
        helper.add_done_callback(self._helped)

    def _helped(self, helper: asyncio.Task[None]) -> None:
        self._helpers.discard(helper)
        error = None if helper.cancelled() else helper.exception()
        if error is not None and not isinstance(error, ConnectionClosed | Killed):
            self.disk.faults.append(repr(error))

    async def _end_helpers(self) -> None:
        helpers = list(self._helpers)
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)

    async def answered(self, letter: Letter) -> None:
        """Wait until a message has its place, over however many connections."""
        while letter.place is None:
            self.changed.clear()
            await self.changed.wait()

    async def caught_up(self, heads: dict[str, int]) -> None:
        """Wait until these heads have been reached, everything in the outbox has its place, and that has come back."""
        while not (
            self.live.is_set()
            and all(self.disk.position(stream) >= head for stream, head in heads.items())
            and all(self._came_back(letter) for letter in self.disk.outbox)
        ):
            self.changed.clear()
            await self.changed.wait()

    def _came_back(self, letter: Letter) -> bool:
        return letter.place is not None and self.disk.position(letter.place[0]) >= letter.place[1]


async def live_on(stranger: Stranger, urls: list[str], chance: random.Random) -> None:
    """Stay connected, now to one node and now to the next, until cancelled. Raises Closed."""
    failures = 0
    for url in itertools.cycle(urls):
        stranger.was_live = False
        await stranger.converse(url)
        failures = 0 if stranger.was_live else failures + 1
        await asyncio.sleep(_pause_s(stranger.farewell, failures, chance))


def _pause_s(farewell: str, failures: int, chance: random.Random) -> float:
    name, _, value = farewell.partition("=")
    if name == "retry_after_ms":
        return int(value) / 1000
    return chance.uniform(0, DRAIN_S if farewell else min(BACK_OFF_FIRST_S * 2.0**failures, BACK_OFF_MOST_S))
