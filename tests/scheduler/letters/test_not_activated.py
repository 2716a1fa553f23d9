"""Contacts who never activated: told that something waits, with a way in, and reminded only once they can read (AC-8,
NC-5, RM-6, decision 1 of the specification). From commands to what the mail server is given."""

import re

import pytest

from protocol.accounts import AccountCreate
from protocol.audit import SecurityList
from protocol.body import paragraph
from protocol.contacts import ContactCreate, Link, LinkUpdate
from protocol.errors import Conflict, NotFound
from protocol.firms import FirmUpdate
from protocol.ids import new_id
from protocol.messages import MessageSend
from protocol.reminders import ReminderRead, ReminderSend, ReminderSetting
from protocol.sessions import InvitationAccept
from protocol.streams import ThreadOpen
from protocol.threads import Thread, ThreadCreate
from scheduler import reminders
from scheduler.letters.correspondence import facts_of
from scheduler.letters.facts import Letter
from scheduler.mail import outbox as mail
from server.core.context import Means
from tests.scheduler.conftest import DELAY_S
from tests.scheduler.sink import Sink, body
from tests.world import World

pytestmark = pytest.mark.anyio

KLARA = "klara@holmbygg.example"
SECRET = re.compile(r"http://127\.0\.0\.1:8000/invitation#([\w-]+)")


@pytest.fixture
async def means(world: World, means: Means) -> Means:
    """The world's means with the sink as mail server, at a firm that shows its texts in mails."""
    await world.do(world.anna, FirmUpdate(show_message_text_in_client_email=True))
    return means


async def joins(world: World, *, invite: bool = True) -> Link:
    """Klara becomes a contact of Holm, where Petra can log in."""
    command = ContactCreate(
        account_id=world.holm.id, name="Klara Holm", email=KLARA, login=True, notify=True, invite=invite
    )
    link: Link = await world.do(world.anna, command)
    return link


async def says(world: World, thread: Thread, text: str) -> None:
    await world.do(world.anna, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(text)))
    await world.settled()


async def mailed(world: World, means: Means, sink: Sink, email: str, after_s: float = DELAY_S) -> list[str]:
    """What one person is sent once some time has passed, both parts; what was sent before is forgotten."""
    await world.settled()
    sink.mails.clear()
    sink.recipients.clear()
    world.clock.advance(s=after_s)
    await mail.send_due(means, world.clock.now())
    return [body(one, "plain") + body(one, "html") for one in sink.mails if email in str(one["To"])]


async def test_who_never_activated_is_told_with_a_way_in_and_without_the_text(
    world: World, means: Means, sink: Sink
) -> None:
    """NC-5, EM-1, AC-8: with text shown, and somebody else of the account active."""
    await world.do(world.anna, FirmUpdate(bcc="kopia@lindbergfalk.example"))
    await joins(world)
    await world.thread(text="Hemligt innehåll", subject="Hemligt ämne")
    invitation, letter = await mailed(world, means, sink, KLARA)
    assert "Aktivera ditt konto" in letter
    assert "en ny chatt väntar på dig." in letter
    assert all(
        "Hemligt" not in one for one in (letter, *(str(m["Subject"]) for m in sink.mails if KLARA in str(m["To"])))
    )
    (other,) = {body(one, "plain") for one in sink.mails if world.petra.email in str(one["To"])}
    assert "Hemligt innehåll" in other
    assert "Aktivera" not in other
    # Nobody but the contact gets the link: the firm's copy is of the other letter.
    assert sink.recipients.count(KLARA) == 2
    assert sink.recipients.count("kopia@lindbergfalk.example") == 1
    (banner,) = set(SECRET.findall(letter))
    (invited,) = set(SECRET.findall(invitation))
    assert banner != invited
    rows = (await world.do(world.anna, SecurityList())).rows
    assert [row.event for row in rows if row.about and row.about.name == "Klara Holm"].count("invitation.sent") == 2
    # Both links work until a password has been chosen with one of them, and then neither.
    await world.do(None, InvitationAccept(secret=banner, password="ett nytt lösenord"))
    with pytest.raises(NotFound, match="used or replaced"):
        await world.do(None, InvitationAccept(secret=invited, password="ett annat lösenord"))


async def test_the_invitations_own_link_goes_on_working(world: World, means: Means, sink: Sink) -> None:
    """Spec 1.3: a mail with a banner doesn't spoil the invitation that was sent before."""
    await joins(world)
    await world.thread()
    invitation, _ = await mailed(world, means, sink, KLARA)
    secret = SECRET.findall(invitation)[0]
    await world.do(None, InvitationAccept(secret=secret, password="ett nytt lösenord"))


async def test_another_try_of_the_letter_carries_the_same_link(world: World, means: Means, sink: Sink) -> None:
    """NC-5: a mail server that says no for now makes no second link."""
    await joins(world, invite=False)
    await world.thread()
    tried: list[str] = []

    def not_now(one: object) -> str:
        tried.append(str(one))
        return "451 later"

    sink.before_answer = lambda one: not_now(body(one, "plain")) if KLARA in str(one["To"]) else None
    assert await mailed(world, means, sink, KLARA) == []
    sink.before_answer = None
    (letter,) = await mailed(world, means, sink, KLARA, after_s=3600)
    assert SECRET.findall(tried[0])[0] in letter


