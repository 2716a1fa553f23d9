"""Logging in and out: sessions, renewals, forgotten passwords (spec 1.3, 2.5; architecture 3, Auth)."""

import pytest
from msgspec.structs import replace

from protocol.errors import Conflict, NotFound, Unauthenticated
from protocol.ids import new_id
from protocol.sessions import (
    MeRead,
    MeUpdate,
    PasswordForgot,
    PasswordReset,
    SessionCreate,
    SessionEnd,
    SessionOpened,
    SessionRenew,
)
from protocol.staff import StaffUpdate
from server.core import auth
from storage.letters import LetterDoc
from storage.mongo.documents import to_document
from storage.people import digest
from storage.redis.bus import BusControl, user_channel
from tests.world import PASSWORD, PASSWORD_HASH, Person, World


async def log_in(world: World, email: str, password: str = PASSWORD) -> SessionOpened:
    opened: SessionOpened = await world.do(None, SessionCreate(email=email, password=password))
    return opened


async def letters(world: World, person: Person) -> list[LetterDoc]:
    rows = world.store.mongo.database["letters"].find({"person_id": person.id}).sort("_id", 1)
    return [letter async for row in rows if (letter := await world.store.letters.get(row["firm_id"], row["_id"]))]


async def test_a_password_opens_a_session_whose_token_is_stored_hashed(world: World) -> None:
    opened = await log_in(world, " Petra@HolmBygg.example")
    assert opened.token is not None
    assert opened.me.person.name == "Petra Holm"
    assert [account.name for account in opened.me.accounts] == ["Holm & Döttrar Bygg AB"]
    principal = await auth.principal_from_token(world.store, world.clock, opened.token)
    assert principal.user_id == world.petra.id
    assert principal.account_ids == {world.holm.id}
    stored = await world.store.mongo.database["sessions"].find_one({"_id": digest(opened.token)})
    assert stored is not None
    assert opened.token not in str(stored)


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(world: World) -> None:
    refusals = []
    for email, password in (("petra@holmbygg.example", "something else"), ("nobody@holmbygg.example", PASSWORD)):
        with pytest.raises(Unauthenticated) as caught:
            await log_in(world, email, password)
        refusals.append(caught.value.problem)
    assert refusals[0] == refusals[1]


