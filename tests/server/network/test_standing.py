"""What ends a session or takes access away reaches sockets although the bus has lost it, and before what came later."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jwt
import pytest

import server.network.healing
from protocol.accounts import AccountAssign
from protocol.body import paragraph
from protocol.contacts import LinkUpdate
from protocol.describing.descriptions import COMMAND_PATH
from protocol.frames import Call, CloseCode, Dropped, ErrorFrame, EventFrame, Reply
from protocol.ids import new_id, thread_stream
from protocol.messages import MessageSend
from protocol.sessions import MeRead, SessionEnd, SessionRenew
from protocol.wire import Id, Ms
from server.core.announce import bus_event
from server.core.context import Principal
from server.network.doorway import SLOTS
from storage.people import SecretDoc, SessionDoc, digest, new_token
from storage.redis.bus import EVERY_HUB, BusControl, encode_message, firm_channel
from tests.faults import BusProxy
from tests.server.talking import RunningNode, Talk, node, talk, window
from tests.world import WIDGET_SECRET, Person, World

pytestmark = pytest.mark.anyio

HOUR_MS = 3_600_000


def message(thread_id: Id, text: str) -> MessageSend:
    return MessageSend(thread_id=thread_id, client_message_id=new_id(), body=paragraph(text))


@contextlib.asynccontextmanager
async def behind_a_proxy(world: World, redis_url: str) -> AsyncIterator[tuple[RunningNode, BusProxy]]:
    """A node whose link to Redis can be cut without any other's."""
    async with BusProxy(redis_url, random.Random(1)).open() as proxy, node(world, proxy.url) as one:
        yield one, proxy


async def deaf(one: RunningNode) -> None:
    """Wait until a node has noticed that it hears nothing."""
    while one.house.bus.whole:  # noqa: ASYNC110 - nobody is told of it
        await asyncio.sleep(0.01)


async def session_until(world: World, person: Person, expires_at: Ms) -> str:
    """A token of somebody's that holds until then."""
    token = new_id()
    side: Any = "staff" if person in (world.anna, world.sofia) else "contact"
    await world.store.people.add_session(
        SessionDoc(
            id=digest(token),
            session_id=new_id(),
            firm_id=person.firm_id,
            user_id=person.id,
            side=side,
            created_at=expires_at - HOUR_MS,
            expires_at=expires_at,
        )
    )
    return token


async def said(client: Talk, thread_id: Id, text: str) -> EventFrame:
    stream = thread_stream(thread_id)
    return await client.heard(EventFrame, lambda frame: frame.stream == stream and text in repr(frame.event))


# ended sessions


async def test_a_session_that_ends_while_no_bell_is_heard_closes_its_sockets_elsewhere(
    world: World, redis_url: str
) -> None:
    async with (
        node(world, redis_url) as one,
        behind_a_proxy(world, redis_url) as (two, proxy),
        window(one, world.token_of(world.petra)) as here,
        window(two, world.token_of(world.petra)) as there,
        window(two, world.token_of(world.anna)) as anna,
    ):
        with proxy.cut():
            await here.say(Call(id=1, command=SessionEnd()))
            assert (await here.closing())[0] == CloseCode.REVOKED
        assert (await there.closing())[0] == CloseCode.REVOKED
        assert isinstance(await anna.call(MeRead()), Reply)


@pytest.mark.parametrize("ended_by", ["logging out", "a new password"])
async def test_a_session_that_a_node_ends_which_alone_has_lost_redis_is_over_everywhere(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch, ended_by: str
) -> None:
    """AC-15: the others, who miss nothing, find it in the trail long before they compare themselves with the log."""
    monkeypatch.setattr(server.network.healing, "CHECK_INTERVAL_S", HOUR_MS / 1000)
    secret = new_token()
    await world.store.people.add_secret(
        SecretDoc(
            id=digest(secret), purpose="password_reset", firm_id=world.petra.firm_id, user_id=world.petra.id,
            side="contact", expires_at=int(time.time() * 1000) + HOUR_MS,
        )
    )  # fmt: skip
    async with (
        behind_a_proxy(world, redis_url) as (one, enders),
        node(world, redis_url) as two,
        window(two, world.token_of(world.petra)) as there,
        window(two, world.token_of(world.anna)) as anna,
    ):
        with enders.cut():
            await deaf(one)
            if ended_by == "logging out":
                await as_somebody(world, one, world.petra, "session.end")
            else:
                await as_somebody(
                    world, one, world.petra, "password.reset", secret=secret, password="ett nytt lösenord"
                )
            assert (await there.closing())[0] == CloseCode.REVOKED
        assert isinstance(await anna.call(MeRead()), Reply)


