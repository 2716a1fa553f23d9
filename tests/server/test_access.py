"""Who may do what: every command, by every role, on their own, another account's and another firm's objects (spec 1.4).

The table below is the policy, written by hand and not derived from the code. A letter is the outcome for one role, in the
order of ROLES: A allowed, F forbidden, N not found (the asker may not even know that it exists), U log in first, E an
empty list. A command without a row fails the test.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from protocol import commands as c
from protocol.body import Mention, Paragraph, paragraph
from protocol.errors import ChattarError, Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from protocol.ids import new_id, notes_stream, thread_stream, user_stream
from protocol.wire import Id
from server import auth
from server.access import anyone
from server.actions import sessions
from server.commands import ENTRIES, dispatch
from server.context import Context
from storage.accounts import AccountDoc
from storage.people import ContactDoc, LinkDoc, SecretDoc, StaffDoc, digest, link_id
from tests.world import PASSWORD, Person, World

ROLES = ("owner", "admin", "view_all", "manager", "assigned", "unassigned", "contact", "nobody", "pending", "left")
"""`manager`: assigned, with every right but View all accounts. `pending`: a contact who was never activated. `left`: staff
who were deactivated. `contact`: of the own account; `nobody`: not logged in."""
STRANGERS = ("other_owner", "other_contact")
"""People of another firm: asked about our objects, in the last column."""


@dataclass(frozen=True)
class Row:
    """What a command comes to. `own` alone: it has no object. Else also on another account's, and another firm's."""

    own: str
    another: str = ""
    foreign: str = ""


ANYONE = Row("AAAAAAA AAA")
LOGGED_IN = Row("AAAAAAA UUU")
STAFF = Row("AAAAAAF UUU")
LEADS = Row("AAFFFFF UUU")
SEEN = Row("AAAAAFA UUU", "AAAFFFN UUU", "NNNNNNN UUU NN")
STAFF_SEEN = Row("AAAAAFF UUU", "AAAFFFF UUU", "NNNNNNF UUU NF")
WITH_RIGHT = Row("AAFAFFF UUU", "AAFFFFF UUU", "NNNNNNF UUU NF")
# The order matters to View all accounts only: they see another account without holding the right.

ROWS: dict[type[c.Asked], Row] = {
    c.SessionCreate: ANYONE,
    c.SessionRenew: LOGGED_IN,
    c.SessionEnd: LOGGED_IN,
    c.PasswordForgot: ANYONE,
    c.PasswordReset: ANYONE,
    c.InvitationRead: ANYONE,
    c.InvitationAccept: ANYONE,
    c.MeRead: LOGGED_IN,
    c.MeUpdate: LOGGED_IN,
    c.FirmRead: LEADS,
    c.FirmUpdate: LEADS,
    c.StaffList: STAFF_SEEN,
    c.StaffUpdate: Row("AAFFFFF UUU", "AAFFFFF UUU", "NNFFFFF UUU NF"),
    c.AccountList: STAFF,
    c.AccountRead: STAFF_SEEN,
    c.AccountCreate: Row("AAFAFFF UUU"),
    c.AccountAssign: WITH_RIGHT,
    c.AccountFollow: STAFF_SEEN,
    c.ContactCreate: WITH_RIGHT,
    c.LinkUpdate: WITH_RIGHT,
    c.InvitationSend: WITH_RIGHT,
    c.ThreadCreate: SEEN,
    c.ThreadList: SEEN,
    c.ThreadOpen: SEEN,
    c.ThreadRead: SEEN,
    c.ThreadRename: STAFF_SEEN,
    c.ThreadArchive: STAFF_SEEN,
    c.ThreadReopen: STAFF_SEEN,
    c.ThreadAssign: STAFF_SEEN,
    c.StreamRead: SEEN,
    c.MessageSend: SEEN,
    c.MarkRead: SEEN,
    c.MarkUnread: STAFF_SEEN,
    c.MarkDelivered: SEEN,
    c.TypingSet: SEEN,
    c.TaskAdd: STAFF_SEEN,
    c.TaskSet: SEEN,
    c.TaskEdit: STAFF_SEEN,
    c.TaskMove: STAFF_SEEN,
    c.TaskDelete: STAFF_SEEN,
    c.TaskList: Row("AAAAAEA UUU", "AAAEEEE UUU", "EEEEEEE UUU EE"),
    c.ReminderRead: STAFF_SEEN,
    c.ReminderSet: STAFF_SEEN,
    c.ReminderSend: STAFF_SEEN,
    c.NotificationList: STAFF,
    # An inbox entry is its owner's alone; the entries here are the starter's, who is the owner of the firm.
    c.NotificationArchive: Row("ANNNNNF UUU", "ANNNNNF UUU", "NNNNNNF UUU NF"),
    c.AuditList: STAFF_SEEN,
    c.SecurityList: LEADS,
    c.ClockSet: STAFF,
}


@dataclass(frozen=True)
class Target:
    """An account with what hangs on it: what a command can be about."""

    account: AccountDoc
    thread_id: Id
    task_id: Id
    entry_id: Id
    colleague: StaffDoc
    contact: ContactDoc
    pending: ContactDoc


class Stage:
    """The world with a thread, a task, an inbox entry and a pending contact in three accounts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people: dict[str, Person | None] = {
            "owner": world.anna,
            "admin": world.erik,
            "view_all": world.vera,
            "assigned": world.sofia,
            "unassigned": world.olle,
            "contact": world.petra,
            "nobody": None,
            "pending": world.nils,
            "other_owner": world.grace,
            "other_contact": world.emma,
        }
        self.targets: dict[str, Target] = {}

    async def set(self) -> "Stage":
        world = self.world
        self.people["manager"] = await self._colleague(
            "Mira Ek", "mira@lindbergfalk.example", ["manage_accounts", "manage_contacts", "assign_teammates"]
        )
        self.people["left"] = await self._colleague("Leo Ask", "leo@lindbergfalk.example", [], active=False)
        spare = await self._colleague("Sam Spare", "sam@lindbergfalk.example", ["view_all_accounts"])
        own, another, foreign = await asyncio.gather(
            self._target(world.holm, world.anna, world.petra, spare),
            self._target(world.wester, world.anna, world.gunilla, spare),
            self._target(world.harbour, world.grace, world.emma, world.tom),
        )
        self.targets = {"own": own, "another": another, "foreign": foreign}
        return self

    async def _target(self, account: AccountDoc, starter: StaffDoc, contact: ContactDoc, colleague: StaffDoc) -> Target:
        world = self.world
        thread = await world.thread(account, by=starter, tasks=["Kvitton"])
        await world.do(contact, said(thread.id))
        await world.settled()
        (task,) = await world.store.tasks.of_thread(thread.id)
        inbox = (await world.do(starter, c.NotificationList())).notifications
        return Target(
            account=account,
            thread_id=thread.id,
            task_id=task.id,
            entry_id=next(entry.id for entry in inbox if entry.thread_id == thread.id),
            colleague=colleague,
            contact=contact,
            pending=await self._pending(account),
        )

    async def _colleague(self, name: str, email: str, rights: list[Any], *, active: bool = True) -> StaffDoc:
        world = self.world
        member = replace(world.olle, id=new_id(), name=name, email=email, rights=rights, active=active)
        await world.store.people.add_staff(member)
        await world.log_in(member)
        if active:
            await world.store.accounts.change(world.holm.id, {"$addToSet": {"staff_ids": member.id}})
        return member

    async def _pending(self, account: AccountDoc) -> ContactDoc:
        people = self.world.store.people
        contact = ContactDoc(id=new_id(), firm_id=account.firm_id, name="Ny", email=f"ny@{account.short_id}.example")
        await people.add_contact(contact)
        await people.add_link(
            LinkDoc(
                id=link_id(account.id, contact.id),
                firm_id=account.firm_id,
                account_id=account.id,
                contact_id=contact.id,
                login=True,
                notify=True,
            )
        )
        return contact

    def target(self, role: str, place: str) -> Target:
        """For people of the other firm, what is foreign is ours."""
        return self.targets["own" if role in STRANGERS else place]

    async def outcome(self, role: str, command: c.Asked) -> str:
        """What comes of a command by somebody in this role, as a letter."""
        person = self.people[role]
        try:
            asker = None if person is None else await self.world.principal(person)
        except Unauthenticated:
            asker = None  # a browser that still has a cookie
        try:
            result = await dispatch(Context(self.world.means, asker), command)
        except Forbidden:
            return "F"
        except NotFound:
            return "N"
        except Unauthenticated:
            return "U"
        except (Conflict, Invalid) as error:
            raise AssertionError(f"{role}: {command} got past the rule and failed: {error.problem}") from error
        return "E" if isinstance(result, c.TaskPage) and not result.rows else "A"


