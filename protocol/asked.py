"""The bases of commands and of their answers, and the row that each command has: who may, at what cost, by which door.

Knows what a row may say. Refuses to know how a rule is kept (server.core.rules) and what is done (`actions` of a noun).
"""

import dataclasses
from typing import Any, ClassVar, Final, Literal

from protocol.wire import Tagged, Wire, WireMeta

May = Literal[
    "anyone", "logged_in", "staff", "leads", "developer",
    "account_seen", "account_staff", "account_with:assign_teammates", "account_with:manage_accounts",
    "account_with:manage_contacts",
    "firm_with:manage_accounts", "firm_with:manage_custom_fields", "firm_with:manage_templates",
    "facts_seen", "facts_staff", "thread_seen", "thread_staff", "stream_seen",
    "folder_seen", "folder_edited", "folder_with:manage_documents", "document_seen", "document_edited",
]  # fmt: skip
"""Who may: the names of the rules in server.core.rules, with the right that some need."""
Door = Literal["any", "http"]
"""`http`: sets or needs a cookie, or comes before there is a session: not over the socket."""


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """What is said of a command in one place, for the dispatch, the documents and the tests."""

    tag: str
    may: May
    cost: int = 1
    """What it takes from its asker's allowance, if it asks for the least."""
    door: Door = "any"


ROWS: Final[dict[type["Asked"], Row]] = {}
"""The row of each command, in the order in which their modules define them."""


class AskedMeta(WireMeta):
    """Takes a command's row out of the class's arguments."""

    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        may: May | None = None,
        cost: int = 1,
        door: Door = "any",
        **config: Any,
    ) -> Any:
        """The class; a command, which has a tag, must say who may. Raises TypeError."""
        made = super().__new__(mcs, name, bases, namespace, **config)
        if "tag" in config:
            if may is None:
                raise TypeError(f"{name} doesn't say who may")
            ROWS[made] = Row(str(config["tag"]), may, cost, door)
        return made


class Answer(Wire):
    """Base of what commands are answered with, where that is no entity."""


class Done(Answer):
    """It is done, and there is nothing more to say."""


class Asked(Tagged, metaclass=AskedMeta):
    """Base of commands. `Result` is the struct of the answer.

    A command that creates something carries a key chosen by the client (`client_message_id`, `client_task_id`): the same
    key from the same person always means the same thing, so a retry is safe (P2).
    """

    Result: ClassVar[type[Wire]] = Done


class Update(Asked, forbid_unknown_fields=True):
    """Base of commands that change what they name and leave the rest. A field that is unknown or can't be set is refused
    by name: left out, it would be a change that doesn't happen, answered as if it had."""


def row_of(command: type[Asked]) -> Row:
    """What is said of a command."""
    return ROWS[command]