async def test_an_unknown_address_costs_the_same_work(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    verify = auth._verify

    def watched(known: str, said: str) -> bool:
        compared.append(known)
        return verify(known, said)

    monkeypatch.setattr(auth, "_verify", watched)
    with pytest.raises(Unauthenticated):
        await log_in(world, "nobody@holmbygg.example")
    # The parameters of the hash decide the work: these are the ones that new passwords get.
    assert [known.split("$")[3] for known in compared] == [auth.hash_now("x").split("$")[3]]


async def test_who_was_never_activated_can_not_log_in(world: World) -> None:
    await world.store.people.change_contact(world.firm.id, world.nils.id, {"password_hash": PASSWORD_HASH})
    with pytest.raises(Unauthenticated):
        await log_in(world, world.nils.email)


async def test_a_deactivated_colleague_can_not_log_in(world: World) -> None:
    await world.do(world.anna, StaffUpdate(staff_id=world.sofia.id, active=False))
    with pytest.raises(Unauthenticated):
        await log_in(world, world.sofia.email)


async def test_an_address_known_to_two_firms_must_say_which(world: World) -> None:
    twin = replace(world.emma, id=new_id(), email=world.anna.email)
    await world.store.people.add_contact(twin)
    link = (await world.store.people.links_of_contact(world.emma.firm_id, world.emma.id))[0]
    await world.store.people.add_link(replace(link, id=f"{link.account_id}:{twin.id}", contact_id=twin.id))
    with pytest.raises(Conflict) as caught:
        await log_in(world, world.anna.email)
    assert caught.value.reason == "choose_firm"
    assert caught.value.problem.expected == "; ".join(
        [f"{world.firm.id} Lindberg & Falk Redovisning", f"{world.other_firm.id} Brightwater Accounting"]
    )
    chosen = SessionCreate(email=world.anna.email, password=PASSWORD, firm_id=world.other_firm.id)
    opened: SessionOpened = await world.do(None, chosen)
    assert opened.me.person.id == twin.id


async def test_a_session_ends_by_itself_unless_it_is_renewed(world: World) -> None:
    world.set(token_session_s=3600)
    opened = await log_in(world, world.anna.email)
    assert opened.token
    world.clock.advance(s=3000)
    login = await auth.login_from_token(world.store, world.clock, opened.token)
    renewed: SessionOpened = await world.do_as(login.principal, SessionRenew())
    assert renewed.expires_at == world.clock.now() + 3_600_000
    assert renewed.token is None
    world.clock.advance(s=3599)
    assert (await auth.login_from_token(world.store, world.clock, opened.token)).expires_at == renewed.expires_at
    world.clock.advance(s=1)
    with pytest.raises(Unauthenticated):
        await auth.login_from_token(world.store, world.clock, opened.token)


async def test_the_development_clock_moves_reminders_but_ends_no_session(world: World) -> None:
    opened = await log_in(world, world.anna.email)
    assert opened.token
    world.clock.offset_ms = 365 * 86_400_000
    assert (await auth.principal_from_token(world.store, world.clock, opened.token)).user_id == world.anna.id


async def test_logging_out_ends_this_session_and_its_sockets_only(world: World) -> None:
    first, second = await log_in(world, world.anna.email), await log_in(world, world.anna.email)
    assert first.token
    assert second.token
    login = await auth.login_from_token(world.store, world.clock, first.token)
    world.bell.clear()
    await world.do_as(login.principal, SessionEnd())
    with pytest.raises(Unauthenticated):
        await auth.principal_from_token(world.store, world.clock, first.token)
    assert (await auth.principal_from_token(world.store, world.clock, second.token)).user_id == world.anna.id
    assert world.bell.heard(user_channel(world.anna.id)) == [
        BusControl("session_ended", user_id=world.anna.id, session_id=login.principal.session_id)
    ]


async def test_a_forgotten_password_is_set_anew_and_ends_every_session(world: World) -> None:
    opened = await log_in(world, world.petra.email)
    assert opened.token
    await world.do(None, PasswordForgot(email="PETRA@holmbygg.example"))
    await world.do(None, PasswordForgot(email=world.petra.email))
    older, newer = await letters(world, world.petra)
    assert (newer.kind, newer.email, newer.state) == ("password_reset", world.petra.email, "waiting")
    assert older.secret
    assert newer.secret
    assert to_document(newer)["secret"] not in str(await world.store.mongo.database["secrets"].find_one({}))
    with pytest.raises(NotFound):
        await world.do(None, PasswordReset(secret=older.secret, password="helt nytt lösen"))
    world.bell.clear()
    await world.do(None, PasswordReset(secret=newer.secret, password="helt nytt lösen"))
    assert world.bell.heard(user_channel(world.petra.id)) == [BusControl("session_ended", user_id=world.petra.id)]
    with pytest.raises(Unauthenticated):
        await auth.principal_from_token(world.store, world.clock, opened.token)
    with pytest.raises(Unauthenticated):
        await log_in(world, world.petra.email)
    assert (await log_in(world, world.petra.email, "helt nytt lösen")).me.person.id == world.petra.id
    with pytest.raises(NotFound):
        await world.do(None, PasswordReset(secret=newer.secret, password="och ett till, tack"))


async def test_the_link_for_a_new_password_is_too_old_after_an_hour(world: World) -> None:
    await world.do(None, PasswordForgot(email=world.petra.email))
    (letter,) = await letters(world, world.petra)
    world.clock.advance(s=3600)
    assert letter.secret
    with pytest.raises(NotFound):
        await world.do(None, PasswordReset(secret=letter.secret, password="helt nytt lösen"))


@pytest.mark.parametrize("who", ["nils", "stranger"])
async def test_nobody_without_a_login_gets_a_link_and_the_answer_does_not_tell(world: World, who: str) -> None:
    email = world.nils.email if who == "nils" else "nobody@nowhere.example"
    await world.do(None, PasswordForgot(email=email))
    assert await world.store.mongo.database["letters"].count_documents({}) == 0


async def test_a_language_is_the_persons_own(world: World) -> None:
    changed = await world.do(world.petra, MeUpdate(language="en"))
    assert changed.language == "en"
    assert (await world.do(world.petra, MeRead())).language == "en"
    assert (await world.do(world.linn, MeRead())).language == "sv"


async def test_a_renewed_session_holds_for_as_long_as_one_of_its_kind_also_in_the_database(world: World) -> None:
    """A browser's holds longer than a program's, and the index by which sessions are forgotten goes by the new end."""
    world.set(token_session_s=3600, browser_session_s=7200)
    create = SessionCreate(email=world.anna.email, password=PASSWORD, cookie=True)
    opened: SessionOpened = await world.do(None, create)
    assert opened.token
    world.clock.advance(s=3000)
    login = await auth.login_from_token(world.store, world.clock, opened.token)
    renewed: SessionOpened = await world.do_as(login.principal, SessionRenew())
    assert renewed.expires_at == world.clock.now() + 7_200_000
    row = await world.store.mongo.database["sessions"].find_one({"session_id": login.principal.session_id})
    assert row is not None
    assert round(row["expires"].timestamp() * 1000) == renewed.expires_at
