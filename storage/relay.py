"""How it stands with the mail server, for all schedulers together: whether to leave it alone for a while, and why.

One document. It says when the next try is due, since when the mail server has been of no use and in what words it said so;
when it last took a letter; whose letters it has refused one after the other since then; and which firms have been told that
it is away. Refuses to know what counts as whose fault.
"""

from contextlib import suppress
from typing import Final

from pymongo.errors import DuplicateKeyError

from protocol.wire import Id, Ms
from storage.facts import FACTS
from storage.letters import ServerWords
from storage.mongo.connection import Mongo, Session
from storage.mongo.documents import Document, if_readable, to_document

PAUSE_FIRST_MS: Final = 15_000
PAUSE_MAX_MS: Final = 600_000
"""A mail server that is back gets letters after so long at the latest."""
PAUSE_SPEAKING_MAX_MS: Final = 60_000
"""The same for one that answers, and has refused some recipients or letters one after the other: that may be theirs all the
same, and somebody may be waiting for a new password."""
_ID: Final = "relay"


class RelayDoc(Document):
    """How it stands with the mail server."""

    id: str = _ID
    since: Ms | None = None
    """When it turned out to be of no use; None while it takes letters, as far as anybody knows."""
    said: ServerWords | None = None
    """What it said then, the first time."""
    failures: int = 0
    until: Ms = 0
    """Nobody hands it a letter before this time; then one does, to see."""
    good_at: Ms = 0
    """When it last took a letter."""
    refused: list[Id] = []
    """Whose letters it has refused for good since then; each person once."""
    told: list[Id] = []
    """Firms whose leads have been told that their letters wait for it, and not yet that it takes them again."""

    @property
    def away(self) -> bool:
        """Whether letters wait for the mail server."""
        return self.since is not None


def pause_ms(failures: int, most_ms: Ms = PAUSE_MAX_MS) -> Ms:
    """How long it is left alone after so many failures in a row: doubling, within bounds."""
    doubled: int = PAUSE_FIRST_MS * 2 ** max(0, min(failures, 20) - 1)
    return min(doubled, most_ms)


class Relay:
    """What is remembered of the mail server. A document that can't be read is as good as none."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.rows(FACTS)

    async def get(self) -> RelayDoc:
        """How it stands."""
        row = await self._rows.find_one({"_id": _ID})
        return (if_readable(row, RelayDoc) if row else None) or RelayDoc()

    async def try_again(self, now: Ms, hold_ms: Ms) -> bool:
        """Take it upon oneself to see whether it is back; False when it isn't time, or somebody else has. The others
        wait for as long as one holds it."""
        taken = await self._rows.update_one(
            {"_id": _ID, "since": {"$exists": True}, "until": {"$lte": now}}, {"$set": {"until": now + hold_ms}}
        )
        return taken.matched_count == 1

    async def failed(self, seen: RelayDoc, now: Ms, said: ServerWords, most_ms: Ms = PAUSE_MAX_MS) -> RelayDoc:
        """Leave it alone for a while, longer each time; how it stands then. `seen` is what the one who has failed knew
        of it: of several who fail at once, one counts."""
        failures = seen.failures + 1
        first = {} if seen.away else {"since": now, "said": to_document(said)}
        mine = {"$in": [0, None]} if seen.failures == 0 else seen.failures
        with suppress(DuplicateKeyError):  # it stands otherwise with it by now
            await self._rows.update_one(
                {"_id": _ID, "failures": mine},
                {"$set": {"failures": failures, "until": now + pause_ms(failures, most_ms), **first}},
                upsert=True,
            )
        return await self.get()

    async def leave(self, now: Ms) -> None:
        """There was nothing to try it with: the next letter is."""
        await self._rows.update_one({"_id": _ID, "since": {"$exists": True}}, {"$set": {"until": now}})

    async def back(self) -> None:
        """It does its work again, though what it said wasn't yes."""
        await self._rows.update_one(
            {"_id": _ID}, {"$set": {"failures": 0, "until": 0}, "$unset": {"since": "", "said": ""}}
        )

    async def good(self, now: Ms) -> None:
        """It has taken a letter."""
        await self._rows.update_one(
            {"_id": _ID},
            {"$set": {"good_at": now, "failures": 0, "until": 0}, "$unset": {"since": "", "said": "", "refused": ""}},
            upsert=True,
        )

    async def refused(self, person_id: Id) -> int:
        """It has refused somebody's letter for good; how many different people that makes in a row."""
        row = await self._rows.find_one_and_update(
            {"_id": _ID}, {"$addToSet": {"refused": person_id}}, upsert=True, return_document=True
        )
        return len(row["refused"]) if row else 0

    async def tell_away(self, firm_id: Id, since: Ms, session: Session) -> bool:
        """Keep, with the entries that are made in the same transaction, that a firm has been told of what began at a time;
        False where that is over, or has been told already. Whoever sees that it is over conflicts with that."""
        told = await self._rows.update_one(
            {"_id": _ID, "since": since, "told": {"$ne": firm_id}}, {"$addToSet": {"told": firm_id}}, session=session
        )
        return told.matched_count == 1

    async def tell_back(self, firm_id: Id, session: Session) -> bool:
        """The same of a firm that is told that it is over; False where it isn't, or has been told."""
        told = await self._rows.update_one(
            {"_id": _ID, "since": {"$exists": False}, "told": firm_id}, {"$pull": {"told": firm_id}}, session=session
        )
        return told.matched_count == 1
