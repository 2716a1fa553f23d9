"""Messages over the real store: spec 3.4, 3.7, AC-6."""

import asyncio

import msgspec
import pytest
from msgspec.structs import replace

from protocol.audit import AuditList
from protocol.body import (
    Body,
    Break,
    BulletList,
    ListItem,
    Mention,
    OrderedList,
    Paragraph,
    Text,
    check,
    mentions,
    paragraph,
    plain_text,
)
from protocol.errors import Conflict, Forbidden, Invalid, NotFound
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.inbox import NotificationList
from protocol.messages import MessageAccepted, MessageSend, MessageSent
from protocol.staff import StaffList, StaffUpdate
from protocol.streams import StreamRead, ThreadOpen
from protocol.threads import (
    Thread,
    ThreadArchive,
    ThreadArchived,
    ThreadAssign,
    ThreadList,
    ThreadRead,
    ThreadReopen,
    ThreadReopened,
)
from storage.log.streams import Stored
from storage.redis.bus import account_channel
from tests.world import Person, World

pytestmark = pytest.mark.anyio


def message(thread: Thread, text: str = "Hej", *, internal: bool = False, key: str | None = None) -> MessageSend:
    return MessageSend(thread_id=thread.id, client_message_id=key or new_id(), body=paragraph(text), internal=internal)


async def says(
    world: World, who: Person, thread: Thread, text: str = "Hej", *, internal: bool = False
) -> MessageAccepted:
    accepted = await world.do(who, message(thread, text, internal=internal))
    assert isinstance(accepted, MessageAccepted)
    return accepted


async def log(world: World, stream: str) -> list[Stored]:
    return await world.store.streams.read(stream, 0, 1000)


async def state(world: World, thread: Thread) -> str:
    row = await world.store.threads.get(world.firm.id, thread.id)
    assert row is not None
    return row.state


async def test_a_message_is_in_the_log_when_it_is_acknowledged(world: World) -> None:
    """MS-1, P1."""
    thread = await world.thread()
    accepted = await says(world, world.petra, thread, "Här kommer de")
    stored = await world.store.streams.at(accepted.stream, accepted.seq)
    assert stored is not None
    assert isinstance(stored.event, MessageSent)
    assert (stored.event.message_id, stored.at) == (accepted.message_id, accepted.at)
    assert stored.actor is not None
    assert (stored.actor.name, plain_text(stored.event.body)) == ("Petra Holm", "Här kommer de")


async def test_a_retry_returns_the_first_message_and_tells_again(world: World) -> None:
    """P2, MS-9; telling again heals a node that died between commit and publish."""
    thread = await world.thread()
    first = await world.do(world.petra, message(thread, "ett", key="one-key-for-this"))
    await world.settled()
    world.bell.clear()
    assert await world.do(world.petra, message(thread, "ett", key="one-key-for-this")) == first
    assert len(world.bell.heard(account_channel(world.holm.id))) == 1
    assert len(await log(world, thread_stream(thread.id))) == 3
    # Keys are each person's own.
    assert await world.do(world.linn, message(thread, "tre", key="one-key-for-this")) != first


async def test_a_key_of_another_thread_is_refused(world: World) -> None:
    one, other = await world.thread(), await world.thread()
    await world.do(world.petra, message(one, key="one-key-for-this"))
    with pytest.raises(Conflict) as refused:
        await world.do(world.petra, message(other, key="one-key-for-this"))
    assert refused.value.reason == "key_reused"


async def test_staff_reopen_first_but_a_retry_gets_its_answer(world: World) -> None:
    """MS-8."""
    thread = await world.thread()
    first = {inside: await world.do(world.anna, message(thread, key=f"sent-{inside}-1", internal=inside))
             for inside in (False, True)}  # fmt: skip
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))
    for inside in (False, True):
        with pytest.raises(Conflict) as refused:
            await world.do(world.anna, message(thread, internal=inside))
        assert refused.value.reason == "thread_archived"
        assert await world.do(world.anna, message(thread, key=f"sent-{inside}-1", internal=inside)) == first[inside]
    assert await state(world, thread) == "archived"


