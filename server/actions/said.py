"""What somebody typed into one line, as it is kept: subjects, tasks, names.

Knows blanks. Refuses to know limits: those are the types'.
"""

from protocol.blank import is_blank
from protocol.errors import Invalid


def said(path: str, text: str) -> str:
    """The text with single spaces between its words. Raises Invalid when nothing of it can be seen (TH-13)."""
    if is_blank(text):
        raise Invalid(path=path, expected="some text", got="a blank text")
    return " ".join(text.split())
