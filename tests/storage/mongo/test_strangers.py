"""Documents that this build can't read: each costs itself, and nothing else stands still."""

import asyncio
from collections.abc import AsyncIterator, Collection
from typing import Any

import pytest

from protocol.accounts import AccessChanged
from protocol.body import paragraph
from protocol.errors import InternalError
from protocol.events import UnknownEvent
from protocol.ids import new_id, thread_stream
from protocol.messages import MessageSent
from protocol.people import Person
from storage.log.positions import moved_since
from storage.log.streams import Draft, Streams
from storage.mongo.connection import Mongo
from storage.mongo.documents import STRANGERS
from storage.mongo.migrations import prepare

pytestmark = pytest.mark.anyio

FIRM = new_id()
ANNA = Person(id=new_id(), side="staff", name="Anna")
PATIENCE_S = 20.0


@pytest.fixture
async def mongo(mongo_url: str, database_name: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongo_url, database_name)
    await prepare(mongo)
    yield mongo
    await mongo.close()


def saying(stream: str, *, key: str | None = None) -> Draft:
    said = MessageSent(message_id=new_id(), client_message_id=new_id(), body=paragraph("hej"))
    event = AccessChanged() if stream.startswith("u:") else said
    return Draft(stream=stream, firm_id=FIRM, account_id=new_id(), at=1, actor=ANNA, event=event, key=key)


async def spoilt(mongo: Mongo, event_id: str, **fields: Any) -> None:
    await mongo.database["events"].update_one({"_id": event_id}, {"$set": fields})


async def test_an_event_of_a_newer_build_keeps_its_place_and_is_shown_as_it_is(mongo: Mongo) -> None:
    streams, stream = Streams(mongo), thread_stream(new_id())
    first, second, _ = [(await streams.append(saying(stream))).stored for _ in range(3)]
    newer = {"type": "poll.opened", "question": "När?"}
    await spoilt(mongo, first.id, event=newer)
    await spoilt(mongo, second.id, **{"event.body": 7})
    before = STRANGERS.count
    for found in (
        await streams.read(stream, 0, 10),
        await streams.read_before(stream, None, 10),
        (await streams.missed({stream: 0}, 10))[stream],
        await streams.unsettled(2, 10),
    ):
        assert [stored.seq for stored in found] == [1, 2, 3]
        assert [stored.shown for stored in found[:2]] == [newer, UnknownEvent(name="message.sent")]
        assert isinstance(found[0].event, UnknownEvent)
    assert STRANGERS.count == before + 2, "each is counted once"
    assert (await streams.append(saying(stream))).stored.totals.staff_messages == 4


async def test_totals_that_cant_be_read_cost_their_own_stream(mongo: Mongo) -> None:
    """A send there is refused, one elsewhere in the same moment is not: nobody is left without an answer."""
    bad, good = thread_stream(new_id()), thread_stream(new_id())
    for stream in (bad, good):
        await Streams(mongo).append(saying(stream))
    streams = Streams(mongo)
    for totals in ({"seq": 1, "last_side": "robot"}, {"seq": "one"}, {}, None):
        await spoilt(mongo, f"{bad}:{1:013d}", totals=totals)
        async with asyncio.timeout(PATIENCE_S):
            refused, *granted = await asyncio.gather(
                *(streams.append(saying(stream)) for stream in (bad, good, thread_stream(new_id()))),
                return_exceptions=True,
            )
        assert isinstance(refused, InternalError)
        assert refused.reason == "unreadable"
        assert not [one for one in granted if isinstance(one, BaseException)]
        with pytest.raises(InternalError):
            await streams.head(bad)
        assert (await streams.heads([bad, good]))[bad] == 1
        assert [stored.seq for stored in await streams.read(bad, 0, 10)] == [1]
        moved = {one.stream: (one.first, one.last) for one in await moved_since(mongo, [FIRM], 0)}
        assert moved[bad] == (1, 1)


async def test_an_own_stream_that_cant_be_read_keeps_nothing_from_the_others(mongo: Mongo) -> None:
    bad, good = f"u:{new_id()}", f"u:{new_id()}"
    streams = Streams(mongo)
    for stream in (bad, good):
        await streams.append(saying(stream))
    await spoilt(mongo, f"{bad}:{1:013d}", totals={"seq": 1, "last_side": "robot"})
    drafts = [saying(stream, key=new_id()) for stream in (bad, good)]

    async def say(readable: Collection[str]) -> list[Draft]:
        assert set(readable) == {good}
        return drafts

    appended = await streams.append_behind({bad, good}, say)
    assert [one.stored.stream for one in appended] == [good]


async def test_a_fault_in_the_committers_own_work_answers_everybody(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams = Streams(mongo)

    async def failing(*args: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(streams._committer, "tips", failing)
        broken.setattr(streams._committer, "_ends", failing, raising=False)
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(streams.append(saying(thread_stream(new_id()))) for _ in range(3)))
    async with asyncio.timeout(PATIENCE_S):
        assert (await streams.append(saying(thread_stream(new_id())))).stored.seq == 1


async def test_an_event_of_which_nothing_can_be_believed_still_keeps_its_place(mongo: Mongo) -> None:
    """Its content is nobody's then: whose it is can't be told either."""
    streams, stream = Streams(mongo), thread_stream(new_id())
    for _ in range(2):
        await streams.append(saying(stream))
    await spoilt(mongo, f"{stream}:{1:013d}", firm_id=5, account_id=7, event={"type": "poll.opened"})
    first, second = await streams.read(stream, 0, 10)
    assert (first.seq, first.account_id, first.shown) == (1, None, UnknownEvent(name="poll.opened"))
    assert second.seq == 2
