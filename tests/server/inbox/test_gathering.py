"""An inbox entry gathers what its owner hasn't read: nothing hides what somebody wrote, and reading a part leaves the rest
(NS-2, NS-4). So does the letter that follows (NS-9, EM-8). Told from commands."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from protocol.body import Body, Mention, Paragraph, paragraph
from protocol.ids import new_id, user_stream
from protocol.inbox import Notification, NotificationList, NotificationPage, NotificationUpdated
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.tasks import TaskSet
from protocol.threads import Thread, ThreadAssign
from scheduler.letters.correspondence import facts_of
from scheduler.letters.facts import Letter
from scheduler.letters.layout import lay_out
from storage.heard import KEPT_MAX
from tests.world import Person, World

pytestmark = pytest.mark.anyio

TASKS = ("kvitton", "kontoutdrag", "avtal")


async def says(world: World, person: Person, thread: Thread, text: str, *, internal: bool = False) -> int:
    """Its position."""
    sent = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(text), internal=internal)
    accepted = await world.do(person, sent)
    await world.settled()
    world.clock.advance(s=1)
    seq: int = accepted.seq
    return seq


async def ticks(world: World, person: Person, thread: Thread, *places: int, done: bool = True) -> None:
    tasks = await world.store.tasks.of_thread(world.firm.id, thread.id)
    for place in places:
        await world.do(person, TaskSet(thread_id=thread.id, task_id=tasks[place].id, done=done))
        await world.settled()
        world.clock.advance(s=1)


async def entry(world: World, who: Person) -> Notification:
    page = await world.do(who, NotificationList())
    assert isinstance(page, NotificationPage)
    (found,) = page.notifications
    return found


async def reads(world: World, who: Person, thread: Thread, seq: int, notes_seq: int = 0) -> None:
    await world.do(who, MarkRead(thread_id=thread.id, seq=seq, notes_seq=notes_seq))
    await world.settled()


def said(told: Notification) -> list[tuple[str, str, int, str]]:
    return [(line.actor.name.split()[0], line.event, line.count, line.text) for line in told.gathered]


async def quiet(world: World) -> Thread:
    """A thread that Sofia has read."""
    thread = await world.thread(tasks=TASKS)
    await world.settled()
    head = await world.store.threads.get(world.firm.id, thread.id)
    assert head is not None
    await reads(world, world.sofia, thread, head.head.seq)
    world.clock.advance(days=1)
    return thread


async def test_a_question_stays_in_front_of_the_ticks_that_follow_it(world: World) -> None:
    """NS-4, Petra writes, and then ticks two."""
    thread = await quiet(world)
    first = await says(world, world.petra, thread, "Vilket konto gäller det?")
    await ticks(world, world.petra, thread, 0, 1)
    told = await entry(world, world.sofia)
    assert said(told) == [
        ("Petra", "message.sent", 1, "Vilket konto gäller det?"), ("Petra", "task.completed", 2, ""),
    ]  # fmt: skip
    assert (told.unread_from, told.notes_unread_from) == (first, None)
    assert (told.kind, told.text) == ("tasks_changed", ""), "an older client sees the latest, as before"


async def test_no_number_of_ticks_pushes_it_out(world: World) -> None:
    thread = await quiet(world)
    await says(world, world.petra, thread, "Vilket konto gäller det?")
    for _ in range(KEPT_MAX):
        await ticks(world, world.petra, thread, 0)
        await ticks(world, world.petra, thread, 0, done=False)
    told = await entry(world, world.sofia)
    assert said(told)[0] == ("Petra", "message.sent", 1, "Vilket konto gäller det?")
    # What is counted is what is kept: it says so.
    assert [line.more for line in told.gathered] == [False, True, True]


async def test_what_a_client_wrote_comes_before_what_a_colleague_wrote_later(world: World) -> None:
    thread = await quiet(world)
    await says(world, world.petra, thread, "Vilket konto gäller det?")
    await says(world, world.anna, thread, "Jag tar det.", internal=True)
    await ticks(world, world.petra, thread, 0)
    lines = said(await entry(world, world.sofia))
    assert [line[:2] for line in lines] == [
        ("Petra", "message.sent"), ("Anna", "message.sent"), ("Petra", "task.completed"),
    ]  # fmt: skip


async def test_what_is_read_is_gathered_no_more_and_the_own_stream_says_so(world: World) -> None:
    """NS-4."""
    thread = await quiet(world)
    first = await says(world, world.petra, thread, "ett")
    second = await says(world, world.anna, thread, "internt", internal=True)
    await says(world, world.petra, thread, "två")
    await reads(world, world.sofia, thread, first)
    told = await entry(world, world.sofia)
    assert said(told) == [("Petra", "message.sent", 1, "två"), ("Anna", "message.sent", 1, "internt")]
    assert [line.internal for line in told.gathered] == [False, True]
    assert (told.unread_from, told.notes_unread_from) == (first + 1, second)
    own = await world.store.streams.read(user_stream(world.sofia.id), 0, 100)
    last = own[-1].event
    assert isinstance(last, NotificationUpdated)
    assert last.notification == told


async def test_a_read_entry_still_says_what_came_last_with_what_went_with_it(world: World) -> None:
    thread = await quiet(world)
    await says(world, world.anna, thread, "för länge sedan")
    world.clock.advance(days=1)
    await says(world, world.petra, thread, "Vilket konto gäller det?")
    await ticks(world, world.petra, thread, 0)
    await reads(world, world.sofia, thread, 99)
    told = await entry(world, world.sofia)
    assert told.unread is False
    assert said(told) == [
        ("Petra", "message.sent", 1, "Vilket konto gäller det?"), ("Petra", "task.completed", 1, ""),
    ]  # fmt: skip
    assert (told.unread_from, told.notes_unread_from) == (None, None)


async def letters_to(world: World, who: Person, thread: Thread) -> list[Letter]:
    """Those that would go now, the client's side first."""
    letters = [one for one in await world.store.letters.of_thread(world.firm.id, thread.id) if one.person_id == who.id]
    facts = [await facts_of(world.means, letter) for letter in sorted(letters, key=lambda one: one.internal)]
    return [one for one in facts if isinstance(one, Letter)]


