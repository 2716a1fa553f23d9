"""Telling again what the bus may have lost of marks: they are state and not in the log, so no position shows that one is
missing (P5).

Whoever listens gets the same `mark` frames as they would have: harmless for who has had them, as positions only grow. Told
is what was written since nothing could be missed, with room for clocks and writes under way. Knows marks, rows and
channels. Refuses to know who may hear a channel, and typing and presence, which nobody misses for long.
"""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from protocol.frames import MarkMoved, encode
from protocol.ids import thread_stream
from protocol.wire import Id, Ms
from server.core.announce import SHARED_CODEC
from server.network.hub import Channel, Hub
from storage.marks import MarkDoc
from storage.mongo.connection import ours
from storage.redis.bus import BusState, account_channel, firm_channel
from storage.store import Store
from storage.threads import ThreadDoc

OVERLAP_MS: Final = 20_000
"""Nodes' clocks apart, a write under way, and a connection that was dead for a while before anybody noticed."""
MARKS_PER_QUERY: Final = 500
COUNT_ATTEMPTS_MAX: Final = 5

Tell = Callable[[Channel, BusState], None]
"""Hands a state to the listeners of a channel."""
Told = tuple[str, Ms, int, int, int]
"""A mark, where it stood and when it moved: what needn't be told a second time while the same absence lasts."""


class Retelling:
    """What is owed to the listeners of a hub."""

    def __init__(self, hub: Hub, store: Store, firms: Callable[[], set[Id]], tell: Tell) -> None:
        self._hub = hub
        self._store = store
        self._firms = firms
        self._tell = tell
        self._missed_since: Ms | None = None
        self._told: set[Told] = set()
        self.told = 0
        """Marks that were told again."""

    def missed(self, since: Ms) -> None:
        """Marks may have been lost since a time, and until this is said no more."""
        self._missed_since = since if self._missed_since is None else min(since, self._missed_since)

    async def tell(self, now: Ms, *, deaf: bool) -> None:
        """Tell what is owed; while the node is deaf, what comes from now on is owed as well. Raises Unavailable."""
        since = self._missed_since
        if since is None:
            return
        self._missed_since = now if deaf else None
        try:
            told = await self._tell_since(since - OVERLAP_MS)
        except BaseException:
            self.missed(since)
            raise
        self._told = told if deaf else set()

    async def _tell_since(self, since: Ms) -> set[Told]:
        firms, at, told, ahead = list(self._firms()), since, set[Told](), set[Told]()
        while firms:
            async with ours():
                marks = await self._store.marks.moved_since(firms, at, MARKS_PER_QUERY)
                new = [mark for mark in marks if _state(mark) not in self._told | told]
                rows = await self._store.threads.many(firms, {mark.thread_id for mark in new})
            threads = {row.id: row for row in rows}
            for mark in new:
                if (thread := threads.get(mark.thread_id)) is not None:
                    await self._mark(thread, mark, since)
                    if mark.person.side == "staff" and mark.read_seq > thread.firm_read.seq:
                        # The firm's position comes a moment after the colleague's: looked at again, until it is there.
                        ahead.add(_state(mark))
            told |= {_state(mark) for mark in marks}
            if not marks or marks[-1].moved_at == at:
                break  # nothing later than what was asked for
            at = marks[-1].moved_at
        return told - ahead

    async def _mark(self, thread: ThreadDoc, mark: MarkDoc, since: Ms) -> None:
        self.told += 1
        contacts = self._hub.channels.get(account_channel(thread.account_id))
        staff = self._hub.channels.get(firm_channel(thread.firm_id))
        if contacts is not None and contacts.topics:
            unread = None if mark.person.side == "staff" else await self._unread(contacts, thread, mark)
            self._say(contacts, thread, _frames(mark, since, unread))
        if staff is not None and staff.topics:
            await self._tell_staff(staff, thread, mark, since)

    async def _tell_staff(self, channel: Channel, thread: ThreadDoc, mark: MarkDoc, since: Ms) -> None:
        unread = await self._unread(channel, thread, mark)
        if mark.person.side == "contact":
            self._say(channel, thread, [*_mailed(mark, since), *_frames(mark, since, unread)])
            return
        shared = thread.firm_read
        # What lies beyond the shared position was read, and then marked as unread: it must stay so (RD-9).
        frames = [frame for frame in _frames(mark, since, None) if (frame.read_seq or 0) < shared.seq]
        if shared.at is not None and since <= shared.at and mark.read_seq >= shared.seq:
            frames.append(
                MarkMoved(
                    thread_id=mark.thread_id, person=mark.person, read_seq=shared.seq, read_at=shared.at, unread=unread,
                    read_messages=shared.messages, turns_back=thread.firm_turns_back,
                )
            )  # fmt: skip
        self._say(channel, thread, frames)

    async def _unread(self, channel: Channel, thread: ThreadDoc, mark: MarkDoc) -> int:
        """What is left to read of what was delivered here: clients count on from there. The row may be ahead or behind."""
        stream, totals = thread_stream(thread.id), thread.head
        for _ in range(COUNT_ATTEMPTS_MAX):
            head = channel.head(stream)
            if head is None or head == totals.seq:
                break
            async with ours():
                stored = await self._store.streams.at(stream, head)
            totals = stored.totals if stored is not None else totals
        if mark.person.side == "staff":
            return max(0, totals.contact_messages - thread.firm_read.messages)
        return max(0, totals.staff_messages - mark.read_messages)

    def _say(self, channel: Channel, thread: ThreadDoc, frames: list[MarkMoved]) -> None:
        for frame in frames:
            self._tell(channel, BusState(thread.account_id, encode(frame, SHARED_CODEC), None, ephemeral=False))


def _state(mark: MarkDoc) -> Told:
    return mark.id, mark.moved_at, mark.read_seq, mark.delivered_seq, mark.mailed_seq


def _mailed(mark: MarkDoc, since: Ms) -> list[MarkMoved]:
    return [
        MarkMoved(thread_id=mark.thread_id, person=mark.person, mailed_seq=step.seq, mailed_at=step.at)
        for step in mark.mailed
        if step.at >= since
    ]


def _frames(mark: MarkDoc, since: Ms, unread: int | None) -> list[MarkMoved]:
    """What was told of a mark since a time, as it was told then; the count stands beside where they are now."""
    frames = [
        MarkMoved(thread_id=mark.thread_id, person=mark.person, delivered_seq=step.seq, delivered_at=step.at)
        for step in mark.delivered
        # What was read at the same moment was not told as delivered.
        if step.at >= since and step not in mark.read
    ]
    for step in mark.read:
        if step.at >= since:
            frame = MarkMoved(thread_id=mark.thread_id, person=mark.person, read_seq=step.seq, read_at=step.at)
            if step.seq == mark.read_seq and unread is not None:
                frame = replace(frame, unread=unread, read_messages=mark.read_messages)
            frames.append(frame)
    return frames
