"""A firm's accent made readable: darkened on light paper, lightened on dark, until the contrast is 4.5 (design 2.1).

Knows WCAG 2.2 relative luminance and nothing else.
"""

from __future__ import annotations

from typing import Final, NamedTuple

LIGHT_SURFACE: Final = "#FFFFFF"
DARK_SURFACE: Final = "#12181B"
CONTRAST_MIN: Final = 4.5
_STEPS: Final = 100

Rgb = tuple[int, int, int]


class Accent(NamedTuple):
    """A fill that stands out from its surface, and the text colour that can be read on it."""

    fill: str
    on_fill: str


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(channel) for channel in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two #RRGGBB colours, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _mixed(colour: str, towards: str, share: float) -> str:
    pairs = zip(_rgb(colour), _rgb(towards), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def readable(accent: str, surface: str) -> Accent:
    """`accent` moved away from `surface` as little as needed, and whichever of white and deep petrol reads better.

    Both the fill on the surface and the text on the fill reach 4.5.
    """
    towards = "#000000" if _luminance(surface) > 0.5 else "#FFFFFF"
    for step in range(_STEPS + 1):
        fill = _mixed(accent, towards, step / _STEPS)
        on_fill = max(("#FFFFFF", "#04212D"), key=lambda ink: contrast(ink, fill))
        if min(contrast(fill, surface), contrast(on_fill, fill)) >= CONTRAST_MIN:
            return Accent(fill, on_fill)
    raise AssertionError("black on white and white on black always reach the contrast")
