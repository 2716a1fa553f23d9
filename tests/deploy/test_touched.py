"""What `dev.py test PATH` and `--changed` choose, and what they bring: in a small tree of its own, and in this one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deploy.dev import testing, touched

FILES = {
    "server/threads/actions.py": "",
    "server/core/clock.py": "",
    "storage/threads.py": "",
    "web_client/src/main.ts": "",
    "tests/conftest.py": 'pytest_plugins = ["tests.world"]',
    "tests/world.py": "from server.core import clock",
    "tests/helping.py": "",
    "tests/server/threads/test_naming.py": "from tests import helping",
    "tests/server/test_clock.py": "def test_it():\n    from server.core.clock import Clock",
    "tests/storage/test_threads.py": "import storage.threads",
    "tests/stories/conftest.py": "from tests.stories.browser import browser",
    "tests/stories/browser.py": "",
    "tests/stories/test_reading.py": "",
    "tests/foreign/test_letters.py": "from tests.foreign.programs import said_by",
    "tests/foreign/.venv/lib/test_theirs.py": "import storage.threads",
    "tests/protocol/test_export.py": 'TSC = ROOT / "web_client" / "node_modules"',
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in FILES.items():
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
    for module in (touched, testing):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(touched, "TESTS", tmp_path / "tests")
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "tests"),
    [
        ("server/core/clock.py", ["server/test_clock.py"]),
        ("server/threads/actions.py", ["server/threads/test_naming.py"]),
        ("storage/threads.py", ["storage/test_threads.py"]),
        ("tests/helping.py", ["server/threads/test_naming.py"]),
        ("tests/stories/browser.py", ["stories/test_reading.py"]),
        ("tests/storage/test_threads.py", ["storage/test_threads.py"]),
        ("web_client/src/main.ts", []),
        ("server/gone.py", []),
    ],
)
def test_a_change_touches_the_tests_of_its_own(tree: Path, changed: str, tests: list[str]) -> None:
    assert touched.touched_by([tree / changed]) == {tree / "tests" / name for name in tests}


def test_what_all_tests_share_touches_all(tree: Path) -> None:
    assert touched.touched_by([tree / "tests" / "world.py"]) == {
        tree / name for name in FILES if "/test_" in name and ".venv" not in name
    }


@pytest.mark.parametrize(
    ("path", "needs"),
    [
        ("tests/storage/test_threads.py", set()),
        ("tests/server", set()),
        ("tests/protocol/test_export.py", {"web"}),
        ("tests/stories", {"browser"}),
        ("tests/foreign/test_letters.py::test_one", {"foreign"}),
        ("tests", {"web", "browser", "foreign"}),
    ],
)
def test_a_path_brings_what_it_needs_and_nothing_else(tree: Path, path: str, needs: set[str]) -> None:
    found = testing.path_of(path)
    assert found is not None
    assert touched.needs(touched.tests_under([found])) == needs


@pytest.mark.parametrize("argument", ["-k", "-x", "word", "--timeout=3", "tests/no_such.py", "storage/threads.py"])
def test_what_is_no_test_path_chooses_nothing(tree: Path, argument: str) -> None:
    assert testing.path_of(argument) is None


def test_changed_is_what_git_says_committed_or_not(tree: Path) -> None:
    def git(*command: str) -> None:
        settings = ("-c", "user.name=n", "-c", "user.email=n@firm.example", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *settings, *command], cwd=tree, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "one")
    assert touched.changed() == []
    git("checkout", "-q", "-b", "mine")
    (tree / "storage" / "threads.py").write_text("x = 1")
    git("commit", "-q", "-a", "-m", "two")
    (tree / "server" / "core" / "clock.py").write_text("x = 1")
    (tree / "tests" / "test_new.py").write_text("")
    assert [str(path.relative_to(tree)) for path in touched.changed()] == [
        "server/core/clock.py", "storage/threads.py", "tests/test_new.py",
    ]  # fmt: skip


def test_in_this_tree_the_stories_need_a_browser_and_the_logs_tests_nothing() -> None:
    tests = touched.TESTS
    assert {"browser", "web"} <= touched.needs(touched.tests_under([tests / "stories"]))
    assert touched.needs([tests / "storage" / "log" / "test_streams.py"]) == set()
