"""What is said and done in threads: messages of both kinds, tasks, marks, archiving, assignment, inbox entries."""

from __future__ import annotations

import random
from collections.abc import Coroutine
from typing import Any

from protocol.ids import new_id, notes_stream, thread_stream
from protocol.inbox import NotificationArchive
from protocol.marks import MarkRead, MarkUnread
from protocol.tasks import TaskAdd, TaskDelete, TaskSet
from protocol.threads import Thread, ThreadArchive, ThreadAssign, ThreadRename, ThreadReopen
from tests.disasters.storm.people import Town
from tests.disasters.storm.windows import Window
from tests.world import Person

TALKERS = ("anna", "erik", "sofia", "vera", "olle", "petra", "linn", "gunilla", "grace", "tom", "emma")
WORKERS = ("anna", "erik", "sofia", "petra", "gunilla", "grace", "emma")
MESSAGE_EVERY_S = 2.0
ACT_EVERY_S = 2.5


def actors(town: Town, seed: int) -> list[Coroutine[Any, Any, None]]:
    """Everybody who talks and works."""
    talking = [talk(town, name, random.Random(f"talk:{seed}:{name}")) for name in TALKERS]
    return talking + [work(town, name, random.Random(f"work:{seed}:{name}")) for name in WORKERS]


def choose(town: Town, person: Person, chance: random.Random) -> tuple[Window, Thread] | None:
    """A window of somebody and a thread that they see at the moment."""
    windows, threads = town.windows_of(person), town.threads_of(person)
    if not windows or not threads:
        return None
    return chance.choice(windows), chance.choice(threads)


async def talk(town: Town, name: str, chance: random.Random) -> None:
    """One message after the other; every fourth of staff is internal."""
    person: Person = getattr(town.world, name)
    number = 0
    while await town.pause(chance, MESSAGE_EVERY_S):
        number += 1
        if (chosen := choose(town, person, chance)) is not None:
            window, thread = chosen
            internal = window.seen.side == "staff" and chance.random() < 0.25
            await town.say(window, thread, f"{name} {number}", internal=internal)


async def work(town: Town, name: str, chance: random.Random) -> None:
    """Whatever else one does in a thread."""
    person: Person = getattr(town.world, name)
    while await town.pause(chance, ACT_EVERY_S):
        if (chosen := choose(town, person, chance)) is None:
            continue
        window, thread = chosen
        acts = CONTACT_ACTS if window.seen.side == "contact" else STAFF_ACTS
        await chance.choice(acts)(town, window, thread, chance)


async def read(town: Town, window: Window, thread: Thread, chance: random.Random) -> None:
    """Up to the end, as far as the window knows it."""
    followed = window.state.streams.get(thread_stream(thread.id))
    if followed is not None and followed.position:
        notes = window.state.streams.get(notes_stream(thread.id)) if window.seen.side == "staff" else None
        notes_seq = notes.position if notes is not None else None
        await town.ask(window, MarkRead(thread_id=thread.id, seq=followed.position, notes_seq=notes_seq))


async def unread(town: Town, window: Window, thread: Thread, chance: random.Random) -> None:
    followed = window.state.streams.get(thread_stream(thread.id))
    if followed is not None and followed.position:
        seq = max(1, followed.position - chance.randrange(4))
        await town.ask(window, MarkUnread(thread_id=thread.id, seq=seq))


async def add_task(town: Town, window: Window, thread: Thread, chance: random.Random) -> None:
    await town.ask(window, TaskAdd(thread_id=thread.id, client_task_id=new_id(), text="Kvitton"))


async def tick(town: Town, window: Window, thread: Thread, chance: random.Random) -> None:
    opened = window.state.opened.get(thread.id)
    if opened is not None and opened.tasks:
        task = chance.choice(opened.tasks)
        await town.ask(window, TaskSet(thread_id=thread.id, task_id=task.id, done=not task.done))


async def delete_task(town: Town, window: Window, thread: Thread, chance: random.Random) -> None:
    opened = window.state.opened.get(thread.id)
    if opened is not None and len(opened.tasks) > 4:
        await town.ask(window, TaskDelete(thread_id=thread.id, task_id=chance.choice(opened.tasks).id))


async def archive(town: Town, window: Window, thread: Thread, chance: random.Random) -> None:
    """Put away and, mostly, taken out again at once: most things need an open thread."""
    await town.ask(window, ThreadArchive(thread_id=thread.id))
    if chance.random() < 0.9:
        await town.ask(window, ThreadReopen(thread_id=thread.id))


async def reopen(town: Town, window: Window, thread: Thread, chance: random.Random) -> None:
    await town.ask(window, ThreadReopen(thread_id=thread.id))


async def assign(town: Town, window: Window, thread: Thread, chance: random.Random) -> None:
    world = town.world
    own = world.firm.id == window.person.firm_id
    whom = chance.choice([world.sofia.id, world.anna.id, None] if own else [world.tom.id, None])
    await town.ask(window, ThreadAssign(thread_id=thread.id, staff_id=whom))


async def rename(town: Town, window: Window, thread: Thread, chance: random.Random) -> None:
    await town.ask(window, ThreadRename(thread_id=thread.id, subject=f"Ärende {chance.randrange(1000)}"))


async def tidy(town: Town, window: Window, thread: Thread, chance: random.Random) -> None:
    """An inbox entry put away, or taken back."""
    if entries := list(window.state.notifications.values()):
        entry = chance.choice(entries)
        await town.ask(window, NotificationArchive(notification_id=entry.id, archived=not entry.archived))


CONTACT_ACTS = (read, read, tick, tick)
STAFF_ACTS = (read, read, unread, add_task, tick, tick, delete_task, archive, reopen, assign, rename, tidy)
