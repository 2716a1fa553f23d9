"""What is shown, over the real store: lists, paging, catching up, opened threads, streams (spec 3.17)."""

import itertools

import msgspec
import pytest
from msgspec.structs import replace

from protocol.accounts import AccountList
from protocol.body import paragraph
from protocol.contacts import ContactCreate
from protocol.errors import Forbidden, Invalid, NotFound
from protocol.frames import RESUME_BYTES_MAX
from protocol.ids import new_id, notes_stream, thread_stream, user_stream
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.reminders import ReminderSend
from protocol.staff import StaffUpdate
from protocol.streams import StreamRead, ThreadOpen
from protocol.tasks import TaskSet
from protocol.threads import Thread, ThreadArchive, ThreadAssign, ThreadList, ThreadPage, ThreadRename
from server.threads.lists import SINCE_OVERLAP_MS
from tests.world import Person, World

pytestmark = pytest.mark.anyio


async def sends(world: World, who: Person, thread: Thread, text: str, *, internal: bool = False) -> None:
    said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(text), internal=internal)
    await world.do(who, said)


async def says(world: World, who: Person, thread: Thread, text: str = "Hej", *, internal: bool = False) -> None:
    await sends(world, who, thread, text, internal=internal)
    await world.settled()


async def page(world: World, who: Person, command: ThreadList | None = None) -> ThreadPage:
    found = await world.do(who, command or ThreadList())
    assert isinstance(found, ThreadPage)
    return found


async def subjects(world: World, who: Person, command: ThreadList | None = None) -> list[str]:
    return [thread.subject for thread in (await page(world, who, command)).threads]


async def several(world: World, count: int) -> list[Thread]:
    """Threads a second apart: every third is unread for the firm, all are unread for Petra but those she answered."""
    made = []
    for number in range(count):
        world.clock.advance(s=1)
        made.append(await world.thread(subject=f"nr {number:02}"))
        if number % 3 == 0:
            await says(world, world.petra, made[-1])
    return made


async def test_unread_first_then_the_latest(world: World) -> None:
    """LS-2, RD-2, acceptance 32; unread is the firm's for staff and one's own for a contact."""
    await several(world, 7)
    await world.settled()
    staff = ["nr 06", "nr 03", "nr 00", "nr 05", "nr 04", "nr 02", "nr 01"]
    assert await subjects(world, world.sofia) == staff
    assert await subjects(world, world.petra) == ["nr 05", "nr 04", "nr 02", "nr 01", "nr 06", "nr 03", "nr 00"]
    assert await subjects(world, world.linn) == [f"nr {n:02}" for n in range(6, -1, -1)]
    found = await page(world, world.sofia)
    assert (found.unread_threads, found.open_total) == (3, 7)
    found = await page(world, world.petra)
    assert (found.unread_threads, found.open_total) == (4, 7)
    assert await subjects(world, world.sofia, ThreadList(only="unread")) == staff[:3]
    assert await subjects(world, world.petra, ThreadList(only="unread")) == ["nr 05", "nr 04", "nr 02", "nr 01"]


@pytest.mark.parametrize("who", ["anna", "sofia", "petra"])
@pytest.mark.parametrize("limit", [1, 2, 3, 5])
async def test_pages_hold_every_thread_once_in_order(world: World, who: str, limit: int) -> None:
    await several(world, 7)
    person: Person = getattr(world, who)
    whole = await subjects(world, person)
    found: list[str] = []
    after: str | None = None
    for _ in range(10):
        part = await page(world, person, ThreadList(limit=limit, after=after))
        found += [thread.subject for thread in part.threads]
        assert len(part.threads) <= limit
        after = part.next
        if after is None:
            break
    assert found == whole


async def test_a_page_stays_true_when_others_move(world: World) -> None:
    """What didn't change is neither missed nor doubled by what did."""
    made = await several(world, 9)
    first = await page(world, world.sofia, ThreadList(limit=4))
    await says(world, world.petra, made[1])
    await world.do(world.sofia, MarkRead(thread_id=made[6].id, seq=99))
    rest = await page(world, world.sofia, ThreadList(limit=200, after=first.next))
    seen = [thread.id for thread in [*first.threads, *rest.threads]]
    still = [thread.id for thread in made if thread.id not in (made[1].id, made[6].id)]
    assert [thread_id for thread_id in seen if thread_id in still] == list(dict.fromkeys(
        thread_id for thread_id in seen if thread_id in still))  # fmt: skip
    assert set(still) <= set(seen)


