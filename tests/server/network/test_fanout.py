"""From the bus to sockets: what goes together in one write, what waits for it, and what may never wait."""

from __future__ import annotations

import asyncio

import pytest

from protocol.body import paragraph
from protocol.frames import EventFrame, MarkMoved, ServerFrame, Typing, decode_server_frame
from protocol.ids import new_id, thread_stream
from protocol.messages import MessageSent
from protocol.people import Person
from protocol.wire import Codec, Id
from server.core.announce import Announcer
from server.core.context import Principal
from server.core.limits import Limits
from server.network.doorway import Doorway
from server.network.fanout import REST_S_MIN, Line
from server.network.hub import EVERYBODY, topics_of
from server.network.node import Node
from server.network.plain_wire import unframed
from server.network.strangers import Strangers
from storage.log.drafts import Head, Stored, event_id
from storage.redis.bus import Bus, account_channel
from tests.world import World

pytestmark = pytest.mark.anyio

SOON_S = 10.0


class Watch:
    """Stands in for the module `time`: what takes time says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Socket:
    """The end of a wire: every write as it came."""

    def __init__(self, watch: Watch, slow_s: float = 0.0) -> None:
        self.writes: list[bytes] = []
        self.pending_bytes = 0
        self._watch = watch
        self._news = asyncio.Event()
        self._slow_s = slow_s

    def write(self, data: bytes) -> None:
        self._watch.now += self._slow_s
        self.writes.append(data)
        self._news.set()

    def works(self) -> None: ...

    def known(self) -> None: ...

    def pause_reading(self) -> None: ...

    def take_up_to(self, bytes_max: int) -> None: ...

    def resume_reading(self) -> None: ...

    def close(self, code: int, reason: str = "") -> None: ...

    def abort(self) -> None: ...

    async def written(self, times: int) -> None:
        async with asyncio.timeout(SOON_S):
            while len(self.writes) < times:
                self._news.clear()
                await self._news.wait()


class Room:
    """A node with one account's contacts at it, and the means to say something on its bus."""

    def __init__(self, world: World, redis_url: str, watch: Watch) -> None:
        self.world = world
        self.watch = watch
        self.node = Node(world.means, Bus(redis_url), new_id())
        self.account_id = world.holm.id
        self.stream = thread_stream(new_id())
        self.sender = Person(id=world.petra.id, side="contact", name="Petra")
        self.seq = 0

    def line(self, codec: Codec = "json", *, slow_s: float = 0.0, user_id: Id | None = None) -> tuple[Line, Socket]:
        socket = Socket(self.watch, slow_s)
        line = Line(socket, codec, user_id or new_id(), new_id())
        principal = Principal(
            user_id=line.user_id, side="contact", firm_id=self.world.firm.id, name="", email="", language="sv",
            session_id=line.session_id, account_ids=frozenset([self.account_id]),
        )  # fmt: skip
        self.node.hub.join(line, topics_of(principal))
        return line, socket

    def event(self) -> tuple[str, bytes]:
        """The next event of the room's thread, as the bus brings it."""
        self.seq += 1
        announcer = Announcer(self.world.bell)
        announcer.event(
            Stored(
                id=event_id(self.stream, self.seq), stream=self.stream, firm_id=self.world.firm.id,
                account_id=self.account_id, at=1, actor=self.sender, totals=Head(seq=self.seq),
                event=MessageSent(message_id=new_id(), client_message_id=new_id(), body=paragraph("Tack!")),
            )
        )  # fmt: skip
        return self.world.bell.rung[-1]

    def mark(self) -> tuple[str, bytes]:
        mark = MarkMoved(thread_id=self.stream[2:], person=self.sender, read_seq=self.seq)
        Announcer(self.world.bell).mark(self.world.firm.id, self.account_id, mark, for_contacts=mark)
        return self.world.bell.rung[-1]