async def test_a_session_that_ends_while_redis_is_away_answers_nothing_more(world: World, redis_url: str) -> None:
    async with (
        behind_a_proxy(world, redis_url) as (one, first),
        behind_a_proxy(world, redis_url) as (two, second),
        window(one, world.token_of(world.petra)) as here,
        window(two, world.token_of(world.petra)) as there,
    ):
        with first.cut(), second.cut():
            await deaf(two)
            await here.say(Call(id=1, command=SessionEnd()))
            assert (await here.closing())[0] == CloseCode.REVOKED
            await there.say(Call(id=7, command=MeRead()))
            assert (await there.closing())[0] == CloseCode.REVOKED
            assert not any(isinstance(frame, Reply) for frame in there.frames)


async def test_what_a_node_decides_itself_needs_no_bell(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        behind_a_proxy(world, redis_url) as (one, proxy),
        window(one, world.token_of(world.petra)) as petra,
        window(one, world.token_of(world.sofia)) as sofia,
    ):

        async def nobody_looks(*_: Any) -> None:
            """As if the next check were far away."""

        monkeypatch.setattr(one.house.node.standing, "look", nobody_looks)
        with proxy.cut():
            await as_somebody(world, one, world.petra, "session.end")
            assert (await petra.closing())[0] == CloseCode.REVOKED
            await as_somebody(world, one, world.anna, "staff.update", staff_id=world.sofia.id, active=False)
            assert (await sofia.closing())[0] == CloseCode.REVOKED


async def as_somebody(world: World, one: RunningNode, person: Person, name: str, **fields: Any) -> None:
    async with httpx.AsyncClient(base_url=one.http_url, timeout=30) as client:
        headers = {"authorization": f"Bearer {world.token_of(person)}"}
        answer = await client.post(COMMAND_PATH + name, json=fields, headers=headers)
        assert answer.status_code == 200, answer.text


async def test_a_visitor_of_the_widget_is_closed_when_login_goes_off_unheard(world: World, redis_url: str) -> None:
    identity = jwt.encode(
        {"iss": world.firm.id, "email": world.petra.email, "exp": time.time() + 600}, WIDGET_SECRET, algorithm="HS256"
    )
    async with (
        node(world, redis_url) as one,
        behind_a_proxy(world, redis_url) as (two, proxy),
        window(one, world.token_of(world.anna)) as anna,
        talk(two) as petra,
    ):
        await petra.hello(None, identity=identity)
        with proxy.cut():
            await anna.call(LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, login=False))
        assert (await petra.closing())[0] == CloseCode.REVOKED


# sessions that run out


async def test_from_the_end_of_a_sessions_time_nothing_is_delivered(world: World, redis_url: str) -> None:
    thread = await world.thread()
    async with (
        node(world, redis_url) as one,
        window(one, world.token_of(world.anna)) as anna,
        talk(one) as petra,
        talk(one) as widget,
    ):
        expires_at = time.time_ns() // 1_000_000 + 8_000  # time enough to say hello twice on a busy machine
        token = await session_until(world, world.petra, expires_at)
        claims = {"iss": world.firm.id, "email": world.petra.email, "exp": expires_at / 1000}
        identity = jwt.encode(claims, WIDGET_SECRET, algorithm="HS256")
        await petra.hello(token)
        await widget.hello(None, identity=identity)

        async def write() -> None:
            while True:
                await anna.call(message(thread.id, "igen"))

        writing = asyncio.create_task(write())
        # Both are read at once: who doesn't read hears no goodbye.
        for client, (code, _) in zip(
            (petra, widget), await asyncio.gather(petra.closing(), widget.closing()), strict=True
        ):
            assert code == CloseCode.UNAUTHENTICATED
            times = [frame.at for frame in client.frames if isinstance(frame, EventFrame)]
            assert times
            assert max(times) < expires_at
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing


async def test_a_session_whose_end_was_far_away_is_closed_when_it_has_come(world: World, redis_url: str) -> None:
    token = await session_until(world, world.petra, world.clock.now() + HOUR_MS)
    async with node(world, redis_url, clock=world.clock) as one, window(one, token) as petra:
        world.clock.advance(s=3600)
        for slot in range(SLOTS):
            one.house.doorway.pulse(slot)
        assert (await petra.closing())[0] == CloseCode.UNAUTHENTICATED