@pytest.mark.parametrize("cursor", ["x", "1.2", "1.2.3", "2." + "0" * 32, "1.2." + "z" * 32, "1.99999999999999999.0"])
async def test_a_foreign_cursor_is_refused(world: World, cursor: str) -> None:
    for who in (world.anna, world.petra):
        with pytest.raises(Invalid) as refused:
            await world.do(who, ThreadList(after=cursor))
        assert refused.value.problem.path == "$.after"


async def test_everybody_sees_their_own_accounts_only(world: World) -> None:
    """AC-4, LS-1, AC-7: acceptance 2, 3 and 4."""
    for account, subject in ((world.holm, "holm"), (world.eken, "eken"), (world.wester, "wester")):
        await world.thread(account, subject=subject)
    await world.thread(world.harbour, by=world.grace, subject="harbour")
    expected = {
        "anna": {"holm", "eken", "wester"}, "erik": {"holm", "eken", "wester"}, "vera": {"holm", "eken", "wester"},
        "sofia": {"holm", "eken"}, "olle": set(), "petra": {"holm"}, "linn": {"holm"},
        "gunilla": {"eken", "wester"}, "grace": {"harbour"}, "tom": {"harbour"}, "emma": {"harbour"},
    }  # fmt: skip
    for (name, theirs), command in itertools.product(
        expected.items(), (ThreadList(), ThreadList(since=0), ThreadList(search="e"), ThreadList(search="holm"))
    ):
        found = await page(world, getattr(world, name), command)
        assert {thread.subject for thread in found.threads} <= theirs, (name, command)
        assert found.open_total == len(theirs)
        if not command.search:
            assert {thread.subject for thread in found.threads} == theirs, (name, command)
    assert await subjects(world, world.gunilla, ThreadList(account_id=world.wester.id)) == ["wester"]
    with pytest.raises(Forbidden):
        await world.do(world.sofia, ThreadList(account_id=world.wester.id))
    for stranger in (world.petra, world.grace, world.emma):
        with pytest.raises(NotFound):
            await world.do(stranger, ThreadList(account_id=world.wester.id))


async def test_search_finds_subject_and_account_name(world: World) -> None:
    """LS-5, within what one may see; letters beyond ASCII in either case; nothing is a pattern."""
    await world.thread(world.holm, subject="Årsbokslut (2025)")
    await world.thread(world.eken, subject="Moms")
    for words, found in (
        ("årsBOK", ["Årsbokslut (2025)"]), ("döttrar", ["Årsbokslut (2025)"]), ("DÖTTRAR", ["Årsbokslut (2025)"]),
        ("(2025)", ["Årsbokslut (2025)"]), (".*", []), ("brf", ["Moms"]), ("  ", ["Moms", "Årsbokslut (2025)"]),
    ):  # fmt: skip
        assert sorted(await subjects(world, world.anna, ThreadList(search=words))) == sorted(found), words
    # Neither side finds what it may not see, by the subject or by the account's name.
    people: tuple[Person, ...] = (world.olle, world.petra)
    for person, words in itertools.product(people, ("moms", "brf")):
        assert await subjects(world, person, ThreadList(search=words)) == [], words


async def test_filters_of_tasks_and_state(world: World) -> None:
    """LS-2."""
    with_tasks = await world.thread(subject="uppgifter", tasks=["a"])
    old = await world.thread(subject="gammal")
    await world.do(world.anna, ThreadArchive(thread_id=old.id))
    assert await subjects(world, world.petra, ThreadList(only="open_tasks")) == ["uppgifter"]
    task = (await world.do(world.petra, ThreadOpen(thread_id=with_tasks.id))).tasks[0]
    await world.do(world.petra, TaskSet(thread_id=with_tasks.id, task_id=task.id, done=True))
    assert await subjects(world, world.anna, ThreadList(only="open_tasks")) == []
    assert await subjects(world, world.anna, ThreadList(state="archived")) == ["gammal"]
    with pytest.raises(Invalid):
        await world.do(world.petra, ThreadList(only="mine"))


