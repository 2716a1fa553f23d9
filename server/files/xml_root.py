"""The root element of an XML file, from its beginning: namespace, name, and which namespaces it declares.

A DOCTYPE ends it: nobody in this field writes one, and what comes with it (entities) is how such files do harm.
"""

from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

_BETWEEN: Final = "\n"


@dataclass(frozen=True, slots=True)
class Root:
    """`declared` are the namespaces that the root element declares, whether or not it is in them."""

    namespace: str
    name: str
    declared: frozenset[str]


class _Seen(Exception):
    """Enough was read."""


def root_of(head: bytes) -> Root | None:
    """The root element, or None if it isn't XML as far as that, or has a DOCTYPE."""
    declared: list[str] = []
    found: list[str] = []

    def begins(name: str, _attributes: dict[str, str]) -> None:
        found.append(name)
        raise _Seen

    def has_doctype(*_: object) -> None:
        raise _Seen

    def declares(_prefix: str | None, namespace: str) -> None:
        declared.append(namespace or "")

    parser = expat.ParserCreate(namespace_separator=_BETWEEN)
    parser.StartElementHandler = begins
    parser.StartDoctypeDeclHandler = has_doctype
    parser.StartNamespaceDeclHandler = declares
    try:
        # Empty lines before `<?xml` are common, and no reason to know nothing.
        parser.Parse(head.lstrip(b" \t\r\n"), False)
    except _Seen:
        pass
    except (expat.ExpatError, LookupError, ValueError):
        # The two others come from Python's codecs, which expat asks for an encoding that it doesn't know.
        return None
    if not found:
        return None
    namespace, _, name = found[0].rpartition(_BETWEEN)
    return Root(namespace, name, frozenset(declared))
