"""A node begins while its database has a bad moment: it waits, says so in a line, and serves."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pymongo import MongoClient
from structlog.testing import capture_logs

from deploy.dev.embedded import ReplicaSet
from server.core.settings import Settings
from storage.mongo.connection import Mongo
from storage.mongo.migrations import prepare
from tests.server.talking import node
from tests.world import new_world

pytestmark = pytest.mark.anyio

WAITS = 3
TOO_LATE = 50
"""MaxTimeMSExpired: what the driver doesn't try again by itself."""


async def test_a_node_waits_for_a_database_that_is_away_for_a_moment(
    mongo_with_faults: ReplicaSet, redis_url: str
) -> None:
    """Seen in a storm: the look of `server.core.start` succeeded, and a moment later the database was cut off."""
    settings = Settings(mongo_url=mongo_with_faults.url, mongo_database="town", development=True)
    mongo = Mongo(settings.mongo_url, settings.mongo_database)
    await prepare(mongo)
    await mongo.close()
    late = {"failCommands": ["find"], "errorCode": TOO_LATE}
    async with new_world(settings) as world:
        with MongoClient[dict[str, Any]](settings.mongo_url) as client, capture_logs() as logs:
            client.admin.command("configureFailPoint", "failCommand", mode={"times": WAITS}, data=late)
            async with node(world, redis_url) as running, httpx.AsyncClient() as browser:
                assert (await browser.get(f"{running.http_url}/healthz")).status_code == 200
    assert [line["log_level"] for line in logs if line["event"] == "house.waits"] == ["warning"] * WAITS
    assert [line for line in logs if line["log_level"] in ("error", "critical")] == []
