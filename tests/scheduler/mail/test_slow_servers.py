"""A mail server that takes its time: a letter is true when it goes, and goes to whom it is for by then (EM-8, RM-15)."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from protocol.contacts import ContactUpdate
from protocol.marks import MarkRead
from protocol.reminders import ReminderSetting
from protocol.streams import ThreadOpen
from protocol.tasks import TaskSet
from protocol.threads import Thread
from scheduler import reminders
from scheduler.mail import outbox as mail
from server.core.context import Means
from tests.scheduler.mail.mailing import delivery
from tests.scheduler.mail.scripted import Scripted
from tests.world import World

pytestmark = pytest.mark.anyio

PATIENCE_S = 60
SLOW = ["MAIL", "RCPT", "DATA"]
NEW = "petra@nyaholm.example"


@pytest.fixture(autouse=True)
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What passes between two commands counts as long: by the clock it would be seconds."""
    monkeypatch.setattr(mail, "FRESH_S", 0.0)


async def goes_while(
    world: World, outbox: Means, script: Scripted, step: str, do: Callable[[], Awaitable[object]]
) -> None:
    """What is due goes out, and something is done while the mail server thinks about all of it."""
    reached, goes_on = asyncio.Event(), asyncio.Event()
    due = (await world.store.letters.backlog(world.clock.now())).by_state["waiting"]
    assert due <= mail.SENDERS
    thinking = 0

    async def pause(at: str) -> None:
        nonlocal thinking
        if at == step:
            thinking += 1
            if thinking == due:
                reached.set()
            await goes_on.wait()

    script.pause = pause
    async with asyncio.timeout(PATIENCE_S):
        running = asyncio.create_task(delivery(world, outbox, after_s=0))
        await reached.wait()
        await do()
        await world.settled()
        goes_on.set()
        await running


async def waiting(world: World, outbox: Means, tasks: tuple[str, ...] = ()) -> Thread:
    """A chat whose letters are due."""
    thread = await world.thread(tasks=tasks, reminder=ReminderSetting(enabled=True, days=1, number=1))
    await world.settled()
    world.clock.advance(s=outbox.settings.mail_delay_s)
    return thread


@pytest.mark.parametrize("step", SLOW)
async def test_what_is_read_meanwhile_is_not_sent(world: World, outbox: Means, script: Scripted, step: str) -> None:
    """EM-8."""
    thread = await waiting(world, outbox)
    await goes_while(
        world, outbox, script, step, lambda: world.do(world.petra, MarkRead(thread_id=thread.id, seq=1000))
    )
    assert world.petra.email not in script.recipients
    letters = await world.store.letters.of_thread(world.firm.id, thread.id)
    assert [one.state for one in letters if one.person_id == world.petra.id] == ["dropped"]


@pytest.mark.parametrize("step", SLOW)
async def test_a_task_that_is_ticked_meanwhile_is_not_reminded_of(
    world: World, outbox: Means, script: Scripted, step: str
) -> None:
    """RM-15, RM-19: the reminder is neither sent nor counted."""
    thread = await waiting(world, outbox, ("Skicka underlaget",))
    await delivery(world, outbox, after_s=0)
    await world.do(world.petra, MarkRead(thread_id=thread.id, seq=1000))
    await world.settled()
    world.clock.advance(days=1)
    assert await reminders.tick(outbox, world.clock.now()) == 1
    script.recipients.clear()
    (task,) = (await world.do(world.petra, ThreadOpen(thread_id=thread.id))).tasks
    ticks = TaskSet(thread_id=thread.id, task_id=task.id, done=True)
    await goes_while(world, outbox, script, step, lambda: world.do(world.petra, ticks))
    assert world.petra.email not in script.recipients


@pytest.mark.parametrize("step", SLOW)
async def test_an_address_that_is_corrected_meanwhile_is_where_the_letter_goes(
    world: World, outbox: Means, script: Scripted, step: str
) -> None:
    """Outbox rule 1.3: never to the address that it had been announced for, and once."""
    await waiting(world, outbox)
    change = ContactUpdate(account_id=world.holm.id, contact_id=world.petra.id, email=NEW)
    await goes_while(world, outbox, script, step, lambda: world.do(world.anna, change))
    assert (script.recipients.count(world.petra.email), script.recipients.count(NEW)) == (0, 1)
