"""The check of the rules' states sees what it is there to see: told with a small tree of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules import coverage

RULES = """\
[sections]
QQ = "Queues"

[QQ-1]
title = "First come"
state = "done"

[QQ-2]
title = "Nobody waits for ever"
state = "partly"
missing = "for an hour"

[QQ-3]
title = "Two queues"
state = "absent"
missing = "all"
"""
TEST = '''
async def helper():
    """QQ-2."""

async def test_first_come():
    """QQ-1: and first served. UTF-8 is no rule."""
    await helper()

def test_of_nothing():
    assert helper
'''


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree in which everything fits."""
    for path, text in ((coverage.RULES, RULES), (Path("tests/test_queue.py"), TEST)):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "docs").mkdir()
    make(tmp_path)
    assert faults(tmp_path) == []
    return tmp_path


def make(tree: Path) -> None:
    (tree / coverage.DOCUMENT).write_text(coverage.page(coverage.read(tree)))


def faults(tree: Path) -> list[str]:
    return coverage.faults(tree, coverage.read(tree))


def change(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_a_test_cites_what_it_says_and_what_the_functions_say_that_it_uses(tree: Path) -> None:
    assert coverage.read(tree).tests == {
        "tests/test_queue.py::test_first_come": {"QQ-1", "QQ-2"},
        "tests/test_queue.py::test_of_nothing": {"QQ-2"},
    }


def test_a_test_of_the_web_client_cites_up_to_the_next_one(tree: Path) -> None:
    path = tree / "web_client" / "test" / "queue.test.ts"
    path.parent.mkdir(parents=True)
    path.write_text(
        'test("one", () => {\n  // QQ-1\n});\ntest("two", () => {\n});\ntest(`QQ-2 to QQ-3`, () => {\n});\n'
    )
    tests = coverage.read(tree).tests
    assert tests["web_client/test/queue.test.ts::one"] == {"QQ-1"}
    assert tests["web_client/test/queue.test.ts::two"] == set()
    assert tests["web_client/test/queue.test.ts::QQ-2 to QQ-3"] == {"QQ-2", "QQ-3"}


def test_a_rule_called_done_without_a_test_is_a_fault(tree: Path) -> None:
    change(tree / "tests" / "test_queue.py", "QQ-1", "the rule")
    make(tree)
    assert faults(tree) == ["QQ-1 is called done, and no test cites it"]


def test_a_rule_called_absent_with_a_test_is_a_fault(tree: Path) -> None:
    change(tree / "tests" / "test_queue.py", "QQ-1:", "QQ-1, QQ-3:")
    make(tree)
    assert faults(tree) == ["QQ-3 is called absent, and tests/test_queue.py::test_first_come cites it"]


@pytest.mark.parametrize(("old", "new"), [('state = "done"', 'state = "partly"'), ('"partly"', '"done"')])
def test_what_is_missing_is_said_of_every_rule_but_those_that_are_done(tree: Path, old: str, new: str) -> None:
    change(tree / coverage.RULES, old, new)
    make(tree)
    (fault,) = faults(tree)
    assert "`missing` says what is missing" in fault


@pytest.mark.parametrize("place", ["server/queue.py", "docs/queue.md", "README.md", "web_client/src/queue.tsx"])
def test_a_cited_id_that_is_no_rule_is_a_fault(tree: Path, place: str) -> None:
    (tree / place).parent.mkdir(parents=True, exist_ok=True)
    (tree / place).write_text("as said in QQ-4\n")
    assert faults(tree) == [f"{place} cites QQ-4, which is no rule of {coverage.RULES}"]


def test_a_document_that_names_a_test_that_is_gone_is_a_fault(tree: Path) -> None:
    change(tree / "tests" / "test_queue.py", "test_first_come", "test_who_comes_first")
    assert faults(tree) == [
        f"{coverage.DOCUMENT} names tests/test_queue.py::test_first_come, which doesn't exist",
        f"{coverage.DOCUMENT} is stale: run python -m tests.rules.coverage",
    ]


def test_a_stale_document_is_a_fault(tree: Path) -> None:
    change(tree / coverage.RULES, "for an hour", "for a day")
    assert faults(tree) == [f"{coverage.DOCUMENT} is stale: run python -m tests.rules.coverage"]


def test_a_state_nobody_knows_and_a_rule_of_no_section_are_faults(tree: Path) -> None:
    change(tree / coverage.RULES, "[QQ-3]", "[ZZ-3]")
    change(tree / coverage.RULES, '"absent"', '"nearly"')
    make(tree)
    assert faults(tree) == [
        f"ZZ-3 belongs to no section of {coverage.RULES}",
        "ZZ-3 is called nearly: expected one of done, partly, absent",
    ]


def test_a_field_nobody_knows_is_refused(tree: Path) -> None:
    change(tree / coverage.RULES, "title = ", "name = 1\ntitle = ")
    with pytest.raises(ValueError, match="QQ-1 has name"):
        coverage.read(tree)
