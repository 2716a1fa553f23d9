"""What windows keep besides threads: each open window of who may see it has what the store has, whatever was lost."""

from __future__ import annotations

import pytest

from protocol.body import paragraph
from protocol.client.client import Client
from protocol.client.state import State
from protocol.errors import Forbidden, NotFound
from protocol.firms import FirmUpdate
from protocol.frames import EventFrame, Reset
from protocol.ids import firm_stream, new_id, user_stream
from protocol.saved_replies import SavedReplyCreate, SavedReplyDelete, SavedReplyUpdate
from protocol.sessions import MeUpdate
from protocol.streams import StreamRead
from server.network import resume
from storage.mongo.documents import to_document
from storage.mongo.of_firms import FirmRows
from storage.saved_replies import SAVED_REPLIES, SavedReplyDoc
from tests.server.talking import node, talk
from tests.world import World

pytestmark = pytest.mark.anyio

KIND = "saved_reply"


def create(title: str, *, personal: bool = False) -> SavedReplyCreate:
    return SavedReplyCreate(client_reply_id=new_id(), title=title, body=paragraph("Hej!"), personal=personal)


def titles(state: State) -> list[str]:
    return sorted(reply.title for reply in state.kept[KIND].entities.values())


async def test_every_open_window_of_staff_on_every_node_has_what_was_saved(world: World, redis_url: str) -> None:
    """SS-4: the firm's are for all staff, also for who sees no account; a colleague's own are in their windows alone."""
    async with (
        node(world, redis_url) as one,
        node(world, redis_url) as two,
        Client(one.http_url, token=world.token_of(world.anna)) as anna,
        Client(two.http_url, token=world.token_of(world.anna)) as anna_too,
        Client(two.http_url, token=world.token_of(world.olle)) as olle,
        Client(two.http_url, token=world.token_of(world.grace)) as grace,
    ):
        for client in (anna, anna_too, olle, grace):
            await client.live()
            assert await client.keep(KIND) == {}
        saved = await anna.call(create("Receipts"))
        mine = await anna.call(create("My own", personal=True))
        await anna_too.until(lambda state: titles(state) == ["My own", "Receipts"])
        await olle.until(lambda state: titles(state) == ["Receipts"])
        await anna.call(SavedReplyUpdate(saved_reply_id=saved.id, title="Receipts, please"))
        await olle.until(lambda state: titles(state) == ["Receipts, please"])
        await anna_too.call(SavedReplyDelete(saved_reply_id=mine.id))
        await anna.until(lambda state: titles(state) == ["Receipts, please"])
        await anna.call(SavedReplyDelete(saved_reply_id=saved.id))
        await olle.until(lambda state: titles(state) == [])
        # Whatever came to the others had come to them by now, in the order of their streams: nothing.
        assert firm_stream(grace.state.me.firm.id if grace.state.me else "") in grace.state.streams
        assert titles(grace.state) == []


async def test_who_missed_the_bell_hears_it_from_the_log(world: World, redis_url: str) -> None:
    """P5: the world's own writes ring nowhere. Once the node looks into the log, nobody is asked to load anything anew."""
    async with node(world, redis_url) as one, Client(one.http_url, token=world.token_of(world.olle)) as olle:
        await olle.live()
        await olle.keep(KIND)
        saved = await world.do(world.anna, create("Receipts"))
        gone = await world.do(world.anna, create("Gone again"))
        await world.do(world.anna, SavedReplyDelete(saved_reply_id=gone.id))
        one.house.node.healer.look_now()
        await olle.until(lambda state: list(state.kept[KIND].entities) == [saved.id])
        assert olle.connections == 1


@pytest.mark.parametrize("events_max", [300, 1], ids=["what was missed", "too much was missed"])
async def test_who_was_away_has_what_happened_meanwhile(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch, events_max: int
) -> None:
    """P4: by the events that were missed, or by loading anew what is kept."""
    monkeypatch.setattr(resume, "RESUME_EVENTS_MAX", events_max)
    gone = await world.do(world.anna, create("Gone"))
    async with node(world, redis_url) as one:
        async with Client(one.http_url, token=world.token_of(world.olle)) as olle:
            await olle.live()
            assert set(await olle.keep(KIND)) == {gone.id}
            before = olle.state
        await world.do(world.anna, SavedReplyDelete(saved_reply_id=gone.id))
        saved = [await world.do(world.anna, create(f"nr {number}")) for number in range(3)]
        async with Client(one.http_url, token=world.token_of(world.olle), state=before) as olle:
            await olle.live()
            state = await olle.until(lambda state: state.kept[KIND].loaded)
            assert set(state.kept[KIND].entities) == {reply.id for reply in saved}