@pytest.fixture
def room(world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Room:
    watch = Watch()
    monkeypatch.setattr("server.network.fanout.time", watch)
    return Room(world, redis_url, watch)


def frames(write: bytes) -> list[ServerFrame]:
    found = [decode_server_frame(payload, "json" if text else "msgpack") for text, payload in unframed(write)]
    return [frame for frame in found if frame is not None]


def kinds(write: bytes) -> list[type[ServerFrame]]:
    return [type(frame) for frame in frames(write)]


async def test_what_one_read_held_is_one_write_and_the_same_bytes_for_all_of_a_codec(room: Room) -> None:
    _, one = room.line()
    _, two = room.line()
    _, three = room.line("msgpack")
    room.node.heard([room.event(), room.event(), room.event()])
    assert [len(socket.writes) for socket in (one, two, three)] == [1, 1, 1]
    assert one.writes[0] is two.writes[0]
    assert frames(one.writes[0]) == frames(three.writes[0])
    assert [frame.seq for frame in frames(one.writes[0]) if isinstance(frame, EventFrame)] == [1, 2, 3]


async def test_a_mark_goes_with_the_next_event(room: Room) -> None:
    _, socket = room.line()
    room.node.heard([room.event()])
    room.node.heard([room.mark()])
    assert len(socket.writes) == 1
    room.node.heard([room.event()])
    assert kinds(socket.writes[1]) == [MarkMoved, EventFrame]
    assert room.node.fanout._timer is None, "nothing is planned any more"


async def test_a_mark_that_no_event_takes_along_goes_by_itself(room: Room) -> None:
    _, socket = room.line()
    room.node.heard([room.event(), room.mark()])
    room.node.heard([room.mark()])
    room.node.heard([room.mark()])
    await socket.written(2)
    assert [kinds(write) for write in socket.writes] == [[EventFrame, MarkMoved], [MarkMoved, MarkMoved]]


async def test_what_comes_while_we_rest_from_a_crowd_goes_together(room: Room) -> None:
    _, socket = room.line(slow_s=2 * REST_S_MIN)
    room.node.heard([room.event()])
    room.node.heard([room.event()])
    room.node.heard([room.event()])
    assert len(socket.writes) == 1
    await socket.written(2)
    assert [frame.seq for frame in frames(socket.writes[1]) if isinstance(frame, EventFrame)] == [2, 3]


async def test_nothing_rests_after_a_few(room: Room) -> None:
    _, socket = room.line()
    for _ in range(20):
        room.node.heard([room.event()])
    assert len(socket.writes) == 20


async def test_what_waits_when_access_is_lost_goes_out_before_and_nothing_after(room: Room) -> None:
    lost: list[int] = []

    class Watched(Line):
        """A line that notes what it had been given when it was told."""

        def access_changed(self) -> None:
            lost.append(len(socket.writes))
            self.hold()

    socket = Socket(room.watch, 2 * REST_S_MIN)
    line = Watched(socket, "json", room.world.petra.id, new_id())
    room.node.hub.join(line, [(account_channel(room.account_id), EVERYBODY), (f"u:{line.user_id}", EVERYBODY)])
    room.node.heard([room.event()])
    room.node.heard([room.event()])
    assert len(socket.writes) == 1
    Announcer(room.world.bell).access_changed(line.user_id)
    room.node.heard([*room.world.bell.rung[-2:], room.event()])
    room.node.fanout.flush()
    assert lost == [2]
    assert len(socket.writes) == 2
    assert [frame.seq for frame in line.held or []] == [3]


async def test_a_pulse_tells_of_nothing_that_has_not_gone_before_it(room: Room) -> None:
    line, socket = room.line(slow_s=2 * REST_S_MIN)
    doorway = Doorway(room.node, Limits(room.world.settings, room.world.clock), 1, Strangers(1, 1))
    room.node.heard([room.event()])
    room.node.heard([room.event()])
    assert len(socket.writes) == 1
    assert {topic.recent.get(room.stream) for topic in line.topics} == {None, 2}
    doorway.pulse(0)
    assert len(socket.writes) == 2


async def test_the_one_whom_a_state_is_about_is_not_told_of_it(room: Room) -> None:
    _, own = room.line(user_id=room.sender.id)
    _, other = room.line()
    announcer = Announcer(room.world.bell)
    announcer.typing(room.world.firm.id, room.account_id, Typing(thread_id=room.stream[2:], person=room.sender))
    room.node.heard([room.world.bell.rung[-1]])
    room.node.fanout.flush()
    assert (len(own.writes), len(other.writes)) == (0, 1)
