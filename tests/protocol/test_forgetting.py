"""What is lost leaves nothing behind, wherever a state may hold something of it."""

from typing import Any

import msgspec

from protocol.body import paragraph
from protocol.client import reducer
from protocol.client import state as s
from protocol.frames import Dropped, Live, ServerFrame, Typing
from protocol.ids import notes_stream
from protocol.streams import StreamPage, ThreadOpen
from tests.protocol.pretended_log import ACCOUNT, THREAD, Log


def after(state: s.State, *happenings: Any) -> s.State:
    for now, happening in enumerate(happenings):
        state, _ = reducer.reduce(state, happening, now)
    return state


def framed(frame: ServerFrame) -> s.Framed:
    return s.Framed(frame=frame)


def test_nothing_of_an_account_that_is_lost_stays_behind() -> None:
    log = Log()
    said = log.say()
    opened = log.answer(ThreadOpen(thread_id=THREAD))
    assert isinstance(opened, s.Opened)
    notes = StreamPage(stream=notes_stream(THREAD), events=[msgspec.structs.replace(said, seq=1)], head=1)
    connected = after(s.State(), log.welcome(s.State()), framed(Live()))
    full = after(
        connected,
        s.Opened(result=msgspec.structs.replace(opened.result, notes=notes)),
        s.Written(client_message_id="key-000009", thread_id=THREAD, body=paragraph("Mine")),
        framed(Typing(thread_id=THREAD, person=log.cilla, typing=True)),
    )
    for table in (full.rows, full.opened, full.pending, full.typing, full.streams):
        assert THREAD in repr(table)
    left = after(full, framed(Dropped(account_id=ACCOUNT)))
    assert THREAD not in repr(left)
    assert left == connected
