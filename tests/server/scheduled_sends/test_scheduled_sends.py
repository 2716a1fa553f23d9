"""Messages that go out at a later time (SS-1), over the real store: how they are planned, changed and sent. The clock is
the world's; a tick is called where a scheduler would."""

import pytest

from protocol.body import BODY_CHARACTERS_MAX, paragraph, plain_text
from protocol.errors import ChattarError, Conflict, Forbidden, Invalid, NotFound
from protocol.ids import new_id, thread_stream
from protocol.scheduled_sends import (
    ScheduledSendCancel,
    ScheduledSendNow,
    ScheduledSendUpdate,
)
from protocol.threads import ThreadArchive, ThreadRead
from server.scheduled_sends import actions
from tests.server import due
from tests.server.due import DAY_MS, HOUR_MS, TIMES
from tests.server.scheduled_sends.planned import answer, head, later, plan, said, told, waiting
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_it_goes_at_its_time_in_its_authors_name_and_not_before(world: World) -> None:
    """SS-1."""
    thread = await world.thread()
    made = await plan(world, thread)
    assert await waiting(world, thread) == [made]
    assert await later(world, HOUR_MS - 1) == 0
    assert await said(world, thread) == []
    assert await later(world, 1) == 1
    assert await said(world, thread) == ["Senare!"]
    (sent,) = await world.store.streams.read_before(thread_stream(thread.id), None, 1)
    assert sent.actor is not None
    assert (sent.actor.id, sent.at) == (world.sofia.id, world.clock.now())
    assert await waiting(world, thread) == []
    assert await told(world, thread) == [("waiting", True, None), ("sent", False, None)]
    # It is a message like any other: the client's list has it, and a letter is on its way.
    row = (await world.do(world.petra, ThreadRead(thread_id=thread.id))).thread
    assert (row.last and row.last.text, row.unread) == ("Senare!", 2)
    assert await later(world, DAY_MS) == 0


async def test_its_shortcodes_stand_for_what_is_so_when_it_goes(world: World) -> None:
    """SC-3, SS-1."""
    thread = await world.thread()
    await plan(world, thread, "Till [ACCOUNT_NAME]")
    assert plain_text((await waiting(world, thread))[0].body) == "Till [ACCOUNT_NAME]"
    await world.store.accounts.change(world.firm.id, world.holm.id, {"$set": {"name": "Holm Bygg AB"}})
    await later(world)
    assert await said(world, thread) == ["Till Holm Bygg AB"]


async def test_the_same_key_is_one_and_another_meaning_is_refused(world: World) -> None:
    """SS-1, P2."""
    thread, key = await world.thread(), new_id()
    due_at = world.clock.now() + HOUR_MS
    first = await plan(world, thread, client_message_id=key, due_at=due_at)
    assert await plan(world, thread, client_message_id=key, due_at=due_at) == first
    with pytest.raises(Conflict) as refused:
        await plan(world, thread, "Annat", client_message_id=key, due_at=due_at)
    assert refused.value.reason == "key_reused"
    assert await waiting(world, thread) == [first]


@pytest.mark.parametrize(("due_in", "fits"), TIMES)
async def test_a_time_lies_ahead_and_within_a_year(world: World, due_in: int, fits: bool) -> None:
    """SS-1. When it is scheduled, and when it is changed."""
    thread = await world.thread()
    made = await plan(world, thread)
    due_at = world.clock.now() + due_in
    for attempt in (
        plan(world, thread, due_at=due_at),
        world.do(world.sofia, ScheduledSendUpdate(scheduled_send_id=made.id, due_at=due_at)),
    ):
        if fits:
            assert (await attempt).due_at == due_at
            continue
        with pytest.raises(Invalid) as refused:
            await attempt
        assert refused.value.problem.path == "$.due_at"
        assert refused.value.problem.expected == "a time from now on, at most 366 days away"


async def test_what_could_not_be_sent_now_is_refused(world: World) -> None:
    """SS-1: what `message.send` refuses, and a position that there isn't."""
    thread = await world.thread()
    for more, error in (
        ({"body": paragraph("  ")}, Invalid),
        ({"body": paragraph("x" * (BODY_CHARACTERS_MAX + 1))}, Invalid),
        ({"body": due.mention(world.olle)}, NotFound),
        ({"attachments": [new_id()], "by": world.anna}, NotFound),
        ({"quoted_message_id": new_id()}, NotFound),
        ({"seq": 1_000}, Invalid),
    ):
        with pytest.raises(error):
            await plan(world, thread, **more)
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))
    with pytest.raises(Conflict) as refused:
        await plan(world, thread)
    assert refused.value.reason == "thread_archived"
    assert await waiting(world, thread) == []
    assert await told(world, thread) == []


