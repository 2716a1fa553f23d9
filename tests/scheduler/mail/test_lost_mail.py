"""Letters about no chat that failed, told to who can do something about it; and a contact's address put right."""

import pytest
from msgspec.structs import replace

from protocol.accounts import AccountAssign, AccountRead
from protocol.audit import SecurityList
from protocol.body import paragraph
from protocol.contacts import ContactCreate, ContactUpdate, InvitationSend, Link
from protocol.errors import Conflict, Forbidden, NotFound
from protocol.firms import FirmUpdate
from protocol.ids import new_id, user_stream
from protocol.inbox import Notification, NotificationArchive, NotificationList, NotificationUpdated
from protocol.messages import MessageSend
from protocol.sessions import InvitationRead, PasswordForgot
from protocol.staff import StaffUpdate
from protocol.threads import Thread
from scheduler.mail import outbox as mail
from server.core.context import Means
from server.letters.lost import DAY_MS
from tests.scheduler.sink import Sink
from tests.world import Person, World

pytestmark = pytest.mark.anyio

WRONG = "ny@holmbyg.example"
RIGHT = "ny@holmbygg.example"
NOBODY = "550 5.1.1 no such mailbox"
ARCHIVE = "arkiv@lindbergfalk.example"


async def letters_go(world: World) -> None:
    await mail.send_due(world.means, world.clock.now())
    await world.settled()


async def invited(world: World, by: Person, email: str = WRONG) -> Link:
    """Somebody new, with an invitation that waits."""
    command = ContactCreate(account_id=world.holm.id, name="Ny Person", email=email, login=True, invite=True)
    link: Link = await world.do(by, command)
    return link


async def told(world: World, person: Person) -> list[Notification]:
    entries: list[Notification] = (await world.do(person, NotificationList())).notifications
    return [entry for entry in entries if entry.about != "thread"]


async def told_to_petra(world: World, thread: Thread) -> None:
    """A message, its letter to Petra, and the copy of that."""
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Hej"))
    await world.do(world.sofia, said)
    await world.settled()
    world.clock.advance(s=600)
    await letters_go(world)
    await letters_go(world)


async def may_manage_accounts(world: World, person: Person) -> None:
    await world.do(world.anna, StaffUpdate(staff_id=person.id, rights=["manage_accounts"]))


async def test_a_refused_invitation_is_told_to_who_sent_it(world: World, means: Means, sink: Sink) -> None:
    """NS-4, NS-5: by an entry that says who, which address and what the mail server said, and leads to the contact; it is
    counted, and over once an invitation is handed over."""
    sink.refused[WRONG] = NOBODY
    link = await invited(world, world.erik)
    await letters_go(world)
    (entry,) = await told(world, world.erik)
    assert (entry.about, entry.kind, entry.account.id) == ("contact", "mail_failed", world.holm.id)
    assert (entry.actor.id, entry.actor.name, entry.email) == (link.contact_id, "Ny Person", WRONG)
    assert (entry.text, entry.unread) == (NOBODY, True)
    assert (await world.do(world.erik, NotificationList())).open_count == 1
    for person in (world.anna, world.sofia, world.olle):
        assert await told(world, person) == []
    again = InvitationSend(account_id=world.holm.id, contact_id=link.contact_id)
    world.clock.advance(s=1)
    await world.do(world.anna, again)
    # It says at once that somebody has done something, in every window, and calls for it until that was of use.
    (entry,) = await told(world, world.erik)
    assert ([line.became for line in entry.gathered], entry.unread) == (["waiting"], True)
    own = [one.event for one in await world.store.streams.read(user_stream(world.erik.id), 0, 500)]
    assert [one.notification for one in own if isinstance(one, NotificationUpdated)][-1] == entry
    await letters_go(world)
    (entry,) = await told(world, world.erik)
    assert ([line.became for line in entry.gathered], entry.unread) == ([None], True), "this one failed, too"
    assert [one.unread for one in await told(world, world.anna)] == [True], "and is told to who sent it"
    sink.refused.clear()
    world.clock.advance(s=1)
    await world.do(world.anna, again)
    await letters_go(world)
    for person in (world.erik, world.anna):
        (entry,) = await told(world, person)
        assert ([line.became for line in entry.gathered], entry.unread) == (["handed_over"], False)


