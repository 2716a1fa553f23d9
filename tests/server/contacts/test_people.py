"""Invitations, and access that is given and taken: what is written, who hears of it, what stops at once (1.3, AC-15)."""

from typing import Any

import pytest
from msgspec.structs import replace

from protocol.accounts import AccessChanged, Account, AccountAssign, AccountCreate, AccountList, AccountRead
from protocol.body import paragraph
from protocol.contacts import ContactCreate, InvitationSend, Link, LinkUpdate
from protocol.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from protocol.firms import FirmUpdate
from protocol.ids import new_id, user_stream
from protocol.messages import MessageSend
from protocol.people import Right
from protocol.reminders import ReminderSend, ReminderSetting
from protocol.sessions import InvitationAccept, InvitationRead, MeRead, SessionCreate
from protocol.staff import StaffList, StaffUpdate
from protocol.streams import StreamRead, ThreadOpen
from protocol.threads import ThreadAssign, ThreadList, ThreadRead
from storage.people import StaffDoc
from storage.redis.bus import BusControl, user_channel
from tests.world import PASSWORD, Person, World


async def secret_of(world: World, person_id: str) -> str:
    row = await world.store.mongo.database["letters"].find_one({"person_id": person_id}, sort=[("_id", -1)])
    assert row is not None
    return str(row["secret"])


async def told(world: World, person: Person) -> list[tuple[list[str], list[str]]]:
    """The access changes in somebody's own stream: lost and gained accounts."""
    events = [stored.event for stored in await world.store.streams.read(user_stream(person.id), 0, 100)]
    return [(event.lost, event.gained) for event in events if isinstance(event, AccessChanged)]


def controls(world: World, person: Person) -> list[str]:
    """The bells that rang for somebody's sockets."""
    return [m.kind for m in world.bell.heard(user_channel(person.id)) if isinstance(m, BusControl)]


# invitations (spec 1.3)


async def test_an_invitation_activates_and_logs_in_once(world: World) -> None:
    account = await world.do(world.anna, AccountRead(account_id=world.salt.id))
    assert account.activation == "pending"
    link = await world.do(world.anna, InvitationSend(account_id=world.salt.id, contact_id=world.nils.id))
    assert link.invited_at == world.clock.now()
    secret = await secret_of(world, world.nils.id)
    shown = await world.do(None, InvitationRead(secret=secret))
    assert (shown.firm.name, shown.name, shown.account_name) == (world.firm.firm.name, "Nils Salt", "Café Saltå AB")
    opened = await world.do(None, InvitationAccept(secret=secret, password="ordning i boken"))
    assert [account.id for account in opened.me.accounts] == [world.salt.id]
    assert (await world.do(world.anna, AccountRead(account_id=world.salt.id))).activation == "activated"
    for again in (InvitationRead(secret=secret), InvitationAccept(secret=secret, password="ordning i boken")):
        with pytest.raises(NotFound):
            await world.do(None, again)
    with pytest.raises(Conflict) as caught:
        await world.do(world.anna, InvitationSend(account_id=world.salt.id, contact_id=world.nils.id))
    assert caught.value.reason == "already_activated"


async def test_a_newer_invitation_replaces_the_older_and_both_grow_old(world: World) -> None:
    send = InvitationSend(account_id=world.salt.id, contact_id=world.nils.id)
    await world.do(world.anna, send)
    first = await secret_of(world, world.nils.id)
    await world.do(world.anna, send)
    second = await secret_of(world, world.nils.id)
    with pytest.raises(NotFound):
        await world.do(None, InvitationRead(secret=first))
    assert (await world.do(None, InvitationRead(secret=second))).name == "Nils Salt"
    world.clock.advance(days=14)
    with pytest.raises(NotFound):
        await world.do(None, InvitationAccept(secret=second, password="ordning i boken"))


async def test_who_lost_login_is_not_let_in_by_an_old_invitation(world: World) -> None:
    await world.do(world.anna, InvitationSend(account_id=world.salt.id, contact_id=world.nils.id))
    secret = await secret_of(world, world.nils.id)
    switch: dict[str, Any] = {"account_id": world.salt.id, "contact_id": world.nils.id}
    await world.do(world.anna, LinkUpdate(**switch, login=False))
    for command in (InvitationRead(secret=secret), InvitationAccept(secret=secret, password="ordning i boken")):
        with pytest.raises(NotFound):
            await world.do(None, command)
    with pytest.raises(Conflict):
        await world.do(world.anna, InvitationSend(**switch))
    await world.do(world.anna, LinkUpdate(**switch, login=True))
    assert (await world.do(None, InvitationRead(secret=secret))).name == "Nils Salt"


