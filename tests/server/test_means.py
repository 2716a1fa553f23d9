"""The means of a process: what runs beside it and ends is said and told."""

import asyncio

import pytest
from structlog.testing import capture_logs

from server.core.settings import Settings
from server.core.unheard import Unheard
from server.means import opened

pytestmark = pytest.mark.anyio


async def test_what_runs_beside_a_process_and_fails_is_logged_with_its_reason_and_told(
    mongo_url: str, redis_url: str, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_: Unheard) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Unheard, "keep_saying", fails)
    died: asyncio.Queue[str] = asyncio.Queue()
    settings = Settings(mongo_url=mongo_url, mongo_database=database_name, redis_url=redis_url)
    with capture_logs() as logs:
        async with opened(settings, died.put_nowait):
            assert await asyncio.wait_for(died.get(), 30) == "unheard"
    (said,) = [entry for entry in logs if entry["event"] == "means.task_died"]
    assert said["task"] == "unheard"
    assert isinstance(said["exc_info"], ZeroDivisionError)
