"""The outbox: letters that wait, are sent, or were given up (architecture 4).

A letter says to whom and about what; its words are made when it goes out, from what is true then. States:

    waiting ─claim→ claimed ─just before DATA→ sending ─250→ sent
       ↑ temporary fault │                        └─no answer→ unknown (reminders) or waiting again (everything else)
       └─────────────────┘      claimed → dropped (not true any more) or failed (refused for good, or tried too often)

One key is one letter, for ever; one waiting letter bundles what comes until it goes (EM-8).
"""

from collections.abc import Sequence
from typing import Any, Final, Literal

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from protocol.entities import Side
from protocol.wire import Email, Id, Ms
from storage.documents import Document, from_document, to_document
from storage.mongo import Mongo, Row, Session, write_all

LetterState = Literal["waiting", "claimed", "sending", "sent", "dropped", "failed", "unknown"]
LetterKind = Literal[
    "client_new_thread", "client_messages", "client_tasks", "client_reminder",
    "staff_activity", "staff_mention", "staff_assigned", "invitation", "password_reset",
]  # fmt: skip

STRONGER: Final = frozenset[LetterKind]({"staff_mention", "staff_assigned"})
"""Kinds that a letter keeps, whatever else comes into it."""


class LetterDoc(Document):
    """A letter to one person."""

    id: Id
    key: str
    firm_id: Id
    kind: LetterKind
    side: Side
    person_id: Id
    email: Email
    created_at: Ms
    due_at: Ms
    state: LetterState
    account_id: Id | None = None
    thread_id: Id | None = None
    first_seq: int = 0
    last_seq: int = 0
    """The positions in t: (or n:, for staff) that the letter tells of."""
    internal: bool = False
    about: str | None = None
    """Of a letter that others are bundled into, until it is first claimed: its person and thread. There is one."""
    manual: bool = False
    cycle: int = 0
    number: int = 0
    """Of a reminder: its place (RM-16)."""
    secret: str | None = None
    """Of an invitation or a new password: what its link carries. Removed as soon as the letter has gone."""
    attempts: int = 0
    lease_until: Ms | None = None
    claimed_by: str | None = None
    sent_at: Ms | None = None
    error: str | None = None


