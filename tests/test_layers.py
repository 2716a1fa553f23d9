"""Importers point up: scheduler → server's inner ring → storage → protocol. Read from the sources, not run.

The inner ring of the server knows no HTTP and no sockets: that is every module not named in OUTER. A new
module that speaks to the outside is added there, and then neither actions nor the scheduler can use it.

server.development is a ring around all of it that nothing of the product imports: only server.annex may find it, by name.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from server import nouns

ROOT = Path(__file__).resolve().parents[1]

PACKAGES = ("protocol", "storage", "server", "scheduler")
OUTER = ("__main__", "annex", "app", "cli", "commands", "doors", "network")

# What each ring may import of our own. "server" is the outer ring; "inner" the server's inner ring.
MAY_IMPORT = {
    "protocol": {"protocol"},
    "storage": {"storage", "protocol"},
    "inner": {"inner", "storage", "protocol"},
    "server": {"server", "inner", "storage", "protocol"},
    "development": {"development", "server", "inner", "storage", "protocol"},
    "scheduler": {"scheduler", "inner", "storage", "protocol"},
}

# The world outside that a ring must not know, whatever the libraries offer.
FOREIGN = {
    "protocol": {"pymongo", "redis", "starlette", "uvicorn", "aiosmtplib", "apscheduler", "socket"},
    "storage": {"starlette", "uvicorn", "aiosmtplib", "apscheduler", "websockets"},
    "inner": {"starlette", "uvicorn", "websockets", "apscheduler", "pymongo", "redis"},
    "server": {"apscheduler"},
    "development": {"apscheduler"},
    "scheduler": {"starlette", "uvicorn", "websockets"},
}
# Tools and tests: nobody of the product imports them.
BESIDE = {"benchmarks", "deploy", "tests"}
# Where a module of ours is found by its name, so that what a firm runs never imports it.
BY_NAME = {"server.annex"}
_NAME = re.compile(r"(server\.development|deploy|tests|benchmarks)(\.\w+)*")

# What storage's functions say they let out, so that their callers may catch it.
LET_OUT = {"pymongo.errors.DuplicateKeyError"}

# The protocol package says what may be said and does no I/O; only its Python client opens a connection.
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def ring_of(module: str) -> str:
    package, _, rest = module.partition(".")
    room = rest.partition(".")[0]
    if package != "server":
        return package
    return "development" if room == "development" else "server" if room in OUTER else "inner"


def imports(path: Path, *, types: bool = True) -> Iterator[str]:
    """Every module the file imports, also inside functions and by its name, as absolute names; with `types`, also those
    that only annotations need (TYPE_CHECKING)."""
    home = name_of(path).split(".") if path.name == "__init__.py" else name_of(path).split(".")[:-1]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not types:
        tree.body = [
            node for node in tree.body if not isinstance(node, ast.If) or ast.unparse(node.test) != "TYPE_CHECKING"
        ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = home[: len(home) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _NAME.fullmatch(node.value):
            yield node.value


def faults(path: Path) -> list[str]:
    module = name_of(path)
    ring = ring_of(module)
    found = []
    for imported in imports(path):
        top = imported.partition(".")[0]
        ours = top in PACKAGES or top in BESIDE
        if module in BY_NAME and ring_of(imported) == "development":
            continue
        if (ours and ring_of(imported) not in MAY_IMPORT[ring]) or (top in FOREIGN[ring] and imported not in LET_OUT):
            found.append(f"{module} ({ring}) imports {imported}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_only_what_its_ring_may(path: Path) -> None:
    assert faults(path) == []


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("protocol.x", "from storage.log import streams", True),
        ("storage.x", "def f():\n    from server.core.rules import rule", True),
        ("storage.x", "from protocol.ids import new_id", False),
        ("server.threads.x", "from server.network.hub import Hub", True),
        ("server.threads.x", "from ..network.hub import Hub", True),
        ("server.threads.x", "from . import actions", False),
        ("server.threads.x", "import starlette.requests", True),
        ("server.network.hub", "from server.threads import actions", False),
        ("scheduler.x", "from server.messages.actions import send", False),
        ("scheduler.x", "from server.doors import http", True),
        ("server.network.hub", "import scheduler.jobs", True),
        ("scheduler.x", "from tests.world import cast", True),
        ("storage.x", "from deploy.dev import embedded", True),
        ("server.app", "from server.development import inbox", True),
        ("server.doors.x", "def f():\n    import server.development.demo_cast", True),
        ("server.cli", "m = importlib.import_module('server.development.demo')", True),
        ("server.annex", "m = importlib.import_module('server.development.demo')", False),
        ("server.development.x", "from server.doors import pages", False),
    ],
)
def test_the_test_itself_sees_faults(
    module: str, source: str, fault: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.test_layers.ROOT", tmp_path)
    path = tmp_path / f"{module.replace('.', '/')}.py"
    path.parent.mkdir(parents=True)
    path.write_text(source)
    assert bool(faults(path)) is fault


@pytest.mark.parametrize("path", sorted((ROOT / "deploy" / "dev").rglob("*.py")), ids=name_of)
def test_what_stands_behind_dev_py_needs_only_the_standard_library(path: Path) -> None:
    """It runs before anything is installed; what needs a package imports it where it is used."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    tops = {name.partition(".")[0] for name in names if not name.startswith("deploy.dev")}
    assert tops <= sys.stdlib_module_names


def test_what_a_firm_runs_never_loads_what_only_developers_use() -> None:
    script = """
import json, sys
import scheduler.__main__, server.__main__, server.cli
from server.annex import annex_of
from server.app import create_app
from server.core.settings import Settings
assert annex_of(Settings()) is None
create_app(Settings(), annex_of(Settings()))
print(json.dumps([name for name in sys.modules if name.startswith(("server.development", "deploy", "aiosmtpd", "tests"))]))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_nouns_import_each_other_only_downward() -> None:
    """What follows from one noun for another goes through server.consequences, which knows all of them; the rest has an
    order, with `core` at the bottom."""
    below: dict[str, set[str]] = {noun: set() for noun in [*nouns.names(), "core"]}
    for noun, others in below.items():
        for path in (ROOT / "server" / noun).rglob("*.py"):
            rooms = {
                imported.split(".")[1] for imported in imports(path, types=False) if imported.startswith("server.")
            }
            others |= rooms & below.keys() - {noun}
    while below:
        lowest = {noun for noun, others in below.items() if not others & below.keys()}
        assert lowest, f"these import each other: {below}"
        below = {noun: others for noun, others in below.items() if noun not in lowest}