async def test_all_of_a_kind_comes_page_by_page(world: World, redis_url: str) -> None:
    docs = [
        SavedReplyDoc(id=new_id(), firm_id=world.anna.firm_id, title=str(number), body=paragraph("Hej!"), updated_at=1)
        for number in range(201)
    ]
    await FirmRows(world.store.mongo, SAVED_REPLIES).insert(*map(to_document, docs))
    async with node(world, redis_url) as one, Client(one.http_url, token=world.token_of(world.anna)) as anna:
        await anna.live()
        assert len(await anna.keep(KIND)) == 201


async def test_a_saved_setting_is_in_every_open_window_of_staff(world: World, redis_url: str) -> None:
    async with (
        node(world, redis_url) as one,
        node(world, redis_url) as two,
        Client(one.http_url, token=world.token_of(world.erik)) as erik,
        Client(two.http_url, token=world.token_of(world.olle)) as olle,
    ):
        await erik.live()
        await olle.live()
        await erik.call(FirmUpdate(name="Lindberg & Falk", time_zone="Europe/Helsinki"))
        state = await olle.until(lambda state: "firm" in state.kept)
        (firm,) = state.kept["firm"].entities.values()
        assert (firm.name, firm.time_zone) == ("Lindberg & Falk", "Europe/Helsinki")
        head = state.streams[firm_stream(firm.id)].position
        # What only owner and admins see, and what changes nothing, is told to nobody.
        await erik.call(FirmUpdate(bcc="arkiv@lindberg.example"))
        await erik.call(FirmUpdate(name="Lindberg & Falk"))
        await erik.call(FirmUpdate(phone="1"))
        state = await olle.until(lambda state: state.streams[firm_stream(firm.id)].position != head)
        assert state.streams[firm_stream(firm.id)].position == (head or 0) + 1
        assert state.kept["firm"].entities[firm.id].phone == "1"


async def test_a_client_of_an_older_build_hears_of_no_stream_that_it_does_not_know(
    world: World, redis_url: str
) -> None:
    async with node(world, redis_url) as one, talk(one) as old, talk(one) as new:
        welcome = await old.hello(world.token_of(world.anna))
        assert set(welcome.heads) == {user_stream(world.anna.id)}
        asked = await new.hello(world.token_of(world.anna), firm=True)
        shared = firm_stream(asked.me.firm.id)
        assert set(asked.heads) == {user_stream(world.anna.id), shared}
        await new.call(create("Receipts"))
        await new.heard(EventFrame, lambda frame: frame.stream == shared)
        await new.call(create("My own", personal=True))
        await old.heard(EventFrame, lambda frame: frame.stream == user_stream(world.anna.id))
        assert old.events(shared) == []


async def test_nobody_but_staff_of_the_firm_hears_or_reads_its_stream(world: World, redis_url: str) -> None:
    """P7: not its contacts, whatever they ask for, and no other firm."""
    shared = firm_stream(world.anna.firm_id)
    await world.do(world.anna, create("Receipts"))
    for person in (world.petra, world.grace):
        with pytest.raises(NotFound):
            await world.do(person, StreamRead(stream=shared))
    async with node(world, redis_url) as one, talk(one) as petra, talk(one) as anna:
        welcome = await petra.hello(world.token_of(world.petra), {shared: 0}, firm=True)
        assert shared not in welcome.heads
        await anna.hello(world.token_of(world.anna), firm=True)
        await anna.call(create("Another"))
        await anna.heard(EventFrame, lambda frame: frame.stream == shared)
        await petra.call(MeUpdate(language="en"))
        assert petra.events(shared) == []
        assert not any(isinstance(frame, Reset) for frame in petra.frames)


async def test_who_may_not_work_here_any_more_hears_nothing_more(world: World, redis_url: str) -> None:
    """AC-15: rights come and go without anything to be missed in what all staff share."""
    async with node(world, redis_url) as one, Client(one.http_url, token=world.token_of(world.olle)) as olle:
        await olle.live()
        await olle.keep(KIND)
        with pytest.raises(Forbidden):
            await olle.call(create("For all"))
        await olle.call(create("My own", personal=True))
        await olle.until(lambda state: titles(state) == ["My own"])
