"""Custom fields: who defines them, what each type takes, what is said in them, and what is left when one is gone (SC-9)."""

import asyncio
from typing import Any

import pytest

from protocol.accounts import AccountDescribe, AccountList, AccountRead
from protocol.audit import SecurityList
from protocol.contacts import ContactCreate, ContactDescribe, ContactRead
from protocol.custom_fields import (
    CustomField,
    CustomFieldCreate,
    CustomFieldDelete,
    CustomFieldList,
    CustomFieldMove,
    CustomFieldUpdate,
    FieldKind,
    FieldOf,
)
from protocol.errors import Conflict, Forbidden, Invalid, NotFound
from protocol.ids import firm_stream, new_id
from server.custom_fields import actions, clearing
from storage.accounts import AccountDoc
from tests.world import Person, World

pytestmark = pytest.mark.anyio

MANAGED = "manage_custom_fields"


def create(
    name: str = "Org.nr", kind: FieldKind = "text", *, of: FieldOf = "account", **more: Any
) -> CustomFieldCreate:
    if kind in ("choice", "choices"):
        more.setdefault("options", ["K2", "K3", "K4"])
    if kind == "money":
        more.setdefault("currency", "SEK")
    return CustomFieldCreate(**{"client_field_id": new_id(), "of": of, "name": name, "kind": kind, **more})


async def define(world: World, *args: Any, person: Person | None = None, **more: Any) -> CustomField:
    field: CustomField = await world.do(person or world.anna, create(*args, **more))
    return field


async def listed(world: World, person: Person, of: FieldOf = "account") -> list[str]:
    found: list[CustomField] = (await world.do(person, CustomFieldList())).entities
    return [field.name for field in sorted(found, key=lambda field: field.place) if field.of == of]


async def say(world: World, field: CustomField, *texts: str, account: AccountDoc | None = None) -> list[str]:
    """What is kept then, of an account."""
    command = AccountDescribe(account_id=(account or world.holm).id, custom={field.id: list(texts)})
    custom: dict[str, list[str]] = (await world.do(world.anna, command)).custom
    return custom.get(field.id, [])


async def test_they_are_defined_by_who_has_the_right_and_known_to_all_staff(world: World) -> None:
    """SC-9, AD-1: spec 1.2, Manage custom fields."""
    with pytest.raises(Forbidden, match=MANAGED):
        await define(world, person=world.olle)
    await world.store.people.change_staff(world.olle.firm_id, world.olle.id, {"rights": [MANAGED]})
    field = await define(world, person=world.olle)
    for person in (world.anna, world.sofia, world.olle):
        assert await listed(world, person) == ["Org.nr"]
    for command in (
        CustomFieldUpdate(custom_field_id=field.id, name="Mitt"),
        CustomFieldMove(custom_field_id=field.id),
        CustomFieldDelete(custom_field_id=field.id),
    ):
        with pytest.raises(Forbidden, match=MANAGED):
            await world.do(world.sofia, command)
    changed = await world.do(world.olle, CustomFieldUpdate(custom_field_id=field.id, name=" Org.  nummer "))
    assert (changed.name, changed.kind) == ("Org. nummer", "text")
    await world.do(world.olle, CustomFieldDelete(custom_field_id=field.id))
    assert await listed(world, world.sofia) == []
    rows = (await world.do(world.anna, SecurityList())).rows
    assert [(row.event, row.text, row.person.name) for row in rows if row.event.startswith("custom_field")] == [
        ("custom_field.deleted", "account: Org. nummer", world.olle.name),
        ("custom_field.changed", "account: Org. nummer", world.olle.name),
        ("custom_field.created", "account: Org.nr", world.olle.name),
    ]


async def test_another_firms_do_not_exist(world: World) -> None:
    """P7: neither to be changed nor to be filled in."""
    theirs = await define(world, person=world.grace)
    assert await listed(world, world.anna) == []
    for command in (
        CustomFieldUpdate(custom_field_id=theirs.id, name="Vårt"),
        CustomFieldMove(custom_field_id=theirs.id),
        CustomFieldDelete(custom_field_id=theirs.id),
    ):
        with pytest.raises(NotFound):
            await world.do(world.anna, command)
    with pytest.raises(Invalid, match="none of the firm's"):
        await say(world, theirs, "556677-8899")
    assert await listed(world, world.grace) == ["Org.nr"]