async def test_the_mail_leads_with_the_message_and_says_what_else_was_done(world: World) -> None:
    """NS-9: the only mail said "changed the tasks"."""
    thread = await quiet(world)
    first = await says(world, world.petra, thread, "Vilket konto gäller det?")
    await ticks(world, world.petra, thread, 0, 1)
    (facts,) = await letters_to(world, world.sofia, thread)
    assert (facts.activity, facts.who, facts.count, facts.also) == ("message", world.petra.name, 1, ("tasks",))
    page = lay_out(facts)
    assert (page.heading, page.after) == (f"{world.petra.name} har skrivit", "Uppgifterna har också ändrats.")
    assert unquote(facts.button_url).endswith(f"/login?next=/console/threads/{thread.id}#t{first}")


async def test_the_mail_names_who_wrote_and_not_who_did_something_after_it(world: World) -> None:
    thread = await quiet(world)
    await says(world, world.petra, thread, "Vilket konto gäller det?")
    await ticks(world, world.anna, thread, 0)
    (facts,) = await letters_to(world, world.sofia, thread)
    assert (facts.kind, facts.who, facts.also) == ("staff_activity", world.petra.name, ("tasks",))


async def test_a_letter_about_a_mention_that_has_been_read_speaks_of_the_rest(world: World) -> None:
    """MN-2, EM-8: it was the weightiest when it was put in."""
    thread = await quiet(world)
    body = Body(content=[Paragraph(content=[Mention(id=world.sofia.id, name=world.sofia.name)])])
    sent = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body)
    mention = (await world.do(world.anna, sent)).seq
    await world.settled()
    world.clock.advance(s=1)
    later = await says(world, world.petra, thread, "en sak till")
    (facts,) = await letters_to(world, world.sofia, thread)
    assert (facts.kind, facts.who, facts.also) == ("staff_mention", world.anna.name, ("message",))
    assert unquote(facts.button_url).endswith(f"#t{mention}")
    await reads(world, world.sofia, thread, mention)
    (facts,) = await letters_to(world, world.sofia, thread)
    assert (facts.kind, facts.who, facts.also, facts.count) == ("staff_activity", world.petra.name, (), 1)
    assert unquote(facts.button_url).endswith(f"#t{later}")


async def test_the_mail_says_nothing_that_was_undone_before_it_goes(world: World) -> None:
    """EM-8: all tasks done, and one not any more; a chat that was theirs, and is nobody's."""
    thread = await quiet(world)
    await ticks(world, world.petra, thread, 0, 1, 2)
    (facts,) = await letters_to(world, world.sofia, thread)
    assert facts.activity == "tasks_done"
    await ticks(world, world.petra, thread, 1, done=False)
    (facts,) = await letters_to(world, world.sofia, thread)
    assert facts.activity == "tasks"


async def test_a_mail_about_a_chat_that_is_theirs_no_more_is_not_sent(world: World) -> None:
    """AS-3, EM-8."""
    thread = await quiet(world)
    await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))
    await world.settled()
    (facts,) = await letters_to(world, world.sofia, thread)
    assert facts.kind == "staff_assigned"
    await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=None))
    await world.settled()
    assert "staff_assigned" not in [one.kind for one in await letters_to(world, world.sofia, thread)]


async def test_the_words_that_a_chat_begins_with_are_one_thing_with_it(world: World) -> None:
    """NS-2."""
    thread = await world.thread(by=world.petra, text="Hej, en fråga.")
    await world.settled()
    told = await entry(world, world.sofia)
    assert [(line.kind, line.count, line.text) for line in told.gathered] == [("thread_created", 1, "Hej, en fråga.")]
    assert told.thread_id == thread.id