async def test_an_invitation_that_a_newer_one_has_replaced_says_nothing_of_that_one(
    world: World, means: Means, sink: Sink
) -> None:
    """NS-5: the entry calls for somebody while the newest still waits for the mail server."""
    sink.refused[WRONG] = NOBODY
    link = await invited(world, world.erik)
    await letters_go(world)
    sink.refused[WRONG] = "450 4.2.0 later"
    for _ in range(2):
        world.clock.advance(s=1)
        await world.do(world.erik, InvitationSend(account_id=world.holm.id, contact_id=link.contact_id))
    await letters_go(world)
    (entry,) = await told(world, world.erik)
    assert ([line.became for line in entry.gathered], entry.unread) == (["waiting"], True)
    sink.refused.clear()
    world.clock.advance(s=600)
    await letters_go(world)
    (entry,) = await told(world, world.erik)
    assert ([line.became for line in entry.gathered], entry.unread) == (["handed_over"], False)
    assert sink.recipients == [WRONG]


async def test_what_its_sender_may_not_see_any_more_is_told_to_those_who_do(
    world: World, means: Means, sink: Sink
) -> None:
    """NS-1, AC-5: the account's followers hear of it instead."""
    await may_manage_accounts(world, world.sofia)
    sink.refused[WRONG] = NOBODY
    await invited(world, world.sofia)
    assign = AccountAssign(account_id=world.holm.id, staff_id=world.olle.id, assigned=True)
    await world.do(world.anna, assign)
    await world.do(world.anna, replace(assign, staff_id=world.sofia.id, assigned=False))
    await letters_go(world)
    assert await told(world, world.sofia) == []
    people = (world.anna, world.erik, world.vera, world.olle)
    assert [person.name for person in people if await told(world, person)] == [world.olle.name]


async def test_an_entry_about_a_contact_is_read_by_putting_it_away(world: World, means: Means, sink: Sink) -> None:
    """NS-5: there is no chat whose reading would do it."""
    sink.refused[WRONG] = NOBODY
    await invited(world, world.anna)
    await letters_go(world)
    (entry,) = await told(world, world.anna)
    await world.do(world.anna, NotificationArchive(notification_id=entry.id))
    assert await told(world, world.anna) == []
    page = await world.do(world.anna, NotificationList(archived=True))
    assert [one.unread for one in page.notifications if one.id == entry.id] == [False]


