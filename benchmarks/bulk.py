"""(i) a bulk run to 10,000 accounts: what it costs beside bare inserts of all that it has written, and what people who send
meanwhile notice of it.

The scheduler that works on the run is on the measured core; the node that people use, Valkey and MongoDB are on the other
one. One run is left alone, one has its scheduler killed twice, beside one people send. The yardstick is made afterwards of
the run itself: every document that it has left in the database is inserted once more beside it, one at a time, as many at
once as a run begins chats, with the indexes that it has. Also counted is what must be exact: a chat and a mail for each
account that can receive.
"""

import asyncio
import contextlib
import http.client
import os
import secrets
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec.structs import replace
from pymongo import MongoClient

from benchmarks.bulk_inserts import Inserted
from benchmarks.chattar import DATABASE, ready, settings
from benchmarks.files import asked, cpu_s, memory_mib, on_the_other_core
from benchmarks.machine import (
    BenchmarkError,
    other_core,
    pinned,
    running,
    running_bus,
    running_database,
    server_core,
    wait_for,
    working_folder,
)
from benchmarks.plan import Effort, Figures, Journal, column, ratio, table
from benchmarks.world import World, add_account, add_contact, add_firm, add_staff, add_thread, write
from deploy.dev.embedded import Process, ReplicaSet, Valkey, free_port
from server.bulk.working import AT_ONCE_MAX
from storage.people import ContactDoc, StaffDoc

ACCOUNTS: Final = 10_000
UNABLE_PART: Final = 0.03
"""So many of the accounts have nobody who has activated."""
SENDERS: Final = 4
SEND_EVERY_S: Final = 0.1
QUIET_S: Final = 20.0
"""How long people send without a run, before it."""
DONE_S_MAX: Final = 1_800.0
LOOK_S: Final = 0.5
TEXT: Final = {"content": [{"type": "paragraph", "content": [{"type": "text", "text": "Please send us the papers."}]}]}
ALONE, KILLED, PEOPLE = "left alone", "scheduler killed twice", "beside people who send"


@dataclass
class Firm:
    """The firm that sends to all of its clients."""

    world: World
    owner: str = ""
    """The owner's token."""


def firm_with(accounts: int) -> Firm:
    """Everything that a run to so many accounts needs, and the chats in which people write meanwhile."""
    firm = Firm(World())
    world, unable = firm.world, int(accounts * UNABLE_PART)
    firm_id = add_firm(world, 0)
    add_staff(world, firm_id, "owner")
    owner = world.rows["staff"][-1]
    assert isinstance(owner, StaffDoc)
    world.rows["staff"][-1] = replace(owner, role="owner")
    firm.owner = world.listener_tokens.pop()
    for number in range(accounts):
        account_id = f"{number:032x}"
        add_account(world, firm_id, account_id, f"{number}", [])
        contact = add_contact(world, firm_id, account_id, f"{number}", world.sender_tokens, notify=True)
        if number < unable:
            asleep = world.rows["contacts"][-1]
            assert isinstance(asleep, ContactDoc)
            world.rows["contacts"][-1] = replace(asleep, activated_at=None)
        elif number >= accounts - SENDERS:
            add_thread(world, firm_id, account_id, number, contact)
    del world.sender_tokens[:-SENDERS]
    return firm


class Senders:
    """People who write meanwhile: each in a chat of their own, at a fixed pace."""

    def __init__(self, port: int, world: World) -> None:
        self._port = port
        self._over = threading.Event()
        self._taken: list[float] = []
        self._failed: list[BaseException] = []
        chats = zip(world.rooms, world.sender_tokens, strict=True)
        self._threads = [threading.Thread(target=self._send, args=(room.thread_id, token)) for room, token in chats]

    def __enter__(self) -> "Senders":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def taken(self) -> list[float]:
        """The milliseconds that sends have taken since this was last asked. Raises BenchmarkError if one failed."""
        if self._failed:
            raise BenchmarkError(f"a send failed: {self._failed[0]!r}")
        taken, self._taken = self._taken, []
        return taken

    def _send(self, thread_id: str, token: str) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        try:
            while not self._over.wait(SEND_EVERY_S):
                command = {"thread_id": thread_id, "client_message_id": secrets.token_hex(16), "body": TEXT}
                began = time.perf_counter()
                line.request("POST", "/api/v1/message.send", msgspec.json.encode(command), headers)
                answer = line.getresponse()
                content = answer.read()
                if answer.status != http.client.OK:
                    raise BenchmarkError(f"message.send was answered {answer.status}: {content[:300]!r}")
                self._taken.append((time.perf_counter() - began) * 1000)
        except (BenchmarkError, OSError, http.client.HTTPException) as error:
            self._failed.append(error)
        finally:
            line.close()


