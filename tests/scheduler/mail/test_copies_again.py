"""The firm's blind copies that failed are sent again together, as they were, and those who may change it are told how they
stand (EM-3, NS-10). Told from commands to the mail server."""

import pytest

from protocol.body import paragraph
from protocol.errors import Conflict, NotFound
from protocol.firms import FirmUpdate
from protocol.ids import new_id, user_stream
from protocol.inbox import Notification, NotificationArchive, NotificationList, NotificationUpdated
from protocol.letters import LetterRetry, LetterRetryCopies
from protocol.messages import MessageSend
from protocol.threads import Thread
from scheduler.mail import outbox as mail
from server.core.context import Means
from server.letters.lost import DAY_MS
from storage.copies import KEPT_MAX, KEPT_MS
from tests.scheduler.sink import Sink
from tests.world import World

pytestmark = pytest.mark.anyio

ARCHIVE = "arkiv@lindbergfalk.example"
OTHER = "kopior@lindbergfalk.example"
FULL = "552 5.2.2 mailbox full"


async def letters_go(world: World) -> None:
    """Those that are due, and the copies of them."""
    for _ in range(2):
        await mail.send_due(world.means, world.clock.now())
        await world.settled()


async def told_to_petra(world: World, thread: Thread) -> None:
    """A message, its letter to Petra, and the copy of that."""
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Hej"))
    await world.do(world.sofia, said)
    await world.settled()
    world.clock.advance(s=600)
    await letters_go(world)


