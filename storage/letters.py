"""The outbox: letters that wait, are sent, or were given up (architecture 4).

A letter says to whom and about what; its words are made when it goes out, from what is true then. States:

    waiting ─claim→ claimed ─just before DATA→ sending ─250→ sent
       ↑ temporary fault │                        └─no answer→ unknown (reminders) or waiting again (everything else)
       └─────────────────┘      claimed → dropped (not true any more) or failed (refused for good, or tried too often)

One key is one letter, for ever; one waiting letter bundles what comes until it goes (EM-8).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from msgspec.structs import replace
from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from protocol.entities import Side
from protocol.wire import Email, Id, Ms
from storage.documents import Document, from_document, if_readable, readable, to_document
from storage.mongo import Mongo, Row, Session, write_all

UNREADABLE_ASIDE_MS: Final = 600_000
"""A letter of another version of the server is looked at again this often."""

LetterState = Literal["waiting", "claimed", "sending", "sent", "dropped", "failed", "unknown"]
LetterKind = Literal[
    "client_new_thread", "client_messages", "client_tasks", "client_reminder",
    "staff_activity", "staff_mention", "staff_assigned", "invitation", "password_reset",
]  # fmt: skip

WEIGHT: Final[Mapping[LetterKind, int]] = {
    "client_new_thread": 3, "client_messages": 2, "client_tasks": 1,
    "staff_mention": 3, "staff_assigned": 2, "staff_activity": 1,
}  # fmt: skip
"""Of the kinds that are bundled: a letter is of the weightiest kind of what has come into it, whichever came first."""


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


_About = tuple[Id | None, Id, bool]
"""Thread, person, and whether it is about internal messages."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The positions that a letter in the outbox tells of."""

    first: int
    last: int
    kind: LetterKind
    waits: bool

    def holds(self, letter: LetterDoc) -> bool:
        return self.first <= letter.first_seq and letter.last_seq <= self.last


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

        Letters of one person, thread and side come to the same in any order, together or one by one: one letter from the
        first position to the last, of the weightiest kind. What an earlier letter has told of is not told again.
        """
        if not letters:
            return
        stretches = await self._told(letters)
        fresh: dict[_About, list[LetterDoc]] = {}
        writes: list[UpdateOne] = []
        for letter in letters:
            telling = [stretch for stretch in stretches.get(_about(letter), ()) if stretch.holds(letter)]
            if not telling:
                fresh.setdefault(_about(letter), []).append(letter)
            elif any(stretch.waits and WEIGHT.get(stretch.kind, 0) < WEIGHT[letter.kind] for stretch in telling):
                writes.append(_weighing(letter))
        await write_all(self._rows, [*(_bundling(_together(some)) for some in fresh.values()), *writes])

    async def _told(self, letters: Sequence[LetterDoc]) -> dict[_About, list[_Stretch]]:
        """What each person has been told of each thread, or will be, as far as it matters for these letters."""
        lowest: dict[Id | None, int] = {}
        for letter in letters:
            lowest[letter.thread_id] = min(letter.first_seq, lowest.get(letter.thread_id, letter.first_seq))
        told: dict[_About, list[_Stretch]] = {}
        async for row in self._rows.find(
            {"$or": [{"thread_id": thread_id, "last_seq": {"$gte": seq}} for thread_id, seq in lowest.items()]},
            {"thread_id": 1, "person_id": 1, "internal": 1, "first_seq": 1, "last_seq": 1, "kind": 1, "state": 1},
        ):
            stretch = _Stretch(row.get("first_seq", 0), row["last_seq"], row["kind"], row["state"] == "waiting")
            told.setdefault((row["thread_id"], row["person_id"], row.get("internal", False)), []).append(stretch)
        return told

    async def claim(self, now: Ms, lease_ms: int, by: str) -> LetterDoc | None:
        """Take the letter that is due longest, for a time; nobody else gets it until the lease has run out.

        One that can't be read is put aside for a while.
        """
        while (row := await self._claimed(now, lease_ms, by)) is not None:
            letter = if_readable(row, LetterDoc)
            if letter is not None:
                return letter
            aside = {"state": "waiting", "due_at": now + UNREADABLE_ASIDE_MS}
            await self._rows.update_one({"_id": row["_id"], "claimed_by": by}, {"$set": aside})
        return None

    async def _claimed(self, now: Ms, lease_ms: int, by: str) -> Row | None:
        return await self._rows.find_one_and_update(
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
        return await readable(rows.limit(limit), LetterDoc)

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
        return await readable(self._rows.find({"thread_id": thread_id}).sort("_id", 1), LetterDoc)

    async def get(self, letter_id: Id) -> LetterDoc | None:
        """One letter."""
        row = await self._rows.find_one({"_id": letter_id})
        return from_document(row, LetterDoc) if row else None


def _about(letter: LetterDoc) -> _About:
    return letter.thread_id, letter.person_id, letter.internal


def _together(letters: Sequence[LetterDoc]) -> LetterDoc:
    """Letters about the same as the one letter that they come to."""
    return replace(
        max(letters, key=lambda letter: letter.last_seq),
        kind=max(letters, key=lambda letter: WEIGHT[letter.kind]).kind,
        first_seq=min(letter.first_seq for letter in letters),
    )


def _waiting(letter: LetterDoc) -> Row:
    """The letter that others about the same are added to."""
    return {
        "thread_id": letter.thread_id,
        "person_id": letter.person_id,
        "state": "waiting",
        "internal": letter.internal or {"$in": [None, False]},
        "kind": {"$nin": ["client_reminder"]},
    }


def _lighter(kind: LetterKind) -> list[LetterKind]:
    return [other for other, weight in WEIGHT.items() if weight < WEIGHT[kind]]


def _weighing(letter: LetterDoc) -> UpdateOne:
    """What a waiting letter tells of already makes it one of a weightier kind."""
    told = {"first_seq": {"$lte": letter.first_seq}, "last_seq": {"$gte": letter.last_seq}}
    return UpdateOne(
        _waiting(letter) | told | {"kind": {"$in": _lighter(letter.kind)}}, {"$set": {"kind": letter.kind}}
    )


def _bundling(letter: LetterDoc) -> UpdateOne:
    """A letter as a write that may be done twice: put in, or added to the one that waits."""
    first = to_document(letter) | {"about": f"{letter.thread_id}:{letter.person_id}:{'n' if letter.internal else 't'}"}
    new: Row = {"$eq": [{"$type": "$_id"}, "missing"]}
    update: Row = {name: {"$cond": [new, {"$literal": value}, f"${name}"]} for name, value in first.items()}
    heavier: Row = {"$or": [new, {"$in": ["$kind", _lighter(letter.kind)]}]}
    update |= {
        "kind": {"$cond": [heavier, letter.kind, "$kind"]},
        "first_seq": {"$min": ["$first_seq", letter.first_seq]},
        "last_seq": {"$max": ["$last_seq", letter.last_seq]},
    }
    return UpdateOne(_waiting(letter), [{"$set": update}], upsert=True)
