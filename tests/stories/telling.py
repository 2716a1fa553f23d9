"""One story told twice: as contacts see it, and with everything internal that staff can do in between (AC-6, P7).

Knows what people do and that contacts look at everything after each step. Refuses to know what must come out of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import msgspec
from msgspec import structs

from protocol.frames import Reply, encode
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.wire import Id
from scheduler import scheduled_sends
from scheduler.mail import outbox as mail
from server.commands import TAGS
from server.doors import visitors
from tests.scheduler.sink import Sink, body
from tests.server.talking import RunningNode, Talk
from tests.stories.overheard import Asker, Record
from tests.world import Person, World

MARKER = "osynlig-tråd-7f3a"
"""In everything that is internal, and in nothing else."""
MAIL_DELAY_S = 180


@dataclass(frozen=True)
class Place:
    """What a contact's questions are about."""

    account_id: Id
    thread_id: Id
    person_id: Id
    staff_id: Id
    since: int


def reads(place: Place) -> list[tuple[str, dict[str, Any]]]:
    """Everything that a contact can ask, and all that is refused to them."""
    account, thread = {"account_id": place.account_id}, {"thread_id": place.thread_id}
    return [
        ("me.read", {}),
        ("firm.read", {}),
        ("staff.list", {}),
        ("staff.list", account),
        ("account.list", {}),
        ("account.read", account),
        ("thread.list", {}),
        ("thread.list", {"state": "archived"}),
        ("thread.list", {"only": "unread"}),
        ("thread.list", {"only": "open_tasks"}),
        ("thread.list", {"only": "mine"}),
        ("thread.list", {"only": "snoozed"}),
        ("thread.list", {"search": "tråd"}),
        ("thread.list", {"since": place.since}),
        ("thread.list", account),
        ("thread.open", thread),
        ("thread.open", {**thread, "limit": 1}),
        ("thread.read", thread),
        ("stream.read", {"stream": thread_stream(place.thread_id)}),
        ("stream.read", {"stream": thread_stream(place.thread_id), "before": 3}),
        ("stream.read", {"stream": notes_stream(place.thread_id)}),
        ("stream.read", {"stream": f"u:{place.person_id}"}),
        ("task.list", {"state": "all"}),
        ("task.list", {"state": "all", "assignee_id": place.staff_id}),
        ("reminder.read", thread),
        ("scheduled_send.list", thread),
        ("scheduled_chat.list", {}),
        ("notification.list", {}),
        ("bulk.list", {}),
        ("bulk.get", {"bulk_id": place.thread_id}),
        ("bulk.preview", {"account_ids": [place.account_id]}),
        ("audit.list", thread),
        ("security.list", {}),
        ("saved_reply.list", {}),
        ("template.list", {}),
        ("custom_field.list", {}),
        ("contact.read", {**account, "contact_id": place.person_id}),
        ("shortcode.resolve", {**account, "subject": "[ACCOUNT_NAME] [CITY] [ACCOUNT_CUSTOM_FIELD:x]"}),
        ("folder.list", account),
        ("document.search", account),
        ("document.search", {**account, "deleted": True}),
        ("document.carried", thread),
        # Of no folder and no document that there is: what those hold is told nobody here, in the same words.
        ("document.list", {"folder_id": place.thread_id}),
        ("document.get", {"document_ids": [place.thread_id]}),
        ("document.thumbnail", {"document_id": place.thread_id}),
        ("document.read", {"document_id": place.thread_id}),
    ]


def paragraph(text: str, *mentioned: Person) -> dict[str, Any]:
    """A message body with mentions, as a client writes it."""
    mentions = [{"type": "mention", "id": person.id, "name": person.name} for person in mentioned]
    return {"content": [{"type": "paragraph", "content": [{"type": "text", "text": text}, *mentions]}]}


def internal_key(number: int) -> str:
    """The key of an internal message, which a contact may happen to choose too."""
    return f"internal-{number:04d}"


