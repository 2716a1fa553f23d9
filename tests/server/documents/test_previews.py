"""What documents are shown as: made once for each content, for whoever may see it then, and gone with it (DC-8)."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from protocol.body import paragraph
from protocol.documents import (
    Document,
    DocumentChanged,
    DocumentGet,
    DocumentMove,
    DocumentRead,
    DocumentThumbnail,
    Reading,
)
from protocol.errors import NotFound, Unavailable
from protocol.ids import new_id, thread_stream
from protocol.messages import MessageSend
from protocol.previews import Preview
from server.documents import previews
from server.files.fence.keeper import Busy, Fence
from storage.documents import DOCUMENTS, DocumentDoc
from storage.mongo.documents import to_document
from storage.mongo.of_firms import FirmRows
from tests import cabinet
from tests.server.files import samples
from tests.world import Person, World

pytestmark = pytest.mark.anyio
PHOTO = samples.picture("JPEG", (1200, 800))


async def got(world: World, person: Person, document: Document) -> Document:
    (one,) = (await world.do(person, DocumentGet(document_ids=[document.id]))).documents
    found: Document = one
    return found


async def stored(world: World, document: Document) -> DocumentDoc:
    found = await world.store.documents.get(world.firm.id, document.id)
    assert found is not None
    return found


async def test_a_picture_has_its_size_from_the_moment_it_is_saved(world: World) -> None:
    """So nothing jumps where it is shown."""
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world), "foto.jpg", PHOTO)
    assert made.preview == Preview(width=512, height=341)
    assert (await got(world, world.anna, made)).preview == made.preview
    content = await previews.thumbnail(world.means, await stored(world, made))
    assert content.startswith(b"RIFF")
    assert await previews.picture(world.means, await stored(world, made), 1) != content


async def test_the_same_content_is_looked_into_once_and_not_across_firms(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = await cabinet.for_uploads(world)
    first = await cabinet.saved(world, world.petra, folder, "foto.jpg", PHOTO)
    looked: list[str] = []
    make = Fence.make

    async def counted(self: Fence, path: Path, job: str, family: str) -> Any:
        looked.append(family)
        return await make(self, path, job, family)

    monkeypatch.setattr(Fence, "make", counted)
    second = await cabinet.saved(world, world.petra, folder, "igen.jpg", PHOTO)
    assert second.preview == first.preview
    assert looked == []
    elsewhere = await cabinet.for_uploads(world, world.harbour, world.grace)
    await cabinet.saved(world, world.grace, elsewhere, "foto.jpg", PHOTO)
    assert looked == ["jpeg"]


async def test_a_file_that_nothing_can_be_made_of_is_a_plain_file(world: World) -> None:
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world), "foto.jpg", PHOTO[:300])
    assert (made.family, made.preview) == ("jpeg", None)
    assert (await stored(world, made)).preview == {}


async def test_what_was_saved_without_a_look_is_looked_into_when_somebody_asks_and_windows_hear_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Because the fence had no room, or an older build saved it."""

    async def busy(self: Fence, path: Path, job: str, family: str) -> None:
        raise Busy

    thread = (await world.thread()).id
    with monkeypatch.context() as patched:
        patched.setattr(Fence, "make", busy)
        made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world), "foto.jpg", PHOTO)
        assert made.preview is None
        await world.do(
            world.petra,
            MessageSend(thread_id=thread, client_message_id=new_id(), body=paragraph("Foto"), attachments=[made.id]),
        )
    assert (await got(world, world.anna, made)).preview is None
    await world.settler.drained()
    assert (await got(world, world.anna, made)).preview == Preview(width=512, height=341)
    told = await world.store.streams.read(thread_stream(thread), 0, 100)
    assert [one.event.document_id for one in told if isinstance(one.event, DocumentChanged)] == [made.id]
    await got(world, world.anna, made)
    await world.settler.drained()
    again = await world.store.streams.read(thread_stream(thread), 0, 100)
    assert len(again) == len(told)


