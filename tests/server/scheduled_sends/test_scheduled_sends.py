"""Messages that go out at a later time (SS-1), over the real store. The clock is the world's; a tick is called where a
scheduler would."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from protocol.accounts import AccountAssign
from protocol.body import BODY_CHARACTERS_MAX, Body, Mention, Paragraph, paragraph, plain_text
from protocol.contacts import LinkUpdate
from protocol.documents import FolderSetAccess
from protocol.errors import ChattarError, Conflict, Forbidden, Invalid, NotFound
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.inbox import Notification, NotificationArchive, NotificationList
from protocol.messages import MessageSend, MessageSent
from protocol.scheduled_sends import (
    MessageSchedule,
    ScheduledSend,
    ScheduledSendCancel,
    ScheduledSendChanged,
    ScheduledSendList,
    ScheduledSendNow,
    ScheduledSendUpdate,
    WhyStopped,
)
from protocol.threads import Thread, ThreadArchive, ThreadRead
from scheduler.scheduled_sends import tick
from server.messages import actions as messages
from server.scheduled_sends import actions, sending
from tests.cabinet import folder, saved
from tests.world import Person, World

pytestmark = pytest.mark.anyio

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


async def head(world: World, thread: Thread) -> int:
    return await world.store.streams.last(thread_stream(thread.id))


async def plan(
    world: World, thread: Thread, text: str = "Senare!", *, by: Person | None = None, **more: Any
) -> ScheduledSend:
    """An hour from now, by Sofia, unless the test says otherwise."""
    fields = {
        "client_message_id": new_id(),
        "due_at": world.clock.now() + HOUR_MS,
        "body": paragraph(text),
        "seq": await head(world, thread),
        **more,
    }
    made: ScheduledSend = await world.do(by or world.sofia, MessageSchedule(thread_id=thread.id, **fields))
    return made


async def later(world: World, ms: int = HOUR_MS + 1) -> int:
    """Time passes, and a scheduler looks; how many it sent, or found that they can't go."""
    world.clock.advance(s=ms / 1000)
    done = await tick(world.means, world.clock.now())
    await world.settled()
    return done


async def said(world: World, thread: Thread) -> list[str]:
    stored = await world.store.streams.read(thread_stream(thread.id), 0, 1_000)
    return [plain_text(one.event.body) for one in stored if isinstance(one.event, MessageSent)][1:]


async def waiting(world: World, thread: Thread, who: Person | None = None) -> list[ScheduledSend]:
    page = await world.do(who or world.anna, ScheduledSendList(thread_id=thread.id))
    return list(page.scheduled_sends)


async def told(world: World, thread: Thread) -> list[tuple[str, bool, WhyStopped | None]]:
    stored = await world.store.streams.read(notes_stream(thread.id), 0, 1_000)
    return [
        (one.event.became, one.event.first, one.event.stopped)
        for one in stored
        if isinstance(one.event, ScheduledSendChanged)
    ]


async def entries(world: World, who: Person) -> list[Notification]:
    page = await world.do(who, NotificationList())
    return [entry for entry in page.notifications if entry.kind == "send_stopped"]


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


@pytest.mark.parametrize(
    ("due_in", "fits"), [(0, False), (-1, False), (1, True), (366 * DAY_MS, True), (366 * DAY_MS + 1, False)]
)
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
    nowhere = Body(content=[Paragraph(content=[Mention(id=world.olle.id, name="Olle")])])
    for more, error in (
        ({"body": paragraph("  ")}, Invalid),
        ({"body": paragraph("x" * (BODY_CHARACTERS_MAX + 1))}, Invalid),
        ({"body": nowhere}, NotFound),
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
    outside: list[tuple[Person, type[ChattarError]]] = [
        (world.olle, Forbidden),
        (world.petra, Forbidden),
        (world.grace, NotFound),
    ]
    for stranger, error in outside:
        with pytest.raises(error):
            await waiting(world, thread, stranger)
        for command in changes:
            with pytest.raises(error):
                await world.do(stranger, command)
    for colleague, some in ((world.vera, changes), (world.erik, changes[:2]), (world.anna, changes[:2])):
        for command in some:
            with pytest.raises(Forbidden):
                await world.do(colleague, command)
    assert await waiting(world, thread) == [made]
    await world.do(world.erik, changes[2])
    assert await waiting(world, thread) == []


async def answer(world: World, thread: Thread) -> None:
    hello = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Hej!"))
    await world.do(world.petra, hello)
    await world.settled()


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


async def archived(world: World, thread: Thread) -> None:
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))


