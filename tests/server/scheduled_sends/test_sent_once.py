"""Messages that go out at a later time (SS-1) go once, in their order and whole, whatever happens meanwhile."""

from typing import Any

import pytest

from protocol.body import paragraph
from protocol.messages import MessageSend
from protocol.scheduled_sends import (
    ScheduledSendCancel,
    ScheduledSendUpdate,
)
from scheduler.scheduled_sends import tick
from server.messages import actions as messages
from server.scheduled_sends import sending
from tests.server import due
from tests.server.due import HOUR_MS
from tests.server.scheduled_sends.planned import later, plan, said, told, waiting
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("at_once", [2, 8])
async def test_several_ticks_at_once_send_each_once(world: World, at_once: int) -> None:
    """SS-1. Two processes, one killed: tests/scheduler/test_scheduled_sends.py."""
    threads = [await world.thread(subject=f"nr {number}") for number in range(10)]
    for thread in threads:
        await plan(world, thread)
    world.clock.advance(s=HOUR_MS / 1000 + 1)
    await due.ticks(world, tick, at_once)
    await world.settled()
    for thread in threads:
        assert await said(world, thread) == ["Senare!"]
        assert await told(world, thread) == [("waiting", True, None), ("sent", False, None)]


@pytest.mark.parametrize("at_once", [1, 4])
async def test_what_was_to_go_first_stands_first(world: World, at_once: int) -> None:
    """SS-1: also where all of it is late, and whoever sends it."""
    thread = await world.thread()
    now, texts = world.clock.now(), [f"nr {number}" for number in range(12)]
    for number, text in reversed(list(enumerate(texts))):
        await plan(world, thread, text, due_at=now + (number + 1) * 1_000)
    world.clock.advance(s=HOUR_MS / 1000)
    await due.ticks(world, tick, at_once)
    assert await said(world, thread) == texts


async def test_what_is_changed_while_it_is_due_goes_as_it_is_then_or_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SS-1: a scheduler that has read it before never sends it as it was."""
    thread = await world.thread()
    changed, cancelled = await plan(world, thread, "Fel ord"), await plan(world, thread, "Ångrat")

    async def think_again() -> None:
        update = ScheduledSendUpdate(scheduled_send_id=changed.id, body=paragraph("Rätt ord"))
        await world.do(world.sofia, update)
        await world.do(world.sofia, ScheduledSendCancel(scheduled_send_id=cancelled.id))

    due.between(monkeypatch, world.store.scheduled_sends, think_again)
    assert await later(world) == 1
    assert await said(world, thread) == ["Rätt ord"]


async def test_a_process_that_dies_in_between_leaves_it_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SS-1: all of it is one transaction."""
    thread = await world.thread()
    made = await plan(world, thread)
    note = sending.note

    def die(*asked: Any) -> Any:
        raise RuntimeError("the process is gone")

    # Behind the message, before what tells the firm.
    monkeypatch.setattr(sending, "note", die)
    assert await later(world) == 0
    assert (await said(world, thread), await waiting(world, thread)) == ([], [made])
    monkeypatch.setattr(sending, "note", note)
    # A fault of ours waits for a while before it is met again.
    assert await later(world, HOUR_MS) == 1
    assert await said(world, thread) == ["Senare!"]


async def test_one_that_cant_be_sent_for_a_fault_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SS-1."""
    one, other = await world.thread(), await world.thread()
    for thread in (one, other):
        await plan(world, thread)
    drafted = messages.drafted

    async def fault(context: Any, command: MessageSend, *more: Any) -> Any:
        if command.thread_id == one.id:
            raise RuntimeError("a fault of ours")
        return await drafted(context, command, *more)

    monkeypatch.setattr(messages, "drafted", fault)
    assert await later(world) == 1
    assert (await said(world, one), await said(world, other)) == ([], ["Senare!"])