async def test_a_call_in_a_session_that_has_run_out_is_refused_and_ends_it(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if the next look after it were far away: the call itself finds out.
    monkeypatch.setattr("server.network.connection.Connection.look_after", lambda self: None)
    token = await session_until(world, world.petra, world.clock.now() + HOUR_MS)
    async with node(world, redis_url, clock=world.clock) as one, window(one, token) as petra:
        world.clock.advance(s=3600)
        await petra.say(Call(id=7, command=MeRead()))
        refused = await petra.until(ErrorFrame)
        assert (refused.id, refused.error.code) == (7, "unauthenticated")
        assert (await petra.closing())[0] == CloseCode.UNAUTHENTICATED


async def test_a_session_renewed_through_another_door_goes_on_everywhere(world: World, redis_url: str) -> None:
    world.set(token_session_s=7200)
    thread = await world.thread()
    token = await session_until(world, world.petra, world.clock.now() + HOUR_MS)
    async with (
        node(world, redis_url, clock=world.clock, token_session_s=7200) as one,
        window(one, token) as here,
        window(one, token) as there,
        window(one, world.token_of(world.anna)) as anna,
    ):
        world.clock.advance(s=3000)
        assert isinstance(await here.call(SessionRenew()), Reply)
        world.clock.advance(s=3000)
        await anna.call(message(thread.id, "efter"))
        for client in (here, there):
            await said(client, thread.id, "efter")
            assert isinstance(await client.call(MeRead()), Reply)


# access lost while bells are


async def lose_then_write(world: World, anna: Talk, writer: Talk, lost: Id, kept: Id, times: int = 12) -> None:
    """Sofia loses an account; then it is written there, and at the end where she may read it."""
    gone = AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False)
    assert isinstance(await anna.call(gone), Reply)
    for number in range(times):
        assert isinstance(await writer.call(message(lost, f"hemligt {number}")), Reply)
    assert isinstance(await writer.call(message(kept, "sedan")), Reply)


def heard_nothing_secret(sofia: Talk) -> None:
    assert not [frame for frame in sofia.frames if "hemligt" in repr(frame)]


@pytest.mark.parametrize("whom", ["everybody", "the reader"])
async def test_what_was_written_after_a_loss_of_access_is_not_sent_when_redis_comes_back(
    world: World, redis_url: str, whom: str
) -> None:
    lost, kept = await world.thread(), await world.thread(world.eken)
    async with (
        behind_a_proxy(world, redis_url) as (one, first),
        behind_a_proxy(world, redis_url) as (two, second),
        window(one, world.token_of(world.anna)) as anna,
        window(two, world.token_of(world.sofia)) as sofia,
    ):
        await anna.call(message(lost.id, "före"))
        await said(sofia, lost.id, "före")
        with contextlib.ExitStack() as stack:
            for proxy in (first, second) if whom == "everybody" else (second,):
                stack.enter_context(proxy.cut())
            await lose_then_write(world, anna, anna, lost.id, kept.id)
        await said(sofia, kept.id, "sedan")
        assert world.holm.id in [frame.account_id for frame in sofia.frames if isinstance(frame, Dropped)]
        heard_nothing_secret(sofia)


@pytest.mark.parametrize("first_back", ["who took it", "who wrote"])
async def test_backlogs_that_overtake_each_other_send_nothing_from_after_a_loss_of_access(
    world: World, redis_url: str, first_back: str
) -> None:
    lost, kept = await world.thread(), await world.thread(world.eken)
    async with (
        node(world, redis_url) as reading,
        behind_a_proxy(world, redis_url) as (one, takers),
        behind_a_proxy(world, redis_url) as (two, writers),
        window(reading, world.token_of(world.sofia)) as sofia,
        window(one, world.token_of(world.anna)) as anna,
        window(two, world.token_of(world.erik)) as erik,
    ):
        before, after = (takers, writers) if first_back == "who took it" else (writers, takers)
        with after.cut():
            with before.cut():
                await lose_then_write(world, anna, erik, lost.id, kept.id)
            if first_back == "who took it":
                await sofia.until(Dropped)
            else:
                await said(sofia, kept.id, "sedan")
        if first_back == "who took it":
            await said(sofia, kept.id, "sedan")
        assert world.holm.id in [frame.account_id for frame in sofia.frames if isinstance(frame, Dropped)]
        heard_nothing_secret(sofia)


async def test_who_loses_access_by_a_node_that_alone_has_lost_redis_is_sent_nothing_from_the_answer_on(
    world: World, redis_url: str
) -> None:
    lost, kept = await world.thread(), await world.thread(world.eken)
    async with (
        node(world, redis_url) as reading,
        behind_a_proxy(world, redis_url) as (one, takers),
        window(reading, world.token_of(world.sofia)) as sofia,
        window(one, world.token_of(world.anna)) as anna,
        window(reading, world.token_of(world.erik)) as erik,
    ):
        with takers.cut():
            await deaf(one)
            await lose_then_write(world, anna, erik, lost.id, kept.id)
            await said(sofia, kept.id, "sedan")
        assert world.holm.id in [frame.account_id for frame in sofia.frames if isinstance(frame, Dropped)]
        heard_nothing_secret(sofia)


