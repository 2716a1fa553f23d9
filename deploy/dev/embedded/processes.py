"""Child processes that end with the process that started them, and what can be known of others.

Knows processes, signals and ports. A child ends with us even when we are killed (Linux).
"""

from __future__ import annotations

import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

HOST = "127.0.0.1"
STOP_S = 15.0
PORTS = range(15_000, 32_000)
SHARE = "EMBEDDED_PORTS"
"""In the environment, such as `1/2`: which share of PORTS this process and its children take theirs from, of how many.
Processes that look for ports at the same time have a share each: where one of them has killed a server that it will start
again nobody listens in between, and another would find that port free."""

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None

_given: set[int] = set()

# The kernel ties a child to the *thread* that forked it, so all children are forked by one thread that lives
# as long as this process. A child started from a worker thread would die when that thread retires.
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


class EmbeddedError(Exception):
    """A server cannot be found or does not start; the text says which, and what to do."""


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
    """A port that nobody listens on, and that this process has not been given before. Raises EmbeddedError without one.

    It is below those that a system takes for connections: what the kernel chose would be anybody's again until the server
    has it, and while a server is killed even a client that keeps trying to reach it may get its port, and so itself.
    """
    ports = _share(os.environ.get(SHARE) or "1/1")
    for port in random.sample(ports, len(ports)):
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise EmbeddedError(f"no port between {ports.start} and {ports.stop - 1} is free")


def _share(said: str) -> range:
    number, slash, count = said.partition("/")
    if not (slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count) <= len(PORTS)):
        raise EmbeddedError(f"{SHARE} is {said!r}, expected a share such as 1/2")
    size = len(PORTS) // int(count)
    return PORTS[(int(number) - 1) * size : int(number) * size]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def is_running(pid: int) -> bool:
    """Whether a process runs under this id; one that ended and waits to be collected does not."""
    state = about(pid, "stat")
    return bool(state) and not state.startswith("Z")


def about(pid: int, what: str) -> str:
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
