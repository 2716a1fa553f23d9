"""What a message says in a letter: its lines, each in runs of which some lead somewhere, and its tables.

Knows a body's nodes and how much of a message a letter prints. Links are those that were made and the addresses that stand
in the text, as on the pages. Refuses to know HTML and whether the firm lets a message be printed at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

import msgspec

from protocol.body import Block, Body, Break, Inline, OrderedList, Paragraph, Text, inline_text, rows_of
from protocol.written_addresses import addresses_in

MESSAGE_CHARS_MAX: Final = 5_000
_BLANKS: Final = re.compile(r"[^\S\u00a0\u202f]+")
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


class Run(msgspec.Struct, frozen=True):
    """Some words, and where they lead."""

    text: str
    link: str = ""

    @property
    def alone(self) -> str:
        """As it reads where nothing can be clicked: with where it leads, unless the words say that."""
        link = self.link.lower()
        told = {link.removeprefix(scheme) for scheme in ("", "https://", "http://", "mailto:")}
        return self.text if self.text.lower() in told or not link else f"{self.text} ({self.link})"


Runs = tuple[Run, ...]
_FIGURE: Final = re.compile(r"[-−+(]?\s?\d[\d\s.,:’']*(?:%|kr|SEK|EUR|€|\$)?\)?")


class Line(msgspec.Struct, frozen=True):
    """A line, and where it stands in lists."""

    runs: Runs
    level: int = 0
    """How many lists it stands in."""
    marker: str = ""
    """Of the first line of an item: its number, or a dash. Whatever follows in the item stands below its words."""

    @property
    def indents(self) -> int:
        """By how many levels it is set in, before its marker if it has one."""
        return self.level - 1 if self.marker else self.level

    @property
    def alone(self) -> str:
        """As it reads where nothing can be clicked."""
        words = "".join(run.alone for run in self.runs)
        return f"{'   ' * self.indents}{self.marker}{words}".rstrip()


class Cell(msgspec.Struct, frozen=True):
    """What stands in one place of a table."""

    line: Runs

    @property
    def alone(self) -> str:
        """As it reads where nothing can be clicked."""
        return "".join(run.alone for run in self.line)

    @property
    def is_figure(self) -> bool:
        """It stands below others by its last digit."""
        return _FIGURE.fullmatch(self.alone) is not None


class Grid(msgspec.Struct, frozen=True):
    """A table: rows of as many cells each."""

    rows: tuple[tuple[Cell, ...], ...]

    @property
    def alone(self) -> list[str]:
        """Its rows where there are only lines: with tabs."""
        return ["\t".join(cell.alone for cell in row) for row in self.rows]


def harmless(text: str) -> str:
    """`text` without control and direction characters, and with single blanks; one that holds a number together stays."""
    kept = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"} else c for c in text if c not in _BIDI)
    return _BLANKS.sub(" ", "".join(kept))


def lines_of(body: Body) -> tuple[Line | Grid, ...]:
    """The lines and tables that say something; cut at the limit as a whole."""
    found: list[Line | Grid] = []
    left = MESSAGE_CHARS_MAX
    for block, level, marker in _placed(body.content):
        if not left:
            break
        if block.table:
            grid, left = _grid(block, left)
            found += [grid] if any("".join(grid.alone).split("\t")) else []
            continue
        for nodes in _split(block) if block.content else [[]]:
            runs = _trimmed(list(_runs(nodes)))
            if left and (runs or marker):
                runs, left = _cut(runs, left)
                found.append(Line(runs, level, marker))
                marker = ""
    return tuple(found)


def _placed(blocks: Sequence[Block], level: int = 0) -> Iterator[tuple[Paragraph, int, str]]:
    """Every paragraph, with how many lists it stands in, and the marker of the item that it begins."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block, level, ""
            continue
        for number, item in enumerate(block.items, 1):
            marker = f"{number}. " if isinstance(block, OrderedList) else "- "
            for paragraph, depth, inner in _placed(item.content, level + 1):
                yield paragraph, depth, marker + inner
                marker = ""


def _grid(table: Paragraph, left: int) -> tuple[Grid, int]:
    """As many of a table's rows as there is room for, and how much is left then."""
    rows: list[tuple[Cell, ...]] = []
    for cells in rows_of(table):
        row = tuple(Cell(_trimmed(list(_runs([Text(text=cell)])))) for cell in cells)
        size = sum(len(run.text) for cell in row for run in cell.line)
        if size > left:
            rows.append((Cell((Run("…"),)), *[Cell(())] * (len(row) - 1)))
            return Grid(tuple(rows)), 0
        rows.append(row)
        left -= size
    return Grid(tuple(rows)), left


def _split(block: Paragraph) -> Iterator[list[Inline]]:
    for breaks, nodes in groupby(block.content, lambda node: isinstance(node, Break)):
        if not breaks:
            yield list(nodes)


def _runs(nodes: list[Inline]) -> Iterator[Run]:
    for link, group in groupby(nodes, lambda node: (isinstance(node, Text) and node.link) or ""):
        text = harmless("".join(inline_text(node) for node in group))
        if link:
            yield Run(text, link if harmless(link) == link else "")
            continue
        at = 0
        for address in addresses_in(text):
            yield Run(text[at : address.start])
            yield Run(text[address.start : address.end], address.link)
            at = address.end
        yield Run(text[at:])


def _trimmed(runs: list[Run]) -> Runs:
    """Without blanks at both ends, and without what says nothing."""
    while runs and not runs[0].text.strip():
        runs = runs[1:]
    while runs and not runs[-1].text.strip():
        runs = runs[:-1]
    if not runs:
        return ()
    runs[0] = Run(runs[0].text.lstrip(), runs[0].link)
    runs[-1] = Run(runs[-1].text.rstrip(), runs[-1].link)
    return tuple(run for run in runs if run.text)


def _cut(line: Runs, left: int) -> tuple[Runs, int]:
    """As much of a line as there is room for, and how much is left then. What is cut leads where all of it did."""
    kept: list[Run] = []
    for run in line:
        if len(run.text) > left:
            kept.append(Run(run.text[: max(0, left - 1)] + "…", run.link))
            return tuple(kept), 0
        kept.append(run)
        left -= len(run.text)
    return tuple(kept), left