GOOD = [
    ("text", "  Två   ord ", "Två ord"),
    ("number", "0012.50", "12.50"),
    ("number", "-0", "0"),
    ("money", "1234.5", "1234.5"),
    ("date", "2028-02-29", "2028-02-29"),
    ("choice", "K3", "K3"),
    ("choices", "K3", "K3"),
    ("email", " Petra@Holm.EXAMPLE ", "petra@holm.example"),
    ("url", "https://holm.example/a?b=c", "https://holm.example/a?b=c"),
    ("phone", "+46 (0)8-123  45 67", "+46 (0)8-123 45 67"),
]
BAD = [
    ("text", "\u200b ", "some text"),
    ("number", "1 234", "a number such as 1234.5"),
    ("number", "1,5", "a number such as 1234.5"),
    ("number", "1e9", "a number such as 1234.5"),
    ("number", "١٢", "a number such as 1234.5"),
    ("number", "NaN", "a number such as 1234.5"),
    ("number", "9" * 16, "a number such as 1234.5"),
    ("money", "1.005", "2 behind it"),
    ("money", "100 kr", "an amount such as 1234.5"),
    ("date", "2027-02-29", "a day that there is"),
    ("date", "29/2 2028", "a day that there is"),
    ("date", "2028-2-9", "a day that there is"),
    ("choice", "K5", "one of K2, K3, K4"),
    ("choices", "K5", "one of K2, K3, K4"),
    ("email", "petra@", "one e-mail address"),
    ("url", "javascript:alert(1)", "an absolute http or https address"),
    ("url", "https://a b", "an absolute http or https address"),
    ("phone", "12", "a telephone number"),
    ("phone", "ring Petra", "a telephone number"),
]


@pytest.mark.parametrize(("kind", "text", "kept"), GOOD)
async def test_what_fits_is_kept_in_one_form(world: World, kind: FieldKind, text: str, kept: str) -> None:
    """SC-9."""
    field = await define(world, kind=kind)
    assert await say(world, field, text) == [kept]
    assert await say(world, field) == []


@pytest.mark.parametrize(("kind", "text", "expected"), BAD)
async def test_what_does_not_fit_is_refused_with_its_place(
    world: World, kind: FieldKind, text: str, expected: str
) -> None:
    """SC-9: and nothing of the command is kept, of accounts and of contacts."""
    field, other = await define(world, kind=kind), await define(world, "Annat")
    theirs = await define(world, kind=kind, of="contact")
    both = {other.id: ["x"], field.id: [text]}
    with pytest.raises(Invalid, match=expected) as refused:
        await world.do(world.anna, AccountDescribe(account_id=world.holm.id, custom=both))
    assert refused.value.problem.path == f'$.custom["{field.id}"][0]'
    petra: dict[str, Any] = {"account_id": world.holm.id, "contact_id": world.petra.id}
    with pytest.raises(Invalid, match=expected):
        await world.do(world.anna, ContactDescribe(**petra, city="Nacka", custom={theirs.id: [text]}))
    assert (await world.do(world.anna, AccountRead(account_id=world.holm.id))).custom == {}
    view = await world.do(world.anna, ContactRead(**petra))
    assert (view.custom, view.details.city) == ({}, "")


async def test_of_several_options_each_stands_once_in_their_order(world: World) -> None:
    field = await define(world, kind="choices")
    assert await say(world, field, "K4", "K2", "K4") == ["K2", "K4"]
    single = await define(world, "Regelverk", "choice")
    with pytest.raises(Invalid, match="at most one value"):
        await say(world, single, "K2", "K3")


