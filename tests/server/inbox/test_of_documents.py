"""Documents in the inbox of staff: those that a message carries with it, those that came outside of any chat, once for all
that came together, and that somebody has uploaded all (DC-6, DC-9, ZP-5)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from protocol.body import paragraph
from protocol.documents import Document, DocumentDelete, DocumentFinish, DocumentUnpack
from protocol.ids import new_id
from protocol.inbox import Notification, NotificationArchive, NotificationList
from protocol.messages import MessageSend
from server.core.context import Means
from server.documents.notices import TOLD_AFTER_MS, UPLOADED
from server.inbox import bringing, of_documents
from storage.notifications import Telling
from tests import cabinet
from tests.server.files.archives import zipped
from tests.world import Person, World

pytestmark = pytest.mark.anyio


async def inbox(world: World, person: Person) -> list[Notification]:
    found: list[Notification] = (await world.do(person, NotificationList())).notifications
    return found


async def told(world: World, person: Person) -> list[tuple[str, str, str, int]]:
    """What somebody's inbox says: about what, the kind, who did it, and of how many documents."""
    return [
        (entry.about, line.kind, line.actor.name.split()[0], line.documents)
        for entry in await inbox(world, person)
        for line in entry.gathered
    ]


async def swept(world: World) -> int:
    """What is due is done, as the scheduler does it; how much that was."""
    chores = await world.store.chores.left([UPLOADED], world.clock.now(), 100)
    for chore in chores:
        await of_documents.go_on(world.means, chore)
    return len(chores)


async def quiet(world: World) -> None:
    """So long nothing comes that what has come is told of."""
    world.clock.advance(s=TOLD_AFTER_MS / 1000 + 1)
    assert await swept(world) == 1


async def carried(world: World, person: Person, *documents: Document) -> None:
    thread = await world.thread()
    ids = [one.id for one in documents]
    await world.do(
        person,
        MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Se här."), attachments=ids),
    )
    await world.settled()


async def test_what_came_outside_a_chat_is_told_once_when_no_more_comes(world: World) -> None:
    """To whoever follows the account and not to who did it (NS-1, NS-7); it leads to the documents."""
    folder = await cabinet.for_uploads(world)
    for number in range(3):
        await cabinet.saved(world, world.petra, folder, f"kvitto {number}.pdf")
        world.clock.advance(s=TOLD_AFTER_MS / 1000 - 1)
        assert await swept(world) == 0
    assert await told(world, world.sofia) == []
    await quiet(world)
    assert await told(world, world.sofia) == [("documents", "documents_uploaded", "Petra", 3)]
    (entry,) = await inbox(world, world.sofia)
    assert (entry.account.id, entry.unread, entry.gathered[0].internal) == (world.holm.id, True, False)
    assert await swept(world) == 0
    world.clock.advance(s=3600)
    await cabinet.saved(world, world.anna, folder)
    await quiet(world)
    assert {line[2:] for line in await told(world, world.sofia)} == {("Petra", 3), ("Anna", 1)}
    # The owner isn't told of accounts that somebody follows.
    assert await told(world, world.anna) == []


async def test_what_a_message_carries_is_told_with_it_and_not_once_more(world: World) -> None:
    folder = await cabinet.for_uploads(world)
    documents = [await cabinet.saved(world, world.petra, folder, f"kvitto {number}.pdf") for number in range(2)]
    await carried(world, world.petra, *documents)
    deleted = await cabinet.saved(world, world.petra, folder)
    await world.do(world.petra, DocumentDelete(document_id=deleted.id))
    await quiet(world)
    assert [line for line in await told(world, world.sofia) if line[0] == "documents"] == []
    assert ("thread", "message_from_contact", "Petra", 2) in await told(world, world.sofia)


@pytest.mark.parametrize("attached", [True, False])
async def test_a_zip_of_more_than_a_message_can_carry_is_told_once(world: World, attached: bool) -> None:
    """ZP-5: with all that was in it where no message carries it, and with the message alone where one does."""
    folder = await cabinet.for_uploads(world)
    content = zipped({f"{number:03}.txt": str(number).encode() for number in range(130)})
    upload_id = await cabinet.brought(world, world.petra, content, "kvitton.zip")
    command = DocumentUnpack(folder_id=folder.id, upload_id=upload_id, client_document_id=new_id(), name="kvitton.zip")
    unpacked = await world.do(world.petra, command)
    if attached:
        await carried(world, world.petra, *unpacked.first)
    await quiet(world)
    found = [line for line in await told(world, world.sofia) if line[3]]
    if attached:
        assert found == [("thread", "message_from_contact", "Petra", 100)]
    else:
        assert found == [("documents", "documents_uploaded", "Petra", 130)]


