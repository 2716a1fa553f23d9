"""The inbox of staff over the real store: spec 3.7 and 3.15."""

import pytest

from protocol.accounts import AccessChanged, AccountAssign, AccountFollow
from protocol.body import Body, Mention, Paragraph, Text, paragraph
from protocol.errors import NotFound
from protocol.ids import new_id, user_stream
from protocol.inbox import NotificationArchive, NotificationList, NotificationPage, NotificationUpdated
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.staff import StaffUpdate
from protocol.threads import Thread, ThreadAssign
from server import consequences
from tests.world import Person, World

pytestmark = pytest.mark.anyio


async def says(world: World, person: Person, thread: Thread, text: str, *, internal: bool = False) -> None:
    await world.do(
        person,
        MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(text), internal=internal),
    )
    await world.settled()


async def mentions(world: World, person: Person, thread: Thread, whom: Person, *, internal: bool = True) -> None:
    body = Body(content=[Paragraph(content=[Mention(id=whom.id, name=whom.name), Text(text=" ser du?")])])
    await world.do(person, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body, internal=internal))
    await world.settled()


async def inbox(world: World, person: Person) -> NotificationPage:
    page = await world.do(person, NotificationList())
    assert isinstance(page, NotificationPage)
    return page


async def test_one_entry_for_each_thread_moved_to_the_top(world: World) -> None:
    """NS-4, acceptance 30."""
    first, second = await world.thread(subject="första"), await world.thread(subject="andra")
    await says(world, world.petra, first, "ett")
    world.clock.advance(s=1)
    await says(world, world.petra, second, "två")
    world.clock.advance(s=1)
    await says(world, world.petra, first, "tre")
    page = await inbox(world, world.anna)
    assert [(entry.subject, entry.text) for entry in page.notifications] == [("första", "tre"), ("andra", "två")]
    assert page.open_count == 2


async def test_nobody_hears_of_their_own_action(world: World) -> None:
    """NS-7."""
    thread = await world.thread()
    await says(world, world.anna, thread, "hej")
    assert (await inbox(world, world.anna)).notifications == []
    assert [entry.kind for entry in (await inbox(world, world.sofia)).notifications] == ["message_from_staff"]


async def test_a_new_chat_is_one_piece_of_news_with_its_first_words_whatever_tasks_it_has(world: World) -> None:
    """NS-2, TH-10: a client's new thread, and a colleague's."""
    await world.thread(by=world.petra, subject="från klienten", text="Hej, en fråga.")
    thread = await world.thread(by=world.anna, subject="från byrån", tasks=["Skicka in kvitton"])
    await world.settled()
    entries = {entry.subject: entry for entry in (await inbox(world, world.sofia)).notifications}
    assert {subject: (entry.kind, entry.actor.id, entry.text) for subject, entry in entries.items()} == {
        "från klienten": ("thread_created", world.petra.id, "Hej, en fråga."),
        "från byrån": ("thread_created", world.anna.id, "Hej! Vi behöver underlagen för bokslutet."),
    }
    await says(world, world.petra, thread, "Tack")
    entry = (await inbox(world, world.sofia)).notifications[0]
    assert (entry.subject, entry.kind, entry.text) == ("från byrån", "message_from_contact", "Tack")


async def test_what_is_written_right_after_a_new_chat_is_told_as_what_it_is(world: World) -> None:
    thread = await world.thread(by=world.petra)
    await says(world, world.petra, thread, "en sak till")
    (entry,) = (await inbox(world, world.sofia)).notifications
    assert (entry.kind, entry.text) == ("message_from_contact", "en sak till")


async def test_an_assignment_is_told_to_whom_it_means_and_to_the_others_in_other_words(world: World) -> None:
    """AS-4, NS-8."""
    thread = await world.thread(by=world.anna)
    await world.do(world.erik, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))
    await world.settled()
    for person, kind in ((world.sofia, "assignment"), (world.anna, "assignment_changed")):
        (entry,) = (await inbox(world, person)).notifications
        assert (entry.kind, entry.actor.id, entry.text) == (kind, world.erik.id, "Sofia Rahimi")


async def test_who_takes_a_chat_over_is_named_once(world: World) -> None:
    """NS-8: colleagues read that Erik took over the chat, not that Erik assigned it to Erik."""
    thread = await world.thread(by=world.anna)
    await world.do(world.erik, ThreadAssign(thread_id=thread.id, staff_id=world.erik.id))
    await world.settled()
    (entry,) = (await inbox(world, world.anna)).notifications
    assert (entry.kind, entry.actor.id, entry.text) == ("assignment_changed", world.erik.id, "")


