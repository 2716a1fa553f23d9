"""People's open windows: the product's own client, which writes down every frame with its time and connection.

A window knows its session, so that its end can be watched. Its person is impatient: they come back within a second or
two, since what is to be seen is how long the server takes to be right again, and not how long a client waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import protocol.client.link
from protocol.client import state as s
from protocol.client.client import Client
from protocol.client.reducer import Applied
from protocol.client.state import State
from protocol.errors import ChattarError
from protocol.frames import Dropped, EventFrame, Reset, ServerFrame, Welcome
from protocol.ids import notes_stream, thread_stream
from protocol.inbox import NotificationList
from protocol.people import Side
from protocol.threads import ThreadList
from protocol.wire import Codec, Id
from tests.disasters.storm.diary import Ms, now_ms
from tests.world import Person

BACK_OFF_FIRST_S = 0.1
BACK_OFF_MOST_S = 1.0
LIVE_DEADLINE_S = 5.0
CALL_TIMEOUT_S = 3.0
FORGOTTEN = 0
"""In a window's list of applied events: here it forgot the stream, or was told to load it anew."""
KEPT = (EventFrame, Welcome, Dropped, Reset)
"""What the judge looks at. Replies are kept in the client's state; the rest is state that may be lost."""


def be_impatient() -> None:
    """In this process clients wait for at most a second before they come back."""
    protocol.client.link.BACK_OFF_MOST_S = BACK_OFF_MOST_S  # type: ignore[misc]
    protocol.client.link.LIVE_DEADLINE_S = LIVE_DEADLINE_S  # type: ignore[misc]


@dataclass
class Heard:
    """A frame, when it came, and over which of the window's connections."""

    at_ms: Ms
    connection: int
    frame: ServerFrame


@dataclass
class Seen:
    """All about a window that the judge looks at."""

    name: str
    person_id: Id
    side: Side
    firm_id: Id
    session: str
    codec: Codec
    heard: list[Heard] = field(default_factory=list)
    frames: int = 0
    applied: dict[str, list[int]] = field(default_factory=dict)
    up_until_ms: Ms = 0.0
    """When it last heard anything, or now if it is connected."""
    is_open: bool = True
    state: State = field(default_factory=State)


class Window(Client):
    """Somebody's window. `seen` is what there is to judge of it."""

    def __init__(self, name: str, person: Person, token: str, urls: Sequence[str], codec: Codec) -> None:
        super().__init__(
            urls, token=token, codec=codec, back_off_first_s=BACK_OFF_FIRST_S, call_timeout_s=CALL_TIMEOUT_S
        )
        self.person, self.token = person, token
        side: Side = "staff" if hasattr(person, "role") else "contact"
        self.seen = Seen(name, person.id, side, person.firm_id, token, codec)
        self._noted: asyncio.Queue[Applied] = asyncio.Queue()
        self._queues.append(self._noted)
        self._connection = 0
        self._loading: asyncio.Task[None] | None = None

    @property
    def is_up(self) -> bool:
        """Connected and said hello, as far as this side knows."""
        return self._link.up

    def start(self) -> None:
        super().start()
        self._loading = asyncio.create_task(self._load(), name=f"{self.seen.name} loads")

    async def close(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.gather(self._loading, return_exceptions=True)
        await super().close()

    async def _load(self) -> None:
        """What a page asks for when it is opened. Goes on until it has it, or the session has ended."""
        while self.ended is None:
            try:
                await self.call(ThreadList(limit=200), patience_s=60)
                if self.seen.side == "staff":
                    await self.call(NotificationList(limit=200), patience_s=60)
                return
            except ChattarError:
                await asyncio.sleep(BACK_OFF_FIRST_S)  # as a page would, so as not to spin

    def now_seen(self) -> Seen:
        """What there is to judge at this moment."""
        if self.is_up:
            self.seen.up_until_ms = now_ms()
        self.seen.is_open, self.seen.state = self.ended is None, self.state
        return self.seen

    # what happens

    def _frame(self, frame: ServerFrame) -> None:
        self.seen.frames += 1
        if isinstance(frame, Welcome):
            self._connection += 1
        if isinstance(frame, KEPT):
            self.seen.heard.append(Heard(now_ms(), self._connection, frame))
        if isinstance(frame, Reset):
            self._forgot(frame.stream)
        self.seen.up_until_ms = now_ms()
        super()._frame(frame)

    def _happened(self, happening: s.Happening) -> None:
        before = self.state
        super()._happened(happening)
        while not self._noted.empty():
            stream, event = self._noted.get_nowait()
            self.seen.applied.setdefault(stream, []).append(event.seq)
        if before.streams is not self.state.streams:
            for stream in before.streams.keys() - self.state.streams.keys():
                self._forgot(stream)
        if before.opened is not self.state.opened:
            for thread_id in before.opened.keys() - self.state.opened.keys():
                self._forgot(thread_stream(thread_id))
                self._forgot(notes_stream(thread_id))

    def _forgot(self, stream: str) -> None:
        if (applied := self.seen.applied.get(stream)) is not None and applied[-1] != FORGOTTEN:
            applied.append(FORGOTTEN)
