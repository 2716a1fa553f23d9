"""XML for cards: read by the standard library's parser with everything off that a file could do harm by (defusedxml): a
DOCTYPE, entities, anything outside of the file. Refuses to know any format."""

from collections.abc import Iterator
from typing import BinaryIO, Final
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from server.files.fence.limits import INPUT_BYTES_MAX
from server.files.readers.texts import Unfit

_BLANKS: Final = b" \t\r\n"


def begun(file: BinaryIO) -> BinaryIO:
    """The file from where XML begins: empty lines before that are common. Raises Unfit for one that is too long."""
    if file.seek(0, 2) > INPUT_BYTES_MAX:
        raise Unfit
    file.seek(0)
    head = file.read(4096)
    file.seek(len(head) - len(head.lstrip(_BLANKS)))
    return file


def steps(file: BinaryIO) -> Iterator[tuple[str, Element]]:
    """Each element as it begins and ends, `start` or `end`. Raises what makes no sense to the parser."""
    found: Iterator[tuple[str, Element]] = ElementTree.iterparse(
        begun(file), events=("start", "end"), forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    return found


def root(file: BinaryIO) -> Element:
    """All of it."""
    found: Element = ElementTree.parse(
        begun(file), forbid_dtd=True, forbid_entities=True, forbid_external=True
    ).getroot()
    return found


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def text(element: Element | None, path: str) -> str:
    """The text at a path of names in any namespace (`Acct/Id/IBAN`); empty where there is none."""
    found = at(element, path)
    return "" if found is None else (found.text or "").strip()


def at(element: Element | None, path: str) -> Element | None:
    """The first element at a path of names in any namespace."""
    if element is None:
        return None
    return element.find("/".join(f"{{*}}{name}" for name in path.split("/")))


def all_at(element: Element, path: str) -> list[Element]:
    """All elements there."""
    return element.findall("/".join(f"{{*}}{name}" for name in path.split("/")))
