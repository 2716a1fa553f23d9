"""Letters over a real SMTP conversation: spec 3.15 (NS-3), 3.16, and the gap that can't be closed."""

import pytest

from protocol.accounts import AccountAssign
from protocol.body import Body, Mention, Paragraph, Text
from protocol.contacts import LinkUpdate
from protocol.firms import FirmUpdate
from protocol.ids import new_id
from protocol.marks import MarkDelivered, MarkRead
from protocol.messages import MessageSend
from protocol.reminders import ReminderSetting
from protocol.staff import StaffUpdate
from protocol.streams import ThreadOpen
from protocol.tasks import TaskAdd
from protocol.threads import ThreadArchive, ThreadAssign
from scheduler import reminders
from server.core.context import Means
from storage.redis.bus import BusMessage, BusState, firm_channel
from tests.scheduler.conftest import DELAY_S
from tests.scheduler.mail.mailing import delivery, says, to
from tests.scheduler.sink import Sink, body
from tests.world import World

pytestmark = pytest.mark.anyio


def message_frame(message: BusMessage) -> bytes:
    return message.frame if isinstance(message, BusState) else b""


async def test_a_new_thread_is_told_to_contacts_with_notify_without_its_text(
    world: World, means: Means, sink: Sink
) -> None:
    """NC-1, EM-1, EM-2, EM-3, EM-4, RM-6, NC-4, TH-7, TH-8, TK-2; acceptance 22 and 28."""
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
        assert "chattar" not in part.lower()
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


async def test_a_mail_that_was_taken_is_a_receipt_of_mailing_and_neither_of_delivery_nor_of_reading(
    world: World, means: Means, sink: Sink
) -> None:
    """RD-4, RD-5, EM-8: as far as the letter tells, for whom it was, when it was handed over: no mail server says more."""
    thread = await world.thread()
    await says(world, world.anna, thread, "en sak till")
    at = world.clock.now() + DELAY_S * 1000
    await delivery(world, means)
    opened = await world.do(world.anna, ThreadOpen(thread_id=thread.id))
    (mark,) = [mark for mark in opened.marks if mark.person.side == "contact"]
    assert (mark.person.id, mark.read, mark.delivered) == (world.petra.id, [], [])
    assert [(step.seq, step.at) for step in mark.mailed] == [(opened.page.head, at)]
    frames = [message_frame(message) for message in world.bell.heard(firm_channel(world.firm.id))]
    assert len([frame for frame in frames if b"mailed_seq" in frame]) == 1
    assert not [frame for frame in frames if b"delivered_seq" in frame]
    # Her own program has it: that is delivery, of the same messages.
    await world.do(world.petra, MarkDelivered(positions={thread.id: opened.page.head}))
    (mark,) = [one for one in (await world.do(world.anna, ThreadOpen(thread_id=thread.id))).marks if one.delivered]
    assert [step.seq for step in mark.delivered] == [step.seq for step in mark.mailed] == [opened.page.head]
    inside = await world.do(world.petra, ThreadOpen(thread_id=thread.id))
    assert [one.mailed for one in inside.marks if one.person.side == "contact"] == [[]]


async def test_a_mail_that_was_refused_is_no_receipt(world: World, means: Means, sink: Sink) -> None:
    """RD-4, RM-17: and takes back nothing that was handed over before."""
    thread = await world.thread()
    await delivery(world, means)
    taken = (await world.do(world.anna, ThreadOpen(thread_id=thread.id))).page.head
    sink.refused[world.petra.email] = "550 5.1.1 no such user"
    await says(world, world.anna, thread, "en sak till")
    await delivery(world, means)
    (mark,) = (await world.do(world.anna, ThreadOpen(thread_id=thread.id))).marks
    assert (mark.person.id, mark.delivered) == (world.petra.id, [])
    assert [step.seq for step in mark.mailed] == [taken]