async def test_a_person_known_to_the_firm_is_linked_and_keeps_their_name(world: World) -> None:
    create = ContactCreate(account_id=world.wester.id, name="P. Holm", email="Petra@holmbygg.example", login=True)
    link = await world.do(world.anna, create)
    assert (link.contact_id, link.name, link.activated) == (world.petra.id, "Petra Holm", True)
    assert await told(world, world.petra) == [([], [world.wester.id])]
    assert (await world.do(world.anna, create)) == link
    assert len(await told(world, world.petra)) == 1
    with pytest.raises(Conflict):
        await world.do(
            world.anna, ContactCreate(account_id=world.wester.id, name="x", email=world.petra.email, notify=False)
        )
    me = await world.do(world.petra, MeRead())
    assert {account.id for account in me.accounts} == {world.holm.id, world.wester.id}


@pytest.mark.parametrize("kept", ["petra@faß.example", "petra@xn--fa-hia.example"])
async def test_two_ways_to_write_an_address_are_one_person(world: World, kept: str) -> None:
    """Also where it was stored before domains were folded; with another domain, whatever looks like it, somebody else."""
    await world.store.people.change_contact(world.firm.id, world.petra.id, {"email": kept})
    for typed in ("Petra@FAß.example", "petra@xn--fa-hia.example", "PETRA@XN--FA-HIA.EXAMPLE"):
        create = ContactCreate(account_id=world.wester.id, name="P", email=typed)
        assert (await world.do(world.anna, create)).contact_id == world.petra.id
        opened = await world.do(None, SessionCreate(email=typed, password=PASSWORD))
        assert opened.me.person.id == world.petra.id
    other = ContactCreate(account_id=world.wester.id, name="P", email="petra@fass.example")
    assert (await world.do(world.anna, other)).contact_id != world.petra.id
    with pytest.raises(Unauthenticated):
        await world.do(None, SessionCreate(email="petra@fass.example", password=PASSWORD))


async def test_a_domain_is_kept_as_people_write_it(world: World) -> None:
    create = ContactCreate(account_id=world.holm.id, name="Åsa", email="Asa@XN--fretaget-N4A.example")
    assert (await world.do(world.anna, create)).email == "asa@företaget.example"


@pytest.mark.parametrize("typed", ["petra@xn--zz.example", "petra@💩.example", "a" * 65 + "@holm.example"])
async def test_an_address_that_no_letter_reaches_is_refused_where_it_is_typed(world: World, typed: str) -> None:
    with pytest.raises(Invalid, match="one e-mail address") as refused:
        await world.do(world.anna, ContactCreate(account_id=world.holm.id, name="Ny", email=typed))
    assert (refused.value.problem.path, refused.value.problem.got) == ("$.email", typed)


@pytest.mark.parametrize("stored", ["pe..tra@holm.example", "åsa@holm.example", "petra@holm_bygg.example"])
async def test_whoever_was_stored_before_the_rule_logs_in_as_before(world: World, stored: str) -> None:
    await world.store.people.change_contact(world.firm.id, world.petra.id, {"email": stored})
    opened = await world.do(None, SessionCreate(email=stored.upper(), password=PASSWORD))
    assert opened.me.email == stored


async def test_the_same_address_at_another_firm_is_another_person(world: World) -> None:
    link = await world.do(
        world.grace, ContactCreate(account_id=world.harbour.id, name="Petra", email=world.petra.email)
    )
    assert link.contact_id != world.petra.id


async def test_managing_contacts_does_not_let_anybody_in(world: World) -> None:
    await world.do(world.anna, StaffUpdate(staff_id=world.sofia.id, rights=["manage_contacts"]))
    plain: dict[str, Any] = {"account_id": world.holm.id, "name": "Ny", "email": "ny@holmbygg.example"}
    switches: list[dict[str, Any]] = [{"login": True}, {"login": True, "invite": True}]
    for more in switches:
        with pytest.raises(Forbidden):
            await world.do(world.sofia, ContactCreate(**plain, **more))
    assert not (await world.do(world.sofia, ContactCreate(**plain))).login


# access given and taken (AC-15)


