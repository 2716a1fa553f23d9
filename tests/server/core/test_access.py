"""Who may do what: every command, by every role, on their own, another account's and another firm's objects (spec 1.4).

The policy is a table, written by hand beside this (`access`) and not derived from the code. A command without a row in it
fails the test.
"""

from collections.abc import Awaitable, Callable, Iterator

import pytest
from msgspec.structs import replace

from protocol.accounts import AccountAssign, AccountList
from protocol.asked import Asked
from protocol.body import Mention, Paragraph, paragraph
from protocol.contacts import ContactDescribe, ContactRead, ContactUpdate, InvitationSend, LinkUpdate
from protocol.development import ClockSet
from protocol.errors import ChattarError, Unauthenticated
from protocol.ids import notes_stream, thread_stream, user_stream
from protocol.letters import LetterRetry
from protocol.marks import MarkDelivered
from protocol.messages import MessageSend, MessageSent, TypingSet
from protocol.streams import StreamRead
from protocol.tasks import TaskEdit, TaskList, TaskMove, TaskSet
from protocol.threads import ThreadAssign, ThreadList
from protocol.wire import Id
from server.commands import ENTRIES
from server.core import auth
from server.core.rules import anyone
from server.sessions import actions as sessions
from tests.server.core.access.chats import said
from tests.server.core.access.roles import ANYONE, ASKERS, ROLES
from tests.server.core.access.stage import Stage
from tests.server.core.access.table import TABLE, built
from tests.server.core.access.targets import Target
from tests.world import Person, World


def cases(command: type[Asked]) -> Iterator[tuple[str, str, str]]:
    """Role, place and letter of every case of a command."""
    row = TABLE[command].row
    for place, letters in (("own", row.own), ("another", row.another), ("foreign", row.foreign)):
        outcomes = letters.replace(" ", "")
        roles = ASKERS if place == "foreign" else ROLES
        if outcomes:
            assert len(outcomes) == len(roles), f"{command.__name__}, {place}"
            yield from ((role, place, letter) for role, letter in zip(roles, outcomes, strict=True))


@pytest.fixture
async def stage(world: World) -> Stage:
    return await Stage(world).set()


def tag_of(command: type[Asked]) -> str:
    return str(command.__struct_config__.tag)


