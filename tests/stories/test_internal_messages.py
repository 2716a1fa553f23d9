"""Contacts can't tell that there are internal messages (AC-6, P7): not from a text, not from a trace.

One story is told twice, in two worlds that are the same to the millisecond: once as it is, once with everything internal
that staff can do before, between and after what contacts see. Whatever reaches the contacts must be the same, byte for
byte: their sockets in both codecs, the answers to every command, the pages, the mails, and what is published where their
sockets listen.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from itertools import zip_longest

import httpx
import pytest

from protocol.frames import JSON_SUBPROTOCOL, MSGPACK_SUBPROTOCOL, EventFrame
from protocol.ids import new_id, notes_stream, thread_stream
from server.commands import TAGS
from server.core.settings import Settings
from server.network.doorway import SLOTS
from storage.redis.bus import account_channel, team_channel, user_channel
from tests.scheduler.sink import Sink, listening
from tests.server.talking import node, talk
from tests.stories.overheard import Ear, Record, Wire, ear, wiretap
from tests.stories.telling import MAIL_DELAY_S, MARKER, Place, Story, internal_key, paragraph, reads
from tests.world import World, new_world

pytestmark = pytest.mark.anyio

NOW = 1_800_000_000_000
DIFFERENCES_SHOWN_MAX = 8
LAST_WORDS = "Det var allt."

CHANGES = {
    "folder.create", "folder.rename", "folder.move", "folder.delete", "folder.set_access", "document.save",
    "document.unpack", "document.finish",
    "document.rename", "document.move", "document.delete", "document.restore", "document.mark",
    "session.create", "session.renew", "session.end", "password.forgot", "password.reset", "invitation.read",
    "invitation.accept", "me.update", "firm.update", "staff.update", "account.create", "account.assign", "account.follow",
    "contact.create", "contact.update", "link.update", "invitation.send",
    "thread.create", "thread.rename", "thread.archive", "thread.reopen",
    "thread.assign", "thread.snooze", "thread.wake", "message.schedule", "scheduled_send.update", "scheduled_send.cancel",
    "scheduled_send.send", "message.send", "mark.read", "mark.unread", "mark.delivered", "typing.set", "task.add",
    "task.set", "task.edit", "task.move", "task.delete", "reminder.set", "reminder.send", "notification.archive",
    "letter.retry", "saved_reply.create", "saved_reply.update",
    "saved_reply.delete", "template.create", "template.update", "template.delete", "contact.describe",
    "account.describe", "custom_field.create", "custom_field.update", "custom_field.move", "custom_field.delete",
    "thread.schedule", "scheduled_chat.update", "scheduled_chat.cancel", "scheduled_chat.create",
    "letter.retry_copies", "clock.set", "bulk.create", "bulk.pause", "bulk.resume", "bulk.cancel", "bulk.retry",
}  # fmt: skip
"""Commands that don't read. Every other one is asked by the contact after every step of the story."""


def test_a_new_command_that_reads_is_asked_too() -> None:
    asked = {name for name, _ in reads(Place("", "", "", "", 0))}
    assert asked | CHANGES == set(TAGS), (
        "say in CHANGES that it reads nothing, or have it asked in tests.stories.telling"
    )


