"""That the mail server takes no letters reaches who can do something about it: once, in every window, and until it does."""

import asyncio
from collections.abc import Sequence

import pytest

from protocol.body import paragraph
from protocol.frames import EventFrame
from protocol.ids import new_id, user_stream
from protocol.inbox import Notification, NotificationArchive, NotificationList, NotificationUpdated
from protocol.messages import MessageSend
from protocol.staff import StaffUpdate
from protocol.threads import Thread
from protocol.wire import Ms
from scheduler.jobs import TABLE
from scheduler.mail import outbox as mail
from scheduler.turn import Turn
from server.core.context import Means
from server.letters.outage import TOLD_AFTER_MS, away, follow
from storage.notifications import NOTIFICATIONS
from tests.scheduler.conftest import DELAY_S
from tests.scheduler.sink import Sink
from tests.server.talking import node, talk
from tests.world import Person, World

pytestmark = pytest.mark.anyio

REFUSED = "550 5.7.1 this host may not send here"
MINUTE_MS = 60_000


async def tick(world: World) -> None:
    """Every job of the scheduler that has to do with mail, once."""
    now = world.clock.now()
    for entry in TABLE:
        if entry.name in ("mail", "outage"):
            await entry.run(world.means, now, Turn.at(now))
    await world.settled()


async def told(world: World, person: Person) -> list[Notification]:
    entries: list[Notification] = (await world.do(person, NotificationList())).notifications
    return [entry for entry in entries if entry.about == "mail"]


async def a_letter_waits(world: World, thread: Thread) -> None:
    """One to Petra, due now."""
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Hej"))
    await world.do(world.sofia, said)
    await world.settled()
    world.clock.advance(s=DELAY_S)


async def away_since(world: World, thread: Thread) -> Ms:
    """The mail server has just turned out to be away; when that was."""
    await a_letter_waits(world, thread)
    await tick(world)
    since = (await world.store.relay.get()).since
    assert since == world.clock.now()
    return since


