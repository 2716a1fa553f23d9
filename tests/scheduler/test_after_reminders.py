"""What follows the last reminder, over the real store (SS-6): told by day as the worked examples of 3.8.6 are.

Reminders every three days from Monday the first at ten; one unless a test says more: it goes on the fourth, and what
follows it comes on the seventh. A tick is called where a scheduler would, and letters are handed over behind each.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from protocol import people
from protocol.audit import AuditList
from protocol.body import paragraph
from protocol.describing.shapes import tag_of
from protocol.errors import ChattarError
from protocol.firms import FirmUpdate
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.inbox import NotificationList
from protocol.messages import MessageSend, MessageSent
from protocol.reminders import AfterLast, ReminderExhausted, ReminderRead, ReminderSend, ReminderSetting
from protocol.scheduled_sends import MessageSchedule
from protocol.staff import StaffUpdate
from protocol.threads import (
    ThreadArchive,
    ThreadArchived,
    ThreadAssign,
    ThreadRead,
    ThreadReopen,
    ThreadSnooze,
    ThreadWake,
)
from scheduler import after_reminders, housekeeping, reminders
from server.threads.after_reminders import see_to
from storage.log.streams import Draft, Stored
from storage.mongo.connection import Mongo
from storage.redis.bus import BusEvent, account_channel
from storage.store import Store
from storage.threads import ThreadDoc
from tests.scheduler.story import ZONE, Story
from tests.world import Person

pytestmark = pytest.mark.anyio

HOUR_MS = 3_600_000


async def hand_over(story: Story) -> None:
    """The mail server takes the reminders that wait for it."""
    letters = story.world.store.mongo.database["letters"]
    await letters.update_many({"kind": "client_reminder", "state": "waiting"}, {"$set": {"state": "sent"}})


async def until(story: Story, when: str, *, handed_over: bool = True) -> None:
    """Let a scheduler tick every hour until then."""
    world, last = story.world, story.world.clock.now()
    story.at(when)
    end = world.clock.now()
    for now in [*range(last, end, HOUR_MS), end]:
        world.clock.advance(s=(now - world.clock.now()) / 1000)
        await reminders.tick(world.means, now)
        await world.settled()
        if handed_over:
            await hand_over(story)
        await after_reminders.tick(world.means, now)
        await housekeeping.sweep(world.means, now)
        await world.settled()


async def row(story: Story) -> ThreadDoc:
    found = await story.world.store.threads.get(story.world.firm.id, story.thread.id)
    assert found is not None
    return found


async def events(story: Story, kind: str) -> list[Stored]:
    stream = {"t": thread_stream, "n": notes_stream}[kind](story.thread.id)
    return await story.world.store.streams.read(stream, 0, 200)


def written(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZONE).strftime("%-d %H:%M")


async def done(story: Story) -> list[tuple[str, str]]:
    """What followed the last reminder, and when."""
    return [
        (written(one.at), "archived" if one.event.archived else "told")
        for one in await events(story, "n")
        if isinstance(one.event, ReminderExhausted)
    ]


async def entry_kinds(story: Story, who: Person) -> list[str]:
    page = await story.world.do(who, NotificationList())
    return [line.kind for entry in page.notifications for line in entry.gathered]


async def told(story: Story) -> list[Person]:
    """Who has it in their inbox."""
    world = story.world
    everybody = (world.anna, world.erik, world.sofia, world.olle, world.vera)
    return [who for who in everybody if "reminders_exhausted" in await entry_kinds(story, who)]


async def test_the_assignee_is_told_a_gap_after_the_last_one(story: Story) -> None:
    """SS-6: once, as unread, and nobody else; by mail nobody is, and nothing else changes."""
    await story.begins(number=2, after="tell")
    await story.world.do(story.world.anna, ThreadAssign(thread_id=story.thread.id, staff_id=story.world.vera.id))
    await until(story, "10 09:00")
    assert (await story.mailed(), await done(story), await told(story)) == (["4 10:00", "7 10:00"], [], [])
    before = len(await story.world.store.letters.of_thread(story.world.firm.id, story.thread.id))
    await until(story, "20 10:00")
    assert await done(story) == [("10 10:00", "told")]
    assert await told(story) == [story.world.vera]
    (entry,) = (await story.world.do(story.world.vera, NotificationList())).notifications
    assert (entry.kind, entry.unread, entry.text) == ("reminders_exhausted", True, "reply")
    assert entry.actor.name == "Petra Holm"
    assert len(await story.world.store.letters.of_thread(story.world.firm.id, story.thread.id)) == before
    assert (await row(story)).state == "active"
    trail = (await story.world.do(story.world.anna, AuditList(thread_id=story.thread.id))).rows
    assert [(one.event, one.person) for one in trail if one.event.startswith("reminder")] == [
        ("reminder.exhausted", None)
    ]


async def test_without_an_assignee_those_are_told_who_hear_of_the_thread(story: Story) -> None:
    """SS-6, NS-1."""
    await story.begins(number=1, after="tell")
    await until(story, "8 10:00")
    assert await told(story) == [story.world.anna, story.world.sofia]


async def test_an_assignee_who_may_not_see_it_any_more_is_not_told_but_those_who_hear_of_it(story: Story) -> None:
    """SS-6, AC-5, AC-15."""
    await story.begins(number=1, after="tell")
    world = story.world
    await world.do(world.anna, ThreadAssign(thread_id=story.thread.id, staff_id=world.vera.id))
    await world.settled()
    await world.do(world.anna, StaffUpdate(staff_id=world.vera.id, rights=[]))
    await until(story, "8 10:00")
    assert await done(story) == [("7 10:00", "told")]
    assert await told(story) == [world.anna, world.sofia]


async def test_the_thread_is_archived_a_gap_after_the_last_one(story: Story) -> None:
    """SS-6, AR-1, AR-7: by nobody, for both sides; and told to nobody, since it was chosen for that."""
    await story.begins(number=1, after="archive")
    await until(story, "7 09:00")
    assert (await row(story)).state == "active"
    await until(story, "20 10:00")
    assert await done(story) == [("7 10:00", "archived")]
    archived = [one for one in await events(story, "t") if isinstance(one.event, ThreadArchived)]
    assert [(written(one.at), one.actor) for one in archived] == [("7 10:00", None)]
    assert await told(story) == []
    found = await row(story)
    assert (found.state, found.archived_by, written(found.archived_at or 0)) == ("archived", None, "7 10:00")
    assert (await story.view()).reminder.verdict == "closed"
    trail = (await story.world.do(story.world.anna, AuditList(thread_id=story.thread.id))).rows
    assert [(one.event, one.person) for one in trail if one.event == "thread.archived"] == [("thread.archived", None)]
    seen = await story.world.do(story.world.petra, ThreadRead(thread_id=story.thread.id))
    assert seen.thread.state == "archived"


async def test_who_had_archived_it_before_is_not_said_to_have_done_it_again(story: Story) -> None:
    """AR-7. And what is reopened has a round of its own, with what follows it (RM-9)."""
    await story.begins(number=1, after="archive")
    await story.world.do(story.world.anna, ThreadArchive(thread_id=story.thread.id))
    story.at("2 10:00")
    await story.world.do(story.world.anna, ThreadReopen(thread_id=story.thread.id))
    await story.world.settled()
    await until(story, "9 10:00")
    assert (await done(story), (await row(story)).archived_by) == ([("8 10:00", "archived")], None)
    await story.world.do(story.world.anna, ThreadReopen(thread_id=story.thread.id))
    await story.world.settled()
    await until(story, "20 10:00")
    assert await done(story) == [("8 10:00", "archived"), ("15 10:00", "archived")]


@pytest.mark.parametrize(
    ("firms", "threads", "comes"),
    [
        (None, None, []),
        ("archive", None, ["archived"]),
        ("tell", None, ["told"]),
        ("archive", "nothing", []),
        ("nothing", "tell", ["told"]),
    ],
)
async def test_where_nothing_is_said_the_firms_choice_holds(
    story: Story, firms: AfterLast | None, threads: AfterLast | None, comes: list[str]
) -> None:
    """SS-6: as of when the chat began; another choice of the firm's is one for later chats."""
    if firms is not None:
        await story.world.do(story.world.erik, FirmUpdate(reminder_after_last=firms))
    await story.begins(number=1, after=threads)
    await story.world.do(story.world.erik, FirmUpdate(reminder_after_last="archive"))
    await until(story, "12 10:00")
    assert [what for _, what in await done(story)] == comes