async def tell(story: Story) -> None:
    """The plot: what contacts see, with something aside before and after each step."""
    world, thread = story.world, {}
    created = await story.anna.ask(
        "thread.create",
        {
            "account_id": world.holm.id,
            "client_message_id": new_id(),
            "subject": "Årsbokslut 2025 – underlag",
            "body": paragraph("Hej! Vi behöver underlagen."),
            "tasks": [{"text": "Ladda upp lagerlista"}, {"text": "Kontrollera kundfordringar"}],
            "reminder": {"enabled": True, "days": 30} if story.inside else None,
        },
    )
    story.thread_id = created.json()["thread"]["id"]
    thread = {"thread_id": story.thread_id}
    await story.look()
    await story.aside()
    await story.step(story.petra, "mark.delivered", positions={story.thread_id: 3})
    await story.step(story.petra, "mark.read", **thread, seq=2)
    await story.aside()
    reply = await story.says(story.petra, "Tack, jag letar fram dem.")
    await story.aside()
    await story.step(story.sofia, "mark.read", **thread, seq=reply["seq"])
    story.sofia_read = reply["seq"]
    await story.step(story.sofia, "typing.set", **thread)
    await story.aside()
    await story.says(story.sofia, "Bra!", quoted_message_id=reply["message_id"])
    await story.mails()
    await story.aside()
    opened = (await story.anna.ask("thread.open", thread)).json()
    tasks = [task["id"] for task in opened["tasks"]]
    await story.step(story.petra, "task.set", **thread, task_id=tasks[0], done=True)
    await story.aside()
    await story.step(story.anna, "thread.rename", **thread, subject="Årsbokslut")
    await story.aside()
    await story.step(story.anna, "task.move", **thread, task_id=tasks[1], before_id=tasks[0])
    await story.step(story.anna, "task.add", **thread, client_task_id=new_id(), text="Skicka kontoutdrag")
    await story.aside()
    await story.step(story.linn, "mark.read", **thread, seq=10_000)
    await story.says(story.linn, "Jag hjälper till.")
    await story.aside()
    body = paragraph("Erik, ser du det här?")
    body["content"].append({"type": "paragraph", "content": [{"type": "mention", "id": world.erik.id, "name": "E"}]})
    await story.step(story.anna, "message.send", **thread, client_message_id=new_id(), body=body)
    await story.mails()
    await story.aside()
    await story.step(story.anna, "thread.archive", **thread)
    await story.aside(archived=True)
    await story.says(story.petra, "En fråga till …")
    await story.aside()
    await guesses(story)
    await story.aside()


async def guesses(story: Story) -> None:
    """Petra tries what she can't know: each answer is as if there were nothing."""
    thread = {"thread_id": story.thread_id}
    for quoted in (story.internal_id, new_id()):
        refused = await story.petra.ask(
            "message.send",
            {**thread, "client_message_id": new_id(), "body": paragraph("?"), "quoted_message_id": quoted},
        )
        assert refused.status_code == 404
    for stream in (notes_stream(story.thread_id), notes_stream(new_id())):
        for more in ({}, {"after": 0}, {"before": 10}):
            assert (await story.petra.ask("stream.read", {"stream": stream, **more})).status_code == 404
    for name, fields in (
        ("message.send", {**thread, "client_message_id": new_id(), "body": paragraph("?"), "internal": True}),
        ("typing.set", {**thread, "internal": True}),
        ("thread.assign", thread),
        ("thread.snooze", {**thread, "seq": 1}),
        ("thread.wake", thread),
        (
            "message.schedule",
            {
                **thread,
                "client_message_id": new_id(),
                "body": paragraph("?"),
                "seq": 1,
                "due_at": story.world.clock.now() + 1,
            },
        ),
        ("scheduled_send.update", {"scheduled_send_id": new_id(), "due_at": story.world.clock.now() + 1}),
        ("scheduled_send.send", {"scheduled_send_id": new_id()}),
        ("scheduled_send.cancel", {"scheduled_send_id": new_id()}),
        ("scheduled_chat.create", {"scheduled_chat_id": new_id()}),
        ("scheduled_chat.cancel", {"scheduled_chat_id": new_id()}),
        ("reminder.set", {**thread, "enabled": False, "days": 3, "number": 1}),
        ("notification.archive", {"notification_id": new_id()}),
    ):
        assert (await story.petra.ask(name, fields)).status_code == 403
    # A key that staff have used for an internal message is as good as any other.
    await story.step(
        story.petra, "message.send", **thread, client_message_id=internal_key(1), body=paragraph("Samma nyckel")
    )
    await story.step(story.petra, "mark.read", **thread, seq=10_000)


async def overhear(world: World, redis_url: str, sink: Sink, *, inside: bool) -> Story:
    """Tell the story on a node, and record all that contacts get of it."""
    petra, linn = world.token_of(world.petra), world.token_of(world.linn)
    channels = [account_channel(world.holm.id), team_channel(world.firm.id)]
    channels += [user_channel(person.id) for person in (world.petra, world.linn)]
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        one = await enter(node(world, redis_url, clock=world.clock, mail_delay_s=MAIL_DELAY_S))
        prefix = await world.store.facts.prefix()
        wire: Wire = await enter(wiretap(redis_url, [prefix + channel for channel in channels]))
        sofias = await enter(talk(one, MSGPACK_SUBPROTOCOL))
        await sofias.hello(world.token_of(world.sofia))
        # Who comes before this is told may hear it twice, at a moment of its own.
        await wire.until(lambda shown: '"presence"' in shown)
        ears = {
            "petra, JSON": await enter(ear(one.url, JSON_SUBPROTOCOL)),
            "linn, MessagePack": await enter(ear(one.url, MSGPACK_SUBPROTOCOL)),
        }
        for listening_ear, token in zip(ears.values(), (petra, linn), strict=True):
            await listening_ear.hello(token)
            await listening_ear.until(lambda frame: frame["type"] == "presence")
        petras_calls = await enter(talk(one, MSGPACK_SUBPROTOCOL))
        await petras_calls.hello(petra)
        client = await enter(httpx.AsyncClient(base_url=f"http://127.0.0.1:{one.port}", timeout=30))
        story = Story(world, one, client, sink, sofias, petras_calls, inside)
        await tell(story)
        await heard_out(story, wire, ears)
        await late(story, {"petra": petra, "linn": linn}, stack)
        await story.mails()
        story.read_mails()
    return story


