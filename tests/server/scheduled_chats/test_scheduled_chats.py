"""New chats that are created at a later time (SS-1), over the real store. The clock is the world's; a tick is called where
a scheduler would."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from protocol.body import paragraph, plain_text
from protocol.documents import FolderSetAccess
from protocol.errors import ChattarError, Conflict, Forbidden, Invalid, NotFound
from protocol.ids import firm_stream, new_id, thread_stream
from protocol.messages import MessageSent
from protocol.reminders import ReminderSetting
from protocol.scheduled_chats import (
    ScheduledChat,
    ScheduledChatCancel,
    ScheduledChatChanged,
    ScheduledChatList,
    ScheduledChatNow,
    ScheduledChatUpdate,
    ThreadSchedule,
)
from protocol.scheduled_sends import WhyStopped
from protocol.templates import TemplateCreate, TemplateDelete
from protocol.threads import Thread, ThreadList
from scheduler.scheduled_chats import tick
from server.scheduled_chats import actions
from tests.server import due
from tests.server.due import DAY_MS, HOUR_MS, TIMES, entries, passed
from tests.world import Person, World

pytestmark = pytest.mark.anyio


def written(world: World, **more: Any) -> dict[str, Any]:
    return {
        "account_id": world.holm.id,
        "due_at": world.clock.now() + HOUR_MS,
        "subject": "Moms",
        "body": paragraph("Hej Petra!"),
        **more,
    }


async def plan(world: World, *, by: Person | None = None, **more: Any) -> ScheduledChat:
    """An hour from now, by Sofia, unless the test says otherwise."""
    fields = {"client_message_id": new_id(), **written(world, **more)}
    made: ScheduledChat = await world.do(by or world.sofia, ThreadSchedule(**fields))
    return made


async def later(world: World, ms: int = HOUR_MS + 1) -> int:
    """Time passes, and a scheduler looks; how many it created, or found that they can't be."""
    return await passed(world, tick, ms)


async def chats(world: World, who: Person | None = None) -> list[Thread]:
    return list((await world.do(who or world.petra, ThreadList())).threads)


async def waiting(world: World, who: Person | None = None) -> list[ScheduledChat]:
    return list((await world.do(who or world.anna, ScheduledChatList())).scheduled_chats)


async def told(world: World) -> list[str]:
    stored = await world.store.streams.read(firm_stream(world.firm.id), 0, 1_000)
    return [one.event.became for one in stored if isinstance(one.event, ScheduledChatChanged)]


async def test_it_is_created_at_its_time_in_its_authors_name_and_nothing_is_seen_before(world: World) -> None:
    """SS-1, TH-7: with tasks and reminder, and a letter on its way as for any chat."""
    reminder = ReminderSetting(enabled=True, days=2, number=3)
    made = await plan(world, tasks=["Kvitton", "Lagerlista"], reminder=reminder)
    assert await waiting(world) == [made]
    assert await later(world, HOUR_MS - 1) == 0
    assert await chats(world) == []
    assert await chats(world, world.anna) == []
    assert await later(world, 1) == 1
    (thread,) = await chats(world)
    assert (thread.subject, thread.created_by.id, thread.created_at) == ("Moms", world.sofia.id, world.clock.now())
    assert (thread.unread, thread.tasks_total) == (1, 2)
    (row,) = await chats(world, world.anna)
    assert row.staff is not None
    assert row.staff.origin == "manual"
    assert row.staff.reminder is not None
    assert (row.staff.reminder.days, row.staff.reminder.number) == (2, 3)
    letters = await world.store.letters.of_thread(world.firm.id, thread.id)
    assert {letter.person_id for letter in letters} >= {world.petra.id}
    assert await waiting(world) == []
    assert await told(world) == ["waiting", "sent"]
    assert await later(world, DAY_MS) == 0
    assert len(await chats(world)) == 1