async def test_assigning_gives_access_at_once_and_makes_a_follower(world: World) -> None:
    assign = AccountAssign(account_id=world.holm.id, staff_id=world.olle.id, assigned=True)
    thread = await world.thread()
    with pytest.raises(Forbidden):
        await world.do(world.olle, ThreadRead(thread_id=thread.id))
    world.bell.clear()
    account = await world.do(world.anna, assign)
    assert world.olle.id in account.staff_ids
    assert controls(world, world.olle) == ["access"]
    assert await told(world, world.olle) == [([], [world.holm.id])]
    assert (await world.do(world.olle, ThreadRead(thread_id=thread.id))).thread.id == thread.id
    assert (await world.do(world.olle, AccountRead(account_id=world.holm.id))).following
    # Again: nothing is written, but the bell rings once more, should it have been lost.
    await world.do(world.anna, assign)
    assert len(await told(world, world.olle)) == 1
    assert controls(world, world.olle) == ["access", "access"]


async def test_unassigning_takes_threads_stream_and_assignments_away(world: World) -> None:
    """AC-15."""
    thread = await world.thread()
    await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))
    await world.do(world.anna, AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False))
    assert await told(world, world.sofia) == [([world.holm.id], [])]
    for command in (ThreadRead(thread_id=thread.id), StreamRead(stream=f"t:{thread.id}")):
        with pytest.raises(Forbidden):
            await world.do(world.sofia, command)
    assert [seen.id for seen in (await world.do(world.sofia, ThreadList())).threads] == []
    await world.settled()
    row = (await world.do(world.anna, ThreadRead(thread_id=thread.id))).thread
    assert row.staff
    assert row.staff.assignee_id is None  # AS-5


async def test_unassigning_who_sees_everything_anyway_takes_nothing(world: World) -> None:
    for assigned in (True, False):
        await world.do(world.anna, AccountAssign(account_id=world.holm.id, staff_id=world.vera.id, assigned=assigned))
    assert await told(world, world.vera) == []
    assert await world.do(world.vera, AccountRead(account_id=world.holm.id))


async def test_view_all_accounts_taken_leaves_the_assigned_ones(world: World) -> None:
    await world.do(world.anna, AccountAssign(account_id=world.holm.id, staff_id=world.vera.id, assigned=True))
    await world.do(world.anna, StaffUpdate(staff_id=world.vera.id, rights=[]))
    ((lost, gained),) = await told(world, world.vera)
    assert set(lost) == {world.eken.id, world.wester.id, world.salt.id}
    assert gained == []
    page = await world.do(world.vera, AccountList())
    assert [account.id for account in page.accounts] == [world.holm.id]


async def test_a_deactivated_colleague_is_out_everywhere(world: World) -> None:
    """AC-15."""
    thread = await world.thread()
    await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))
    world.bell.clear()
    await world.do(world.erik, StaffUpdate(staff_id=world.sofia.id, active=False))
    assert controls(world, world.sofia) == ["access", "session_ended"]
    with pytest.raises(Unauthenticated):
        await world.principal(world.sofia)
    listed = await world.do(world.anna, StaffList(account_id=world.holm.id))
    assert world.sofia.id not in {member.id for member in listed.staff}
    await world.settled()
    row = (await world.do(world.anna, ThreadRead(thread_id=thread.id))).thread
    assert row.staff
    assert row.staff.assignee_id is None


async def test_login_off_takes_the_account_and_the_last_one_the_session(world: World) -> None:
    """AC-15."""
    eken, wester = world.eken.id, world.wester.id
    await world.do(world.anna, LinkUpdate(account_id=eken, contact_id=world.gunilla.id, login=False))
    assert await told(world, world.gunilla) == [([eken], [])]
    assert (await world.principal(world.gunilla)).account_ids == {wester}
    assert controls(world, world.gunilla) == ["access"]
    await world.do(world.anna, LinkUpdate(account_id=wester, contact_id=world.gunilla.id, login=False))
    assert controls(world, world.gunilla) == ["access", "access", "session_ended"]
    with pytest.raises(Unauthenticated):
        await world.principal(world.gunilla)
    await world.do(world.anna, LinkUpdate(account_id=wester, contact_id=world.gunilla.id, login=True))
    # Their old session is over; the password still is theirs.
    with pytest.raises(Unauthenticated):
        await world.principal(world.gunilla)


async def test_notify_is_no_access(world: World) -> None:
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, notify=False))
    assert await told(world, world.petra) == []


# who may change whom (spec 1.1)


