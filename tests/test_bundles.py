"""What a browser must load stays small: built pages, as they are sent (brotli), against the budgets in pyproject.toml."""

from __future__ import annotations

import gzip
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from server.doors.codings import WORTH_BYTES

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
    return sum(as_sent(DIST / file) for file in files)


def as_sent(file: Path) -> int:
    """Bytes of a file in the coding that every browser takes; a file that is not worth coding goes out as it is."""
    coded = file.with_name(f"{file.name}.br")
    return (coded if coded.is_file() else file).stat().st_size


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
    assert as_sent(DIST / "widget.js") <= LIMITS["widget.js"]
    assert not re.search(rb"\bimport\b", (DIST / "widget.js").read_bytes())


def test_everything_worth_it_is_there_in_each_coding() -> None:
    texts = [path for path in DIST.rglob("*") if path.suffix in {".js", ".css", ".html"} and ".vite" not in path.parts]
    large = [path for path in texts if path.stat().st_size >= WORTH_BYTES]
    assert len(large) > len(PAGES)
    for path in large:
        assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()
        assert path.with_name(f"{path.name}.br").stat().st_size < path.with_name(f"{path.name}.gz").stat().st_size
