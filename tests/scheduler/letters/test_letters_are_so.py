"""What a letter says is so when it goes: from commands to what the mail server is given (EM-8, RM-5, RM-11, RM-18)."""

import pytest
from msgspec import structs

from protocol.body import paragraph
from protocol.documents import DocumentMove
from protocol.errors import Conflict
from protocol.firms import FirmUpdate
from protocol.ids import new_id
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.reminders import ReminderSend, ReminderSetting
from protocol.streams import ThreadOpen
from protocol.tasks import TaskAdd, TaskSet
from protocol.threads import Thread
from scheduler import reminders
from scheduler.mail import outbox as mail
from server.core.context import Means
from tests import cabinet
from tests.scheduler.conftest import DELAY_S
from tests.scheduler.sink import Sink, body
from tests.world import Person, World

pytestmark = pytest.mark.anyio

ON = ReminderSetting(enabled=True, days=1, number=3)


class Chat:
    """A thread with Holm and the mails about it."""

    def __init__(self, world: World, means: Means, sink: Sink) -> None:
        self.world, self.means, self.sink = world, means, sink
        self.thread: Thread

    async def begins(self, text: str = "första frågan", tasks: tuple[str, ...] = ()) -> None:
        await self.world.do(self.world.anna, FirmUpdate(show_message_text_in_client_email=True))
        self.thread = await self.world.thread(text=text, tasks=tasks, reminder=ON)
        await self.world.settled()

    async def says(self, person: Person, *texts: str) -> int:
        """The position of the last of these messages."""
        seq = 0
        for text in texts:
            command = MessageSend(thread_id=self.thread.id, client_message_id=new_id(), body=paragraph(text))
            seq = (await self.world.do(person, command)).seq
        await self.world.settled()
        return seq

    async def reads(self, person: Person, seq: int = 100_000) -> None:
        await self.world.do(person, MarkRead(thread_id=self.thread.id, seq=seq, notes_seq=seq))
        await self.world.settled()

    async def ticks(self, person: Person) -> None:
        for task in (await self.world.do(person, ThreadOpen(thread_id=self.thread.id))).tasks:
            await self.world.do(person, TaskSet(thread_id=self.thread.id, task_id=task.id, done=True))
        await self.world.settled()

    async def mailed(self, person: Person, after_s: float = DELAY_S) -> list[str]:
        """What one person is sent once some time has passed, in plain text; what was sent before is forgotten."""
        await self.world.settled()
        self.sink.mails.clear()
        self.world.clock.advance(s=after_s)
        await mail.send_due(self.means, self.world.clock.now())
        sent = [one for one in self.sink.mails if person.email in str(one["To"])]
        return [f"{one['Subject']}\n{body(one, 'plain')}" for one in sent]

    def references(self) -> list[str | None]:
        """What the letters that were sent last refer to, for programs that show them as one conversation."""
        return [one["References"] for one in self.sink.mails]

    async def reminded(self, person: Person) -> list[str]:
        """The same of the next automatic reminder."""
        self.world.clock.advance(days=1)
        assert await reminders.tick(self.means, self.world.clock.now()) == 1
        return await self.mailed(person, after_s=0)

    async def reminds(self, by: Person) -> None:
        await self.world.do(by, ReminderSend(thread_id=self.thread.id, client_message_id=new_id()))
        await self.world.settled()


def printed(text: str, *messages: str) -> list[str]:
    """Which of these messages stand in a letter, each as a line of its own."""
    lines = {line.lstrip("> ") for line in text.splitlines()}
    return [message for message in messages if message in lines]


@pytest.fixture
def chat(world: World, means: Means, sink: Sink) -> Chat:
    return Chat(world, means, sink)


# reminders


async def test_a_reminder_prints_the_latest_of_what_waits_and_says_how_much_stands_before(
    world: World, chat: Chat
) -> None:
    """RM-5: of 217 messages the newest, not the chat from its beginning."""
    await chat.begins()
    await chat.says(world.anna, *(f"rad {number}." for number in range(2, 218)))
    await chat.mailed(world.petra)
    (text,) = await chat.reminded(world.petra)
    assert [number for number in range(1, 218) if f"rad {number}." in text] == list(range(208, 218))
    assert "och 207 tidigare meddelanden" in text


async def test_a_reminder_prints_neither_what_was_read_nor_the_readers_own_answers(world: World, chat: Chat) -> None:
    """RM-5, RD-7: the client answered the first question; the second waits."""
    await chat.begins("Var är kvittona?")
    await chat.says(world.petra, "Här är kvittona.")
    await chat.says(world.anna, "Och lagerlistan?")
    await chat.mailed(world.petra)
    (text,) = await chat.reminded(world.petra)
    assert printed(text, "Var är kvittona?", "Här är kvittona.", "Och lagerlistan?") == ["Och lagerlistan?"]
    assert "tidigare" not in text


