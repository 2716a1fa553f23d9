"""Every page in both themes, wide and narrow, is fit for keyboards and screen readers: axe finds nothing that matters."""

import pytest
from msgspec import to_builtins

from protocol.body import paragraph
from protocol.ids import new_id
from tests.product import Product
from tests.stories import tour
from tests.stories.browser import NARROW, WIDE, Lobby, Scheme

pytestmark = pytest.mark.anyio

SIZES = {"wide": WIDE, "narrow": NARROW}


@pytest.mark.parametrize(("size", "scheme"), [("wide", "light"), ("narrow", "dark")])
@pytest.mark.parametrize("side", list(tour.TOURS))
async def test_axe_finds_nothing_serious(side: str, size: str, scheme: Scheme, lobby: Lobby, product: Product) -> None:
    # The chat that is looked at stands above those of other stories, however many they have begun.
    contact, subject = tour.SWEDISH["contact"], tour.SWEDISH["thread"]
    (thread, *_) = product.call(contact, "thread.list", search=subject)["threads"]
    said = {"client_message_id": new_id(), "body": to_builtins(paragraph("Här kommer mer underlag."))}
    product.call(contact, "message.send", thread_id=thread["id"], **said)
    visitor = await lobby.arrive(SIZES[size], scheme)
    found = {
        name: await visitor.cramped() + await visitor.axe() async for name in tour.TOURS[side](visitor, tour.SWEDISH)
    }
    assert len(found) > 3
    assert {name: faults for name, faults in found.items() if faults} == {}
