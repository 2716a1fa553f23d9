#!/usr/bin/env bash
# The standard library's XML parser raises LookupError or ValueError, not ParseError, for a document that names an encoding expat doesn't know.
#
# Versions: xml.etree.ElementTree and pyexpat of CPython 3.11.7; defusedxml 0.7.1 and lxml 6.1.3 (PyPI).
# Seen: a document that declares the encoding "x-unheard-of" raises LookupError, one that declares "utf-7" or "shift_jis" ValueError, from
#   fromstring, iterparse and from expat itself; defusedxml passes both on. lxml raises its XMLSyntaxError, which is ElementTree's ParseError's
#   counterpart, or reads it (utf-7, shift_jis).
# Guess: whatever a document says, what is wrong with it is a ParseError (ExpatError): the documentation names no other.
# Why it matters: expat asks Python's codecs for what it doesn't know. Whoever reads files of strangers and catches ParseError has an exception
#   of another class come out for a file of forty bytes: a request that fails instead of a file that is "not readable".
# What we do: server/files/xml_root.py catches all three.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check defusedxml==0.7.1 lxml==6.1.3
cat > seen.py <<'PY'
import io
import platform
from xml.etree import ElementTree
from xml.parsers import expat

import defusedxml.ElementTree
from lxml import etree


def document(encoding):
    return f"<?xml version='1.0' encoding='{encoding}'?><a/>".encode()


def outcome(how, content):
    try:
        how(content)
    except Exception as error:
        return type(error).__name__
    return "read"


READERS = {
    "ElementTree.fromstring": ElementTree.fromstring,
    "ElementTree.iterparse": lambda content: list(ElementTree.iterparse(io.BytesIO(content))),
    "defusedxml.fromstring": defusedxml.ElementTree.fromstring,
    "expat": lambda content: expat.ParserCreate().Parse(content, True),
    "lxml.fromstring": etree.fromstring,
}
SYNTAX = {"lxml.fromstring": "XMLSyntaxError", "expat": "ExpatError"}

print("CPython", platform.python_version(), "expat", expat.EXPAT_VERSION, "lxml", etree.__version__)
for encoding in ("utf-8", "iso-8859-1", "windows-1252", "x-unheard-of", "utf-7", "shift_jis"):
    print(f"{encoding:14}", {name: outcome(how, document(encoding)) for name, how in READERS.items()})
for name, how in READERS.items():
    assert outcome(how, document("utf-8")) == outcome(how, document("windows-1252")) == "read", "a control changed"
    assert outcome(how, b"<a>") == SYNTAX.get(name, "ParseError"), "a control changed"
    if name != "lxml.fromstring":
        assert outcome(how, document("x-unheard-of")) == "LookupError", "the parser changed"
        assert outcome(how, document("utf-7")) == outcome(how, document("shift_jis")) == "ValueError", "the parser changed"
assert outcome(etree.fromstring, document("x-unheard-of")) == "XMLSyntaxError", "the other reader changed"
PY
timeout 60 venv/bin/python seen.py
