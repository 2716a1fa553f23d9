"""Messages that can't go out at their time (SS-1): they stay with their words, and somebody hears of it."""

from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from protocol.accounts import AccountAssign
from protocol.documents import FolderSetAccess
from protocol.errors import Forbidden
from protocol.ids import thread_stream
from protocol.inbox import NotificationArchive, NotificationList
from protocol.messages import MessageSent
from protocol.scheduled_sends import (
    ScheduledSendUpdate,
    WhyStopped,
)
from protocol.threads import ThreadArchive, ThreadList
from tests.server import due
from tests.server.due import HOUR_MS, entries
from tests.server.scheduled_sends.planned import answer, head, later, plan, said, told, waiting
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_it_stays_if_the_client_has_written_meanwhile_and_that_was_asked_for(world: World) -> None:
    """SS-1. Meanwhile: behind what its author knew of the thread, also if the server has heard of it before."""
    thread = await world.thread()
    await answer(world, thread)
    known = await head(world, thread)
    await plan(world, thread, "Inget nytt", unless_answered=True)
    await later(world)
    assert await said(world, thread) == ["Hej!", "Inget nytt"]
    await answer(world, thread)
    kept = await plan(world, thread, "Hör av dig", unless_answered=True, seq=known)
    await plan(world, thread, "Ändå", seq=known)
    await later(world)
    assert await said(world, thread) == ["Hej!", "Inget nytt", "Hej!", "Ändå"]
    (stopped,) = await waiting(world, thread)
    assert stopped == replace(kept, stopped="contact_wrote")
    (entry,) = await entries(world, world.sofia)
    assert (entry.thread_id, entry.unread, entry.text) == (thread.id, True, "contact_wrote")
    # With what its author knows by now it goes after all.
    at = world.clock.now() + HOUR_MS
    again = ScheduledSendUpdate(scheduled_send_id=kept.id, due_at=at, seq=await head(world, thread))
    assert (await world.do(world.sofia, again)).stopped is None
    await later(world)
    assert (await said(world, thread))[-1] == "Hör av dig"


async def archived(world: World) -> None:
    (thread,) = (await world.do(world.anna, ThreadList())).threads
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))


@pytest.mark.parametrize(
    ("happens", "why", "tells_author"),
    [
        (archived, "thread_archived", True),
        (due.author_left, "author_inactive", False),
        (due.author_lost_the_account, "no_access", False),
        (due.account_archived, "account_archived", True),
        (due.nobody_logs_in, "nobody_can_read", True),
    ],
)
async def test_what_cant_go_at_its_time_says_why_and_keeps_its_words(
    world: World, happens: Callable[[World], Awaitable[None]], why: WhyStopped, tells_author: bool
) -> None:
    """SS-1, AC-15, NS-1: its author hears of it, or whoever follows the client where they may not see it any more."""
    thread = await world.thread()
    made = await plan(world, thread)
    await happens(world)
    await world.settled()
    assert await later(world) == 1
    assert await said(world, thread) == []
    assert await waiting(world, thread) == [replace(made, stopped=why)]
    assert await told(world, thread) == [("waiting", True, None), ("stopped", False, why)]
    hearer, other = (world.sofia, world.anna) if tells_author else (world.anna, world.vera)
    assert [entry.text for entry in await entries(world, hearer)] == [why]
    assert await entries(world, other) == []
    # It waits for somebody, not for the next tick, nor for a change back.
    assert await later(world) == 0


async def test_its_author_hears_that_it_stayed_though_they_may_not_see_the_client_any_more(world: World) -> None:
    """SS-1, AC-15: once, without the client's name, the thread or the words, whatever else they lose."""
    thread = await world.thread()
    await plan(world, thread)
    lost = AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False)
    await world.do(world.anna, lost)
    await later(world)
    (entry,) = await entries(world, world.sofia)
    assert (entry.about, entry.text, entry.unread, entry.archived) == ("unseen", "no_access", True, False)
    said = repr(entry)
    assert not any(words in said for words in (world.holm.id, world.holm.name, thread.id, thread.subject, "Senare!"))
    page = await world.do(world.sofia, NotificationList())
    assert page.open_count == len(page.notifications) == 1
    # What is lost again, and what is archived.
    await world.do(world.anna, replace(lost, assigned=True))
    await world.do(world.anna, lost)
    await world.settled()
    assert [one.id for one in await entries(world, world.sofia)] == [entry.id]
    await world.do(world.sofia, NotificationArchive(notification_id=entry.id))
    assert (await world.do(world.sofia, NotificationList())).open_count == 0
    # Whoever follows the client still hears of it as before.
    assert [(one.about, one.thread_id) for one in await entries(world, world.anna)] == [("thread", thread.id)]


async def test_a_document_that_its_author_may_not_send_any_more_keeps_it(world: World) -> None:
    """SS-1, DC-1, DC-12: checked when it is scheduled, and again when it goes."""
    thread = await world.thread()
    place, carried = await due.viewed_document(world)
    with pytest.raises(Forbidden):
        await plan(world, thread, attachments=[carried.id])
    goes = await plan(world, thread, "Med bilaga", by=world.anna, attachments=[carried.id])
    assert goes.attachments == [carried.id]
    await later(world)
    (sent,) = await world.store.streams.read_before(thread_stream(thread.id), None, 1)
    assert isinstance(sent.event, MessageSent)
    assert sent.event.attachments == [carried.id]
    assert [row.document_id for row in await world.store.carried.of_threads(world.firm.id, [thread.id], 9)] == [
        carried.id
    ]
    await plan(world, thread, "Igen", by=world.anna, attachments=[carried.id])
    await world.do(world.anna, FolderSetAccess(folder_id=place.id, access="private"))
    await later(world)
    assert [send.stopped for send in await waiting(world, thread)] == ["documents"]


async def test_a_colleague_who_may_not_be_mentioned_any_more_keeps_it(world: World) -> None:
    """SS-1, MN-4."""
    thread = await world.thread()
    await plan(world, thread, body=due.mention(world.vera))
    await world.store.people.change_staff(world.firm.id, world.vera.id, {"rights": []})
    await later(world)
    assert [send.stopped for send in await waiting(world, thread)] == ["refused"]
