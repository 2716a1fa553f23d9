"""Who guesses at somebody's password, or asks for letters in their name, is slowed down; the one who is meant is not."""

import httpx
import pytest
from starlette.applications import Starlette

from protocol.sessions import PasswordForgot, PasswordReset
from server.core.limits import Limits
from server.doors import http
from server.sessions import actions as sessions
from storage.people import LOGIN_PLACES_MAX
from tests.server.doors.asking import OURS
from tests.server.doors.test_http import log_in, refused
from tests.world import PASSWORD, World

HOME, OFFICE = "192.0.2.1", "2001:db8::1"


class Doors:
    """One door, seen from several network addresses."""

    def __init__(self, world: World) -> None:
        self._app = Starlette(routes=http.routes(world.means, Limits(world.settings, world.clock)))

    async def log_in(self, address: str, email: str, password: str = PASSWORD) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app, client=(address, 1234))
        async with httpx.AsyncClient(transport=transport, base_url=OURS) as client:
            return await log_in(client, email, password)

    async def forget(self, address: str, email: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app, client=(address, 1234))
        async with httpx.AsyncClient(transport=transport, base_url=OURS) as client:
            return await client.post("/api/v1/password.forgot", json={"email": email})


async def test_wrong_passwords_from_elsewhere_lock_nobody_out(world: World) -> None:
    doors = Doors(world)
    for _ in range(world.settings.logins_per_email):
        refused(await doors.log_in("198.51.100.1", world.petra.email, "wrong"), 401, "unauthenticated")
    refused(await doors.log_in("198.51.100.1", world.petra.email), 429, "rate_limited")
    assert (await doors.log_in(HOME, world.petra.email)).status_code == 200


async def test_guessing_from_many_addresses_has_an_end_but_not_for_who_has_logged_in_from_there(world: World) -> None:
    world.set(logins_per_email_from_everywhere=20)
    doors = Doors(world)
    assert (await doors.log_in(HOME, world.petra.email)).status_code == 200
    assert (await doors.log_in(OFFICE, world.petra.email)).status_code == 200
    for number in range(20):
        refused(await doors.log_in(f"198.51.100.{number}", world.petra.email, "wrong"), 401, "unauthenticated")
    problem = refused(await doors.log_in("198.51.100.99", world.petra.email), 429, "rate_limited")
    assert problem["retry_after_ms"]
    refused(await doors.log_in(HOME, world.petra.email, "mistyped"), 401, "unauthenticated")
    assert (await doors.log_in(HOME, world.petra.email.upper())).status_code == 200
    assert (await doors.log_in("2001:db8::2", world.petra.email)).status_code == 200, "the same network"
    # It is not known from there: somebody else is.
    refused(await doors.log_in(HOME, "nobody@example.org", "wrong"), 401, "unauthenticated")
    assert (await doors.log_in("203.0.113.7", world.anna.email)).status_code == 200
    refused(await doors.log_in("203.0.113.7", world.petra.email), 429, "rate_limited")
    world.clock.advance(s=15 * 60)
    assert (await doors.log_in("203.0.113.7", world.petra.email)).status_code == 200


async def test_from_a_known_address_guessing_has_an_end_too(world: World) -> None:
    world.set(logins_per_email=3, logins_per_email_from_everywhere=3)
    doors = Doors(world)
    assert (await doors.log_in(HOME, world.petra.email)).status_code == 200
    for _ in range(3):
        refused(await doors.log_in(HOME, world.petra.email, "wrong"), 401, "unauthenticated")
    refused(await doors.log_in(HOME, world.petra.email), 429, "rate_limited")


async def test_the_latest_places_are_remembered_once_each_and_not_in_words(world: World) -> None:
    doors = Doors(world)
    for number in range(LOGIN_PLACES_MAX + 2):
        for _ in range(2):
            assert (await doors.log_in(f"198.51.100.{number}", world.petra.email)).status_code == 200
    petra = await world.store.people.contact(world.firm.id, world.petra.id)
    assert petra is not None
    assert len(set(petra.login_places)) == len(petra.login_places) == LOGIN_PLACES_MAX
    assert not any("198.51" in place for place in petra.login_places)
    assert not await sessions.knows(world.store, world.petra.email, "198.51.100.0")
    assert await sessions.knows(world.store, world.petra.email, f"198.51.100.{LOGIN_PLACES_MAX + 1}")


async def test_asking_for_letters_fills_no_mailbox_and_locks_nobody_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "FORGOT_ANSWER_S", 0)
    doors = Doors(world)
    answers = [await doors.forget(f"198.51.100.{number}", world.petra.email) for number in range(12)]
    answers += [await doors.forget(HOME, world.petra.email) for _ in range(12)]
    answers.append(await doors.forget(HOME, "nobody@example.org"))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    letters = await reset_letters(world)
    assert len(letters) == world.settings.reset_letters_per_hour_max
    assert (await doors.log_in(HOME, world.petra.email)).status_code == 200
    # The last of them works: what came in silence has not made it stale.
    await world.do(None, PasswordReset(secret=letters[-1], password="a new password"))
    assert (await doors.log_in(HOME, world.petra.email, "a new password")).status_code == 200


async def test_after_an_hour_there_are_letters_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "FORGOT_ANSWER_S", 0)
    world.set(reset_letters_per_hour_max=2)
    for minutes_later, letters in ((0, 1), (30, 2), (29, 2), (1, 3), (1, 3), (29, 4)):
        world.clock.advance(s=minutes_later * 60)
        await world.do(None, PasswordForgot(email=world.petra.email))
        assert len(await reset_letters(world)) == letters


async def reset_letters(world: World) -> list[str]:
    """The secrets of all letters with a link for a new password, as they were asked for."""
    rows = world.store.mongo.database["letters"].find({"kind": "password_reset"}).sort("$natural", 1)
    return [row["secret"] async for row in rows]
