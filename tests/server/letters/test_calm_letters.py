"""A colleague at work is told of in one letter, once they pause; whoever is called on, or has a client waiting, hears of it
after three minutes as ever (EM-8, NS-8, MN-2)."""

from __future__ import annotations

import pytest

from protocol.body import Body, Mention, Paragraph, paragraph
from protocol.ids import new_id
from protocol.messages import MessageSend
from protocol.tasks import TaskAdd
from protocol.threads import Thread
from scheduler.letters.correspondence import Dropped, facts_of
from storage.letters import CALM_MAX_MS, LetterDoc, Outcome
from storage.mongo.connection import ours
from tests.world import Person, World

pytestmark = pytest.mark.anyio

MINUTE_MS = 60_000


async def writes(world: World, who: Person, thread: Thread, whom: Person | None = None, *, internal: bool) -> None:
    body = paragraph("…och en sak till")
    if whom is not None:
        body = Body(content=[Paragraph(content=[Mention(id=whom.id, name=whom.name)])])
    sent = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body, internal=internal)
    await world.do(who, sent)
    await world.settled()


async def letters_to(world: World, who: Person, thread: Thread) -> list[LetterDoc]:
    return [one for one in await world.store.letters.of_thread(world.firm.id, thread.id) if one.person_id == who.id]


async def sends_what_is_due(world: World, who: Person) -> int:
    """What a scheduler does with the outbox, without a mail server; how many letters go to somebody."""
    sent = 0
    async with ours():
        while (letter := await world.store.letters.claim(world.clock.now(), MINUTE_MS, "a scheduler")) is not None:
            facts = await facts_of(world.means, letter)
            fate: Outcome = "dropped" if isinstance(facts, Dropped) else "sent"
            if fate == "sent":
                await world.store.letters.begin(letter, world.clock.now() + MINUTE_MS)
            await world.store.letters.decide(letter, fate, world.clock.now())
            sent += fate == "sent" and letter.person_id == who.id
    return sent


async def quiet(world: World) -> Thread:
    """A thread of which everybody has been told."""
    thread = await world.thread(tasks=["kvitton"])
    await world.settled()
    world.clock.advance(s=3600)
    await sends_what_is_due(world, world.sofia)
    return thread


async def test_twelve_minutes_of_a_colleagues_work_are_a_letter_for_each_side_of_the_chat(world: World) -> None:
    """Ten mails, eight of them noise."""
    thread = await quiet(world)
    sent = 0
    for step in range(24):
        await writes(world, world.anna, thread, internal=step % 2 == 0)
        if step % 4 == 0:
            await world.do(world.anna, TaskAdd(thread_id=thread.id, client_task_id=new_id(), text=f"uppgift {step}"))
            await world.settled()
        world.clock.advance(s=30)
        sent += await sends_what_is_due(world, world.sofia)
    world.clock.advance(s=300)
    sent += await sends_what_is_due(world, world.sofia)
    assert sent == 2


async def test_it_goes_three_minutes_after_the_last_of_it_and_after_a_quarter_of_an_hour_at_the_latest(
    world: World,
) -> None:
    thread = await quiet(world)
    begun = world.clock.now()
    await writes(world, world.anna, thread, internal=False)
    delay_ms = world.means.settings.mail_delay_s * 1000
    for minutes in range(1, 20):
        world.clock.advance(s=60)
        await writes(world, world.anna, thread, internal=False)
        (letter,) = (one for one in await letters_to(world, world.sofia, thread) if one.state == "waiting")
        assert letter.due_at == begun + min(minutes * MINUTE_MS + delay_ms, CALM_MAX_MS)


@pytest.mark.parametrize("what", ["a client's message", "a mention"])
async def test_what_calls_on_somebody_waits_for_no_colleague(world: World, what: str) -> None:
    thread = await quiet(world)
    await writes(world, world.anna, thread, internal=False)
    world.clock.advance(s=60)
    called_at, delay_ms = world.clock.now(), world.means.settings.mail_delay_s * 1000
    if what == "a mention":
        await writes(world, world.anna, thread, world.sofia, internal=False)
    else:
        await writes(world, world.petra, thread, internal=False)
    for _ in range(2):
        world.clock.advance(s=60)
        await writes(world, world.anna, thread, internal=False)
    (letter,) = (one for one in await letters_to(world, world.sofia, thread) if one.state == "waiting")
    assert letter.due_at == called_at + delay_ms
