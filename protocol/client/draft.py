"""What one step makes of a state: the state before is as it was, and a table is copied once, where it is first changed.

Knows the tables of a state and who reads it. Refuses to know what happens to it, and why: that is said by whoever holds
the draft (protocol.client.reducer and what it calls).
"""

from typing import Any, Literal

from msgspec.structs import replace

from protocol.asked import Asked
from protocol.client.state import OpenThread, Owed, Pending, State, Writer
from protocol.client.stream import Followed
from protocol.people import Side
from protocol.threads import Thread
from protocol.wire import Id, Ms

Table = Literal["streams", "rows", "opened", "pending", "notifications", "kept", "typing", "early_marks"]
"""The fields of a state that hold many things by their key."""


class Draft:
    """One step: the state as it becomes, and the commands that come of it. Every change goes through `set`, `own`, `drop`
    and the `put`s; a `put` of what is there already, the very same, changes nothing where steps do that often."""

    def __init__(self, state: State, now: Ms) -> None:
        self.state = state
        self.now = now
        self.commands: list[Asked] = []
        self.owned: set[Table] = set()
        """The tables that are this step's own already."""

    def set(self, **changes: object) -> None:
        """Change whole fields."""
        self.state = replace(self.state, **changes)

    def own(self, name: Table) -> dict[str, Any]:
        """A table of the state, to be changed: copied where this step changes it first, and never again."""
        if name not in self.owned:
            self.owned.add(name)
            self.set(**{name: copied(getattr(self.state, name))})
        table: dict[str, Any] = getattr(self.state, name)
        return table

    def drop(self, name: Table, key: str) -> None:
        """Take an entry out of a table, if it is there."""
        if key in getattr(self.state, name):
            del self.own(name)[key]

    def owe(self, command: Owed) -> None:
        """Ask for a list, now or with `live`, and with every connection from then on until it has come."""
        if command not in self.state.owed:
            self.set(owed=(*self.state.owed, command))
        if self.state.phase == "live":
            self.commands.append(command)

    @property
    def side(self) -> Side:
        """Of whoever reads; a contact sees less, so until `welcome` they are one."""
        return self.state.me.person.side if self.state.me else "contact"

    def followed(self, name: str) -> Followed:
        """Where a stream is; of one that isn't known, that nothing is."""
        return self.state.streams.get(name, Followed())

    def put(self, name: str, followed: Followed) -> None:
        """Where a stream is now."""
        if self.state.streams.get(name) is not followed:
            self.own("streams")[name] = followed

    def put_row(self, row: Thread) -> None:
        """A thread's row, new or changed."""
        if self.state.rows.get(row.id) is not row:
            self.own("rows")[row.id] = row

    def put_opened(self, thread_id: Id, thread: OpenThread) -> None:
        """What is loaded of a thread that is shown."""
        self.own("opened")[thread_id] = thread

    def put_pending(self, message: Pending) -> None:
        """A message of one's own that isn't in its stream yet."""
        self.own("pending")[message.client_message_id] = message

    def put_writers(self, thread_id: Id, writers: dict[Id, Writer]) -> None:
        """Who writes in a thread. A thread where nobody does has no entry."""
        self.drop("typing", thread_id)
        if writers:
            self.own("typing")[thread_id] = writers


def copied(table: dict[str, Any]) -> dict[str, Any]:
    """A table of this step's own. The only place that copies one: what a step costs is counted here."""
    return dict(table)
