"""The pages that the server renders, and how the built client is served: forms, headers, policies, caching."""

import gzip
import html
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo.errors import ServerSelectionTimeoutError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from protocol.contacts import InvitationSend
from server.core.limits import Limits
from server.doors import http, pages
from server.doors.page_headers import SafeHeaders
from server.sessions import actions as sessions
from storage.letters import LetterDoc
from tests.server.doors.asking import OURS
from tests.world import PASSWORD, WIDGET_ORIGIN, Person, World

FROM_US = {"origin": OURS}
BROTLI = b"as brotli has it"
"""What stands beside a file is sent as it is: nothing here reads it."""


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A built client, as far as serving it goes."""
    (tmp_path / "assets").mkdir()
    (tmp_path / ".vite").mkdir()
    (tmp_path / "assets" / "left-over.js").write_text("export {};")
    for page in ("console", "portal", "widget"):
        (tmp_path / f"{page}.html").write_text(f"<!doctype html><title>{page}</title>")
    (tmp_path / "widget.js").write_text("(() => {})();")
    (tmp_path / "sw.js").write_text("")
    for page in ("console", "portal"):
        manifest = {f"{page}.html": {"file": f"assets/{page}-abc123.js", "isEntry": True}}
        (tmp_path / ".vite" / f"{page}.json").write_text(json.dumps(manifest))
        (tmp_path / "assets" / f"{page}-abc123.js").write_text("export {};")
    for name in ("console.html", "assets/console-abc123.js", "widget.js"):
        plain = (tmp_path / name).read_bytes()
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(plain))
        (tmp_path / f"{name}.br").write_bytes(BROTLI)
    return tmp_path


@pytest.fixture
async def client(world: World, dist: Path) -> AsyncIterator[httpx.AsyncClient]:
    world.set(web_dist=dist)
    limits = Limits(world.settings, world.clock)
    app = Starlette(
        routes=[*http.routes(world.means, limits), *pages.routes(world.means, limits)],
        middleware=[Middleware(SafeHeaders, settings=world.settings)],
        exception_handlers={HTTPException: pages.unrouted(lambda: world.means)},
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, client=("192.0.2.1", 1)), base_url=OURS
    ) as client:
        yield client


async def log_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    return await client.post("/login", data={"email": email, "password": password, **more}, headers=FROM_US)


async def letter_of(world: World, person: Person) -> LetterDoc:
    row = await world.store.mongo.database["letters"].find_one({"person_id": person.id}, sort=[("_id", -1)])
    assert row is not None
    letter = await world.store.letters.get(row["firm_id"], row["_id"])
    assert letter is not None
    return letter


async def test_everybody_lands_on_their_own_side(world: World, client: httpx.AsyncClient) -> None:
    for person, home, elsewhere in ((world.anna, "/console", "/portal"), (world.petra, "/portal", "/console")):
        client.cookies.clear()
        asked = await client.get(elsewhere)
        assert (asked.status_code, asked.headers["location"]) == (303, f"/login?next={elsewhere}")
        answer = await log_in(client, person.email, next=elsewhere)
        assert (answer.status_code, answer.headers["location"]) == (303, home)
        assert (await client.get(home)).status_code == 200
        assert (await client.get(elsewhere)).headers["location"] == home
        assert (await client.get("/login")).headers["location"] == home


async def test_a_link_in_a_mail_leads_through_login_to_its_place(world: World, client: httpx.AsyncClient) -> None:
    place = "/portal/threads/0123456789abcdef0123456789abcdef"
    form = await client.get("/login", params={"next": place})
    assert f'value="{place}"' in form.text
    assert (await log_in(client, world.petra.email, next=place)).headers["location"] == place
    # And straight on for who is logged in.
    assert (await client.get("/login", params={"next": place})).headers["location"] == place


async def test_a_place_with_a_question_survives_the_login(client: httpx.AsyncClient) -> None:
    asked = await client.get("/portal/threads?a=1&b=2")
    assert asked.headers["location"] == "/login?next=/portal/threads%3Fa%3D1%26b%3D2"


async def test_pages_say_that_it_is_temporary_while_the_database_is_away(
    world: World, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log_in(client, world.anna.email)

    async def away(*_: Any) -> None:
        raise ServerSelectionTimeoutError("no primary")

    monkeypatch.setattr(world.store.people, "session", away)
    for page in ("/console", "/portal", "/login"):
        answer = await client.get(page)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_a_wrong_address_gets_a_page_with_the_firms_name_and_a_way_on(
    world: World, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_a_browser = {"accept": "text/html,*/*", "accept-language": "sv"}
    stranger = await client.get("/konsol/x", headers=in_a_browser)
    assert (stranger.status_code, stranger.headers["cache-control"]) == (404, "no-store")
    assert "Här finns ingen sida" in stranger.text
    assert "Till inloggningen" in stranger.text
    await log_in(client, world.petra.email)
    known = await client.get("/konsol/x", headers=in_a_browser)
    assert known.status_code == 404
    assert re.search(r'class="firm">\W*Lindberg & Falk', html.unescape(known.text))
    assert '<a href="/">Till startsidan</a>' in known.text
    program = await client.get("/konsol/x", headers={"accept": "*/*"})
    assert program.headers["content-type"] == "application/problem+json"

    async def away(*_: Any) -> None:
        raise ServerSelectionTimeoutError

    monkeypatch.setattr(world.means.store.firms, "get", away)
    assert "Här finns ingen sida" in (await client.get("/konsol/x", headers=in_a_browser)).text


@pytest.mark.parametrize(
    "place", ["https://evil.example", "//evil.example", "/portal//evil.example", "/portalx", "/\\evil.example", "/dev"]
)
async def test_nobody_is_led_away_after_logging_in(world: World, client: httpx.AsyncClient, place: str) -> None:
    assert (await log_in(client, world.petra.email, next=place)).headers["location"] == "/portal"


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
@pytest.mark.parametrize("page", ["/login", "/forgot", "/invitation", "/reset"])
async def test_a_form_from_elsewhere_is_refused(
    world: World, client: httpx.AsyncClient, page: str, origin: str | None
) -> None:
    data = {"email": world.petra.email, "password": PASSWORD, "secret": "x" * 32}
    answer = await client.post(page, data=data, headers={"origin": origin} if origin else {})
    assert answer.status_code in (403, 404)
    assert "set-cookie" not in answer.headers


async def test_a_wrong_login_is_said_in_the_visitors_language_and_keeps_the_address(
    world: World, client: httpx.AsyncClient
) -> None:
    client.headers["accept-language"] = "sv-SE,sv;q=0.9,en;q=0.8"
    answer = await log_in(client, world.petra.email, "wrong")
    assert answer.status_code == 401
    assert "Adressen eller lösenordet är fel." in answer.text
    assert '<html lang="sv">' in answer.text
    assert f'value="{world.petra.email}"' in answer.text
    assert 'value="wrong"' not in answer.text


async def test_what_was_typed_is_text_and_never_markup(client: httpx.AsyncClient) -> None:
    answer = await log_in(client, '"><script>alert(1)</script>@x.example')
    assert "<script>alert" not in answer.text


async def test_an_invitation_is_opened_shown_and_accepted_once(world: World, client: httpx.AsyncClient) -> None:
    await world.do(world.anna, InvitationSend(account_id=world.salt.id, contact_id=world.nils.id))
    secret = (await letter_of(world, world.nils)).secret
    assert secret
    # The link's secret stands behind the #: the first page has never seen it.
    first = await client.get("/invitation")
    assert 'src="/pages/open_secret.js"' in first.text
    shown = await client.post("/invitation", data={"secret": secret}, headers=FROM_US)
    assert "Nils Salt" in shown.text
    assert "Lindberg &amp; Falk Redovisning" in shown.text
    short = await client.post("/invitation", data={"secret": secret, "password": "short"}, headers=FROM_US)
    assert short.status_code == 422
    accept = {"secret": secret, "password": "ordning i boken"}
    done = await client.post("/invitation", data=accept, headers=FROM_US)
    assert (done.status_code, done.headers["location"]) == (303, "/portal")
    assert (await client.get("/portal")).status_code == 200
    assert (await client.post("/invitation", data=accept, headers=FROM_US)).status_code == 404


async def test_a_name_from_the_right_turns_nothing_beside_it(world: World, client: httpx.AsyncClient) -> None:
    people = world.store.mongo.database["contacts"]
    await people.update_one({"_id": world.nils.id}, {"$set": {"name": "דנה לוי"}})
    await world.do(world.anna, InvitationSend(account_id=world.salt.id, contact_id=world.nils.id))
    secret = (await letter_of(world, world.nils)).secret
    shown = await client.post("/invitation", data={"secret": secret}, headers=FROM_US)
    assert "Welcome, \u2068דנה לוי\u2069" in shown.text


async def test_a_forgotten_password_by_its_pages(
    world: World, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "FORGOT_ANSWER_S", 0)
    answers = [
        (await client.post("/forgot", data={"email": email}, headers=FROM_US)).text
        for email in (world.petra.email, "nobody@nowhere.example")
    ]
    assert answers[0] == answers[1]
    secret = (await letter_of(world, world.petra)).secret
    data = {"secret": secret, "password": "ett helt nytt"}
    assert (await client.post("/reset", data={"secret": secret}, headers=FROM_US)).status_code == 200
    saved = await client.post("/reset", data=data, headers=FROM_US)
    assert "The new password is saved" in saved.text
    assert (await client.post("/reset", data=data, headers=FROM_US)).status_code == 404
    assert (await log_in(client, world.petra.email, "ett helt nytt")).status_code == 303


async def test_pages_allow_nothing_inline_and_no_frames(world: World, client: httpx.AsyncClient) -> None:
    await log_in(client, world.anna.email)
    for page in ("/", "/forgot", "/invitation", "/console"):
        answer = await client.get(page)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert not re.search(r"<script>|<style|\son\w+=|style=", answer.text)
        assert "strict-transport-security" not in answer.headers


FRAMED = {
    "https://www.youtube-nocookie.com",
    "https://player.vimeo.com",
    "https://www.loom.com",
    "https://drive.google.com",
}


def frames_of(answer: httpx.Response) -> set[str]:
    """What a page may frame; nothing where it doesn't say."""
    said = re.search(r"frame-src ([^;]*)", answer.headers["content-security-policy"])
    return set(said[1].split()) if said else set()


