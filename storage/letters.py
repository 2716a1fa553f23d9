"""The outbox: letters that wait, are sent, or were given up (architecture 4).

A letter says to whom and about what; its words are made when it goes out, from what is true then. States:

    waiting ─claim→ claimed ─354→ sending ─250→ sent
       ↑ not now      │              └─no answer→ unknown (reminders) or waiting again (everything else)
       └──────────────┘   claimed → dropped (not true any more) or failed (refused for good, or too old)

A claim holds for a lease, by the clock that all schedulers share, and is renewed while its owner is at work: a short one
before the letter is handed over, since a claim that was lost is noticed then, and one that is longer than any mail server
may take to answer afterwards, since nobody could tell.

One key is one letter, for ever; one waiting letter bundles what comes until it goes (EM-8). What became of a letter stands
in it, with the mail server's own words, and is marked as untold until those have heard of it who are to (P9).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, get_args

from msgspec.structs import replace
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from protocol.people import Side
from protocol.wire import Email, Id, Ms, Wire
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import Document, from_document, if_readable, newer, readable, to_document
from storage.mongo.of_firms import FirmRows, Write
from storage.reminders import reminder_key

CALM_MAX_MS: Final = 900_000
"""So long a letter waits at most for colleagues to come to an end with what they are doing."""
UNREADABLE_ASIDE_MS: Final = 600_000
"""A letter of another version of the server is looked at again this often."""

LetterState = Literal["waiting", "claimed", "sending", "sent", "dropped", "failed", "unknown"]
LetterKind = Literal[
    "client_new_thread", "client_messages", "client_tasks", "client_reminder",
    "staff_activity", "staff_mention", "staff_assigned", "staff_documents", "invitation", "password_reset", "copy",
]  # fmt: skip
"""A `copy` is the firm's blind copy of a letter that was handed over (EM-3): a letter with a fate of its own."""

Outcome = Literal["waiting", "sent", "dropped", "failed", "unknown"]
"""What can become of a letter that was taken up; `waiting` is for now, the others are for good."""
Whose = Literal["relay", "recipient", "letter"]

WEIGHT: Final[Mapping[LetterKind, int]] = {
    "client_new_thread": 3, "client_messages": 2, "client_tasks": 1,
    "staff_mention": 3, "staff_assigned": 2, "staff_activity": 1, "staff_documents": 1,
}  # fmt: skip
"""Of the kinds that are bundled: a letter is of the weightiest kind of what has come into it, whichever came first."""


class ServerWords(Wire):
    """What the mail server said to a letter, or what became of the connection to it. One line, of bounded length."""

    text: str
    code: int = 0
    """Of the reply (RFC 5321); 0 when there was none."""
    enhanced: str = ""
    """Such as 5.1.1 (RFC 3463); empty when the server gave none."""
    whose: Whose | None = None
    """Of a refusal: who is at fault. `relay` has nothing to do with the letter or its recipient."""


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
    """Of a letter about an account's documents: the place of their entry in inboxes."""
    by: Id | None = None
    """Of an invitation: the member of staff who sent it."""
    first_seq: int = 0
    last_seq: int = 0
    """The positions in t: (or n:, for staff) that the letter tells of."""
    internal: bool = False
    about: str | None = None
    """Of a letter that others are bundled into, until it is first claimed: its person and thread. There is one."""
    calm_until: Ms | None = None
    """Of a letter to staff: when what colleagues do, calling on nobody, will have paused for long enough."""
    wanted_at: Ms | None = None
    """Likewise: when it is to go for the first thing in it that does call on its reader. The earlier of the two counts."""
    manual: bool = False
    cycle: int = 0
    number: int = 0
    """Of a reminder: its place (RM-16)."""
    secret: str | None = None
    """Of an invitation, a new password, or a letter to who has not activated: what its link carries. Removed as soon as
    the letter has gone."""
    mail: str | None = None
    """Of a copy: what the other one's reader got, to the byte. Removed once it has gone; kept for a while if it failed."""
    attempts: int = 0
    """How often somebody has taken it up."""
    tries: int = 0
    """How often it was put off for its own sake, or its recipient's."""
    lease_until: Ms | None = None
    claimed_by: str | None = None
    sent_at: Ms | None = None
    """When the mail server took it: handed over, which isn't "delivered"."""
    error: str | None = None
    """Our own reason, where there is one: why it was dropped or put off, or what went wrong with it."""
    said: ServerWords | None = None
    """The server's, of the last time that it was asked."""
    refused_at: Ms | None = None
    """Since when the mail server has refused it at the last dot, while it may be the server's own fault."""
    decided_at: Ms | None = None
    """When what `state` says became of it."""
    untold_at: Ms | None = None
    """Since when those who are to hear of that have not."""
    once_failed: bool = False
    """It has been given up before: whoever was told so is to hear what becomes of it now."""
    NEWER: ClassVar = (newer("state", LetterState, "unknown"), newer("said.whose", Whose, None))
    """Its reader may have it, then: no reminder goes again for it. Nobody takes it up, since that asks for states."""


