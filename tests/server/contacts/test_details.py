"""What the firm knows of a contact: said by who may, noted, and read by who knows the person (spec 2.4)."""

from typing import Any

import msgspec
import pytest

from protocol.audit import SecurityList
from protocol.contacts import ContactDescribe, ContactDetails, ContactRead, ContactView
from protocol.errors import Invalid
from server.commands import dispatch
from tests.world import World

pytestmark = pytest.mark.anyio


async def describe(world: World, **details: Any) -> ContactView:
    command = ContactDescribe(account_id=world.holm.id, contact_id=world.petra.id, **details)
    view: ContactView = await world.do(world.anna, command)
    return view


async def test_what_is_said_stays_until_it_is_taken_back_and_is_noted_once(world: World) -> None:
    await describe(world, first_name="  Petra ", city="Sto\u202eckholm")
    view = await describe(world, city="", phone="08-123")
    assert view.details == ContactDetails(first_name="Petra", phone="08-123")
    assert await describe(world, phone="08-123") == view
    read = ContactRead(account_id=world.holm.id, contact_id=world.petra.id)
    assert await world.do(world.sofia, read) == view
    page = await world.do(world.anna, SecurityList())
    rows = [(row.text, row.about.name, row.person.name) for row in page.rows if row.event == "contact.changed"]
    assert rows == [("phone, city", "Petra Holm", "Anna Lindberg"), ("first_name, city", "Petra Holm", "Anna Lindberg")]


@pytest.mark.parametrize("wrong", [{"city": "x" * 121}, {"street": "a\nb"}, {"shoe_size": "44"}])
def test_what_can_not_be_kept_is_refused_by_name(wrong: dict[str, str]) -> None:
    ids = {"account_id": "1" * 32, "contact_id": "2" * 32}
    with pytest.raises(msgspec.ValidationError, match=next(iter(wrong))):
        msgspec.convert({**ids, **wrong}, ContactDescribe)


async def test_a_text_that_only_its_composed_form_makes_too_long_is_refused(world: World) -> None:
    context = await world.context(world.anna)
    command = ContactDescribe(account_id=world.holm.id, contact_id=world.petra.id, city="\u0958" * 100)
    with pytest.raises(Invalid):
        await dispatch(context, command)