async def test_a_contacts_message_reopens_an_archived_thread_in_one_go(world: World) -> None:
    """MS-8, decision 8: the reopening and the message stand together; a retry after the next archiving reopens nothing."""
    thread = await world.thread()
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))
    first = await world.do(world.petra, message(thread, "Vänta", key="wakes-it-up"))
    events = [stored.event for stored in await log(world, thread_stream(thread.id))]
    assert [type(event) for event in events[2:]] == [ThreadArchived, ThreadReopened, MessageSent]
    assert (await state(world, thread), first.seq) == ("active", 5)
    trail = (await world.do(world.anna, AuditList(thread_id=thread.id))).rows
    assert ("thread.reopened", "petra@holmbygg.example") in [(row.event, row.email) for row in trail]
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))
    assert await world.do(world.petra, message(thread, "Vänta", key="wakes-it-up")) == first
    assert await state(world, thread) == "archived"


async def test_two_contacts_who_write_at_once_reopen_once(world: World) -> None:
    thread = await world.thread()
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))
    await asyncio.gather(*(says(world, who, thread) for who in (world.petra, world.linn) * 3))
    kinds = [type(stored.event) for stored in await log(world, thread_stream(thread.id))]
    assert (kinds.count(ThreadReopened), kinds.count(MessageSent)) == (1, 7)
    assert [stored.seq for stored in await log(world, thread_stream(thread.id))] == list(range(1, len(kinds) + 1))


async def test_writing_and_archiving_at_once_loses_no_message_of_a_contact(world: World) -> None:
    """Every acknowledged message stands in the log, and whoever wrote last leaves the thread open."""
    thread = await world.thread()

    async def archives() -> None:
        for _ in range(4):
            await world.do(world.anna, ThreadArchive(thread_id=thread.id))
            await world.do(world.anna, ThreadReopen(thread_id=thread.id))
        await world.do(world.anna, ThreadArchive(thread_id=thread.id))

    async def writes(who: Person) -> list[MessageAccepted]:
        return [await says(world, who, thread, str(n)) for n in range(10)]

    *sent, _ = await asyncio.gather(writes(world.petra), writes(world.linn), archives())
    stored = await log(world, thread_stream(thread.id))
    ids = [s.event.message_id for s in stored if isinstance(s.event, MessageSent)]
    assert {accepted.message_id for each in sent if each for accepted in each} <= set(ids)
    archived = False
    for event in (s.event for s in stored):
        assert not (isinstance(event, MessageSent) and archived), "a message behind an archiving"
        archived = isinstance(event, ThreadArchived) or (archived and not isinstance(event, ThreadReopened))
    assert await state(world, thread) == ("archived" if archived else "active")


async def test_an_internal_message_leaves_no_trace_for_contacts(world: World) -> None:
    """AC-6, MS-6, acceptance 5: nothing that a contact can ask for or is sent differs by a byte."""
    thread = await world.thread(tasks=["a"])
    await world.settled()
    questions = [
        ThreadRead(thread_id=thread.id), ThreadOpen(thread_id=thread.id), ThreadList(),
        ThreadList(since=world.clock.now() - 1), StreamRead(stream=thread_stream(thread.id)),
    ]  # fmt: skip
    before = [await world.do(world.petra, question) for question in questions]
    world.bell.clear()
    world.clock.advance(s=60)
    sent = await says(world, world.sofia, thread, "De betalar aldrig i tid", internal=True)
    await world.settled()
    assert sent.stream == notes_stream(thread.id)
    assert [await world.do(world.petra, question) for question in questions] == before
    assert world.bell.heard(account_channel(world.holm.id)) == []
    with pytest.raises(NotFound):
        await world.do(world.petra, StreamRead(stream=notes_stream(thread.id)))
    seen = (await world.do(world.anna, ThreadRead(thread_id=thread.id))).thread
    assert (seen.unread, seen.last.text, seen.staff.notes_head) == (0, before[0].thread.last.text, 1)
    assert (await world.do(world.anna, ThreadOpen(thread_id=thread.id))).notes.events[0].event.after == 3


