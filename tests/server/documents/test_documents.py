"""Documents: saved, called, moved, deleted and restored; who sees that, and when it goes for good (DC, RD-8)."""

import asyncio

import pytest

from protocol.contacts import LinkUpdate
from protocol.documents import (
    DocumentDelete,
    DocumentGet,
    DocumentList,
    DocumentMark,
    DocumentMove,
    DocumentRename,
    DocumentRestore,
    DocumentSave,
    DocumentSearch,
)
from protocol.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from protocol.ids import new_id
from server.documents import actions, naming
from server.uploads import actions as uploads
from tests import cabinet
from tests.server.files import samples
from tests.world import World

pytestmark = pytest.mark.anyio
DAY_MS = 24 * 60 * 60 * 1000


async def test_an_upload_becomes_a_document_of_its_owners_once(world: World) -> None:
    """DC-2, P2."""
    folder = await cabinet.for_uploads(world)
    upload = await cabinet.brought(world, world.petra)
    command = DocumentSave(folder_id=folder.id, upload_id=upload, client_document_id=new_id(), name="Bokslut 2025.pdf")
    with pytest.raises(NotFound):
        await world.do(world.anna, command)  # it isn't hers
    first, second = await asyncio.gather(*(world.do(world.petra, command) for _ in range(2)))
    assert first == second
    assert (first.name, first.size, first.family) == ("Bokslut 2025.pdf", len(cabinet.PDF), "pdf")
    assert first.uploaded_by.id == world.petra.id
    with pytest.raises(NotFound):
        await world.do(
            world.petra, DocumentSave(folder_id=folder.id, upload_id=upload, client_document_id=new_id(), name="x.pdf")
        )
    assert [one.id for one in (await world.do(world.anna, DocumentList(folder_id=folder.id))).documents] == [first.id]


async def test_what_is_still_coming_is_no_document(world: World) -> None:
    folder = await cabinet.for_uploads(world)
    begun = await uploads.begin(world.means, await world.principal(world.petra), name="x.pdf", size=9, path="name")
    with pytest.raises(NotFound, match="finished"):
        await world.do(
            world.petra,
            DocumentSave(folder_id=folder.id, upload_id=begun.id, client_document_id=new_id(), name="x.pdf"),
        )


@pytest.mark.parametrize("name", ["../x.pdf", "a/b.pdf", "a\\b.pdf", "..", "kvitto\u202efdp.exe", "ä" * 150])
async def test_a_name_that_no_file_has_is_refused_and_nothing_is_kept(world: World, name: str) -> None:
    folder = await cabinet.for_uploads(world)
    upload = await cabinet.brought(world, world.petra)
    command = DocumentSave(folder_id=folder.id, upload_id=upload, client_document_id=new_id(), name=name)
    with pytest.raises(Invalid) as refused:
        await world.do(world.petra, command)
    assert refused.value.problem.path == "$.name"
    assert (await world.do(world.petra, DocumentList(folder_id=folder.id))).documents == []
    assert await world.store.uploads.get(world.firm.id, upload, world.petra.id) is not None


async def test_a_name_that_is_taken_gets_a_number(world: World) -> None:
    folder = await cabinet.for_uploads(world)
    made = await asyncio.gather(*(cabinet.saved(world, world.petra, folder, "Kvitto.PDF") for _ in range(3)))
    assert sorted(one.name for one in made) == ["Kvitto (2).PDF", "Kvitto (3).PDF", "Kvitto.PDF"]
    lower = await cabinet.saved(world, world.petra, folder, "kvitto.pdf")
    assert lower.name == "kvitto (4).pdf"
    renamed = await world.do(world.petra, DocumentRename(document_id=lower.id, name="KVITTO (2).pdf"))
    assert renamed.name == "KVITTO (2) (2).pdf"
    same = await world.do(world.petra, DocumentRename(document_id=lower.id, name="kvitto (2) (2).pdf"))
    assert same.name == "kvitto (2) (2).pdf"  # its own name is in nobody's way
    other = await cabinet.folder(world, "Annan", access="client_edits")
    moved = await world.do(world.petra, DocumentMove(document_id=lower.id, folder_id=other.id))
    assert moved.name == "kvitto (2) (2).pdf"