async def test_nobody_has_too_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SS-1. Of one's own, in whichever thread."""
    monkeypatch.setattr(actions, "SENDS_MAX", 2)
    one, other = await world.thread(), await world.thread()
    await plan(world, one)
    first = await plan(world, other)
    with pytest.raises(Conflict) as refused:
        await plan(world, one)
    assert refused.value.reason == "too_many"
    await plan(world, one, by=world.anna)
    await world.do(world.sofia, ScheduledSendCancel(scheduled_send_id=first.id))
    await plan(world, one)


async def test_its_words_and_its_time_can_be_changed_until_it_goes(world: World) -> None:
    """SS-1."""
    thread = await world.thread()
    made = await plan(world, thread)
    due_at = made.due_at + HOUR_MS
    changed = await world.do(
        world.sofia,
        ScheduledSendUpdate(scheduled_send_id=made.id, due_at=due_at, body=paragraph("Ännu senare!")),
    )
    assert await waiting(world, thread, world.sofia) == [changed]
    assert await world.do(world.sofia, ScheduledSendUpdate(scheduled_send_id=made.id, due_at=due_at)) == changed
    assert await told(world, thread) == [("waiting", True, None), ("waiting", False, None)]
    with pytest.raises(Invalid):
        await world.do(world.sofia, ScheduledSendUpdate(scheduled_send_id=made.id, body=paragraph(" ")))
    assert await later(world) == 0
    assert await later(world) == 1
    assert await said(world, thread) == ["Ännu senare!"]
    with pytest.raises(NotFound) as gone:
        await world.do(world.sofia, ScheduledSendUpdate(scheduled_send_id=made.id, due_at=due_at + DAY_MS))
    assert gone.value.reason == "send_gone"


async def test_one_that_is_cancelled_never_goes(world: World) -> None:
    """SS-1."""
    thread = await world.thread()
    made = await plan(world, thread)
    await world.do(world.sofia, ScheduledSendCancel(scheduled_send_id=made.id))
    assert await later(world) == 0
    assert (await said(world, thread), await waiting(world, thread)) == ([], [])
    assert await told(world, thread) == [("waiting", True, None), ("cancelled", False, None)]
    with pytest.raises(NotFound):
        await world.do(world.sofia, ScheduledSendCancel(scheduled_send_id=made.id))


async def test_it_can_be_sent_at_once(world: World) -> None:
    """SS-1. Also where the client has written: who presses the button has seen that."""
    thread = await world.thread()
    made = await plan(world, thread, unless_answered=True)
    await answer(world, thread)
    await world.do(world.sofia, ScheduledSendNow(scheduled_send_id=made.id))
    assert await said(world, thread) == ["Hej!", "Senare!"]
    with pytest.raises(NotFound):
        await world.do(world.sofia, ScheduledSendNow(scheduled_send_id=made.id))
    assert await later(world) == 0


async def test_who_may_do_what_with_it(world: World) -> None:
    """SS-1, AC-4: who sees the thread sees it; its words are its author's; owner and admins can keep it from going."""
    thread = await world.thread()
    made = await plan(world, thread)
    for who in (world.anna, world.erik, world.sofia, world.vera):
        assert await waiting(world, thread, who) == [made]
    changes = (
        ScheduledSendUpdate(scheduled_send_id=made.id, body=paragraph("Annat")),
        ScheduledSendNow(scheduled_send_id=made.id),
        ScheduledSendCancel(scheduled_send_id=made.id),
    )
    for stranger, error in ((world.olle, Forbidden), (world.petra, Forbidden), (world.grace, NotFound)):
        with pytest.raises(error):
            await waiting(world, thread, stranger)
    await due.held(world, changes)
    assert await waiting(world, thread) == [made]
    await world.do(world.erik, changes[2])
    assert await waiting(world, thread) == []


async def test_contacts_hear_nothing_of_it_before_it_goes(world: World) -> None:
    """AC-6, SS-1. Every byte: tests/stories/test_internal_messages.py."""
    thread = await world.thread()
    seen = await head(world, thread)
    made = await plan(world, thread)
    await world.do(world.sofia, ScheduledSendUpdate(scheduled_send_id=made.id, due_at=made.due_at + 1))
    assert await head(world, thread) == seen
    with pytest.raises(Forbidden):
        await waiting(world, thread, world.petra)


async def test_a_contact_schedules_nothing(world: World) -> None:
    """AC-6, SS-1."""
    with pytest.raises(ChattarError) as refused:
        await plan(world, await world.thread(), by=world.petra)
    assert isinstance(refused.value, Forbidden)
