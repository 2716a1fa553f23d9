"""What benchmarks share: how often and how long to measure, a journal of the runs, medians, tables.

Refuses to know what is measured.
"""

import json
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Figures = dict[str, float]


@dataclass(frozen=True)
class Effort:
    """How much time a run may take."""

    repetitions: int = 3
    window_s: float = 3.0
    warm_s: float = 0.7
    scale: float = 1.0
    """What the number of connections is multiplied with."""

    def scaled(self, count: int, multiple: int = 1) -> int:
        return max(multiple, int(count * self.scale) // multiple * multiple)


QUICK = Effort(repetitions=1, window_s=1.0, warm_s=0.4, scale=0.2)


@dataclass
class Journal:
    """Every measured run, one JSON object a line, as soon as it is known."""

    path: Path
    rows: list[dict[str, object]] = field(default_factory=list)

    def write(self, **row: object) -> None:
        self.rows.append(row)
        with self.path.open("a") as file:
            file.write(json.dumps(row) + "\n")


def interleaved(names: Sequence[str], repetitions: int) -> Iterable[tuple[int, str]]:
    """Every name once in each repetition, in turned order, so that a drift of the machine hits all alike."""
    for repetition in range(repetitions):
        for name in names if repetition % 2 == 0 else reversed(names):
            yield repetition, name


def medians(runs: Sequence[Figures]) -> Figures:
    """The median of each figure over the runs."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


@dataclass(frozen=True)
class Column:
    """A column of a table: a figure, and how it is written."""

    title: str
    write: Callable[[Figures], str]


def column(title: str, figure: str, pattern: str = "{:.2f}") -> Column:
    return Column(title, lambda figures: pattern.format(figures[figure]) if figure in figures else "")


def ratio(title: str, figure: str, base: float | None) -> Column:
    """How many times the base's figure."""

    def write(figures: Figures) -> str:
        return f"{figures[figure] / base:.2f}×" if base and figure in figures else ""

    return Column(title, write)


def table(columns: Sequence[Column], rows: dict[str, Figures], first: str = "server") -> str:
    """A Markdown table, one row a name."""
    lines = [
        f"| {first} | " + " | ".join(column.title for column in columns) + " |",
        "|---" + "|---:" * len(columns) + "|",
    ]
    for name, figures in rows.items():
        lines.append(f"| {name} | " + " | ".join(column.write(figures) for column in columns) + " |")
    return "\n".join(lines)