async def test_its_shortcodes_stand_for_what_is_so_when_it_is_created(world: World) -> None:
    """SC-3, TH-5, SS-1."""
    await plan(world, subject="Till [ACCOUNT_NAME]", body=paragraph("Hej [ACCOUNT_NAME]"), tasks=["[ACCOUNT_NAME]"])
    assert (await waiting(world))[0].subject == "Till [ACCOUNT_NAME]"
    await world.store.accounts.change(world.firm.id, world.holm.id, {"$set": {"name": "Holm Bygg AB"}})
    await later(world)
    (thread,) = await chats(world)
    assert thread.subject == "Till Holm Bygg AB"
    assert thread.last is not None
    assert thread.last.text == "Hej Holm Bygg AB"
    assert [task.text for task in await world.store.tasks.of_thread(world.firm.id, thread.id)] == ["Holm Bygg AB"]


async def test_the_same_key_is_one_and_another_meaning_is_refused(world: World) -> None:
    """SS-1, P2."""
    key, due_at = new_id(), world.clock.now() + HOUR_MS
    first = await plan(world, client_message_id=key, due_at=due_at)
    assert await plan(world, client_message_id=key, due_at=due_at) == first
    with pytest.raises(Conflict) as refused:
        await plan(world, client_message_id=key, due_at=due_at, subject="Annat")
    assert refused.value.reason == "key_reused"
    assert await waiting(world) == [first]


@pytest.mark.parametrize(("due_in", "fits"), TIMES)
async def test_a_time_lies_ahead_and_within_a_year(world: World, due_in: int, fits: bool) -> None:
    """SS-1. When it is scheduled, and when it is changed."""
    made = await plan(world)
    due_at = world.clock.now() + due_in
    for attempt in (
        plan(world, due_at=due_at),
        world.do(world.sofia, ScheduledChatUpdate(scheduled_chat_id=made.id, **written(world, due_at=due_at))),
    ):
        if fits:
            assert (await attempt).due_at == due_at
            continue
        with pytest.raises(Invalid) as refused:
            await attempt
        assert refused.value.problem.path == "$.due_at"
        assert refused.value.problem.expected == "a time from now on, at most 366 days away"


async def test_what_could_not_be_created_now_is_refused(world: World) -> None:
    """SS-1, TH-9, TH-13: what `thread.create` refuses, when it is scheduled and when it is changed."""
    made = await plan(world)
    wrongs: list[tuple[dict[str, Any], type[ChattarError]]] = [
        ({"body": paragraph("  ")}, Invalid),
        ({"subject": " "}, Invalid),
        ({"tasks": ["Kvitton", " "]}, Invalid),
        ({"body": due.mention(world.olle)}, NotFound),
        ({"attachments": [new_id()]}, Forbidden),
        ({"subject": "[ACCOUNT_NAME]" * 14}, Invalid),
    ]
    for more, error in wrongs:
        with pytest.raises(error):
            await plan(world, **more)
        with pytest.raises(error):
            await world.do(world.sofia, ScheduledChatUpdate(scheduled_chat_id=made.id, **written(world, **more)))
    await due.nobody_logs_in(world)
    with pytest.raises(Conflict) as refused:
        await plan(world)
    assert refused.value.reason == "account_not_activated"
    assert await waiting(world) == [made]
    assert await told(world) == ["waiting"]