async def test_console_and_portal_may_frame_players_of_four_hosts_and_others_nothing(
    world: World, client: httpx.AsyncClient
) -> None:
    """VD-3."""
    await log_in(client, world.anna.email)
    assert frames_of(await client.get("/console")) == FRAMED
    for page in ("/", "/forgot", "/invitation", "/sw.js"):
        answer = await client.get(page)
        assert frames_of(answer) == set()
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    await log_in(client, world.petra.email)
    assert frames_of(await client.get("/portal")) == FRAMED


async def test_only_the_firms_own_pages_may_frame_its_widget(world: World, client: httpx.AsyncClient) -> None:
    answer = await client.get("/widget", params={"firm": world.firm.id})
    ancestors = re.search(r"frame-ancestors (.*)$", answer.headers["content-security-policy"])
    assert ancestors
    assert set(ancestors[1].split()) == {WIDGET_ORIGIN}
    assert frames_of(answer) == {"'none'"}
    assert (await client.get("/widget", params={"firm": "nobody"})).status_code == 404


async def test_pages_that_are_isolated_from_other_origins_may_frame_the_widget_and_nothing_else(
    world: World, client: httpx.AsyncClient
) -> None:
    panel = await client.get("/widget", params={"firm": world.firm.id})
    assert panel.headers["cross-origin-embedder-policy"] == "require-corp"
    assert panel.headers["cross-origin-resource-policy"] == "cross-origin"
    await log_in(client, world.petra.email)
    portal = await client.get("/portal")
    assert portal.headers["cross-origin-resource-policy"] == "same-origin"
    assert "cross-origin-embedder-policy" not in portal.headers


