"""The order of streams on a channel: what was delivered stays known, and what waited goes on when a hole is no hole."""

from __future__ import annotations

import pytest

from server.network import hub
from server.network.hub import Channel
from storage.redis.bus import BusEvent


def event(stream: str, seq: int) -> BusEvent:
    return BusEvent(stream, seq, None, b"{}")


def test_what_was_delivered_stays_known_while_as_many_other_streams_move_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """P4: else what the log gives again would be delivered a second time."""
    monkeypatch.setattr(hub, "HEADS_PER_CHANNEL_MAX", 10)
    channel = Channel("f:1")
    assert channel.admit(event("t:quiet", 7)) != []
    for number in range(10):
        channel.admit(event(f"t:{number}", 1))
    assert "t:quiet" not in channel.heads
    assert channel.head("t:quiet") == 7
    assert channel.admit(event("t:quiet", 7)) == []
    assert [one.seq for one in channel.admit(event("t:quiet", 8))] == [8]


def test_what_waits_behind_a_hole_goes_on_in_order_when_the_hole_is_given_up() -> None:
    channel = Channel("f:1")
    channel.admit(event("t:1", 1))
    for seq in (5, 4, 7):
        assert channel.admit(event("t:1", seq)) == []
    assert [one.seq for one in channel.give_up("t:1", 3)] == [4, 5]
    assert channel.head("t:1") == 5
    assert [one.seq for one in channel.admit(event("t:1", 6))] == [6, 7]
    assert channel.early == {}