async def test_a_letter_that_is_made_twice_carries_the_same_link(world: World, means: Means) -> None:
    """NC-5: the mail server answered slowly, so what the letter says was looked up once more before it went."""
    await joins(world, invite=False)
    thread = await world.thread()
    await world.settled()
    world.clock.advance(s=DELAY_S)
    claimed = [await means.store.letters.claim(world.clock.now(), 60_000, "a sender") for _ in range(2)]
    (letter,) = [one for one in claimed if one is not None and one.email == KLARA and one.thread_id == thread.id]
    made = [await facts_of(means, letter) for _ in range(2)]
    links = [one.activate_url for one in made if isinstance(one, Letter)]
    assert len(links) == 2
    assert links[0] == links[1] != ""


async def test_a_mail_to_who_never_activated_is_no_receipt(world: World, means: Means, sink: Sink) -> None:
    """RD-4, AC-8: they have received nothing."""
    link = await joins(world)
    thread = await world.thread()
    assert len(await mailed(world, means, sink, KLARA)) == 2
    opened = await world.do(world.anna, ThreadOpen(thread_id=thread.id))
    assert {mark.person.id for mark in opened.marks} == {world.petra.id}
    assert link.contact_id != world.petra.id


async def test_reminders_begin_with_activation(world: World, means: Means, sink: Sink) -> None:
    """Decision 1, RM-6, D4: until then they are no recipients, by hand neither, and nothing is counted."""
    await joins(world)
    thread = await world.thread(reminder=ReminderSetting(enabled=True, days=1, number=2))
    invitation, _ = await mailed(world, means, sink, KLARA)
    view = await world.do(world.anna, ReminderRead(thread_id=thread.id))
    assert {one.name for one in view.recipients} == {"Linn Holm", "Petra Holm"}
    world.clock.advance(days=1)
    assert await reminders.tick(means, world.clock.now()) == 1
    assert await mailed(world, means, sink, KLARA, after_s=0) == []
    await world.do(world.anna, ReminderSend(thread_id=thread.id, client_message_id=new_id()))
    assert await mailed(world, means, sink, KLARA, after_s=0) == []
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, notify=False))
    await world.settled()
    view = await world.do(world.anna, ReminderRead(thread_id=thread.id))
    assert view.reminder.verdict == "nobody_to_notify"
    with pytest.raises(Conflict) as refused:
        await world.do(world.anna, ReminderSend(thread_id=thread.id, client_message_id=new_id()))
    assert refused.value.reason == "nobody_to_notify"

    secret = SECRET.findall(invitation)[0]
    await world.do(None, InvitationAccept(secret=secret, password="ett nytt lösenord"))
    await world.settled()
    view = await world.do(world.anna, ReminderRead(thread_id=thread.id))
    assert view.reminder.verdict == "due"
    assert "Klara Holm" in {one.name for one in view.recipients}
    world.clock.advance(days=2)
    assert await reminders.tick(means, world.clock.now()) == 1
    (reminder,) = await mailed(world, means, sink, KLARA, after_s=0)
    assert "Påminnelse" in reminder
    assert "Aktivera" not in reminder


# nobody who could read


async def test_a_message_to_an_account_where_nobody_may_log_in_is_refused_in_words(world: World) -> None:
    """AC-8, TH-9: in an old thread as in a new one; what staff write to each other goes on, and what waits stays."""
    thread = await world.thread()
    for contact in (world.petra, world.linn):
        await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=contact.id, login=False))
    key = new_id()
    command = MessageSend(thread_id=thread.id, client_message_id=key, body=paragraph("Hallå?"))
    with pytest.raises(Conflict) as refused:
        await world.do(world.anna, command)
    assert refused.value.reason == "account_not_activated"
    assert str(refused.value) == "Ingen på Holm & Döttrar Bygg AB får logga in. Slå på inloggning för någon först."
    await world.do(
        world.anna,
        MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Vad nu?"), internal=True),
    )
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.linn.id, login=True))
    sent = await world.do(world.anna, command)
    # What was accepted before goes on being so, whoever asks again.
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.linn.id, login=False))
    assert await world.do(world.anna, command) == sent


async def test_an_invitation_that_was_sent_is_not_asked_for(world: World) -> None:
    """TH-9: the refusal says what is so: nobody was invited, or nobody has accepted."""
    account = await world.do(world.anna, AccountCreate(client_account_id=new_id(), name="Ny Klient AB", kind="company"))
    create = ThreadCreate(
        account_id=account.id, client_message_id=new_id(), subject="Välkommen", body=paragraph("Hej!")
    )
    with pytest.raises(Conflict) as refused:
        await world.do(world.anna, create)
    assert (refused.value.reason, "Skicka en inbjudan först" in str(refused.value)) == ("account_not_activated", True)
    await world.do(
        world.anna,
        ContactCreate(
            account_id=account.id, name="Maja Ny", email="maja@ny.example", login=True, notify=True, invite=True
        ),
    )
    with pytest.raises(Conflict) as refused:
        await world.do(world.anna, create)
    assert refused.value.reason == "account_not_activated"
    assert str(refused.value) == "Ingen på Ny Klient AB har tagit emot sin inbjudan ännu."