async def refused(world: World, sink: Sink, letters: int = 2) -> Thread:
    """From noon, so that what is told of one day is sent on one day, whatever the time is here: that many letters to Petra
    went, and their copies were refused."""
    world.clock.advance(s=(DAY_MS * 3 // 2 - world.clock.now() % DAY_MS) / 1000)
    await world.do(world.anna, FirmUpdate(bcc=ARCHIVE))
    sink.refused[ARCHIVE] = FULL
    thread = await world.thread()
    for _ in range(letters):
        await told_to_petra(world, thread)
    return thread


async def entry(world: World) -> Notification:
    """The owner's, as a page that is loaded anew shows it, which is what every open window was told."""
    page = (await world.do(world.anna, NotificationList())).notifications
    (found,) = [one for one in page if one.about == "mail"]
    own = [one.event for one in await world.store.streams.read(user_stream(world.anna.id), 0, 500)]
    told = [one.notification for one in own if isinstance(one, NotificationUpdated)]
    assert [one for one in told if one.id == found.id][-1] == found
    assert isinstance(found, Notification)
    return found


def stands(told: Notification) -> tuple[list[str | None], bool, bool]:
    """What it says of them, whether they can be sent again, and whether it is unread."""
    return [line.became for line in told.gathered], told.copies, told.unread


def ids(sink: Sink, address: str) -> list[str]:
    """The Message-IDs of what somebody got, in order."""
    return sorted(str(one["Message-ID"]) for one, to in zip(sink.mails, sink.recipients, strict=True) if to == address)


async def tries(world: World) -> tuple[int, str]:
    answer = await world.do(world.anna, LetterRetryCopies())
    await world.settled()
    return answer.count, answer.email


async def test_copies_that_failed_are_sent_again_as_they_were(world: World, means: Means, sink: Sink) -> None:
    """EM-3, NS-5: all of them, once; the entry says how they stand and is over once none is left."""
    await refused(world, sink)
    assert stands(await entry(world)) == ([None], True, True)
    sink.refused.clear()
    assert await tries(world) == (2, ARCHIVE)
    assert stands(await entry(world)) == (["waiting"], False, True)
    assert await tries(world) == (0, ARCHIVE)
    await letters_go(world)
    assert ids(sink, ARCHIVE) == ids(sink, world.petra.email)
    assert len(ids(sink, ARCHIVE)) == 2
    assert stands(await entry(world)) == (["handed_over"], False, False)
    assert await tries(world) == (0, ARCHIVE)
    rows = [row async for row in world.store.mongo.database["letters"].find({"kind": "copy"})]
    assert ["mail" in row for row in rows] == [False, False]


async def test_they_go_where_copies_go_by_now(world: World, means: Means, sink: Sink) -> None:
    """EM-3: the address was mistyped, and has been put right; without one there is nothing to send them to."""
    await refused(world, sink)
    await world.do(world.anna, FirmUpdate(bcc=""))
    with pytest.raises(Conflict) as missing:
        await world.do(world.anna, LetterRetryCopies())
    assert missing.value.reason == "no_copy_address"
    await world.do(world.anna, FirmUpdate(bcc=OTHER))
    assert await tries(world) == (2, OTHER)
    assert (await entry(world)).email == OTHER
    await letters_go(world)
    assert (sink.recipients.count(OTHER), sink.recipients.count(ARCHIVE)) == (2, 0)
    told = await entry(world)
    assert (told.email, stands(told)) == (OTHER, (["handed_over"], False, False))


async def test_a_later_copy_that_goes_says_nothing_of_those_that_failed(world: World, means: Means, sink: Sink) -> None:
    """NS-10: they are still missing in the archive."""
    thread = await refused(world, sink, 1)
    sink.refused.clear()
    await told_to_petra(world, thread)
    assert sink.recipients.count(ARCHIVE) == 1
    assert stands(await entry(world)) == ([None], True, True)
    assert await tries(world) == (1, ARCHIVE)
    await letters_go(world)
    assert stands(await entry(world)) == (["handed_over"], False, False)


async def test_that_they_fail_again_is_told_again(world: World, means: Means, sink: Sink) -> None:
    """NS-5: on the same day too, once they had been put right, or where the address is another; by one entry."""
    thread = await refused(world, sink)
    await tries(world)
    await letters_go(world)
    assert stands(await entry(world)) == ([None], True, True)
    sink.refused.clear()
    await tries(world)
    await letters_go(world)
    await world.do(world.anna, NotificationArchive(notification_id=(await entry(world)).id))
    sink.refused[ARCHIVE] = FULL
    await told_to_petra(world, thread)
    assert stands(await entry(world)) == ([None], True, True)
    await world.do(world.anna, NotificationArchive(notification_id=(await entry(world)).id))
    await world.do(world.anna, FirmUpdate(bcc=OTHER))
    sink.refused[OTHER] = FULL
    await told_to_petra(world, thread)
    again = await entry(world)
    assert (again.email, stands(again)) == (OTHER, ([None], True, True))


async def test_what_is_kept_of_them_is_bounded(world: World, means: Means, sink: Sink) -> None:
    """The latest, and for a month: what was let go isn't sent again, and says so."""
    thread = await refused(world, sink, 2)
    world.clock.advance(s=KEPT_MS / 1000)
    await told_to_petra(world, thread)
    rows = world.store.mongo.database["letters"]
    assert await rows.count_documents({"kind": "copy", "state": "failed"}) == 3
    assert await rows.count_documents({"kind": "copy", "mail": {"$exists": True}}) == 1
    copy = await rows.find_one({"kind": "copy", "mail": {"$exists": True}})
    assert copy is not None
    many = [copy | {"_id": new_id(), "key": f"copy:{at}"} for at in range(KEPT_MAX + 5)]
    await rows.insert_many(many)
    await world.store.copies.let_go(world.sofia.firm_id, world.clock.now())
    kept = [row["_id"] async for row in rows.find({"mail": {"$exists": True}}, {"_id": 1})]
    assert sorted(kept) == sorted(one["_id"] for one in many)[-KEPT_MAX:]


async def test_one_copy_alone_is_not_tried_by_who_may_not_say_where_they_go(
    world: World, means: Means, sink: Sink
) -> None:
    """P7: whoever works with the account may try its letters again, and not the firm's own, which are sent together."""
    await refused(world, sink, 1)
    row = await world.store.mongo.database["letters"].find_one({"kind": "copy"})
    assert row is not None
    for person in (world.sofia, world.anna):
        with pytest.raises(NotFound):
            await world.do(person, LetterRetry(account_id=world.holm.id, letter_id=row["_id"]))