async def time_passes(world: World, ms: Ms) -> None:
    """The scheduler ticks meanwhile."""
    for _ in range(ms // MINUTE_MS):
        world.clock.advance(s=60)
        await tick(world)


async def revisions(world: World, person: Person) -> Sequence[Notification]:
    """What the person's own stream has told of such entries."""
    stored = await world.store.streams.read(user_stream(person.id), 0, 100)
    events = [one.event for one in stored]
    told = [event.notification for event in events if isinstance(event, NotificationUpdated)]
    return [entry for entry in told if entry.about == "mail"]


async def test_the_firms_leads_hear_once_that_mail_waits_and_that_it_goes_again(
    world: World, means: Means, sink: Sink
) -> None:
    """NS-4, NS-5, AC-4: not of a restart, not for each letter, and not those who can't do anything about it."""
    await sink.goes_away()
    thread = await world.thread()
    since = await away_since(world, thread)
    await time_passes(world, TOLD_AFTER_MS - MINUTE_MS)
    assert await told(world, world.anna) == []
    await time_passes(world, MINUTE_MS)
    (entry,) = await told(world, world.anna)
    assert (entry.kind, entry.unread, entry.account.name, entry.actor.name) == (
        "mail_away",
        True,
        "",
        world.firm.firm.name,
    )
    assert entry.gathered[0].at == since
    assert [len(await told(world, one)) for one in (world.erik, world.sofia, world.vera, world.olle)] == [1, 0, 0, 0]
    page = await world.do(world.anna, NotificationList())
    assert page.open_count == len(page.notifications)
    for _ in range(2):
        await a_letter_waits(world, thread)
        await time_passes(world, 20 * MINUTE_MS)
    assert await told(world, world.anna) == [entry]
    await sink.comes_back()
    await time_passes(world, 15 * MINUTE_MS)
    assert len(sink.mails) > 0
    (entry,) = await told(world, world.anna)
    assert (entry.kind, entry.unread, [line.kind for line in entry.gathered]) == ("mail_back", False, ["mail_back"])
    assert [(one.kind, one.unread) for one in await revisions(world, world.anna)] == [
        ("mail_away", True), ("mail_back", False),
    ]  # fmt: skip
    assert (await world.store.relay.get()).told == []


async def test_the_next_outage_is_told_anew_in_the_same_place_even_where_the_last_was_put_away(
    world: World, means: Means, sink: Sink
) -> None:
    """NS-4, NS-5."""
    await sink.goes_away()
    thread = await world.thread()
    await away_since(world, thread)
    await time_passes(world, TOLD_AFTER_MS)
    (entry,) = await told(world, world.anna)
    await world.do(world.anna, NotificationArchive(notification_id=entry.id))
    await sink.comes_back()
    await time_passes(world, 15 * MINUTE_MS)
    assert await told(world, world.anna) == []
    await sink.goes_away()
    since = await away_since(world, thread)
    await time_passes(world, TOLD_AFTER_MS)
    (again,) = await told(world, world.anna)
    assert (again.id, again.unread, again.archived) == (entry.id, True, False)
    assert [(line.kind, line.at) for line in again.gathered] == [("mail_away", since)]


async def test_a_mail_server_that_refuses_everybody_is_told_in_its_own_words(
    world: World, means: Means, sink: Sink
) -> None:
    """The relay's refusal, not the recipients': RM-17's letters stay, and the owner reads why."""
    staff = await world.store.people.firm_staff(world.firm.id)
    sink.refused = dict.fromkeys([world.petra.email, world.linn.email, *(member.email for member in staff)], REFUSED)
    await away_since(world, await world.thread())
    await time_passes(world, TOLD_AFTER_MS)
    (entry,) = await told(world, world.anna)
    assert (entry.kind, entry.text) == ("mail_away", REFUSED)


async def test_a_firm_whose_letters_do_not_wait_hears_nothing(world: World, means: Means, sink: Sink) -> None:
    """P7: what concerns one firm of a server isn't told to another."""
    await sink.goes_away()
    await away_since(world, await world.thread())
    await time_passes(world, TOLD_AFTER_MS)
    assert len(await told(world, world.anna)) == 1
    assert await told(world, world.grace) == []


async def test_two_schedulers_tell_once(world: World, means: Means, sink: Sink) -> None:
    """P9: whoever comes second finds it told, whatever it had seen before."""
    await sink.goes_away()
    await away_since(world, await world.thread())
    world.clock.advance(s=TOLD_AFTER_MS / 1000)
    now = world.clock.now()
    assert sorted(await asyncio.gather(*(follow(means, now) for _ in range(4)))) == [0, 0, 0, 1]
    for person in (world.anna, world.erik):
        assert len(await revisions(world, person)) == 1
    await sink.comes_back()
    await tick_mail(world)
    assert sorted(await asyncio.gather(*(follow(means, now) for _ in range(4)))) == [0, 0, 0, 1]
    assert [entry.kind for entry in await revisions(world, world.anna)] == ["mail_away", "mail_back"]


async def tick_mail(world: World) -> None:
    """The scheduler tries the mail server, which is back."""
    world.clock.advance(s=600)
    await mail.send_due(world.means, world.clock.now())
    await world.settled()


async def test_one_who_saw_the_outage_before_it_ended_tells_nothing_after_that(
    world: World, means: Means, sink: Sink
) -> None:
    """P9: else the entry would call for help for ever."""
    await sink.goes_away()
    await away_since(world, await world.thread())
    world.clock.advance(s=TOLD_AFTER_MS / 1000)
    seen = await world.store.relay.get()
    await sink.comes_back()
    await tick_mail(world)
    assert not await away(means, world.firm.id, seen, world.clock.now())
    assert await told(world, world.anna) == []


async def test_what_a_scheduler_made_and_did_not_tell_is_swept_up(world: World, means: Means, sink: Sink) -> None:
    """P9: it dies between the entry and its owner's stream."""
    await sink.goes_away()
    await away_since(world, await world.thread())
    await time_passes(world, TOLD_AFTER_MS)
    rows = world.store.mongo.database[NOTIFICATIONS.name]
    await rows.update_many({"about": "mail"}, {"$set": {"untold_at": 1}, "$inc": {"revision": 1}})
    for entry in TABLE:
        if entry.name == "sweep":
            world.clock.advance(s=3600)
            await entry.run(world.means, world.clock.now(), Turn.at(world.clock.now()))
    assert len(await revisions(world, world.anna)) == 2


async def test_every_open_window_hears_of_it_at_once(world: World, means: Means, sink: Sink, redis_url: str) -> None:
    """NS-4: without a reload, and so that it is over."""
    await sink.goes_away()
    await away_since(world, await world.thread())
    world.clock.advance(s=TOLD_AFTER_MS / 1000)
    async with node(world, redis_url) as one, talk(one) as window, talk(one) as another:
        for open_window in (window, another):
            await open_window.hello(world.token_of(world.anna))
        await follow(one.house.means, world.clock.now())
        for open_window in (window, another):
            await open_window.until(EventFrame, lambda frame: _tells(frame, "mail_away", unread=True))
        await sink.comes_back()
        await tick_mail(world)
        await follow(one.house.means, world.clock.now())
        for open_window in (window, another):
            await open_window.until(EventFrame, lambda frame: _tells(frame, "mail_back", unread=False))


def _tells(frame: EventFrame, kind: str, *, unread: bool) -> bool:
    event = frame.event
    return isinstance(event, NotificationUpdated) and (event.notification.kind, event.notification.unread) == (
        kind,
        unread,
    )


async def test_who_becomes_an_employee_meanwhile_keeps_nothing_of_it(world: World, means: Means, sink: Sink) -> None:
    """AC-15: what is about the firm's mail is for those who lead it."""
    await sink.goes_away()
    await away_since(world, await world.thread())
    await time_passes(world, TOLD_AFTER_MS)
    await world.do(world.anna, StaffUpdate(staff_id=world.erik.id, role="employee"))
    assert await told(world, world.erik) == []
