"""The words of letters, a TOML file a language in `words/`; adding a language is adding a file.

Knows plurals and how a sentence takes its facts, once as text and once as escaped HTML. Refuses to know which
letter says what.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from string import Formatter
from typing import Any, Final

from markupsafe import Markup, escape

from server.core.said import isolated

FALLBACK: Final = "en"


class Emphasis(str):
    """A fact set off from its sentence: bold in HTML, in quotation marks in text."""

    __slots__ = ()


class Sentence:
    """A sentence with its facts. Facts are inserted as text, whatever they contain (SC-8), and turn none of its words."""

    def __init__(self, pattern: str, facts: Mapping[str, object], quotes: tuple[str, str]) -> None:
        self._pattern, self._quotes = pattern, quotes
        self._facts = {k: type(v)(isolated(v)) if isinstance(v, str) else v for k, v in facts.items()}

    @property
    def text(self) -> str:
        before, after = self._quotes
        shown = {k: f"{before}{v}{after}" if isinstance(v, Emphasis) else v for k, v in self._facts.items()}
        return self._pattern.format(**shown)

    @property
    def bare(self) -> str:
        """Without quotation marks, for headings and subject lines."""
        return self._pattern.format(**{k: str(v) for k, v in self._facts.items()})

    def __html__(self) -> str:
        strong = Markup("<strong>{}</strong>")
        shown = {k: strong.format(str(v)) if isinstance(v, Emphasis) else v for k, v in self._facts.items()}
        # `escape` already gives Markup, whose `format` escapes each fact that is not Markup itself.
        return escape(self._pattern).format(**shown)


class Words:
    """One language's strings. Asking for a key that is not there is an error, found by the tests of every kind."""

    def __init__(self, code: str, table: Mapping[str, Any]) -> None:
        self.code = code
        self._table = table
        before, after = table["quotes"]
        self._quotes: tuple[str, str] = (before, after)

    def say(self, key: str, /, **facts: object) -> Sentence:
        """The sentence at "section.name"; `count` chooses between its singular and plural."""
        value: Any = self._table
        for part in key.split("."):
            value = value[part]
        if isinstance(value, Mapping):
            value = value["one" if facts.get("count") == 1 else "other"]
        return Sentence(value, facts, self._quotes)

    def shape(self) -> Iterator[tuple[str, frozenset[str]]]:
        """Every key with the placeholders of its strings: what two languages must agree on."""
        yield from _shape("", self._table)


def _shape(path: str, value: Any) -> Iterator[tuple[str, frozenset[str]]]:
    if isinstance(value, Mapping) and set(value) != {"one", "other"}:
        for key, below in value.items():
            yield from _shape(f"{path}.{key}" if path else key, below)
        return
    if isinstance(value, list):
        yield f"{path}[{len(value)}]", frozenset()
        return
    strings = value.values() if isinstance(value, Mapping) else [value]
    names = {name for string in strings for _, name, _, _ in Formatter().parse(string) if name}
    # A singular may spell its number out: "one task".
    yield path, frozenset(names - {"count"})


def languages() -> tuple[str, ...]:
    """Codes of the languages there are files for."""
    found = (entry.name for entry in files("scheduler").joinpath("words").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


@lru_cache
def words(language: str) -> Words:
    """The words of `language` ("sv" also for "sv-SE"); English where there is no such file, for a letter must go."""
    code = language.replace("_", "-").split("-")[0].lower()
    code = code if code in languages() else FALLBACK
    raw = files("scheduler").joinpath("words", f"{code}.toml").read_text(encoding="utf-8")
    return Words(code, tomllib.loads(raw))
