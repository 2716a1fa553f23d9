"""The real servers behind the tests: one mongod and one Valkey per pytest run, a fresh database per test.

Given MONGO_URL or REDIS_URL the tests use those instead. Tests that kill, freeze or restart a server take
`own_mongo`, `own_valkey` or `replica_set_of_three`, which nobody else is using.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from redis import Redis

from deploy.dev.embedded import Clamd, Mongod, ReplicaSet, Valkey


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """Every async test runs as the product does: asyncio on uvloop."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """In memory where the system has such a place: a killed server keeps its data there too."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2 * 2**30
    with tempfile.TemporaryDirectory(prefix="chattar-tests-", dir=memory if roomy else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def mongo_url(servers_folder: Path) -> Iterator[str]:
    """A replica set of one, shared by the run."""
    if given := os.environ.get("MONGO_URL"):
        yield given
        return
    servers = ReplicaSet(servers_folder / "mongo")
    servers.start()
    yield servers.url
    servers.kill()


@pytest.fixture(scope="session")
def _valkey_url(servers_folder: Path) -> Iterator[str]:
    if given := os.environ.get("REDIS_URL"):
        yield given
        return
    server = Valkey(servers_folder / "valkey")
    server.start()
    yield server.url
    server.dispose()


@pytest.fixture
def redis_url(_valkey_url: str) -> str:
    """The run's Valkey, emptied for this test."""
    with Redis.from_url(_valkey_url) as redis:
        redis.flushall()
    return _valkey_url


@pytest.fixture(scope="session")
def _mongo_admin(mongo_url: str) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongo_url) as client:
        yield client


@pytest.fixture
def database_name(_mongo_admin: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """The name of a database that no other test has seen; dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    yield name
    _mongo_admin.drop_database(name)


@pytest.fixture
def own_mongo(servers_folder: Path) -> Iterator[ReplicaSet]:
    """A replica set of one that this test may kill, freeze and restart."""
    yield from _own_set(servers_folder, 1)


@pytest.fixture
def mongo_with_faults(servers_folder: Path) -> Iterator[ReplicaSet]:
    """A replica set of one that takes the server's own fail points, for this test alone."""
    yield from _own_set(servers_folder, 1, "enableTestCommands=1")


@pytest.fixture
def standalone_mongo(servers_folder: Path) -> Iterator[str]:
    """The address of a mongod that belongs to no replica set, as it runs when nobody says anything else."""
    folder = servers_folder / uuid.uuid4().hex
    server = Mongod(folder)
    place = server.command.index("--replSet")
    del server.command[place : place + 2]
    server.start()
    yield server.direct_url
    server.dispose()
    shutil.rmtree(folder)


@pytest.fixture
def replica_set_of_three(servers_folder: Path) -> Iterator[ReplicaSet]:
    """Three mongods that can elect each other and take `tests.faults.replication_stopped`, for this test alone."""
    yield from _own_set(servers_folder, 3, "enableTestCommands=1")


def _own_set(servers_folder: Path, size: int, *parameters: str) -> Iterator[ReplicaSet]:
    folder = servers_folder / uuid.uuid4().hex
    servers = ReplicaSet(folder, size)
    for member in servers.members:
        for parameter in parameters:
            member.command += ["--setParameter", parameter]
    servers.start()
    yield servers
    servers.kill()
    shutil.rmtree(folder)


@pytest.fixture
def clamd(servers_folder: Path) -> Iterator[Clamd]:
    """A virus scanner that this test may kill, freeze and restart."""
    folder = servers_folder / uuid.uuid4().hex[:8]
    server = Clamd(folder)
    server.start()
    yield server
    server.dispose()
    shutil.rmtree(folder)


@pytest.fixture
def own_valkey(servers_folder: Path) -> Iterator[Valkey]:
    """A Valkey that this test may kill, freeze and restart."""
    folder = servers_folder / uuid.uuid4().hex
    server = Valkey(folder)
    server.start()
    yield server
    server.dispose()
    shutil.rmtree(folder)
