"""From frames to sockets: each frame is built once, each socket gets what came in a turn of the loop in one write.

Those who get the same share the same joined bytes. One slow or hostile client costs the others nothing and us a bounded
amount (P6). Knows frames and wires. Refuses to know who may see what: that was decided by topics.
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from protocol.frames import msgpack_from_json
from protocol.wire import Codec
from server.network.hub import Member, Topic
from server.network.wire import BINARY, TEXT, WireLike, framed

SHED_BYTES_MIN: Final = 64 * 1024
"""With more than this pending, a client gets no typing and presence."""
PENDING_BYTES_MAX: Final = 512 * 1024
"""More than the longest event, of a body in which every limit is reached: else it could never reach who reads slowly."""
PENDING_FRAMES_MAX: Final = 512
STANDSTILL_S_MAX: Final = 10.0
REST_S_MIN: Final = 0.002
REST_S_MAX: Final = 0.005
"""After writing to many, what comes next waits as long as the writing took, within these: a write costs far more than a
frame, and what gathers meanwhile goes in one."""
HELD_FRAMES_MAX: Final = 5_000
"""Frames that may wait while a connection catches up; they are shared with the others, so each costs a pointer."""
HELD_BYTES_MAX: Final = 8 * 1024 * 1024


class Frame(msgspec.Struct, eq=False, gc=False):
    """One frame for many: its WebSocket bytes are built when first wanted, once for each codec.

    A struct for its speed only: with rooms of four a frame is made for every two deliveries.
    """

    payload: bytes
    """In the announcer's codec: JSON."""
    stream: str | None = None
    seq: int = 0
    account_id: str | None = None
    not_to: str | None = None
    ephemeral: bool = False
    _text: bytes | None = None
    _binary: bytes | None = None

    def bytes_for(self, binary: bool) -> bytes:
        """The frame as it goes through the socket."""
        if binary:
            if self._binary is None:
                self._binary = framed(msgpack_from_json(self.payload), BINARY)
            return self._binary
        if self._text is None:
            self._text = framed(self.payload, TEXT)
        return self._text


class Congestion:
    """What we know of a client that reads more slowly than we write."""

    __slots__ = ("_ends", "_progress_at", "_taken", "_written")

    def __init__(self, pending_bytes: int, now: float) -> None:
        self._written = pending_bytes
        self._taken = 0
        self._ends: deque[int] = deque()
        self._progress_at = now

    def wrote(self, parts: Iterable[bytes]) -> None:
        """These frames were handed to the transport."""
        for part in parts:
            self._written += len(part)
            self._ends.append(self._written)

    def hopeless(self, pending_bytes: int, now: float) -> bool:
        """Whether a limit is passed and the client is to be cut off. It resumes when it can."""
        taken = self._written - pending_bytes
        if taken > self._taken:
            self._taken, self._progress_at = taken, now
            while self._ends and self._ends[0] <= taken:
                self._ends.popleft()
        return (
            pending_bytes > PENDING_BYTES_MAX
            or len(self._ends) > PENDING_FRAMES_MAX
            or now - self._progress_at > STANDSTILL_S_MAX
        )


class Line(Member):
    """A member that can be written to: its wire, and what it may not get just yet."""

    __slots__ = (
        "ahead",
        "binary",
        "careful",
        "congestion",
        "held",
        "held_bytes",
        "overflowed",
        "parts",
        "wire",
        "write",
    )

    def __init__(self, wire: WireLike, codec: Codec, user_id: str, session_id: str) -> None:
        super().__init__(user_id, session_id)
        self.wire = wire
        self.write = wire.write
        self.binary = codec == "msgpack"
        self.parts: list[bytes] = []
        """What it gets at the end of this turn of the loop."""
        self.careful = False
        """Whether any of the following has to be looked at; else it gets what everybody gets."""
        self.held: list[Frame] | None = None
        """While it catches up: what came meanwhile."""
        self.held_bytes = 0
        self.overflowed = False
        self.ahead: dict[str, int] | None = None
        """Positions that it has reached by the log and the bus perhaps not yet: what is not above them it knows."""
        self.congestion: Congestion | None = None

    def hold(self) -> None:
        """Keep what comes from now on, until `release`."""
        if self.held is None:
            self.held, self.held_bytes, self.overflowed = [], 0, False
        self.careful = True

    def release(self, ahead: dict[str, int] | None) -> list[Frame]:
        """Get what comes from now on; what was held, for the caller to sort out at once, before the loop goes on."""
        held, self.held = self.held or [], None
        if ahead is not None:
            self.ahead = ahead or None
        self.look()
        return held

    def look(self) -> None:
        """Note whether this line needs care."""
        self.careful = self.held is not None or self.ahead is not None or self.congestion is not None

    def filtered(self, frames: Sequence[Frame]) -> list[Frame]:
        """What of these frames it gets now; what it only gets later is kept."""
        wanted = [frame for frame in frames if frame.not_to is None or frame.not_to != self.user_id]
        if self.held is not None:
            self.keep(wanted)
            return []
        if self.ahead is not None:
            ahead = self.ahead
            wanted = [frame for frame in wanted if frame.stream is None or frame.seq > ahead.get(frame.stream, 0)]
        if self.congestion is not None and self.wire.pending_bytes > SHED_BYTES_MIN:
            wanted = [frame for frame in wanted if not frame.ephemeral]
        return wanted

    def keep(self, frames: Sequence[Frame]) -> None:
        """Add to what is held, within its limits."""
        assert self.held is not None
        if self.overflowed:
            return
        self.held += frames
        self.held_bytes += sum(len(frame.payload) for frame in frames)
        if len(self.held) > HELD_FRAMES_MAX or self.held_bytes > HELD_BYTES_MAX:
            self.overflowed = True
            self.held.clear()


