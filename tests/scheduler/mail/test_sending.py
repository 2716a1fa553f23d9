"""Letters over a mail server that is away, refuses, or is cut off, and what is told of each."""

import asyncio

import pytest

from protocol.errors import Unavailable
from protocol.marks import MarkRead
from protocol.reminders import ReminderSetting
from scheduler import reminders
from scheduler.mail import outbox as mail
from server.core.context import Means
from server.letters import fates
from storage.letters import LetterDoc, Outcome, ServerWords
from tests.scheduler.conftest import DELAY_S
from tests.scheduler.mail.mailing import delivery, says, to
from tests.scheduler.sink import Sink
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_while_the_mail_server_is_away_letters_wait_and_then_each_goes_once(
    world: World, means: Means, sink: Sink
) -> None:
    await world.thread()
    await world.thread(world.eken)
    await world.settled()
    await sink.goes_away()
    await delivery(world, means)
    await delivery(world, means, after_s=60)
    assert sink.mails == []
    await sink.comes_back()
    await delivery(world, means, after_s=3600)
    await delivery(world, means, after_s=3600)
    assert (len(to(sink, world.petra)), len(to(sink, world.gunilla))) == (1, 1)


async def test_letters_that_have_lost_their_point_hold_up_no_try_whether_the_mail_server_is_back(
    world: World, means: Means, sink: Sink
) -> None:
    """Each of them took the one try there is for two minutes, and none reached the mail server: in a storm nothing was sent
    for as long as there were such letters."""
    read = [await world.thread() for _ in range(6)]
    await world.thread(world.eken)
    await world.settled()
    await sink.goes_away()
    await delivery(world, means)
    for thread in read:
        await world.do(world.petra, MarkRead(thread_id=thread.id, seq=3))
    await world.store.marks.pace.drained()
    await sink.comes_back()
    await delivery(world, means, after_s=3600)
    assert (len(to(sink, world.petra)), len(to(sink, world.gunilla))) == (0, 1)
    letters = [one for thread in read for one in await world.store.letters.of_thread(world.firm.id, thread.id)]
    assert {one.state for one in letters if one.person_id == world.petra.id} == {"dropped"}


async def test_a_lost_answer_to_a_reminder_is_a_reason_to_leave_the_mail_server_alone(
    world: World, means: Means, sink: Sink
) -> None:
    """Or each reminder that is due would be handed over, and `unknown`, in the same minute."""
    for account in (world.holm, world.eken, world.wester) * 2:
        await world.thread(account, reminder=ReminderSetting(enabled=True, days=3, number=1))
    await delivery(world, means)
    world.clock.advance(days=9)
    await reminders.tick(means, world.clock.now())
    sink.hang_up_after_data = True
    await delivery(world, means)
    rows = world.store.mongo.database["letters"].find({"kind": "client_reminder"})
    states = [row["state"] async for row in rows]
    assert len(states) == 6
    assert states.count("waiting") >= 2, states
    assert set(states) == {"unknown", "waiting"}


async def test_one_refused_recipient_does_not_stop_the_others(world: World, means: Means, sink: Sink) -> None:
    """RM-17."""
    sink.before_answer = lambda mail: "550 no such mailbox" if world.petra.email in str(mail["To"]) else None
    refused = await world.thread()
    await world.thread(world.eken)
    await world.settled()
    await delivery(world, means)
    await delivery(world, means, after_s=7200)
    assert len(to(sink, world.gunilla)) == 1
    assert to(sink, world.petra) == []
    letters = await world.store.letters.of_thread(world.firm.id, refused.id)
    assert {letter.email: letter.state for letter in letters}[world.petra.email] == "failed"


