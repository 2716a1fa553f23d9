"""Which rule of the specification is held by which tests: reads both, compares, and writes docs/spec-coverage.md.

`python -m tests.rules.coverage` writes the document; with `--check` it writes nothing and says what doesn't fit.
Standard library only, nothing is run or imported. A test cites a rule by naming its id anywhere between its first
and its last line (docstring, comment, parameters), or in a function of the same file that it uses. Knows which tests
cite a rule; refuses to know whether they hold the whole of it: people say that in rules.toml, as the rule's state.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
RULES: Final = Path("tests/rules/rules.toml")
DOCUMENT: Final = Path("docs/spec-coverage.md")
STATES: Final = ("done", "partly", "absent")

ID: Final = re.compile(r"(?<![\w-])([A-Z]{2})-(\d+)(?!\d)(?: to \1-(\d+)(?!\d))?")
PYTHON_TEST: Final = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)
BROWSER_TEST: Final = re.compile(r'^ *test\((?:"([^"]+)"|`([^`]+)`)', re.MULTILINE)
NAMED_TEST: Final = re.compile(r"`([^`]+::[^`]+)`")
TESTS: Final = (("tests", "test_*.py"), ("web_client/test", "*.test.ts"), ("web_client/test", "*.test.tsx"))
CITING: Final = (
    *((folder, "*.py") for folder in ("protocol", "storage", "server", "scheduler", "benchmarks", "tests")),
    *((folder, name) for folder in ("web_client/src", "web_client/test") for name in ("*.ts", "*.tsx")),
    ("docs", "*.md"),
)

HEAD: Final = """\
# What of the specification is held by tests

Made by `python -m tests.rules.coverage` from `tests/rules/rules.toml` and the tests; `python3 dev.py check` fails when it
is stale. The words are ours and short: the rule itself says more. **done**: the tests named hold all of the rule.
**partly**: what is missing, in the product or in its tests, stands beside it. **absent**: nothing of it is here yet.
"""


@dataclass(frozen=True)
class Rule:
    """One rule, in our words. `missing` is empty exactly when it is done."""

    id: str
    title: str
    state: str
    missing: str

    @property
    def section(self) -> str:
        return self.id.partition("-")[0]


@dataclass(frozen=True)
class Facts:
    """What the tree says: the sections by prefix, the rules, and of each test the ids that it cites."""

    sections: dict[str, str]
    rules: dict[str, Rule]
    tests: dict[str, frozenset[str]]

    def holding(self, rule: str) -> list[str]:
        """The names of the tests that cite the rule, sorted."""
        return sorted(name for name, ids in self.tests.items() if rule in ids)


# -- reading ---------------------------------------------------------------------------------------


def read(root: Path) -> Facts:
    """Everything that the document is made from. ValueError: rules.toml has a rule with fields that don't fit."""
    tables = tomllib.loads((root / RULES).read_text(encoding="utf-8"))
    sections = tables.pop("sections")
    for rule, row in tables.items():
        if unknown := set(row) - {"title", "state", "missing"}:
            raise ValueError(f"{RULES}: {rule} has {', '.join(sorted(unknown))}, which is no field of a rule")
    rules = {rule: Rule(rule, row["title"], row["state"], row.get("missing", "")) for rule, row in tables.items()}
    return Facts(sections, rules, dict(tests_in(root, set(sections))))


def files(root: Path, places: Iterable[tuple[str, str]]) -> list[Path]:
    found = (path for folder, name in places for path in (root / folder).rglob(name))
    return sorted(path for path in found if not {"node_modules", ".venv"} & set(path.parts[len(root.parts) :]))


def ids_in(text: str, sections: set[str]) -> set[str]:
    """The ids that a text names; `RD-1 to RD-9` are nine. Other capitals with a number are no ids (`UTF-8`)."""
    found = set()
    for section, first, last in ID.findall(text):
        if section in sections:
            found |= {f"{section}-{number}" for number in range(int(first), int(last or first) + 1)}
    return found


