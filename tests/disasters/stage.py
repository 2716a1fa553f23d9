"""The whole cast in conversation through real nodes, and the checker of what each of them was given.

Everybody is a `Witness`: the product's own client, which remembers every frame it got. Writers send each message until it
is acknowledged, always with the same key. When the faults are over, `complaints` compares the log with what was
acknowledged (tests.disasters.history) and with what each witness applied and received.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any

from protocol.client.client import Client
from protocol.errors import ChattarError, Unavailable
from protocol.frames import ErrorFrame, EventFrame, Reset, ServerFrame
from protocol.ids import StreamKind, new_id, notes_stream, split_stream, thread_stream, user_stream
from protocol.streams import StreamEvent
from protocol.threads import Thread
from protocol.wire import Codec, Id
from storage.log.streams import Stored
from tests.disasters.history import EVENTS_MAX, Record, complaints
from tests.world import Person, World

BACK_OFF_S = 0.05
PATIENCE_S = 20.0
CONVERGENCE_S = 60.0
PROGRESS_MESSAGES = 60
COMPLAINTS_MAX = 20


class Witness(Client):
    """Somebody's client, which remembers everything that it was given."""

    def __init__(
        self,
        world: World,
        person: Person,
        accounts: Collection[Id],
        urls: Sequence[str],
        codec: Codec,
        stirred: asyncio.Event,
    ) -> None:
        super().__init__(urls, token=world.token_of(person), codec=codec, back_off_first_s=BACK_OFF_S)
        self.person = person
        self.is_staff = hasattr(person, "role")
        self.accounts = accounts
        """Those that this person may see."""
        self.received: list[ServerFrame] = []
        self.applied: dict[str, list[int]] = {}
        self.resets: set[str] = set()
        """Streams that the server told it to load anew."""
        self.refused = 0
        """Temporary refusals. Each stirs the record, so that they can be waited for."""
        self._stirred = stirred

    def start(self) -> None:
        super().start()
        self._noting = asyncio.create_task(self._note(), name=f"notes of {self.person.name}")

    async def follow(self, threads: Collection[Thread]) -> None:
        """Open these threads."""
        await self.live()
        for thread in threads:
            await self.open(thread.id, limit=200)

    async def close(self) -> None:
        self._noting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._noting
        await super().close()

    async def _note(self) -> None:
        """Write down in which order events are applied."""
        async for stream, event in self.events():
            self.applied.setdefault(stream, []).append(event.seq)

    def _frame(self, frame: ServerFrame) -> None:
        self.received.append(frame)
        if isinstance(frame, Reset):
            self.resets.add(frame.stream)
        if isinstance(frame, ErrorFrame) and frame.error.code == "unavailable":
            self.refused += 1
            self._stirred.set()
        super()._frame(frame)


