"""Catching up exactly (P4): what a connection missed comes from the log, what comes meanwhile waits, and the two are joined
without a hole and without a repetition. Where that can't be, the client is told to load the stream anew.

Knows the log, positions and what was held. Refuses to know who may see what beyond asking, and how bytes leave.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from protocol.frames import POSITIONS_MAX, RESUME_BYTES_MAX, RESUME_EVENTS_MAX, Dropped, Reset, encode
from protocol.ids import StreamKind, split_stream
from server.core.announce import SHARED_CODEC, event_frame
from server.core.context import Principal
from server.network.fanout import Frame
from storage.log.streams import Stored
from storage.store import Store


class HeldTooMuch(Exception):
    """More came while catching up than may wait: begin anew."""


@dataclass
class Plan:
    """What is to be sent before `live`, as found in the log."""

    heads: dict[str, int]
    """For `welcome`."""
    frames: list[Frame] = field(default_factory=list)
    reached: dict[str, int] = field(default_factory=dict)
    """By stream: the position that the client has once it has applied the frames."""


async def readable(store: Store, principal: Principal, positions: Mapping[str, int]) -> dict[str, int]:
    """Those of the positions whose streams somebody may read (AC-4, AC-6)."""
    found: dict[str, int] = {}
    named = {stream: (*split_stream(stream), positions[stream]) for stream in list(positions)[:POSITIONS_MAX]}
    owners = [owner for kind, owner, _ in named.values() if kind is not StreamKind.USER]
    threads = await store.threads.facts_of(principal.firm_id, owners)
    for stream, (kind, owner, position) in named.items():
        if kind is StreamKind.USER:
            allowed = stream in principal.own_streams
        elif kind is StreamKind.NOTES and not principal.is_staff:
            allowed = False
        else:
            facts = threads.get(owner)
            allowed = facts is not None and principal.sees(facts.account_id)
        if allowed:
            found[stream] = position
    return found


async def plan(
    store: Store,
    principal: Principal,
    positions: Mapping[str, int],
    own_streams: Collection[str],
    *,
    said_epoch: str | None,
    epoch: str,
) -> Plan:
    """Find out what somebody missed, who says which log their positions are of. Subscriptions must be confirmed by now.

    Without an epoch only a position of nothing is believed: of any other it can't be told which log it is of. Raises
    Unavailable.
    """
    allowed = await readable(store, principal, positions)
    heads = await store.streams.heads({*allowed, *own_streams})
    planned = Plan(heads)
    for stream in positions:
        if stream not in allowed:
            planned.frames.append(_frame(Dropped(stream=stream)))
    behind: dict[str, int] = {}
    for stream, position in allowed.items():
        head = heads[stream]
        planned.reached[stream] = head
        same_log = said_epoch == epoch or (said_epoch is None and position == 0)
        if position > head or not same_log:
            planned.frames.append(_frame(Reset(stream=stream, head=head)))
        elif position < head:
            behind[stream] = position
    for stream, events in (await store.streams.missed(behind, RESUME_EVENTS_MAX + 1)).items():
        _make_up(stream, events, planned)
    return planned


def _make_up(stream: str, events: Sequence[Stored], planned: Plan) -> None:
    """Send what was missed of a stream; if that is too much, have it loaded anew."""
    missed = [frame_of(stored) for stored in events]
    if len(missed) > RESUME_EVENTS_MAX or sum(len(frame.payload) for frame in missed) > RESUME_BYTES_MAX:
        planned.frames.append(_frame(Reset(stream=stream, head=planned.heads[stream])))
        return
    planned.frames += missed
    planned.reached[stream] = events[-1].seq


async def close_holes(store: Store, planned: Plan, held: list[Frame]) -> None:
    """Read what lies between what the log gave and the first event that was held, for each stream.

    Returns when, at that very moment, there is no hole: the caller must go on without letting the loop turn.
    """
    while True:
        hole = _first_hole(planned, held)
        if hole is None:
            return
        events = await store.streams.read(hole, planned.reached[hole], RESUME_EVENTS_MAX)
        if not events:
            raise HeldTooMuch  # the log ends before what the bus brought: it will not be so the next time
        planned.frames += [frame_of(stored) for stored in events]
        planned.reached[hole] = events[-1].seq


def _first_hole(planned: Plan, held: list[Frame]) -> str | None:
    reached = dict(planned.reached)
    for frame in held:
        stream = frame.stream
        if stream is None or stream not in reached:
            continue
        if frame.seq > reached[stream] + 1:
            return stream
        reached[stream] = max(reached[stream], frame.seq)
    return None


def merge(planned: Plan, held: list[Frame]) -> list[Frame]:
    """What of the held frames is not known already, in order; moves `reached` along. There must be no hole."""
    fresh: list[Frame] = []
    for frame in held:
        stream = frame.stream
        # Of a stream that the client doesn't hold it gets what comes, in the hub's order.
        if stream is not None and (reached := planned.reached.get(stream)) is not None:
            if frame.seq <= reached:
                continue
            assert frame.seq == reached + 1, f"a hole in {stream} at {reached + 1}"
            planned.reached[stream] = frame.seq
        fresh.append(frame)
    return fresh


def frame_of(stored: Stored) -> Frame:
    """An event of the log, ready to be sent."""
    payload = encode(event_frame(stored), SHARED_CODEC)
    return Frame(payload, stream=stored.stream, seq=stored.seq, account_id=stored.account_id)


def _frame(frame: msgspec.Struct) -> Frame:
    return Frame(encode(frame, SHARED_CODEC))
