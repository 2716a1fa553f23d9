"""Letters to staff about documents that came outside of any chat: once for all that came together, to those who are told in
the inbox, as long as somebody has still to look (DC-6, DC-9, NS-1, NS-7)."""

from __future__ import annotations

import pytest

from protocol.accounts import AccountAssign, AccountFollow
from protocol.contacts import LinkUpdate
from protocol.documents import Document, DocumentDelete, DocumentFinish, DocumentMark
from protocol.errors import Unavailable
from protocol.inbox import NotificationArchive, NotificationList
from scheduler.mail import outbox as mail
from server.core.context import Means
from server.documents.notices import TOLD_AFTER_MS, UPLOADED
from server.inbox import bringing, of_documents
from storage.documents import Documents
from storage.letters import Letters
from tests import cabinet
from tests.scheduler.sink import Sink, body
from tests.world import Person, World

pytestmark = pytest.mark.anyio
DELAY_S = 181


async def quiet(world: World) -> None:
    """So long nothing comes that what has come is told of; its letters wait then."""
    world.clock.advance(s=TOLD_AFTER_MS / 1000 + 1)
    for chore in await world.store.chores.left([UPLOADED], world.clock.now(), 100):
        await of_documents.go_on(world.means, chore)
    await world.settled()


async def sent(world: World, sink: Sink) -> list[tuple[str, str]]:
    """To whom letters go after their time, and their subjects."""
    sink.mails.clear()
    world.clock.advance(s=DELAY_S)
    await mail.send_due(world.means, world.clock.now())
    return [(str(one["To"]).split("<")[-1].strip(">"), str(one["Subject"])) for one in sink.mails]


async def uploaded(world: World, person: Person, *names: str) -> list[Document]:
    folder = await cabinet.for_uploads(world)
    return [await cabinet.saved(world, person, folder, name) for name in names]


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


async def test_what_a_client_has_uploaded_is_told_once_and_names_no_document(
    world: World, means: Means, sink: Sink
) -> None:
    """DC-6, ZP-5, EM-1: to who follows the account, with a way to the documents."""
    await uploaded(world, world.petra, "lönelista hemlig.pdf", "kvitto.pdf")
    await quiet(world)
    ((to, subject),) = await sent(world, sink)
    assert (to, plain(subject)) == (world.sofia.email, f"{world.holm.name}: Petra Holm har laddat upp dokument")
    (letter,) = sink.mails
    for part in ("plain", "html"):
        text = body(letter, part)
        assert "hemlig" not in text
        assert "kvitto" not in text
        assert f"accounts%2F{world.holm.id}%2Fdocuments" in text
    text = plain(" ".join(body(letter, "plain").split()))
    assert f"2 nya dokument finns bland dokumenten för {world.holm.name}." in text
    assert letter["References"] is None
    await quiet(world)
    assert await sent(world, sink) == []
    # What comes later is told later, without what was told.
    await uploaded(world, world.petra, "ett till.pdf")
    await quiet(world)
    assert len(await sent(world, sink)) == 1
    assert "ett nytt dokument finns" in plain(" ".join(body(sink.mails[0], "plain").split()))


async def test_what_comes_while_a_letter_waits_goes_with_it(world: World, means: Means, sink: Sink) -> None:
    """EM-8, DC-9: who is done is told of in the same one."""
    await uploaded(world, world.petra, "a.pdf")
    await quiet(world)
    await world.do(world.petra, DocumentFinish(account_id=world.holm.id))
    ((to, subject),) = await sent(world, sink)
    assert (to, plain(subject)) == (world.sofia.email, f"{world.holm.name}: Petra Holm har laddat upp allt")
    assert await sent(world, sink) == []


async def test_nobody_is_told_of_what_they_brought_themselves(world: World, means: Means, sink: Sink) -> None:
    """NS-7: who follows the account as well."""
    await world.do(world.anna, AccountFollow(account_id=world.holm.id, following=True))
    await uploaded(world, world.anna, "a.pdf")
    await quiet(world)
    assert [to for to, _ in await sent(world, sink)] == [world.sofia.email]


