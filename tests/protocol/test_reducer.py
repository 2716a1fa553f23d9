"""The reducer: the vectors it shares with the browser's, and the promise behind them for any order of arrival."""

import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from protocol.client import pending, people, reducer, stream
from protocol.client import state as s
from protocol.commands import LISTS
from protocol.frames import Live, Pulse, from_server
from protocol.streams import ThreadOpen
from tests.protocol.pretended_log import THREAD, Log
from tests.protocol.vector_view import view_of

VECTORS = json.loads(Path(reducer.__file__).with_name("vectors.json").read_text(encoding="utf-8"))


def unordered(requests: list[dict[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    """Only the order of messages matters."""
    sends = [request for request in requests if request["type"] == "message.send"]
    return sorted(json.dumps(request, sort_keys=True) for request in requests), sends


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["name"]))
def test_vector(case: dict[str, Any]) -> None:
    state = s.State()
    for number, step in enumerate(case["steps"]):
        happening = from_server(step["in"], s.Happening)
        if isinstance(happening, s.Brought):
            page = from_server(happening.page, LISTS[happening.kind].Result)
            happening = msgspec.structs.replace(happening, page=page)
        state, asked = reducer.reduce(state, happening, step["now"])
        requests = [msgspec.to_builtins(command) for command in asked]
        assert unordered(requests) == unordered(step["requests"]), f"step {number}"
        view = view_of(state)
        for key, expected in step.get("view", {}).items():
            if key == "rows":
                for thread_id, fields in expected.items():
                    assert {name: view["rows"][thread_id][name] for name in fields} == fields, f"step {number}"
            else:
                assert view[key] == expected, f"step {number}: {key}"


def test_the_vectors_name_the_constants_of_the_code() -> None:
    assert VECTORS["constants"] == {
        "hold_ms": stream.HOLD_MS,
        "ask_again_ms": stream.ASK_AGAIN_MS,
        "ask_events_max": stream.ASK_EVENTS_MAX,
        "typing_ms": people.TYPING_MS,
        "overlap_ms": reducer.OVERLAP_MS,
        "retry_first_ms": pending.RETRY_FIRST_MS,
        "retry_most_ms": pending.RETRY_MOST_MS,
    }


@given(seed=some.integers(0, 2**32), opened_at=some.integers(0, 40))
def test_whatever_is_lost_doubled_or_overtaken_the_log_is_applied_once_and_in_order(seed: int, opened_at: int) -> None:
    chance, log, now = random.Random(seed), Log(), 0
    state = s.State()
    waiting: list[s.Happening] = []

    def connect() -> None:
        nonlocal waiting
        waiting = []
        happen(log.welcome(state))
        waiting.append(s.Framed(frame=Live()))

    def happen(happening: s.Happening) -> None:
        nonlocal state, waiting
        state, asked = reducer.reduce(state, happening, now)
        waiting += [log.answer(command) for command in asked if chance.random() < 0.8]

    connect()
    for turn in range(40):
        now += chance.randrange(300)
        if turn == opened_at:
            waiting.append(log.answer(ThreadOpen(thread_id=THREAD, limit=5)))
        event = log.frame(log.say())
        waiting += [event] * chance.choice([0, 1, 1, 1, 2])
        if chance.random() < 0.05:
            happen(s.Disconnected())
            connect()
        chance.shuffle(waiting)
        while waiting and chance.random() < 0.7:
            happen(waiting.pop(0))
        happen(s.Ticked())
    # Whatever comes to nothing is noticed by the next pulse, at the latest.
    while waiting:
        happen(waiting.pop(0))
    if THREAD not in state.opened:
        happen(log.answer(ThreadOpen(thread_id=THREAD, limit=5)))
    happen(s.Framed(frame=Live()))
    happen(s.Framed(frame=Pulse(at=now, heads={log.name: len(log.events)})))
    for _ in range(60):
        now += stream.ASK_AGAIN_MS
        happen(s.Ticked())
        while waiting:
            happen(waiting.pop(0))
    items = state.opened[THREAD].items
    assert [item.seq for item in items] == list(range(items[0].seq, len(log.events) + 1))
    assert state.streams[log.name].position == len(log.events)
    assert state.rows[THREAD].head == len(log.events)
    assert state.rows[THREAD].last == log.row().last
    assert not state.streams[log.name].held


@given(seqs=some.lists(some.integers(1, 2_000), max_size=700), position=some.integers(0, 2_000))
def test_what_is_held_is_bounded_and_never_what_is_known(seqs: list[int], position: int) -> None:
    followed = stream.Followed(position=position, head=position)
    event = Log().events[0]
    for start in range(0, len(seqs), 50):
        chunk = [msgspec.structs.replace(event, seq=seq) for seq in seqs[start : start + 50]]
        followed, applied = stream.receive(followed, chunk, 0)
        assert [entry.seq for entry in applied] == sorted({entry.seq for entry in applied})
    assert len(followed.held) <= stream.HELD_EVENTS_MAX
    assert all(seq > (followed.position or 0) for seq in followed.held)
    assert followed.head == max([position, *seqs])
    assert not followed.incomplete or 1 <= followed.missing <= stream.ASK_EVENTS_MAX
