"""Messages that carry documents: who may have one carry what, what is kept of it in the log, and who hears when it is seen
by others than before (DC-1, DC-3, DC-4, DC-7, DC-8, DC-12, AC-9)."""

import asyncio
from typing import Any

import msgspec
import pytest

from protocol.body import paragraph
from protocol.documents import (
    Document,
    DocumentCarried,
    DocumentChanged,
    DocumentDelete,
    DocumentGet,
    DocumentList,
    DocumentMove,
    DocumentRename,
    DocumentRestore,
    FolderDelete,
    FolderSetAccess,
)
from protocol.errors import Conflict, Forbidden, Invalid, NotFound
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.messages import MessageSend, MessageSent
from protocol.threads import ThreadArchive, ThreadCreate, ThreadList, ThreadRead
from protocol.wire import Id
from server.documents import following
from storage.redis.bus import account_channel
from tests import cabinet
from tests.world import Person, World

pytestmark = pytest.mark.anyio


def said(thread_id: Id, *documents: Document, text: str = "Hej!", **more: Any) -> MessageSend:
    return MessageSend(
        thread_id=thread_id,
        body=paragraph(text),
        attachments=[document.id for document in documents],
        **{"client_message_id": new_id(), **more},
    )


async def changes(world: World, stream: str) -> list[Id]:
    """The documents of which a stream has said that there is something else to know."""
    await world.settled()
    return [
        stored.event.document_id
        for stored in await world.store.streams.read(stream, 0, 1_000)
        if isinstance(stored.event, DocumentChanged)
    ]


async def carried(world: World, person: Person, thread_id: Id) -> list[str]:
    return [one.name for one in (await world.do(person, DocumentCarried(thread_id=thread_id))).documents]


async def paperclip(world: World, person: Person, thread_id: Id) -> bool:
    """In the row by itself and in the list, which have to agree."""
    await world.settled()
    row = (await world.do(person, ThreadRead(thread_id=thread_id))).thread
    (listed,) = [one for one in (await world.do(person, ThreadList())).threads if one.id == thread_id]
    assert row.has_documents == listed.has_documents
    return bool(row.has_documents)


async def test_a_message_carries_ids_and_whoever_may_see_them_is_told_the_rest(world: World) -> None:
    """DC-3, DC-7, DC-8: no name is in the log, or on the way to anybody."""
    thread = await world.thread()
    document = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world), "hemlig-lön.pdf")
    world.bell.clear()
    accepted = await world.do(world.petra, said(thread.id, document, document))
    stored = await world.store.streams.at(thread_stream(thread.id), accepted.seq)
    assert stored is not None
    assert isinstance(stored.event, MessageSent)
    assert stored.event.attachments == [document.id]
    assert "hemlig" not in msgspec.json.encode(stored).decode()
    await world.settled()
    assert not [payload for _, payload in world.bell.rung if b"hemlig" in payload]
    for person in (world.anna, world.sofia, world.petra, world.linn):
        (shown,) = (await world.do(person, DocumentGet(document_ids=stored.event.attachments))).documents
        assert shown.name == "hemlig-lön.pdf"
        assert await carried(world, person, thread.id) == ["hemlig-lön.pdf"]
        assert await paperclip(world, person, thread.id)
    for stranger in (world.olle, world.gunilla, world.grace):
        assert (await world.do(stranger, DocumentGet(document_ids=stored.event.attachments))).documents == []


async def test_staff_without_the_right_attach_nothing(world: World) -> None:
    """AC-9, DC-12."""
    thread = await world.thread()
    document = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    for internal in (False, True):
        with pytest.raises(Forbidden, match="manage_documents"):
            await world.do(world.sofia, said(thread.id, document, internal=internal))
    with pytest.raises(Forbidden, match="manage_documents"):
        await world.do(
            world.sofia,
            ThreadCreate(
                account_id=world.holm.id, client_message_id=new_id(), subject="Moms", body=paragraph("Hej"),
                attachments=[document.id],
            ),
        )  # fmt: skip
    await world.store.people.change_staff(world.sofia.firm_id, world.sofia.id, {"rights": ["manage_documents"]})
    await world.do(world.sofia, said(thread.id, document))


async def test_a_document_in_a_private_folder_goes_into_internal_messages_only(world: World) -> None:
    """DC-1."""
    thread = await world.thread()
    document = await cabinet.saved(world, world.anna, await cabinet.folder(world, "Privat"))
    with pytest.raises(Conflict) as refused:
        await world.do(world.anna, said(thread.id, document))
    assert refused.value.reason == "document_private"
    await world.do(world.anna, said(thread.id, document, internal=True))
    assert await paperclip(world, world.anna, thread.id)
    assert not await paperclip(world, world.petra, thread.id)
    assert await carried(world, world.petra, thread.id) == []


