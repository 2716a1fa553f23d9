"""Letters over a real SMTP conversation: spec 3.15 (NS-3), 3.16, and the gap that can't be closed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from protocol.body import Body, Mention, Paragraph, Text, paragraph
from protocol.commands import (
    FirmUpdate,
    LinkUpdate,
    MarkRead,
    MessageSend,
    TaskAdd,
    ThreadArchive,
    ThreadAssign,
    ThreadOpen,
)
from protocol.entities import ReminderSetting, Thread
from protocol.ids import new_id
from scheduler import mail, reminders
from server.context import Means
from storage.bus import BusMessage, BusState, firm_channel
from tests.scheduler.sink import Sink, body, listening
from tests.world import Person, World

pytestmark = pytest.mark.anyio

DELAY_S = 180


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with listening() as sink:
        yield sink


@pytest.fixture
def means(world: World, sink: Sink) -> Means:
    """The world's means with the sink as mail server."""
    settings = replace(
        world.settings,
        smtp_url=f"smtp://127.0.0.1:{sink.port}",
        mail_delay_s=DELAY_S,
        mail_from="post@chattar.example",
        public_url="http://127.0.0.1:8000",
    )
    world.means = Means(
        store=world.store, announcer=world.means.announcer, clock=world.clock, settings=settings, settler=world.settler
    )
    return world.means


async def says(world: World, person: Person, thread: Thread, text: str, *, internal: bool = False) -> None:
    command = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(text), internal=internal)
    await world.do(person, command)
    await world.settled()


async def delivery(world: World, means: Means, *, after_s: float = DELAY_S) -> None:
    """Let time pass, and the scheduler send what is due then."""
    await world.settled()
    world.clock.advance(s=after_s)
    await mail.send_due(means, world.clock.now())


def message_frame(message: BusMessage) -> bytes:
    return message.frame if isinstance(message, BusState) else b""


def to(sink: Sink, person: Person) -> list[str]:
    return [body(mail, "plain") for mail in sink.mails if person.email in str(mail["To"])]


async def test_a_new_thread_is_told_to_contacts_with_notify_without_its_text(
    world: World, means: Means, sink: Sink
) -> None:
    """NC-1, EM-1, EM-2, EM-3, EM-4, RM-6; acceptance 22 and 28."""
    await world.thread(text="Hemligt innehåll", tasks=["Ladda upp lagerlista"])
    await world.settled()
    await delivery(world, means)
    assert to(sink, world.linn) == []
    (text,) = to(sink, world.petra)
    mails = [m for m in sink.mails if world.petra.email in str(m["To"])]
    html = body(mails[0], "html")
    for part in (text, html):
        assert "Hemligt" not in part
        assert "Ladda upp lagerlista" in part
        assert "Lindberg & Falk Redovisning" in part.replace("&amp;", "&")
        # The menu's own name, "Chattar och uppgifter", is Swedish for chats and tasks.
        assert "chattar" not in part.lower().replace("chattar och uppgifter", "")
    assert "Lindberg & Falk Redovisning" in str(mails[0]["From"])
    assert "post@chattar.example" in str(mails[0]["From"])
    assert str(mails[0]["Auto-Submitted"]) == "auto-generated"


async def test_with_the_firms_setting_the_text_is_shown(world: World, means: Means, sink: Sink) -> None:
    """EM-1."""
    await world.do(world.anna, FirmUpdate(show_message_text_in_client_email=True))
    await world.thread(text="Öppet innehåll")
    await world.settled()
    await delivery(world, means)
    assert "Öppet innehåll" in to(sink, world.petra)[0]


async def test_a_mail_that_was_taken_is_a_receipt_of_delivery_but_not_of_reading(
    world: World, means: Means, sink: Sink
) -> None:
    """RD-4, RD-5: as far as the letter tells, for whom it was, at the time at which it was handed over."""
    thread = await world.thread()
    await says(world, world.anna, thread, "en sak till")
    at = world.clock.now() + DELAY_S * 1000
    await delivery(world, means)
    opened = await world.do(world.anna, ThreadOpen(thread_id=thread.id))
    (mark,) = [mark for mark in opened.marks if mark.person.side == "contact"]
    assert (mark.person.id, mark.read) == (world.petra.id, [])
    assert [(step.seq, step.at) for step in mark.delivered] == [(opened.page.head, at)]
    moved = [
        message
        for message in world.bell.heard(firm_channel(world.firm.id))
        if b"delivered_seq" in message_frame(message)
    ]
    assert len(moved) == 1


