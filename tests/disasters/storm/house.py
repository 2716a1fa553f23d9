"""The processes of an installation and the wires between them; strikes them as the plan says, and starts again what died.

Two nodes, two schedulers, Valkey, a mongod, a mail sink. Everything that the product says to a server, and everything
that a client says to a node, goes through a wire. A process that ends by itself after it was ready is noted: no fault of
its surroundings may end it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pymongo.errors import PyMongoError

from deploy.dev.embedded import HOST, Process, ReplicaSet, Server, Valkey, free_port
from storage.mongo.connection import Mongo
from tests.disasters.storm.diary import Ms, now_ms
from tests.disasters.storm.plan import Fault
from tests.disasters.storm.wire import Wire
from tests.scheduler.sink import Sink, listening

DATABASE = "storm"
NODES = 2
SCHEDULERS = 2
LOOK_S = 0.1
END_S = 40.0
LAST_LINES = 6
LINE_CHARACTERS = 600
TRACE_LINES = 40
ALL_READY_S = 240.0
TARGETS = (
    *(f"node-{number}" for number in range(NODES)),
    *(f"scheduler-{number}" for number in range(SCHEDULERS)),
    "redis", "mongo", "smtp",
    *(f"{kind}-{number}" for kind in ("links", "redislink", "mongolink") for number in range(NODES)),
)  # fmt: skip


@dataclass
class Struck:
    """A fault as it really was: until what it hit was running again, not yet until it was ready."""

    fault: Fault
    began_ms: Ms
    ended_ms: Ms | None = None
    missed: bool = False
    """There was nothing to hit: it had ended by itself."""

    @property
    def name(self) -> str:
        return f"{self.fault.kind} {self.fault.target}"


@dataclass
class Death:
    """A process that ended though nobody had ended it."""

    name: str
    at_ms: Ms
    code: int | None
    was_ready: bool
    last_words: str


@dataclass
class Logged:
    """An error in a process's log: no fault of its surroundings may be one of the program."""

    process: str
    event: str
    text: str
    at_ms: Ms | None