async def test_hashed_files_are_kept_for_ever_and_others_asked_for_again(client: httpx.AsyncClient) -> None:
    for page in ("console", "portal"):  # each has a manifest of its own
        hashed = await client.get(f"/assets/{page}-abc123.js")
        assert "immutable" in hashed.headers["cache-control"]
        assert "text/javascript" in hashed.headers["content-type"]
    loader = await client.get("/widget.js")
    assert loader.headers["cache-control"] == "public, max-age=300"
    assert loader.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize("path", ["/assets/console-abc123.js", "/widget.js", "/console"])
async def test_built_files_go_out_in_the_coding_that_the_browser_takes(
    world: World, client: httpx.AsyncClient, path: str
) -> None:
    await log_in(client, world.anna.email)
    plain = await client.get(path, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    gzipped = await client.get(path, headers={"accept-encoding": "gzip"})
    assert (gzipped.headers["content-encoding"], gzipped.content) == ("gzip", plain.content)
    async with client.stream("GET", path, headers={"accept-encoding": "gzip, deflate, br"}) as smallest:
        assert smallest.headers["content-encoding"] == "br"
        assert b"".join([part async for part in smallest.aiter_raw()]) == BROTLI
    for answer in (gzipped, smallest):
        for name in ("content-type", "cache-control", "content-security-policy"):
            assert answer.headers[name] == plain.headers[name]
        assert answer.headers["etag"] != plain.headers["etag"]
    assert {answer.headers["vary"] for answer in (plain, gzipped, smallest)} == {"accept-encoding"}


@pytest.mark.parametrize(
    "path",
    [
        "/widget.js.br",
        "/widget.js.gz",
        "/assets/console-abc123.js.br",
        "/assets/left-over.js",
        "/assets/../console.html",
        "/assets/%2e%2e/console.html",
        "/.vite/console.json",
    ],
)
async def test_nothing_but_what_was_built_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_the_worker_that_keeps_the_shell_may_fetch_it(client: httpx.AsyncClient) -> None:
    """A worker is held to the policy of its own answer: without this its first fetch is refused, and it never installs."""
    answer = await client.get("/sw.js")
    assert "connect-src 'self'" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_manifest_bears_the_firms_name_to_its_own_people_only(world: World, client: httpx.AsyncClient) -> None:
    async def name(side: str) -> str:
        answer = await client.get(f"/{side}.webmanifest")
        assert answer.headers["content-type"] == "application/manifest+json"
        assert answer.headers["cache-control"] == "no-store"
        return str(answer.json()["name"])

    assert await name("console") == await name("portal") == "Chattar"
    await log_in(client, world.anna.email)
    assert await name("console") == world.firm.firm.name
    assert await name("portal") == "Chattar"
    client.cookies.clear()
    await log_in(client, world.petra.email)
    assert await name("portal") == world.firm.firm.name
    assert await name("console") == "Chattar"