async def test_an_assignee_who_loses_access_is_missed_by_who_assigned_them_and_by_the_owner(world: World) -> None:
    """AS-5: cleared, and they are told; the one who lost it hears nothing of it."""
    thread = await world.thread(by=world.erik)
    await world.do(world.vera, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))
    await world.settled()
    before = await inbox(world, world.sofia)
    await world.do(world.erik, AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False))
    await world.settled()
    for person in (world.vera, world.anna):
        entry = (await inbox(world, person)).notifications[0]
        assert (entry.kind, entry.text, entry.assignee_id) == ("assignment_lost", "Sofia Rahimi", None)
    assert before.notifications
    after = await inbox(world, world.sofia)
    assert (after.notifications, after.open_count) == ([], 0)
    assert (await inbox(world, world.olle)).notifications == []


async def test_who_is_deactivated_or_sees_fewer_accounts_keeps_no_entry_of_what_is_lost(world: World) -> None:
    """AC-15: neither in the list nor in the badge, which is counted without a look at the accounts."""
    thread = await world.thread()
    await world.do(world.vera, AccountFollow(account_id=world.holm.id, following=True))
    await says(world, world.petra, thread, "hej")
    deactivated = StaffUpdate(staff_id=world.sofia.id, active=False)
    narrowed = StaffUpdate(staff_id=world.vera.id, rights=[])
    for person, change in ((world.sofia, deactivated), (world.vera, narrowed)):
        assert (await inbox(world, person)).open_count == 1
        await world.do(world.erik, change)
        assert await world.store.notifications.open_count(world.firm.id, person.id) == 0
    assert (await inbox(world, world.anna)).open_count == 1


async def test_who_loses_an_account_is_told_the_badge_with_it(world: World) -> None:
    """AC-15, NS-5: also where nothing is left of the inbox that could be told of afterwards."""
    thread = await world.thread()
    await says(world, world.petra, thread, "hej")
    assert (await inbox(world, world.sofia)).open_count == 1
    await world.do(world.erik, AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False))
    own = await world.store.streams.read(user_stream(world.sofia.id), 0, 100)
    lost = next(stored.event for stored in own if isinstance(stored.event, AccessChanged))
    assert (lost.lost, lost.open_count) == ([world.holm.id], 0)


async def test_a_page_of_the_inbox_says_where_in_the_own_stream_it_was_read(world: World) -> None:
    thread = await world.thread()
    await world.settled()
    for text in ("ett", "två"):
        await says(world, world.petra, thread, text)
        head = await world.store.streams.head(user_stream(world.sofia.id))
        assert (await inbox(world, world.sofia)).head == head.seq


async def test_followers_starter_and_assignee_hear_and_others_dont(world: World) -> None:
    """NS-1, decision 3."""
    thread = await world.thread(by=world.erik)
    await world.do(world.erik, ThreadAssign(thread_id=thread.id, staff_id=world.vera.id))
    await says(world, world.petra, thread, "svar")
    heard = {
        person.name: len((await inbox(world, person)).notifications)
        for person in (world.anna, world.erik, world.sofia, world.vera, world.olle)
    }
    assert heard == {"Anna Lindberg": 0, "Erik Falk": 1, "Sofia Rahimi": 1, "Vera Lund": 1, "Olle Nyman": 0}


async def test_the_owner_hears_when_nobody_else_would(world: World) -> None:
    """NS-1."""
    thread = await world.thread(world.wester, by=world.gunilla)
    await says(world, world.gunilla, thread, "hej")
    assert len((await inbox(world, world.anna)).notifications) == 1


async def test_the_owner_hears_of_accounts_that_nobody_follows_whoever_else_is_in_the_thread(world: World) -> None:
    """NS-1, NS-8: also where somebody has started the thread, or is assigned to it; AS-1 makes nobody a follower."""
    thread = await world.thread(world.wester, by=world.erik)
    await world.do(world.erik, ThreadAssign(thread_id=thread.id, staff_id=world.vera.id))
    await world.settled()
    for entry in (await inbox(world, world.anna)).notifications:
        await world.do(world.anna, NotificationArchive(notification_id=entry.id))
    await says(world, world.gunilla, thread, "svar")
    for person in (world.erik, world.vera, world.anna):
        (entry,) = (await inbox(world, person)).notifications
        assert "message_from_contact" in {line.kind for line in entry.gathered}
    assert (await inbox(world, world.olle)).notifications == []