@pytest.mark.parametrize("stored", ["pe..tra@holmbygg.example", "petra@holm_bygg.example", "åsa@holmbygg.example"])
async def test_a_stored_address_that_breaks_the_rule_fails_its_own_letter_alone(
    world: World, means: Means, sink: Sink, stored: str
) -> None:
    """RM-17: with words; it neither ends the tick nor holds up a letter that was due later."""
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.linn.id, notify=True))
    await world.store.people.change_contact(world.firm.id, world.petra.id, {"email": stored})
    thread = await world.thread()
    await delivery(world, means)
    letters = {letter.person_id: letter for letter in await world.store.letters.of_thread(world.firm.id, thread.id)}
    assert (letters[world.petra.id].state, letters[world.petra.id].attempts) == ("failed", 1)
    assert "to_email: expected one e-mail address" in (letters[world.petra.id].error or "")
    assert letters[world.linn.id].state == "sent"
    assert len(to(sink, world.linn)) == 1


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
    """EM-8."""
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


async def test_staff_get_four_an_hour_about_a_thread_and_a_mention_all_the_same(
    world: World, means: Means, sink: Sink
) -> None:
    """EM-8, MN-2: the fifth waits, but not with somebody's name in it."""
    thread = await world.thread(by=world.petra)
    await delivery(world, means)
    sink.mails.clear()
    for number in range(6):
        await says(world, world.petra, thread, f"nummer {number}")
        await delivery(world, means)
    assert len(to(sink, world.sofia)) == 3  # and the one about the new chat
    note = Body(content=[Paragraph(content=[Mention(id=world.sofia.id, name="Sofia"), Text(text=" ser du?")])])
    await world.do(world.anna, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=note))
    await world.settled()
    await delivery(world, means)
    assert len(to(sink, world.sofia)) == 4
    subjects = [str(mail["Subject"]) for mail in sink.mails if world.sofia.email in str(mail["To"])]
    assert "nämnde" in subjects[-1]


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
    # Two ways, each of its own: to the chat, and to log in.
    (letter,) = [one for one in sink.mails if world.anna.email in str(one["To"])]
    assert str(letter["To"]) == "Anna Lindberg <anna@lindbergfalk.example>"
    assert "Logga in: http://127.0.0.1:8000/login" in text.splitlines()
    assert 'href="http://127.0.0.1:8000/login"' in body(letter, "html")
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


@pytest.mark.parametrize("lost", ["the account", "everything"])
async def test_who_loses_access_before_a_mail_goes_gets_none(world: World, means: Means, sink: Sink, lost: str) -> None:
    """AC-15: staff by the account or altogether, contacts by their Login."""
    thread = await world.thread()
    await says(world, world.petra, thread, "svar")
    await says(world, world.anna, thread, "mer")
    waiting = {
        letter.email
        for letter in await world.store.letters.of_thread(world.firm.id, thread.id)
        if letter.state == "waiting"
    }
    assert waiting >= {world.sofia.email, world.petra.email, world.anna.email}
    take = (
        AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False)
        if lost == "the account"
        else StaffUpdate(staff_id=world.sofia.id, active=False)
    )
    await world.do(world.erik, take)
    await world.do(world.erik, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, login=False))
    await delivery(world, means)
    assert to(sink, world.anna)
    assert (to(sink, world.sofia), to(sink, world.petra)) == ([], [])


