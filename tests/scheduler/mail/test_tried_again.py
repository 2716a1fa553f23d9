"""What becomes of a letter that failed once somebody has tried it again: everybody's inbox says what is so, in their page
and in their own stream, and the command says what it did. Told from commands to the mail server."""

import pytest

from protocol.accounts import AccountFollow, AccountRead
from protocol.audit import AuditList
from protocol.body import paragraph
from protocol.contacts import ContactCreate, ContactUpdate, InvitationSend
from protocol.ids import new_id, notes_stream, user_stream
from protocol.inbox import Gathered, Notification, NotificationList, NotificationUpdated
from protocol.letters import LetterFailed, LetterRetried, LetterRetry
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.tasks import TaskSet
from protocol.threads import Thread
from protocol.wire import Id
from scheduler.mail import outbox as mail
from server.core.context import Means
from server.letters import fates
from storage.heard import KEPT_MAX
from storage.letters import LetterDoc
from tests.scheduler.sink import Sink
from tests.world import Person, World

pytestmark = pytest.mark.anyio

NOBODY = "550 5.1.1 no such mailbox"
FULL = "552 5.2.2 mailbox full"


async def letters_go(world: World) -> None:
    world.clock.advance(s=600)
    await mail.send_due(world.means, world.clock.now())
    await world.settled()


async def says(world: World, person: Person, thread: Thread, text: str) -> None:
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(text))
    await world.do(person, said)
    await world.settled()
    world.clock.advance(s=1)


async def failed(world: World, sink: Sink, words: str = NOBODY) -> Thread:
    """A thread of Anna's whose letter to Petra was refused; she and Sofia hear of it."""
    await world.do(world.anna, AccountFollow(account_id=world.holm.id, following=True))
    sink.refused[world.petra.email] = words
    thread = await world.thread(tasks=["kvitton"])
    await world.settled()
    await letters_go(world)
    return thread


async def reads(world: World, person: Person, thread: Thread) -> None:
    """All of it, notes too."""
    heads = [await world.store.streams.head(f"{kind}:{thread.id}") for kind in "tn"]
    await world.do(person, MarkRead(thread_id=thread.id, seq=heads[0].seq, notes_seq=heads[1].seq))
    await world.settled()


async def entry(world: World, person: Person, thread: Thread) -> Notification:
    """As a page that is loaded anew shows it, which is what every open window was told."""
    page = (await world.do(person, NotificationList())).notifications
    (found,) = [one for one in page if one.thread_id == thread.id]
    own = [one.event for one in await world.store.streams.read(user_stream(person.id), 0, 500)]
    told = [one.notification for one in own if isinstance(one, NotificationUpdated)]
    assert [one for one in told if one.id == found.id][-1] == found
    assert isinstance(found, Notification)
    return found


def mails(told: Notification) -> list[Gathered]:
    return [line for line in told.gathered if line.kind == "mail_failed"]


async def tries(world: World, letter_id: Id, by: Person | None = None) -> LetterRetried:
    again = LetterRetry(account_id=world.holm.id, letter_id=letter_id)
    answer: LetterRetried = await world.do(by or world.sofia, again)
    await world.settled()
    return answer


async def to_petra(world: World, thread: Thread) -> list[LetterDoc]:
    letters = await world.store.letters.of_thread(world.holm.firm_id, thread.id)
    return [one for one in letters if one.person_id == world.petra.id]


async def test_an_entry_says_so_once_its_letter_is_handed_over(world: World, means: Means, sink: Sink) -> None:
    """NS-4, NS-5, RM-17: of whoever heard that it wasn't, in every window, and it is as good as read. No news of its own:
    it moves nothing to the top."""
    thread = await failed(world, sink)
    before = await entry(world, world.sofia, thread)
    (line,) = mails(before)
    assert (line.became, len(line.letter_ids), before.unread) == (None, 1, True)
    sink.refused.clear()
    await tries(world, line.letter_ids[0])
    for person in (world.sofia, world.anna):
        waiting = await entry(world, person, thread)
        assert [(one.became, one.letter_ids, one.letter_id) for one in mails(waiting)] == [("waiting", [], None)]
    assert (await entry(world, world.anna, thread)).unread
    await letters_go(world)
    for person in (world.sofia, world.anna):
        assert [(one.became, one.letter_ids) for one in mails(await entry(world, person, thread))] == [
            ("handed_over", [])
        ]
    after = await entry(world, world.sofia, thread)
    assert (after.unread, after.at) == (True, before.at), "the new chat is unread still"
    await reads(world, world.sofia, thread)
    assert not (await entry(world, world.sofia, thread)).unread