def test_a_long_name_keeps_its_ending_and_stays_as_long_as_one_may_be() -> None:
    name = "a" * 196 + ".pdf"
    again = naming.free(name, {name})
    assert again.endswith(" (2).pdf")
    assert len(again) == 200
    assert naming.key_of(again).startswith(naming.stem_of(name))


SIE = b'#FLAGGA 0\r\n#FORMAT PC8\r\n#SIETYP 4\r\n#FNAMN "\x8elvsj\x94"\r\n'
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HTML = b"<html><script>alert(1)</script></html>"


async def test_what_it_is_is_read_from_its_content_and_kept_with_it(world: World) -> None:
    """FC-1: whatever it is called, and whatever the browser took it for."""
    folder = await cabinet.for_uploads(world)
    for name, content, family, media_type in (
        ("bok.pdf", SIE, "sie", "text/x-sie"),
        ("kvitto.pdf", HTML, "html", "text/html"),
        ("avtal.txt", cabinet.PDF, "pdf", "application/pdf"),
        ("lista.csv", b"a;b\n1;2\n", "csv", "text/csv"),
        ("bok.zip", samples.xlsx([1]), "excel", SHEET),
        (
            "l\u00f6n.xlsx",
            samples.ole("EncryptedPackage"),
            "locked_office",
            SHEET,
        ),
        ("x", b"\0\1", "other", "application/octet-stream"),
    ):
        saved = await cabinet.saved(world, world.petra, folder, name, content)
        stored = await world.store.documents.get(world.firm.id, saved.id)
        assert stored is not None
        assert (saved.family, stored.family, stored.media_type) == (family, family, media_type)


async def test_what_is_deleted_is_in_the_trash_and_comes_back(world: World) -> None:
    """DC-10: for whoever may change it; nobody else learns of the trash."""
    folder = await cabinet.folder(world, "Delad", access="client_views")
    document = await cabinet.saved(world, world.anna, folder)
    with pytest.raises(Forbidden):
        await world.do(world.petra, DocumentDelete(document_id=document.id))
    await world.do(world.anna, DocumentDelete(document_id=document.id))
    await world.do(world.anna, DocumentDelete(document_id=document.id))
    assert (await world.do(world.anna, DocumentGet(document_ids=[document.id]))).documents == []
    trash = DocumentSearch(account_id=world.holm.id, deleted=True)
    assert [one.id for one in (await world.do(world.anna, trash)).documents] == [document.id]
    for other in (world.petra, world.sofia):
        assert (await world.do(other, trash)).documents == []
    for command in (
        DocumentRename(document_id=document.id, name="x.pdf"),
        DocumentMove(document_id=document.id, folder_id=folder.id),
    ):
        with pytest.raises(NotFound):
            await world.do(world.anna, command)
    await cabinet.saved(world, world.anna, folder)
    back = await world.do(world.anna, DocumentRestore(document_id=document.id))
    assert (back.name, back.deleted_at) == ("bokslut (2).pdf", None)
    assert await world.do(world.anna, DocumentRestore(document_id=document.id)) == back
    stored = await world.store.mongo.database["documents"].find_one({"_id": document.id})
    assert stored is not None
    assert "deleted_at" not in stored


async def test_after_120_days_it_goes_with_its_bytes_unless_others_refer_to_them(world: World) -> None:
    """DC-10."""
    folder = await cabinet.for_uploads(world)
    first = await cabinet.saved(world, world.petra, folder)
    twin = await cabinet.saved(world, world.petra, folder)
    kept = await world.store.documents.get(world.firm.id, first.id)
    assert kept is not None
    sha256 = kept.sha256

    async def swept(days: float) -> int:
        now = world.clock.now() + round(days * DAY_MS)
        gone = await actions.sweep(world.means, now)
        await uploads.sweep(world.means, now + 120_000)
        return gone

    await world.do(world.petra, DocumentDelete(document_id=first.id))
    assert await swept(119.9) == 0
    assert await swept(120.1) == 1
    assert await world.store.documents.get(world.firm.id, first.id) is None
    assert await world.store.blobs.size(world.firm.id, sha256) == len(cabinet.PDF)
    with pytest.raises(NotFound):
        await world.do(world.petra, DocumentRestore(document_id=first.id))
    await world.do(world.petra, DocumentDelete(document_id=twin.id))
    assert await swept(121) == 1
    assert await world.store.blobs.size(world.firm.id, sha256) is None
    assert await world.store.blobs.taken(world.firm.id) == 0