async def test_a_reminder_of_what_was_read_and_not_answered_prints_the_last_message(world: World, chat: Chat) -> None:
    """RM-5, D9."""
    await chat.begins("Var är kvittona?")
    await chat.says(world.anna, "Och lagerlistan?")
    await chat.reads(world.petra)
    (text,) = await chat.reminded(world.petra)
    assert "Anna Lindberg väntar på ditt svar" in text
    assert printed(text, "Var är kvittona?", "Här är kvittona.", "Och lagerlistan?") == ["Och lagerlistan?"]


async def test_a_reminder_of_tasks_prints_no_message(world: World, chat: Chat) -> None:
    """RM-18, D6: the client wrote last, and a task is open."""
    await chat.begins("Var är kvittona?", tasks=("Skicka lagerlistan",))
    await chat.says(world.petra, "Här är kvittona.")
    (text,) = await chat.reminded(world.petra)
    assert "Skicka lagerlistan" in text
    assert "meddelande" not in text
    assert "kvittona" not in text


async def test_a_reminder_names_who_wrote_for_the_firm_and_no_colleague_of_the_reader(world: World, chat: Chat) -> None:
    """RM-18: what a colleague at the client's wrote is no message that waits."""
    await chat.begins("Var är kvittona?")
    await chat.says(world.linn, "Jag letar.")
    await chat.says(world.sofia, "Tack, det brådskar.")
    await chat.mailed(world.petra)
    (text,) = await chat.reminded(world.petra)
    assert "Sofia Rahimi väntar på ditt svar" in text
    assert "letar" not in text


async def test_a_reminder_by_hand_never_says_that_the_clients_own_message_waits(world: World, chat: Chat) -> None:
    """RM-11, RM-18: where nothing waits, staff are told so instead of the client being told something else."""
    await chat.begins()
    await chat.says(world.petra, "Här är svaret.")
    with pytest.raises(Conflict) as refused:
        await chat.reminds(world.anna)
    assert refused.value.reason == "nothing_to_remind_of"
    assert await chat.mailed(world.petra) == []


async def test_an_answer_that_lands_before_the_mail_ends_a_reminder_by_hand(world: World, chat: Chat) -> None:
    """RM-11, RM-15."""
    await chat.begins()
    await chat.mailed(world.petra)
    await chat.reminds(world.anna)
    await chat.says(world.petra, "Här är svaret.")
    assert await chat.mailed(world.petra, after_s=0) == []


async def test_a_reminder_by_hand_of_what_was_read_asks_for_an_answer(world: World, chat: Chat) -> None:
    """RM-11, RM-18: the tasks are done and all is read; a message that waits would not be so."""
    await chat.begins("Stämmer siffrorna?", tasks=("Titta på siffrorna",))
    await chat.ticks(world.petra)
    await chat.reads(world.petra)
    await chat.reminds(world.anna)
    (text,) = await chat.mailed(world.petra, after_s=0)
    assert "Anna Lindberg väntar på ditt svar" in text
    assert "meddelande från" not in text


# mails about what is new


async def test_a_mail_counts_and_prints_what_was_not_read_when_it_goes(world: World, chat: Chat) -> None:
    """EM-8: two of three have been read meanwhile."""
    await chat.begins()
    await chat.reads(world.petra)
    await chat.says(world.anna, "ett")
    second = await chat.says(world.anna, "två")
    await chat.says(world.anna, "tre")
    await chat.reads(world.petra, second)
    (text,) = await chat.mailed(world.petra)
    assert "ett nytt meddelande väntar" in text
    assert printed(text, "ett", "två", "tre") == ["tre"]


async def test_a_mail_neither_counts_nor_prints_the_readers_own_words(world: World, chat: Chat) -> None:
    """EM-8, RD-7: who has answered has read what stands before."""
    await chat.begins()
    await chat.reads(world.petra)
    await chat.says(world.anna, "Var är kvittona?")
    await chat.says(world.petra, "Här.")
    await chat.says(world.anna, "Tack!", "Och listan?")
    (text,) = await chat.mailed(world.petra)
    assert "2 nya meddelanden väntar" in text
    assert printed(text, "Var är kvittona?", "Här.", "Tack!", "Och listan?") == ["Tack!", "Och listan?"]


async def test_a_mail_counts_all_that_wait_however_many(world: World, chat: Chat) -> None:
    """EM-8: more than one look into the log brings."""
    await chat.begins()
    await chat.reads(world.petra)
    await chat.says(world.anna, *(f"rad {number}." for number in range(1, 251)))
    (text,) = await chat.mailed(world.petra)
    assert "250 nya meddelanden väntar" in text
    assert "och 240 tidigare meddelanden" in text
    assert printed(text, "rad 1.", "rad 240.", "rad 241.", "rad 250.") == ["rad 241.", "rad 250."]


async def test_a_new_chat_that_was_read_is_no_new_chat_in_the_mail_about_what_came_later(
    world: World, chat: Chat
) -> None:
    """EM-8, NC-1."""
    await chat.begins()
    await chat.reads(world.petra)
    await chat.says(world.anna, "en sak till")
    (text,) = await chat.mailed(world.petra)
    assert "ny chatt" not in text
    assert "ett nytt meddelande väntar" in text


