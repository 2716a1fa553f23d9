"""A node killed in the middle of a message: nothing is lost, doubled or shown to the wrong person. One that can't go on."""

import asyncio
import sys
from pathlib import Path

import pytest

from deploy.dev.embedded import Process
from tests.disasters.stage import Stage, on_stage
from tests.protocol.nodes import node_process, start_again, start_node
from tests.world import World

pytestmark = pytest.mark.anyio

LIVES = 3
MESSAGES_OF_A_LIFE = 25
DEATH_S = 60.0
EXIT_FAILED = 70
DOOMED_SCHEDULER = """
import runpy
from storage.redis.bus import Bus

async def doomed(self):
    raise RuntimeError("the heartbeat meets a fault right here")

Bus._watch = doomed
runpy.run_module("scheduler", run_name="__main__")
"""


async def died(process: Process) -> None:
    """Wait until a node has killed itself."""
    async with asyncio.timeout(DEATH_S):
        while process.alive:  # noqa: ASYNC110 - asks the kernel
            await asyncio.sleep(0.01)  # the kernel tells only who asks; the deadline is above


@pytest.mark.parametrize("moment", ["after_commit", "after_publish"])
async def test_a_node_that_dies_in_the_middle_of_a_message_loses_nothing(
    moment: str, world: World, redis_url: str, tmp_path: Path
) -> None:
    doom = {"module": "tests.disasters.doomed_node", "DOOM": f"{moment}:{MESSAGES_OF_A_LIFE}"}
    doomed, doomed_url = start_node("doomed", world.settings, redis_url, tmp_path, **doom)
    steady, steady_url = start_node("steady", world.settings, redis_url, tmp_path)
    try:
        async with on_stage(world, [doomed_url, steady_url]) as stage:
            await let_it_die(stage, doomed, doomed_url)
            assert await stage.complaints() == []
    finally:
        doomed.kill()
        steady.kill()


async def let_it_die(stage: Stage, doomed: Process, url: str) -> None:
    """Converse while a node dies and is started again, several times."""
    async with stage.conversation():
        for life in range(LIVES):
            await died(doomed)
            await stage.progress()
            if life < LIVES - 1:
                await asyncio.to_thread(start_again, doomed, url)
                stage.part_ways()


@pytest.mark.parametrize(
    "command", [["-m", "tests.disasters.doomed_node"], ["-c", DOOMED_SCHEDULER]], ids=["web", "scheduler"]
)
async def test_a_process_of_which_a_part_has_died_ends_and_its_status_says_so(
    world: World, redis_url: str, tmp_path: Path, command: list[str]
) -> None:
    process, _ = node_process(
        "doomed", world.settings, redis_url, tmp_path, [sys.executable, *command], DOOM="part:2", CHECK_INTERVAL_S="1"
    )
    await asyncio.to_thread(process.start)
    try:
        await died(process)
        assert process.popen is not None
        assert process.popen.returncode == EXIT_FAILED, process.last_words()
        assert "task_died" in process.log.read_text()
    finally:
        process.kill()
