"""Every sentence that a letter can begin with is said by what people do, and means what they did: nothing in the catalogue
is there for facts that nothing in the product sets (RM-18, NS-2, NC-1).

One world, from commands to the mail server: each story ends in letters, whose headings are looked up in the catalogue.
"""

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files

import pytest

from protocol.accounts import AccountAssign
from protocol.body import Body, Mention, Paragraph, Text, paragraph
from protocol.contacts import ContactCreate, InvitationSend
from protocol.documents import DocumentFinish
from protocol.ids import new_id
from protocol.inbox import NotificationArchive, NotificationList
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.reminders import ReminderSend, ReminderSetting
from protocol.sessions import PasswordForgot
from protocol.streams import ThreadOpen
from protocol.tasks import TaskAdd, TaskSet, TaskToAdd
from protocol.threads import Thread, ThreadArchive, ThreadAssign, ThreadCreate, ThreadReopen
from scheduler import reminders
from scheduler.mail import outbox as mail
from server.core.context import Means
from server.documents.notices import UPLOADED
from server.inbox import of_documents
from tests import cabinet
from tests.scheduler.sink import Sink, body
from tests.world import Person, World

pytestmark = pytest.mark.anyio

HOUR_S = 3_600
WORDS = tomllib.loads(files("scheduler").joinpath("words", "sv.toml").read_text(encoding="utf-8"))


@pytest.fixture
def told(world: World, means: Means, sink: Sink) -> "Told":
    return Told(world, sink)


def sections() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """How each letter begins: its heading and what follows the greeting."""
    begun = {name: section for name, section in WORDS.items() if "intro" in section}
    return {name: (_pattern(section["heading"]), _pattern(section["intro"])) for name, section in begun.items()}


def _pattern(sentence: str | dict[str, str]) -> re.Pattern[str]:
    forms = sentence.values() if isinstance(sentence, dict) else [sentence]
    return re.compile("|".join(re.sub(r"\\\{\w+\\\}", ".+", re.escape(form)) for form in forms))


def called(person: Person) -> Body:
    """A message that mentions somebody."""
    return Body(content=[Paragraph(content=[Mention(id=person.id, name=person.name), Text(text="?")])])


class Told:
    """What people do, and what they are told of it by mail."""

    def __init__(self, world: World, sink: Sink) -> None:
        self.world, self.sink = world, sink

    async def after(self, hours: float = 1) -> dict[str, set[str]]:
        """Which sections the letters begin with that go meanwhile, by address; and what they add, after `also.`"""
        await self.world.settled()
        self.sink.mails.clear()
        self.world.clock.advance(s=hours * HOUR_S)
        for chore in await self.world.store.chores.left([UPLOADED], self.world.clock.now(), 100):
            await of_documents.go_on(self.world.means, chore)
            self.world.clock.advance(s=HOUR_S)
        await reminders.tick(self.world.means, self.world.clock.now())
        await self.world.settled()
        await mail.send_due(self.world.means, self.world.clock.now())
        found: dict[str, set[str]] = {}
        for one in self.sink.mails:
            (address,) = re.findall(r"[\w.]+@[\w.]+", str(one["To"]))
            found.setdefault(address, set()).update(self._said(body(one, "plain")))
        return found

    def _said(self, text: str) -> Iterator[str]:
        lines, text = [line.strip() for line in text.splitlines()], " ".join(text.split())
        for name, (heading, intro) in sections().items():
            if any(heading.fullmatch(line) for line in lines) and intro.search(text):
                yield name
        yield from (f"also.{name}" for name, sentence in WORDS["also"].items() if _pattern(sentence).search(text))

    async def thread(self, *, by: Person | None = None, tasks: tuple[str, ...] = ()) -> Thread:
        command = ThreadCreate(
            account_id=self.world.holm.id,
            client_message_id=new_id(),
            subject="Årsbokslut",
            body=paragraph("Var är kvittona?"),
            tasks=[TaskToAdd(text=task) for task in tasks],
            reminder=None if by else ReminderSetting(enabled=True, days=1, number=9),
        )
        made = await self.world.do(by or self.world.anna, command)
        await self.world.settled()
        thread: Thread = made.thread
        return thread

    async def says(self, person: Person, thread: Thread, text: Body | str, *, internal: bool = False) -> None:
        said = paragraph(text) if isinstance(text, str) else text
        await self.world.do(
            person, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=said, internal=internal)
        )
        await self.world.settled()

    async def reads(self, thread: Thread, *people: Person) -> None:
        for person in people:
            await self.world.do(person, MarkRead(thread_id=thread.id, seq=100_000, notes_seq=100_000))
        await self.world.settled()

    async def puts_away(self, person: Person) -> None:
        """All that stands in somebody's inbox."""
        for entry in (await self.world.do(person, NotificationList())).notifications:
            await self.world.do(person, NotificationArchive(notification_id=entry.id))
        await self.world.settled()

    async def task(self, thread: Thread, number: int) -> str:
        opened = await self.world.do(self.world.anna, ThreadOpen(thread_id=thread.id))
        return str(opened.tasks[number].id)

    async def ticks(self, person: Person, thread: Thread, number: int) -> None:
        tasks = (await self.world.do(person, ThreadOpen(thread_id=thread.id))).tasks
        await self.world.do(person, TaskSet(thread_id=thread.id, task_id=tasks[number].id, done=True))
        await self.world.settled()