@pytest.mark.parametrize("at", ["its entry", "its letter", "its document"])
async def test_what_is_told_twice_is_told_once(
    world: World, means: Means, sink: Sink, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """P9: whoever tells dies before one of these is written, and another tells again."""
    where, name = {
        "its entry": (bringing, "hear"),
        "its letter": (Letters, "bundle"),
        "its document": (Documents, "told"),
    }[at]
    died = list[str]()

    async def dies(*_: object) -> None:
        died.append(at)
        raise Unavailable("It has died.")

    await uploaded(world, world.petra, "a.pdf")
    with monkeypatch.context() as patched:
        patched.setattr(where, name, dies)
        with pytest.raises(Unavailable):
            await quiet(world)
    assert died == [at]
    world.clock.advance(s=5)
    await quiet(world)
    (entry,) = (await world.do(world.sofia, NotificationList())).notifications
    assert [(line.kind, line.documents, line.count) for line in entry.gathered] == [("documents_uploaded", 1, 1)]
    assert [to for to, _ in await sent(world, sink)] == [world.sofia.email]
    await quiet(world)
    assert await sent(world, sink) == []


async def test_it_tells_of_what_is_still_new_and_there(world: World, means: Means, sink: Sink) -> None:
    """RD-8: not of what was looked at or deleted meanwhile."""
    _, seen, deleted = await uploaded(world, world.petra, "a.pdf", "b.pdf", "c.pdf")
    await quiet(world)
    await world.do(world.anna, DocumentMark(document_id=seen.id, side="staff", new=False))
    await world.do(world.petra, DocumentDelete(document_id=deleted.id))
    assert len(await sent(world, sink)) == 1
    assert "ett nytt dokument finns" in plain(" ".join(body(sink.mails[0], "plain").split()))


async def test_what_was_told_of_before_keeps_no_letter_alive(world: World, means: Means, sink: Sink) -> None:
    """It is new still, and somebody has looked at all that this letter is about."""
    await uploaded(world, world.petra, "a.pdf")
    await quiet(world)
    assert len(await sent(world, sink)) == 1
    (document,) = await uploaded(world, world.petra, "b.pdf")
    await quiet(world)
    await world.do(world.anna, DocumentMark(document_id=document.id, side="staff", new=False))
    assert await sent(world, sink) == []


async def test_of_what_a_colleague_has_deleted_again_nobody_is_told(world: World, means: Means, sink: Sink) -> None:
    (document,) = await uploaded(world, world.anna, "a.pdf")
    await quiet(world)
    await world.do(world.anna, DocumentDelete(document_id=document.id))
    assert await sent(world, sink) == []


@pytest.mark.parametrize("how", ["put_away", "looked_at", "deleted", "no_access"])
async def test_what_lost_its_point_is_dropped(world: World, means: Means, sink: Sink, how: str) -> None:
    """NS-1, RD-8: put away in the inbox, looked at by a colleague, deleted, or of an account that isn't theirs any more."""
    (document,) = await uploaded(world, world.petra, "a.pdf")
    await quiet(world)
    if how == "put_away":
        (entry,) = (await world.do(world.sofia, NotificationList())).notifications
        await world.do(world.sofia, NotificationArchive(notification_id=entry.id))
    elif how == "looked_at":
        await world.do(world.anna, DocumentMark(document_id=document.id, side="staff", new=False))
    elif how == "deleted":
        await world.do(world.petra, DocumentDelete(document_id=document.id))
    else:
        await world.do(world.erik, AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False))
    await world.settled()
    assert world.sofia.email not in [to for to, _ in await sent(world, sink)]


async def test_contacts_are_sent_none(world: World, means: Means, sink: Sink) -> None:
    """NC-1 has no row for documents: what staff put into a folder is new there, and told with a message that carries it."""
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, notify=True))
    await uploaded(world, world.anna, "bokslut.pdf")
    await quiet(world)
    assert [to for to, _ in await sent(world, sink)] == [world.sofia.email]