class Fanout:
    """What is to be written at the end of this turn of the loop."""

    def __init__(self) -> None:
        self._topics: list[Topic] = []
        self._lines: list[Line] = []
        self._planned = False
        self._timer: asyncio.TimerHandle | None = None
        self._flush_at = 0.0
        self._rested_at = 0.0
        self.congested: set[Line] = set()
        self.deliveries = 0
        self.writes = 0
        self.cut_off = 0

    def put(self, topics: Iterable[Topic], frame: Frame) -> None:
        """Everybody in these topics gets a frame at the next `flush`, which the caller sees to."""
        for topic in topics:
            if not topic.queue:
                self._topics.append(topic)
            topic.queue.append(frame)

    def send(self, line: Line, payload: bytes) -> None:
        """One line gets a message of its own, in its own codec, at the end of this turn of the loop."""
        self.send_framed(line, framed(payload, BINARY if line.binary else TEXT))

    def send_framed(self, line: Line, data: bytes) -> None:
        """One line gets a frame that is built already."""
        if not line.parts:
            self._lines.append(line)
        line.parts.append(data)
        if not self._planned:
            self._planned = True
            asyncio.get_running_loop().call_soon(self._write_planned)

    def flush_in(self, wait_s: float) -> None:
        """Write everything when `wait_s` has passed (0: now), and we have rested from writing to many."""
        now = time.monotonic()
        at = max(now + wait_s, self._rested_at)
        if at <= now:
            self.flush()
        elif self._timer is None or at < self._flush_at:
            if self._timer is not None:
                self._timer.cancel()
            self._flush_at = at
            self._timer = asyncio.get_running_loop().call_later(at - now, self.flush)

    def flush(self) -> None:
        """Write everything now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        topics, self._topics = self._topics, []
        for topic in topics:
            self._distribute(topic)
        began_at = time.monotonic()
        self._write()
        ended_at = time.monotonic()
        if ended_at - began_at >= REST_S_MIN:
            self._rested_at = ended_at + min(ended_at - began_at, REST_S_MAX)

    def _write(self) -> None:
        lines, self._lines = self._lines, []
        self.writes += len(lines)
        for line in lines:
            parts = line.parts
            if not parts:
                continue  # closed meanwhile
            if line.congestion is not None:
                self._write_slowly(line)
                continue
            try:
                line.write(parts[0] if len(parts) == 1 else b"".join(parts))
            except RuntimeError:
                # uvloop's word for a transport that has just been closed underneath; its protocol hears of it next.
                line.wire.abort()
            parts.clear()

    def congest(self, line: Line, congested: bool) -> None:
        """A line's client reads too slowly, or has caught up."""
        if congested:
            line.congestion = Congestion(line.wire.pending_bytes, asyncio.get_running_loop().time())
            self.congested.add(line)
        else:
            line.congestion = None
            self.congested.discard(line)
        line.look()

    def sweep(self) -> None:
        """Cut off those who make no progress. To be called about every second."""
        now = asyncio.get_running_loop().time()
        for line in list(self.congested):
            self._judge(line, now)

    def _write_planned(self) -> None:
        self._planned = False
        self._write()

    def _distribute(self, topic: Topic) -> None:
        """Hand a topic's frames to its members; most of them get the very same bytes."""
        frames: list[Frame] = topic.queue
        topic.queue = []
        shared: list[bytes | None] = [None, None]
        lines = self._lines
        self.deliveries += len(frames) * len(topic.members)
        choosy = any(frame.not_to is not None for frame in frames)
        line: Line
        for line in topic.members:
            binary = line.binary
            if line.careful or choosy:
                wanted = line.filtered(frames)
                if not wanted:
                    continue
                if not line.parts:
                    lines.append(line)
                line.parts += [frame.bytes_for(binary) for frame in wanted]
                continue
            data = shared[binary]
            if data is None:
                built = [frame.bytes_for(binary) for frame in frames]
                data = shared[binary] = built[0] if len(built) == 1 else b"".join(built)
            parts = line.parts
            if not parts:
                lines.append(line)
            parts.append(data)

    def _write_slowly(self, line: Line) -> None:
        assert line.congestion is not None
        line.congestion.wrote(line.parts)
        line.write(b"".join(line.parts))
        line.parts.clear()
        self._judge(line, asyncio.get_running_loop().time())

    def _judge(self, line: Line, now: float) -> None:
        if line.congestion is None or not line.congestion.hopeless(line.wire.pending_bytes, now):
            return
        self.cut_off += 1
        self.congested.discard(line)
        line.wire.abort()
