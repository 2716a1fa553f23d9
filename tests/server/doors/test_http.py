"""The HTTP door: who is let in by what, and how a refusal looks (RFC 9457; architecture 3, Auth)."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
from pymongo.errors import ServerSelectionTimeoutError
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response

from protocol.body import paragraph
from protocol.ids import new_id
from protocol.messages import MessageSend
from server.core.limits import BucketsAway, Limits
from server.core.settings import Settings
from server.doors import http, visitors
from tests.protocol.test_explain import MISTAKES
from tests.server.doors.asking import OURS
from tests.world import PASSWORD, World

ELSEWHERE = "https://evil.example"


def client_of(world: World, limits: Limits | None = None) -> httpx.AsyncClient:
    app = Starlette(
        routes=http.routes(world.means, limits or Limits(world.settings, world.clock)),
        exception_handlers={HTTPException: http.router_problem},
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=("192.0.2.1", 1234))
    return httpx.AsyncClient(transport=transport, base_url=OURS)


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(world) as client:
        yield client


async def log_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    headers = more.pop("headers", {})
    return await client.post(
        "/api/v1/session.create", json={"email": email, "password": password, **more}, headers=headers
    )


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refusal, which has everything that RFC 9457 and we ask for."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["detail"] == problem["message"]
    return problem


async def test_a_program_logs_in_and_acts_with_its_token(world: World, client: httpx.AsyncClient) -> None:
    opened = (await log_in(client, world.anna.email)).json()
    assert "set-cookie" not in opened
    answer = await client.post("/api/v1/me.read", headers={"authorization": f"Bearer {opened['token']}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["person"]["name"] == "Anna Lindberg"


async def test_a_page_gets_a_cookie_that_scripts_can_not_read_and_no_token(
    world: World, client: httpx.AsyncClient
) -> None:
    answer = await log_in(client, world.petra.email, cookie=True, headers={"origin": OURS})
    assert "token" not in answer.json()
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("chattar_8000=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    answer = await client.post("/api/v1/me.read", headers={"origin": OURS})
    assert answer.json()["person"]["name"] == "Petra Holm"
    answer = await client.post("/api/v1/session.end", headers={"origin": OURS})
    assert 'chattar_8000=""' in answer.headers["set-cookie"]
    refused(await client.post("/api/v1/me.read", headers={"origin": OURS}), 401, "unauthenticated")


def test_by_tls_the_cookie_is_bound_to_its_host() -> None:
    settings = Settings(public_url="https://chat.firm.example")
    response = Response()
    http.set_cookie(settings, response, "token")
    assert response.headers["set-cookie"].startswith("__Host-chattar=token;")
    assert "Secure" in response.headers["set-cookie"]


@pytest.mark.parametrize(
    "origin",
    [None, ELSEWHERE, "null", "http://127.0.0.1:8001", "https://127.0.0.1:8000", "http://127.0.0.1:8000.evil.example"],
)
async def test_a_cookie_without_exactly_our_origin_is_refused(
    world: World, client: httpx.AsyncClient, origin: str | None
) -> None:
    await log_in(client, world.petra.email, cookie=True, headers={"origin": OURS})
    headers = {"origin": origin} if origin else {}
    problem = refused(await client.post("/api/v1/me.read", headers=headers), 403, "forbidden")
    assert problem["reason"] == "origin_not_allowed"
    # Nor may a foreign page have its visitor logged in as somebody else.
    answer = await log_in(client, world.linn.email, cookie=True, headers=headers)
    refused(answer, 403, "forbidden")
    assert "set-cookie" not in answer.headers


async def test_a_token_that_is_wrong_or_over_is_refused(world: World, client: httpx.AsyncClient) -> None:
    headers = {"authorization": "Bearer something-else-entirely"}
    answer = await client.post("/api/v1/me.read", headers=headers)
    refused(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"
    refused(await client.post("/api/v1/me.read"), 401, "unauthenticated")


@pytest.mark.parametrize(
    ("body", "kind", "path", "status"),
    [
        (b"{", "application/json", "$", 422),
        (b"[]", "application/json", "$", 422),
        (b'{"thread_id": 3}', "application/json", "$.thread_id", 422),
        (b'{"thread_id": "x"}', "application/json", "$.thread_id", 422),
        (b"\xff\xfe", "application/json", "$", 422),
        (b"[" * 5_000, "application/json", "$", 422),
        (b"{}", "text/plain", "content-type", 415),
        (b"thread_id=1", "application/x-www-form-urlencoded", "content-type", 415),
        (b'{"subject": "' + b"x" * http.BODY_BYTES_MAX + b'"}', "application/json", "body", 413),
    ],
)
async def test_a_body_that_is_not_the_command_is_refused_with_path_expected_and_got(
    world: World, client: httpx.AsyncClient, body: bytes, kind: str, path: str, status: int
) -> None:
    headers = {"authorization": f"Bearer {world.token_of(world.anna)}", "content-type": kind}
    problem = refused(await client.post("/api/v1/thread.rename", content=body, headers=headers), status, "invalid")
    assert problem["path"] == path
    assert problem["expected"]
    assert problem["got"]


@pytest.mark.parametrize("body", [b"", b"null", b" null\n", b"{}"])
async def test_a_body_that_is_not_there_may_be_written_as_null(
    world: World, client: httpx.AsyncClient, body: bytes
) -> None:
    """As generated Go clients do."""
    headers = {"Authorization": f"Bearer {world.token_of(world.petra)}", "Content-Type": "application/json"}
    for name in ("me.read", "thread.list"):
        answer = await client.post(f"/api/v1/{name}", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
    told = refused(await client.post("/api/v1/thread.open", content=body, headers=headers), 422, "invalid")
    assert "thread_id" in told["expected"]


async def test_the_descriptions_say_where_this_server_is(world: World, client: httpx.AsyncClient) -> None:
    http_door = (await client.get("/api/openapi.json")).json()
    assert http_door["servers"] == [{"url": world.settings.own_url}]
    socket = (await client.get("/api/asyncapi.json")).json()["servers"]["socket"]
    assert f"{socket['protocol'].replace('ws', 'http')}://{socket['host']}" == world.settings.own_url


async def test_every_kind_of_mistake_is_named_as_on_the_socket(world: World, client: httpx.AsyncClient) -> None:
    headers = {"authorization": f"Bearer {world.token_of(world.anna)}", "content-type": "application/json"}
    for command, *named in MISTAKES.values():
        body = {name: value for name, value in command.items() if name != "type"}
        world.clock.advance(s=1)  # for the rate: these are many
        answer = await client.post(f"/api/v1/{command['type']}", content=msgspec.json.encode(body), headers=headers)
        problem = refused(answer, 422, "invalid")
        assert [problem["path"], problem["expected"], problem["got"]] == named
    answer = await client.post("/api/v1/thread.list", content=b'{"limit": 2.0, "since": 1e3}', headers=headers)
    assert answer.status_code == 200


async def test_strangers_have_less_room_than_who_is_logged_in(world: World, client: httpx.AsyncClient) -> None:
    long = b'{"x": "' + b"x" * 70_000 + b'"}'
    headers = {"content-type": "application/json"}
    refused(await client.post("/api/v1/session.create", content=long, headers=headers), 413, "invalid")
    headers["authorization"] = f"Bearer {world.token_of(world.anna)}"
    assert (await client.post("/api/v1/me.read", content=long, headers=headers)).status_code == 200


async def test_an_unknown_command_is_not_found(client: httpx.AsyncClient) -> None:
    refused(await client.post("/api/v1/thread.burn"), 404, "unknown_command")


async def test_what_no_route_takes_is_a_problem_too(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/me.read")
    problem = refused(answer, 405, "invalid")
    assert (problem["path"], problem["expected"], problem["got"]) == ("method", "POST", "GET")
    assert answer.headers["allow"] == "POST"
    for method, path in (("GET", "/api"), ("POST", "/api/v2/me.read"), ("DELETE", "/nowhere")):
        problem = refused(await client.request(method, path), 404, "not_found")
        assert (problem["path"], problem["got"]) == ("address", path)
    by_hand = await client.get("/nowhere", headers={"accept": "text/html,*/*"})
    assert (by_hand.status_code, by_hand.headers["content-type"]) == (404, "text/plain; charset=utf-8")


async def test_guessing_a_password_is_stopped_by_address_and_by_person(world: World) -> None:
    world.set(logins_per_email=3, logins_per_address=5)
    async with client_of(world) as client:
        for _ in range(3):
            refused(await log_in(client, world.petra.email, "wrong"), 401, "unauthenticated")
        answer = await log_in(client, world.petra.email, PASSWORD)
        problem = refused(answer, 429, "rate_limited")
        assert int(answer.headers["retry-after"]) == -(-problem["retry_after_ms"] // 1000) == 300
        # Somebody else may still log in from there, twice: the address has its own measure.
        refused(await log_in(client, world.linn.email, "wrong"), 401, "unauthenticated")
        refused(await log_in(client, world.gunilla.email, PASSWORD), 429, "rate_limited")
        world.clock.advance(s=300)
        assert (await log_in(client, world.petra.email)).status_code == 200


async def test_logging_in_rightly_costs_no_attempts(world: World) -> None:
    world.set(logins_per_email=2, logins_per_address=2)
    async with client_of(world) as client:
        for _ in range(4):
            assert (await log_in(client, world.petra.email)).status_code == 200


async def test_commands_are_charged_to_the_person(world: World) -> None:
    world.set(commands_burst=3, commands_per_s=1)
    async with client_of(world) as client:
        anna = {"authorization": f"Bearer {world.token_of(world.anna)}"}
        for _ in range(3):
            assert (await client.post("/api/v1/me.read", headers=anna)).status_code == 200
        refused(await client.post("/api/v1/me.read", headers=anna), 429, "rate_limited")
        erik = {"authorization": f"Bearer {world.token_of(world.erik)}"}
        assert (await client.post("/api/v1/me.read", headers=erik)).status_code == 200
        world.clock.advance(s=1)
        assert (await client.post("/api/v1/me.read", headers=anna)).status_code == 200


class NoBuckets:
    """Redis, away."""

    async def take(self, key: str, tokens: int, size: int, fill_s: float) -> int:
        raise BucketsAway

    async def give(self, key: str, tokens: int, size: int, fill_s: float) -> None:
        raise BucketsAway


async def test_without_redis_a_node_counts_for_itself(world: World) -> None:
    world.set(logins_per_email=2)
    async with client_of(world, Limits(world.settings, world.clock, NoBuckets())) as client:
        assert (await log_in(client, world.petra.email)).status_code == 200
        for _ in range(2):
            refused(await log_in(client, world.petra.email, "wrong"), 401, "unauthenticated")
        refused(await log_in(client, world.petra.email), 429, "rate_limited")


async def test_a_database_that_is_away_is_a_temporary_refusal(
    world: World, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> None:
        raise ServerSelectionTimeoutError("no primary")

    monkeypatch.setattr(world.store.people, "session", away)
    headers = {"authorization": f"Bearer {world.token_of(world.anna)}"}
    answer = await client.post("/api/v1/me.read", headers=headers)
    problem = refused(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == str(http.RETRY_AFTER_S)
    # The body names no time: a client that keeps asking makes its own pauses longer and longer.
    assert "retry_after_ms" not in problem


async def test_our_own_fault_is_said_without_its_details(
    world: World, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(world.store.people, "session", broken)
    headers = {"authorization": f"Bearer {world.token_of(world.anna)}"}
    answer = await client.post("/api/v1/me.read", headers=headers)
    refused(answer, 500, "internal")
    assert "secret detail" not in answer.text


async def test_a_message_goes_through_the_same_table(world: World, client: httpx.AsyncClient) -> None:
    thread = await world.thread()
    key = new_id()
    command = MessageSend(thread_id=thread.id, client_message_id=key, body=paragraph("Tack!"))
    body = {name: value for name, value in msgspec.to_builtins(command).items() if name != "type"}
    headers = {"authorization": f"Bearer {world.token_of(world.petra)}"}
    first = await client.post("/api/v1/message.send", json=body, headers=headers)
    again = await client.post("/api/v1/message.send", json=body, headers=headers)
    assert first.status_code == 200
    assert first.json() == again.json()


async def test_the_descriptions_name_every_command(client: httpx.AsyncClient) -> None:
    openapi = (await client.get("/api/openapi.json")).json()
    assert openapi["openapi"] == "3.1.0"
    assert "/api/v1/session.create" in openapi["paths"]
    assert (await client.get("/api/asyncapi.json")).json()["asyncapi"] == "3.0.0"


# what the audit trail notes of a visitor (spec 2.14)


@pytest.mark.parametrize(
    ("agent", "browser", "system"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox 150", "Linux"),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
                "Safari/537.36 Edg/140.0.0.0"
            ),
            "Edge 140",
            "Windows",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/18.0 Mobile/15E148 Safari/604.1"
            ),
            "Safari 18",
            "iOS",
        ),
        (
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile "
                "Safari/537.36"
            ),
            "Chrome 140",
            "Android",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/18.5 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15"
            ),
            "DuckDuckGo 7",
            "iOS",
        ),
        (
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 "
                "Safari/537.36 Vivaldi/7.5.3735.54"
            ),
            "Vivaldi 7",
            "Linux",
        ),
        # Another program's window with a page in it, which doesn't say whose version it tells.
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Mobile/22A3354 [FBAN/FBIOS;FBAV/500.0.0]"
            ),
            "",
            "iOS",
        ),
        ("curl/8.5.0", "curl/8.5.0", ""),
        ("", "", ""),
    ],
)
def test_browser_and_system_are_told_from_the_user_agent(agent: str, browser: str, system: str) -> None:
    origin = visitors.origin_of(Settings(), Headers({"user-agent": agent, "chattar-utc-offset": "60"}), "192.0.2.1")
    assert (origin.browser, origin.os, origin.utc_offset_minutes) == (browser, system, 60)


@pytest.mark.parametrize("offset", ["", "x", "900", "-841", "1e3"])
def test_a_clock_offset_that_is_none_is_left_out(offset: str) -> None:
    assert visitors.origin_of(Settings(), Headers({"chattar-utc-offset": offset}), "").utc_offset_minutes is None
