"""What an event does to what a client shows, as data: each event says it beside its tag, and both reducers work from that.

A fold is one of five operations on the thread's row, its staff part, its tasks, or what is kept of a kind. A value that
begins with a dot is read from the event as it came: `.at`, `.actor`, `.event.subject`; what isn't there takes the field
away. Any other value is itself. Refuses to know how folds are carried out (protocol.client.folding and keeping, their
twins in web_client/src/core; folds.json and vectors.json hold for both), and says nothing of what takes more than that:
what a message leaves unread, positions, access.
"""

import dataclasses
from typing import Literal

On = Literal["row", "staff", "tasks", "kept"]
"""`row`: the thread's row, once for each event of t:. `staff`: its staff part, once for each of n:. `tasks`: those of an
opened thread, in the order in which they are shown. `kept`: entities that are no threads, by kind and id: protocol.kept."""
How = Literal["set", "add", "put", "drop", "reorder"]
Value = str | int | bool | None


@dataclasses.dataclass(frozen=True, slots=True)
class Fold:
    """One operation. In JSON and TypeScript a list of its parts: how, on, what, of."""

    how: How
    on: On
    what: str | dict[str, Value]
    """For `set` and `add` values by field; else where in the event that is which is put, dropped or ordered by."""
    of: str | None = None
    """Of `tasks`: where in the event the id stands of the one that is set. Of `row`: the side that alone sees it. Of
    `kept`: the kind."""


Folds = tuple[Fold, ...]


def sets(on: On, of: str | None = None, **fields: Value) -> Fold:
    """These fields have these values now."""
    return Fold("set", on, fields, of)


def adds(on: On, **fields: int) -> Fold:
    """These counts are so much higher."""
    return Fold("add", on, {**fields})


def puts(on: On, what: str) -> Fold:
    """This one stands at the end, whether it was there or not."""
    return Fold("put", on, what)


def drops(on: On, what: str) -> Fold:
    """The one with this id is gone."""
    return Fold("drop", on, what)


def reorders(on: On, what: str) -> Fold:
    """They stand in the order of these ids; others behind them, as they stood."""
    return Fold("reorder", on, what)


def keeps(kind: str, what: str) -> Fold:
    """This one is new, or is so now, among the entities of its kind."""
    return Fold("put", "kept", what, kind)


def forgets(kind: str, what: str) -> Fold:
    """The one of this kind with this id is gone."""
    return Fold("drop", "kept", what, kind)
