"""A message's text as a closed document tree: what it may contain, its limits, and what is derived from it.

Knows structure only. HTML is made elsewhere (mail, browser) from these nodes, so a body can't carry markup or script.
Unknown fields and nodes are refused: whatever is stored has been understood.
"""

import re
from typing import Annotated, Final, Union

import msgspec

from protocol.blank import is_blank
from protocol.errors import Invalid
from protocol.wire import LINE, ONE_LINE, TAG_FIELD, UNSEEN, Id, Name, Wire

BODY_CHARACTERS_MAX = 20_000
"""Characters in all of a body's text."""
BODY_LINK_CHARACTERS_MAX = 20_000
"""Characters in all of a body's links."""
BODY_NODES_MAX = 2_000
"""Blocks and inline nodes; a list item that holds none counts as one."""
BODY_DEPTH_MAX = 6
"""Levels: a paragraph at the top is at 1, one in a list at 2."""
BODY_MENTIONS_MAX = 50
"""Different people mentioned."""

Link = Annotated[
    str,
    msgspec.Meta(
        max_length=2048,
        pattern=rf'^(https?://|mailto:)[^<>"{UNSEEN}]+\Z',
        description="an absolute http, https or mailto address",
    ),
]


_DISGUISED: Final = re.compile(r"^https?://[^/?#]*@|[\u202a-\u202e\u2066-\u2069]")


class Node(Wire, forbid_unknown_fields=True, tag_field=TAG_FIELD):
    """Base of the nodes of a body."""


class Text(Node, tag="text"):
    """A run of characters with one set of marks. Never contains a line break."""

    text: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            max_length=BODY_CHARACTERS_MAX,
            pattern=rf"^{LINE}\Z",
            description=f"text {ONE_LINE}",
        ),
    ]
    strong: bool = False
    em: bool = False
    underline: bool = False
    link: Link | None = None


class Mention(Node, tag="mention"):
    """A member of staff who is called on (MN-1). Contacts see it as plain `@name` (MN-5)."""

    id: Id
    name: Name


class Break(Node, tag="break"):
    """A line break inside a paragraph."""


Inline = Text | Mention | Break


class Paragraph(Node, tag="paragraph"):
    """A paragraph; an empty one is a blank line."""

    content: list[Inline] = []


class ListItem(Wire, forbid_unknown_fields=True):
    """One item of a list: paragraphs and nested lists."""

    content: list["Block"]


class BulletList(Node, tag="bullet_list"):
    """A list with bullets."""

    items: Annotated[list[ListItem], msgspec.Meta(min_length=1, max_length=500)]


class OrderedList(Node, tag="ordered_list"):
    """A numbered list."""

    items: Annotated[list[ListItem], msgspec.Meta(min_length=1, max_length=500)]


Block = Union[Paragraph, BulletList, OrderedList]  # noqa: UP007 - the recursive name needs an evaluated union


class Body(Wire, forbid_unknown_fields=True):
    """A message body: its blocks in order."""

    content: Annotated[list[Block], msgspec.Meta(min_length=1, max_length=500)]


def paragraph(text: str) -> Body:
    """A body that says `text`, one paragraph for each line."""
    lines = text.splitlines() or [""]
    return Body(content=[Paragraph(content=[Text(text=line)] if line else []) for line in lines])


def _walk(blocks: list[Block], depth: int, found: list[tuple[Block, int]]) -> None:
    if blocks and depth > BODY_DEPTH_MAX:
        raise Invalid(path="$.body", expected=f"at most {BODY_DEPTH_MAX} levels of lists", got=f"{depth} levels")
    for block in blocks:
        found.append((block, depth))
        if not isinstance(block, Paragraph):
            for item in block.items:
                _walk(item.content, depth + 1, found)


def _blocks(body: Body) -> list[tuple[Block, int]]:
    """Every block with how deep it stands. A list, not a generator: a message is walked a few times on its way."""
    found: list[tuple[Block, int]] = []
    _walk(body.content, 1, found)
    return found


def mentions(body: Body) -> list[Id]:
    """The ids of the staff that a body mentions, each once, in order."""
    found: dict[Id, None] = {}
    for block, _ in _blocks(body):
        if isinstance(block, Paragraph):
            for node in block.content:
                if isinstance(node, Mention):
                    found[node.id] = None
    return list(found)


def plain_text(body: Body) -> str:
    """The body without marks, one line for each paragraph, items with a dash: for search, excerpts, push and mail."""
    lines: list[str] = []
    for block, depth in _blocks(body):
        if isinstance(block, Paragraph):
            indent = "  " * (depth - 2) + "- " if depth > 1 else ""
            lines.append(indent + "".join([_inline_text(node) for node in block.content]))
    return "\n".join(lines)


def _inline_text(node: Inline) -> str:
    match node:
        case Text():
            return node.text
        case Mention():
            return f"@{node.name}"
        case Break():
            return "\n"


def check(body: Body, *, may_be_blank: bool = False) -> None:
    """Hold a decoded body to the limits that its types don't state.

    Raises Invalid when it is blank (TH-13) and may not be, too long, too deep, has too many nodes or mentions, or a link
    that looks as if it led elsewhere: what was taken before this rule is still read.
    """
    nodes = characters = link_characters = 0
    said, mentioned = False, set[Id]()
    for block, _ in _blocks(body):
        nodes += 1
        if not isinstance(block, Paragraph):
            nodes += sum(not item.content for item in block.items)
            continue
        nodes += len(block.content)
        for node in block.content:
            text = _inline_text(node)
            characters += len(text)
            said = said or not is_blank(text)
            if isinstance(node, Text) and node.link:
                link_characters += len(node.link)
                if _DISGUISED.search(node.link):
                    expected = "links without a user name, and without characters that turn text around"
                    raise Invalid(path="$.body", expected=expected, got=node.link[:100])
            elif isinstance(node, Mention):
                mentioned.add(node.id)
    if not said and not may_be_blank:
        raise Invalid(path="$.body", expected="some text", got="a blank message")
    for name, got, most in (
        ("characters", characters, BODY_CHARACTERS_MAX),
        ("characters of links", link_characters, BODY_LINK_CHARACTERS_MAX),
        ("nodes", nodes, BODY_NODES_MAX),
        ("mentions", len(mentioned), BODY_MENTIONS_MAX),
    ):
        if got > most:
            raise Invalid(path="$.body", expected=f"at most {most} {name}", got=f"{got} {name}")
