"""What follows from a history doesn't depend on how it was cut into batches, nor on their order (P9, NS-1, NS-7, MN-6).

One history of a thread is settled again and again from the same state of the database, each time in other batches, some
of them twice; inboxes, letters, marks and the reminder must come out the same.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from protocol.asked import Asked
from protocol.body import Body, Mention, Paragraph, Text, paragraph
from protocol.errors import Conflict
from protocol.ids import new_id, notes_stream
from protocol.inbox import Notification, NotificationList
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.reminders import ReminderSetting
from protocol.tasks import TaskAdd, TaskSet
from protocol.threads import Thread, ThreadArchive, ThreadAssign, ThreadRename, ThreadReopen
from scheduler.housekeeping import UNSETTLED_AFTER_MS, sweep
from scheduler.letters.correspondence import Dropped, facts_of
from scheduler.letters.facts import Letter
from server import consequences
from server.inbox import actions as notifications
from storage.letters import LetterDoc
from storage.log.streams import Stored
from storage.notifications import Place, ReadTo
from tests.world import Person, World

pytestmark = pytest.mark.anyio

ACTIONS_MAX = 7
HISTORIES = 6
SPLITS = 6
KEPT = ("threads", "marks", "notifications", "letters", "events")


def mentioning(whom: Person) -> Body:
    return Body(content=[Paragraph(content=[Mention(id=whom.id, name=whom.name), Text(text=" ser du?")])])


def message(thread: Thread, body: Body, *, internal: bool = False) -> MessageSend:
    return MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body, internal=internal)


async def begun(world: World, by: Person, *tasks: str) -> Thread:
    """A thread whose beginning has been settled; from here on nothing is."""
    reminder = ReminderSetting(enabled=True, days=3, number=2) if tasks else None
    thread = await world.thread(by=by, tasks=tasks, reminder=reminder)
    await world.settled()
    world.clock.advance(s=60)
    world.settler.settle = lambda stored: None  # type: ignore[method-assign]
    return thread


async def task_of(world: World, thread: Thread) -> str:
    return (await world.store.tasks.of_thread(world.firm.id, thread.id))[0].id


async def entry(world: World, person: Person) -> Notification | None:
    found = (await world.do(person, NotificationList())).notifications
    return found[0] if found else None


async def left(world: World) -> list[Stored]:
    """What a node that died at once would have left behind."""
    return await world.store.streams.unsettled(world.clock.now() + 1, 10_000)


async def letters_to(world: World, thread: Thread, person: Person) -> list[LetterDoc]:
    return [
        letter
        for letter in await world.store.letters.of_thread(world.firm.id, thread.id)
        if letter.person_id == person.id
    ]


async def settle_at_once(world: World, thread: Thread) -> None:
    await consequences.draw(world.means, {thread.id: await left(world)})


# the smallest cases


async def test_who_acts_right_after_a_message_is_told_of_it(world: World) -> None:
    """NS-7 keeps one's own action from oneself, not what others did just before it."""
    thread = await begun(world, world.anna, "kvitton")
    done = TaskSet(thread_id=thread.id, task_id=await task_of(world, thread), done=True)
    await world.do(world.petra, message(thread, paragraph("Här är de.")))
    world.clock.advance(s=0.02)
    await world.do(world.anna, done)
    await settle_at_once(world, thread)
    told = await entry(world, world.anna)
    assert told is not None
    assert (told.kind, told.actor.id, told.text, told.unread) == (
        "message_from_contact", world.petra.id, "Här är de.", True,
    )  # fmt: skip
    (letter,) = await letters_to(world, thread, world.anna)
    assert (letter.kind, letter.state, letter.first_seq, letter.last_seq) == ("staff_activity", "waiting", 4, 4)


async def test_who_writes_right_after_being_mentioned_keeps_the_mark(world: World) -> None:
    """MN-6."""
    thread = await begun(world, world.anna)
    await world.do(world.erik, message(thread, mentioning(world.anna), internal=True))
    world.clock.advance(s=0.02)
    await world.do(world.anna, message(thread, paragraph("ja"), internal=True))
    await settle_at_once(world, thread)
    told = await entry(world, world.anna)
    assert told is not None
    assert (told.kind, told.actor.id, told.mentioned, told.unread) == ("mention", world.erik.id, True, True)
    (letter,) = await letters_to(world, thread, world.anna)
    assert (letter.kind, letter.internal, letter.last_seq) == ("staff_mention", True, 1)


