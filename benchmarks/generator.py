"""The load generator: compiles `generator/*.c`, runs it, and gives its findings as structs.

Knows its options and its output. Refuses to know what any server's messages mean.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.machine import HERE, VAR, BenchmarkError, other_core, pinned, run_quietly

RUN_S_MAX = 300
"""The generator ends each of its stages after 58 s; this only guards against a bug in it."""


class Comeback(msgspec.Struct, frozen=True):
    """What happened to the listeners of a node that was killed."""

    lost: int
    returned: int
    last_live_ms: float
    """From the kill until the last of them was live again; -1: none came back."""


class Phase(msgspec.Struct, frozen=True):
    """One phase. `window_*`, `bytes`, `frames`, `reads` and CPU times are of its window; the counts of all of it."""

    kind: str
    level: float
    window_s: float
    window_sent: int
    window_deliveries: int
    deliveries_per_s: float
    bytes: int
    frames: int
    reads: int
    generator_cpu_s: float
    generator_share: float
    """The generator's part of its core: near 1 it would be what is measured."""
    cpu_s: dict[str, float]
    foreign_cores: float
    """Cores kept busy by processes that have nothing to do with the run."""
    sent: int
    deliveries: int
    missing: int
    duplicates: int
    strays: int
    dead: int
    stalled: bool
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    mean_ms: float
    send_late_ms: float
    resume: Comeback | None = None

    @property
    def us_per_delivery(self) -> float:
        """The measured server's CPU time for one delivery, in microseconds."""
        return self.cpu_s["server"] / self.window_deliveries * 1e6 if self.window_deliveries else float("nan")

    @property
    def server_share(self) -> float:
        """The measured server's part of its core."""
        return self.cpu_s["server"] / self.window_s

    @property
    def faults(self) -> list[str]:
        """What makes the figures worthless; empty when all arrived exactly once."""
        counted = {name: getattr(self, name) for name in ("missing", "duplicates", "strays", "dead")}
        return [f"{value} {name}" for name, value in counted.items() if value] + ["stalled"] * self.stalled


class Findings(msgspec.Struct, frozen=True):
    """One run of the generator."""

    listeners: int
    room_size: int
    text_bytes: int
    live: int
    connect_s: float
    connect_server_cpu_s: float
    rss_kib: tuple[float, float, float]
    """The server's resident memory with nobody, half of the listeners and all of them connected and idle."""
    phases: list[Phase]
    complete: bool

    @property
    def kib_per_connection(self) -> float:
        """Resident memory per idle connection, with all that the first ones made the server load."""
        return (self.rss_kib[2] - self.rss_kib[0]) / self.live

    @property
    def foreign_cores(self) -> float:
        """The worst disturbance of any phase."""
        return max((phase.foreign_cores for phase in self.phases), default=0.0)


def build() -> Path:
    """The compiled generator, made anew when its source has changed. Raises BenchmarkError without a compiler."""
    sources = sorted((HERE / "generator").glob("*.[ch]"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    program = VAR / f"wsload-{digest}"
    if program.is_file():
        return program
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        raise BenchmarkError("the load generator needs a C compiler: apt-get install gcc libc6-dev")
    VAR.mkdir(parents=True, exist_ok=True)
    unfinished = program.with_suffix(f".{os.getpid()}")
    flags = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-o", str(unfinished)]
    run_quietly([compiler, *flags, *(source for source in sources if source.suffix == ".c")], HERE)
    unfinished.rename(program)
    return program


def run(arguments: Sequence[str]) -> Findings:
    """Load a server. Raises BenchmarkError when the generator could not connect everyone or ends badly."""
    command = pinned(other_core(), [build(), *arguments])
    done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_S_MAX)
    if done.returncode not in (0, 1) or not done.stdout:
        raise BenchmarkError(f"the generator ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    findings = msgspec.json.decode(done.stdout, type=Findings)
    if not findings.complete:
        raise BenchmarkError(f"not everyone stayed connected: {done.stderr.strip()[-2000:]}")
    return findings
