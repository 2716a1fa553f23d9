"""This tree against another revision of it: both builds take turns within one run, and what is given are ratios.

The other revision is unpacked under var/benchmarks/against/ and set up there with its own locks; it stays, so that the
next run begins at once. Each build is measured in its own tree, by its own interpreter: a server only ever sees a database
that its own storage has written. The judge is this tree's `benchmarks/`, copied over the other's; where it can't drive
that revision any more (an import or a document that has changed), the revision's own is used, and the report says so.

Knows trees, turns and ratios. Refuses to know how anything is measured.
"""

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.machine import HERE, ROOT, VAR, BenchmarkError, run_quietly
from benchmarks.plan import interleaved

REPETITIONS = 3
RUN_S_MAX = 900
TRIES = 2
"""A run in which a delivery was missing or doubled counts for nothing, and is made once more."""
OLD, NEW = "old", "new"
BENCHES = ("wide", "narrow", "sends", "resume", "reminders", "applying")
# Imports every module and builds a world: enough to see whether this judge and that product still fit.
_FITS = """
import benchmarks.__main__, benchmarks.inserts, benchmarks.speaker, benchmarks.ticks
from benchmarks import reminder_world, world
from benchmarks.contestants import Crowd
world.build(Crowd(4, 4)); reminder_world.due_threads(1, 1)
world.Facts.prefix; benchmarks.speaker.Bus.belong_to
"""

Row = dict[str, object]


@dataclass(frozen=True)
class Figure:
    """One figure of a journal: which rows have it, under which name, and which way is better."""

    title: str
    bench: str
    field: str
    server: str = "chattar"
    threads: int | None = None
    """Of rows that differ by the size of their database."""
    more_is_better: bool = False
    beside: str | None = None
    """The server of the same journal whose figure this one is divided by: what the machine did to both falls out."""

    def of(self, rows: Sequence[Row]) -> float | None:
        """Its value in one run's journal, if it is there."""
        value = self._found(rows, self.server)
        if value is None or self.beside is None:
            return value
        base = self._found(rows, self.beside)
        return value / base if base else None

    def _found(self, rows: Iterable[Row], server: str) -> float | None:
        for row in rows:
            wanted = {"bench": self.bench, "server": server}
            if self.threads is not None:
                wanted["threads"] = self.threads  # type: ignore[assignment]
            if all(row.get(name) == value for name, value in wanted.items()):
                value = row.get(self.field)
                return float(value) if isinstance(value, int | float) else None
        return None


FIGURES = (
    Figure("wide, saturated: CPU µs per delivery", "wide", "closed_us"),
    Figure("wide, 20/s: CPU µs per delivery", "wide", "rate_us"),
    Figure("wide, 20/s: p99 ms", "wide", "rate_p99_ms"),
    Figure("narrow, saturated: CPU µs per delivery", "narrow", "closed_us"),
    Figure("narrow, 250/s: CPU µs per delivery", "narrow", "rate_us"),
    Figure("narrow, one node does both, saturated: CPU µs per delivery", "narrow-both", "closed_us"),
    Figure("narrow, one node does both, 250/s: CPU µs per delivery", "narrow-both", "rate_us"),
    Figure("idle: KiB per connection", "narrow", "kib"),
    *(
        Figure(
            f"sends, {workers} at once: {what} beside bare inserts",
            "sends",
            field,
            f"chattar, {workers} at once",
            more_is_better=more,
            beside=f"insert_one, {workers} at once",
        )
        for workers in (1, 16, 64)
        for what, field, more in (
            ("acknowledged/s", "per_s", True),
            ("acknowledged after (p50)", "p50_ms", False),
            ("CPU", "cpu_us", False),
        )
    ),
    Figure("sends, 100/s beside idle people: p99 ms", "sends", "p99_ms", "chattar, 100/s beside 1,000 idle"),
    Figure("resume: last one live after s", "resume", "last_live_s"),
    Figure("resume: CPU µs per client", "resume", "cpu_us"),
    Figure("reminders: tick with 100 due among 1,000, CPU ms", "reminders", "busy_cpu_ms", threads=1000),
    *(
        Figure(f"a page applies {what}: CPU ms", "applying", field)
        for what, field in (
            ("1,000 rows", "page_1000_ms"),
            ("a pulse that names 1,000 rows", "pulse_1000_ms"),
            ("a pulse that names 2,000 rows", "pulse_2000_ms"),
            ("an event, knowing 1,000 rows", "event_1000_ms"),
            ("an event, knowing 1,000 rows, with lists and counts", "client_event_1000_ms"),
        )
    ),
)


class Comparison(msgspec.Struct, frozen=True):
    """One figure of both builds."""

    title: str
    old: float
    new: float
    """Medians of the runs."""
    ratio: float
    """Median over the pairs of new / old."""
    pairs: list[float]
    cost: float
    """The ratio turned so that more than 1 is worse."""


@dataclass(frozen=True)
class Tree:
    """A build in its folder."""

    folder: Path
    note: str = ""

    @property
    def python(self) -> Path:
        return self.folder / ".venv" / "bin" / "python"


