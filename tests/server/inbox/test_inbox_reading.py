"""An inbox entry, its mention mark and the letter that follows are read once the position reaches what they stand for: by
no reading of what stands before it, and by nothing that was on its way meanwhile (NS-4, MN-6, EM-8, RD-4)."""

from __future__ import annotations

import asyncio

import pytest

from protocol.body import Body, Mention, Paragraph, Text, paragraph
from protocol.frames import Call, Reply
from protocol.ids import new_id
from protocol.inbox import Notification, NotificationArchive, NotificationList, NotificationPage
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.streams import ThreadOpen
from protocol.threads import Thread
from scheduler.letters.correspondence import Dropped, facts_of
from scheduler.mail import outbox
from storage.log.streams import Stored
from tests.scheduler.sink import listening
from tests.server.talking import Talk, node, talk
from tests.world import Person, World

pytestmark = pytest.mark.anyio


def message(thread: Thread, text: str, whom: Person | None = None, *, internal: bool = False) -> MessageSend:
    body = paragraph(text)
    if whom is not None:
        body = Body(content=[Paragraph(content=[Mention(id=whom.id, name=whom.name), Text(text=text)])])
    return MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body, internal=internal)


async def says(
    world: World, person: Person, thread: Thread, text: str, whom: Person | None = None, *, internal: bool = False
) -> int:
    """Its position."""
    accepted = await world.do(person, message(thread, text, whom, internal=internal))
    await world.settled()
    seq: int = accepted.seq
    return seq


async def reads(world: World, who: Person, thread: Thread, seq: int, notes_seq: int | None = None) -> None:
    reading = asyncio.create_task(world.do(who, MarkRead(thread_id=thread.id, seq=seq, notes_seq=notes_seq)))
    await asyncio.sleep(0)
    while not reading.done():
        await world.store.marks.pace.drained()  # without the second between two marks
        await asyncio.sleep(0)
    await reading
    await world.settled()


async def entry(world: World, who: Person) -> Notification:
    page = await world.do(who, NotificationList())
    assert isinstance(page, NotificationPage)
    (found,) = page.notifications
    return found


async def fates(world: World, who: Person, thread: Thread) -> list[str]:
    """What becomes of each letter to somebody if it goes now: `sent`, or why it is dropped."""
    letters = [one for one in await world.store.letters.of_thread(world.firm.id, thread.id) if one.person_id == who.id]
    facts = [await facts_of(world.means, letter) for letter in letters]
    return [one.reason if isinstance(one, Dropped) else "sent" for one in facts]


async def test_reading_an_older_part_keeps_the_mention_and_the_mail(world: World) -> None:
    """MN-6: eight messages, the last mentions Sofia; she has read two."""
    thread = await world.thread()
    for text in ("ett", "två", "tre", "fyra", "fem", "sex", "sju"):
        await says(world, world.petra, thread, text)
    last = await says(world, world.anna, thread, " ser du?", world.sofia)
    await reads(world, world.sofia, thread, 2)
    told = await entry(world, world.sofia)
    assert (told.unread, told.mentioned) == (True, True)
    assert await fates(world, world.sofia, thread) == ["sent"]
    await reads(world, world.sofia, thread, last)
    told = await entry(world, world.sofia)
    assert (told.unread, told.mentioned) == (False, False)
    assert await fates(world, world.sofia, thread) == ["read"]


async def test_a_mention_that_comes_while_a_mark_waits_for_its_turn_stays(world: World) -> None:
    """MN-6: he reads 3, and 4 within a second of it; while that waits, 5 mentions him."""
    thread = await world.thread()
    for text in ("ett", "två"):
        await says(world, world.petra, thread, text)
    await world.do(world.sofia, MarkRead(thread_id=thread.id, seq=3))
    waiting = asyncio.create_task(world.do(world.sofia, MarkRead(thread_id=thread.id, seq=4)))
    await asyncio.sleep(0)
    await says(world, world.anna, thread, " ser du?", world.sofia)
    world.clock.advance(s=1)
    await world.store.marks.pace.drained()
    await waiting
    told = await entry(world, world.sofia)
    assert (told.unread, told.mentioned) == (True, True)
    assert await fates(world, world.sofia, thread) == ["sent"]


async def test_over_sockets_a_mention_outlives_the_reading_of_what_stands_before_it(
    world: World, redis_url: str
) -> None:
    """MN-6, EM-8: as a window does it, to the badge it is told and the mail that leaves. First an older part, then what was
    read while the mention was on its way."""
    async with (
        listening() as sink,
        node(world, redis_url) as one,
        talk(one) as sofia,
        talk(one) as anna,
        talk(one) as petra,
    ):
        for who, person in ((sofia, world.sofia), (anna, world.anna), (petra, world.petra)):
            await who.hello(world.token_of(person))
        thread = await world.thread()

        async def wrote(who: Talk, text: str, whom: Person | None = None) -> int:
            answer = await who.call(message(thread, text, whom))
            assert isinstance(answer, Reply)
            seq: int = answer.result["seq"]
            return seq

        async def told() -> tuple[bool, bool]:
            await one.house.node.finished()
            await one.house.means.settler.drained()
            answer = await sofia.call(NotificationList())
            assert isinstance(answer, Reply)
            (found,) = answer.result["notifications"]
            return found.get("unread", True), found.get("mentioned", False)

        async def mails() -> list[str]:
            world.set(smtp_url=f"smtp://127.0.0.1:{sink.port}")
            await outbox.send_due(world.means, max(world.clock.now(), one.house.means.clock.now()) + 3_600_000)
            return [str(mail["Subject"]) for mail in sink.mails if world.sofia.email in str(mail["To"])]

        for text in ("ett", "två", "tre", "fyra", "fem", "sex"):
            await wrote(petra, text)
        last = await wrote(anna, " ser du?", world.sofia)
        assert await told() == (True, True)
        await sofia.call(MarkRead(thread_id=thread.id, seq=2))
        assert await told() == (True, True)
        await sofia.call(MarkRead(thread_id=thread.id, seq=last))
        assert await told() == (False, False)
        assert await mails() == []

        before = await wrote(petra, "åtta")
        await sofia.call(MarkRead(thread_id=thread.id, seq=before))
        behind = await wrote(petra, "nio")
        # Within the second: it waits for its turn, and is told of while the mention comes.
        await sofia.say(Call(id=1_000, command=MarkRead(thread_id=thread.id, seq=behind)))
        await wrote(anna, " och du?", world.sofia)
        await sofia.heard(Reply, lambda answer: answer.id == 1_000)
        assert await told() == (True, True)
        (subject,) = await mails()
        assert "nämnde dig" in subject


