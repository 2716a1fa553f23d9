"""Every page in both themes, wide and narrow, is fit for keyboards and screen readers: axe finds nothing that matters."""

import pytest

from tests.stories import tour
from tests.stories.browser import NARROW, WIDE, Lobby, Scheme

pytestmark = pytest.mark.anyio

SIZES = {"wide": WIDE, "narrow": NARROW}


@pytest.mark.parametrize(("size", "scheme"), [("wide", "light"), ("narrow", "dark")])
@pytest.mark.parametrize("side", list(tour.TOURS))
async def test_axe_finds_nothing_serious(side: str, size: str, scheme: Scheme, lobby: Lobby) -> None:
    visitor = await lobby.arrive(SIZES[size], scheme)
    found = {
        name: await visitor.cramped() + await visitor.axe() async for name in tour.TOURS[side](visitor, tour.SWEDISH)
    }
    assert len(found) > 3
    assert {name: faults for name, faults in found.items() if faults} == {}