class Letters:
    """The outbox."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.rows("letters")

    async def add(self, letter: LetterDoc, session: Session | None = None) -> bool:
        """Put a letter into the outbox; False when its key was used before; in a transaction, an error."""
        try:
            await self._rows.insert_one(to_document(letter), session=session)
        except DuplicateKeyError:
            if session is not None:
                raise
            return False
        return True

    async def bundle(self, letters: Sequence[LetterDoc]) -> None:
        """Add each to the letter that its person already waits for about its thread, or put it in; in two commands.

        Does nothing for a position that an earlier letter has told of. A mention or an assignment among other news
        makes the waiting letter one of its kind, whichever came first.
        """
        if not letters:
            return
        told = await self._told(letters)
        await write_all(
            self._rows,
            [
                write
                for letter in letters
                if (write := _bundling(letter, told.get(_about(letter), 0) >= letter.last_seq)) is not None
            ],
        )

    async def _told(self, letters: Sequence[LetterDoc]) -> dict[tuple[Id | None, Id, bool], int]:
        """Up to where each person has been told of each thread, as far as it matters for these letters."""
        lowest: dict[Id | None, int] = {}
        for letter in letters:
            lowest[letter.thread_id] = min(letter.last_seq, lowest.get(letter.thread_id, letter.last_seq))
        told: dict[tuple[Id | None, Id, bool], int] = {}
        async for row in self._rows.find(
            {"$or": [{"thread_id": thread_id, "last_seq": {"$gte": seq}} for thread_id, seq in lowest.items()]},
            {"thread_id": 1, "person_id": 1, "internal": 1, "last_seq": 1},
        ):
            about = (row["thread_id"], row["person_id"], row.get("internal", False))
            told[about] = max(row["last_seq"], told.get(about, 0))
        return told

    async def claim(self, now: Ms, lease_ms: int, by: str) -> LetterDoc | None:
        """Take the letter that is due longest, for a time; nobody else gets it until the lease has run out."""
        row = await self._rows.find_one_and_update(
            {
                "$or": [
                    {"state": "waiting", "due_at": {"$lte": now}},
                    {"state": "claimed", "lease_until": {"$lte": now}, "due_at": {"$lte": now}},
                ]
            },
            {
                "$set": {"state": "claimed", "lease_until": now + lease_ms, "claimed_by": by},
                "$inc": {"attempts": 1},
                "$unset": {"about": ""},
            },
            sort=[("due_at", 1)],
            return_document=True,
        )
        return from_document(row, LetterDoc) if row else None

    async def move(self, letter: LetterDoc, by: str, state: LetterState, fields: dict[str, Any] | None = None) -> bool:
        """Bring a claimed letter into another state; False when the claim was lost to somebody else meanwhile."""
        update: Row = {"$set": {"state": state, **(fields or {})}}
        if state in ("sent", "failed", "dropped", "unknown"):
            update["$unset"] = {"secret": ""}
        answer = await self._rows.update_one(
            {"_id": letter.id, "claimed_by": by, "state": {"$in": ["claimed", "sending"]}}, update
        )
        return answer.matched_count == 1

    async def stuck(self, now: Ms, limit: int) -> list[LetterDoc]:
        """Letters whose sender died between DATA and the answer: their lease has run out in the state `sending`."""
        rows = self._rows.find({"state": "sending", "lease_until": {"$lte": now}, "due_at": {"$lte": now}})
        return [from_document(row, LetterDoc) async for row in rows.limit(limit)]

    async def resolve_stuck(self, letter: LetterDoc, state: LetterState) -> bool:
        """Decide about a stuck letter; False when somebody else did."""
        answer = await self._rows.update_one(
            {"_id": letter.id, "state": "sending", "lease_until": letter.lease_until}, {"$set": {"state": state}}
        )
        return answer.matched_count == 1

    async def sent_since(self, thread_id: Id, person_id: Id, since: Ms) -> list[Ms]:
        """When letters about a thread went to somebody after a time, oldest first (EM-8's four an hour)."""
        rows = self._rows.find(
            {"thread_id": thread_id, "person_id": person_id, "state": "sent", "sent_at": {"$gt": since}},
            {"sent_at": 1},
        )
        return sorted([row["sent_at"] async for row in rows])

    async def of_thread(self, thread_id: Id) -> list[LetterDoc]:
        """Every letter about a thread."""
        return [from_document(row, LetterDoc) async for row in self._rows.find({"thread_id": thread_id}).sort("_id", 1)]

    async def get(self, letter_id: Id) -> LetterDoc | None:
        """One letter."""
        row = await self._rows.find_one({"_id": letter_id})
        return from_document(row, LetterDoc) if row else None


def _about(letter: LetterDoc) -> tuple[Id | None, Id, bool]:
    return letter.thread_id, letter.person_id, letter.internal


def _bundling(letter: LetterDoc, told: bool) -> UpdateOne | None:
    """A letter as a write that may be done twice; None when there is nothing to write."""
    stronger: Row = {"$set": {"kind": letter.kind}} if letter.kind in STRONGER else {}
    of_thread = {"thread_id": letter.thread_id, "person_id": letter.person_id, "state": "waiting"}
    if told:
        return UpdateOne(of_thread, stronger) if stronger else None
    of_side = {"internal": letter.internal or {"$in": [None, False]}, "kind": {"$nin": ["client_reminder"]}}
    first = to_document(letter) | {"about": f"{letter.thread_id}:{letter.person_id}:{'n' if letter.internal else 't'}"}
    for name in ("last_seq", *of_thread, *(("internal",) if letter.internal else ()), *(("kind",) if stronger else ())):
        del first[name]
    update = {"$max": {"last_seq": letter.last_seq}, "$setOnInsert": first, **stronger}
    return UpdateOne(of_thread | of_side, update, upsert=True)
