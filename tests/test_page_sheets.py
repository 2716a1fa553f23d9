"""Whoever draws a page brings the sheet that pages have: else it looks right only behind another one that brought it."""

from __future__ import annotations

import re
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[1] / "web_client" / "src"
DRAWN = re.compile(r'class="page[ "]')
SHEET = "kit/page.css"


def test_whoever_draws_a_page_brings_its_sheet() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.tsx")}
    drawing = [path for path, source in sources.items() if DRAWN.search(source)]
    assert len(drawing) > 5
    bare = [
        f"{path.relative_to(SOURCES)}, as {by.relative_to(SOURCES)} draws it"
        for path in drawing
        if SHEET not in sources[path]
        for by, source in sources.items()
        if f'/{path.name}"' in source and SHEET not in source and by.parts[-2] != "gallery"
    ]
    assert not bare, "no sheet for pages: " + "; ".join(sorted(bare))