def said(thread_id: Id, **more: Any) -> c.MessageSend:
    return c.MessageSend(thread_id=thread_id, client_message_id=new_id(), body=paragraph("Hej!"), **more)


async def secret(world: World, purpose: Any) -> str:
    """A fresh one-time secret of a contact, who for an invitation has no password again."""
    text = new_id()
    person = world.nils if purpose == "invitation" else world.linn
    if purpose == "invitation":
        await world.store.people.change_contact(person.id, {"activated_at": None, "password_hash": None})
    await world.store.people.replace_secret(
        SecretDoc(
            id=digest(text),
            purpose=purpose,
            firm_id=person.firm_id,
            user_id=person.id,
            side="contact",
            expires_at=world.clock.now() + 60_000,
        )
    )
    return text


Build = Callable[[World, Target], c.Asked]
BUILD: dict[type[c.Asked], Build] = {
    c.SessionCreate: lambda w, t: c.SessionCreate(email=w.petra.email, password=PASSWORD),
    c.SessionRenew: lambda w, t: c.SessionRenew(),
    c.SessionEnd: lambda w, t: c.SessionEnd(),
    c.PasswordForgot: lambda w, t: c.PasswordForgot(email=w.petra.email),
    c.MeRead: lambda w, t: c.MeRead(),
    c.MeUpdate: lambda w, t: c.MeUpdate(language="sv"),
    c.FirmRead: lambda w, t: c.FirmRead(),
    c.FirmUpdate: lambda w, t: c.FirmUpdate(reminder_days=5),
    c.StaffList: lambda w, t: c.StaffList(account_id=t.account.id),
    c.StaffUpdate: lambda w, t: c.StaffUpdate(staff_id=t.colleague.id, rights=["manage_documents"]),
    c.AccountList: lambda w, t: c.AccountList(),
    c.AccountRead: lambda w, t: c.AccountRead(account_id=t.account.id),
    c.AccountCreate: lambda w, t: c.AccountCreate(name="Ny AB", client_account_id=new_id()),
    c.AccountAssign: lambda w, t: c.AccountAssign(account_id=t.account.id, staff_id=t.colleague.id, assigned=True),
    c.AccountFollow: lambda w, t: c.AccountFollow(account_id=t.account.id, following=True),
    c.ContactCreate: lambda w, t: c.ContactCreate(account_id=t.account.id, name="En", email="en@ny.example"),
    c.LinkUpdate: lambda w, t: c.LinkUpdate(account_id=t.account.id, contact_id=t.contact.id, notify=True),
    c.InvitationSend: lambda w, t: c.InvitationSend(account_id=t.account.id, contact_id=t.pending.id),
    c.ThreadCreate: lambda w, t: c.ThreadCreate(
        account_id=t.account.id, client_message_id=new_id(), subject="Moms", body=paragraph("Hej!")
    ),
    c.ThreadList: lambda w, t: c.ThreadList(account_id=t.account.id),
    c.ThreadOpen: lambda w, t: c.ThreadOpen(thread_id=t.thread_id),
    c.ThreadRead: lambda w, t: c.ThreadRead(thread_id=t.thread_id),
    c.ThreadRename: lambda w, t: c.ThreadRename(thread_id=t.thread_id, subject="Moms"),
    c.ThreadArchive: lambda w, t: c.ThreadArchive(thread_id=t.thread_id),
    c.ThreadReopen: lambda w, t: c.ThreadReopen(thread_id=t.thread_id),
    c.ThreadAssign: lambda w, t: c.ThreadAssign(thread_id=t.thread_id, staff_id=None),
    c.StreamRead: lambda w, t: c.StreamRead(stream=thread_stream(t.thread_id)),
    c.MessageSend: lambda w, t: said(t.thread_id),
    c.MarkRead: lambda w, t: c.MarkRead(thread_id=t.thread_id, seq=1),
    c.MarkUnread: lambda w, t: c.MarkUnread(thread_id=t.thread_id, seq=1),
    c.MarkDelivered: lambda w, t: c.MarkDelivered(positions={t.thread_id: 1}),
    c.TypingSet: lambda w, t: c.TypingSet(thread_id=t.thread_id),
    c.TaskAdd: lambda w, t: c.TaskAdd(thread_id=t.thread_id, client_task_id=new_id(), text="Kvitton"),
    c.TaskSet: lambda w, t: c.TaskSet(thread_id=t.thread_id, task_id=t.task_id, done=True),
    c.TaskEdit: lambda w, t: c.TaskEdit(thread_id=t.thread_id, task_id=t.task_id, text="Kvitton"),
    c.TaskMove: lambda w, t: c.TaskMove(thread_id=t.thread_id, task_id=t.task_id),
    c.TaskDelete: lambda w, t: c.TaskDelete(thread_id=t.thread_id, task_id=t.task_id),
    c.TaskList: lambda w, t: c.TaskList(account_id=t.account.id),
    c.ReminderRead: lambda w, t: c.ReminderRead(thread_id=t.thread_id),
    c.ReminderSet: lambda w, t: c.ReminderSet(thread_id=t.thread_id, enabled=True, days=3, number=2),
    c.ReminderSend: lambda w, t: c.ReminderSend(thread_id=t.thread_id, client_message_id=new_id()),
    c.NotificationList: lambda w, t: c.NotificationList(),
    c.NotificationArchive: lambda w, t: c.NotificationArchive(notification_id=t.entry_id),
    c.AuditList: lambda w, t: c.AuditList(thread_id=t.thread_id),
    c.SecurityList: lambda w, t: c.SecurityList(),
    c.ClockSet: lambda w, t: c.ClockSet(offset_ms=0),
}
BUILD_WITH_SECRET: dict[type[c.Asked], tuple[str, Callable[[str], c.Asked]]] = {
    c.PasswordReset: ("password_reset", lambda text: c.PasswordReset(secret=text, password="helt nytt lösen")),
    c.InvitationRead: ("invitation", lambda text: c.InvitationRead(secret=text)),
    c.InvitationAccept: ("invitation", lambda text: c.InvitationAccept(secret=text, password="helt nytt lösen")),
}


