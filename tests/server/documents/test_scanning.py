"""With a virus scanner (a real clamd) a file is only offered to the other side when it is clean: held while nobody has
looked, let through when somebody has, refused where something was found; without the setting nothing is held."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from deploy.dev.embedded import Clamd
from protocol.body import paragraph
from protocol.documents import (
    Document,
    DocumentCarried,
    DocumentChanged,
    DocumentDelete,
    DocumentFinish,
    DocumentList,
    DocumentMark,
    DocumentMove,
    DocumentRead,
    DocumentRename,
    DocumentRestore,
    DocumentSearch,
    DocumentThumbnail,
    DocumentUnpack,
)
from protocol.errors import NotFound
from protocol.ids import new_id, thread_stream
from protocol.inbox import Notification, NotificationList
from protocol.messages import MessageSend
from protocol.threads import ThreadList
from scheduler.health.health import Health
from scheduler.health.watch import Watch
from server.core.clock_watch import ClockWatch
from server.documents import actions, following, scanning
from server.documents.notices import REFUSED, TOLD_AFTER_MS, UPLOADED
from server.files import clamd as clamd_client
from server.inbox import of_documents
from storage.mongo.of_firms import FirmRows
from storage.scans import SCANS
from tests import cabinet
from tests.server.documents.scanned import got, scanned, sees
from tests.server.files import samples
from tests.server.files.archives import zipped
from tests.world import Person, World

pytestmark = pytest.mark.anyio
INFECTED = b"Dear all. " + Clamd.FINDS


@pytest.fixture
def scanner(world: World, clamd: Clamd) -> Clamd:
    world.set(clamd=clamd.address)
    return clamd


@pytest.fixture
async def away(scanner: Clamd) -> Clamd:
    await asyncio.to_thread(scanner.kill)
    return scanner


async def back(world: World, scanner: Clamd) -> None:
    """It is there again, and what was held is tried."""
    await asyncio.to_thread(scanner.start)
    world.clock.advance(s=scanning.AGAIN_MS / 1000 + 1)
    await scanned(world)


async def sent(world: World, person: Person, *documents: Document) -> str:
    thread = await world.thread()
    ids = [one.id for one in documents]
    command = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Här."), attachments=ids)
    await world.do(person, command)
    await world.settled()
    return thread.id


async def inbox(world: World, person: Person) -> list[tuple[str, str, int]]:
    entries: list[Notification] = (await world.do(person, NotificationList())).notifications
    return [(line.kind, line.actor.name.split()[0], line.documents) for one in entries for line in one.gathered]


async def chores(world: World, kind: str, do: Callable[..., Awaitable[None]]) -> int:
    left = await world.store.chores.left([kind], world.clock.now() + 1, 100)
    for chore in left:
        await do(world.means, chore)
    return len(left)


async def told_refused(world: World) -> int:
    """Of how many documents it is told that they were refused, in one entry of the account."""
    assert await chores(world, REFUSED, of_documents.go_on_refused) == 1
    return sum(documents for kind, _, documents in await inbox(world, world.sofia) if kind == "document_refused")


async def test_a_clean_file_is_offered_with_the_answer(world: World, scanner: Clamd) -> None:
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    assert made.scan is None
    assert await sees(world, world.anna, made) == "offered"
    assert await scanned(world) == 0


async def test_without_the_setting_nothing_is_held_and_nothing_is_noted(world: World) -> None:
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world), content=INFECTED)
    assert await sees(world, world.anna, made) == "offered"
    assert await FirmRows(world.store.mongo, SCANS).of(world.firm.id).count({}) == 0
    assert await scanned(world) == 0


async def test_while_the_scanner_is_away_a_file_is_held_and_goes_when_it_is_back(world: World, away: Clamd) -> None:
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    assert made.scan == "held"
    thread_id = await sent(world, world.petra, made)
    assert await sees(world, world.linn, made) == "held"
    assert (await got(world, world.anna, made)).held == [made.id]
    assert (await got(world, world.emma, made)).held == []
    await scanned(world)
    assert await sees(world, world.anna, made) is None
    await back(world, away)
    assert await sees(world, world.anna, made) == "offered"
    assert await sees(world, world.petra, made) == "offered"
    events = [one.event for one in await world.store.streams.read(thread_stream(thread_id), 0, 100)]
    assert [one.document_id for one in events if isinstance(one, DocumentChanged)] == [made.id]
    assert await scanned(world) == 0


@pytest.mark.parametrize("brought_by", ["petra", "anna"])
@pytest.mark.parametrize("content", ["held", "refused"])
async def test_the_other_side_gets_nothing_of_it_by_any_command(
    world: World, scanner: Clamd, content: str, brought_by: str
) -> None:
    folder = await cabinet.folder(world, "Delad", access="client_edits")
    elsewhere = await cabinet.folder(world, "Annan", access="client_edits")
    by: Person = getattr(world, brought_by)
    other = world.anna if by is world.petra else world.petra
    if content == "held":
        await asyncio.to_thread(scanner.kill)
    made = await cabinet.saved(world, by, folder, "kvitto.txt", INFECTED)
    assert made.scan == content
    thread_id = await sent(world, by, made)
    commands: list[Any] = [
        DocumentThumbnail(document_id=made.id),
        DocumentRead(document_id=made.id),
        DocumentRename(document_id=made.id, name="nytt.txt"),
        DocumentMove(document_id=made.id, folder_id=elsewhere.id),
        DocumentDelete(document_id=made.id),
        DocumentRestore(document_id=made.id),
        DocumentMark(document_id=made.id, side="staff" if other is world.anna else "contact"),
    ]
    for command in commands:
        with pytest.raises(NotFound):
            await world.do(other, command)
    with pytest.raises(NotFound):
        await sent(world, other, made)
    lists: list[Any] = [
        DocumentList(folder_id=folder.id),
        DocumentSearch(account_id=world.holm.id, search="kvitto"),
        DocumentCarried(thread_id=thread_id),
    ]
    for command in lists:
        assert (await world.do(other, command)).documents == []
        assert [one.scan for one in (await world.do(by, command)).documents] == [content]
    seen = await got(world, other, made)
    assert (seen.documents, seen.held) == ([], [made.id] if content == "held" else [])
    await world.do(by, DocumentDelete(document_id=made.id))
    trash = DocumentSearch(account_id=world.holm.id, deleted=True)
    assert (await world.do(other, trash)).documents == []
    assert len((await world.do(by, trash)).documents) == 1


async def test_an_infected_file_is_refused_and_staff_are_told(world: World, away: Clamd) -> None:
    folder = await cabinet.for_uploads(world)
    picture = samples.picture("JPEG", (40, 30)) + Clamd.FINDS
    made = await cabinet.saved(world, world.petra, folder, "foto.jpg", picture)
    assert made.preview is not None
    await back(world, away)
    seen = (await got(world, world.petra, made)).documents[0]
    assert (seen.scan, seen.preview) == ("refused", None)
    assert await sees(world, world.anna, made) is None
    for command in (DocumentThumbnail(document_id=made.id), DocumentRead(document_id=made.id)):
        with pytest.raises(NotFound):
            await world.do(world.petra, command)
    assert await inbox(world, world.sofia) == []
    assert await chores(world, REFUSED, of_documents.go_on_refused) == 1
    assert await inbox(world, world.sofia) == [("document_refused", "Petra", 1)]
    assert await chores(world, REFUSED, of_documents.go_on_refused) == 0
    world.clock.advance(s=TOLD_AFTER_MS / 1000 + 1)
    await chores(world, UPLOADED, of_documents.go_on)
    assert await inbox(world, world.sofia) == [("document_refused", "Petra", 1)]
    # Who brought it is told, too.
    await world.store.people.change_staff(world.firm.id, world.sofia.id, {"rights": ["manage_documents"]})
    again = await cabinet.saved(world, world.sofia, folder, "igen.jpg", picture)
    assert again.scan == "refused"
    await chores(world, REFUSED, of_documents.go_on_refused)
    assert ("document_refused", "Sofia", 1) in await inbox(world, world.sofia)


async def test_it_is_told_of_what_came_once_it_is_offered_and_not_before(world: World, away: Clamd) -> None:
    """DC-6."""
    await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    world.clock.advance(s=TOLD_AFTER_MS / 1000 + 1)
    assert await chores(world, UPLOADED, of_documents.go_on) == 1
    assert await inbox(world, world.sofia) == []
    await back(world, away)
    world.clock.advance(s=TOLD_AFTER_MS / 1000 + 1)
    assert await chores(world, UPLOADED, of_documents.go_on) == 1
    assert await inbox(world, world.sofia) == [("documents_uploaded", "Petra", 1)]


async def test_of_a_zip_what_is_clean_is_offered_and_told_of_once_all_is_scanned(world: World, scanner: Clamd) -> None:
    """ZP-5: the one that carries the number is the infected one."""
    folder = await cabinet.for_uploads(world)
    content = zipped({"1.txt": INFECTED, "2.txt": b"two", "3.txt": b"three", "4.txt": b"two"})
    upload_id = await cabinet.brought(world, world.petra, content, "kvitton.zip")
    command = DocumentUnpack(folder_id=folder.id, upload_id=upload_id, client_document_id=new_id(), name="kvitton.zip")
    made = (await world.do(world.petra, command)).first
    assert {one.scan for one in made} == {"held"}
    world.clock.advance(s=TOLD_AFTER_MS / 1000 + 1)
    await chores(world, UPLOADED, of_documents.go_on)
    assert await inbox(world, world.sofia) == []
    # Each content once.
    assert await scanned(world) == 3
    assert [await sees(world, world.anna, one) for one in made] == [None, "offered", "offered", "offered"]
    world.clock.advance(s=TOLD_AFTER_MS / 1000 + 1)
    await chores(world, UPLOADED, of_documents.go_on)
    assert await inbox(world, world.sofia) == [("documents_uploaded", "Petra", 3)]


async def ten_minutes_later(world: World) -> list[tuple[str, str, int]]:
    """What is in the inbox once what came last has been told of."""
    world.clock.advance(s=TOLD_AFTER_MS / 1000 + 1)
    await chores(world, UPLOADED, of_documents.go_on)
    return await inbox(world, world.sofia)


async def test_what_is_offered_after_its_uploader_was_done_is_told_of(world: World, away: Clamd) -> None:
    """DC-6, DC-9: with what came later than it has been told of."""
    await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    world.clock.advance(s=1)
    await world.do(world.petra, DocumentFinish(account_id=world.holm.id))
    assert await inbox(world, world.sofia) == [("uploads_finished", "Petra", 0)]
    await back(world, away)
    assert set(await ten_minutes_later(world)) == {("uploads_finished", "Petra", 0), ("documents_uploaded", "Petra", 1)}
    (entry,) = (await world.do(world.sofia, NotificationList())).notifications
    assert (entry.unread, entry.kind) == (True, "documents_uploaded")


async def test_what_is_offered_after_what_came_later_is_told_of(
    world: World, scanner: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = await cabinet.for_uploads(world)
    with monkeypatch.context() as patched:
        patched.setattr(scanning, "AT_ONCE_BYTES_MAX", 10)
        held = await cabinet.saved(world, world.petra, folder, "a.pdf")
    world.clock.advance(s=60)
    clean = await cabinet.saved(world, world.linn, folder, "b.txt", b"another one")
    assert (held.scan, clean.scan) == ("held", None)
    assert await ten_minutes_later(world) == [("documents_uploaded", "Linn", 1)]
    await scanned(world)
    assert set(await ten_minutes_later(world)) == {
        ("documents_uploaded", "Linn", 1),
        ("documents_uploaded", "Petra", 1),
    }


async def brought_zip(world: World, files: dict[str, bytes]) -> list[Document]:
    """What comes out of it, as far as that is told at once."""
    folder = await cabinet.for_uploads(world)
    upload_id = await cabinet.brought(world, world.petra, zipped(files), "kvitton.zip")
    command = DocumentUnpack(folder_id=folder.id, upload_id=upload_id, client_document_id=new_id(), name="kvitton.zip")
    first: list[Document] = (await world.do(world.petra, command)).first
    return first


async def test_of_a_zip_whose_infected_file_was_removed_the_rest_is_told(world: World, scanner: Clamd) -> None:
    """ZP-5."""
    made = await brought_zip(world, {"1.txt": INFECTED, "2.txt": b"two", "3.txt": b"three"})
    await scanned(world)
    await world.do(world.petra, DocumentDelete(document_id=made[0].id))
    assert await ten_minutes_later(world) == [("documents_uploaded", "Petra", 2)]


async def test_a_zip_is_not_told_of_while_any_of_it_is_held(world: World, scanner: Clamd) -> None:
    """ZP-5: also where what is held stands behind what the answer names; and of no more than what is offered then."""
    await cabinet.saved(world, world.anna, await cabinet.for_uploads(world), "a.txt", b"one")
    made = await brought_zip(world, {f"{number:03}.txt": b"one" for number in range(100)} | {"x.txt": INFECTED})
    assert {one.scan for one in made} == {None}
    assert await ten_minutes_later(world) == [("documents_uploaded", "Anna", 1)]
    await scanned(world)
    # It is refused, and no document comes free by that: it is looked at again all the same.
    assert set(await ten_minutes_later(world)) == {
        ("documents_uploaded", "Anna", 1),
        ("documents_uploaded", "Petra", 100),
    }


async def test_what_is_too_large_for_the_scanner_holds_up_nothing_else_of_its_zip(world: World, scanner: Clamd) -> None:
    made = await brought_zip(world, {"1.txt": b"one", "2.bin": random.Random(1).randbytes(scanner.FILE_BYTES_MAX + 1)})
    await scanned(world)
    assert (await got(world, world.petra, made[1])).documents[0].scan == "too_large"
    assert await ten_minutes_later(world) == [("documents_uploaded", "Petra", 1)]


async def test_what_is_refused_together_is_told_of_as_one(world: World, scanner: Clamd) -> None:
    """NS-4, ZP-5: one entry of an account, with how many; also of what is deleted by then, and never twice."""
    made = await brought_zip(world, {f"{number}.txt": INFECTED + str(number).encode() for number in range(3)})
    await scanned(world)
    await world.do(world.petra, DocumentDelete(document_id=made[0].id))
    assert await chores(world, REFUSED, of_documents.go_on_refused) == 1
    assert await inbox(world, world.sofia) == [("document_refused", "Petra", 3)]
    world.clock.advance(s=60)
    again = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world), "igen.txt", INFECTED)
    assert again.scan == "refused"
    assert await chores(world, REFUSED, of_documents.go_on_refused) == 1
    assert await inbox(world, world.sofia) == [("document_refused", "Petra", 4)]
    assert len((await world.do(world.sofia, NotificationList())).notifications) == 1
    assert await ten_minutes_later(world) == [("document_refused", "Petra", 4)]


async def test_of_what_a_message_carries_it_is_told_that_it_was_refused(world: World, away: Clamd) -> None:
    """Also where it was clear before that nothing else is to be told of it."""
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world), "a.txt", INFECTED)
    await sent(world, world.petra, made)
    await ten_minutes_later(world)
    await back(world, away)
    await chores(world, REFUSED, of_documents.go_on_refused)
    assert ("document_refused", "Petra", 1) in await inbox(world, world.sofia)


async def test_the_clip_in_the_list_comes_when_it_is_offered(world: World, away: Clamd) -> None:
    """DC-4."""
    thread_id = await sent(
        world, world.petra, await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    )

    async def clips(person: Person) -> list[bool]:
        threads = (await world.do(person, ThreadList())).threads
        return [one.has_documents for one in threads if one.id == thread_id]

    assert (await clips(world.petra), await clips(world.anna)) == ([True], [False])
    await back(world, away)
    assert await clips(world.anna) == [True]


async def test_what_is_too_large_for_the_scanner_stays_held_and_goes_once_it_is_not(
    world: World, scanner: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its stream's length and by that of a file; neither is ever taken for clean."""
    folder = await cabinet.for_uploads(world)
    sizes = (scanner.STREAM_BYTES_MAX + 1, scanner.FILE_BYTES_MAX + 1)
    made = [await cabinet.saved(world, world.petra, folder, f"{size}.bin", bytes(size)) for size in sizes]
    assert [one.scan for one in made] == ["too_large", "too_large"]
    await scanned(world)
    assert [await sees(world, world.anna, one) for one in made] == [None, None]
    assert [await sees(world, world.petra, one) for one in made] == ["too_large", "too_large"]
    await asyncio.to_thread(scanner.kill)
    monkeypatch.setattr(Clamd, "STREAM_BYTES_MAX", 3 * scanner.STREAM_BYTES_MAX)
    monkeypatch.setattr(Clamd, "FILE_BYTES_MAX", 3 * scanner.FILE_BYTES_MAX)
    await asyncio.to_thread(scanner.start)
    assert await scanned(world) == 0
    world.clock.advance(s=scanning.AGAIN_TOO_LARGE_MS / 1000 + 1)
    assert await scanned(world) == 2
    assert [await sees(world, world.anna, one) for one in made] == ["offered", "offered"]