async def test_what_the_asker_does_not_see_is_not_there(world: World) -> None:
    """P7: another account's, another firm's, in the trash, made up."""
    thread = await world.thread()
    private = await cabinet.saved(world, world.anna, await cabinet.folder(world, "Privat"))
    elsewhere = await cabinet.saved(
        world, world.anna, await cabinet.folder(world, "Delad", world.wester, access="client_edits")
    )
    foreign = await cabinet.saved(
        world, world.grace, await cabinet.folder(world, "Shared", world.harbour, access="client_edits")
    )
    gone = await cabinet.saved(world, world.anna, await cabinet.for_uploads(world))
    await world.do(world.anna, DocumentDelete(document_id=gone.id))
    for person, documents in (
        (world.petra, (private, elsewhere, foreign, gone)),
        (world.anna, (elsewhere, foreign, gone)),
    ):
        for document in documents:
            with pytest.raises(NotFound):
                await world.do(person, said(thread.id, document))
    with pytest.raises(NotFound):
        await world.do(world.gunilla, said((await world.thread(world.wester)).id, private))
    assert await carried(world, world.anna, thread.id) == []


async def test_with_a_document_a_message_needs_no_words(world: World) -> None:
    """TH-13."""
    thread = await world.thread()
    document = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    with pytest.raises(Invalid):
        await world.do(world.petra, said(thread.id, text=" "))
    await world.do(world.petra, said(thread.id, document, text=""))
    await world.settled()
    for person in (world.anna, world.petra):
        row = (await world.do(person, ThreadRead(thread_id=thread.id))).thread
        assert row.last is not None
        assert (row.last.text, row.last.documents) == ("", 1)


async def test_a_thread_may_begin_with_documents(world: World) -> None:
    """DC-3, for both sides."""
    document = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    for person in (world.anna, world.petra):
        command = ThreadCreate(
            account_id=world.holm.id, client_message_id=new_id(), subject="Kvitton", body=paragraph(""),
            attachments=[document.id],
        )  # fmt: skip
        first, again = [(await world.do(person, command)).thread for _ in range(2)]
        assert first.id == again.id
        assert first.has_documents
        assert await carried(world, world.linn, first.id) == ["bokslut.pdf"]


async def test_the_same_key_sends_one_message_and_notes_once_what_it_carries(world: World) -> None:
    """P2."""
    thread = await world.thread()
    document = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    command = said(thread.id, document)
    first, second = await asyncio.gather(*(world.do(world.petra, command) for _ in range(2)))
    assert first == second == await world.do(world.petra, command)
    assert len(await world.store.carried.of_document(world.firm.id, document.id, "", 10)) == 1
    other = msgspec.structs.replace(command, attachments=[])
    with pytest.raises(Conflict) as refused:
        await world.do(world.petra, other)
    assert refused.value.reason == "key_reused"


async def test_a_contact_reopens_an_archived_thread_with_a_document(world: World) -> None:
    """MS-8."""
    thread = await world.thread()
    document = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))
    with pytest.raises(Conflict):
        await world.do(world.anna, said(thread.id, document))
    assert await carried(world, world.anna, thread.id) == []
    await world.do(world.petra, said(thread.id, document))
    assert await carried(world, world.anna, thread.id) == ["bokslut.pdf"]
    assert (await world.do(world.petra, ThreadRead(thread_id=thread.id))).thread.state == "active"


async def test_archiving_leaves_documents_as_they_are(world: World) -> None:
    """AR-2: in the thread, in its list and in their folder, for both sides."""
    thread = await world.thread()
    where = await cabinet.for_uploads(world)
    document = await cabinet.saved(world, world.petra, where)
    await world.do(world.petra, said(thread.id, document))
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))
    for person in (world.anna, world.petra):
        assert await carried(world, person, thread.id) == ["bokslut.pdf"]
        assert [row.has_documents for row in (await world.do(person, ThreadList(state="archived"))).threads] == [True]
        assert len((await world.do(person, DocumentList(folder_id=where.id))).documents) == 1