async def test_what_contacts_are_told_is_every_sentence_that_there_is_for_them(world: World, told: Told) -> None:
    """NC-1, RM-18, D6, D7, D9."""
    petra, said = world.petra.email, set[str]()
    thread = await told.thread(tasks=("Skicka kvitton",))
    said |= (first := (await told.after())[petra])
    assert first == {"client_new_thread"}
    said |= (first := (await told.after(hours=24))[petra])  # D6: the message hasn't been read, the task is open
    assert first == {"reminder_message_and_tasks"}
    await told.reads(thread, world.petra)
    await told.says(world.anna, thread, "Och listan?")
    said |= (first := (await told.after())[petra])
    assert first == {"client_messages"}
    await told.ticks(world.linn, thread, 0)
    said |= (first := (await told.after(hours=24))[petra])  # D7
    assert first == {"reminder_message"}
    await told.reads(thread, world.petra)
    await world.do(world.anna, TaskAdd(thread_id=thread.id, client_task_id=new_id(), text="Skicka listan"))
    said |= (first := (await told.after())[petra])
    assert first == {"client_tasks"}
    await told.reads(thread, world.petra)
    await told.says(world.petra, thread, "Kommer.")
    said |= (first := (await told.after(hours=24))[petra])  # D6 with the client as last writer
    assert first == {"reminder_tasks"}
    other = await told.thread()
    await told.reads(other, world.petra)
    await world.do(world.anna, ReminderSend(thread_id=other.id, client_message_id=new_id()))
    said |= (first := (await told.after())[petra])
    assert first == {"reminder_reply"}
    wanted = {name for name in sections() if name.startswith(("client_", "reminder_"))}
    assert said == wanted


async def test_what_staff_are_told_is_every_sentence_that_there_is_for_them(world: World, told: Told) -> None:
    """NS-2, NS-9, AS-4, AS-5, MN-2, TK-6."""
    sofia, said = world.sofia.email, set[str]()
    thread = await told.thread(by=world.petra)
    said |= (first := (await told.after())[sofia])
    assert first == {"staff_thread"}
    await told.reads(thread, world.sofia)
    await told.says(world.petra, thread, "Hallå?")
    said |= (first := (await told.after())[sofia])
    assert first == {"staff_message"}
    await told.reads(thread, world.sofia)
    for name in ("Skicka kvitton", "Skicka listan"):
        await world.do(world.sofia, TaskAdd(thread_id=thread.id, client_task_id=new_id(), text=name))
    await told.ticks(world.petra, thread, 0)
    said |= (first := (await told.after())[sofia])
    assert first == {"staff_tasks"}
    await told.reads(thread, world.sofia)
    await told.ticks(world.petra, thread, 1)
    said |= (first := (await told.after())[sofia])
    assert "staff_tasks_done" in first
    await told.reads(thread, world.sofia)
    await told.says(world.anna, thread, called(world.sofia))
    await told.says(world.petra, thread, "Jag också.")
    said |= (first := (await told.after())[sofia])
    assert first == {"staff_mention", "also.message"}
    await told.reads(thread, world.sofia)
    await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))
    said |= (first := (await told.after())[sofia])
    assert first == {"staff_assigned"}
    await told.reads(thread, world.sofia)
    await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.vera.id))
    said |= (first := (await told.after())[sofia])
    assert first == {"staff_reassigned"}
    await told.reads(thread, world.sofia)
    await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.anna.id))
    said |= (first := (await told.after())[sofia])
    assert first == {"staff_taken_over"}
    await told.reads(thread, world.sofia)
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))
    await world.do(world.anna, ThreadReopen(thread_id=thread.id))
    said |= (first := (await told.after())[sofia])
    assert first == {"staff_reopened"}
    folder = await cabinet.for_uploads(world)
    await cabinet.saved(world, world.petra, folder)
    said |= (first := (await told.after())[sofia])
    assert first == {"staff_documents"}
    await told.puts_away(world.sofia)
    await world.do(world.petra, DocumentFinish(account_id=world.holm.id))
    said |= (first := (await told.after())[sofia])
    assert first == {"staff_uploads"}
    # Whoever made her responsible hears that she lost the account.
    await told.reads(thread, world.anna)
    await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))
    await told.after()
    await world.do(world.erik, AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False))
    said |= (first := (await told.after())[world.anna.email])
    assert first == {"staff_unassigned"}
    assert {name for name in said if not name.startswith("also.")} == {
        name for name in sections() if name.startswith("staff_")
    }


