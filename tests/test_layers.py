"""Importers point up: scheduler → server's inner ring → storage → protocol. Read from the sources, not run.

The inner ring of the server knows no HTTP and no sockets: that is every module not named in OUTER. A new
module that speaks to the outside is added there, and then neither actions nor the scheduler can use it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

PACKAGES = ("protocol", "storage", "server", "scheduler")
OUTER = (
    "__main__", "app", "cli", "commands", "connection", "demo", "dev_inbox", "doorway", "drain", "fanout", "healing",
    "health", "http", "http_wire", "hub", "metrics", "node", "page_headers", "pages", "plain_wire", "resume", "retelling",
    "serving", "uploads", "web_files", "widget_demo", "wire",
)  # fmt: skip

# What each ring may import of our own. "server" is the outer ring; "inner" the server's inner ring.
MAY_IMPORT = {
    "protocol": {"protocol"},
    "storage": {"storage", "protocol"},
    "inner": {"inner", "storage", "protocol"},
    "server": {"server", "inner", "storage", "protocol"},
    "scheduler": {"scheduler", "inner", "storage", "protocol"},
}

# The world outside that a ring must not know, whatever the libraries offer.
FOREIGN = {
    "protocol": {"pymongo", "redis", "starlette", "uvicorn", "aiosmtplib", "apscheduler", "socket"},
    "storage": {"starlette", "uvicorn", "aiosmtplib", "apscheduler", "websockets"},
    "inner": {"starlette", "uvicorn", "websockets", "apscheduler", "pymongo", "redis"},
    "server": {"apscheduler"},
    "scheduler": {"starlette", "uvicorn", "websockets"},
}
# What storage's functions say they let out, so that their callers may catch it.
LET_OUT = {"pymongo.errors.DuplicateKeyError"}

# The protocol package says what may be said and does no I/O; only its Python client opens a connection.
# storage/embedded.py runs on the bare standard library, because dev.py uses it before anything is installed.
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def ring_of(module: str) -> str:
    package, _, rest = module.partition(".")
    return "inner" if package == "server" and rest.partition(".")[0] not in OUTER else package


def imports(path: Path) -> Iterator[str]:
    """Every module the file imports, also inside functions and under TYPE_CHECKING, as absolute names."""
    home = name_of(path).split(".") if path.name == "__init__.py" else name_of(path).split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = home[: len(home) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def faults(path: Path) -> list[str]:
    module = name_of(path)
    ring = ring_of(module)
    found = []
    for imported in imports(path):
        top = imported.partition(".")[0]
        ours = top in PACKAGES or top in {"tests", "benchmarks"}
        if (ours and ring_of(imported) not in MAY_IMPORT[ring]) or (top in FOREIGN[ring] and imported not in LET_OUT):
            found.append(f"{module} ({ring}) imports {imported}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_only_what_its_ring_may(path: Path) -> None:
    assert faults(path) == []


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("protocol.x", "from storage import streams", True),
        ("storage.x", "def f():\n    from server.access import rule", True),
        ("storage.x", "from protocol.ids import new_id", False),
        ("server.actions.x", "from server.hub import Hub", True),
        ("server.actions.x", "from ..hub import Hub", True),
        ("server.actions.x", "from . import threads", False),
        ("server.actions.x", "import starlette.requests", True),
        ("server.hub", "from server.actions import threads", False),
        ("scheduler.x", "from server.actions.messages import send", False),
        ("scheduler.x", "from server import http", True),
        ("server.hub", "import scheduler.jobs", True),
        ("scheduler.x", "from tests.world import cast", True),
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


def test_storage_embedded_needs_only_the_standard_library() -> None:
    tree = ast.parse((ROOT / "storage" / "embedded.py").read_text())
    names = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names
