"""Messages of one's own until they are in their stream: how often they are tried, and always under the same key."""

from protocol.asked import Asked
from protocol.body import paragraph
from protocol.client import pending, reducer
from protocol.client import state as s
from protocol.errors import Problem
from protocol.frames import Live
from protocol.messages import MessageSend
from tests.protocol.pretended_log import THREAD, Log

KEY = "key-000001"
WRITTEN = s.Written(client_message_id=KEY, thread_id=THREAD, body=paragraph("Hello"))
SENT = MessageSend(thread_id=THREAD, client_message_id=KEY, body=paragraph("Hello"))


def live() -> s.State:
    """A client that is connected and has written nothing."""
    state, _ = reducer.reduce(s.State(), Log().welcome(s.State()), 0)
    return reducer.reduce(state, s.Framed(frame=Live()), 0)[0]


def refused(state: s.State, code: str, now: int, retry_after_ms: int | None = None) -> s.State:
    problem = Problem(code=code, message="No.", retry_after_ms=retry_after_ms)
    state, asked = reducer.reduce(state, s.Refused(client_message_id=KEY, problem=problem), now)
    assert asked == []
    return state


def ticked(state: s.State, now: int) -> tuple[s.State, list[Asked]]:
    return reducer.reduce(state, s.Ticked(), now)


def test_each_wait_is_twice_the_one_before_up_to_the_longest() -> None:
    state, asked = reducer.reduce(live(), WRITTEN, 0)
    now, waits = 0, []
    for _ in range(8):
        assert asked == [SENT]
        state = refused(state, "unavailable", now)
        due = reducer.due_at(state)
        assert due is not None
        assert ticked(state, due - 1)[1] == []
        waits.append(due - now)
        now = due
        state, asked = ticked(state, now)
    assert waits == [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]


def test_a_wait_that_the_server_names_is_kept() -> None:
    state, _ = reducer.reduce(live(), WRITTEN, 0)
    assert reducer.due_at(refused(state, "rate_limited", 10, retry_after_ms=45_000)) == 45_010


def test_a_message_that_will_never_be_taken_waits_for_its_author_who_begins_anew() -> None:
    state, _ = reducer.reduce(live(), WRITTEN, 0)
    for now in (0, 1_000, 3_000):
        state, _ = ticked(refused(state, "unavailable", now), now + pending.RETRY_MOST_MS)
    state = refused(state, "forbidden", 50_000)
    assert state.pending[KEY].state == "failed"
    assert reducer.due_at(state) is None
    assert ticked(state, 10_000_000)[1] == []
    state, asked = reducer.reduce(state, s.Retried(client_message_id=KEY), 60_000)
    assert asked == [SENT]
    assert reducer.due_at(refused(state, "unavailable", 60_000)) == 60_000 + pending.RETRY_FIRST_MS


def test_nothing_is_sent_while_nobody_hears_it_and_everything_once_somebody_does() -> None:
    state, _ = reducer.reduce(live(), WRITTEN, 0)
    state, _ = reducer.reduce(refused(state, "unavailable", 0), s.Disconnected(), 1)
    assert reducer.due_at(state) is None
    assert ticked(state, 1_000_000)[1] == []
    state, asked = reducer.reduce(state, Log().welcome(state), 1_000_001)
    assert asked == []
    assert reducer.reduce(state, s.Framed(frame=Live()), 1_000_002)[1] == [SENT]
