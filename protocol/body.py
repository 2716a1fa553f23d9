"""A message's text as a closed document tree: what it may contain, its limits, and what is derived from it.

Knows structure only. HTML is made elsewhere (mail, browser) from these nodes, so a body can't carry markup or script.
Unknown fields and nodes are refused: whatever is stored has been understood.
"""

import re
from typing import Annotated, Final, Union

import msgspec

from protocol.blank import is_blank
from protocol.errors import Invalid
from protocol.videos import Video, is_normal, words_of
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
TABLE_ROWS_MAX = 500
"""Rows of one table."""
TABLE_CELLS_MAX = 50
"""Cells in a row of a table."""

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
    """A paragraph; an empty one is a blank line. As a `table` its lines are rows, of as many cells each, between which
    stands a tab; cells hold text without marks and links. Of a `video` the content is one text without marks: `Video: `
    and its link. Who doesn't know of tables and videos shows the lines and the link."""

    content: list[Inline] = []
    table: bool = False
    video: Video | None = None


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


def blocks_of(body: Body) -> list[tuple[Block, int]]:
    """Every block with how deep it stands. A list, not a generator: a message is walked a few times on its way, and nearly
    all are paragraphs, which cost no further call."""
    found: list[tuple[Block, int]] = []
    for block in body.content:
        found.append((block, 1))
        if not isinstance(block, Paragraph):
            for item in block.items:
                _walk(item.content, 2, found)
    return found


def mentions(body: Body) -> list[Id]:
    """The ids of the staff that a body mentions, each once, in order."""
    found: dict[Id, None] = {}
    for block, _ in blocks_of(body):
        if isinstance(block, Paragraph):
            for node in block.content:
                if isinstance(node, Mention):
                    found[node.id] = None
    return list(found)


def plain_text(body: Body) -> str:
    """The body without marks, one line for each paragraph, items with a dash: for search, excerpts, push and mail."""
    lines: list[str] = []
    for block, depth in blocks_of(body):
        if isinstance(block, Paragraph):
            indent = "  " * (depth - 2) + "- " if depth > 1 else ""
            lines.append(indent + "".join([inline_text(node) for node in block.content]))
    return "\n".join(lines)


def inline_text(node: Inline) -> str:
    """What one node of a paragraph says where only text is shown."""
    match node:
        case Text():
            return node.text
        case Mention():
            return f"@{node.name}"
        case Break():
            return "\n"


def rows_of(table: Paragraph) -> list[list[str]]:
    """The cells of a table, row by row."""
    return [line.split("\t") for line in "".join([inline_text(node) for node in table.content]).split("\n")]


def _check_table(table: Paragraph) -> None:
    for node in table.content:
        if not isinstance(node, Break) and node != Text(text=inline_text(node)):
            raise Invalid(path="$.body", expected="plain text in the cells of a table", got=_kind_in_a_cell(node))
    rows = rows_of(table)
    if len(rows) > TABLE_ROWS_MAX:
        raise Invalid(path="$.body", expected=f"at most {TABLE_ROWS_MAX} rows of a table", got=f"{len(rows)} rows")
    if len(rows[0]) > TABLE_CELLS_MAX:
        raise Invalid(path="$.body", expected=f"at most {TABLE_CELLS_MAX} cells in a row", got=f"{len(rows[0])} cells")
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            expected = f"as many cells in each row of a table as in the first, {len(rows[0])}"
            raise Invalid(path="$.body", expected=expected, got=f"{len(row)} in row {number}")


def _kind_in_a_cell(node: Inline) -> str:
    return "a mention" if isinstance(node, Mention) else "text with marks or a link"


def video_paragraph(video: Video) -> Paragraph:
    """The paragraph that is this video."""
    return Paragraph(content=[Text(text=words_of(video))], video=video)


def _check_video(block: Paragraph, video: Video) -> None:
    if not is_normal(video):
        expected = f"the id of a video of {video.provider}, with no more beside it than that provider has"
        raise Invalid(path="$.body", expected=expected, got=repr(video)[:200])
    if block != video_paragraph(video):
        expected = f"of this video the one text {words_of(video)!r}, without marks, and no table"
        raise Invalid(path="$.body", expected=expected, got="other content")


def check(body: Body, *, may_be_blank: bool = False) -> list[Id]:
    """Hold a decoded body to the limits that its types don't state; whom it mentions, as `mentions` says.

    Raises Invalid when it is blank (TH-13) and may not be, too long, too deep, has too many nodes or mentions, a video that
    isn't one, or a link that looks as if it led elsewhere: what was taken before this rule is still read.
    """
    nodes = characters = link_characters = 0
    said, mentioned = False, dict[Id, None]()
    for block, _ in blocks_of(body):
        nodes += 1
        if not isinstance(block, Paragraph):
            nodes += sum(not item.content for item in block.items)
            continue
        nodes += len(block.content)
        if block.table:
            _check_table(block)
        if block.video is not None:
            _check_video(block, block.video)
        for node in block.content:
            text = inline_text(node)
            characters += len(text)
            said = said or not is_blank(text)
            if isinstance(node, Text) and node.link:
                link_characters += len(node.link)
                if _DISGUISED.search(node.link):
                    expected = "links without a user name, and without characters that turn text around"
                    raise Invalid(path="$.body", expected=expected, got=node.link[:100])
            elif isinstance(node, Mention):
                mentioned[node.id] = None
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
    return list(mentioned)