async def test_an_outage_is_as_good_as_a_moment(world: World) -> None:
    """After a crash one sweep settles an hour's work: nobody's part in it hides the others' from them."""
    thread = await begun(world, world.anna, "kvitton")
    done = TaskSet(thread_id=thread.id, task_id=await task_of(world, thread), done=True)
    steps: list[tuple[Person, Asked]] = [
        (world.petra, message(thread, paragraph("ett"))),
        (world.erik, message(thread, mentioning(world.sofia), internal=True)),
        (world.sofia, message(thread, paragraph("tack"), internal=True)),
        (world.petra, message(thread, paragraph("två"))),
        (world.anna, done),
        (world.sofia, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id)),
    ]
    for person, command in steps:
        await world.do(person, command)
        world.clock.advance(s=600)
    assert await sweep(world.means, world.clock.now() + UNSETTLED_AFTER_MS) == 7
    for person, kind, mentioned in ((world.anna, "assignment_changed", False), (world.sofia, "tasks_changed", True)):
        told = await entry(world, person)
        assert told is not None
        assert (told.kind, told.mentioned) == (kind, mentioned)
    assert [letter.kind for letter in await letters_to(world, thread, world.sofia) if letter.internal] == [
        "staff_mention"
    ]


async def test_a_message_is_not_called_a_mention_for_one_that_came_before_it(world: World) -> None:
    thread = await begun(world, world.anna)
    await world.do(world.anna, message(thread, mentioning(world.sofia)))
    world.clock.advance(s=0.02)
    await world.do(world.petra, message(thread, paragraph("jaha")))
    await settle_at_once(world, thread)
    told = await entry(world, world.sofia)
    assert told is not None
    assert (told.kind, told.text, told.mentioned) == ("message_from_contact", "jaha", True)


async def test_who_was_mentioned_isnt_told_what_came_with_it(world: World) -> None:
    """NS-8: Vera hears nothing of this thread but that she was mentioned in it."""
    thread = await begun(world, world.anna)
    await world.do(world.anna, message(thread, mentioning(world.vera)))
    world.clock.advance(s=0.02)
    await world.do(world.petra, message(thread, paragraph("jaha")))
    await settle_at_once(world, thread)
    told = await entry(world, world.vera)
    assert told is not None
    assert (told.kind, told.actor.id) == ("mention", world.anna.id)


async def test_a_letter_tells_of_what_is_settled_late(world: World) -> None:
    """EM-8: another node is behind; the letter that waits begins with the earlier message."""
    thread = await begun(world, world.petra)
    for text in ("ett", "två"):
        await world.do(world.anna, message(thread, paragraph(text)))
        world.clock.advance(s=0.02)
    for stored in reversed(await left(world)):
        await consequences.draw(world.means, {thread.id: [stored]})
    (letter,) = await letters_to(world, thread, world.petra)
    assert (letter.first_seq, letter.last_seq) == (3, 4)


async def test_a_cycle_hears_what_is_missing_between_what_it_is_told(world: World) -> None:
    """3.8.4: two of three events come in one batch; the one between them, on a node that is late, restarts the cycle."""
    thread = await begun(world, world.anna, "kvitton")
    done = TaskSet(thread_id=thread.id, task_id=await task_of(world, thread), done=False)
    await world.do(world.petra, TaskSet(thread_id=thread.id, task_id=done.task_id, done=True))
    await world.do(world.anna, message(thread, paragraph("en sak till")))
    at = world.clock.now()
    world.clock.advance(s=1)
    await world.do(world.petra, message(thread, paragraph("ja")))
    events = await left(world)
    late = [stored for stored in events if stored.actor is not None and stored.actor.id == world.anna.id]
    await consequences.draw(world.means, {thread.id: [stored for stored in events if stored not in late]})
    await consequences.draw(world.means, {thread.id: late})
    row = await world.store.threads.get(world.firm.id, thread.id)
    assert row is not None
    assert row.reminder is not None
    assert (row.reminder.cycle, row.reminder.anchor_at) == (2, at)