async def author_left(world: World, thread: Thread) -> None:
    await world.store.people.change_staff(world.firm.id, world.sofia.id, {"active": False})


async def author_lost_the_account(world: World, thread: Thread) -> None:
    await world.store.accounts.change(world.firm.id, world.holm.id, {"$pull": {"staff_ids": world.sofia.id}})


async def account_archived(world: World, thread: Thread) -> None:
    await world.store.accounts.change(world.firm.id, world.holm.id, {"$set": {"archived": True}})


async def nobody_logs_in(world: World, thread: Thread) -> None:
    for contact in (world.petra, world.linn):
        off = LinkUpdate(account_id=world.holm.id, contact_id=contact.id, login=False)
        await world.do(world.anna, off)


@pytest.mark.parametrize(
    ("happens", "why", "tells_author"),
    [
        (archived, "thread_archived", True),
        (author_left, "author_inactive", False),
        (author_lost_the_account, "no_access", False),
        (account_archived, "account_archived", True),
        (nobody_logs_in, "nobody_can_read", True),
    ],
)
async def test_what_cant_go_at_its_time_says_why_and_keeps_its_words(
    world: World, happens: Callable[[World, Thread], Awaitable[None]], why: WhyStopped, tells_author: bool
) -> None:
    """SS-1, AC-15, NS-1: its author hears of it, or whoever follows the client where they may not see it any more."""
    thread = await world.thread()
    made = await plan(world, thread)
    await happens(world, thread)
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
    place = await folder(world)
    await world.do(world.anna, FolderSetAccess(folder_id=place.id, access="client_views"))
    carried = await saved(world, world.anna, place)
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
    await plan(world, thread, body=Body(content=[Paragraph(content=[Mention(id=world.vera.id, name="Vera")])]))
    await world.store.people.change_staff(world.firm.id, world.vera.id, {"rights": []})
    await later(world)
    assert [send.stopped for send in await waiting(world, thread)] == ["refused"]


@pytest.mark.parametrize("at_once", [2, 8])
async def test_several_ticks_at_once_send_each_once(world: World, at_once: int) -> None:
    """SS-1. Two processes, one killed: tests/scheduler/test_scheduled_sends.py."""
    threads = [await world.thread(subject=f"nr {number}") for number in range(10)]
    for thread in threads:
        await plan(world, thread)
    world.clock.advance(s=HOUR_MS / 1000 + 1)
    await asyncio.gather(*(tick(world.means, world.clock.now()) for _ in range(at_once)))
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
    await asyncio.gather(*(tick(world.means, world.clock.now()) for _ in range(at_once)))
    assert await said(world, thread) == texts


async def test_what_is_changed_while_it_is_due_goes_as_it_is_then_or_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SS-1: a scheduler that has read it before never sends it as it was."""
    thread = await world.thread()
    changed, cancelled = await plan(world, thread, "Fel ord"), await plan(world, thread, "Ångrat")
    find = world.store.scheduled_sends.due
    looked = False

    async def find_and_be_late(*asked: Any, **more: Any) -> Any:
        nonlocal looked
        found = await find(*asked, **more)
        if not looked:
            looked = True
            update = ScheduledSendUpdate(scheduled_send_id=changed.id, body=paragraph("Rätt ord"))
            await world.do(world.sofia, update)
            await world.do(world.sofia, ScheduledSendCancel(scheduled_send_id=cancelled.id))
        return found

    monkeypatch.setattr(world.store.scheduled_sends, "due", find_and_be_late)
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