async def test_what_a_firm_says_of_itself_by_command_stands_in_the_next_letter(
    world: World, means: Means, sink: Sink
) -> None:
    """EM-3, EM-4, EM-6, NS-10: name, reply address, copy, language and the facts in the foot."""
    command = FirmUpdate(
        name="Lindberg Redovisning",
        legal_name="Lindberg Redovisning i Umeå AB",
        language="en",
        address="Storgatan 4\n903 26 Umeå",
        phone="+46 90 12 34 56",
        website="https://lindberg.example/",
        accent="#5B3A8C",
        reply_to="svar@lindberg.example",
        bcc="arkiv@lindberg.example",
    )
    await world.do(world.anna, command)
    await world.thread()
    await delivery(world, means)
    letter = next(mail for mail in sink.mails if world.petra.email in str(mail["To"]))
    assert str(letter["From"]) == "Lindberg Redovisning <post@chattar.example>"
    assert str(letter["Reply-To"]) == "svar@lindberg.example"
    assert "arkiv@lindberg.example" in sink.recipients
    for part in (body(letter, "plain"), body(letter, "html")):
        assert "Hello Petra" in part
        for fact in (
            "Lindberg Redovisning i Umeå AB",
            "Storgatan 4, 903 26 Umeå",
            "+46 90 12 34 56",
            "lindberg.example",
        ):
            assert fact in part
    await world.do(world.anna, FirmUpdate(language="sv", reply_to="", bcc="", phone=""))
    sink.mails.clear()
    sink.recipients.clear()
    await world.thread(subject="En till")
    await delivery(world, means)
    letter = next(mail for mail in sink.mails if world.petra.email in str(mail["To"]))
    assert letter["Reply-To"] is None
    assert "arkiv@lindberg.example" not in sink.recipients
    assert "Hej Petra" in body(letter, "plain")
    assert "+46 90 12 34 56" not in body(letter, "plain")


@pytest.mark.parametrize("shown", [True, False])
async def test_the_subject_line_names_the_thread_only_where_text_is_shown_and_the_body_names_it_always(
    world: World, means: Means, sink: Sink, shown: bool
) -> None:
    """EM-7, RM-18, decision 13: what stands on a lock screen (subject line, preview) is one thing, the opened letter
    another."""
    await world.do(world.anna, FirmUpdate(show_message_text_in_client_email=shown))
    await world.thread(subject="Skilsmässan", text="Hemligt innehåll", reminder=ReminderSetting(enabled=True, days=1))
    await delivery(world, means)
    world.clock.advance(s=86_400)
    await reminders.tick(world.means, world.clock.now())
    await delivery(world, means)
    letters = [mail for mail in sink.mails if world.petra.email in str(mail["To"])]
    assert len(letters) == 2
    for letter in letters:
        plain, html = body(letter, "plain"), body(letter, "html")
        assert ("Skilsmässan" in str(letter["Subject"])) == shown
        assert ("Skilsmässan" in html.split("</head>")[0]) == shown
        assert "Skilsmässan" in plain
        before, named, _ = html.split("<body", 1)[1].partition("Skilsmässan")
        assert named
        # The firm stands before it: it is not in the lines that a list of mails shows.
        assert shown or world.firm.firm.name in before.replace("&amp;", "&")
        assert "Hemligt" not in str(letter["Subject"])


@pytest.mark.parametrize("shown", [True, False])
async def test_tasks_are_in_the_mail_by_a_setting_of_their_own(
    world: World, means: Means, sink: Sink, shown: bool
) -> None:
    """EM-2: whatever becomes of the message's text."""
    await world.do(
        world.anna, FirmUpdate(show_tasks_in_client_email=shown, show_message_text_in_client_email=not shown)
    )
    await world.thread(text="Hemligt innehåll", tasks=["Ladda upp lagerlista"])
    await delivery(world, means)
    (mail,) = [mail for mail in sink.mails if world.petra.email in str(mail["To"])]
    for part in (body(mail, "plain"), body(mail, "html")):
        assert ("Ladda upp lagerlista" in part) == shown
        assert ("Hemligt" in part) != shown


async def test_somebody_with_two_accounts_reads_which_one(world: World, means: Means, sink: Sink) -> None:
    """EM-5, acceptance 29."""
    await world.thread(world.eken)
    await world.thread()
    await world.settled()
    await delivery(world, means)
    assert "Brf Eken 4" in to(sink, world.gunilla)[0]
    assert "Holm & Döttrar Bygg AB" not in to(sink, world.petra)[0]