def revision(name: str) -> str:
    """The commit that a name stands for. Raises BenchmarkError."""
    command = ["git", "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise BenchmarkError(f"there is no revision {name} here")
    return done.stdout.strip()


def other_tree(commit: str, say: Callable[[str], None]) -> Tree:
    """That revision, unpacked and set up. Raises BenchmarkError with what its set-up said."""
    folder = VAR / "against" / commit[:12]
    if not (folder / "dev.py").is_file():
        unpack(commit, folder)
    say(f"setting up {commit[:12]} in {folder.relative_to(ROOT)}")
    run_quietly([sys.executable, "dev.py", "setup"], folder)
    return Tree(folder, judged(folder, commit))


def unpack(commit: str, folder: Path) -> None:
    """Its files, without a word to git about them: there is no worktree to forget afterwards."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    archive = unfinished.with_suffix(".tar")
    run_quietly(["git", "archive", "--format=tar", "-o", archive, commit], ROOT)
    run_quietly(["tar", "-xf", archive, "-C", unfinished], ROOT)
    archive.unlink()
    unfinished.rename(folder)


def judged(folder: Path, commit: str) -> str:
    """Put today's judge into an older tree, or leave its own there; what the report has to say about it."""
    own, theirs = folder / "benchmarks.own", folder / "benchmarks"
    if not own.exists():
        theirs.rename(own)
    put(HERE, theirs)
    try:
        run_quietly([folder / ".venv" / "bin" / "python", "-c", _FITS], folder)
    except BenchmarkError:
        put(own, theirs)
        return f"{commit[:12]} is measured by its own benchmarks/: today's can't drive it"
    return ""


def put(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))


def measure(tree: Tree, bench: str, *, quick: bool) -> list[Row]:
    """The journal of one run of one benchmark in a tree. Raises BenchmarkError."""
    command: list[str | Path] = [tree.python, "-m", "benchmarks", bench, "--servers", "chattar", "--repetitions", "1"]
    done = subprocess.run(
        [*command, *["--quick"] * quick], cwd=tree.folder, capture_output=True, text=True, timeout=RUN_S_MAX
    )
    journal = next(
        (line.removeprefix("figures: ") for line in done.stderr.splitlines() if line.startswith("figures: ")), None
    )
    if done.returncode or journal is None:
        raise BenchmarkError(f"{bench} in {tree.folder.name}: {done.stderr.strip()[-1000:]}")
    rows: list[Row] = [json.loads(line) for line in (tree.folder / journal).read_text().splitlines()]
    spoiled = [str(row.get("faults") or row.get("error")) for row in rows if row.get("faults") or row.get("error")]
    if spoiled:
        raise BenchmarkError(f"{bench} in {tree.folder.name}: {'; '.join(spoiled)}")
    return rows


def taken_in_turns(
    trees: dict[str, Tree], benches: Sequence[str], repetitions: int, *, quick: bool, say: Callable[[str], None]
) -> dict[int, dict[str, list[Row]]]:
    """Rows by pair and build: old new, new old, old new, and so on, for each benchmark."""
    pairs: dict[int, dict[str, list[Row]]] = {number: {name: [] for name in trees} for number in range(repetitions)}
    for bench in benches:
        for number, name in interleaved(list(trees), repetitions):
            for attempt in range(TRIES):
                try:
                    pairs[number][name] += measure(trees[name], bench, quick=quick)
                except BenchmarkError as error:
                    say(f"{bench} {name} {number + 1}: {error}")
                    if attempt == TRIES - 1:
                        raise
                else:
                    say(f"{bench} {name} {number + 1} of {repetitions}")
                    break
    return pairs


def compare(pairs: dict[int, dict[str, list[Row]]], figures: Sequence[Figure] = FIGURES) -> list[Comparison]:
    """Every figure that both builds have in at least one pair."""
    found = []
    for figure in figures:
        values = [(figure.of(pair[OLD]), figure.of(pair[NEW])) for pair in pairs.values()]
        both = [(old, new) for old, new in values if old and new]
        if not both:
            continue
        ratios = [new / old for old, new in both]
        ratio = statistics.median(ratios)
        found.append(
            Comparison(
                title=figure.title,
                old=statistics.median(old for old, _ in both),
                new=statistics.median(new for _, new in both),
                ratio=ratio,
                pairs=[round(one, 3) for one in ratios],
                cost=1 / ratio if figure.more_is_better else ratio,
            )
        )
    return found


def render(name: str, note: str, comparisons: Sequence[Comparison]) -> str:
    """A Markdown table; the last column is above 1 where this tree is worse."""
    lines = [
        f"### this tree against {name}",
        *([f"\n{note}"] if note else []),
        "\n| figure | old | new | new / old | pairs | worse × |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for one in comparisons:
        pairs = " ".join(f"{ratio:.2f}" for ratio in one.pairs)
        lines.append(f"| {one.title} | {one.old:,.2f} | {one.new:,.2f} | {one.ratio:.2f} | {pairs} | {one.cost:.2f} |")
    return "\n".join(lines)


def hold(
    name: str, benches: Sequence[str], repetitions: int, *, quick: bool, report: Path, say: Callable[[str], None]
) -> str:
    """Compare with that revision: the table, and the same as JSON in `report`. Raises BenchmarkError."""
    commit = revision(name)
    old = other_tree(commit, say)
    trees = {OLD: old, NEW: Tree(ROOT)}
    pairs = taken_in_turns(trees, benches, repetitions, quick=quick, say=say)
    comparisons = compare(pairs)
    content = {
        "against": commit, "judge": old.note or "this tree's", "quick": quick, "repetitions": repetitions,
        "figures": comparisons, "runs": pairs,
    }  # fmt: skip
    report.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=2))
    return render(f"{name} ({commit[:12]})", old.note, comparisons)