async def test_a_note_is_read_where_the_position_among_the_notes_reaches_it(world: World) -> None:
    """MN-6: reading what the client wrote is not reading a colleague's note, and the other way round."""
    thread = await world.thread(by=world.petra)
    head = await says(world, world.petra, thread, "hej")
    note = await says(world, world.anna, thread, " ser du?", world.sofia, internal=True)
    await reads(world, world.sofia, thread, head, note - 1)
    told = await entry(world, world.sofia)
    assert (told.unread, told.mentioned) == (True, True)
    later = await says(world, world.petra, thread, "en sak till")
    await reads(world, world.sofia, thread, head, note)
    told = await entry(world, world.sofia)
    assert (told.unread, told.mentioned) == (True, False)
    assert sorted(await fates(world, world.sofia, thread)) == ["read", "sent"]
    await reads(world, world.sofia, thread, later, note)
    assert (await entry(world, world.sofia)).unread is False


async def test_a_position_beyond_the_notes_means_their_end(world: World) -> None:
    thread = await world.thread()
    await says(world, world.anna, thread, "ett", internal=True)
    await reads(world, world.sofia, thread, 2, 10_000)
    assert (await entry(world, world.sofia)).unread is False
    await says(world, world.anna, thread, " ser du?", world.sofia, internal=True)
    told = await entry(world, world.sofia)
    assert (told.unread, told.mentioned) == (True, True)


async def test_a_program_that_says_nothing_of_notes_has_read_none_of_them(world: World) -> None:
    """MN-6: written before there was a position for them, or by somebody who shows no notes: a mention among them stays,
    with its letter, though all of t: was read. What stands in t: is read by it, and the entry can be put away (NS-5)."""
    thread = await world.thread()
    await says(world, world.anna, thread, " ser du?", world.sofia, internal=True)
    end = await says(world, world.petra, thread, "hej")
    await reads(world, world.sofia, thread, end)
    await reads(world, world.sofia, thread, 10_000)
    told = await entry(world, world.sofia)
    assert (told.unread, told.mentioned) == (True, True)
    assert [line.internal for line in told.gathered] == [True]
    assert sorted(await fates(world, world.sofia, thread)) == ["read", "sent"]
    await world.do(world.sofia, NotificationArchive(notification_id=told.id))
    page = await world.do(world.sofia, NotificationList())
    assert (page.notifications, page.open_count) == ([], 0)


async def test_a_colleague_who_says_nothing_of_notes_was_not_there_first(world: World) -> None:
    """NS-5: Anna's entry tells of a note that Sofia has not said to have seen."""
    thread = await world.thread()
    await says(world, world.sofia, thread, "vad tycks?", internal=True)
    await says(world, world.petra, thread, "hej")
    await reads(world, world.erik, thread, 10_000)
    assert (await entry(world, world.anna)).read_by == []
    await reads(world, world.erik, thread, 10_000, 10_000)
    assert (await entry(world, world.anna)).read_by == ["Erik Falk"]


async def test_what_is_read_before_there_is_an_entry_for_it_makes_none_unread(world: World) -> None:
    """Vera hears of this thread for the first time, and has it before her: she has read it before it is settled."""
    thread = await world.thread()
    await world.settled()
    settle, held = world.settler.settle, list[Stored]()
    world.settler.settle = held.append  # type: ignore[method-assign, assignment]
    for internal in (False, True):
        body = Body(content=[Paragraph(content=[Mention(id=world.vera.id, name=world.vera.name)])])
        said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body, internal=internal)
        await world.do(world.anna, said)
    opened = await world.do(world.vera, ThreadOpen(thread_id=thread.id))
    assert opened.notes is not None
    await reads(world, world.vera, thread, opened.page.head, opened.notes.head)
    for stored in held:
        settle(stored)
    await world.settled()
    told = await entry(world, world.vera)
    assert (told.unread, told.mentioned) == (False, False)
    assert set(await fates(world, world.vera, thread)) == {"read"}


async def test_a_colleague_was_there_first_only_where_they_have_read_it(world: World) -> None:
    """NS-5."""
    thread = await world.thread()
    first = await says(world, world.petra, thread, "ett")
    last = await says(world, world.petra, thread, "två")
    await reads(world, world.sofia, thread, first)
    assert (await entry(world, world.anna)).read_by == []
    await reads(world, world.sofia, thread, last)
    assert (await entry(world, world.anna)).read_by == ["Sofia Rahimi"]
