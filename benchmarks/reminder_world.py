"""A database with many threads whose reminders are on, of which some are due at times that a benchmark chooses.

Those that come due have all that a reminder needs: an account, a contact with mail, a log with the firm's message at its
end. The others have their row in `threads`, with a reminder planned for the far future: a tick has to pass them by.
"""

from collections.abc import Iterator
from typing import Any

import pymongo

from benchmarks.world import AT, World, add_account, add_contact, add_firm, batches
from protocol.body import Body, Paragraph, Text
from protocol.events import Event
from protocol.ids import new_id, thread_stream
from protocol.messages import MessageSent
from protocol.people import Person
from protocol.threads import ThreadCreated
from storage.log.streams import Head, Stored, event_id
from storage.mongo.connection import Mongo
from storage.mongo.documents import to_document
from storage.mongo.migrations import migrate
from storage.threads import Position, ReminderDoc, ThreadDoc

DAYS = 3
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
FAR = AT + 3650 * DAY_MS
BATCH_ROWS = 5000
CHECKPOINT_S_MAX = 300


def due_at(group: int) -> int:
    """When the threads of a group are due: an hour apart."""
    return AT + DAYS * DAY_MS + group * HOUR_MS


def thread_with_reminder(firm_id: str, account_id: str, creator: Person, anchor_at: int, due: int) -> ThreadDoc:
    """A thread in which the firm wrote last, at `anchor_at`."""
    head = Head(seq=2, staff_messages=1, last_side="staff", last_staff_at=anchor_at)
    reminder = ReminderDoc(
        enabled=True, days=DAYS, number=1, anchor_at=anchor_at, heard_seq=2, verdict="due", next_due_at=due
    )
    return ThreadDoc(
        id=new_id(), firm_id=firm_id, account_id=account_id, subject="Papers", state="active", origin="manual",
        created_at=anchor_at, created_by=creator, last_message_at=anchor_at, updated_at=anchor_at, visible_at=anchor_at,
        firm_unread=0, has_unread=False, head=head, firm_read=Position(), contact_read=Position(),
        tasks_done=0, tasks_total=0, reminder=reminder,
    )  # fmt: skip


def due_threads(groups: int, per_group: int) -> World:
    """Everything about the threads that come due."""
    world = World()
    firm_id = add_firm(world, 0)
    author = Person(id=new_id(), side="staff", name="Maria Lind")
    for group in range(groups):
        for number in range(per_group):
            account_id, name = new_id(), f"{group}-{number}"
            add_account(world, firm_id, account_id, name, [])
            add_contact(world, firm_id, account_id, name, [], notify=True)
            anchor_at = AT + group * HOUR_MS
            thread = thread_with_reminder(firm_id, account_id, author, anchor_at, due_at(group))
            world.add("threads", thread)
            for stored in log(thread, author):
                world.add("events", stored)
    return world


def log(thread: ThreadDoc, author: Person) -> Iterator[Stored]:
    """The thread's beginning and the firm's message."""
    stream = thread_stream(thread.id)
    message = MessageSent(
        message_id=new_id(),
        client_message_id=new_id(),
        body=Body(content=[Paragraph(content=[Text(text="Please send us the papers.")])]),
    )
    happened: list[tuple[Event, Head]] = [
        (ThreadCreated(account_id=thread.account_id, subject=thread.subject), Head(seq=1)),
        (message, thread.head),
    ]
    for event, head in happened:
        yield Stored(
            id=event_id(stream, head.seq), stream=stream, firm_id=thread.firm_id, account_id=thread.account_id,
            at=thread.created_at, actor=author, event=event, totals=head,
        )  # fmt: skip


def waiting_rows(count: int) -> Iterator[list[dict[str, Any]]]:
    """The rows of threads that nobody has to be reminded of yet, some at a time."""
    author = Person(id=new_id(), side="staff", name="Maria Lind")
    row = to_document(thread_with_reminder(new_id(), new_id(), author, AT, FAR))
    for start in range(0, count, BATCH_ROWS):
        yield [
            row | {"_id": new_id(), "reminder": row["reminder"] | {"next_due_at": FAR + number}}
            for number in range(start, min(start + BATCH_ROWS, count))
        ]


async def write(mongo_url: str, database: str, threads: int, groups: int, per_group: int) -> None:
    """Fill an empty database with `threads` threads, of which `groups` × `per_group` come due."""
    mongo = Mongo(mongo_url, database)
    try:
        # Rows first and indexes after: a million take a third of the time.
        for batch in waiting_rows(threads - groups * per_group):
            await mongo.database["threads"].insert_many(batch, ordered=False)
        await migrate(mongo)
        for collection, documents in due_threads(groups, per_group).rows.items():
            for rows in batches(documents):
                await mongo.database[collection].insert_many(rows, ordered=False)
        with pymongo.timeout(CHECKPOINT_S_MAX):
            await mongo.client.admin.command("fsync")  # or the checkpoint of it all would run during the ticks
    finally:
        await mongo.close()