async def test_a_mail_that_was_refused_is_none(world: World, means: Means, sink: Sink) -> None:
    thread = await world.thread()
    sink.before_answer = lambda mail: "554 no"
    await delivery(world, means)
    assert (await world.do(world.anna, ThreadOpen(thread_id=thread.id))).marks == []


async def test_several_messages_are_one_mail_and_what_was_read_meanwhile_is_none(
    world: World, means: Means, sink: Sink
) -> None:
    """EM-8."""
    thread = await world.thread()
    await says(world, world.anna, thread, "ett")
    await says(world, world.anna, thread, "två")
    await delivery(world, means)
    assert len(to(sink, world.petra)) == 1
    await says(world, world.anna, thread, "tre")
    await world.do(world.petra, MarkRead(thread_id=thread.id, seq=1000))
    await delivery(world, means)
    assert len(to(sink, world.petra)) == 1


async def test_nothing_goes_before_its_time(world: World, means: Means, sink: Sink) -> None:
    await world.thread()
    await world.settled()
    await delivery(world, means, after_s=DELAY_S - 1)
    assert sink.mails == []


async def test_at_most_four_an_hour_and_the_fifth_waits(world: World, means: Means, sink: Sink) -> None:
    """EM-8."""
    thread = await world.thread()
    for number in range(6):
        await says(world, world.anna, thread, f"nummer {number}")
        await delivery(world, means)
    assert len(to(sink, world.petra)) == 4
    await delivery(world, means, after_s=3600)
    assert len(to(sink, world.petra)) == 5


async def test_internal_messages_reach_staff_by_mail_and_never_a_contact(
    world: World, means: Means, sink: Sink
) -> None:
    """EM-9, AC-6, MN-2."""
    thread = await world.thread()
    await delivery(world, means)
    sink.mails.clear()
    note = Body(content=[Paragraph(content=[Mention(id=world.sofia.id, name="Sofia"), Text(text=" dubbelt bokfört")])])
    await world.do(world.anna, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=note, internal=True))
    await world.settled()
    await delivery(world, means)
    assert [str(m["To"]) for m in sink.mails] == ["Sofia Rahimi <sofia@lindbergfalk.example>"]
    assert "nämnde" in str(sink.mails[0]["Subject"])
    assert "bokfört" not in body(sink.mails[0], "plain")


async def test_staff_hear_of_an_answer_with_a_way_to_it(world: World, means: Means, sink: Sink) -> None:
    """NS-3, NS-9, EM-10."""
    thread = await world.thread()
    await says(world, world.petra, thread, "svar")
    await delivery(world, means)
    (text,) = to(sink, world.anna)
    assert "Petra Holm" in text
    assert f"/login?next=%2Fconsole%2Fthreads%2F{thread.id}" in text
    assert "token" not in text.lower()


async def test_assignment_and_new_tasks_are_told(world: World, means: Means, sink: Sink) -> None:
    """AS-4, NC-1."""
    thread = await world.thread()
    await delivery(world, means)
    await world.do(world.petra, MarkRead(thread_id=thread.id, seq=1000))
    sink.mails.clear()
    await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.vera.id))
    await world.do(world.anna, TaskAdd(thread_id=thread.id, client_task_id=new_id(), text="Skicka kvitton"))
    await world.settled()
    await delivery(world, means)
    assert len(to(sink, world.vera)) >= 1
    assert "Skicka kvitton" in to(sink, world.petra)[0]


async def test_what_lost_its_point_is_dropped(world: World, means: Means, sink: Sink) -> None:
    """NC-4, AR-2: archived, or Notify switched off, before the mail went."""
    archived = await world.thread(world.eken)
    await world.settled()
    await world.do(world.anna, ThreadArchive(thread_id=archived.id))
    await world.thread()
    await world.settled()
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, notify=False))
    await delivery(world, means)
    assert to(sink, world.gunilla) == []
    assert to(sink, world.petra) == []


async def test_somebody_with_two_accounts_reads_which_one(world: World, means: Means, sink: Sink) -> None:
    """EM-5, acceptance 29."""
    await world.thread(world.eken)
    await world.thread()
    await world.settled()
    await delivery(world, means)
    assert "Brf Eken 4" in to(sink, world.gunilla)[0]
    assert "Holm & Döttrar Bygg AB" not in to(sink, world.petra)[0]


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
    letters = await world.store.letters.of_thread(refused.id)
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
    letters = [letter for letter in await world.store.letters.of_thread(thread.id) if letter.kind == "client_reminder"]
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
