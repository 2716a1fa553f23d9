"""What matters for a firm's security leaves a row: who, about whom, from where; for owner and admins, and bounded."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from protocol.accounts import AccountAssign
from protocol.asked import Asked
from protocol.audit import AuditList, AuditPage, AuditRow, SecurityList
from protocol.contacts import ContactCreate, InvitationSend, LinkUpdate
from protocol.errors import Forbidden, Invalid, Unauthenticated
from protocol.firms import FirmUpdate
from protocol.ids import new_id
from protocol.sessions import InvitationAccept, PasswordForgot, PasswordReset, SessionCreate, SessionEnd
from protocol.staff import StaffUpdate
from server.audit import security
from server.core.context import Context, Origin
from server.sessions import actions as sessions
from storage.audit import AUDIT
from tests.server.contacts.test_people import secret_of
from tests.server.sessions.test_identity import signed
from tests.server.talking import node, talk
from tests.world import PASSWORD, Person, World


async def rows(world: World, asker: Person | None = None) -> list[AuditRow]:
    """The firm's rows, newest first."""
    await world.settled()
    page: AuditPage = await world.do(asker or world.anna, SecurityList())
    return page.rows


def told(row: AuditRow) -> tuple[str, str | None, str | None, str]:
    """Event, who, about whom, and what more there is to say."""
    who, whom = (person.name if person else None for person in (row.person, row.about))
    return row.event, who, whom, row.text


async def fail(world: World, email: str, ip: str = "192.0.2.7", **more: Any) -> None:
    context = Context(world.means, None, Origin(ip=ip, browser="Firefox 150", os="Linux"))
    with pytest.raises(Unauthenticated):
        await sessions.create(context, SessionCreate(email=email, password="s3cret guess", **more), None)
    # Counted after the answer: of two at once, either may be the one whose address the row keeps.
    await world.means.settler.drained()


async def asked_for_a_password(world: World) -> None:
    await world.do(None, PasswordForgot(email=world.petra.email))


async def set_a_password(world: World) -> None:
    await asked_for_a_password(world)
    secret = await secret_of(world, world.petra.id)
    await world.do(None, PasswordReset(secret=secret, password="ordning i boken"))


async def accepted(world: World) -> None:
    await world.do(world.erik, InvitationSend(account_id=world.salt.id, contact_id=world.nils.id))
    await world.do(None, InvitationAccept(secret=await secret_of(world, world.nils.id), password=PASSWORD))


def by(person: str, build: Callable[[World], Asked]) -> Callable[[World], Awaitable[Any]]:
    return lambda world: world.do(getattr(world, person) if person else None, build(world))


