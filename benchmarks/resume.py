"""(e) resume: a node with 1,000 clients is killed under load; all of them come back on another one, and miss nothing.

Rooms of four; one more person of each room sends from the second node all the while, at 50 messages/s in all. When the
first node dies (SIGKILL), every client connects to the second at once, 64 handshakes at a time, with the position it
had. Measured: the time from the kill until the last one is live again; and that everybody got every message once.
"""

from collections.abc import Callable

from benchmarks import generator
from benchmarks.chattar import LIVE, POSITION, RESUME, listening, sending, surroundings
from benchmarks.contestants import TEXT_BYTES, Crowd
from benchmarks.generator import Phase
from benchmarks.machine import BenchmarkError, server_core, working_folder
from benchmarks.plan import Effort, Figures, Journal, column, medians, table

CROWD = Crowd(1000, 4, senders_elsewhere=True)
PER_SECOND = 50
WINDOW_S = 8.0
"""The kill comes one second into it."""
WARM_S = 6.0
"""Long enough for every room to have had a message, so that every client has a position."""


def measure(crowd: Crowd) -> Phase:
    """One kill. Both nodes on the measured core: the one that is left has it to itself."""
    with working_folder() as folder, surroundings(crowd, folder) as around:
        doomed, url = around.start_node("server", server_core())
        heir, heir_url = around.start_node("heir", server_core())
        accounts = {"server": [doomed.pid], "heir": [heir.pid], **around.accounts}
        options = [*listening(url, folder), *sending(heir_url, crowd, folder)]
        options += ["--listeners", str(crowd.listeners), "--room-size", str(crowd.room_size)]
        options += ["--text-bytes", str(TEXT_BYTES), "--capture", POSITION]
        resume = RESUME.replace("{epoch}", (folder / "epoch").read_text().strip())
        options += ["--resume-url", heir_url, "--resume-step", resume, "--resume-step", LIVE]
        options += [part for name, pids in accounts.items() for part in ("--account", f"{name}={pids[0]}")]
        options += ["--drain-s", "30", "--kill", str(doomed.pid), "--phase", f"rate,{PER_SECOND},{WINDOW_S},{WARM_S}"]
        return generator.run(options).phases[0]


def figures(phase: Phase) -> Figures:
    if phase.resume is None or phase.resume.returned < phase.resume.lost:
        raise BenchmarkError("not every client came back")
    return {
        "clients": phase.resume.lost,
        "last_live_s": phase.resume.last_live_ms / 1e3,
        "missing": phase.missing,
        "duplicates": phase.duplicates,
        "strays": phase.strays,
        "max_ms": phase.max_ms,
        "cpu_us": phase.cpu_s["heir"] / phase.resume.lost * 1e6,
    }


def hold(effort: Effort, journal: Journal, say: Callable[[str], None]) -> str:
    """Measure and give the Markdown table."""
    crowd = Crowd(effort.scaled(CROWD.listeners, CROWD.room_size), CROWD.room_size, senders_elsewhere=True)
    runs = []
    for repetition in range(effort.repetitions):
        found = figures(measure(crowd))
        journal.write(bench="resume", server="chattar", repetition=repetition, **found)
        say("resume       " + ", ".join(f"{name} {value:g}" for name, value in found.items()))
        runs.append(found)
    columns = [
        column("clients lost", "clients", "{:.0f}"),
        column("last one live after s", "last_live_s"),
        column("missing", "missing", "{:.0f}"),
        column("twice", "duplicates", "{:.0f}"),
        column("latest delivery ms", "max_ms", "{:.0f}"),
    ]
    return "### resume: a node is killed under load\n\n" + table(columns, {"chattar": medians(runs)})