async def test_what_letters_to_staff_add_is_every_sentence_that_there_is_for_it(world: World, told: Told) -> None:
    """NS-4, NS-9: much has happened before somebody looks."""
    thread = await told.thread(by=world.petra)
    for name in ("Skicka kvitton", "Skicka listan"):
        await world.do(world.anna, TaskAdd(thread_id=thread.id, client_task_id=new_id(), text=name))
    for number in (0, 1):
        await told.ticks(world.petra, thread, number)
    for member in (world.sofia, world.vera, world.sofia):
        await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=member.id))
    await world.do(world.anna, ThreadArchive(thread_id=thread.id))
    await world.do(world.anna, ThreadReopen(thread_id=thread.id))
    await told.says(world.petra, thread, "Klart.")
    for internal in (False, True):
        await told.says(world.erik, thread, called(world.sofia), internal=internal)
    said = (await told.after())[world.sofia.email]
    assert said == {
        "staff_mention",
        *(f"also.{name}" for name in ("message", "thread", "assigned", "tasks_done", "reopened")),
    }
    await told.reads(thread, world.sofia)
    await world.do(world.anna, TaskAdd(thread_id=thread.id, client_task_id=new_id(), text="Skicka avtalet"))
    await told.ticks(world.petra, thread, 0)
    await world.do(world.petra, TaskSet(thread_id=thread.id, task_id=await told.task(thread, 0), done=False))
    for member in (world.vera, world.sofia, world.vera):
        await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=member.id))
    await told.says(world.petra, thread, "Nej, inte klart.")
    await told.says(world.erik, thread, called(world.sofia), internal=True)
    said |= (more := (await told.after())[world.sofia.email])
    assert more == {"staff_message", "also.tasks", "staff_mention", "also.reassigned"}
    await told.reads(thread, world.sofia)
    await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.anna.id))
    await told.says(world.erik, thread, called(world.sofia), internal=True)
    said |= (more := (await told.after())[world.sofia.email])
    assert more == {"staff_mention", "also.taken_over"}
    await world.do(world.anna, ThreadAssign(thread_id=thread.id, staff_id=world.sofia.id))
    await told.reads(thread, world.anna)
    await world.do(world.erik, AccountAssign(account_id=world.holm.id, staff_id=world.sofia.id, assigned=False))
    await told.says(world.erik, thread, called(world.anna), internal=True)
    said |= (await told.after())[world.anna.email]
    assert {name for name in said if name.startswith("also.")} == {f"also.{name}" for name in WORDS["also"]}


async def test_an_invitation_and_a_new_password_are_told(world: World, told: Told) -> None:
    """Spec 1.3."""
    await world.do(
        world.anna,
        ContactCreate(account_id=world.holm.id, name="Klara", email="klara@holm.example", login=True, invite=True),
    )
    await world.do(None, PasswordForgot(email=world.petra.email))
    await world.do(world.anna, InvitationSend(account_id=world.salt.id, contact_id=world.nils.id))
    found = await told.after(hours=0)
    assert found == {
        "klara@holm.example": {"invitation"},
        world.nils.email: {"invitation"},
        world.petra.email: {"password_reset"},
    }
