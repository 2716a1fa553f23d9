"""The conversation recorded in docs/protocol.md: its lines, and a player that has it again with a running server.

Who speaks is the first word of a line. `→` is said by the client and `←` by the server; a line that begins with a blank
goes on with the one before. Imports nothing of ours, so that what is replayed is what the document says.
"""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "protocol.md"
HEADING = "## A recorded conversation\n"
PATIENCE_S = 30.0
ID = re.compile(r"[0-9a-f]{32}")
TIME_MIN = 10**12
"""Integers from here on are times."""
STATE = {"presence", "typing", "mark", "pulse"}
"""Frames that may come, or come again, wherever they aren't recorded."""


@dataclass(frozen=True)
class Line:
    """One line: who, and what happened there."""

    who: str
    what: str
    """`→` and `←` with a frame; `POST`, `status`, `connects`, `breaks`, `closed` with what goes with it."""
    rest: str


def recorded() -> list[Line]:
    """The lines of the document's section."""
    section = DOCUMENT.read_text(encoding="utf-8").split(HEADING)[1].split("\n## ")[0]
    lines: list[str] = []
    for block in re.findall(r"```\n(.*?)```", section, re.DOTALL):
        for text in block.splitlines():
            if text.startswith(" "):
                lines[-1] += text.strip()
            else:
                lines.append(text)
    return [_line(text) for text in lines]


def _line(text: str) -> Line:
    who, what, *rest = text.split(" ", 2)
    return Line(who, what, rest[0] if rest else "")


class Names:
    """What stands for what: ids and tokens of the recording, and those of this server."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def here(self, value: Any) -> Any:
        """A recorded value as it is to be said to this server."""
        if isinstance(value, dict):
            return {self.here(key): self.here(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.here(item) for item in value]
        if isinstance(value, str):
            return self._known.get(value) or ID.sub(lambda found: self._known.get(found[0], found[0]), value)
        return value

    def same(self, recorded: Any, came: Any) -> bool:
        """Whether what came says the same as the recording; what is named there for the first time is remembered."""
        known = dict(self._known)
        if self._same(recorded, came):
            return True
        self._known = known
        return False

    def _same(self, recorded: Any, came: Any, name: str = "") -> bool:
        if isinstance(recorded, dict) and isinstance(came, dict):
            # Values before keys: an id that is a key in one place is a value in an earlier one.
            return len(recorded) == len(came) and all(
                (here := self.here(key)) in came and self._same(item, came[here], key) for key, item in recorded.items()
            )
        if isinstance(recorded, list) and isinstance(came, list):
            return len(recorded) == len(came) and all(map(self._same, recorded, came))
        if isinstance(recorded, str) and isinstance(came, str):
            return self._same_text(recorded, came, whole=name in {"token", "next"})
        if type(recorded) is int and recorded >= TIME_MIN:
            return type(came) is int and came >= TIME_MIN
        return type(recorded) is type(came) and bool(recorded == came)

    def _same_text(self, recorded: str, came: str, *, whole: bool) -> bool:
        if whole:
            return self._known.setdefault(recorded, came) == came
        mine, theirs = ID.findall(recorded), ID.findall(came)
        if len(mine) != len(theirs) or ID.sub("#", recorded) != ID.sub("#", came):
            return False
        return all(
            self._known.setdefault(mine_id, their_id) == their_id
            for mine_id, their_id in zip(mine, theirs, strict=True)
        )


@dataclass
class Speaker:
    """One of those who speak: their socket, the last answer over HTTP, and frames that came and were not looked at."""

    socket: ClientConnection | None = None
    answer: tuple[int, Any] | None = None
    unread: list[dict[str, Any]] = field(default_factory=list)


class Player:
    """Has a recorded conversation again. Raises AssertionError where the server says something else."""

    def __init__(self, url: str, codec: str) -> None:
        self._url = url
        self._codec = codec
        self._names = Names()
        self._speakers: dict[str, Speaker] = {}

    async def play(self, lines: list[Line]) -> None:
        """From the first line to the last; afterwards nothing may be left that the recording doesn't have."""
        for line in lines:
            await self._play(self._speakers.setdefault(line.who, Speaker()), line)
        for who, speaker in self._speakers.items():
            assert list(_of_note(speaker.unread)) == [], f"{who} was told more than is recorded"

    async def _play(self, speaker: Speaker, line: Line) -> None:
        match line.what:
            case "POST":
                speaker.answer = await asyncio.to_thread(self._post, *line.rest.split(" ", 1))
            case "status":
                status, body = line.rest.split(" ", 1)
                assert speaker.answer is not None
                assert speaker.answer[0] == int(status)
                assert self._names.same(json.loads(body), speaker.answer[1]), f"{line}\ncame: {speaker.answer[1]}"
            case "connects":
                subprotocol = Subprotocol(f"chattar.v1.{self._codec}")
                address = self._url.replace("http", "ws", 1) + "/ws"
                speaker.socket = await connect(address, subprotocols=[subprotocol], compression=None)
            case "breaks":
                assert speaker.socket is not None
                speaker.socket.transport.abort()
            case "closed":
                assert await self._closing(speaker) == int(line.rest)
            case "→":
                await self._say(speaker, json.loads(line.rest))
            case "←":
                await self._hear(speaker, line)
            case _:
                raise AssertionError(f"no such line: {line}")

    def _post(self, path: str, body: str) -> tuple[int, Any]:
        said = json.dumps(self._names.here(json.loads(body))).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._url + path, said, headers, method="POST")  # noqa: S310
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read())

    async def _say(self, speaker: Speaker, frame: Any) -> None:
        assert speaker.socket is not None
        said = self._names.here(frame)
        await speaker.socket.send(json.dumps(said) if self._codec == "json" else msgspec.msgpack.encode(said))

    async def _hear(self, speaker: Speaker, line: Line) -> None:
        """The recorded frame has come already, or comes next but for frames that are recorded further down."""
        wanted = json.loads(line.rest)
        looked_at = 0
        # For the line, not for a frame: pulses come for ever.
        until = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            for place, frame in enumerate(speaker.unread[looked_at:], looked_at):
                if self._names.same(wanted, frame):
                    del speaker.unread[place]
                    return
            looked_at = len(speaker.unread)
            try:
                async with asyncio.timeout_at(until):
                    speaker.unread.append(await self._next(speaker))
            except (ConnectionClosed, TimeoutError) as ended:
                said = "\n".join(json.dumps(frame) for frame in speaker.unread)
                raise AssertionError(f"did not come:\n{line.who} ← {line.rest}\ncame instead:\n{said}") from ended

    async def _next(self, speaker: Speaker) -> dict[str, Any]:
        assert speaker.socket is not None
        async with asyncio.timeout(PATIENCE_S):
            message = await speaker.socket.recv()
        data = message.encode() if isinstance(message, str) else message
        frame: dict[str, Any] = json.loads(data) if self._codec == "json" else msgspec.msgpack.decode(data)
        return frame

    async def _closing(self, speaker: Speaker) -> int | None:
        try:
            while True:
                speaker.unread.append(await self._next(speaker))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


def _of_note(frames: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Without state, and without what the own stream says: how many events that takes depends on their timing."""
    for frame in frames:
        if frame["type"] not in STATE and not (frame["type"] == "event" and frame["stream"].startswith("u:")):
            yield frame