async def test_a_letter_doesnt_tell_its_reader_what_they_wrote_themselves(world: World) -> None:
    """NS-7, EM-8: it bundles what was written before and after an answer of theirs, and whoever answers has read what
    stands before it (RD-7)."""
    thread = await begun(world, world.petra)
    for person, text in ((world.anna, "ett"), (world.petra, "två"), (world.anna, "tre")):
        await world.do(person, message(thread, paragraph(text)))
        world.clock.advance(s=0.02)
    await settle_at_once(world, thread)
    (letter,) = await letters_to(world, thread, world.petra)
    facts = await facts_of(world.means, letter)
    assert isinstance(facts, Letter)
    assert (facts.count, facts.who, letter.first_seq, letter.last_seq) == (1, "Anna Lindberg", 3, 5)


async def test_what_was_read_before_it_was_settled_is_not_news(world: World) -> None:
    """NS-4, EM-8: Sofia has the thread open while another node is late; nothing calls her to what she has seen."""
    thread = await begun(world, world.petra)
    await world.do(world.petra, message(thread, paragraph("sedd")))
    await world.do(world.anna, message(thread, mentioning(world.sofia)))
    events = await left(world)
    await world.do(world.sofia, MarkRead(thread_id=thread.id, seq=4))
    await world.settled()
    for batch in ([events[1]], events, [events[0]]):
        await consequences.draw(world.means, {thread.id: batch})
        told = await entry(world, world.sofia)
        assert told is not None
        assert (told.actor.id, told.unread, told.mentioned) == (world.anna.id, False, False)
    (letter,) = await letters_to(world, thread, world.sofia)
    assert await facts_of(world.means, letter) == Dropped("read")
    await world.do(world.petra, message(thread, paragraph("ny")))
    await settle_at_once(world, thread)
    told = await entry(world, world.sofia)
    assert told is not None
    assert (told.text, told.unread, told.mentioned) == ("ny", True, False)


# any history, in any batches


@dataclass(frozen=True)
class Outcome:
    """What followed, without what names or counts the way there."""

    entries: list[dict[str, Any]]
    letters: list[dict[str, Any]]
    marks: list[dict[str, Any]]
    thread: dict[str, Any]


def without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


async def outcome(world: World, thread: Thread) -> Outcome:
    async def rows(collection: str) -> list[dict[str, Any]]:
        return [row async for row in world.store.mongo.database[collection].find({"thread_id": thread.id})]

    row = await world.store.mongo.database["threads"].find_one({"_id": thread.id})
    assert row is not None
    assert row.get("notes_head", 0) == (await world.store.streams.head(notes_stream(thread.id))).seq
    return Outcome(
        entries=sorted(
            (without(one, "_id", "revision") for one in await rows("notifications")), key=lambda one: one["user_id"]
        ),
        letters=sorted(
            (without(one, "_id", "key") for one in await rows("letters")),
            key=lambda one: (one["person_id"], one.get("internal", False), one["first_seq"]),
        ),
        marks=sorted((without(one, "read", "delivered") for one in await rows("marks")), key=lambda one: one["_id"]),
        # How often the cycle told of itself on the way depends on the batches; it moves the row's head as it does.
        thread=without(row, "notes_head") | {"reminder": without(row["reminder"], "revision")},
    )


class Reels:
    """The database as it was before anything of a history had been settled, to begin again from."""

    def __init__(self, world: World, thread: Thread) -> None:
        self._mongo = world.store.mongo
        self._queries: dict[str, dict[str, Any]] = {
            "threads": {"_id": thread.id},
            "events": {"$or": [{"_id": {"$regex": f"^[tn]:{thread.id}:"}}, {"stream": {"$regex": "^u:"}}]},
        }
        self._about = {"thread_id": thread.id}
        self._kept: dict[str, list[dict[str, Any]]] = {}

    async def keep(self) -> None:
        for name in KEPT:
            self._kept[name] = [
                row async for row in self._mongo.database[name].find(self._queries.get(name, self._about))
            ]

    async def rewind(self) -> None:
        for name, rows in self._kept.items():
            await self._mongo.database[name].delete_many(self._queries.get(name, self._about))
            if rows:
                await self._mongo.database[name].insert_many(rows)