async def test_each_contact_writes_under_their_own_name(world: World) -> None:
    """MS-4: in the thread, in the list, in the inbox and in a quote."""
    thread = await world.thread()
    for who in (world.petra, world.linn):
        await says(world, who, thread, f"Hej från {who.name}")
        await world.settled()
        opened = await world.do(world.sofia, ThreadOpen(thread_id=thread.id))
        assert (opened.page.events[-1].actor.name, opened.thread.last.person.name) == (who.name, who.name)
        entry = (await world.do(world.sofia, NotificationList())).notifications[0]
        assert entry.actor.name == who.name
    last = await says(world, world.linn, thread)
    quoting = await world.do(world.anna, replace(message(thread), quoted_message_id=last.message_id))
    stored = await world.store.streams.message(world.firm.id, quoting.message_id)
    assert stored is not None
    assert isinstance(stored.event, MessageSent)
    assert stored.event.quote is not None
    assert stored.event.quote.person.name == "Linn Holm"


async def test_contacts_write_no_internal_messages(world: World) -> None:
    thread = await world.thread()
    with pytest.raises(Forbidden):
        await says(world, world.petra, thread, internal=True)


async def test_a_mention_carries_the_true_name(world: World) -> None:
    """MN-1, MN-5: whatever the client wrote beside the id, also deep in a list."""
    thread = await world.thread()
    false = Mention(id=world.sofia.id, name="VD:n")
    inner = BulletList(items=[ListItem(content=[Paragraph(content=[Text(text="hej "), false])])])
    body = Body(content=[Paragraph(content=[false]), BulletList(items=[ListItem(content=[Paragraph(), inner])])])
    sent = await world.do(world.anna, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body))
    stored = await world.store.streams.message(world.firm.id, sent.message_id)
    assert stored is not None
    assert isinstance(stored.event, MessageSent)
    assert mentions(stored.event.body) == [world.sofia.id]
    assert "VD:n" not in plain_text(stored.event.body)
    assert plain_text(stored.event.body).count("@Sofia Rahimi") == 2


@pytest.mark.parametrize("who", ["olle", "petra", "grace"])
async def test_only_who_sees_the_account_is_mentioned(world: World, who: str) -> None:
    """MN-4, AC-5."""
    thread = await world.thread()
    body = Body(content=[Paragraph(content=[Mention(id=getattr(world, who).id, name="x")])])
    for internal in (False, True):
        with pytest.raises(NotFound) as refused:
            await world.do(world.anna, replace(message(thread, internal=internal), body=body))
        assert refused.value.reason == "mention_without_access"
    with pytest.raises(Forbidden):
        await world.do(world.petra, replace(message(thread), body=body))


async def test_who_was_deactivated_is_neither_mentioned_nor_assigned(world: World) -> None:
    """MN-4, AS-2: nor offered, though the account is still theirs."""
    thread = await world.thread()
    await world.do(world.erik, StaffUpdate(staff_id=world.sofia.id, active=False))
    offered = (await world.do(world.anna, StaffList(account_id=world.holm.id))).staff
    assert {member.name for member in offered} >= {"Anna Lindberg", "Erik Falk", "Vera Lund"}
    assert world.sofia.id not in {member.id for member in offered}
    body = Body(content=[Paragraph(content=[Mention(id=world.sofia.id, name="Sofia")])])
    with pytest.raises(NotFound):
        await world.do(world.anna, replace(message(thread), body=body))
    with pytest.raises(Conflict):
        await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))


async def test_a_quote_shows_what_was_said(world: World) -> None:
    """MS-7; an internal message is never carried out by a quote."""
    thread, other = await world.thread(), await world.thread()
    said = await says(world, world.petra, thread, "x" * 500)
    inside = await says(world, world.sofia, thread, "hemligt", internal=True)
    answer = await world.do(world.anna, replace(message(thread), quoted_message_id=said.message_id))
    stored = await world.store.streams.message(world.firm.id, answer.message_id)
    assert stored is not None
    assert isinstance(stored.event, MessageSent)
    assert stored.event.quote is not None
    assert (stored.event.quote.person.name, stored.event.quote.text) == ("Petra Holm", "x" * 280)
    await world.do(world.anna, replace(message(thread, internal=True), quoted_message_id=inside.message_id))
    for where, quoted in ((thread, inside.message_id), (other, said.message_id), (thread, new_id())):
        with pytest.raises(NotFound):
            await world.do(world.anna, replace(message(where), quoted_message_id=quoted))


