"""What a browser must load stays small: gzip sizes of the built pages against the budgets in pyproject.toml."""

from __future__ import annotations

import gzip
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "web_client" / "dist"
PAGES = ("console.html", "portal.html", "widget.html")
LIMITS: dict[str, int] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["chattar"]["bundle_bytes_max"]


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((DIST / ".vite" / "manifest.json").read_text())
    return content


def reached(name: str, manifest: dict[str, Any]) -> set[str]:
    """The chunk and every chunk it imports statically."""
    found, waiting = set(), {name}
    while waiting:
        chunk = waiting.pop()
        found.add(chunk)
        waiting |= set(manifest[chunk].get("imports", [])) - found
    return found


def weigh(chunks: set[str], manifest: dict[str, Any]) -> int:
    files = {file for name in chunks for file in [manifest[name]["file"], *manifest[name].get("css", [])]}
    return sum(len(gzip.compress((DIST / file).read_bytes(), mtime=0)) for file in files)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_loads_at_once_is_within_its_budget(page: str, manifest: dict[str, Any]) -> None:
    assert weigh(reached(page, manifest), manifest) <= LIMITS[page]


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_loads_later_is_within_the_budget(page: str, manifest: dict[str, Any]) -> None:
    at_once = reached(page, manifest)
    later = {part for chunk in at_once for part in manifest[chunk].get("dynamicImports", [])}
    for part in later:
        assert weigh(reached(part, manifest) - at_once, manifest) <= LIMITS["later"], part


def test_the_loader_is_one_small_classic_script() -> None:
    source = (DIST / "widget.js").read_bytes()
    assert len(gzip.compress(source, mtime=0)) <= LIMITS["widget.js"]
    assert b"import" not in source
