"""Templates: who manages them, what they hold, that a chat copies what it begins with, and that a reply has none (TP)."""

import asyncio
import dataclasses
from typing import Any

import pytest

from protocol.body import BODY_CHARACTERS_MAX, Body, Mention, Paragraph, paragraph, plain_text
from protocol.errors import Conflict, Forbidden, Invalid, NotFound
from protocol.ids import firm_stream, new_id
from protocol.messages import MessageSend
from protocol.reminders import ReminderSetting
from protocol.tasks import TaskToAdd
from protocol.templates import Template, TemplateCreate, TemplateDelete, TemplateList, TemplateUpdate
from protocol.threads import Thread, ThreadCreate, ThreadRead
from server.templates import actions
from tests.world import Person, World

pytestmark = pytest.mark.anyio

REMINDER = ReminderSetting(enabled=True, days=2, number=3)


def create(name: str = "Year-end", *, key: str | None = None, **more: Any) -> TemplateCreate:
    return TemplateCreate(
        client_template_id=key or new_id(),
        name=name,
        **{"subject": "Papers", "body": paragraph("Hej!"), "tasks": ["Receipts"], "reminder": REMINDER, **more},
    )


async def listed(world: World, person: Person) -> list[Template]:
    entities: list[Template] = (await world.do(person, TemplateList())).entities
    return entities


async def begin(world: World, person: Person, template_id: str | None, **more: Any) -> Thread:
    command = ThreadCreate(
        account_id=world.holm.id,
        client_message_id=new_id(),
        template_id=template_id,
        **{"subject": "Papers", "body": paragraph("Hej!"), **more},
    )
    thread: Thread = (await world.do(person, command)).thread
    return thread


async def test_who_manages_templates_does_and_all_staff_use_them(world: World) -> None:
    """AC-16, TP-1: the right, and the roles that have it."""
    with pytest.raises(Forbidden, match="manage_templates"):
        await world.do(world.olle, create())
    await world.store.people.change_staff(world.olle.firm_id, world.olle.id, {"rights": ["manage_templates"]})
    saved = await world.do(world.olle, create())
    assert (saved.subject, saved.tasks, saved.reminder) == ("Papers", ["Receipts"], REMINDER)
    for person in (world.anna, world.erik, world.sofia, world.olle):
        assert await listed(world, person) == [saved]
    with pytest.raises(Forbidden):
        await world.do(world.petra, TemplateList())
    for command in (TemplateUpdate(template_id=saved.id, name="Mine"), TemplateDelete(template_id=saved.id)):
        with pytest.raises(Forbidden, match="manage_templates"):
            await world.do(world.sofia, command)
    changed = await world.do(
        world.erik,
        TemplateUpdate(template_id=saved.id, name=" The  papers ", tasks=[], reminder=ReminderSetting(enabled=False)),
    )
    assert (changed.name, changed.body, changed.tasks) == ("The papers", saved.body, [])
    assert changed.reminder == ReminderSetting(enabled=False)
    await world.do(world.anna, TemplateDelete(template_id=saved.id))
    assert await listed(world, world.sofia) == []


async def test_another_firms_do_not_exist(world: World) -> None:
    theirs = await world.do(world.grace, create())
    assert await listed(world, world.anna) == []
    for command in (TemplateUpdate(template_id=theirs.id, name="Ours"), TemplateDelete(template_id=theirs.id)):
        with pytest.raises(NotFound):
            await world.do(world.anna, command)
    with pytest.raises(Conflict) as refused:
        await begin(world, world.anna, theirs.id)
    assert refused.value.reason == "template_gone"
    assert await listed(world, world.grace) == [theirs]


@pytest.mark.parametrize(
    ("field", "value", "expected", "path"),
    [
        ("name", "\u200b ", "some text", "$.name"),
        ("subject", " ", "some text", "$.subject"),
        ("body", paragraph(" "), "some text", "$.body"),
        ("body", paragraph("x" * (BODY_CHARACTERS_MAX + 1)), "at most", "$.body"),
        ("body", Body(content=[Paragraph(content=[Mention(id="5" * 32, name="Erik")])]), "no mentions", "$.body"),
        ("tasks", ["Receipts", "\u200b"], "some text", "$.tasks[1]"),
    ],
)
async def test_what_no_chat_could_begin_with_is_refused_with_its_place(
    world: World, field: str, value: Any, expected: str, path: str
) -> None:
    saved = await world.do(world.anna, create())
    for command in (create(**{field: value}), TemplateUpdate(template_id=saved.id, **{field: value})):
        with pytest.raises(Invalid, match=expected) as refused:
            await world.do(world.anna, command)
        assert refused.value.problem.path == path
    assert await listed(world, world.anna) == [saved]


