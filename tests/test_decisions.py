"""docs/decisions.md is a list that others point into by number: each decision has one, in order, and nothing points beyond.

Two branches that each add a decision take the same number, and neither of them sees it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

PATH = Path(__file__).resolve().parents[1] / "docs" / "decisions.md"

HEAD = re.compile(r"^\*\*(?P<number>\d*)\.?(?P<title>[^*]*)\*\*", re.MULTILINE)
# "Decision 3 of the specification" is another list.
POINTER = re.compile(r"\bdecision (\d+)\b(?! of the specification)")


def faults(text: str) -> list[str]:
    """What is wrong with the numbers of a list of decisions."""
    heads = [(head["number"], head["title"].strip()) for head in HEAD.finditer(text)]
    found = [f"has no number: {title}" for number, title in heads if not number]
    numbers = [int(number) for number, _ in heads if number]
    if numbers[:1] != [1]:
        found.append("begins with another number than 1")
    found += [f"{after} stands behind {before}" for before, after in pairwise(numbers) if after != before + 1]
    pointed = {int(number) for number in POINTER.findall(text)}
    return found + [f"points to {number}, which isn't there" for number in sorted(pointed - set(numbers))]


def test_decisions_are_numbered_once_and_in_order() -> None:
    assert faults(PATH.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("**1. A.** x\n\n**2. B.** as in decision 1\n", []),
        ("**1. A.** x\n**1. B.** y\n", ["1 stands behind 1"]),
        ("**1. A.** x\n**3. B.** y\n**2. C.** z\n", ["3 stands behind 1", "2 stands behind 3"]),
        ("**2. A.** x\n", ["begins with another number than 1"]),
        ("**1. A.** x\n**Another.** y\n", ["has no number: Another."]),
        ("**1. A.** see decision 7\n", ["points to 7, which isn't there"]),
        ("**1. A.** see decision 7 of the specification\n", []),
        ("", ["begins with another number than 1"]),
    ],
)
def test_the_test_itself_sees_faults(text: str, found: list[str]) -> None:
    assert faults(text) == found