@dataclass
class House:
    """An installation; see `standing`."""

    folder: Path
    mongo: ReplicaSet
    valkey: Valkey
    sink: Sink
    wires: dict[str, Wire]
    ports: list[int]
    processes: dict[str, Process] = field(default_factory=dict)
    struck: list[Struck] = field(default_factory=list)
    deaths: list[Death] = field(default_factory=list)
    _held: set[str] = field(default_factory=set)
    """Processes that a fault keeps down."""
    _ready: set[str] = field(default_factory=set)
    _log_bytes: dict[str, int] = field(default_factory=dict)
    """Of each process: how long its log was when it was last started."""
    _struck_now: dict[str, asyncio.Lock] = field(default_factory=dict)
    """By whatever a fault is on. A plan leaves time between two on one target, but a busy machine takes longer than
    planned to start what was killed, and `redis` has the wires of each node's `redislink` too."""

    @property
    def urls(self) -> list[str]:
        """The nodes, as clients reach them."""
        return [f"http://{HOST}:{self.wires[f'links-{number}'].port}" for number in range(NODES)]

    def direct_url(self, number: int) -> str:
        """A node past its wire."""
        return f"http://{HOST}:{self.ports[number]}"

    # processes

    def prepare(self) -> None:
        """Make the processes, without starting them."""
        shared = {
            **os.environ,
            "CHATTAR_MONGO_DATABASE": DATABASE,
            "CHATTAR_DEVELOPMENT": "1",
            "CHATTAR_DATA": str(self.folder / "data"),
            "CHATTAR_MAIL_DELAY_S": "1",
            "CHATTAR_MAILS_PER_HOUR_MAX": "1000000",
            "CHATTAR_LOGINS_PER_ADDRESS": "1000000",
            "CHATTAR_LOGINS_PER_EMAIL": "1000000",
            "CHATTAR_COMMANDS_PER_S": "10000",
            "CHATTAR_COMMANDS_BURST": "100000",
            "CHATTAR_LOG_LEVEL": "warning",
        }
        for number, port in enumerate(self.ports):
            name = f"node-{number}"
            # A node of a development server listens for mail there: only schedulers send any.
            env = {**shared, "CHATTAR_PORT": str(port), "CHATTAR_SMTP_URL": f"smtp://{HOST}:{free_port()}"}
            env |= self._reached_by(f"mongolink-{number}", f"redislink-{number}")
            self.processes[name] = Process(name, [sys.executable, "-m", "server"], self.folder / f"{name}.log", env)
        for number in range(SCHEDULERS):
            name = f"scheduler-{number}"
            command = [sys.executable, "-m", "scheduler"]
            env = {
                **shared,
                "CHATTAR_SMTP_URL": f"smtp://{HOST}:{self.wires['smtp'].port}",
                "CHATTAR_LOG_LEVEL": "info",
            }
            env |= self._reached_by("mongo", "redis")
            self.processes[name] = Process(name, command, self.folder / f"{name}.log", env)

    def _reached_by(self, mongo: str, redis: str) -> dict[str, str]:
        """The servers' addresses at these wires."""
        return {
            "CHATTAR_MONGO_URL": f"mongodb://{HOST}:{self.wires[mongo].port}/?directConnection=true",
            "CHATTAR_REDIS_URL": f"redis://{HOST}:{self.wires[redis].port}/0",
        }

    async def supervise(self) -> None:
        """Start again what ended by itself, and note it; until cancelled."""
        while True:
            for name, process in self.processes.items():
                if name in self._held:
                    continue
                if not process.alive:
                    self._note_death(name, process)
                    await self._start(name)
                elif name not in self._ready and await self._is_ready(name):
                    self._ready.add(name)
            await asyncio.sleep(LOOK_S)  # other processes: they tell nobody when they are ready or gone

    def _note_death(self, name: str, process: Process) -> None:
        if process.popen is not None:
            code, ready = process.popen.returncode, name in self._ready
            self.deaths.append(Death(name, now_ms(), code, ready, _short(process.last_words(LAST_LINES))))
        self._ready.discard(name)

    async def _is_ready(self, name: str) -> bool:
        kind, _, number = name.partition("-")
        if kind == "scheduler":
            return b'"scheduler.started"' in self._log_since_start(name)
        return (await asyncio.to_thread(readiness, self.direct_url(int(number)))).get("bus") is True

    def _log_since_start(self, name: str) -> bytes:
        process = self.processes[name]
        if not process.log.exists():
            return b""
        with process.log.open("rb") as log:
            log.seek(self._log_bytes.get(name, 0))
            return log.read()

    async def _start(self, name: str) -> None:
        process = self.processes[name]
        self._log_bytes[name] = process.log.stat().st_size if process.popen is not None else 0
        await asyncio.to_thread(process.start)

    async def all_ready(self, mongo: Mongo) -> None:
        """Wait until every process serves, hears its bus, and the database takes a write. Raises TimeoutError."""
        async with asyncio.timeout(ALL_READY_S):
            while not await self._serves(mongo):  # noqa: ASYNC110 - other processes, as above
                await asyncio.sleep(LOOK_S)

    async def _serves(self, mongo: Mongo) -> bool:
        for name in self.processes:
            if name in self._held or not self.processes[name].alive or not await self._is_ready(name):
                return False
        try:
            await mongo.database["facts"].update_one({"_id": "probe"}, {"$inc": {"asked": 1}}, upsert=True)
        except PyMongoError:
            return False
        return True

    def errors(self) -> list[Logged]:
        """What the processes' logs say at the level of an error, and tracebacks beside the log: not those of a process
        that could not start, or that died of it, which is a death."""
        found = []
        for name, process in self.processes.items():
            lines = process.log.read_text(errors="replace").splitlines() if process.log.exists() else []
            for number, line in enumerate(lines):
                said = _said(line)
                if line.startswith("Traceback") and not _of_the_whole(lines[number + 1 : number + 3]):
                    found.append(
                        Logged(name, "traceback", _short("\n".join(lines[number : number + TRACE_LINES])), None)
                    )
                elif said.get("level") in ("error", "critical"):
                    at_ms = datetime.fromisoformat(said["timestamp"]).timestamp() * 1000
                    text = str(said.get("exception") or said).strip()
                    found.append(Logged(name, str(said.get("event")), text[-LINE_CHARACTERS:], at_ms))
        return found

    # faults

    async def strike(self, fault: Fault) -> None:
        """Begin a fault, let it last, end it; behind every earlier one on the same process, server or wire."""
        async with contextlib.AsyncExitStack() as stack:
            for name in sorted({fault.target, *self._wires_of(fault)}):  # in this order: no two wait for each other
                await stack.enter_async_context(self._struck_now.setdefault(name, asyncio.Lock()))
            struck = Struck(fault, now_ms())
            self.struck.append(struck)
            struck.missed = not await self._strike(fault)
            struck.ended_ms = now_ms()

    async def _strike(self, fault: Fault) -> bool:
        """Whether it hit anything."""
        if fault.target in self.processes:
            return await self._strike_process(fault)
        if wires := self._wires_of(fault):
            return await self._strike_wires(wires, fault)
        if fault.target == "smtp":
            return await self._strike_sink(fault)
        return await self._strike_server(self.valkey if fault.target == "redis" else self.mongo.members[0], fault)

    def _wires_of(self, fault: Fault) -> list[str]:
        """What a fault of the way is on: a node's own wire, or all to a server."""
        if fault.kind not in ("freeze", "cut", "reset"):
            return []
        return [name for name in self.wires if name == fault.target or name.startswith(f"{fault.target}link-")]

    async def _strike_process(self, fault: Fault) -> bool:
        process, name = self.processes[fault.target], fault.target
        if not process.alive:
            return False  # it ended by itself and is about to be started again
        if fault.kind == "stop":
            process.pause()
            await asyncio.sleep(fault.lasts_s)
            process.resume()
            return True
        self._held.add(name)
        if fault.kind == "kill":
            await asyncio.to_thread(process.kill)
        else:
            assert process.popen is not None
            process.popen.terminate()
            try:
                await asyncio.to_thread(process.popen.wait, END_S)
            except subprocess.TimeoutExpired:
                self.deaths.append(Death(name, now_ms(), None, True, f"has not ended {END_S:.0f} s after SIGTERM"))
                await asyncio.to_thread(process.kill)
        self._ready.discard(name)
        await asyncio.sleep(fault.lasts_s)
        await self._start(name)
        self._held.discard(name)
        return True

    async def _strike_wires(self, names: Sequence[str], fault: Fault) -> bool:
        wires = [self.wires[name] for name in names]
        for wire in wires:
            if fault.kind == "reset":
                wire.reset()
            elif fault.kind == "freeze":
                wire.freeze()
            else:
                await wire.cut()
        await asyncio.sleep(fault.lasts_s)
        for wire in wires:
            wire.thaw()
            await wire.mend()
        return True

    async def _strike_sink(self, fault: Fault) -> bool:
        """A mail server that dies: nobody listens, and who was connected is thrown out."""
        await self.sink.goes_away()
        self.wires["smtp"].reset()
        await asyncio.sleep(fault.lasts_s)
        await self.sink.comes_back()
        return True

    async def _strike_server(self, server: Server, fault: Fault) -> bool:
        if not server.alive:
            await asyncio.to_thread(server.start)
            return False
        if fault.kind == "stop":
            server.pause()
            await asyncio.sleep(fault.lasts_s)
            server.resume()
        else:
            await asyncio.to_thread(server.kill)
            await asyncio.sleep(fault.lasts_s)
            await asyncio.to_thread(server.start)
        return True