async def test_a_refused_blind_copy_is_told_once_a_day_to_those_who_may_change_it(
    world: World, means: Means, sink: Sink
) -> None:
    """EM-3, NS-10: owner and admins hear that copies don't arrive, and not at every letter."""
    # From noon, so that what is told of one day is sent on one day, whatever the time is here.
    world.clock.advance(s=(DAY_MS * 3 // 2 - world.clock.now() % DAY_MS) / 1000)
    await world.do(world.anna, FirmUpdate(bcc=ARCHIVE))
    sink.refused[ARCHIVE] = "552 5.2.2 mailbox full"
    thread = await world.thread()
    for _ in range(2):
        await told_to_petra(world, thread)
    assert (sink.recipients.count(world.petra.email), ARCHIVE in sink.recipients) == (2, False)
    (entry,) = await told(world, world.anna)
    assert (entry.about, entry.kind, entry.email, entry.account.name) == ("mail", "mail_failed", ARCHIVE, "")
    assert (entry.text, entry.gathered[0].count) == ("552 5.2.2 mailbox full", 1)
    assert [len(await told(world, one)) for one in (world.erik, world.sofia, world.vera)] == [1, 0, 0]
    await world.do(world.anna, NotificationArchive(notification_id=entry.id))
    await told_to_petra(world, thread)
    assert await told(world, world.anna) == []
    world.clock.advance(days=1)
    await told_to_petra(world, thread)
    assert len(await told(world, world.anna)) == 1


async def test_that_a_new_password_could_not_be_sent_is_told_to_nobody(world: World, means: Means, sink: Sink) -> None:
    """P7: who has forgotten theirs is their own business."""
    sink.refused[world.petra.email] = NOBODY
    await world.do(None, PasswordForgot(email=world.petra.email))
    await letters_go(world)
    for person in (world.anna, world.erik, world.sofia):
        assert await told(world, person) == []


async def test_a_corrected_address_ends_what_was_sent_to_the_wrong_one(world: World, means: Means, sink: Sink) -> None:
    """AC-15, spec 1.3: the old invitation works no more, the refusal is forgotten, the trail says who did it; the next
    invitation goes to the right address."""
    sink.refused[WRONG] = NOBODY
    link = await invited(world, world.anna, WRONG)
    letter = await world.store.letters.claim(world.clock.now(), 1, "test")
    assert letter is not None
    assert letter.secret is not None
    await world.store.letters.release(letter)
    await world.do(None, InvitationRead(secret=letter.secret))
    await letters_go(world)
    command = ContactUpdate(account_id=world.holm.id, contact_id=link.contact_id, email=" Ny@HolmBygg.example ")
    changed = await world.do(world.anna, command)
    assert (changed.email, changed.mail, changed.invited_at, changed.activated) == (RIGHT, None, None, False)
    with pytest.raises(NotFound):
        await world.do(None, InvitationRead(secret=letter.secret))
    await world.do(world.anna, command)
    rows = (await world.do(world.anna, SecurityList())).rows
    (row,) = [row for row in rows if row.event == "contact.changed"]
    assert row.about is not None
    assert (row.text, row.about.id) == (f"{WRONG} → {RIGHT}", link.contact_id)
    await world.do(world.anna, InvitationSend(account_id=world.holm.id, contact_id=link.contact_id))
    await letters_go(world)
    assert sink.recipients == [RIGHT]
    account = await world.do(world.anna, AccountRead(account_id=world.holm.id))
    (state,) = [one.mail for one in account.links if one.contact_id == link.contact_id]
    assert state is not None
    assert state.state == "handed_over"


async def test_whose_address_may_be_changed_by_whom(world: World) -> None:
    """AC-15, P7: of somebody who logs in, or belongs to what the asker doesn't see, by owner and admin alone; and nobody
    gets an address that somebody else has."""
    await may_manage_accounts(world, world.sofia)
    activated = ContactUpdate(account_id=world.holm.id, contact_id=world.petra.id, email="petra@ny.example")
    with pytest.raises(Forbidden):
        await world.do(world.sofia, activated)
    await world.do(world.erik, activated)
    assert (await world.store.people.contact(world.firm.id, world.petra.id)).email == "petra@ny.example"  # type: ignore[union-attr]
    link = await invited(world, world.sofia)
    own = ContactUpdate(account_id=world.holm.id, contact_id=link.contact_id, email=RIGHT)
    assert (await world.do(world.sofia, own)).email == RIGHT
    again = ContactCreate(account_id=world.salt.id, name="Ny Person", email=RIGHT)
    await world.do(world.anna, again)
    with pytest.raises(Forbidden):
        await world.do(world.sofia, ContactUpdate(account_id=world.holm.id, contact_id=link.contact_id, email=WRONG))
    taken = ContactUpdate(account_id=world.holm.id, contact_id=link.contact_id, email=world.linn.email.upper())
    with pytest.raises(Conflict, match="Somebody else"):
        await world.do(world.anna, taken)
