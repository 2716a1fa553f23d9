"""Text of which nothing can be seen.

Knows Unicode's blanks, its control characters, and the code points that are drawn as nothing where a font knows no better
(Default_Ignorable_Code_Point, DerivedCoreProperties.txt). The browser asks its own tables: web_client/src/core/blank.ts.
"""

import re
from typing import Final

_UNSEEN: Final = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u2800"
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*"
)


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen: it is empty, or all blanks and invisible characters (TH-13)."""
    return _UNSEEN.fullmatch(text) is not None
