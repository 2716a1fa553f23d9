"""One Valkey, one mongod, and replica sets of them: on loopback ports, each with a folder of its own.

Knows programs' arguments, folders and ports. Refuses to know databases, collections or the product. A server that outlived
its owner all the same is ended by the next start in the same folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from deploy.dev.embedded import programs
from deploy.dev.embedded.processes import HOST, STOP_S, EmbeddedError, Process, about, free_port, is_running

REPLICA_SET = "chattar"
READY_S = 60.0
ELECTION_TIMEOUT_MS = 2000
POLL_S = 0.01
"""Servers that we start tell nobody when they are ready, elected or gone: they are asked, each time with a deadline."""


class Server(Process):
    """A server on a loopback port with its data in `folder`; both stay the same over restarts.

    Guarantees one owner per folder: a second process that starts a server there gets an EmbeddedError, and a
    server left there by an owner that is gone is ended first.
    """

    def __init__(self, name: str, folder: Path, port: int, pid_file: Path) -> None:
        super().__init__(name, [], folder / "log" / f"{name}.log", os.environ)
        self.folder = folder
        self.port = port or free_port()
        self.pid_file = pid_file
        self._owner: IO[str] | None = None

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._own()
        if not self.alive:
            _end_orphan(self.pid_file, self.folder)
        super().start()
        self._wait_until_ready()

    def stop(self, patience_s: float = STOP_S) -> None:
        super().stop(patience_s)
        if self._owner is not None:
            self._owner.close()
            self._owner = None

    def dispose(self) -> None:
        """Kill it and give the folder up; for data that nobody will ask for again."""
        self.kill()
        self.stop()

    def restart(self) -> None:
        self.stop()
        self.start()

    def answers(self) -> bool:
        """Whether it serves right now."""
        try:
            socket.create_connection((HOST, self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def _own(self) -> None:
        if self._owner is not None:
            return
        self._owner = _take(self.folder)
        if self._owner is None:
            raise EmbeddedError(f"{self.folder} is in use by another run; end that one or choose --data DIR")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_S
        while not self.answers():
            if not self.alive:
                raise EmbeddedError(f"{self.name} did not start ({self.log}):\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{self.name} does not answer on port {self.port} ({self.log})")
            time.sleep(POLL_S)  # nothing tells of a port that begins to answer


def _take(folder: Path) -> IO[str] | None:
    """The folder's lock, held until it is closed or this process ends; None if another process has it."""
    owner = (folder / "owner.lock").open("w")
    try:
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner.close()
        return None
    return owner


def is_owned(folder: Path) -> bool:
    """Whether a running process serves this folder."""
    if not folder.is_dir():
        return False
    taken = _take(folder)
    if taken is not None:
        taken.close()
    return taken is None


def _end_orphan(pid_file: Path, folder: Path) -> None:
    """End the process the pid file names, only if its command line shows that it serves this folder."""
    try:
        pid = int(pid_file.read_text().strip() or 0)
    except (FileNotFoundError, ValueError):
        return
    if pid <= 1 or str(folder) not in about(pid, "command"):
        return
    os.kill(pid, signal.SIGKILL)  # safe: what it acknowledged is in its journal
    deadline = time.monotonic() + READY_S
    while is_running(pid):
        if time.monotonic() > deadline:
            raise EmbeddedError(f"process {pid} serves {folder} and could not be ended")
        time.sleep(POLL_S)  # of a process that is no child of ours nothing tells the end


