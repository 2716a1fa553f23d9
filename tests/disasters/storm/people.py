"""Who acts: the cast with their windows, and how each act is asked for and written down.

Knows how to ask. What is said, given, taken and planned is in talk, rights and chores.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Coroutine
from typing import Any, TypeVar

from protocol.asked import Asked
from protocol.body import paragraph
from protocol.client.http import call_over_http, log_in
from protocol.describing.shapes import tag_of
from protocol.errors import ChattarError, Unavailable
from protocol.ids import new_id
from protocol.messages import MessageSend
from protocol.streams import ThreadOpen
from protocol.threads import Thread
from protocol.wire import Codec, Id
from storage.mongo.connection import ours
from tests.disasters.storm.diary import Diary
from tests.disasters.storm.windows import Window
from tests.world import PASSWORD, Person, World

PATIENCE_S = 8.0
T = TypeVar("T")
TEMPORARY = {"unavailable", "internal", "rate_limited"}
NO_ACCESS = {"unauthenticated", "forbidden", "not_found"}
WINDOWS: tuple[tuple[str, Codec], ...] = (
    ("anna", "json"), ("anna", "msgpack"), ("erik", "msgpack"), ("sofia", "json"), ("sofia", "msgpack"),
    ("vera", "json"), ("olle", "msgpack"), ("petra", "json"), ("petra", "msgpack"), ("linn", "json"),
    ("gunilla", "msgpack"), ("grace", "json"), ("tom", "msgpack"), ("emma", "json"),
)  # fmt: skip


class Town:
    """The cast at work. `closing` is set when the faults are over: everybody finishes what they are at."""

    def __init__(self, world: World, urls: list[str], chance: random.Random) -> None:
        self.world, self.urls, self.chance = world, urls, chance
        self.diary = Diary()
        self.windows: list[Window] = []
        self.threads: list[Thread] = []
        """Those in which everybody talks."""
        self.closing = asyncio.Event()
        self.given_up = asyncio.Event()
        """Set when nobody may try any longer: what is unanswered then stays so."""
        self.passwords: dict[Id, str] = {}
        self.absent: set[tuple[Id, Id | None]] = set()
        """What the load itself has taken away and not given back: nobody tries there, as a rule."""
        self.seats: dict[Id, set[Id]] = {}
        """The accounts that each person sees as long as nobody changes it."""
        self.firms: dict[Id, Id] = {}
        """The firm of everybody with a seat."""

    # windows

    async def enter(self) -> None:
        """Make the threads, and open everybody's windows."""
        world = self.world
        for account, subjects in ((world.holm, 3), (world.eken, 3)):
            for number in range(subjects):
                self.threads.append(await world.thread(account, subject=f"Ärende {number} {account.name}"))
        self.threads.append(await world.thread(world.harbour, by=world.grace, subject="VAT"))
        self.threads.append(await world.thread(world.harbour, by=world.grace, subject="Payroll"))
        await world.settled()
        await world.store.accounts.change(world.firm.id, world.holm.id, {"$addToSet": {"staff_ids": world.olle.id}})
        holm, eken, wester, harbour = (account.id for account in (world.holm, world.eken, world.wester, world.harbour))
        everything = {holm, eken, wester, world.salt.id}
        for names, accounts in (
            (("anna", "erik", "vera"), everything), (("sofia",), {holm, eken}), (("olle", "petra", "linn"), {holm}),
            (("gunilla",), {eken, wester}), (("grace", "tom", "emma"), {harbour}),
        ):  # fmt: skip
            for name in names:
                person: Person = getattr(world, name)
                self.seats[person.id], self.firms[person.id] = accounts, person.firm_id

    def open_windows(self) -> None:
        """Everybody with the session that they have from the start, half of them at each node."""
        for name, codec in WINDOWS:
            person: Person = getattr(self.world, name)
            self.open_window(name, person, self.world.token_of(person), codec)

    def open_window(self, name: str, person: Person, token: str, codec: Codec) -> Window:
        """One more window of somebody."""
        first = len(self.windows) % len(self.urls)
        urls = self.urls[first:] + self.urls[:first]
        window = Window(f"{name}#{len(self.windows)}", person, token, urls, codec)
        self.windows.append(window)
        window.start()
        return window

    async def open_threads(self, window: Window) -> None:
        """Follow everything that its person may see; what is refused meanwhile stays closed."""
        for thread in self.threads_of(window.person):
            await self.ask(window, ThreadOpen(thread_id=thread.id, limit=200))

    async def log_in(self, name: str, person: Person, codec: Codec) -> Window | None:
        """A window with a session of its own, by the password. None when it was given up or refused."""
        password = self.passwords.get(person.id, PASSWORD)
        while not self.given_up.is_set():
            try:
                opened = await log_in(self.any_url(), person.email, password)
            except ChattarError as error:
                if error.problem.code not in TEMPORARY:
                    self.diary.was_denied("session.create", error.problem.code)
                    return None
                await asyncio.sleep(0.2)  # a person's pace: tried again, until all give up
                continue
            self.diary.did("session.create")
            assert opened.token is not None
            return self.open_window(name, person, opened.token, codec)
        return None

    async def until_the_database_answers(self, act: Callable[[], Awaitable[T]]) -> T | None:
        """Do something in the store, again and again while it is the one that is struck; None when given up."""
        while not self.given_up.is_set():
            try:
                async with ours():
                    return await act()
            except Unavailable:
                await asyncio.sleep(0.2)  # a program's pace: tried again, until all give up
        return None

    def any_url(self) -> str:
        return self.chance.choice(self.urls)

    def windows_of(self, person: Person) -> list[Window]:
        """Those whose session still holds, as far as is known."""
        return [window for window in self.windows if window.person.id == person.id and window.ended is None]

    def threads_of(self, person: Person, *, also_absent: bool = False) -> list[Thread]:
        """The threads that somebody sees at the moment, or (`also_absent`) would."""
        mine = self.seats.get(person.id, set())
        gone = set() if also_absent else {account for who, account in self.absent if who == person.id}
        return [thread for thread in self.threads if thread.account.id in mine - gone and None not in gone]

    # asking

    async def ask(self, window: Window, command: Asked) -> Any:
        """Ask until there is an answer; None where it was refused for good, or given up."""
        tag = tag_of(type(command))
        while not self.given_up.is_set():
            try:
                answer = await window.call(command, patience_s=PATIENCE_S)
            except ChattarError as error:
                if window.ended is None and error.problem.code in TEMPORARY:
                    continue
                self.diary.was_denied(tag, error.problem.code)
                return None
            self.diary.did(tag)
            return answer
        return None

    async def ask_over_http(self, token: str | None, command: Asked) -> Any:
        """The same by a program: any node, any time."""
        tag = tag_of(type(command))
        while not self.given_up.is_set():
            try:
                answer = await call_over_http(self.any_url(), command, token)
            except ChattarError as error:
                if error.problem.code in TEMPORARY:
                    await asyncio.sleep(0.2)  # a program's pace: tried again, until all give up
                    continue
                self.diary.was_denied(tag, error.problem.code)
                return None
            self.diary.did(tag)
            return answer
        return None

    async def say(self, window: Window, thread: Thread, text: str, *, internal: bool = False) -> None:
        """One message, sent again with its key until it is answered."""
        key = new_id()
        entry = f"{window.person.id}:{key}"
        self.diary.tried.add(entry)
        command = MessageSend(thread_id=thread.id, client_message_id=key, body=paragraph(text), internal=internal)
        while not self.given_up.is_set():
            try:
                accepted = await window.call(command, patience_s=PATIENCE_S)
            except ChattarError as error:
                if window.ended is not None or error.problem.code in NO_ACCESS:
                    return  # the session or the access is over, which says nothing about an earlier try
                if error.problem.code in TEMPORARY:
                    continue
                self.diary.refused[entry] = f"{error.problem.code} {error.problem.reason or ''}"
                self.diary.was_denied("message.send", error.problem.code)
                return
            self.diary.acknowledged[entry] = (accepted.stream, accepted.seq)
            self.diary.did("message.send")
            return
        self.diary.unanswered[entry] = window.seen.name

    async def pause(self, chance: random.Random, mean_s: float) -> bool:
        """Let somebody do nothing for a while; whether there is still anything to be done afterwards."""
        try:
            async with asyncio.timeout(min(chance.expovariate(1 / mean_s), mean_s * 4)):
                await self.closing.wait()
        except TimeoutError:
            return True
        return False


async def all_of(actors: Collection[Coroutine[Any, Any, None]]) -> None:
    """Let everybody act until they have finished."""
    async with asyncio.TaskGroup() as acting:
        for actor in actors:
            acting.create_task(actor)