async def test_it_is_new_for_the_other_side_until_somebody_looks(world: World) -> None:
    """RD-8."""
    folder = await cabinet.for_uploads(world)
    document = await cabinet.saved(world, world.petra, folder)
    assert not document.new
    get = DocumentGet(document_ids=[document.id])
    assert (await world.do(world.anna, get)).documents[0].new
    await world.do(world.anna, DocumentMark(document_id=document.id, side="staff"))
    assert not (await world.do(world.sofia, get)).documents[0].new
    assert not (await world.do(world.sofia, get)).documents[0].new_to_contacts
    await world.do(world.anna, DocumentMark(document_id=document.id, side="contact", new=True))
    assert (await world.do(world.linn, get)).documents[0].new
    # Staff see what their clients haven't looked at; of the firm's own looks clients are told nothing.
    assert (await world.do(world.sofia, get)).documents[0].new_to_contacts
    assert not (await world.do(world.linn, get)).documents[0].new_to_contacts
    with pytest.raises(Forbidden):
        await world.do(world.petra, DocumentMark(document_id=document.id, side="staff", new=True))
    await world.do(world.petra, DocumentMark(document_id=document.id, side="contact"))
    assert not (await world.do(world.linn, get)).documents[0].new


async def test_documents_stay_in_their_account(world: World) -> None:
    document = await cabinet.saved(world, world.anna, await cabinet.folder(world))
    elsewhere = await cabinet.folder(world, "Annan", world.wester)
    with pytest.raises(NotFound):
        await world.do(world.anna, DocumentMove(document_id=document.id, folder_id=elsewhere.id))
    await world.do(world.anna, DocumentDelete(document_id=document.id))
    with pytest.raises(NotFound):
        await world.do(world.anna, DocumentRestore(document_id=document.id, folder_id=elsewhere.id))


async def test_a_search_finds_what_the_asker_may_see_and_pages_have_no_gap(world: World) -> None:
    """SR-2."""
    shared = await cabinet.folder(world, "Delad", access="client_views")
    private = await cabinet.folder(world, "Privat")
    made = [
        await cabinet.saved(world, world.anna, shared if number % 2 else private, f"årsbokslut {number}.pdf")
        for number in range(6)
    ]

    async def found(person: object, search: str) -> list[str]:
        ids, after = [], None
        while True:
            page = await world.do(
                person,  # type: ignore[arg-type]
                DocumentSearch(account_id=world.holm.id, search=search, after=after, limit=2),
            )
            ids += [one.id for one in page.documents]
            after = page.next
            if after is None:
                return ids

    everything = [one.id for one in reversed(made)]
    assert await found(world.anna, "arsbok") == everything
    assert await found(world.petra, "ÅRS") == everything[::2]
    assert await found(world.petra, "finns inte") == []


async def test_a_folder_holds_only_so_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "DOCUMENTS_MAX", 2)
    folder = await cabinet.for_uploads(world)
    tries = await asyncio.gather(*(cabinet.saved(world, world.petra, folder) for _ in range(3)), return_exceptions=True)
    (refused,) = [one for one in tries if isinstance(one, Conflict)]
    assert refused.reason == "too_many"
    assert len((await world.do(world.petra, DocumentList(folder_id=folder.id))).documents) == 2


async def test_whoever_loses_the_account_sees_none_of_it(world: World) -> None:
    """AC-15."""
    document = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    get = DocumentGet(document_ids=[document.id])
    linn = await world.principal(world.linn)
    assert (await world.do(world.linn, get)).documents
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.linn.id, login=False))
    with pytest.raises(Unauthenticated):
        await world.do(world.linn, get)
    assert linn.sees(world.holm.id)
    # Somebody with another account left.
    assert (await world.do(world.gunilla, get)).documents == []