async def test_the_owner_hears_of_nothing_else_by_default(world: World) -> None:
    """MN-3, NS-8, decision 3: where somebody follows, neither what clients do nor what colleagues do; only what calls on
    the owner by name, and an assignee's loss (AS-5)."""
    thread = await world.thread(by=world.erik, tasks=["ett"])
    await says(world, world.petra, thread, "svar")
    await says(world, world.sofia, thread, "svar igen")
    await says(world, world.sofia, thread, "internt", internal=True)
    assert (await inbox(world, world.anna)).notifications == []
    await world.do(world.sofia, ThreadAssign(thread_id=thread.id, staff_id=world.anna.id))
    await world.settled()
    (entry,) = (await inbox(world, world.anna)).notifications
    assert entry.kind == "assignment"


async def test_a_follower_who_has_lost_the_account_is_none(world: World) -> None:
    """NS-1, AC-5: the owner hears where those who follow can't see the account any more."""
    thread = await world.thread(by=world.erik)
    await world.do(world.erik, AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False))
    await says(world, world.petra, thread, "svar")
    (entry,) = (await inbox(world, world.anna)).notifications
    assert entry.text == "svar"


async def test_who_stops_following_hears_no_more(world: World) -> None:
    await world.do(world.sofia, AccountFollow(account_id=world.holm.id, following=False))
    thread = await world.thread()
    await says(world, world.petra, thread, "hej")
    assert (await inbox(world, world.sofia)).notifications == []


async def test_a_mention_mark_survives_later_messages_until_it_is_read(world: World) -> None:
    """MN-2, MN-6, acceptance 30."""
    thread = await world.thread()
    await mentions(world, world.anna, thread, world.vera)
    await says(world, world.petra, thread, "hej")
    (entry,) = (await inbox(world, world.vera)).notifications
    assert (entry.mentioned, entry.internal, entry.kind) == (True, True, "mention")
    await world.do(world.vera, MarkRead(thread_id=thread.id, seq=99, notes_seq=99))
    await world.settled()
    (entry,) = (await inbox(world, world.vera)).notifications
    assert (entry.mentioned, entry.unread) == (False, False)


async def test_a_mention_never_widens_access(world: World) -> None:
    """MN-4, AC-5."""
    thread = await world.thread()
    with pytest.raises(NotFound):
        await mentions(world, world.anna, thread, world.olle)
    assert (await inbox(world, world.olle)).notifications == []


async def test_colleagues_see_who_was_there_first(world: World) -> None:
    """NS-5."""
    thread = await world.thread()
    await says(world, world.petra, thread, "hej")
    await world.do(world.sofia, MarkRead(thread_id=thread.id, seq=99, notes_seq=99))
    await world.settled()
    (entry,) = (await inbox(world, world.anna)).notifications
    assert (entry.unread, entry.read_by) == (True, ["Sofia Rahimi"])
    await says(world, world.petra, thread, "och en sak till")
    (entry,) = (await inbox(world, world.anna)).notifications
    assert entry.read_by == []


async def test_the_badge_counts_what_is_not_archived(world: World) -> None:
    """NS-5."""
    thread = await world.thread()
    await says(world, world.petra, thread, "hej")
    (entry,) = (await inbox(world, world.anna)).notifications
    await world.do(world.anna, NotificationArchive(notification_id=entry.id))
    assert (await inbox(world, world.anna)).open_count == 0
    with pytest.raises(NotFound):
        await world.do(world.sofia, NotificationArchive(notification_id=entry.id))
    await says(world, world.petra, thread, "hej igen")
    assert (await inbox(world, world.anna)).open_count == 1


async def test_consequences_drawn_twice_change_nothing(world: World) -> None:
    """P9: a sweep that repeats what was done leaves inboxes and the own stream as they are."""
    thread = await world.thread(tasks=["ett"])
    await mentions(world, world.anna, thread, world.sofia, internal=False)
    await says(world, world.petra, thread, "hej")
    before = await inbox(world, world.sofia)
    own = await world.store.streams.read(user_stream(world.sofia.id), 0, 100)
    events = await world.store.streams.read(f"t:{thread.id}", 0, 100)
    letters = await world.store.letters.of_thread(world.firm.id, thread.id)
    for _ in range(2):
        await consequences.draw(world.means, {thread.id: events})
    assert await inbox(world, world.sofia) == before
    assert await world.store.streams.read(user_stream(world.sofia.id), 0, 100) == own
    assert await world.store.letters.of_thread(world.firm.id, thread.id) == letters


async def test_each_change_of_an_entry_stands_in_its_owners_own_stream(world: World) -> None:
    """RT-1."""
    thread = await world.thread()
    await says(world, world.petra, thread, "hej")
    stored = await world.store.streams.read(user_stream(world.anna.id), 0, 100)
    last = stored[-1].event
    assert isinstance(last, NotificationUpdated)
    assert (last.notification.text, last.open_count) == ("hej", 1)