async def test_who_is_deaf_reads_nothing_by_rights_of_before(world: World, redis_url: str) -> None:
    lost = await world.thread()
    async with (
        node(world, redis_url) as one,
        behind_a_proxy(world, redis_url) as (two, proxy),
        window(one, world.token_of(world.anna)) as anna,
        window(two, world.token_of(world.sofia)) as sofia,
    ):
        with proxy.cut():
            await deaf(two)
            await lose_then_write(world, anna, anna, lost.id, (await world.thread(world.eken)).id, times=1)
            answer = await sofia.call(message(lost.id, "fel"))
            assert isinstance(answer, ErrorFrame)
            assert answer.error.code == "forbidden"


async def test_what_the_bus_brings_to_a_deaf_node_waits_for_a_look_up_that_began_after_it(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some channels are heard again before all are: what they bring may be younger than what is being looked up."""
    lost = await world.thread()
    async with behind_a_proxy(world, redis_url) as (one, proxy), window(one, world.token_of(world.sofia)) as sofia:
        standing, taken = one.house.node.standing, False
        look_up = standing._person

        async def overtaken(principal: Principal) -> Principal | None:
            nonlocal taken
            found = await look_up(principal)
            if not taken and one.house.node.deaf:
                taken = True
                gone = AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False)
                await world.do(world.anna, gone)
                written = await world.do(world.anna, message(lost.id, "hemligt"))
                (stored,) = await world.store.streams.read(thread_stream(lost.id), written.seq - 1, 1)
                one.house.node.heard([(firm_channel(world.firm.id), encode_message(bus_event(stored)))])
            return found

        monkeypatch.setattr(standing, "_person", overtaken)
        with proxy.cut():
            await deaf(one)
            await sofia.until(Dropped, lambda frame: frame.account_id == world.holm.id)
        assert taken
        heard_nothing_secret(sofia)


GAP = EVERY_HUB, encode_message(BusControl(kind="gap", value=HOUR_MS))


async def unheard_loss(world: World) -> None:
    """Sofia loses an account; the world rings no bell that a node hears."""
    await world.do(world.anna, AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False))


async def carried(world: World, thread_id: Id, text: str) -> tuple[str, bytes]:
    """Something that is written, as the bus brings it to those who listen to the firm."""
    written = await world.do(world.anna, message(thread_id, text))
    (stored,) = await world.store.streams.read(thread_stream(thread_id), written.seq - 1, 1)
    return firm_channel(world.firm.id), encode_message(bus_event(stored))


async def test_what_somebody_has_kept_for_us_waits_until_it_is_known_who_may_see_it(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AC-15: whoever says that they could not be heard sends what they kept next. The bell of a loss may come later still,
    from somebody else who could not be heard."""
    # Every look into the log that nothing has asked for is an hour away.
    for pause in ("CHECK_INTERVAL_S", "ACCESS_CHECK_S"):
        monkeypatch.setattr(server.network.healing, pause, HOUR_MS / 1000)
    lost, kept = await world.thread(), await world.thread(world.eken)
    async with node(world, redis_url) as one, window(one, world.token_of(world.sofia)) as sofia:
        assert not one.house.node.deaf
        await unheard_loss(world)
        backlog = [GAP, await carried(world, lost.id, "hemligt"), await carried(world, kept.id, "sedan")]
        one.house.node.heard(backlog)
        await said(sofia, kept.id, "sedan")
        assert world.holm.id in [frame.account_id for frame in sofia.frames if isinstance(frame, Dropped)]
        heard_nothing_secret(sofia)


async def test_a_doubt_that_comes_while_one_is_being_looked_up_is_looked_up_as_well(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AC-15: what was found for the first says nothing of a loss between the two."""
    lost = await world.thread()
    async with node(world, redis_url) as one, window(one, world.token_of(world.sofia)) as sofia:
        standing, taken = one.house.node.standing, False
        look_up = standing._person

        async def overtaken(principal: Principal) -> Principal | None:
            nonlocal taken
            found = await look_up(principal)
            if not taken:
                taken = True
                await unheard_loss(world)
                one.house.node.heard([GAP, await carried(world, lost.id, "hemligt")])
            return found

        monkeypatch.setattr(standing, "_person", overtaken)
        one.house.node.heard([GAP])
        await sofia.until(Dropped, lambda frame: frame.account_id == world.holm.id)
        assert taken
        heard_nothing_secret(sofia)


async def test_who_comes_to_a_deaf_node_is_in_doubt_from_the_beginning(world: World, redis_url: str) -> None:
    """AC-15: some channels are heard again before the one on which the loss would have been told."""
    lost = await world.thread()
    async with behind_a_proxy(world, redis_url) as (one, proxy), talk(one) as sofia:
        with proxy.cut():
            await deaf(one)
            await sofia.hello(world.token_of(world.sofia))
            await unheard_loss(world)
            one.house.node.heard([await carried(world, lost.id, "hemligt")])
            await sofia.until(Dropped, lambda frame: frame.account_id == world.holm.id)
        heard_nothing_secret(sofia)
