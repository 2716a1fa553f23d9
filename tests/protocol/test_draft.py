"""A step's draft: what it costs, and that the state before stays as it was."""

from typing import Any

import msgspec
import pytest

from protocol.client import draft, reducer
from protocol.client import state as s
from protocol.frames import Pulse
from protocol.ids import thread_stream
from tests.protocol.pretended_log import Log


def test_a_step_copies_a_table_once_however_many_rows_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []

    def copied(table: dict[str, Any]) -> dict[str, Any]:
        counted.append(len(table))
        return dict(table)

    monkeypatch.setattr(draft, "copied", copied)
    ids = [f"{number:032x}" for number in range(1_000)]
    rows = [msgspec.structs.replace(Log().row(), id=thread_id) for thread_id in ids]
    listed, _ = reducer.reduce(s.State(), s.Listed(threads=rows), 0)
    assert counted == [0, 0]  # rows and streams, both empty before
    counted.clear()
    news = Pulse(at=1, heads={thread_stream(thread_id): 2 for thread_id in ids})
    behind, _ = reducer.reduce(listed, s.Framed(frame=news), 1)
    assert counted == [1_000]
    assert all(followed.head == 2 for followed in behind.streams.values())
    assert all(followed.head == 1 for followed in listed.streams.values()), "the state before is as it was"
    counted.clear()
    old = Pulse(at=1, heads={thread_stream(thread_id): 1 for thread_id in ids})
    assert reducer.reduce(listed, s.Framed(frame=old), 1)[0] is listed
    assert counted == []
