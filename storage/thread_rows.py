"""The threads' rows: how they are found and written. What a row says is in storage.threads.

Every write is either guarded by the log position that it stands for, so that it can be done twice and late (P9), or
part of the transaction that appends its event. Refuses to know who may see a thread.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec.structs import replace

from protocol.wire import Id, Ms
from storage.log.drafts import EVENTS, Stored, stored_from
from storage.marks import Reading
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import from_document, readable, to_document
from storage.mongo.of_firms import FirmRows, Write
from storage.mongo.together import Own, Together
from storage.threads import (
    THREADS,
    UNREAD_STAGE,
    Position,
    Projection,
    ReminderDoc,
    ThreadDoc,
    ThreadFacts,
    advanced,
    at_revision,
    looked_up,
    read_by,
)

FACTS_CACHED_MAX: Final = 50_000


class Threads:
    """The threads."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, THREADS)
        self._events = mongo.rows(EVENTS)
        self._facts: OrderedDict[Own, ThreadFacts] = OrderedDict()
        self._facts_by_id = Together("thread facts", self._read_facts)

    async def facts(self, firm_id: Id, thread_id: Id) -> ThreadFacts | None:
        """What never changes about a thread; kept in memory, so that sending a message reads nothing."""
        own = firm_id, thread_id
        facts = self._facts.get(own)
        if facts is not None:
            self._facts.move_to_end(own)
            return facts
        return await self._facts_by_id.get(own)

    async def facts_of(self, firm_id: Id, thread_ids: Iterable[Id]) -> dict[Id, ThreadFacts]:
        """The same for several threads: of those that there are."""
        wanted = {(firm_id, thread_id) for thread_id in thread_ids}
        known = {own: facts for own in wanted if (facts := self._facts.get(own)) is not None}
        found = known | await self._facts_by_id.many(wanted - known.keys())
        return {thread_id: facts for (_, thread_id), facts in found.items()}

    async def _read_facts(self, wanted: list[Own]) -> dict[Own, ThreadFacts]:
        query = {"_id": {"$in": [thread_id for _, thread_id in wanted]}}
        rows = self._rows.of_any(firm_id for firm_id, _ in wanted).find(query, {"firm_id": 1, "account_id": 1})
        found = {
            (row["firm_id"], row["_id"]): ThreadFacts(
                id=row["_id"], firm_id=row["firm_id"], account_id=row["account_id"]
            )
            async for row in rows
        }
        self._facts |= found
        while len(self._facts) > FACTS_CACHED_MAX:
            self._facts.popitem(last=False)
        return found

    async def add(self, thread: ThreadDoc, session: Session) -> None:
        """Store a new thread, in the transaction that appends its first events. Lets DuplicateKeyError out."""
        await self._rows.insert(to_document(thread), session=session)

    async def get(self, firm_id: Id, thread_id: Id, session: Session | None = None) -> ThreadDoc | None:
        """One thread."""
        row = await self._rows.of(firm_id).find_one({"_id": thread_id}, session=session)
        return from_document(row, ThreadDoc) if row else None

    async def many(self, firm_ids: Iterable[Id], thread_ids: Iterable[Id]) -> list[ThreadDoc]:
        """Several threads of some firms, in no particular order."""
        return await readable(self._rows.of_any(firm_ids).find({"_id": {"$in": list(thread_ids)}}), ThreadDoc)

    async def by_key(self, firm_id: Id, key: str) -> ThreadDoc | None:
        """The thread that a creation with this key made."""
        row = await self._rows.of(firm_id).find_one({"key": key})
        return from_document(row, ThreadDoc) if row else None

    async def change(
        self,
        firm_id: Id,
        thread_id: Id,
        fields: dict[str, Any],
        session: Session,
        appended: Sequence[Stored] = (),
    ) -> ThreadDoc | None:
        """Set fields (None removes one) in the transaction that appends the event for it; the thread as it is then.

        `appended` are the events of t: that this transaction has appended: the row is then true at the last of them,
        with the messages before them that nobody had projected yet.
        """
        if appended:
            fields = fields | await self._up_to(firm_id, thread_id, appended, session, fields)
        wanted = {name: value for name, value in fields.items() if value is not None}
        known: Row = {}
        if "subject" in wanted:
            thread = await self.get(firm_id, thread_id, session)
            known = {"found_by": thread.found_by if thread is not None else []}
        wanted |= looked_up(wanted | known)
        gone = {name: "" for name, value in fields.items() if value is None}
        update: Row = {}
        if wanted:
            update["$set"] = wanted
        if gone:
            update["$unset"] = gone
        row = await self._rows.of(firm_id).change_one({"_id": thread_id}, update, session=session)
        return from_document(row, ThreadDoc) if row else None

    async def _up_to(
        self, firm_id: Id, thread_id: Id, appended: Sequence[Stored], session: Session, changed: Row
    ) -> Row:
        """The fields that bring the row up to events that were appended in the transaction that changes some others."""
        thread = await self.get(firm_id, thread_id, session)
        if thread is None:
            return {}
        stream = appended[0].stream
        behind = self._events.find(
            {"_id": {"$gt": f"{stream}:{thread.head.seq:013d}", "$lt": appended[0].id}}, session=session
        )
        missed = [stored_from(row) async for row in behind] if appended[0].seq > thread.head.seq + 1 else []
        then = advanced(thread, [*missed, *appended])
        decide = {
            name: changed[name] for name in ("raised_at", "tasks_done", "tasks_total") if changed.get(name) is not None
        }
        document = to_document(replace(then, **decide))
        at = max(thread.visible_at, appended[-1].at)
        return {"updated_at": max(thread.updated_at, at), "visible_at": at} | {
            name: document.get(name)
            for name in (
                "head",
                "last",
                "last_seq",
                "last_message_at",
                "firm_unread",
                "has_unread",
                "unread_by",
                "turn_at",
            )
        }

    async def project(self, projections: Sequence[Projection], now: Ms, session: Session | None = None) -> bool:
        """Bring the rows of threads up to their logs, as often as need be (P9), in one command. False where a row was to
        get a reminder and has another one by now than was seen: that one is left alone, the others are done."""
        if not projections:
            return True
        if session is not None:
            # A write that is refused would end the transaction.
            writes = [self._projecting(one, now) for one in projections]
            return (await self._rows.write(writes, session=session)).matched_count == len(projections)
        writes = [self._projecting_as_seen(one, now) for one in projections]
        matched, refused = await self._rows.write_as_seen(writes)
        if refused:
            # Somebody has written these meanwhile.
            writes = [self._projecting(projections[place], now) for place in refused]
            matched += (await self._rows.write(writes)).matched_count
        return matched == len(projections)

    def _projecting(self, one: Projection, now: Ms) -> Write:
        return self._rows.of(one.firm_id).write(one.unchanged, one.stages(now))

    def _projecting_as_seen(self, one: Projection, now: Ms) -> Write:
        if one.seen is None or one.reminder is not None:
            return self._projecting(one, now)
        fields = one.worked_out(one.seen.thread, now)
        return self._rows.of(one.firm_id).write_seen(one.thread_id, fields, one.seen.stored)

    async def firm_read(self, firm_id: Id, thread_id: Id, position: Position, now: Ms) -> ThreadDoc | None:
        """Move the firm's shared position forward (RD-1); the thread as it is then, or None if it already was there."""
        moved: Row = {"updated_at": {"$max": ["$updated_at", now]}}
        behind = {"firm_read.seq": {"$not": {"$gte": position.seq}}}
        return await self._read(firm_id, thread_id, behind, _literals({"firm_read": to_document(position)}) | moved)

    async def contact_read(self, reading: Reading, now: Ms) -> ThreadDoc | None:
        """Move a contact's own position forward, and the contacts' furthest with it (RD-3); likewise."""
        moved: Row = {name: {"$max": [f"${name}", now]} for name in ("updated_at", "visible_at")}
        behind = {"$or": [
            {"contact_read.seq": {"$not": {"$gte": reading.seq}}},
            {f"readers.{reading.person.id}": {"$not": {"$gte": reading.messages}}},
        ]}  # fmt: skip
        return await self._read(reading.firm_id, reading.thread_id, behind, read_by([reading], now) | moved)

    async def _read(self, firm_id: Id, thread_id: Id, behind: Row, fields: Row) -> ThreadDoc | None:
        stages = [{"$set": fields}, UNREAD_STAGE]
        row = await self._rows.of(firm_id).change_one({"_id": thread_id, **behind}, stages)
        return from_document(row, ThreadDoc) if row else None

    async def let_read(
        self,
        firm_id: Id,
        account_id: Id,
        thread_ids: Sequence[Id],
        contact_ids: Sequence[Id],
        found_by: Sequence[str],
    ) -> None:
        """Contacts who have joined an account have all of its threads to read, and these are found by their names; who was
        there keeps what they have."""
        if not contact_ids:
            return
        readers = {f"readers.{contact}": {"$ifNull": [f"$readers.{contact}", 0]} for contact in contact_ids}
        query: Row = {"_id": {"$in": list(thread_ids)}, "account_id": account_id}
        missing: list[Row] = [{f"readers.{contact}": {"$exists": False}} for contact in contact_ids]
        missing.append({"found_by": {"$not": {"$all": list(found_by)}}})
        words = {
            name: {"$setUnion": [{"$ifNull": [f"${name}", []]}, {"$literal": list(found_by)}]}
            for name in ("found_by", "words")
        }
        own = self._rows.of(firm_id)
        await own.update_many({**query, "$or": missing}, [{"$set": readers | words}, UNREAD_STAGE])

    async def find(self, firm_id: Id, query: Row, sort: list[tuple[str, int]], limit: int) -> list[ThreadDoc]:
        """A firm's threads by an indexed query."""
        cursor = self._rows.of(firm_id).find(query).sort(sort).limit(limit)
        return await readable(cursor, ThreadDoc)

    async def ids(self, firm_id: Id, query: Row, limit: int) -> list[Id]:
        """The ids of a firm's threads by an indexed query, ascending: also of those that can't be read."""
        rows = self._rows.of(firm_id).find(query, {"_id": 1}).sort("_id", 1).limit(limit)
        return [row["_id"] async for row in rows]

    async def unread(self, firm_id: Id, query: Row, contact_id: Id | None, most: int = 1000) -> tuple[int, int]:
        """Of a firm's threads by an indexed query, at most `most`: how many hold something unread, and how many messages
        that is in all, for the firm or for one of the contacts (RD-2)."""
        written = {"$ifNull": ["$head.staff_messages", 0]}
        messages: Any = "$firm_unread"
        if contact_id is not None:
            messages = {"$max": [0, {"$subtract": [written, {"$ifNull": [f"$readers.{contact_id}", 0]}]}]}
        stages: list[Row] = [
            {"$match": query},
            {"$limit": most},
            {"$project": {"messages": messages}},
            {"$group": {
                "_id": None,
                "threads": {"$sum": {"$cond": [{"$gt": ["$messages", 0]}, 1, 0]}},
                "messages": {"$sum": "$messages"},
            }},
        ]  # fmt: skip
        rows = [row async for row in await self._rows.of(firm_id).aggregate(stages)]
        return (rows[0]["threads"], rows[0]["messages"]) if rows else (0, 0)

    async def count(self, firm_id: Id, query: Row, most: int = 1000) -> int:
        """How many of a firm's threads match, counted up to `most`."""
        return await self._rows.of(firm_id).count(query, most)

    async def save_reminder(
        self, firm_id: Id, thread_id: Id, reminder: ReminderDoc, revision: int, session: Session | None = None
    ) -> bool:
        """Replace the reminder state if it still is at `revision`; False when somebody else was faster."""
        return await self.save_reminders(firm_id, [(thread_id, reminder, revision)], session)

    async def save_reminders(
        self, firm_id: Id, changes: Sequence[tuple[Id, ReminderDoc, int]], session: Session | None = None
    ) -> bool:
        """The same for several threads; False when somebody else was faster with one of them."""
        own = self._rows.of(firm_id)
        answer = await self._rows.write(
            [
                own.write(
                    {"_id": thread_id, **at_revision(revision)},
                    {"$set": {"reminder": to_document(reminder) | {"revision": revision + 1}}},
                )
                for thread_id, reminder, revision in changes
            ],
            session=session,
        )
        return answer.matched_count == len(changes)

    async def due(self, now: Ms, limit: int, but: Sequence[Id] = ()) -> list[ThreadDoc]:
        """Threads whose reminder is due, the longest overdue first, but for some."""
        return await self._due_by("reminder.next_due_at", now, limit, but)

    async def exhausted(self, now: Ms, limit: int, but: Sequence[Id] = ()) -> list[ThreadDoc]:
        """The same of those in which it is time for what follows the last reminder."""
        return await self._due_by("reminder.after_at", now, limit, but)

    async def _due_by(self, field: str, now: Ms, limit: int, but: Sequence[Id]) -> list[ThreadDoc]:
        others: Row = {"_id": {"$nin": list(but)}} if but else {}
        cursor = self._rows.across("sweep").find({field: {"$lte": now}} | others)
        return await readable(cursor.sort(field, 1).limit(limit), ThreadDoc)


def _literals(fields: Row) -> Row:
    """Values for a pipeline update, where a text with a dollar sign would otherwise be taken for a field's name."""
    return {name: {"$literal": value} for name, value in fields.items()}