@pytest.mark.parametrize(
    ("asker", "target", "change", "allowed"),
    [
        ("anna", "sofia", {"role": "admin"}, True),
        ("anna", "erik", {"role": "employee"}, True),
        ("anna", "erik", {"active": False}, True),
        ("anna", "sofia", {"rights": ["view_all_accounts"]}, True),
        ("erik", "sofia", {"rights": ["view_all_accounts"]}, True),
        ("erik", "sofia", {"active": False}, True),
        ("erik", "sofia", {"role": "admin"}, False),
        ("erik", "erik", {"role": "employee"}, False),
        ("erik", "erik", {"active": False}, False),
        ("erik", "anna", {"active": False}, False),
        ("erik", "anna", {"role": "employee"}, False),
        ("anna", "anna", {"role": "employee"}, False),
        ("anna", "anna", {"active": False}, False),
        ("anna", "anna", {"rights": ["manage_accounts"]}, False),
        ("sofia", "sofia", {"rights": ["view_all_accounts"]}, False),
        ("sofia", "olle", {"active": False}, False),
    ],
)
async def test_only_the_owner_touches_roles_and_admins_and_nobody_the_owner(
    world: World, asker: str, target: str, change: dict[str, Any], allowed: bool
) -> None:
    member: StaffDoc = getattr(world, target)
    command = StaffUpdate(staff_id=member.id, **change)
    if allowed:
        changed = await world.do(getattr(world, asker), command)
        assert {name: getattr(changed, name) for name in change} == change
    else:
        with pytest.raises(Forbidden):
            await world.do(getattr(world, asker), command)
        assert await world.store.people.staff(member.firm_id, member.id) == member


async def test_a_firm_has_one_owner(world: World) -> None:
    with pytest.raises(Conflict):
        await world.do(world.anna, StaffUpdate(staff_id=world.erik.id, role="owner"))


# accounts


async def test_an_account_is_added_once_for_each_key_and_gets_a_short_id(world: World) -> None:
    create = AccountCreate(name="Hans Brun Bygg AB", client_account_id="account-1")
    first, again = await world.do(world.anna, create), await world.do(world.anna, create)
    assert first == again
    assert first.short_id == "HB2"  # Holm & Döttrar Bygg AB is HB1
    assert first.activation == "not_activated"
    with pytest.raises(Conflict):
        await world.do(world.anna, AccountCreate(name="Another", client_account_id="account-1"))


async def test_who_adds_an_account_sees_it(world: World) -> None:
    await world.do(world.anna, StaffUpdate(staff_id=world.olle.id, rights=["manage_accounts"]))
    account = await world.do(world.olle, AccountCreate(name="Olles kund", client_account_id=new_id()))
    assert account.staff_ids == [world.olle.id]
    assert [seen.id for seen in (await world.do(world.olle, AccountList())).accounts] == [account.id]


async def test_accounts_are_paged_by_name_however_many_have_the_same(world: World) -> None:
    for number in range(3):
        await world.do(world.anna, AccountCreate(name="Brf Eken 4", client_account_id=f"account-{number}"))
    seen: list[Account] = []
    after, more = None, True
    while more:
        page = await world.do(world.anna, AccountList(after=after, limit=2))
        assert len(page.accounts) <= 2
        seen += page.accounts
        after, more = seen[-1].id, page.more
    assert [account.name for account in seen] == [
        *["Brf Eken 4"] * 4, "Café Saltå AB", "Holm & Döttrar Bygg AB", "Wester Konsult AB"
    ]  # fmt: skip
    assert len({account.id for account in seen}) == 7


async def test_a_page_of_accounts_goes_on_behind_one_that_the_asker_may_see(world: World) -> None:
    for who, after in ((world.sofia, world.wester.id), (world.anna, world.harbour.id), (world.anna, new_id())):
        with pytest.raises(Invalid) as refused:
            await world.do(who, AccountList(after=after))
        assert refused.value.problem.path == "$.after"


async def test_settings_are_changed_one_by_one(world: World) -> None:
    view = await world.do(world.erik, FirmUpdate(clients_may_create_threads=False, reminder_days=5))
    assert view.firm.clients_may_create_threads is False
    assert (view.settings.reminder_days, view.settings.reminder_number) == (5, 1)
    assert (await world.do(world.petra, MeRead())).firm.clients_may_create_threads is False


async def test_a_firm_may_keep_starting_threads_to_itself(world: World) -> None:
    thread = await world.thread()
    await world.thread(by=world.petra)  # AC-2
    await world.do(world.anna, FirmUpdate(clients_may_create_threads=False))
    with pytest.raises(Forbidden):
        await world.thread(by=world.petra)  # AC-3
    reply = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Tack!"))
    assert (await world.do(world.petra, reply)).seq > 1


