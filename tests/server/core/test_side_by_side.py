"""Two who change the same thing at the same time: both changes hold, and nobody gets back what was taken from them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

import pytest

from protocol.accounts import AccessChanged, AccountAssign
from protocol.asked import Asked
from protocol.body import paragraph
from protocol.contacts import ContactCreate, InvitationSend, LinkUpdate
from protocol.errors import Conflict, NotFound, Unauthenticated
from protocol.firms import FirmRead, FirmUpdate
from protocol.ids import new_id, thread_stream, user_stream
from protocol.messages import MessageSend
from protocol.reminders import ReminderSet, ReminderSetting
from protocol.sessions import InvitationAccept, PasswordForgot, PasswordReset, SessionCreate
from protocol.staff import StaffUpdate
from protocol.tasks import TaskAdd, TaskAdded
from protocol.threads import ThreadArchive, ThreadArchived, ThreadAssign
from storage.log.streams import Head
from storage.looks import Surroundings, Wanted
from storage.mongo.connection import Session
from storage.people import SessionDoc
from tests.world import PASSWORD, Person, World

pytestmark = pytest.mark.anyio

ROUNDS = 8

T = TypeVar("T")


async def at_once(world: World, *commands: tuple[Person, Asked]) -> list[Any]:
    """What became of commands that were given in the same moment: answers, or what was refused."""
    contexts = [await world.principal(person) for person, _ in commands]
    return await asyncio.gather(
        *(world.do_as(principal, command) for principal, (_, command) in zip(contexts, commands, strict=True)),
        return_exceptions=True,
    )


async def told(world: World, person: Person) -> list[AccessChanged]:
    events = [stored.event for stored in await world.store.streams.read(user_stream(person.id), 0, 1_000)]
    return [event for event in events if isinstance(event, AccessChanged)]


async def test_rights_given_never_bring_back_who_is_deactivated(world: World) -> None:
    for _ in range(ROUNDS):
        await world.store.people.change_staff(world.firm.id, world.sofia.id, {"active": True, "rights": []})
        await at_once(
            world,
            (world.anna, StaffUpdate(staff_id=world.sofia.id, rights=["manage_contacts"])),
            (world.erik, StaffUpdate(staff_id=world.sofia.id, active=False)),
        )
        member = await world.store.people.staff(world.firm.id, world.sofia.id)
        assert member is not None
        assert (member.active, member.rights) == (False, ["manage_contacts"])


async def test_a_role_and_a_right_changed_at_once_both_hold(world: World) -> None:
    for _ in range(ROUNDS):
        await world.store.people.change_staff(world.firm.id, world.sofia.id, {"role": "employee", "rights": []})
        await at_once(
            world,
            (world.anna, StaffUpdate(staff_id=world.sofia.id, role="admin")),
            (world.anna, StaffUpdate(staff_id=world.sofia.id, rights=["manage_accounts"])),
        )
        member = await world.store.people.staff(world.firm.id, world.sofia.id)
        assert member is not None
        assert (member.role, member.rights) == ("admin", ["manage_accounts"])


async def test_an_admin_never_changes_who_became_an_admin_at_the_same_time(world: World) -> None:
    """Only the owner removes admins: judged by what somebody is when it happens."""
    for _ in range(ROUNDS):
        await world.store.people.change_staff(world.firm.id, world.sofia.id, {"role": "employee", "active": True})
        before = len(await told(world, world.sofia))
        await at_once(
            world,
            (world.anna, StaffUpdate(staff_id=world.sofia.id, role="admin")),
            (world.erik, StaffUpdate(staff_id=world.sofia.id, active=False)),
        )
        member = await world.store.people.staff(world.firm.id, world.sofia.id)
        assert member is not None
        assert member.role == "admin"
        gained = [event for event in (await told(world, world.sofia))[before:] if event.gained]
        assert member.active == bool(gained), "an admin was deactivated by another"


async def test_notify_changed_never_brings_back_a_login_that_is_off(world: World) -> None:
    petra: dict[str, Any] = {"account_id": world.holm.id, "contact_id": world.petra.id}
    for _ in range(ROUNDS):
        await world.store.people.change_link(
            world.firm.id, world.holm.id, world.petra.id, {"login": True, "notify": True}
        )
        await at_once(
            world,
            (world.anna, LinkUpdate(**petra, notify=False)),
            (world.erik, LinkUpdate(**petra, login=False)),
        )
        link = await world.store.people.link(world.firm.id, world.holm.id, world.petra.id)
        assert link is not None
        assert (link.login, link.notify) == (False, False)


async def test_two_settings_changed_at_once_both_hold(world: World) -> None:
    for number in range(2, 2 + ROUNDS):
        await at_once(
            world,
            (world.anna, FirmUpdate(reminder_days=number)),
            (world.erik, FirmUpdate(reminder_number=number)),
            (world.erik, FirmUpdate(clients_may_create_threads=number % 2 == 0)),
        )
        view = await world.do(world.anna, FirmRead())
        settings = view.settings
        assert (settings.reminder_days, settings.reminder_number) == (number, number)
        assert view.firm.clients_may_create_threads is (number % 2 == 0)


async def test_what_was_taken_once_is_told_once(world: World) -> None:
    switch = LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, login=False)
    await at_once(world, (world.anna, switch), (world.erik, switch))
    assert [(event.lost, event.gained) for event in await told(world, world.petra)] == [([world.holm.id], [])]
    take = AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False)
    await at_once(world, (world.anna, take), (world.erik, take))
    assert [(event.lost, event.gained) for event in await told(world, world.sofia)] == [([world.holm.id], [])]
    out = StaffUpdate(staff_id=world.olle.id, active=False)
    await at_once(world, (world.anna, out), (world.erik, out))
    assert len(await told(world, world.olle)) == 1


async def test_a_person_is_told_what_they_see_whatever_changes_beside_it(world: World) -> None:
    """Assigned to an account while "View all accounts" is taken: what is told adds up to what is seen."""
    accounts = {account.id for account in (world.holm, world.eken, world.wester, world.salt)}
    for _ in range(ROUNDS):
        await world.store.people.change_staff(world.firm.id, world.vera.id, {"rights": ["view_all_accounts"]})
        await world.store.accounts.change(world.firm.id, world.holm.id, {"$pull": {"staff_ids": world.vera.id}})
        before = len(await told(world, world.vera))
        await at_once(
            world,
            (world.anna, StaffUpdate(staff_id=world.vera.id, rights=[])),
            (world.erik, AccountAssign(account_id=world.holm.id, staff_id=world.vera.id, assigned=True)),
        )
        seen = set(accounts)
        for event in (await told(world, world.vera))[before:]:
            seen = (seen - set(event.lost)) | set(event.gained)
        assert seen == (await world.principal(world.vera)).account_ids == {world.holm.id}


async def test_nobody_is_made_responsible_who_loses_the_account_at_the_same_time(world: World) -> None:
    """AS-2, AS-5: they are deactivated right before the assignment is written."""
    thread = await world.thread()
    transact = world.store.streams.transact

    async def transact_late(
        stream: str | Sequence[str], work: Callable[[Session], Awaitable[T]], key: str | None = None
    ) -> T:
        world.store.streams.transact = transact  # type: ignore[method-assign]
        await world.do(world.erik, StaffUpdate(staff_id=world.sofia.id, active=False))
        return await transact(stream, work, key)

    world.store.streams.transact = transact_late  # type: ignore[method-assign]
    with pytest.raises(Conflict) as refused:
        await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))
    assert refused.value.reason == "assignee_without_access"
    row = await world.store.threads.get(world.firm.id, thread.id)
    assert row is not None
    assert row.assignee_id is None


async def test_a_task_never_stands_behind_the_archiving_of_its_thread(world: World) -> None:
    for _ in range(ROUNDS):
        thread = await world.thread()
        added, _ = await at_once(
            world,
            (world.anna, TaskAdd(thread_id=thread.id, client_task_id=new_id(), text="Kvitton")),
            (world.erik, ThreadArchive(thread_id=thread.id)),
        )
        kinds = [type(stored.event) for stored in await world.store.streams.read(thread_stream(thread.id), 0, 10)]
        if isinstance(added, BaseException):
            assert isinstance(added, Conflict)
            assert added.reason == "thread_archived"
            assert TaskAdded not in kinds
        else:
            assert kinds.index(TaskAdded) < kinds.index(ThreadArchived)


async def test_who_logs_in_with_the_old_password_while_it_is_changed_is_out(world: World) -> None:
    """The old password had been found right before it was replaced, and the session is stored after."""
    await world.do(None, PasswordForgot(email=world.petra.email))
    row = await world.store.mongo.database["letters"].find_one({"person_id": world.petra.id, "kind": "password_reset"})
    assert row is not None
    add = world.store.people.add_session

    async def add_late(session: SessionDoc) -> None:
        await world.do(None, PasswordReset(secret=row["secret"], password="ett nytt lösenord"))
        await add(session)

    world.store.people.add_session = add_late  # type: ignore[method-assign]
    with pytest.raises(Unauthenticated):
        await world.do(None, SessionCreate(email=world.petra.email, password=PASSWORD))
    assert await world.store.mongo.database["sessions"].count_documents({"user_id": world.petra.id}) == 0


async def test_of_two_invitations_at_once_one_password_is_chosen(world: World) -> None:
    """Two staff press "Send again" in the same moment; of whatever links hold then, one lets somebody choose."""
    invite = InvitationSend(account_id=world.salt.id, contact_id=world.nils.id)
    await at_once(world, (world.anna, invite), (world.erik, invite))
    rows = [row async for row in world.store.mongo.database["letters"].find({"person_id": world.nils.id})]
    accepted = await asyncio.gather(
        *(
            world.do(None, InvitationAccept(secret=row["secret"], password=f"lösenord nummer {place}"))
            for place, row in enumerate(rows)
        ),
        return_exceptions=True,
    )
    refused = [answer for answer in accepted if isinstance(answer, BaseException)]
    assert (len(accepted), len(refused)) == (2, 1)
    assert isinstance(refused[0], NotFound)


async def test_a_contact_who_is_activated_while_being_linked_is_told(world: World) -> None:
    """Nils chooses his password while another account is linked to him: he hears of that account, or starts with it."""
    await world.do(world.anna, InvitationSend(account_id=world.salt.id, contact_id=world.nils.id))
    row = await world.store.mongo.database["letters"].find_one({"person_id": world.nils.id})
    assert row is not None
    transact = world.store.mongo.transact
    seen: set[str] = set()

    async def transact_late(work: Callable[[Session], Awaitable[T]]) -> T:
        world.store.mongo.transact = transact  # type: ignore[method-assign]
        opened = await world.do(None, InvitationAccept(secret=row["secret"], password="ordning i boken"))
        seen.update(account.id for account in opened.me.accounts)
        return await transact(work)

    world.store.mongo.transact = transact_late  # type: ignore[method-assign]
    link = ContactCreate(account_id=world.wester.id, name="Nils", email=world.nils.email, login=True)
    assert (await world.do(world.anna, link)).activated
    for event in await told(world, world.nils):
        seen = (seen - set(event.lost)) | set(event.gained)
    assert seen == {world.salt.id, world.wester.id}


async def test_a_reminder_decided_by_what_it_was_does_not_undo_what_was_saved_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever saves a reminder says which state they have read; who was overtaken decides anew."""
    thread = await world.thread(reminder=ReminderSetting(enabled=True, days=3, number=3))
    await world.settled()
    look, saved_meanwhile = world.store.looks.around, False

    async def overtaken(wanted: Wanted) -> Surroundings:
        """What follows from a message has been looked up; before it is saved, somebody saves the Reminders tab."""
        nonlocal saved_meanwhile
        seen = await look(wanted)
        if not saved_meanwhile:
            saved_meanwhile = True
            await world.do(world.sofia, ReminderSet(thread_id=thread.id, enabled=True, days=9, number=2))
        return seen

    monkeypatch.setattr(world.store.looks, "around", overtaken)
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Tack, det ordnar jag"))
    answer = await world.do(world.petra, said)
    await world.settled()
    assert saved_meanwhile
    row = await world.store.threads.get(world.firm.id, thread.id)
    assert row is not None
    assert row.reminder is not None
    assert (row.reminder.days, row.reminder.number, row.reminder.heard_seq) == (9, 2, answer.seq)


async def test_who_shares_a_save_with_a_reminder_that_was_overtaken_is_decided_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reminders of an account are saved together, all or none: who was overtaken holds up no other (D4)."""
    setting = ReminderSetting(enabled=True, days=3, number=3)
    overtaken, beside = [await world.thread(reminder=setting) for _ in range(2)]
    await world.settled()
    look, saved_meanwhile = world.store.streams.readable_tips, False

    async def late(streams: Iterable[str]) -> dict[str, Head]:
        """The threads have been read; before they are saved, somebody saves the Reminders tab of one."""
        nonlocal saved_meanwhile
        ends = await look(streams)
        if not saved_meanwhile and thread_stream(overtaken.id) in ends:
            saved_meanwhile = True
            await world.do(world.sofia, ReminderSet(thread_id=overtaken.id, enabled=True, days=9, number=2))
        return ends

    monkeypatch.setattr(world.store.streams, "readable_tips", late)
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, notify=False))
    await world.settled()
    assert saved_meanwhile
    for thread, days in ((overtaken, 9), (beside, 3)):
        row = await world.store.threads.get(world.firm.id, thread.id)
        assert row is not None
        assert row.reminder is not None
        assert (row.reminder.days, row.reminder.verdict) == (days, "nobody_to_notify")
