"""The demo world and the command line: made once by the real commands, and complete."""

import sys

import pytest
from msgspec.structs import replace

from protocol.errors import Conflict, Forbidden, Invalid
from protocol.inbox import NotificationList
from protocol.sessions import InvitationAccept, SessionCreate
from protocol.threads import ThreadList
from server import cli
from server.core import settings
from server.core.context import Means
from server.development import demo
from server.development.demo_cast import LINDBERG, LOGINS, MARLOWE, PASSWORD
from server.development.demo_story import THREADS, Story
from tests.world import World


async def test_the_demo_world_is_made_once_and_shows_what_it_must(world: World) -> None:
    # The world's own people stand beside it: two firms of other names don't disturb each other.
    for collection in ("firms", "staff", "contacts", "accounts", "links", "sessions"):
        await world.store.mongo.database[collection].delete_many({})
    assert await demo.make(world.settings)
    before = await counts(world)
    assert not await demo.make(world.settings)
    assert await counts(world) == before
    assert before["firms"] == 2
    for login in LOGINS:
        opening = world.do(None, SessionCreate(email=login.email, password=PASSWORD))
        if login.can_log_in:
            me = (await opening).me
            assert (me.person.name, me.firm.name, me.role) == (login.name, login.firm, login.role)
            if login.name == "Gunilla Wester":
                assert len(me.accounts) == 2
        else:
            with pytest.raises(Exception, match="wrong"):
                await opening
    firm = {name: found.id for found in await world.store.firms.all() for name in [found.firm.name]}
    assert set(firm) == {LINDBERG, MARLOWE}
    anna = next(member for member in await world.store.people.firm_staff(firm[LINDBERG]) if member.role == "owner")
    await world.log_in(anna)
    page = await world.do(anna, ThreadList())
    assert {"Årsbokslut 2025 – underlag", "VAT return, November"} <= {thread.subject for thread in page.threads}
    bokslut = next(thread for thread in page.threads if thread.subject.startswith("Årsbokslut"))
    assert (bokslut.tasks_done, bokslut.tasks_total, bokslut.unread) == (2, 5, 1)
    assert bokslut.staff
    assert bokslut.staff.assignee_id == anna.id
    assert bokslut.staff.notes_head > 0
    assert bokslut.staff.reminder
    assert bokslut.staff.reminder.enabled
    assert [thread.subject for thread in (await world.do(anna, ThreadList(state="archived"))).threads] == [
        "Preliminärskatt 2025"
    ]
    inbox = await world.do(anna, NotificationList())
    assert any(entry.mentioned for entry in inbox.notifications)


async def counts(world: World) -> dict[str, int]:
    names = ("firms", "staff", "contacts", "accounts", "links", "threads", "events", "tasks", "letters")
    return {name: await world.store.mongo.database[name].count_documents({}) for name in names}


async def test_a_demo_that_was_cut_off_goes_on_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tell = demo.World._tell
    told = 0

    async def cut_off(self: demo.World, story: Story) -> None:
        nonlocal told
        if told == 3:
            raise ConnectionError
        told += 1
        await tell(self, story)

    monkeypatch.setattr(demo.World, "_tell", cut_off)
    with pytest.raises(ConnectionError):
        await demo.make(world.settings)
    monkeypatch.setattr(demo.World, "_tell", tell)
    assert await demo.make(world.settings)
    assert await world.store.mongo.database["threads"].count_documents({}) == len(THREADS)


async def test_there_is_no_demo_world_in_production(world: World) -> None:
    with pytest.raises(Forbidden):
        await demo.make(replace(world.settings, development=False))


async def test_a_firm_and_its_owner_are_made_from_the_command_line(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    means: Means = world.means
    await cli.create_firm(means, "Nordin & Co", "sv", "Europe/Stockholm")
    firm_id = capsys.readouterr().out.strip()
    await cli.invite_owner(means, firm_id, "Eva Nordin", "Eva@nordin.example")
    (owner,) = await world.store.people.firm_staff(firm_id)
    assert (owner.role, owner.email, owner.password_hash) == ("owner", "eva@nordin.example", None)
    row = await world.store.mongo.database["letters"].find_one({"person_id": owner.id})
    assert row is not None
    opened = await world.do(None, InvitationAccept(secret=row["secret"], password="ordning i boken"))
    assert opened.me.role == "owner"
    with pytest.raises(Conflict):
        await cli.invite_owner(means, firm_id, "Åsa Nordin", "asa@nordin.example")
    with pytest.raises(Invalid):
        await cli.create_firm(means, "X", "sv", "Mars/Olympus")
    with pytest.raises(Invalid):
        await cli.invite_owner(means, firm_id, "X", "not an address")


def test_every_fault_of_a_set_up_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    faulty = {
        "CHATTAR_PORT": "many",
        "CHATTAR_MONGO_URL": "http://secret:password@x",
        "CHATTAR_MAIL_DELAY": "3",
        "CHATTAR_LOG_LEVEL": "loud",
    }
    with pytest.raises(settings.SettingsError) as caught:
        settings.from_environ(faulty)
    said = str(caught.value)
    assert "CHATTAR_MAIL_DELAY: there is no such setting; CHATTAR_MAIL_DELAY_S?" in said
    for variable in ("CHATTAR_PORT", "CHATTAR_MONGO_URL", "CHATTAR_LOG_LEVEL"):
        assert variable in said
    assert "password" not in said
    for name, value in faulty.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match="CHATTAR_PORT"):
        cli.main(["demo"])


@pytest.mark.parametrize(
    ("environ", "fault"),
    [
        ({"CHATTAR_DEVELOPMENT": "1", "CHATTAR_PUBLIC_URL": "https://chat.firm.example"}, "CHATTAR_DEVELOPMENT"),
        ({"CHATTAR_PUBLIC_URL": "http://chat.firm.example"}, "must begin with https://"),
        ({"CHATTAR_PUBLIC_URL": "https://chat.firm.example/path"}, "CHATTAR_PUBLIC_URL"),
        ({"CHATTAR_COMMANDS_BURST": "5"}, "CHATTAR_COMMANDS_BURST"),
        ({"CHATTAR_ALLOWED_ORIGINS": "https://a.example, *"}, "CHATTAR_ALLOWED_ORIGINS"),
    ],
)
def test_a_set_up_that_would_be_unsafe_is_refused(environ: dict[str, str], fault: str) -> None:
    with pytest.raises(settings.SettingsError, match=fault):
        settings.from_environ(environ)


def test_settings_come_from_the_environment_alone() -> None:
    given = {"PORT": "9000", "CHATTAR_PORT": "9001", "MONGO_URL": "mongodb://db/", "CHATTAR_DATA": "/srv/chattar"}
    found = settings.from_environ(given)
    assert (found.port, found.mongo_url, str(found.data)) == (9001, "mongodb://db/", "/srv/chattar")
    assert found.own_url == "http://127.0.0.1:9001"


def test_the_table_of_settings_names_every_one(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["settings"])
    table = capsys.readouterr().out
    for name in settings.Settings.__struct_fields__:
        assert f"| `CHATTAR_{name.upper()}`" in table
    assert sys.prefix not in table