def _said(line: str) -> dict[str, Any]:
    """A line of the log; nothing for what else a process prints, and for the half line of one that was killed."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _of_the_whole(first_lines: Sequence[str]) -> bool:
    """Whether a traceback begins where a process or a node's start does."""
    return any("runpy" in line or "in lifespan" in line for line in first_lines)


def _short(words: str) -> str:
    return "\n".join(line[:LINE_CHARACTERS] for line in words.splitlines())


def readiness(url: str) -> dict[str, Any]:
    """What a node says of itself; nothing where it doesn't serve."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310 - our own address
            facts: dict[str, Any] = json.load(answer)
    except (urllib.error.URLError, OSError, ValueError):
        return {}
    return facts


@contextlib.asynccontextmanager
async def standing(folder: Path, data: Path, targets: Sequence[str] = TARGETS) -> AsyncIterator[House]:
    """A house with its servers and wires up, and its processes ready to be started. `data`: where servers keep theirs."""
    mongo, valkey = ReplicaSet(data / "mongo"), Valkey(data / "valkey")
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(mongo.kill)
        stack.callback(valkey.dispose)
        await asyncio.to_thread(mongo.start)
        await asyncio.to_thread(valkey.start)
        sink = await stack.enter_async_context(listening())
        ports = [free_port() for _ in range(NODES)]
        served = {"redis": valkey.port, "mongo": mongo.members[0].port, "smtp": sink.port}
        for number, port in enumerate(ports):
            served |= {f"links-{number}": port, f"redislink-{number}": valkey.port}
            served |= {f"mongolink-{number}": mongo.members[0].port}
        wires = {name: await stack.enter_async_context(Wire(name, port).open()) for name, port in served.items()}
        house = House(folder, mongo, valkey, sink, wires, ports)
        house.prepare()
        for process in house.processes.values():
            stack.callback(process.kill)
        yield house
