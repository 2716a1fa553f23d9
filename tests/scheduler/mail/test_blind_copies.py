"""The firm's blind copies: letters of their own, which never touch the client's."""

from typing import Any

import pytest

from protocol.firms import FirmUpdate
from protocol.marks import MarkRead
from protocol.streams import ThreadOpen
from protocol.threads import Thread
from server.core.context import Means
from tests.scheduler.mail.mailing import delivery
from tests.scheduler.sink import Sink
from tests.world import World

pytestmark = pytest.mark.anyio


ARCHIVE = "arkiv@lindbergfalk.example"


async def letters_of(world: World, **query: str) -> list[dict[str, Any]]:
    return [row async for row in world.store.mongo.database["letters"].find(query).sort("_id", 1)]


async def thread_told_to_contacts_only(world: World) -> Thread:
    thread = await world.thread()
    await world.settled()
    await world.store.mongo.database["letters"].update_many({"side": "staff"}, {"$set": {"state": "dropped"}})
    return thread


async def test_the_firms_blind_copy_is_a_letter_of_its_own_with_the_same_bytes(
    world: World, means: Means, sink: Sink
) -> None:
    """EM-3, NS-10: what the client got, though the chat was read before the copy went; shown to nobody, once."""
    await world.do(world.anna, FirmUpdate(bcc=ARCHIVE))
    thread = await thread_told_to_contacts_only(world)
    sink.before_answer = lambda mail: "451 later" if sink.mails else None
    await delivery(world, means)
    (copy,) = await letters_of(world, kind="copy")
    (letter,) = await letters_of(world, kind="client_new_thread", person_id=world.petra.id)
    assert (letter["state"], copy["state"], copy["email"], sink.recipients) == (
        "sent", "waiting", ARCHIVE, [world.petra.email],
    )  # fmt: skip
    sink.before_answer = None
    opened = await world.do(world.petra, ThreadOpen(thread_id=thread.id))
    await world.do(world.petra, MarkRead(thread_id=thread.id, seq=opened.page.head))
    await delivery(world, means)
    first, second = sink.mails
    assert first.as_bytes() == second.as_bytes()
    assert ARCHIVE.encode() not in first.as_bytes()
    assert sink.recipients == [world.petra.email, ARCHIVE]
    (copy,) = await letters_of(world, kind="copy")
    assert (copy["state"], "mail" in copy) == ("sent", False)


async def test_a_refused_blind_copy_never_touches_the_clients_letter(world: World, means: Means, sink: Sink) -> None:
    """RM-17."""
    await world.do(world.anna, FirmUpdate(bcc=ARCHIVE))
    sink.refused = {ARCHIVE: "550 5.1.1 no such mailbox"}
    await thread_told_to_contacts_only(world)
    await delivery(world, means)
    assert sink.recipients == [world.petra.email]
    (copy,) = await letters_of(world, kind="copy")
    (letter,) = await letters_of(world, kind="client_new_thread", person_id=world.petra.id)
    assert (letter["state"], letter["attempts"], copy["state"]) == ("sent", 1, "failed")
    assert copy["said"]["enhanced"] == "5.1.1"


async def test_a_stored_blind_copy_that_nobody_can_write_to_fails_alone(world: World, means: Means, sink: Sink) -> None:
    await world.store.firms.change(world.firm.id, {"settings.bcc": "ar..kiv@lindbergfalk.example"})
    await thread_told_to_contacts_only(world)
    await delivery(world, means)
    assert [letter["state"] for letter in await letters_of(world, kind="client_new_thread")] == ["sent"]
    (copy,) = await letters_of(world, kind="copy")
    assert (copy["state"], copy["error"].partition(",")[0]) == ("failed", "bcc: expected one e-mail address")


async def test_a_client_who_is_the_firms_archive_gets_one_mail(world: World, means: Means, sink: Sink) -> None:
    await world.do(world.anna, FirmUpdate(bcc=world.petra.email))
    await thread_told_to_contacts_only(world)
    await delivery(world, means)
    assert sink.recipients == [world.petra.email]
    assert await letters_of(world, kind="copy") == []


async def test_a_mail_that_was_refused_is_none(world: World, means: Means, sink: Sink) -> None:
    thread = await world.thread()
    sink.before_answer = lambda mail: "554 no"
    await delivery(world, means)
    assert (await world.do(world.anna, ThreadOpen(thread_id=thread.id))).marks == []
