"""Which tests a path or a change touches, and what those tests need: read from the sources, nothing is run.

Knows files, imports and git. It finds a module's own tests, not every test that could notice: nearly all of them go through
the whole product.
"""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from deploy.dev.steps import ROOT, Trouble

TESTS = ROOT / "tests"
OURS = ("protocol", "storage", "server", "scheduler", "benchmarks", "deploy", "tests")
NEEDS = {
    "browser": ("tests.stories.browser",),
    "foreign": ("tests.foreign.programs",),
    "web": ("web_client", '"node"'),
}
"""What must be brought when one of these words stands in a test, or in a module of the tests that it uses."""
BROUGHT = {".venv", "node_modules"}
"""Folders of other people's programs, which have tests of their own."""


def tests_under(paths: Iterable[Path]) -> set[Path]:
    """The test files that these files and folders are or hold."""
    found: set[Path] = set()
    for path in paths:
        inside = path.rglob("test_*.py") if path.is_dir() else [path]
        found |= {test for test in inside if not BROUGHT & set(test.relative_to(TESTS).parts)}
    return found


def needs(tests: Iterable[Path]) -> set[str]:
    """What of NEEDS these test files need."""
    found = set()
    for test in tests:
        sources = [path.read_text(encoding="utf-8") for path in reached(test)]
        found |= {need for need, words in NEEDS.items() if any(word in text for word in words for text in sources)}
    return found


def reached(test: Path) -> set[Path]:
    """A test file and the modules of tests/ that it uses, its folders' conftest.py among them."""
    found: set[Path] = set()
    ahead = [test]
    while ahead:
        path = ahead.pop()
        if path in found or not path.is_file():
            continue
        found.add(path)
        ahead += [place for name in imported(path) if name.startswith("tests.") if (place := place_of(name))]
        ahead += [folder / "conftest.py" for folder in path.parents if folder.is_relative_to(TESTS)]
    return found


def changed() -> list[Path]:
    """What git says has changed since this branch left main, committed or not; without a main, since the last commit."""
    known = git("rev-parse", "--verify", "-q", "main", may_fail=True)
    base = git("merge-base", "HEAD", "main") if known else ["HEAD"]
    names = git("diff", "--name-only", *base) + git("ls-files", "--others", "--exclude-standard")
    return [ROOT / name for name in sorted(set(names))]


def git(*command: str, may_fail: bool = False) -> list[str]:
    done = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True)
    if done.returncode and not may_fail:
        raise Trouble(f"git says: {done.stderr.strip()}")
    return done.stdout.split("\n")[:-1]


def touched_by(paths: Iterable[Path]) -> set[Path]:
    """The test files that changed, that use a module of tests/ that changed, that import a changed module, or that stand in
    the folder that mirrors its own."""
    changed = set(paths)
    ours = [path for path in changed if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in OURS]
    modules = {name_of(path) for path in ours if not path.is_relative_to(TESTS)}
    mirrors = {TESTS / path.parent.relative_to(ROOT) for path in ours if len(path.relative_to(ROOT).parts) > 2}
    found = set()
    for test in tests_under([TESTS]):
        used = reached(test)
        # What all tests share says nothing about this one.
        own = {path for path in used if path.parent == test.parent and path.name != "conftest.py"}
        if changed & used or test.parent in mirrors or any(modules & imported(path) for path in own):
            found.add(test)
    return found


@functools.cache
def imported(path: Path) -> frozenset[str]:
    """The modules of ours that a file imports, or names as plugins; of `from a import b` both `a` and `a.b`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Assign) and "pytest_plugins" in {
            getattr(target, "id", "") for target in node.targets
        }:
            names |= set(_texts(node.value))
    return frozenset(name for name in names if name.partition(".")[0] in OURS)


def _texts(node: ast.AST) -> Iterator[str]:
    return (leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str))


def name_of(path: Path) -> str:
    """A file's name as a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def place_of(name: str) -> Path | None:
    """A module's file; None for what is no module but a name in one."""
    place = ROOT.joinpath(*name.split("."))
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)