ACTS: dict[str, tuple[Callable[[World], Awaitable[Any]], list[tuple[str, str | None, str | None, str]]]] = {
    "log in": (
        by("", lambda w: SessionCreate(email=w.petra.email, password=PASSWORD)),
        [("session.opened", "Petra Holm", "Petra Holm", "")],
    ),
    "log in, wrong": (
        lambda w: fail(w, w.petra.email),
        [("login.failed", None, "Petra Holm", "")],
    ),
    "log out": (by("petra", lambda w: SessionEnd()), [("session.ended", "Petra Holm", "Petra Holm", "one")]),
    "rights": (
        by("erik", lambda w: StaffUpdate(staff_id=w.vera.id, rights=["manage_accounts"])),
        [("staff.changed", "Erik Falk", "Vera Lund", "+manage_accounts, -view_all_accounts")],
    ),
    "role": (
        by("anna", lambda w: StaffUpdate(staff_id=w.erik.id, role="employee")),
        [("staff.changed", "Anna Lindberg", "Erik Falk", "role: admin → employee")],
    ),
    "out": (
        by("erik", lambda w: StaffUpdate(staff_id=w.sofia.id, active=False)),
        [
            ("session.ended", "Erik Falk", "Sofia Rahimi", "all (1)"),
            ("staff.changed", "Erik Falk", "Sofia Rahimi", "deactivated"),
        ],
    ),
    "assign": (
        by("erik", lambda w: AccountAssign(account_id=w.holm.id, staff_id=w.olle.id, assigned=True)),
        [("account.assigned", "Erik Falk", "Olle Nyman", "")],
    ),
    "unassign": (
        by("erik", lambda w: AccountAssign(account_id=w.holm.id, staff_id=w.sofia.id, assigned=False)),
        [("account.unassigned", "Erik Falk", "Sofia Rahimi", "")],
    ),
    "login off": (
        by("erik", lambda w: LinkUpdate(account_id=w.holm.id, contact_id=w.petra.id, login=False)),
        [
            ("session.ended", "Erik Falk", "Petra Holm", "all (1)"),
            ("link.changed", "Erik Falk", "Petra Holm", "Login off, Notify on"),
        ],
    ),
    "new contact": (
        by(
            "erik",
            lambda w: ContactCreate(
                account_id=w.holm.id, name="Ny", email="ny@x.example", login=True, invite=True
            ),
        ),
        [
            ("invitation.sent", "Erik Falk", "Ny", ""),
            ("link.added", "Erik Falk", "Ny", "Login on, Notify on"),
        ],
    ),
    "invitation": (
        accepted,
        [
            ("session.opened", "Nils Salt", "Nils Salt", ""),
            ("invitation.accepted", None, "Nils Salt", ""),
            ("invitation.sent", "Erik Falk", "Nils Salt", ""),
        ],
    ),
    "forgotten": (asked_for_a_password, [("password.asked", None, "Petra Holm", "")]),
    "new password": (
        set_a_password,
        [
            ("session.ended", None, "Petra Holm", "all (1)"),
            ("password.reset", None, "Petra Holm", ""),
            ("password.asked", None, "Petra Holm", ""),
        ],
    ),
    "settings": (
        by("erik", lambda w: FirmUpdate(reminder_days=7, reminder_number=1, clients_may_create_threads=False)),
        [("firm.changed", "Erik Falk", None, "clients_may_create_threads, reminder_days")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
async def test_what_matters_for_security_leaves_a_row(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "FORGOT_ANSWER_S", 0)
    act, expected = ACTS[name]
    await act(world)
    found = await rows(world)
    assert [told(row) for row in found] == expected
    assert {(row.ip, row.browser, row.os, row.at) for row in found} == {
        ("192.0.2.7", "Firefox 150", "Linux", world.clock.now())
    }


@pytest.mark.parametrize("name", ["rights", "assign", "login off", "settings"])
async def test_what_changes_nothing_leaves_no_row(world: World, name: str) -> None:
    act, _ = ACTS[name]
    await act(world)
    before = await rows(world)
    await act(world)
    assert await rows(world) == before


@pytest.mark.parametrize("name", ["log out", "rights", "unassign", "login off", "new password", "settings"])
async def test_no_act_is_done_without_its_row(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault where the row is written undoes what the row would have told of."""
    monkeypatch.setattr(sessions, "FORGOT_ANSWER_S", 0)
    names = ["staff", "contacts", "links", "accounts", "firms", "sessions"]

    async def everything() -> list[Any]:
        found: list[Any] = []
        for name in names:
            found += [
                row async for row in world.store.mongo.database[name].find({}, {"reset_letters_at": 0}).sort("_id", 1)
            ]
        return found

    real, before = world.store.audit.add, await everything()

    async def fails(row: Any, session: Any = None) -> None:
        if row.event != "password.asked":
            raise RuntimeError("the process meets a fault right here")
        await real(row, session)

    monkeypatch.setattr(world.store.audit, "add", fails)
    with pytest.raises(RuntimeError):
        await ACTS[name][0](world)
    assert await everything() == before


async def test_guessing_is_counted_and_fills_nothing(world: World) -> None:
    """One row for a person and a network in a quarter of an hour; strangers' addresses and what was typed are not kept."""
    window = security.COUNTED_TOGETHER_MS
    world.clock.advance(s=(window - world.clock.now() % window) / 1000)
    for _ in range(3):
        await fail(world, "PETRA@holmbygg.example")
    await fail(world, world.petra.email, "2001:db8::1")
    await fail(world, world.petra.email, "2001:db8::2")
    await fail(world, "nobody@holmbygg.example")
    await fail(world, world.emma.email, firm_id=world.firm.id)
    found = await rows(world)
    assert sorted((row.ip, row.times) for row in found) == [("192.0.2.7", 3), ("2001:db8::1", 2)]
    assert {told(row) for row in found} == {("login.failed", None, "Petra Holm", "")}
    stored = str([row async for row in world.store.mongo.database["audit"].find()])
    assert "s3cret guess" not in stored
    assert "nobody@" not in stored
    world.clock.advance(s=window / 1000)
    await fail(world, world.petra.email)
    assert len(await rows(world)) == 3


async def test_who_guesses_at_once_is_counted_as_often(world: World) -> None:
    await asyncio.gather(*(fail(world, world.petra.email) for _ in range(8)))
    assert sum(row.times for row in await rows(world)) == 8


async def test_a_firm_sees_its_own_rows_and_nobody_else_does(world: World) -> None:
    await fail(world, world.emma.email)
    await fail(world, world.petra.email)
    assert {row.about.name for row in await rows(world) if row.about} == {"Petra Holm"}
    assert {row.about.name for row in await rows(world, world.grace) if row.about} == {"Emma Clarke"}
    for person in (world.sofia, world.vera, world.petra):
        with pytest.raises(Forbidden):
            await world.do(person, SecurityList())


async def test_rows_of_a_thread_are_not_among_them_nor_they_among_a_threads(world: World) -> None:
    thread = await world.thread(tasks=["Kvitton"])
    await world.do(world.erik, AccountAssign(account_id=world.holm.id, staff_id=world.olle.id, assigned=True))
    (row,) = await rows(world)
    assert (row.event, row.account_name) == ("account.assigned", world.holm.name)
    trail = await world.do(world.anna, AuditList(thread_id=thread.id))
    assert {row.event for row in trail.rows} == {"task.added"}


async def test_pages_follow_each_other_without_a_gap(world: World) -> None:
    for number in range(7):
        world.clock.advance(s=1 if number % 3 == 0 else 0)
        await world.do(world.erik, FirmUpdate(reminder_days=10 + number))
    after, seen = None, list[str]()
    while True:
        page: AuditPage = await world.do(world.anna, SecurityList(after=after, limit=2))
        seen += [row.id for row in page.rows]
        after = page.next
        if after is None:
            break
    assert seen == [row.id for row in await rows(world)]
    assert len(seen) == 7
    for cursor in ("x", "1:2", f"-1:{new_id()}", f"{'9' * 20}:{new_id()}", f"²:{new_id()}"):
        with pytest.raises(Invalid):
            await world.do(world.anna, SecurityList(after=cursor))


async def test_the_page_is_found_by_index(world: World) -> None:
    plan = await world.store.mongo.database.command(
        "explain",
        {
            "find": "audit",
            "filter": {"firm_id": world.firm.id, "security": True},
            "sort": {"at": -1, "_id": -1},
            "limit": 10,
        },
    )
    winning = str(plan["queryPlanner"]["winningPlan"])
    assert "'indexName': 'firm_id_1_at_-1__id_-1'" in winning
    assert "'stage': 'SORT'" not in winning


async def test_what_happens_daily_goes_by_itself_and_what_gives_rights_stays(world: World) -> None:
    await world.do(None, SessionCreate(email=world.petra.email, password=PASSWORD))
    await world.do(world.erik, StaffUpdate(staff_id=world.vera.id, rights=[]))
    stored = {row["event"]: row async for row in world.store.mongo.database["audit"].find()}
    ends = stored["session.opened"]["expires"].timestamp() * 1000
    assert ends == pytest.approx(world.clock.now() + security.ROUTINE_KEPT_DAYS * 86_400_000, abs=1000)
    assert "expires" not in stored["staff.changed"]
    assert any(index.document.get("expireAfterSeconds") == 0 for index in AUDIT.indexes)


async def test_who_comes_by_a_firms_own_server_is_counted_however_often_the_widget_comes_back(
    world: World, redis_url: str
) -> None:
    window = security.COUNTED_TOGETHER_MS
    world.clock.advance(s=(window - world.clock.now() % window) / 1000)
    async with node(world, redis_url, clock=world.clock) as one:
        for _ in range(3):
            async with talk(one) as widget:
                await widget.hello(None, identity=signed(world))
        await one.house.means.settler.drained()
    (row,) = await rows(world)
    assert (told(row), row.times) == (("session.opened", "Petra Holm", "Petra Holm", "widget"), 3)
    assert row.ip == "127.0.0.1"
