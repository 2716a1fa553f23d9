"""The checker finds what it is there to find: each test spoils one thing in a history that was whole."""

from collections.abc import AsyncIterator

import pytest
from msgspec import structs

from protocol.body import paragraph
from protocol.frames import EventFrame
from protocol.ids import StreamKind, split_stream, thread_stream
from protocol.messages import MessageSent
from tests.disasters.stage import Stage, on_stage
from tests.protocol.nodes import two_nodes
from tests.world import World

__all__ = ["two_nodes"]

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage(world: World, two_nodes: list[str]) -> AsyncIterator[Stage]:
    """A conversation without any fault."""
    async with on_stage(world, two_nodes) as stage:
        async with stage.conversation():
            await stage.progress()
        assert await stage.complaints() == []
        yield stage


def a_message_to(stage: Stage, name: str, kind: StreamKind) -> EventFrame:
    """One of those in the first thread that somebody received."""
    return next(
        frame
        for frame in stage.witnesses[name].received
        if isinstance(frame, EventFrame)
        and split_stream(frame.stream) == (kind, stage.threads[0].id)
        and isinstance(frame.event, MessageSent)
    )


async def test_it_sees_an_event_that_was_applied_twice_or_not_at_all(stage: Stage) -> None:
    applied = stage.witnesses["petra"].applied[thread_stream(stage.threads[0].id)]
    applied.insert(3, applied[3])
    assert any("petra: applied" in complaint for complaint in await stage.complaints())
    del applied[3:5]
    assert any("petra: applied" in complaint for complaint in await stage.complaints())


async def test_it_sees_what_came_to_the_wrong_person(stage: Stage) -> None:
    for given, to, kind in (
        ("anna", "grace", StreamKind.THREAD),
        ("anna", "gunilla", StreamKind.THREAD),
        ("anna", "petra", StreamKind.NOTES),
        ("anna", "olle", StreamKind.NOTES),
    ):
        received, frame = stage.witnesses[to].received, a_message_to(stage, given, kind)
        received.append(frame)
        assert any(f"{to}: got what is not theirs" in complaint for complaint in await stage.complaints())
        received.remove(frame)
    assert await stage.complaints() == []


async def test_it_sees_what_never_was_in_the_log(stage: Stage) -> None:
    frame = a_message_to(stage, "petra", StreamKind.THREAD)
    assert isinstance(frame.event, MessageSent)
    other = structs.replace(frame, event=structs.replace(frame.event, body=paragraph("något annat")))
    stage.witnesses["petra"].received.append(other)
    later = structs.replace(frame, seq=frame.seq + 10_000)
    stage.witnesses["petra"].received.append(later)
    found = await stage.complaints()
    assert any("otherwise than in the log" in complaint for complaint in found)
    assert any("not in the log" in complaint for complaint in found)


async def test_it_sees_an_acknowledgement_without_an_event(stage: Stage) -> None:
    stage.record.acknowledged["nobody:aaaaaaaa"] = (stage.record.streams[0], 1)
    assert any("nobody:aaaaaaaa: acknowledged" in complaint for complaint in await stage.complaints())
