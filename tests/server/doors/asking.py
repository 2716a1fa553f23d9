"""Somebody asks a door of the server over HTTP, without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from server.doors.page_headers import SafeHeaders
from tests.world import Person, World

OURS = "http://127.0.0.1:8000"


def as_(world: World, person: Person, **more: Any) -> dict[str, str]:
    """The headers of a request of somebody's; an underscore stands for a hyphen in a name."""
    named = {name.replace("_", "-"): str(value) for name, value in more.items()}
    return {"authorization": f"Bearer {world.token_of(person)}", **named}


@asynccontextmanager
async def asking(world: World, routes: Sequence[BaseRoute]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of these doors, whose answers have the headers that the server's have."""
    app = Starlette(routes=list(routes), middleware=[Middleware(SafeHeaders, settings=world.settings)])
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=OURS) as client:
        yield client