async def test_a_picture_goes_with_the_content_it_is_of(world: World) -> None:
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world), "foto.jpg", PHOTO)
    document = await stored(world, made)
    assert await world.store.previews.get(world.firm.id, document.sha256) is not None
    await FirmRows(world.store.mongo, DOCUMENTS).of(world.firm.id).delete_one({"_id": made.id})
    assert await world.store.blobs.remove(world.firm.id, document.sha256, world.clock.now())
    assert await world.store.previews.get(world.firm.id, document.sha256) is None


async def test_a_preview_of_a_newer_build_costs_nothing_but_itself(world: World) -> None:
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    newer = {"width": "as wide as you like"}
    document = to_document(await stored(world, made)) | {"preview": newer}
    await FirmRows(world.store.mongo, DOCUMENTS).of(world.firm.id).put({"_id": made.id}, document)
    assert (await got(world, world.anna, made)).preview is None


async def test_a_thumbnail_is_had_by_the_socket_by_whoever_may_see_its_document(world: World) -> None:
    """DC-8, for the widget, which has no cookie."""
    folder = await cabinet.folder(world, "Bilder", access="client_views")
    made = await cabinet.saved(world, world.anna, folder, "foto.jpg", PHOTO)
    answer = await world.do(world.petra, DocumentThumbnail(document_id=made.id))
    assert b64decode(answer.webp) == await previews.thumbnail(world.means, await stored(world, made))
    private = await cabinet.folder(world, "Internt", access="private")
    await world.do(world.anna, DocumentMove(document_id=made.id, folder_id=private.id))
    for person in (world.petra, world.gunilla, world.emma):
        with pytest.raises(NotFound):
            await world.do(person, DocumentThumbnail(document_id=made.id))
    plain = await cabinet.saved(world, world.anna, folder, "text.txt", b"text")
    assert (await world.do(world.petra, DocumentThumbnail(document_id=plain.id))).webp == ""


async def words(world: World, person: Person, document: Document) -> Reading:
    found: Reading = await world.do(person, DocumentRead(document_id=document.id))
    return found


async def test_texts_and_tables_are_read_and_are_new_no_more(world: World) -> None:
    """RD-8, DC-8: by whoever may see the document then."""
    shared, private = await cabinet.folder(world, "Delad", access="client_views"), await cabinet.folder(world, "Privat")
    table = await cabinet.saved(world, world.anna, shared, "lista.csv", "Namn;Belopp\nÅsa;1,50\n".encode("cp1252"))
    assert (await got(world, world.petra, table)).new
    assert await words(world, world.petra, table) == Reading(rows=[["Namn", "Belopp"], ["Åsa", "1,50"]])
    assert not (await got(world, world.petra, table)).new
    text = await cabinet.saved(world, world.anna, shared, "läs.txt", "Hej\r\nÅsa".encode())
    assert await words(world, world.petra, text) == Reading(text="Hej\nÅsa")
    await world.do(world.anna, DocumentMove(document_id=text.id, folder_id=private.id))
    with pytest.raises(NotFound):
        await words(world, world.petra, text)
    assert (await words(world, world.anna, text)).text == "Hej\nÅsa"


@pytest.mark.parametrize("content", [cabinet.PDF, b"<html><script>alert(1)</script></html>", PHOTO])
async def test_what_is_no_text_has_no_words_and_stays_new(world: World, content: bytes) -> None:
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world), "lista.csv", content)
    assert await words(world, world.anna, made) == Reading()
    assert (await got(world, world.anna, made)).new


async def test_where_too_many_wait_words_are_to_be_asked_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world), "läs.txt", b"hej")

    async def busy(*_: Any) -> None:
        raise Busy

    monkeypatch.setattr(Fence, "make", busy)
    with pytest.raises(Unavailable):
        await words(world, world.anna, made)
