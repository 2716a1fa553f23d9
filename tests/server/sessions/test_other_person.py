"""A page belongs to one person for its life: what it asks in another's name is refused, and nothing is done.

One browser has one cookie and many tabs; whoever logged in last stands in it, whatever an older tab believes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from protocol.body import paragraph
from protocol.client.client import Client, call_over_http
from protocol.client.state import State
from protocol.contacts import InvitationSend
from protocol.errors import Conflict
from protocol.frames import Call, ErrorFrame, Hello, Welcome
from protocol.ids import new_id
from protocol.messages import MessageSend
from protocol.sessions import MeRead
from protocol.streams import StreamRead
from protocol.threads import ThreadRead
from server.commands import TABLE, Entry
from server.core import rules as access
from server.core.limits import Limits
from server.doors import http, pages
from tests.server.doors.asking import OURS
from tests.server.sessions.test_identity import signed
from tests.server.talking import node, talk
from tests.world import PASSWORD, World

pytestmark = pytest.mark.anyio

ASKED_BY_SOMEBODY = [entry for entry in TABLE if entry.rule is not access.anyone]


class CountingLimits(Limits):
    """Remembers whose allowance was taken from."""

    charged: list[str]

    async def command(self, principal: Any, cost: int) -> None:
        self.charged.append(principal.user_id)
        await super().command(principal, cost)


@pytest.fixture
def limits(world: World) -> CountingLimits:
    counting = CountingLimits(world.settings, world.clock)
    counting.charged = []
    return counting


@pytest.fixture
async def client(world: World, limits: CountingLimits) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[*http.routes(world.means, limits), *pages.routes(world.means, limits)])
    transport = httpx.ASGITransport(app=app, client=("192.0.2.1", 1234))
    async with httpx.AsyncClient(transport=transport, base_url=OURS, headers={"origin": OURS}) as client:
        yield client


async def log_in(client: httpx.AsyncClient, email: str) -> None:
    asked = {"email": email, "password": PASSWORD, "cookie": True}
    assert (await client.post("/api/v1/session.create", json=asked)).status_code == 200


async def everything(world: World) -> dict[str, list[Any]]:
    """All that the database holds."""
    database = world.store.mongo.database["events"].database
    names = sorted(await database.list_collection_names())
    return {name: [row async for row in database[name].find(sort=[("_id", 1)])] for name in names}


def refused(answer: httpx.Response, believed: str, present: str) -> None:
    problem = answer.json()
    assert answer.status_code == 409
    assert (problem["code"], problem["reason"]) == ("conflict", "other_person")
    assert (problem["path"], problem["expected"], problem["got"]) == ("chattar-person", believed, present)
    assert "set-cookie" not in answer.headers


def test_the_table_has_commands_to_look_at() -> None:
    assert len(ASKED_BY_SOMEBODY) > 40


@pytest.mark.parametrize("entry", ASKED_BY_SOMEBODY, ids=lambda entry: str(entry.command.__struct_config__.tag))
async def test_no_command_is_done_for_a_page_of_another_person(
    world: World, client: httpx.AsyncClient, limits: CountingLimits, entry: Entry
) -> None:
    thread = await world.thread()
    await log_in(client, world.linn.email)
    await world.settled()
    before = await everything(world)
    filled = {"thread_id": thread.id, "seq": 1, "client_message_id": new_id(), "body": {"content": []}}
    name = str(entry.command.__struct_config__.tag)
    answer = await client.post(f"/api/v1/{name}", json=filled, headers={"chattar-person": world.petra.id})
    refused(answer, world.petra.id, world.linn.id)
    await world.settled()
    assert await everything(world) == before
    # Nor is it hers to pay for.
    assert limits.charged == []


async def test_a_message_goes_out_again_once_its_author_is_back(world: World, client: httpx.AsyncClient) -> None:
    thread = await world.thread()
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Tack!"))
    asked = {"thread_id": said.thread_id, "client_message_id": said.client_message_id}
    asked["body"] = {"content": [{"type": "paragraph", "content": [{"type": "text", "text": "Tack!"}]}]}  # type: ignore[assignment]
    as_petra = {"chattar-person": world.petra.id}
    await log_in(client, world.linn.email)
    refused(await client.post("/api/v1/message.send", json=asked, headers=as_petra), world.petra.id, world.linn.id)
    await log_in(client, world.petra.email)
    answers = [await client.post("/api/v1/message.send", json=asked, headers=as_petra) for _ in range(2)]
    assert [answer.json()["seq"] for answer in answers] == [thread.head + 1] * 2
    page = await client.post("/api/v1/stream.read", json={"stream": f"t:{thread.id}"}, headers=as_petra)
    assert page.json()["events"][-1]["actor"]["id"] == world.petra.id


async def test_logging_out_of_an_old_page_ends_nobodys_session(world: World, client: httpx.AsyncClient) -> None:
    await log_in(client, world.linn.email)
    answer = await client.post("/api/v1/session.end", headers={"chattar-person": world.petra.id})
    refused(answer, world.petra.id, world.linn.id)
    for headers in ({}, {"chattar-person": world.linn.id}):
        me = await client.post("/api/v1/me.read", headers=headers)
        assert me.json()["person"]["id"] == world.linn.id


@pytest.mark.parametrize("header", [None, "linn"])
async def test_who_says_nothing_or_the_truth_is_served(
    world: World, client: httpx.AsyncClient, header: str | None
) -> None:
    headers = {"authorization": f"Bearer {world.token_of(world.linn)}"}
    if header is not None:
        headers["Chattar-Person"] = world.linn.id
    answer = await client.post("/api/v1/me.read", headers=headers)
    assert answer.json()["person"]["id"] == world.linn.id


async def test_a_program_with_a_token_is_held_to_it_too(world: World, client: httpx.AsyncClient) -> None:
    headers = {"authorization": f"Bearer {world.token_of(world.linn)}", "chattar-person": world.petra.id}
    refused(await client.post("/api/v1/me.read", headers=headers), world.petra.id, world.linn.id)


async def test_logging_in_is_for_every_page(world: World, client: httpx.AsyncClient) -> None:
    await log_in(client, world.linn.email)
    asked = {"email": world.petra.email, "password": PASSWORD, "cookie": True}
    answer = await client.post("/api/v1/session.create", json=asked, headers={"chattar-person": world.linn.id})
    assert answer.json()["me"]["person"]["id"] == world.petra.id


async def test_an_invitation_acts_as_whom_it_invites_whoever_is_logged_in(
    world: World, client: httpx.AsyncClient
) -> None:
    await log_in(client, world.linn.email)
    await world.do(world.anna, InvitationSend(account_id=world.salt.id, contact_id=world.nils.id))
    row = await world.store.mongo.database["letters"].find_one({"person_id": world.nils.id})
    assert row is not None
    form = {"secret": row["secret"]}
    shown = await client.post("/invitation", data=form)
    assert world.nils.email in shown.text
    assert world.linn.email not in shown.text
    taken = await client.post("/invitation", data={**form, "password": "ett nytt lösenord"})
    assert taken.headers["location"] == "/portal"
    me = await client.post("/api/v1/me.read", headers={"chattar-person": world.nils.id})
    assert me.json()["person"]["id"] == world.nils.id
    # The tab in which Linn was logged in notices.
    answer = await client.post("/api/v1/me.read", headers={"chattar-person": world.linn.id})
    refused(answer, world.linn.id, world.nils.id)


# the socket


@pytest.mark.parametrize("proof", ["cookie", "token", "identity"])
async def test_a_hello_of_another_person_is_turned_away_with_its_calls(
    world: World, redis_url: str, proof: str
) -> None:
    thread = await world.thread()
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Tack!"))
    async with node(world, redis_url) as one:
        settings, token = one.house.settings, world.token_of(world.linn)
        headers = {"origin": settings.own_url}
        hello = Hello(person=world.petra.id)
        if proof == "cookie":
            headers["cookie"] = f"chattar_8000={token}"
        elif proof == "token":
            hello = Hello(person=world.petra.id, token=token)
        else:
            hello = Hello(person=world.petra.id, identity=signed(world, email=world.linn.email))
        async with talk(one, headers=headers) as page:
            await page.say(hello)
            await page.say(Call(id=1, command=said))
            code, _ = await page.closing()
        assert code == 4409
        [problem] = [frame.error for frame in page.frames if isinstance(frame, ErrorFrame)]
        assert (problem.code, problem.reason) == ("conflict", "other_person")
        assert (problem.path, problem.expected, problem.got) == ("$.person", world.petra.id, world.linn.id)
        assert not any(isinstance(frame, Welcome) for frame in page.frames)
    assert (await world.do(world.anna, ThreadRead(thread_id=thread.id))).thread.head == thread.head


async def test_a_hello_of_the_same_person_is_welcome(world: World, redis_url: str) -> None:
    async with node(world, redis_url) as one, talk(one) as page:
        welcome = await page.hello(world.token_of(world.linn), person=world.linn.id)
        assert welcome.me.person.id == world.linn.id


# the client of ours that is written in Python


async def test_the_python_client_keeps_what_is_unsent_from_another_person(world: World, redis_url: str) -> None:
    thread = await world.thread()
    async with node(world, redis_url) as one:
        url = one.http_url
        async with Client(url, token=world.token_of(world.petra)) as petra:
            await petra.live()
        petra.post(thread.id, "Tack!")
        kept: State = petra.state
        # The same memory, by mistake, with another person's token.
        async with Client(url, token=world.token_of(world.linn), state=kept) as wrong:
            with pytest.raises(Conflict) as caught:
                await wrong.live()
            assert caught.value.reason == "other_person"
            assert wrong.state.pending.keys() == kept.pending.keys()
        async with Client(url, token=world.token_of(world.petra), state=wrong.state) as again:
            await again.until(lambda state: not state.pending)
        opened = await world.do(world.anna, StreamRead(stream=f"t:{thread.id}"))
        actors = [event.actor.id for event in opened.events if event.actor is not None and event.seq > thread.head]
        assert actors == [world.petra.id]
        asked, token = MeRead(), world.token_of(world.linn)
        with pytest.raises(Conflict):
            await call_over_http(url, asked, token, person=world.petra.id)


async def test_the_python_client_believes_a_welcome_of_an_older_server_no_more(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that doesn't know the field says `welcome` to whoever the token belongs to."""
    thread = await world.thread()
    async with node(world, redis_url) as one:
        async with Client(one.http_url, token=world.token_of(world.petra)) as petra:
            await petra.live()
        petra.post(thread.id, "Tack!")
        told = Client._hello
        monkeypatch.setattr(Client, "_hello", lambda self: _without_person(told(self)))
        async with Client(one.http_url, token=world.token_of(world.linn), state=petra.state) as wrong:
            with pytest.raises(Conflict) as caught:
                await wrong.live()
            assert caught.value.reason == "other_person"
            me = wrong.state.me
            assert me is not None
            assert me.person.id == world.petra.id
    assert (await world.do(world.anna, ThreadRead(thread_id=thread.id))).thread.head == thread.head


def _without_person(hello: Hello) -> Hello:
    return Hello(token=hello.token, epoch=hello.epoch, positions=hello.positions)