async def test_two_who_upload_at_one_moment_are_both_told_of(world: World) -> None:
    folder = await cabinet.for_uploads(world)
    await cabinet.saved(world, world.petra, folder)
    await cabinet.saved(world, world.linn, folder)
    await quiet(world)
    assert {line[2] for line in await told(world, world.sofia)} == {"Petra", "Linn"}
    assert len(await inbox(world, world.sofia)) == 1


async def test_who_is_done_says_so_at_once_and_once(world: World) -> None:
    """DC-9: with what has come until then."""
    await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    finish = DocumentFinish(account_id=world.holm.id)
    await world.do(world.petra, finish)
    assert set(await told(world, world.sofia)) == {
        ("documents", "documents_uploaded", "Petra", 1),
        ("documents", "uploads_finished", "Petra", 0),
    }
    before = await inbox(world, world.sofia)
    await world.do(world.petra, finish)
    assert await inbox(world, world.sofia) == before
    await quiet(world)
    assert await inbox(world, world.sofia) == before


async def test_what_was_put_away_is_not_told_once_more_with_what_comes_later(world: World) -> None:
    """NS-4, NS-5: nothing but archiving reads an entry about no thread."""
    folder, finish = await cabinet.for_uploads(world), DocumentFinish(account_id=world.holm.id)
    for number in (3, 2):
        for at in range(number):
            await cabinet.saved(world, world.petra, folder, f"kvitto {number}-{at}.pdf")
        await world.do(world.petra, finish)
        assert ("documents", "documents_uploaded", "Petra", number) in await told(world, world.sofia)
        (entry,) = await inbox(world, world.sofia)
        await world.do(world.sofia, NotificationArchive(notification_id=entry.id))
        assert await inbox(world, world.sofia) == []
        world.clock.advance(s=60)


async def unpacked(world: World, files: dict[str, bytes]) -> list[Document]:
    """What somebody's zip has become, as far as they are told of it at once."""
    folder = await cabinet.for_uploads(world)
    upload_id = await cabinet.brought(world, world.petra, zipped(files), "kvitton.zip")
    command = DocumentUnpack(folder_id=folder.id, upload_id=upload_id, client_document_id=new_id(), name="kvitton.zip")
    first: list[Document] = (await world.do(world.petra, command)).first
    return first


@pytest.mark.parametrize("deleted", [0, 1])
async def test_of_a_zip_that_is_told_of_which_is_still_there(world: World, deleted: int) -> None:
    """ZP-5: whichever of it was deleted."""
    made = await unpacked(world, {"1.txt": b"1", "2.txt": b"2", "3.txt": b"3"})
    await world.do(world.petra, DocumentDelete(document_id=made[deleted].id))
    await quiet(world)
    assert await told(world, world.sofia) == [("documents", "documents_uploaded", "Petra", 2)]


async def test_of_a_zip_nothing_is_told_beside_a_message_that_carries_some_of_it(world: World) -> None:
    """ZP-5."""
    _, *some = await unpacked(world, {"1.txt": b"1", "2.txt": b"2", "3.txt": b"3"})
    await carried(world, world.petra, *some)
    await quiet(world)
    assert [line for line in await told(world, world.sofia) if line[3]] == [
        ("thread", "message_from_contact", "Petra", 2)
    ]


async def test_what_comes_while_somebody_is_told_of_others_is_counted_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DC-6: who says that they are done, and the ten minutes that are over, at one moment."""
    folder = await cabinet.for_uploads(world)
    await cabinet.saved(world, world.petra, folder, "a.pdf")
    hear, heard = bringing.hear, list[int]()

    async def and_meanwhile(means: Means, news: Sequence[Telling]) -> None:
        heard.append(len(heard))
        if len(heard) == 1:
            world.clock.advance(s=1)
            await cabinet.saved(world, world.petra, folder, "b.pdf")
            await quiet(world)
        await hear(means, news)

    monkeypatch.setattr(bringing, "hear", and_meanwhile)
    await world.do(world.petra, DocumentFinish(account_id=world.holm.id))
    assert len(heard) > 1
    assert set(await told(world, world.sofia)) == {
        ("documents", "documents_uploaded", "Petra", 2),
        ("documents", "uploads_finished", "Petra", 0),
    }