async def test_what_was_chosen_stays_when_it_is_an_option_no_more(world: World) -> None:
    """And can be chosen nowhere else."""
    field = await define(world, kind="choices")
    await say(world, field, "K2", "K3")
    await world.do(world.anna, CustomFieldUpdate(custom_field_id=field.id, options=["K3", "Inget"]))
    assert await say(world, field, "K2", "K3") == ["K2", "K3"]
    assert await say(world, field, "Inget", "K2") == ["Inget", "K2"]
    with pytest.raises(Invalid, match="one of K3, Inget"):
        await say(world, field, "K2", account=world.eken)
    assert await say(world, field, "K3") == ["K3"]
    with pytest.raises(Invalid):
        await say(world, field, "K2")


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"kind": "choice", "options": []}, "$.options"),
        ({"kind": "choices", "options": ["K2", " K2 "]}, "$.options[1]"),
        ({"kind": "text", "options": ["K2"]}, "$.options"),
        ({"kind": "money", "currency": ""}, "$.currency"),
        ({"kind": "money", "currency": "QQQ"}, "$.currency"),
        ({"kind": "text", "currency": "SEK"}, "$.currency"),
        ({"name": "\u200b"}, "$.name"),
    ],
)
async def test_a_definition_that_makes_no_sense_is_refused_with_its_place(
    world: World, wrong: dict[str, Any], path: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await define(world, **wrong)
    assert refused.value.problem.path == path
    assert await listed(world, world.anna) == []


async def test_names_are_told_apart_within_accounts_and_within_contacts(world: World) -> None:
    """SC-1: a shortcode names one."""
    field = await define(world, "Org.nr")
    other = await define(world, "Annat")
    await define(world, "ORG.NR", of="contact")
    with pytest.raises(Conflict) as refused:
        await define(world, " org.NR ")
    assert refused.value.reason == "field_exists"
    with pytest.raises(Conflict):
        await world.do(world.anna, CustomFieldUpdate(custom_field_id=other.id, name="ORG.NR"))
    await world.do(world.anna, CustomFieldUpdate(custom_field_id=field.id, name="ORG.NR"))
    # Of this letter only the small one is one character.
    await define(world, "T\u0308om")
    with pytest.raises(Conflict):
        await define(world, "t\u0308om")


async def test_the_same_key_defines_one(world: World) -> None:
    """P2: also when both tries are under way at once, and when it has changed since."""
    key = new_id()
    first, second = await asyncio.gather(*(define(world, client_field_id=key) for _ in range(2)))
    assert first == second
    await world.do(world.anna, CustomFieldUpdate(custom_field_id=first.id, name="Annat"))
    assert await define(world, client_field_id=key) == first
    with pytest.raises(Conflict) as refused:
        await define(world, "Något annat", client_field_id=key)
    assert refused.value.reason == "key_reused"
    assert await listed(world, world.anna) == ["Annat"]


async def test_there_are_only_so_many_also_for_those_who_define_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "CUSTOM_FIELDS_MAX", 2)
    tries = await asyncio.gather(*(define(world, f"nr {number}") for number in range(4)), return_exceptions=True)
    assert [error.reason for error in tries if isinstance(error, Conflict)] == ["too_many"] * 2
    assert len(await listed(world, world.anna)) == 2
    await define(world, of="contact")  # those of contacts are counted by themselves


async def test_they_stand_in_the_order_in_which_somebody_puts_them(world: World) -> None:
    one, two, three = [await define(world, name) for name in ("1", "2", "3")]
    contacts = await define(world, "c", of="contact")
    await world.do(world.anna, CustomFieldMove(custom_field_id=three.id, before_id=one.id))
    assert await listed(world, world.anna) == ["3", "1", "2"]
    await world.do(world.anna, CustomFieldMove(custom_field_id=three.id))
    assert await listed(world, world.anna) == ["1", "2", "3"]
    before = await world.store.streams.last(firm_stream(world.anna.firm_id))
    await world.do(world.anna, CustomFieldMove(custom_field_id=two.id, before_id=three.id))
    assert await world.store.streams.last(firm_stream(world.anna.firm_id)) == before
    for wrong in (contacts.id, two.id, new_id()):
        with pytest.raises(Invalid) as refused:
            await world.do(world.anna, CustomFieldMove(custom_field_id=two.id, before_id=wrong))
        assert refused.value.problem.path == "$.before_id"