async def test_an_entry_of_which_nothing_else_is_unread_is_as_good_as_read(
    world: World, means: Means, sink: Sink
) -> None:
    """NS-5: until there is more."""
    thread = await failed(world, sink)
    told = await entry(world, world.anna, thread)
    assert [line.kind for line in told.gathered] == ["mail_failed"]
    sink.refused.clear()
    await tries(world, mails(told)[0].letter_ids[0])
    assert (await entry(world, world.anna, thread)).unread
    await letters_go(world)
    after = await entry(world, world.anna, thread)
    assert ([line.became for line in after.gathered], after.unread) == (["handed_over"], False)
    await says(world, world.petra, thread, "Hej")
    assert (await entry(world, world.anna, thread)).unread


async def test_the_command_answers_what_it_did(world: World, means: Means, sink: Sink) -> None:
    """EM-8: a letter that is on its way, or was handed over, isn't sent a second time, and nobody is told that it is."""
    thread = await failed(world, sink)
    (letter,) = await to_petra(world, thread)
    sink.refused.clear()
    first, second = await tries(world, letter.id), await tries(world, letter.id, world.anna)
    assert (first.again, first.delivery.state, first.delivery.name) == (True, "waiting", world.petra.name)
    assert (second.again, second.delivery.state) == (False, "waiting")
    await letters_go(world)
    third = await tries(world, letter.id)
    assert (third.again, third.delivery.state) == (False, "handed_over")
    assert sink.recipients.count(world.petra.email) == 1


async def test_a_letter_that_is_not_needed_any_more_says_so(world: World, means: Means, sink: Sink) -> None:
    """EM-8: Petra has read in the portal what it would have told her."""
    thread = await failed(world, sink)
    (letter,) = await to_petra(world, thread)
    await world.do(world.petra, MarkRead(thread_id=thread.id, seq=thread.head))
    await world.settled()
    await tries(world, letter.id)
    await letters_go(world)
    assert [line.became for line in mails(await entry(world, world.sofia, thread))] == ["dropped"]
    assert (await tries(world, letter.id)).delivery.state == "dropped"


async def test_one_that_fails_again_says_why_by_now_and_can_be_tried_again(
    world: World, means: Means, sink: Sink
) -> None:
    """NS-4: it is one letter, and told of once; that it failed anew is news."""
    thread = await failed(world, sink)
    (letter,) = await to_petra(world, thread)
    await reads(world, world.anna, thread)
    sink.refused[world.petra.email] = FULL
    await tries(world, letter.id)
    await letters_go(world)
    told = await entry(world, world.anna, thread)
    assert [(one.text, one.became, one.letter_ids) for one in mails(told)] == [(FULL, None, [letter.id])]
    assert told.unread


async def test_every_failed_letter_of_a_contact_can_be_tried_again_where_it_is_seen(
    world: World, means: Means, sink: Sink
) -> None:
    """NS-4, RM-17: two of one contact in one thread, from the entry, also once it is read and whatever was done since, and
    from the contact."""
    thread = await failed(world, sink)
    await says(world, world.sofia, thread, "En fråga till")
    await letters_go(world)
    first, second = [letter.id for letter in await to_petra(world, thread)]
    told = await entry(world, world.anna, thread)
    assert [(line.count, line.letter_ids, line.letter_id) for line in mails(told)] == [(2, [first, second], second)]
    await reads(world, world.anna, thread)
    (task,) = await world.store.tasks.of_thread(world.holm.firm_id, thread.id)
    for at in range(KEPT_MAX + 1):
        world.clock.advance(s=3600)
        await world.do(world.petra, TaskSet(thread_id=thread.id, task_id=task.id, done=at % 2 == 0))
        await world.settled()
    await reads(world, world.anna, thread)
    told = await entry(world, world.anna, thread)
    assert not told.unread
    assert [line.letter_ids for line in mails(told)] == [[first, second]]
    assert await seen_of_petra(world) == ("failed", [first, second])
    sink.refused.clear()
    await tries(world, second)
    await letters_go(world)
    assert [line.letter_ids for line in mails(await entry(world, world.anna, thread))] == [[first]]
    assert await seen_of_petra(world) == ("handed_over", [first])
    await tries(world, first)
    await letters_go(world)
    assert mails(await entry(world, world.anna, thread)) == []
    assert await seen_of_petra(world) == ("handed_over", [])
    assert sink.recipients.count(world.petra.email) == 2


async def seen_of_petra(world: World) -> tuple[str, list[Id]]:
    """What her row in the account says of the last letter, and which can be tried again from it."""
    account = await world.do(world.sofia, AccountRead(account_id=world.holm.id))
    (link,) = [one for one in account.links if one.contact_id == world.petra.id]
    return link.mail.state, link.failed_letters