async def test_a_document_that_is_moved_to_a_private_folder_is_gone_from_the_clients_thread(world: World) -> None:
    """DC-8: from its list, its paperclip and its documents, and the windows that show it are told to ask again."""
    thread, other = await world.thread(), await world.thread()
    shared = await cabinet.folder(world, "Delad", access="client_edits")
    private = await cabinet.folder(world, "Privat")
    document = await cabinet.saved(world, world.petra, shared)
    for one in (thread, other):
        await world.do(world.petra, said(one.id, document))
    stream = thread_stream(thread.id)
    world.bell.clear()
    await world.do(world.anna, DocumentMove(document_id=document.id, folder_id=private.id))
    assert await changes(world, stream) == [document.id]
    assert await changes(world, thread_stream(other.id)) == [document.id]
    assert len(world.bell.heard(account_channel(world.holm.id))) >= 2
    assert not await paperclip(world, world.petra, thread.id)
    assert await carried(world, world.petra, thread.id) == []
    assert await paperclip(world, world.anna, thread.id)
    (told,) = [
        stored for stored in await world.store.streams.read(stream, 0, 100) if isinstance(stored.event, DocumentChanged)
    ]
    assert told.actor is None  # nothing of who did what reaches those for whom it is gone
    await world.do(world.anna, DocumentMove(document_id=document.id, folder_id=shared.id))
    assert await changes(world, stream) == [document.id] * 2
    assert await paperclip(world, world.petra, thread.id)


async def test_each_change_is_told_and_what_changes_nothing_is_not(world: World) -> None:
    thread = await world.thread()
    folder = await cabinet.folder(world, "Delad", access="client_edits")
    document = await cabinet.saved(world, world.petra, folder)
    await world.do(world.petra, said(thread.id, document))
    stream, told = thread_stream(thread.id), 0
    for command, more in (
        (DocumentRename(document_id=document.id, name="nytt.pdf"), 1),
        (DocumentRename(document_id=document.id, name="nytt.pdf"), 0),
        (DocumentDelete(document_id=document.id), 1),
        (DocumentDelete(document_id=document.id), 0),
        (DocumentRestore(document_id=document.id), 1),
        (FolderSetAccess(folder_id=folder.id, access="private"), 1),
        (FolderSetAccess(folder_id=folder.id, access="client_views"), 1),
        (FolderDelete(folder_id=folder.id), 1),
    ):
        await world.do(world.anna, command)
        told += more
        assert len(await changes(world, stream)) == told, command
    assert await carried(world, world.anna, thread.id) == []


async def test_an_internal_message_with_a_document_leaves_no_trace_on_the_contacts_side(world: World) -> None:
    """AC-6: also of a document that contacts see in its folder, and when it changes."""
    thread = await world.thread()
    folder = await cabinet.for_uploads(world)
    document = await cabinet.saved(world, world.petra, folder)
    await world.settled()
    before = (await world.do(world.petra, ThreadRead(thread_id=thread.id))).thread
    world.bell.clear()
    await world.do(world.anna, said(thread.id, document, internal=True))
    await world.do(world.anna, DocumentRename(document_id=document.id, name="nytt.pdf"))
    assert await changes(world, notes_stream(thread.id)) == [document.id]
    assert await changes(world, thread_stream(thread.id)) == []
    assert world.bell.heard(account_channel(world.holm.id)) == []
    assert (await world.do(world.petra, ThreadRead(thread_id=thread.id))).thread == before
    assert await carried(world, world.petra, thread.id) == []
    assert await carried(world, world.anna, thread.id) == ["nytt.pdf"]


async def test_what_a_process_left_of_a_folder_with_many_documents_is_done_by_another(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P9: killed before it began, killed in the middle, and done twice."""
    monkeypatch.setattr(following, "DOCUMENTS_AT_ONCE_MAX", 2)
    thread = await world.thread()
    folder = await cabinet.folder(world, "Delad", access="client_edits")
    documents = [await cabinet.saved(world, world.petra, folder) for _ in range(5)]
    await world.do(world.petra, said(thread.id, *documents))
    with monkeypatch.context() as killed:
        killed.setattr(following, "go_on_with_folder", lambda context, changed: None)
        await world.do(world.anna, FolderSetAccess(folder_id=folder.id, access="private"))
    stream, everything = thread_stream(thread.id), sorted(document.id for document in documents)
    assert await changes(world, stream) == []
    got_further, times = world.store.chores.got_further, 0

    async def dies_in_the_middle(*args: Any) -> None:
        nonlocal times
        times += 1
        if times == 2:
            raise RuntimeError("killed")
        await got_further(*args)

    (chore,) = await world.store.chores.left([following.FOLDER], world.clock.now() + 1, 10)
    with monkeypatch.context() as killed:
        killed.setattr(world.store.chores, "got_further", dies_in_the_middle)
        with pytest.raises(RuntimeError):
            await following.go_on_folder(world.means, chore)
    assert await changes(world, stream) == everything[:4]
    await following.go_on_folder(world.means, chore)
    await following.go_on_folder(world.means, chore)
    assert await changes(world, stream) == everything[:4] + everything[2:]
    assert await world.store.chores.left([following.FOLDER], world.clock.now() + 1, 10) == []
