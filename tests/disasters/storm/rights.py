"""Access taken and given back, logins and log-outs, new passwords. Every loss is written down with its times.

Each of these has one actor, so that what the diary says of somebody's access is not overtaken by another's act.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from protocol.accounts import AccountAssign
from protocol.asked import Asked
from protocol.contacts import LinkUpdate
from protocol.sessions import PasswordReset, SessionEnd
from protocol.staff import StaffUpdate
from protocol.wire import Codec, Id
from storage.people import SecretDoc, digest, new_token
from tests.disasters.storm.people import Town
from tests.disasters.storm.windows import Window
from tests.world import Person

AWAY_S = 4.0
HERE_S = 6.0
VISIT_S = 3.0
SECRET_MS = 3_600_000


def actors(town: Town, seed: int) -> list[Coroutine[Any, Any, None]]:
    """Everybody who changes access."""

    def chance(name: str) -> random.Random:
        return random.Random(f"rights:{seed}:{name}")

    return [
        switch_login(town, chance("login")),
        switch_assignment(town, chance("assign")),
        switch_active(town, chance("active")),
        visit(town, "petra", chance("visit petra")),
        visit(town, "sofia", chance("visit sofia")),
        change_password(town, chance("password")),
    ]


async def _lead(town: Town, chance: random.Random, command: Asked) -> Any:
    """Ask as somebody who leads, in one of their windows."""
    windows = town.windows_of(town.world.anna)
    return await town.ask(chance.choice(windows), command) if windows else None


async def _away_and_back(
    town: Town, chance: random.Random, person: Person, account_id: Id | None, change: Callable[[bool], Asked],
    ends: str | None = None,
) -> bool:  # fmt: skip
    """Take access away, leave it so for a while, give it back; whether it went through. `ends`: every session of the
    person is over with it, and why."""
    sessions = _sessions_of(town, person) if ends else set()
    town.absent.add((person.id, account_id))
    if await _lead(town, chance, change(False)) is None:
        return False
    town.diary.lost(person.id, account_id)
    _all_ended(town, sessions, ends or "")
    await town.pause(chance, AWAY_S)
    town.diary.giving(person.id, account_id)
    if await _lead(town, chance, change(True)) is None:
        return False
    town.absent.discard((person.id, account_id))
    return True


def _all_ended(town: Town, sessions: set[str], how: str) -> None:
    for session in sessions:
        town.diary.session_ended(session, how)


def _sessions_of(town: Town, person: Person) -> set[str]:
    return {window.seen.session for window in town.windows if window.person.id == person.id}


async def _again(town: Town, name: str, person: Person, codec: Codec) -> Window | None:
    """A new window for who has been thrown out, with everything open."""
    window = await town.log_in(name, person, codec)
    if window is not None:
        await town.open_threads(window)
    return window


async def _repeatedly(town: Town, chance: random.Random, once: Callable[[], Awaitable[None]]) -> None:
    while await town.pause(chance, HERE_S):
        await once()


async def switch_login(town: Town, chance: random.Random) -> None:
    """Login off and on: for Linn it is the only account, so her sessions end; Gunilla keeps another one."""
    world = town.world

    async def once() -> None:
        person, account = (world.linn, world.holm) if chance.random() < 0.5 else (world.gunilla, world.eken)

        def change(login: bool) -> Asked:
            return LinkUpdate(account_id=account.id, contact_id=person.id, login=login)

        ends = "login off" if person is world.linn else None
        went = await _away_and_back(town, chance, person, account.id, change, ends)
        if went and ends:
            await _again(town, "linn", person, "json")
        elif went:
            for window in town.windows_of(person):
                await town.open_threads(window)

    await _repeatedly(town, chance, once)


async def switch_assignment(town: Town, chance: random.Random) -> None:
    """Sofia loses Eken and gets it back."""
    world = town.world

    async def once() -> None:
        def change(assigned: bool) -> Asked:
            return AccountAssign(account_id=world.eken.id, staff_id=world.sofia.id, assigned=assigned)

        if await _away_and_back(town, chance, world.sofia, world.eken.id, change):
            for window in town.windows_of(world.sofia):
                await town.open_threads(window)

    await _repeatedly(town, chance, once)


async def switch_active(town: Town, chance: random.Random) -> None:
    """Olle is deactivated and reactivated: he sees nothing meanwhile, and all his sessions end."""
    world = town.world

    async def once() -> None:
        def change(active: bool) -> Asked:
            return StaffUpdate(staff_id=world.olle.id, active=active)

        if await _away_and_back(town, chance, world.olle, None, change, "deactivated"):
            await _again(town, "olle", world.olle, "msgpack")

    await _repeatedly(town, chance, once)


async def visit(town: Town, name: str, chance: random.Random) -> None:
    """Log in, look around, log out by another node: the window must end."""
    person: Person = getattr(town.world, name)

    async def once() -> None:
        codec: Codec = "json" if chance.random() < 0.5 else "msgpack"
        window = await town.log_in(name, person, codec)
        if window is None:
            return
        await town.open_threads(window)
        await town.pause(chance, VISIT_S)
        if await town.ask_over_http(window.token, SessionEnd()) is not None:
            town.diary.session_ended(window.token, "log-out")

    await _repeatedly(town, chance, once)


async def change_password(town: Town, chance: random.Random) -> None:
    """Tom and Vera choose new passwords by a link: every session of theirs ends."""
    world = town.world

    async def once() -> None:
        name, person = chance.choice([("tom", world.tom), ("vera", world.vera)])
        sessions, secret, password = _sessions_of(town, person), new_token(), f"nytt lösenord {chance.random()}"
        codec: Codec = "msgpack" if name == "tom" else "json"
        if not await _has_link(town, person, secret):
            return
        done = await town.ask_over_http(None, PasswordReset(secret=secret, password=password))
        # A first try may have gone through before its answer was lost: then the link is used up.
        if done is None and not await _is_used(town, secret):
            return
        town.passwords[person.id] = password
        _all_ended(town, sessions, "new password")
        await _again(town, name, person, codec)

    await _repeatedly(town, chance, once)


async def _has_link(town: Town, person: Person, secret: str) -> bool:
    """Put a link's secret where a letter's would be; the letter itself is not what is looked at here."""
    document = SecretDoc(
        id=digest(secret), purpose="password_reset", firm_id=person.firm_id, user_id=person.id,
        side="staff" if hasattr(person, "role") else "contact", expires_at=town.world.clock.now() + SECRET_MS,
    )  # fmt: skip

    async def put() -> bool:
        await town.world.store.people.replace_secret(document)
        return True

    return await town.until_the_database_answers(put) is True


async def _is_used(town: Town, secret: str) -> bool:
    rows = town.world.store.mongo.database["secrets"]
    found = await town.until_the_database_answers(lambda: rows.count_documents({"_id": digest(secret)}))
    return found == 0
