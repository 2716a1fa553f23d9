"""What the keyboard and the pointer meet is there with what is drawn, and gone with it.

Preact runs the effects of `useEffect` and their ends some time after the next paint: a closed list would swallow an Escape,
an open one not hear it, and focus jump to a field that somebody has left again. So whatever moves focus or listens to keys
and presses is a `useLayoutEffect`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[1] / "web_client" / "src"
AT_ONCE = re.compile(
    r"""\.(?:focus|select|blur)\(|addEventListener\(\s*["'](?:key|pointer|mouse|click|focus(?:in|out)|blur)"""
)


def late_effects(source: str) -> list[str]:
    """The text of every call of useEffect: to its closing parenthesis."""
    return [call(source, found.end()) for found in re.finditer(r"\buseEffect\(", source)]


def call(source: str, start: int) -> str:
    depth = 1
    for at in range(start, len(source)):
        depth += {"(": 1, ")": -1}.get(source[at], 0)
        if not depth:
            return source[start:at]
    raise ValueError(f"a call without an end: {source[start : start + 80]}")


def test_what_moves_focus_or_listens_to_keys_does_so_with_what_is_drawn() -> None:
    late = [
        f"{path.relative_to(SOURCES)}: {' '.join(effect.split())[:120]}"
        for path in sorted(SOURCES.rglob("*.tsx"))
        for effect in late_effects(path.read_text(encoding="utf-8"))
        if AT_ONCE.search(effect)
    ]
    assert late == []


@pytest.mark.parametrize(
    "effect",
    [
        "useEffect(() => field.current?.focus(), []);",
        'useEffect(() => {\n  document.addEventListener("keydown", keys);\n  return () => undefined;\n}, []);',
        "useEffect(() => {\n  if (renaming) field.current?.select();\n}, [renaming]);",
    ],
)
def test_such_an_effect_is_found(effect: str) -> None:
    (found,) = late_effects(f"const one = 1;\n{effect}\nother.focus();")
    assert AT_ONCE.search(found)
    assert "other" not in found