@dataclass
class Stage:
    """What a run is held on."""

    folder: Path
    bus: Valkey
    database: ReplicaSet
    port: int
    owner: str
    core: int
    """The measured one."""
    scheduler: Process | None = None
    cpu_before_s: float = 0.0
    """Of schedulers that were killed."""
    highest_mib: float = 0.0

    def command(self, tag: str, **arguments: Any) -> Any:
        headers = {"authorization": f"Bearer {self.owner}", "content-type": "application/json"}
        return msgspec.json.decode(
            asked(self.port, "POST", f"/api/v1/{tag}", msgspec.json.encode(arguments), headers)[1]
        )

    def start_scheduler(self) -> None:
        """A scheduler on the measured core."""
        env = settings(0, self.bus, self.database, self.folder) | {"CHATTAR_SCHEDULER_PORT": str(free_port())}
        # No mail server is there: letters are made, and wait.
        env["CHATTAR_SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}"
        name = f"scheduler-{secrets.token_hex(3)}"
        command = pinned(self.core, [sys.executable, "-m", "scheduler"])
        self.scheduler = Process(name, command, self.folder / f"{name}.log", {**os.environ, **env})
        self.scheduler.start()

    def look(self) -> None:
        """Note how much the scheduler has used by now."""
        if self.scheduler is not None:
            self.highest_mib = max(self.highest_mib, memory_mib(self.scheduler.pid, "VmHWM"))

    def kill_scheduler(self) -> None:
        assert self.scheduler is not None
        self.look()
        self.cpu_before_s += cpu_s(self.scheduler.pid)
        self.scheduler.kill()

    def scheduler_cpu_s(self) -> float:
        assert self.scheduler is not None
        return self.cpu_before_s + cpu_s(self.scheduler.pid)

    def mongod_cpu_s(self) -> float:
        return sum(cpu_s(member.pid) for member in self.database.members)


@contextlib.contextmanager
def staged(firm: Firm, folder: Path) -> Iterator[Stage]:
    with running_bus(folder) as bus, running_database(folder) as database:
        asyncio.run(write(firm.world, database.url, DATABASE))
        port = free_port()
        command = [sys.executable, "-m", "server"]
        env = settings(port, bus, database, folder)
        with running("node", command, folder, core=other_core(), port=port, env=env) as node:
            wait_for("node", node, lambda: ready(port))
            stage = Stage(folder, bus, database, port, firm.owner, server_core())
            try:
                yield stage
            finally:
                if stage.scheduler is not None:
                    stage.scheduler.stop(5.0)


def counted(database: ReplicaSet) -> dict[str, int]:
    """How many documents each collection has."""
    client: MongoClient[dict[str, Any]] = MongoClient(database.url)
    with client:
        rows = client[DATABASE]
        return {name: rows[name].estimated_document_count() for name in rows.list_collection_names()}


def measure(accounts: int, *, kills: int = 0, people: bool = False) -> Figures:
    """One run, from the command until it says that it is done and every mail is made."""
    firm = firm_with(accounts)
    able = accounts - int(accounts * UNABLE_PART)
    found: Figures = {}
    with (
        working_folder() as folder,
        staged(firm, folder) as stage,
        on_the_other_core(),
        contextlib.ExitStack() as stack,
    ):
        stage.start_scheduler()
        senders = stack.enter_context(Senders(stage.port, firm.world)) if people else None
        if senders is not None:
            time.sleep(QUIET_S)  # the window itself
            found |= waits("quiet", senders.taken())
        before, mongod, scheduler = counted(stage.database), stage.mongod_cpu_s(), stage.scheduler_cpu_s()
        began, key = time.perf_counter(), secrets.token_hex(16)
        run = stage.command("bulk.create", client_bulk_id=key, subject="Papers", body=TEXT, matching={})
        report = followed(stage, run["id"], accounts, kills)
        took_s = time.perf_counter() - began
        if senders is not None:
            found |= waits("busy", senders.taken())
        found |= {
            "chats": report["created"],
            "left_out": report.get("skipped", 0) + report.get("failed", 0),
            "mails": mails_made(stage, able),
            "seconds": took_s,
            "per_s": able / took_s,
            "cpu_ms": (stage.scheduler_cpu_s() - scheduler) / able * 1000,
            "mongod_ms": (stage.mongod_cpu_s() - mongod) / able * 1000,
            "memory_mib": stage.highest_mib,
        }
        if not (kills or people):
            found |= inserted(stage, before, able)
    expected = {"chats": able, "left_out": accounts - able}
    if not people:
        expected["mails"] = able  # those who write meanwhile are mailed of nothing, and so is the firm's staff
    wrong = {name: found[name] for name, count in expected.items() if found[name] != count}
    if wrong:
        raise BenchmarkError(f"a run to {accounts} accounts came to {wrong}, and should have to {expected}")
    return found


def waits(name: str, taken: list[float]) -> Figures:
    """Median and 99th percentile of what sends have taken, in ms."""
    return {f"{name}_p50": statistics.median(taken), f"{name}_p99": statistics.quantiles(taken, n=100)[98]}


def followed(stage: Stage, run_id: str, accounts: int, kills: int) -> dict[str, Any]:
    """The run when it is done; its scheduler is killed on the way, after equal parts."""
    deadline, killed = time.monotonic() + DONE_S_MAX, 0
    while True:
        run: dict[str, Any] = stage.command("bulk.get", bulk_id=run_id)["bulk"]
        stage.look()
        if run["state"] == "done":
            return run
        worked_off = run.get("created", 0) + run.get("skipped", 0) + run.get("failed", 0)
        if killed < kills and worked_off > accounts * (killed + 1) / (kills + 1):
            stage.kill_scheduler()
            stage.start_scheduler()
            killed += 1
        if time.monotonic() > deadline:
            raise BenchmarkError(f"the run had come no further in {DONE_S_MAX:.0f} s than {run}")
        time.sleep(LOOK_S)  # another process: it tells this one by nothing but its answers


def mails_made(stage: Stage, expected: int) -> int:
    """How many mails wait for the run's contacts, once they are as many as expected or no more come."""
    client: MongoClient[dict[str, Any]] = MongoClient(stage.database.url)
    deadline = time.monotonic() + DONE_S_MAX
    with client:
        letters = client[DATABASE]["letters"]
        while (found := letters.count_documents({})) < expected and time.monotonic() < deadline:
            time.sleep(LOOK_S)  # another process writes them and tells nobody; the deadline holds
    return found


def inserted(stage: Stage, before: dict[str, int], able: int) -> Figures:
    """What the documents of a run take to be inserted, by themselves: for each chat."""
    assert stage.scheduler is not None
    stage.scheduler.stop(10.0)
    mongod = stage.mongod_cpu_s()
    skipped = [f"{name}={count}" for name, count in before.items()]
    command = [
        sys.executable,
        "-m",
        "benchmarks.bulk_inserts",
        stage.database.url,
        DATABASE,
        str(AT_ONCE_MAX),
        *skipped,
    ]
    done = subprocess.run(pinned(stage.core, command), capture_output=True, text=True, timeout=DONE_S_MAX)
    if done.returncode:
        raise BenchmarkError(f"the bare inserts failed: {done.stderr[-2000:]}")
    said = msgspec.json.decode(done.stdout, type=Inserted)
    return {
        "documents": said.documents / able,
        "bare_seconds": said.seconds,
        "bare_cpu_ms": said.cpu_s / able * 1000,
        "bare_mongod_ms": (stage.mongod_cpu_s() - mongod) / able * 1000,
    }


def hold(effort: Effort, journal: Journal, say: Callable[[str], None]) -> str:
    """The three runs, and their Markdown tables."""
    accounts = effort.scaled(ACCOUNTS)
    rows: dict[str, Figures] = {}
    for name in (ALONE, KILLED, PEOPLE):
        rows[name] = found = measure(accounts, kills=2 if name == KILLED else 0, people=name == PEOPLE)
        journal.write(bench="bulk", server="chattar", run=name, accounts=accounts, **found)
        say(f"bulk, {name}: " + ", ".join(f"{figure} {value:.2f}" for figure, value in found.items()))
    exact = [
        column("chats", "chats", "{:.0f}"),
        column("left out", "left_out", "{:.0f}"),
        column("mails made", "mails", "{:.0f}"),
        column("seconds", "seconds", "{:.0f}"),
        column("chats/s", "per_s", "{:.0f}"),
        column("scheduler's memory, MiB at most", "memory_mib", "{:.0f}"),
        column("sends before it, p50 ms", "quiet_p50"),
        column("p99, ms", "quiet_p99"),
        column("sends beside it, p50 ms", "busy_p50"),
        column("p99, ms", "busy_p99"),
        ratio("p99 of before", "busy_p99", rows[PEOPLE]["quiet_p99"]),
    ]
    alone = rows[ALONE]
    bare = {
        "seconds": alone["bare_seconds"],
        "cpu_ms": alone["bare_cpu_ms"],
        "mongod_ms": alone["bare_mongod_ms"],
    }
    cost = [
        column("CPU for each chat, ms", "cpu_ms"),
        ratio("of bare inserts", "cpu_ms", bare["cpu_ms"]),
        column("mongod's, ms", "mongod_ms"),
        ratio("of bare inserts", "mongod_ms", bare["mongod_ms"]),
        column("seconds", "seconds", "{:.0f}"),
        ratio("of bare inserts", "seconds", bare["seconds"]),
    ]
    return (
        f"### bulk: a run to {accounts:,} accounts\n\n"
        + table(exact, rows, "run")
        + f"\n\n{alone['documents']:.1f} documents for each chat, by a run and inserted one at a time:\n\n"
        + table(cost, {"run": alone, "bare inserts": bare}, "by")
    )
