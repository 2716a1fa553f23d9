"""Faults that overlap, which a plan avoids and a busy machine brings about: each has its turn, and none ends the storm."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.dev.embedded import HOST, Process
from tests.disasters.storm.house import House, standing
from tests.disasters.storm.plan import KINDS, Fault

pytestmark = pytest.mark.anyio

LASTS_S = 0.05
IDLE = [sys.executable, "-c", "import signal; print(flush=True); signal.pause()"]


@pytest.fixture
async def house(tmp_path: Path, servers_folder: Path) -> AsyncIterator[House]:
    """Its servers and wires, and nodes that do nothing."""
    async with standing(tmp_path, servers_folder / "house") as house:
        for name in house.processes:
            house.processes[name] = Process(name, IDLE, tmp_path / f"{name}.log", {})
            await asyncio.to_thread(house.processes[name].start)
        try:
            yield house
        finally:
            for process in house.processes.values():
                process.kill()


def every_kind(*targets: str) -> list[Fault]:
    """All the faults that there are for these, twice."""
    kinds = [(target, kind) for target in targets for kind in KINDS[target.partition("-")[0]]]
    return [Fault(kind, target, 0.0, LASTS_S) for target, kind in kinds * 2]


async def strike(house: House, faults: list[Fault]) -> None:
    async with asyncio.TaskGroup() as striking:
        for fault in faults:
            striking.create_task(house.strike(fault))


async def test_faults_at_the_same_moment_all_have_their_turn(house: House) -> None:
    faults = every_kind("node-0", "scheduler-1", "redis", "redislink-0", "mongo", "mongolink-1", "smtp", "links-0")
    await strike(house, faults)
    assert sorted(map(repr, faults)) == sorted(repr(struck.fault) for struck in house.struck)
    assert [struck.name for struck in house.struck if struck.missed] == []
    assert all(process.alive for process in house.processes.values())
    assert house.valkey.answers()
    assert house.mongo.members[0].answers()
    for wire in house.wires.values():
        _, writer = await asyncio.open_connection(HOST, wire.port)
        writer.close()


async def test_a_fault_that_finds_nothing_to_hit_is_counted_as_such(house: House) -> None:
    """What has ended by itself is for others to start again; of the servers nobody else does."""
    for process in (house.processes["node-0"], house.valkey):
        await asyncio.to_thread(process.kill)
    await strike(house, [Fault("stop", target, 0.0, LASTS_S) for target in ("node-0", "redis", "node-1")])
    assert {struck.fault.target: struck.missed for struck in house.struck} == {
        "node-0": True, "redis": True, "node-1": False,
    }  # fmt: skip
    assert house.valkey.answers()
