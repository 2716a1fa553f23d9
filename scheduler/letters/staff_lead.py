"""What a letter to staff leads with, and what else it mentions. Pure.

It says what its reader's inbox entry gathers, as far as the letter goes: what somebody wrote before what was done since.
Refuses to know words, and who may be told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from protocol.inbox import KINDS, Activity, NotificationKind
from scheduler.letters.facts import Kind
from storage.heard import Heard

_ORDER: Final[Sequence[NotificationKind]] = [kind for kind, row in KINDS.items() if row.letter is not None]
"""The weightiest first."""
TOLD: Final = frozenset(_ORDER)
"""What letters tell of. What a newer build tells of only its schedulers know."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What a letter to staff is about."""

    kind: Kind
    activity: Activity
    who: str
    """Whose doing it leads with."""
    also: tuple[Activity, ...]
    """What else has happened."""
    others: int
    """How many messages besides those that mention the reader, where it leads with that."""
    seq: int
    """The position in its stream of what it leads with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the thread stands when a letter goes."""

    mine: bool
    """It is assigned to the letter's reader."""
    assigned: bool
    """It is assigned to somebody."""
    all_done: bool
    """It has tasks, and none of them is open."""
    active: bool


def still_so(news: Sequence[Heard], now: Standing) -> list[Heard]:
    """These news as far as they hold when the letter goes. What was written and what was done stays; what it was said to
    come to may not, and of what can't be so at once only what is so now."""
    outlived = {
        "assignment": not now.mine,
        "assignment_changed": now.mine or not now.assigned,
        "assignment_lost": now.assigned,
        "thread_reopened": not now.active,
    }
    return [
        replace(item, kind="tasks_changed") if item.kind == "tasks_completed" and not now.all_done else item
        for item in news
        if not outlived.get(item.kind, False)
    ]


def lead(news: Sequence[Heard], messages: int) -> Lead | None:
    """What to say of these news, of which there are so many messages in all; None without any."""
    if not news:
        return None
    latest = {item.kind: item for item in sorted(news, key=lambda item: item.order)}
    happened = [_activity(latest[kind]) for kind in _ORDER if kind in latest]
    best = next(latest[kind] for kind in _ORDER if kind in latest)
    activity = happened[0]
    also = [one for one in dict.fromkeys(happened) if one != activity]
    if "tasks_done" in happened and "tasks" in also:
        also.remove("tasks")  # they have changed: that is how they came to be done
    others = messages - sum(item.kind == "mention" for item in news) if best.kind == "mention" else 0
    if others > 0:
        also.insert(0, "message")
    return Lead(
        kind=KINDS[best.kind].letter or "staff_activity", activity=activity, who=best.actor.name, also=tuple(also),
        others=max(0, others), seq=best.seq,
    )  # fmt: skip


def _activity(item: Heard) -> Activity:
    """The same of a piece of news: where the actor is assigned then, no other name is kept (server.inbox.news)."""
    return "taken_over" if item.kind == "assignment_changed" and not item.text else activity_of(item.kind)


def activity_of(kind: NotificationKind) -> Activity:
    """How a letter names a kind of news; one of a newer build is a message."""
    row = KINDS.get(kind)
    return row.activity if row is not None else "message"