@pytest.mark.parametrize("command", ENTRIES, ids=tag_of)
async def test_a_command_is_allowed_or_refused_as_the_table_says(
    stage: Stage, command: type[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    """AC-1, AC-2, AC-4, AC-10, AC-11, AC-13, AS-1, RD-9, SS-2, TK-4."""
    assert command in TABLE, "every command needs a row in the table of this test"
    assert (ENTRIES[command].rule is anyone) == (TABLE[command].row is ANYONE)
    monkeypatch.setattr(sessions, "FORGOT_ANSWER_S", 0)
    wrong = []
    for role, place, expected in cases(command):
        got = await stage.outcome(role, await built(stage.world, command, stage.target(role, place)))
        if got != expected:
            wrong.append(f"{role} on {place}: {got}, expected {expected}")
    assert wrong == []


def test_the_number_of_cases(capsys: pytest.CaptureFixture[str]) -> None:
    total = sum(len(list(cases(command))) for command in ENTRIES)
    with capsys.disabled():
        print(f"\n  access table: {len(ENTRIES)} commands, {total} cases of role and object")
    assert total > 900
    assert set(TABLE) == set(ENTRIES)


# Objects of one account named together with another account


@pytest.mark.parametrize("place", ["another", "foreign"])
@pytest.mark.parametrize(
    "mixed",
    [
        lambda own, other: ContactUpdate(
            account_id=own.account.id, contact_id=other.pending.id, email="ratt@ny.example"
        ),
        lambda own, other: LinkUpdate(account_id=own.account.id, contact_id=other.pending.id, login=False),
        lambda own, other: ContactRead(account_id=own.account.id, contact_id=other.pending.id),
        lambda own, other: ContactDescribe(account_id=own.account.id, contact_id=other.pending.id, city="Nacka"),
        lambda own, other: InvitationSend(account_id=own.account.id, contact_id=other.pending.id),
        lambda own, other: LetterRetry(account_id=own.account.id, letter_id=other.letter_id),
        lambda own, other: TaskSet(thread_id=own.thread_id, task_id=other.task_id, done=True),
        lambda own, other: TaskEdit(thread_id=own.thread_id, task_id=other.task_id, text="Annat"),
        lambda own, other: TaskMove(thread_id=own.thread_id, task_id=other.task_id),
        lambda own, other: TaskMove(thread_id=own.thread_id, task_id=own.task_id, before_id=other.task_id),
        lambda own, other: MarkDelivered(positions={own.thread_id: 1, other.thread_id: 1}),
    ],
    ids=[
        "contact",
        "link",
        "person",
        "details",
        "invitation",
        "letter",
        "tick",
        "edit",
        "move",
        "move before",
        "delivered",
    ],
)
async def test_an_object_of_elsewhere_is_not_found_under_an_account_of_ones_own(
    stage: Stage, place: str, mixed: Callable[[Target, Target], Asked]
) -> None:
    outcome = await stage.outcome("manager", mixed(stage.targets["own"], stage.targets[place]))
    assert outcome in ("NF" if place == "another" else "N")


async def test_a_quote_from_elsewhere_is_not_found(stage: Stage) -> None:
    for place in ("another", "foreign"):
        target = stage.targets[place]
        (event,) = await stage.world.store.streams.read_before(thread_stream(target.thread_id), 10_000, 1)
        assert isinstance(event.event, MessageSent)
        quoted = event.event.message_id
        command = said(stage.targets["own"].thread_id, quoted_message_id=quoted)
        for role in ("owner", "contact"):
            assert await stage.outcome(role, command) == "N"


async def test_staff_of_another_firm_are_neither_assigned_nor_mentioned(stage: Stage) -> None:
    """MN-4, AS-2."""
    world, own = stage.world, stage.targets["own"]
    assign = AccountAssign(account_id=own.account.id, staff_id=world.tom.id, assigned=True)
    assert await stage.outcome("owner", assign) == "N"
    with pytest.raises(ChattarError):
        await world.do(world.anna, ThreadAssign(thread_id=own.thread_id, staff_id=world.tom.id))
    mention = paragraph("x")
    mention.content[0] = Paragraph(content=[Mention(id=world.tom.id, name="Tom Hale")])
    with pytest.raises(ChattarError):
        await world.do(world.anna, replace(said(own.thread_id), body=mention))


@pytest.mark.parametrize("role", ASKERS)
async def test_only_staff_who_see_the_thread_may_read_its_notes(stage: Stage, role: str) -> None:
    """AC-6."""
    stream = notes_stream(stage.targets["own"].thread_id)
    expected = dict(zip(ASKERS, "AAAAAFNUUUNN", strict=True))[role]
    assert await stage.outcome(role, StreamRead(stream=stream)) == expected


@pytest.mark.parametrize("role", ASKERS)
async def test_a_personal_stream_is_its_owners_alone(stage: Stage, role: str) -> None:
    stream = user_stream(stage.world.anna.id)
    expected = "A" if role == "owner" else "U" if role in ("nobody", "pending", "left") else "N"
    assert await stage.outcome(role, StreamRead(stream=stream)) == expected


async def test_nobody_moves_the_clock_without_the_development_setting(stage: Stage) -> None:
    stage.world.set(development=False)
    for role in ("owner", "admin", "contact"):
        assert await stage.outcome(role, ClockSet(offset_ms=1)) == "F"
    assert await stage.world.store.facts.clock_offset_ms() == 0


@pytest.mark.parametrize("command", [MessageSend, TypingSet])
async def test_a_contact_writes_nothing_internal(stage: Stage, command: type[Asked]) -> None:
    """AC-6."""
    own = stage.targets["own"]
    asked = replace(await built(stage.world, command, own), internal=True)
    assert await stage.outcome("contact", asked) == "F"
    assert await stage.outcome("assigned", asked) == "A"


# Lists show exactly what is theirs

Seen = Callable[[World, Person], Awaitable[set[Id]]]


async def threads_listed(world: World, person: Person) -> set[Id]:
    return {thread.account.id for thread in (await world.do(person, ThreadList())).threads}


async def tasks_listed(world: World, person: Person) -> set[Id]:
    return {row.account.id for row in (await world.do(person, TaskList())).rows}


@pytest.mark.parametrize("listed", [threads_listed, tasks_listed])
async def test_lists_show_the_threads_and_tasks_that_are_theirs_and_no_others(stage: Stage, listed: Seen) -> None:
    """AC-4, AC-7, TK-8."""
    world = stage.world
    own, another, foreign = (stage.targets[place].account.id for place in ("own", "another", "foreign"))
    for role, accounts in {
        "owner": {own, another},
        "admin": {own, another},
        "view_all": {own, another},
        "manager": {own},
        "assigned": {own},
        "unassigned": set(),
        "contact": {own},
        "other_owner": {foreign},
        "other_contact": {foreign},
    }.items():
        person = stage.people[role]
        assert person is not None
        assert await listed(world, person) == accounts, role
    assert await listed(world, world.linn) == {own}
    assert await listed(world, world.gunilla) == {another}


async def test_the_account_list_shows_what_staff_may_see(stage: Stage) -> None:
    """AC-4."""
    world = stage.world
    ours = {world.holm.id, world.eken.id, world.wester.id, world.salt.id}
    for person, accounts in (
        (world.anna, ours),
        (world.erik, ours),
        (world.vera, ours),
        (world.sofia, {world.holm.id, world.eken.id}),
        (world.olle, set()),
        (world.grace, {world.harbour.id}),
    ):
        page = await world.do(person, AccountList())
        assert {account.id for account in page.accounts} == accounts
    searched = await world.do(world.sofia, AccountList(search="konsult"))
    assert searched.accounts == []


async def test_a_token_of_a_contact_without_any_login_left_is_worth_nothing(world: World) -> None:
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, login=False))
    with pytest.raises(Unauthenticated):
        await auth.principal_from_token(world.store, world.clock, world.token_of(world.petra))
