"""Processes for a measurement: pinned to a core, on free loopback ports, ended whatever happens.

Knows cores, ports and folders. Refuses to know what is measured.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from deploy.dev.embedded import HOST, Process, ReplicaSet, Valkey

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks"
VAR = ROOT / "var" / "benchmarks"
START_S_MAX = 60.0

_PIN = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])}); os.execvp(sys.argv[2], sys.argv[2:])"


class BenchmarkError(Exception):
    """A measurement cannot be made here; the text says why, and what to do about it."""


def cores() -> tuple[int, int]:
    """The core of the server that is measured, and the core of everything else."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        raise BenchmarkError("the server and the generator need a core each, and this machine has one")
    return usable[0], usable[1]


def server_core() -> int:
    """Nothing but the measured server runs here."""
    return cores()[0]


def other_core() -> int:
    """The generator, the bus, the database and nodes that are not measured share this one."""
    return cores()[1]


def pinned(core: int, command: Sequence[str | Path]) -> list[str]:
    """The command, bound to one core with all that it starts. The process id stays the one that is started."""
    return [sys.executable, "-c", _PIN, str(core), *map(str, command)]


def find_node() -> str | None:
    """The system's Node, or the one dev.py put beside our Python."""
    beside = Path(sys.executable).parent / "node"
    return shutil.which("node") or (str(beside) if beside.is_file() else None)


@contextlib.contextmanager
def working_folder() -> Iterator[Path]:
    """A folder for one run's data and logs, gone afterwards."""
    VAR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="run-", dir=VAR) as name:
        yield Path(name)


def answers(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0


def wait_for(what: str, process: Process, ready: Callable[[], bool]) -> None:
    """Return when `ready`. Raises BenchmarkError with the process's last words if it ends or takes too long."""
    deadline = time.monotonic() + START_S_MAX
    while not ready():
        if not process.alive or time.monotonic() > deadline:
            raise BenchmarkError(f"{what} did not start:\n{process.last_words()}")
        time.sleep(0.02)  # another process: it tells nobody when it is ready, so it is asked, until the deadline


@contextlib.contextmanager
def running(
    name: str, command: Sequence[str | Path], folder: Path, *, core: int, port: int, env: Mapping[str, str]
) -> Iterator[Process]:
    """A server process that accepts connections on `port`, until the end of the block."""
    process = Process(name, pinned(core, command), folder / f"{name}.log", {**os.environ, **env})
    process.start()
    try:
        wait_for(name, process, lambda: answers(port))
        yield process
    finally:
        process.stop(5.0)


@contextlib.contextmanager
def running_bus(folder: Path) -> Iterator[Valkey]:
    """A Valkey of its own, on the other core."""
    bus = Valkey(folder / "bus")
    bus.command = pinned(other_core(), bus.command)
    bus.start()
    try:
        yield bus
    finally:
        bus.stop(5.0)


@contextlib.contextmanager
def running_database(folder: Path) -> Iterator[ReplicaSet]:
    """A MongoDB of one node, journaling to disk like any other, on the other core."""
    database = ReplicaSet(folder / "database")
    for member in database.members:
        member.command = pinned(other_core(), member.command)
    database.start()
    try:
        yield database
    finally:
        database.stop()


def run_quietly(command: Sequence[str | Path], folder: Path) -> None:
    """Run a tool to its end. Raises BenchmarkError with all it said if it fails."""
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise BenchmarkError(f"{' '.join(map(str, command[:3]))} failed:\n{done.stdout}")