async def test_a_connection_lost_after_data_repeats_a_message_mail_and_not_a_reminder(
    world: World, means: Means, sink: Sink
) -> None:
    """RFC 1047's gap: at least once with one Message-ID for the first, at most once and marked for the second."""
    thread = await world.thread(reminder=ReminderSetting(enabled=True, days=1, number=1))
    await world.settled()
    sink.hang_up_after_data = True
    await delivery(world, means)
    sink.hang_up_after_data = False
    await delivery(world, means, after_s=3600)
    ids = [str(m["Message-ID"]) for m in sink.mails if world.petra.email in str(m["To"])]
    assert len(ids) == 2
    assert len(set(ids)) == 1

    sink.mails.clear()
    world.clock.advance(days=1)
    await reminders.tick(means, world.clock.now())
    await world.settled()
    sink.hang_up_after_data = True
    await delivery(world, means, after_s=0)
    sink.hang_up_after_data = False
    await delivery(world, means, after_s=7200)
    letters = [
        letter
        for letter in await world.store.letters.of_thread(world.firm.id, thread.id)
        if letter.kind == "client_reminder"
    ]
    assert [letter.state for letter in letters] == ["unknown"]
    assert len(to(sink, world.petra)) == 1


async def test_an_answer_between_the_tick_and_the_mail_server_wins(world: World, means: Means, sink: Sink) -> None:
    """RM-15, to the last moment before DATA."""
    thread = await world.thread(reminder=ReminderSetting(enabled=True, days=1, number=1))
    await world.settled()
    await delivery(world, means)
    sink.mails.clear()
    world.clock.advance(days=1)
    assert await reminders.tick(means, world.clock.now()) == 1
    await says(world, world.petra, thread, "Här är svaret")
    await delivery(world, means, after_s=0)
    assert to(sink, world.petra) == []


async def test_several_senders_share_the_outbox(world: World, means: Means, sink: Sink) -> None:
    for _ in range(12):
        await world.thread(world.eken)
    await world.settled()
    world.clock.advance(s=DELAY_S)
    await asyncio.gather(*(mail.send_due(means, world.clock.now()) for _ in range(3)))
    assert len(to(sink, world.gunilla)) == 12
    assert len({str(m["Message-ID"]) for m in sink.mails}) == len(sink.mails)


async def test_what_became_of_each_letter_is_kept_in_the_servers_words_and_told(
    world: World, means: Means, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RM-17: whoever looks at the letter, or hears of it, reads what the mail server said."""
    heard: list[tuple[str, str, ServerWords | None]] = []

    async def hears(means: Means, letter: LetterDoc, state: Outcome, said: ServerWords | None) -> None:
        assert await means.store.letters.get(letter.firm_id, letter.id) == letter
        heard.append((letter.email, state, said))

    monkeypatch.setattr(fates, "decided", hears)
    sink.refused[world.petra.email] = "550 5.1.1 not\tsuch"
    await world.thread()
    await world.thread(world.eken)
    await world.settled()
    await delivery(world, means)
    clients = [told for told in heard if told[0] in (world.petra.email, world.gunilla.email)]
    assert sorted(clients) == [
        (world.gunilla.email, "sent", ServerWords(text="kept", code=250)),
        (world.petra.email, "failed", ServerWords(text="not such", code=550, enhanced="5.1.1", whose="recipient")),
    ]
    assert await world.store.letters.untold(world.clock.now(), 9) == []


async def test_what_could_not_be_told_is_told_later(
    world: World, means: Means, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P9: who dies between keeping it and telling it, or can't tell it, leaves it to the next tick."""
    told: list[str] = []

    async def cannot(means: Means, letter: LetterDoc, state: Outcome, said: ServerWords | None) -> None:
        raise Unavailable

    async def can(means: Means, letter: LetterDoc, state: Outcome, said: ServerWords | None) -> None:
        told.append(letter.email)

    await world.thread()
    monkeypatch.setattr(fates, "decided", cannot)
    await delivery(world, means)
    assert len(to(sink, world.petra)) == 1
    monkeypatch.setattr(fates, "decided", can)
    await delivery(world, means, after_s=3600)
    await delivery(world, means, after_s=3600)
    assert sorted(told) == [world.petra.email, world.sofia.email]
    assert len(to(sink, world.petra)) == 1