async def test_nobody_has_too_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SS-1."""
    monkeypatch.setattr(actions, "CHATS_MAX", 2)
    first = await plan(world)
    await plan(world)
    with pytest.raises(Conflict) as refused:
        await plan(world)
    assert refused.value.reason == "too_many"
    await plan(world, by=world.anna)
    await world.do(world.sofia, ScheduledChatCancel(scheduled_chat_id=first.id))
    await plan(world)


async def test_all_of_it_can_be_changed_until_it_is_created(world: World) -> None:
    """SS-1."""
    made = await plan(world, tasks=["Kvitton"])
    fields = written(world, due_at=made.due_at + HOUR_MS, subject="Lön", body=paragraph("Hej igen!"))
    changed = await world.do(world.sofia, ScheduledChatUpdate(scheduled_chat_id=made.id, **fields))
    assert await waiting(world, world.sofia) == [changed]
    assert changed == replace(made, due_at=made.due_at + HOUR_MS, subject="Lön", body=paragraph("Hej igen!"), tasks=[])
    assert await later(world) == 0
    assert await later(world) == 1
    (thread,) = await chats(world)
    assert (thread.subject, thread.tasks_total) == ("Lön", 0)
    assert await told(world) == ["waiting", "waiting", "sent"]
    with pytest.raises(NotFound) as gone:
        await world.do(world.sofia, ScheduledChatUpdate(scheduled_chat_id=made.id, **written(world)))
    assert gone.value.reason == "send_gone"


async def test_one_that_is_cancelled_is_never_created(world: World) -> None:
    """SS-1."""
    made = await plan(world)
    await world.do(world.sofia, ScheduledChatCancel(scheduled_chat_id=made.id))
    assert await later(world) == 0
    assert (await chats(world), await waiting(world)) == ([], [])
    assert await told(world) == ["waiting", "cancelled"]
    with pytest.raises(NotFound):
        await world.do(world.sofia, ScheduledChatCancel(scheduled_chat_id=made.id))


async def test_it_can_be_created_at_once(world: World) -> None:
    """SS-1."""
    made = await plan(world)
    answered = await world.do(world.sofia, ScheduledChatNow(scheduled_chat_id=made.id))
    (thread,) = await chats(world)
    assert thread.id == answered.thread.id
    with pytest.raises(NotFound):
        await world.do(world.sofia, ScheduledChatNow(scheduled_chat_id=made.id))
    assert await later(world) == 0
    assert await told(world) == ["waiting", "sent"]


async def test_who_may_do_what_with_it(world: World) -> None:
    """SS-1, AC-4: who sees the account sees it; its words are its author's; owner and admins can keep it from being."""
    made = await plan(world)
    for who in (world.anna, world.erik, world.sofia, world.vera):
        assert await waiting(world, who) == [made]
    assert await waiting(world, world.olle) == []
    assert await waiting(world, world.grace) == []
    changes = (
        ScheduledChatUpdate(scheduled_chat_id=made.id, **written(world)),
        ScheduledChatNow(scheduled_chat_id=made.id),
        ScheduledChatCancel(scheduled_chat_id=made.id),
    )
    await due.held(world, changes)
    assert await waiting(world) == [made]
    await world.do(world.erik, changes[2])
    assert await waiting(world) == []


async def test_what_is_told_of_it_names_neither_client_nor_words(world: World) -> None:
    """SS-1, AC-4: the firm's stream is read by all of its staff, also by those who may not see the account."""
    await plan(world, subject="Hemligt ärende")
    stored = await world.store.streams.read(firm_stream(world.firm.id), 0, 1_000)
    said = " ".join(repr(one.event) for one in stored)
    assert "ScheduledChatChanged" in said
    assert not any(words in said for words in ("Hemligt", "Hej Petra", world.holm.id))


@pytest.mark.parametrize(
    ("happens", "why", "tells_author"),
    [
        (due.author_left, "author_inactive", False),
        (due.author_lost_the_account, "no_access", False),
        (due.account_archived, "account_archived", True),
        (due.nobody_logs_in, "nobody_can_read", True),
    ],
)
async def test_what_cant_be_created_at_its_time_says_why_and_keeps_its_words(
    world: World, happens: Callable[[World], Awaitable[None]], why: WhyStopped, tells_author: bool
) -> None:
    """SS-1, AC-15, NS-1: its author hears of it, or whoever follows the client where they may not see it any more."""
    made = await plan(world)
    await happens(world)
    await world.settled()
    assert await later(world) == 1
    assert await chats(world, world.anna) == []
    assert await waiting(world) == [replace(made, stopped=why)]
    assert await told(world) == ["waiting", "stopped"]
    hearer, other = (world.sofia, world.anna) if tells_author else (world.anna, world.vera)
    (entry,) = await entries(world, hearer)
    assert (entry.text, entry.about, entry.thread_id, entry.account.id, entry.unread) == (
        why, "scheduled_chat", made.id, world.holm.id, True
    )  # fmt: skip
    assert await entries(world, other) == []
    # Who may not see the client any more hears that it stayed, and not for whom.
    if why == "no_access":
        assert [(one.about, one.account.name) for one in await entries(world, world.sofia)] == [("unseen", "")]
    # It waits for somebody, not for the next tick, nor for a change back.
    assert await later(world) == 0