async def test_since_brings_what_changed_in_order_of_change(world: World) -> None:
    """How a client catches up on threads it doesn't hold: archived ones too, internal changes for staff only."""
    first, second = await world.thread(subject="första"), await world.thread(subject="andra")
    await world.thread(subject="tredje")
    await world.settled()
    world.clock.advance(s=1 + SINCE_OVERLAP_MS / 1000)
    since = world.clock.now()
    assert await subjects(world, world.anna, ThreadList(since=since)) == []
    await says(world, world.sofia, second, "internt", internal=True)
    world.clock.advance(s=1)
    await world.do(world.anna, ThreadArchive(thread_id=first.id))
    await world.settled()
    assert await subjects(world, world.anna, ThreadList(since=since)) == ["andra", "första"]
    assert await subjects(world, world.petra, ThreadList(since=since)) == ["första"]
    part = await page(world, world.anna, ThreadList(since=since, limit=1))
    assert part.next is not None
    assert await subjects(world, world.anna, ThreadList(since=since, limit=1, after=part.next)) == ["första"]
    world.clock.advance(s=1 + SINCE_OVERLAP_MS / 1000)
    since = world.clock.now()
    await world.do(world.petra, MarkRead(thread_id=second.id, seq=2))
    assert await subjects(world, world.petra, ThreadList(since=since)) == ["andra"], "read on another device"


async def test_an_opened_thread_is_of_one_moment(world: World) -> None:
    thread = await world.thread(tasks=["a", "b"])
    for number in range(60):
        await world.do(
            world.petra, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(str(number)))
        )
    opened = await world.do(world.sofia, ThreadOpen(thread_id=thread.id, limit=20))
    assert (opened.page.head, opened.thread.head, opened.thread.unread) == (64, 64, 60), "also before it is settled"
    assert opened.thread.last.text == "59"
    assert [event.seq for event in opened.page.events] == list(range(45, 65))
    assert opened.page.more
    assert (opened.notes.head, opened.notes.events, opened.notes.more) == (0, [], False)
    assert [task.text for task in opened.tasks] == ["a", "b"]
    assert opened.writers == ["Linn Holm", "Petra Holm"]
    theirs = await world.do(world.petra, ThreadOpen(thread_id=thread.id))
    assert (theirs.notes, theirs.thread.staff) == (None, None)
    assert theirs.writers == ["Anna Lindberg"]


async def test_streams_page_both_ways(world: World) -> None:
    thread = await world.thread()
    for number in range(10):
        await world.do(
            world.anna, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(str(number)))
        )
    ask = StreamRead(stream=thread_stream(thread.id), limit=5)
    found = await world.do(world.petra, ask)
    assert ([event.seq for event in found.events], found.head, found.more) == ([1, 2, 3, 4, 5], 12, True)
    found = await world.do(world.petra, replace(ask, after=9))
    assert ([event.seq for event in found.events], found.more) == ([10, 11, 12], False)
    found = await world.do(world.petra, replace(ask, before=4))
    assert ([event.seq for event in found.events], found.more) == ([1, 2, 3], False)
    found = await world.do(world.petra, replace(ask, before=9))
    assert ([event.seq for event in found.events], found.more) == ([4, 5, 6, 7, 8], True)
    with pytest.raises(Invalid):
        await world.do(world.petra, replace(ask, before=4, after=1))


async def test_a_page_weighs_no_more_than_it_may(world: World) -> None:
    thread = await world.thread()
    for _ in range(20):
        await sends(world, world.anna, thread, "x" * 19_000)
    ask = StreamRead(stream=thread_stream(thread.id), limit=200)
    seqs: list[int] = []
    for _ in range(10):
        found = await world.do(world.petra, replace(ask, after=seqs[-1] if seqs else 0))
        weight = sum(len(msgspec.msgpack.encode(event)) for event in found.events)
        assert weight <= RESUME_BYTES_MAX
        seqs += [event.seq for event in found.events]
        if not found.more:
            break
    assert seqs == list(range(1, 23))
    opened = await world.do(world.petra, ThreadOpen(thread_id=thread.id, limit=200))
    assert opened.page.events[-1].seq == 22
    assert opened.page.more


