"""Everything a client may ask for, gathered from the nouns: each command stands in its noun's module, with its row.

Refuses to know who may do what (server.core.rules) and how it is done (a noun's `actions`).
"""

from types import ModuleType
from typing import TYPE_CHECKING, Final, Union

from protocol import development, events, streams
from protocol.asked import ROWS, Asked
from protocol.kept import KeptList

NOUNS: Final[tuple[ModuleType, ...]] = (*events.NOUNS, streams, development)
COMMANDS: Final[tuple[type[Asked], ...]] = tuple(
    found
    for noun in NOUNS
    for found in vars(noun).values()
    if isinstance(found, type) and issubclass(found, Asked) and found.__module__ == noun.__name__ and found in ROWS
)
"""All that there are, by noun."""
LISTS: Final[dict[str, type[KeptList]]] = {
    ROWS[command].tag.removesuffix(".list"): command for command in COMMANDS if issubclass(command, KeptList)
}
"""By kind, the command that brings what windows keep of it."""

if TYPE_CHECKING:
    Command = Asked
else:
    Command = Union[COMMANDS]  # noqa: UP007 - made at run time