async def test_one_that_was_not_created_goes_once_somebody_says_when(world: World) -> None:
    """SS-1: and what stops it again is news again."""
    made = await plan(world)
    await due.account_archived(world)
    await later(world)
    again = ScheduledChatUpdate(scheduled_chat_id=made.id, **written(world))
    with pytest.raises(Conflict):
        await world.do(world.sofia, again)
    await due.account_archived(world, archived=False)
    again = ScheduledChatUpdate(scheduled_chat_id=made.id, **written(world))
    assert (await world.do(world.sofia, again)).stopped is None
    await due.account_archived(world)
    await later(world)
    (entry,) = await entries(world, world.sofia)
    assert (entry.at, entry.unread) == (world.clock.now(), True)
    await due.account_archived(world, archived=False)
    await world.do(world.sofia, ScheduledChatUpdate(scheduled_chat_id=made.id, **written(world)))
    assert await later(world) == 1
    assert len(await chats(world)) == 1


async def test_a_template_that_is_gone_by_then_keeps_nothing_back(world: World) -> None:
    """SS-1, TH-3, TP-4: what it said stands in the other fields."""
    template = await world.do(
        world.anna,
        TemplateCreate(client_template_id=new_id(), name="Moms", subject="Moms", body=paragraph("Hej!")),
    )
    await plan(world, template_id=template.id)
    await world.do(world.anna, TemplateDelete(template_id=template.id))
    assert await later(world) == 1
    assert [thread.subject for thread in await chats(world)] == ["Moms"]


async def test_a_document_that_its_author_may_not_send_any_more_keeps_it(world: World) -> None:
    """SS-1, DC-1, DC-12: checked when it is scheduled, and again when it is created."""
    place, carried = await due.viewed_document(world)
    await plan(world, by=world.anna, attachments=[carried.id])
    await later(world)
    (thread,) = await chats(world)
    stored = await world.store.streams.read(thread_stream(thread.id), 0, 9)
    sent = next(one.event for one in stored if isinstance(one.event, MessageSent))
    assert (sent.attachments, plain_text(sent.body)) == ([carried.id], "Hej Petra!")
    await plan(world, by=world.anna, attachments=[carried.id])
    await world.do(world.anna, FolderSetAccess(folder_id=place.id, access="private"))
    await later(world)
    assert [chat.stopped for chat in await waiting(world)] == ["documents"]


@pytest.mark.parametrize("at_once", [2, 8])
async def test_several_ticks_at_once_create_each_once(world: World, at_once: int) -> None:
    """SS-1. Two processes, one killed: tests/scheduler/test_scheduled_chats.py."""
    for number in range(10):
        await plan(world, subject=f"nr {number}")
    world.clock.advance(s=HOUR_MS / 1000 + 1)
    await due.ticks(world, tick, at_once)
    await world.settled()
    assert sorted(thread.subject for thread in await chats(world)) == [f"nr {number}" for number in range(10)]
    assert sorted(await told(world)) == ["sent"] * 10 + ["waiting"] * 10


async def test_what_is_changed_while_it_is_due_is_created_as_it_is_then_or_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SS-1: a scheduler that has read it before never creates it as it was."""
    changed, cancelled = await plan(world, subject="Fel ord"), await plan(world, subject="Ångrat")

    async def think_again() -> None:
        fields = written(world, due_at=world.clock.now() + HOUR_MS, subject="Rätt ord")
        await world.do(world.sofia, ScheduledChatUpdate(scheduled_chat_id=changed.id, **fields))
        await world.do(world.sofia, ScheduledChatCancel(scheduled_chat_id=cancelled.id))

    due.between(monkeypatch, world.store.scheduled_chats, think_again)
    assert await later(world) == 0
    assert await chats(world) == []
    assert await later(world) == 1
    assert [thread.subject for thread in await chats(world)] == ["Rätt ord"]