async def test_whose_streams_may_be_read(world: World) -> None:
    """RT-2, AC-6."""
    thread = await world.thread()
    allowed = {
        thread_stream(thread.id): {"anna", "sofia", "vera", "petra", "linn"},
        notes_stream(thread.id): {"anna", "sofia", "vera"},
        user_stream(world.petra.id): {"petra"},
        user_stream(world.anna.id): {"anna"},
        thread_stream(new_id()): set(),
    }
    everybody = ["anna", "sofia", "vera", "petra", "linn", "olle", "gunilla", "grace", "tom", "emma"]
    for (stream, readers), name in itertools.product(allowed.items(), everybody):
        if name in readers:
            await world.do(getattr(world, name), StreamRead(stream=stream))
        else:
            with pytest.raises((NotFound, Forbidden)):
                await world.do(getattr(world, name), StreamRead(stream=stream))


async def test_a_long_message_is_excerpted_on_one_line(world: World) -> None:
    """LS-3."""
    thread = await world.thread()
    await says(world, world.petra, thread, "första raden\nandra " + "x" * 500)
    await world.do(world.anna, ThreadRename(thread_id=thread.id, subject="Nytt"))
    (row,) = (await page(world, world.anna)).threads
    assert row.last is not None
    assert (row.last.person.name, row.last.text[:19], len(row.last.text)) == ("Petra Holm", "första raden andra ", 140)


async def test_a_row_has_all_that_a_list_shows(world: World) -> None:
    """LS-3: account, who wrote last, subject, what, when, tasks, unread, assignee."""
    thread = await world.thread(subject="Bokslut", tasks=["ett", "två"])
    first = (await world.do(world.petra, ThreadOpen(thread_id=thread.id))).tasks[0]
    await world.do(world.petra, TaskSet(thread_id=thread.id, task_id=first.id, done=True))
    await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))
    world.clock.advance(s=60)
    for text in ("en fråga", "en till"):
        await says(world, world.petra, thread, text)
    at = world.clock.now()
    world.clock.advance(s=60)
    await says(world, world.sofia, thread, "internt", internal=True)
    (row,) = (await page(world, world.anna)).threads
    assert (row.account.name, row.account.short_id, row.subject) == ("Holm & Döttrar Bygg AB", "HB1", "Bokslut")
    assert row.last is not None
    assert (row.last.person.name, row.last.text, row.last.at, row.last_message_at) == ("Petra Holm", "en till", at, at)
    assert (row.tasks_done, row.tasks_total, row.unread) == (1, 2, 2)
    assert row.staff is not None
    assert row.staff.assignee_id == world.sofia.id
    (theirs,) = (await page(world, world.linn)).threads
    assert (theirs.last, theirs.tasks_done, theirs.tasks_total, theirs.unread) == (row.last, 1, 2, 1)
    assert theirs.staff is None


@pytest.mark.parametrize(
    "search",
    [
        "asa",
        "ÅSA",
        "A\u030asa",
        "strasse",
        "straße",
        "bokslut asa",
        "Asa bok",
        "2025",
        "/",
        "holm",
        "HB1",
        "dottrar holm",
    ],
)
async def test_a_thread_is_found_by_the_beginnings_of_its_words_in_any_order_however_they_are_typed(
    world: World, search: str
) -> None:
    """LS-5."""
    wanted = await world.thread(subject="Bokslut 2025 för Åsa i Hauptstraße/Strasse")
    await world.thread(world.eken, subject="Något annat")
    await world.settled()
    found = await world.do(world.anna, ThreadList(search=search))
    assert [thread.id for thread in found.threads] == [wanted.id]


@pytest.mark.parametrize("search", ["okslut", "finns inte", "bokslut 2024", "–", "eken bokslut"])
async def test_a_thread_is_not_found_by_what_it_does_not_have(world: World, search: str) -> None:
    """LS-5: by all of the words, and not by one of them."""
    await world.thread(subject="Bokslut 2025 för Åsa")
    await world.settled()
    assert (await world.do(world.anna, ThreadList(search=search))).threads == []


@pytest.mark.parametrize(
    "search",
    ["holm moms", "moms holm", "mo dott", "HB1 moms", "petra moms", "moms petra holm", "åsa q3", "asa", "Asa\u030a"],
)
async def test_a_thread_is_found_by_words_of_its_subject_its_account_and_its_people_together(
    world: World, search: str
) -> None:
    """LS-5: each of the words somewhere, those of who joined later too."""
    wanted = await world.thread(subject="Moms Q3")
    await world.thread(subject="Lön")
    await world.thread(world.eken, subject="Moms Q3")
    await world.settled()
    if "sa" in search:
        await world.do(world.anna, ContactCreate(account_id=world.holm.id, name="Åsa Ek", email="asa@holm.example"))
        await world.settled()
        new = await world.thread(subject="Moms Q3")
        wanted_ids = {wanted.id, new.id}
        if "q3" not in search:
            wanted_ids |= {row.id for row in (await page(world, world.petra)).threads}
    else:
        wanted_ids = {wanted.id}
    found = await world.do(world.anna, ThreadList(search=search))
    assert {thread.id for thread in found.threads} == wanted_ids


