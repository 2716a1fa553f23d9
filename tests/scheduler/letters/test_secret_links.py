"""Letters with a link that works once: what they say of it is so when they go (spec 1.3, AC-15)."""

import re
from datetime import timedelta

import pytest

from protocol.contacts import ContactCreate, InvitationSend, Link, LinkUpdate
from protocol.firms import FirmUpdate
from protocol.sessions import InvitationAccept, InvitationRead, PasswordForgot, PasswordReset
from protocol.staff import StaffUpdate
from scheduler.mail import outbox as mail
from server.core.context import Means
from tests.scheduler.sink import Sink
from tests.world import World

pytestmark = pytest.mark.anyio

KLARA = "klara@holmbygg.example"
SECRET = re.compile(r"/(?:invitation|reset)#([\w-]+)")


async def invited(world: World) -> Link:
    command = ContactCreate(
        account_id=world.holm.id, name="Klara Holm", email=KLARA, login=True, notify=True, invite=True
    )
    link: Link = await world.do(world.anna, command)
    return link


async def mailed(world: World, means: Means, sink: Sink, after: timedelta = timedelta(seconds=3)) -> list[str]:
    """What goes out then, as text."""
    await world.settled()
    sink.mails.clear()
    world.clock.advance(s=after.total_seconds())
    await mail.send_due(means, world.clock.now())
    return sink.texts()


async def test_an_invitation_that_lets_nobody_in_any_more_does_not_go(world: World, means: Means, sink: Sink) -> None:
    """AC-15: Login was switched off while it waited for the mail server; switched on, a new one is sent."""
    link = await invited(world)
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=link.contact_id, login=False))
    assert await mailed(world, means, sink) == []
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=link.contact_id, login=True))
    await world.do(world.anna, InvitationSend(account_id=world.holm.id, contact_id=link.contact_id))
    (letter,) = await mailed(world, means, sink)
    await world.do(None, InvitationRead(secret=SECRET.findall(letter)[0]))


async def test_of_two_invitations_that_wait_the_one_goes_whose_link_works(
    world: World, means: Means, sink: Sink
) -> None:
    """Spec 1.3: the newer one has ended the other's link."""
    link = await invited(world)
    await world.do(world.anna, InvitationSend(account_id=world.holm.id, contact_id=link.contact_id))
    (letter,) = await mailed(world, means, sink)
    await world.do(None, InvitationRead(secret=SECRET.findall(letter)[0]))


async def test_nobody_is_invited_who_has_come_in_meanwhile(world: World, means: Means, sink: Sink) -> None:
    """By the way that another letter had shown them."""
    await invited(world)
    await world.thread()
    sink.before_answer = lambda one: "451 4.3.0 later" if "bjuder in" in str(one["Subject"]) else None
    shown = [one for one in await mailed(world, means, sink, timedelta(minutes=3)) if "Hej Klara" in one]
    await world.do(None, InvitationAccept(secret=SECRET.findall(shown[0])[0], password="ett nytt lösenord"))
    sink.before_answer = None
    assert [one for one in await mailed(world, means, sink, timedelta(hours=1)) if "Hej Klara" in one] == []


async def test_of_two_new_passwords_that_wait_the_one_goes_whose_link_works(
    world: World, means: Means, sink: Sink
) -> None:
    """Asked for twice while the mail server was away; and none goes to who has lost access meanwhile."""
    for _ in range(2):
        await world.do(None, PasswordForgot(email=world.petra.email))
    await world.do(None, PasswordForgot(email=world.sofia.email))
    await world.do(world.erik, StaffUpdate(staff_id=world.sofia.id, active=False))
    (letter,) = await mailed(world, means, sink)
    await world.do(None, PasswordReset(secret=SECRET.findall(letter)[0], password="ett annat lösenord"))


async def test_a_letter_that_waited_says_how_long_its_link_works_by_now(world: World, means: Means, sink: Sink) -> None:
    """The mail server was away."""
    await invited(world)
    await world.do(None, PasswordForgot(email=world.petra.email))
    sink.before_answer = lambda one: "451 4.3.0 later"
    assert await mailed(world, means, sink) == []
    sink.before_answer = lambda one: "451 4.3.0 later" if KLARA in str(one["To"]) else None
    (reset,) = await mailed(world, means, sink, timedelta(minutes=20))
    assert "Länken gäller i 41 minuter" in reset
    sink.before_answer = None
    (invitation,) = await mailed(world, means, sink, timedelta(days=4))
    assert "Länken gäller i 10 dagar" in invitation


async def test_an_invitation_speaks_the_firms_language_as_its_other_letters_do(
    world: World, means: Means, sink: Sink
) -> None:
    """EM-6: chosen by the owner after the contact was added. Nobody is greeted by an address."""
    command = ContactCreate(account_id=world.holm.id, name=" ", email=KLARA, login=True, notify=True, invite=True)
    await world.do(world.anna, command)
    await world.do(world.anna, FirmUpdate(language="en"))
    await world.thread()
    letters = [one for one in await mailed(world, means, sink, timedelta(minutes=3)) if "/invitation#" in one]
    assert ["invites you" in one for one in letters].count(True) == 1
    assert len(letters) == 2
    assert all("Hello, " in one for one in letters)
