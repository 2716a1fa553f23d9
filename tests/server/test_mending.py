"""What `python -m server` mends when nobody who could has a login: each word, what it leaves in the audit trail, and the
sentence for every wrong one."""

import asyncio
from typing import Any

import pytest

from protocol.accounts import AccessChanged
from protocol.contacts import LinkUpdate
from protocol.errors import ChattarError, Conflict, Invalid, NotFound, Unauthenticated
from protocol.ids import new_id, user_stream
from protocol.sessions import InvitationRead, MeRead, PasswordReset, SessionCreate
from protocol.staff import StaffUpdate
from protocol.threads import ThreadAssign, ThreadRead
from server import cli, mending
from server.core import auth
from storage.people import StaffDoc
from tests.server.audit.test_security import rows, told
from tests.server.contacts.test_people import controls, secret_of
from tests.server.sessions.test_identity import signed
from tests.world import PASSWORD, WIDGET_ORIGIN, WIDGET_SECRET, Person, World


async def typed(world: World, *words: str) -> None:
    """What these words after `python -m server` do, on the world's database."""
    await cli.act(world.means, cli.parser().parse_args(words))


async def member(world: World, person: StaffDoc) -> StaffDoc:
    found = await world.store.people.staff(person.firm_id, person.id)
    assert found is not None
    return found


async def is_out(world: World, person: Person) -> bool:
    try:
        await world.principal(person)
    except Unauthenticated:
        return True
    return False


async def owners(world: World) -> list[str]:
    return [owner.name for owner in await world.store.people.owners(world.firm.id)]


# a firm