async def test_odd_searches_find_nothing_and_blank_names_are_refused(world: World) -> None:
    for search in ("\0x", "(", "[", "\\", ".*", "x" * 100):
        assert (await world.do(world.anna, AccountList(search=search))).accounts == []
    for name in (" \0 ", "\u2800", "\u2060\u00ad"):
        with pytest.raises(Invalid):
            await world.do(world.anna, AccountCreate(name=name, client_account_id="account-1"))


# people of the firm whom an employee does not know (spec 1.2, View all contacts)


async def a_contact_manager(world: World, *rights: Right) -> None:
    """Olle, who sees Café Saltå and nothing else, and may add people there."""
    await world.do(world.anna, StaffUpdate(staff_id=world.olle.id, rights=["manage_contacts", *rights]))
    await world.do(world.anna, AccountAssign(account_id=world.salt.id, staff_id=world.olle.id, assigned=True))


def alike(link: Link) -> Link:
    """Without what tells two links apart that are meant to look alike."""
    return replace(link, contact_id="", name="", email="")


async def links_seen(world: World, person: StaffDoc) -> dict[str, Link]:
    account = await world.do(person, AccountRead(account_id=world.salt.id))
    return {link.email: link for link in account.links}


async def test_an_address_that_the_firm_knows_is_answered_like_one_that_it_does_not(world: World) -> None:
    await a_contact_manager(world)
    await world.store.people.change_contact(world.firm.id, world.petra.id, {"last_login_at": world.clock.now()})
    known = ContactCreate(account_id=world.salt.id, name="P", email=world.petra.email)
    first = await world.do(world.olle, known)
    new = await world.do(world.olle, replace(known, email="new@salta.example"))
    assert (first.name, first.activated, first.last_login_at) == ("P", False, None)
    assert alike(first) == alike(new)
    assert await world.do(world.olle, known) == first
    # Nor is it told by what is read afterwards, alone or in a list.
    assert (await links_seen(world, world.olle))[world.petra.email] == first
    (listed,) = (await world.do(world.olle, AccountList())).accounts
    assert {link.name for link in listed.links} == {"Nils Salt", "P"}
    # Who may see everybody sees who it is.
    assert (await links_seen(world, world.anna))[world.petra.email].name == "Petra Holm"
    await a_contact_manager(world, "view_all_contacts")
    seen = (await links_seen(world, world.olle))[world.petra.email]
    assert (seen.name, seen.activated, seen.last_login_at) == ("Petra Holm", True, world.clock.now())


async def test_who_is_let_in_unknown_is_told_to_be_able_to_log_in_and_nothing_else(world: World) -> None:
    """AC-8, TH-9: nothing can be sent to an account where nobody can log in, so that is told; the rest is not."""
    await a_contact_manager(world, "manage_accounts")
    known = ContactCreate(account_id=world.salt.id, name="P", email=world.petra.email, login=True, invite=True)
    first = await world.do(world.olle, known)
    assert (first.name, first.activated, first.last_login_at) == ("P", False, None)
    assert alike(first) == alike(await world.do(world.olle, replace(known, email="new@salta.example")))
    seen = (await links_seen(world, world.olle))[world.petra.email]
    assert (seen.name, seen.activated, seen.last_login_at) == ("P", True, None)
    thread = await world.thread(world.salt, by=world.olle, reminder=ReminderSetting(enabled=True))
    opened = await world.do(world.olle, ThreadOpen(thread_id=thread.id))
    assert opened.writers == ["P"]
    view = await world.do(world.olle, ReminderSend(thread_id=thread.id, client_message_id=new_id()))
    assert {recipient.name for recipient in view.recipients} == {"P"}
    assert {name for row in view.rows for name in row.recipients} == {"P"}  # Nils never activated
    off = await world.do(
        world.olle, LinkUpdate(account_id=world.salt.id, contact_id=world.petra.id, login=False, notify=False)
    )
    assert (off.name, off.activated) == ("P", False)


async def test_who_knows_somebody_from_another_account_sees_them_everywhere(world: World) -> None:
    await a_contact_manager(world)
    await world.do(world.anna, AccountAssign(account_id=world.holm.id, staff_id=world.olle.id, assigned=True))
    link = await world.do(world.olle, ContactCreate(account_id=world.salt.id, name="P", email=world.petra.email))
    assert (link.name, link.activated) == ("Petra Holm", True)