async def built(world: World, command: type[c.Asked], target: Target) -> c.Asked:
    if command in BUILD_WITH_SECRET:
        purpose, build = BUILD_WITH_SECRET[command]
        return build(await secret(world, purpose))
    return BUILD[command](world, target)


def cases(command: type[c.Asked]) -> Iterator[tuple[str, str, str]]:
    """Role, place and letter of every case of a command."""
    row = ROWS[command]
    for place, letters in (("own", row.own), ("another", row.another), ("foreign", row.foreign)):
        outcomes = letters.replace(" ", "")
        roles = ROLES + STRANGERS if place == "foreign" else ROLES
        if outcomes:
            assert len(outcomes) == len(roles), f"{command.__name__}, {place}"
            yield from ((role, place, letter) for role, letter in zip(roles, outcomes, strict=True))


@pytest.fixture
async def stage(world: World) -> Stage:
    return await Stage(world).set()


def tag_of(command: type[c.Asked]) -> str:
    return str(command.__struct_config__.tag)


@pytest.mark.parametrize("command", ENTRIES, ids=tag_of)
async def test_a_command_is_allowed_or_refused_as_the_table_says(
    stage: Stage, command: type[c.Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command in ROWS, "every command needs a row in the table of this test"
    assert (ENTRIES[command].rule is anyone) == (ROWS[command] is ANYONE)
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
    assert set(ROWS) == set(BUILD) | set(BUILD_WITH_SECRET)


# Objects of one account named together with another account


@pytest.mark.parametrize("place", ["another", "foreign"])
@pytest.mark.parametrize(
    "mixed",
    [
        lambda own, other: c.LinkUpdate(account_id=own.account.id, contact_id=other.pending.id, login=False),
        lambda own, other: c.InvitationSend(account_id=own.account.id, contact_id=other.pending.id),
        lambda own, other: c.TaskSet(thread_id=own.thread_id, task_id=other.task_id, done=True),
        lambda own, other: c.TaskEdit(thread_id=own.thread_id, task_id=other.task_id, text="Annat"),
        lambda own, other: c.TaskMove(thread_id=own.thread_id, task_id=other.task_id),
        lambda own, other: c.TaskMove(thread_id=own.thread_id, task_id=own.task_id, before_id=other.task_id),
        lambda own, other: c.MarkDelivered(positions={own.thread_id: 1, other.thread_id: 1}),
    ],
    ids=["link", "invitation", "tick", "edit", "move", "move before", "delivered"],
)
async def test_an_object_of_elsewhere_is_not_found_under_an_account_of_ones_own(
    stage: Stage, place: str, mixed: Callable[[Target, Target], c.Asked]
) -> None:
    outcome = await stage.outcome("manager", mixed(stage.targets["own"], stage.targets[place]))
    assert outcome in ("NF" if place == "another" else "N")


async def test_a_quote_from_elsewhere_is_not_found(stage: Stage) -> None:
    for place in ("another", "foreign"):
        target = stage.targets[place]
        (event,) = await stage.world.store.streams.read_before(thread_stream(target.thread_id), 10_000, 1)
        quoted = event.event.message_id  # type: ignore[union-attr]
        command = said(stage.targets["own"].thread_id, quoted_message_id=quoted)
        for role in ("owner", "contact"):
            assert await stage.outcome(role, command) == "N"


async def test_staff_of_another_firm_are_neither_assigned_nor_mentioned(stage: Stage) -> None:
    world, own = stage.world, stage.targets["own"]
    assign = c.AccountAssign(account_id=own.account.id, staff_id=world.tom.id, assigned=True)
    assert await stage.outcome("owner", assign) == "N"
    with pytest.raises(ChattarError):
        await world.do(world.anna, c.ThreadAssign(thread_id=own.thread_id, staff_id=world.tom.id))
    mention = paragraph("x")
    mention.content[0] = Paragraph(content=[Mention(id=world.tom.id, name="Tom Hale")])
    with pytest.raises(ChattarError):
        await world.do(world.anna, replace(said(own.thread_id), body=mention))


@pytest.mark.parametrize("role", [*ROLES, *STRANGERS])
async def test_only_staff_who_see_the_thread_may_read_its_notes(stage: Stage, role: str) -> None:
    stream = notes_stream(stage.targets["own"].thread_id)
    expected = dict(zip([*ROLES, *STRANGERS], "AAAAAFNUUUNN", strict=True))[role]
    assert await stage.outcome(role, c.StreamRead(stream=stream)) == expected


@pytest.mark.parametrize("role", [*ROLES, *STRANGERS])
async def test_a_personal_stream_is_its_owners_alone(stage: Stage, role: str) -> None:
    stream = user_stream(stage.world.anna.id)
    expected = "A" if role == "owner" else "U" if role in ("nobody", "pending", "left") else "N"
    assert await stage.outcome(role, c.StreamRead(stream=stream)) == expected


async def test_nobody_moves_the_clock_without_the_development_setting(stage: Stage) -> None:
    stage.world.set(development=False)
    for role in ("owner", "admin", "contact"):
        assert await stage.outcome(role, c.ClockSet(offset_ms=1)) == "F"
    assert await stage.world.store.facts.clock_offset_ms() == 0


@pytest.mark.parametrize("command", [c.MessageSend, c.TypingSet])
async def test_a_contact_writes_nothing_internal(stage: Stage, command: type[c.Asked]) -> None:
    own = stage.targets["own"]
    asked = replace(BUILD[command](stage.world, own), internal=True)
    assert await stage.outcome("contact", asked) == "F"
    assert await stage.outcome("assigned", asked) == "A"


# Lists show exactly what is theirs

Seen = Callable[[World, Person], Awaitable[set[Id]]]


async def threads_listed(world: World, person: Person) -> set[Id]:
    return {thread.account.id for thread in (await world.do(person, c.ThreadList())).threads}


async def tasks_listed(world: World, person: Person) -> set[Id]:
    return {row.account.id for row in (await world.do(person, c.TaskList())).rows}


@pytest.mark.parametrize("listed", [threads_listed, tasks_listed])
async def test_lists_show_the_threads_and_tasks_that_are_theirs_and_no_others(stage: Stage, listed: Seen) -> None:
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
        page = await world.do(person, c.AccountList())
        assert {account.id for account in page.accounts} == accounts
    searched = await world.do(world.sofia, c.AccountList(search="wester"))
    assert searched.accounts == []


async def test_a_token_of_a_contact_without_any_login_left_is_worth_nothing(world: World) -> None:
    await world.do(world.anna, c.LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, login=False))
    with pytest.raises(Unauthenticated):
        await auth.principal_from_token(world.store, world.clock, world.token_of(world.petra))
