"""What became of a reminder's letters stands in row, event and cycle (RM-19), from the command to the mail server."""

import pytest

from protocol.accounts import AccountRead
from protocol.audit import AuditList
from protocol.body import paragraph
from protocol.contacts import ContactCreate, LinkUpdate
from protocol.ids import new_id, notes_stream
from protocol.inbox import NotificationList
from protocol.letters import LetterFailed, LetterRetry
from protocol.messages import MessageSend
from protocol.reminders import ReminderRead, ReminderSend, ReminderSetting, ReminderSettled, ReminderView
from protocol.threads import Thread
from scheduler import reminders
from scheduler.mail import outbox as mail
from server.core.context import Means
from server.letters import fates
from tests.scheduler.sink import Sink
from tests.world import Person, World

pytestmark = pytest.mark.anyio

DAYS = 3


async def begun(world: World, *, number: int = 1) -> Thread:
    thread = await world.thread(reminder=ReminderSetting(enabled=True, days=DAYS, number=number))
    await world.settled()
    await mail.send_due(world.means, world.clock.now() + 3_600_000)
    return thread


async def days_pass(world: World, days: float = DAYS) -> int:
    """As many reminders fire as are due then; their letters wait."""
    world.clock.advance(days=days)
    fired = await reminders.tick(world.means, world.clock.now())
    await world.settled()
    return fired


async def letters_go(world: World) -> None:
    await mail.send_due(world.means, world.clock.now())
    await world.settled()


async def says(world: World, person: Person, thread: Thread) -> None:
    await world.do(
        person, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Här är svaret"))
    )
    await world.settled()


async def seen(world: World, thread: Thread) -> ReminderView:
    view: ReminderView = await world.do(world.sofia, ReminderRead(thread_id=thread.id))
    return view


async def settled(world: World, thread: Thread) -> list[ReminderSettled]:
    notes = await world.store.streams.read(notes_stream(thread.id), 0, 200)
    return [stored.event for stored in notes if isinstance(stored.event, ReminderSettled)]


async def test_an_answer_between_the_tick_and_the_mail_leaves_the_reminder_uncounted(
    world: World,
    means: Means,
    sink: Sink,
) -> None:
    """RM-15, RM-19: no letter left, so row, event and count say so, and the cycle still has its one reminder."""
    thread = await begun(world)
    before = len(sink.mails)
    assert await days_pass(world) == 1
    (row,) = (await seen(world, thread)).rows
    assert (row.counted, [one.state for one in row.deliveries]) == (True, ["waiting"])
    await says(world, world.petra, thread)
    await letters_go(world)
    assert len(sink.mails) == before
    view = await seen(world, thread)
    (row,) = view.rows
    assert (row.number, row.counted) == (1, False)
    assert [(one.name, one.state, one.reason) for one in row.deliveries] == [
        ("Petra Holm", "dropped", "not_true_any_more")
    ]
    assert (view.reminder.sent, view.reminder.verdict) == (0, "replied")
    (event,) = await settled(world, thread)
    assert (event.number, event.counted, event.deliveries) == (1, False, row.deliveries)
    # Sofia writes again: the count was never spent, and is full.
    await says(world, world.sofia, thread)
    assert await days_pass(world) == 1
    await letters_go(world)
    assert (await seen(world, thread)).reminder.sent == 1


async def test_what_reached_nobody_is_sent_again_once_and_not_at_every_tick(
    world: World,
    means: Means,
    sink: Sink,
) -> None:
    """RM-16, RM-19: the number is free again, its next letter keeps the rhythm, and has a row of its own."""
    thread = await begun(world)
    sink.refused[world.petra.email] = "550 5.1.1 not such a letter"
    await days_pass(world)
    await letters_go(world)
    view = await seen(world, thread)
    assert (view.reminder.sent, view.reminder.verdict) == (0, "due")
    assert view.reminder.next_due_at == (view.reminder.anchor_at or 0) + 2 * DAYS * 86_400_000
    assert await days_pass(world, days=0) == 0
    sink.refused.clear()
    assert await days_pass(world) == 1
    await letters_go(world)
    view = await seen(world, thread)
    assert (view.reminder.sent, view.reminder.verdict) == (1, "count_reached")
    assert [(row.number, row.counted, [one.state for one in row.deliveries]) for row in view.rows] == [
        (1, False, ["failed"]),
        (1, True, ["handed_over"]),
    ]
    assert view.rows[0].deliveries[0].said == "550 5.1.1 not such a letter"
    assert await days_pass(world, days=30) == 0


async def test_one_letter_that_was_handed_over_makes_it_count(
    world: World,
    means: Means,
    sink: Sink,
) -> None:
    """RM-17, RM-19: of two recipients one is refused."""
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.linn.id, notify=True))
    thread = await begun(world)
    sink.refused[world.linn.email] = "550 5.1.1 no"
    await days_pass(world)
    await letters_go(world)
    view = await seen(world, thread)
    (row,) = view.rows
    assert row.counted
    assert sorted((one.name, one.state) for one in row.deliveries) == [
        (world.linn.name, "failed"),
        (world.petra.name, "handed_over"),
    ]
    assert view.reminder.sent == 1
    (event,) = await settled(world, thread)
    assert (event.counted, len(event.deliveries)) == (True, 2)


