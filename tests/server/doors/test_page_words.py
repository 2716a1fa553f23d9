"""The server's own pages in every language: the same sentences with the same values, and none that no page says."""

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import server
from protocol import errors
from protocol.people import Language
from server.doors.page_words import WORDS


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_each_language_has_every_sentence_with_the_same_values() -> None:
    assert set(WORDS) == set(get_args(Language))
    english = {key: values(text) for key, text in WORDS["en"].items()}
    for language, words in WORDS.items():
        assert {key: values(text) for key, text in words.items()} == english, language
        assert all(text.strip() for text in words.values()), language


def test_each_sentence_is_said_somewhere() -> None:
    root = Path(server.__file__).parent
    code = "".join(path.read_text() for path in (root / "doors").glob("*.py") if path.name != "page_words.py")
    templates = "".join(path.read_text() for path in (root / "templates").glob("*.html"))
    # Refusals are found by their reason or their code.
    refusals = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "code")}
    refusals |= {reason for reasons in get_args(errors.Reason) for reason in get_args(reasons)}
    unsaid = [
        key
        for key in WORDS["en"]
        if f'"{key}"' not in code and key not in refusals and not re.search(rf"\bw\.{key}\b", templates)
    ]
    assert unsaid == []