def tests_in(root: Path, sections: set[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Each test as `path::name`, with what it cites."""
    for path in files(root, TESTS):
        text, place = path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()
        cited = cited_in_browser(text, sections) if path.suffix != ".py" else cited_in_python(text, sections)
        yield from ((f"{place}::{name}", frozenset(ids)) for name, ids in cited)


def cited_in_browser(text: str, sections: set[str]) -> Iterator[tuple[str, set[str]]]:
    found = list(BROWSER_TEST.finditer(text))
    ends = [following.start() for following in found[1:]] + [len(text)]
    for test, end in zip(found, ends, strict=True):
        yield test[1] or test[2], ids_in(text[test.start() : end], sections)


def cited_in_python(text: str, sections: set[str]) -> Iterator[tuple[str, set[str]]]:
    if not ids_in(text, sections):  # most files: not worth a parse
        yield from ((name, set()) for name in PYTHON_TEST.findall(text))
        return
    lines = text.splitlines()
    functions = {
        node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    own = {
        name: ids_in("\n".join(lines[first_line(node) - 1 : node.end_lineno]), sections)
        for name, node in functions.items()
    }
    uses = {
        name: {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and part.id in functions}
        for name, node in functions.items()
    }
    for name in functions:
        if name.startswith("test_"):
            yield name, set().union(*(own[used] for used in reachable(name, uses)))


def first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def reachable(name: str, uses: dict[str, set[str]]) -> set[str]:
    found, ahead = set[str](), [name]
    while ahead:
        if (function := ahead.pop()) not in found:
            found.add(function)
            ahead += uses[function]
    return found


# -- judging ---------------------------------------------------------------------------------------


def faults(root: Path, facts: Facts) -> list[str]:
    """Everything that doesn't fit, in words that say what to do."""
    found = [fault for rule in facts.rules.values() for fault in faults_of(rule, facts)]
    for path in [*files(root, CITING), *sorted(root.glob("*.md"))]:
        cited = ids_in(path.read_text(encoding="utf-8"), set(facts.sections)) if path != root / DOCUMENT else set()
        place = path.relative_to(root)
        found += [f"{place} cites {rule}, which is no rule of {RULES}" for rule in sorted(cited - set(facts.rules))]
    document = (root / DOCUMENT).read_text(encoding="utf-8") if (root / DOCUMENT).is_file() else ""
    gone = sorted(set(NAMED_TEST.findall(document)) - set(facts.tests))
    found += [f"{DOCUMENT} names {name}, which doesn't exist" for name in gone]
    if document != page(facts):
        found.append(f"{DOCUMENT} is stale: run python -m tests.rules.coverage")
    return found


def faults_of(rule: Rule, facts: Facts) -> Iterator[str]:
    holding = facts.holding(rule.id)
    if rule.section not in facts.sections:
        yield f"{rule.id} belongs to no section of {RULES}"
    if rule.state not in STATES:
        yield f"{rule.id} is called {rule.state}: expected one of {', '.join(STATES)}"
    if rule.state == "done" and not holding:
        yield f"{rule.id} is called done, and no test cites it"
    if rule.state == "absent" and holding:
        yield f"{rule.id} is called absent, and {holding[0]} cites it"
    if (rule.state == "done") == bool(rule.missing.strip()):
        yield f"{rule.id} is called {rule.state}: `missing` says what is missing, of every rule but those that are done"


# -- writing ---------------------------------------------------------------------------------------


def page(facts: Facts) -> str:
    """The whole document."""
    rules = list(facts.rules.values())
    parts = [HEAD, table(("Section", *STATES, "rules"), summary(facts))]
    for section, group in groupby(rules, key=lambda rule: rule.section):
        rows = [(rule.id, rule.title, state_of(rule), tests_of(rule, facts)) for rule in group]
        parts.append(f"## {section}: {facts.sections.get(section, '')}\n")
        parts.append(table(("Rule", "What", "State", "Tests"), rows))
    return "\n".join(parts)


def summary(facts: Facts) -> Iterator[tuple[str, ...]]:
    rules = list(facts.rules.values())
    for section, title in facts.sections.items():
        yield (f"{section}: {title}", *counts([rule for rule in rules if rule.section == section]))
    yield ("**all**", *counts(rules))


def counts(rules: list[Rule]) -> list[str]:
    return [*(str(sum(rule.state == state for rule in rules)) for state in STATES), str(len(rules))]


def state_of(rule: Rule) -> str:
    return f"{rule.state}: {rule.missing}" if rule.missing else rule.state


def tests_of(rule: Rule, facts: Facts) -> str:
    return "<br>".join(f"`{name}`" for name in facts.holding(rule.id))


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    cells = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |\n" for row in cells)


def main(root: Path = ROOT) -> int:
    """Write, or check."""
    parser = argparse.ArgumentParser(prog="python -m tests.rules.coverage", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if something doesn't fit")
    chosen = parser.parse_args()
    facts = read(root)
    if not chosen.check:
        (root / DOCUMENT).write_text(page(facts), encoding="utf-8")
    found = faults(root, facts)
    sys.stderr.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
