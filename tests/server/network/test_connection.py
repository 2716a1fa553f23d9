"""The conversation over real sockets, Redis and MongoDB: who hears what, in which order, and when it ends."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from protocol.accounts import AccessChanged, AccountAssign
from protocol.asked import Asked
from protocol.audit import AuditList
from protocol.contacts import LinkUpdate
from protocol.frames import (
    JSON_SUBPROTOCOL,
    MSGPACK_SUBPROTOCOL,
    Call,
    CloseCode,
    Dropped,
    EventFrame,
    Live,
    Presence,
    Reply,
    Reset,
    Typing,
    Welcome,
)
from protocol.ids import notes_stream, thread_stream
from protocol.inbox import NotificationList
from protocol.messages import TypingSet
from protocol.sessions import MeRead, SessionEnd
from protocol.streams import ThreadOpen
from protocol.tasks import TaskSet
from protocol.threads import ThreadList
from server.commands import dispatch
from server.core.context import Context
from tests.server.network.conversing import message
from tests.server.talking import Talk, node, talk
from tests.world import World

pytestmark = pytest.mark.anyio


async def event(client: Talk, stream: str, seq: int) -> EventFrame:
    """An event that has come or comes: it and the answer to what caused it have no order."""
    return await client.heard(EventFrame, lambda frame: (frame.stream, frame.seq) == (stream, seq))


@pytest.mark.parametrize("subprotocol", [JSON_SUBPROTOCOL, MSGPACK_SUBPROTOCOL])
async def test_hello_welcome_live_call_reply_and_the_event_for_everybody(
    world: World, redis_url: str, subprotocol: str
) -> None:
    """MS-1."""
    thread = await world.thread()
    stream = thread_stream(thread.id)
    async with node(world, redis_url) as one, talk(one, subprotocol) as petra, talk(one, subprotocol) as anna:
        welcome = await petra.hello(world.token_of(world.petra), {stream: thread.head})
        assert welcome.me.person.id == world.petra.id
        assert welcome.heads[stream] == thread.head
        await anna.hello(world.token_of(world.anna), {stream: thread.head})
        answer = await petra.call(message(thread.id))
        assert isinstance(answer, Reply)
        for client in (petra, anna):
            await event(client, stream, thread.head + 1)
            assert client.events(stream) == [thread.head + 1]


async def test_two_nodes_hear_each_other(world: World, redis_url: str) -> None:
    """MS-1."""
    thread = await world.thread()
    async with node(world, redis_url) as one, node(world, redis_url) as two, talk(one) as petra, talk(two) as anna:
        await petra.hello(world.token_of(world.petra))
        await anna.hello(world.token_of(world.anna))
        await petra.call(message(thread.id))
        heard = await event(anna, thread_stream(thread.id), thread.head + 1)
        assert heard.actor is not None
        assert heard.actor.id == world.petra.id


async def test_an_internal_message_reaches_staff_and_no_byte_of_it_a_contact(world: World, redis_url: str) -> None:
    """AC-6, RT-2."""
    thread = await world.thread()
    async with node(world, redis_url) as one, talk(one) as petra, talk(one) as anna, talk(one) as sofia:
        for client, person in ((petra, world.petra), (anna, world.anna), (sofia, world.sofia)):
            await client.hello(world.token_of(person))
        await anna.call(message(thread.id, "hemligt", internal=True))
        await event(sofia, notes_stream(thread.id), 1)
        await anna.call(message(thread.id, "öppet"))
        await event(petra, thread_stream(thread.id), thread.head + 1)
        assert not any("hemligt" in repr(frame) or "n:" in repr(frame) for frame in petra.frames)


async def test_staff_without_access_to_the_account_hear_nothing_of_it(world: World, redis_url: str) -> None:
    """AC-4, RT-2."""
    thread, other = await world.thread(), await world.thread(world.wester)
    async with node(world, redis_url) as one, talk(one) as sofia, talk(one) as olle, talk(one) as anna:
        for client, person in ((sofia, world.sofia), (olle, world.olle), (anna, world.anna)):
            await client.hello(world.token_of(person))
        await anna.call(message(other.id))
        await anna.call(message(thread.id))
        await event(sofia, thread_stream(thread.id), thread.head + 1)
        assert sofia.events(thread_stream(other.id)) == []
        await olle.call(MeRead())
        assert not any(isinstance(frame, EventFrame) for frame in olle.frames)


async def test_who_was_away_catches_up_exactly(world: World, redis_url: str) -> None:
    """RT-3."""
    thread = await world.thread()
    stream = thread_stream(thread.id)
    for number in range(40):
        await world.do(world.petra, message(thread.id, f"nr {number}"))
    async with node(world, redis_url) as one, talk(one) as anna:
        welcome = await anna.hello(world.token_of(world.anna), {stream: thread.head})
        assert anna.events(stream) == list(range(thread.head + 1, welcome.heads[stream] + 1))
        kinds = [type(frame) for frame in anna.frames]
        assert kinds.index(Welcome) < kinds.index(EventFrame) < kinds.index(Live)


async def test_catching_up_while_others_write_misses_nothing_and_repeats_nothing(world: World, redis_url: str) -> None:
    """RT-3."""
    thread = await world.thread()
    stream = thread_stream(thread.id)
    async with (
        node(world, redis_url) as one,
        talk(one) as petra,
        contextlib.AsyncExitStack() as sockets,
    ):
        await petra.hello(world.token_of(world.petra))

        async def write() -> None:
            for number in range(150):
                await petra.call(message(thread.id, f"nr {number}"))

        writing = asyncio.create_task(write())
        readers = []
        for _ in range(8):
            async with talk(one) as early:
                await early.hello(world.token_of(world.anna), {stream: thread.head})
                reached = max(early.events(stream), default=thread.head)
            client = await sockets.enter_async_context(talk(one))
            await client.hello(world.token_of(world.anna), {stream: reached})
            readers.append((reached, client))
        await writing
        last = thread.head + 150
        for reached, client in readers:
            await event(client, stream, last)
            assert client.events(stream) == list(range(reached + 1, last + 1))


async def test_who_is_too_far_behind_is_told_to_load_the_stream_anew(world: World, redis_url: str) -> None:
    thread = await world.thread()
    stream = thread_stream(thread.id)
    await asyncio.gather(*(world.do(world.petra, message(thread.id, f"nr {number}")) for number in range(301)))
    async with node(world, redis_url) as one, talk(one) as anna, talk(one) as erik:
        welcome = await anna.hello(world.token_of(world.anna), {stream: thread.head})
        assert [frame for frame in anna.frames if isinstance(frame, Reset)] == [
            Reset(stream=stream, head=welcome.heads[stream])
        ]
        assert anna.events(stream) == []
        await erik.hello(world.token_of(world.erik), {stream: thread.head + 1})
        assert len(erik.events(stream)) == 300


@pytest.mark.parametrize(("epoch", "beyond"), [("another life", 0), (None, 0), (None, 1000)])
async def test_positions_of_another_epoch_or_beyond_the_log_are_reset(
    world: World, redis_url: str, epoch: str | None, beyond: int
) -> None:
    thread = await world.thread()
    stream = thread_stream(thread.id)
    async with node(world, redis_url) as one, talk(one) as anna:
        await anna.hello(world.token_of(world.anna), {stream: thread.head + beyond}, epoch=epoch)
        assert Reset(stream=stream, head=thread.head) in anna.frames


async def test_streams_that_somebody_may_not_read_are_dropped_at_resume(world: World, redis_url: str) -> None:
    """RT-2, RT-4."""
    thread, other = await world.thread(), await world.thread(world.wester)
    positions = {thread_stream(thread.id): 0, notes_stream(thread.id): 0, thread_stream(other.id): 0}
    async with node(world, redis_url) as one, talk(one) as petra:
        await petra.hello(world.token_of(world.petra), positions)
        dropped = {frame.stream for frame in petra.frames if isinstance(frame, Dropped)}
        assert dropped == {notes_stream(thread.id), thread_stream(other.id)}
        assert petra.events(thread_stream(thread.id)) == list(range(1, thread.head + 1))


async def test_losing_access_ends_delivery_at_once_and_gaining_it_begins_it(world: World, redis_url: str) -> None:
    """AC-15, RT-4."""
    thread = await world.thread()
    async with node(world, redis_url) as one, talk(one) as anna, talk(one) as sofia:
        await anna.hello(world.token_of(world.anna))
        await sofia.hello(world.token_of(world.sofia))
        take = AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False)
        await anna.call(take)
        await anna.call(message(thread.id, "efter"))
        await sofia.until(Dropped, lambda frame: frame.account_id == world.holm.id)
        # This node has heard of it: later it would find her with access again, and be right to tell her.
        await event(anna, thread_stream(thread.id), thread.head + 1)
        await anna.call(AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=True))
        gained = AccessChanged(gained=[world.holm.id], open_count=0)
        await sofia.until(EventFrame, lambda frame: frame.event == replace(gained, at=frame.at))
        await anna.call(message(thread.id, "igen"))
        await event(sofia, thread_stream(thread.id), thread.head + 2)
        assert sofia.events(thread_stream(thread.id)) == [thread.head + 2]


async def test_what_is_lost_comes_with_the_badge_without_it(world: World, redis_url: str) -> None:
    """AC-15, NS-5: the window may have loaded none of the entries that are counted."""
    for account, person in ((world.holm, world.petra), (world.holm, world.linn), (world.eken, world.gunilla)):
        thread = await world.thread(account)
        await world.do(person, message(thread.id))
    await world.settled()
    async with node(world, redis_url) as one, talk(one) as anna, talk(one) as sofia:
        await anna.hello(world.token_of(world.anna))
        await sofia.hello(world.token_of(world.sofia))
        assert (await world.do(world.sofia, NotificationList())).open_count == 3
        await anna.call(AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False))
        assert await sofia.until(Dropped) == Dropped(account_id=world.holm.id, open_count=1)


async def test_an_answer_that_a_loss_of_access_overtakes_is_given_for_who_they_are_now(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, told = asyncio.Event(), asyncio.Event()

    async def slow(context: Context, command: Asked) -> Any:
        result = await dispatch(context, command)
        if isinstance(command, ThreadList) and not read.is_set():
            read.set()
            await told.wait()
        return result

    monkeypatch.setattr("server.network.calls.dispatch", slow)
    thread = await world.thread()
    async with node(world, redis_url) as one, talk(one) as anna, talk(one) as sofia:
        await anna.hello(world.token_of(world.anna))
        await sofia.hello(world.token_of(world.sofia))
        await sofia.say(Call(id=7, command=ThreadList()))
        await read.wait()
        await anna.call(AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False))
        await sofia.until(Dropped, lambda frame: frame.account_id == world.holm.id)
        told.set()
        answer = await sofia.until(Reply, lambda frame: frame.id == 7)
        assert thread.id not in str(answer.result)


async def test_a_contact_whose_login_is_switched_off_is_cut_off_from_the_account(world: World, redis_url: str) -> None:
    """AC-15, RT-4."""
    async with node(world, redis_url) as one, talk(one) as anna, talk(one) as gunilla:
        await anna.hello(world.token_of(world.anna))
        await gunilla.hello(world.token_of(world.gunilla))
        await anna.call(LinkUpdate(account_id=world.eken.id, contact_id=world.gunilla.id, login=False))
        assert await gunilla.until(Dropped) == Dropped(account_id=world.eken.id)


async def test_logging_out_closes_every_socket_of_the_session(world: World, redis_url: str) -> None:
    async with node(world, redis_url) as one, talk(one) as here, talk(one) as there, talk(one) as anna:
        for client, person in ((here, world.petra), (there, world.petra), (anna, world.anna)):
            await client.hello(world.token_of(person))
        await here.say(Call(id=1, command=SessionEnd()))
        assert (await there.closing())[0] == CloseCode.REVOKED
        assert (await here.closing())[0] == CloseCode.REVOKED
        assert isinstance(await anna.call(MeRead()), Reply)


async def test_messages_of_one_connection_stand_in_the_log_in_the_order_in_which_they_were_sent(
    world: World, redis_url: str
) -> None:
    thread = await world.thread()
    async with node(world, redis_url) as one, talk(one) as petra:
        await petra.hello(world.token_of(world.petra))
        for number in range(20):
            await petra.say(Call(id=number, command=message(thread.id, f"nr {number}")))
        answers: list[tuple[int, int]] = []
        while len(answers) < 20:
            frame = await petra.hear()
            if isinstance(frame, Reply):
                assert isinstance(frame.result, dict)
                answers.append((frame.id, frame.result["seq"]))
        assert answers == [(number, thread.head + 1 + number) for number in range(20)]


async def test_typing_is_shown_to_the_others_and_not_to_oneself(world: World, redis_url: str) -> None:
    thread = await world.thread()
    async with node(world, redis_url) as one, talk(one) as petra, talk(one) as anna:
        await petra.hello(world.token_of(world.petra))
        await anna.hello(world.token_of(world.anna))
        await petra.call(TypingSet(thread_id=thread.id))
        assert (await anna.until(Typing)).person.id == world.petra.id
        await petra.call(message(thread.id))
        await event(anna, thread_stream(thread.id), thread.head + 1)
        assert not any(isinstance(frame, Typing) for frame in petra.frames)


async def test_staff_see_that_a_contact_is_here_and_contacts_that_the_team_is(world: World, redis_url: str) -> None:
    async with node(world, redis_url) as one, talk(one) as petra, talk(one) as anna:
        await petra.hello(world.token_of(world.petra))
        assert await petra.until(Presence) == Presence(online=False)
        await anna.hello(world.token_of(world.anna))
        assert (await anna.until(Presence)).person is not None
        # A beat that finds Redis behind tells again who is here.
        assert await petra.until(Presence, lambda frame: frame.online) == Presence(online=True)


async def test_the_audit_trail_notes_both_clocks_address_and_browser_over_either_door(
    world: World, redis_url: str
) -> None:
    """TK-5, spec 2.14. A browser's socket sends no header of ours, so its `hello` says how late it is there."""
    thread = await world.thread(tasks=["Lagerlista"])
    (task,) = await world.store.tasks.of_thread(world.firm.id, thread.id)
    agent = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"}
    async with node(world, redis_url, trusted_proxies=["127.0.0.1"]) as one:
        proxied = agent | {"x-forwarded-for": "198.51.100.23"}
        async with talk(one, headers=proxied) as petra:
            await petra.hello(world.token_of(world.petra), utc_offset_minutes=120)
            await petra.call(TaskSet(thread_id=thread.id, task_id=task.id, done=True))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{one.port}") as client:
            fields = {"thread_id": thread.id, "task_id": task.id, "done": False}
            headers = proxied | {"authorization": f"Bearer {world.token_of(world.petra)}", "chattar-utc-offset": "-300"}
            assert (await client.post("/api/v1/task.set", json=fields, headers=headers)).status_code == 200
    rows = (await world.do(world.anna, AuditList(thread_id=thread.id, limit=2))).rows
    assert [(row.event, row.utc_offset_minutes, row.ip, row.browser, row.os, row.email) for row in rows] == [
        ("task.reopened", -300, "198.51.100.23", "Firefox 150", "Linux", world.petra.email),
        ("task.completed", 120, "198.51.100.23", "Firefox 150", "Linux", world.petra.email),
    ]


async def test_an_opened_thread_says_whether_the_team_is_here_to_contacts_only(world: World, redis_url: str) -> None:
    thread = await world.thread()

    async def online(client: Talk) -> bool:
        answer = await client.call(ThreadOpen(thread_id=thread.id))
        assert isinstance(answer, Reply)
        return bool(answer.result.get("team_online", False))

    async with node(world, redis_url) as one, node(world, redis_url) as two, talk(one) as petra:
        await petra.hello(world.token_of(world.petra))
        await petra.until(Presence)
        assert not await online(petra)
        async with talk(two) as anna:
            await anna.hello(world.token_of(world.anna))
            await petra.until(Presence, lambda presence: presence.online)
            assert await online(petra)
            assert not await online(anna)
        await petra.until(Presence, lambda presence: not presence.online)
        assert not await online(petra)
