"""The event log under many writers: dense, in one order, once for each key (P2, P3), whoever is in the way."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from itertools import count

import pytest

from deploy.dev.embedded import ReplicaSet
from protocol.body import Paragraph, Text, paragraph
from protocol.errors import Unavailable
from protocol.events import Event
from protocol.ids import new_id, thread_stream
from protocol.messages import MessageSent
from protocol.people import Person, Side
from protocol.tasks import TaskDeleted
from protocol.threads import ThreadArchived, ThreadReopened
from storage.log.streams import Appended, Closed, Draft, Head, KeyTaken, Stored, Streams
from storage.mongo.connection import Mongo, Session
from storage.mongo.migrations import prepare

FIRM = new_id()
ACCOUNT = new_id()
PEOPLE: dict[Side, Person] = {
    "staff": Person(id=new_id(), side="staff", name="Anna"),
    "contact": Person(id=new_id(), side="contact", name="Petra"),
}


@pytest.fixture
async def mongo(mongo_url: str, database_name: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongo_url, database_name)
    await prepare(mongo)
    yield mongo
    await mongo.close()


@pytest.fixture
def stream() -> str:
    return thread_stream(new_id())


def saying(
    stream: str, text: str, *, side: Side = "staff", key: str | None = None, at: int = 1, only_open: bool = False
) -> Draft:
    event = MessageSent(message_id=new_id(), client_message_id=new_id(), body=paragraph(text))
    return draft(stream, event, side=side, key=key, at=at, only_open=only_open)


def draft(
    stream: str, event: Event, *, side: Side = "staff", key: str | None = None, at: int = 1, only_open: bool = False
) -> Draft:
    return Draft(
        stream=stream,
        firm_id=FIRM,
        account_id=ACCOUNT,
        at=at,
        actor=PEOPLE[side],
        event=event,
        key=key,
        only_open=only_open,
    )


def text_of(stored: Stored) -> str:
    assert isinstance(stored.event, MessageSent)
    first = stored.event.body.content[0]
    assert isinstance(first, Paragraph)
    return "".join(node.text for node in first.content if isinstance(node, Text))


async def whole(streams: Streams, stream: str) -> list[Stored]:
    events = await streams.read(stream, 0, 100_000)
    assert [event.seq for event in events] == list(range(1, len(events) + 1)), "seq is dense from 1"
    head = Head()
    for event in events:
        assert event.actor is not None
        head = head.after(draft(stream, event.event, side=event.actor.side, at=event.at))
        assert event.totals == head, "totals ride the log exactly"
    return events


async def test_an_append_is_numbered_from_one_and_found_again(mongo: Mongo, stream: str) -> None:
    streams = Streams(mongo)
    first = await streams.append(saying(stream, "one", key="k1"))
    second = await streams.append(saying(stream, "two", side="contact"))
    assert (first.new, first.stored.seq, second.stored.seq) == (True, 1, 2)
    assert await streams.first_with("k1") == first.stored
    assert await streams.at(stream, 2) == second.stored
    assert await streams.head(stream) == second.stored.totals
    assert (second.stored.totals.staff_messages, second.stored.totals.contact_messages) == (1, 1)
    assert second.stored.totals.last_side == "contact"
    empty = thread_stream(new_id())
    assert await streams.heads([stream, empty]) == {stream: 2, empty: 0}


async def test_a_used_key_returns_the_first_event_on_any_node(mongo: Mongo, stream: str) -> None:
    here, there = Streams(mongo), Streams(mongo)
    first = await here.append(saying(stream, "first", key="same"))
    for streams in (here, there):
        again = await streams.append(saying(stream, "again", key="same"))
        assert not again.new
        assert again.stored == first.stored
    elsewhere = await there.append(saying(thread_stream(new_id()), "other thread", key="same"))
    assert elsewhere.stored == first.stored
    assert len(await whole(here, stream)) == 1


async def test_the_same_key_in_one_batch_is_one_event(mongo: Mongo, stream: str) -> None:
    streams = Streams(mongo)
    made = await asyncio.gather(*(streams.append(saying(stream, str(n), key="same")) for n in range(20)))
    assert sum(appended.new for appended in made) == 1
    assert len({appended.stored.id for appended in made}) == 1
    assert len(await whole(streams, stream)) == 1


async def test_many_writers_on_two_nodes_make_one_dense_order(mongo: Mongo, stream: str) -> None:
    nodes = [Streams(mongo), Streams(mongo)]
    chance = random.Random(7)

    async def write(writer: int) -> list[Appended]:
        made = []
        for turn in range(12):
            side: Side = chance.choice(("staff", "contact"))
            said = saying(stream, f"{writer}.{turn}", side=side, key=f"{writer}.{turn}")
            made.append(await chance.choice(nodes).append(said))
            if chance.random() < 0.3:  # a retry, perhaps on the other node
                again = await chance.choice(nodes).append(saying(stream, "again", key=f"{writer}.{turn}"))
                assert again.stored == made[-1].stored
                assert not again.new
        return made

    made = [appended for each in await asyncio.gather(*(write(writer) for writer in range(24))) for appended in each]
    log = await whole(nodes[0], stream)
    assert sorted(stored.id for stored in log) == sorted(appended.stored.id for appended in made)
    assert {stored.id: text_of(stored) for stored in log} == {a.stored.id: text_of(a.stored) for a in made}
    for writer in range(24):
        mine = [text_of(stored) for stored in log if text_of(stored).startswith(f"{writer}.")]
        assert mine == [f"{writer}.{turn}" for turn in range(12)], "each writer's own order is kept"


async def test_transactions_among_appends_keep_the_order_dense(mongo: Mongo, stream: str) -> None:
    nodes = [Streams(mongo), Streams(mongo)]

    async def transactions(node: Streams, name: str) -> None:
        for turn in range(8):

            async def work(session: Session, turn: int = turn) -> list[Stored]:
                return await node.append_in(
                    session, [saying(stream, f"{name}.{turn}.a"), saying(stream, f"{name}.{turn}.b")]
                )

            await node.transact(stream, work)

    async def appends(node: Streams, name: str) -> None:
        for turn in range(30):
            await node.append(saying(stream, f"{name}.{turn}", side="contact"))

    await asyncio.gather(
        *(transactions(node, f"tx{place}") for place, node in enumerate(nodes)),
        *(appends(node, f"app{place}.{n}") for place, node in enumerate(nodes) for n in range(3)),
    )
    log = [text_of(stored) for stored in await whole(nodes[0], stream)]
    assert len(log) == 2 * 8 * 2 + 2 * 3 * 30
    for place in range(2):
        for turn in range(8):
            assert log.index(f"tx{place}.{turn}.b") == log.index(f"tx{place}.{turn}.a") + 1, "a transaction is together"


async def test_a_transaction_that_fails_leaves_nothing(mongo: Mongo, stream: str) -> None:
    streams = Streams(mongo)
    await streams.append(saying(stream, "before"))

    async def work(session: Session) -> None:
        await streams.append_in(session, [saying(stream, "half")])
        raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        await streams.transact(stream, work)
    await streams.append(saying(stream, "after"))
    assert [text_of(stored) for stored in await whole(streams, stream)] == ["before", "after"]


async def test_a_transaction_with_a_used_key_says_so(mongo: Mongo, stream: str) -> None:
    streams = Streams(mongo)
    await streams.append(saying(stream, "first", key="same"))

    async def work(session: Session) -> list[Stored]:
        return await streams.append_in(session, [saying(stream, "second"), saying(stream, "third", key="same")])

    with pytest.raises(KeyTaken):
        await streams.transact(stream, work)
    assert len(await whole(streams, stream)) == 1


async def test_a_cancelled_caller_loses_nothing(mongo: Mongo, stream: str) -> None:
    streams = Streams(mongo)
    callers = [asyncio.create_task(streams.append(saying(stream, str(n), key=f"k{n}"))) for n in range(40)]
    await asyncio.sleep(0)  # they are waiting now
    for caller in callers[::2]:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)
    assert all(caller.cancelled() for caller in callers[::2])
    # One more goes through the same committer, so by now everything before it is in.
    await streams.append(saying(stream, "last"))
    assert [text_of(stored) for stored in await whole(streams, stream)] == [*map(str, range(40)), "last"]


async def test_a_cancelled_caller_of_a_transaction_does_not_break_it_off(mongo: Mongo, stream: str) -> None:
    streams = Streams(mongo)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work(session: Session) -> None:
        begun.set()
        await streams.append_in(session, [saying(stream, "kept")])
        ended.set()

    caller = asyncio.create_task(streams.transact(stream, work))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await ended.wait()
    await streams.append(saying(stream, "next"))  # waits for the transaction, which holds the committer aside
    assert [text_of(stored) for stored in await whole(streams, stream)] == ["kept", "next"]


async def test_what_is_overtaken_by_another_node_stays_before_what_was_asked_for_after_it(
    mongo: Mongo, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = Streams(mongo), Streams(mongo)
    await here.append(saying(stream, "here"))
    await there.append(saying(stream, "there"))  # the end that the first node remembers is out of date
    committer = here._committer
    insert, later = committer._insert_apart, list[asyncio.Future[Appended]]()

    async def while_more_comes(events: Sequence[Stored]) -> set[int]:
        later.extend(committer.append(saying(stream, text)) for text in ("two", "three"))
        return await insert(events)

    monkeypatch.setattr(committer, "_insert_apart", while_more_comes)
    await here.append(saying(stream, "one"))
    await asyncio.gather(*later)
    assert [text_of(event) for event in await whole(here, stream)] == ["here", "there", "one", "two", "three"]


async def test_an_archived_thread_refuses_what_is_only_for_open_ones(mongo: Mongo, stream: str) -> None:
    here, there = Streams(mongo), Streams(mongo)
    await here.append(saying(stream, "one"))
    await there.append(saying(stream, "two"))  # both nodes have an idea of the head now
    await here.append(draft(stream, ThreadArchived()))
    for streams in (here, there):
        with pytest.raises(Closed):
            await streams.append(saying(stream, "late", only_open=True))
    assert (await there.append(draft(stream, TaskDeleted(task_id=new_id())))).stored.totals.archived
    await there.append(draft(stream, ThreadReopened()))
    assert (await here.append(saying(stream, "back", only_open=True))).stored.seq == 6


async def test_only_what_may_stands_behind_an_archiving_in_a_batch(mongo: Mongo, stream: str) -> None:
    nodes = [Streams(mongo), Streams(mongo)]

    async def write(n: int) -> bool:
        try:
            await nodes[n % 2].append(saying(stream, str(n), only_open=True))
        except Closed:
            return False
        return True

    results = await asyncio.gather(
        *(write(n) for n in range(50)),
        nodes[0].append(draft(stream, ThreadArchived())),
        *(write(n) for n in range(50)),
    )
    log = await whole(nodes[0], stream)
    kinds = [type(stored.event) for stored in log]
    assert kinds[-1] is ThreadArchived, "nothing slipped in behind it"
    assert len(log) - 1 == sum(result is True for result in results)


async def test_a_draft_that_cannot_be_stored_fails_alone_and_clearly(mongo: Mongo) -> None:
    streams, names = Streams(mongo), [thread_stream(new_id()) for _ in range(5)]
    for name in names:  # the ends are known now, so the next ones go in together
        await streams.append(saying(name, "one"))
    bad, *good = await asyncio.gather(
        *(streams.append(saying(name, "two", at=2**70 if name == names[0] else 1)) for name in names),
        return_exceptions=True,
    )
    assert isinstance(bad, OverflowError)
    assert all(isinstance(appended, Appended) and appended.stored.seq == 2 for appended in good)
    assert (await streams.append(saying(names[0], "fine"))).stored.seq == 2


async def test_many_threads_on_two_nodes_share_inserts_and_stay_apart(mongo: Mongo) -> None:
    nodes, names = [Streams(mongo), Streams(mongo)], [thread_stream(new_id()) for _ in range(20)]
    chance = random.Random(11)
    made: dict[str, str] = {}

    async def write(writer: int) -> None:
        for turn in range(25):
            name, key = chance.choice(names), f"{writer}.{turn}"
            appended = await chance.choice(nodes).append(saying(name, key, key=key))
            assert appended.new
            made[key] = appended.stored.id
            if chance.random() < 0.2:
                again = await chance.choice(nodes).append(saying(chance.choice(names), "again", key=key))
                assert again.stored == appended.stored

    await asyncio.gather(*(write(writer) for writer in range(30)))
    log = {text_of(stored): stored.id for name in names for stored in await whole(nodes[0], name)}
    assert log == made


async def test_a_killed_database_refuses_and_nothing_is_lost_or_doubled(own_mongo: ReplicaSet) -> None:
    mongo, stream = Mongo(own_mongo.url, "chattar"), thread_stream(new_id())
    await prepare(mongo)
    streams = Streams(mongo)
    acknowledged: list[str] = []
    busy, back = asyncio.Event(), asyncio.Event()

    async def say(key: str) -> None:
        """Until it is acknowledged, as a client would."""
        while key not in acknowledged:
            with suppress(Unavailable):
                await streams.append(saying(stream, key, key=key))
                acknowledged.append(key)

    async def write(writer: int) -> None:
        for turn in count():
            await say(f"{writer}.{turn}")
            if len(acknowledged) > 50:
                busy.set()
            if back.is_set():
                return

    async def fault() -> None:
        await busy.wait()
        await asyncio.to_thread(own_mongo.kill)
        await asyncio.to_thread(own_mongo.start)
        back.set()

    await asyncio.gather(fault(), *(write(writer) for writer in range(8)))
    log = await whole(streams, stream)
    assert sorted(text_of(stored) for stored in log) == sorted(acknowledged)
    assert len(set(acknowledged)) == len(acknowledged)
    await mongo.close()


async def test_pages_meet_without_a_hole(mongo: Mongo, stream: str) -> None:
    streams = Streams(mongo)
    await asyncio.gather(*(streams.append(saying(stream, str(n))) for n in range(25)))
    assert [event.seq for event in await streams.read(stream, 10, 5)] == [11, 12, 13, 14, 15]
    assert [event.seq for event in await streams.read_before(stream, 11, 4)] == [7, 8, 9, 10]
    assert [event.seq for event in await streams.read_before(stream, None, 3)] == [23, 24, 25]
    assert await streams.read(thread_stream(new_id()), 0, 5) == []


async def test_heads_and_what_was_missed_of_many_streams_at_once(mongo: Mongo) -> None:
    streams = Streams(mongo)
    names = [thread_stream(new_id()) for _ in range(70)]
    for length, name in enumerate(names[:6]):
        for number in range(length):
            await streams.append(saying(name, f"{number}"))
    heads = await streams.heads(names)
    assert heads == {name: min(length, 5) if length < 6 else 0 for length, name in enumerate(names)}
    missed = await streams.missed(dict.fromkeys(names, 2), 2)
    assert {name: [stored.seq for stored in events] for name, events in missed.items()} == {
        names[3]: [3],
        names[4]: [3, 4],
        names[5]: [3, 4],
    }
    assert missed[names[5]] == await streams.read(names[5], 2, 2)


async def test_settled_events_are_not_swept_again(mongo: Mongo, stream: str) -> None:
    streams = Streams(mongo)
    made = [(await streams.append(saying(stream, str(n), at=100 + n))).stored for n in range(3)]
    assert [stored.id for stored in await streams.unsettled(102, 10)] == [made[0].id, made[1].id]
    await streams.settled(made[:1])
    assert [stored.id for stored in await streams.unsettled(1000, 10)] == [made[1].id, made[2].id]
