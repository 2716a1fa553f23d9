"""What an inbox entry says: what its owner hasn't read, gathered by who did what (NS-4). Pure.

"Petra: '…' and ticked 2": what was written comes first, whatever was done since. Once all is read it says what came last,
with what the same person did just before. A letter that wasn't sent is told of until it was, read or not: somebody can send
it again from here. Refuses to know words: those belong to whoever shows it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from protocol.inbox import Gathered, kept_with
from protocol.wire import Ms, Seq
from storage.heard import KEPT_MAX, Heard
from storage.notifications import NotificationDoc

TOGETHER_MS: Final[Ms] = 3_600_000
"""What one person did within an hour of it is told together with what came last."""
GATHERED_MAX: Final = 8


def unread(entry: NotificationDoc) -> list[Heard]:
    """What its owner has not read of what it keeps, the latest last; nothing, once the entry is read."""
    fresh = [item for item in _once(entry.news) if item.seq > entry.read_to(internal=item.internal)]
    return fresh if entry.unread else []


def _once(news: Sequence[Heard]) -> list[Heard]:
    """Of a letter that was given up more than once, the last time only. What is about no thread is about one thing."""
    last = {item.letter_id: item.seq for item in news if kept_with(item.kind) == "lost"}
    return [item for item in news if kept_with(item.kind) != "lost" or last[item.letter_id] == item.seq]


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry says."""

    gathered: list[Gathered]
    """The weightiest first."""
    unread_from: Seq | None
    """Where its owner goes on reading in t:; None where they have read everything there that it tells of."""
    notes_unread_from: Seq | None
    """The same in n:."""


def told(entry: NotificationDoc) -> Told:
    """What an entry says to its owner."""
    fresh = unread(entry)
    # Where all that is kept is unread, something older may be too.
    kept = Counter(kept_with(item.kind) for item in fresh)
    shown = fresh or _last(entry)
    shown = [*shown, *(item for item in _once(entry.news) if _stands(item) and item not in shown)]
    return Told(
        gathered=[
            replace(
                line,
                more=line.more or kept[kept_with(line.kind)] >= KEPT_MAX,
                # Beside threads all positions are in n:, whoever may know of it.
                internal=line.internal and entry.about != "documents",
            )
            for line in together(shown)
        ],
        unread_from=min((item.seq for item in fresh if not item.internal), default=None),
        notes_unread_from=min((item.seq for item in fresh if item.internal), default=None),
    )


def _stands(item: Heard) -> bool:
    """Whether it is a letter that wasn't sent: it is still to be, or on its way again."""
    return kept_with(item.kind) == "lost" and item.letter_id is not None and item.became in (None, "waiting")


def together(news: Iterable[Heard]) -> list[Gathered]:
    """One line for each person and kind of thing: the latest of it, and how many there are. Letters that weren't sent are
    told apart by why, and by what has become of them since."""
    lines: dict[tuple[str, ...], Gathered] = {}
    for item in sorted(news, key=lambda one: one.order):
        begins = (
            item.kind == "thread_created"
        )  # and so do the words that a thread begins with, which are one thing with it
        why = (item.became or "", item.text) if kept_with(item.kind) == "lost" else ()
        key = (item.kind, "" if begins else item.event, item.actor.id, str(item.internal), *why)
        before = lines.pop(key, None)
        letters = before.letter_ids if before is not None else []
        again = item.letter_id if item.became is None else None
        lines[key] = Gathered(
            kind=item.kind, event=item.event, actor=item.actor, at=item.at, internal=item.internal,
            letter_id=again, letter_ids=letters if again is None else [*letters, again], became=item.became,
            documents=item.documents + (before.documents if before is not None else 0),
            count=before.count + 1 if before is not None and not begins else 1,
            text=item.text or (before.text if before is not None and begins else ""),
        )  # fmt: skip
    latest_first = list(reversed(lines.values()))
    return sorted(latest_first, key=_weight)[:GATHERED_MAX]


def _weight(line: Gathered) -> int:
    """A mention first, then what a client wrote, what colleagues wrote, letters that failed, and what was done."""
    kept = kept_with(line.kind)
    if kept != "said":
        return 3 if kept == "lost" else 4
    return 0 if line.kind == "mention" else 1 if line.actor.side == "contact" else 2


def _last(entry: NotificationDoc) -> Sequence[Heard]:
    news = _once(entry.news)
    if not news:
        return ()
    last = news[-1]
    return [item for item in news if item.actor.id == last.actor.id and last.at - item.at <= TOGETHER_MS]