async def test_what_is_told_late_or_twice_takes_nothing_back(world: World, means: Means, sink: Sink) -> None:
    """P9: that it failed is settled again, and for the first time only now for one who had no entry; that it waits is told
    once it was handed over."""
    thread = await failed(world, sink)
    (letter,) = await to_petra(world, thread)
    sink.refused.clear()
    await tries(world, letter.id)
    (waiting,) = await to_petra(world, thread)
    await letters_go(world)
    before = await entry(world, world.sofia, thread)
    await world.store.mongo.database["notifications"].delete_one({"user_id": world.anna.id})
    notes = await world.store.streams.read(notes_stream(thread.id), 0, 200)
    (lost,) = [one for one in notes if isinstance(one.event, LetterFailed)]
    await fates.decided(world.means, waiting, "waiting", None)
    await fates.decided(world.means, letter, "failed", letter.said)
    world.settler.settle(lost)
    await world.settled()
    assert await entry(world, world.sofia, thread) == before
    late = await entry(world, world.anna, thread)
    assert [line.became for line in mails(late)] == ["handed_over"]


async def test_whoever_dies_after_trying_again_leaves_the_telling_to_the_scheduler(
    world: World, means: Means, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P9."""
    thread = await failed(world, sink)
    (letter,) = await to_petra(world, thread)

    async def dies(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr("server.letters.since.tell", dies)
        with pytest.raises(ConnectionError):
            await tries(world, letter.id)
    assert [line.became for line in mails(await entry(world, world.sofia, thread))] == [None]
    (waiting,) = await world.store.letters.untold(world.clock.now(), 10)
    await fates.decided(world.means, waiting, "waiting", None)
    assert [line.became for line in mails(await entry(world, world.sofia, thread))] == ["waiting"]


async def test_an_entry_of_an_older_build_is_put_right_by_who_tries_again(
    world: World, means: Means, sink: Sink
) -> None:
    """Its letter was handed over long ago, and nobody had told the inbox."""
    thread = await failed(world, sink)
    (letter,) = await to_petra(world, thread)
    entries, letters = world.store.mongo.database["notifications"], world.store.mongo.database["letters"]
    await entries.update_many({}, [{"$set": {"done": {"$ifNull": ["$lost", []]}}}, {"$unset": "lost"}])
    await letters.update_one({"_id": letter.id}, {"$set": {"state": "sent"}, "$unset": {"once_failed": ""}})
    assert [line.letter_ids for line in mails(await entry(world, world.sofia, thread))] == [[letter.id]]
    answer = await tries(world, letter.id)
    assert (answer.again, answer.delivery.state) == (False, "handed_over")
    assert [line.became for line in mails(await entry(world, world.sofia, thread))] == ["handed_over"]


async def test_an_invitation_that_was_handed_over_in_the_end_is_told_so(world: World, means: Means, sink: Sink) -> None:
    """NS-5: with the address that it went to; and one that fails after that is told of as failed, alone."""
    wrong, right = "ny@holmbyg.example", "ny@holmbygg.example"
    sink.refused[wrong] = NOBODY
    new = await world.do(
        world.anna,
        ContactCreate(account_id=world.holm.id, name="Ny Person", email=wrong, login=True, invite=True),
    )
    await letters_go(world)
    place = {"account_id": world.holm.id, "contact_id": new.contact_id}
    await world.do(world.anna, ContactUpdate(**place, email=right))
    await world.do(world.anna, InvitationSend(**place))
    await letters_go(world)
    told = await about_a_contact(world)
    assert ([line.became for line in told.gathered], told.email, told.unread) == (["handed_over"], right, False)
    sink.refused[right] = FULL
    await world.do(world.anna, InvitationSend(**place))
    await letters_go(world)
    told = await about_a_contact(world)
    assert [(line.became, line.text, line.count) for line in told.gathered] == [(None, FULL, 1)]
    assert (told.email, told.unread) == (right, True)


async def about_a_contact(world: World) -> Notification:
    page = (await world.do(world.anna, NotificationList())).notifications
    (found,) = [one for one in page if one.about == "contact"]
    assert isinstance(found, Notification)
    return found


async def test_the_trail_says_to_which_address_it_was_sent_again(world: World, means: Means, sink: Sink) -> None:
    """RM-17: the one that was put right meanwhile, to which the letter goes."""
    thread = await failed(world, sink)
    new = "petra@nyaholm.example"
    await world.do(world.anna, ContactUpdate(account_id=world.holm.id, contact_id=world.petra.id, email=new))
    (letter,) = await to_petra(world, thread)
    await tries(world, letter.id, world.anna)
    await letters_go(world)
    assert new in sink.recipients
    rows = (await world.do(world.anna, AuditList(thread_id=thread.id))).rows
    assert [row.text for row in rows if row.event == "letter.retried"] == [new]
