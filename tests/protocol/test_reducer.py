"""The reducer: the vectors it shares with the browser's, and the promise behind them for any order of arrival."""

import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from protocol import commands as c
from protocol import reducer, stream, threads
from protocol import state as s
from protocol.body import paragraph
from protocol.entities import AccountBrief, Firm, Me, Person, Thread
from protocol.events import MessageSent, ThreadCreated
from protocol.frames import EventFrame, Live, Pulse, Welcome, from_server
from protocol.ids import thread_stream
from tests.protocol.vector_view import view_of

VECTORS = json.loads(Path(reducer.__file__).with_name("vectors.json").read_text(encoding="utf-8"))
THREAD, ACCOUNT, ANNA, CILLA = "1" * 32, "a" * 32, "5" * 32, "c" * 32


def unordered(requests: list[dict[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    """Only the order of messages matters."""
    sends = [request for request in requests if request["type"] == "message.send"]
    return sorted(json.dumps(request, sort_keys=True) for request in requests), sends


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["name"]))
def test_vector(case: dict[str, Any]) -> None:
    state = s.State()
    for number, step in enumerate(case["steps"]):
        state, asked = reducer.reduce(state, from_server(step["in"], s.Happening), step["now"])
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
        "typing_ms": reducer.TYPING_MS,
        "overlap_ms": reducer.OVERLAP_MS,
        "retry_first_ms": reducer.RETRY_FIRST_MS,
        "retry_most_ms": reducer.RETRY_MOST_MS,
    }


class Log:
    """A thread's stream on a pretended server, and the answers that it gives."""

    def __init__(self) -> None:
        self.name = thread_stream(THREAD)
        self.anna = Person(id=ANNA, side="staff", name="Anna")
        self.cilla = Person(id=CILLA, side="contact", name="Cilla")
        created = ThreadCreated(account_id=ACCOUNT, subject="Subject")
        self.events = [c.StreamEvent(seq=1, at=1, actor=self.anna, event=created)]

    def say(self) -> c.StreamEvent:
        seq = len(self.events) + 1
        said = MessageSent(message_id=f"{seq:032x}", client_message_id=f"key-{seq:06}", body=paragraph(f"m{seq}"))
        self.events.append(c.StreamEvent(seq=seq, at=seq, actor=self.cilla, event=said))
        return self.events[-1]

    def frame(self, event: c.StreamEvent) -> s.Framed:
        frame = EventFrame(stream=self.name, seq=event.seq, at=event.at, actor=event.actor, event=event.event)
        return s.Framed(frame=frame)

    def row(self) -> Thread:
        account = AccountBrief(id=ACCOUNT, name="Acme")
        row = Thread(
            id=THREAD, account=account, subject="Subject", state="active", created_at=1, created_by=self.anna, head=1,
            updated_at=1, last_message_at=1,
        )  # fmt: skip
        for event in self.events:
            row = threads.row_after(row, event, "staff")
        return row

    def answer(self, command: c.Asked) -> s.Happening:
        match command:
            case c.StreamRead(after=after, limit=limit):
                events = self.events[after or 0 :][:limit]
                return s.Paged(page=c.StreamPage(stream=self.name, events=events, head=len(self.events)))
            case c.ThreadOpen(limit=limit):
                page = c.StreamPage(stream=self.name, events=self.events[-limit:], head=len(self.events))
                return s.Opened(result=c.ThreadOpened(thread=self.row(), tasks=[], marks=[], page=page))
            case _:
                return s.Listed(threads=[self.row()])

    def welcome(self, state: s.State) -> s.Framed:
        me = Me(person=self.anna, firm=Firm(id="f" * 32, name="Firm"), email="anna@firm.example", language="en")
        heads = {name: len(self.events) for name in s.positions(state) if name == self.name}
        return s.Framed(frame=Welcome(session="9" * 32, me=me, at=1, epoch="e", heads=heads))


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
            waiting.append(log.answer(c.ThreadOpen(thread_id=THREAD, limit=5)))
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
        happen(log.answer(c.ThreadOpen(thread_id=THREAD, limit=5)))
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