async def test_a_chat_without_reminders_takes_the_firms_choice_when_they_are_switched_on(story: Story) -> None:
    story.thread = await story.world.thread()
    await story.world.do(story.world.erik, FirmUpdate(reminder_after_last="tell"))
    assert (await story.view()).reminder.after_last == "tell"
    assert (await story.sets()).reminder.after_last == "tell"
    await story.world.do(story.world.erik, FirmUpdate(reminder_after_last="nothing"))
    # What a command leaves out stays as it is.
    assert (await story.sets(number=3)).reminder.after_last == "tell"
    assert (await story.sets(number=3, after="nothing")).reminder.after_last == "nothing"


async def test_an_answer_that_was_acknowledged_wins_over_a_tick_at_the_same_moment(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SS-6, RM-15: it is in the log, and nothing of what follows from it has been drawn yet."""
    await story.begins(number=1, after="archive")
    await until(story, "7 09:59")
    story.at("7 10:00")
    world = story.world
    monkeypatch.setattr(world.settler, "settle", lambda stored: None)
    said = MessageSend(thread_id=story.thread.id, client_message_id=new_id(), body=paragraph("Här är svaret"))
    await world.do(world.petra, said)
    assert await see_to(world.means, world.firm.id, story.thread.id, world.clock.now()) is False
    assert await after_reminders.tick(world.means, world.clock.now()) == 0
    assert (await done(story), (await row(story)).state) == ([], "active")
    assert (await story.view()).reminder.after_at is None


async def test_an_answer_that_comes_while_it_is_being_archived_is_not_put_away(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SS-6, MS-8, P3: both would stand at the same place in the log; whoever is second looks again."""
    await story.begins(number=1, after="archive")
    await until(story, "7 09:59")
    story.at("7 10:00")
    world = story.world
    mongo = Mongo(world.settings.mongo_url, world.settings.mongo_database)
    other_node, mine = Store(mongo, world.files), world.store.streams
    append_in, answered = mine.append_in, list[Stored]()

    async def behind_an_answer(*args: Any, **more: Any) -> list[Stored]:
        if not answered:
            draft = Draft(
                stream=thread_stream(story.thread.id),
                firm_id=world.firm.id,
                account_id=world.holm.id,
                at=world.clock.now(),
                actor=people.Person(id=world.petra.id, side="contact", name=world.petra.name),
                event=MessageSent(message_id=new_id(), client_message_id=new_id(), body=paragraph("Vänta!")),
            )
            answered.append((await other_node.streams.append(draft)).stored)
        return await append_in(*args, **more)

    monkeypatch.setattr(mine, "append_in", behind_an_answer)
    try:
        assert await see_to(world.means, world.firm.id, story.thread.id, world.clock.now()) is False
    finally:
        await mongo.close()
    assert answered
    assert (await done(story), (await row(story)).state) == ([], "active")


async def answers(story: Story) -> None:
    await story.says(story.world.petra)


async def is_archived(story: Story) -> None:
    await story.world.do(story.world.anna, ThreadArchive(thread_id=story.thread.id))
    await story.world.settled()


async def is_switched_off(story: Story) -> None:
    await story.sets(enabled=False, number=1)


async def gets_another_choice(story: Story) -> None:
    await story.sets(number=1, after="nothing")


async def hears_from_the_firm(story: Story) -> None:
    await story.says(story.world.sofia)


@pytest.mark.parametrize("does", [answers, is_archived, is_switched_off, gets_another_choice, hears_from_the_firm])
async def test_nothing_follows_where_something_came_between(
    story: Story, does: Callable[[Story], Awaitable[None]]
) -> None:
    """SS-6: an answer, the archive, the switch, another choice, and a new message of the firm's, which begins a round."""
    await story.begins(number=1, after="archive")
    await until(story, "6 10:00")
    assert (await row(story)).reminder is not None
    await does(story)
    await until(story, "8 23:00")
    assert await done(story) == []


async def test_tasks_that_are_done_and_read_are_an_answer(story: Story) -> None:
    """SS-6, RM-7."""
    await story.begins(number=1, after="tell", tasks=["ett"])
    await until(story, "6 10:00")
    await story.ticks_task(story.world.petra, 0)
    await story.reads(story.world.petra)
    await until(story, "12 10:00")
    assert await done(story) == []


async def test_open_tasks_with_a_word_of_the_clients_are_told_of_and_never_put_away(story: Story) -> None:
    """SS-6, D6: a gap after that word."""
    await story.begins(number=1, after="archive", tasks=["ett"])
    await until(story, "6 12:00")
    await story.says(story.world.petra)
    await until(story, "9 11:00")
    assert await done(story) == []
    await until(story, "12 10:00")
    assert (await done(story), (await row(story)).state) == ([("9 12:00", "told")], "active")
    (entry,) = [
        entry
        for entry in (await story.world.do(story.world.sofia, NotificationList())).notifications
        if entry.kind == "reminders_exhausted"
    ]
    assert entry.text == "tasks"


async def snoozed(story: Story, until_when: str | None) -> None:
    world, now = story.world, story.world.clock.now()
    at = None
    if until_when is not None:
        story.at(until_when)
        at = world.clock.now()
        world.clock.advance(s=(now - at) / 1000)
    head = (await row(story)).head.seq
    await world.do(world.anna, ThreadSnooze(thread_id=story.thread.id, seq=head, until=at))
    await world.settled()


async def test_a_thread_that_is_put_off_is_left_until_a_gap_after_it_is_back(story: Story) -> None:
    """SS-6, SS-2. Who put it off finds it first, and has as long to see to it."""
    await story.begins(number=1, after="archive")
    await until(story, "5 10:00")
    await snoozed(story, "15 08:00")
    assert (await story.view()).reminder.after_at is None
    await until(story, "18 07:00")
    back = (await row(story)).back
    assert back is not None
    # The sweep that ends it leaves what has only just come about.
    assert (await done(story), written(back.at)) == ([], "15 09:00")
    await until(story, "20 10:00")
    assert await done(story) == [("18 09:00", "archived")]


async def test_one_that_is_put_off_until_an_answer_is_left_until_a_gap_after_somebody_takes_it_up(story: Story) -> None:
    """SS-6, SS-2: it isn't archived under their hands."""
    await story.begins(number=1, after="archive")
    await until(story, "5 10:00")
    await snoozed(story, None)
    await until(story, "14 10:00")
    assert await done(story) == []
    await story.world.do(story.world.anna, ThreadWake(thread_id=story.thread.id))
    await story.world.settled()
    await until(story, "20 10:00")
    assert await done(story) == [("17 10:00", "archived")]


async def test_taking_down_what_has_come_back_brings_nothing_forward(story: Story) -> None:
    """SS-6, SS-2: nor does putting it off once more and thinking better of it."""
    await story.begins(number=1, after="archive")
    await until(story, "5 10:00")
    await snoozed(story, "15 08:00")
    await until(story, "15 10:00")
    await story.world.do(story.world.anna, ThreadWake(thread_id=story.thread.id))
    await story.world.settled()
    assert written((await story.view()).reminder.after_at or 0) == "18 09:00"
    await until(story, "16 10:00")
    await snoozed(story, None)
    await story.world.do(story.world.anna, ThreadWake(thread_id=story.thread.id))
    await story.world.settled()
    await until(story, "22 10:00")
    assert await done(story) == [("19 10:00", "archived")]


async def test_what_a_colleague_has_planned_goes_first(story: Story) -> None:
    """SS-6, SS-1: an archived chat would keep it from going; and it begins a round of its own."""
    await story.begins(number=1, after="archive")
    await until(story, "6 10:00")
    world = story.world
    later = world.clock.now() + 60 * HOUR_MS
    await world.do(
        world.sofia,
        MessageSchedule(
            thread_id=story.thread.id, client_message_id=new_id(), body=paragraph("Hej igen"), due_at=later,
            seq=(await row(story)).head.seq,
        ),
    )  # fmt: skip
    await world.settled()
    await until(story, "8 21:00")
    assert await done(story) == []
    assert written((await story.view()).reminder.after_at or 0) == "10 10:00"


async def test_nothing_follows_a_reminder_that_still_waits_in_the_outbox(story: Story) -> None:
    """SS-6, RM-19: the mail server was away. The gap counts anew: nobody has been asked yet."""
    await story.begins(number=1, after="tell")
    await until(story, "8 10:00", handed_over=False)
    assert (await story.mailed(), await done(story)) == (["4 10:00"], [])
    await hand_over(story)
    await until(story, "20 10:00")
    assert await done(story) == [("10 10:00", "told")]


async def test_a_reminder_by_hand_gives_the_client_another_day(story: Story) -> None:
    """SS-6, RM-11."""
    await story.begins(number=1, after="tell")
    await until(story, "7 09:00")
    world = story.world
    await world.do(world.sofia, ReminderSend(thread_id=story.thread.id, client_message_id=new_id()))
    await until(story, "12 10:00")
    assert await done(story) == [("8 09:00", "told")]


async def test_what_is_chosen_late_follows_a_gap_after_that(story: Story) -> None:
    """SS-6: as switching on never sends at once (3.8.4)."""
    await story.begins(number=1)
    await until(story, "20 12:00")
    view = await story.sets(number=1, after="archive")
    assert written(view.reminder.after_at or 0) == "23 12:00"
    await until(story, "25 10:00")
    assert await done(story) == [("23 12:00", "archived")]


async def test_one_more_reminder_is_followed_by_what_follows_the_last(story: Story) -> None:
    """SS-6, 3.8.4: the number was raised after somebody had been told."""
    await story.begins(number=1, after="tell")
    await until(story, "8 10:00")
    await story.sets(number=2)
    await until(story, "20 10:00")
    assert await story.mailed() == ["4 10:00", "8 10:00"]
    assert await done(story) == [("7 10:00", "told"), ("11 10:00", "told")]


async def test_the_tab_says_when_it_will_be_and_when_it_was(story: Story) -> None:
    """SS-6, RM-20."""
    await story.begins(number=2, after="tell")
    reminder = (await story.view()).reminder
    assert (reminder.after_last, written(reminder.after_at or 0), reminder.after_done_at) == ("tell", "10 10:00", None)
    await until(story, "12 10:00")
    reminder = (await story.view()).reminder
    assert (reminder.after_at, written(reminder.after_done_at or 0)) == (None, "10 10:00")
    with pytest.raises(ChattarError):
        await story.world.do(story.world.petra, ReminderRead(thread_id=story.thread.id))


async def test_any_number_of_schedulers_do_it_once(story: Story) -> None:
    """SS-6."""
    await story.begins(number=1, after="tell")
    await until(story, "7 09:59")
    story.at("7 10:00")
    world, now = story.world, story.world.clock.now()
    outcomes = await asyncio.gather(*(see_to(world.means, world.firm.id, story.thread.id, now) for _ in range(8)))
    assert sorted(outcomes) == [False] * 7 + [True]
    await asyncio.gather(*(after_reminders.tick(world.means, now) for _ in range(4)))
    assert await done(story) == [("7 10:00", "told")]


async def test_another_time_zone_of_the_firm_moves_it(story: Story) -> None:
    """SS-6, spec 3.8.2: March's change of clocks is in one of the two zones only."""
    world = story.world
    world.clock.advance(
        s=(int(datetime(2027, 3, 24, 10, 0, tzinfo=ZONE).timestamp() * 1000) - world.clock.now()) / 1000
    )
    began = world.clock.now()
    story.thread = await world.thread(reminder=ReminderSetting(enabled=True, days=3, number=1, after_last="tell"))
    await world.settled()
    world.clock.advance(s=3 * 86_400)
    await reminders.tick(world.means, world.clock.now())
    assert (await story.view()).reminder.after_at == began + 6 * 86_400_000 - HOUR_MS
    await world.do(world.erik, FirmUpdate(time_zone="Africa/Lagos"))
    await world.settled()
    found = (await row(story)).reminder
    assert found is not None
    assert found.after_at == began + 6 * 86_400_000


async def test_what_went_unsaid_over_an_outage_is_done_once(story: Story) -> None:
    """SS-6, 3.8.4: the schedulers were down."""
    await story.begins(number=1, after="tell")
    await until(story, "5 10:00")
    story.at("20 10:00")
    await until(story, "21 10:00")
    assert await done(story) == [("20 10:00", "told")]


@pytest.mark.parametrize(("choice", "heard"), [("tell", []), ("archive", ["thread.archived"])])
async def test_clients_hear_at_most_that_it_is_archived(story: Story, choice: AfterLast, heard: list[str]) -> None:
    """SS-6, AC-6, P7: not who is told, nor why; and of a chat about which somebody is told, nothing at all."""
    await story.begins(number=1, after=choice)
    await until(story, "6 10:00")
    world = story.world
    before = await world.do(world.petra, ThreadRead(thread_id=story.thread.id))
    told_before = len(world.bell.heard(account_channel(world.holm.id)))
    await until(story, "8 10:00")
    assert len(await done(story)) == 1
    rung = world.bell.heard(account_channel(world.holm.id))[told_before:]
    assert [tag_of(type(one.event)) for one in await events(story, "t")][2:] == heard
    assert len([one for one in rung if isinstance(one, BusEvent)]) == len(heard)
    after = await world.do(world.petra, ThreadRead(thread_id=story.thread.id))
    assert after.thread.staff is None
    assert (after == before) is (choice == "tell")