LETTERS: Final = OfFirms(
    "letters",
    IndexModel("key", unique=True),
    IndexModel("about", unique=True, partialFilterExpression={"about": {"$exists": True}}),
    IndexModel([("state", 1), ("due_at", 1)]),
    IndexModel([("thread_id", 1), ("state", 1), ("person_id", 1)]),
    IndexModel([("thread_id", 1), ("last_seq", 1)]),
    IndexModel("untold_at", partialFilterExpression={"untold_at": {"$exists": True}}),
)

TOLD_FIELDS: Final = (
    "thread_id", "person_id", "internal", "first_seq", "last_seq", "kind", "state", "wanted_at",
    "calm_until",
)  # fmt: skip
_About = tuple[Id | None, Id, bool]
"""Thread, person, and whether it is about internal messages."""
Told = Mapping[_About, Sequence["Stretch"]]
"""What each person has been told of each thread, or will be."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The positions that a letter in the outbox tells of."""

    first: int
    last: int
    kind: LetterKind
    wanted_at: Ms | None
    calm_until: Ms | None
    waits: bool

    def holds(self, letter: LetterDoc) -> bool:
        return self.first <= letter.first_seq and letter.last_seq <= self.last

    def outweighed(self, letter: LetterDoc) -> bool:
        """Whether something that it tells of makes it another kind of letter."""
        sooner = letter.wanted_at is not None and (self.wanted_at is None or letter.wanted_at < self.wanted_at)
        later = letter.calm_until is not None and letter.calm_until > (self.calm_until or 0)
        return self.waits and (sooner or later or WEIGHT.get(self.kind, 0) < WEIGHT[letter.kind])


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is still to go."""

    by_state: dict[LetterState, int]
    due_since: Ms | None
    """When the letter that is due longest came due; None while none is."""


class Letters:
    """The outbox."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._rows = FirmRows(mongo, LETTERS)

    async def add(self, letter: LetterDoc, session: Session | None = None) -> bool:
        """Put a letter into the outbox; False when its key was used before; in a transaction, an error."""
        try:
            await self._rows.insert(to_document(letter), session=session)
        except DuplicateKeyError:
            if session is not None:
                raise
            return False
        return True

    async def bundle(self, letters: Sequence[LetterDoc], told: Told | None = None) -> None:
        """Add each to the letter that its person already waits for about its thread, or put it in, in one command.

        Letters of one person, thread and side come to the same in any order, together or one by one: one letter from the
        first position to the last, of the weightiest kind. What an earlier letter has told of is not told again. `told`:
        what earlier letters tell of these threads, from the first of these positions on; read here by who doesn't know it.
        """
        if not letters:
            return
        stretches = told if told is not None else await self._told(letters)
        fresh: dict[_About, list[LetterDoc]] = {}
        writes: list[Write] = []
        for letter in letters:
            telling = [stretch for stretch in stretches.get(_about(letter), ()) if stretch.holds(letter)]
            if not telling:
                fresh.setdefault(_about(letter), []).append(letter)
            elif any(stretch.outweighed(letter) for stretch in telling):
                writes.append(self._weighing(letter))
        await self._rows.write_all([*(self._bundling(_together(some)) for some in fresh.values()), *writes])

    async def _told(self, letters: Sequence[LetterDoc]) -> Told:
        lowest: dict[Id | None, int] = {}
        for letter in letters:
            lowest[letter.thread_id] = min(letter.first_seq, lowest.get(letter.thread_id, letter.first_seq))
        after = [{"thread_id": thread_id, "last_seq": {"$gte": seq}} for thread_id, seq in lowest.items()]
        own = self._rows.of_any(letter.firm_id for letter in letters)
        return told_in([row async for row in own.find({"$or": after}, dict.fromkeys(TOLD_FIELDS, 1))])

    async def claim(
        self,
        now: Ms,
        lease_ms: int,
        by: str,
        *,
        kinds: Sequence[LetterKind] | None = None,
        created_before: Ms | None = None,
    ) -> LetterDoc | None:
        """Take the letter that is due longest, for a time; nobody else gets it until the lease has run out.

        One that can't be read is put aside for a while.
        """
        only: Row = {} if created_before is None else {"created_at": {"$lte": created_before}}
        only |= {} if kinds is None else {"kind": {"$in": list(kinds)}}
        while (row := await self._claimed(now, lease_ms, by, only)) is not None:
            letter = if_readable(row, LetterDoc)
            if letter is not None:
                return letter
            aside = {"state": "waiting", "due_at": now + UNREADABLE_ASIDE_MS}
            await self._rows.across("sweep").update_one({"_id": row["_id"], "claimed_by": by}, {"$set": aside})
        return None

    async def claim_to_try(self, now: Ms, lease_ms: int, by: str) -> LetterDoc | None:
        """Take a letter to see whether the mail server takes any: of those that are due the one that was tried least, and
        of these the latest, so that what it refuses one after the other doesn't stand before what it would take."""
        due = {"state": "waiting", "due_at": {"$lte": now}}
        # By itself, so that only ids are sorted, however much the letters carry.
        row = await self._rows.across("sweep").find_one(due, {"_id": 1}, sort=[("attempts", 1), ("_id", -1)])
        if row is None:
            return await self.claim(now, lease_ms, by)  # perhaps one whose sender has died
        found = await self._claimed(now, lease_ms, by, only={"_id": row["_id"]})
        return if_readable(found, LetterDoc) if found is not None else None

    async def _claimed(self, now: Ms, lease_ms: int, by: str, only: Row) -> Row | None:
        return await self._rows.across("sweep").find_one_and_update(
            {
                "$or": [
                    {"state": "waiting", "due_at": {"$lte": now}, **only},
                    {"state": "claimed", "lease_until": {"$lte": now}, "due_at": {"$lte": now}, **only},
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

    async def renew(self, by: Sequence[str], state: LetterState, until: Ms) -> None:
        """Make claims that are still theirs hold for longer."""
        await self._rows.across("sweep").update_many(
            {"state": state, "claimed_by": {"$in": list(by)}}, {"$set": {"lease_until": until}}
        )

    async def release(self, letter: LetterDoc) -> None:
        """Give a claimed letter back as it was."""
        await self._rows.of(letter.firm_id).update_one(
            {"_id": letter.id, "claimed_by": letter.claimed_by, "state": "claimed"},
            {"$set": {"state": "waiting"}, "$unset": {"lease_until": ""}},
        )

    async def begin(self, letter: LetterDoc, until: Ms) -> bool:
        """Note that a claimed letter is about to go out; False when the claim was lost to somebody else meanwhile."""
        answer = await self._rows.of(letter.firm_id).update_one(
            {"_id": letter.id, "claimed_by": letter.claimed_by, "state": "claimed"},
            {"$set": {"state": "sending", "lease_until": until}},
        )
        return answer.matched_count == 1

    async def decide(
        self,
        letter: LetterDoc,
        state: Outcome,
        now: Ms,
        *,
        said: ServerWords | None = None,
        error: str | None = None,
        due_at: Ms | None = None,
        tries: int = 0,
        copy: LetterDoc | None = None,
        lapsed: bool = False,
        refused_at: Ms | None = None,
    ) -> LetterDoc | None:
        """Keep what became of a letter for whoever claimed it; as it now stands, or None when the claim was lost.

        That a letter was taken is true however late it is heard: it is kept unless somebody else has taken up the letter
        since, or more has come into it. `tries` is what is added to them. `lapsed`: it is somebody else's, whose
        lease has run out, unless they have renewed it meanwhile. It is marked as untold: see `told`.
        A `copy` is put in with it or not at all, and once.
        """
        fields: Row = {"state": state, "decided_at": now, "untold_at": now}
        fields |= {"said": to_document(said)} if said is not None else {}
        fields |= {"error": error} if error is not None else {}
        fields |= {"due_at": due_at} if due_at is not None else {}
        fields |= {"refused_at": refused_at} if refused_at is not None else {}
        fields |= {"once_failed": True} if state == "failed" else {}
        gone: Row = {"lease_until": ""}
        if state == "sent":
            fields["sent_at"] = now
        if state != "waiting":
            gone |= {"secret": ""} if state == "failed" else {"secret": "", "mail": ""}
        mine: Row = {"_id": letter.id, "claimed_by": letter.claimed_by, "state": {"$in": ["claimed", "sending"]}}
        if lapsed:
            mine["lease_until"] = letter.lease_until
        if state == "sent":
            mine |= {
                "state": {"$in": ["sending", "unknown", "waiting"]},
                "last_seq": letter.last_seq or {"$in": [0, None]},
            }
        change = {"$set": fields, "$unset": gone, "$inc": {"tries": tries}}

        async def write(session: Session | None) -> Row | None:
            own = self._rows.of(letter.firm_id)
            row = await own.change_one(mine, change, session=session)
            if row is not None and copy is not None:
                put = {"$setOnInsert": to_document(copy)}
                await own.update_one({"key": copy.key}, put, upsert=True, session=session)
            return row

        row = await (write(None) if copy is None else self._mongo.transact(write))
        return from_document(row, LetterDoc) if row is not None else None

    async def keep_secret(self, letter: LetterDoc, secret: str) -> None:
        """Keep what the link in a claimed letter carries, until it has gone: another try is to be the same letter."""
        mine: Row = {"_id": letter.id, "claimed_by": letter.claimed_by, "state": "claimed"}
        await self._rows.of(letter.firm_id).update_one(mine, {"$set": {"secret": secret}})

    async def told(self, letter: LetterDoc) -> None:
        """Those who are to hear what became of a letter have, unless something else has become of it since."""
        same: Row = {"_id": letter.id, "decided_at": letter.decided_at, "state": letter.state}
        await self._rows.of(letter.firm_id).update_one(same, {"$unset": {"untold_at": ""}})

    async def untold(self, before: Ms, limit: int, but: Sequence[Id] = ()) -> list[LetterDoc]:
        """Letters of which nobody has been told since before a time, oldest first."""
        # Those of a newer build are for its schedulers, and may not stand before the others here.
        mine: Row = {"untold_at": {"$lte": before}, "_id": {"$nin": list(but)}, "kind": {"$in": get_args(LetterKind)}}
        rows = self._rows.across("sweep").find(mine).sort("untold_at", 1)
        return await readable(rows.limit(limit), LetterDoc)

    async def retry(self, firm_id: Id, letter_id: Id, now: Ms, session: Session) -> LetterDoc | None:
        """A letter that was given up waits again, as if it were new; None for any other. It is marked as untold: see
        `told`."""
        query = {"_id": letter_id, "state": "failed"}
        row = await self._rows.of(firm_id).change_one(query, once_more(now), session=session)
        return from_document(row, LetterDoc) if row else None

    async def stuck(self, now: Ms, limit: int) -> list[LetterDoc]:
        """Letters whose sender died between DATA and the answer: their lease has run out in the state `sending`."""
        rows = self._rows.across("sweep").find(
            {"state": "sending", "lease_until": {"$lte": now}, "due_at": {"$lte": now}}
        )
        return await readable(rows.limit(limit), LetterDoc)

    async def sent_since(self, firm_id: Id, thread_id: Id, person_id: Id, since: Ms) -> list[Ms]:
        """When letters about a thread went to somebody after a time, oldest first (EM-8's four an hour)."""
        rows = self._rows.of(firm_id).find(
            {"thread_id": thread_id, "person_id": person_id, "state": "sent", "sent_at": {"$gt": since}},
            {"sent_at": 1},
        )
        return sorted([row["sent_at"] async for row in rows])

    async def backlog(self, now: Ms) -> Backlog:
        """How many letters are still to go, and since when one should have gone."""
        states: tuple[LetterState, ...] = ("waiting", "claimed", "sending")
        by_state = {state: await self._rows.across("sweep").count_documents({"state": state}) for state in states}
        due = {"state": {"$in": ["waiting", "claimed"]}, "due_at": {"$lte": now}}
        oldest = await self._rows.across("sweep").find_one(due, {"due_at": 1}, sort=[("due_at", 1)])
        return Backlog(by_state, oldest["due_at"] if oldest else None)

    async def firms_waiting(self, due: Ms, but: Sequence[Id]) -> list[Id]:
        """The firms with letters that wait and are due by a time, without some."""
        query = {"state": "waiting", "due_at": {"$lte": due}, "firm_id": {"$nin": list(but)}}
        return list(await self._rows.across("sweep").distinct("firm_id", query))

    async def of_thread(self, firm_id: Id, thread_id: Id) -> list[LetterDoc]:
        """Every letter about a thread."""
        return await readable(self._rows.of(firm_id).find({"thread_id": thread_id}).sort("_id", 1), LetterDoc)

    async def of_reminder(self, firm_id: Id, row_id: str) -> list[LetterDoc]:
        """The letters of a reminder, oldest first."""
        prefix = f"^{re.escape(reminder_key(row_id, ''))}"
        rows = self._rows.of(firm_id).find({"key": {"$regex": prefix}})
        return await readable(rows.sort("_id", 1), LetterDoc)

    async def get(self, firm_id: Id, letter_id: Id) -> LetterDoc | None:
        """One letter."""
        row = await self._rows.of(firm_id).find_one({"_id": letter_id})
        return from_document(row, LetterDoc) if row else None

    def _weighing(self, letter: LetterDoc) -> Write:
        """What a waiting letter tells of already makes it one of a weightier kind, or moves its time."""
        told = {"first_seq": {"$lte": letter.first_seq}, "last_seq": {"$gte": letter.last_seq}}
        update: Row = {
            "kind": {"$cond": [{"$in": ["$kind", _lighter(letter.kind)]}, letter.kind, "$kind"]},
            **_times(letter),
        }
        return self._rows.of(letter.firm_id).write(_waiting(letter) | told, [{"$set": update}])

    def _bundling(self, letter: LetterDoc) -> Write:
        """A letter as a write that may be done twice: put in, or added to the one that waits."""
        about = f"{letter.thread_id}:{letter.person_id}:{'n' if letter.internal else 't'}"
        first = to_document(letter) | {"about": about}
        new: Row = {"$eq": [{"$type": "$_id"}, "missing"]}
        update: Row = {name: {"$cond": [new, {"$literal": value}, f"${name}"]} for name, value in first.items()}
        heavier: Row = {"$or": [new, {"$in": ["$kind", _lighter(letter.kind)]}]}
        update |= {
            "kind": {"$cond": [heavier, letter.kind, "$kind"]},
            "first_seq": {"$min": ["$first_seq", letter.first_seq]},
            "last_seq": {"$max": ["$last_seq", letter.last_seq]},
            **_times(letter),
        }
        return self._rows.of(letter.firm_id).write(_waiting(letter), [{"$set": update}], upsert=True)


def once_more(now: Ms) -> Row:
    """The update after which a letter that was given up waits as if it were new, untold."""
    fields: Row = dict.fromkeys(("created_at", "due_at", "decided_at", "untold_at"), now)
    fields |= {"state": "waiting", "tries": 0, "once_failed": True}
    return {"$set": fields, "$unset": {"said": "", "error": "", "claimed_by": "", "refused_at": ""}}


def told_in(rows: Iterable[Row]) -> Told:
    """What these letters tell of, by TOLD_FIELDS."""
    told: dict[_About, list[Stretch]] = {}
    for row in rows:
        stretch = Stretch(
            row.get("first_seq", 0), row["last_seq"], row["kind"], row.get("wanted_at"), row.get("calm_until"),
            row["state"] == "waiting",
        )  # fmt: skip
        told.setdefault((row["thread_id"], row["person_id"], row.get("internal", False)), []).append(stretch)
    return told


def _about(letter: LetterDoc) -> _About:
    return letter.thread_id, letter.person_id, letter.internal


def _together(letters: Sequence[LetterDoc]) -> LetterDoc:
    """Letters about the same as the one letter that they come to."""
    return replace(
        max(letters, key=lambda letter: letter.last_seq),
        kind=max(letters, key=lambda letter: WEIGHT[letter.kind]).kind,
        calm_until=max((one.calm_until for one in letters if one.calm_until is not None), default=None),
        wanted_at=min((one.wanted_at for one in letters if one.wanted_at is not None), default=None),
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


def _times(letter: LetterDoc) -> Row:
    """When a letter to staff goes with this in it (EM-8): what colleagues do is told when they have paused, at the latest
    CALM_MAX_MS after it began, and no later than something else in it would be by itself. One that was taken up before
    keeps its time, unless somebody is called on by name. Follows from what came into it alone, in any order.
    """
    if letter.calm_until is None and letter.wanted_at is None:
        return {}
    calm: Row = {"$max": ["$calm_until", letter.calm_until]}
    wanted: Row = {"$min": ["$wanted_at", letter.wanted_at]}
    latest: Row = {"$add": [{"$ifNull": ["$created_at", letter.created_at]}, CALM_MAX_MS]}
    paused: Row = {"$cond": [{"$gt": [calm, None]}, {"$min": [latest, calm]}, None]}
    called = letter.kind in ("staff_mention", "staff_assigned")
    tried: Row | str = {"$min": ["$due_at", letter.due_at]} if called else "$due_at"
    untried: Row = {"$or": [{"$eq": [{"$type": "$_id"}, "missing"]}, {"$ne": [{"$type": "$about"}, "missing"]}]}
    return {
        "calm_until": calm,
        "wanted_at": wanted,
        "due_at": {"$cond": [untried, {"$min": [paused, wanted]}, tried]},
    }