async def test_what_changes_nothing_is_noted_nowhere(world: World) -> None:
    """AD-1: what does is in the audit, by the names of the fields."""
    field, other = await define(world), await define(world, "Anställda", "number")
    await say(world, field, "556677-8899")
    await say(world, field, "556677-8899")
    both = {field.id: ["556677-8899"], other.id: ["12"]}
    await world.do(world.anna, AccountDescribe(account_id=world.holm.id, custom=both))
    rows = (await world.do(world.anna, SecurityList())).rows
    said = [(row.text, row.account_name) for row in rows if row.event == "account.changed"]
    assert said == [("Anställda", world.holm.name), ("Org.nr", world.holm.name)]
    assert (await world.do(world.sofia, AccountRead(account_id=world.holm.id))).custom == both
    page = await world.do(world.sofia, AccountList())
    assert not any(account.custom for account in page.accounts)


async def test_what_is_said_of_a_contact_is_told_to_who_knows_them(world: World) -> None:
    """P7: whoever knows only a typed name reads and changes no more than that."""
    field = await define(world, "Hund", of="contact")
    known: dict[str, Any] = {"account_id": world.eken.id, "contact_id": world.gunilla.id}
    view = await world.do(world.anna, ContactDescribe(**known, custom={field.id: ["Bamse"]}))
    assert view.custom == {field.id: ["Bamse"]}
    assert (await world.do(world.anna, ContactDescribe(**known, city="Nacka"))).custom == {field.id: ["Bamse"]}
    await world.store.people.change_staff(
        world.firm.id, world.olle.id, {"rights": ["manage_contacts", "manage_accounts"]}
    )
    await world.store.accounts.change(world.firm.id, world.salt.id, {"$addToSet": {"staff_ids": world.olle.id}})
    await world.do(world.olle, ContactCreate(account_id=world.salt.id, name="Frun", email=world.gunilla.email))
    typed = {"account_id": world.salt.id, "contact_id": world.gunilla.id}
    assert (await world.do(world.olle, ContactRead(**typed))).custom == {}
    with pytest.raises(Forbidden, match="elsewhere"):
        await world.do(world.olle, ContactDescribe(**typed, custom={field.id: ["Karo"]}))


async def test_with_a_field_goes_what_was_said_in_it_and_nothing_else(world: World) -> None:
    """Of accounts and contacts, here and in no other firm."""
    field, other = await define(world), await define(world, "Annat")
    theirs = await define(world, of="contact")
    await say(world, field, "1")
    await say(world, field, "2", account=world.eken)
    await say(world, other, "3")
    petra: dict[str, Any] = {"account_id": world.holm.id, "contact_id": world.petra.id}
    await world.do(world.anna, ContactDescribe(**petra, custom={theirs.id: ["4"]}))
    for doomed in (field, theirs):
        await world.do(world.anna, CustomFieldDelete(custom_field_id=doomed.id))
    await world.settled()
    accounts = await world.store.accounts.many(world.firm.id, [world.holm.id, world.eken.id])
    assert {account.id: account.custom for account in accounts.values()} == {
        world.holm.id: {other.id: ["3"]},
        world.eken.id: {},
    }
    contact = await world.store.people.contact(world.firm.id, world.petra.id)
    assert contact is not None
    assert contact.custom == {}
    assert await world.store.chores.get(world.firm.id, clearing.GONE, field.id) is None


async def test_a_crash_leaves_nothing_said_in_a_field_that_is_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P9: what a process left of it is done by the sweep, and may be done twice."""
    field = await define(world)
    await say(world, field, "1")
    monkeypatch.setattr(clearing, "go_on_with", lambda context, field_id: None)
    await world.do(world.anna, CustomFieldDelete(custom_field_id=field.id))
    chore = await world.store.chores.get(world.firm.id, clearing.GONE, field.id)
    assert chore is not None
    for _ in range(2):
        await clearing.go_on(world.means, chore)
    account = await world.store.accounts.get(world.firm.id, world.holm.id)
    assert account is not None
    assert account.custom == {}
