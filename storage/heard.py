"""What an inbox entry keeps of the news that it has heard: the latest few that somebody wrote, the latest few letters that
failed, and the latest few of what was merely done, so that no number of ticked tasks pushes out a question, or a letter
that somebody could send again.

What is kept depends on what was heard alone, not on the order or the company in which it came. Refuses to know which of it
has been read, and how it is shown.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from protocol.inbox import Kept, NotificationKind, kept_with
from protocol.letters import DeliveryState
from protocol.people import Person
from protocol.wire import Id, Ms, Wire
from storage.mongo.documents import OrNewer

KEPT_MAX: Final = 10
"""Of each of the three. An entry that gathers more says so of the latest."""
OVER: Final[frozenset[str]] = frozenset({"handed_over", "dropped"})
"""What can become of a letter that failed after which nobody has to do anything about it."""


class Heard(Wire):
    """A piece of news as its hearer was told it."""

    stream: Literal["t", "n"]
    seq: int
    at: Ms
    kind: OrNewer[NotificationKind]
    actor: Person
    event: str = ""
    """The tag of the event: what exactly was done."""
    text: str = ""
    documents: int = 0
    """How many documents came with it, or were uploaded."""
    letter_id: Id | None = None
    """The letter that failed, of one that can be tried again."""
    became: OrNewer[DeliveryState] | None = None
    """What has become of it since it failed; None: nothing else."""

    @property
    def internal(self) -> bool:
        """Whether it stands in n:."""
        return self.stream == "n"

    @property
    def order(self) -> tuple[Ms, str, int]:
        """Which of two is the later one, whatever stream they stand in."""
        return self.at, self.stream, self.seq


def parted(news: Iterable[Heard]) -> dict[Kept, list[Heard]]:
    """The news by what they are kept with, as the fields of an entry."""
    parts: dict[Kept, list[Heard]] = {"said": [], "lost": [], "done": []}
    for item in news:
        parts[kept_with(item.kind)].append(item)
    return parts


def merged(known: Sequence[Heard], news: Iterable[Heard]) -> list[Heard]:
    """What is kept once these have been heard too, the latest first. Whatever was heard already changes nothing, and takes
    back nothing of what has become of it since."""
    together = {(item.stream, item.seq): item for item in (*news, *known)}
    return sorted(together.values(), key=lambda item: item.order, reverse=True)[:KEPT_MAX]
