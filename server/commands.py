"""Every command with what is said of it (its row, protocol.asked) and who does it. One place checks, whatever the door.

Knows no HTTP and no sockets: both doors call `dispatch`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from protocol.asked import Asked, Row, row_of
from protocol.commands import COMMANDS
from protocol.errors import Forbidden, NotFound
from protocol.reading import checked
from protocol.texts import composed
from protocol.wire import Wire
from server import nouns
from server.core import clock_setting as _  # noqa: F401 - it does a command, and is no noun's
from server.core import rules as access
from server.core.context import Context
from server.core.doing import ACTIONS, FIRST_ANSWERS, SURCHARGES, Action, Again
from server.core.rules import Rule

nouns.import_all()  # their functions say which commands they do


@dataclass(frozen=True, slots=True)
class Entry:
    """A command, its row, the rule and the action that go with it."""

    command: type[Asked]
    row: Row
    rule: Rule
    action: Action
    more: Callable[[Any], int]
    """What it takes besides its cost, by how much it asks for."""
    again: Again | None
    """Of a command with a key: the answer to its first try, if that went through before the asker lost access."""

    @property
    def cost(self) -> int:
        """What it takes from the asker's allowance, as the document promises."""
        return self.row.cost

    @property
    def http_only(self) -> bool:
        """Sets or needs a cookie, or comes before there is a session: not over the socket."""
        return self.row.door == "http"


def _no_more(command: Asked) -> int:
    """Most commands are of one size."""
    return 0


def _entry(command: type[Asked]) -> Entry:
    row = row_of(command)
    return Entry(
        command,
        row,
        access.rule(row.may),
        ACTIONS[command],
        SURCHARGES.get(command, _no_more),
        FIRST_ANSWERS.get(command),
    )


TABLE: Final[tuple[Entry, ...]] = tuple(_entry(command) for command in COMMANDS)
ENTRIES: Final[dict[type[Asked], Entry]] = {entry.command: entry for entry in TABLE}
TAGS: Final[dict[str, Entry]] = {entry.row.tag: entry for entry in TABLE}


def _composed(command: Asked) -> Asked:
    """The command as it is kept. Raises Invalid where a text has become too long: some characters have no composed form
    and are taken apart."""
    kept = composed(command)
    if kept is not command:
        checked(msgspec.to_builtins(kept), type(kept))
    return kept


async def dispatch(context: Context, command: Asked) -> Wire:
    """Do what was asked, if the asker may. Raises ChattarError; what it returns is durable (P1)."""
    entry = ENTRIES[type(command)]
    command = _composed(command)
    try:
        scope = await entry.rule(context, command)
    except (Forbidden, NotFound):
        first = await entry.again(context, command) if entry.again else None
        if first is None:
            raise
        return first
    return await entry.action(context, command, scope)