async def test_a_scheduler_says_how_much_waits(world: World, away: Clamd) -> None:
    folder = await cabinet.for_uploads(world)
    health = Health(world.means, Watch([], lambda part: None), ClockWatch(world.store.mongo, world.clock))

    async def told() -> bytes:
        answer = await health.answer("/metrics")
        assert answer is not None
        return answer.text

    assert b"chattar_scans_waiting 0.0" in await told()
    for content in (b"one", b"two", b"two"):
        await cabinet.saved(world, world.petra, folder, "a.txt", content)
    assert b"chattar_scans_waiting 2.0" in await told()
    await back(world, away)
    assert b"chattar_scans_waiting 0.0" in await told()


async def test_a_large_file_is_scanned_behind_the_answer(
    world: World, scanner: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "AT_ONCE_BYTES_MAX", 10)
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    assert made.scan == "held"
    assert await scanned(world) == 1
    assert await sees(world, world.anna, made) == "offered"


async def test_one_that_is_frozen_holds_nobody_up_for_long(
    world: World, scanner: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "PATIENCE_S", 0.2)
    scanner.pause()
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    assert made.scan == "held"
    scanner.resume()
    assert await scanned(world) == 1
    assert await sees(world, world.anna, made) == "offered"


async def test_what_a_dead_scheduler_had_taken_is_taken_by_the_next(world: World, away: Clamd) -> None:
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    assert await scanning.next_one(world.means, world.clock.now()) is not None
    await asyncio.to_thread(away.start)
    assert await scanning.next_one(world.means, world.clock.now()) is None
    assert await scanned(world) == 0
    world.clock.advance(s=scanning.LEASE_MS / 1000 + 1)
    assert await scanned(world) == 1
    assert await sees(world, world.anna, made) == "offered"


