"""Putting values in the place of shortcodes, in lines and in bodies. Pure.

A text is read once, from left to right: what a value says is text (SC-8), also where it looks like a shortcode. In a body
a shortcode may stand in several runs of text with different marks; its value has those of the first.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from msgspec.structs import replace

from protocol.body import Block, Body, Inline, Paragraph, Text
from protocol.shortcodes import Gap, Shortcode, shortcodes_in

Lookup = Callable[[Shortcode], str | None]
"""What stands for a shortcode: None where there is no such one."""


@dataclass(slots=True)
class Filling:
    """Puts values into texts, and remembers what nothing stands for."""

    lookup: Lookup
    _gaps: dict[str, Gap] = field(default_factory=dict)

    @property
    def gaps(self) -> list[Gap]:
        """Each once, in the order in which they were met."""
        return list(self._gaps.values())

    def line(self, text: str) -> str:
        """A line with its values."""
        return "".join(part for part, _ in self._parts(text))

    def body(self, body: Body) -> Body:
        """A body with its values; what says nothing of shortcodes is as it was."""
        return Body(content=[self._block(block) for block in body.content])

    def _block(self, block: Block) -> Block:
        if isinstance(block, Paragraph):
            return replace(block, content=list(self._inlines(block.content)))
        items = [replace(item, content=[self._block(inner) for inner in item.content]) for item in block.items]
        return replace(block, items=items)

    def _inlines(self, content: Sequence[Inline]) -> Iterator[Inline]:
        for texts, nodes in groupby(content, lambda node: isinstance(node, Text)):
            if texts:
                yield from self._runs([node for node in nodes if isinstance(node, Text)])
            else:
                yield from nodes

    def _runs(self, runs: Sequence[Text]) -> list[Text]:
        """Runs with their values; neighbours with the same marks are one run then."""
        text = "".join(run.text for run in runs)
        if not any(shortcodes_in(text)):
            return list(runs)
        marks = [run for run in runs for _ in run.text]
        found: list[Text] = []
        at = 0
        for part, length in self._parts(text):
            # A value is the first run's, whatever follows; what was written keeps its own marks.
            kept = part == text[at : at + length]
            pieces = zip(part, marks[at : at + length], strict=True) if kept else ((sign, marks[at]) for sign in part)
            for run, signs in groupby(pieces, lambda piece: piece[1]):
                said = "".join(sign for sign, _ in signs)
                if found and replace(found[-1], text="") == replace(run, text=""):
                    found[-1] = replace(found[-1], text=found[-1].text + said)
                else:
                    found.append(replace(run, text=said))
            at += length
        return found

    def _parts(self, text: str) -> Iterator[tuple[str, int]]:
        """What stands there now, piece by piece, each with how many characters it takes the place of."""
        at = 0
        for code in shortcodes_in(text):
            if code.start > at:
                yield text[at : code.start], code.start - at
            token = text[code.start : code.end]
            value = self.lookup(code) if code.known else None
            if value is not None:
                # A tab stands between the cells of a table, and a value is never more than one of them.
                value = value.replace("\t", " ")
            if value is None:
                self._gaps.setdefault(token, Gap(token=token, why="unknown"))
                value = token
            elif not value:
                self._gaps.setdefault(token, Gap(token=token, why="empty"))
            yield value, code.end - code.start
            at = code.end
        if at < len(text):
            yield text[at:], len(text) - at


def shortcodes_of(lines: Sequence[str], body: Body | None) -> list[Shortcode]:
    """Every shortcode of lines and a body, also those that there are not."""
    found = [code for line in lines for code in shortcodes_in(line)]
    blocks = list(body.content) if body is not None else []
    while blocks:
        block = blocks.pop()
        if isinstance(block, Paragraph):
            for run in _runs_of(block.content):
                found += shortcodes_in("".join(text.text for text in run))
        else:
            blocks += [inner for item in block.items for inner in item.content]
    return found


def _runs_of(content: Sequence[Inline]) -> Iterator[list[Text]]:
    """The texts that stand beside each other."""
    for texts, nodes in groupby(content, lambda node: isinstance(node, Text)):
        if texts:
            yield [node for node in nodes if isinstance(node, Text)]
