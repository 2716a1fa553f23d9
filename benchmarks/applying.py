"""How long a page that knows many threads takes to apply what comes: CPU time of its reducer, and of the client around it.

Bundled by the tree's own Vite and run in Node: no server, no browser, no drawing. Knows how pages/apply.ts is bundled
and run; what it does stands there.
"""

import json
from collections.abc import Callable

from benchmarks.machine import HERE, BenchmarkError, find_node, run_quietly, working_folder
from benchmarks.plan import Effort, Figures, Journal, medians


def measure() -> Figures:
    """Milliseconds of CPU time, by name."""
    node = find_node()
    if node is None:
        raise BenchmarkError("there is no Node here to run what a page runs")
    with working_folder() as folder:
        run_quietly([node, HERE / "pages" / "bundle.mjs", folder / "bundle"], HERE)
        run_quietly([node, folder / "bundle" / "apply.mjs", folder / "figures.json"], HERE)
        found: Figures = json.loads((folder / "figures.json").read_text())
    return found


def hold(effort: Effort, journal: Journal, say: Callable[[str], None]) -> str:
    """Measure and give the Markdown table."""
    runs = []
    for repetition in range(effort.repetitions):
        found = measure()
        journal.write(bench="applying", server="chattar", repetition=repetition, **found)
        say("applying     " + ", ".join(f"{name} {value:.3f}" for name, value in found.items()))
        runs.append(found)
    lines = ["### applying: what a page does with what comes, CPU ms", "", "| what | ms |", "|---|---:|"]
    lines += [
        f"| {name.removesuffix('_ms').replace('_', ' ')} | {value:.3f} |" for name, value in medians(runs).items()
    ]
    return "\n".join(lines)