class Stage:
    """Two firms in conversation; see `on_stage`."""

    def __init__(self, world: World, urls: Sequence[str]) -> None:
        self.world = world
        self.urls = list(urls)
        self.witnesses: dict[str, Witness] = {}
        self.threads: list[Thread] = []
        self.record = Record([])
        self._stop = asyncio.Event()

    @property
    def acknowledged(self) -> int:
        """Messages so far."""
        return len(self.record.acknowledged)

    @property
    def refused(self) -> int:
        """Temporary refusals that clients have seen so far."""
        return sum(witness.refused for witness in self.witnesses.values())

    async def enter(self) -> None:
        """Let everybody open their threads."""
        world = self.world
        self.threads = [
            await world.thread(world.holm, subject="Bokslut"),
            await world.thread(world.holm, subject="Moms"),
            await world.thread(world.eken, subject="Årsmöte"),
            await world.thread(world.harbour, by=world.grace, subject="VAT"),
        ]
        await world.settled()
        for thread in self.threads:
            self.record.streams += [thread_stream(thread.id), notes_stream(thread.id)]
        before = [event for stream in self.record.streams for event in await self._log(stream)]
        self.record.tried |= {event.key for event in before if event.key is not None}
        holm, eken, wester, harbour = (account.id for account in (world.holm, world.eken, world.wester, world.harbour))
        for name, accounts in {
            "anna": (holm, eken, wester, world.salt.id), "sofia": (holm, eken), "olle": (), "petra": (holm,),
            "linn": (holm,), "gunilla": (eken, wester), "grace": (harbour,), "tom": (harbour,), "emma": (harbour,),
        }.items():  # fmt: skip
            self._cast(name, accounts)
        async with asyncio.TaskGroup() as entering:
            for witness in self.witnesses.values():
                mine = [thread for thread in self.threads if thread.account.id in witness.accounts]
                entering.create_task(witness.follow(mine))

    def _cast(self, name: str, accounts: Collection[Id]) -> None:
        place = len(self.witnesses)
        # Half of them begin at the one node, half at the other, each half in both codecs.
        urls = self.urls[place % len(self.urls) :] + self.urls[: place % len(self.urls)]
        codec: Codec = "json" if place % 4 < 2 else "msgpack"
        self.witnesses[name] = Witness(
            self.world, getattr(self.world, name), accounts, urls, codec, self.record.stirred
        )
        self.witnesses[name].start()

    async def leave(self) -> None:
        """Let everybody go."""
        for witness in self.witnesses.values():
            await witness.close()

    # what they do

    @contextlib.asynccontextmanager
    async def conversation(self) -> AsyncIterator[None]:
        """Inside it, six people write, one message after the other each; at its end all is acknowledged."""
        holm, moms, eken, harbour = self.threads
        async with asyncio.TaskGroup() as writing:
            for name, threads, internal_each in (
                ("anna", [holm, moms, eken], 3),
                ("sofia", [holm, eken], 4),
                ("petra", [holm, moms], 0),
                ("gunilla", [eken], 0),
                ("grace", [harbour], 3),
                ("emma", [harbour], 0),
            ):
                writing.create_task(self._write(self.witnesses[name], threads, internal_each), name=f"{name} writes")
            yield
            self._stop.set()

    async def _write(self, writer: Witness, threads: Sequence[Thread], internal_each: int) -> None:
        for number in itertools.count(1):
            if self._stop.is_set():
                return
            key, thread = new_id(), threads[number % len(threads)]
            internal = internal_each > 0 and number % internal_each == 0
            self.record.tried.add(f"{writer.person.id}:{key}")
            while True:
                try:
                    accepted = await writer.send(
                        thread.id, f"{writer.person.name} {number}", key=key, internal=internal, patience_s=PATIENCE_S
                    )
                except Unavailable:
                    self.record.refused += 1
                    continue
                break
            self.record.acknowledge(f"{writer.person.id}:{key}", (accepted.stream, accepted.seq))

    async def progress(self, messages: int = PROGRESS_MESSAGES) -> None:
        """See Record.progress."""
        await self.record.progress(messages)

    def part_ways(self) -> None:
        """Break every second connection: those people go on at the next node."""
        for witness in list(self.witnesses.values())[::2]:
            witness.cut()

    # what came of it

    async def complaints(self) -> list[str]:
        """Everything that breaks a promise, in words; empty when all hold. The faults must be over."""
        found = await complaints(self.world.store.mongo, self.record)
        # Own streams still grow while consequences are drawn: first everybody comes as far as the log is now, and then
        # what they have is compared with the log as it is then.
        heads = {stream: len(log) for stream, log in (await self._logs()).items()}
        for name, witness in self.witnesses.items():
            found += [f"{name}: {fault}" for fault in await self._behind(witness, heads)]
        received = {name: list(witness.received) for name, witness in self.witnesses.items()}
        logs = await self._logs()
        for name, witness in self.witnesses.items():
            found += [f"{name}: {fault}" for fault in self._judge(witness, received[name], heads, logs)]
        return found[:COMPLAINTS_MAX]

    async def _logs(self) -> dict[str, list[Stored]]:
        own = [user_stream(witness.person.id) for witness in self.witnesses.values()]
        return {stream: await self._log(stream) for stream in [*self.record.streams, *own]}

    async def _log(self, stream: str) -> list[Stored]:
        return await self.world.store.streams.read(stream, 0, EVENTS_MAX)

    async def _behind(self, witness: Witness, heads: dict[str, int]) -> list[str]:
        """Wait until a witness has come to these heads, and have it load what came before it opened its threads."""
        theirs = self._streams_of(witness)
        try:
            await witness.until(
                lambda state: all(_reached(state, name) >= heads[name] for name in theirs), CONVERGENCE_S
            )
            for thread_id in witness.state.opened:
                while await witness.back(thread_id):
                    pass
        except ChattarError as error:
            where = {stream: (_reached(witness.state, stream), heads[stream]) for stream in theirs}
            return [f"has not come to the end: {error}; position and head: {where}"]
        return []

    def _judge(
        self, witness: Witness, received: Sequence[ServerFrame], heads: dict[str, int], logs: dict[str, list[Stored]]
    ) -> list[str]:
        found = []
        for stream in self._streams_of(witness):
            found += self._applied_wrongly(witness, stream, heads[stream])
            found += self._shown_wrongly(witness, stream, logs[stream])
        for frame in received:
            found += self._received_wrongly(witness, frame, logs)
        return found

    def _streams_of(self, witness: Witness) -> list[str]:
        """What this person may see and follows: n: for staff only."""
        mine = [thread.id for thread in self.threads if thread.account.id in witness.accounts]
        notes = [notes_stream(thread) for thread in mine] if witness.is_staff else []
        return [user_stream(witness.person.id), *(thread_stream(thread) for thread in mine), *notes]

    def _applied_wrongly(self, witness: Witness, stream: str, head: int) -> list[str]:
        """Its events must have been applied one after the other, to the end."""
        applied = witness.applied.get(stream, [])
        if stream in witness.resets or not applied:
            return []
        found = []
        if applied != list(range(applied[0], applied[0] + len(applied))):
            found.append(f"applied {stream} as {applied}")
        if applied[-1] < head:
            found.append(f"applied {stream} to {applied[-1]} of {head}")
        return found

    def _shown_wrongly(self, witness: Witness, stream: str, log: Sequence[Stored]) -> list[str]:
        """What a thread shows must be its log, word for word: all of t:, and of n: as much as its last page had."""
        kind, owner = split_stream(stream)
        if kind is StreamKind.USER:
            return []
        thread = witness.state.opened.get(owner)
        if thread is None:
            return [f"has lost {stream} out of sight"]
        shown = thread.items if kind is StreamKind.THREAD else thread.notes
        whole = [StreamEvent(seq=one.seq, at=one.at, actor=one.actor, event=one.event) for one in log]
        if kind is StreamKind.THREAD and len(shown) < len(whole):
            return [f"shows {len(shown)} of {stream}, whose log has {len(whole)}"]
        if list(shown) != whole[len(whole) - len(shown) :]:
            return [f"shows {[event.seq for event in shown]} of {stream}, whose log has {len(whole)}"]
        return []

    def _received_wrongly(self, witness: Witness, frame: ServerFrame, logs: dict[str, list[Stored]]) -> list[str]:
        """Nothing may have come that isn't in the log word for word, or isn't this person's."""
        if not isinstance(frame, EventFrame):
            thread_id = getattr(frame, "thread_id", None)
            if thread_id is not None and thread_id not in self._threads_of(witness):
                return [f"was told of a thread that is not theirs: {frame}"]
            return []
        kind, owner = split_stream(frame.stream)
        if kind is StreamKind.USER:
            theirs = owner == witness.person.id
        else:
            theirs = owner in self._threads_of(witness) and (kind is StreamKind.THREAD or witness.is_staff)
        if not theirs:
            return [f"got what is not theirs: {frame.stream} {frame.seq}"]
        log = logs.get(frame.stream, [])
        if not 0 < frame.seq <= len(log):
            return [f"got {frame.stream} {frame.seq}, which is not in the log"]
        stored = log[frame.seq - 1]
        if (frame.at, frame.actor, frame.event) != (stored.at, stored.actor, stored.event):
            return [f"got {frame.stream} {frame.seq} otherwise than in the log"]
        return []

    def _threads_of(self, witness: Witness) -> set[Id]:
        return {thread.id for thread in self.threads if thread.account.id in witness.accounts}


def _reached(state: Any, stream: str) -> int:
    followed = state.streams.get(stream)
    return followed.position or 0 if followed is not None else 0


@contextlib.asynccontextmanager
async def on_stage(world: World, urls: Sequence[str]) -> AsyncIterator[Stage]:
    """The cast, connected to these nodes, with their threads open."""
    stage = Stage(world, urls)
    try:
        await stage.enter()
        yield stage
    finally:
        await stage.leave()
