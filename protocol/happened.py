"""The base of events, and the row that each event has: in which streams it may stand, and so who may learn of it.

Knows what a row may say. Refuses to know what an event does to anything.
"""

import dataclasses
from typing import Any, ClassVar, Final, Literal

import msgspec

from protocol.folds import Folds
from protocol.ids import StreamKind
from protocol.wire import Tagged, WireMeta

Stands = Literal["t", "n", "tn", "u", ""]
"""In which streams an event may stand. Contacts see `t` only (AC-6); `u` is one
person's own, or what a firm's staff share; nowhere stands what is never written."""


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """What is said of an event in one place, for the log, the documents and the tests."""

    tag: str
    streams: frozenset[StreamKind]


ROWS: Final[dict[type[msgspec.Struct], Row]] = {}
"""The row of each event, in the order in which their modules define them."""


class HappenedMeta(WireMeta):
    """Takes an event's row out of the class's arguments."""

    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        stands: Stands | None = None,
        **config: Any,
    ) -> Any:
        """The class; an event, which has a tag, must say where it stands. Raises TypeError."""
        made = super().__new__(mcs, name, bases, namespace, **config)
        if "tag" in config:
            if stands is None:
                raise TypeError(f"{name} doesn't say in which streams it stands")
            ROWS[made] = Row(str(config["tag"]), frozenset(map(StreamKind, stands)))
        return made


class Happened(Tagged, metaclass=HappenedMeta):
    """Base of events. `folds` is what one does to what a client shows, where that can be said in a line."""

    folds: ClassVar[Folds] = ()


def may_stand(event: Happened, stream: str) -> bool:
    """Whether an event may be put into a stream: one of `n` among those of `t` would be a leak (AC-6)."""
    return stream[0] in ROWS[type(event)].streams