async def live(world: World, thread: Thread, task_id: str, chance: random.Random) -> None:
    """Something that may happen in a thread."""
    staff = (world.anna, world.erik, world.sofia, world.vera)
    one, other, contact = chance.choice(staff), chance.choice(staff), chance.choice((world.petra, world.linn))
    body = chance.choice((paragraph(f"{chance.random()}"), mentioning(other)))
    acts: list[tuple[Person, Asked]] = [
        (one, message(thread, body, internal=chance.random() < 0.5)),
        (one, message(thread, body, internal=chance.random() < 0.5)),
        (contact, message(thread, paragraph(f"{chance.random()}"))),
        (chance.choice((one, contact)), TaskSet(thread_id=thread.id, task_id=task_id, done=chance.random() < 0.5)),
        (one, TaskAdd(thread_id=thread.id, client_task_id=new_id(), text="en till")),
        (one, ThreadAssign(thread_id=thread.id, staff_id=chance.choice((other.id, None)))),
        (one, chance.choice((ThreadArchive, ThreadReopen))(thread_id=thread.id)),
        (one, ThreadRename(thread_id=thread.id, subject=f"{chance.random()}")),
        (chance.choice((one, contact)), MarkRead(thread_id=thread.id, seq=chance.randrange(1, 20))),
        (one, MarkRead(thread_id=thread.id, seq=chance.randrange(1, 20), notes_seq=chance.randrange(5))),
    ]
    person, command = chance.choice(acts)
    with suppress(Conflict):  # such as writing to what has been archived
        await world.do(person, command)
    await world.settled()  # of a mark everything has followed: what is settled in pieces are the events
    world.clock.advance(s=chance.choice((0, 0, 0.01, 2)))


def cut(events: Sequence[Stored], chance: random.Random, *, in_order: bool) -> list[list[Stored]]:
    """The events in batches, some of them twice."""
    told = list(events)
    if not in_order:
        chance.shuffle(told)
        told += chance.sample(told, chance.randrange(len(told) + 1))
    batches: list[list[Stored]] = [[]]
    for stored in told:
        if batches[-1] and chance.random() < 0.4:
            batches.append([])
        batches[-1].append(stored)
    return [*batches, *(chance.sample(batches, 1) if not in_order else [])]


async def read_some(world: World, thread: Thread, seq: int, notes: int) -> None:
    """Staff who have their inbox before them read a part of it."""
    said = [one.seq for one in await world.store.streams.read(notes_stream(thread.id), 0, 100) if one.actor is not None]
    for person in (world.anna, world.sofia):
        row = await world.store.threads.get(world.firm.id, thread.id)
        assert row is not None
        to = ReadTo(min(seq, row.head.seq), min(notes, max(said, default=0)))
        place = Place(person.firm_id, person.id, thread.id)
        await notifications.thread_read(world.means, place, person.name, to, world.clock.now())


@settings(
    max_examples=HISTORIES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(seed=some.integers(0, 2**32))
async def test_a_history_comes_to_the_same_in_any_batches(world: World, seed: int) -> None:
    chance = random.Random(seed)
    thread = await begun(world, chance.choice((world.anna, world.erik)), "kvitton")
    task_id = await task_of(world, thread)
    for _ in range(chance.randrange(1, ACTIONS_MAX + 1)):
        await live(world, thread, task_id, chance)
    world.clock.advance(s=60)
    events, reels = [stored for stored in await left(world) if stored.stream[2:] == thread.id], Reels(world, thread)
    await reels.keep()
    part = chance.randrange(1, 12), chance.randrange(5)
    await consequences.draw(world.means, {thread.id: events})
    await read_some(world, thread, *part)
    at_once = await outcome(world, thread)
    for place in range(SPLITS):
        await reels.rewind()
        for batch in cut(events, chance, in_order=place == 0) if events else []:
            await consequences.draw(world.means, {thread.id: batch})
        await read_some(world, thread, *part)
        assert await outcome(world, thread) == at_once
    del world.settler.settle  # the next thread begins settled
