"""A mail server that says what it is told to, and the world's means with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.core.context import Means
from tests.scheduler.mail.scripted import Scripted, scripted
from tests.world import World


@pytest.fixture
async def script() -> AsyncIterator[Scripted]:
    """A mail server on a free port, which answers as it is told."""
    async with scripted() as script:
        yield script


@pytest.fixture
def outbox(world: World, script: Scripted) -> Means:
    """The world's means with it."""
    world.set(
        smtp_url=f"smtp://127.0.0.1:{script.port}",
        mail_from="post@chattar.example",
        public_url="https://chat.falk.example",
    )
    return world.means
