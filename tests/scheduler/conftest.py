"""What tests of letters share: a mail server that keeps what it is given, and the world's means with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.core.context import Means
from tests.scheduler.sink import Sink, listening
from tests.scheduler.story import Story
from tests.world import World

DELAY_S = 180


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """A mail server on a free port."""
    async with listening() as sink:
        yield sink


@pytest.fixture
def means(world: World, sink: Sink) -> Means:
    """The world's means with the sink as mail server."""
    world.set(
        smtp_url=f"smtp://127.0.0.1:{sink.port}",
        mail_delay_s=DELAY_S,
        mail_from="post@chattar.example",
        public_url="http://127.0.0.1:8000",
    )
    return world.means


@pytest.fixture
def story(world: World) -> Story:
    """A thread with its reminders."""
    return Story(world)