async def heard_out(story: Story, wire: Wire, ears: dict[str, Ear]) -> None:
    """One last message, behind which nothing can be on its way any more; a pulse; and all that was heard."""
    last = await story.says(story.sofia, LAST_WORDS)
    await wire.until(lambda shown: LAST_WORDS in shown)
    for listening_ear in ears.values():
        await listening_ear.until(lambda frame: frame.get("seq") == last["seq"] and frame["type"] == "event")
    story.world.clock.advance(s=1)
    for slot in range(SLOTS):
        story.one.house.doorway.pulse(slot)
    for name, listening_ear in ears.items():
        # Not just a pulse of that time: one that came by itself may have had nothing to tell.
        await listening_ear.until(
            lambda frame: frame["type"] == "pulse" and frame.get("heads", {}).get(last["stream"]) == last["seq"]
        )
        listening_ear.into(story.record, name)
        listening_ear.pulses_into(story.record, name)
    wire.into(story.record)


async def late(story: Story, tokens: dict[str, str], stack: AsyncExitStack) -> None:
    """Who comes afterwards: from the beginning, from the middle, and asking for what isn't theirs to ask."""
    visible, notes = thread_stream(story.thread_id), notes_stream(story.thread_id)
    epoch = await story.one.house.doorway.epoch()
    for who, token in tokens.items():
        for subprotocol in (JSON_SUBPROTOCOL, MSGPACK_SUBPROTOCOL):
            for positions in ({visible: 0}, {visible: 5}, {notes: 0}, {notes: 1, f"n:{'0' * 32}": 1}, {visible: 500}):
                async with ear(story.one.url, subprotocol) as listening_ear:
                    await listening_ear.hello(token, positions, epoch)
                    await listening_ear.until(lambda frame: frame["type"] == "presence")
                    listening_ear.into(story.record, f"{who}, late, {sorted(positions.values())}")


def differences(plain: Record, full: Record) -> list[str]:
    """Where two records part, each with the words around the first letter that differs."""
    found = []
    for (there, was), (here, became) in zip_longest(plain.comparable(), full.comparable(), fillvalue=("nothing", "")):
        if (there, was) != (here, became):
            same = next((at for at, (a, b) in enumerate(zip(was, became, strict=False)) if a != b), 0)
            around = slice(max(0, same - 120), same + 80)
            found.append(f"{there} / {here}:\n  {was[around]}\n  {became[around]}")
    return found[:DIFFERENCES_SHOWN_MAX]


async def test_nothing_that_reaches_contacts_tells_of_what_is_internal(
    world_settings: Settings, redis_url: str
) -> None:
    """AC-6."""
    tellings: list[Story] = []
    for inside in (False, True):
        async with listening() as sink, new_world(world_settings, NOW) as world:
            tellings.append(await overhear(world, redis_url, sink, inside=inside))
    plain, full = tellings
    # It did happen, and those who may hear of it did.
    assert full.done_inside > 10
    notes = [frame for frame in full.sofias.frames if isinstance(frame, EventFrame) and frame.stream.startswith("n:")]
    assert sum(MARKER in repr(frame) for frame in notes) > 20
    assert len(full.sink.mails) > len(plain.sink.mails)
    # Not a byte of it reached a contact.
    assert not [raw for raw in full.record.raw if MARKER.encode() in raw or b"osynlig" in raw]
    # Nor a trace: every frame, answer, page, mail and publish is the same as if it had never happened.
    assert len(plain.record.heard) > 1_000
    found = differences(plain.record, full.record)
    assert not found, "\n".join(found)
