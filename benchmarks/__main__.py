"""`python -m benchmarks`: chooses what to measure and where the figures go.

    python -m benchmarks                        everything but `idle`, which `narrow` measures on its way (about 20 minutes)
    python -m benchmarks wide narrow --servers chattar,socketio
    python -m benchmarks --quick                a look in a few minutes; its figures are not worth citing
    python -m benchmarks --against REV          this tree and that revision in turns, as ratios (40 minutes)

Figures: var/benchmarks/<time>.jsonl, one line a run, and <time>.md, tables of medians and ratios.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import against, applying, bulk, fanout, files, reminders, resume, sends
from benchmarks.chattar import Chattar
from benchmarks.contestants import Contestant
from benchmarks.machine import VAR, BenchmarkError
from benchmarks.peers import PEERS
from benchmarks.plan import QUICK, Effort, Journal

Bench = Callable[[dict[str, Contestant], Effort, Journal], str]


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def fan_out(*contests: fanout.Contest) -> Bench:
    def hold(contestants: dict[str, Contestant], effort: Effort, journal: Journal) -> str:
        return "\n\n".join(fanout.hold(contest, contestants, effort, journal, say) for contest in contests)

    return hold


def durable_sends(contestants: dict[str, Contestant], effort: Effort, journal: Journal) -> str:
    return sends.hold(effort, journal, say)


def resume_after_kill(contestants: dict[str, Contestant], effort: Effort, journal: Journal) -> str:
    return resume.hold(effort, journal, say)


def applied_in_a_page(contestants: dict[str, Contestant], effort: Effort, journal: Journal) -> str:
    return applying.hold(effort, journal, say)


def reminder_ticks(contestants: dict[str, Contestant], effort: Effort, journal: Journal) -> str:
    return reminders.hold(effort, journal, say)


def large_files(contestants: dict[str, Contestant], effort: Effort, journal: Journal) -> str:
    return files.hold(effort, journal, say)


def bulk_runs(contestants: dict[str, Contestant], effort: Effort, journal: Journal) -> str:
    return bulk.hold(effort, journal, say)


BENCHES: dict[str, Bench] = {
    "wide": fan_out(fanout.WIDE),
    "narrow": fan_out(fanout.NARROW, fanout.NARROW_BOTH),
    "idle": fan_out(fanout.IDLE),
    "sends": durable_sends,
    "resume": resume_after_kill,
    "reminders": reminder_ticks,
    "applying": applied_in_a_page,
    "files": large_files,
    "bulk": bulk_runs,
}


DEFAULT: list[str] = [name for name in BENCHES if name != "idle"]
"""The crowd of `idle` is that of `narrow`, whose tables have its column."""


def all_contestants() -> dict[str, Contestant]:
    contestants: list[Contestant] = [Chattar(), *PEERS]
    return {contestant.name: contestant for contestant in contestants}


def able(contestants: dict[str, Contestant]) -> dict[str, Contestant]:
    """Those that can be measured here; the others are named."""
    found = {}
    for name, contestant in contestants.items():
        obstacle = contestant.obstacle()
        if obstacle:
            say(f"left out: {name} ({obstacle})")
        else:
            found[name] = contestant
    return found


def parse(arguments: list[str] | None) -> argparse.Namespace:
    known = all_contestants()
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure Chattar and its peers.")
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=", ".join(BENCHES))
    parser.add_argument("--servers", default=",".join(known), help=f"default: {','.join(known)}")
    parser.add_argument("--quick", action="store_true", help="one short repetition with fewer connections")
    parser.add_argument("--repetitions", type=int, help="default: 3")
    parser.add_argument("--against", metavar="REV", help="measure that revision too, in turns, and give ratios")
    chosen = parser.parse_args(arguments)
    for name in chosen.benches:
        if name not in BENCHES:
            parser.error(f"no benchmark {name}; there are {', '.join(BENCHES)}")
    for name in chosen.servers.split(","):
        if name not in known:
            parser.error(f"no server {name}; there are {', '.join(known)}")
    return chosen


def main(arguments: list[str] | None = None) -> int:
    chosen = parse(arguments)
    effort = QUICK if chosen.quick else Effort()
    if chosen.repetitions:
        effort = Effort(chosen.repetitions, effort.window_s, effort.warm_s, effort.scale)
    VAR.mkdir(parents=True, exist_ok=True)
    journal = Journal(VAR / f"{time.strftime('%Y%m%d-%H%M%S')}.jsonl")
    if chosen.against:
        return compare(chosen, journal.path.with_suffix(".against.json"))
    known = all_contestants()
    try:
        contestants = able({name: known[name] for name in chosen.servers.split(",")})
        tables = [BENCHES[name](contestants, effort, journal) for name in chosen.benches or DEFAULT]
    except BenchmarkError as error:
        say(f"benchmarks: {error}")
        return 1
    text = "\n\n".join(tables) + "\n"
    journal.path.with_suffix(".md").write_text(text)
    print(text)
    say(f"figures: {journal.path}")
    return 0


def compare(chosen: argparse.Namespace, report: Path) -> int:
    """Both builds in turns; the ratios."""
    benches = chosen.benches or against.BENCHES
    repetitions = chosen.repetitions or against.REPETITIONS
    try:
        text = against.hold(chosen.against, benches, repetitions, quick=chosen.quick, report=report, say=say)
    except BenchmarkError as error:
        say(f"benchmarks: {error}")
        return 1
    report.with_suffix(".md").write_text(text + "\n")
    print(text)
    say(f"figures: {report}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
