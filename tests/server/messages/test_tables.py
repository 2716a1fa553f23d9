"""Tables in bodies: figures that keep their columns, whoever sends them and wherever they are shown."""

import msgspec
import pytest

from protocol.body import (
    TABLE_CELLS_MAX,
    TABLE_ROWS_MAX,
    Body,
    Break,
    BulletList,
    Inline,
    ListItem,
    Mention,
    Paragraph,
    Text,
    check,
    paragraph,
    plain_text,
    rows_of,
)
from protocol.client.threads import excerpt
from protocol.errors import Invalid
from protocol.ids import new_id
from protocol.messages import MessageSend
from protocol.shortcodes import ShortcodeResolve
from protocol.streams import ThreadOpen
from tests.world import World

pytestmark = pytest.mark.anyio

FIGURES = [["Konto", "Saldo", ""], ["1930", "12 500,00", "[ACCOUNT_NAME]"], ["", "-980,50", "åäö"]]


def table(rows: list[list[str]]) -> Paragraph:
    content: list[Inline] = []
    for number, cells in enumerate(rows):
        content += [Break()] if number else []
        content += [Text(text="\t".join(cells))] if "\t".join(cells) else []
    return Paragraph(content=content, table=True)


BODY = Body(
    content=[*paragraph("Siffrorna:").content, table(FIGURES), BulletList(items=[ListItem(content=[table(FIGURES)])])]
)


@pytest.mark.parametrize("internal", [False, True])
async def test_a_table_arrives_as_it_was_written(world: World, internal: bool) -> None:
    """MS-3; where only text is shown there are tabs, and in an excerpt blanks."""
    thread = await world.thread()
    rows = [["1930", "12 500,00"], ["", "x"]]
    body = Body(content=[table(rows)])
    await world.do(
        world.anna, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body, internal=internal)
    )
    opened = await world.do(world.sofia if internal else world.petra, ThreadOpen(thread_id=thread.id))
    event = (opened.notes if internal else opened.page).events[-1].event
    assert event.body == body
    assert rows_of(event.body.content[0]) == rows
    assert plain_text(event.body) == "1930\t12 500,00\n\tx"
    assert excerpt(event.body) == "1930 12 500,00 x"


async def test_an_answer_to_a_table_quotes_its_figures(world: World) -> None:
    thread = await world.thread()
    first = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=Body(content=[table([["1930", "5"]])]))
    sent = (await world.do(world.anna, first), await world.do(world.petra, ThreadOpen(thread_id=thread.id)))[1]
    quoted = sent.page.events[-1].event.message_id
    answer = MessageSend(
        thread_id=thread.id, client_message_id=new_id(), body=paragraph("Tack"), quoted_message_id=quoted
    )
    await world.do(world.sofia, answer)
    opened = await world.do(world.petra, ThreadOpen(thread_id=thread.id))
    assert opened.page.events[-1].event.quote.text == "1930\t5"


async def test_shortcodes_in_cells_are_filled_and_a_value_is_one_cell(world: World) -> None:
    """SC-6, SC-8: also one with a tab in it, which would move the columns."""
    await world.store.accounts.change(world.firm.id, world.holm.id, {"$set": {"name": "Holm\tBygg"}})
    found = await world.do(world.anna, ShortcodeResolve(account_id=world.holm.id, body=BODY))
    assert found.body is not None
    filled = [FIGURES[0], ["1930", "12 500,00", "Holm Bygg"], FIGURES[2]]
    said = Body(content=[BODY.content[0], table(filled), BulletList(items=[ListItem(content=[table(filled)])])])
    assert found.body == said
    check(found.body)


async def test_beside_a_mention_a_table_stays_one(world: World) -> None:
    thread = await world.thread()
    mention = Paragraph(content=[Mention(id=world.sofia.id, name="?")])
    body = Body(content=[mention, table([["1", "2"]])])
    await world.do(world.anna, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body))
    opened = await world.do(world.petra, ThreadOpen(thread_id=thread.id))
    assert opened.page.events[-1].event.body.content[1] == table([["1", "2"]])


@pytest.mark.parametrize("codec", [msgspec.json, msgspec.msgpack], ids=["json", "msgpack"])
def test_both_codecs_carry_it_and_who_does_not_know_tables_reads_lines(codec: object) -> None:
    """docs/protocol.md, How the protocol changes: a new field has a default, and readers pass over it."""
    data = codec.encode(BODY)  # type: ignore[attr-defined]
    assert codec.decode(data, type=Body) == BODY  # type: ignore[attr-defined]
    plain = codec.decode(data)["content"][1]  # type: ignore[attr-defined]
    assert plain["type"] == "paragraph"
    assert [node.get("text", "\n") for node in plain["content"]][:3] == [
        "Konto\tSaldo\t",
        "\n",
        "1930\t12 500,00\t[ACCOUNT_NAME]",
    ]


WRONG: dict[str, tuple[Paragraph, str, str]] = {
    "rows": (table([["1", "2"]] * (TABLE_ROWS_MAX + 1)), f"at most {TABLE_ROWS_MAX} rows of a table", "501 rows"),
    "cells": (table([["1"] * (TABLE_CELLS_MAX + 1)]), f"at most {TABLE_CELLS_MAX} cells in a row", "51 cells"),
    "uneven": (
        table([["1", "2"], ["3"], ["4", "5"]]), "as many cells in each row of a table as in the first, 2", "1 in row 2"
    ),
    "marks": (
        Paragraph(content=[Text(text="1\t2", strong=True)], table=True),
        "plain text in the cells of a table", "text with marks or a link",
    ),
    "link": (
        Paragraph(content=[Text(text="1\t2", link="https://a.example")], table=True),
        "plain text in the cells of a table", "text with marks or a link",
    ),
    "mention": (
        Paragraph(content=[Mention(id="0" * 32, name="Bo")], table=True),
        "plain text in the cells of a table", "a mention",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_table_has_limits_that_say_what_came(name: str) -> None:
    wrong, expected, got = WRONG[name]
    check(Body(content=[table([["1", "2"]] * TABLE_ROWS_MAX)]))
    check(Body(content=[table([["1"] * TABLE_CELLS_MAX])]))
    with pytest.raises(Invalid) as refused:
        check(Body(content=[*paragraph("x").content, wrong]))
    assert (refused.value.problem.expected, refused.value.problem.got) == (expected, got)


def test_a_table_of_nothing_is_blank() -> None:
    """TH-13."""
    with pytest.raises(Invalid, match="blank"):
        check(Body(content=[table([["", ""], ["", " "]])]))
