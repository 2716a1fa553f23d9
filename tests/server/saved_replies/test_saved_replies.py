"""Saved replies: who manages them, what they may hold, and that a key saves one (SS-4)."""

import asyncio
import dataclasses
from typing import Any

import msgspec
import pytest

from protocol.body import BODY_CHARACTERS_MAX, Body, Mention, Paragraph, paragraph
from protocol.errors import Conflict, Forbidden, Invalid, NotFound
from protocol.frames import decode_client_frame
from protocol.ids import firm_stream, new_id
from protocol.saved_replies import (
    SavedReply,
    SavedReplyCreate,
    SavedReplyDelete,
    SavedReplyList,
    SavedReplyUpdate,
)
from server.saved_replies import actions
from tests.world import Person, World

pytestmark = pytest.mark.anyio


def create(title: str = "Receipts", *, key: str | None = None, **more: Any) -> SavedReplyCreate:
    return SavedReplyCreate(client_reply_id=key or new_id(), title=title, **{"body": paragraph("Hej!"), **more})


async def listed(world: World, person: Person) -> list[SavedReply]:
    entities: list[SavedReply] = (await world.do(person, SavedReplyList())).entities
    return entities


async def test_the_firms_are_managed_by_who_manages_templates_and_used_by_all_staff(world: World) -> None:
    """SS-4: the right to manage templates, and the roles that have it."""
    with pytest.raises(Forbidden, match="manage_templates"):
        await world.do(world.olle, create())
    await world.store.people.change_staff(world.olle.firm_id, world.olle.id, {"rights": ["manage_templates"]})
    saved = await world.do(world.olle, create())
    for person in (world.anna, world.erik, world.sofia, world.olle):
        assert await listed(world, person) == [saved]
    for command in (
        SavedReplyUpdate(saved_reply_id=saved.id, title="Mine"), SavedReplyDelete(saved_reply_id=saved.id),
    ):  # fmt: skip
        with pytest.raises(Forbidden, match="manage_templates"):
            await world.do(world.sofia, command)
    changed = await world.do(world.erik, SavedReplyUpdate(saved_reply_id=saved.id, title=" Send  receipts "))
    assert (changed.title, changed.body) == ("Send receipts", saved.body)
    await world.do(world.anna, SavedReplyDelete(saved_reply_id=saved.id))
    assert await listed(world, world.sofia) == []


async def test_a_colleagues_own_do_not_exist_for_anybody_else(world: World) -> None:
    """SS-4, P7: not for the owner either."""
    own = await world.do(world.olle, create(personal=True))
    assert own.personal
    assert await listed(world, world.olle) == [own]
    for person in (world.anna, world.sofia, world.grace):
        assert await listed(world, person) == []
        with pytest.raises(NotFound):
            await world.do(person, SavedReplyUpdate(saved_reply_id=own.id, title="Theirs"))
        with pytest.raises(NotFound):
            await world.do(person, SavedReplyDelete(saved_reply_id=own.id))
    assert await listed(world, world.olle) == [own]


async def test_another_firms_do_not_exist(world: World) -> None:
    theirs = await world.do(world.grace, create())
    assert await listed(world, world.anna) == []
    with pytest.raises(NotFound):
        await world.do(world.anna, SavedReplyUpdate(saved_reply_id=theirs.id, title="Ours"))


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("title", "\u200b ", "some text"),
        ("body", paragraph(" "), "some text"),
        ("body", paragraph("x" * (BODY_CHARACTERS_MAX + 1)), "at most"),
        ("body", Body(content=[Paragraph(content=[Mention(id="5" * 32, name="Erik")])]), "no mentions"),
    ],
)
async def test_what_no_message_could_say_is_refused_with_its_place(
    world: World, field: str, value: Any, expected: str
) -> None:
    saved = await world.do(world.anna, create())
    for command in (
        create(**{field: value}),
        SavedReplyUpdate(saved_reply_id=saved.id, **{field: value}),
    ):
        with pytest.raises(Invalid, match=expected) as refused:
            await world.do(world.anna, command)
        assert refused.value.problem.path == f"$.{field}"
    assert await listed(world, world.anna) == [saved]


@pytest.mark.parametrize("extra", ["reminder", "tasks", "reminder_days"])
def test_a_saved_reply_has_neither_reminders_nor_tasks(extra: str) -> None:
    """SS-4: a change of what it can't have is refused by name."""
    said = {"type": "saved_reply.update", "saved_reply_id": new_id(), extra: ["x"]}
    with pytest.raises(Invalid) as refused:
        decode_client_frame(msgspec.json.encode({"type": "call", "id": 1, "command": said}), "json")
    assert refused.value.problem.got == f'a field "{extra}"'
    assert not {"tasks", "reminder"} & {*SavedReply.__struct_fields__, *SavedReplyCreate.__struct_fields__}


async def test_the_same_key_saves_one_and_means_one(world: World) -> None:
    """P2: also when both tries are under way at once, and when what was made has changed since."""
    key = new_id()
    first, second = await asyncio.gather(*(world.do(world.anna, create(key=key)) for _ in range(2)))
    assert first == second
    await world.do(world.anna, SavedReplyUpdate(saved_reply_id=first.id, title="Changed"))
    assert await world.do(world.anna, create(key=key)) == first
    with pytest.raises(Conflict) as refused:
        await world.do(world.anna, create("Something else", key=key))
    assert refused.value.reason == "key_reused"
    assert [reply.title for reply in await listed(world, world.anna)] == ["Changed"]


async def test_a_retry_gets_its_answer_though_the_right_is_gone(world: World) -> None:
    await world.store.people.change_staff(world.olle.firm_id, world.olle.id, {"rights": ["manage_templates"]})
    command = create()
    saved = await world.do(world.olle, command)
    await world.store.people.change_staff(world.olle.firm_id, world.olle.id, {"rights": []})
    assert await world.do(world.olle, command) == saved


async def test_there_are_only_so_many_also_for_those_who_save_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "REPLIES", dataclasses.replace(actions.REPLIES, most=3))
    tries = await asyncio.gather(
        *(world.do(person, create()) for person in (world.anna, world.erik) * 3), return_exceptions=True
    )
    refused = [error for error in tries if isinstance(error, Conflict)]
    assert {error.reason for error in refused} == {"too_many"}
    assert len(refused) == 3
    assert len(await listed(world, world.anna)) == 3
    await world.do(world.anna, create(personal=True))  # one's own are counted by themselves


async def test_what_changes_nothing_is_told_to_nobody(world: World) -> None:
    saved = await world.do(world.anna, create())
    assert await world.do(world.anna, SavedReplyUpdate(saved_reply_id=saved.id, title=saved.title)) == saved
    assert await world.store.streams.last(firm_stream(world.anna.firm_id)) == 1


async def test_pages_follow_each_other_without_a_gap(world: World) -> None:
    saved = [await world.do(world.anna, create(str(number), personal=number % 2 == 0)) for number in range(5)]
    found, after = [], None
    while True:
        page = await world.do(world.anna, SavedReplyList(after=after, limit=2))
        assert len(page.entities) <= 2
        found += page.entities
        after = page.next
        if after is None:
            break
    assert found == saved