async def test_what_follows_from_a_verdict_is_told_also_when_the_process_dies(
    world: World, away: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    thread_id = await sent(world, world.petra, made)

    async def died(*_: Any) -> None:
        raise NotFound

    with monkeypatch.context() as patched:
        patched.setattr(following, "go_on_scanned", died)
        await back(world, away)
    assert await chores(world, following.DOCUMENT, following.go_on_document) == 1
    events = [one.event for one in await world.store.streams.read(thread_stream(thread_id), 0, 100)]
    assert [one.document_id for one in events if isinstance(one, DocumentChanged)] == [made.id]


async def test_content_is_scanned_once_in_a_firm_and_never_for_another(
    world: World, scanner: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    scan = clamd_client.scan

    async def counted(address: str, pieces: Any) -> Any:
        asked.append(address)
        return await scan(address, pieces)

    monkeypatch.setattr(clamd_client, "scan", counted)
    folder = await cabinet.for_uploads(world)
    for name in ("ett.pdf", "två.pdf"):
        assert (await cabinet.saved(world, world.petra, folder, name)).scan is None
    assert len(asked) == 1
    await cabinet.saved(world, world.grace, await cabinet.for_uploads(world, world.harbour, world.grace))
    assert len(asked) == 2


async def test_what_is_known_of_content_goes_with_it(world: World, scanner: Clamd) -> None:
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    stored = await world.store.documents.get(world.firm.id, made.id)
    assert stored is not None
    assert await world.store.scans.get(world.firm.id, stored.sha256) is not None
    await world.do(world.petra, DocumentDelete(document_id=made.id))
    await actions.sweep(world.means, world.clock.now() + actions.TRASH_MS + 1)
    assert await world.store.blobs.remove(world.firm.id, stored.sha256, world.clock.now())
    assert await world.store.scans.get(world.firm.id, stored.sha256) is None


async def test_a_change_beside_a_verdict_does_not_bring_the_old_state_back(world: World, away: Clamd) -> None:
    """Whoever renames has read the document as it was before."""
    made = await cabinet.saved(world, world.petra, await cabinet.for_uploads(world))
    before = await world.store.documents.get(world.firm.id, made.id)
    assert before is not None
    await back(world, away)
    await world.store.mongo.transact(lambda session: world.store.documents.change(before, session))
    assert await sees(world, world.anna, made) == "offered"


@pytest.mark.parametrize("found_by", ["save", "scheduler"])
async def test_what_is_infected_is_refused_also_where_it_was_offered_before_anybody_looked(
    world: World, clamd: Clamd, found_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Brought before the setting, or by a process without it; then the same bytes come again."""
    folder = await cabinet.folder(world, "Delad", access="client_edits")
    before = [await cabinet.saved(world, by, folder, "a.txt", INFECTED) for by in (world.petra, world.anna)]
    thread_id = await sent(world, world.petra, before[0])
    assert [await sees(world, world.anna, one) for one in before] == ["offered", "offered"]
    world.set(clamd=clamd.address)
    if found_by == "scheduler":
        monkeypatch.setattr(scanning, "AT_ONCE_BYTES_MAX", 0)
    again = await cabinet.saved(world, world.petra, folder, "b.txt", INFECTED)
    assert again.scan == ("refused" if found_by == "save" else "held")
    assert await scanned(world) == 1
    assert [await sees(world, world.petra, one) for one in [*before, again]] == ["refused", None, "refused"]
    assert [await sees(world, world.anna, one) for one in [*before, again]] == [None, "refused", None]
    for one in before:
        with pytest.raises(NotFound):
            await world.do(world.anna, DocumentRead(document_id=one.id))
    events = [one.event for one in await world.store.streams.read(thread_stream(thread_id), 0, 100)]
    assert [one.document_id for one in events if isinstance(one, DocumentChanged)] == [before[0].id]
    assert await told_refused(world) == 3
    assert await scanned(world) == 0


async def test_what_is_known_to_be_infected_is_refused_without_the_setting_too(world: World, scanner: Clamd) -> None:
    folder = await cabinet.for_uploads(world)
    await cabinet.saved(world, world.petra, folder, "a.txt", INFECTED)
    await cabinet.saved(world, world.petra, folder, "b.txt", b"clean")
    await scanned(world)
    world.set(clamd="")
    again = [await cabinet.saved(world, world.petra, folder, "a.txt", content) for content in (INFECTED, b"clean")]
    assert [one.scan for one in again] == ["refused", None]
    assert await sees(world, world.anna, again[0]) is None
    # What follows from it needs no scanner.
    assert await told_refused(world) == 2
    assert await scanned(world) == 1
    assert await scanned(world) == 0


async def test_of_many_that_are_known_to_be_infected_some_are_refused_at_once_and_none_is_offered(
    world: World, scanner: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows from each would make one transaction too long."""
    monkeypatch.setattr(scanning, "SETTLED_AT_ONCE_MAX", 2)
    folder = await cabinet.for_uploads(world)
    await cabinet.saved(world, world.petra, folder, "a.txt", INFECTED)
    await scanned(world)
    content = zipped({f"{number}.txt": INFECTED for number in range(5)})
    upload_id = await cabinet.brought(world, world.petra, content, "många.zip")
    command = DocumentUnpack(folder_id=folder.id, upload_id=upload_id, client_document_id=new_id(), name="många.zip")
    made = (await world.do(world.petra, command)).first
    assert [one.scan for one in made] == ["refused", "refused", "held", "held", "held"]
    assert [await sees(world, world.anna, one) for one in made] == [None] * 5
    await scanned(world)
    assert [await sees(world, world.petra, one) for one in made] == ["refused"] * 5
    assert await told_refused(world) == 6


@pytest.mark.parametrize("found_by", ["save", "scheduler"])
async def test_what_was_found_is_said_once_and_kept(
    world: World, scanner: Clamd, found_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if found_by == "scheduler":
        monkeypatch.setattr(scanning, "AT_ONCE_BYTES_MAX", 0)
    folder = await cabinet.for_uploads(world)
    with capture_logs() as logs:
        made = [await cabinet.saved(world, world.petra, folder, "a.txt", INFECTED) for _ in range(2)]
        await scanned(world)
    stored = await world.store.documents.get(world.firm.id, made[0].id)
    assert stored is not None
    said = [(line["sha256"], line["found"]) for line in logs if line["event"] == "scan.infected"]
    assert said == [(stored.sha256, Clamd.CALLED)]
    known = await world.store.scans.get(world.firm.id, stored.sha256)
    assert known is not None
    assert (known.state, known.found) == ("infected", Clamd.CALLED)