async def test_firms_are_listed_with_what_every_other_word_asks_for(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await typed(world, "firms")
    lines = {line.split("\t")[0]: line.split("\t")[1:] for line in capsys.readouterr().out.splitlines()}
    assert lines == {
        world.firm.id: ["Lindberg & Falk Redovisning", "sv", "Europe/Stockholm", "anna@lindbergfalk.example"],
        world.other_firm.id: ["Brightwater Accounting", "en", "Europe/London", "grace@brightwater.example"],
    }


async def test_a_firm_is_called_otherwise(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    await typed(world, "firm", world.firm.id, "--name", "Falk  & Co", "--time-zone", "Europe/Oslo")
    assert capsys.readouterr().out == "Falk & Co\tsv\tEurope/Oslo\n"
    me = await world.do(world.petra, MeRead())
    assert (me.firm.name, me.firm.language, me.firm.time_zone) == ("Falk & Co", "sv", "Europe/Oslo")
    (row,) = await rows(world)
    assert (told(row), row.browser) == (("firm.changed", "Command line", None, "name, time_zone"), "command line")


# its owner


async def test_somebody_becomes_the_one_owner_and_whoever_was_it_an_admin(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Spec 1.1: exactly one owner. Both hear of it, and the trail says who did it."""
    await world.do(world.anna, StaffUpdate(staff_id=world.sofia.id, active=False))
    await typed(world, "owner", world.firm.id, "Sofia@LindbergFalk.example")
    assert capsys.readouterr().out == "sofia@lindbergfalk.example is the owner.\n"
    assert await owners(world) == ["Sofia Rahimi"]
    assert (await member(world, world.sofia)).active
    assert (await member(world, world.anna)).role == "admin"
    found = [told(row) for row in await rows(world)]
    assert set(found[:2]) == {
        ("staff.changed", "Command line", "Sofia Rahimi", "role: employee → owner, activated"),
        ("staff.changed", "Command line", "Anna Lindberg", "role: owner → admin"),
    }
    for person in (world.sofia, world.anna):
        last = (await world.store.streams.read(user_stream(person.id), 0, 100))[-1]
        assert isinstance(last.event, AccessChanged)
        assert controls(world, person)[-1] == "access"
    # Again: nothing changes, and nothing is written down.
    await typed(world, "owner", world.firm.id, world.sofia.email)
    assert [told(row) for row in await rows(world)] == found


async def test_two_who_make_an_owner_at_once_leave_one(world: World) -> None:
    await asyncio.gather(
        *(typed(world, "owner", world.firm.id, person.email) for person in (world.sofia, world.olle, world.erik))
    )
    assert len(await owners(world)) == 1


async def test_a_new_owner_without_a_password_is_invited(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    await world.store.people.change_staff(world.firm.id, world.olle.id, {"password_hash": None})
    await typed(world, "owner", world.firm.id, world.olle.email)
    assert "An invitation is in the outbox" in capsys.readouterr().out
    shown = await world.do(None, InvitationRead(secret=await secret_of(world, world.olle.id)))
    assert shown.name == "Olle Nyman"


# a password


async def test_a_printed_link_lets_somebody_in_whose_mail_does_not_arrive(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    for person in (world.anna, world.petra):
        await typed(world, "reset-password", person.email, "--print")
        assert await is_out(world, person)
        address, _, secret = capsys.readouterr().out.strip().partition("#")
        assert address == f"{world.settings.own_url}/reset"
        await world.do(None, PasswordReset(secret=secret, password="en helt ny mening"))
        opened = await world.do(None, SessionCreate(email=person.email, password="en helt ny mening"))
        assert opened.me.person.name == person.name
    assert await world.store.mongo.database["letters"].count_documents({}) == 0
    assert [told(row) for row in await rows(world, world.erik)][4:] == [
        ("session.opened", "Anna Lindberg", "Anna Lindberg", ""),
        ("password.reset", None, "Anna Lindberg", ""),
        ("password.asked", "Command line", "Anna Lindberg", ""),
        ("session.ended", "Command line", "Anna Lindberg", "all (1)"),
    ]


async def test_a_mailed_link_works_too_and_is_not_printed(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    await typed(world, "reset-password", world.anna.email)
    secret = await secret_of(world, world.anna.id)
    assert secret not in capsys.readouterr().out
    await world.do(None, PasswordReset(secret=secret, password="en helt ny mening"))
    assert await is_out(world, world.anna)


async def test_sessions_end_and_a_colleague_stays_out_until_let_in(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await typed(world, "end-sessions", world.sofia.email)
    await typed(world, "end-sessions", world.sofia.email)
    assert capsys.readouterr().out == "1 session ended.\n0 sessions ended.\n"
    assert controls(world, world.sofia) == ["session_ended"] * 2
    thread = await world.thread()
    await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))
    await typed(world, "deactivate", world.sofia.email)
    await world.settled()
    row = (await world.do(world.anna, ThreadRead(thread_id=thread.id))).thread
    assert row.staff
    assert row.staff.assignee_id is None  # AS-5
    with pytest.raises(Unauthenticated):
        await world.do(None, SessionCreate(email=world.sofia.email, password=PASSWORD))
    await typed(world, "activate", world.sofia.email)
    assert await world.do(None, SessionCreate(email=world.sofia.email, password=PASSWORD))
    changes = [told(row) for row in await rows(world) if row.event == "staff.changed"]
    assert changes == [
        ("staff.changed", "Command line", "Sofia Rahimi", "activated"),
        ("staff.changed", "Command line", "Sofia Rahimi", "deactivated"),
    ]


# the widget's secret


async def renewed(world: World, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    await typed(world, "widget", world.firm.id, *more)
    return capsys.readouterr().out.strip()


async def fits(world: World, secret: str) -> bool:
    try:
        await auth.login_from_identity(world.store, world.clock, signed(world, secret), WIDGET_ORIGIN)
    except Unauthenticated:
        return False
    return True


async def test_a_renewed_secret_signs_at_once_and_the_former_one_until_its_end(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await renewed(world, capsys) == WIDGET_SECRET
    new = await renewed(world, capsys, "--renew", "--overlap", "2")
    assert new != WIDGET_SECRET
    assert [await fits(world, secret) for secret in (new, WIDGET_SECRET, "x" * 43)] == [True, True, False]
    world.clock.advance(s=2 * 3600 - 1)
    assert await fits(world, WIDGET_SECRET)
    world.clock.advance(s=1)
    assert [await fits(world, secret) for secret in (new, WIDGET_SECRET)] == [True, False]
    (row,) = await rows(world)
    assert told(row) == ("widget.renewed", "Command line", None, "the former holds for 2 h")
    assert new not in str([row async for row in world.store.mongo.database["audit"].find()])


async def test_a_secret_that_leaked_ends_at_once_with_the_renewal_or_after_it(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    second = await renewed(world, capsys, "--renew", "--overlap", "0")
    assert [await fits(world, secret) for secret in (second, WIDGET_SECRET)] == [True, False]
    third = await renewed(world, capsys, "--renew")
    assert [await fits(world, secret) for secret in (third, second, WIDGET_SECRET)] == [True, True, False]
    assert await renewed(world, capsys, "--end-former") == third
    assert [await fits(world, secret) for secret in (third, second)] == [True, False]


async def test_a_firm_without_a_former_secret_is_not_spoken_for_with_an_empty_one(world: World) -> None:
    assert not await fits(world, " " * 32)
    await world.store.firms.change(world.firm.id, {"widget_secret": "", "former_widget_secret_until": 2**50})
    assert not await fits(world, WIDGET_SECRET)


async def test_the_pages_of_the_widget_are_named(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert await renewed(world, capsys, "--origin", "https://WWW.Falk.example:443/") == WIDGET_SECRET
    firm = await world.store.firms.get(world.firm.id)
    assert firm is not None
    assert firm.settings.widget_origins == ["https://www.falk.example"]
    assert [told(row) for row in await rows(world)] == [("firm.changed", "Command line", None, "widget_origins")]


# what is refused, and how


@pytest.mark.parametrize(
    ("words", "refusal", "sentence"),
    [
        (["firm", "NOBODY", "--name", "X"], NotFound, "`python -m server firms` lists them"),
        (["firm", "FIRM", "--name", " \u2800 "], Invalid, "some text"),
        (["firm", "FIRM", "--name", "a\nb"], Invalid, "one line"),
        (["firm", "FIRM", "--time-zone", "Europe"], Invalid, "Europe/Stockholm"),
        (["firm", "FIRM", "--time-zone", "../../etc/passwd"], Invalid, "Europe/Stockholm"),
        (["invite-owner", "NOBODY", "Eva", "eva@x.example"], NotFound, "firms"),
        (["invite-owner", "FIRM", "Eva", "eva@x.example"], Conflict, "python -m server owner"),
        (["owner", "FIRM", "nobody@x.example"], NotFound, "Nobody has this address"),
        (["owner", "FIRM", "petra@holmbygg.example"], Conflict, "contact"),
        (["owner", "FIRM", "grace@brightwater.example"], NotFound, "Nobody has this address"),
        (["owner", "FIRM", "not an address"], Invalid, "one e-mail address"),
        (["invite-owner", "OTHER", "Eva", "pe..tra@x.example"], Invalid, "single dots"),
        (["reset-password", "nobody@x.example"], NotFound, "Nobody has this address"),
        (["reset-password", "nils@salta.example"], Conflict, "has not accepted an invitation"),
        (["reset-password", "anna@lindbergfalk.example", "--firm", "OTHER"], NotFound, "Nobody has this address"),
        (["end-sessions", "anna@lindbergfalk.example", "--firm", "NOBODY"], NotFound, "firms"),
        (["deactivate", "anna@lindbergfalk.example"], Conflict, "make somebody else the owner"),
        (["deactivate", "petra@holmbygg.example"], Conflict, "contact"),
        (["widget", "NOBODY"], NotFound, "firms"),
        (["widget", "FIRM", "--origin", "www.falk.example/chat"], Invalid, "https://www.firm.example"),
        (["widget", "FIRM", "--renew", "--overlap", "-1"], Invalid, "whole hours"),
        (["widget", "FIRM", "--renew", "--overlap", "2161"], Invalid, "whole hours"),
        (["widget", "FIRM", "--overlap", "2"], Invalid, "--renew"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
async def test_what_can_not_be_done_is_said_and_changes_nothing(
    world: World, words: list[str], refusal: type[ChattarError], sentence: str
) -> None:
    stand_ins = {"FIRM": world.firm.id, "OTHER": world.other_firm.id, "NOBODY": new_id()}

    async def everything() -> list[Any]:
        names = ("firms", "staff", "contacts", "sessions", "letters", "audit")
        return [[row async for row in world.store.mongo.database[name].find()] for name in names]

    before = await everything()
    with pytest.raises(refusal) as caught:
        await typed(world, *[stand_ins.get(word, word) for word in words])
    assert sentence in str(caught.value)
    assert await everything() == before


async def test_an_address_that_several_firms_know_needs_the_firm(world: World) -> None:
    await world.store.people.change_staff(world.tom.firm_id, world.tom.id, {"email": world.petra.email})
    with pytest.raises(Conflict) as caught:
        await typed(world, "end-sessions", world.petra.email)
    assert world.firm.id in str(caught.value)
    assert world.other_firm.id in str(caught.value)
    await typed(world, "end-sessions", world.petra.email, "--firm", world.other_firm.id)
    assert await is_out(world, world.tom)
    assert not await is_out(world, world.petra)


async def test_the_deactivated_and_those_with_login_on_nowhere_get_no_link(world: World) -> None:
    await typed(world, "deactivate", world.olle.email)
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, login=False))
    for person, sentence in ((world.olle, "activate"), (world.petra, "Login")):
        with pytest.raises(Conflict, match=sentence):
            await mending.password_link(world.means, person.email, None, mail=False)
