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
PAGES = ("console", "portal", "widget")
LIMITS: dict[str, int] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["chattar"]["bundle_bytes_max"]

Manifest = dict[str, dict[str, Any]]


def manifest_of(page: str) -> Manifest:
    manifest: Manifest = json.loads((DIST / ".vite" / f"{page}.json").read_text())
    return manifest


def reached(name: str, manifest: Manifest) -> set[str]:
    """The chunk and every chunk it imports statically."""
    found, waiting = set(), {name}
    while waiting:
        chunk = waiting.pop()
        found.add(chunk)
        waiting |= set(manifest[chunk].get("imports", [])) - found
    return found


def weigh(chunks: set[str], manifest: Manifest) -> int:
    files = {file for name in chunks for file in [manifest[name]["file"], *manifest[name].get("css", [])]}
    return sum(len(gzip.compress((DIST / file).read_bytes(), mtime=0)) for file in files)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_loads_at_once_is_within_its_budget(page: str) -> None:
    manifest = manifest_of(page)
    assert weigh(reached(f"{page}.html", manifest), manifest) <= LIMITS[f"{page}.html"]


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_loads_later_is_within_the_budget(page: str) -> None:
    manifest = manifest_of(page)
    at_once = reached(f"{page}.html", manifest)
    for name, chunk in manifest.items():
        for part in chunk.get("dynamicImports", []):
            here = at_once | reached(name, manifest)
            assert weigh(reached(part, manifest) - here, manifest) <= LIMITS["later"], f"{part} of {name}"


def test_the_loader_is_one_small_classic_script() -> None:
    source = (DIST / "widget.js").read_bytes()
    assert len(gzip.compress(source, mtime=0)) <= LIMITS["widget.js"]
    assert b"import" not in source
