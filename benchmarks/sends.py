"""(c) durable acknowledged sends against the bare `insert_one` of the same driver at the same concurrency.

Both on the measured core, the database on the other. A send is acknowledged when its `reply` has come; each of so many
people, each in a thread of their own, sends, waits, and sends again. Then 100 sends/s beside 1,000 people who are
connected and silent.
"""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from benchmarks import generator
from benchmarks.chattar import ACKNOWLEDGEMENT, listening, surroundings
from benchmarks.contestants import TEXT_BYTES, Crowd, Stage
from benchmarks.generator import Phase
from benchmarks.inserts import Inserts
from benchmarks.machine import BenchmarkError, other_core, pinned, running_database, server_core, working_folder
from benchmarks.plan import Effort, Figures, Journal, column, medians, ratio, table

CONCURRENCY = (1, 16, 64)
BARE, OURS, BESIDE = "insert_one", "chattar", "chattar, 100/s beside 1,000 idle"
IDLE_PEOPLE = 1000
SENDERS = 64
PER_SECOND = 100


def bare(workers: int, effort: Effort) -> Figures:
    """Inserts by a process of its own on the measured core, as the server would be."""
    with working_folder() as folder, running_database(folder) as database:
        numbers = map(str, (workers, effort.warm_s, effort.window_s))
        command = pinned(server_core(), [sys.executable, "-m", "benchmarks.inserts", database.url, *numbers])
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise BenchmarkError(f"bare inserts failed: {done.stderr[-2000:]}")
    found = msgspec.json.decode(done.stdout, type=Inserts)
    return {"per_s": found.per_s, "p50_ms": found.p50_ms, "p99_ms": found.p99_ms, "cpu_us": found.cpu_us}


@contextlib.contextmanager
def one_node(crowd: Crowd, folder: Path) -> Iterator[Stage]:
    """A node whose people each have a thread of their own and wait for acknowledgements."""
    with surroundings(crowd, folder) as around:
        process, url = around.start_node("server", server_core())
        waiting = [*listening(url, folder), "--ack", ACKNOWLEDGEMENT, "--text-bytes", str(TEXT_BYTES)]
        waiting[waiting.index("--count-in") + 1] = ACKNOWLEDGEMENT
        yield Stage(waiting, {"server": [process.pid], **around.accounts})


def load(stage: Stage, senders: int, kind: str, level: int, effort: Effort) -> Figures:
    """One phase with so many senders; the figures of acknowledgements."""
    crowd = ["--listeners", str(senders), "--room-size", "1", "--settle-s", "0.5"]
    phase = f"{kind},{level},{effort.window_s},{effort.warm_s}"
    return acknowledged(generator.run([*stage.arguments(), *crowd, "--phase", phase]).phases[0])


def acknowledged(phase: Phase) -> Figures:
    if phase.faults:
        raise BenchmarkError(f"sends without an acknowledgement: {', '.join(phase.faults)}")
    return {
        "per_s": phase.deliveries_per_s,
        "p50_ms": phase.p50_ms,
        "p99_ms": phase.p99_ms,
        "cpu_us": phase.us_per_delivery,
        "mongod_us": phase.cpu_s["mongod"] / max(1, phase.window_deliveries) * 1e6,
    }


def ours(workers: int, effort: Effort) -> Figures:
    """So many people, each with one message under way."""
    with working_folder() as folder, one_node(Crowd(workers, 1), folder) as stage:
        return load(stage, workers, "closed", workers, effort)


def beside_idle(effort: Effort) -> Figures:
    """A steady 100 sends/s while 1,000 others are connected."""
    idle = effort.scaled(IDLE_PEOPLE)
    with working_folder() as folder, one_node(Crowd(SENDERS + idle, 1), folder) as stage:
        everybody = (folder / "listeners").read_text().splitlines(keepends=True)
        (folder / "silent").write_text("".join(everybody[SENDERS:]))
        with silent_crowd(stage, idle, folder):
            return load(stage, SENDERS, "rate", PER_SECOND, effort)


@contextlib.contextmanager
def silent_crowd(stage: Stage, people: int, folder: Path) -> Iterator[None]:
    """A second generator that connects and then only listens, until the end of the block."""
    options = [*stage.options, "--listeners", str(people), "--room-size", "1", "--settle-s", "45"]
    options[options.index("--lines") + 1] = str(folder / "silent")
    command = pinned(other_core(), [generator.build(), *options])
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            told = process.stderr.readline().strip() if process.stderr else ""
            if told != f"connected {people}":
                raise BenchmarkError(f"the silent crowd did not come: {told}")
            yield
            if process.poll() is not None:
                raise BenchmarkError("the silent crowd did not stay")
        finally:
            process.terminate()


def hold(effort: Effort, journal: Journal, say: Callable[[str], None]) -> str:
    """Measure in turns and give the Markdown table."""
    runs: dict[str, list[Figures]] = {}
    for repetition in range(effort.repetitions):
        for workers in CONCURRENCY:
            for name, measure in ((BARE, bare), (OURS, ours)):
                note(runs, f"{name}, {workers} at once", repetition, measure(workers, effort), journal, say)
        note(runs, BESIDE, repetition, beside_idle(effort), journal, say)
    rows = {name: medians(found) for name, found in runs.items()}
    tables = [
        render({name: row for name, row in rows.items() if name.endswith(f" {n} at once")}, n) for n in CONCURRENCY
    ]
    tables.append(render({BESIDE: rows[BESIDE]}, None))
    return "### sends: durable acknowledged sends\n\n" + "\n\n".join(tables)


def note(
    runs: dict[str, list[Figures]],
    name: str,
    repetition: int,
    found: Figures,
    journal: Journal,
    say: Callable[[str], None],
) -> None:
    runs.setdefault(name, []).append(found)
    journal.write(bench="sends", server=name, repetition=repetition, **found)
    say(f"sends        {name:34} {found['per_s']:8.0f}/s p50 {found['p50_ms']:.2f} p99 {found['p99_ms']:.2f} ms")


def render(rows: dict[str, Figures], workers: int | None) -> str:
    base = rows.get(f"{BARE}, {workers} at once", {}).get("per_s")
    columns = [
        column("acknowledged/s", "per_s", "{:,.0f}"),
        ratio("of the bare insert", "per_s", base),
        column("p50 ms", "p50_ms"),
        column("p99 ms", "p99_ms"),
        column("CPU µs each, measured process", "cpu_us", "{:.0f}"),
        column("CPU µs each, database", "mongod_us", "{:.0f}"),
    ]
    return table(columns, rows, "what")