async def test_a_renamed_thread_is_still_found_by_its_account_and_its_people(world: World) -> None:
    thread = await world.thread(subject="Moms")
    await world.do(world.anna, ThreadRename(thread_id=thread.id, subject="Bokslut"))
    assert await subjects(world, world.anna, ThreadList(search="petra bok holm")) == ["Bokslut"]
    assert await subjects(world, world.anna, ThreadList(search="petra moms")) == []


async def test_a_contact_finds_nothing_by_the_names_of_others(world: World) -> None:
    """They may not know of everybody who is linked to their account."""
    await world.thread(subject="Moms")
    assert await subjects(world, world.petra, ThreadList(search="holm moms")) == ["Moms"]
    for search in ("linn", "petra", " linn", "linn moms"):
        assert await subjects(world, world.petra, ThreadList(search=search)) == []


async def test_somebody_whose_name_one_may_not_know_is_found_by_the_name_that_was_typed(world: World) -> None:
    """Spec 1.2: Sofia doesn't see Café Saltå, whose Nils is."""
    await world.thread(subject="Moms")
    typed = ContactCreate(account_id=world.holm.id, name="Svea", email=world.nils.email)
    await world.do(world.anna, StaffUpdate(staff_id=world.sofia.id, rights=["manage_contacts"]))
    await world.do(world.sofia, typed)
    await world.settled()
    assert await subjects(world, world.sofia, ThreadList(search="svea moms")) == ["Moms"]
    assert await subjects(world, world.sofia, ThreadList(search="nils moms")) == []
    accounts = await world.do(world.sofia, AccountList(search="svea"))
    assert [account.id for account in accounts.accounts] == [world.holm.id]
    assert (await world.do(world.sofia, AccountList(search="nils"))).accounts == []


async def test_an_account_is_found_by_its_people_and_its_own_words_together(world: World) -> None:
    for search in ("petra", "petra holm", "HB1 linn dott"):
        found = await world.do(world.anna, AccountList(search=search))
        assert [account.id for account in found.accounts] == [world.holm.id], search


async def test_a_renamed_thread_is_found_by_its_new_name_only(world: World) -> None:
    thread = await world.thread(subject="Bokslut")
    await world.do(world.anna, ThreadRename(thread_id=thread.id, subject="Lo\u0308nerevision"))
    found = [await world.do(world.anna, ThreadList(search=word)) for word in ("löner", "bokslut")]
    assert [[(row.id, row.subject) for row in page.threads] for page in found] == [[(thread.id, "Lönerevision")], []]


async def test_who_joins_an_account_later_has_its_threads_to_read_and_who_was_there_keeps_what_they_have_read(
    world: World,
) -> None:
    old, answered = await world.thread(subject="Gammal"), await world.thread(subject="Besvarad")
    await world.settled()
    await world.do(world.petra, MarkRead(thread_id=old.id, seq=old.head))
    await says(world, world.petra, answered)
    await world.do(
        world.anna, ContactCreate(account_id=world.holm.id, name="Gunilla", email=world.gunilla.email, login=True)
    )
    await world.settled()
    for who, unread in ((world.petra, []), (world.gunilla, [answered.id, old.id]), (world.linn, [answered.id, old.id])):
        mine = await page(world, who, ThreadList(only="unread", account_id=world.holm.id))
        assert [thread.id for thread in mine.threads] == unread
        assert mine.unread_threads == len(unread)