async def test_the_same_key_saves_one_and_means_one(world: World) -> None:
    """P2: also when both tries are under way at once, and when what was made has changed since."""
    key = new_id()
    first, second = await asyncio.gather(*(world.do(world.anna, create(key=key)) for _ in range(2)))
    assert first == second
    await world.do(world.anna, TemplateUpdate(template_id=first.id, name="Changed"))
    assert await world.do(world.anna, create(key=key)) == first
    with pytest.raises(Conflict) as refused:
        await world.do(world.anna, create("Something else", key=key))
    assert refused.value.reason == "key_reused"
    assert [template.name for template in await listed(world, world.anna)] == ["Changed"]


async def test_there_are_only_so_many_also_for_those_who_save_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "TEXTS", dataclasses.replace(actions.TEXTS, most=3))
    tries = await asyncio.gather(
        *(world.do(person, create()) for person in (world.anna, world.erik) * 3), return_exceptions=True
    )
    refused = [error for error in tries if isinstance(error, Conflict)]
    assert [error.reason for error in refused] == ["too_many"] * 3
    assert len(await listed(world, world.anna)) == 3


async def test_what_changes_nothing_is_told_to_nobody(world: World) -> None:
    saved = await world.do(world.anna, create())
    assert await world.do(world.anna, TemplateUpdate(template_id=saved.id, name=saved.name)) == saved
    assert await world.store.streams.last(firm_stream(world.anna.firm_id)) == 1


async def test_a_chat_is_what_was_sent_and_stays_so(world: World) -> None:
    """TH-3, TK-1, TP-4: the form may be edited, what becomes of the template changes no chat; contacts learn of none."""
    saved = await world.do(world.anna, create("Inside name"))
    thread = await begin(
        world, world.anna, saved.id,
        subject="Other papers", body=paragraph("Edited"), tasks=[TaskToAdd(text="One")], reminder=REMINDER,
    )  # fmt: skip
    await world.do(world.anna, TemplateUpdate(template_id=saved.id, subject="New", body=paragraph("New"), tasks=[]))
    await world.do(world.anna, TemplateDelete(template_id=saved.id))
    again: Thread = (await world.do(world.anna, ThreadRead(thread_id=thread.id))).thread
    assert (again.subject, again.tasks_total) == ("Other papers", 1)
    assert again.last is not None
    assert again.last.text == "Edited"
    assert again.staff is not None
    assert again.staff.template_id == saved.id
    assert again.staff.reminder is not None
    assert (again.staff.reminder.days, again.staff.reminder.number) == (2, 3)
    for_petra: Thread = (await world.do(world.petra, ThreadRead(thread_id=thread.id))).thread
    assert for_petra.staff is None


async def test_a_retry_finds_its_chat_though_the_template_is_gone(world: World) -> None:
    """P2."""
    saved = await world.do(world.anna, create())
    command = ThreadCreate(
        account_id=world.holm.id, client_message_id=new_id(), subject="A", body=paragraph("A"), template_id=saved.id
    )
    first = await world.do(world.anna, command)
    await world.do(world.anna, TemplateDelete(template_id=saved.id))
    assert (await world.do(world.anna, command)).thread.id == first.thread.id


async def test_a_template_that_is_gone_begins_nothing(world: World) -> None:
    saved = await world.do(world.anna, create())
    await world.do(world.anna, TemplateDelete(template_id=saved.id))
    with pytest.raises(Conflict) as refused:
        await begin(world, world.anna, saved.id)
    assert refused.value.reason == "template_gone"


async def test_only_a_new_thread_begins_with_a_template_and_only_staffs(world: World) -> None:
    """TH-4: a reply with one is refused by name, also where it would be internal; contacts have none."""
    saved = await world.do(world.anna, create())
    thread = await begin(world, world.anna, saved.id)
    for internal in (False, True):
        reply = MessageSend(
            thread_id=thread.id, client_message_id=new_id(), body=saved.body, internal=internal, template_id=saved.id
        )
        with pytest.raises(Invalid) as refused:
            await world.do(world.anna, reply)
        assert refused.value.problem.path == "$.template_id"
    assert (await world.do(world.anna, ThreadRead(thread_id=thread.id))).thread.head == thread.head
    with pytest.raises(Forbidden, match="templates"):
        await begin(world, world.petra, saved.id)


async def test_pages_follow_each_other_without_a_gap(world: World) -> None:
    saved = [await world.do(world.anna, create(str(number))) for number in range(5)]
    found: list[Template] = []
    after = None
    while True:
        page = await world.do(world.anna, TemplateList(after=after, limit=2))
        assert len(page.entities) <= 2
        found += page.entities
        after = page.next
        if after is None:
            break
    assert found == saved
    assert {plain_text(template.body) for template in found} == {"Hej!"}