@dataclass
class Story:
    """One telling: the people at their doors, and the record of all that contacts get."""

    world: World
    one: RunningNode
    client: httpx.AsyncClient
    sink: Sink
    sofias: Talk
    petras_calls: Talk
    inside: bool
    record: Record = field(default_factory=Record)
    thread_id: Id = ""
    internal_id: Id = field(default_factory=new_id)
    """The last internal message; where there is none, something that doesn't exist."""
    done_inside: int = 0
    sofia_read: int = 0

    def __post_init__(self) -> None:
        self.began_at = self.world.clock.now()
        self.petra = self._asker(self.world.petra, self.record)
        self.linn = self._asker(self.world.linn, self.record)
        self.anna = self._asker(self.world.anna)
        self.erik = self._asker(self.world.erik)
        self.sofia = self._asker(self.world.sofia)

    def _asker(self, person: Person, record: Record | None = None) -> Asker:
        return Asker(self.client, self.world.token_of(person), record)

    # what staff do among themselves

    async def aside(self, *, archived: bool = False) -> None:
        """Everything internal that can be done now; in the other telling just the time that it takes."""
        self.world.clock.advance(s=7)
        if self.inside:
            if not archived:
                await self._internal_messages()
            await self._internal_settings(archived=archived)
            await self._drained()
        self.world.clock.advance(s=7)

    async def _internal_messages(self) -> None:
        thread, world = {"thread_id": self.thread_id}, self.world
        await self._staff(self.sofia, "typing.set", **thread, internal=True)
        said = await self._staff(
            self.sofia, "message.send", **thread, client_message_id=internal_key(self.done_inside), internal=True,
            body=paragraph(f"{MARKER} {self.done_inside}", world.erik, world.anna),
        )  # fmt: skip
        self.internal_id = said["message_id"]
        await self._staff(self.sofia, "typing.set", **thread, internal=True, typing=False)
        await self._staff(
            self.erik, "message.send", **thread, client_message_id=new_id(), internal=True,
            quoted_message_id=self.internal_id, body=paragraph(MARKER),
        )  # fmt: skip
        # Over the other door and in the other codec too.
        command = {"type": "message.send", **thread, "internal": True, "body": paragraph(MARKER)}
        command["client_message_id"] = new_id()
        answer = await self.sofias.call(msgspec.convert(command, TAGS["message.send"].command))
        assert isinstance(answer, Reply)

    async def _internal_settings(self, *, archived: bool) -> None:
        thread, world = {"thread_id": self.thread_id}, self.world
        self.done_inside += 1
        for assignee in (world.sofia.id, world.vera.id, None):
            await self._staff(self.anna, "thread.assign", **thread, staff_id=assignee)
        await self._staff(
            self.anna, "reminder.set", **thread, enabled=True, days=4 + self.done_inside, number=2, after_last="tell"
        )
        if archived:
            await self._staff(self.anna, "reminder.set", **thread, enabled=False, days=9, number=1)
        await self._staff(self.sofia, "account.follow", account_id=world.holm.id, following=False)
        await self._staff(self.sofia, "account.follow", account_id=world.holm.id, following=True)
        if not archived:
            # Until a time, ended by hand; and until they write, which ends it again and again.
            later = self.world.clock.now() + 3_600_000
            await self._staff(self.anna, "thread.snooze", **thread, seq=1, until=later)
            await self._staff(self.sofia, "thread.wake", **thread)
            await self._staff(self.anna, "thread.snooze", **thread, seq=1)
            await self._planned()
            await self._planned_chats()
        feed = await self._staff(self.erik, "notification.list")
        for entry in feed["notifications"]:
            await self._staff(self.erik, "notification.archive", notification_id=entry["id"])
        for name in ("reminder.read", "audit.list", "thread.open"):
            await self._staff(self.sofia, name, **thread)
        # A console tells again how far she has read where contacts see it, after whatever it shows.
        await self._staff(self.sofia, "mark.read", **thread, seq=self.sofia_read)
        # What is unread for the firm again, and then read again, has been read all the time for those who wrote it.
        await self._staff(self.anna, "mark.unread", **thread, seq=1)
        await self._staff(self.sofia, "mark.read", **thread, seq=self.sofia_read)

    async def _planned(self) -> None:
        """Messages that are to go later: one is changed and cancelled, one doesn't go at its time, one waits to the end."""
        now = self.world.clock.now()
        one = {"scheduled_send_id": await self._plan(now + 3_600_000)}
        await self._plan(now + 30 * 86_400_000)
        await self._staff(self.sofia, "scheduled_send.update", **one, body=paragraph(MARKER), due_at=now + 7_200_000)
        await self._staff(self.anna, "scheduled_send.cancel", **one)
        if self.sofia_read:
            # A contact has written behind the position up to which it is known: it doesn't go.
            await self._plan(now + 1)
            assert await scheduled_sends.tick(self.one.house.means, now + 1) == 1

    async def _planned_chats(self) -> None:
        """New chats that are to be created later: one is changed and cancelled, one waits to the end."""
        now = self.world.clock.now()
        chat = {"account_id": self.world.holm.id, "subject": MARKER, "body": paragraph(MARKER)}
        later = {**chat, "client_message_id": new_id(), "due_at": now + 3_600_000}
        one = {"scheduled_chat_id": (await self._staff(self.sofia, "thread.schedule", **later))["id"]}
        await self._staff(
            self.sofia, "thread.schedule", **chat, client_message_id=new_id(), due_at=now + 30 * 86_400_000
        )
        await self._staff(self.sofia, "scheduled_chat.update", **one, **chat, due_at=now + 7_200_000)
        await self._staff(self.sofia, "scheduled_chat.list")
        await self._staff(self.sofia, "scheduled_chat.cancel", **one)

    async def _plan(self, due_at: int) -> Id:
        planned = await self._staff(
            self.sofia, "message.schedule", thread_id=self.thread_id, client_message_id=new_id(), seq=1,
            body=paragraph(MARKER, self.world.erik), due_at=due_at, unless_answered=True,
        )  # fmt: skip
        return str(planned["id"])

    # what everybody sees

    async def step(self, who: Asker, name: str, **fields: Any) -> dict[str, Any]:
        """Something that contacts see happens; then they look at everything."""
        answer = await self._staff(who, name, **fields)
        await self._drained()
        await self.look()
        return answer

    async def says(self, who: Asker, text: str, **more: Any) -> dict[str, Any]:
        """A message that contacts see."""
        return await self.step(
            who, "message.send", thread_id=self.thread_id, client_message_id=new_id(), body=paragraph(text), **more
        )

    async def look(self) -> None:
        """Petra asks everything over HTTP, in JSON, and over her socket, in MessagePack; and opens her pages."""
        world = self.world
        place = Place(world.holm.id, self.thread_id, world.petra.id, world.sofia.id, self.began_at)
        for name, fields in reads(place):
            await self.petra.ask(name, fields)
            answer = await self.petras_calls.call(msgspec.convert(fields, TAGS[name].command))
            self.record.add(f"reply to {name}", encode(structs.replace(answer, id=0), "json").decode())
        settings = self.one.house.settings
        for page in ("/portal", f"/portal/threads/{self.thread_id}", f"/console?thread={self.thread_id}", "/"):
            await self.petra.look_at(page, visitors.cookie_name(settings), settings.own_url)

    async def mails(self) -> None:
        """The mails that are due by now leave."""
        self.world.clock.advance(s=MAIL_DELAY_S)
        means = self.one.house.means
        settings = structs.replace(means.settings, smtp_url=f"smtp://127.0.0.1:{self.sink.port}")
        await mail.send_due(replace(means, settings=settings), self.world.clock.now())

    def read_mails(self) -> None:
        """Put the contacts' mails into the record: each as it came, and as it reads."""
        for person in (self.world.petra, self.world.linn):
            for message in self.sink.mails:
                if person.email in str(message["To"]):
                    raw = message.as_bytes()
                    # Without the soft line breaks, which may fall into an id.
                    self.record.add(f"mail to {person.name}", re.sub(rb"=\r?\n", b"", raw).decode(), raw)
                    for kind in ("plain", "html"):
                        self.record.add(f"{kind} part of a mail to {person.name}", body(message, kind))

    async def _staff(self, who: Asker, name: str, **fields: Any) -> dict[str, Any]:
        answer = await who.ask(name, fields)
        assert answer.status_code == 200, (name, fields, answer.text)
        told: dict[str, Any] = answer.json()
        return told

    async def _drained(self) -> None:
        await self.one.house.node.finished()
        await self.one.house.means.settler.drained()