async def test_what_is_unread_is_summed_up_in_messages(world: World) -> None:
    """RD-2: the sum over the threads that one may see, active ones, the firm's or one's own; of an account alone, too."""
    made = await several(world, 4)  # the contact has written once in the first and in the last
    await says(world, world.petra, made[0])
    await says(world, world.petra, made[0])
    await world.thread(world.wester, by=world.gunilla)
    await sends(world, world.sofia, made[1], "och en sak till")
    archived = await world.thread(by=world.petra)
    await world.settled()
    await world.do(world.anna, ThreadArchive(thread_id=archived.id))
    await world.settled()

    async def unread(person: Person, command: ThreadList | None = None) -> int:
        return (await page(world, person, command)).unread_messages

    assert [await unread(who) for who in (world.anna, world.sofia, world.vera)] == [5, 4, 5]
    assert await unread(world.anna, ThreadList(account_id=world.holm.id, limit=1)) == 4
    assert await unread(world.anna, ThreadList(state="archived", search="nothing like it")) == 5
    # A contact's own: Petra has answered in two of them and reads nothing in the others; Linn has read nothing.
    assert (await unread(world.petra), await unread(world.linn)) == (3, 5)
    # What is read in part counts for the rest; so it does for the firm.
    await world.do(world.linn, MarkRead(thread_id=made[1].id, seq=2))
    await world.do(world.sofia, MarkRead(thread_id=made[0].id, seq=made[0].head + 1))
    await world.settled()
    assert [await unread(who) for who in (world.linn, world.petra, world.anna)] == [4, 3, 4]
    await world.do(world.linn, MarkRead(thread_id=made[1].id, seq=1000))
    await world.settled()
    assert await unread(world.linn) == 3


async def test_a_thread_that_was_read_and_is_asked_about_again_comes_before_the_unread(world: World) -> None:
    """RM-11: what waits in the portal moves to the top, and stays until the contacts have done their part."""
    asked = await world.thread(subject="asked")
    await world.settled()
    await world.do(world.petra, MarkRead(thread_id=asked.id, seq=1000))
    world.clock.advance(s=1)
    await world.thread(subject="unread")
    await world.settled()
    assert await subjects(world, world.petra) == ["unread", "asked"]
    world.clock.advance(s=1)
    await world.do(world.anna, ReminderSend(thread_id=asked.id, client_message_id=new_id()))
    assert await subjects(world, world.petra) == ["asked", "unread"]
    await world.settled()
    assert await subjects(world, world.petra) == ["asked", "unread"]
    assert await subjects(world, world.petra, ThreadList(limit=1)) == ["asked"]
    assert await subjects(world, world.sofia) == ["unread", "asked"]  # the firm's list is not moved
    await world.do(world.petra, MarkRead(thread_id=asked.id, seq=1000))
    await world.settled()
    assert await subjects(world, world.petra) == ["asked", "unread"]
    world.clock.advance(s=1)
    await says(world, world.petra, asked)
    await world.settled()
    assert await subjects(world, world.petra) == ["unread", "asked"]


async def test_a_thread_that_is_asked_about_for_its_tasks_leaves_the_top_when_they_are_done(world: World) -> None:
    """RM-11, TK-9."""
    asked = await world.thread(subject="asked", tasks=["Kvitton"])
    await world.settled()
    await world.do(world.petra, MarkRead(thread_id=asked.id, seq=1000))
    world.clock.advance(s=1)
    await world.thread(subject="unread")
    await world.settled()
    world.clock.advance(s=1)
    await world.do(world.anna, ReminderSend(thread_id=asked.id, client_message_id=new_id()))
    await world.settled()
    assert await subjects(world, world.petra) == ["asked", "unread"]
    (task,) = (await world.do(world.petra, ThreadOpen(thread_id=asked.id))).tasks
    await world.do(world.petra, TaskSet(thread_id=asked.id, task_id=task.id, done=True))
    assert await subjects(world, world.petra) == ["unread", "asked"]
    await world.settled()
    assert await subjects(world, world.petra) == ["unread", "asked"]


async def test_a_thread_that_staff_ask_about_again_by_hand_comes_to_the_top_of_a_contacts_list(world: World) -> None:
    threads = [await world.thread(subject=str(number), tasks=["Kvitton"]) for number in range(3)]
    await world.settled()
    for thread in threads:
        await world.do(world.petra, MarkRead(thread_id=thread.id, seq=thread.head + 5))
    world.clock.advance(s=60)
    await world.do(world.anna, ReminderSend(thread_id=threads[0].id, client_message_id=new_id()))
    await world.settled()
    shown = (await page(world, world.petra)).threads
    assert [thread.subject for thread in shown] == ["0", "2", "1"]
    first = await page(world, world.petra, ThreadList(limit=1))
    assert first.next is not None
    rest = await page(world, world.petra, ThreadList(after=first.next))
    assert [thread.subject for thread in rest.threads] == ["2", "1"]