async def test_blank_messages_are_refused(world: World) -> None:
    """TH-13."""
    thread = await world.thread()
    for text in (
        " ",
        "\t",
        "\u00a0",
        "\u200b",
        "\u00ad\u2060",
        "\u2800",
        "\u3164",
        "\ufeff",
        "\U000e0041",
        "\u2060 \ufe0f",
    ):
        with pytest.raises(Invalid):
            await says(world, world.petra, thread, text)


async def test_a_hot_thread_keeps_one_dense_order(world: World) -> None:
    """MS-9, P3."""
    thread = await world.thread()
    people: list[Person] = [world.petra, world.linn, world.anna, world.sofia]
    sent = await asyncio.gather(*(says(world, people[n % 4], thread, str(n)) for n in range(80)))
    assert sorted(accepted.seq for accepted in sent) == list(range(3, 83))
    await world.settled()
    row = await world.store.threads.get(world.firm.id, thread.id)
    assert row is not None
    assert (row.head.seq, row.head.staff_messages, row.head.contact_messages) == (82, 41, 40)
    assert row.last is not None
    assert row.last_seq == 82


EVERY_NODE = Body(
    content=[
        Paragraph(
            content=[Text(text="fet", strong=True), Text(text=" kursiv", em=True), Text(text=" under", underline=True)]
        ),
        Paragraph(),
        Paragraph(
            content=[
                Text(
                    text="allt på en gång",
                    strong=True,
                    em=True,
                    underline=True,
                    link="https://skatteverket.se/blankett?nr=1",
                ),
                Break(),
                Text(text="skriv till oss", link="mailto:anna@lindbergfalk.example"),
                Text(text=" 👩🏽‍💻 שלום 🎉 <b>&amp;</b>"),
            ]
        ),
        BulletList(
            items=[
                ListItem(content=[Paragraph(content=[Text(text="ett")])]),
                ListItem(
                    content=[
                        Paragraph(content=[Text(text="två")]),
                        OrderedList(items=[ListItem(content=[Paragraph(content=[Text(text="två punkt ett")])])]),
                    ]
                ),
            ]
        ),
    ]
)


@pytest.mark.parametrize("internal", [False, True])
async def test_every_kind_of_formatting_arrives_as_it_was_written(world: World, internal: bool) -> None:
    """MS-3, and as text where only text is shown."""
    thread = await world.thread()
    await world.do(
        world.anna,
        MessageSend(thread_id=thread.id, client_message_id=new_id(), body=EVERY_NODE, internal=internal),
    )
    reader = world.sofia if internal else world.petra
    opened = await world.do(reader, ThreadOpen(thread_id=thread.id))
    event = (opened.notes if internal else opened.page).events[-1].event
    assert event.body == EVERY_NODE
    assert plain_text(event.body).splitlines()[-3:] == ["- ett", "- två", "  - två punkt ett"]


@pytest.mark.parametrize(
    "link",
    [
        "https://skatteverket.se@evil.example/",
        "https://user:word@evil.example?x",
        "http://@evil.example",
        "https://x\u202egpj.exe",
        "mailto:\u2066anna@falk.example",
    ],
)
async def test_a_link_that_looks_as_if_it_led_elsewhere_is_refused(world: World, link: str) -> None:
    thread = await world.thread()
    body = Body(content=[Paragraph(content=[Text(text="Skatteverket", link=link)])])
    with pytest.raises(Invalid, match="user name"):
        await world.do(world.petra, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body))


@pytest.mark.parametrize(
    "link",
    [
        "https://a.example/@anna",
        "https://a.example?mail=a@b.example",
        "mailto:anna@falk.example",
        "https://a.example#@",
    ],
)
def test_an_at_sign_behind_the_host_is_no_user_name(link: str) -> None:
    check(Body(content=[Paragraph(content=[Text(text="x", link=link)])]))


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://a b", "vbscript:x", "https://"]
)
def test_a_link_that_could_run_something_is_refused(link: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="link"):
        msgspec.convert({"type": "text", "text": "x", "link": link}, Text)
