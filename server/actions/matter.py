"""A matter: a thread as it is, whose it is, and what has happened in it. What consequences are drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.accounts import AccountDoc
from storage.streams import Stored
from storage.threads import ThreadDoc


@dataclass(frozen=True, slots=True)
class Matter:
    """One thread of a batch."""

    thread: ThreadDoc
    account: AccountDoc
    events: Sequence[Stored]
    """Of t: and n:, in any order, perhaps not for the first time."""

    @property
    def visible(self) -> list[Stored]:
        """The events of t: in their order."""
        return sorted((stored for stored in self.events if stored.stream.startswith("t:")), key=lambda one: one.seq)