class Valkey(Server):
    """Valkey or Redis without persistence: the bell, not the book."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        super().__init__("valkey", folder, port, folder / "valkey.pid")
        program = programs.find_valkey()
        settings = {
            "port": self.port, "bind": HOST, "dir": folder, "pidfile": self.pid_file, "daemonize": "no",
            "save": "", "appendonly": "no", "loglevel": "notice", "set-proc-title": "no",
        }  # fmt: skip
        self.command = [str(program.path)]
        for key, value in settings.items():
            self.command += [f"--{key}", str(value)]
        self.env.update(program.env)

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as peer:
                peer.sendall(b"PING\r\n")
                return peer.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class Clamd(Server):
    """A virus scanner that knows one thing: text that holds `FINDS`, which is harmless and which no other scanner finds.

    Its limits are small, so that what is too large for it is soon made.
    """

    FINDS = b"Chattar asks its virus scanner to find this harmless line."
    CALLED = "Chattar.Test.UNOFFICIAL"
    STREAM_BYTES_MAX = 4 * 1024 * 1024
    FILE_BYTES_MAX = 2 * 1024 * 1024

    def __init__(self, folder: Path, port: int = 0) -> None:
        super().__init__("clamd", folder, port, folder / "clamd.pid")
        self.command = [str(programs.find_clamd().path), "--config-file", str(folder / "clamd.conf")]

    @property
    def address(self) -> str:
        return f"tcp://{HOST}:{self.port}"

    @property
    def unix_address(self) -> str:
        return f"unix:{self.folder}/clamd.sock"

    def start(self) -> None:
        known = self.folder / "known"
        known.mkdir(parents=True, exist_ok=True)
        (known / "chattar.ndb").write_text(f"Chattar.Test:0:*:{self.FINDS.hex()}\n")
        said = {
            "Foreground": "yes", "DatabaseDirectory": known, "TCPSocket": self.port, "TCPAddr": HOST,
            "LocalSocket": self.folder / "clamd.sock", "PidFile": self.pid_file, "TemporaryDirectory": self.folder,
            "StreamMaxLength": self.STREAM_BYTES_MAX, "MaxFileSize": self.FILE_BYTES_MAX,
            "MaxScanSize": 2 * self.STREAM_BYTES_MAX, "AlertExceedsMax": "yes", "ConcurrentDatabaseReload": "no",
        }  # fmt: skip
        (self.folder / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in said.items()))
        super().start()


class Mongod(Server):
    """One mongod, a member of the replica set; `ReplicaSet` makes it usable."""

    def __init__(self, folder: Path, port: int = 0, name: str = "mongod") -> None:
        super().__init__(name, folder, port, folder / "db" / "mongod.lock")
        program = programs.find_mongod()
        self.command = [
            str(program.path), "--dbpath", str(folder / "db"), "--port", str(self.port), "--bind_ip", HOST,
            "--replSet", REPLICA_SET, "--quiet", "--nounixsocket", "--oplogSize", "128",
            "--wiredTigerCacheSizeGB", "0.25", "--networkMessageCompressors", "snappy,zstd",
            "--setParameter", "diagnosticDataCollectionEnabled=false",
            # A process that was killed in a transaction holds its documents for so long; a minute is the default.
            "--setParameter", "transactionLifetimeLimitSeconds=10",
        ]  # fmt: skip
        self.env.update(program.env)

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def direct_url(self) -> str:
        """This member alone, whatever its state."""
        return f"mongodb://{self.address}/?directConnection=true&serverSelectionTimeoutMS=5000"

    def start(self) -> None:
        (self.folder / "db").mkdir(parents=True, exist_ok=True)
        super().start()

    def run_command(self, *command: Any, **arguments: Any) -> dict[str, Any]:
        """One admin command on a connection of its own (its view of the set is never a stale one)."""
        from pymongo import MongoClient

        with MongoClient[dict[str, Any]](self.direct_url) as client:
            return dict(client.admin.command(*command, **arguments))


class ReplicaSet:
    """One mongod or several, initiated, with an elected primary when `start` returns.

    A folder may be started again with other ports: the set's own record of its addresses is corrected.
    """

    def __init__(self, folder: Path, size: int = 1, ports: Sequence[int] = ()) -> None:
        chosen = [*ports, *[0] * (size - len(ports))]
        names = ["mongod"] if size == 1 else [f"mongod-{number}" for number in range(size)]
        self.members = [Mongod(folder / name, port, name) for name, port in zip(names, chosen, strict=True)]

    @property
    def url(self) -> str:
        return f"mongodb://{','.join(member.address for member in self.members)}/?replicaSet={REPLICA_SET}"

    def start(self) -> None:
        try:
            for member in self.members:
                member.start()
            self._configure()
            self.wait_for_primary()
        except BaseException:
            self.kill()
            raise

    def stop(self, patience_s: float = STOP_S) -> None:
        for member in reversed(self.members):
            member.stop(patience_s)

    def kill(self) -> None:
        """Kill every member at once; their folders are free again."""
        for member in self.members:
            member.kill()
        self.stop()

    def primary(self) -> Mongod | None:
        """The member that says it may write, if there is one now."""
        from pymongo.errors import PyMongoError

        for member in self.members:
            try:
                if member.alive and member.run_command("hello").get("isWritablePrimary"):
                    return member
            except PyMongoError:
                continue
        return None

    def wait_for_primary(self, but: Mongod | None = None) -> Mongod:
        """Wait until a member (other than `but`) is the primary."""
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            found = self.primary()
            if found is not None and found is not but:
                return found
            time.sleep(POLL_S)  # a replica set tells nobody outside of its elections
        raise EmbeddedError(f"the replica set elected no primary in {READY_S:.0f} s")

    def step_down(self, seconds: int = 10) -> Mongod:
        """Make the primary step down and return its successor."""
        from pymongo.errors import NotPrimaryError

        before = self.wait_for_primary()
        # On a busy machine the others may have voted it out since it was asked: that is what was wanted.
        with contextlib.suppress(NotPrimaryError):
            before.run_command("replSetStepDown", seconds, secondaryCatchUpPeriodSecs=seconds // 2, force=True)
        return self.wait_for_primary(but=before)

    def _configure(self) -> None:
        from pymongo.errors import OperationFailure

        hosts = [{"_id": number, "host": member.address} for number, member in enumerate(self.members)]
        first = self.members[0]
        try:
            known = first.run_command("replSetGetConfig")["config"]
        except OperationFailure:
            settings = {"electionTimeoutMillis": ELECTION_TIMEOUT_MS}
            first.run_command("replSetInitiate", {"_id": REPLICA_SET, "members": hosts, "settings": settings})
            return
        if [member["host"] for member in known["members"]] != [host["host"] for host in hosts]:
            changed = {**known, "version": known["version"] + 1, "members": hosts}
            first.run_command("replSetReconfig", changed, force=True)
