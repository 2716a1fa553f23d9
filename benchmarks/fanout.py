"""(a) wide and (b) narrow fan-out, (d) memory per idle connection: the same crowd and load for every server.

wide: 1,000 people in one room. narrow: 1,000 rooms of four, which is what a client chat really does; once on a
node that only delivers (the senders sit on another) and once on one node that does both.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks import generator
from benchmarks.contestants import TEXT_BYTES, Contestant, Crowd
from benchmarks.generator import Findings, Phase
from benchmarks.machine import BenchmarkError, working_folder
from benchmarks.plan import Effort, Figures, Journal, column, interleaved, medians, ratio, table

FOREIGN_CORES_MAX = 0.4
"""A run during which others used more of the machine is made once more, and the less disturbed one counts."""
BASE = "socketio"
"""The server that ratios are of."""


@dataclass(frozen=True)
class Contest:
    """A crowd and what it does: so many messages in flight, then so many a second."""

    name: str
    title: str
    crowd: Crowd
    in_flight: int | None
    per_second: int | None


WIDE = Contest(
    "wide",
    "wide: one room, 16 messages in flight from 16 senders; then 20 messages/s",
    Crowd(1000, 1000, senders=16),
    16,
    20,
)
NARROW = Contest(
    "narrow",
    "narrow: rooms of four, the measured node only delivers; 64 messages in flight, then 250/s",
    Crowd(4000, 4, senders_elsewhere=True),
    64,
    250,
)
NARROW_BOTH = Contest(
    "narrow-both",
    "narrow: rooms of four, one node sends and delivers; 64 messages in flight, then 250/s",
    Crowd(4000, 4, senders=4),
    64,
    250,
)
IDLE = Contest("idle", "idle: memory of connections that nobody talks to", Crowd(4000, 4), None, None)


def scaled(contest: Contest, effort: Effort) -> Contest:
    """The same with fewer people for a quick look."""
    crowd = contest.crowd
    if crowd.room_size == crowd.listeners:
        listeners = effort.scaled(crowd.listeners)
        return replace(contest, crowd=replace(crowd, listeners=listeners, room_size=listeners))
    return replace(contest, crowd=replace(crowd, listeners=effort.scaled(crowd.listeners, crowd.room_size)))


def phases(contest: Contest, effort: Effort) -> list[str]:
    """The generator's options for what the crowd does."""
    told = []
    if contest.in_flight:
        told += ["--phase", f"closed,{contest.in_flight},{effort.window_s},{effort.warm_s}"]
    if contest.per_second:
        told += ["--phase", f"rate,{contest.per_second},{effort.window_s},{effort.warm_s}"]
    return told


def measure(contestant: Contestant, contest: Contest, effort: Effort) -> Findings:
    """One run with a fresh server."""
    crowd = contest.crowd
    with working_folder() as folder, contestant.stage(crowd, folder) as stage:
        crowd_options = ["--listeners", str(crowd.listeners), "--room-size", str(crowd.room_size)]
        text = ["--text-bytes", str(TEXT_BYTES), "--settle-s", "1.5"]
        return generator.run([*crowd_options, *text, *stage.arguments(), *phases(contest, effort)])


def measure_undisturbed(contestant: Contestant, contest: Contest, effort: Effort) -> Findings:
    """One run; a second one where others used the machine, and the better of the two."""
    first = measure(contestant, contest, effort)
    if first.foreign_cores <= FOREIGN_CORES_MAX:
        return first
    second = measure(contestant, contest, effort)
    return min(first, second, key=lambda findings: findings.foreign_cores)


def figures(findings: Findings) -> Figures:
    """What goes into medians."""
    found: Figures = {"kib": findings.kib_per_connection, "connect_per_s": findings.live / findings.connect_s}
    for phase in findings.phases:
        found |= {f"{phase.kind}_{name}": value for name, value in phase_figures(phase).items()}
    return found


def phase_figures(phase: Phase) -> Figures:
    return {
        "us": phase.us_per_delivery,
        "per_s": phase.deliveries_per_s,
        "p50_ms": phase.p50_ms,
        "p99_ms": phase.p99_ms,
        "server_share": phase.server_share,
        "generator_share": phase.generator_share,
        "bytes": phase.bytes / phase.window_deliveries if phase.window_deliveries else 0.0,
        "foreign": phase.foreign_cores,
    }


def hold(
    contest: Contest,
    contestants: Mapping[str, Contestant],
    effort: Effort,
    journal: Journal,
    say: Callable[[str], None],
) -> str:
    """Measure all contestants in turns and give the Markdown table of medians."""
    contest = scaled(contest, effort)
    runs: dict[str, list[Figures]] = {name: [] for name in contestants}
    for repetition, name in interleaved(list(contestants), effort.repetitions):
        try:
            findings = measure_undisturbed(contestants[name], contest, effort)
        except BenchmarkError as error:
            journal.write(bench=contest.name, server=name, repetition=repetition, error=str(error))
            say(f"{contest.name} {name}: {error}")
            continue
        faults = [f"{phase.kind}: {fault}" for phase in findings.phases for fault in phase.faults]
        found = figures(findings)
        journal.write(bench=contest.name, server=name, repetition=repetition, faults=faults, **found)
        say(brief(contest.name, name, findings, faults))
        if not faults:
            runs[name].append(found)
    return render(contest, {name: medians(found) for name, found in runs.items() if found}, effort)


def brief(bench: str, name: str, findings: Findings, faults: Sequence[str]) -> str:
    """One line about one run."""
    parts = [f"{bench:12} {name:12} {findings.kib_per_connection:6.1f} KiB/conn"]
    parts += [
        f"{p.kind} {p.us_per_delivery:6.2f} µs {p.deliveries_per_s:8.0f}/s"
        f" p50 {p.p50_ms:.2f} p99 {p.p99_ms:.2f} ms"
        f" server {p.server_share:.0%} generator {p.generator_share:.0%} others {p.foreign_cores:.2f}"
        for p in findings.phases
    ]
    return " | ".join([*parts, *faults])


def render(contest: Contest, rows: dict[str, Figures], effort: Effort) -> str:
    base = rows.get(BASE, {})
    columns = []
    if contest.in_flight:
        columns += [
            column("CPU µs per delivery, saturated", "closed_us"),
            ratio(f"of {BASE}", "closed_us", base.get("closed_us")),
            column("deliveries/s", "closed_per_s", "{:,.0f}"),
            column("server's core", "closed_server_share", "{:.0%}"),
            column("generator's core", "closed_generator_share", "{:.0%}"),
        ]
    if contest.per_second:
        columns += [
            column(f"CPU µs per delivery at {contest.per_second}/s", "rate_us"),
            ratio(f"of {BASE}", "rate_us", base.get("rate_us")),
            column("p50 ms", "rate_p50_ms"),
            column("p99 ms", "rate_p99_ms"),
        ]
    columns += [
        column("KiB per idle connection", "kib", "{:.1f}"),
        ratio(f"of {BASE}", "kib", base.get("kib")),
    ]
    crowd = contest.crowd
    how = f"{crowd.listeners} connections, medians of {effort.repetitions} interleaved runs"
    return f"### {contest.title}\n\n{how}\n\n{table(columns, rows)}"