async def test_a_mail_about_tasks_counts_those_that_are_still_to_do(world: World, chat: Chat) -> None:
    """EM-8, NC-1: a colleague ticked one of two; then the other: no mail at all."""
    await chat.begins()
    await chat.reads(world.petra)
    await chat.mailed(world.petra)
    for name in ("Skicka lagerlistan", "Skicka kvittona"):
        await world.do(world.anna, TaskAdd(thread_id=chat.thread.id, client_task_id=new_id(), text=name))
    tasks = (await world.do(world.linn, ThreadOpen(thread_id=chat.thread.id))).tasks
    await world.do(world.linn, TaskSet(thread_id=chat.thread.id, task_id=tasks[0].id, done=True))
    (text,) = await chat.mailed(world.petra)
    assert "en ny uppgift väntar" in text
    await world.do(world.anna, TaskAdd(thread_id=chat.thread.id, client_task_id=new_id(), text="Skicka intyget"))
    await chat.ticks(world.linn)
    assert await chat.mailed(world.petra) == []


async def test_a_mail_to_staff_counts_what_they_have_not_read_and_not_their_own_words(world: World, chat: Chat) -> None:
    """EM-8, NS-7, NS-9: however much it is, counted from its end."""
    await chat.begins()
    await chat.mailed(world.sofia)
    await chat.says(world.petra, "ett")
    second = await chat.says(world.petra, "två")
    await chat.says(world.petra, "tre")
    await chat.reads(world.sofia, second)
    (text,) = await chat.mailed(world.sofia)
    assert "ett nytt meddelande" in text
    await chat.reads(world.sofia)
    await chat.says(world.petra, *(f"rad {number}." for number in range(1, 251)))
    (text,) = await chat.mailed(world.sofia)
    assert "250 nya meddelanden" in text
    await chat.reads(world.sofia)
    await chat.says(world.petra, "fyra")
    await chat.says(world.sofia, "fem")
    await chat.says(world.petra, "sex")
    (text,) = await chat.mailed(world.sofia)
    assert "2 nya meddelanden" in text


# headers


async def test_every_letter_about_a_chat_refers_to_the_same_id_whoever_gets_it(world: World, chat: Chat) -> None:
    """Mail, answer and reminder: none of them bears the id itself, so that any of them may be lost."""
    await chat.begins()
    one = f"<{chat.thread.id}@chattar.example>"
    assert await chat.mailed(world.petra)
    assert set(chat.references()) == {one}
    assert await chat.reminded(world.petra)
    assert set(chat.references()) == {one}
    await chat.says(world.petra, "här är svaret")
    assert await chat.mailed(world.anna, after_s=3_600)
    assert set(chat.references()) == {one}
    assert one not in [mail["Message-ID"] for mail in chat.sink.mails]


async def test_tasks_that_several_have_added_are_the_firms(world: World, means: Means, sink: Sink) -> None:
    """NC-1: one of them is named only for what is all theirs."""
    chat = Chat(world, means, sink)
    await chat.begins()
    await chat.reads(world.petra)
    await chat.mailed(world.petra)
    for person, texts in ((world.anna, ["Kvitton"]), (world.sofia, ["Lagerlista"])):
        for text in texts:
            await world.do(person, TaskAdd(thread_id=chat.thread.id, client_task_id=new_id(), text=text))
    (letter,) = await chat.mailed(world.petra)
    assert "Lindberg & Falk Redovisning har lagt till 2 uppgifter åt dig" in letter
    assert "Sofia" not in letter
    await chat.reads(world.petra)
    for text in ("Bilkvitton", "Kontoutdrag"):
        await world.do(world.sofia, TaskAdd(thread_id=chat.thread.id, client_task_id=new_id(), text=text))
    (letter,) = await chat.mailed(world.petra)
    assert "Sofia Rahimi har lagt till 2 uppgifter åt dig" in letter


async def test_a_message_that_is_only_documents_is_shown_as_such_while_its_reader_may_see_them(
    world: World, means: Means, sink: Sink
) -> None:
    """EM-1, DC-8: counted among the messages and not printed, it would be a message that is missing."""
    chat = Chat(world, means, sink)
    await chat.begins()
    await chat.reads(world.petra)
    shared, private = await cabinet.folder(world, "Delad", access="client_edits"), await cabinet.folder(world, "Privat")
    carried = [await cabinet.saved(world, world.anna, shared, f"{number}.pdf") for number in range(2)]
    command = MessageSend(
        thread_id=chat.thread.id,
        client_message_id=new_id(),
        body=paragraph(" "),
        attachments=[document.id for document in carried],
    )
    await world.do(world.anna, command)
    await world.settled()
    (letter,) = await chat.mailed(world.petra)
    assert "Med 2 dokument, som du ser i chatten." in letter
    await world.do(world.anna, MessageSend(**{**structs.asdict(command), "client_message_id": new_id()}))
    await world.do(world.anna, DocumentMove(document_id=carried[0].id, folder_id=private.id))
    (letter,) = await chat.mailed(world.petra)
    assert "Med ett dokument, som du ser i chatten." in letter