async def test_telling_a_reminders_fate_twice_changes_nothing(
    world: World,
    means: Means,
    sink: Sink,
) -> None:
    """P9: whoever died after it and before it was noted as told is followed by another one that tells it again."""
    thread = await begun(world, number=2)
    sink.refused[world.petra.email] = "550 5.1.1 no"
    await days_pass(world)
    await letters_go(world)
    view = await seen(world, thread)
    (letter,) = [
        one for one in await world.store.letters.of_thread(world.firm.id, thread.id) if one.kind == "client_reminder"
    ]
    for _ in range(2):
        await fates.decided(world.means, letter, "failed", letter.said)
    assert await seen(world, thread) == view
    assert len(await settled(world, thread)) == 1


async def test_a_reminder_by_hand_that_nobody_got_says_so(
    world: World,
    means: Means,
    sink: Sink,
) -> None:
    """RM-11: it was never one of the cycle's, and its row says what became of it."""
    thread = await begun(world)
    await world.do(world.sofia, ReminderSend(thread_id=thread.id, client_message_id=new_id()))
    sink.refused[world.petra.email] = "550 5.1.1 no"
    await letters_go(world)
    view = await seen(world, thread)
    (row,) = view.rows
    assert (row.number, row.counted, row.deliveries[0].state) == (0, False, "failed")
    assert view.reminder.sent == 0


async def test_a_mail_that_failed_is_seen_where_people_look(
    world: World,
    means: Means,
    sink: Sink,
) -> None:
    """NS-4, RM-17: an entry in the inbox of the account's staff with the mail server's words, and a mark on the contact,
    until a letter is handed over; told twice, it is one event and no letter of its own."""
    words = "550 5.1.1 no such letters here"
    sink.refused[world.petra.email] = words
    thread = await world.thread()
    await world.settled()
    world.clock.advance(s=3600)
    await letters_go(world)
    entries = (await world.do(world.sofia, NotificationList())).notifications
    (entry,) = [one for one in entries if one.thread_id == thread.id]
    assert (entry.kind, entry.actor.name, entry.text) == ("mail_failed", world.petra.name, words)
    (failed,) = [line for line in entry.gathered if line.kind == "mail_failed"]
    assert (await mail_of(world, world.petra)) == ("failed", words)
    letters = await world.store.letters.of_thread(world.firm.id, thread.id)
    (letter,) = [one for one in letters if one.person_id == world.petra.id]
    await fates.decided(world.means, letter, "failed", letter.said)
    await world.settled()
    notes = await world.store.streams.read(notes_stream(thread.id), 0, 200)
    assert len([one for one in notes if isinstance(one.event, LetterFailed)]) == 1
    assert len(await world.store.letters.of_thread(world.firm.id, thread.id)) == len(letters)
    # Tried again from the entry itself, it is handed over.
    sink.refused.clear()
    assert failed.letter_id == letter.id
    await world.do(world.sofia, LetterRetry(account_id=entry.account.id, letter_id=failed.letter_id))
    world.clock.advance(s=3600)
    await letters_go(world)
    assert (await mail_of(world, world.petra))[0] == "handed_over"


async def test_a_refused_invitation_is_marked_on_the_contact(
    world: World,
    means: Means,
    sink: Sink,
) -> None:
    """Spec 1.3: whoever looks at the account sees that nobody got the invitation, and why."""
    sink.refused["ny@holmbygg.example"] = "550 5.1.1 nobody here"
    command = ContactCreate(
        account_id=world.holm.id, name="Ny Person", email="ny@holmbygg.example", login=True, invite=True
    )
    new = await world.do(world.anna, command)
    await letters_go(world)
    account = await world.do(world.anna, AccountRead(account_id=world.holm.id))
    (mail_state,) = [link.mail for link in account.links if link.contact_id == new.contact_id]
    assert (mail_state.state, mail_state.said) == ("failed", "550 5.1.1 nobody here")


async def test_a_letter_that_failed_is_tried_again_once(
    world: World,
    means: Means,
    sink: Sink,
) -> None:
    """RM-17, RM-19: whoever has mended the fault tries again; the reminder counts once its letter is handed over."""
    thread = await begun(world)
    sink.refused[world.petra.email] = "550 5.1.1 no"
    await days_pass(world)
    await letters_go(world)
    ((failed,),) = [row.deliveries for row in (await seen(world, thread)).rows]
    sink.refused.clear()
    before = len(sink.mails)
    world.clock.advance(s=60)
    again = LetterRetry(account_id=world.holm.id, letter_id=failed.letter_id)
    for _ in range(2):
        await world.do(world.sofia, again)
    assert (await mail_of(world, world.petra))[0] == "waiting"
    await letters_go(world)
    await world.do(world.sofia, again)
    await letters_go(world)
    assert len(sink.mails) == before + 1
    view = await seen(world, thread)
    assert [(row.counted, row.deliveries[0].state) for row in view.rows] == [(True, "handed_over")]
    assert (view.reminder.sent, view.reminder.verdict) == (1, "count_reached")
    assert (await mail_of(world, world.petra))[0] == "handed_over"
    trail = await world.do(world.sofia, AuditList(thread_id=thread.id))
    assert [row.event for row in trail.rows].count("letter.retried") == 1


async def mail_of(world: World, person: Person) -> tuple[str, str]:
    """What the contact's row in the account says of the last letter to them."""
    account = await world.do(world.sofia, AccountRead(account_id=world.holm.id))
    (found,) = [link.mail for link in account.links if link.contact_id == person.id]
    return found.state, found.said
